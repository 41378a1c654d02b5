"""Agreements between partners and producers: adding them, continuing them with other terms, ending them."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from psycopg.errors import ExclusionViolation, ForeignKeyViolation
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Agreement
from consign.partners.queries import find_cooperative_of, is_mandated, lock_partner, share_terms
from consign.partners.rules import (
    AgreementContinued,
    AgreementMissing,
    AgreementOverlaps,
    NotAMember,
    Route,
    Terms,
    refuse_change_in_closed_period,
    refuse_days_out_of_order,
    refuse_fee_out_of_bounds,
    refuse_impossible_terms,
)
from consign.partners.tax_rules import FeeTaxes
from consign.partners.taxes import refuse_wrong_taxes_of
from consign.sentence import Sentence, say


def add_agreement(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    producer_id: int,
    first: date,
    last: date | None,
    terms: Terms,
    store_id: int | None = None,
    product_id: int | None = None,
    cooperative_id: int | None = None,
    replaces_id: int | None = None,
) -> Agreement:
    """Add what the two agreed from *first* until *last*, both inside; without *last* it goes on.

    It holds for the store or the product alone where one is named. *cooperative_id* is the cooperative that signed it for its
    member; where money goes to the cooperative and nobody is named it is the one that the producer has mandated.

    Raises:
        FeeOutOfBounds: the region does not allow this fee.
        AgreementOverlaps: another agreement of the same scope is in force on some of these days.
        NotAMember: the cooperative that signs, or receives the money, is not mandated by the producer on each of the days.
        TaxFactsMissing, FeeTaxWithoutPkp, Pph23OfPerson, Pph23ByPerson: the fee may not carry these taxes.
        BadInput: the days are out of order, a rate or the payment term cannot be, the store is not the partner's,
            or the product not the producer's.

    """
    authorize(by, Act.MANAGE_AGREEMENTS, partner_id=partner_id, producer_id=producer_id)
    refuse_days_out_of_order(first, last)
    refuse_impossible_terms(terms)
    bounds = share_terms(session)
    refuse_fee_out_of_bounds(
        terms.fee_rate_bp, from_bp=bounds.fee_from_bp, to_bp=bounds.fee_to_bp, source=bounds.fee_source
    )
    if terms.route is Route.COOPERATIVE or cooperative_id is not None:
        cooperative_id = _get_mandated(session, producer_id, first, wanted=cooperative_id)
        _refuse_outliving(session, cooperative_id, producer_id, first=first, last=last)
    taxes = FeeTaxes(terms.fee_tax_bp, terms.pph23_bp, first)
    refuse_wrong_taxes_of(
        session, partner_id=partner_id, producer_id=producer_id, cooperative_id=cooperative_id, taxes=taxes
    )
    agreement = Agreement(
        partner_id=partner_id,
        producer_id=producer_id,
        store_id=store_id,
        product_id=product_id,
        days=Range(first, last + timedelta(1) if last else None),
        cooperative_id=cooperative_id,
        replaces_id=replaces_id,
        **_as_columns(terms),
    )
    _write_agreement(session, agreement)
    record_event(
        session,
        by=by,
        act="agreement added",
        subject=f"agreement:{agreement.id}",
        fee_rate_bp=terms.fee_rate_bp,
        loss_store_bp=terms.loss_store_bp,
        route=terms.route.value,
        **({"replaces": replaces_id} if replaces_id else {}),
    )
    return agreement


def _as_columns(terms: Terms) -> dict[str, Any]:
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in vars(terms).items()}


def _get_mandated(session: Session, producer_id: int, day: date, *, wanted: int | None) -> int:
    """Return the cooperative that a producer has mandated on a day, *wanted* where it is named.

    Raises:
        NotAMember: there is none, or it is another.

    """
    found = find_cooperative_of(session, producer_id=producer_id, on=day)
    if found is None or wanted not in {None, found.id}:
        raise NotAMember(
            say(
                "The producer has not mandated that cooperative on {day}, so it cannot receive the money; no agreement was"
                " added. Enter the mandate first.",
                day=day,
            )
        )
    return found.id


def _refuse_outliving(
    session: Session, cooperative_id: int, producer_id: int, *, first: date, last: date | None
) -> None:
    """Refuse an agreement of a cooperative that goes on after its mandate: money would go to somebody without one.

    Raises:
        NotAMember: accordingly.

    """
    if not is_mandated(session, cooperative_id=cooperative_id, producer_id=producer_id, first=first, last=last):
        raise NotAMember(
            say(
                "The mandate of the cooperative ends before the agreement would; nothing was changed. Let the agreement end"
                " with the mandate, or enter a new mandate first."
            )
        )


def _write_agreement(session: Session, agreement: Agreement) -> None:
    """Insert an agreement; what the database refuses is said in words.

    Raises:
        AgreementOverlaps: another agreement of the same scope is in force on some of these days.
        BadInput: the store is not the partner's, or the product not the producer's.

    """
    try:
        with session.begin_nested():
            session.add(agreement)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise AgreementOverlaps(_say_overlap(session, agreement)) from error
        if isinstance(error.orig, ForeignKeyViolation):
            raise BadInput(
                say(
                    "The store is not one of the partner's, or the product none of the producer's;"
                    " no agreement was added."
                )
            ) from error
        raise


def _say_overlap(session: Session, agreement: Agreement) -> Sentence:
    """Return which days of another agreement an *agreement* that was refused meets, and what to do."""
    others = select(Agreement.days).where(
        Agreement.partner_id == agreement.partner_id,
        Agreement.producer_id == agreement.producer_id,
        Agreement.store_id.is_not_distinct_from(agreement.store_id),
        Agreement.product_id.is_not_distinct_from(agreement.product_id),
        Agreement.days.op("&&")(agreement.days),
    )
    days = session.scalars(others.order_by(func.lower(Agreement.days))).first()
    if days is None:  # it was ended meanwhile
        return say(
            "An agreement of the same scope was in force on some of these days; no agreement was added. Try again."
        )
    if days.upper is None:
        return say(
            "An agreement of the same scope is in force from {first} on; no agreement was added. Choose a last day before"
            " that, or continue that agreement with other terms.",
            first=days.lower,
        )
    return say(
        "An agreement of the same scope is in force from {first} to {last}; no agreement was added. Choose days outside of"
        " these, or continue that agreement with other terms.",
        first=days.lower,
        last=days.upper - timedelta(1),
    )


def continue_agreement(
    session: Session,
    *,
    by: Actor,
    agreement_id: int,
    first: date,
    last: date | None,
    terms: Terms,
    closed_until: date | None,
) -> Agreement:
    """Let other terms hold from *first* on: the agreement ends the day before, and a new version of it begins.

    Nothing that was settled moves: *closed_until* is the partner's last closed day, read after `lock_partner`. Scope and
    who signed stay.

    Raises:
        AgreementMissing: there is no such agreement.
        AgreementContinued: another version follows it already.
        PeriodClosed: *first* lies in a closed period.
        BadInput: *first* is not after the agreement's own first day, or as `add_agreement`.
        FeeOutOfBounds, AgreementOverlaps, NotAMember, and those of taxes: as `add_agreement`; nothing was changed.

    """
    authorize(by, Act.MANAGE_AGREEMENTS)
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise AgreementMissing(say("There is no such agreement; nothing was changed."))
    lock_partner(session, agreement.partner_id)
    session.refresh(agreement, with_for_update={"key_share": True})
    if session.scalar(select(Agreement.id).where(Agreement.replaces_id == agreement_id)) is not None:
        raise AgreementContinued(
            say("Another version follows this agreement already; nothing was changed. Continue the newest one.")
        )
    if agreement.days.lower is None or first <= agreement.days.lower:
        raise BadInput(
            say(
                "The new terms begin on {first}, not after the agreement's own first day; nothing was changed.",
                first=first,
            )
        )
    ends = agreement.days.upper
    with session.begin_nested():
        if ends is None or ends > first:
            end_agreement(
                session, by=by, agreement_id=agreement_id, last=first - timedelta(1), closed_until=closed_until
            )
        else:
            refuse_change_in_closed_period(first - timedelta(1), None, closed_until=closed_until)
        return add_agreement(
            session,
            by=by,
            partner_id=agreement.partner_id,
            producer_id=agreement.producer_id,
            first=first,
            last=last,
            terms=terms,
            store_id=agreement.store_id,
            product_id=agreement.product_id,
            cooperative_id=agreement.cooperative_id,
            replaces_id=agreement_id,
        )


def end_agreement(
    session: Session, *, by: Actor, agreement_id: int, last: date | None, closed_until: date | None
) -> None:
    """Let *last* be an agreement's last day, or let it go on where that is blank; nothing else of it ever changes.

    *closed_until* is the partner's last closed day, read after `lock_partner`: days that are closed keep the agreement
    they were settled by.

    Raises:
        AgreementMissing: there is no such agreement.
        PeriodClosed: days of a closed period would change.
        BadInput: the last day lies before the first.
        FeeOutOfBounds: it would go on with a fee that the region no longer allows.
        NotAMember: a cooperative signed it, or receives the money, whose mandate ends before.
        TaxFactsMissing, FeeTaxWithoutPkp, Pph23OfPerson, Pph23ByPerson: it would go on with taxes its fee may not carry.
        AgreementOverlaps: another agreement of the same scope is in force on some of the days added.

    """
    authorize(by, Act.MANAGE_AGREEMENTS)
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise AgreementMissing(say("There is no such agreement; nothing was changed."))
    lock_partner(session, agreement.partner_id)
    bounds = share_terms(session)
    session.refresh(agreement, with_for_update={"key_share": True})
    first, until = agreement.days.lower, agreement.days.upper
    before = until - timedelta(1) if until else None
    if before == last or first is None:
        return
    refuse_days_out_of_order(first, last)
    refuse_change_in_closed_period(before, last, closed_until=closed_until)
    if last is None or (before is not None and last > before):
        refuse_fee_out_of_bounds(
            agreement.fee_rate_bp, from_bp=bounds.fee_from_bp, to_bp=bounds.fee_to_bp, source=bounds.fee_source
        )
        if agreement.cooperative_id is not None:
            _refuse_outliving(session, agreement.cooperative_id, agreement.producer_id, first=first, last=last)
        _refuse_taxes_going_on(session, agreement, first=until or first)
    try:
        with session.begin_nested():
            agreement.days = Range(first, last + timedelta(1) if last else None)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise AgreementOverlaps(
                say("Another agreement of the same scope is in force on some of these days; nothing was changed.")
            ) from error
        raise
    record_event(
        session,
        by=by,
        act="agreement's end changed",
        subject=f"agreement:{agreement_id}",
        before={"last": str(before) if before else None},
        after={"last": str(last) if last else None},
    )


def _refuse_taxes_going_on(session: Session, agreement: Agreement, *, first: date) -> None:
    """Refuse to let an agreement go on from *first* with taxes that its fee may not carry."""
    refuse_wrong_taxes_of(
        session,
        partner_id=agreement.partner_id,
        producer_id=agreement.producer_id,
        cooperative_id=agreement.cooperative_id,
        taxes=FeeTaxes(agreement.fee_tax_bp, agreement.pph23_bp, first),
    )
