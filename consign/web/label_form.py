"""The form for labels: on which paper, what they bear, and how many of each product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from sqlalchemy import RowMapping

from consign import clock
from consign.catalogue.label_facts import Look, Wanted
from consign.catalogue.label_lists import find_labelled
from consign.catalogue.labels import LONGEST_BATCH, MOST_COPIES, Sheet
from consign.catalogue.stocks import find_stocks
from consign.errors import BadInput
from consign.models.catalogue import LabelStock
from consign.models.partners import Producer
from consign.sentence import Sentence, say
from consign.web.forms import Choice, Field, Form, new_form, read_day, read_form, read_whole
from consign.web.visit import Visit
from consign.web.words import word
from reports.symbol_sizes import PRINTERS_DPI

LOOK = ("content", "price", "producer", "permit", "halal", "qr")
"""What a label may bear, as the form's checkboxes are called."""
FIRST_LOOK = ("content", "producer")
MOST_ROWS = 100
"""Products of one producer that the form lists."""


@dataclass(frozen=True)
class LabelForm:
    """The form with the rows of products it lists; a row's fields are called by the product's id."""

    form: Form
    rows: Sequence[RowMapping]
    hints: dict[int, Sentence]
    """Until when goods made today keep, by product."""


@dataclass(frozen=True)
class Begun:
    """What labels of a product are wanted for: so many packs of a batch."""

    quantity: Decimal
    batch: str
    expires_on: date | None


def read_copies(text: str) -> int:
    """Read a number of labels.

    Raises:
        BadInput: it is none, or more than are made at once.

    """
    copies = read_whole(text)
    if copies > MOST_COPIES:
        raise BadInput(say("At most {most} labels are made at once.", most=MOST_COPIES))
    return copies


def read_position(text: str) -> int:
    """Read the place of a label on a sheet, from 1.

    Raises:
        BadInput: it is none.

    """
    position = read_whole(text)
    if position == 0:
        raise BadInput(say("Positions count from 1, row by row."))
    return position


def make_form(visit: Visit, producer: Producer, *, chosen: str, begun: Mapping[int, Begun] | None = None) -> LabelForm:
    """Return the form nobody has filled in.

    The product with the code *chosen* gets a first number of labels; *begun* says of products how many of which batch.
    """
    begun = begun or {}
    rows = sorted(_find_rows(visit, producer, chosen), key=lambda row: row["id"] not in begun)
    stocks = find_stocks(visit.db, by=visit.actor)
    first = stocks[0] if stocks else None
    texts: dict[str, object] = {f"copies_{row['id']}": "12" for row in rows if row["code"] == chosen}
    for product_id, one in begun.items():
        texts |= {
            f"copies_{product_id}": min(MOST_COPIES, ceil(one.quantity)),
            f"batch_{product_id}": one.batch,
            f"expires_{product_id}": one.expires_on or "",
        }
    texts |= dict.fromkeys(FIRST_LOOK, "yes")
    texts |= {"stock": first.id if first else "", "dpi": "", "start_at": "1", "symbol": "till"}
    return LabelForm(new_form(_make_fields(rows, stocks), **texts), rows, _make_hints(visit, rows))


def read_labels(visit: Visit, producer: Producer) -> LabelForm:
    """Read what was typed into the form."""
    rows = _find_rows(visit, producer, "")
    form = read_form(_make_fields(rows, find_stocks(visit.db, by=visit.actor)), visit.texts)
    if form.ok and not _wanted(form, rows):
        form.blame("", say("No number of labels is given. Say how many of at least one product."))
    return LabelForm(form, rows, _make_hints(visit, rows))


def get_wanted(read: LabelForm) -> list[Wanted]:
    """Return how many labels of which products the form asks for."""
    return _wanted(read.form, read.rows)


def get_look(form: Form) -> Look:
    """Return what the labels are to bear."""
    return Look(**{name: form[name] for name in LOOK}, code128=form["symbol"] == "shelf")


def get_sheet(form: Form, stocks: Sequence[LabelStock]) -> Sheet:
    """Return on which paper, with which resolution: the paper's usual one where none is chosen."""
    stock = next(one for one in stocks if str(one.id) == form["stock"])
    dpi = int(form["dpi"]) if form["dpi"] else stock.dpi
    return Sheet(stock.id, dpi, form["start_at"] or 1, small=form["small"])


def _find_rows(visit: Visit, producer: Producer, chosen: str) -> Sequence[RowMapping]:
    rows = find_labelled(visit.db, producer_id=producer.id, on=clock.today(visit.zone))
    return sorted(rows, key=lambda row: (row["code"] != chosen, row["code"]))[:MOST_ROWS]


def _wanted(form: Form, rows: Sequence[RowMapping]) -> list[Wanted]:
    return [
        Wanted(row["code"], form[f"copies_{row['id']}"], form[f"batch_{row['id']}"], form[f"expires_{row['id']}"])
        for row in rows
        if form[f"copies_{row['id']}"]
    ]


def _make_hints(visit: Visit, rows: Sequence[RowMapping]) -> dict[int, Sentence]:
    today: date = clock.today(visit.zone)
    return {
        row["id"]: say("Made today, it keeps until {day}.", day=today + timedelta(row["shelf_life_days"]))
        for row in rows
        if row["shelf_life_days"]
    }


def _make_fields(rows: Sequence[RowMapping], stocks: Sequence[LabelStock]) -> list[Field]:
    fields = [
        Field(
            "stock",
            say("Label paper"),
            kind="select",
            choices=[Choice(str(one.id), one.name) for one in stocks],
            hint=say("As it stands on the pack. Print its test page once: it shows whether print and paper meet."),
        ),
        Field(
            "dpi",
            say("Dots per inch of your printer"),
            kind="select",
            required=False,
            choices=[Choice(str(one), word("printer", str(one))) for one in PRINTERS_DPI],
            hint=say("Not sure? Leave it blank: what is usual for this paper is taken."),
        ),
        Field(
            "start_at",
            say("First free label on the sheet"),
            read=read_position,
            required=False,
            kind="number",
            longest=4,
            hint=say("1 on a new sheet. On a sheet that was begun count row by row, from the left."),
        ),
        Field(
            "symbol",
            say("Which symbol?"),
            kind="radio",
            choices=(
                Choice("till", word("label_symbol", "till"), say("Its barcode number, as every till scans it.")),
                Choice(
                    "shelf", word("label_symbol", "shelf"), say("The region's own code, for shelves and storerooms.")
                ),
            ),
        ),
        *(Field(name, word("label_field", _word_of(name)), kind="checkbox", required=False) for name in LOOK),
        Field(
            "small",
            say("Print bars thinner than the standard allows"),
            kind="checkbox",
            required=False,
            hint=say("Only for paper too narrow for a full barcode, such as 33 mm rolls, and only after a test scan."),
        ),
    ]
    for row in rows:
        fields += [
            Field(
                f"copies_{row['id']}",
                say("Labels of {product}", product=row["name"]),
                read=read_copies,
                required=False,
                kind="number",
                longest=4,
            ),
            Field(f"batch_{row['id']}", say("Batch"), required=False, longest=LONGEST_BATCH),
            Field(f"expires_{row['id']}", say("Best before"), read=read_day, required=False, kind="date"),
        ]
    return fields


def _word_of(name: str) -> str:
    return {"price": "price_rp", "permit": "pirt"}.get(name, name)
