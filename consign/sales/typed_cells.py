"""The cells of one batch column by column: days, numbers and texts, and what is wrong with each."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from consign.sales.column_values import EPOCH, LARGEST_AMOUNT_RP, MILLI
from consign.sales.layout import Role
from consign.sales.problems import NUMBER_OF, PROBLEMS, Problem
from consign.sales.study import Study, read_days
from consign.tabular.cells import is_error_value, is_scientific, shown
from consign.tabular.dates import parse_day, parse_hour
from consign.tabular.headers import normalize
from consign.tabular.numbers import parse_number
from consign.tabular.table import Batch

LONGEST_RECEIPT = 100
LOST_DIGITS = r"^[-+]?\d+[.,]\d+[eE][-+]?\d+$"
"""`1,23E+17` in a column of receipts: a spreadsheet rounded a long number."""
BLANK_IS_ZERO = frozenset({Role.DISCOUNT, Role.RETURNED, Role.RETURNED_AMOUNT})
RUPIAH_WORDS = frozenset({"", "idr", "rp", "rupiah"})
DASHES = frozenset({"", "-", "\u2013"})


class TypedCells:
    """The cells of one batch as typed values. The first thing wrong with a row is kept with its role."""

    def __init__(
        self, batch: Batch, study: Study, *, today: date, stated_day: date | None, raw: Batch | None = None
    ) -> None:
        """Take the *batch* to be read; *raw* is how it stands in the file, where cells were filled."""
        self._batch = batch
        self._raw = raw or batch
        self._study = study
        self._today = today
        self._stated_day = stated_day
        self.problem = np.zeros(len(batch), dtype=np.int8)
        self._culprit = np.full(len(batch), -1, dtype=np.int16)
        self._unreadable: dict[Role, NDArray[np.bool_]] = {}
        self._blank: dict[Role, NDArray[np.bool_]] = {}
        self._day_ok = np.ones(len(batch), dtype=bool)

    def describe(self, index: int) -> Problem:
        """Return the problem of the row at *index*."""
        place = int(self._culprit[index])
        return Problem(
            row=int(self._batch.rows[index]),
            code=PROBLEMS[self.problem[index]],
            column=self._study.table.describe_column(place) if place >= 0 else None,
            cell=shown(self._raw.cells[place][index].as_py()) if place >= 0 else None,
            raw=shown(self._raw.text_of(index)),
        )

    def _mark(self, where: NDArray[np.bool_], code: str, role: Role) -> None:
        fresh = where & (self.problem == 0)
        self.problem[fresh] = NUMBER_OF[code]
        self._culprit[fresh] = self._study.places.get(role, -1)

    def _mark_each(self, problems: NDArray[np.int8], role: Role) -> None:
        fresh = (problems != 0) & (self.problem == 0)
        self.problem[fresh] = problems[fresh]
        self._culprit[fresh] = self._study.places[role]

    def _mark_suspicious(self) -> None:
        """Mark rows that contradict nearly all others, where nothing else is wrong with them."""
        for number, role in self._study.suspicious.items():
            self._mark(self._batch.rows == number, "row.suspicious", role)

    def _check_currency(self) -> None:
        if Role.CURRENCY in self._study.places:
            column = self._batch.column(self._study.places[Role.CURRENCY])
            other = np.array([normalize(shown(text)) not in RUPIAH_WORDS for text in column.texts], dtype=bool)
            self._mark(other[column.codes], "currency.other", Role.CURRENCY)

    def _read_days(self) -> NDArray[np.int32]:
        if Role.DATE not in self._study.places:
            day = self._stated_day or EPOCH
            return np.full(len(self._batch), (day - EPOCH).days, dtype=np.int32)
        column = read_days(self._batch, self._study.places[Role.DATE])
        parsed = [parse_day(text, self._study.order) for text in column.texts]
        codes = [value if isinstance(value, str) else self._judge_day(value) for value in parsed]
        days = [(value - EPOCH).days if isinstance(value, date) else 0 for value in parsed]
        self._mark_each(np.array([NUMBER_OF[code] for code in codes], dtype=np.int8)[column.codes], Role.DATE)
        self._day_ok = np.array([isinstance(value, date) for value in parsed], dtype=bool)[column.codes]
        return np.array(days, dtype=np.int32)[column.codes] - self._sold_after_midnight()

    def _sold_after_midnight(self) -> NDArray[np.int32]:
        """Return 1 for each row sold before the business day begins, 0 for the others."""
        begins_at = self._study.layout.day_begins_at
        late = np.zeros(len(self._batch), dtype=np.int32)
        if not begins_at:
            return late
        role = Role.TIME if Role.TIME in self._study.places else Role.DATE
        column = self._batch.column(self._study.places[role])
        hours = [parse_hour(shown(text)) for text in column.texts]
        self._mark(np.array([hour is None for hour in hours], dtype=bool)[column.codes], "time.invalid", role)
        before = np.array([hour is not None and hour < begins_at for hour in hours], dtype=np.int32)
        return before[column.codes]

    def _judge_day(self, day: date) -> str:
        return "date.in_future" if day > self._today else ""

    def _numbers(self, role: Role, convert: Callable[[Decimal], int | str]) -> NDArray[np.int64]:
        column = self._batch.column(self._study.places[role])
        values = np.zeros(len(column.texts), dtype=np.int64)
        problems = np.zeros(len(column.texts), dtype=np.int8)
        for place, text in enumerate(column.texts):
            number = parse_number(text, self._study.style)
            value = convert(number) if isinstance(number, Decimal) else number
            if isinstance(value, str):
                problems[place] = 0 if self._may_be_blank(role, text) else NUMBER_OF[value]
            else:
                values[place] = value
        found = problems[column.codes]
        if role is Role.GROSS and self._study.layout.gross_may_be_blank:
            self._blank[role] = np.array([text.strip() in DASHES for text in column.texts], dtype=bool)[column.codes]
        self._unreadable[role] = found != 0
        self._mark_each(found, role)
        return values[column.codes]

    def _may_be_blank(self, role: Role, text: str) -> bool:
        """Say whether the blank cell *text* stands for none, or for an amount that is counted."""
        if role is Role.GROSS:
            counted = self._study.layout.gross_may_be_blank and Role.UNIT_PRICE in self._study.places
            return counted and text.strip() in DASHES
        return role in BLANK_IS_ZERO and not text.strip()

    def _to_price(self, number: Decimal) -> int | str:
        """Return thousandths of a rupiah: a till may divide a total and show a price with decimals."""
        price = number * self._study.layout.scale
        if abs(price) > LARGEST_AMOUNT_RP:
            return "number.too_large"
        return int((price * MILLI).to_integral_value())

    def _to_rupiah(self, number: Decimal) -> int | str:
        amount = number * self._study.layout.scale
        if amount != amount.to_integral_value():
            return "amount.not_whole"
        return "number.too_large" if abs(amount) > LARGEST_AMOUNT_RP else int(amount)

    def _texts(self, role: Role, *, required: bool = False) -> "pd.Series[str] | None":
        """Return the trimmed texts of *role*, blank where the file has no such column."""
        if role not in self._study.places:
            return None
        place = self._study.places[role]
        trimmed = pc.utf8_trim_whitespace(self._batch.cells[place])
        texts = pd.Series(pd.array(trimmed, dtype=pd.ArrowDtype(pa.string())))
        if role in (Role.BARCODE, Role.CODE, Role.STORE):
            column = self._batch.column(place)
            problems = [_judge_code(text, role, required=required) for text in column.texts]
            self._mark_each(np.array(problems, dtype=np.int8)[column.codes], role)
            if role is Role.CODE and Role.BARCODE in self._study.places and not self._study.layout.by_name:
                barcodes = self._batch.column(self._study.places[Role.BARCODE])
                no_barcode = np.array([not text.strip() for text in barcodes.texts], dtype=bool)[barcodes.codes]
                no_code = np.array([not text.strip() for text in column.texts], dtype=bool)[column.codes]
                self._mark(no_barcode & no_code, "cell.blank", Role.BARCODE)
        elif required:
            self._mark(pc.equal(trimmed, "").to_numpy(zero_copy_only=False), "cell.blank", role)
        if role in (Role.RECEIPT, Role.RETURNS_RECEIPT, Role.TILL):
            lost = pc.match_substring_regex(trimmed, LOST_DIGITS).to_numpy(zero_copy_only=False)
            self._mark(lost, "code.scientific", role)
            too_long = pc.greater(pc.utf8_length(trimmed), LONGEST_RECEIPT)
            self._mark(too_long.to_numpy(zero_copy_only=False), "cell.too_long", role)
        return texts


def _judge_code(text: str, role: Role, *, required: bool) -> np.int8:
    if is_error_value(text):
        return NUMBER_OF["cell.error_value"]
    if role is not Role.STORE and is_scientific(text):
        return NUMBER_OF["code.scientific"]
    return NUMBER_OF["cell.blank" if required and not text.strip() else ""]
