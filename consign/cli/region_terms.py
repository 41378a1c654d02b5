"""What the dinas sets for its region, on the command line: showing it and changing it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import click

from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table
from consign.identity.rules import Act, authorize
from consign.models.partners import RegionTerms
from consign.money import format_rate
from consign.partners.actions import change_region_terms
from consign.partners.queries import get_region_terms, get_settings
from consign.partners.rules import RegionSettings, parse_rate_bp
from consign.period import ZONES

RATES = {"fee_from": "fee_from_bp", "fee_to": "fee_to_bp", "near_amount": "near_amount_rp"}
"""Options that are called otherwise than the setting they say."""
OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option("--fee-from", metavar="RATE", help="Lowest fee of new agreements, such as 2%."),
    click.option("--fee-to", metavar="RATE", help="Highest fee of new agreements, such as 5%."),
    click.option("--fee-source", metavar="TEXT", help="Which rule sets these bounds."),
    click.option("--office-name", metavar="TEXT", help="What pages, notices and papers call the office."),
    click.option("--office-contact", metavar="TEXT", help="Where people reach the office."),
    click.option("--zone", type=click.Choice(ZONES), help="Time zone of the office."),
    click.option(
        "--halal-blocks/--halal-warns", default=None, help="Whether food without a halal paper may not be delivered."
    ),
    click.option(
        "--closes-by-two/--closes-by-one", default=None, help="Whether a period is closed by two people or by one."
    ),
    click.option("--loss-contest-days", type=int, metavar="DAYS", help="How long a loss may be contested."),
    click.option("--pull-back-days", type=int, metavar="DAYS", help="How long before its last day a batch is taken back."),
    click.option("--dispute-days", type=int, metavar="DAYS", help="How long a statement may be disputed."),
    click.option("--silent-days", type=int, metavar="DAYS", help="After how long silence counts as received."),
    click.option("--account-wait-days", type=int, metavar="DAYS", help="How long a changed bank account waits."),
    click.option("--legal-term-days", type=int, metavar="DAYS", help="In how many days the law wants a statement paid."),
    click.option("--near-amount", type=int, metavar="RUPIAH", help="Largest difference of a payment that is proposed."),
)  # fmt: skip


def _with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command("settings")
@as_user
@as_json_option
@pass_context
def show_settings(context: Context, *, login: str, as_json: bool) -> None:
    """Show what the dinas has set for its region."""
    with context.acting(login) as (session, by):
        authorize(by, Act.MANAGE_REGION)
        settings = get_settings(get_region_terms(session))
    if as_json:
        print_json(vars(settings))
        return
    print_table(("Setting", "Value"), [(name, _tell(name, value)) for name, value in vars(settings).items()])


def _tell(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_rate(value) if isinstance(value, int) and name.endswith("_bp") else str(value)


@click.command("set")
@_with_settings
@as_user
@pass_context
def change_settings(
    context: Context, /, *, login: str,
    **said: Any,  # the options above
) -> None:  # fmt: skip
    """Change what the dinas has set for its region; what is not said stays as it is."""
    with context.acting(login) as (session, by):
        authorize(by, Act.MANAGE_REGION)
        # Two who change different settings at once must not take back each other's.
        present = get_settings(session.get_one(RegionTerms, 1, with_for_update={"key_share": True}))
        wanted = replace(present, **_read(said))
        change_region_terms(session, by=by, settings=wanted)
        changed = _compare(present, get_settings(get_region_terms(session)))
    for line in changed:
        click.echo(line)
    if not changed:
        click.echo("Nothing was changed.")


def _read(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that the options say."""
    given = {RATES.get(option, option): value for option, value in said.items() if value is not None}
    return {name: parse_rate_bp(value) if name.endswith("_bp") else value for name, value in given.items()}


def _compare(before: RegionSettings, after: RegionSettings) -> list[str]:
    was, now = vars(before), vars(after)
    return [
        f"{name}: {_tell(name, was[name]) or '(blank)'} -> {_tell(name, now[name]) or '(blank)'}"
        for name in was
        if was[name] != now[name]
    ]
