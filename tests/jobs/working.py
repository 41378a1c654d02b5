"""Handing files in, running a worker beside a test, and looking at where things stand."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlalchemy import text

from consign.checks import find_breaches
from consign.db import Database
from consign.files import Files, hash_file
from consign.identity.queries import get_actor
from consign.jobs.worker import Worker
from consign.partners.queries import get_partner
from consign.sales.deciding import decide_upload
from consign.sales.handing_in import hand_in_file
from consign.sales.mapping import Answers, Stated
from tests.builders import FINANCE, KERIPIK
from tests.conftest import REGION

ROW = f"2026-09-05,T1,S1,{KERIPIK},Keripik,2,15000,30000"


def hand_in(database: Database, files: Files, path: Path, *, login: str = FINANCE, stated: Stated | None = None) -> int:
    """Hand a file in as the pages do; return its upload."""
    sha256 = hash_file(path)
    files.store(path, sha256)
    with database.transaction(REGION) as session:
        upload, _ = hand_in_file(
            session,
            by=get_actor(session, login),
            partner_id=get_partner(session, "BM").id,
            sha256=sha256,
            name=path.name,
            size_bytes=path.stat().st_size,
            stated=stated or Stated(),
        )
    return upload.id


def decide(
    database: Database,
    upload_id: int,
    *,
    login: str = FINANCE,
    answers: Answers | None = None,
    stated: Stated | None = None,
    overlap: str | None = None,
    confirmed: bool | None = None,
) -> None:
    with database.transaction(REGION) as session:
        by = get_actor(session, login)
        decide_upload(
            session, by=by, upload_id=upload_id, answers=answers, stated=stated, overlap=overlap, confirmed=confirmed
        )


@contextmanager
def working(database: Database, files: Files, *, grace_s: int = 5) -> Iterator[None]:
    """Run a worker in a thread of its own."""
    loop = asyncio.new_event_loop()
    ready = Event()
    tasks: list[asyncio.Task[None]] = []

    async def run() -> None:
        async with Worker(database, files, grace_s=grace_s).running():
            task = asyncio.current_task()
            assert task is not None
            tasks.append(task)
            ready.set()
            await asyncio.Event().wait()

    def live() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())
        except asyncio.CancelledError:
            pass

    thread = Thread(target=live)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(tasks[0].cancel)
        thread.join(30)
        assert not thread.is_alive()


def wait_until(holds: Callable[[], bool], *, seconds: int = 30) -> None:
    """Wait until *holds* does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def stand(database: Database, upload_id: int = 1) -> tuple[str, dict[str, Any]]:
    """Return an upload's status and outcome."""
    with database.transaction(REGION) as session:
        row = session.execute(
            text("SELECT status, outcome FROM sales_upload WHERE id = :upload"), {"upload": upload_id}
        ).one()
    return row.status, row.outcome


def wait_for(database: Database, status: str, upload_id: int = 1) -> dict[str, Any]:
    """Wait until the upload has the *status*; return its outcome."""
    wait_until(lambda: stand(database, upload_id)[0] == status)
    return stand(database, upload_id)[1]


def query_queue(database: Database, statement: str) -> list[Any]:
    """Run a statement as the owner of the queue; return the first column where there is one."""
    with database.owner() as connection:
        result = connection.execute(text(statement))
        return list(result.scalars()) if result.returns_rows else []


def find_jobs(database: Database, *, status: str = "todo") -> list[str]:
    """Return the keys of the jobs in a state."""
    return query_queue(database, f"SELECT queueing_lock FROM procrastinate_jobs WHERE status = '{status}' ORDER BY id")


def count_sales(database: Database) -> int:
    with database.transaction(REGION) as session:
        return int(session.scalar(text("SELECT count(*) FROM sale")) or 0)


def assert_sound(database: Database, files: Files) -> None:
    with database.transaction(REGION) as session:
        assert list(find_breaches(session, files)) == []
