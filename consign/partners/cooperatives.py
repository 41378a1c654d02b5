"""Cooperatives: their members with mandates, and agreements that they sign for them."""

from collections.abc import Sequence
from datetime import date, timedelta

from psycopg.errors import ExclusionViolation
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.db import savepoint
from consign.errors import refuse_blank
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text, normalize_phone, tidy_name
from consign.models.partners import Agreement, Cooperative, CooperativeMember, Producer
from consign.partners.actions import get_producer_to_change
from consign.partners.agreeing import add_agreement, end_agreement
from consign.partners.queries import find_mandate_end, get_terms
from consign.partners.rules import (
    AgreementOverlaps,
    CodeTaken,
    MandateNeeded,
    MembershipMissing,
    MemberTwice,
    NoMembers,
    Terms,
    UnknownCode,
    refuse_days_out_of_order,
)
from consign.sentence import say


def add_cooperative(session: Session, *, by: Actor, code: str, name: str, phone: str | None) -> Cooperative:
    """Add a cooperative.

    Raises:
        BadInput: code or name is blank, or the phone number is none.
        CodeTaken: the code belongs to another cooperative.

    """
    authorize(by, Act.MANAGE_COOPERATIVES)
    refuse_blank(code=code, name=name)
    if session.scalar(select(Cooperative.id).where(Cooperative.code == code)) is not None:
        raise CodeTaken(say("The code '{code}' belongs to another cooperative; none was added.", code=code))
    cooperative = Cooperative(
        code=code, name=tidy_name(name), phone=normalize_phone(phone) if phone else None, added_at=clock.now()
    )
    session.add(cooperative)
    session.flush()
    record_event(session, by=by, act="cooperative added", subject=f"cooperative:{cooperative.id}", code=code)
    return cooperative


def get_cooperative(session: Session, code: str) -> Cooperative:
    """Return the cooperative with this code.

    Raises:
        UnknownCode: there is none.

    """
    cooperative = session.scalar(select(Cooperative).where(Cooperative.code == code))
    if cooperative is None:
        raise UnknownCode(say("There is no cooperative '{code}'.", code=code))
    return cooperative


def find_cooperatives(session: Session) -> list[Cooperative]:
    """Return all cooperatives by name."""
    return list(session.scalars(select(Cooperative).order_by(Cooperative.name)))


def find_members(session: Session, *, cooperative_id: int, on: date) -> list[Producer]:
    """Return the producers that have mandated a cooperative on a day, by name."""
    query = (
        select(Producer)
        .join(CooperativeMember, CooperativeMember.producer_id == Producer.id)
        .where(CooperativeMember.cooperative_id == cooperative_id, CooperativeMember.days.contains(on))
    )
    return list(session.scalars(query.order_by(Producer.name, Producer.id)))


def add_member(
    session: Session,
    *,
    by: Actor,
    cooperative: Cooperative,
    producer_id: int,
    first: date,
    last: date | None,
    mandate: str,
) -> CooperativeMember:
    """Write that a producer has mandated a cooperative from *first* until *last*, both inside; without *last* it goes on.

    *mandate* names the paper that says so.

    Raises:
        BadInput: the days are out of order, or no paper is named.
        ProducerMissing: there is no such producer.
        MemberTwice: the producer has mandated a cooperative on some of these days already.

    """
    authorize(by, Act.MANAGE_COOPERATIVES)
    refuse_blank(mandate=mandate)
    refuse_days_out_of_order(first, last)
    producer = get_producer_to_change(session, producer_id)
    member = CooperativeMember(
        cooperative_id=cooperative.id,
        producer_id=producer_id,
        days=Range(first, last + timedelta(1) if last else None),
        mandate=clean_text(mandate),
    )
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise MemberTwice(
                say(
                    "{producer} has mandated a cooperative on some of these days already; nothing was added."
                    " End that membership first.",
                    producer=producer.name,
                )
            ) from error
        raise
    record_event(
        session, by=by, act="cooperative's member added", subject=f"cooperative:{cooperative.id}",
        producer=producer.code, first=str(first), last=str(last or ""), mandate=member.mandate,
    )  # fmt: skip
    return member


def end_membership(
    session: Session, *, by: Actor, cooperative: Cooperative, member_id: int, last: date, closed: dict[int, date | None]
) -> int:
    """Let *last* be the last day of a membership, and of what the cooperative signed for that member; return of how many.

    *closed* gives for each partner its last closed day, read after `lock_partner`.

    Raises:
        MembershipMissing: there is no such membership that goes on after that day.
        MandateNeeded: what the cooperative signed under this mandate begins only after that day; nothing was changed.
        PeriodClosed: days of a closed period would be settled otherwise; nothing was changed.
        BadInput: the last day lies before the first.

    """
    authorize(by, Act.MANAGE_COOPERATIVES)
    member = session.get(CooperativeMember, member_id, with_for_update=True, populate_existing=True)
    if member is None or member.cooperative_id != cooperative.id or not _goes_on_after(member.days, last):
        raise MembershipMissing(say("There is no such membership that goes on after that day; nothing was changed."))
    first = member.days.lower
    if first is not None:
        refuse_days_out_of_order(first, last)
    ended = 0
    signed = _find_signed(session, cooperative.id, producer_id=member.producer_id)
    _refuse_beginning_later(signed, member.days, last)
    for agreement in signed:
        begins = agreement.days.lower
        if _goes_on_after(agreement.days, last) and begins is not None and begins <= last:
            end_agreement(
                session, by=by, agreement_id=agreement.id, last=last, closed_until=closed.get(agreement.partner_id)
            )
            ended += 1
    member.days = Range(first, last + timedelta(1))
    session.flush()
    record_event(
        session, by=by, act="cooperative's member ended", subject=f"cooperative:{cooperative.id}",
        producer_id=member.producer_id, last=str(last), agreements=ended,
    )  # fmt: skip
    return ended


def _refuse_beginning_later(signed: Sequence[Agreement], mandate: Range[date], last: date) -> None:
    """Refuse to end a mandate before an agreement that rests on it has begun: that could neither hold nor be ended.

    Raises:
        MandateNeeded: accordingly, naming the day.

    """
    begins = [one.days.lower for one in signed if one.days.lower is not None and one.days.lower in mandate]
    later = [first for first in begins if first > last]
    if later:
        raise MandateNeeded(
            say(
                "The cooperative signed an agreement for this member that begins on {first}; the membership was not changed."
                " Let it end on that day or later.",
                first=max(later),
            )
        )


def _goes_on_after(days: Range[date], last: date) -> bool:
    return days.upper is None or days.upper > last + timedelta(1)


def _find_signed(session: Session, cooperative_id: int, *, producer_id: int | None = None) -> Sequence[Agreement]:
    query = select(Agreement).where(Agreement.cooperative_id == cooperative_id).order_by(Agreement.id)
    if producer_id is not None:
        query = query.where(Agreement.producer_id == producer_id)
    return session.scalars(query).all()


def add_cooperative_agreement(
    session: Session,
    *,
    by: Actor,
    cooperative: Cooperative,
    partner_id: int,
    first: date,
    last: date | None,
    terms: Terms,
    store_id: int | None = None,
) -> list[Agreement]:
    """Add what a partner and a cooperative agreed: an agreement for each of its members on the first day, or none at all.

    That of a member whose mandate ends sooner ends with the mandate.

    Raises:
        NoMembers: nobody has mandated it on the first day.
        AgreementOverlaps: members that have an agreement of the same scope on some of these days are named; nothing was
            added for any member.
        FeeOutOfBounds, BadInput: as `add_agreement`; nothing was added for any member.

    """
    authorize(by, Act.MANAGE_AGREEMENTS, partner_id=partner_id)
    members = find_members(session, cooperative_id=cooperative.id, on=first)
    if not members:
        raise NoMembers(
            say(
                "Nobody has mandated {cooperative} on {day}; no agreement was added.",
                cooperative=cooperative.name,
                day=first,
            )
        )
    added: list[Agreement] = []
    refused: list[str] = []
    with savepoint(session):
        for member in members:
            try:
                agreement = add_agreement(
                    session,
                    by=by,
                    partner_id=partner_id,
                    producer_id=member.id,
                    first=first,
                    last=_cut_short(session, cooperative, member.id, first=first, last=last),
                    terms=terms,
                    store_id=store_id,
                    cooperative_id=cooperative.id,
                )
            except AgreementOverlaps:
                refused.append(member.name)
            else:
                added.append(agreement)
        if refused:
            raise AgreementOverlaps(
                say(
                    "Members have an agreement of the same scope on some of these days: {members}. No agreement was added"
                    " for anybody. End theirs first.",
                    members=refused,
                )
            )
    return added


def extend_to_member(
    session: Session, *, by: Actor, cooperative: Cooperative, producer_id: int, first: date
) -> list[Agreement]:
    """Let what a cooperative signed with its partners hold for a member that joined later, from *first* on.

    Of agreements of one partner and store the newest in force on that day is taken. They end with the mandate at the latest.

    Raises:
        MembershipMissing: the producer is no member on that day.
        AgreementOverlaps: the producer has an agreement of the same scope on some of these days; nothing was added.

    """
    authorize(by, Act.MANAGE_AGREEMENTS)
    if producer_id not in {one.id for one in find_members(session, cooperative_id=cooperative.id, on=first)}:
        raise MembershipMissing(
            say("The producer has not mandated {name} on {day}; nothing was added.", name=cooperative.name, day=first)
        )
    signed = [
        one for one in _find_signed(session, cooperative.id) if one.product_id is None and one.days.contains(first)
    ]
    newest = {(one.partner_id, one.store_id): one for one in signed}
    standing = {(one.partner_id, one.store_id) for one in signed if one.producer_id == producer_id}
    with session.begin_nested():
        return [
            add_agreement(
                session,
                by=by,
                partner_id=one.partner_id,
                producer_id=producer_id,
                first=first,
                last=_cut_short(
                    session,
                    cooperative,
                    producer_id,
                    first=first,
                    last=one.days.upper - timedelta(1) if one.days.upper else None,
                ),
                terms=get_terms(one),
                store_id=one.store_id,
                cooperative_id=cooperative.id,
            )
            for scope, one in newest.items()
            if scope not in standing
        ]


def _cut_short(
    session: Session, cooperative: Cooperative, producer_id: int, *, first: date, last: date | None
) -> date | None:
    """Return the last day of what a cooperative signs for a member: *last*, or that of the mandate if that is sooner."""
    ends = find_mandate_end(session, cooperative_id=cooperative.id, producer_id=producer_id, on=first)
    return min((day for day in (last, ends) if day is not None), default=None)
