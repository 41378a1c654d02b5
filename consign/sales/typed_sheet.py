"""The sales of one day as a person typed them: written as a small file of our own, which takes the way of any sales file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.files import Files
from consign.identity.rules import Actor
from consign.models.partners import Partner, Store
from consign.models.sales import SalesUpload
from consign.period import Period
from consign.sales.handing_in import hand_in_file
from consign.sales.mapping import Stated
from consign.sales.own_layout import SHEET_HEADERS, name_store
from consign.sales.store_products import StoreProduct, find_store_products
from consign.sales.uploads import LIVE_STATUSES
from consign.sentence import say
from reports.spreadsheet import safe_text

DELIMITER = ";"
MOST_READ_BYTES = 1 << 20
_MARK = re.compile(r"[0-9]{1,10}")
_QUANTITY = re.compile(r"([0-9]{1,6})(?:,([0-9]{1,3})|\.([0-9]{1,2}))?")


@dataclass(frozen=True)
class Typed:
    """What was typed for one product; blank is not filled in."""

    sold: Decimal | None = None
    returned: Decimal | None = None
    """What customers brought back, as a positive figure."""

    @property
    def quantities(self) -> list[Decimal]:
        """Return the quantities as a sales file has them."""
        given = [self.sold, None if self.returned is None else -self.returned]
        return [one for one in given if one is not None]


def parse_quantity(text: str) -> Decimal:
    """Read a quantity as it is typed: `12`, `1,5` or `1.5`; a dot before three digits may part thousands and is refused.

    Raises:
        BadInput: it is none, is negative, has more than three decimals, or can be read in two ways.

    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise BadInput(
            say(
                "“{text}” is no quantity. Write digits, with a comma before at most three decimals: 12 or 1,5.",
                text=text,
            )
        )
    return Decimal(f"{match[1]}.{match[2] or match[3] or 0}")


def write_quantity(quantity: Decimal) -> str:
    """Write a quantity as it is typed: without a sign for thousands and without idle zeros."""
    whole, _, rest = f"{quantity:f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole},{rest}" if rest else whole


def name_sheet(store: Store, day: date) -> str:
    """Return what the file of a typed sheet is called."""
    return f"sheet-{store.code}-{day}.csv"


def find_day_products(session: Session, *, store: Store, day: date) -> Sequence[StoreProduct]:
    """Return what *store* may sell on *day*, with the agreed price of that day."""
    return find_store_products(session, store=store, span=Period(day, day))


def hand_in_sheet(
    session: Session, *, by: Actor, files: Files, store: Store, day: date, typed: Mapping[int, Typed], mark: str
) -> tuple[SalesUpload, bool]:
    """Hand in what was *typed* for products, by their ids; return its upload and whether it is new.

    The same content with the same *mark* is the same upload. What stands in `Sheet.mark` makes a sheet that is typed after
    another one a new upload, also where it says the same as an earlier one.

    Raises:
        NotAllowed: *by* may not post sales of this store.
        BadInput: nothing was sold or brought back, or the store did not sell consigned goods on that day.

    """
    _refuse_day(store, day)
    products = [one for one in find_day_products(session, store=store, day=day) if one.reportable]
    lines = [(one, typed[one.id]) for one in products if one.id in typed and typed[one.id].quantities]
    if not any(quantity for _, one in lines for quantity in one.quantities):
        raise BadInput(
            say("No quantity is filled in; nothing was handed in. Where the store sold nothing that day, say so below.")
        )
    partner = session.get_one(Partner, store.partner_id)
    named = name_store(partner.code, store.code)
    content = _write(lines, store=named, day=day, mark=mark if _MARK.fullmatch(mark) else "0")
    sha256, size = files.keep(io.BytesIO(content))
    return hand_in_file(
        session,
        by=by,
        partner_id=partner.id,
        sha256=sha256,
        name=name_sheet(store, day),
        size_bytes=size,
        stated=Stated(store.id),
    )


def _refuse_day(store: Store, day: date) -> None:
    if day > clock.today(store.zone):
        raise BadInput(say("{day} has not come yet; nothing was handed in.", day=day))
    if day < store.opened_on or (store.closed_on is not None and day > store.closed_on):
        raise BadInput(
            say("{store} did not sell consigned goods on {day}; nothing was changed.", store=store.name, day=day)
        )


def _write(lines: Sequence[tuple[StoreProduct, Typed]], *, store: str, day: date, mark: str) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=DELIMITER)
    writer.writerow(SHEET_HEADERS)
    for product, typed in lines:
        price = product.prices[0].price_rp
        for quantity in typed.quantities:
            row = [day, store, product.number, safe_text(product.name), write_quantity(quantity), price, mark]
            writer.writerow(row)
    return target.getvalue().encode()


@dataclass(frozen=True)
class Sheet:
    """What was typed last for a store-day, by the products' numbers; empty where no sheet of it stands or waits."""

    typed: Mapping[str, Typed]
    mark: str
    """The last sheet that was handed in for the store-day, whatever became of it; 0 before there is one."""


def find_sheet(session: Session, files: Files, *, store: Store, day: date) -> Sheet:
    """Return the sheet of a store-day as it was typed last."""
    query = select(SalesUpload).where(
        SalesUpload.partner_id == store.partner_id,
        SalesUpload.stated_store_id == store.id,
        SalesUpload.name == name_sheet(store, day),
        SalesUpload.size_bytes <= MOST_READ_BYTES,
    )
    sheets = session.scalars(query.order_by(SalesUpload.id.desc())).all()
    standing = next((one for one in sheets if one.status in LIVE_STATUSES), None)
    typed = {} if standing is None else _read(b"".join(files.read(standing.sha256)))
    return Sheet(typed, str(sheets[0].id) if sheets else "0")


def _read(content: bytes) -> dict[str, Typed]:
    """Read a sheet again; another file that is called like one holds nothing."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8", errors="replace"), newline=""), delimiter=DELIMITER))
    if not rows or tuple(rows[0]) != SHEET_HEADERS:
        return {}
    found: dict[str, Typed] = {}
    for row in rows[1:]:
        if len(row) != len(SHEET_HEADERS):
            return {}
        number, text = row[2], row[4]
        known = found.get(number, Typed())
        try:
            quantity = parse_quantity(text.removeprefix("-"))
        except BadInput:
            return {}
        found[number] = Typed(known.sold, quantity) if text.startswith("-") else Typed(quantity, known.returned)
    return found
