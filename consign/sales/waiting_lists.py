"""Lines that wait as people look at them: by what they wait for, and row by row, within the reader's reach."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.partners import Partner
from consign.models.sales import SalesParked, SalesUpload
from consign.partners.lists import find_partners_seen
from consign.partners.rules import UnknownCode
from consign.sales.lists import uploads_within
from consign.sales.suggesting import Shelf, Suggestion
from consign.sales.suggestions import find_suggestions
from consign.sentence import say, say_all

# As text, because the server must see that what is selected is what is grouped by.
CODE: ColumnElement[str | None] = literal_column(
    """CASE WHEN sales_parked.reason IN ('store.unknown', 'store.other_than_stated') THEN sales_parked.store_code
      WHEN sales_parked.reason IN ('product.unknown', 'agreement.missing', 'price.missing')
      THEN COALESCE(NULLIF(sales_parked.product_barcode, ''), sales_parked.product_code) END""",
    Text,
)
"""The code that a line waits for; blank where its row is wrong in another way."""

MOST_ROWS = 1 << 31
"""More than a file has rows."""

_MEANT = text("""
    SELECT product.id, product.code, product.name, producer.code AS producer_code, producer.name AS producer
    FROM (
      SELECT product_id FROM product_alias WHERE partner_id = :partner AND alias = trim(:code) AND ended_at IS NULL
      UNION ALL SELECT product_id FROM barcode WHERE number = trim(:code)) AS found
    JOIN product ON product.id = found.product_id JOIN producer ON producer.id = product.producer_id LIMIT 1""")


@dataclass(frozen=True)
class Group:
    """Lines of one partner that wait for the same thing; with a row, that row of an upload alone."""

    partner: Partner
    reason: str
    code: str | None
    upload_id: int | None = None
    row_no: int | None = None


@dataclass(frozen=True)
class GroupSums:
    """What the lines of a group come to."""

    lines: int
    quantity: Any
    gross_rp: int
    first_on: Any
    last_on: Any
    name: str | None
    files: int
    price_rp: int | None
    """The till's price of most lines."""


def find_groups(
    session: Session,
    *,
    by: Actor,
    wish: Wish,
    suggest: Callable[[Sequence[Row]], list[list[Suggestion]]],
    only: Sequence[Group] | None = None,
) -> Found:
    """Return a page of what lines wait for, or of some groups *only*; *suggest* returns what codes of rows may mean.

    Filters: `partner` (a code) and `reason`. A row has partner, partner_code, partner_id, reason, code, name, price_rp,
    lines, quantity, gross_rp, first_on, last_on, files, and of the product or store that the code most likely means:
    suggested, its label as perhaps, score and why.
    """
    columns: list[Value] = [
        Partner.name.label("partner"),
        Partner.code.label("partner_code"),
        Partner.id.label("partner_id"),
        SalesParked.reason,
        CODE.label("code"),
        *_sums(),
    ]
    query = _select_open(columns, by).group_by(Partner.id, SalesParked.reason, CODE)
    query = _narrow(query, wish)
    if only is not None:
        query = query.where(in_groups(only))
    sorts = columns_of(query)
    found = fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="-lines",
        searched=[CODE, SalesParked.product_name, Partner.name],
        tie=func.concat_ws("/", Partner.code, SalesParked.reason, CODE),
    )
    rows = [{**row, **_show_first(ranked)} for row, ranked in zip(found.rows, suggest(found.rows), strict=True)]
    return found.with_rows(rows)


def _show_first(ranked: Sequence[Suggestion]) -> dict[str, object]:
    if not ranked:
        return {"perhaps": None, "score": None, "why": None, "suggested": None}
    first = ranked[0]
    return {
        "perhaps": f"{first.label} ({first.code})",
        "score": first.score,
        "why": say_all(first.reasons),
        "suggested": first,
    }


def _sums() -> list[Value]:
    return [
        func.max(SalesParked.product_name).label("name"),
        func.mode().within_group(SalesParked.unit_price_rp).label("price_rp"),
        func.count().label("lines"),
        func.sum(SalesParked.quantity).label("quantity"),
        func.sum(SalesParked.gross_rp).label("gross_rp"),
        func.min(SalesParked.sold_on).label("first_on"),
        func.max(SalesParked.sold_on).label("last_on"),
        func.count(distinct(SalesParked.upload_id)).label("files"),
    ]


def _select_open(columns: Sequence[Value], by: Actor) -> Select[Any]:
    return (
        select(*columns)
        .select_from(SalesParked)
        .join(SalesUpload, SalesUpload.id == SalesParked.upload_id)
        .join(Partner, Partner.id == SalesParked.partner_id)
        .where(SalesParked.state == "open", uploads_within(by))
    )


def _narrow(query: Select[Any], wish: Wish) -> Select[Any]:
    for name, column in (("partner", Partner.code), ("reason", SalesParked.reason)):
        if wish.filters.get(name):
            query = query.where(column == wish.filters[name])
    return query


def suggest_for(session: Session, group: Group, sums: GroupSums, *, shelf: Shelf | None = None) -> list[Suggestion]:
    """Return what the code of *group* may mean, the likeliest first."""
    asked = {
        "partner_id": group.partner.id, "reason": group.reason, "code": group.code, "name": sums.name,
        "price_rp": sums.price_rp, "last_on": sums.last_on,
    }  # fmt: skip
    return find_suggestions(session, [asked], shelf=shelf)[0]


def find_meant(session: Session, group: Group) -> RowMapping | None:
    """Return the product that the group's code names by now: id, code, name, producer_code and producer."""
    return session.execute(_MEANT, {"partner": group.partner.id, "code": group.code or ""}).mappings().first()


def is_store_known(session: Session, group: Group) -> bool:
    """Say whether the group's code names a store of the partner by now."""
    query = text("""
        SELECT EXISTS (SELECT FROM store WHERE partner_id = :partner AND code = trim(:code))
          OR EXISTS (SELECT FROM store_alias
            WHERE partner_id = :partner AND alias = trim(:code) AND ended_at IS NULL)""")
    return bool(session.scalar(query, {"partner": group.partner.id, "code": group.code or ""}))


def get_group(
    session: Session, *, by: Actor, partner: str, reason: str, code: str, upload: str = "", row: str = ""
) -> Group:
    """Return the group that an address names; it may be empty by now.

    Raises:
        UnknownCode: there is no such partner that *by* may see.

    """
    seen = next((one for one in find_partners_seen(session, by=by, act=Act.READ_SALES) if one.code == partner), None)
    if seen is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=partner))
    return Group(seen, reason, code or None, parse_id(upload), parse_id(row))


def sum_group(session: Session, *, by: Actor, group: Group) -> GroupSums:
    """Return what the group's waiting lines come to, as far as *by* may see them."""
    row = session.execute(_select_open(_sums(), by).where(in_group(group))).one()
    return GroupSums(
        row.lines, row.quantity, row.gross_rp or 0, row.first_on, row.last_on, row.name, row.files, row.price_rp
    )


def in_group(group: Group) -> ColumnElement[bool]:
    """Return the condition under which a parked row belongs to *group*, whatever its state."""
    wanted = [
        SalesParked.partner_id == group.partner.id,
        SalesParked.reason == group.reason,
        CODE.is_not_distinct_from(group.code),
    ]
    if group.upload_id is not None:
        wanted += [SalesParked.upload_id == group.upload_id, SalesParked.row_no == group.row_no]
    return and_(*wanted)


def in_groups(groups: Sequence[Group]) -> ColumnElement[bool]:
    """Return the condition under which a parked row belongs to one of *groups*, whatever its state."""
    codes: defaultdict[tuple[int, str], list[str | None]] = defaultdict(list)
    for one in groups:
        codes[one.partner.id, one.reason].append(one.code)
    wanted = [
        and_(
            SalesParked.partner_id == partner_id,
            SalesParked.reason == reason,
            func.coalesce(CODE, "").in_([code or "" for code in some]),
        )
        for (partner_id, reason), some in codes.items()
    ]
    return or_(false(), *wanted)


def find_states(session: Session, *, by: Actor, group: Group) -> Sequence[RowMapping]:
    """Return what became of all lines with the group's code, or of all that ever waited for its reason.

    A row has state, reason and lines; of those that do not wait any more the reason is blank.
    """
    same = or_(
        SalesParked.store_code == group.code,
        func.coalesce(func.nullif(SalesParked.product_barcode, ""), SalesParked.product_code) == group.code,
    )
    reason = case((SalesParked.state == "open", SalesParked.reason), else_=literal_column("NULL", Text))
    query = (
        select(SalesParked.state, reason.label("reason"), func.count().label("lines"))
        .join(SalesUpload, SalesUpload.id == SalesParked.upload_id)
        .where(
            SalesParked.partner_id == group.partner.id,
            same if group.code else SalesParked.reason == group.reason,
            uploads_within(by),
        )
        .group_by(literal_column("1"), literal_column("2"))
        .order_by(literal_column("1"), literal_column("2"))
    )
    return session.execute(query).mappings().all()


def find_rows(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the waiting rows that *by* may see.

    Filters: `partner`, `reason`, `code` and `sold_until` (a day; rows without one are among them). A row has upload_id, file, its parts, row_no, partner, partner_code, reason, code,
    column, cell, raw, store_code, name, sold_on, quantity and gross_rp.
    """
    columns: list[Value] = [
        SalesParked.upload_id,
        SalesUpload.name.label("file"),
        SalesUpload.outcome["parts"].label("parts"),
        SalesParked.row_no,
        Partner.name.label("partner"),
        Partner.code.label("partner_code"),
        SalesParked.reason,
        CODE.label("code"),
        SalesParked.column,
        SalesParked.cell,
        func.replace(SalesParked.raw, "\t", " | ").label("raw"),
        SalesParked.store_code,
        SalesParked.product_name.label("name"),
        SalesParked.sold_on,
        SalesParked.quantity,
        SalesParked.gross_rp,
    ]
    query = _narrow(_select_open(columns, by), wish)
    if wish.filters.get("code"):
        query = query.where(func.trim(CODE) == wish.filters["code"])
    if wish.filters.get("sold_until"):
        until = date.fromisoformat(wish.filters["sold_until"])
        query = query.where(or_(SalesParked.sold_on <= until, SalesParked.sold_on.is_(None)))
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="upload_id",
        searched=[SalesUpload.name, SalesParked.cell, SalesParked.raw],
        tie=cast(SalesParked.upload_id, BigInteger) * MOST_ROWS + SalesParked.row_no,
    )
