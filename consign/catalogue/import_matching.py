"""Which product a row of a list means: the one with its code, else the producer's one that is called and packed so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from consign.catalogue.import_cells import Wanted
from consign.catalogue.import_columns import Role
from consign.catalogue.import_rules import CellRefused
from consign.catalogue.numbers import as_same_length
from consign.models.catalogue import Barcode, Product, ProductPrice
from consign.models.partners import Producer
from consign.sentence import say

SMALLEST = {"g": ("g", 1), "kg": ("g", 1_000), "ml": ("ml", 1), "l": ("ml", 1_000), "pcs": ("pcs", 1)}
Measure = tuple[str, int]
Fact = TypeVar("Fact", str, int)


@dataclass(eq=False)
class Known:
    """A product with its prices and numbers, as they are before the row that means it."""

    product: Product
    prices: list[tuple[date, date | None, int]] = field(default_factory=list)
    """First day, the day after the last, rupiah."""
    numbers: list[tuple[str, str, date | None]] = field(default_factory=list)
    """Number, kind, and the last day on which it is printed."""

    def find_price(self, day: date) -> int | None:
        """Return the price that holds on *day*."""
        return next(
            (price for first, after, price in self.prices if first <= day and (after is None or day < after)), None
        )

    def find_gtin(self) -> str | None:
        """Return the producer's own number that is printed now."""
        return next((number for number, kind, until in self.numbers if kind == "gtin" and until is None), None)

    def has_number(self, number: str) -> bool:
        """Say whether *number* means this product, perhaps written with fewer or more zeros before it."""
        return any(as_same_length(one) == as_same_length(number) for one, _, _ in self.numbers)


@dataclass
class Shelf:
    """The products that rows of a list may mean, and their producers."""

    producers: dict[str, Producer]
    """By code in small letters."""
    by_id: dict[int, Producer]
    codes: set[str]
    """Codes that rows name, so that no other product is called so by itself."""
    singles: set[tuple[str, Measure]]
    """What rows say of packs with one piece: names and contents."""
    by_code: dict[str, Known] = field(default_factory=dict)
    by_name: defaultdict[tuple[int, str], list[Known]] = field(default_factory=lambda: defaultdict(list))

    def put(self, known: Known) -> None:
        """Let rows find a product, also by a name that it has now."""
        self.by_code[known.product.code] = known
        called = self.by_name[known.product.producer_id, plain(known.product.name)]
        if known not in called:
            called.append(known)


def plain(text: str) -> str:
    """Return a name without what makes no difference: capitals and spaces."""
    return " ".join(text.casefold().split())


def measure(net_content: int, net_unit: str) -> Measure:
    """Return a content in its smallest unit: 1 kg and 1000 g are the same."""
    unit, times = SMALLEST[net_unit]
    return unit, net_content * times


def fill_shelf(session: Session, rows: Sequence[Wanted], *, producer_id: int | None, lock: bool) -> Shelf:
    """Return all products of the producers that *rows* name, and the products whose codes they name.

    *producer_id* is whose products all of them are, where that is known. With *lock* nobody else adds or changes
    products of theirs by a list until the transaction ends, and their products stay as they are read.
    """
    named = {row.producer.lower() for row in rows if row.producer}
    codes = {row.code for row in rows if row.code}
    of_codes = select(Product.producer_id).where(Product.code.in_(codes))
    query = select(Producer).order_by(Producer.id)
    if producer_id is not None:  # a producer learns nothing of others' codes
        query = query.where(Producer.id == producer_id)
    else:
        query = query.where(or_(func.lower(Producer.code).in_(named), Producer.id.in_(of_codes)))
    if lock:
        # Two lists with the same new product would add it twice: the second waits here, and then finds it.
        query = query.with_for_update(key_share=True)
    owners = session.scalars(query).all()
    singles = {
        (plain(row.name), measure(row.net_content, row.net_unit))
        for row in rows
        if row.name and row.net_content and row.net_unit and row.pieces == 1
    }
    shelf = Shelf({one.code.lower(): one for one in owners}, {one.id: one for one in owners}, codes, singles)
    for known in _read_products(session, [one.id for one in owners], lock=lock):
        shelf.put(known)
    return shelf


def _read_products(session: Session, producer_ids: Sequence[int], *, lock: bool) -> Iterable[Known]:
    query = select(Product).where(Product.producer_id.in_(producer_ids)).order_by(Product.id)
    if lock:
        query = query.with_for_update(key_share=True)
    products = session.scalars(query.execution_options(populate_existing=True)).all()
    found = {one.id: Known(one) for one in products}
    ours = select(Product.id).where(Product.producer_id.in_(producer_ids))
    prices = select(ProductPrice.product_id, ProductPrice.days, ProductPrice.price_rp)
    for row in session.execute(prices.where(ProductPrice.product_id.in_(ours)).order_by(ProductPrice.id)):
        if row.product_id in found:
            found[row.product_id].prices.append((row.days.lower, row.days.upper, row.price_rp))
    numbers = select(Barcode.product_id, Barcode.number, Barcode.kind, Barcode.until_on)
    for one in session.execute(numbers.where(Barcode.product_id.in_(ours)).order_by(Barcode.number)):
        if one.product_id in found:
            found[one.product_id].numbers.append((one.number, one.kind, one.until_on))
    return found.values()


def find_owner(shelf: Shelf, row: Wanted, *, producer_id: int | None) -> int | None:
    """Return whose product a row means; blank where only its code can tell.

    Raises:
        CellRefused: there is no such producer, or the row names another than the list is for.

    """
    if row.producer is None:
        return producer_id
    owner = shelf.producers.get(row.producer.lower())
    if producer_id is not None:
        if owner is None or owner.id != producer_id:
            raise CellRefused(
                say(
                    "This list is for the products of one producer. Leave the cell blank, or hand the row in for that one."
                ),
                "producer.other",
                Role.PRODUCER,
            )
    elif owner is None:
        raise CellRefused(
            say("No producer has this code. Look it up in the list of producers."), "producer.unknown", Role.PRODUCER
        )
    return owner.id


def find_product(shelf: Shelf, row: Wanted, owner_id: int | None) -> Known | None:
    """Return the product that a row means; blank where it is a new one.

    Raises:
        CellRefused: several fit, or the product with its code is another producer's.

    """
    if row.code is not None:
        known = shelf.by_code.get(row.code)
        if known is not None and owner_id not in {None, known.product.producer_id}:
            raise CellRefused(
                say("The product with this code is another producer's. Compare code and producer."),
                "producer.other",
                Role.CODE,
            )
        return known
    if owner_id is None or row.name is None or row.net_content is None or row.net_unit is None:
        return None
    content = measure(row.net_content, row.net_unit)
    fitting = [
        one
        for one in shelf.by_name[owner_id, plain(row.name)]
        if measure(one.product.net_content, one.product.net_unit) == content
    ]
    fitting = _narrow(fitting, row.packaging, [one.product.packaging for one in fitting], unsaid=None)
    single = 1 if (plain(row.name), content) not in shelf.singles else None
    fitting = _narrow(fitting, row.pieces, [one.product.pieces for one in fitting], unsaid=single)
    if len(fitting) > 1:
        raise CellRefused(
            say(
                "Several products are called and packed so: {codes}. Write the code of the one that is meant.",
                codes=[one.product.code for one in fitting],
            ),
            "product.several",
            Role.NAME,
        )
    return fitting[0] if fitting else None


def _narrow(
    fitting: list[Known], given: Fact | None, present: Sequence[Fact | None], *, unsaid: Fact | None
) -> list[Known]:
    """Return those whose fact is the one that is *given*, else those of which nobody has said it yet."""
    if given is None:
        return fitting
    pairs = list(zip(fitting, present, strict=True))
    exact = [one for one, fact in pairs if fact == given]
    return exact or [one for one, fact in pairs if fact == unsaid]
