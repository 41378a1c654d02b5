"""Closing by two people: one prepares what a closing comes to, another countersigns exactly that."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize, get_reach
from consign.models.identity import UserAccount
from consign.models.partners import Partner
from consign.models.settlement import ClosingPlan
from consign.money import Rupiah
from consign.outbox import Message, record_notices
from consign.partners.queries import get_region_terms, lock_partner
from consign.sales.placing import place_parked
from consign.sentence import Code, say, say_all
from consign.settlement.cuts import hold_movements
from consign.settlement.next_closing import compute_statements, draft_closing, get_closing_partner
from consign.settlement.rules import (
    ClosedByPreparer,
    ClosedLater,
    ClosingNotPrepared,
    ClosingSum,
    PlanChanged,
    PlanUnknown,
    StatementSum,
    add_up,
    ask_about_missing,
)

DIGEST = "statements_sha256"
COUNTS = frozenset({"statements", "line_count"})


@dataclass(frozen=True)
class WaitingPlan:
    """A prepared closing that waits for another person."""

    partner_id: int
    partner_code: str
    partner: str
    until_on: date
    figures: Mapping[str, Any]
    incomplete_reason: str | None
    prepared_by_id: int
    prepared_by: str
    prepared_at: datetime


def prepare_closing(
    session: Session, *, by: Actor, partner_id: int, until: date, incomplete_reason: str | None
) -> ClosingPlan:
    """Write down what closing a partner's sales until a day comes to, for another person to countersign.

    Preparing the same again changes nothing. A plan that waits and comes to anything else gives way to the new one.

    Raises:
        DayNotClosable: the day is no end of the partner's cycle or not over in all its stores.
        ClosedLater: that day, or a later one, is closed already.
        NeedsDecision: something is missing and no *incomplete_reason* is given.

    """
    authorize(by, Act.PREPARE_CLOSING, partner_id=partner_id)
    place_parked(session, by=by, partner_id=partner_id)
    lock_partner(session, partner_id)  # two who prepare at once do so one after the other
    hold_movements(session, partner_id)
    partner = get_closing_partner(session, partner_id=partner_id)
    if partner.closed_until == until:
        raise ClosedLater(say("The partner is closed until {day} already; nothing was closed.", day=until))
    draft = draft_closing(session, partner, until=until, now=clock.now())
    ask_about_missing(draft.missing, reason=incomplete_reason)
    reason = incomplete_reason if draft.missing else None
    figures = tell_figures(compute_statements(session, draft))
    waiting = find_plan(session, partner_id)
    if waiting is not None:
        if (waiting.until_on, waiting.figures, waiting.incomplete_reason) == (until, figures, reason):
            return waiting
        _end(waiting, outcome="withdrawn", by=by)
        session.flush()
    plan = ClosingPlan(
        partner_id=partner_id, until_on=until, figures=figures, incomplete_reason=reason, prepared_by=by.user_id,
        prepared_at=clock.now(),
    )  # fmt: skip
    session.add(plan)
    session.flush()
    record_event(
        session, by=by, act="closing prepared", subject=f"partner:{partner.code}", until=str(until),
        statements=figures["statements"], due_rp=figures["due_rp"], reason=reason,
    )  # fmt: skip
    facts = {"partner": partner.name, "until": str(until), "due_rp": figures["due_rp"]}
    record_notices(session, [Message("settlement.prepared", "role:dinas_finance", facts)])
    return plan


def withdraw_plan(session: Session, *, by: Actor, partner_id: int) -> ClosingPlan:
    """Give up what was prepared for a partner; nothing is closed.

    Raises:
        PlanUnknown: nothing is prepared for it.

    """
    authorize(by, Act.PREPARE_CLOSING, partner_id=partner_id)
    lock_partner(session, partner_id)
    plan = find_plan(session, partner_id)
    if plan is None:
        raise PlanUnknown(say("No closing of this partner is prepared; nothing was changed."))
    _end(plan, outcome="withdrawn", by=by)
    session.flush()
    record_event(session, by=by, act="closing withdrawn", subject=f"partner:{partner_id}", until=str(plan.until_on))
    return plan


def find_plan(session: Session, partner_id: int) -> ClosingPlan | None:
    """Return the closing of a partner that waits to be countersigned."""
    query = select(ClosingPlan).where(ClosingPlan.partner_id == partner_id, ClosingPlan.outcome == "waiting")
    return session.scalar(query)


def find_waiting_plans(session: Session, *, by: Actor, partner_id: int | None = None) -> list[WaitingPlan]:
    """Return the closings that wait to be countersigned and that *by* may see, the oldest first."""
    reach = get_reach(by, Act.READ_CLOSINGS)
    query = (
        select(ClosingPlan, Partner.code, Partner.name, UserAccount.name.label("prepared_by"))
        .join(Partner, Partner.id == ClosingPlan.partner_id)
        .join(UserAccount, UserAccount.id == ClosingPlan.prepared_by)
        .where(ClosingPlan.outcome == "waiting")
        .order_by(ClosingPlan.id)
    )
    for wanted in (reach.partner_id, partner_id):
        if wanted is not None:
            query = query.where(ClosingPlan.partner_id == wanted)
    return [
        WaitingPlan(
            partner_id=plan.partner_id, partner_code=code, partner=name, until_on=plan.until_on,
            figures=plan.figures, incomplete_reason=plan.incomplete_reason, prepared_by_id=plan.prepared_by,
            prepared_by=prepared_by, prepared_at=plan.prepared_at,
        )
        for plan, code, name, prepared_by in session.execute(query)
    ]  # fmt: skip


def get_plan_to_close(session: Session, *, by: Actor, partner_id: int, until: date) -> ClosingPlan | None:
    """Return the plan that *by* may now close; blank where the region closes without one and none waits.

    Raises:
        ClosingNotPrepared: nobody has prepared this closing.
        ClosedByPreparer: *by* has prepared it.

    """
    plan = find_plan(session, partner_id)
    if plan is not None and plan.until_on != until:
        plan = None
    if not get_region_terms(session).closes_by_two:
        return plan
    if plan is None:
        raise ClosingNotPrepared(
            say("Nobody has prepared the closing until {day}; nothing was closed. Prepare it first, and let another person close.",
                day=until)
        )  # fmt: skip
    if plan.prepared_by == by.user_id:
        raise ClosedByPreparer(
            say("You have prepared this closing yourself; nothing was closed. Another person must countersign it.")
        )
    return plan


def close_plan(session: Session, plan: ClosingPlan, sums: Sequence[StatementSum], *, by: Actor) -> None:
    """Mark *plan* as closed by *by*, who is about to write the statements *sums*.

    Raises:
        PlanChanged: they come to anything else than was prepared.

    """
    changed = find_changes(plan.figures, tell_figures(sums))
    if changed:
        raise PlanChanged(
            say("It comes to something else than was prepared ({changes}); nothing was closed. Look at it again and prepare it anew.",
                changes=say_all(changed, between="; "))
        )  # fmt: skip
    _end(plan, outcome="closed", by=by)
    session.flush()


def tell_figures(sums: Sequence[StatementSum]) -> dict[str, Any]:
    """Return what statements come to together, and a digest of each of them, as plain values."""
    rows = json.dumps([list(vars(one).values()) for one in sums], separators=(",", ":"))
    return {**vars(add_up(sums)), DIGEST: sha256(rows.encode()).hexdigest()}


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return sentences about the sums that changed; where none did, that single statements did."""
    if before == after:
        return []
    changed = [name for name in ClosingSum.__dataclass_fields__ if before.get(name) != after[name]]
    if not changed:
        return [say("single statements changed, though not their sum")]
    return [
        say(
            "{figure}: {now} instead of {then}",
            figure=Code("closing_figure", name),
            now=_tell(name, after[name]),
            then=_tell(name, before.get(name, 0)),
        )
        for name in changed
    ]


def _tell(name: str, value: int) -> object:
    return value if name in COUNTS else Rupiah(value)


def _end(plan: ClosingPlan, *, outcome: str, by: Actor) -> None:
    plan.outcome, plan.ended_by, plan.ended_at = outcome, by.user_id, clock.now()
