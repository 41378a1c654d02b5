"""What stands in stores: by product with its batches, and the movements of one product in one store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Response

from consign import clock
from consign.listing import Found, Row, Wish
from consign.sentence import Sentence, say
from consign.stock.rules import MovementKind, NoteKind
from consign.stock.short import Cause, Short, Suspected, suspect
from consign.stock.stock_days import StoodOn, find_days, find_posting_uploads
from consign.stock.stock_lists import StandingBatch, find_product_moves, find_stock_page, get_standing, get_stocked
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.language import quantity
from consign.web.place_filters import find_place_filters
from consign.web.plots import Plot
from consign.web.step_plot import Step, plot_steps
from consign.web.tables import Filter, find_download, list_page, show_table
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
PLOT_DAYS = 90
LEAST_STEPS = 3
"""With fewer there is nothing that a plot shows and two figures do not."""
MILLI = 1000
SHOW = (
    Choice("negative", say("below zero")),
    Choice("empty", say("run out")),
    Choice("unkept", say("sold, never delivered")),
)
KINDS = tuple(MovementKind)
KEPT = Filter("kept", say("Since"), (Choice("yes", say("stock is kept")),))
CAUSES: Mapping[Cause, Sentence] = {
    Cause.DELIVERY_OPEN: say("The store has not confirmed a delivery. Confirm it:"),
    Cause.ALIAS: say("The till's code may mean another product of the producer:"),
    Cause.COUNT_DUE: say("It was not counted for long. Count it."),
    Cause.DELIVERY_MISSING: say("A delivery note is missing. Ask the producer for it, or count."),
}
MOVE_COLUMNS = (
    Column("place", say("No."), kind="count"),
    Column("day", say("Day"), kind="day"),
    Column("kind", say("What"), kind="word", words="movement_kind"),
    Column("quantity", say("In or out"), kind="quantity", total=True),
    Column("balance", say("Stands then"), kind="quantity"),
    Column("batch", say("Batch")),
    Column("source", say("Paper"), link="{path}", sort=False),
)


@dataclass(frozen=True)
class ShownStock:
    """One product in one store, as the page shows it."""

    row: Row
    batches: Sequence[StandingBatch]
    cause: Sentence | None
    named: str
    """Number of a note or name of a product that the cause is about."""
    note: str
    """Address of the note; blank where it is about none."""


@router.get("/stock")
def show_stock(visit: Visiting) -> Response:
    """Show what stands in the stores that this person may see."""
    today = clock.today(visit.zone)
    filters = (*find_place_filters(visit), Filter("show", say("Only what"), SHOW))

    def fetch(wish: Wish) -> Found:
        return find_stock_page(visit.db, by=visit.actor, on=today, wish=wish)

    columns = _columns_for(visit)
    file = find_download(visit, name="stock", columns=columns, fetch=fetch, filters=filters, default_sort="product")
    if file is not None:
        return file
    table = show_table(
        visit,
        caption=say("What stands in stores"),
        columns=columns,
        fetch=fetch,
        empty=say(
            "Nothing stands here yet. Stock begins with the first delivery that a store confirms, or with a count."
        ),
        default_sort="product",
        filters=filters,
        search=say("Search: product, producer or store"),
    )
    return visit.page("stock.html", table=table, goods=_show_stock(visit, table.found.rows), today=today)


def _columns_for(visit: Visit) -> tuple[Column, ...]:
    """Return the columns of the list, without what is the same in every row."""
    actor = visit.actor
    return (
        Column("product", say("Product")),
        *(() if actor.producer_id is not None else (Column("producer", say("Producer")),)),
        *(() if actor.store_id is not None else (Column("store", say("Store")),)),
        *(() if actor.partner_id is not None else (Column("partner", say("Partner")),)),
        Column("on_hand", say("Stands"), kind="quantity"),
        Column("in_transit", say("On its way"), kind="quantity"),
        Column("counted_on", say("Last counted"), kind="day", sort=False),
        Column("last_on", say("Last movement"), kind="day"),
    )


def _show_stock(visit: Visit, rows: Sequence[Row]) -> list[ShownStock]:
    """Return the rows with the likely cause of what stands below zero."""
    below = [row for row in rows if row["is_negative"]]
    short = [
        Short(*(row[name] for name in ("store_id", "product_id", "on_hand", "begins_on", "counted_on")))
        for row in below
    ]
    causes = suspect(visit.db, short, sold={}, on=clock.today(visit.zone)) if short else []
    known = {(one.store_id, one.product_id): cause for one, cause in zip(short, causes, strict=True)}
    return [_show_one(row, known.get((row["store_id"], row["product_id"]))) for row in rows]


def _show_one(row: Row, cause: Suspected | None) -> ShownStock:
    if cause is None:
        return ShownStock(row, row["batches"], None, "", "")
    note = f"/goods/{cause.named}" if cause.cause is Cause.DELIVERY_OPEN else ""
    return ShownStock(row, row["batches"], CAUSES[cause.cause], cause.named, note)


@router.get("/stock/{store_id}/{product_code}")
def show_movements(visit: Visiting, store_id: int, product_code: str) -> Response:
    """Show what moved of one product in one store, and what stood then."""
    store, product = get_stocked(visit.db, by=visit.actor, store_id=store_id, product_code=product_code)
    today = clock.today(store.zone)

    def fetch(wish: Wish) -> Found:
        found = find_product_moves(visit.db, by=visit.actor, store_id=store_id, product_code=product_code, wish=wish)
        numbers = {row["posting_no"] for row in found.rows if row["posting_no"]}
        files: dict[int, int] = {}
        if numbers and visit.may("GET /uploads/{upload_id}"):
            files = find_posting_uploads(
                visit.db, partner_id=store.partner_id, numbers=numbers, store_id=visit.actor.store_id
            )
        return replace(found, rows=[_with_source(row, files) for row in found.rows])

    row = get_standing(visit.db, store_id=store.id, product_id=product.id, on=today)
    days = find_days(visit.db, store_id=store.id, product_id=product.id, first=today - timedelta(PLOT_DAYS))
    return list_page(
        visit,
        "stock_product.html",
        name=f"stock-{store.code}-{product.code}",
        caption=say("Movements"),
        columns=MOVE_COLUMNS,
        fetch=fetch,
        empty=say("Nothing moved yet."),
        default_sort="-place",
        filters=(Filter("kind", say("What"), choices_of("movement_kind", KINDS, word)), KEPT),
        store=store,
        product=product,
        partner=row["partner"],
        one=_show_stock(visit, [row])[0],
        plot=_plot(visit, days),
        today=today,
    )


def _with_source(row: Row, files: Mapping[int, int]) -> dict[str, Any]:
    """Return a movement with the paper it comes from, and where that is."""
    if row["note_number"]:
        area = "counts" if row["note_kind"] == NoteKind.COUNT else "goods"
        return {**row, "source": row["note_number"], "path": f"/{area}/{row['note_number']}"}
    upload_id = files.get(row["posting_no"])
    return {**row, "source": say("Sales file"), "path": f"/uploads/{upload_id}" if upload_id else ""}


def _plot(visit: Visit, days: Sequence[StoodOn]) -> Plot | None:
    """Return what stood on the last days as a line in steps, and as a table."""
    if len(days) < LEAST_STEPS:
        return None
    whole = all(one.quantity == one.quantity.to_integral_value() for one in days)
    scale = 1 if whole else MILLI
    caption = say("What stood at the end of the day, since {first}", first=days[0].day)

    def write(amount: int) -> str:
        return quantity(Decimal(amount) / scale)

    steps = [Step(one.day, int(one.quantity * scale)) for one in days]
    return {
        "svg": plot_steps(
            steps, today=clock.today(visit.zone), caption=caption, language=visit.language, write=write, from_zero=True
        ),
        "caption": visit.say(caption),
        "heads": [visit.say(say("Day")), visit.say(say("Stood"))],
        "rows": [(visit.language.day(one.day), quantity(one.quantity)) for one in reversed(days)],
    }
