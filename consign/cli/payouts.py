"""Payouts on the command line: planned, approved, written to a file, handed to the bank, found, returned."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.listing import MOST_EXPORTED_ROWS, Wish
from consign.models.payouts import Payout, PayoutBatch
from consign.money import Rupiah
from consign.partners.queries import get_office_day
from consign.payouts.approving import approve_batch, cancel_batch, take_out
from consign.payouts.bank_lines import confirm_certain, confirm_payouts, propose_payouts, return_payout
from consign.payouts.batches import get_batch_by_number
from consign.payouts.exporting import FORMATS, LAYOUT, export_batch
from consign.payouts.lists import find_bank_choices, find_batch_page, find_payout_page, get_batch_row
from consign.payouts.planning import omitted_as_json, plan_payouts, preview_plan
from consign.payouts.rules import PayoutUnknown, explain_left_out
from consign.payouts.sending import send_batch
from consign.payouts.undoing_returns import undo_return
from consign.sentence import say

ACCOUNT = click.option("--account", metavar="CODE", required=True, help="The office's bank account that pays.")


@click.group()
def payout() -> None:
    """Pay producers what partners paid to the office, in batches that two people look at."""


@payout.command("plan")
@ACCOUNT
@click.option("--on", type=DAY, help="Day on which the bank is to pay; else today.")
@click.option("--dry-run", is_flag=True, help="Only show who would be paid and why not others.")
@as_user
@as_json_option
@pass_context
def plan(context: Context, *, account: str, on: datetime | None, dry_run: bool, login: str, as_json: bool) -> None:
    """Plan a batch; say who is left out and why."""
    with context.acting(login) as (session, by):
        day, account_id = _day(session, on), _get_account(session, account)
        number, rows = "", list[dict[str, Any]]()
        if dry_run:
            found = preview_plan(session, by=by, bank_account_id=account_id, on=day)
            left_out = [omitted_as_json(one) for one in found.left_out]
            rows = [{"payee": one.payee.name, "amount_rp": one.amount_rp} for one in found.payouts]
        else:
            batch = plan_payouts(session, by=by, bank_account_id=account_id, on=day)
            number, left_out, rows = batch.number, batch.left_out, _find_rows(session, by, batch)
    if as_json:
        print_json({"number": number or None, "payouts": rows, "left_out": left_out})
        return
    click.echo(f"Batch {number} is planned; another person approves it." if number else "Nothing was planned.")
    print_table(("Payee", "Amount"), [(row["payee"], Rupiah(row["amount_rp"])) for row in rows], right=("Amount",))
    for one in left_out:
        why = explain_left_out(one["reason"], one["facts"])
        click.echo(f"Not {one['name']}, {Rupiah(one['amount_rp'])}: {why}")


@payout.command("approve")
@click.argument("number")
@as_user
@pass_context
def approve(context: Context, *, number: str, login: str) -> None:
    """Approve the batch NUMBER, which another person planned."""
    with context.acting(login) as (session, by):
        approve_batch(session, by=by, batch_id=get_batch_by_number(session, number).id)
    click.echo(f"Batch {number} is approved.")


@payout.command("cancel")
@click.argument("number")
@click.option("--payout", "reference", metavar="REFERENCE", help="Take only this payout out of the batch.")
@click.option("--reason", required=True, help="Why; it is kept.")
@as_user
@pass_context
def cancel(context: Context, *, number: str, reference: str | None, reason: str, login: str) -> None:
    """Cancel the batch NUMBER before it is sent, or take one payout out of it."""
    with context.acting(login) as (session, by):
        batch = get_batch_by_number(session, number)
        if reference:
            take_out(session, by=by, payout_id=_get_payout(session, reference).id, reason=reason)
        else:
            cancel_batch(session, by=by, batch_id=batch.id, reason=reason)
    click.echo(f"Payout {reference} was taken out." if reference else f"Batch {number} is cancelled.")


@payout.command("export")
@click.argument("number")
@click.option("--format", "form", metavar="FORMAT", default="bca", help="bca, csv, pain, or the name of a layout.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)  # fmt: skip
@click.option("--on", type=DAY, help="Day on which the bank is to pay; else today.")
@as_user
@pass_context
def export(context: Context, *, number: str, form: str, output: Path, on: datetime | None, login: str) -> None:
    """Write the approved batch NUMBER as a file for the bank, and say which names it writes otherwise."""
    with context.acting(login) as (session, by):
        batch = get_batch_by_number(session, number)
        known = form if form in FORMATS else f"{LAYOUT}{form}"
        file = export_batch(session, by=by, batch_id=batch.id, format=known, on=_day(session, on))
    output.write_bytes(file.content)
    click.echo(f"Wrote {output}.")
    for one in file.changes:
        click.echo(f"{one.reference}: {one.before} is written {one.after}", err=True)
    for caution in file.cautions:
        click.echo(caution, err=True)


@payout.command("send")
@click.argument("number")
@click.option("--on", type=DAY, help="Day on which the bank pays; else today.")
@as_user
@pass_context
def send(context: Context, *, number: str, on: datetime | None, login: str) -> None:
    """Note that the approved batch NUMBER was handed to the bank."""
    with context.acting(login) as (session, by):
        send_batch(session, by=by, batch_id=get_batch_by_number(session, number).id, on=_day(session, on))
    click.echo(f"Batch {number} is on its way.")


@payout.command("confirm")
@ACCOUNT
@click.option("--line", "lines", type=int, multiple=True, help="A line of the bank's statement, by its number.")
@click.option("--payout", "references", metavar="REFERENCE", multiple=True, help="The payout that those lines are.")
@as_user
@as_json_option
@pass_context
def confirm(
    context: Context, *, account: str, lines: tuple[int, ...], references: tuple[str, ...], login: str, as_json: bool
) -> None:
    """Find payouts on the bank's statement: what ties by reference and amount, or the lines and payouts named."""
    with context.acting(login) as (session, by):
        account_id = _get_account(session, account)
        if bool(lines) != bool(references):
            raise BadInput(say("Name both the lines and the payouts, or neither; nothing was posted."))
        if lines:
            ids = [_get_payout(session, one).id for one in references]
            matches = [confirm_payouts(session, by=by, line_ids=lines, payout_ids=ids)]
        else:
            matches = confirm_certain(session, by=by, account_id=account_id)
        made = [one.id for one in matches]
        left = [
            {"lines": one.line_ids, "payouts": one.payout_ids, "amount_rp": one.amount_rp, "why": one.why}
            for one in propose_payouts(session, account_id=account_id)
        ]
    if as_json:
        print_json({"matches": made, "proposals": left})
        return
    click.echo(f"Found: {len(made)}. To be looked at by a person: {len(left)}.")
    for one in left:
        click.echo(f"Line {one['lines']}: {' '.join(map(str, one['why']))}")  # type: ignore[call-overload]


@payout.command("return")
@click.argument("reference")
@click.option("--reason", required=True, help="As the bank says it; the producer reads it.")
@click.option("--on", type=DAY, help="Day on which it came back; else today.")
@click.option("--line", type=int, help="The line of the bank's statement on which it came back.")
@as_user
@pass_context
def give_back(
    context: Context, *, reference: str, reason: str, on: datetime | None, line: int | None, login: str
) -> None:
    """Note that the payout REFERENCE came back; its money is payable again."""
    with context.acting(login) as (session, by):
        payout_id = _get_payout(session, reference).id
        return_payout(session, by=by, payout_id=payout_id, on=_day(session, on), reason=reason, line_id=line)
    click.echo(f"Payout {reference} came back.")


@payout.command("undo-return")
@click.argument("reference")
@click.option("--reason", required=True, help="Why it did not come back after all; the producer reads it.")
@as_user
@pass_context
def take_return_back(context: Context, *, reference: str, reason: str, login: str) -> None:
    """Take back that the payout REFERENCE came back; refused where its money was paid out again meanwhile."""
    with context.acting(login) as (session, by):
        undo_return(session, by=by, payout_id=_get_payout(session, reference).id, reason=reason)
    click.echo(f"Payout {reference} stands as before it was returned.")


@payout.command("list")
@click.option("--batch", metavar="NUMBER", help="The payouts of one batch; else all batches.")
@as_user
@as_json_option
@pass_context
def list_payouts(context: Context, *, batch: str | None, login: str, as_json: bool) -> None:
    """List the batches, or the payouts of one."""
    wish = Wish(rows=MOST_EXPORTED_ROWS)
    with context.acting(login) as (session, by):
        if batch:
            batch_id = get_batch_row(session, by=by, number=batch)["id"]
            names = ("reference", "payee", "amount_rp", "state")
            rows = find_payout_page(session, by=by, wish=wish, batch_id=batch_id).rows
        else:
            names = ("number", "state", "payouts", "total_rp")
            rows = find_batch_page(session, by=by, wish=wish).rows
    plain = [{name: row[name] for name in names} for row in rows]
    if as_json:
        print_json(plain)
        return
    print_table(names, [list(row.values()) for row in plain])


def _day(session: Session, on: datetime | None) -> Any:  # noqa: ANN401  # a day
    return on.date() if on else get_office_day(session)


def _get_account(session: Session, code: str) -> int:
    for account_id, known, _ in find_bank_choices(session):
        if known == code:
            return account_id
    raise BadInput(say("The office has no bank account '{code}' in use; nothing was changed.", code=code))


def _get_payout(session: Session, reference: str) -> Payout:
    found = session.scalar(select(Payout).where(Payout.reference == reference))
    if found is None:
        raise PayoutUnknown(say("There is no payout '{reference}'; nothing was changed.", reference=reference))
    return found


def _find_rows(session: Session, by: Actor, batch: PayoutBatch) -> list[dict[str, Any]]:
    found = find_payout_page(session, by=by, wish=Wish(rows=MOST_EXPORTED_ROWS), batch_id=batch.id)
    return [{name: row[name] for name in ("reference", "payee", "amount_rp")} for row in found.rows]
