"""Closing a period."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.identity.actions import record_event
from consign.identity.queries import find_chain_head
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import post_transfers
from consign.models.settlement import Closing, Statement, StatementCounter
from consign.outbox import Message, record_notices
from consign.partners.queries import lock_partner
from consign.sales.placing import place_parked
from consign.settlement.adjustments import record_taken
from consign.settlement.cuts import hold_movements
from consign.settlement.losses import record_settled
from consign.settlement.next_closing import Draft, compute_statements, draft_closing, get_closing_partner
from consign.settlement.preparing import close_plan, get_plan_to_close
from consign.settlement.queries import find_closing, find_routes, find_statements
from consign.settlement.rules import Missing, StatementSum, ask_about_missing, order_statement_transfers


def close_period(
    session: Session, *, by: Actor, partner_id: int, until: date, incomplete_reason: str | None
) -> list[Statement]:
    """Close a partner's sales until the day *until*, inside: a statement for every producer, and the ledger's transfers.

    Where the region closes by two people, another has prepared it and it comes to just what was prepared; a reason that
    was given then holds. Closing the same day twice changes nothing and returns the same statements. Lines that come in later for a day inside
    fall into the next closing, and so do losses of goods that may still be contested or wait for a decision.

    Raises:
        DayNotClosable: the day is no end of the partner's cycle or not over in all its stores.
        ClosedLater: a later day is closed already.
        NeedsDecision: something is missing and no *incomplete_reason* is given.
        ClosingNotPrepared: the region closes by two people and nobody has prepared it.
        ClosedByPreparer: *by* has prepared it.
        PlanChanged: it comes to something else than was prepared.

    """
    authorize(by, Act.CLOSE_PERIOD, partner_id=partner_id)
    place_parked(session, by=by, partner_id=partner_id)
    lock_partner(session, partner_id)  # a file that is being posted is inside the cut or outside, never across it
    standing = find_closing(session, partner_id=partner_id, until=until)
    if standing is not None:
        return find_statements(session, standing.id)
    hold_movements(session, partner_id)  # what stands there is stated as of this closing, too
    plan = get_plan_to_close(session, by=by, partner_id=partner_id, until=until)
    partner = get_closing_partner(session, partner_id=partner_id)
    draft = draft_closing(session, partner, until=until, now=clock.now())
    reason = incomplete_reason or (plan.incomplete_reason if plan else None)
    ask_about_missing(draft.missing, reason=reason)
    sums = compute_statements(session, draft)
    if plan is not None:
        close_plan(session, plan, sums, by=by)
    closing = Closing(
        **vars(draft.cut),
        missing=_missing_as_json(draft.missing),
        incomplete_reason=reason if draft.missing else None,
        prepared_by=plan.prepared_by if plan and plan.prepared_by != by.user_id else None,
        closed_by=by.user_id,
        closed_at=clock.now(),
    )
    session.add(closing)
    session.flush()
    statements = _write_statements(session, closing, draft, sums, zone=partner.zones[0])
    record_event(
        session, by=by, act="period closed", subject=f"closing:{closing.id}", until=str(until),
        posting=closing.posting_no, statements=len(statements), losses=len(draft.losses.due),
        reason=closing.incomplete_reason,
    )  # fmt: skip
    return statements


def _missing_as_json(missing: Missing) -> dict[str, Any]:
    return {
        "store_days": [[store, str(day)] for store, day in missing.store_days],
        "parked_lines": missing.parked_lines,
        "open_uploads": missing.open_uploads,
    }


def _write_statements(
    session: Session, closing: Closing, draft: Draft, sums: Sequence[StatementSum], *, zone: str
) -> list[Statement]:
    """Write a statement for each of *sums*, number them, and post their transfers and settled losses."""
    routes = find_routes(session, draft.cut)
    year = closing.until_on.year
    last_number = take_numbers(session, year=year, count=len(sums))
    audit_seq, audit_hash = find_chain_head(session)
    today = clock.today(zone)
    rows = []
    for place, one in enumerate(sums):
        figures = {name: value for name, value in vars(one).items() if name != "payment_term_days"}
        rows.append(
            {
                "number": f"NP-{year}-{last_number - len(sums) + 1 + place:06d}",
                "closing_id": closing.id,
                "partner_id": closing.partner_id,
                "from_on": closing.before_on + timedelta(1),
                "until_on": closing.until_on,
                "due_on": today + timedelta(one.payment_term_days),
                "route": routes.get(one.producer_id, "direct"),
                "audit_seq": audit_seq,
                "audit_hash": audit_hash.hex(),
                **figures,
            }
        )
    insert_rows(session, "statement", rows)
    post_transfers(
        session,
        [
            order
            for row, one in zip(rows, sums, strict=True)
            for order in order_statement_transfers(
                one, number=str(row["number"]), partner_id=closing.partner_id, booked_on=closing.until_on
            )
        ],
    )
    statements = find_statements(session, closing.id)
    record_settled(session, draft.losses.due, statements)
    record_taken(session, draft.adjustments, statements)
    _tell(session, closing, rows)
    return statements


def take_numbers(session: Session, *, year: int, count: int) -> int:
    """Take the next *count* numbers of the year and return the last; others wait until this transaction ends."""
    counter = postgresql.insert(StatementCounter).values(year=year, last=count)
    return session.execute(
        counter.on_conflict_do_update(
            index_elements=["year"], set_={"last": StatementCounter.last + counter.excluded.last}
        ).returning(StatementCounter.last)
    ).scalar_one()


def _tell(session: Session, closing: Closing, rows: list[dict[str, Any]]) -> None:
    """Tell each producer of its statement, and the partner what it owes."""
    messages = [
        Message(
            "settlement.statement", f"producer:{row['producer_id']}", {"number": row["number"], "due_rp": row["due_rp"]}
        )
        for row in rows
    ]
    owed = {"until": str(closing.until_on), "due_rp": sum(row["due_rp"] for row in rows), "statements": len(rows)}
    record_notices(session, [*messages, Message("settlement.closed", f"partner:{closing.partner_id}", owed)])
