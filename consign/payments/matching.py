"""Proposing what lines of a bank's statement are, and posting what is certain."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.rules import BankAccountUnknown
from consign.db import defer
from consign.errors import Conflict
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount
from consign.models.payments import BankMatch
from consign.payments.accepting import post_payments
from consign.payments.match_book import Book
from consign.payments.match_facts import FreeLine, Proposal
from consign.payments.match_out import propose_others
from consign.payments.match_reading import find_free_lines, find_lines_about, find_lines_elsewhere, read_book
from consign.payments.match_rules import find_certain, propose_all, rank
from consign.payments.statement_lines import get_bank_line
from consign.sentence import say


class ProposalGone(Conflict):
    """What was proposed is not proposed any more; nothing was posted."""

    code = "payments.proposal_gone"


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
    return look(session, by=by, account_id=account_id, line_ids=line_ids).proposals


MATCH_BANK_LINES = "match_bank_lines"
"""The job that posts what is certain of an account's lines."""


def defer_matching(session: Session, *, by: Actor, account_id: int) -> None:
    """Have what is certain of an account's lines posted for *by*, once this transaction is committed."""
    defer(session, MATCH_BANK_LINES, key=f"match-bank:{account_id}", account_id=account_id, user_id=by.user_id)


@dataclass(frozen=True)
class Look:
    """What could be said of free lines, and what they were held against."""

    proposals: list[Proposal]
    book: Book
    lines: list[FreeLine]
    """The lines that were asked for, and those that were looked at besides; all of one account."""


def look(session: Session, *, by: Actor, account_id: int, line_ids: Collection[int] | None) -> Look:
    """Return the proposals for lines of an account as `propose` does, with all that is open.

    Raises:
        NotAllowed: *by* may not read bank statements.

    """
    authorize(by, Act.READ_BANK)
    if line_ids is None:
        lines = find_free_lines(session, account_id=account_id)
        elsewhere = find_lines_elsewhere(session, lines, account_id=account_id)
    else:
        about = find_lines_about(session, account_id=account_id, line_ids=line_ids)
        lines = [one for one in about if one.account_id == account_id]
        elsewhere = [one for one in about if one.account_id != account_id]
    book = read_book(session, account_id=account_id)
    found = propose_all(book, lines)
    others = propose_others(lines, elsewhere)
    by_line: dict[int, list[Proposal]] = {}
    for one in (*found, *others):
        for line_id, _ in one.taken:
            by_line.setdefault(line_id, []).append(one)
    wanted = [one.id for one in lines if line_ids is None or one.id in line_ids]
    ordered = {one.key: one for line_id in wanted for one in rank(by_line.get(line_id, []))}
    return Look(list(ordered.values()), book, lines)


def get_proposal(session: Session, *, by: Actor, line_id: int, key: str) -> Proposal:
    """Return the proposal with this *key* among those of a line, as things stand now.

    Raises:
        NotAllowed: *by* may not read bank statements.
        BankLineUnknown: there is no such line.
        ProposalGone: it is not proposed any more.

    """
    authorize(by, Act.READ_BANK)
    line = get_bank_line(session, line_id)
    found = look(session, by=by, account_id=line.account_id, line_ids=[line_id]).proposals
    one = next((one for one in found if one.key == key), None)
    if one is None:
        raise ProposalGone(
            say("What was proposed does not fit any more: something was matched or paid meanwhile. Nothing was posted.")
        )
    return one


def post_certain(session: Session, *, by: Actor, account_id: int) -> list[BankMatch]:
    """Post every proposal of an account where reference and amount both tie and nothing else does; return the matches.

    Doing it again posts only what has become clear meanwhile: of two statements that a line may mean, the other was paid.
    What somebody else posted meanwhile is left to them. It needs a transaction of its own: one that has locked accounts of
    the ledger before, such as for a bank file, could wait in a circle with another.

    Raises:
        NotAllowed: *by* may not match bank statements.
        BankAccountUnknown: there is no such account.

    """
    authorize(by, Act.MATCH_BANK)
    _refuse_unknown(session, account_id)
    lines = find_free_lines(session, account_id=account_id)
    certain = find_certain(read_book(session, account_id=account_id), lines)
    return post_payments(session, certain, by=by, account_id=account_id)


def _refuse_unknown(session: Session, account_id: int) -> None:
    if session.scalar(select(BankAccount.id).where(BankAccount.id == account_id)) is None:
        raise BankAccountUnknown(say("The office has no such bank account; nothing was changed."))
