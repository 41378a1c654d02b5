"""The sheet of what stood open before these books: its template, and what its rows say.

Titles, help and the first word of each code are Indonesian: the template is written with them. Headers and words are read
without regard to capitals and punctuation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from consign.catalogue.import_columns import ImportColumn
from consign.catalogue.import_numbers import failed_formula, read_day
from consign.catalogue.import_rules import CellRefused as DayRefused
from consign.catalogue.import_rules import RowProblem
from consign.catalogue.list_file import HandedInList, ListRow, find_places, is_example, read_rows
from consign.errors import BadInput
from consign.identity.spelling import clean_text
from consign.period import Cycle, period_of
from consign.sentence import load_sentence, say
from consign.settlement.carry_rules import (
    LARGEST_RP,
    LONGEST_NUMBER,
    CarriedKind,
    CarriedRow,
    CarryCellRefused,
    CarryRole,
    CarryRowsRefused,
    CarrySheetRefused,
    refuse_unfitting,
)
from consign.tabular.cells import cut, is_error_value, shown
from consign.tabular.dates import DateOrder, decide_date_order
from consign.tabular.decision import Decision
from consign.tabular.headers import normalize
from consign.tabular.numbers import find_amounts
from consign.tabular.opening import open_table
from reports.product_template import Cell, SheetColumn, write_sheet

MOST_ROWS = 5_000
SHEET = "Saldo awal"
COLUMNS: Mapping[CarryRole, ImportColumn] = {
    CarryRole.KIND: ImportColumn(
        "Jenis", ("kind", "type"), "text", 16,
        "Nota: nota lama yang belum lunas. Uang diterima: uang yang sudah diterima kantor dan belum dicairkan. Sisa minus:"
        " yang terlanjur dibayar lebih kepada produsen dan diperhitungkan pada nota berikutnya.", "nota",
    ),
    CarryRole.PRODUCER: ImportColumn(
        "Kode produsen", ("kode umkm", "umkm", "kode pelaku umkm", "produsen", "producer", "producer code"), "text", 14,
        "Kode produsen di sistem ini.", "",
    ),
    CarryRole.NUMBER: ImportColumn(
        "Nomor lama", ("nomor nota", "nomor", "no nota", "no", "earlier number", "number"), "text", 22,
        "Nomor nota sebelum sistem ini. Kosong untuk uang diterima.", "012/NOTA/2025",
    ),
    CarryRole.FROM: ImportColumn(
        "Awal periode", ("periode dari", "dari", "period start", "from"), "day", 14,
        "Boleh kosong: awal periode mitra yang memuat akhir periode.", "2025-12-01",
    ),
    CarryRole.UNTIL: ImportColumn(
        "Akhir periode", ("periode sampai", "sampai", "period end", "until"), "day", 14,
        "Hari terakhir periode nota. Kosong untuk uang diterima.", "2025-12-31",
    ),
    CarryRole.DUE: ImportColumn(
        "Jatuh tempo", ("tanggal jatuh tempo", "due", "due on", "due date"), "day", 14,
        "Hari terakhir untuk membayar. Kosong untuk uang diterima dan sisa minus.", "2026-01-15",
    ),
    CarryRole.AMOUNT: ImportColumn(
        "Jumlah", ("jumlah rp", "sisa", "belum dibayar", "amount", "amount open", "rupiah"), "number", 16,
        "Rupiah utuh: yang belum dibayar dari nota, yang sudah diterima, atau sisa minus (dengan atau tanpa tanda minus).",
        "1250000",
    ),
}  # fmt: skip
"""In the order in which the template has them."""
NEEDED = (CarryRole.KIND, CarryRole.PRODUCER, CarryRole.AMOUNT)
NEEDED_OF: Mapping[CarriedKind, tuple[CarryRole, ...]] = {
    CarriedKind.STATEMENT: (CarryRole.NUMBER, CarryRole.UNTIL, CarryRole.DUE),
    CarriedKind.RECEIVED: (),
    CarriedKind.REST: (CarryRole.NUMBER, CarryRole.UNTIL),
}
"""What a row of each kind needs besides."""
BLANK_OF: Mapping[CarriedKind, tuple[CarryRole, ...]] = {
    CarriedKind.STATEMENT: (),
    CarriedKind.RECEIVED: (CarryRole.FROM, CarryRole.NUMBER, CarryRole.UNTIL, CarryRole.DUE),
    CarriedKind.REST: (CarryRole.DUE,),
}
"""What a row of each kind must leave blank."""
KINDS: Mapping[CarriedKind, tuple[str, ...]] = {
    CarriedKind.STATEMENT: ("nota", "nota belum lunas", "tagihan", "statement"),
    CarriedKind.RECEIVED: ("uang diterima", "diterima", "received", "money received"),
    CarriedKind.REST: ("sisa minus", "lebih bayar", "kelebihan bayar", "rest", "rest below zero", "overpaid"),
}
"""The words that mean each kind; the first is written."""
EXAMPLES: tuple[Mapping[CarryRole, Cell], ...] = (
    {CarryRole.KIND: "nota", CarryRole.PRODUCER: "Contoh: UMKM-001 (baris ini tidak dibaca)",
     CarryRole.NUMBER: "012/NOTA/2025", CarryRole.FROM: date(2025, 12, 1), CarryRole.UNTIL: date(2025, 12, 31),
     CarryRole.DUE: date(2026, 1, 15), CarryRole.AMOUNT: 1_250_000},
    {CarryRole.KIND: "uang diterima", CarryRole.PRODUCER: "Contoh: UMKM-001 (baris ini tidak dibaca)",
     CarryRole.AMOUNT: 300_000},
    {CarryRole.KIND: "sisa minus", CarryRole.PRODUCER: "Contoh: UMKM-001 (baris ini tidak dibaca)",
     CarryRole.NUMBER: "011/NOTA/2025", CarryRole.FROM: date(2025, 11, 1), CarryRole.UNTIL: date(2025, 11, 30),
     CarryRole.AMOUNT: -85_000},
)  # fmt: skip
ROLE_OF: Mapping[str, CarryRole] = {
    normalize(header): role for role, column in COLUMNS.items() for header in (column.title, *column.headers)
}
KIND_OF: Mapping[str, CarriedKind] = {normalize(word): kind for kind, words in KINDS.items() for word in words}


def write_carry_template(producers: Mapping[str, str]) -> bytes:
    """Return an empty sheet as a workbook, with example rows that are never read; *producers* are names by code."""
    choices = {
        CarryRole.KIND: tuple((words[0], "") for words in KINDS.values()),
        CarryRole.PRODUCER: tuple(producers.items()),
    }
    columns = [
        SheetColumn(one.title, one.kind, one.width, one.help, one.example, choices.get(role, ()))
        for role, one in COLUMNS.items()
    ]
    return write_sheet(columns, [[row.get(role) for role in COLUMNS] for row in EXAMPLES], sheet=SHEET)


class _Sheet(HandedInList[CarryRole]):
    """What stood before, as a sheet says it."""

    columns = COLUMNS


def read_carry_sheet(
    path: Path, *, producers: Mapping[str, int], cycle: Cycle, until_on: date
) -> tuple[CarriedRow, ...]:
    """Read what the sheet at *path* says stood open with a partner of *cycle* at the end of *until_on*.

    *producers* are ids by code in lower case. Where a row does not say when its period began, it is that of the cycle.

    Raises:
        CarrySheetRefused: a column is missing or there twice, or it has no row or too many.
        CarryRowsRefused: cells cannot be taken, each named with its row.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    found = _read_sheet(path)
    days = [
        row.cells[found.places[role]]
        for role in (CarryRole.FROM, CarryRole.UNTIL, CarryRole.DUE)
        if role in found.places
        for row in found.rows
        if not row.broken
    ]
    order = decide_date_order(days)
    taken: dict[tuple[int, str], CarriedRow] = {}
    problems: list[tuple[int, RowProblem]] = []
    for row in found.rows:
        try:
            one = _read_row(found, row, _Reading(producers, cycle, order))
            refuse_unfitting(one, until_on=until_on)
            _refuse_repeated(one, taken)
        except CarryCellRefused as refusal:
            problems.append((row.row, _blame(found, row, refusal.role, refusal)))
        except _CellsRefusedError as refused:
            problems += [(row.row, one) for one in refused.problems]
    if problems:
        raise CarryRowsRefused(tuple(problems))
    return tuple(taken.values())


def _refuse_repeated(one: CarriedRow, taken: dict[tuple[int, str], CarriedRow]) -> None:
    """Keep *one* among what was *taken*, or refuse it where the same was there before.

    Raises:
        CarryCellRefused: accordingly.

    """
    earlier = taken.setdefault((one.producer_id, one.earlier_number), one)
    if earlier is not one:
        raise CarryCellRefused(
            say("Row {row} says the same already. Leave one of them out, or add them up.", row=earlier.row_no),
            "row.repeats",
        )


def _read_sheet(path: Path) -> _Sheet:
    with open_table(path, words=frozenset(ROLE_OF)) as table:
        places, twice = find_places(table, ROLE_OF)
        if twice is not None:
            first, second = twice
            raise CarrySheetRefused(
                say(
                    "“{first}” and “{second}” are columns for the same; nothing was kept. Leave one of them out.",
                    first=first,
                    second=second,
                )
            )
        rows = [row for part in read_rows(table) for row in part]
        headers = table.headers
    missing = [COLUMNS[role].title for role in NEEDED if role not in places]
    if missing:
        raise CarrySheetRefused(
            say(
                "The sheet has no column {columns}; nothing was kept. Use the template, or name columns so.",
                columns=missing,
            )
        )
    kept = tuple(
        sorted((row for row in rows if not is_example(row, places[CarryRole.PRODUCER])), key=lambda row: row.row)
    )
    if not 0 < len(kept) <= MOST_ROWS:
        raise CarrySheetRefused(
            say("The sheet has {count} rows; nothing was kept. It needs one, and at most {most}.", count=len(kept),
                most=MOST_ROWS)
        )  # fmt: skip
    return _Sheet(headers, places, kept)


@dataclass(frozen=True)
class _Reading:
    """What the cells of a sheet are read by."""

    producers: Mapping[str, int]
    cycle: Cycle
    days: Decision[DateOrder]


class _CellsRefusedError(Exception):
    """Some cells of one row cannot be taken."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__()
        self.problems = problems


def _read_row(found: _Sheet, row: ListRow, reading: _Reading) -> CarriedRow:
    """Return what a row says.

    Raises:
        _CellsRefusedError: cells cannot be taken.
        CarryCellRefused: the row as a whole cannot.

    """
    if row.broken:
        raise CarryCellRefused(
            say("The row has more or fewer cells than the header. Give it one cell for each column."), "row.width"
        )
    facts: dict[CarryRole, Any] = {}
    problems: list[RowProblem] = []
    for role, place in found.places.items():
        cell = row.cells[place]
        try:
            if cell.strip():
                if is_error_value(shown(cell)):
                    raise failed_formula()
                facts[role] = _READERS[role](cell, reading)
            elif role in NEEDED:
                raise _blank()
        except BadInput as refusal:
            problems.append(_blame(found, row, role, refusal))
    if problems:
        raise _CellsRefusedError(problems)
    kind: CarriedKind = facts[CarryRole.KIND]
    _refuse_unfitting_kind(kind, facts)
    until = facts.get(CarryRole.UNTIL)
    return CarriedRow(
        row_no=row.row,
        kind=kind,
        producer_id=facts[CarryRole.PRODUCER],
        amount_rp=_sign(kind, facts[CarryRole.AMOUNT]),
        earlier_number=facts.get(CarryRole.NUMBER, ""),
        from_on=facts.get(CarryRole.FROM, period_of(until, reading.cycle).first if until else None),
        until_on=until,
        due_on=facts.get(CarryRole.DUE),
    )


def _refuse_unfitting_kind(kind: CarriedKind, facts: Mapping[CarryRole, Any]) -> None:
    for role in CarryRole:
        if role in BLANK_OF[kind] and role in facts:
            why = {
                CarriedKind.RECEIVED: say("Money received has none. Leave it blank."),
                CarriedKind.REST: say(
                    "A rest below zero is never due: the next statement takes it over. Leave it blank."
                ),
            }[kind]
            raise CarryCellRefused(why, "cell.unfitting", role)
        if role in NEEDED_OF[kind] and role not in facts:
            raise _blank(role)


def _sign(kind: CarriedKind, amount_rp: int) -> int:
    """Return the amount as it is kept: a rest is below zero, whether its minus is written or only its kind.

    Raises:
        CarryCellRefused: it is below zero, and no rest.

    """
    if kind is CarriedKind.REST:
        return -abs(amount_rp)
    if amount_rp < 0:
        raise CarryCellRefused(
            say(
                "An amount below zero is a rest that the next statement takes over. If it is one, write “{kind}” as its kind.",
                kind=KINDS[CarriedKind.REST][0],
            ),
            "amount.out_of_bounds",
            CarryRole.AMOUNT,
        )
    return amount_rp


def _blame(found: _Sheet, row: ListRow, role: CarryRole | None, refusal: BadInput) -> RowProblem:
    code = refusal.why if isinstance(refusal, CarryCellRefused | DayRefused) else refusal.code
    why = load_sentence(refusal.sentence)
    if role is None:
        return RowProblem("", cut(" | ".join(row.shown())) if row.broken else "", code, why)
    place = found.places.get(role)
    return RowProblem(found.header_of(role), "" if place is None else cut(shown(row.cells[place]).strip()), code, why)


def _blank(role: CarryRole | None = None) -> CarryCellRefused:
    return CarryCellRefused(say("This cell is blank. Fill it in."), "cell.blank", role)


def _read_kind(cell: str, _: _Reading) -> CarriedKind:
    kind = KIND_OF.get(normalize(shown(cell)))
    if kind is None:
        raise CarryCellRefused(
            say("This is none of the words that are known here: {words}.", words=[one[0] for one in KINDS.values()]),
            "word.unknown",
        )
    return kind


def _read_producer(cell: str, reading: _Reading) -> int:
    producer_id = reading.producers.get(clean_text(shown(cell)).casefold())
    if producer_id is None:
        raise CarryCellRefused(
            say("No producer has this code. Look it up in the list of producers."), "producer.unknown"
        )
    return producer_id


def _read_number(cell: str, _: _Reading) -> str:
    text = clean_text(shown(cell))
    if len(text) > LONGEST_NUMBER:
        raise CarryCellRefused(
            say("This is longer than {longest} characters. Shorten it.", longest=LONGEST_NUMBER), "text.too_long"
        )
    return text


def _read_day(cell: str, reading: _Reading) -> date:
    return read_day(cell, reading.days)


def _read_amount(cell: str, _: _Reading) -> int:
    """Read whole rupiah, with or without a minus."""
    found = find_amounts(cell)
    if len(found) != 1:
        raise CarryCellRefused(say("Write the amount in whole rupiah, such as 15000 or 15.000."), "amount.invalid")
    amount = found.pop()
    if amount != amount.to_integral_value():
        raise CarryCellRefused(
            say("An amount is in whole rupiah, without sen. Write it such as 15000."), "amount.not_whole"
        )
    if not 0 < abs(amount) <= LARGEST_RP:
        raise CarryCellRefused(
            say("The amount is not zero, and at most a trillion rupiah."),
            "amount.out_of_bounds",
        )
    return int(amount)


_READERS: Mapping[CarryRole, Callable[[str, _Reading], Any]] = {
    CarryRole.KIND: _read_kind,
    CarryRole.PRODUCER: _read_producer,
    CarryRole.NUMBER: _read_number,
    CarryRole.FROM: _read_day,
    CarryRole.UNTIL: _read_day,
    CarryRole.DUE: _read_day,
    CarryRole.AMOUNT: _read_amount,
}
