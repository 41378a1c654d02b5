"""Labels: how long 1,000 of them take, and how many symbols are read on every paper, at every resolution, also when spoilt.

`python -m tests.bench.labels` prints the time beside two baselines of the same run: bare python-barcode SVGs of the same
numbers, and an empty Typst document of as many pages. Then it draws 1,000 numbers on each paper for each printer and reads
them: as they are, blurred, with print gain, turned. `--quick` takes fewer numbers. Two processes do the reading.
"""

import argparse
import math
import multiprocessing
import platform
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium
import typst
import zxingcpp
from barcode import EAN13
from barcode.writer import SVGWriter
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from reports.label_check import POINT_UM, check_labels, render_grey
from reports.labels import Label, LabelPlan, LabelRun, LabelStock, SymbolKind, place_labels, plan_labels, write_labels
from reports.symbol_sizes import PRINTERS_DPI, dot_um
from tests.reports.stocks import FULL, STOCKS, make_numbers

NUMBERS, QUICK_NUMBERS = 1_000, 60
ROUNDS = 3
BAR_SECONDS, BAR_BYTES = 3, 1_000_000
TURNED_DEGREES = 3
SUBPIXELS = 50
"""Parts of a module in which print gain is drawn: 2 % is one of them."""
MARGIN, SPOILT_UM = 24, 10_000
"""White in dots around a symbol, and how much of it is spoilt: its lower 10 mm, with the digits."""
FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.EAN13])
Pixels = NDArray[np.uint8]


def median_seconds(run: Callable[[], object]) -> tuple[float, float]:
    """Return how long *run* takes, the middle of several times, by the clock and of the processor."""
    clock, processor = [], []
    for _ in range(ROUNDS):
        begun, used = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return statistics.median(clock), statistics.median(processor)


def make_runs(numbers: list[str], *, copies: int, turn: int = 0) -> list[LabelRun]:
    """Return labels with all fields, each with a name of its own; another *turn* gives other names."""
    return [
        LabelRun(replace(FULL, number=number, name=f"Keripik Pisang Balado {turn}-{place}"), copies)
        for place, number in enumerate(numbers)
    ]


def blur(pixels: Pixels, sigma: float) -> Pixels:
    """Return the picture out of focus: a Gaussian whose deviation is *sigma* dots."""
    return np.array(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(sigma)))


def blur_quarter(pixels: Pixels, module: int) -> Pixels:
    """Return the picture out of focus by a quarter of a module."""
    return blur(pixels, module / 4)


def blur_half(pixels: Pixels, module: int) -> Pixels:
    """Return the picture out of focus by half a module: the narrowest bars and spaces keep 68 % of their contrast."""
    return blur(pixels, module / 2)


def spread(pixels: Pixels, module: int) -> Pixels:
    """Return the picture with ink that runs: 2 % of a module on each side, drawn in parts of a module and seen in dots."""
    parts = math.ceil(SUBPIXELS / module)
    wide = np.repeat(pixels, parts, axis=1)
    run = np.minimum(wide, np.minimum(np.roll(wide, 1, axis=1), np.roll(wide, -1, axis=1)))
    return run.reshape(len(pixels), pixels.shape[1], parts).mean(axis=2).astype(np.uint8)


def turn(pixels: Pixels, module: int) -> Pixels:
    """Return the picture held askew."""
    del module
    turned = Image.fromarray(pixels).rotate(TURNED_DEGREES, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    return np.array(turned)


OWN, MIDWAY = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.FixedThreshold
SPOILT: tuple[tuple[Callable[[Pixels, int], Pixels], dict[str, zxingcpp.Binarizer]], ...] = (
    (blur_quarter, {"blurred X/4": OWN}),
    (blur_half, {"blurred X/2": MIDWAY, "blurred X/2, threshold by histogram": OWN}),
    (spread, {"ink gain": OWN}),
    (turn, {"turned": OWN}),
)
"""How pictures are spoilt, and where black ends. For bars the decoder's own threshold comes from a histogram; of strongly
blurred ones that fails where the middle between black and white reads the very same pictures."""
CONDITIONS = ("clean", *(name for _, readings in SPOILT for name in readings))


def is_read(pixels: Pixels, number: str, *, threshold: zxingcpp.Binarizer) -> bool:
    """Tell whether just *number* is read from the picture, in one orientation and at one scale."""
    found = zxingcpp.read_barcodes(
        pixels, formats=FORMATS, try_rotate=False, try_downscale=False, try_invert=False, binarizer=threshold
    )
    return [one.text for one in found] == [number]


def try_stock(stock: LabelStock, dpi: int, numbers: list[str]) -> tuple[str, int, LabelPlan, dict[str, list[str]]]:
    """Print *numbers* and read them in every condition; return the plan, and by condition the numbers that were not read."""
    labels = [Label(SymbolKind.EAN13, number, f"Produk {number[-5:]}") for number in numbers]
    plan = plan_labels([LabelRun(label, 1) for label in labels], stock=stock, dpi=dpi, allow_small=True)
    pdf = write_labels(plan)
    missed: dict[str, list[str]] = {"clean": [] if check_labels(pdf, plan) == len(numbers) else numbers}
    missed |= {name: [] for name in CONDITIONS[1:]}
    lower = round(SPOILT_UM / dot_um(dpi))
    with closing(pdfium.PdfDocument(pdf)) as document:
        page, pixels = 0, np.empty((0, 0), np.uint8)
        for placed in place_labels(plan):
            if placed.layout is None:
                continue
            if placed.page != page:
                page = placed.page
                pixels = render_grey(document, page, dots_per_point=POINT_UM / dot_um(dpi))
            layout = plan.layouts[placed.layout]
            left, top = placed.cell.left + layout.left, placed.cell.top + layout.top
            drawing = layout.drawing
            band = slice(top + max(0, drawing.height - lower), top + drawing.height)
            symbol = np.pad(pixels[band, left : left + drawing.width], MARGIN, constant_values=255)
            for spoil, readings in SPOILT:
                picture = spoil(symbol, drawing.module)
                for name, threshold in readings.items():
                    if not is_read(picture, layout.label.number, threshold=threshold):
                        missed[name].append(layout.label.number)
    return stock.name, dpi, replace(plan, layouts=plan.layouts[:1], order=(0,)), missed


def measure(numbers: list[str]) -> None:
    """Print how long the labels take to be planned, written and read again, and what the baselines take."""
    stock, dpi = STOCKS["Tom & Jerry 121"], 600
    for distinct in (len(numbers), max(1, len(numbers) // 20)):
        copies = len(numbers) // distinct
        turns = iter(range(100))  # other names each time: Typst remembers what it has set before

        def write(distinct: int = distinct, copies: int = copies) -> None:
            runs = make_runs(numbers[:distinct], copies=copies, turn=next(turns))  # noqa: B023  # used up in this round
            write_labels(plan_labels(runs, stock=stock, dpi=dpi))

        spent, used = median_seconds(write)
        plan = plan_labels(make_runs(numbers[:distinct], copies=copies), stock=stock, dpi=dpi)
        pdf = write_labels(plan)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        begun = time.perf_counter()
        read = check_labels(pdf, plan)
        print(
            f"{len(plan.order):,} labels of {distinct:,} products on {plan.count_pages()} pages: {spent:.2f} s (bar"
            f" {BAR_SECONDS} s; {used:.2f} s of processor), {len(pdf):,} bytes (bar {BAR_BYTES:,}), peak memory {peak} MiB; {read:,} read again"
            f" at {dpi} dpi in {time.perf_counter() - begun:.1f} s"
        )
    pages = math.ceil(len(numbers) / stock.labels_per_page)
    bare, _ = median_seconds(lambda: [EAN13(number, writer=SVGWriter()).render() for number in numbers])
    empty = "#set page(width: 165mm, height: 210mm)\n" + "#pagebreak()\n" * (pages - 1)
    blank, _ = median_seconds(lambda: typst.compile(empty.encode(), format="pdf", ignore_system_fonts=True))
    print(f"bare python-barcode SVGs of the same {len(numbers):,} numbers: {bare:.2f} s")
    print(f"empty Typst document of {pages} pages: {blank:.2f} s")


def main() -> None:
    """Measure, then read all numbers everywhere."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help=f"{QUICK_NUMBERS} numbers instead of {NUMBERS:,}")
    numbers = make_numbers(QUICK_NUMBERS if options.parse_args().quick else NUMBERS, seed=2026)
    measure(numbers)
    begun = time.perf_counter()
    totals = dict.fromkeys(CONDITIONS, 0)
    tried = 0
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = [pool.submit(try_stock, stock, dpi, numbers) for stock in STOCKS.values() for dpi in PRINTERS_DPI]
        for task in tasks:
            name, dpi, plan, missed = task.result()
            drawing = plan.layouts[0].drawing
            tried += len(numbers)
            for condition, lost in missed.items():
                totals[condition] += len(numbers) - len(lost)
            told = ", ".join(f"{condition} {len(numbers) - len(lost):,}" for condition, lost in missed.items())
            x_mm = round(drawing.module * dot_um(dpi)) / 1_000
            bars_mm = round(drawing.bars * dot_um(dpi)) / 1_000
            print(f"{name}, {dpi} dpi, X {x_mm:.3f} mm, bars {bars_mm:.1f} mm: tried {len(numbers):,}, read: {told}")
    for condition, read in totals.items():
        print(f"{condition}: tried {tried:,}, decoded {read:,}")
    print(f"in {time.perf_counter() - begun:.0f} s; Python {platform.python_version()}, {platform.machine()}")


if __name__ == "__main__":
    main()
