"""Closing periods, printing statements, seeing what is owed."""

from datetime import datetime
from pathlib import Path

import click

from consign.banking.queries import find_pay_into
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.identity.rules import Act, get_reach
from consign.money import Rupiah
from consign.partners.queries import get_partner
from consign.settlement.actions import close_period
from consign.settlement.figures import name_accounts
from consign.settlement.preparing import prepare_closing, withdraw_plan
from consign.settlement.printing import WRITERS, print_statement
from consign.settlement.queries import find_owed, get_statement_figures
from reports.statement import write_text


@click.group()
def settlement() -> None:
    """Close a partner's period, alone or by two people."""


@settlement.command("prepare")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@click.option("--until", type=DAY, required=True, help="Last day of the period.")
@click.option("--incomplete", "reason", help="Why it is to be closed although something is missing.")
@as_user
@as_json_option
@pass_context
def prepare(
    context: Context, *, partner_code: str, until: datetime, reason: str | None, login: str, as_json: bool
) -> None:
    """Prepare a closing for another person to countersign. Preparing the same again changes nothing."""
    with working("Preparing"), context.acting(login) as (session, by):
        partner = get_partner(session, partner_code)
        plan = prepare_closing(session, by=by, partner_id=partner.id, until=until.date(), incomplete_reason=reason)
        figures = {"partner": partner_code, "until": plan.until_on, **plan.figures}
    if as_json:
        print_json(figures)
        return
    net, due = Rupiah(figures["net_rp"]), Rupiah(figures["due_rp"])
    click.echo(f"{partner_code} until {figures['until']}: {figures['statements']} statements, net {net}, due {due}.")
    click.echo("Nothing is closed yet. Another person closes it with `consign settlement close`.")


@settlement.command("withdraw")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@as_user
@pass_context
def withdraw(context: Context, *, partner_code: str, login: str) -> None:
    """Give up what was prepared for a partner. Nothing is closed."""
    with context.acting(login) as (session, by):
        plan = withdraw_plan(session, by=by, partner_id=get_partner(session, partner_code).id)
    click.echo(f"The closing of {partner_code} until {plan.until_on} is withdrawn; nothing was closed.")


@settlement.command("close")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@click.option("--until", type=DAY, required=True, help="Last day of the period.")
@click.option("--incomplete", "reason", help="Why it is closed although something is missing.")
@as_user
@as_json_option
@pass_context
def close(
    context: Context, *, partner_code: str, until: datetime, reason: str | None, login: str, as_json: bool
) -> None:
    """Close a period: a statement for every producer. Closing it again changes nothing.

    Where the region closes by two people, somebody else has prepared it, and it comes to just that.
    """
    with working("Closing"), context.acting(login) as (session, by):
        partner = get_partner(session, partner_code)
        statements = close_period(session, by=by, partner_id=partner.id, until=until.date(), incomplete_reason=reason)
        rows = [
            {"number": one.number, "producer_id": one.producer_id, "sales_rp": one.sales_rp, "fee_rp": one.fee_rp,
             "losses_rp": one.losses_rp, "net_rp": one.net_rp, "due_rp": one.due_rp, "carry_rp": one.carry_rp, "due_on": one.due_on}
            for one in statements
        ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    money = ("sales_rp", "fee_rp", "losses_rp", "net_rp", "due_rp")
    print_table(
        ("Statement", "Sales", "Fee", "Losses", "Net", "Due", "On"),
        [(row["number"], *(Rupiah(int(str(row[name]))) for name in money), row["due_on"]) for row in rows],
        right=("Sales", "Fee", "Losses", "Net", "Due"),
    )


@click.command()
@click.argument("number")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="FILE.pdf, FILE.xlsx or FILE.csv; else the terminal.",
)
@as_user
@pass_context
def statement(context: Context, *, number: str, output: Path | None, login: str) -> None:
    """Print the statement NUMBER, or write it to a file."""
    kind = output.suffix.lower().removeprefix(".") if output is not None else None
    if kind is not None and kind not in WRITERS:
        raise click.BadParameter("statements are written as .pdf, .xlsx or .csv", param_hint="-o")
    with context.acting(login) as (session, by):
        accounts = find_pay_into(session)
        if output is None or kind is None:
            figures = name_accounts(get_statement_figures(session, by=by, number=number), accounts)
            click.echo(write_text(figures), nl=False)
            return
        output.write_bytes(print_statement(session, by=by, number=number, kind=kind, accounts=accounts))
    click.echo(f"{number} was written to {output}.")


@click.command()
@as_user
@as_json_option
@pass_context
def owed(context: Context, *, login: str, as_json: bool) -> None:
    """Show what each partner owes, by the ledger."""
    with context.acting(login) as (session, by):
        reach = get_reach(by, Act.READ_OWED)
        found = find_owed(session, partner_id=reach.partner_id, producer_id=reach.producer_id)
    if as_json:
        print_json(found)
        return
    print_table(
        ("Partner", "Name", "Owes", "Producers", "Closed until"),
        [(one.partner_code, one.partner_name, Rupiah(one.owed_rp), one.producers, one.closed_until) for one in found],
        right=("Owes", "Producers"),
    )
