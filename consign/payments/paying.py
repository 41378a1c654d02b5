"""Posting payments that were found on a bank's statement, one or thousands: the same rows, set by set."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from consign.identity.actions import record_event
from consign.identity.rules import Actor
from consign.models.payments import BankMatch
from consign.outbox import Message, record_notices
from consign.payments.match_rows import NewMatch, record_matches
from consign.settlement.allocating import Given, Source, allocate_all
from consign.settlement.shares import OpenStatement, Share

MOST_AT_ONCE = 5_000
"""How many payments travel to the server together, to bound the memory that their rows take on the way."""


@dataclass(frozen=True)
class Payment:
    """A match of kind payment, with what it pays and on which day."""

    match: NewMatch
    shares: Sequence[Share]
    booked_on: date


def record_payments(
    session: Session, payments: Sequence[Payment], opened: Mapping[int, OpenStatement], *, by: Actor, account_id: int
) -> list[BankMatch]:
    """Write matches of one account, what they pay, its transfers, audit events and notices; return the matches.

    *opened* is what `settlement.allocating.lock_open` returned for all their statements, with the unallocated money of the
    bank account among the others it locked.

    Raises:
        LineTaken: less of a line is free; nothing was posted.
        PaidTwice: of a statement less is open than its shares; nothing was posted.

    """
    left = dict(opened)
    matches: list[BankMatch] = []
    for first in range(0, len(payments), MOST_AT_ONCE):
        some = payments[first : first + MOST_AT_ONCE]
        written = record_matches(session, [one.match for one in some], by=by, account_id=account_id)
        given = [
            Given(f"match:{match.id}", one.booked_on, one.shares) for match, one in zip(written, some, strict=True)
        ]
        allocate_all(session, given, by=by, source=Source.COLLECTING, bank_account_id=account_id)
        messages: list[Message] = []
        for match, one in zip(written, some, strict=True):
            messages += _tell(session, match, one, left, by=by)
        record_notices(session, messages)
        matches += written
    return matches


def _tell(
    session: Session, match: BankMatch, payment: Payment, left: dict[int, OpenStatement], *, by: Actor
) -> list[Message]:
    """Keep in the audit trail what was open before and is after, bring *left* up to date, and return the notices."""
    paid: defaultdict[int, int] = defaultdict(int)
    for share in payment.shares:
        paid[share.statement_id] += share.amount_rp
    before = {left[one].number: left[one].open_rp for one in paid}
    for one, amount in paid.items():
        left[one] = replace(left[one], open_rp=left[one].open_rp - amount)
    record_event(
        session, by=by, act="bank line matched", subject=f"match:{match.id}", rule=match.rule, certain=match.certain,
        lines={str(line_id): amount for line_id, amount in payment.match.taken.items()}, before=before,
        after={left[one].number: left[one].open_rp for one in paid},
    )  # fmt: skip
    return make_messages("payments.matched", {left[one]: amount for one, amount in paid.items()})


def make_messages(kind: str, amounts: Mapping[OpenStatement, int]) -> list[Message]:
    """Return what tells producers how much of which of their statements is paid, or not paid after all."""
    return [
        Message(kind, f"producer:{one.producer_id}", {"statement": one.number, "amount_rp": amount})
        for one, amount in amounts.items()
    ]
