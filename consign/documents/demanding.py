"""Papers that a retail partner asks for beyond the law."""

from datetime import date

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from compliance.facts import GoodsClass, Kind
from consign.documents.rules import DemandMissing
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.documents import PartnerDemand
from consign.models.partners import Partner
from consign.sentence import say


def add_demand(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    kind: Kind,
    goods_class: GoodsClass | None,
    from_on: date,
    until_on: date | None,
) -> PartnerDemand:
    """Let a partner ask for a *kind* of paper for goods of one class, or of all, on the days given, both inside.

    Raises:
        NotAllowed: *by* does not manage this partner.
        BadInput: there is no such partner, or the days are out of order.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=partner_id)
    if session.get(Partner, partner_id) is None:
        raise BadInput(say("There is no such partner; nothing was changed."))
    if until_on is not None and until_on < from_on:
        raise BadInput(say("The last day lies before the first; nothing was changed."))
    demand = PartnerDemand(
        partner_id=partner_id,
        kind=kind.value,
        goods_class=goods_class.value if goods_class else None,
        from_on=from_on,
        until_on=until_on,
    )
    session.add(demand)
    session.flush()
    facts = {"kind": demand.kind, "goods_class": demand.goods_class, "from_on": from_on.isoformat()}
    record_event(session, by=by, act="partner's demand added", subject=f"partner:{partner_id}", **facts)
    return demand


def end_demand(session: Session, *, by: Actor, demand_id: int, last: date) -> PartnerDemand:
    """Let *last* be the last day on which a partner asks for that paper; not before its first.

    Raises:
        DemandMissing: there is no such demand.
        NotAllowed: *by* does not manage this partner.
        BadInput: the day lies before the first.

    """
    demand = session.get(PartnerDemand, demand_id, with_for_update={"key_share": True}, populate_existing=True)
    if demand is None:
        raise DemandMissing(say("There is no such demand; nothing was changed."))
    authorize(by, Act.MANAGE_PARTNERS, partner_id=demand.partner_id)
    if last < demand.from_on:
        raise BadInput(say("The last day lies before the first; nothing was changed."))
    demand.until_on = last
    session.flush()
    facts = {"kind": demand.kind, "until_on": last.isoformat()}
    record_event(session, by=by, act="partner's demand ended", subject=f"partner:{demand.partner_id}", **facts)
    return demand


def find_demands_of(session: Session, partner_id: int) -> list[RowMapping]:
    """Return what a partner asks for, by kind and day: id, kind, goods_class, from_on, until_on."""
    query = (
        select(
            PartnerDemand.id,
            PartnerDemand.kind,
            PartnerDemand.goods_class,
            PartnerDemand.from_on,
            PartnerDemand.until_on,
        )
        .where(PartnerDemand.partner_id == partner_id)
        .order_by(PartnerDemand.kind, PartnerDemand.from_on, PartnerDemand.id)
    )
    return list(session.execute(query).mappings())
