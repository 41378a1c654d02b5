"""Lists of products on the command line: handing one in, an empty one, and the present products as one."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from consign.catalogue.import_rules import Outcome, RowOutcome, tell_row
from consign.catalogue.import_sheets import export_products, write_template
from consign.catalogue.importing import Imported, take_import, try_import
from consign.cli.context import Context, as_json_option, as_user, pass_context
from consign.cli.output import print_json, print_table, working
from consign.cli.products import place_everywhere
from consign.db import rehearsal
from consign.files import Files
from consign.identity.rules import Actor
from consign.partners.queries import get_office_day, get_producer

ROWS_WITH_PROBLEMS = 1
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def products() -> None:
    """Hand in lists of products, and write lists to fill in."""


@products.command("import")
@click.argument("file", type=FILE)
@click.option("--producer", "producer_code", metavar="CODE", help="Whose products they are; else a column says it.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and keep nothing.")
@as_user
@as_json_option
@pass_context
def import_(
    context: Context, *, file: Path, producer_code: str | None, dry_run: bool, login: str, as_json: bool
) -> int:
    """Add and change products by the list in FILE (XLSX or CSV).

    Rows with problems are left out, and the others taken; the status is 1 then.
    """
    with working("Taking the list over"), context.acting(login) as (session, by):
        producer_id = get_producer(session, producer_code).id if producer_code else by.producer_id
        if dry_run:
            imported, placed = _rehearse(session, by, file, producer_id), 0
        else:
            imported, placed = _take(session, by, file, producer_id, context.files)
    _show(imported.rows, placed=placed, dry_run=dry_run, as_json=as_json, unused=imported.unused)
    return ROWS_WITH_PROBLEMS if any(one.problems for one in imported.rows) else 0


def _rehearse(session: Session, by: Actor, file: Path, producer_id: int | None) -> Imported:
    """Try the list with a store of files that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="consign-") as folder, rehearsal(session):
        return _try(session, by, file, producer_id, Files.open(url=None, folder=Path(folder)))


def _try(session: Session, by: Actor, file: Path, producer_id: int | None, files: Files) -> Imported:
    on = get_office_day(session)
    with file.open("rb") as source:
        return try_import(session, by=by, source=source, name=file.name, producer_id=producer_id, files=files, on=on)


def _take(session: Session, by: Actor, file: Path, producer_id: int | None, files: Files) -> tuple[Imported, int]:
    """Try the list, and take it over where there is something to take; return also how many parked lines were placed."""
    tried = _try(session, by, file, producer_id, files)
    if not tried.useful:
        return tried, 0
    on = get_office_day(session)
    taken = take_import(session, by=by, import_id=tried.handed_in.id, files=files, on=on)
    return taken, place_everywhere(session, by)


def _show(rows: Sequence[RowOutcome], *, placed: int, dry_run: bool, as_json: bool, unused: Sequence[str]) -> None:
    counts = {outcome.value: sum(one.outcome is outcome for one in rows) for outcome in Outcome}
    if as_json:
        told = [{name: value for name, value in vars(one).items() if name != "cells"} for one in rows]
        print_json({"dry_run": dry_run, **counts, "placed": placed, "unused_columns": unused, "rows": told})
        return
    notable = [one for one in rows if one.outcome is not Outcome.UNCHANGED]
    print_table(
        ("Row", "Outcome", "Code", "Product", "What"),
        [(one.row, one.outcome.value, one.product_code, one.name, tell_row(one)) for one in notable],
        right=("Row",),
    )
    if unused:
        click.echo(f"These columns say nothing here, and were not read: {', '.join(unused)}.")
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    click.echo(f"{summary}; {placed} parked lines were placed.")
    if dry_run:
        click.echo("A rehearsal: nothing was kept.")


@products.command("template")
@click.option("-o", "--output", type=NEW_FILE, required=True, help="Workbook to write (XLSX).")
@as_user
@pass_context
def template(context: Context, *, output: Path, login: str) -> None:
    """Write an empty list of products to fill in."""
    with context.acting(login) as (session, by):
        output.write_bytes(write_template(session, by=by))
    click.echo(f"{output} was written.")


@products.command("export")
@click.option("-o", "--output", type=NEW_FILE, required=True, help="Workbook to write (XLSX).")
@click.option("--producer", "producer_code", metavar="CODE", help="Only the products of this producer.")
@as_user
@pass_context
def export(context: Context, *, output: Path, producer_code: str | None, login: str) -> None:
    """Write the present products as a list that can be changed and handed in again."""
    with context.acting(login) as (session, by):
        producer_id = get_producer(session, producer_code).id if producer_code else None
        on = get_office_day(session)
        output.write_bytes(export_products(session, by=by, producer_id=producer_id, on=on))
    click.echo(f"{output} was written.")
