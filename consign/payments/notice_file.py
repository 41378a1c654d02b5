"""The list of a notice as a file, CSV or XLSX: a statement's number and what was paid of it, row by row."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.catalogue.import_rules import RowProblem, tell_problem
from consign.catalogue.list_file import ListRow, find_places, read_rows_within
from consign.errors import BadInput, ConsignError
from consign.files import copy_within
from consign.identity.rules import Act, Actor, authorize
from consign.models.settlement import Statement
from consign.payments.expected import find_payables
from consign.payments.notice_rules import MOST_LINES, Payable, refuse_line
from consign.sentence import Sentence, load_sentence, say, say_all
from consign.settlement.allocating import find_open
from consign.settlement.shares import Share
from consign.tabular.cells import cut, shown
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, decide_number_style, parse_number
from consign.tabular.opening import open_table
from consign.tabular.table import Table

MOST_BYTES = 5 << 20
MOST_TOLD = 20
"""Problems that the error names one by one."""


class Column(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    AMOUNT = "amount"


TITLES: Mapping[Column, str] = {Column.NUMBER: "Nomor nota", Column.AMOUNT: "Jumlah dibayar"}
HEADERS: Mapping[str, Column] = {
    normalize(header): column
    for column, headers in {
        Column.NUMBER: (
            "nomor nota", "nota", "no nota", "nomor nota perhitungan", "nomor", "no", "nota perhitungan", "statement",
            "statement number", "number",
        ),
        Column.AMOUNT: (
            "jumlah dibayar", "jumlah", "dibayar", "nominal", "jumlah bayar", "nilai", "bayar", "amount", "paid",
            "amount paid",
        ),
    }.items()
    for header in headers
}  # fmt: skip


class NoticeFileTooLarge(BadInput):
    """The file has more bytes or rows than a list of a notice needs; nothing was noted."""

    code = "payments.notice_file_too_large"


class NoticeFileColumns(BadInput):
    """The file's columns do not say which statement was paid and how much; nothing was noted."""

    code = "payments.notice_file_columns"


class NoticeFileEmpty(BadInput):
    """The file has no row; nothing was noted."""

    code = "payments.notice_file_empty"


class NoticeFileRefused(BadInput):
    """Rows of a notice's list cannot be taken; nothing was noted. `problems` holds each with its row."""

    code = "payments.notice_file_refused"

    def __init__(self, problems: Sequence[tuple[int, RowProblem]]) -> None:
        told = [say("row {row}: {why}", row=row, why=tell_problem(one)) for row, one in problems[:MOST_TOLD]]
        first = say(
            "{count} rows of the list cannot be taken; nothing was noted. Mend them and hand the list in again.",
            count=len({row for row, _ in problems}),
        )
        super().__init__(say_all([first, *told], between=" · "))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class _Row:
    row: int
    number: str
    amount_rp: int


def read_notice_file(session: Session, *, by: Actor, partner_id: int, route: str, source: BinaryIO) -> list[Share]:
    """Return what the file in *source* says was paid of which statements of a partner; blank rows are left out.

    Raises:
        NotAllowed: *by* does not note payments of this partner.
        NoticeFileTooLarge: it is more than 5 MB, or has more than 2,000 rows.
        NoticeFileColumns: a column is missing, or two hold the same.
        NoticeFileEmpty: it has no row.
        NoticeFileRefused: rows cannot be taken, each named.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    authorize(by, Act.NOTE_PAYMENTS, partner_id=partner_id)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "list"
        if not copy_within(source, path, most_bytes=MOST_BYTES):
            raise NoticeFileTooLarge(
                say("The list is larger than {megabytes} MB; nothing was noted.", megabytes=MOST_BYTES >> 20)
            )
        headers, places, rows = _read(path)
    read, problems = _read_rows(rows, places, headers)
    shares, unfitting = _find_shares(session, read, partner_id=partner_id, route=route)
    if problems or unfitting:
        raise NoticeFileRefused(sorted([*problems, *unfitting], key=lambda one: one[0]))
    return shares


def _read(path: Path) -> tuple[tuple[str, ...], Mapping[Column, int], list[ListRow]]:
    with open_table(path, words=frozenset(HEADERS)) as table:
        places = _find_places(table)
        rows = read_rows_within(table, most=MOST_LINES)
        headers = table.headers
    if rows is None:
        raise NoticeFileTooLarge(
            say("The list has more than {most} rows; nothing was noted. Hand it in in parts.", most=MOST_LINES)
        )
    if not rows:
        raise NoticeFileEmpty(
            say("The list has no row with a statement; nothing was noted. Give each statement a row.")
        )
    return headers, places, rows


def _find_places(table: Table) -> Mapping[Column, int]:
    places, twice = find_places(table, HEADERS)
    if twice is not None:
        first, second = twice
        raise NoticeFileColumns(
            say(
                "“{first}” and “{second}” are columns for the same; nothing was noted. Leave one of them out.",
                first=first,
                second=second,
            )
        )
    missing = [TITLES[one] for one in Column if one not in places]
    if missing:
        raise NoticeFileColumns(
            say("The list has no column {columns}; nothing was noted. Name the columns so.", columns=missing)
        )
    return places


def _read_rows(
    rows: Sequence[ListRow], places: Mapping[Column, int], headers: Sequence[str]
) -> tuple[list[_Row], list[tuple[int, RowProblem]]]:
    """Return what can be read, and what cannot; how the file writes amounts is decided once for all rows."""
    whole = [row for row in rows if not row.broken]
    style = decide_number_style([row.cells[places[Column.AMOUNT]] for row in whole]).choice or NumberStyle.INDONESIAN
    read, problems = [], []
    for row in rows:
        if row.broken:
            why = say("The row has more or fewer cells than the header. Give it one cell for each column.")
            problems.append((row.row, RowProblem("", cut(" | ".join(row.shown())), "row.width", why)))
            continue
        number = shown(row.cells[places[Column.NUMBER]]).strip()
        cell = row.cells[places[Column.AMOUNT]]
        amount = _read_amount(cell, style)
        if not number:
            why = say("This cell is blank. Fill it in.")
            problems.append((row.row, RowProblem(headers[places[Column.NUMBER]].strip(), "", "cell.blank", why)))
        if isinstance(amount, int):
            read += [_Row(row.row, number, amount)] if number else []
            continue
        header = headers[places[Column.AMOUNT]].strip()
        problems.append((row.row, RowProblem(header, cut(shown(cell).strip()), *amount)))
    return read, problems


def _read_amount(cell: str, style: NumberStyle) -> int | tuple[str, Sentence]:
    """Return the amount in a cell, or the code of what is wrong with it and what to do."""
    if not cell.strip():
        return "cell.blank", say("This cell is blank. Fill it in.")
    number = parse_number(cell, style)
    if isinstance(number, Decimal) and number == number.to_integral_value():
        return int(number)
    if isinstance(number, Decimal):
        return "amount.not_whole", say("An amount is in whole rupiah. Leave the decimals out.")
    if number == "number.other_style":
        return number, say("It is not sure which sign parts thousands in this file. Write the number with digits only.")
    return "number.invalid", say("Write nothing but a number into the cell.")


def _find_shares(
    session: Session, rows: Sequence[_Row], *, partner_id: int, route: str
) -> tuple[list[Share], list[tuple[int, RowProblem]]]:
    numbers = sorted({row.number.upper() for row in rows})
    query = select(Statement.id).where(Statement.number.in_(numbers), Statement.partner_id == partner_id)
    opened = find_open(session, session.scalars(query).all())
    payables = {one.number: one for one in find_payables(session, list(opened.values())).values()}
    shares: list[Share] = []
    problems: list[tuple[int, RowProblem]] = []
    seen: set[str] = set()
    for row in rows:
        number = row.number.upper()
        problem = _find_problem(row, payables.get(number), again=number in seen, partner_id=partner_id, route=route)
        seen.add(number)
        if problem is not None:
            problems.append((row.row, problem))
        else:
            shares.append(Share(payables[number].id, row.amount_rp))
    return shares, problems


def _find_problem(row: _Row, payable: Payable | None, *, again: bool, partner_id: int, route: str) -> RowProblem | None:
    if again:
        why = say("This statement stands in an earlier row. Put both into one.")
        return RowProblem(TITLES[Column.NUMBER], cut(row.number), "payments.notice_line_twice", why)
    try:
        refuse_line(payable, row.amount_rp, partner_id=partner_id, route=route, said=row.number)
    except ConsignError as refusal:
        return RowProblem(TITLES[Column.NUMBER], cut(row.number), refusal.code, load_sentence(refusal.sentence))
    return None
