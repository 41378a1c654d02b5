"""Closing periods, printing statements, seeing what is owed."""

from datetime import datetime
from pathlib import Path

import click

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.identity.rules import Act, get_reach
from consign.money import Rupiah
from consign.partners.queries import get_partner
from consign.settlement.actions import close_period
from consign.settlement.queries import find_owed, get_statement_figures
from reports.statement import write_csv, write_text
from reports.statement_workbook import write_xlsx


@click.group()
def settlement() -> None:
    """Close a partner's period."""


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
    """Close a period: a statement for every producer. Closing it again changes nothing."""
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
    help="FILE.csv or FILE.xlsx; else the terminal.",
)
@as_user
@pass_context
def statement(context: Context, *, number: str, output: Path | None, login: str) -> None:
    """Print the statement NUMBER, or write it to a file."""
    kind = output.suffix.lower() if output is not None else None
    if kind not in {None, ".csv", ".xlsx"}:
        raise click.BadParameter("statements are written as .csv or .xlsx", param_hint="-o")
    with context.acting(login) as (session, by):
        figures = get_statement_figures(session, by=by, number=number)
    if output is None:
        click.echo(write_text(figures), nl=False)
    else:
        output.write_bytes(write_xlsx(figures) if kind == ".xlsx" else write_csv(figures).encode("utf-8-sig"))
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
