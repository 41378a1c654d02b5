"""Writing what others check: the whole ledger."""

from pathlib import Path

import click

from consign.cli.context import Context, as_user, pass_context
from consign.cli.output import working
from consign.errors import BadInput
from consign.identity.rules import Act, authorize
from consign.ledger.journal import open_journal
from consign.sentence import say
from reports.journal import write_beancount, write_csv

WRITERS = {".beancount": write_beancount, ".csv": write_csv}


@click.group()
def export() -> None:
    """Write the ledger for an independent check."""


@export.command("journal")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="FILE.beancount, which bean-check proves, or FILE.csv.",
)
@as_user
@pass_context
def journal(context: Context, *, output: Path, login: str) -> None:
    """Write every transfer of the ledger, and the balances that they must come to."""
    write = WRITERS.get(output.suffix.lower())
    if write is None:
        raise click.BadParameter("the ledger is written as .beancount or .csv", param_hint="-o")
    part = output.with_name(f"{output.name}.part")
    try:
        with working("Writing"), context.acting(login) as (session, by):
            authorize(by, Act.EXPORT_JOURNAL)
            with open_journal(session) as opened, part.open("w", encoding="utf-8", newline="") as target:
                target.writelines(write(opened))
        part.replace(output)
    except OSError as error:
        why = str(error.strerror)
        raise BadInput(say("{file} cannot be written ({why}); nothing was kept.", file=str(output), why=why)) from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"The ledger was written to {output}.")
