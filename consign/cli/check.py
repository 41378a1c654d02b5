"""Holding everything that must always hold."""

import click

from consign.checks import find_breaches
from consign.cli.context import Context, as_json_option, pass_context
from consign.cli.output import print_json, print_table, working

CHECK_FAILED = 1


@click.command()
@as_json_option
@pass_context
def check(context: Context, *, as_json: bool) -> int:
    """Check every invariant of the region; ends with 1 and names each breach where one does not hold."""
    with working("Checking"), context.transaction() as session:
        breaches = list(find_breaches(session, context.files))
    if as_json:
        print_json({"breaches": breaches})
    elif breaches:
        print_table(("Code", "Where", "What"), [(one.code, one.row, one.what) for one in breaches])
    else:
        click.echo("Everything holds.")
    return CHECK_FAILED if breaches else 0
