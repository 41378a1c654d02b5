"""Many at once, and processes that die: one effect, nothing lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from sqlalchemy import text

from consign.checks import find_breaches
from consign.db import Database
from consign.files import Files
from consign.identity.queries import get_actor
from consign.jobs.posting import Handover, post_sales_file
from consign.sales.file_posting import Outcome
from consign.settlement.actions import close_period
from tests.builders import ACCEPT, FINANCE, KERIPIK, build_city, write_csv
from tests.conftest import REGION

POST = """
import sys
from pathlib import Path
from consign.db import Database
from consign.files import Files
from consign.jobs.posting import Handover, post_sales_file
from tests.builders import ACCEPT, FINANCE
url, folder, path = sys.argv[1:]
database = Database.open(url=url, data_dir=Path(folder))
print("ready", flush=True)
post_sales_file(database, Files.open(url=None, folder=Path(folder)), region="64.71", login=FINANCE,
                handover=Handover(Path(path), "BM"), decisions=ACCEPT)
"""


def row(number: int, day: int = 5) -> str:
    return f"2026-09-{day:02d},T1,S{number:05d},{KERIPIK},Keripik,1,15000,15000"


def post(database: Database, files: Files, path: Path) -> Outcome:
    return post_sales_file(
        database, files, region=REGION, login=FINANCE, handover=Handover(path, "BM"), decisions=ACCEPT
    )


def count_sales(database: Database) -> int:
    with database.transaction(REGION) as session:
        return int(session.scalar(text("SELECT count(*) FROM sale")) or 0)


def assert_sound(database: Database, files: Files) -> None:
    with database.transaction(REGION) as session:
        assert list(find_breaches(session, files)) == []


def test_one_file_handed_in_by_sixty_four_at_once_is_one_upload(
    database: Database, files: Files, tmp_path: Path
) -> None:
    with database.transaction(REGION) as session:
        build_city(session)
    path = write_csv(tmp_path, *(row(number) for number in range(20)))
    with ThreadPoolExecutor(8) as pool:
        outcomes = set(pool.map(lambda _: post(database, files, path), range(64)))
    assert len(outcomes) == 1
    assert count_sales(database) == 20
    assert_sound(database, files)


def test_the_same_sales_in_different_files_at_once_are_counted_once(
    database: Database, files: Files, tmp_path: Path
) -> None:
    with database.transaction(REGION) as session:
        build_city(session)
    rows = [row(number) for number in range(20)]
    paths = []
    for place in range(8):
        random.Random(place).shuffle(rows)  # noqa: S311  # an order, not a secret
        paths.append(write_csv(tmp_path, *rows, name=f"{place}.csv"))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda path: post(database, files, path), paths))
    assert sum(outcome.posted for outcome in outcomes) == 20
    assert sum(outcome.known for outcome in outcomes) == 140
    assert_sound(database, files)


def test_closing_while_files_are_posted_puts_every_sale_into_one_statement(
    database: Database, files: Files, tmp_path: Path
) -> None:
    with database.transaction(REGION) as session:
        partner_id = build_city(session).partner.id
    paths = [
        write_csv(tmp_path, *(row(100 * place + n, day=place + 1) for n in range(10)), name=f"{place}.csv")
        for place in range(8)
    ]

    def close(until: date) -> int:
        with database.transaction(REGION) as session:
            statements = close_period(
                session, by=get_actor(session, FINANCE), partner_id=partner_id, until=until, incomplete_reason="uji"
            )
            return sum(one.line_count for one in statements)

    with ThreadPoolExecutor(4) as pool:
        posting = [pool.submit(post, database, files, path) for path in paths]
        early = pool.submit(close, date(2026, 9, 30)).result()
        assert sum(one.result().posted for one in posting) == 80
    assert early + close(date(2026, 10, 31)) == 80
    assert_sound(database, files)


def test_a_posting_that_is_killed_leaves_nothing_and_can_be_run_again(
    database: Database, files: Files, tmp_path: Path
) -> None:
    with database.transaction(REGION) as session:
        build_city(session)
    path = write_csv(tmp_path, *(row(number, day=1 + number % 28) for number in range(20_000)))
    url = database._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [sys.executable, "-c", POST, url, str(tmp_path / "files"), str(path)]
    killed = 0
    for delay in (0.05, 0.15, 0.3, 0.45):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], env={**os.environ})
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        child.stdout.close()
        assert count_sales(database) in (0, 20_000)  # the whole file or nothing of it
    outcome = post(database, files, path)
    assert (outcome.posted, count_sales(database), outcome.rows_read) == (20_000, 20_000, 20_000)
    assert killed >= 1
    assert_sound(database, files)
