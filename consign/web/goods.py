"""Notes about goods: the list, what waits for the person who looks, finding one by its number, and the first page's tasks."""

import re
from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import Act
from consign.listing import Found, Row, Wish
from consign.partners.lists import find_partners_seen, find_stores_seen
from consign.sentence import Sentence, say
from consign.stock.note_lists import find_notes_page
from consign.stock.notes import get_note
from consign.stock.offered import find_note_stores
from consign.stock.rules import NoteKind, NoteState, NoteUnknown
from consign.stock.waiting import Waiting, count_waiting, find_waiting
from consign.web.columns import Column
from consign.web.forms import Choice, Field, choices_of, new_form, read_form
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
MOST_WAITING = 10
PATIENCE = timedelta(days=2)
"""After so many days a note that waits is urgent."""
NUMBER = (
    Field(
        "number", say("Number of the note"), scan=True, longest=200,
        hint=say("As it stands on the paper, such as SJ-2026-000123. A scanner reads its bars."),
    ),
)  # fmt: skip
_NUMBER = re.compile(r"([A-Z]{2})[-\s]*([0-9]{4})[-\s]*([0-9]{1,6})")
TO_DO: Mapping[str, Sentence] = {
    NoteKind.DELIVERY: say("Delivery to confirm"),
    NoteKind.RETURN: say("Return to confirm"),
    NoteKind.PULL_BACK: say("Goods to take off the shelf"),
    NoteKind.TRANSFER: say("Transfer to confirm"),
}
COLUMNS = (
    Column("number", say("Number"), link="{path}"),
    Column("kind", say("Kind"), kind="word", words="note_kind"),
    Column("day", say("Date"), kind="day"),
    Column("partner", say("Partner")),
    Column("store", say("Store")),
    Column("producer", say("Producer")),
    Column("lines", say("Lines"), kind="count", sort=False, link="{parts_path}", sums="all_rows"),
    Column("amount_rp", say("At consumer prices"), kind="money", sort=False, link="{parts_path}", sums="amount_rp"),
    Column("state", say("State"), kind="badge", words="note_state"),
)


@router.get("/goods")
def show_notes(visit: Visiting) -> Response:
    """Show the notes this person may see, what waits for them on top."""
    actor = visit.actor
    hidden = {
        "partner": actor.partner_id is not None,
        "producer": actor.producer_id is not None,
    }

    def fetch(wish: Wish) -> Found:
        found = find_notes_page(visit.db, by=actor, wish=wish)
        rows = [
            {
                **row,
                "store": _name_stores(row),
                "path": find_note_path(row["kind"], row["number"]),
                "parts_path": f"/goods/{row['number']}" if row["kind"] != NoteKind.COUNT else "",
            }
            for row in found.rows
        ]
        return found.with_rows(rows)

    return list_page(
        visit,
        "goods.html",
        name="goods",
        steady=True,
        caption=say("Goods: deliveries and returns"),
        columns=[column for column in COLUMNS if not hidden.get(column.key)],
        fetch=fetch,
        empty=say("There is no note yet. The first one is a delivery: what a producer brings to a store."),
        default_sort="-day",
        filters=_find_filters(visit),
        search=say("Search: number, store, producer or remark"),
        may_write=visit.may("GET /goods/new"),
        waiting=find_waiting(visit.db, by=actor, most=MOST_WAITING),
        to_do=TO_DO,
        find=new_form(NUMBER),
    )


def find_note_path(kind: str, number: str) -> str:
    """Return where a note is shown; counts have pages of their own."""
    return f"/counts/{number}" if kind == NoteKind.COUNT else f"/goods/{number}"


def _name_stores(row: Row) -> str:
    """Return the store of a note; of a transfer both."""
    return f"{row['store']} → {row['to_store']}" if row["to_store"] else str(row["store"])


def _find_filters(visit: Visit) -> list[Filter]:
    actor = visit.actor
    filters = [
        Filter("kind", say("Kind"), choices_of("note_kind", NoteKind, word)),
        Filter("state", say("State"), choices_of("note_state", NoteState, word)),
        Filter("waiting", say("Done?"), [Choice("yes", say("not done yet"))]),
    ]
    if actor.store_id is None:
        filters.append(_find_store_filter(visit))
    if actor.partner_id is None and actor.producer_id is None:
        partners = visit.remember(
            "partners of goods", lambda: find_partners_seen(visit.db, by=actor, act=Act.READ_STOCK)
        )
        filters.append(Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners]))
    if actor.producer_id is None:
        filters.append(Filter("producer", say("Producer's code"), kind="text"))
    if actor.partner_id is None and actor.producer_id is None:
        filters += [Filter("from", say("From"), kind="day"), Filter("until", say("until"), kind="day")]
    return filters


def _find_store_filter(visit: Visit) -> Filter:
    """Return the filter by store: a selection for those who have few of them."""
    actor = visit.actor
    if actor.partner_id is None and actor.producer_id is None:
        return Filter("store", say("Store's code"), kind="text")

    def choose() -> list[Choice]:
        if actor.producer_id is not None:
            found = find_note_stores(visit.db, by=actor, kind=NoteKind.DELIVERY, on=clock.today(visit.zone))
        else:
            found = find_stores_seen(visit.db, by=actor, act=Act.READ_STOCK)
        return [Choice(store.code, store.name) for store, _ in found]

    return Filter("store", say("Store"), visit.remember("stores of goods", choose))


@router.get("/goods/find")
def find_note(visit: Visiting) -> Response:
    """Lead to the note whose number was typed or scanned."""
    if "number" not in visit.asked:
        return visit.page("goods_find.html", form=new_form(NUMBER))
    form = read_form(NUMBER, visit.asked)
    if form.ok:
        number = tidy_number(form["number"])
        try:
            note = get_note(visit.db, number, by=visit.actor)
        except NoteUnknown:
            form.blame("number", say("No note has the number “{number}”, or it is not for you to see.", number=number))
        else:
            return visit.go(find_note_path(note.kind, note.number))
    return visit.page("goods_find.html", status=422, form=form)


def tidy_number(given: str) -> str:
    """Return the number of a note as it is kept: also from the address in its QR code, and without idle zeros typed."""
    text = given.partition("?")[0].rstrip("/").rpartition("/")[2].strip().upper()
    parts = _NUMBER.fullmatch(text)
    return f"{parts[1]}-{parts[2]}-{int(parts[3]):06d}" if parts else text[:40]


def find_tasks(visit: Visit) -> list[Task]:
    """Return what of goods waits for this person to act."""
    if not visit.may("GET /goods"):
        return []
    today = clock.today(visit.zone)
    return [_as_task(one, urgent=one.oldest_on < today - PATIENCE) for one in count_waiting(visit.db, by=visit.actor)]


def _as_task(one: Waiting, *, urgent: bool) -> Task:
    counted = {
        NoteKind.DELIVERY: say("Deliveries to confirm: {count}", count=one.count),
        NoteKind.RETURN: say("Returns to confirm: {count}", count=one.count),
        NoteKind.PULL_BACK: say("Requests to take goods off the shelf: {count}", count=one.count),
        NoteKind.TRANSFER: say("Transfers to confirm: {count}", count=one.count),
    }
    detail = say("The oldest is of {day}.", day=one.oldest_on)
    if one.kind == NoteKind.PULL_BACK:
        detail = say("The first is due by {day}.", day=one.oldest_on)
    path = f"/goods/{one.number}" if one.count == 1 else f"/goods?kind={one.kind}&waiting=yes"
    return Task(counted[NoteKind(one.kind)], path, detail, urgent=urgent)
