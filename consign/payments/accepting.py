"""Saying what lines of a bank's statement are, and taking that back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.errors import Conflict
from consign.identity.actions import record_event
from consign.identity.remarks import LONGEST_REMARK, tidy_reason
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text
from consign.ledger.actions import lock_balances, reverse_transfers
from consign.models.payments import BankMatch, BankMatchLine, PaymentNotice
from consign.models.settlement import Allocation
from consign.money import Rupiah
from consign.outbox import record_notices
from consign.payments.match_facts import Proposal, Rule
from consign.payments.match_kinds import MatchKind
from consign.payments.match_rows import NewMatch, find_free, get_standing_match, mark_undone
from consign.payments.other_lines import charge, own_transfer, refund
from consign.payments.paying import Payment, make_messages, record_payments
from consign.payments.statement_lines import (
    LinesUnfit,
    describe_lines,
    find_days,
    find_lines_of,
    find_unallocated,
    get_account_id,
    get_bank_lines,
)
from consign.sentence import Sentence, load_sentence, say
from consign.settlement.allocating import find_open, lock_open, take_back
from consign.settlement.shares import OpenStatement, Share

OWN_KINDS = frozenset({MatchKind.PAYMENT, MatchKind.CHARGE, MatchKind.REFUND, MatchKind.OWN_TRANSFER})
"""Matches that are undone here; what pays out is taken back with its payout."""


class SplitUnequal(Conflict):
    """What lines give is not what statements get; nothing was posted."""

    code = "payments.split_unequal"


class MatchElsewhere(Conflict):
    """What the match says is taken back where payouts are; nothing was changed."""

    code = "payments.match_elsewhere"


def accept(session: Session, proposal: Proposal, *, by: Actor) -> BankMatch:
    """Post what was proposed, as a person accepted it.

    Raises:
        NotAllowed: *by* may not match bank statements.
        LineTaken: a line was said to be something else meanwhile.
        PaidTwice: of a statement less is open than its share.
        LinesUnfit: the lines are not what the kind needs.

    """
    line_ids = [line_id for line_id, _ in proposal.taken]
    match proposal.kind:
        case MatchKind.PAYMENT:
            return _pay(
                session, dict(proposal.taken), proposal.shares, by=by, rule=proposal.rule, why=proposal.why,
                reason_code=proposal.reason_code, notice_id=proposal.notice_id,
            )  # fmt: skip
        case MatchKind.CHARGE:
            return charge(session, by=by, line_id=line_ids[0], rule=proposal.rule, why=proposal.why)
        case MatchKind.REFUND:
            return refund(session, by=by, line_ids=line_ids, rule=proposal.rule, why=proposal.why)
        case MatchKind.OWN_TRANSFER:
            return own_transfer(session, by=by, line_ids=line_ids, rule=proposal.rule, why=proposal.why)
        case _:
            raise ValueError(f"payouts are confirmed elsewhere, not {proposal.kind}")


def accept_split(
    session: Session, *, by: Actor, taken: Mapping[int, int], shares: Sequence[Share], remark: str = ""
) -> BankMatch:
    """Post what a person says: so much of each line, and so much of that for each statement.

    Raises:
        NotAllowed: *by* may not match bank statements.
        SplitUnequal: what the lines give is not what the statements get, or there is nothing to post.
        LinesUnfit: the lines are of several accounts, or no money came in on one.
        LineTaken: less of a line is free.
        PaidTwice: of a statement less is open than its share.

    """
    why = [load_sentence(clean_text(remark)[:LONGEST_REMARK])] if remark.strip() else []
    return _pay(session, dict(taken), shares, by=by, rule=Rule.PERSON, why=why, reason_code=None, notice_id=None)


def _pay(
    session: Session,
    taken: Mapping[int, int],
    shares: Sequence[Share],
    *,
    by: Actor,
    rule: Rule,
    why: Sequence[Sentence],
    reason_code: str | None,
    notice_id: int | None,
) -> BankMatch:
    authorize(by, Act.MATCH_BANK)
    lines = get_bank_lines(session, taken)
    account_id = get_account_id(lines)
    if any(one.amount_rp < 0 for one in lines):
        raise LinesUnfit(say("A payment comes in; a line goes out. Nothing was posted."))
    given, wanted = sum(taken.values()), sum(one.amount_rp for one in shares)
    if given != wanted or not given or any(one.amount_rp <= 0 for one in shares):
        raise SplitUnequal(
            say(
                "The lines give {given}, the statements get {wanted}; nothing was posted. Both must be the same, and more than"
                " nothing. What is left of a line stays unallocated.",
                given=Rupiah(given),
                wanted=Rupiah(wanted),
            )
        )
    if notice_id is not None:
        left_rp = _hold_notices(session, [notice_id])[notice_id]
        if given > left_rp:
            raise LinesUnfit(
                say(
                    "Of the partner's notice {left} is left, less than {given}; nothing was posted. Look at the proposals again.",
                    left=Rupiah(left_rp),
                    given=Rupiah(given),
                )
            )
    opened = lock_open(session, _ids(shares), others=[find_unallocated(account_id)])
    _refuse_unknown_statements(shares, opened)
    match = NewMatch(
        MatchKind.PAYMENT, rule, certain=False, why=why, taken=taken, reason_code=reason_code, notice_id=notice_id
    )
    payment = Payment(match, shares, max(one.booked_on for one in lines))
    return record_payments(session, [payment], opened, by=by, account_id=account_id)[0]


def post_payments(session: Session, proposals: Sequence[Proposal], *, by: Actor, account_id: int) -> list[BankMatch]:
    """Post certain proposals of one account together; one whose lines or statements changed meanwhile is left out."""
    if not proposals:
        return []
    left = _hold_notices(session, [one.notice_id for one in proposals if one.notice_id is not None])
    opened = lock_open(
        session,
        {share.statement_id for one in proposals for share in one.shares},
        others=[find_unallocated(account_id)],
    )
    line_ids = {line_id for one in proposals for line_id, _ in one.taken}
    free = find_free(session, line_ids)
    days = find_days(session, line_ids)
    open_rp = {statement_id: statement.open_rp for statement_id, statement in opened.items()}
    payments = []
    for one in proposals:
        if not _stands(one, free, open_rp, left):
            continue
        match = NewMatch(
            MatchKind.PAYMENT, one.rule, certain=True, why=one.why, taken=dict(one.taken), notice_id=one.notice_id
        )
        payments.append(Payment(match, one.shares, max(days[line_id] for line_id, _ in one.taken)))
        for line_id, amount in one.taken:
            free[line_id] -= amount
        for share in one.shares:
            open_rp[share.statement_id] -= share.amount_rp
        if one.notice_id is not None:
            left[one.notice_id] -= sum(share.amount_rp for share in one.shares)
    return record_payments(session, payments, opened, by=by, account_id=account_id)


def _stands(
    one: Proposal, free: Mapping[int, int], open_rp: Mapping[int, int], left_of_notices: Mapping[int, int]
) -> bool:
    """Say whether lines and statements are still what was proposed: all of a line, and all that is open or noticed."""
    if any(free[line_id] != amount for line_id, amount in one.taken):
        return False
    if one.notice_id is None:
        return all(open_rp[share.statement_id] == share.amount_rp for share in one.shares)
    return left_of_notices[one.notice_id] >= sum(share.amount_rp for share in one.shares) and all(
        open_rp[share.statement_id] >= share.amount_rp for share in one.shares
    )


def _hold_notices(session: Session, notice_ids: Collection[int]) -> dict[int, int]:
    """Return what is left of notices, nothing of one that was withdrawn; nobody matches or withdraws them meanwhile.

    They are locked before the ledger's accounts, in the order of their ids.
    """
    if not notice_ids:
        return {}
    rows = session.scalars(
        select(PaymentNotice)
        .where(PaymentNotice.id.in_(sorted(notice_ids)))
        .order_by(PaymentNotice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = session.execute(
        select(BankMatch.notice_id, func.sum(BankMatchLine.amount_rp).label("amount_rp"))
        .join(BankMatchLine, BankMatchLine.match_id == BankMatch.id)
        .where(BankMatch.undone_at.is_(None), BankMatch.notice_id.in_(sorted(notice_ids)))
        .group_by(BankMatch.notice_id)
    )
    taken = {row.notice_id: int(row.amount_rp) for row in found}
    return {one.id: one.amount_rp - taken.get(one.id, 0) if one.withdrawn_at is None else 0 for one in rows}


def undo_match(session: Session, *, by: Actor, match_id: int, reason: str) -> BankMatch:
    """Take back what lines were said to be, with all that was posted for it; the lines are free again.

    Raises:
        NotAllowed: *by* may not match bank statements.
        BadInput: the reason is blank or too long.
        MatchUnknown: there is no such match, or it was undone before.
        MatchElsewhere: it is of a payout.
        PaidOutAlready: what became payable by it was paid out.

    """
    authorize(by, Act.MATCH_BANK)
    said = tidy_reason(reason)
    match = get_standing_match(session, match_id)
    if match.kind not in OWN_KINDS:
        raise MatchElsewhere(
            say(
                "This line is a payout's; nothing was changed. Take it back where payouts are: have the payout returned."
            )
        )
    booked_on = max(one.booked_on for one in find_lines_of(session, match_id))
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if match.kind == MatchKind.PAYMENT:
        before, after = _take_payment_back(session, match, by=by, booked_on=booked_on, reason=said)
    elif match.kind == MatchKind.REFUND:
        lock_balances(session, {find_unallocated(match.account_id)})
    else:
        part = "charge" if match.kind == MatchKind.CHARGE else "own"
        reverse_transfers(session, keys=[f"match:{match_id}:{part}"], cause=said, booked_on=booked_on)
    mark_undone(session, match, by=by, reason=said)
    record_event(
        session, by=by, act="match undone", subject=f"match:{match_id}", kind=match.kind, reason=said, before=before,
        after=after, lines=describe_lines(session, match_id),
    )  # fmt: skip
    return match


def _take_payment_back(
    session: Session, match: BankMatch, *, by: Actor, booked_on: date, reason: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take back what a match paid; return what was open of each statement before and after."""
    cause = f"match:{match.id}"
    statement_ids = session.scalars(select(Allocation.statement_id).where(Allocation.cause == cause)).all()
    opened = lock_open(session, set(statement_ids), others=[find_unallocated(match.account_id)])
    taken_back = take_back(session, by=by, cause=cause, booked_on=booked_on, reason=reason)
    now = find_open(session, taken_back)
    back = {now[one]: now[one].open_rp - opened[one].open_rp for one in taken_back}
    record_notices(session, make_messages("payments.undone", back))
    return (
        {opened[one].number: opened[one].open_rp for one in taken_back},
        {now[one].number: now[one].open_rp for one in taken_back},
    )


def _refuse_unknown_statements(shares: Sequence[Share], opened: Mapping[int, OpenStatement]) -> None:
    if any(one.statement_id not in opened for one in shares):
        raise LinesUnfit(say("A statement that was named does not exist; nothing was posted."))


def _ids(shares: Sequence[Share]) -> set[int]:
    return {one.statement_id for one in shares}
