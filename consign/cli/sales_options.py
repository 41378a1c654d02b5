"""What the options of a command say about how a sales file is read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from consign.cli.context import DAY
from consign.errors import BadInput
from consign.sales.layout import KindEffect, Layout, Role
from consign.sales.mapping import Answers
from consign.sentence import say
from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a file is read."""
    options = (
        click.option("--profile", type=FILE, help="JSON file with the layout: columns, scale, receipts, kinds."),
        click.option(
            "--map",
            "columns",
            multiple=True,
            metavar="ROLE=HEADER",
            help="Which column holds a role; repeatable.",
        ),
        click.option("--number-style", type=click.Choice(["id", "en"]), help="id: 1.234.567,00   en: 1,234,567.00"),
        click.option(
            "--date-order",
            type=click.Choice(["dmy", "mdy"]),
            help="Whether the day or the month stands first.",
        ),
        click.option(
            "--kind",
            "kinds",
            multiple=True,
            metavar="WORD=EFFECT",
            help="What a kind of row is: sale, return, ignore, given_back.",
        ),
        click.option(
            "--day-begins",
            "day_begins_at",
            type=click.IntRange(0, 23),
            metavar="HOUR",
            help="Hour at which the business day begins; earlier sales belong to the day before.",
        ),
        click.option("--dollar-is-rupiah", is_flag=True, help="Amounts with a dollar sign count rupiah."),
        click.option("--from", "first", type=DAY, help="First day the file speaks about, if it has no dates."),
        click.option("--until", "last", type=DAY, help="Last day the file speaks about, if it has no dates."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read_layout(profile: Path | None) -> Layout | None:
    """Read the layout in a JSON file.

    Raises:
        BadInput: the file holds no layout.

    """
    if profile is None:
        return None
    try:
        given = json.loads(profile.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(
            say("{file} holds no JSON ({error}); nothing was read.", file=profile.name, error=error)
        ) from error
    if not isinstance(given, dict):
        raise BadInput(say("{file} holds no layout; nothing was read.", file=profile.name))
    return Layout.from_json(given)


def read_answers(
    columns: tuple[str, ...],
    number_style: str | None,
    date_order: str | None,
    kinds: tuple[str, ...],
    *,
    accept: bool,
) -> Answers:
    """Gather what the options say about the layout.

    Raises:
        BadInput: an option is not NAME=VALUE, or names no role or effect.

    """
    try:
        return Answers(
            columns={Role(role): header for role, header in (_split(one) for one in columns)},
            number_style=NumberStyle(number_style) if number_style else None,
            date_order=DateOrder(date_order) if date_order else None,
            kinds={normalize(word): KindEffect(effect) for word, effect in (_split(one) for one in kinds)},
            accept_suggestion=accept,
        )
    except ValueError as error:
        raise BadInput(say("{error}; nothing was read.", error=error)) from error


def _split(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals:
        raise BadInput(say("'{given}' is not NAME=VALUE; nothing was read.", given=given))
    return name, value
