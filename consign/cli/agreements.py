"""Agreements on the command line: adding, continuing with other terms, ending, listing them."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from consign.catalogue.queries import get_product
from consign.cli.context import DAY, Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.cli.terms import USUAL, read_terms, with_terms
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.listing import MOST_EXPORTED_ROWS, Wish
from consign.models.partners import Agreement
from consign.money import format_rate
from consign.partners.agreeing import add_agreement, continue_agreement, end_agreement
from consign.partners.agreement_lists import find_agreement_page, get_agreement_facts
from consign.partners.queries import get_office_day, get_partner, get_producer, get_store, get_terms
from consign.partners.taxes import find_tax_notices
from consign.sales.placing import place_parked
from consign.sentence import Sentence, say
from consign.settlement.queries import hold_closed_until


@click.group()
def agreement() -> None:
    """Add agreements between partners and producers; continue them with other terms, end and list them."""


@agreement.command("add")
@click.option("--partner", "partner_code", metavar="CODE", required=True)
@click.option("--producer", "producer_code", metavar="CODE", required=True)
@click.option("--store", "store_code", metavar="CODE", help="Only this store.")
@click.option("--product", "product_code", metavar="CODE", help="Only this product.")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--until", "last", type=DAY, help="Last day; without it the agreement goes on.")
@with_terms(USUAL)
@as_user
@pass_context
def agreement_add(
    context: Context, /, *, partner_code: str, producer_code: str, store_code: str | None, product_code: str | None,
    first: datetime, last: datetime | None, login: str,
    **said: Any,  # the options of with_terms
) -> None:  # fmt: skip
    """Add what a partner and a producer agreed."""
    terms = read_terms(said)
    with context.acting(login) as (session, by):
        owner = get_partner(session, partner_code)
        added = add_agreement(
            session,
            by=by,
            partner_id=owner.id,
            producer_id=get_producer(session, producer_code).id,
            first=first.date(),
            last=last.date() if last else None,
            terms=terms,
            store_id=get_store(session, partner_id=owner.id, code=store_code).id if store_code else None,
            product_id=get_product(session, product_code).id if product_code else None,
        )
        placed = place_parked(session, by=by, partner_id=owner.id)
        number, notices = added.id, find_tax_notices(session, agreement_id=added.id)
    click.echo(f"Agreement {number} was added; {placed} parked lines were placed.")
    _tell_notices(notices)


@agreement.command("continue")
@click.argument("number", type=int)
@click.option("--from", "first", type=DAY, required=True, help="First day of the new terms.")
@click.option("--until", "last", type=DAY, help="Last day; without it the new terms go on.")
@with_terms({})
@as_user
@pass_context
def agreement_continue(
    context: Context, /, *, number: int, first: datetime, last: datetime | None, login: str,
    **said: Any,  # the options of with_terms
) -> None:  # fmt: skip
    """Let other terms of the agreement NUMBER hold from a day on, as a new version; what is not said stays as it is."""
    with context.acting(login) as (session, by):
        old = _get_agreement(session, number, by=by)
        closed_until = hold_closed_until(session, old.partner_id)
        version = continue_agreement(
            session,
            by=by,
            agreement_id=old.id,
            first=first.date(),
            last=last.date() if last else None,
            terms=read_terms(said, present=get_terms(old)),
            closed_until=closed_until,
        )
        placed = place_parked(session, by=by, partner_id=old.partner_id)
        new, notices = version.id, find_tax_notices(session, agreement_id=version.id)
    click.echo(f"Agreement {new} follows {number} from {first.date()} on; {placed} parked lines were placed.")
    _tell_notices(notices)


def _tell_notices(notices: list[Sentence]) -> None:
    for one in notices:
        click.echo(f"To ask about: {one}", err=True)


@agreement.command("end")
@click.argument("number", type=int)
@click.option("--on", "last", type=DAY, help="Its last day.")
@click.option("--goes-on", is_flag=True, help="Take its last day away, so that it goes on.")
@as_user
@pass_context
def agreement_end(context: Context, *, number: int, last: datetime | None, goes_on: bool, login: str) -> None:
    """Say on which day the agreement NUMBER ends, or that it goes on."""
    if (last is None) is not goes_on:
        raise BadInput(say("Say either the last day with --on or --goes-on; nothing was changed."))
    day = last.date() if last else None
    with context.acting(login) as (session, by):
        found = _get_agreement(session, number, by=by)
        closed_until = hold_closed_until(session, found.partner_id)
        end_agreement(session, by=by, agreement_id=found.id, last=day, closed_until=closed_until)
        placed = place_parked(session, by=by, partner_id=found.partner_id)
    told = f"ends on {day}" if day else "goes on without a last day"
    click.echo(f"Agreement {number} {told}; {placed} parked lines were placed.")


def _get_agreement(session: Session, number: int, *, by: Actor) -> Agreement:
    """Return the agreement of this number.

    Raises:
        AgreementMissing: there is none that *by* may see.

    """
    on = get_office_day(session)
    return session.get_one(
        Agreement, get_agreement_facts(session, by=by, agreement_id=str(number), on=on)["id"]
    )  # fmt: skip


@agreement.command("list")
@click.option("--partner", "partner_code", metavar="CODE", default="", help="Only of this partner.")
@click.option("--producer", "producer_code", metavar="CODE", default="", help="Only of this producer.")
@click.option("--on", "on", type=DAY, help="Only what is in force on this day.")
@as_user
@as_json_option
@pass_context
def agreement_list(
    context: Context, *, partner_code: str, producer_code: str, on: datetime | None, login: str, as_json: bool
) -> None:
    """List agreements with their numbers."""
    wanted = {"partner": partner_code, "producer": producer_code, "on": str(on.date()) if on else ""}
    with context.acting(login) as (session, by):
        today = get_office_day(session)
        wish = Wish(filters=wanted, rows=MOST_EXPORTED_ROWS)
        rows = [dict(row) for row in find_agreement_page(session, by=by, on=today, wish=wish).rows]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Number", "Partner", "Producer", "Store", "Product", "Fee", "Money goes", "From", "Until"),
        [
            (
                row["id"], row["partner_code"], row["producer_code"], row["store_code"], row["product_code"],
                format_rate(row["fee_rate_bp"]), row["route"], row["first"], row["last"],
            )
            for row in rows
        ],
        right=("Number", "Fee"),
    )  # fmt: skip
