"""Writing what lines of a bank's statement are, whatever it is: payments, payouts, charges."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.errors import Conflict, NotFound
from consign.identity.rules import Actor
from consign.models.banking import BankLine
from consign.models.payments import BankMatch, BankMatchLine
from consign.money import Rupiah
from consign.sentence import Sentence, dump_sentence, say


class MatchKind(StrEnum):
    """What lines of a bank's statement are."""

    PAYMENT = "payment"
    """A partner paid statements."""
    PAYOUT = "payout"
    """The bank paid a payout."""
    PAYOUT_RETURNED = "payout_returned"
    """A payout came back."""
    CHARGE = "charge"
    """The bank took it for itself."""
    REFUND = "refund"
    """Money that came in by mistake was sent back: a line in and a line out."""
    OWN_TRANSFER = "own_transfer"
    """The office moved money between its own accounts."""


class LineTaken(Conflict):
    """A line of the bank's statement is said to be something else already; nothing was posted."""

    code = "payments.line_taken"


class MatchUnknown(NotFound):
    """There is no such match, or it was undone before; nothing was changed."""

    code = "payments.match_unknown"


def find_free(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    """Return how much of each line no match takes, signed as the line is."""
    taken = (
        select(BankMatchLine.bank_line_id, func.sum(BankMatchLine.amount_rp).label("amount_rp"))
        .join(BankMatch, BankMatch.id == BankMatchLine.match_id)
        .where(BankMatch.undone_at.is_(None), BankMatchLine.bank_line_id.in_(sorted(line_ids)))
        .group_by(BankMatchLine.bank_line_id)
        .subquery()
    )
    free = cast(BankLine.amount_rp - func.coalesce(taken.c.amount_rp, 0), BigInteger)
    query = select(BankLine.id, free.label("free_rp")).outerjoin(taken, taken.c.bank_line_id == BankLine.id)
    rows = session.execute(query.where(BankLine.id.in_(sorted(line_ids))))
    return {row.id: row.free_rp for row in rows}


def record_match(
    session: Session,
    *,
    by: Actor,
    account_id: int,
    kind: MatchKind,
    rule: str,
    certain: bool,
    why: Sequence[Sentence],
    reason_code: str | None,
    taken: Mapping[int, int],
) -> BankMatch:
    """Write that a match takes so much of each line; *taken* is signed as the lines are.

    The unallocated money of the bank account is locked, see `settlement.allocating.lock_open`, so nobody else takes of it.

    Raises:
        LineTaken: less of a line is free.

    """
    free = find_free(session, taken)
    for line_id, amount in taken.items():
        left = free.get(line_id, 0)
        if amount == 0 or (amount > 0) != (left > 0) or abs(amount) > abs(left):
            raise LineTaken(
                say(
                    "Of this line of the bank's statement {free} is free, less than {amount}; nothing was posted.",
                    free=Rupiah(left),
                    amount=Rupiah(amount),
                )
            )
    match = BankMatch(
        account_id=account_id,
        kind=kind.value,
        rule=rule,
        certain=certain,
        why=[sentence_as_json(one) for one in why],
        reason_code=reason_code,
        made_by=by.user_id,
        made_at=clock.now(),
    )
    session.add(match)
    session.flush()
    rows = [{"match_id": match.id, "bank_line_id": line, "amount_rp": amount} for line, amount in taken.items()]
    insert_rows(session, "bank_match_line", rows)
    return match


def sentence_as_json(sentence: Sentence) -> dict[str, object] | str:
    """Return a sentence as a row keeps it, so that `load_sentence` makes the same one of it."""
    return dump_sentence(sentence)


def get_standing_match(session: Session, match_id: int) -> BankMatch:
    """Return a match that nobody undid, its row locked until the transaction ends.

    Raises:
        MatchUnknown: there is none.

    """
    match = session.get(BankMatch, match_id, with_for_update=True, populate_existing=True)
    if match is None or match.undone_at is not None:
        raise MatchUnknown(say("There is no such match, or it was undone before; nothing was changed."))
    return match


def mark_undone(session: Session, match: BankMatch, *, by: Actor, reason: str) -> None:
    """Write that a match does not hold; its lines are free again. What it posted is taken back by the caller."""
    match.undone_by, match.undone_at, match.undone_reason = by.user_id, clock.now(), reason
    session.flush()
