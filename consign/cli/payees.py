"""Payee accounts on the command line: stated by one person, confirmed by another."""

import click
from sqlalchemy import select

from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.errors import BadInput
from consign.listing import MOST_EXPORTED_ROWS, Wish
from consign.models.partners import Cooperative
from consign.partners.queries import get_producer
from consign.payouts.payee_lists import STATES, find_payee_page
from consign.payouts.payees import confirm_account, find_cautions, refuse_account, state_account
from consign.sentence import say


@click.group()
def payee() -> None:
    """Say where producers and cooperatives are paid to; confirm it as another person."""


@payee.command("state")
@click.option("--producer", metavar="CODE", help="Whose account it is.")
@click.option("--cooperative", metavar="CODE", help="Whose account it is, where it is a cooperative's.")
@click.option("--bank", metavar="CODE", required=True, help="Three digits, such as 014 for BCA.")
@click.option("--number", required=True, help="The account's number, all its digits.")
@click.option("--holder", required=True, help="In whose name it stands at the bank.")
@as_user
@pass_context
def state(
    context: Context, *, producer: str | None, cooperative: str | None, bank: str, number: str, holder: str, login: str
) -> None:
    """State the account of a producer or a cooperative; it waits to be confirmed."""
    if (producer is None) == (cooperative is None):
        raise BadInput(say("Name a producer or a cooperative; nothing was changed."))
    with context.acting(login) as (session, by):
        whose = session.scalar(select(Cooperative.id).where(Cooperative.code == cooperative)) if cooperative else None
        if cooperative and whose is None:
            raise BadInput(say("There is no cooperative '{code}'; nothing was changed.", code=cooperative))
        account = state_account(
            session, by=by, bank_code=bank, number=number, holder=holder, cooperative_id=whose,
            producer_id=get_producer(session, producer).id if producer else None,
        )  # fmt: skip
        account_id, cautions = account.id, find_cautions(session, account, on=account.stated_at.date())
    click.echo(f"Account {account_id} waits for another person to confirm it.")
    for caution in cautions:
        click.echo(caution, err=True)


@payee.command("confirm")
@click.argument("number", type=int)
@as_user
@pass_context
def confirm(context: Context, *, number: int, login: str) -> None:
    """Confirm the account NUMBER, as `list` numbers them."""
    with context.acting(login) as (session, by):
        account = confirm_account(session, by=by, account_id=number)
        payable_from = account.payable_from
    click.echo(f"Account {number} is confirmed; it may be paid to from {payable_from}.")


@payee.command("refuse")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; the owner reads it.")
@as_user
@pass_context
def refuse(context: Context, *, number: int, reason: str, login: str) -> None:
    """Refuse the account NUMBER; the one before goes on."""
    with context.acting(login) as (session, by):
        refuse_account(session, by=by, account_id=number, reason=reason)
    click.echo(f"Account {number} is refused.")


@payee.command("list")
@click.option("--state", "wanted", type=click.Choice(STATES), help="Only accounts in this state.")
@as_user
@as_json_option
@pass_context
def list_payees(context: Context, *, wanted: str | None, login: str, as_json: bool) -> None:
    """List the accounts; numbers are masked for those who need not see them."""
    names = ("id", "owner", "bank", "number", "holder", "state", "payable_from")
    wish = Wish(rows=MOST_EXPORTED_ROWS, filters={"state": wanted or ""})
    with context.acting(login) as (session, by):
        rows = [{name: row[name] for name in names} for row in find_payee_page(session, by=by, wish=wish).rows]
    if as_json:
        print_json(rows)
        return
    print_table(names, [list(row.values()) for row in rows])
