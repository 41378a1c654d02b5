"""Keeping the installation safe: acts of the operator, who holds the machine."""

from pathlib import Path

import click

from consign.backup.restoring import restore_backup
from consign.backup.writing import write_backup
from consign.cli.context import Context, pass_context
from consign.cli.output import print_table, working


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file; one that stands is replaced.",
)
@pass_context
def backup(context: Context, *, output: Path) -> None:
    """Write every region and every file of the installation into one file, while people go on working."""
    with working("Writing"):
        written = write_backup(context.database, context.files, target=output)
    print_table(
        ("Region", "Name", "Transfers", "Audit events"),
        [(one.code, one.name, one.rows["transfer"], one.rows["audit_event"]) for one in written.manifest.regions],
        right=("Transfers", "Audit events"),
    )
    click.echo(f"{written.manifest.files} files; {written.size_bytes >> 20} MiB were written to {output}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def restore(context: Context, *, file: Path) -> None:
    """Bring back a backup FILE into an empty installation, and prove that it is what was written."""
    with working("Restoring"):
        manifest = restore_backup(context.database, context.files, source=file)
    names = ", ".join(one.name for one in manifest.regions)
    click.echo(
        f"{names}: restored as of {manifest.made_at:%Y-%m-%d %H:%M} UTC; ledger, audit trail and files are the same."
    )
