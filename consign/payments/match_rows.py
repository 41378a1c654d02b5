"""Writing what lines of a bank's statement are, whatever it is: payments, payouts, charges."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows, is_among
from consign.errors import Conflict, NotFound
from consign.identity.rules import Actor
from consign.models.banking import BankLine
from consign.models.payments import BankMatch, BankMatchLine
from consign.money import Rupiah
from consign.payments.match_kinds import MatchKind
from consign.sentence import Sentence, dump_sentence, say


class LineTaken(Conflict):
    """A line of the bank's statement is said to be something else already; nothing was posted."""

    code = "payments.line_taken"


class MatchUnknown(NotFound):
    """There is no such match, or it was undone before; nothing was changed."""

    code = "payments.match_unknown"


@dataclass(frozen=True)
class NewMatch:
    """What lines are said to be, before it is written."""

    kind: MatchKind
    rule: str
    certain: bool
    why: Sequence[Sentence]
    taken: Mapping[int, int]
    """How much of which line, signed as the line is."""
    reason_code: str | None = None
    notice_id: int | None = None


def find_free(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    """Return how much of each line no match takes, signed as the line is."""
    taken = (
        select(BankMatchLine.bank_line_id, func.sum(BankMatchLine.amount_rp).label("amount_rp"))
        .join(BankMatch, BankMatch.id == BankMatchLine.match_id)
        .where(BankMatch.undone_at.is_(None), is_among(BankMatchLine.bank_line_id, line_ids))
        .group_by(BankMatchLine.bank_line_id)
        .subquery()
    )
    free = cast(BankLine.amount_rp - func.coalesce(taken.c.amount_rp, 0), BigInteger)
    query = select(BankLine.id, free.label("free_rp")).outerjoin(taken, taken.c.bank_line_id == BankLine.id)
    rows = session.execute(query.where(is_among(BankLine.id, line_ids)))
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
    one = NewMatch(kind, rule, certain, why, taken, reason_code)
    return record_matches(session, [one], by=by, account_id=account_id)[0]


def record_matches(session: Session, new: Sequence[NewMatch], *, by: Actor, account_id: int) -> list[BankMatch]:
    """Write many matches of one account as `record_match` does one, set by set; what the first takes the next cannot.

    Raises:
        LineTaken: less of a line is free; nothing was posted.

    """
    free = find_free(session, {line_id for one in new for line_id in one.taken})
    for one in new:
        for line_id, amount in one.taken.items():
            _refuse_taken(free.get(line_id, 0), amount)
            free[line_id] -= amount
    at = clock.now()
    matches = [
        BankMatch(
            account_id=account_id,
            kind=one.kind.value,
            rule=one.rule,
            certain=one.certain,
            why=[sentence_as_json(sentence) for sentence in one.why],
            reason_code=one.reason_code,
            notice_id=one.notice_id,
            made_by=by.user_id,
            made_at=at,
        )
        for one in new
    ]
    session.add_all(matches)
    session.flush()
    rows = [
        {"match_id": match.id, "bank_line_id": line_id, "amount_rp": amount}
        for match, one in zip(matches, new, strict=True)
        for line_id, amount in one.taken.items()
    ]
    insert_rows(session, "bank_match_line", rows)
    return matches


def _refuse_taken(left: int, amount: int) -> None:
    """Refuse to take more of a line than is free, or against its sign.

    Raises:
        LineTaken: accordingly.

    """
    if amount == 0 or (amount > 0) != (left > 0) or abs(amount) > abs(left):
        raise LineTaken(
            say(
                "Of this line of the bank's statement {free} is free, less than {amount}; nothing was posted.",
                free=Rupiah(left),
                amount=Rupiah(amount),
            )
        )


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
