"""What the bars of single parts come to on the data of a whole year: statements on paper, papers judged, pages under load."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from consign.banking.queries import find_office
from consign.settlement.printing import print_statement
from tests.bench.pages import measure, serving
from tests.bench.papers import judge_all
from tests.web.browsing import PASSWORD
from tests.year.acting import REGION, Acting
from tests.year.running import Year
from tests.year.setting_up import act_as, login

STATEMENTS = 1_000
_NEWEST = text("SELECT number FROM statement ORDER BY id DESC LIMIT :most")
_A_PRODUCER = text("""
    SELECT producer.code FROM statement JOIN producer ON producer.id = producer_id
    GROUP BY producer.code ORDER BY count(*) DESC, producer.code LIMIT 1""")


def measure_bars(year: Year, folder: Path, *, seconds: int) -> Iterator[str]:
    """Yield what each part takes; pages are asked for by eight people at once for *seconds* each, if `wrk` is there."""
    yield _print_statements(year.acting)
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


def _print_statements(acting: Acting) -> str:
    """Print the newest statements one by one, each as a PDF of its own, from the books to its bytes."""
    with acting.database.transaction(REGION) as session:
        by, (_, accounts) = act_as(session, "finance"), find_office(session)
        numbers = session.scalars(_NEWEST, {"most": STATEMENTS}).all()
        began = perf_counter()
        made = [print_statement(session, by=by, number=one, kind="pdf", accounts=accounts) for one in numbers]
    return f"{len(made)} statements as PDFs of {sum(map(len, made)) // len(made)} bytes: {perf_counter() - began:.1f} s, one process"


def _judge(acting: Acting) -> str:
    with acting.database.transaction(REGION) as session:
        began = perf_counter()
        judged = judge_all(session)
        return f"{judged} products judged by their papers: {perf_counter() - began:.2f} s"
