"""The ledger as a whole: what it comes to by kind of account, and all of it to take along for an independent check."""

import tempfile
from contextlib import ExitStack

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from consign.identity.rules import Act, authorize
from consign.ledger.journal import compute_trial_balance, open_journal
from consign.sentence import say
from consign.web.columns import Column
from consign.web.pieces import send_pieces
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports.journal import write_beancount, write_csv

router = APIRouter(route_class=PageRoute)

MEMORY_BYTES = 4 << 20
"""A journal longer than this is kept on disk until it is sent."""
COLUMNS = (
    Column("kind", say("Accounts")),
    Column("accounts", say("Number of accounts"), kind="count", total=True),
    Column("debits_rp", say("Debited"), kind="money", total=True),
    Column("credits_rp", say("Credited"), kind="money", total=True),
    Column("balance_rp", say("Debits less credits"), kind="money", total=True),
)


@router.get("/journal")
def show_journal(visit: Visiting) -> Response:
    """Show what the ledger comes to by kind of account."""
    authorize(visit.actor, Act.EXPORT_JOURNAL)
    trial = compute_trial_balance(visit.db)
    rows = [
        {
            "kind": word("ledger_account", one.kind),
            "accounts": one.accounts,
            "debits_rp": one.debits_rp,
            "credits_rp": one.credits_rp,
            "balance_rp": one.balance_rp,
        }
        for one in trial.kinds
    ]
    return visit.page("journal.html", trial=trial, columns=COLUMNS, rows=rows)


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
