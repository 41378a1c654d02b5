"""The office's bank accounts: what they hold, the lines of their statements, and handing statements in."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response

from consign.banking.accounts import add_bank_account
from consign.banking.banks import load_banks, name_bank
from consign.banking.chain import find_account_gaps
from consign.banking.layouts import LAYOUTS, OTHER
from consign.banking.lists import (
    find_bank_account_page,
    find_bank_file_page,
    find_bank_line_page,
    find_file_line_page,
    find_waiting_uploads,
    get_bank_account_row,
    get_bank_file,
)
from consign.banking.rules import BankAccountUnknown
from consign.listing import Found, Wish
from consign.sentence import Code, Sentence, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
LINE_STATES = ("free", "partly", "payment", "payout", "payout_returned", "charge", "refund", "own_transfer")
ACCOUNT_COLUMNS = (
    Column("code", say("Account"), link="/bank/{code}"),
    Column("bank", say("Bank"), sort=False),
    Column("number", say("Number")),
    Column("balance_rp", say("Balance"), kind="money", total=True, link="/bank/{code}#balance", sums="balance_rp"),
    Column(
        "unallocated_rp", say("Unallocated"), kind="money", total=True, link="/matching?account={code}", sums="free_rp"
    ),
    Column("last_on", say("Statements until"), kind="day"),
    Column("gaps", say("Gaps"), kind="count", sort=False),
)
LINE_COLUMNS = (
    Column("booked_on", say("Day"), kind="day"),
    Column("words", say("What the bank wrote"), kind="long", sort=False, link="/matching/{id}"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("free_rp", say("Free"), kind="money", sort=False, total=True),
    Column("balance_rp", say("Balance"), kind="money"),
    Column("state", say("State"), kind="badge", words="bank_line_state", sort=False),
)
FILE_COLUMNS = (
    Column("name", say("File"), link="/bank/files/{id}"),
    Column("layout", say("Layout"), kind="word", words="bank_layout"),
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day"),
    Column("opening_rp", say("Opening balance"), kind="money"),
    Column("closing_rp", say("Closing balance"), kind="money"),
    Column("lines", say("Lines"), kind="count"),
    Column("new_lines", say("New"), kind="count", link="/bank/files/{id}", sums="all_rows", total=True),
    Column("pending", say("Pending"), kind="count"),
    Column("posted_at", say("Posted"), kind="moment"),
    Column("posted_by", say("By")),
)
LINE_FILTERS = (
    Filter("from", say("From"), kind="day"),
    Filter("until", say("Until"), kind="day"),
    Filter("side", say("Direction"), (Choice("in", say("money in")), Choice("out", say("money out")))),
    Filter("state", say("State"), choices_of("bank_line_state", LINE_STATES, word)),
)


def _new_fields() -> tuple[Field, ...]:
    banks = [Choice(bank.code, f"{bank.name} ({bank.code})") for bank in load_banks().values()]
    return (
        Field("code", say("Code"), longest=20, hint=say("What the office calls the account, such as BCA-1.")),
        Field("bank_code", say("Bank"), kind="select", choices=banks),
        Field("number", say("Account number"), inputmode="numeric", longest=30),
        Field("holder", say("In whose name"), longest=120, hint=say("As the bank writes it.")),
    )


def _tell_none(visit: Visit) -> Sentence:
    """Say that there is no bank statement, and what to do, to whoever may do it."""
    if visit.may("GET /bank/{bank_code}/post"):
        return say("No statement was posted yet. Hand in the first one here.")
    return say("No statement was posted yet. Dinas finance hands in what the bank exports.")


@router.get("/bank")
def show_bank_accounts(visit: Visiting) -> Response:
    """Show the office's bank accounts."""

    def fetch(wish: Wish) -> Found:
        found = find_bank_account_page(visit.db, by=visit.actor, wish=wish)
        rows = [{**row, "bank": name_bank(row["bank_code"])} for row in found.rows]
        return found.with_rows(rows)

    return list_page(
        visit,
        "list.html",
        name="bank-accounts",
        caption=say("The office's bank accounts"),
        columns=ACCOUNT_COLUMNS,
        fetch=fetch,
        empty=say("The office has no bank account yet. The admin adds it here.")
        if visit.may("GET /bank/new")
        else say("The office has no bank account yet. The admin adds it."),
        default_sort="code",
        search=say("Search: code, number or holder"),
        lead=say("Accounts into which partners pay and from which producers are paid, as their statements say."),
        acts=[("/bank/new", say("Add a bank account"))] if visit.may("GET /bank/new") else [],
    )


@router.get("/bank/new")
def show_new_bank_account(visit: Visiting) -> Response:
    """Show the form for an account of the office."""
    return _new_page(visit, new_form(_new_fields()))


def _new_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        title=say("Add a bank account"),
        lead=say("Only accounts of the office itself, in rupiah. Code and number are not changed later."),
        form=form,
        action="/bank/new",
        button=say("Add the account"),
        back="/bank",
        back_to=say("The office's bank accounts"),
    )


@router.post("/bank/new")
def do_add_bank_account(visit: Visiting) -> Response:
    """Add an account of the office."""
    form = read_form(_new_fields(), visit.texts)
    if form.ok:
        with visit.attempt(form, code="bank.account_taken"):
            add_bank_account(
                visit.db, by=visit.actor, code=form["code"], bank_code=form["bank_code"], number=form["number"],
                holder=form["holder"],
            )  # fmt: skip
    if not form.ok:
        return _new_page(visit, form, status=422)
    return visit.go(f"/bank/{form['code']}", say("The account {code} was added.", code=form["code"]))


def get_account(visit: Visit, code: str) -> dict[str, Any]:
    """Return the account of this code as a row.

    Raises:
        BankAccountUnknown: there is none.

    """
    row = get_bank_account_row(visit.db, by=visit.actor, code=code)
    if row is None:
        raise BankAccountUnknown(say("The office has no bank account “{code}”; nothing was changed.", code=code))
    return {**row, "bank": name_bank(row["bank_code"])}


@router.get("/bank/{bank_code}")
def show_bank_account(visit: Visiting, bank_code: str) -> Response:
    """Show one account: what it holds, what is missing, and its lines."""
    account = get_account(visit, bank_code)
    gaps = find_account_gaps(visit.db, account["id"])
    return list_page(
        visit,
        "bank_account.html",
        name=f"bank-{bank_code}",
        caption=say("Lines of the statements"),
        columns=LINE_COLUMNS,
        fetch=lambda wish: _with_words(
            find_bank_line_page(visit.db, by=visit.actor, account_id=account["id"], wish=wish)
        ),
        empty=_tell_none(visit),
        default_sort="-booked_on",
        filters=LINE_FILTERS,
        search=say("Search: words, sender, reference or amount"),
        account=account,
        gaps=gaps,
        waiting=find_waiting_uploads(visit.db, by=visit.actor, account_id=account["id"])
        if visit.may("GET /bank/uploads/{bank_upload_id}")
        else [],
        may_post=visit.may("GET /bank/{bank_code}/post") and account["closed_on"] is None,
        may_close=visit.may("GET /bank/{bank_code}/close"),
    )


def _with_words(found: Found) -> Found:
    """Return lines with all that the bank wrote in one cell."""
    rows = [
        {
            **row,
            "words": " · ".join(dict.fromkeys(part for part in (row["description"], row["counterparty"], row["reference"]) if part)),
        }
        for row in found.rows
    ]  # fmt: skip
    return found.with_rows(rows)


@router.get("/bank/{bank_code}/files")
def show_bank_files(visit: Visiting, bank_code: str) -> Response:
    """Show the statements that were posted to an account."""
    account = get_account(visit, bank_code)
    return list_page(
        visit,
        "bank_files.html",
        name=f"bank-{bank_code}-files",
        caption=say("Posted statements"),
        columns=FILE_COLUMNS,
        fetch=lambda wish: find_bank_file_page(visit.db, by=visit.actor, account_id=account["id"], wish=wish),
        empty=_tell_none(visit),
        default_sort="-until_on",
        search=say("Search: name of the file"),
        account=account,
    )


@router.get("/bank/files/{bank_file_id}")
def show_bank_file(visit: Visiting, bank_file_id: int) -> Response:
    """Show one posted statement, its proof, and the lines that it brought first."""
    file = get_bank_file(visit.db, by=visit.actor, file_id=bank_file_id)
    return list_page(
        visit,
        "bank_file.html",
        name=f"bank-file-{bank_file_id}",
        caption=say("Lines that this statement brought"),
        columns=LINE_COLUMNS,
        fetch=lambda wish: _with_words(
            find_file_line_page(
                visit.db, by=visit.actor, account_id=file["account_id"], file_id=bank_file_id, wish=wish
            )
        ),
        empty=say("Earlier statements had brought all of its lines."),
        default_sort="id",
        search=say("Search: words, sender or reference"),
        file=file,
        gaps=[gap for gap in find_account_gaps(visit.db, file["account_id"]) if gap.file_id == bank_file_id],
    )


@router.get("/bank/files/{bank_file_id}/file")
def show_bank_original(visit: Visiting, bank_file_id: int) -> Response:
    """Answer with the file as it was handed in."""
    file = get_bank_file(visit.db, by=visit.actor, file_id=bank_file_id)
    content = b"".join(visit.files.read(file["sha256"]))
    headers = {
        "Content-Disposition": f'attachment; filename="bank-{bank_file_id}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def list_layouts() -> Iterator[Code]:
    """Yield the layouts that are known, as words."""
    for name in (*LAYOUTS, "mt940", "camt053", "ofx", OTHER):
        yield Code("bank_layout", name)
