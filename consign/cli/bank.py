"""The office's bank accounts on the command line: adding them, looking at statements and posting them, listing lines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from consign import clock
from consign.banking.accounts import add_bank_account, reopen_bank_account
from consign.banking.banks import name_bank
from consign.banking.columns import BankAnswers, BankRole
from consign.banking.lists import find_bank_account_page, find_bank_line_page
from consign.banking.posting import PostedBankFile, post_bank_file
from consign.banking.queries import get_bank_account
from consign.banking.reading import inspect_bank_file
from consign.banking.rules import BankFileRefused, RowsUnreadable
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import as_plain, print_json, print_table, working
from consign.errors import BadInput, ConsignError, NeedsDecision
from consign.jobs.enqueued import match_bank_lines
from consign.listing import MOST_EXPORTED_ROWS, Wish
from consign.money import Rupiah
from consign.payments.match_lists import find_accounts
from consign.payments.matching import defer_matching
from consign.payouts.closing_accounts import close_office_account
from consign.period import ZONES
from consign.sentence import say
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle
from consign.tabular.refusals import FileRefused

BAD_INPUT, NEEDS_DECISION = 2, 3
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
ACCOUNT = click.option("--account", "account_code", metavar="CODE", required=True, help="The account's code.")
ORDERS = [DateOrder.DAY_FIRST.value, DateOrder.MONTH_FIRST.value, DateOrder.YEAR_FIRST.value]
STYLES = [NumberStyle.INDONESIAN.value, NumberStyle.ENGLISH.value]


def with_answers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which a person says how a file is read."""
    options = (
        click.option("--opening", type=int, metavar="RUPIAH", help="Opening balance, where the file has none."),
        click.option("--closing", type=int, metavar="RUPIAH", help="Closing balance, where the file has none."),
        click.option(
            "--column", "columns", metavar="ROLE=HEADING", multiple=True,
            help="Which column is what, such as date=Tanggal or debit=#4; may be given several times.",
        ),
        click.option("--days", "date_order", type=click.Choice(ORDERS), help="In which order day, month and year stand."),
        click.option("--numbers", "number_style", type=click.Choice(STYLES), help="id: 1.234,00; en: 1,234.00."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def read_answers(
    *, opening: int | None, closing: int | None, columns: tuple[str, ...], date_order: str | None,
    number_style: str | None, lines_are_new: bool = False,
) -> BankAnswers:  # fmt: skip
    """Return what the options say.

    Raises:
        BadInput: one names no role of a column.

    """
    named: dict[BankRole, str] = {}
    for one in columns:
        role, _, heading = one.partition("=")
        if role not in set(BankRole):
            raise BadInput(
                say("“{role}” is no role of a column. Use one of: {roles}.", role=role, roles=list(BankRole))
            )
        named[BankRole(role)] = heading
    return BankAnswers(
        columns=named,
        date_order=DateOrder(date_order) if date_order else None,
        number_style=NumberStyle(number_style) if number_style else None,
        opening_rp=opening,
        closing_rp=closing,
        lines_are_new=lines_are_new,
    )


@click.group()
def bank() -> None:
    """Keep the office's bank accounts; look at bank statements, post them, list their lines."""


@bank.command("add")
@click.argument("code")
@click.option("--bank", "bank_code", metavar="DIGITS", required=True, help="The bank's three digits, such as 014.")
@click.option("--number", required=True, help="The account's number.")
@click.option("--holder", required=True, help="In whose name it stands at the bank.")
@as_user
@pass_context
def add(context: Context, *, code: str, bank_code: str, number: str, holder: str, login: str) -> None:
    """Add an account of the office, which is called CODE."""
    with context.acting(login) as (session, by):
        account = add_bank_account(session, by=by, code=code, bank_code=bank_code, number=number, holder=holder)
        told = f"{account.code}: {name_bank(account.bank_code)} {account.number}"
    click.echo(f"{told} was added.")


@bank.command("close")
@click.argument("code")
@click.option("--on", "closed_on", type=DAY, required=True, help="The last day on which it was used.")
@as_user
@pass_context
def close(context: Context, *, code: str, closed_on: datetime, login: str) -> None:
    """Say that the account CODE is used no longer: it takes no statement and pays nobody.

    It is refused while something of it is unallocated, or payouts of it are planned or on their way.
    """
    with context.acting(login) as (session, by):
        close_office_account(session, by=by, code=code, closed_on=closed_on.date())
    click.echo(f"{code} is closed after {closed_on.date()}.")


@bank.command("reopen")
@click.argument("code")
@as_user
@pass_context
def reopen(context: Context, *, code: str, login: str) -> None:
    """Let the account CODE, which was closed, be used again."""
    with context.acting(login) as (session, by):
        reopen_bank_account(session, by=by, code=code)
    click.echo(f"{code} is used again.")


@bank.command("accounts")
@as_user
@as_json_option
@pass_context
def accounts(context: Context, *, login: str, as_json: bool) -> None:
    """List the office's accounts: what they hold, what nobody has said anything about, and gaps between statements."""
    with context.acting(login) as (session, by):
        rows = [dict(row) for row in find_bank_account_page(session, by=by, wish=Wish(rows=MOST_EXPORTED_ROWS)).rows]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Account", "Bank", "Number", "Balance", "Unallocated", "Until", "Gaps"),
        [
            (
                row["code"], name_bank(row["bank_code"]), row["number"], Rupiah(row["balance_rp"]),
                Rupiah(row["unallocated_rp"]), row["last_on"] or "", row["gaps"],
            )
            for row in rows
        ],
        right=("Balance", "Unallocated", "Gaps"),
    )  # fmt: skip


@bank.command("lines")
@ACCOUNT
@click.option("--from", "from_on", type=DAY, help="Only lines from this day.")
@click.option("--until", "until_on", type=DAY, help="Only lines until this day.")
@click.option("--free", is_flag=True, help="Only lines of which nobody said what they are.")
@as_user
@as_json_option
@pass_context
def lines(
    context: Context, *, account_code: str, from_on: datetime | None, until_on: datetime | None, free: bool, login: str,
    as_json: bool,
) -> None:  # fmt: skip
    """List the lines of an account's statements, the newest first."""
    wanted = {
        "from": from_on.date().isoformat() if from_on else "",
        "until": until_on.date().isoformat() if until_on else "",
        "state": "free" if free else "",
    }
    with context.acting(login) as (session, by):
        account = get_bank_account(session, account_code)
        wish = Wish(filters=wanted, rows=MOST_EXPORTED_ROWS)
        rows = [dict(row) for row in find_bank_line_page(session, by=by, account_id=account.id, wish=wish).rows]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Line", "Day", "Amount", "State", "What the bank wrote"),
        [(row["id"], row["booked_on"], Rupiah(row["amount_rp"]), row["state"], row["description"]) for row in rows],
        right=("Line", "Amount"),
    )


@bank.command("inspect")
@FILE
@with_answers
@click.option("--number", help="Number of the account that the file should be of; else it may be of any.")
@as_json_option
def inspect(file: Path, *, number: str | None, as_json: bool, **said: Any) -> int:  # the options of with_answers
    """Identify, read and prove the bank statement in FILE, without a database."""
    try:
        with working("Reading"):
            reading = inspect_bank_file(
                file, number=number, today=clock.today(ZONES[-1]), answers=read_answers(**said)
            )  # fmt: skip
    except (BankFileRefused, FileRefused) as refusal:
        if not as_json:
            raise
        problems = refusal.problems if isinstance(refusal, RowsUnreadable) else ()
        print_json(
            {
                "refused": {"code": refusal.code, "reason": str(refusal.sentence)},
                "problem_rows": [vars(one) for one in problems],
            }
        )
        return BAD_INPUT
    if as_json:
        print_json(reading.to_json())
        return NEEDS_DECISION if reading.questions else 0
    if reading.questions:
        raise NeedsDecision(reading.questions)
    click.echo(f"Layout: {reading.layout}")
    for one in reading.statements:
        click.echo(
            f"{one.from_on} to {one.until_on}: {Rupiah(one.opening_rp)} and {len(one.lines)} lines come to"
            f" {Rupiah(one.closing_rp)}; {one.pending} pending."
        )
    return 0


@bank.command("post")
@FILE
@ACCOUNT
@with_answers
@click.option(
    "--lines-are-new", is_flag=True, help="Lines on days that an earlier file covers without them are new all the same."
)
@click.option("--dry-run", is_flag=True, help="Do everything, show the outcome, keep nothing.")
@as_user
@as_json_option
@pass_context
def post(
    context: Context, /, *, file: Path, account_code: str, lines_are_new: bool, dry_run: bool, login: str, as_json: bool,
    **said: Any,  # the options of with_answers
) -> int:  # fmt: skip
    """Post the bank statement in FILE, and what is certain of its lines; lines that stand already are not posted again.

    What is not certain waits for a person on the page of matching, or in `consign match propose`.
    """
    try:
        with working("Posting"), context.acting(login) as (session, by):
            posted = post_bank_file(
                session, context.files, by=by, account_code=account_code, path=file, name=file.name,
                answers=read_answers(**said, lines_are_new=lines_are_new), dry_run=dry_run,
            )  # fmt: skip
            account_id = get_bank_account(session, account_code).id
            if not dry_run:
                # A worker does it where this command is cut off after the lines stand; doing it twice posts nothing more.
                defer_matching(session, by=by, account_id=account_id)
    except ConsignError as error:
        if not as_json:
            _tell_problems(error)
            raise
        return _print_refusal(error)
    matched = None if dry_run else _match(context, login, account_id=account_id)
    if as_json:
        print_json({**as_plain(posted), "matching": matched})
    else:
        _tell_posted(posted, dry_run=dry_run)
    if matched is not None and not as_json:
        click.echo(f"{matched.certain} payments and payouts were certain and are posted.")
        click.echo(_tell_waiting(matched, account_code))
    return 0


@dataclass(frozen=True)
class _Matched:
    """What came of matching an account's lines: how many were certain, how many wait for a person, and where."""

    certain: int
    waiting: int
    waiting_rp: int
    page: str


def _match(context: Context, login: str, *, account_id: int) -> _Matched:
    """Post what is certain of an account's lines, by the same job that the page sets off."""
    with context.acting(login) as (_, by):
        user_id = by.user_id
    with working("Matching"):
        certain = match_bank_lines(context.database, region=context.region, account_id=account_id, user_id=user_id)
    with context.acting(login) as (session, by):
        row = next(one for one in find_accounts(session, by=by) if one["id"] == account_id)
        page = f"/matching?{urlencode({'account': row['code']})}"
        return _Matched(certain, row["free_lines"], row["free_rp"], page)


def _tell_waiting(matched: _Matched, account_code: str) -> str:
    if not matched.waiting:
        return "No line waits for a person."
    where = f"on the page {matched.page}, or with `consign match propose --account {account_code}`"
    return f"{matched.waiting} lines, together {Rupiah(matched.waiting_rp)}, wait for a person: {where}."


def _print_refusal(error: ConsignError) -> int:
    """Print why nothing was posted, as JSON; return the status that says so."""
    if isinstance(error, NeedsDecision):
        asked = [{"about": one.about, "why": str(one.why), "choices": list(one.choices)} for one in error.questions]
        print_json({"questions": asked})
        return NEEDS_DECISION
    problems = error.problems if isinstance(error, RowsUnreadable) else ()
    print_json(
        {
            "refused": {"code": error.code, "reason": str(error.sentence)},
            "problem_rows": [vars(one) for one in problems],
        }
    )
    return BAD_INPUT


def _tell_problems(error: ConsignError) -> None:
    if isinstance(error, RowsUnreadable):
        rows = [(one.row, one.column or "", one.cell or "", one.code) for one in error.problems[:50]]
        print_table(("Row", "Column", "Cell", "What is wrong"), rows, right=("Row",))


def _tell_posted(posted: PostedBankFile, *, dry_run: bool) -> None:
    print_table(
        ("From", "Until", "Opening", "Closing", "Lines", "New", "Pending"),
        [
            (one.from_on, one.until_on, Rupiah(one.opening_rp), Rupiah(one.closing_rp), one.lines, one.new_lines, one.pending)
            for one in posted.statements
        ],
        right=("Opening", "Closing", "Lines", "New", "Pending"),
    )  # fmt: skip
    for gap in posted.gaps:
        told = f"lines of together {Rupiah(gap.difference_rp)} are missing" if gap.difference_rp else "no statement"
        click.echo(f"Gap from {gap.from_on} to {gap.until_on}: {told}.")
    if dry_run:
        click.echo("Nothing was kept: this was a dry run.")
    elif posted.was_known:
        click.echo("The very same file was posted before; nothing was changed.")
