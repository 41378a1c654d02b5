"""The rows below the headings of a bank's table: lines, notes, and what is wrong with those that are neither."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from consign.banking.columns import BankMapping, BankRole, describe_heading
from consign.banking.notes import Notes, read_note
from consign.banking.rules import LineProblem, OwnSums, StatementLine
from consign.banking.table_cells import PENDING, DayReader, part_mark, read_amount, read_mark
from consign.tabular.cells import shown
from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle

TOTAL = re.compile(r"(?:grand |sub ?)?total\b.*|jumlah(?: total| keseluruhan)?", re.IGNORECASE)
_CARRIED = re.compile(
    r"(?:saldo\s*(?:awal|akhir|lalu|pindahan)|(?:opening|closing|beginning|ending)\s*balance|balance\s*b/?f)\b.*",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"(?:saldo\s*akhir|closing|ending)", re.IGNORECASE)
LONGEST_WORDS = 1_000
Row = tuple[int, tuple[str, ...]]


@dataclass
class RowsRead:
    """What the rows say."""

    notes: Notes
    lines: list[StatementLine] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    pending: int = 0
    opening_rp: int | None = None
    closing_rp: int | None = None
    sums: OwnSums = field(default_factory=OwnSums)


class RowReader:
    """Reads the rows below the headings one by one, once it is known how the file writes days and numbers."""

    def __init__(
        self,
        *,
        headings: Sequence[str],
        mapping: BankMapping,
        style: NumberStyle,
        order: DateOrder,
        above: Notes,
        today: date,
        is_text: bool,
    ) -> None:
        self._headings = headings
        self._normal = [normalize(heading) for heading in headings if heading.strip()]
        self._mapping = mapping
        self._style = style
        self._order = order
        self._is_text = is_text
        self._days = DayReader(order, above.from_on, above.until_on, today)
        self._read_day = lru_cache(maxsize=4_096)(self._days.read)
        self._read = RowsRead(above)
        self._totals: list[tuple[str, str]] = []
        self._debits_are_negative = False
        self._note_row = 1

    def read(self, rows: Sequence[Row]) -> RowsRead:
        """Return what *rows* say: lines in the order of the file, and a problem for each cell that cannot be read."""
        self._debits_are_negative = self._find_negative_debits(rows)
        for number, cells in rows:
            self._read_row(number, cells)
        self._read_notes()
        return self._read

    def _find_negative_debits(self, rows: Sequence[Row]) -> bool:
        """Say whether the column of money out writes a minus before all of its amounts, which then says nothing new."""
        place = self._mapping.places.get(BankRole.DEBIT)
        if place is None:
            return False
        found = [
            amount
            for _, cells in rows
            if place < len(cells) and isinstance(amount := read_amount(cells[place], self._style), int) and amount
        ]
        return bool(found) and all(amount < 0 for amount in found)

    def _cell(self, cells: Sequence[str], role: BankRole) -> str:
        place = self._mapping.places.get(role)
        return cells[place] if place is not None and place < len(cells) else ""

    def _read_row(self, number: int, cells: tuple[str, ...]) -> None:
        filled = [cell for cell in cells if cell.strip()]
        if not filled or self._is_heading(filled):
            return
        written = shown(self._cell(cells, BankRole.DATE)).strip().lstrip("'")
        if written.upper() in PENDING:
            self._read.pending += 1
            return
        day = self._read_day(written) if written else "cell.blank"
        if not isinstance(day, str):
            if not self._is_carried(cells):
                self._read_line(number, cells, day)
        elif not self._is_note(number, cells, filled):
            self._refuse(number, BankRole.DATE, cells, day)

    def _is_heading(self, filled: Sequence[str]) -> bool:
        if len(filled) != len(self._normal) or filled[0][:1].isdigit() or normalize(filled[0]) != self._normal[0]:
            return False
        return [normalize(cell) for cell in filled] == self._normal

    def _is_note(self, number: int, cells: tuple[str, ...], filled: Sequence[str]) -> bool:
        """Take in a row that is no booking; say whether it is one."""
        notes = read_note(cells, self._read.notes, order=self._order)
        if notes is not None:
            self._read.notes, self._note_row = notes, number
            return True
        first = shown(filled[0]).strip()
        if TOTAL.fullmatch(first):
            self._totals.append((self._cell(cells, BankRole.DEBIT), self._cell(cells, BankRole.CREDIT)))
            return True
        if len(filled) > 1:
            return False
        if self._read.lines and shown(self._cell(cells, BankRole.DESCRIPTION)).strip() == first:
            last = self._read.lines[-1]
            self._read.lines[-1] = replace(last, description=_tidy(f"{last.description} {first}"))
            return True
        roles = (BankRole.DATE, BankRole.DEBIT, BankRole.CREDIT, BankRole.AMOUNT, BankRole.BALANCE)
        stands_alone = all(not self._cell(cells, role).strip() for role in roles)
        return stands_alone or not re.search(r"\d", first)

    def _is_carried(self, cells: Sequence[str]) -> bool:
        """Take in a row of the opening or closing balance that stands among the bookings; say whether it is one."""
        words = shown(self._cell(cells, BankRole.DESCRIPTION)).strip()
        if not _CARRIED.fullmatch(words):
            return False
        sides = [self._cell(cells, role) for role in (BankRole.DEBIT, BankRole.CREDIT, BankRole.AMOUNT)]
        moved = [read_amount(part_mark(cell)[0], self._style) for cell in sides if cell.strip()]
        if any(amount != 0 for amount in moved):
            return False
        balance = self._read_balance(cells, BankRole.BALANCE)
        if not isinstance(balance, int):
            return False
        if _CLOSING.match(words):
            self._read.closing_rp = balance
        elif not self._read.lines:
            self._read.opening_rp = balance
        else:
            return False
        return True

    def _refuse(self, number: int, role: BankRole | None, cells: Sequence[str], code: str) -> None:
        place = self._mapping.places.get(role) if role is not None else None
        if place is None:
            self._read.problems.append(LineProblem(number, None, "\t".join(map(shown, cells)), code))
            return
        cell = shown(cells[place]) if place < len(cells) else ""
        self._read.problems.append(LineProblem(number, describe_heading(self._headings, place), cell, code))

    def _read_line(self, number: int, cells: tuple[str, ...], day: date) -> None:
        if self._is_text and len(cells) > max(len(self._headings), 1):
            self._refuse(number, None, cells, "row.width")
            return
        amount = self._read_moved(number, cells)
        balance = self._read_balance(cells, BankRole.BALANCE)
        if isinstance(balance, str):
            self._refuse(number, BankRole.BALANCE, cells, balance)
            return
        if amount is None or not self._holds_before(number, cells, amount=amount, balance=balance):
            return
        self._note_whose(cells)
        if not amount:
            return
        line = StatementLine(
            row_no=number,
            booked_on=day,
            amount_rp=amount,
            description=self._read_words(cells),
            counterparty=_tidy(shown(self._cell(cells, BankRole.COUNTERPARTY))),
            reference=_tidy(shown(self._cell(cells, BankRole.REFERENCE)).strip().lstrip("'")),
            balance_rp=balance,
        )
        self._read.lines.append(line)

    def _holds_before(self, number: int, cells: Sequence[str], *, amount: int, balance: int | None) -> bool:
        """Hold the balance before a line, where the file has it, against its amount and the one after it."""
        before = self._read_balance(cells, BankRole.BALANCE_BEFORE)
        if isinstance(before, str):
            self._refuse(number, BankRole.BALANCE_BEFORE, cells, before)
            return False
        if before is None or balance is None or before + amount == balance:
            return True
        self._refuse(number, BankRole.BALANCE, cells, "balance.does_not_tie")
        return False

    def _read_moved(self, number: int, cells: Sequence[str]) -> int | None:
        """Return what a row moved, positive in; blank where a problem was noted."""
        if BankRole.AMOUNT in self._mapping.places:
            return self._read_marked(number, cells)
        sides: list[int] = []
        for role in (BankRole.DEBIT, BankRole.CREDIT):
            cell = self._cell(cells, role).strip()
            amount = read_amount(cell, self._style) if cell not in {"", "-"} else 0
            if isinstance(amount, str):
                self._refuse(number, role, cells, amount)
                return None
            sides.append(amount)
        debit, credit = sides
        if debit and credit:
            self._refuse(number, BankRole.CREDIT, cells, "amount.both_sides")
            return None
        return credit - (-debit if self._debits_are_negative else debit)

    def _read_marked(self, number: int, cells: Sequence[str]) -> int | None:
        cell, sign = part_mark(self._cell(cells, BankRole.AMOUNT))
        amount = read_amount(cell, self._style)
        if isinstance(amount, str):
            self._refuse(number, BankRole.AMOUNT, cells, amount)
            return None
        if BankRole.MARK in self._mapping.places:
            sign = read_mark(self._cell(cells, BankRole.MARK))
            if sign is None:
                self._refuse(number, BankRole.MARK, cells, "sign.unknown")
                return None
        if sign is not None and amount < 0:
            self._refuse(number, BankRole.AMOUNT, cells, "sign.conflict")
            return None
        return amount * (sign or 1)

    def _read_balance(self, cells: Sequence[str], role: BankRole) -> int | str | None:
        cell, sign = part_mark(self._cell(cells, role))
        if shown(cell).strip() in {"", "-"}:
            return None
        amount = read_amount(cell, self._style)
        return amount if isinstance(amount, str) else amount * (sign or 1)

    def _note_whose(self, cells: Sequence[str]) -> None:
        if account := shown(self._cell(cells, BankRole.ACCOUNT)).strip().lstrip("'"):
            self._read.accounts.add(account)
        if currency := shown(self._cell(cells, BankRole.CURRENCY)).strip():
            self._read.currencies.add(currency)

    def _read_words(self, cells: Sequence[str]) -> str:
        words = _tidy(shown(self._cell(cells, BankRole.DESCRIPTION)))
        for place in self._mapping.more_words:
            more = _tidy(shown(cells[place])) if place < len(cells) else ""
            if more.strip("-. ") and more not in words:
                words = f"{words} {more}".strip()
        return words[:LONGEST_WORDS]

    def _read_notes(self) -> None:
        """Read the amounts that stand in notes, in the style of the rows; one that cannot be read is a problem."""
        notes, read = self._read.notes, self._read
        found: dict[str, int | None] = {}
        for name in ("opening", "closing", "came", "went"):
            text = getattr(notes, name)
            cell, sign = part_mark(text)
            amount = read_amount(cell, self._style) if text else None
            if isinstance(amount, str):
                read.problems.append(LineProblem(self._note_row, None, text, amount))
                amount = None
            found[name] = amount * (sign or 1) if amount is not None and name in {"opening", "closing"} else amount
        read.opening_rp = found["opening"] if read.opening_rp is None else read.opening_rp
        read.closing_rp = found["closing"] if read.closing_rp is None else read.closing_rp
        total = self._read_totals() if len(self._totals) == 1 else {}
        read.sums = OwnSums(
            in_rp=_absolute(found["came"] if found["came"] is not None else total.get("in")),
            out_rp=_absolute(found["went"] if found["went"] is not None else total.get("out")),
            in_count=int(notes.came_count) if notes.came_count else None,
            out_count=int(notes.went_count) if notes.went_count else None,
        )

    def _read_totals(self) -> Mapping[str, int]:
        """Return what the one row of totals says of both sides; nothing where it cannot be read."""
        out, came = (read_amount(cell, self._style) for cell in self._totals[0])
        return {name: amount for name, amount in (("out", out), ("in", came)) if isinstance(amount, int)}


def _absolute(amount: int | None) -> int | None:
    return abs(amount) if amount is not None else None


def _tidy(text: str) -> str:
    """Return *text* on one line, in single spaces, no longer than any bank's words."""
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(text.split())[:LONGEST_WORDS]
