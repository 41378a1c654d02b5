"""Cooperatives and their members as people look at them."""

from datetime import date

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, authorize, get_reach
from consign.listing import Found, Wish, columns_of, fetch_page
from consign.models.partners import Agreement, Cooperative, CooperativeMember, Producer
from consign.partners.cooperatives import get_cooperative
from consign.partners.rules import UnknownCode
from consign.sentence import say


def get_cooperative_seen(session: Session, *, by: Actor, code: str) -> Cooperative:
    """Return the cooperative with this code.

    Raises:
        UnknownCode: there is none that *by* may see.

    """
    own = get_reach(by, Act.READ_COOPERATIVES).cooperative_id
    cooperative = get_cooperative(session, code)
    if own not in {None, cooperative.id}:
        raise UnknownCode(say("There is no cooperative '{code}'.", code=code))
    return cooperative


def find_cooperative_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the cooperatives: code, name, phone, members (on the day *on*) and agreements."""
    own = get_reach(by, Act.READ_COOPERATIVES).cooperative_id
    members = (
        select(func.count())
        .where(CooperativeMember.cooperative_id == Cooperative.id, CooperativeMember.days.contains(on))
        .scalar_subquery()
    )
    agreements = select(func.count()).where(Agreement.cooperative_id == Cooperative.id).scalar_subquery()
    query = select(
        Cooperative.code, Cooperative.name, Cooperative.phone, members.label("members"), agreements.label("agreements")
    )
    if own is not None:
        query = query.where(Cooperative.id == own)
    sorts = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="name", searched=[Cooperative.code, Cooperative.name],
        tie=Cooperative.id,
    )  # fmt: skip


def find_member_page(session: Session, *, by: Actor, cooperative_id: int, on: date, wish: Wish | None) -> Found:
    """Return a page of a cooperative's members that were or are, all those that are on the day *on* where *wish* is blank, or where its filter `on` is set.

    A row has id, producer_code, producer, first, last (blank while it goes on), mandate and agreements (that the cooperative
    signed for it).
    """
    authorize(by, Act.READ_COOPERATIVES, cooperative_id=cooperative_id)
    after = func.upper(CooperativeMember.days, type_=Date)
    agreements = (
        select(func.count())
        .where(Agreement.cooperative_id == cooperative_id, Agreement.producer_id == CooperativeMember.producer_id)
        .scalar_subquery()
    )
    query = (
        select(
            CooperativeMember.id,
            Producer.code.label("producer_code"),
            Producer.name.label("producer"),
            func.lower(CooperativeMember.days, type_=Date).label("first"),
            cast(after - 1, Date).label("last"),
            CooperativeMember.mandate,
            agreements.label("agreements"),
        )
        .join(Producer, Producer.id == CooperativeMember.producer_id)
        .where(CooperativeMember.cooperative_id == cooperative_id)
    )
    if wish is None:
        query = query.where(CooperativeMember.days.contains(on)).order_by(Producer.name, CooperativeMember.id)
        rows = session.execute(query).mappings().all()
        return Found(rows=list(rows), total=len(rows), page=1, pages=1)
    if wish.filters.get("on"):
        query = query.where(CooperativeMember.days.contains(on))
    sorts = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="producer", searched=[Producer.code, Producer.name],
        tie=CooperativeMember.id,
    )  # fmt: skip


def find_partner_ids_signed(session: Session, cooperative_id: int) -> list[int]:
    """Return the ids of the partners with which a cooperative has signed, in their order."""
    query = select(Agreement.partner_id).where(Agreement.cooperative_id == cooperative_id).distinct()
    return list(session.scalars(query.order_by(Agreement.partner_id)))
