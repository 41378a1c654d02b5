"""The rows of an upload that wait, each with its cells as they stand in the stored file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import RowMapping, null, select
from sqlalchemy.orm import Session

from consign.errors import NotFound
from consign.models.sales import SalesIgnored, SalesParked, SalesUpload
from consign.sentence import say
from consign.tabular.cells import shown
from consign.tabular.row_numbers import split_number
from consign.tabular.table import Batch, Table

WAITING_STATES = ("open", "withdrawn")
ROWS_AT_ONCE = 5_000
LAST_ROW = 1 << 40


class ReportUnknown(NotFound):
    """The upload has no rows that were read, so there is no report of them."""

    code = "sales.report_unknown"


@dataclass(frozen=True)
class WaitingRow:
    """A row that waits: its cells as the file's reader gives them, and the place of the one at fault."""

    sheet: str | None
    row: int
    cells: Sequence[str]
    fault: int | None
    column: str | None
    reason: str
    state: str
    whole: str | None
    """The whole row, where it has other cells than the header."""


@dataclass(frozen=True)
class IgnoredRow:
    """A row that is no sale: for a *reason* of ours, or because a person said so, with a *note*."""

    sheet: str | None
    row: int
    reason: str | None
    note: str | None
    raw: str


def refuse_unread(upload: SalesUpload) -> None:
    """Refuse to report about an upload none of whose rows was read.

    Raises:
        ReportUnknown: it was neither posted nor reversed.

    """
    if upload.status not in ("posted", "reversed"):
        raise ReportUnknown(say("Upload {upload} is not posted, so no row of it waits.", upload=upload.id))


class ProblemSheet:
    """The rows of an upload that wait, beside the *table* of its stored file."""

    def __init__(self, session: Session, upload: SalesUpload, table: Table) -> None:
        self._session = session
        self._upload = upload
        self._table = table
        self._parts: Sequence[str] = upload.outcome.get("parts", ())

    def rows(self) -> Iterator[WaitingRow]:
        """Yield the rows that wait, in their order; never more than a batch of the file is held at once."""
        after = 0
        for batch in self._table.read():
            numbers = [*batch.rows[-1:].tolist(), *(row.row for row in batch.broken[-1:])]
            if numbers:
                yield from self._rows_of(batch, after=after, until=max(numbers))
                after = max(numbers)
        yield from self._rows_of(None, after=after, until=LAST_ROW)

    def _rows_of(self, batch: Batch | None, *, after: int, until: int) -> Iterator[WaitingRow]:
        query = (
            select(
                SalesParked.row_no, SalesParked.reason, SalesParked.column, SalesParked.cell, SalesParked.raw,
                SalesParked.state,
            )
            .where(
                SalesParked.upload_id == self._upload.id,
                SalesParked.row_no > after,
                SalesParked.row_no <= until,
                SalesParked.state.in_(WAITING_STATES),
            )
            .order_by(SalesParked.row_no)
        )  # fmt: skip
        for row in self._session.execute(query).mappings():
            yield self._describe(row, _find_cells(batch, row))

    def _describe(self, row: RowMapping, cells: Sequence[str]) -> WaitingRow:
        sheet, number = split_number(row["row_no"], self._parts)
        width = len(self._table.headers)
        fits = len(cells) == width
        return WaitingRow(
            sheet=sheet,
            row=number,
            cells=cells[:width],
            fault=self._find_fault(row, cells[:width]) if fits else None,
            column=row["column"],
            reason=row["reason"],
            state=row["state"],
            whole=None if fits else row["raw"].replace("\t", " | "),
        )

    def _find_fault(self, row: RowMapping, cells: Sequence[str]) -> int | None:
        """Return the place of the cell at fault: below its header, else the first that holds what is not known."""
        if row["column"] is not None:
            places = range(len(self._table.headers))
            return next((place for place in places if self._table.describe_column(place) == row["column"]), None)
        if not row["cell"]:
            return None
        return next((place for place, cell in enumerate(cells) if shown(cell).strip() == row["cell"].strip()), None)

    def ignored(self) -> Iterator[IgnoredRow]:
        """Yield the rows that are no sales, in their order."""
        left_out = select(SalesIgnored.row_no, SalesIgnored.reason, null().label("note"), SalesIgnored.raw).where(
            SalesIgnored.upload_id == self._upload.id
        )
        dismissed = select(SalesParked.row_no, null(), SalesParked.note, SalesParked.raw).where(
            SalesParked.upload_id == self._upload.id, SalesParked.state == "dismissed"
        )
        query = left_out.union_all(dismissed).order_by("row_no").execution_options(yield_per=ROWS_AT_ONCE)
        for row in self._session.execute(query):
            sheet, number = split_number(row.row_no, self._parts)
            yield IgnoredRow(sheet, number, row.reason, row.note, row.raw.replace("\t", " | "))


def _find_cells(batch: Batch | None, row: RowMapping) -> Sequence[str]:
    """Return the cells of a row as they stand in the file; where it is not the row that was read, as it was kept."""
    raw: str = row["raw"]
    kept = raw.split("\t")
    if batch is None:
        return kept
    place = int(np.searchsorted(batch.rows, row["row_no"]))
    if place < len(batch) and batch.rows[place] == row["row_no"]:
        cells = batch.cells_of(place)
        return cells if shown("\t".join(cells)) == raw else kept
    return next((list(one.cells) for one in batch.broken if one.row == row["row_no"]), kept)
