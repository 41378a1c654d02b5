"""Deliveries on the command line, and what becomes of any note about goods."""

from datetime import datetime
from pathlib import Path

import click

from consign import clock
from consign.cli.context import DAY, Context, as_user, pass_context
from consign.cli.goods_options import (
    LINES,
    acting_options,
    choose_day,
    day_option,
    find_place,
    number_argument,
    producer_option,
    read_lines,
    read_refusals,
    store_options,
    writing_options,
)
from consign.cli.goods_output import describe_view, print_notes, print_view, tell_note
from consign.cli.output import print_json
from consign.cli.speaking import language_option
from consign.listing import Wish
from consign.models.partners import Store
from consign.partners.queries import get_producer
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.delivering import send_delivery
from consign.stock.note_lists import find_note_view, find_notes_page
from consign.stock.notes import get_note
from consign.stock.printing import make_note_facts, make_note_words
from consign.stock.rules import NoteKind, NoteState
from consign.web.language import Language
from reports.stock_note import write_note

NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)

why_option = click.option("--reason", required=True)


@click.group()
def delivery() -> None:
    """Send goods to stores; confirm, give up, take back, show, list and print any note about goods by its NUMBER."""


@delivery.command("send")
@LINES
@producer_option
@store_options
@day_option
@writing_options
def send(
    context: Context,
    *,
    lines: tuple[str, ...],
    producer_code: str,
    partner_code: str,
    store_code: str,
    day: datetime | None,
    remark: str,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Send goods of a producer to a store; they stand there once the store confirms."""
    with context.acting(login) as (session, by):
        store = find_place(session, partner_code, store_code)
        note = send_delivery(
            session,
            by=by,
            producer_id=get_producer(session, producer_code).id,
            store_id=store.id,
            day=choose_day(day, store),
            lines=read_lines(session, lines, partner_id=store.partner_id),
            remark=remark,
        )
        tell_note(session, note, by=by, as_json=as_json, language=language)


@delivery.command("confirm")
@number_argument
@click.option("--on", "on", type=DAY, help="Day on which the goods arrived; else today.")
@click.option("--refuse", "refused", metavar="LINE=QUANTITY:REASON", multiple=True, help="What was not taken, and why.")
@acting_options
def confirm(
    context: Context,
    *,
    number: str,
    on: datetime | None,
    refused: tuple[str, ...],
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Say as the receiver that the goods of a note arrived; what is not refused was taken."""
    with context.acting(login) as (session, by):
        found = get_note(session, number, by=by)
        store = session.get_one(Store, found.to_store_id or found.store_id)
        note = confirm_note(
            session,
            by=by,
            note_id=found.id,
            on=choose_day(on, store),
            refusals=read_refusals(refused),
        )
        tell_note(session, note, by=by, as_json=as_json, language=language)


@delivery.command("cancel")
@number_argument
@why_option
@acting_options
def cancel(context: Context, *, number: str, reason: str, language: Language, login: str, as_json: bool) -> None:
    """Give up a note that waits."""
    with context.acting(login) as (session, by):
        note = cancel_note(session, by=by, note_id=get_note(session, number, by=by).id, reason=reason)
        tell_note(session, note, by=by, as_json=as_json, language=language)


@delivery.command("reverse")
@number_argument
@why_option
@acting_options
def reverse(context: Context, *, number: str, reason: str, language: Language, login: str, as_json: bool) -> None:
    """Take back all that a note moved, each by a linked movement."""
    with context.acting(login) as (session, by):
        note = reverse_note(session, by=by, note_id=get_note(session, number, by=by).id, reason=reason)
        tell_note(session, note, by=by, as_json=as_json, language=language)


@delivery.command("show")
@number_argument
@acting_options
def show(context: Context, *, number: str, language: Language, login: str, as_json: bool) -> None:
    """Show a note with its lines, and what is odd about it."""
    with context.acting(login) as (session, by):
        view = find_note_view(session, by=by, number=number)
        if as_json:
            print_json(describe_view(view, language))
        else:
            print_view(view, language)


@delivery.command("list")
@click.option("--kind", type=click.Choice([one.value for one in NoteKind]))
@click.option("--state", type=click.Choice([one.value for one in NoteState]), help="How far a note has come.")
@click.option("--partner", metavar="CODE", default="")
@click.option("--store", metavar="CODE", default="")
@click.option("--producer", metavar="CODE", default="")
@click.option("--waiting", is_flag=True, help="Only notes that wait for somebody.")
@acting_options
def list_(
    context: Context,
    *,
    kind: str | None,
    state: str | None,
    partner: str,
    store: str,
    producer: str,
    waiting: bool,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """List notes about goods, the latest first."""
    filters = {
        "kind": kind or "", "state": state or "", "partner": partner, "store": store, "producer": producer,
        "waiting": "yes" if waiting else "",
    }  # fmt: skip
    with context.acting(login) as (session, by):
        rows = find_notes_page(session, by=by, wish=Wish(filters=filters).for_export()).rows
        if as_json:
            print_json([{name: value for name, value in row.items() if name != "made_at"} for row in rows])
        else:
            print_notes(rows, language)


@delivery.command("paper")
@number_argument
@click.option("-o", "--output", type=NEW_FILE, required=True, help="File to write (PDF).")
@language_option
@as_user
@pass_context
def paper(context: Context, *, number: str, output: Path, language: Language, login: str) -> None:
    """Write the paper that goes with the goods of a note."""
    with context.acting(login) as (session, by):
        view = find_note_view(session, by=by, number=number)
        facts = make_note_facts(session, view, speaker=language, printed_on=clock.today(view.store.zone))
    output.write_bytes(write_note(facts, make_note_words(language)))
    click.echo(f"{output} was written.")
