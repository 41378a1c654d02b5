"""What stands in stores on the command line: showing it, counts, lists of movements, and losses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.import_rules import tell_problem
from consign.cli.context import DAY, Context, as_user, pass_context
from consign.cli.goods_options import acting_options, find_place, store_options
from consign.cli.goods_output import tell_note
from consign.cli.output import print_json, print_table, working
from consign.db import rehearsal
from consign.listing import Row, Wish
from consign.money import Rupiah
from consign.partners.queries import get_office_day
from consign.stock.count_file import count_from_file
from consign.stock.import_rules import CountFileRefused, Outcome, tell_row
from consign.stock.import_sheets import write_movements_template
from consign.stock.importing import ImportedNotes, import_movements, try_movements
from consign.stock.loss_lists import find_loss_page
from consign.stock.loss_rules import LossState
from consign.stock.stock_lists import find_product_moves, find_stock_page
from consign.web.language import Language

ROWS_WITH_PROBLEMS = 1
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def stock() -> None:
    """Show what stands in stores, count it, and hand in lists of movements."""


@stock.command("show")
@store_options
@click.option("--product", "product_code", metavar="CODE", help="How it came to what stands of this product.")
@click.option("--only", type=click.Choice(["negative", "empty", "unkept"]), help="What needs looking at.")
@acting_options
def show(
    context: Context,
    *,
    partner_code: str,
    store_code: str,
    product_code: str | None,
    only: str | None,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Show what stands of each product in a store, by batch; of one product all that moved."""
    with context.acting(login) as (session, by):
        store = find_place(session, partner_code, store_code)
        if product_code:
            found = find_product_moves(
                session, by=by, store_id=store.id, product_code=product_code, wish=Wish().for_export()
            )
        else:
            wish = Wish(filters={"store": str(store.id), "show": only or ""}).for_export()
            found = find_stock_page(session, by=by, on=clock.today(store.zone), wish=wish)
        rows = found.rows
    if as_json:
        print_json([dict(row) for row in rows])
    elif product_code:
        _print_moves(rows, language)
    else:
        _print_standing(rows, language)


def _print_standing(rows: Sequence[Row], language: Language) -> None:
    print_table(
        ("Code", "Product", "Stands", "On its way", "Batches", "Counted"),
        [
            (row["product_code"], row["product"], language.show(row["on_hand"]) if row["on_hand"] is not None else "",
             language.show(row["in_transit"]),
             ", ".join(f"{one.code or '-'} {one.expires_on or ''}: {language.show(one.quantity)}" for one in row["batches"]),
             row["counted_on"])
            for row in rows
        ],
        right=("Stands", "On its way"),
    )  # fmt: skip


def _print_moves(rows: Sequence[Row], language: Language) -> None:
    print_table(
        ("Day", "What", "Quantity", "Stands", "Batch", "Note or posting"),
        [
            (row["day"], language.word(row["kind"], "movement_kind"), language.show(row["quantity"]),
             language.show(row["balance"]) if row["balance"] is not None else "", row["batch"],
             row["note_number"] or row["posting_no"])
            for row in rows
        ],
        right=("Quantity", "Stands"),
    )  # fmt: skip


@stock.command("count")
@click.argument("file", type=FILE)
@store_options
@click.option("--on", "on", type=DAY, help="At the end of which day; else today.")
@click.option("--full", "is_full", is_flag=True, help="All goods were counted: what FILE does not name is not there.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and keep nothing.")
@click.option("--remark", default="", help="What is to be known besides.")
@acting_options
def count(
    context: Context,
    *,
    file: Path,
    partner_code: str,
    store_code: str,
    on: datetime | None,
    is_full: bool,
    dry_run: bool,
    remark: str,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Record what FILE (XLSX or CSV: code, quantity, perhaps batch and expiry) says was found in a store.

    All of it is counted, or nothing.
    """
    with working("Counting"), context.acting(login) as (session, by), _kept(session, dry_run=dry_run):
        store = find_place(session, partner_code, store_code)
        day = on.date() if on else clock.today(store.zone)
        try:
            with file.open("rb") as source:
                note = count_from_file(
                    session, by=by, store_id=store.id, day=day, is_full=is_full, source=source, remark=remark
                )
        except CountFileRefused as refused:
            if not as_json:
                _print_problems(refused, language)
            raise
        tell_note(session, note, by=by, as_json=as_json, language=language)
    if dry_run and not as_json:
        click.echo("A rehearsal: nothing was kept.")


@contextmanager
def _kept(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Let what is done inside stand, or be taken back where it is only rehearsed."""
    if not dry_run:
        yield
        return
    with rehearsal(session):
        yield


def _print_problems(refused: CountFileRefused, language: Language) -> None:
    print_table(
        ("Row", "Why"), [(row, language.say(tell_problem(one))) for row, one in refused.problems], right=("Row",)
    )


@stock.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and keep nothing.")
@acting_options
def import_(context: Context, *, file: Path, dry_run: bool, language: Language, login: str, as_json: bool) -> int:
    """Record the notes that FILE (XLSX or CSV) tells of: deliveries, returns, transfers, write-offs, counts.

    A note with a problem is left out whole, and the others taken; the status is 1 then. A note that was imported before
    is not recorded again.
    """
    with working("Taking the list over"), context.acting(login) as (session, by), file.open("rb") as source:
        act = try_movements if dry_run else import_movements
        imported = act(session, by=by, source=source, name=file.name)
    _show_imported(imported, dry_run=dry_run, as_json=as_json, language=language)
    return ROWS_WITH_PROBLEMS if imported.count(Outcome.PROBLEM) else 0


def _show_imported(imported: ImportedNotes, *, dry_run: bool, as_json: bool, language: Language) -> None:
    counts = {one.value: imported.count(one) for one in (Outcome.ADDED, Outcome.KNOWN, Outcome.PROBLEM)}
    if as_json:
        rows = [{name: value for name, value in vars(one).items() if name != "cells"} for one in imported.rows]
        notes = [{name: value for name, value in vars(one).items() if name != "rows"} for one in imported.notes]
        print_json({"dry_run": dry_run, **counts, "unused_columns": imported.unused, "notes": notes, "rows": rows})
        return
    print_table(
        ("Note", "Outcome", "Number", "Rows"),
        [(one.reference, one.outcome.value, one.number, len(one.rows)) for one in imported.notes],
        right=("Rows",),
    )
    wrong = [(one.row, language.say(told)) for one in imported.rows if (told := tell_row(one)) is not None]
    if wrong:
        print_table(("Row", "Why"), wrong, right=("Row",))
    if imported.unused:
        click.echo(f"These columns say nothing here, and were not read: {', '.join(imported.unused)}.")
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    if dry_run:
        click.echo("A rehearsal: nothing was kept.")


@stock.command("template")
@click.option("-o", "--output", type=NEW_FILE, required=True, help="Workbook to write (XLSX).")
@as_user
@pass_context
def template(context: Context, *, output: Path, login: str) -> None:
    """Write an empty list of movements to fill in."""
    with context.acting(login) as (session, by):
        output.write_bytes(write_movements_template(session, by=by))
    click.echo(f"{output} was written.")


@stock.command("losses")
@click.option("--partner", metavar="CODE", default="")
@click.option("--producer", metavar="CODE", default="")
@click.option("--state", type=click.Choice([one.value for one in LossState]), help="What may still be said about it.")
@acting_options
def losses(
    context: Context, *, partner: str, producer: str, state: str | None, language: Language, login: str, as_json: bool
) -> None:
    """List what was lost in stores, and who bears what of it."""
    with context.acting(login) as (session, by):
        on = get_office_day(session)
        wish = Wish(filters={"partner": partner, "producer": producer, "state": state or ""}).for_export()
        rows = find_loss_page(session, by=by, on=on, wish=wish).rows
    if as_json:
        print_json([dict(row) for row in rows])
    else:
        _print_losses(rows, language)


def _print_losses(rows: Sequence[Row], language: Language) -> None:
    print_table(
        ("Loss", "Day", "Note", "Store", "Product", "Reason", "Quantity", "Value", "Store bears", "State"),
        [
            (row["id"], row["day"], row["note_number"], row["store"], row["product_code"],
             language.word(row["reason"], "stock_reason"), language.show(row["quantity"]), Rupiah(row["value_rp"]),
             "" if row["store_rp"] is None else Rupiah(row["store_rp"]), language.word(row["state"], "loss_state"))
            for row in rows
        ],
        right=("Loss", "Quantity", "Value", "Store bears"),
    )  # fmt: skip
