"""Saying that lines of a bank's statement are charges, money sent back, or the office's own transfers."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import lock_balances, post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, order_transfer
from consign.models.payments import BankMatch
from consign.money import Rupiah
from consign.payments.match_facts import Rule
from consign.payments.match_kinds import MatchKind
from consign.payments.match_rows import LineTaken, find_free, record_match
from consign.payments.statement_lines import (
    LinesUnfit,
    describe_lines,
    find_unallocated,
    get_account_id,
    get_bank_line,
    get_bank_lines,
)
from consign.sentence import Sentence, say


def charge(
    session: Session, *, by: Actor, line_id: int, rule: Rule = Rule.PERSON, why: Sequence[Sentence] = ()
) -> BankMatch:
    """Say that what is free of a line is what the bank took for itself, or gave, such as interest; the office bears it.

    Raises:
        NotAllowed: *by* may not match bank statements.
        LineTaken: nothing of the line is free.

    """
    authorize(by, Act.MATCH_BANK)
    line = get_bank_line(session, line_id)
    unallocated, charges = find_unallocated(line.account_id), AccountName(AccountKind.BANK_CHARGES)
    lock_balances(session, {unallocated, charges})
    free = find_free(session, [line_id])[line_id]
    match = record_match(
        session, by=by, account_id=line.account_id, kind=MatchKind.CHARGE, rule=rule, certain=False, why=why,
        reason_code=None, taken={line_id: free},
    )  # fmt: skip
    orders = order_transfer(
        Rupiah(-free),
        key=f"match:{match.id}:charge",
        kind=TransferKind.BANK_CHARGE,
        debit=charges,
        credit=unallocated,
        booked_on=line.booked_on,
        cause=f"match:{match.id}",
    )
    post_transfers(session, orders)
    _record_other(session, match, by=by)
    return match


def refund(
    session: Session, *, by: Actor, line_ids: Collection[int], rule: Rule = Rule.PERSON, why: Sequence[Sentence] = ()
) -> BankMatch:
    """Say that money which came in by mistake was sent back: what is free of lines in and of lines out is the same.

    Raises:
        NotAllowed: *by* may not match bank statements.
        LinesUnfit: the lines are of several accounts, or do not come to nothing together.
        LineTaken: nothing of a line is free.

    """
    authorize(by, Act.MATCH_BANK)
    account_id = get_account_id(get_bank_lines(session, line_ids))
    lock_balances(session, {find_unallocated(account_id)})
    free = find_free(session, line_ids)
    _refuse_unequal(free)
    match = record_match(
        session, by=by, account_id=account_id, kind=MatchKind.REFUND, rule=rule, certain=False, why=why,
        reason_code=None, taken=free,
    )  # fmt: skip
    _record_other(session, match, by=by)
    return match


def own_transfer(
    session: Session, *, by: Actor, line_ids: Collection[int], rule: Rule = Rule.PERSON, why: Sequence[Sentence] = ()
) -> BankMatch:
    """Say that the office moved money from one of its accounts to another: a line out of one, a line into the other.

    Raises:
        NotAllowed: *by* may not match bank statements.
        LinesUnfit: they are not two lines of two accounts that come to nothing together.
        LineTaken: nothing of a line is free.

    """
    authorize(by, Act.MATCH_BANK)
    lines = sorted(get_bank_lines(session, line_ids), key=lambda one: one.amount_rp)
    if len({one.account_id for one in lines}) != 2 or len(lines) != 2:
        raise LinesUnfit(say("An own transfer is two lines of two accounts of the office; nothing was posted."))
    names = {find_unallocated(one.account_id) for one in lines}
    lock_balances(session, names)
    free = find_free(session, line_ids)
    _refuse_unequal(free)
    paying, receiving = lines
    match = record_match(
        session, by=by, account_id=paying.account_id, kind=MatchKind.OWN_TRANSFER, rule=rule, certain=False, why=why,
        reason_code=None, taken=free,
    )  # fmt: skip
    orders = order_transfer(
        Rupiah(free[receiving.id]),
        key=f"match:{match.id}:own",
        kind=TransferKind.OWN_TRANSFER,
        debit=find_unallocated(receiving.account_id),
        credit=find_unallocated(paying.account_id),
        booked_on=max(one.booked_on for one in lines),
        cause=f"match:{match.id}",
    )
    post_transfers(session, orders)
    _record_other(session, match, by=by)
    return match


def _record_other(session: Session, match: BankMatch, *, by: Actor) -> None:
    """Write in the audit trail what lines are that pay no statement."""
    record_event(
        session, by=by, act="bank line matched", subject=f"match:{match.id}", kind=match.kind, rule=match.rule,
        lines=describe_lines(session, match.id),
    )  # fmt: skip


def _refuse_unequal(free: Mapping[int, int]) -> None:
    """Refuse lines that do not take each other back."""
    if any(amount == 0 for amount in free.values()):
        raise LineTaken(say("A line of the bank's statement is something else already; nothing was posted."))
    if sum(free.values()) != 0:
        raise LinesUnfit(
            say(
                "Together the lines come to {rest}, not to nothing; nothing was posted. What came in must be what went out.",
                rest=Rupiah(sum(free.values())),
            )
        )
