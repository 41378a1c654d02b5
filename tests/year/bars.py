"""What the bars of single parts come to on the data of a whole year: statements on paper, papers judged, pages under load."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from consign.banking.queries import find_office
from consign.db import Database
from consign.settlement.printing import print_statement
from tests.bench.pages import measure, serving
from tests.bench.papers import judge_all
from tests.web.browsing import PASSWORD
from tests.year.acting import REGION, Acting
from tests.year.running import Year
from tests.year.setting_up import act_as, login

STATEMENTS, PROCESSES = 1_000, 2
_NEWEST = text("SELECT number FROM statement ORDER BY id DESC LIMIT :most")
_A_PRODUCER = text("""
    SELECT producer.code FROM statement JOIN producer ON producer.id = producer_id
    GROUP BY producer.code ORDER BY count(*) DESC, producer.code LIMIT 1""")


def measure_bars(year: Year, folder: Path, *, seconds: int) -> Iterator[str]:
    """Yield what each part takes; pages are asked for by eight people at once for *seconds* each, if `wrk` is there."""
    yield _print_statements(year.acting, folder)
    yield _judge(year.acting)
    if shutil.which("wrk") is None:
        yield "wrk is not installed: pages under load were not measured"
        return
    with year.acting.database.transaction(REGION) as session:
        producer = session.scalar(_A_PRODUCER)
    people = (login("finance"), login(str(producer)))
    with serving(folder) as base:
        for name, figures in measure(base, people=people, password=PASSWORD, seconds=seconds).items():
            yield f"  {name:<32} {figures}"


def _print_statements(acting: Acting, folder: Path) -> str:
    """Print the newest statements, each as a PDF of its own, from the books to its bytes: by two processes that are warm."""
    with acting.database.transaction(REGION) as session:
        numbers = session.scalars(_NEWEST, {"most": STATEMENTS}).all()
    parts = [numbers[first::PROCESSES] for first in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        list(pool.map(_print_part, [folder] * PROCESSES, [part[:1] for part in parts]))
        began = perf_counter()
        sizes = [size for part in pool.map(_print_part, [folder] * PROCESSES, parts) for size in part]
        spent = perf_counter() - began
    return f"{len(sizes)} statements as PDFs of {sum(sizes) // len(sizes)} bytes: {spent:.1f} s, {PROCESSES} processes"


def _print_part(folder: Path, numbers: Sequence[str]) -> list[int]:
    """Print statements one by one; return how many bytes each has."""
    with _open(folder).transaction(REGION) as session:
        by, (_, accounts) = act_as(session, "finance"), find_office(session)
        return [len(print_statement(session, by=by, number=one, kind="pdf", accounts=accounts)) for one in numbers]


@cache
def _open(folder: Path) -> Database:
    """Open the year's database, once in a process."""
    return Database.open(url=None, data_dir=folder)


def _judge(acting: Acting) -> str:
    with acting.database.transaction(REGION) as session:
        began = perf_counter()
        judged = judge_all(session)
        return f"{judged} products judged by their papers: {perf_counter() - began:.2f} s"
