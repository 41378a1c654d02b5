"""The typed columns of one batch of rows, and what is wrong with each row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from consign.money import divide_half_away
from consign.sales.layout import KindEffect, Role, Signs
from consign.sales.row_rules import NO_RULE, RowOutcome, find_rules
from consign.sales.study import Study, read_days
from consign.tabular.cells import is_error_value, is_scientific, shown
from consign.tabular.dates import parse_day, parse_hour
from consign.tabular.headers import normalize
from consign.tabular.numbers import parse_number
from consign.tabular.table import Batch

MILLI = 1000
LARGEST_AMOUNT_RP = 10**12
TOO_LARGE_RP = LARGEST_AMOUNT_RP * MILLI
LARGEST_QUANTITY = 10**6
LONGEST_RECEIPT = 100
LOST_DIGITS = r"^[-+]?\d+[.,]\d+[eE][-+]?\d+$"
"""`1,23E+17` in a column of receipts: a spreadsheet rounded a long number."""
EXACT_FACTOR = 2 * 10**9
EPOCH = date(1970, 1, 1)

PROBLEMS = (
    "",
    "row.width",
    "cell.blank",
    "cell.error_value",
    "code.scientific",
    "number.scientific",
    "number.other_style",
    "number.invalid",
    "number.too_large",
    "quantity.too_fine",
    "quantity.zero",
    "amount.not_whole",
    "amount.does_not_tie",
    "net.does_not_tie",
    "discount.too_large",
    "sign.conflict",
    "date.invalid",
    "date.in_future",
    "cell.too_long",
    "currency.other",
    "time.invalid",
    "returned.too_many",
    "returned.not_whole",
    "returned.by_order",
    "row.suspicious",
)
"""Codes of what can be wrong with a row; the place of each is its number inside a batch."""
NUMBER_OF = {code: np.int8(place) for place, code in enumerate(PROBLEMS)}


@dataclass(frozen=True)
class Problem:
    """A row that cannot be right: which *column* and *cell* is at fault, and the stable *code* of why."""

    row: int
    code: str
    column: str | None
    cell: str | None
    raw: str


EFFECT_SALE, EFFECT_RETURN, EFFECT_IGNORE, EFFECT_GIVEN_BACK, EFFECT_PROBLEM = np.arange(5, dtype=np.int8)
EFFECTS = {
    KindEffect.SALE: EFFECT_SALE,
    KindEffect.RETURN: EFFECT_RETURN,
    KindEffect.IGNORE: EFFECT_IGNORE,
    KindEffect.GIVEN_BACK: EFFECT_GIVEN_BACK,
}
OUTCOMES = {
    RowOutcome.LEAVE_OUT: EFFECT_IGNORE,
    RowOutcome.RETURN: EFFECT_RETURN,
    RowOutcome.GIVEN_BACK: EFFECT_GIVEN_BACK,
    RowOutcome.PROBLEM: EFFECT_PROBLEM,
}
BLANK_IS_ZERO = frozenset({Role.DISCOUNT, Role.RETURNED, Role.RETURNED_AMOUNT})
RUPIAH_WORDS = frozenset({"", "idr", "rp", "rupiah"})
DASHES = frozenset({"", "-", "\u2013"})


class Columns:
    """The typed columns of one batch. The first thing wrong with a row is kept with its role."""

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
        self.effect = np.zeros(len(batch), dtype=np.int8)
        self.rule = np.full(len(batch), NO_RULE, dtype=np.int16)
        """Which rule of the layout decided about each row, -1 where none did."""
        self.quantity = np.zeros(len(batch), dtype=np.int64)

    def read(self) -> pd.DataFrame:
        """Return the batch's rows with typed values."""
        if Role.KIND in self._study.places:
            self._read_kinds()
        self._judge_rows()
        day = self._read_days()
        if Role.QUANTITY in self._study.places:
            self.quantity = self._numbers(Role.QUANTITY, _to_quantity)
        elif self._study.layout.one_each:
            self.quantity = np.full(len(self._batch), MILLI, dtype=np.int64)
        price = self._numbers(Role.UNIT_PRICE, self._to_price) if Role.UNIT_PRICE in self._study.places else None
        gross, discount = self._read_amounts(price)
        self._turn_returns(gross, discount)
        self._check_signs(gross, discount)
        self._check_currency()
        back = self._read_given_back(gross, discount)
        frame: dict[str, object] = {
            "row_no": self._batch.rows,
            "store_code": self._texts(Role.STORE, required=True),
            **self._read_products(),
            "day": day,
            "till": self._texts(Role.TILL),
            "receipt": self._texts(Role.RECEIPT, required=True),
            "returns_receipt": self._texts(Role.RETURNS_RECEIPT),
            "quantity_milli": self.quantity,
            "unit_price_rp": self._price_rp(price, gross),
            "gross_rp": gross,
            "discount_rp": discount,
            **back,
        }
        self._mark_suspicious()
        frame.update(problem=self.problem, day_ok=self._day_ok, **self._say_readable())
        return pd.DataFrame({name: column for name, column in frame.items() if column is not None})

    def _say_readable(self) -> dict[str, NDArray[np.bool_]]:
        """Say for each row which numbers could be read; a gross that was counted needs price and quantity."""
        none = np.zeros(len(self._batch), dtype=bool)
        quantity = self._unreadable.get(Role.QUANTITY, none)
        price = self._unreadable.get(Role.UNIT_PRICE, none)
        net = self._unreadable.get(Role.NET, none)
        counted = price | quantity if Role.UNIT_PRICE in self._study.places else net
        gross = self._unreadable.get(Role.GROSS, counted)
        discount = gross | net | self._unreadable.get(Role.DISCOUNT, none)
        return {"quantity_ok": ~quantity, "price_ok": ~(price | gross), "gross_ok": ~gross, "discount_ok": ~discount}

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

    def _mark_suspicious(self) -> None:
        """Mark rows that contradict nearly all others, where nothing else is wrong with them."""
        for number, role in self._study.suspicious.items():
            self._mark(self._batch.rows == number, "row.suspicious", role)

    def _read_kinds(self) -> None:
        column = self._batch.column(self._study.places[Role.KIND])
        effects = [EFFECTS[self._study.kinds.get(normalize(shown(text)), KindEffect.SALE)] for text in column.texts]
        self.effect = np.array(effects, dtype=np.int8)[column.codes]

    def _judge_rows(self) -> None:
        """Let the layout's rules decide about the rows that they fit."""
        rules = self._study.layout.rules
        if not rules:
            return
        self.rule = find_rules(self._batch, rules, places=self._study.rule_places, style=self._study.style)
        outcomes = np.array([OUTCOMES[rule.outcome] for rule in rules], dtype=np.int8)
        fits = self.rule != NO_RULE
        self.effect[fits] = outcomes[self.rule[fits]]
        for number, rule in enumerate(rules):
            if rule.outcome is RowOutcome.PROBLEM:
                where = (self.rule == number) & (self.problem == 0)
                self.problem[where] = NUMBER_OF[rule.reason]
                self._culprit[where] = self._study.rule_places.get(rule.column, -1)

    def _check_currency(self) -> None:
        if Role.CURRENCY in self._study.places:
            column = self._batch.column(self._study.places[Role.CURRENCY])
            other = np.array([normalize(shown(text)) not in RUPIAH_WORDS for text in column.texts], dtype=bool)
            self._mark(other[column.codes], "currency.other", Role.CURRENCY)

    def _read_given_back(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        """Return what came back of each row's goods: thousandths, amount and discount; blank where no row can say so."""
        whole = self.effect == EFFECT_GIVEN_BACK
        if Role.RETURNED not in self._study.places:
            return self._as_given_back(self.quantity, gross, discount, where=whole) if whole.any() else {}
        returned = abs(self._numbers(Role.RETURNED, _to_quantity))
        self._mark(returned > np.maximum(self.quantity, 0), "returned.too_many", Role.RETURNED)
        of = np.where(self.quantity == 0, MILLI, self.quantity)
        if Role.RETURNED_AMOUNT in self._study.places:
            amount = abs(self._numbers(Role.RETURNED_AMOUNT, self._to_rupiah))
            taken_off = np.zeros_like(amount)
        else:
            amount, taken_off = gross * returned // of, discount * returned // of
            parts = (gross * returned % of != 0) | (discount * returned % of != 0)
            self._mark(parts & (returned != 0), "returned.not_whole", Role.RETURNED)
        found = self._as_given_back(returned, amount, taken_off, where=~whole)
        if whole.any():
            for name, values in self._as_given_back(self.quantity, gross, discount, where=whole).items():
                found[name] = found[name] + values
        return found

    @staticmethod
    def _as_given_back(
        quantity: NDArray[np.int64], gross: NDArray[np.int64], discount: NDArray[np.int64], *, where: NDArray[np.bool_]
    ) -> dict[str, NDArray[np.int64]]:
        columns = {"back_milli": quantity, "back_gross_rp": gross, "back_discount_rp": discount}
        return {name: np.where(where, values, 0) for name, values in columns.items()}

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

    def _mark_each(self, problems: NDArray[np.int8], role: Role) -> None:
        fresh = (problems != 0) & (self.problem == 0)
        self.problem[fresh] = problems[fresh]
        self._culprit[fresh] = self._study.places[role]

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

    def _read_amounts(self, price: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return gross and discount from what the file has: gross, else price times quantity, else net and discount."""
        given = self._study.places
        gross = self._numbers(Role.GROSS, self._to_rupiah) if Role.GROSS in given else None
        net = self._numbers(Role.NET, self._to_rupiah) if Role.NET in given else None
        discount = abs(self._numbers(Role.DISCOUNT, self._to_rupiah)) if Role.DISCOUNT in given else None
        counted = None if price is None else multiply(price, self.quantity)
        if gross is None:
            if price is not None and counted is not None:
                gross = counted
                self._mark(_has_sen(price, self.quantity), "amount.not_whole", Role.UNIT_PRICE)
            elif net is not None:
                gross = net if discount is None else net + discount * np.sign(self.quantity)
            else:
                gross = np.zeros(len(self._batch), dtype=np.int64)
        elif counted is not None:
            if Role.GROSS in self._blank:
                gross = np.where(self._blank[Role.GROSS], counted, gross)
            slack = np.maximum(abs(self.quantity) // MILLI, 1)
            self._mark(abs(abs(counted) - abs(gross)) > slack, "amount.does_not_tie", Role.GROSS)
        if discount is None:
            discount = np.zeros_like(gross) if net is None else abs(gross) - abs(net)
        self._mark((gross == 0) & (discount != 0), "discount.too_large", Role.DISCOUNT)
        discount = discount * np.sign(gross)
        if net is not None:
            kept = abs(gross - discount)
            if Role.RETURNED_AMOUNT in given:
                kept = abs(kept - abs(self._numbers(Role.RETURNED_AMOUNT, self._to_rupiah)))
            self._mark(kept != abs(net), "net.does_not_tie", Role.NET)
        return gross, discount

    def _turn_returns(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> None:
        """Make returns that are written without a minus negative; only where every value of the row is so written."""
        is_return = self.effect == EFFECT_RETURN
        if self._study.layout.signs is Signs.BY_KIND:
            for values in (self.quantity, gross, discount):
                values[is_return] = -abs(values[is_return])
            return
        turn = is_return & (self.quantity > 0) & (gross >= 0)
        for values in (self.quantity, gross, discount):
            values[turn] *= -1

    def _check_signs(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> None:
        amount_role = next(
            (role for role in (Role.GROSS, Role.UNIT_PRICE, Role.NET) if role in self._study.places), Role.QUANTITY
        )
        self._mark(abs(gross) > LARGEST_AMOUNT_RP, "number.too_large", amount_role)
        self._mark((self.quantity == 0) & (gross != 0), "quantity.zero", Role.QUANTITY)
        self._mark(np.sign(self.quantity) * np.sign(gross) < 0, "sign.conflict", amount_role)
        self._mark((discount < 0) & (gross > 0) | (abs(discount) > abs(gross)), "discount.too_large", Role.DISCOUNT)

    def _price_rp(self, price: NDArray[np.int64] | None, gross: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the price of one unit in rupiah: as reported, else what the gross comes to; half away from zero."""
        if price is not None:
            rounded: NDArray[np.int64] = (abs(price) + MILLI // 2) // MILLI
            return rounded
        quantity = np.where(self.quantity == 0, MILLI, abs(self.quantity))
        counted: NDArray[np.int64] = (abs(gross) * MILLI * 2 + quantity) // (quantity * 2)
        return counted

    def _read_products(self) -> "dict[str, pd.Series[str] | None]":
        """Return barcode, code and name of each row; where the layout says so, a row without a code goes by its name."""
        by_name = self._study.layout.by_name and Role.NAME in self._study.places
        places = self._study.places
        barcode = self._texts(Role.BARCODE, required=Role.CODE not in places and not by_name)
        code = self._texts(Role.CODE, required=Role.BARCODE not in places and not by_name)
        name = self._texts(Role.NAME)
        if by_name and name is not None:
            code = name if code is None else code.where(code != "", name)
            nameless = (code == "") if barcode is None else (code == "") & (barcode == "")
            self._mark(nameless.to_numpy(dtype=bool), "cell.blank", Role.NAME)
        return {"product_barcode": barcode, "product_code": code, "product_name": name}

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


def _to_quantity(number: Decimal) -> int | str:
    """Return thousandths of a unit."""
    if abs(number) >= LARGEST_QUANTITY:
        return "number.too_large"
    milli = number * MILLI
    return int(milli) if milli == milli.to_integral_value() else "quantity.too_fine"


def _has_sen(price_milli: NDArray[np.int64], quantity_milli: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which lines of whole packs come to a fraction of a rupiah, as in a file that counts in thousands.

    A weight times a price may: it is rounded.
    """
    packs, rest = quantity_milli // MILLI, quantity_milli % MILLI
    fraction: NDArray[np.bool_] = (rest == 0) & ((price_milli % MILLI) * packs % MILLI != 0)
    return fraction


def multiply(price_milli: NDArray[np.int64], quantity_milli: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return price times quantity in whole rupiah, half away from zero.

    Large factors go through whole numbers of any size; what is too large for a line stays too large.
    """
    whole = (price_milli % MILLI == 0) & (quantity_milli % MILLI == 0)
    small = whole & (abs(price_milli) < EXACT_FACTOR * MILLI) & (abs(quantity_milli) < EXACT_FACTOR * MILLI)
    product = np.where(small, (price_milli // MILLI) * (quantity_milli // MILLI), 0)
    for index in np.flatnonzero(~small):
        exact = divide_half_away(int(price_milli[index]) * int(quantity_milli[index]), MILLI * MILLI)
        product[index] = max(-TOO_LARGE_RP, min(exact, TOO_LARGE_RP))
    return product


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970."""
    return EPOCH + timedelta(number)
