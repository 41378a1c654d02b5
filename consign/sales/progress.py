"""How far a file is while it is read, told to whoever watches: a page, a terminal."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from consign import clock
from consign.db import Database
from consign.errors import ConsignError
from consign.models.sales import SalesProgress
from consign.tabular.table import Batch, Table

logger = logging.getLogger(__name__)

HASHING, READING, DECIDING, POSTING = "hashing", "reading", "deciding", "posting"
"""The steps in their order; the first is over before there is an upload."""
Tell = Callable[[str, int, int | None], None]
"""Told the step, how many rows of it are done, and how many there are where that is known."""

EVERY_S = 0.7
"""Nobody looks more often; what is done sooner is never written down."""
STALE = timedelta(minutes=10)
"""What was said so long ago was said by a reader that was killed."""


@dataclass(frozen=True)
class Progress:
    """How far a file is that is being read this moment."""

    step: str
    rows_done: int
    rows_total: int | None


def tell_nobody(step: str, done: int, total: int | None) -> None:
    """Say nothing."""


@contextmanager
def telling(database: Database, *, region: str, upload_id: int, also: Tell = tell_nobody) -> Iterator[Tell]:
    """Write down now and then how far an upload is, each time in a transaction of its own; forget it at the end.

    *also* is told every time.
    """
    teller = _Teller(database, region=region, upload_id=upload_id, also=also)
    try:
        yield teller.tell
    finally:
        teller.forget()


class Watched:
    """A table that tells how many of its rows were read while it is gone through for the first time."""

    def __init__(self, table: Table, tell: Tell) -> None:
        self.rows_total: int | None = None
        """All rows below the header, once they were read."""
        read = table.read

        def watched() -> Iterator[Batch]:
            rows = 0
            for batch in read():
                rows += len(batch) + len(batch.broken)
                if self.rows_total is None:
                    tell(READING, rows, None)
                yield batch
            self.rows_total = rows

        self.table = table.changed(read=watched)


class _Teller:
    def __init__(self, database: Database, *, region: str, upload_id: int, also: Tell) -> None:
        self._database = database
        self._region = region
        self._upload_id = upload_id
        self._also = also
        self._told_s = time.monotonic()
        self._is_written = False

    def tell(self, step: str, done: int, total: int | None) -> None:
        self._also(step, done, total)
        if time.monotonic() - self._told_s < EVERY_S:
            return
        self._write(SalesProgress(upload_id=self._upload_id, step=step, rows_done=done, rows_total=total))
        self._told_s = time.monotonic()
        self._is_written = True

    def forget(self) -> None:
        if self._is_written:
            self._write(None)

    def _write(self, progress: SalesProgress | None) -> None:
        """Replace what is written about the upload. Where that fails the file is read all the same."""
        try:
            with self._database.transaction(self._region) as session:
                session.execute(delete(SalesProgress).where(SalesProgress.upload_id == self._upload_id))
                if progress is not None:
                    progress.changed_at = clock.now()
                    session.add(progress)
        except (SQLAlchemyError, ConsignError):
            logger.warning("How far upload %s is could not be written down", self._upload_id, exc_info=True)


def find_progress(session: Session, upload_id: int) -> Progress | None:
    """Return how far an upload is; blank where nobody reads it, or it was read too fast to say."""
    query = select(SalesProgress.step, SalesProgress.rows_done, SalesProgress.rows_total).where(
        SalesProgress.upload_id == upload_id, SalesProgress.changed_at > clock.now() - STALE
    )
    row = session.execute(query).one_or_none()
    return Progress(*row) if row else None


def forget_stale(session: Session) -> int:
    """Forget what readers said that were killed; return of how many uploads."""
    gone = session.scalars(
        delete(SalesProgress).where(SalesProgress.changed_at <= clock.now() - STALE).returning(SalesProgress.upload_id)
    )
    return len(gone.all())
