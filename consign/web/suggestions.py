"""What to deliver next: where, how much and until when, and the facts that say so."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from consign import clock
from consign.insight.outlook import Outlook, Suggestion, find_outlooks
from consign.insight.places import TooMany, find_places
from consign.listing import Found, Wish, page_rows, parse_id
from consign.partners.queries import get_region_terms
from consign.sentence import Sentence, say
from consign.web.columns import Column
from consign.web.expiring import find_store_filter
from consign.web.goods_links import link_delivery
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
SOON_DAYS = 3
"""A product that lasts no longer is told on the first page."""
COLUMNS = (
    Column("product", say("Product"), link="/continuity/{store_id}/{product_code}"),
    Column("producer", say("Producer")),
    Column("store", say("Store")),
    Column("quantity", say("Deliver"), kind="quantity"),
    Column("latest_on", say("At the latest on"), kind="day"),
    Column("act", say("Act"), link="{act_path}", sort=False),
    Column("until_on", say("Lasts until"), kind="day"),
    Column(
        "on_hand",
        say("Stands there"),
        kind="quantity",
        link="/stock/{store_id}/{product_code}?kept=yes",
        sums="quantity",
    ),
    Column("in_transit", say("On its way"), kind="quantity"),
    Column("a_week", say("Expected a week"), kind="quantity"),
    Column("cover_days", say("Days it lasts"), kind="count"),
    Column("risk_bp", say("Risk to run out"), kind="rate"),
)


@router.get("/suggestions")
def show_suggestions(visit: Visiting) -> Response:
    """Show what to deliver next, to a producer its own, to a store for its shelves, and to the dinas of whom it picks."""
    actor, hidden, filters = visit.actor, set(), []
    if actor.producer_id is None or visit.asked.get("format"):
        hidden.add("act")
    if actor.store_id is None:
        filters.append(find_store_filter(visit))
    else:
        hidden.add("store")
    if actor.producer_id is None:
        filters.append(Filter("producer", say("Producer's code"), kind="text"))
    else:
        hidden.add("producer")
    problems: list[Sentence | str] = []

    def fetch(wish: Wish) -> Found:
        try:
            outlooks = ask_outlooks(
                visit, store=wish.filters.get("store", ""), producer=wish.filters.get("producer", "")
            )
        except TooMany as error:
            problems.append(error.sentence)
            outlooks = []
        return page_rows(
            [_tell(visit, one, told) for one in outlooks if (told := one.suggestion)],
            wish=wish,
            default_sort="latest_on",
        )

    return list_page(
        visit,
        "suggestions.html",
        name="suggestions",
        caption=say("What to deliver next"),
        columns=[column for column in COLUMNS if column.key not in hidden],
        fetch=fetch,
        empty=say("Nothing needs to be delivered now, as far as stock and sales are known."),
        default_sort="latest_on",
        filters=filters,
        problems=problems,
    )


def ask_outlooks(visit: Visit, *, store: str = "", producer: str = "") -> Sequence[Outlook]:
    """Return what is to come of the places this person may see; of one store by id or one producer by code where given.

    Raises:
        TooMany: there are too many for a page.

    """
    on = clock.today(visit.zone)
    code = "" if visit.actor.producer_id is not None else producer.upper()
    places = find_places(visit.db, by=visit.actor, on=on, store_id=parse_id(store), producer_code=code)
    if not places:
        return []
    pull_back_days = get_region_terms(visit.db).pull_back_days
    return list(find_outlooks(visit.db, places, on=on, pull_back_days=pull_back_days))


def tell_outlook(one: Outlook) -> dict[str, Any]:
    """Return what lists show of a place."""
    place = one.place
    return {
        "store_id": place.store_id,
        "store": place.store,
        "product_code": place.product_code,
        "product": place.product,
        "producer": place.producer,
        "on_hand": place.on_hand,
        "in_transit": place.in_transit or None,
        "a_week": one.expected_a_week,
        "cover_days": one.cover_days,
        "risk_bp": None if one.risk_percent is None else one.risk_percent * 100,
        "in_stock_days": one.in_stock_days,
        "out_days": one.out_days,
    }


def _tell(visit: Visit, one: Outlook, suggestion: Suggestion) -> dict[str, Any]:
    place = one.place
    path = link_delivery(visit, store_id=place.store_id, product_code=place.product_code, quantity=suggestion.quantity)
    facts = {"quantity": suggestion.quantity, "latest_on": suggestion.latest_on, "until_on": suggestion.until_on}
    return {**tell_outlook(one), **facts, "act": say("Deliver"), "act_path": path}


def find_tasks(visit: Visit) -> list[Task]:
    """Return how many of a producer's goods run out in stores within three days."""
    if not visit.may("GET /suggestions") or visit.actor.producer_id is None:
        return []
    try:
        outlooks = ask_outlooks(visit)
    except TooMany:
        return []
    short = sum(one.cover_days is not None and one.cover_days < SOON_DAYS for one in outlooks)
    if not short:
        return []
    label = say("Products in stores that run out within 3 days: {count}", count=short)
    return [Task(label, "/suggestions", say("See how many to bring, and until when."), urgent=True)]
