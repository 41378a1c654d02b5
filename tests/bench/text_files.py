"""Measures the reading of text tables: `python -m tests.bench.text_files [--lines 1000000]`.

Each file is opened as a person's upload is: read once to decide its style and once more for its rows. Printed are the
seconds and the peak memory of the process that asked and of the child that parsed, and how long a file of ten rows takes.
"""

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import psutil

from consign.sales.layout import KNOWN_WORDS
from consign.tabular.opening import open_table
from tests.bench.generate import HEADER, make_folder, write_sales_file

SMALL_ROWS, SMALL_ROUNDS = 10, 15
WATCH_SECONDS = 0.2


class Watch:
    """Follows the peak memory of this process's children; what they inherit from it before they start does not count."""

    def __init__(self) -> None:
        self.child_mb = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._over.wait(WATCH_SECONDS):
            for child in psutil.Process().children():
                self.child_mb = max(self.child_mb, peak_mb(child.pid))

    def end(self) -> None:
        self._over.set()
        self._thread.join()


def peak_mb(pid: int) -> int:
    """Return the most memory the process ever had; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) // 1024 if found else 0


def read_twice(path: Path) -> tuple[int, float, float]:
    """Return how many rows came, and the seconds of the first and of the second reading."""
    began = time.perf_counter()
    with open_table(path, words=KNOWN_WORDS) as table:
        rows = sum(len(batch) + len(batch.broken) for batch in table.batches())
        first = time.perf_counter() - began
        again = sum(len(batch) + len(batch.broken) for batch in table.take_batches())
        assert again == rows
        return rows, first, time.perf_counter() - began - first


def cpu_seconds() -> float:
    """Return the processor time of this process and of its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(path: Path) -> dict[str, float]:
    """Read the file at *path* and say what it took."""
    watch = Watch()
    before = cpu_seconds()
    rows, first, again = read_twice(path)
    watch.end()
    own = peak_mb(psutil.Process().pid)
    return {
        "rows": rows,
        "first_s": first,
        "again_s": again,
        "cpu_s": cpu_seconds() - before,
        "own_mb": own,
        "child_mb": watch.child_mb,
    }


def measure_alone(path: Path) -> dict[str, float]:
    """Do `measure` in a process of its own, whose memory nobody used before."""
    command = [sys.executable, "-m", "tests.bench.text_files", "--only", str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def spoil_last_line(path: Path) -> None:
    with path.open("a", encoding="ascii") as target:
        target.write("Total,1\n")


def quote_a_line_end(path: Path) -> None:
    """Put a row with a line end in a cell at the top, so that no block of the file is read fast."""
    rest = path.with_suffix(".rest")
    path.rename(rest)
    with rest.open("rb") as source, path.open("wb") as target:
        target.write(source.readline())
        target.write(b'2026-10-05 08:00:00,T001,1,1,2,"Keripik\nSingkong",1,1000,0,1000\n')
        while piece := source.read(1 << 20):
            target.write(piece)
    rest.unlink()


def write_in_utf_16(path: Path) -> None:
    content = path.read_text(encoding="ascii")
    path.write_text(content, encoding="utf-16")


KINDS: dict[str, Callable[[Path], None]] = {
    "plain": lambda _path: None,
    "a short last row": spoil_last_line,
    "a quoted line end": quote_a_line_end,
    "UTF-16": write_in_utf_16,
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--kinds", nargs="*", choices=[*KINDS], default=[*KINDS])
    asked.add_argument("--only", type=Path, help="measure this file in this process, for the figures of one run")
    given = asked.parse_args()
    if given.only:
        print(json.dumps(measure(given.only)))
        return
    folder = make_folder()
    small = folder / "small.csv"
    small.write_text(HEADER + "2026-10-05 08:00:00,T001,1,1,2,Keripik,1,1000,0,1000\n" * SMALL_ROWS, encoding="ascii")
    took = [sum(read_twice(small)[1:]) for _ in range(SMALL_ROUNDS)]
    print(f"{SMALL_ROWS} rows: median {median(took) * 1000:.0f} ms, most {max(took) * 1000:.0f} ms", flush=True)
    for kind in given.kinds:
        path = folder / "sales.csv"
        write_sales_file(path, month=date(2026, 10, 1), lines=given.lines)
        KINDS[kind](path)
        size_mb = path.stat().st_size / 1e6
        found = measure_alone(path)
        path.unlink()
        print(
            f"{kind}: {found['rows']:,.0f} rows, {size_mb:.0f} MB: first {found['first_s']:.2f} s, again"
            f" {found['again_s']:.2f} s, processor {found['cpu_s']:.2f} s; own peak {found['own_mb']} MB, child's {found['child_mb']} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
