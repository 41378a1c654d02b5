"""Bank accounts, their lines and their files as people look at them."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, RowMapping, Select, case, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from consign.banking.chain import find_all_gaps
from consign.banking.rules import BankFileUnknown
from consign.identity.rules import Act, Actor, authorize
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.banking import BankAccount, BankFile, BankLine, BankUpload
from consign.models.identity import UserAccount
from consign.models.ledger import Account
from consign.models.payments import BankMatch, BankMatchLine
from consign.sentence import say

_BANK, _UNALLOCATED = aliased(Account, name="bank"), aliased(Account, name="unallocated")
FREE, PARTLY = "free", "partly"


def find_bank_account_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the office's bank accounts.

    A row has code, bank_code, number, holder, balance_rp and unallocated_rp by the ledger, lines_rp (what its lines come to), last_on (the last day of its
    statements), gaps (how many), and closed_on.
    """
    authorize(by, Act.READ_BANK)
    found = fetch_page(
        session, _select_accounts(), wish=wish, sorts=columns_of(_select_accounts()), default_sort="code",
        searched=[BankAccount.code, BankAccount.number, BankAccount.holder], tie=BankAccount.id,
    )  # fmt: skip
    gaps = find_all_gaps(session)
    rows = [{**row, "gaps": len(gaps.get(row["id"], ()))} for row in found.rows]
    return found.with_rows(rows)


def _select_accounts() -> Select[Any]:
    last = select(func.max(BankFile.until_on)).where(BankFile.account_id == BankAccount.id).scalar_subquery()
    held = func.coalesce(_BANK.debits_rp - _BANK.credits_rp, 0)
    free = func.coalesce(_UNALLOCATED.credits_rp - _UNALLOCATED.debits_rp, 0)
    lines = (
        select(func.coalesce(func.sum(BankLine.amount_rp), 0))
        .where(BankLine.account_id == BankAccount.id)
        .scalar_subquery()
    )
    columns: list[Value] = [
        BankAccount.id, BankAccount.code, BankAccount.bank_code, BankAccount.number, BankAccount.holder, BankAccount.closed_on,
        cast(held, BigInteger).label("balance_rp"), cast(free, BigInteger).label("unallocated_rp"),
        last.label("last_on"), cast(lines, BigInteger).label("lines_rp"),
    ]  # fmt: skip
    return (
        select(*columns)
        .outerjoin(_BANK, (_BANK.bank_account_id == BankAccount.id) & (_BANK.kind == "bank"))
        .outerjoin(
            _UNALLOCATED, (_UNALLOCATED.bank_account_id == BankAccount.id) & (_UNALLOCATED.kind == "unallocated")
        )
    )


def get_bank_account_row(session: Session, *, by: Actor, code: str) -> RowMapping | None:
    """Return one account as a row of the list of accounts without its gaps; blank where there is none."""
    authorize(by, Act.READ_BANK)
    return session.execute(_select_accounts().where(BankAccount.code == code)).mappings().one_or_none()


def find_bank_line_page(session: Session, *, by: Actor, account_id: int, wish: Wish) -> Found:
    """Return a page of an account's lines.

    Filters: `from` and `until` (days), `side` (`in` or `out`), and `state`: `free`, `partly`, or the kind of its match.
    A row has id, booked_on, description, counterparty, reference, amount_rp, free_rp, balance_rp, file_id and state: what
    people said it is, `partly` where some of it is free, `free` where nobody said anything.
    """
    authorize(by, Act.READ_BANK)
    query = _select_lines(account_id)
    if wish.filters.get("from"):
        query = query.where(BankLine.booked_on >= date.fromisoformat(wish.filters["from"]))
    if wish.filters.get("until"):
        query = query.where(BankLine.booked_on <= date.fromisoformat(wish.filters["until"]))
    if side := wish.filters.get("side"):
        query = query.where(BankLine.amount_rp > 0 if side == "in" else BankLine.amount_rp < 0)
    columns = columns_of(query)
    if state := wish.filters.get("state"):
        query = query.where(columns["state"] == state)
    sorts = {name: columns[name] for name in ("id", "booked_on", "amount_rp", "balance_rp", "description")}
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-booked_on",
        searched=[BankLine.description, BankLine.counterparty, BankLine.reference, BankLine.amount_rp], tie=BankLine.id.desc(),
    )  # fmt: skip


def _select_lines(account_id: int) -> Select[Any]:
    taken = (
        select(
            func.sum(BankMatchLine.amount_rp).label("amount_rp"), func.min(BankMatch.kind).label("kind"),
        )
        .join(BankMatch, BankMatch.id == BankMatchLine.match_id)
        .where(BankMatch.undone_at.is_(None), BankMatchLine.bank_line_id == BankLine.id)
        .lateral()
    )  # fmt: skip
    free = cast(BankLine.amount_rp - func.coalesce(taken.c.amount_rp, 0), BigInteger)
    state = case(
        (taken.c.kind.is_(None), literal(FREE)), (free != 0, literal(PARTLY)), else_=taken.c.kind
    )  # fmt: skip
    columns: list[Value] = [
        BankLine.id, BankLine.booked_on, BankLine.description, BankLine.counterparty, BankLine.reference, BankLine.amount_rp,
        BankLine.balance_rp, BankLine.file_id, free.label("free_rp"), state.label("state"),
    ]  # fmt: skip
    return select(*columns).outerjoin(taken, literal(value=True)).where(BankLine.account_id == account_id)


def _select_files() -> Select[Any]:
    columns: list[Value] = [
        BankFile.id, BankAccount.code.label("account"), BankFile.name, BankFile.statement_no, BankFile.layout,
        BankFile.from_on, BankFile.until_on, BankFile.opening_rp, BankFile.closing_rp, BankFile.lines, BankFile.new_lines,
        BankFile.pending, BankFile.posted_at, UserAccount.name.label("posted_by"), BankFile.sha256, BankFile.account_id,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(BankAccount, BankAccount.id == BankFile.account_id)
        .join(UserAccount, UserAccount.id == BankFile.posted_by)
    )


def find_bank_file_page(session: Session, *, by: Actor, account_id: int, wish: Wish) -> Found:
    """Return a page of an account's posted statements.

    A row has id, name, statement_no, layout, from_on, until_on, opening_rp, closing_rp, lines, new_lines, pending,
    posted_at and posted_by.
    """
    authorize(by, Act.READ_BANK)
    query = _select_files().where(BankFile.account_id == account_id)
    sorts = columns_of(query, but="sha256")
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-until_on", searched=[BankFile.name, BankFile.layout],
        tie=BankFile.id.desc(),
    )  # fmt: skip


def get_bank_file(session: Session, *, by: Actor, file_id: int) -> RowMapping:
    """Return one posted statement as a row of the list of files, with its account's code and the file's hash.

    Raises:
        BankFileUnknown: there is none.

    """
    authorize(by, Act.READ_BANK)
    found = session.execute(_select_files().where(BankFile.id == file_id)).mappings().one_or_none()
    if found is None:
        raise BankFileUnknown(say("There is no such bank file; nothing was changed."))
    return found


def find_file_line_page(session: Session, *, by: Actor, account_id: int, file_id: int, wish: Wish) -> Found:
    """Return a page of the lines that one statement brought first, as rows of the list of lines."""
    authorize(by, Act.READ_BANK)
    query = _select_lines(account_id).where(BankLine.file_id == file_id)
    columns = columns_of(query)
    sorts = {name: columns[name] for name in ("id", "booked_on", "amount_rp", "balance_rp", "description")}
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="id",
        searched=[BankLine.description, BankLine.counterparty, BankLine.reference], tie=BankLine.id,
    )  # fmt: skip


def find_waiting_uploads(session: Session, *, by: Actor, account_id: int) -> list[dict[str, Any]]:
    """Return the files of an account that were handed in and wait, the newest first: id, name, handed_in_at, handed_in_by."""
    authorize(by, Act.READ_BANK)
    query = (
        select(
            BankUpload.id, BankUpload.name, BankUpload.handed_in_at, UserAccount.name.label("handed_in_by")
        )
        .join(UserAccount, UserAccount.id == BankUpload.handed_in_by)
        .where(BankUpload.account_id == account_id, BankUpload.state == "waiting")
        .order_by(BankUpload.id.desc())
        .limit(10)
    )  # fmt: skip
    return [dict(row) for row in session.execute(query).mappings()]
