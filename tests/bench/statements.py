"""Statements: how long 1,000 of them take to become PDFs, each a file of its own, and all of them one file.

`python -m tests.bench.statements` prints both beside a baseline: a bare compile by Typst of the very same pages, whose
figures were worked out and written as JSON before. Files of their own are written by two processes, which are begun before
this one uses Typst: its threads do not come along into a fork.
"""

import argparse
import json
import os
import platform
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from decimal import Decimal
from statistics import median

import typst

from reports.statement import StatementFigures
from reports.statement_pdf import WORDS, figures_of, write_statement_pdf, write_statements_pdf
from reports.statement_workbook import write_xlsx
from reports.typesetting import FONTS, TEMPLATES, forget
from tests.reports.figures import LINES, STOCK, figures

STATEMENTS, PRODUCTS, PROCESSES, ROUNDS = 1_000, 8, 2, 3
BAR_SECONDS = 20


def make_statement(place: int) -> StatementFigures:
    """Return a statement of eight products, 45.000 each with 1.125 fee: 360.000 less 9.000 are 351.000."""
    names = [(f"Keripik Singkong Rasa {one}", f"PRD-{place:04d}-{one}") for one in range(PRODUCTS)]
    lines = tuple(replace(LINES[0], product=name, product_code=code) for name, code in names)
    stock = tuple(
        replace(STOCK, product=name, product_code=code, sold=Decimal(3), closing=Decimal(22)) for name, code in names
    )
    return figures(
        number=f"NP-2026-{place:06d}", producer=f"Dapur Ibu {place}", producer_code=f"P{place}", lines=lines, stock=stock,
        late=(), late_rp=0, sales_rp=360_000, fee_rp=9_000, fee_tax_rp=0, pph23_rp=0, net_rp=351_000, carried_rp=0,
        due_rp=351_000,
    )  # fmt: skip


def print_alone(places: Sequence[int]) -> int:
    """Write the statements at *places*, each as a file of its own; return how many bytes they have."""
    return sum(len(write_statement_pdf(make_statement(place))) for place in places)


def print_each(count: int) -> int:
    """Write *count* statements as files of their own by two processes."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(print_alone, [range(first, count, PROCESSES) for first in range(PROCESSES)]))


def compile_bare(written: Sequence[str], *, is_tagged: bool) -> int:
    """Compile figures that are JSON already, one document after the other."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    size = 0
    for one in written:
        compiler = typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
        made = compiler.compile(
            str(TEMPLATES / "statement.typ"), format="pdf", sys_inputs={"figures": one}, timestamp=0,
            pdf_standards=["ua-1"] if is_tagged else [], pdf_tags=is_tagged,
        )  # fmt: skip
        size += len(made) if isinstance(made, bytes) else 0
    return size


def compile_each(parts: Sequence[Sequence[str]]) -> int:
    """Compile each document alone by two processes, each taking a part of them."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(_compile_tagged, parts))


def _compile_tagged(written: Sequence[str]) -> int:
    return compile_bare(written, is_tagged=True)


def compile_anew(written: Sequence[str]) -> int:
    """Compile in this process what it may have compiled before: what Typst remembers of that is no help."""
    forget()
    return compile_bare(written, is_tagged=True)


def write_given(statements: Sequence[StatementFigures]) -> str:
    """Return what the template is given for *statements*."""
    shown = [figures_of(one) for one in statements]
    return json.dumps(
        {"title": "Nota", "office": "Dinas", "words": WORDS, "statements": shown, "brief": []}, ensure_ascii=False
    )


def median_seconds(run: Callable[[], object], *, rounds: int) -> float:
    """Return how long *run* takes, the middle of several times."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        spent.append(time.perf_counter() - began)
    return median(spent)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--statements", type=int, default=STATEMENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    statements = [make_statement(place) for place in range(given.statements)]
    alone = [write_given([one]) for one in statements]
    parts = [alone[first::PROCESSES] for first in range(PROCESSES)]
    together = [write_given(statements)]
    each = (
        median_seconds(lambda: print_each(given.statements), rounds=given.rounds),
        median_seconds(lambda: compile_each(parts), rounds=given.rounds),
    )
    began_s = time.process_time()
    ours = median_seconds(lambda: write_statements_pdf(statements, title="Nota"), rounds=given.rounds)
    worked_s = (time.process_time() - began_s) / given.rounds
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    results = {
        "each as a file of its own, two processes": each,
        "all in one tagged file": (ours, median_seconds(lambda: compile_anew(together), rounds=given.rounds)),
    }
    print(
        f"{given.statements:,} statements of {PRODUCTS} products, median of {given.rounds}; the bar is {BAR_SECONDS} s"
    )
    for name, (seconds, bare) in results.items():
        print(f"  {name:<42}{seconds:6.2f} s   bare Typst {bare:6.2f} s   ratio {seconds / bare:.2f}")
    print(f"  all in one: {worked_s:.1f} s of processors, peak memory {peak_mb} MB")
    books = median_seconds(lambda: [write_xlsx(one) for one in statements], rounds=1)
    print(f"  {'each as a workbook, one process':<42}{books:6.2f} s")
    print(
        f"Load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {platform.machine()}, typst {typst.__version__}"
    )


if __name__ == "__main__":
    main()
