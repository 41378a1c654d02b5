"""Which days stores owe reports of, and reminding them."""

from itertools import groupby

import click

from consign import clock
from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.identity.rules import Act, authorize
from consign.partners.queries import get_partner, get_store
from consign.sales.chasing import find_owed_days, find_owing
from consign.sales.reminding import remind_store, remind_stores

partner_option = click.option("--partner", required=True, metavar="CODE")


@click.command("missing")
@partner_option
@as_user
@as_json_option
@pass_context
def missing(context: Context, *, partner: str, login: str, as_json: bool) -> None:
    """Show which days of the last sixty a partner's stores owe reports of."""
    with context.acting(login) as (session, by):
        partner_id = get_partner(session, partner).id
        authorize(by, Act.READ_SALES, partner_id=partner_id, store_id=by.store_id)
        owed = find_owed_days(session, by=by, now=clock.now(), partner_id=partner_id)
    days = {code: [day for _, day in rows] for code, rows in groupby(owed, key=lambda one: one[0])}
    if as_json:
        print_json([{"store": code, "missing": len(found), "days": found} for code, found in days.items()])
        return
    rows = [(code, len(found), found[0], found[-1]) for code, found in days.items()]
    print_table(("Store", "Missing days", "First", "Last"), rows, right=("Missing days",))


@click.command("remind")
@partner_option
@click.option("--store", metavar="CODE", help="Only this store.")
@as_user
@pass_context
def remind(context: Context, *, partner: str, store: str | None, login: str) -> None:
    """Remind a partner's stores, or one, of the days they owe; each at most once a day."""
    with context.acting(login) as (session, by):
        partner_id, now = get_partner(session, partner).id, clock.now()
        authorize(by, Act.CHASE_SALES, partner_id=partner_id)
        if store:
            outlet = get_store(session, partner_id=partner_id, code=store)
            step = remind_store(session, by=by, store_id=outlet.id, now=now).step
            told = f"{store} was reminded (step {step})."
        else:
            rows = find_owing(session, by=by, now=now, act=Act.CHASE_SALES, partner_id=partner_id)
            sent = remind_stores(session, by=by, store_ids=[row["id"] for row in rows], now=now)
            told = f"{len(sent.store_ids)} stores were reminded; {sent.before} had been reminded today."
    click.echo(told)
