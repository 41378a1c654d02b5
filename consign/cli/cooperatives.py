"""Cooperatives on the command line: adding them, their members, and what they sign for all of them."""

from datetime import datetime

import click

from consign import clock
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.listing import Wish
from consign.partners.cooperative_lists import find_cooperative_page
from consign.partners.cooperatives import add_cooperative, add_member, extend_to_member, get_cooperative
from consign.partners.queries import get_producer, get_region_terms
from consign.sales.placing import reread_parked


@click.group()
def cooperative() -> None:
    """Add cooperatives and their members."""


@cooperative.command("add")
@click.option("--code", required=True, help="Short and lasting, such as KOP-01.")
@click.option("--name", required=True, help="What it is called.")
@click.option("--phone", help="Where the dinas reaches it.")
@as_user
@pass_context
def cooperative_add(context: Context, *, code: str, name: str, phone: str | None, login: str) -> None:
    """Add a cooperative."""
    with context.acting(login) as (session, by):
        add_cooperative(session, by=by, code=code, name=name, phone=phone)
    click.echo(f"The cooperative {code} was added.")


@cooperative.command("member")
@click.argument("code")
@click.option("--producer", "producer_code", metavar="CODE", required=True, help="Who mandated the cooperative.")
@click.option("--from", "first", type=DAY, required=True, help="First day of the membership.")
@click.option("--until", "last", type=DAY, help="Last day; without it the membership goes on.")
@click.option("--mandate", required=True, help="Number and day of the letter of mandate.")
@click.option("--extend", is_flag=True, help="Let what the cooperative signed hold for this member from then on.")
@as_user
@pass_context
def cooperative_member(
    context: Context,
    *,
    code: str,
    producer_code: str,
    first: datetime,
    last: datetime | None,
    mandate: str,
    extend: bool,
    login: str,
) -> None:
    """Write that a producer mandated the cooperative CODE."""
    count = 0
    with context.acting(login) as (session, by):
        found, producer = get_cooperative(session, code), get_producer(session, producer_code)
        add_member(
            session, by=by, cooperative=found, producer_id=producer.id, first=first.date(),
            last=last.date() if last else None, mandate=mandate,
        )  # fmt: skip
        if extend:
            agreements = extend_to_member(
                session, by=by, cooperative=found, producer_id=producer.id, first=first.date()
            )
            count = len(agreements)
            for partner_id in sorted({one.partner_id for one in agreements}):
                reread_parked(session, by=by, partner_id=partner_id)
    click.echo(f"{producer_code} is a member of {code}; {count} agreements hold for it now.")


@cooperative.command("list")
@as_user
@as_json_option
@pass_context
def cooperative_list(context: Context, *, login: str, as_json: bool) -> None:
    """List the cooperatives."""
    with context.acting(login) as (session, by):
        on = clock.today(get_region_terms(session).zone)
        rows = [dict(row) for row in find_cooperative_page(session, by=by, on=on, wish=Wish().for_export()).rows]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Code", "Name", "Members", "Agreements"),
        [(row["code"], row["name"], row["members"], row["agreements"]) for row in rows],
        right=("Members", "Agreements"),
    )
