"""Damages one row of known sales files and reads them: `python -m tests.bench.damage [--copies 2400] [--seed 1] [--show]`.

Every other row must read exactly as before, and the damaged one must be a problem, ignored with a reason, or unchanged in
all that money depends on. Printed are, for each kind of damage and each set of columns, how many copies were tried, refused,
and silently wrong. Ends with status 1 where a file with all columns was silently wrong or more than 2 of 100 were refused.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sales.damaging import (
    DAMAGES,
    STYLES,
    WHOLE,
    WRONG,
    Copy,
    Original,
    Reading,
    judge,
    make_copies,
    make_original,
    read,
)

FEWER: dict[str, tuple[str, ...]] = {
    "all columns": WHOLE,
    "no net": ("date", "store", "receipt", "barcode", "name", "quantity", "price", "discount", "total"),
    "quantity, price and total": ("date", "store", "receipt", "barcode", "name", "quantity", "price", "total"),
    "quantity and price": ("date", "store", "receipt", "barcode", "name", "quantity", "price"),
    "quantity, price and discount": ("date", "store", "receipt", "barcode", "name", "quantity", "price", "discount"),
    "quantity and total": ("date", "store", "receipt", "barcode", "name", "quantity", "total"),
    "total before quantity": ("store", "barcode", "name", "total", "quantity", "receipt", "date"),
}
MOST_REFUSED = 0.02


def try_copies(columns: Sequence[str], count: int, *, seed: int, show: bool) -> Counter[tuple[str, str]]:
    """Return what became of the copies, by the kind of damage."""
    found: Counter[tuple[str, str]] = Counter()
    originals = [make_original(style, columns) for style in STYLES]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"

        def look(original: Original, text: str) -> Reading | str:
            path.write_text(text, encoding="utf-8", newline="")
            return read(path, style=None if columns == WHOLE else original.style.numbers)

        whole = {original: look(original, original.write()) for original in originals}
        for copy in make_copies(originals, count, seed=seed):
            reading = look(copy.original, copy.write())
            as_before = whole[copy.original]
            assert isinstance(as_before, Reading), as_before
            became = judge(copy, as_before, reading)
            found[copy.kind, became] += 1
            if show and (became in WRONG or became == "refused"):
                say_what(copy, as_before, reading, became)
    return found


def say_what(copy: Copy, whole: Reading, found: Reading | str, became: str) -> None:
    """Print a copy that was refused or read wrong."""
    print(
        f"  {became}: {copy.original.style.name}, {copy.kind}\n    {copy.original.lines()[copy.row - 1]}\n    {copy.damaged}"
    )
    print(f"    {found if isinstance(found, str) else (whole.lines.get(copy.row), found.lines.get(copy.row))}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--copies", type=int, default=2_400, help="of files with all columns; of each other set a quarter"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print each copy that was refused or wrong")
    given = parser.parse_args()
    failed = False
    for name, columns in FEWER.items():
        count = given.copies if columns == WHOLE else given.copies // 4
        found = try_copies(columns, count, seed=given.seed, show=given.show)
        print(f"{name}:")
        for kind in (*DAMAGES, "together"):
            became = Counter[str]()
            for (one, what), times in found.items():
                became[what] += times if kind in (one, "together") else 0
            wrong = sum(became[one] for one in WRONG)
            rest = ", ".join(
                f"{what} {times}" for what, times in sorted(became.items()) if what not in WRONG | {"refused"}
            )
            print(f"  {kind}: tried {became.total()}, refused {became['refused']}, silently wrong {wrong} ({rest})")
            failed = failed or (
                kind == "together"
                and columns == WHOLE
                and (wrong > 0 or became["refused"] > MOST_REFUSED * became.total())
            )
    sys.exit(failed)


if __name__ == "__main__":
    main()
