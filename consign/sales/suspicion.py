"""Rows that contradict what nearly all other rows of their file show, though each of their cells could be right alone.

What is usual is learnt from the whole file: of its codes and receipts the shape, of its quantities and amounts the range,
of a product the prices in other rows. A row is suspicious only where two of its cells contradict their own columns, or one
holds a separator or a quote without which it would be as the others, or its price is a fiftieth of what the same product
costs in every other row and nothing in the row confirms it, or its discount is blank where the till writes zeros. One
unusual cell alone is no reason.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from typing import TypeVar

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from consign.sales.layout import AMOUNT_ROLES, Role
from consign.tabular.numbers import NumberStyle, parse_number
from consign.tabular.table import Batch, Table

LEAST_ROWS = 20
"""A smaller file shows nothing usual."""
FEW_OF = 100
"""What one row in so many shows, or two rows of any file, is not usual."""
USUAL_OF = 20
"""What one row in so many shows is usual."""
FAR = 50
"""A price is far from another that is so many times as much."""
QUOTE = '"'
DIGITS = "0123456789"
MOST_SHAPES = 50_000
MOST_NUMBERS = 200_000
"""Different cells that are kept of a column."""
MOST_LOOKED_AT = 20_000
"""Where more rows have two cells that are not usual, nothing is."""
BLANKS = " \t\n\r\v\f"
MOST_COUNTED = 1 << 20
"""So many possible shapes are counted without sorting."""
NAMED = ("x", 0)
"""The one shape of all names; a name of digits alone is shaped like a code."""
CODED_ROLES = (Role.STORE, Role.TILL, Role.RECEIPT, Role.BARCODE, Role.CODE)
TEXT_ROLES = (*CODED_ROLES, Role.NAME)

Kept = TypeVar("Kept", bound=Hashable)
Shape = tuple[str, int]
"""A code without the digits at its ends, and its length in bytes: `S004090` is `S` of 7."""


@dataclass(frozen=True)
class _Shapes:
    """The distinct shapes of a column of one batch, and for each row which one it has."""

    shapes: list[Shape]
    codes: NDArray[np.int64]


@dataclass(frozen=True)
class _Range:
    """What nearly all rows say: the largest quantity and the smallest amount."""

    quantity: Decimal
    amount: Decimal


class Usual:
    """What nearly all rows of a file show."""

    def __init__(self, places: Mapping[Role, int]) -> None:
        self._places = places
        self._texts = [role for role in TEXT_ROLES if role in places]
        self._product = next((role for role in (Role.BARCODE, Role.CODE, Role.NAME) if role in places), Role.CODE)
        self._amounts = [role for role in AMOUNT_ROLES if role in places]
        self._rows = 0
        self._shapes: dict[Role, Counter[Shape]] = {role: Counter() for role in self._texts}
        numbers = (Role.QUANTITY, Role.DISCOUNT, *self._amounts[:1])
        self._learnt = [role for role in numbers if role in places]
        self._numbers: dict[Role, Counter[str]] = {role: Counter() for role in numbers}

    def learn(self, batch: Batch) -> None:
        """Learn from the rows of *batch*; a column with too many different cells shows nothing usual and is given up."""
        self._rows += len(batch)
        for role in self._texts:
            found = _find_shapes(batch, self._places[role], role)
            _count(self._shapes[role], found.shapes, found.codes)
        for role in self._learnt:
            column = batch.column(self._places[role])
            _count(self._numbers[role], column.texts, column.codes)
        self._texts = [role for role in self._texts if len(self._shapes[role]) <= MOST_SHAPES]
        self._learnt = [role for role in self._learnt if len(self._numbers[role]) <= MOST_NUMBERS]
        self._shapes = {role: self._shapes[role] for role in self._texts}
        self._numbers = {role: self._numbers[role] for role in self._learnt}

    def find_suspicious(self, table: Table, *, style: NumberStyle) -> dict[int, Role]:
        """Return the number of each suspicious row of *table*, and the column that tells most."""
        if self._rows < LEAST_ROWS:
            return {}
        return (
            self._find_lost_discounts(table, style) | self._find_odd_numbers(table, style) | self._find_odd_texts(table)
        )

    @property
    def _few(self) -> int:
        return max(2, self._rows // FEW_OF)

    def _is_odd(self, role: Role, shape: Shape) -> bool:
        return shape != ("", 0) and self._shapes[role][shape] <= self._few

    def _is_usual(self, role: Role, shape: Shape) -> bool:
        as_named = NAMED if role is Role.NAME and shape[0] else shape
        return shape != ("", 0) and self._shapes[role][as_named] >= max(4, self._rows // USUAL_OF)

    def _find_odd_texts(self, table: Table) -> dict[int, Role]:
        """Find cells that hold a stray sign, and pairs of cells that would be right in each other's column."""
        signs = {QUOTE, table.delimiter} if table.delimiter else set()
        odd = {role: {shape for shape in self._shapes[role] if self._is_odd(role, shape)} for role in self._texts}
        signed = {role: {shape for shape in odd[role] if signs & set(shape[0])} for role in self._texts}
        if sum(map(bool, odd.values())) < 2 and not any(signed[role] for role in self._texts if role is not Role.NAME):
            return {}
        found: dict[int, Role] = {}
        left = MOST_LOOKED_AT
        stores = self._stores(table) if any(signed.get(role) for role in (Role.STORE, Role.TILL)) else set()
        for batch in table.batches():
            looks = {role: _find_shapes(batch, self._places[role], role) for role in self._texts}
            masks = {role: _mask(look, odd[role]) for role, look in looks.items()}
            signs_in = [_mask(looks[role], signed[role]) for role in self._texts if role is not Role.NAME]
            rows = np.flatnonzero((sum(mask.astype(int) for mask in masks.values()) > 1) | np.any(signs_in, axis=0))
            left -= len(rows)
            if left < 0:
                return {}
            for index in rows.tolist():
                cells = {role: batch.cells[self._places[role]][index].as_py().strip() for role in self._texts}
                wrong = {role for role in self._texts if masks[role][index]}
                role = self._find_stray_sign(cells, wrong, signs, stores) or self._find_exchanged(cells, wrong)
                if role is not None:
                    found[int(batch.rows[index])] = role
        return found

    def _stores(self, table: Table) -> set[str]:
        roles = [role for role in (Role.STORE, Role.TILL) if role in self._places]
        return {
            text.strip()
            for batch in table.batches()
            for role in roles
            for text in batch.column(self._places[role]).texts
        }

    def _find_stray_sign(
        self, cells: Mapping[Role, str], wrong: set[Role], signs: set[str], stores: set[str]
    ) -> Role | None:
        """Return the column whose cell would be as the others without a separator or quote in it, or beside one."""
        for role in CODED_ROLES:
            if role not in wrong:
                continue
            for sign in signs & set(cells[role]):
                without = cells[role].replace(sign, "")
                if role in (Role.STORE, Role.TILL):
                    if without in stores:
                        return role
                elif any(self._is_usual(role, shape_of(part)) for part in (without, *cells[role].split(sign))):
                    return role
        return None

    def _find_exchanged(self, cells: Mapping[Role, str], wrong: set[Role]) -> Role | None:
        """Return the column of a cell that is wrong in its own and usual in another one, whose cell is wrong, too."""
        for one, other in permutations([role for role in TEXT_ROLES if role in wrong], 2):
            if self._is_usual(other, shape_of(cells[one])) and (one is not Role.NAME or not shape_of(cells[one])[0]):
                return one
        return None

    def _find_lost_discounts(self, table: Table, style: NumberStyle) -> dict[int, Role]:
        """Find blank discounts where nearly all rows have one and most say that there is none: the till writes zeros."""
        counts = self._numbers.get(Role.DISCOUNT, Counter())
        blank = {text for text in counts if not text.strip()}
        zeros = sum(counts[text] for text, number in _parse(counts, style).items() if number == 0)
        if not blank or sum(counts[text] for text in blank) > self._few or zeros * 2 < self._rows:
            return {}
        return {
            row: Role.DISCOUNT
            for batch in table.batches()
            for row in _rows_with(batch, self._places[Role.DISCOUNT], blank)
        }

    def _find_range(self, quantities: Mapping[str, Decimal], amounts: Mapping[str, Decimal]) -> _Range | None:
        """Return the range that nearly all rows keep to; blank where quantities and amounts cannot be told apart."""
        most = _find_after(self._few, self._numbers[Role.QUANTITY], quantities, largest=True)
        positive = {text: value for text, value in amounts.items() if value > 0}
        least = _find_after(self._few, self._numbers[self._amounts[0]], positive, largest=False)
        return _Range(most, least) if most is not None and least is not None and most < least else None

    def _find_odd_numbers(self, table: Table, style: NumberStyle) -> dict[int, Role]:
        """Find rows whose quantity and amount would be usual in each other's column, and prices far below all others."""
        if not self._amounts or not {Role.QUANTITY, self._amounts[0]} <= set(self._learnt):
            return {}
        quantities = _parse(self._numbers[Role.QUANTITY], style)
        amounts = _parse(self._numbers[self._amounts[0]], style)
        usual = self._find_range(quantities, amounts)
        if usual is None:
            return {}
        many = {text for text, value in quantities.items() if value > usual.quantity}
        low = {text for text, value in amounts.items() if value <= usual.quantity}
        far = (
            {text for text, value in amounts.items() if 0 < value * FAR < usual.amount}
            if len(self._amounts) == 1
            else set()
        )
        if not (many and low) and not far:
            return {}
        rows = self._find_rows(table, many=many, low=low, far=far)
        known = self._find_prices(table, {product for _, product, _, _ in rows}, quantities, amounts)
        found = {}
        for number, product, quantity, amount in rows:
            if quantity not in quantities:
                continue
            others = known[product] - Counter([_unit(quantities[quantity], amounts[amount], self._amounts[0])])
            role = self._judge_numbers(quantities[quantity], amounts[amount], usual, set(others))
            if role is not None:
                found[number] = role
        return found

    def _judge_numbers(self, quantity: Decimal, amount: Decimal, usual: _Range, prices: set[Decimal]) -> Role | None:
        role = self._amounts[0]
        if quantity > usual.quantity and amount <= usual.quantity:
            as_price = quantity if role is Role.UNIT_PRICE else _unit(amount, quantity, role)
            if as_price in prices or (amount > 0 and quantity * 2 >= usual.amount):
                return Role.QUANTITY
        price = _unit(quantity, amount, role)
        if len(self._amounts) == 1 and 0 < amount * FAR < usual.amount and prices and price * FAR <= min(prices):
            return role
        return None

    def _find_rows(
        self, table: Table, *, many: set[str], low: set[str], far: set[str]
    ) -> list[tuple[int, str, str, str]]:
        """Return number, product, quantity and amount of each row with an odd quantity and amount, or a far amount."""
        found = []
        for batch in table.batches():
            quantity, amount = (batch.column(self._places[role]) for role in (Role.QUANTITY, self._amounts[0]))
            is_many, is_low, is_far = (
                np.array([text in texts for text in column.texts], dtype=bool)[column.codes]
                for column, texts in ((quantity, many), (amount, low), (amount, far))
            )
            for index in np.flatnonzero((is_many & is_low) | is_far).tolist():
                texts = (
                    batch.cells[self._places[role]][index].as_py()
                    for role in (self._product, Role.QUANTITY, self._amounts[0])
                )
                found.append((int(batch.rows[index]), *texts))
        return found

    def _find_prices(
        self, table: Table, products: set[str], quantities: Mapping[str, Decimal], amounts: Mapping[str, Decimal]
    ) -> dict[str, Counter[Decimal]]:
        """Return how often each of *products* has each price in the file; nothing given away is priced."""
        known: dict[str, Counter[Decimal]] = {product: Counter() for product in products}
        roles = (self._product, Role.QUANTITY, self._amounts[0])
        for batch in table.batches():
            product, quantity, amount = (batch.column(self._places[role]) for role in roles)
            wanted = np.array([text in products for text in product.texts], dtype=bool)[product.codes]
            codes = np.stack([column.codes[wanted] for column in (product, quantity, amount)])
            for (one, many, much), count in zip(*_count_columns(codes), strict=True):
                pieces, paid = quantities.get(quantity.texts[many]), amounts.get(amount.texts[much])
                if pieces and paid:
                    known[product.texts[one]][_unit(pieces, paid, self._amounts[0])] += count
        return known


def _count_columns(codes: NDArray[np.int32]) -> tuple[list[list[int]], list[int]]:
    """Return the distinct columns of *codes*, and how often each comes."""
    distinct, counts = np.unique(codes, axis=1, return_counts=True)
    return distinct.T.tolist(), counts.tolist()


def _count(counts: Counter[Kept], kinds: Sequence[Kept], codes: NDArray[np.integer]) -> None:
    """Add how many rows are of each of *kinds*."""
    for kind, count in zip(kinds, np.bincount(codes, minlength=len(kinds)).tolist(), strict=True):
        counts[kind] += count


def shape_of(text: str) -> Shape:
    """Return the shape of a code."""
    bare = text.strip(BLANKS)
    return bare.strip(DIGITS), len(bare.encode())


def _find_shapes(batch: Batch, place: int, role: Role) -> _Shapes:
    if role in (Role.STORE, Role.BARCODE, Role.CODE):  # their repeated texts are found once for other reasons, too
        column = batch.column(place)
        shapes = list(dict.fromkeys(map(shape_of, column.texts)))
        numbers = {shape: number for number, shape in enumerate(shapes)}
        return _Shapes(
            shapes, np.array([numbers[shape_of(text)] for text in column.texts], dtype=np.int64)[column.codes]
        )
    cells = pc.ascii_trim_whitespace(batch.cells[place])
    lengths = pc.binary_length(cells)
    if role is Role.NAME:
        plain = pc.or_(pc.utf8_is_digit(cells), pc.equal(lengths, 0))
        bare, lengths = pc.if_else(plain, "", NAMED[0]), pc.if_else(plain, lengths, NAMED[1])
    else:
        bare = pc.ascii_trim(cells, characters=DIGITS)
    encoded = bare.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    sizes = lengths.to_numpy(zero_copy_only=False).astype(np.int64)
    keys = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64) * (sizes.max(initial=0) + 1) + sizes
    return _number_shapes(keys, texts, longest=int(sizes.max(initial=0)))


def _number_shapes(keys: NDArray[np.int64], texts: list[str], *, longest: int) -> _Shapes:
    """Return the shapes that *keys* stand for: the place of its text times *longest* and one, and its length."""
    highest = len(texts) * (longest + 1)
    if highest <= MOST_COUNTED:
        distinct = np.flatnonzero(np.bincount(keys, minlength=highest))
        places = np.zeros(highest, dtype=np.int64)
        places[distinct] = np.arange(len(distinct))
        codes = places[keys]
    else:
        distinct, codes = np.unique(keys, return_inverse=True)
    return _Shapes([(texts[key // (longest + 1)], key % (longest + 1)) for key in distinct.tolist()], codes)


def _rows_with(batch: Batch, place: int, texts: set[str]) -> list[int]:
    """Return the numbers of the rows that hold one of *texts*."""
    column = batch.column(place)
    wanted = np.array([text in texts for text in column.texts], dtype=bool)
    rows: list[int] = batch.rows[wanted[column.codes]].tolist() if wanted.any() else []
    return rows


def _mask(look: _Shapes, shapes: set[Shape]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.array([shape in shapes for shape in look.shapes], dtype=bool)[look.codes]
    return found


def _parse(texts: Iterable[str], style: NumberStyle) -> dict[str, Decimal]:
    """Return the numbers among *texts*, without their signs."""
    parsed = ((text, parse_number(text, style)) for text in texts)
    return {text: abs(number) for text, number in parsed if isinstance(number, Decimal)}


def _find_after(few: int, counts: Counter[str], values: Mapping[str, Decimal], *, largest: bool) -> Decimal | None:
    """Return the outermost of *values* when those of *few* rows are left out; blank where no others are."""
    left_out = 0
    for text in sorted(values, key=values.__getitem__, reverse=largest):
        left_out += counts[text]
        if left_out > few:
            return values[text]
    return None


def _unit(quantity: Decimal, amount: Decimal, role: Role) -> Decimal:
    """Return the price of one unit, 0 where there is none."""
    if role is Role.UNIT_PRICE:
        return amount
    return amount / quantity if quantity else Decimal(0)
