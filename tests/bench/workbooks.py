"""Workbooks: how long 100,000 rows of ten columns take beside the bare reader, and how much memory.

`python -m tests.bench.workbooks [--rounds 5]` writes the same rows as XLSX, XLSB, ODS and, as many as it holds, XLS. Each
is opened as a person's upload is: looked through, parsed in a child with limits, read as text. The bare reader is
python-calamine's `to_python` in this process, in turn with ours. Printed is the best of the rounds, by the clock and of
the processor (of both processes), and the peak memory of the child.
"""

import argparse
import resource
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import python_calamine
import xlsxwriter

from consign.sales.layout import KNOWN_WORDS
from consign.tabular.opening import open_table
from tests.bench.generate import HEADER, PRODUCTS, STORES, make_folder, price_of
from tests.builders import gtin
from tests.tabular.books import Sheet, write_ods, write_xls, write_xlsb

ROWS, XLS_ROWS = 100_000, 65_535
ROUNDS = 5
BAR = 1.5
WATCH_SECONDS = 0.02
FIRST_AT = datetime(2026, 10, 1)  # noqa: DTZ001  # a workbook knows no zones


def rows_of_sales(count: int) -> list[list[object]]:
    """Return a header and *count* rows, always the same."""
    rows: list[list[object]] = [list(HEADER.strip().split(","))]
    for number in range(count):
        product, quantity = number * 7 % PRODUCTS, 1 + number % 5
        price = price_of(product)
        rows.append(
            [
                FIRST_AT + timedelta(seconds=number * 26),
                f"T{number % STORES:03}",
                f"K{number % 3}",
                f"S{number // 3:07}",
                gtin(product),
                f"Produk {product}",
                quantity,
                price,
                0,
                quantity * price,
            ]
        )
    return rows


def write_xlsx(path: Path, sheets: list[Sheet]) -> Path:
    """Write one sheet as a till does: texts once in a table of their own."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet(sheets[0].name)
    for number, row in enumerate(sheets[0].rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


WRITERS: dict[str, tuple[int, Callable[[Path, list[Sheet]], Path]]] = {
    "xlsx": (ROWS, write_xlsx),
    "xlsb": (ROWS, write_xlsb),
    "ods": (ROWS, write_ods),
    "xls": (XLS_ROWS, write_xls),
}


def read_bare(path: Path) -> int:
    """Read all cells with the bare reader."""
    return len(python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) - 1


def read_table(path: Path) -> int:
    """Read all cells as an upload is read."""
    with open_table(path, words=KNOWN_WORDS) as table:
        return sum(len(batch) + len(batch.broken) for batch in table.batches())


def used_seconds() -> float:
    """Return the processor time of this process and of its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(read: Callable[[Path], int], path: Path, *, rows: int) -> tuple[float, float]:
    """Return the seconds of one reading by the clock and of the processor."""
    began, used = time.perf_counter(), used_seconds()
    assert read(path) == rows
    return time.perf_counter() - began, used_seconds() - used


def child_peak_mb(path: Path) -> int:
    """Return the most memory the child has while *path* is read."""
    peak, over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(WATCH_SECONDS):
            for child in psutil.Process().children():
                try:
                    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
                except OSError:
                    continue
                peak = max([peak, *(int(line.split()[1]) >> 10 for line in status.splitlines() if line[:5] == "VmHWM")])

    watcher = threading.Thread(target=watch)
    watcher.start()
    read_table(path)
    over.set()
    watcher.join()
    return peak


def main() -> None:
    """Print the figures of each kind of workbook."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--kinds", nargs="*", choices=[*WRITERS], default=[*WRITERS])
    given = asked.parse_args()
    folder, sales = make_folder(), rows_of_sales(ROWS)
    for kind in given.kinds:
        rows, writer = WRITERS[kind]
        path = writer(folder / f"sales.{kind}", [Sheet("Penjualan", sales[: rows + 1])])
        taken = [[measure(read, path, rows=rows) for read in (read_bare, read_table)] for _ in range(given.rounds)]
        bare, ours = ([min(one[place][way] for one in taken) for way in (0, 1)] for place in (0, 1))
        print(
            f"{kind}: {rows} rows, {path.stat().st_size / (1 << 20):.1f} MB; bare {bare[0]:.2f} s ({bare[1]:.2f} s of the"
            f" processor), table {ours[0]:.2f} s ({ours[1]:.2f} s), ratio {ours[0] / bare[0]:.2f}"
            f" ({ours[1] / bare[1]:.2f}); child {child_peak_mb(path)} MB",
            flush=True,
        )
    print(f"bar for xlsx: {BAR}")


if __name__ == "__main__":
    main()
