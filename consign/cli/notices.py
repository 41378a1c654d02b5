"""Notices on their way to people: what failed, another try, sending at once."""

import click

from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.errors import BadInput
from consign.jobs.notices import send_notices_of
from consign.notifying.lists import STATES, list_deliveries, retry_delivery
from consign.sentence import say


@click.group()
def notices() -> None:
    """Look after notices that leave the pages by e-mail, WhatsApp or Telegram."""


@notices.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those that stand so.")
@as_user
@as_json_option
@pass_context
def list_them(context: Context, *, state: str | None, login: str, as_json: bool) -> None:
    """List the last 200 deliveries, the newest first: to whom, how often it was tried, and what went wrong."""
    with context.acting(login) as (session, by):
        rows = list_deliveries(session, by=by, state=state)
    if as_json:
        print_json([{key: None if value is None else str(value) for key, value in row.items()} for row in rows])
        return
    print_table(
        ("No.", "Notice", "For", "Way", "State", "Tries", "Last error"),
        [
            (row["id"], row["kind"], row["name"], row["channel"], row["state"], row["attempts"], row["last_error"])
            for row in rows
        ],
        right=("No.", "Tries"),
    )


@notices.command("retry")
@click.argument("number", type=int)
@as_user
@pass_context
def retry(context: Context, *, number: int, login: str) -> None:
    """Let delivery NUMBER, which failed for good, be tried anew."""
    with context.acting(login) as (session, by):
        retry_delivery(session, by=by, delivery_id=number)
    click.echo(f"Delivery {number} is tried again.")


@notices.command("send")
@pass_context
def send(context: Context) -> None:
    """Send what waits in the region now; the worker does it by itself every ten seconds."""
    if not context.services.offered:
        raise BadInput(say("No service is set up; nothing was sent. See CONSIGN_NOTICE_EMAIL in the README."))
    sent = send_notices_of(context.database, context.services, region=context.region)
    click.echo(f"{sent} messages were sent.")
