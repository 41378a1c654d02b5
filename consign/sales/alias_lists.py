"""What a partner's own code or name means, and which files posted lines by it: what is to be looked at if it is wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from consign.errors import NotFound
from consign.identity.rules import Actor
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Product, ProductAlias
from consign.models.partners import Partner, Store, StoreAlias
from consign.models.sales import Sale, SalesParked, SalesPosting, SalesUpload
from consign.sales.lists import ADDING, uploads_within
from consign.sentence import say

PRODUCT, STORE = "product", "store"


class AliasUnknown(NotFound):
    """The partner uses no such code; nothing was changed."""

    code = "sales.alias_unknown"


@dataclass(frozen=True)
class Meaning:
    """What a code of a partner means, or meant until somebody found it wrong."""

    of: str
    """`product` or `store`."""
    partner: Partner
    alias: str
    meant: Product | Store
    added_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None


def get_meaning(session: Session, *, of: str, partner: Partner, alias: str) -> Meaning:
    """Return what *partner* means by *alias*.

    Raises:
        AliasUnknown: nothing was ever said about it.

    """
    row: Any = None
    if of == PRODUCT:
        row = session.get(ProductAlias, (partner.id, alias))
    elif of == STORE:
        row = session.get(StoreAlias, (partner.id, alias))
    if row is None:
        raise AliasUnknown(say("The partner uses no code '{alias}'; nothing was changed.", alias=alias))
    meant = session.get_one(Product, row.product_id) if of == PRODUCT else session.get_one(Store, row.store_id)
    return Meaning(of, partner, alias, meant, row.added_at, row.ended_at, row.ended_reason)


def find_files_by_meaning(session: Session, *, by: Actor, meaning: Meaning, wish: Wish) -> Found:
    """Return a page of the files that posted lines by a code, as far as that is known.

    A row has id, name, received_at, status, placed, the lines that waited for the code and were placed, and posted, all
    lines of its product or store since the code was said: a sale does not keep the code it came with.
    """
    parked = select(SalesParked.upload_id, func.count().label("lines")).where(
        SalesParked.partner_id == meaning.partner.id, SalesParked.state == "placed", _is_code(meaning)
    )
    placed = parked.group_by(SalesParked.upload_id).subquery()
    of = Sale.product_id if meaning.of == PRODUCT else Sale.store_id
    sales = (
        select(SalesPosting.upload_id, func.count().label("lines"))
        .join(Sale, and_(Sale.partner_id == SalesPosting.partner_id, Sale.posting_no == SalesPosting.number))
        .where(SalesPosting.partner_id == meaning.partner.id, SalesPosting.kind.in_(ADDING), of == meaning.meant.id)
    )
    if meaning.added_at is not None:
        sales = sales.where(SalesPosting.posted_at >= meaning.added_at)
    if meaning.ended_at is not None:
        sales = sales.where(SalesPosting.posted_at <= meaning.ended_at)
    posted = sales.group_by(SalesPosting.upload_id).subquery()
    columns: list[Value] = [
        SalesUpload.id,
        SalesUpload.name,
        SalesUpload.received_at,
        SalesUpload.status,
        func.coalesce(placed.c.lines, 0).label("placed"),
        func.coalesce(posted.c.lines, 0).label("posted"),
    ]
    query = (
        select(*columns)
        .select_from(SalesUpload)
        .join(placed, placed.c.upload_id == SalesUpload.id, isouter=True)
        .join(posted, posted.c.upload_id == SalesUpload.id, isouter=True)
        .where(or_(placed.c.lines > 0, posted.c.lines > 0), uploads_within(by))
    )
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="-placed",
        searched=[SalesUpload.name],
        tie=SalesUpload.id.desc(),
    )


def _is_code(meaning: Meaning) -> Any:  # noqa: ANN401  # a condition
    if meaning.of == STORE:
        return func.trim(SalesParked.store_code) == meaning.alias
    return or_(
        func.trim(SalesParked.product_code) == meaning.alias, func.trim(SalesParked.product_barcode) == meaning.alias
    )
