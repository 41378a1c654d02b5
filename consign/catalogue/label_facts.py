"""What stands on a label: the product's facts, number, price and papers as they are on one day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.facts import Kind
from consign.catalogue.numbers import PAYLOAD_DIGITS, get_scanned, is_city_number, make_digital_link
from consign.catalogue.queries import find_numbers
from consign.catalogue.register import get_register_terms
from consign.catalogue.rules import LabelsRefused
from consign.documents.on_label import find_label_numbers
from consign.models.catalogue import Product, ProductPrice
from consign.models.partners import Producer
from consign.sentence import say
from reports.labels import Label, LabelRun, SymbolKind

_PERMITS = (Kind.PIRT, Kind.MD, Kind.NA, Kind.TR, Kind.PKD, Kind.PSAT)
"""Permits of which a label bears the one that its goods have."""


@dataclass(frozen=True)
class Wanted:
    """How many labels of one product, with what is special to this batch; blank where it is not printed."""

    code: str
    copies: int
    batch: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class Look:
    """What every label of an order bears besides its symbol and the product's name."""

    content: bool = True
    price: bool = False
    producer: bool = True
    permit: bool = False
    halal: bool = False
    qr: bool = False
    code128: bool = False
    """Whether the symbol is a Code 128 of the region's own product code, for shelves and stores without tills."""


def make_runs(
    session: Session, *, producer: Producer, chosen: Sequence[tuple[Product, Wanted]], look: Look, on: date
) -> list[LabelRun]:
    """Return what stands on each label on the day *on*, and how many of it.

    Raises:
        LabelsRefused: a product has no number in use, no price, or no public address is set for the QR code.
        NotForTills: a number stands on cartons.

    """
    ids = [product.id for product, _ in chosen]
    numbers = find_numbers(session, ids, on=on)
    prices = _find_prices(session, ids, on=on)
    address = get_register_terms(session).public_address
    if look.qr and not address:
        raise LabelsRefused(
            say(
                "The dinas has not yet set the address that QR codes lead to; no labels were made. Leave the QR code out."
            )
        )
    runs = []
    for product, one in chosen:
        symbol, digits = _choose_symbol(product, numbers.get(product.id), look)
        papers = _find_papers(session, product, look, on=on)
        label = Label(
            symbol=symbol,
            number=digits,
            name=f"{product.brand} {product.name}" if product.brand else product.name,
            content=_write_content(product) if look.content else None,
            price_rp=_get_price(product, prices) if look.price else None,
            producer=producer.name if look.producer else None,
            batch=one.batch,
            expires_on=one.expires_on,
            pirt=papers.get("permit"),
            halal=papers.get("halal"),
            qr=_make_qr(address, numbers.get(product.id), batch=one.batch) if look.qr else None,
        )
        runs.append(LabelRun(label, one.copies))
    return runs


def _find_prices(session: Session, product_ids: Iterable[int], *, on: date) -> dict[int, int]:
    query = select(ProductPrice.product_id, ProductPrice.price_rp).where(
        ProductPrice.product_id.in_(list(product_ids)), ProductPrice.days.contains(on)
    )
    return {row.product_id: row.price_rp for row in session.execute(query)}


def _choose_symbol(product: Product, number: str | None, look: Look) -> tuple[SymbolKind, str]:
    if look.code128:
        return SymbolKind.CODE128, product.code
    if number is None:
        raise LabelsRefused(
            say(
                "{product} has no number in use, so no labels were made. Get one of the city on its page, or have its"
                " GTIN added.",
                product=product.name,
            )
        )
    digits = get_scanned(number)
    return (SymbolKind.EAN13 if len(digits) == PAYLOAD_DIGITS + 1 else SymbolKind.EAN8), digits


def _find_papers(session: Session, product: Product, look: Look, *, on: date) -> Mapping[str, str]:
    """Return the numbers of papers that the label bears; none where the product has none."""
    if not look.permit and not look.halal:
        return {}
    found = {
        one.kind: one.number
        for one in find_label_numbers(session, producer_id=product.producer_id, product_id=product.id, on=on)
    }
    permit = next((found[kind] for kind in _PERMITS if kind in found), None)
    papers = {"permit": permit if look.permit else None, "halal": found.get(Kind.HALAL) if look.halal else None}
    return {name: number for name, number in papers.items() if number}


def _write_content(product: Product) -> str:
    content = f"{product.net_content} {product.net_unit}"
    return content if product.pieces == 1 else f"{content}, isi {product.pieces}"  # labels are in Indonesian


def _get_price(product: Product, prices: Mapping[int, int]) -> int:
    if product.id not in prices:
        raise LabelsRefused(say("{product} has no price today; no labels were made.", product=product.name))
    return prices[product.id]


def _make_qr(address: str, number: str | None, *, batch: str | None) -> str | None:
    """Return where the QR code leads: the Digital Link of a GTIN, the city's own page of a city number."""
    if number is None:
        return None
    return f"{address}/p/{number}" if is_city_number(number) else make_digital_link(address, number, batch=batch)
