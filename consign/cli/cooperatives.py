"""Cooperatives on the command line: adding them, their members, and what they sign for all of them."""

from datetime import datetime
from typing import Any

import click

from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.cli.terms import USUAL, read_terms, with_terms
from consign.listing import Wish
from consign.partners.cooperative_lists import find_cooperative_page, find_member_page, find_partner_ids_signed
from consign.partners.cooperatives import (
    add_cooperative,
    add_cooperative_agreement,
    add_member,
    end_membership,
    extend_to_member,
    get_cooperative,
)
from consign.partners.queries import (
    get_office_day,
    get_partner,
    get_producer,
    get_store,
    lock_partner,
)
from consign.partners.rules import Route
from consign.sales.placing import reread_parked
from consign.settlement.queries import find_last_closing


@click.group()
def cooperative() -> None:
    """Add cooperatives and their members, end memberships, and sign for all members."""


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


@cooperative.command("member-end")
@click.argument("code")
@click.option("--producer", "producer_code", metavar="CODE", required=True, help="Whose membership ends.")
@click.option("--on", "last", type=DAY, required=True, help="Its last day, and of what was signed for this member.")
@as_user
@pass_context
def cooperative_member_end(context: Context, *, code: str, producer_code: str, last: datetime, login: str) -> None:
    """End a producer's membership in the cooperative CODE, and what the cooperative signed for it."""
    with context.acting(login) as (session, by):
        found, producer = get_cooperative(session, code), get_producer(session, producer_code)
        members = find_member_page(session, by=by, cooperative_id=found.id, on=last.date(), wish=None).rows
        member_id = next((one["id"] for one in members if one["producer_code"] == producer.code), 0)
        closed = {}
        for partner_id in find_partner_ids_signed(session, found.id):
            lock_partner(session, partner_id)
            closing = find_last_closing(session, partner_id)
            closed[partner_id] = closing.until_on if closing else None
        ended = end_membership(
            session, by=by, cooperative=found, member_id=member_id, last=last.date(), closed=closed
        )  # fmt: skip
    click.echo(f"{producer_code} is a member of {code} until {last.date()}; {ended} agreements end with it.")


@cooperative.command("sign")
@click.argument("code")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@click.option("--store", "store_code", metavar="CODE", help="Only this store.")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--until", "last", type=DAY, help="Last day; without it the agreements go on.")
@with_terms({**USUAL, "route": Route.COOPERATIVE.value})
@as_user
@pass_context
def cooperative_sign(
    context: Context, /, *, code: str, partner_code: str, store_code: str | None, first: datetime, last: datetime | None,
    login: str,
    **said: Any,  # the options of with_terms
) -> None:  # fmt: skip
    """Add what the cooperative CODE signs with a partner for all its members of the first day: for each, or for none."""
    terms = read_terms(said)
    with context.acting(login) as (session, by):
        partner = get_partner(session, partner_code)
        added = add_cooperative_agreement(
            session,
            by=by,
            cooperative=get_cooperative(session, code),
            partner_id=partner.id,
            first=first.date(),
            last=last.date() if last else None,
            terms=terms,
            store_id=get_store(session, partner_id=partner.id, code=store_code).id if store_code else None,
        )
        reread_parked(session, by=by, partner_id=partner.id)
        count = len(added)
    click.echo(f"{count} agreements were added, one for each member of {code}.")


@cooperative.command("list")
@as_user
@as_json_option
@pass_context
def cooperative_list(context: Context, *, login: str, as_json: bool) -> None:
    """List the cooperatives."""
    with context.acting(login) as (session, by):
        on = get_office_day(session)
        rows = [dict(row) for row in find_cooperative_page(session, by=by, on=on, wish=Wish().for_export()).rows]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Code", "Name", "Members", "Agreements"),
        [(row["code"], row["name"], row["members"], row["agreements"]) for row in rows],
        right=("Members", "Agreements"),
    )
