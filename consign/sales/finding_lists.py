"""What postings found, as people look at it: by kind, and one by one with a sentence that says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.listing import Found, Value, Wish, fetch_page
from consign.models.catalogue import Product
from consign.models.partners import Store
from consign.models.sales import SalesFinding
from consign.money import Rupiah
from consign.sentence import Sentence, load_sentence, say, say_all
from consign.stock.short import Cause

FINDING_CODES = (
    "price.far_off", "price.differs", "product.not_eligible", "product.not_listed", "product.retired", "agreement.missing",
    "day.before_opening", "day.after_closing", "day.old", "day.settled", "quantity.fraction", "quantity.unusual",
    "return.without_sale", "stock.oversold",
)  # fmt: skip
"""All kinds of findings, in the order in which they are shown."""


@dataclass(frozen=True)
class FindingSum:
    """What the findings of one kind of an upload come to."""

    code: str
    findings: int
    lines: int
    quantity: Decimal
    amount_rp: int
    first_row: int


def find_finding_sums(session: Session, upload_id: int) -> list[FindingSum]:
    """Return what an upload's postings found, by kind in the order of `FINDING_CODES`; kinds without any are left out."""
    query = (
        select(
            SalesFinding.code,
            func.count().label("findings"),
            func.sum(SalesFinding.lines).label("lines"),
            func.sum(SalesFinding.quantity).label("quantity"),
            func.sum(SalesFinding.amount_rp).label("amount_rp"),
            func.min(SalesFinding.first_row).label("first_row"),
        )
        .where(SalesFinding.upload_id == upload_id)
        .group_by(SalesFinding.code)
    )
    found = [
        FindingSum(row.code, row.findings, int(row.lines), row.quantity, int(row.amount_rp), row.first_row)
        for row in session.execute(query)
    ]
    return sorted(found, key=lambda one: FINDING_CODES.index(one.code))


def find_finding_page(session: Session, *, upload_id: int, wish: Wish) -> Found:
    """Return a page of what an upload's postings found.

    Filter: `code`. A row has id, code, product, product_code, store, lines, quantity, amount_rp, first_row, posting_no and
    said, the sentence about it.
    """
    columns: list[Value] = [
        SalesFinding.id,
        SalesFinding.code,
        Product.name.label("product"),
        Product.code.label("product_code"),
        Store.name.label("store"),
        SalesFinding.lines,
        SalesFinding.quantity,
        SalesFinding.amount_rp,
        SalesFinding.first_row,
        SalesFinding.posting_no,
    ]
    query = (
        select(*columns, SalesFinding.detail)
        .select_from(SalesFinding)
        .join(Product, Product.id == SalesFinding.product_id, isouter=True)
        .join(Store, Store.id == SalesFinding.store_id, isouter=True)
        .where(SalesFinding.upload_id == upload_id)
    )
    if wish.filters.get("code"):
        query = query.where(SalesFinding.code == wish.filters["code"])
    page = fetch_page(
        session,
        query,
        wish=wish,
        sorts={column.name: column for column in columns},
        default_sort="-lines",
        searched=[Product.name, Product.code, Store.name],
        tie=SalesFinding.id,
    )
    rows = [{**row, "said": tell_finding(row["code"], row["detail"])} for row in page.rows]
    return page.with_rows(rows)


def tell_finding(code: str, detail: Mapping[str, Any]) -> Sentence:
    """Say what a finding is, from what was kept with it; what it is about and how many lines it is stand beside it."""
    tell = _TELLING.get(code) or _TELLING.get(code.partition(".")[0])
    return tell(detail) if tell else Sentence("", {})


def _days(detail: Mapping[str, Any]) -> dict[str, date]:
    return {name: date.fromisoformat(detail[name]) for name in _DAYS if name in detail}


_DAYS = ("first", "last", "until", "begins", "ended")


def _tell_prices(detail: Mapping[str, Any]) -> Sentence:
    pairs = [
        say("{price} instead of {agreed} (lines: {lines})", price=Rupiah(price), agreed=Rupiah(agreed), lines=lines)
        for price, agreed, lines in detail["prices"]
    ]
    if detail["more"]:
        return say("The till took {prices}, and other prices: {more}.", prices=pairs, more=detail["more"])
    return say("The till took {prices}.", prices=pairs)


def _tell_not_eligible(detail: Mapping[str, Any]) -> Sentence:
    lacks = say_all([load_sentence(one) for one in detail["lacks"]])
    return say("Between {first} and {last} it might not be delivered: {lacks}", **_days(detail), lacks=lacks)


def _tell_not_listed(detail: Mapping[str, Any]) -> Sentence:
    if detail["more"]:
        return say("{stores} and {more} more stores do not offer it.", stores=detail["stores"], more=detail["more"])
    return say("Not offered by: {stores}.", stores=detail["stores"])


def _tell_retired(detail: Mapping[str, Any]) -> Sentence:
    return say("It is offered until {until}; the last sale is of {last}.", **_days(detail))


def _tell_days(detail: Mapping[str, Any]) -> Sentence:
    days = _days(detail)
    if days["first"] == days["last"]:
        return say("Sold on {first}.", first=days["first"])
    return say("Sold from {first} to {last}.", **days)


def _tell_unusual(detail: Mapping[str, Any]) -> Sentence:
    return say("On {first}; usual there is {usual}.", **_days(detail), usual=Decimal(detail["usual"]))


def _tell_agreement(detail: Mapping[str, Any]) -> Sentence:
    """Say why lines wait for an agreement: it begins later, it ended, or there is none at all."""
    days = _days(detail)
    if "begins" in days:
        return say("Sold from {first} to {last}; the agreement begins on {begins}. The lines wait.", **days)
    if "ended" in days:
        return say("Sold from {first} to {last}; the agreement ended on {ended}. The lines wait.", **days)
    return say("Sold from {first} to {last}; there is no agreement. The lines wait.", **days)


def _tell_oversold(detail: Mapping[str, Any]) -> Sentence:
    """Say how far below zero goods stand, and what is likely wrong."""
    facts = {"on_hand": Decimal(detail["on_hand"]), "sold": Decimal(detail["sold"])}
    below = say("{sold} were sold, and the books of the store now say {on_hand}.", **facts)
    return say_all((below, _LIKELY[detail["cause"]](detail["named"])))


_LIKELY: Mapping[str, Callable[[str], Sentence]] = {
    Cause.DELIVERY_OPEN: lambda number: say("{number} brings it and is not confirmed.", number=number),
    Cause.ALIAS: lambda product: say(
        "Perhaps the till's code means {product}, of which enough is left.", product=product
    ),
    Cause.COUNT_DUE: lambda _: say("It was not counted there for a long time, or never."),
    Cause.DELIVERY_MISSING: lambda _: say("Perhaps a delivery was not entered."),
}
"""By the cause that is likely."""


_TELLING: Mapping[str, Callable[[Mapping[str, Any]], Sentence]] = {
    "price": _tell_prices,
    "product.not_eligible": _tell_not_eligible,
    "product.not_listed": _tell_not_listed,
    "product.retired": _tell_retired,
    "agreement.missing": _tell_agreement,
    "day": _tell_days,
    "quantity.unusual": _tell_unusual,
    "stock.oversold": _tell_oversold,
}
"""By code, or by what stands before its dot. What is not here is said by its code alone."""
