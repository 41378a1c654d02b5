"""Feeds grown and spoilt input to the readers: `python -m tests.bench.fuzz [--minutes 10] [--only NAME ...] [--keep FOLDER]`.

What runs in the process that serves (text, headers, numbers, days, and the message readers' own functions) is fuzzed by
coverage with atheris, each target in a process of its own. Workbooks are read as the product reads them, by a child
process for each, with edits in their parts. Any exception but a refusal is a crash; so is one input that takes more than
20 s, or more than 1 GB. Printed are, for each target, executions, crashes, the slowest input and the peak of memory; inputs
that crash are kept and named. Ends with status 1 where there was one.
"""

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from consign.errors import ConsignError
from consign.sales.inspecting import inspect_file
from tests.fuzz.mutating import EDITS, PAYLOADS, WRITERS, Edit, make_book, spoil_book
from tests.fuzz.targets import ACCEPT, TARGETS

MOST_SECONDS = 20
MOST_MEMORY_MB = 1_024
WORKBOOKS = "workbooks"
MOST_CRASHES = 5
"""A target is begun anew after a crash, but not more often."""
LONGEST_INPUT = 1 << 14


@dataclass
class Figures:
    """What came of one target."""

    executions: int = 0
    crashes: list[Path] = field(default_factory=list)
    slowest_ms: int = 0
    peak_mb: int = 0

    def say(self, name: str) -> str:
        """Return the figures as a line."""
        named = "".join(f"\n    {path}" for path in self.crashes)
        return (
            f"{name}: executions {self.executions:,}, crashes {len(self.crashes)}, slowest input {self.slowest_ms:,} ms,"
            f" peak {self.peak_mb} MB{named}"
        )


def run_target(name: str, seconds: int, keep: Path) -> Figures:
    """Fuzz one target in processes of their own; after a crash it goes on with the time that is left."""
    figures = Figures()
    corpus = keep / f"{name}-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(TARGETS[name][1]):
        (corpus / f"seed-{number}").write_bytes(content[:LONGEST_INPUT])
    ends = time.monotonic() + seconds
    while (left := int(ends - time.monotonic())) > 0 and len(figures.crashes) < MOST_CRASHES:
        before = set(keep.iterdir())
        command = [
            sys.executable, "-m", "tests.fuzz.target", name, f"-max_total_time={left}", "-print_final_stats=1",
            f"-artifact_prefix={keep}/{name}-", f"-timeout={MOST_SECONDS}", f"-rss_limit_mb={MOST_MEMORY_MB}",
            f"-max_len={LONGEST_INPUT}", "-verbosity=0", str(corpus),
        ]  # fmt: skip
        with tempfile.TemporaryDirectory() as scratch:
            environment = {**os.environ, "TMPDIR": scratch}
            done = subprocess.run(
                command, capture_output=True, check=False, text=True, errors="replace", env=environment
            )
        figures.executions += _last(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
        figures.peak_mb = max(figures.peak_mb, _last(r"stat::peak_rss_mb:\s+(\d+)", done.stderr))
        figures.slowest_ms = max(figures.slowest_ms, _last(r"slowest: (\d+) ms", done.stderr))
        crashes = sorted(path for path in set(keep.iterdir()) - before if path.is_file())
        figures.crashes += crashes
        if crashes or done.returncode:
            print(done.stderr[-3_000:])
        if done.returncode and not crashes:
            raise RuntimeError(f"{name} ended with {done.returncode} and left no input")
    return figures


def _last(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run_workbooks(seconds: int, keep: Path) -> Figures:
    """Read spoilt workbooks of every kind, each by a child process of its own, as the product does."""
    chance, figures = random.Random(seconds), Figures()  # noqa: S311  # no secret
    kinds = sorted(WRITERS)
    for kind in kinds:
        make_book(kind)
    ends = time.monotonic() + seconds
    path = keep / "workbook"
    while time.monotonic() < ends and len(figures.crashes) < MOST_CRASHES:
        content = spoil_book(kinds[figures.executions % len(kinds)], chance.randrange(20), _make_edits(chance))
        path.write_bytes(content)
        began = time.monotonic()
        crash = ""
        try:
            inspect_file(path, layout=None, answers=ACCEPT, store_stated=True, first=None, last=None)
        except ConsignError:
            pass
        except BaseException as error:  # noqa: BLE001  # a panic of the reader is none of Exception
            crash = repr(error)
        took = time.monotonic() - began
        figures.executions += 1
        figures.slowest_ms = max(figures.slowest_ms, int(took * 1000))
        figures.peak_mb = max(figures.peak_mb, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
        if crash or took > MOST_SECONDS + 2 or figures.peak_mb > MOST_MEMORY_MB:
            kept = keep / f"{WORKBOOKS}-crash-{figures.executions}"
            kept.write_bytes(content)
            figures.crashes.append(kept)
            print(crash or f"{took:.1f} s, {figures.peak_mb} MB")
    path.unlink(missing_ok=True)
    return figures


def _make_edits(chance: random.Random) -> list[Edit]:
    return [
        (
            chance.choice(sorted(EDITS)), chance.randrange(1 << 20), chance.randrange(1 << 16),
            chance.choice(PAYLOADS) if chance.random() < 0.7 else chance.randbytes(chance.randrange(6)),
        )
        for _ in range(chance.randint(1, 4))
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=Decimal, default=Decimal(10), help="for all targets together")
    parser.add_argument("--only", nargs="*", choices=[*TARGETS, WORKBOOKS], default=[*TARGETS, WORKBOOKS])
    parser.add_argument("--keep", type=Path, help="folder for inputs that crash, and for what was grown")
    given = parser.parse_args()
    keep = given.keep or Path(tempfile.mkdtemp(prefix="consign-fuzz-"))
    keep.mkdir(parents=True, exist_ok=True)
    seconds = max(1, int(given.minutes * 60 / len(given.only)))
    found = {}
    for name in given.only:
        found[name] = run_workbooks(seconds, keep) if name == WORKBOOKS else run_target(name, seconds, keep)
        print(found[name].say(name), flush=True)
    crashes = sum(len(figures.crashes) for figures in found.values())
    executions = sum(figures.executions for figures in found.values())
    print(f"together: executions {executions:,}, crashes {crashes}; inputs in {keep}")
    sys.exit(crashes > 0)


if __name__ == "__main__":
    main()
