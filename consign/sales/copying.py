"""COPY from columns, sent by a thread of its own, so that the next columns are made while the server takes these."""

import io
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from decimal import Decimal
from types import TracebackType
from typing import Self

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from consign.sales.column_values import MILLI


class Copier:
    """Sends columns to tables in the session's transaction. Nothing else may use the session until `end`."""

    def __init__(self, session: Session) -> None:
        driver = session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(f"COPY needs psycopg, not {type(driver)}")
        self._cursor = driver.cursor()
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copy")
        self._table = ""
        self._opened: AbstractContextManager[psycopg.Copy] | None = None
        self._copy: psycopg.Copy | None = None
        self._sent: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.end()
            elif self._opened is not None:
                self._wait_quietly()
                self._opened.__exit__(kind, error, trace)  # tells the server to stop
        finally:
            self._sender.shutdown()
            self._cursor.close()

    def send(self, table: str, columns: Sequence[pa.Array | pa.ChunkedArray]) -> None:
        """Send *columns* to *table*, named with its column list; text is quoted, so blank text is not a missing value.

        At most one lot is under way: a second call waits for the first.
        """
        rows = pa.table(list(columns), names=[str(place) for place in range(len(columns))])
        if not len(rows):
            return
        buffer = io.BytesIO()
        pa.csv.write_csv(rows, buffer, pa.csv.WriteOptions(include_header=False, quoting_style="needed"))
        if table != self._table:
            self.end()
            opened = self._cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)")
            self._table, self._opened, self._copy = table, opened, opened.__enter__()
        self._wait()
        if self._copy is not None:
            self._sent = self._sender.submit(self._copy.write, buffer.getbuffer())

    def end(self) -> None:
        """Wait until the server has taken everything; afterwards the session may be used again."""
        self._wait()
        if self._opened is not None:
            opened, self._opened, self._copy, self._table = self._opened, None, None, ""
            opened.__exit__(None, None, None)

    def _wait(self) -> None:
        sent, self._sent = self._sent, None
        if sent is not None:
            sent.result()

    def _wait_quietly(self) -> None:
        """Wait for what is under way; its own error does not hide the one that ends the copying."""
        sent, self._sent = self._sent, None
        if sent is not None:
            sent.exception()


def as_decimals(milli: NDArray[np.int64]) -> pa.Array:
    """Return thousandths as decimal text."""
    if not (milli % MILLI).any():
        return pa.array(milli // MILLI)
    distinct, places = np.unique(milli, return_inverse=True)
    return pa.array([str(Decimal(int(value)) / MILLI) for value in distinct]).take(pa.array(places))
