"""What commands about goods are given, and how notes are printed."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click
from sqlalchemy.orm import Session

from consign.cli.output import print_json, print_table
from consign.errors import BadInput
from consign.identity.rules import Actor
from consign.models.partners import Store
from consign.models.stock import StockNote
from consign.money import Rupiah
from consign.partners.queries import get_partner, get_store
from consign.sentence import say
from consign.stock.codes import get_coded
from consign.stock.count_rules import CodeUnknown
from consign.stock.note_lists import NoteView, find_note_view
from consign.stock.rules import NewLine, Reason, Refusal, Refused
from consign.web.language import Language

_LINE = re.compile(
    r"(?P<product>[^=]+)=(?P<quantity>[\d.]+)(?:@(?P<batch>.+?))?(?::(?P<ends>\d{4}-\d{2}-\d{2}))?", re.ASCII
)
_REFUSED = re.compile(r"(?P<line>\d+)=(?P<quantity>[\d.]+):(?P<reason>[a-z_]+)", re.ASCII)
LINES = click.argument("lines", metavar="PRODUCT=QUANTITY[@BATCH][:EXPIRY]...", nargs=-1, required=True)


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which store of which partner is meant."""
    command = click.option("--store", "store_code", metavar="CODE", required=True)(command)
    return click.option("--partner", "partner_code", metavar="CODE", required=True)(command)


def find_place(session: Session, partner_code: str, store_code: str) -> Store:
    """Return the store that `store_options` name."""
    return get_store(session, partner_id=get_partner(session, partner_code).id, code=store_code)


def read_lines(session: Session, texts: Iterable[str], *, partner_id: int, reason: str | None = None) -> list[NewLine]:
    """Return the lines that *texts* name, all of them for the same *reason* where there is one.

    Raises:
        BadInput: one is not written so, or no product is called so.

    """
    return [_read_line(session, text, partner_id=partner_id, reason=reason) for text in texts]


def _read_line(session: Session, text: str, *, partner_id: int, reason: str | None) -> NewLine:
    found = _LINE.fullmatch(text)
    if found is None:
        raise BadInput(
            say(
                "“{text}” is not PRODUCT=QUANTITY[@BATCH][:EXPIRY], such as BPN-001=24@K1:2027-01-31; nothing was recorded.",
                text=text,
            )
        )
    try:
        product = get_coded(session, found["product"], partner_id=partner_id)
    except CodeUnknown as error:
        raise BadInput(say("No product has the code “{code}”; nothing was recorded.", code=found["product"])) from error
    return NewLine(
        product.id,
        _read_quantity(found["quantity"], text),
        found["batch"] or "",
        _read_day(found["ends"], text) if found["ends"] else None,
        Reason(reason) if reason else None,
    )


def read_refusals(texts: Iterable[str]) -> list[Refused]:
    """Return what *texts* refuse, each written LINE=QUANTITY:REASON.

    Raises:
        BadInput: one is not written so.

    """
    refused = []
    for text in texts:
        found = _REFUSED.fullmatch(text)
        if found is None or found["reason"] not in set(Refusal):
            raise BadInput(
                say(
                    "“{text}” is not LINE=QUANTITY:REASON; reasons are {reasons}. Nothing was recorded.",
                    text=text,
                    reasons=list(Refusal),
                )
            )
        refused.append(Refused(int(found["line"]), Refusal(found["reason"]), _read_quantity(found["quantity"], text)))
    return refused


def _read_quantity(given: str, text: str) -> Decimal:
    try:
        return Decimal(given)
    except InvalidOperation as error:
        raise BadInput(
            say("The quantity in “{text}” is no number such as 24 or 1.250; nothing was recorded.", text=text)
        ) from error


def _read_day(given: str, text: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise BadInput(
            say("The day in “{text}” is none such as 2027-01-31; nothing was recorded.", text=text)
        ) from error


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
