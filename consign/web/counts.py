"""Counts of what stands in stores: the list, beginning one, one that is over with its differences, and the sheet."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import Act
from consign.listing import Wish, parse_id
from consign.models.partners import Partner, Store
from consign.partners.lists import find_partners_seen, find_stores_seen
from consign.partners.rules import UnknownCode
from consign.sentence import say
from consign.stock.count_views import find_count_page
from consign.stock.counting import open_count
from consign.stock.rules import NoteState
from consign.web.columns import Column
from consign.web.count_result import show_result
from consign.web.count_sheet import make_sheet
from consign.web.counting import get_count, show_counting
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form
from consign.web.place_filters import find_place_filters
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
STATES = ("open", "recorded", "cancelled", "reversed")
CLOSING, OPENING = "closing", "opening"
FULL, PART = "full", "part"
NOON = 12
FIELDS = (
    Field("store", say("Store"), kind="hidden"),
    Field(
        "extent",
        say("What is counted?"),
        kind="radio",
        choices=(
            Choice(FULL, say("All goods"), say("What is not found is taken as not there.")),
            Choice(PART, say("Some goods"), say("Goods that are not counted stay as they are.")),
        ),
    ),
    Field("day", say("Day of the count"), read=read_day, kind="date"),
    Field(
        "when",
        say("When on this day?"),
        kind="radio",
        choices=(
            Choice(OPENING, say("Before opening"), say("What stood there at the end of the day before.")),
            Choice(CLOSING, say("After closing"), say("What stands there at the end of the day.")),
        ),
        hint=say("Count while nothing is sold, else sales come in between."),
    ),
    Field("remark", say("Remark"), required=False, hint=say("Such as who counts.")),
)


@router.get("/counts")
def show_counts(visit: Visiting) -> Response:
    """Show the counts of stores."""
    acts = [("/counts/new", say("Begin a count"))] if visit.may("GET /counts/new") else []
    return list_page(
        visit,
        "list.html",
        name="counts",
        caption=say("Counts"),
        columns=(
            Column("number", say("Number"), link="/counts/{number}"),
            Column("day", say("End of the day"), kind="day"),
            *(() if visit.actor.store_id is not None else (Column("store", say("Store")),)),
            *(() if visit.actor.partner_id is not None else (Column("partner", say("Partner")),)),
            Column("extent", say("Of what"), kind="word", words="count_extent"),
            Column("state", say("State"), kind="badge", words="note_state"),
            Column("made_by", say("By")),
            Column("made_at", say("Begun"), kind="moment"),
        ),
        fetch=lambda wish: find_count_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No store was counted yet. A count says what really stands there, and what is missing."),
        default_sort="-day",
        filters=(
            *find_place_filters(visit),
            Filter("state", say("State"), choices_of("note_state", STATES, word)),
        ),
        search=say("Search: number or store"),
        lead=say("What was found on the shelves, and by how much it differs from the books."),
        acts=acts,
    )


@router.get("/counts/new")
def show_new_count(visit: Visiting) -> Response:
    """Show the form that begins a count; who has several stores first chooses one."""
    place = _find_place(visit, visit.asked.get("store", ""))
    if place is None:
        return _show_stores(visit)
    now = clock.now().astimezone(ZoneInfo(place[0].zone))
    when = OPENING if now.hour < NOON else CLOSING
    return _form_page(visit, place, new_form(FIELDS, store=place[0].id, day=now.date(), when=when))


@router.post("/counts/new")
def do_open_count(visit: Visiting) -> Response:
    """Begin a count."""
    place = _find_place(visit, visit.texts.get("store", ""))
    if place is None:
        return visit.go("/counts/new")
    form = read_form(FIELDS, {**visit.texts, "store": str(place[0].id)})
    note = None
    if form.ok:
        day = form["day"] - timedelta(form["when"] == OPENING)
        with visit.attempt(form):
            note = open_count(
                visit.db, by=visit.actor, store_id=place[0].id, day=day, is_full=form["extent"] == FULL,
                remark=form["remark"] or "",
            )  # fmt: skip
    if note is None:
        return _form_page(visit, place, form, status=422)
    return visit.go(f"/counts/{note.number}")


def _find_place(visit: Visit, named: str) -> tuple[Store, Partner] | None:
    """Return the store that is counted; blank where one must be chosen first.

    Raises:
        UnknownCode: the store that is named is none of this person's.

    """
    store_id = parse_id(named) if named else visit.actor.store_id
    if store_id is None and not named:
        return None
    rows = find_stores_seen(visit.db, by=visit.actor, act=Act.MOVE_STOCK, store_id=store_id or 0)
    if not rows:
        raise UnknownCode(say("There is no such store."))
    return rows[0]


def _show_stores(visit: Visit) -> Response:
    """Show the partners, or the stores of the one that is chosen."""
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.MOVE_STOCK)
    asked = visit.asked.get("partner", "")
    chosen = next((one for one in partners if one.code == asked or visit.actor.partner_id is not None), None)
    if asked and chosen is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=asked))
    rows = find_stores_seen(visit.db, by=visit.actor, act=Act.MOVE_STOCK, partner_id=chosen.id if chosen else 0)
    return visit.page("count_store.html", partners=partners, partner=chosen, stores=[store for store, _ in rows])


def _form_page(visit: Visit, place: tuple[Store, Partner], form: Form, *, status: int = 200) -> Response:
    wish = Wish(filters={"store": str(place[0].id), "state": "open"})
    going_on = find_count_page(visit.db, by=visit.actor, wish=wish).rows
    return visit.page(
        "count_new.html",
        status=status,
        form=form,
        store=place[0],
        going_on=going_on,
        chooses=visit.actor.store_id is None,
        partner=place[1],
    )


@router.get("/counts/{count_number}")
def show_count(visit: Visiting, count_number: str) -> Response:
    """Show a count: while it goes on, what was found so far and the field to scan into; then what it came to."""
    note = get_count(visit, count_number)
    return show_counting(visit, note) if note.state == NoteState.OPEN else show_result(visit, note)


@router.get("/counts/{count_number}/sheet")
def send_count_sheet(visit: Visiting, count_number: str) -> Response:
    """Send the sheet to count by on paper, as PDF."""
    note = get_count(visit, count_number)
    headers = {"Content-Disposition": f'inline; filename="{note.number}.pdf"'}
    return Response(make_sheet(visit, note), media_type="application/pdf", headers=headers)
