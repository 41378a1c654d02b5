"""The ledger as a whole: what it comes to by kind of account, and all of it to take along for an independent check."""

import re
import tempfile
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from consign.identity.rules import Act, authorize
from consign.ledger.account_lists import find_account_page, find_booking_page, get_account_row
from consign.ledger.journal import compute_trial_balance, open_journal
from consign.ledger.rules import AccountKind, TransferKind
from consign.listing import Found, Wish
from consign.money import Rupiah
from consign.sentence import Code, say
from consign.web.columns import Column
from consign.web.forms import choices_of
from consign.web.pieces import send_pieces
from consign.web.statements import tell_cause
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports.journal import write_beancount, write_csv

router = APIRouter(route_class=PageRoute)

MEMORY_BYTES = 4 << 20
"""A journal longer than this is kept on disk until it is sent."""
STATEMENT = re.compile(r"NP-\d{4}-\d{6}")
COLUMNS = (
    Column("kind", say("Accounts"), link="{path}"),
    Column("accounts", say("Number of accounts"), kind="count", link="{path}", sums="all_rows", total=True),
    Column("debits_rp", say("Debited"), kind="money", link="{path}", sums="debits_rp", total=True),
    Column("credits_rp", say("Credited"), kind="money", link="{path}", sums="credits_rp", total=True),
    Column("balance_rp", say("Debits less credits"), kind="money", link="{path}", sums="balance_rp", total=True),
)
ACCOUNT_COLUMNS = (
    Column("kind", say("Account"), kind="word", words="ledger_account", link="/journal/accounts/{id}"),
    Column("owner", say("Of")),
    Column("debits_rp", say("Debited"), kind="money", link="/journal/accounts/{id}", sums="debit_rp", total=True),
    Column("credits_rp", say("Credited"), kind="money", link="/journal/accounts/{id}", sums="credit_rp", total=True),
    Column("balance_rp", say("Debits less credits"), kind="money", total=True),
)
BOOKING_COLUMNS = (
    Column("booked_on", say("Day"), kind="day"),
    Column("kind", say("What"), kind="word", words="transfer_kind"),
    Column("cause", say("Came from"), link="{path}"),
    Column("debit_rp", say("Debit"), kind="money", total=True),
    Column("credit_rp", say("Credit"), kind="money", total=True),
    Column("other", say("Other account"), kind="word", words="ledger_account"),
)


@router.get("/journal")
def show_journal(visit: Visiting) -> Response:
    """Show what the ledger comes to by kind of account."""
    authorize(visit.actor, Act.EXPORT_JOURNAL)
    trial = compute_trial_balance(visit.db)
    rows = [
        {
            "kind": word("ledger_account", one.kind),
            "path": f"/journal/accounts?kind={one.kind}",
            "accounts": one.accounts,
            "debits_rp": one.debits_rp,
            "credits_rp": one.credits_rp,
            "balance_rp": one.balance_rp,
        }
        for one in trial.kinds
    ]
    return visit.page("journal.html", trial=trial, columns=COLUMNS, rows=rows)


@router.get("/journal/accounts")
def show_accounts(visit: Visiting) -> Response:
    """Show the accounts of the ledger with what they come to."""
    authorize(visit.actor, Act.EXPORT_JOURNAL)
    return list_page(
        visit,
        "list.html",
        name="accounts",
        caption=say("Accounts of the ledger"),
        columns=ACCOUNT_COLUMNS,
        fetch=lambda wish: find_account_page(visit.db, wish=wish),
        empty=say("Nothing was booked yet. Closing a period books its statements."),
        default_sort="kind",
        filters=(Filter("kind", say("Kind"), choices_of("ledger_account", AccountKind, word)),),
        search=say("Search: partner, producer or bank account"),
        lead=say("What was debited and credited to each. An account opens to its bookings."),
        acts=[("/journal", say("Ledger"))],
    )


@router.get("/journal/accounts/{account_id}")
def show_bookings(visit: Visiting, account_id: int) -> Response:
    """Show the bookings of one account."""
    authorize(visit.actor, Act.EXPORT_JOURNAL)
    account = get_account_row(visit.db, account_id)
    kind = Code("ledger_account", account["kind"])
    facts = {"kind": kind, "owner": account["owner"], "balance": Rupiah(account["balance_rp"])}

    def fetch(wish: Wish) -> Found:
        found = find_booking_page(visit.db, account_id=account_id, wish=wish)
        return found.with_rows([{**row, **_tell_cause(visit, row["cause"])} for row in found.rows])

    return list_page(
        visit,
        "list.html",
        name=f"account-{account_id}",
        caption=say("Bookings"),
        columns=BOOKING_COLUMNS,
        fetch=fetch,
        empty=say("Nothing was booked to this account. Closing a period books its statements."),
        default_sort="-booked_on",
        filters=(
            Filter("kind", say("What"), choices_of("transfer_kind", TransferKind, word)),
            Filter("from", say("From"), kind="day"),
            Filter("until", say("Until"), kind="day"),
        ),
        search=say("Search: what it came from"),
        lead=say("{kind}, {owner}. Debits less credits: {balance}", **facts)
        if account["owner"]
        else say("{kind}. Debits less credits: {balance}", **facts),
        acts=[("/journal/accounts", say("Accounts of the ledger"))],
    )


def _tell_cause(visit: Visit, cause: str) -> dict[str, Any]:
    """Return what a booking came from, and where that is shown."""
    if STATEMENT.fullmatch(cause):
        return {"cause": cause, "path": f"/statements/{quote(cause, safe='')}"}
    kind, _, number = cause.partition(":")
    if kind == "bank" and number.isdigit():
        return {"cause": say("line {number} of the bank", number=number), "path": f"/matching/{number}"}
    return tell_cause(visit, cause)


@router.get("/journal/ledger.beancount")
def send_beancount(visit: Visiting) -> StreamingResponse:
    """Send the whole ledger as a Beancount file."""
    return _send(visit, "beancount")


@router.get("/journal/ledger.csv")
def send_csv(visit: Visiting) -> StreamingResponse:
    """Send the whole ledger as CSV."""
    return _send(visit, "csv")


def _send(visit: Visit, kind: str) -> StreamingResponse:
    """Write the journal while the transaction is open, and send it afterwards."""
    authorize(visit.actor, Act.EXPORT_JOURNAL)
    write = write_beancount if kind == "beancount" else write_csv
    with ExitStack() as opened:
        target = opened.enter_context(tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES))
        with open_journal(visit.db) as journal:
            target.writelines(piece.encode() for piece in write(journal))
        opened.pop_all()  # it is closed once it is sent
    media_type = "text/csv; charset=utf-8" if kind == "csv" else "text/plain; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="ledger-{visit.db.info["region"]}.{kind}"'}
    return StreamingResponse(send_pieces(target), media_type=media_type, headers=headers)
