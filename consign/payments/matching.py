"""Proposing what lines of a bank's statement are, and posting what is certain."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.errors import NotFound
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount
from consign.models.payments import BankMatch
from consign.payments.accepting import post_payments
from consign.payments.match_facts import Proposal
from consign.payments.match_out import propose_others
from consign.payments.match_reading import find_free_lines, find_lines_about, find_lines_elsewhere, read_book
from consign.payments.match_rules import propose_all, rank
from consign.sentence import say


class BankAccountUnknown(NotFound):
    """The office has no such bank account; nothing was changed."""

    code = "payments.bank_account_unknown"


def propose(session: Session, *, by: Actor, account_id: int, line_ids: Collection[int] | None = None) -> list[Proposal]:
    """Return what the free lines of an account could be, each line's proposals ranked; nothing is written.

    With *line_ids* only the proposals that take of these lines are returned. Whether another line ties as well is then
    looked for among the lines with the same amount and the latest others only; `post_certain` always looks at all.

    Raises:
        NotAllowed: *by* may not read bank statements.
        BankAccountUnknown: there is no such account.

    """
    authorize(by, Act.READ_BANK)
    _refuse_unknown(session, account_id)
    if line_ids is None:
        lines = find_free_lines(session, account_id=account_id)
    else:
        lines = find_lines_about(session, account_id=account_id, line_ids=line_ids)
    found = propose_all(read_book(session, account_id=account_id), lines)
    others = propose_others(lines, find_lines_elsewhere(session, lines, account_id=account_id))
    by_line: dict[int, list[Proposal]] = {}
    for one in (*found, *others):
        for line_id, _ in one.taken:
            by_line.setdefault(line_id, []).append(one)
    wanted = [one.id for one in lines if line_ids is None or one.id in line_ids]
    ordered = {one.key: one for line_id in wanted for one in rank(by_line.get(line_id, []))}
    return list(ordered.values())


def post_certain(session: Session, *, by: Actor, account_id: int) -> list[BankMatch]:
    """Post every proposal of an account where reference and amount both tie and nothing else does; return the matches.

    Doing it again posts nothing more. What somebody else posted meanwhile is left to them.

    Raises:
        NotAllowed: *by* may not match bank statements.
        BankAccountUnknown: there is no such account.

    """
    authorize(by, Act.MATCH_BANK)
    _refuse_unknown(session, account_id)
    lines = find_free_lines(session, account_id=account_id)
    certain = {one.key: one for one in propose_all(read_book(session, account_id=account_id), lines) if one.certain}
    return post_payments(session, list(certain.values()), by=by, account_id=account_id)


def _refuse_unknown(session: Session, account_id: int) -> None:
    if session.scalar(select(BankAccount.id).where(BankAccount.id == account_id)) is None:
        raise BankAccountUnknown(say("The office has no such bank account; nothing was changed."))
