"""Looking at a number without a database."""

from collections.abc import Callable

import click

from compliance import nib
from compliance.refusals import NumberRefused
from consign.catalogue.rules import GtinInvalid, parse_gtin
from consign.cli.context import as_json_option
from consign.cli.output import print_json
from consign.sentence import Sentence

CHECK_FAILED = 1
KINDS: dict[str, Callable[[str], str]] = {"gtin": parse_gtin, "nib": nib.parse}


@click.group()
def numbers() -> None:
    """Check numbers of papers and products."""


@numbers.command("check")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("number")
@as_json_option
def check(*, kind: str, number: str, as_json: bool) -> int:
    """Say whether NUMBER can be a number of this KIND; ends with 1 where it cannot."""
    found = reason = None
    try:
        found = KINDS[kind](number)
    except GtinInvalid as error:
        reason = error.sentence
    except NumberRefused as error:
        reason = Sentence(error.template, error.facts)
    if as_json:
        print_json({"kind": kind, "number": found, "valid": reason is None, "reason": reason})
    else:
        click.echo(found if reason is None else reason)
    return 0 if reason is None else CHECK_FAILED
