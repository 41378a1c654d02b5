"""How notes about goods are printed on the terminal."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from consign.cli.output import print_json, print_table
from consign.identity.rules import Actor
from consign.models.stock import StockNote
from consign.money import Rupiah
from consign.stock.note_lists import NoteView, find_note_view
from consign.web.language import Language


def describe_view(view: NoteView, language: Language) -> dict[str, object]:
    """Return what a program is told of a note: codes as they are, sentences in the *language*."""
    note = view.note
    return {
        "number": note.number,
        "kind": note.kind,
        "state": note.state,
        "day": note.day,
        "partner": view.partner.code,
        "store": view.store.code,
        "to_store": view.to_store.code if view.to_store else None,
        "producer": view.producer.code if view.producer else None,
        "confirmed_on": note.confirmed_on,
        "made_by": view.made_by,
        "confirmed_by": view.confirmed_by,
        "ended_reason": note.ended_reason,
        "answers": view.answers,
        "answered_by": view.answered_by,
        "remark": note.remark,
        "lines": view.lines,
        "totals": view.totals,
        "cautions": [
            {"line_no": one.line_no, "code": one.code, "what": language.say(one.sentence)} for one in view.cautions
        ],
    }


def tell_note(session: Session, note: StockNote, *, by: Actor, as_json: bool, language: Language) -> None:
    """Print what became of a note in a few words, and what is odd about it; for a program all of it."""
    view = find_note_view(session, by=by, number=note.number)
    if as_json:
        print_json(describe_view(view, language))
        return
    kind, state = language.word(note.kind, "note_kind"), language.word(note.state, "note_state")
    click.echo(f"{kind} {note.number}: {state}, {view.totals.lines} line(s), {language.show(view.totals.quantity)}")
    _print_cautions(view, language)


def print_view(view: NoteView, language: Language) -> None:
    """Print a whole note for a person."""
    note = view.note
    places = [view.producer.name if view.producer else "", f"{view.partner.code} {view.store.code}"]
    if view.to_store:
        places.append(f"{view.partner.code} {view.to_store.code}")
    kind, state = language.word(note.kind, "note_kind"), language.word(note.state, "note_state")
    click.echo(f"{kind} {note.number}, {language.day(note.day)}: {state}")
    click.echo(" · ".join(one for one in (*places, note.remark, note.ended_reason) if one))
    print_table(
        ("Line", "Code", "Product", "Batch", "Expiry", "Quantity", "Accepted", "Refused", "Price", "Reason"),
        [
            (
                one.line_no, one.product_code, one.product, one.batch, one.expires_on, language.show(one.sent),
                "" if one.accepted is None else language.show(one.accepted),
                ", ".join(f"{language.show(part.quantity)} {language.word(part.reason, 'refusal')}" for part in one.refused),
                "" if one.price_rp is None else Rupiah(one.price_rp), language.word(one.reason, "stock_reason"),
            )
            for one in view.lines
        ],
        right=("Line", "Quantity", "Accepted", "Price"),
    )  # fmt: skip
    click.echo(f"{language.show(view.totals.quantity)}, {Rupiah(view.totals.amount_rp)}")
    _print_cautions(view, language)


def _print_cautions(view: NoteView, language: Language) -> None:
    for one in view.cautions:
        click.echo(f"  ! {language.say(one.sentence)}")


def print_notes(rows: Sequence[Any], language: Language) -> None:
    """Print a list of notes for a person."""
    print_table(
        ("Number", "Kind", "State", "Day", "Store", "To", "Producer", "Lines", "Quantity"),
        [
            (
                row["number"], language.word(row["kind"], "note_kind"), language.word(row["state"], "note_state"),
                row["day"], row["store_code"], row["to_store"], row["producer_code"], row["lines"],
                language.show(row["quantity"]),
            )
            for row in rows
        ],
        right=("Lines", "Quantity"),
    )  # fmt: skip
