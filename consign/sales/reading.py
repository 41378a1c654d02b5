"""Reading the rows of a studied sales file. A row is a line, a problem, or ignored with a reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from consign.period import Period
from consign.sales.column_values import MILLI
from consign.sales.columns import EFFECT_IGNORE, Columns
from consign.sales.filling import Filler
from consign.sales.layout import NUMBER_ROLES, Role
from consign.sales.problems import Problem
from consign.sales.row_rules import NO_RULE
from consign.sales.study import Study
from consign.sales.zero_days import ZeroDays
from consign.sentence import Code, say
from consign.tabular.cells import TYPED, shown
from consign.tabular.dates import parse_day
from consign.tabular.headers import normalize
from consign.tabular.numbers import parse_number
from consign.tabular.refusals import FileRefused
from consign.tabular.row_numbers import SECOND_LINES
from consign.tabular.table import Batch

NO_ROWS_OF_SALE = frozenset({"blank_row", "repeated_header", "total_row", "note", "description", "nothing_sold"})
"""Reasons of rows that the file's own total does not count."""
TOTAL_WORDS = re.compile(r"(?:grand |sub ?)?total\b.*|jumlah (?:total|keseluruhan)|jumlah|keseluruhan|rekap\b.*")


class ControlTotalDiffers(FileRefused):
    """The file's own total differs from the sum of its rows, so rows are missing or doubled; nothing of it was used."""

    code = "file.control_total"


@dataclass(frozen=True)
class Ignored:
    """A row that is no sale, with the *reason*."""

    row: int
    reason: str
    raw: str


@dataclass
class ReadBatch:
    """What some rows of a file say.

    `lines` has a row for each line and each problem: `row_no`, texts, `day` (days since 1970), `quantity_milli`
    (thousandths), rupiah amounts, `problem` (place in PROBLEMS, 0 for none), and whether the numbers and the day could be
    read, for a problem may lie elsewhere. Its index is the row's place in `batch`.
    """

    batch: Batch
    lines: pd.DataFrame
    problems: list[Problem]
    ignored: list[Ignored]
    cancelled: pd.DataFrame
    """Rows that the till cancelled and that can be read, with the columns of `lines`: perhaps they were posted before."""


class Reader:
    """Reads the rows of a studied file, and holds its own total against them at the end."""

    def __init__(self, study: Study, *, today: date, stated: Period | None) -> None:
        self._study = study
        self._today = today
        self._stated_days = stated.days() if stated else []
        self._stated_day = stated.last if stated else None
        self.days = self._find_days()
        """Every day the file speaks about."""
        self.rows_read = 0
        self.ignored = 0
        self.lines = 0
        self.quantity_milli = 0
        self.gross_rp = 0
        self._net_rp = 0
        self._problems = 0
        self._left_out = 0
        self._totals: list[dict[Role, Decimal]] = []
        self._zero_days = ZeroDays(study, study.table.across) if study.table.across else None

    def _find_days(self) -> set[date]:
        if Role.DATE not in self._study.places:
            return set(self._stated_days)
        parsed = (parse_day(text, self._study.order) for text in self._study.days)
        days = {day for day in parsed if isinstance(day, date)}
        return days | {day - timedelta(1) for day in days} if self._study.layout.day_begins_at else days

    def find_zero_days(self) -> set[tuple[str | None, date]]:
        """Return the stores, as the file names them, and days of which it says that nothing was sold; once all is read."""
        return self._zero_days.find() if self._zero_days is not None else set()

    def read(self) -> Iterator[ReadBatch]:
        """Yield all rows below the header in their order.

        Raises:
            ControlTotalDiffers: at the end, when the file's own total differs from its rows.

        """
        places = self._study.rule_places
        filler = Filler([places[header] for header in self._study.layout.filled_down if header in places])
        for batch in self._study.table.take_batches():
            yield self._read_batch(batch, filler.fill(batch))
        self._refuse_other_total()

    def _read_batch(self, batch: Batch, filled: Batch) -> ReadBatch:
        columns = Columns(filled, self._study, today=self._today, stated_day=self._stated_day, raw=batch)
        lines = columns.read()
        problems: list[Problem] = []
        cancelled = columns.effect == EFFECT_IGNORE
        ignored = [
            self._ignore(batch, index, self._why_left_out(columns, index))
            for index in np.flatnonzero(cancelled).tolist()
            if any(cell.strip() for cell in batch.cells_of(index))
        ]
        keep = ~cancelled
        for index in np.flatnonzero((columns.problem != 0) & ~cancelled).tolist():
            reason = self._why_no_sale(batch.cells_of(index), row=int(batch.rows[index]))
            keep[index] = reason is None
            if reason is None:
                problems.append(columns.describe(index))
            elif reason != "blank_row":
                ignored.append(self._ignore(batch, index, reason))
        nothing = keep & (columns.problem == 0) & (columns.quantity == 0)
        ignored += [self._ignore(batch, index, "nothing_sold") for index in np.flatnonzero(nothing).tolist()]
        keep &= ~nothing
        if self._zero_days is not None:
            self._zero_days.add(lines, sold=keep, nothing=nothing)
        for broken in batch.broken:
            reason = self._why_no_sale(list(broken.cells), row=broken.row)
            raw = "\t".join(map(shown, broken.cells))
            if reason is None:
                problems.append(Problem(broken.row, "row.width", None, None, raw))
            else:
                ignored.append(Ignored(broken.row, reason, raw))
        kept = _with_given_back(lines[keep])
        self._count(kept, problems, ignored)
        gone = lines[cancelled & (columns.problem == 0)] if cancelled.any() else lines[:0]
        if len(gone):
            gone = gone[gone["row_no"].isin([row.row for row in ignored if row.reason == "cancelled"])]
        return ReadBatch(batch, kept, sorted(problems, key=lambda problem: problem.row), ignored, gone)

    @staticmethod
    def _ignore(batch: Batch, index: int, reason: str) -> Ignored:
        return Ignored(int(batch.rows[index]), reason, batch.text_of(index).replace(TYPED, ""))

    def _why_left_out(self, columns: Columns, index: int) -> str:
        rule = int(columns.rule[index])
        return "cancelled" if rule == NO_RULE else self._study.layout.rules[rule].reason

    def _count(self, kept: pd.DataFrame, problems: list[Problem], ignored: list[Ignored]) -> None:
        good = kept[kept["problem"] == 0]
        self.lines += len(good)
        self.ignored += len(ignored)
        self._problems += len(problems)
        self._left_out += sum(row.reason not in NO_ROWS_OF_SALE for row in ignored)
        self.rows_read += len(good) + len(problems) + len(ignored)
        self.quantity_milli += int(good["quantity_milli"].sum())
        self.gross_rp += int(good["gross_rp"].sum())
        self._net_rp += int(good["gross_rp"].sum()) - int(good["discount_rp"].sum())

    def _why_no_sale(self, cells: list[str], *, row: int) -> str | None:
        """Say why a row that cannot be read as a sale is none; blank when it should have been one."""
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled:
            return "blank_row"
        headers = self._study.table.headers
        if [normalize(cell) for cell in cells[: len(headers)]] == [normalize(header) for header in headers]:
            return "repeated_header"
        if self._study.layout.described and row == self._study.table.header_row + 1 and self._holds_no_values(cells):
            return "description"
        if not TOTAL_WORDS.fullmatch(normalize(filled[0])):
            return "note" if len(filled) == 1 and not re.search(r"\d", filled[0]) else None
        if len(cells) == len(headers) and self._names_product(cells):
            return None
        if len(cells) == len(headers) and len(self._totals) <= 1:  # several are subtotals; how many does not matter
            self._totals.append(self._read_total(cells))
        return "total_row"

    def _holds_no_values(self, cells: list[str]) -> bool:
        """Say whether neither the day nor any number can be read in a row."""
        places = self._study.places
        numbers = [parse_number(cells[places[role]], self._study.style) for role in NUMBER_ROLES if role in places]
        dated = Role.DATE in places and isinstance(parse_day(cells[places[Role.DATE]], self._study.order), date)
        return not dated and not any(isinstance(number, Decimal) for number in numbers)

    def _names_product(self, cells: list[str]) -> bool:
        """Say whether a row names a product by a code that is no word for a total."""
        codes = [cells[place] for role, place in self._study.places.items() if role in (Role.BARCODE, Role.CODE)]
        return any(code.strip() and not TOTAL_WORDS.fullmatch(normalize(code)) for code in codes)

    def _read_total(self, cells: list[str]) -> dict[Role, Decimal]:
        found = {}
        for role in (Role.QUANTITY, Role.GROSS, Role.NET):
            place = self._study.places.get(role)
            if place is not None:
                number = parse_number(cells[place], self._study.style)
                if isinstance(number, Decimal):
                    found[role] = number
        return found

    def _refuse_other_total(self) -> None:
        """Hold the one total of the file against its rows; several are subtotals, and problems make it impossible.

        Raises:
            ControlTotalDiffers: they differ.

        """
        if not self._study.layout.own_total or len(self._totals) != 1 or self._problems or self._left_out:
            return
        summed = {
            Role.QUANTITY: Decimal(self.quantity_milli) / MILLI,
            Role.GROSS: Decimal(self.gross_rp) / self._study.layout.scale,
            Role.NET: Decimal(self._net_rp) / self._study.layout.scale,
        }
        for role, total in self._totals[0].items():
            if total != summed[role]:
                raise ControlTotalDiffers(
                    say(
                        "The file's own total of {role} is {total}, its rows sum to {sum}; nothing of it was used.",
                        role=Code("column", role),
                        total=total,
                        sum=summed[role],
                    )
                )


def _with_given_back(lines: pd.DataFrame) -> pd.DataFrame:
    """Return *lines* with a second, negative line for each row of which goods came back; numbered so much higher."""
    if "back_milli" not in lines:
        return lines
    back = lines[(lines["back_milli"] > 0) & (lines["problem"] == 0)]
    second = back.assign(
        row_no=back["row_no"] + SECOND_LINES,
        quantity_milli=-back["back_milli"],
        gross_rp=-back["back_gross_rp"],
        discount_rp=-back["back_discount_rp"],
    )
    return pd.concat([lines, second]).drop(columns=["back_milli", "back_gross_rp", "back_discount_rp"])
