"""Reading the rows of a mapped sales file, column at a time. A row is a line, a problem, or ignored with a reason."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from consign.errors import Question
from consign.money import divide_half_away
from consign.sales.layout import (
    KIND_WORDS,
    NUMBER_ROLES,
    KindEffect,
    Layout,
    Role,
)
from consign.tabular.cells import TYPED, is_error_value, is_scientific, shown
from consign.tabular.dates import DateOrder, decide_date_order, parse_day
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, decide_number_style, parse_number
from consign.tabular.refusals import FileRefused, FileWithoutRows
from consign.tabular.table import Batch, Table

TOTAL_WORDS = re.compile(r"(?:grand |sub ?)?total\b.*|jumlah (?:total|keseluruhan)|jumlah|keseluruhan|rekap\b.*")
FIXED_WIDTH_DAY = r"^\x01?(?:\d{4}[-/.]\d{2}[-/.]\d{2}|\d{2}[-/.]\d{2}[-/.]\d{4})[T ]\d"
MILLI = 1000
LARGEST_AMOUNT_RP = 10**12
LARGEST_QUANTITY = 10**9
LONGEST_RECEIPT = 100
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
)
"""Codes of what can be wrong with a row; the place of each is its number inside a batch."""
NUMBER_OF = {code: np.int8(place) for place, code in enumerate(PROBLEMS)}


class ControlTotalDiffers(FileRefused):
    """The file's own total differs from the sum of its rows, so rows are missing or doubled; nothing of it was used."""

    code = "file.control_total"


@dataclass(frozen=True)
class Problem:
    """A row that cannot be right: which *column* and *cell* is at fault, and the stable *code* of why."""

    row: int
    code: str
    column: str | None
    cell: str | None
    raw: str


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


@dataclass
class Study:
    """What the whole file decided about its style, and what only a person can decide."""

    table: Table
    layout: Layout
    places: dict[Role, int]
    style: NumberStyle
    order: DateOrder
    kinds: dict[str, KindEffect]
    evidence: list[str]
    questions: list[Question]
    days: set[str] = field(default_factory=set)
    """Distinct texts of the date column."""
    codes: dict[Role, set[str]] = field(default_factory=dict)
    """Distinct texts of the store, barcode and code columns."""


def study_table(table: Table, layout: Layout, *, places: dict[Role, int]) -> Study:
    """Read *table* once and decide, from all its values, how it writes numbers and days and what its kinds mean.

    Raises:
        FileWithoutRows: nothing stands below the header.

    """
    texts: dict[Role, set[str]] = {role: set() for role in places}
    rows = 0
    for batch in table.batches():
        rows += len(batch) + len(batch.broken)
        for role in texts.keys() - {Role.NAME, Role.RECEIPT, Role.RETURNS_RECEIPT, Role.TILL}:
            column = _days(batch, places[role]) if role is Role.DATE else batch.column(places[role])
            texts[role].update(column.texts)
    if rows == 0:
        raise FileWithoutRows("The file names its columns but has no row; nothing of it was used.")
    study = Study(
        table, layout, places, NumberStyle.PLAIN, DateOrder.DAY_FIRST, dict(layout.kinds), list(table.evidence), []
    )
    _decide_numbers(study, [text for role in NUMBER_ROLES for text in texts.get(role, ())])
    _decide_days(study, texts.get(Role.DATE, set()))
    _decide_kinds(study, texts.get(Role.KIND, set()))
    study.days = texts.get(Role.DATE, set())
    study.codes = {role: texts.get(role, set()) for role in (Role.STORE, Role.BARCODE, Role.CODE)}
    return study


def _decide_numbers(study: Study, texts: list[str]) -> None:
    if study.layout.number_style:
        study.style = study.layout.number_style
        study.evidence.append(f"number style {study.style}: confirmed")
        return
    decision = decide_number_style(texts)
    if decision.style is None:
        why = f"How does this file write numbers? {decision.evidence}."
        study.questions.append(Question("number_style", why, (NumberStyle.INDONESIAN, NumberStyle.ENGLISH)))
        return
    study.style = decision.style
    study.evidence.append(f"number style {decision.style}: {decision.evidence}")


def _decide_days(study: Study, texts: set[str]) -> None:
    if study.layout.date_order:
        study.order = study.layout.date_order
        study.evidence.append(f"date order {study.order}: confirmed")
        return
    decision = decide_date_order(texts)
    if decision.order is None:
        why = f"In which order does this file write days? {decision.evidence}."
        study.questions.append(Question("date_order", why, (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)))
        return
    study.order = decision.order
    study.evidence.append(f"date order {decision.order}: {decision.evidence}")


def _decide_kinds(study: Study, texts: set[str]) -> None:
    header = normalize(study.table.headers[study.places[Role.KIND]]) if Role.KIND in study.places else ""
    for text in sorted(texts):
        word = normalize(shown(text))
        if not word or word == header or word in study.kinds:
            continue
        if word in KIND_WORDS:
            study.kinds[word] = KIND_WORDS[word]
        else:
            why = f"What is a row of the kind {shown(text)!r}?"
            study.questions.append(Question(f"kind:{word}", why, tuple(effect.value for effect in KindEffect)))


class Reader:
    """Reads the rows of a studied file, and holds its own total against them at the end."""

    def __init__(self, study: Study, *, today: date, stated_day: date | None) -> None:
        self._study = study
        self._today = today
        self._stated_day = stated_day
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

    def _find_days(self) -> set[date]:
        if Role.DATE not in self._study.places:
            return {self._stated_day} if self._stated_day else set()
        parsed = (parse_day(text, self._study.order) for text in self._study.days)
        return {day for day in parsed if isinstance(day, date)}

    def read(self) -> Iterator[ReadBatch]:
        """Yield all rows below the header in their order.

        Raises:
            ControlTotalDiffers: at the end, when the file's own total differs from its rows.

        """
        for batch in self._study.table.take_batches():
            yield self._read_batch(batch)
        self._refuse_other_total()

    def _read_batch(self, batch: Batch) -> ReadBatch:
        columns = _Columns(batch, self._study, today=self._today, stated_day=self._stated_day)
        lines = columns.read()
        problems: list[Problem] = []
        cancelled = columns.effect == EFFECT_IGNORE
        ignored = [self._ignore(batch, index, "cancelled") for index in np.flatnonzero(cancelled).tolist()]
        keep = ~cancelled
        for index in np.flatnonzero((columns.problem != 0) & ~cancelled).tolist():
            reason = self._why_no_sale(batch.cells_of(index))
            keep[index] = reason is None
            if reason is None:
                problems.append(columns.describe(index))
            elif reason != "blank_row":
                ignored.append(self._ignore(batch, index, reason))
        nothing = keep & (columns.problem == 0) & (columns.quantity == 0)
        ignored += [self._ignore(batch, index, "nothing_sold") for index in np.flatnonzero(nothing).tolist()]
        keep &= ~nothing
        for broken in batch.broken:
            reason = self._why_no_sale(list(broken.cells))
            raw = "\t".join(map(shown, broken.cells))
            if reason is None:
                problems.append(Problem(broken.row, "row.width", None, None, raw))
            else:
                ignored.append(Ignored(broken.row, reason, raw))
        kept = lines[keep]
        self._count(kept, problems, ignored)
        return ReadBatch(batch, kept, sorted(problems, key=lambda problem: problem.row), ignored)

    @staticmethod
    def _ignore(batch: Batch, index: int, reason: str) -> Ignored:
        return Ignored(int(batch.rows[index]), reason, batch.text_of(index).replace(TYPED, ""))

    def _count(self, kept: pd.DataFrame, problems: list[Problem], ignored: list[Ignored]) -> None:
        good = kept[kept["problem"] == 0]
        self.lines += len(good)
        self.ignored += len(ignored)
        self._problems += len(problems)
        self._left_out += sum(row.reason == "cancelled" for row in ignored)
        self.rows_read += len(good) + len(problems) + len(ignored)
        self.quantity_milli += int(good["quantity_milli"].sum())
        self.gross_rp += int(good["gross_rp"].sum())
        self._net_rp += int(good["gross_rp"].sum()) - int(good["discount_rp"].sum())

    def _why_no_sale(self, cells: list[str]) -> str | None:
        """Say why a row that cannot be read as a sale is none; blank when it should have been one."""
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled:
            return "blank_row"
        headers = self._study.table.headers
        if [normalize(cell) for cell in cells[: len(headers)]] == [normalize(header) for header in headers]:
            return "repeated_header"
        if not TOTAL_WORDS.fullmatch(normalize(filled[0])):
            return "note" if len(filled) == 1 and not re.search(r"\d", filled[0]) else None
        if len(cells) == len(headers):
            self._totals.append(self._read_total(cells))
        return "total_row"

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
        if len(self._totals) != 1 or self._problems or self._left_out:
            return
        summed = {
            Role.QUANTITY: Decimal(self.quantity_milli) / MILLI,
            Role.GROSS: Decimal(self.gross_rp) / self._study.layout.scale,
            Role.NET: Decimal(self._net_rp) / self._study.layout.scale,
        }
        for role, total in self._totals[0].items():
            if total != summed[role]:
                raise ControlTotalDiffers(
                    f"The file's own total of {role} is {total}, its rows sum to {summed[role]}; nothing of it was used."
                )


EFFECT_SALE, EFFECT_RETURN, EFFECT_IGNORE = np.int8(0), np.int8(1), np.int8(2)
EFFECTS = {KindEffect.SALE: EFFECT_SALE, KindEffect.RETURN: EFFECT_RETURN, KindEffect.IGNORE: EFFECT_IGNORE}


class _Columns:
    """The typed columns of one batch. The first thing wrong with a row is kept with its role."""

    def __init__(self, batch: Batch, study: Study, *, today: date, stated_day: date | None) -> None:
        self._batch = batch
        self._study = study
        self._today = today
        self._stated_day = stated_day
        self.problem = np.zeros(len(batch), dtype=np.int8)
        self._culprit = np.full(len(batch), -1, dtype=np.int16)
        self._unreadable: dict[Role, NDArray[np.bool_]] = {}
        self._day_ok = np.ones(len(batch), dtype=bool)
        self.effect = np.zeros(len(batch), dtype=np.int8)
        self.quantity = np.zeros(len(batch), dtype=np.int64)

    def read(self) -> pd.DataFrame:
        """Return the batch's rows with typed values."""
        if Role.KIND in self._study.places:
            self._read_kinds()
        day = self._read_days()
        self.quantity = self._numbers(Role.QUANTITY, _to_quantity)
        price = self._numbers(Role.UNIT_PRICE, self._to_price) if Role.UNIT_PRICE in self._study.places else None
        gross, discount = self._read_amounts(price)
        self._turn_returns(gross, discount)
        self._check_signs(gross, discount)
        frame: dict[str, object] = {
            "row_no": self._batch.rows,
            "store_code": self._texts(Role.STORE, required=True),
            "product_barcode": self._texts(Role.BARCODE, required=Role.CODE not in self._study.places),
            "product_code": self._texts(Role.CODE, required=Role.BARCODE not in self._study.places),
            "product_name": self._texts(Role.NAME),
            "day": day,
            "till": self._texts(Role.TILL),
            "receipt": self._texts(Role.RECEIPT, required=True),
            "returns_receipt": self._texts(Role.RETURNS_RECEIPT),
            "quantity_milli": self.quantity,
            "unit_price_rp": self._price_rp(price, gross),
            "gross_rp": gross,
            "discount_rp": discount,
        }
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
            cell=shown(self._batch.cells[place][index].as_py()) if place >= 0 else None,
            raw=shown(self._batch.text_of(index).replace(TYPED, "")),
        )

    def _mark(self, where: NDArray[np.bool_], code: str, role: Role) -> None:
        fresh = where & (self.problem == 0)
        self.problem[fresh] = NUMBER_OF[code]
        self._culprit[fresh] = self._study.places.get(role, -1)

    def _read_kinds(self) -> None:
        column = self._batch.column(self._study.places[Role.KIND])
        effects = [EFFECTS[self._study.kinds.get(normalize(shown(text)), KindEffect.SALE)] for text in column.texts]
        self.effect = np.array(effects, dtype=np.int8)[column.codes]

    def _read_days(self) -> NDArray[np.int32]:
        if Role.DATE not in self._study.places:
            day = self._stated_day or EPOCH
            return np.full(len(self._batch), (day - EPOCH).days, dtype=np.int32)
        column = _days(self._batch, self._study.places[Role.DATE])
        parsed = [parse_day(text, self._study.order) for text in column.texts]
        codes = [value if isinstance(value, str) else self._judge_day(value) for value in parsed]
        days = [(value - EPOCH).days if isinstance(value, date) else 0 for value in parsed]
        self._mark_each(np.array([NUMBER_OF[code] for code in codes], dtype=np.int8)[column.codes], Role.DATE)
        self._day_ok = np.array([isinstance(value, date) for value in parsed], dtype=bool)[column.codes]
        return np.array(days, dtype=np.int32)[column.codes]

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
                blank_is_zero = role is Role.DISCOUNT and value == "cell.blank"
                problems[place] = 0 if blank_is_zero else NUMBER_OF[value]
            else:
                values[place] = value
        found = problems[column.codes]
        self._unreadable[role] = found != 0
        self._mark_each(found, role)
        return values[column.codes]

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
            if counted is not None:
                gross = counted
            elif net is not None:
                gross = net if discount is None else net + discount * np.sign(net)
            else:
                gross = np.zeros(len(self._batch), dtype=np.int64)
        elif counted is not None:
            slack = np.maximum(abs(self.quantity) // MILLI, 1)
            self._mark(abs(abs(counted) - abs(gross)) > slack, "amount.does_not_tie", Role.GROSS)
        if discount is None:
            discount = np.zeros_like(gross) if net is None else abs(gross) - abs(net)
        discount = discount * np.sign(gross)
        if net is not None:
            self._mark(abs(gross - discount) != abs(net), "net.does_not_tie", Role.NET)
        return gross, discount

    def _turn_returns(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> None:
        """Make returns that are written without a minus negative; only where every value of the row is so written."""
        turn = (self.effect == EFFECT_RETURN) & (self.quantity > 0) & (gross >= 0)
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
            rounded: NDArray[np.int64] = np.sign(price) * ((abs(price) + MILLI // 2) // MILLI)
            return rounded
        quantity = np.where(self.quantity == 0, MILLI, abs(self.quantity))
        counted: NDArray[np.int64] = (abs(gross) * MILLI * 2 + quantity) // (quantity * 2)
        return counted

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
            if role is Role.CODE and Role.BARCODE in self._study.places:
                barcodes = self._batch.column(self._study.places[Role.BARCODE])
                no_barcode = np.array([not text.strip() for text in barcodes.texts], dtype=bool)[barcodes.codes]
                no_code = np.array([not text.strip() for text in column.texts], dtype=bool)[column.codes]
                self._mark(no_barcode & no_code, "cell.blank", Role.BARCODE)
        elif required:
            self._mark(pc.equal(trimmed, "").to_numpy(zero_copy_only=False), "cell.blank", role)
        if role in (Role.RECEIPT, Role.RETURNS_RECEIPT, Role.TILL):
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


def multiply(price_milli: NDArray[np.int64], quantity_milli: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return price times quantity in whole rupiah, half away from zero; large factors go through whole numbers of any size."""
    whole = (price_milli % MILLI == 0) & (quantity_milli % MILLI == 0)
    small = whole & (abs(price_milli) < EXACT_FACTOR * MILLI) & (abs(quantity_milli) < EXACT_FACTOR * MILLI)
    product = np.where(small, (price_milli // MILLI) * (quantity_milli // MILLI), 0)
    for index in np.flatnonzero(~small):
        exact = divide_half_away(int(price_milli[index]) * int(quantity_milli[index]), MILLI * MILLI)
        product[index] = exact if abs(exact) <= LARGEST_AMOUNT_RP * MILLI else 0
    return product


def _days(batch: Batch, place: int) -> "_DayColumn":
    """Return the date column with the time of day cut off where every cell has the same width for its day."""
    cells = batch.cells[place]
    if len(batch) and pc.all(pc.match_substring_regex(cells, FIXED_WIDTH_DAY)).as_py():
        typed = pc.starts_with(cells, TYPED)
        cells = pc.utf8_slice_codeunits(pc.if_else(typed, pc.utf8_slice_codeunits(cells, 1), cells), 0, 10)
    encoded = cells.dictionary_encode()
    return _DayColumn(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))


@dataclass(frozen=True)
class _DayColumn:
    texts: list[str]
    codes: NDArray[np.int32]


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970."""
    return EPOCH + timedelta(number)
