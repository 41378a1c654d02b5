"""Losses of goods on the command line: what is said against one, and what the dinas decides."""

import click

from consign.cli.context import Context, as_user, pass_context
from consign.money import format_rate
from consign.partners.rules import parse_rate_bp
from consign.stock.contesting import contest_loss, decide_loss


@click.group()
def loss() -> None:
    """Contest a loss of goods; decide who bears it. `consign stock losses` lists them with their numbers."""


@loss.command("contest")
@click.argument("number", type=int)
@click.option("--reason", required=True)
@as_user
@pass_context
def contest(context: Context, *, number: int, reason: str, login: str) -> None:
    """Say as its producer, or for its store, that the loss NUMBER or who bears it is not right."""
    with context.acting(login) as (session, by):
        contest_loss(session, by=by, loss_id=number, reason=reason)
    click.echo(f"Loss {number} is contested; the dinas decides.")


@loss.command("decide")
@click.argument("number", type=int)
@click.option("--share", required=True, help="What the store bears of it, such as 50%; the rest is the producer's.")
@click.option("--reason", required=True)
@as_user
@pass_context
def decide(context: Context, *, number: int, share: str, reason: str, login: str) -> None:
    """Say for the dinas who bears the loss NUMBER."""
    with context.acting(login) as (session, by):
        decision = decide_loss(session, by=by, loss_id=number, store_bp=parse_rate_bp(share), reason=reason)
        borne = format_rate(decision.store_bp)
    click.echo(f"Of loss {number} the store bears {borne}.")
