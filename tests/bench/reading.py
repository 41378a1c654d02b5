"""Measures how well papers are read: `python -m tests.bench.reading [--seeds 2]`.

Every kind of paper is set, spoilt in each way, and read; printed are the values shown as sure, offered, missing, and wrong
but sure (which must be 0), by the way it was spoilt and by field, and the seconds a paper takes.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from compliance.kinds import KINDS
from compliance.reading import Reading, read_paper
from tests.compliance.reading import samples

GRADES = ("sure", "offered", "missing", "wrong", "wrong but sure")


def grade(sample: samples.Sample, reading: Reading) -> Iterator[tuple[str, str]]:
    """Return how each field of *sample* was read; a field that is not on the paper is wrong."""
    read = {one.field: one for one in reading.values}
    for field in sorted(sample.says.keys() | read.keys()):
        value = read.get(field)
        if value is None:
            yield field, "missing"
        elif is_right(sample, field, value.value):
            yield field, "sure" if value.sure else "offered"
        else:
            yield field, "wrong but sure" if value.sure else "wrong"


def is_right(sample: samples.Sample, field: str, value: str) -> bool:
    """Whether *value* is what the paper says; numbers are compared without their words and signs."""
    expected = sample.says.get(field)
    if expected is None:
        return False
    compact = KINDS[sample.kind].module.compact
    return value == expected or (field == "number" and compact(value) == compact(expected))


def make_files(how: str, seeds: range) -> Iterator[tuple[samples.Sample, bytes]]:
    """Return the papers, each as a PDF with text or as a picture spoilt in one way."""
    for seed in seeds:
        for kind in samples.MAKERS:
            sample = samples.make(kind, seed=seed)
            if how == "pdf":
                yield sample, samples.draw_pdf(sample)
            else:
                yield sample, samples.as_jpeg(samples.distort(samples.draw(sample), how, seed=seed))


def measure(how: str, seeds: range) -> tuple[Counter[tuple[str, str]], list[int], int]:
    """Return the grades by field, the milliseconds of each paper, and how many kinds were guessed rightly."""
    grades: Counter[tuple[str, str]] = Counter()
    took: list[int] = []
    guessed = 0
    for sample, body in make_files(how, seeds):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "paper"
            path.write_bytes(body)
            started = time.perf_counter_ns()
            reading = read_paper(path, kind=None, scratch=Path(folder))
            took.append((time.perf_counter_ns() - started) // 1_000_000)
        guessed += reading.kind_guess is sample.kind
        grades.update(grade(sample, reading))
    return grades, took, guessed


def main() -> int:
    """Print the tables; 1 where a wrong value was shown as sure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=2, help="papers of each kind")
    seeds = range(asked.parse_args().seeds)
    by_field: Counter[tuple[str, str]] = Counter()
    wrong = 0
    print(
        f"{'':10}"
        + "".join(f"{one:>16}" for one in GRADES)
        + f"{'papers':>8}{'kinds':>7}{'median ms':>11}{'most ms':>9}"
    )
    # The first paper waits for the models; it is not counted.
    list(measure("scan", range(1, 2)))
    for how in ("pdf", *samples.DISTORTIONS):
        grades, took, guessed = measure(how, seeds)
        by_field.update({key: count for key, count in grades.items() if how != "pdf"})
        sums = Counter({one: sum(count for (_, each), count in grades.items() if each == one) for one in GRADES})
        wrong += sums["wrong but sure"]
        row = "".join(f"{_share(sums, one):>16}" for one in GRADES)
        print(f"{how:10}{row}{len(took):>8}{guessed:>7}{sorted(took)[len(took) // 2]:>11}{max(took):>9}", flush=True)
    print("\nof pictures, by field")
    for field in sorted({field for field, _ in by_field}):
        sums = Counter({one: by_field[field, one] for one in GRADES})
        print(f"{field:12}" + "".join(f"{_share(sums, one):>16}" for one in GRADES))
    return 1 if wrong else 0


def _share(sums: Counter[str], one: str) -> str:
    return f"{sums[one]} ({100 * sums[one] // max(sums.total(), 1)} %)"


if __name__ == "__main__":
    sys.exit(main())
