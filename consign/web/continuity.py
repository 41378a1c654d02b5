"""How steadily producers supply the stores: the score and its formula, and the days of one product in one store."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Response

from consign import clock
from consign.insight.continuity import WEIGHTS, Continuity, ProducerSeen, find_accepted, find_continuity, sum_up
from consign.insight.demand_days import LOOKED_BACK_DAYS, DayState
from consign.insight.forecast import MILLI, SERVICE_PERCENT
from consign.insight.outlook import Outlook, find_outlooks, round_quantity
from consign.insight.places import LEAD_DAYS, LEAST_DELIVERIES, TooMany, get_place
from consign.listing import page_rows
from consign.money import format_rate
from consign.partners.queries import get_region_terms
from consign.sentence import Sentence, say, say_all
from consign.web.columns import Column
from consign.web.day_plot import PlotDay, plot_shelf
from consign.web.goods_links import link_delivery
from consign.web.suggestions import ask_outlooks, tell_outlook
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
PLOTTED_DAYS = 42
"""How many days a plot shows: six weeks, so that a day is wide enough on a phone."""
PRODUCER_COLUMNS = (
    Column("name", say("Producer"), link="/continuity?producer={code}"),
    Column("score", say("Score"), kind="count"),
    Column("in_stock", say("In stock"), kind="rate"),
    Column("filled", say("Sold of what was wanted"), kind="rate"),
    Column("accepted", say("Accepted by stores"), kind="rate"),
    Column("out_days", say("Days without any"), kind="count"),
    Column(
        "places",
        say("Products in stores"),
        kind="count",
        link="/continuity?producer={code}",
        sums="all_rows",
        total=True,
    ),
    Column("at_risk", say("Likely to run out"), kind="count"),
)
PLACE_COLUMNS = (
    Column("product", say("Product"), link="/continuity/{store_id}/{product_code}"),
    Column("store", say("Store")),
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
    Column("in_stock_days", say("Days in stock"), kind="count"),
    Column("out_days", say("Days without any"), kind="count"),
)
SHARES = {
    "in_stock": say("days in stock"),
    "filled": say("sold of what was wanted"),
    "accepted": say("accepted by stores"),
}
WEEKDAYS = (
    say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"), say("Saturday"), say("Sunday"),
)  # fmt: skip


@router.get("/continuity")
def show_continuity(visit: Visiting) -> Response:
    """Show producers by score, the lowest first; or the places and the score of one, to a producer its own."""
    asked = visit.asked.get("producer", "").strip()
    if visit.actor.producer_id is not None or asked:
        return _show_producer(visit, asked)
    on, problems = clock.today(visit.zone), list[Sentence | str]()
    try:
        seen = visit.remember("continuity", lambda: find_continuity(visit.db, by=visit.actor, on=on))
    except TooMany as error:
        seen = []
        problems.append(error.sentence)
    rows = [_tell_producer(one) for one in seen]
    return list_page(
        visit,
        "continuity.html",
        name="continuity",
        caption=say("Producers"),
        columns=PRODUCER_COLUMNS,
        fetch=lambda wish: page_rows(rows, wish=wish, default_sort="score"),
        empty=say("No stock is kept of any goods yet. It begins with the first delivery or count."),
        default_sort="score",
        weights=WEIGHTS,
        problems=problems,
        day=seen[0].day if seen else on,
    )


def _tell_producer(one: ProducerSeen) -> dict[str, Any]:
    found = one.continuity
    return {
        "code": one.code,
        "name": one.name,
        "score": found.score,
        **found.shares,
        "out_days": found.out_days,
        "places": found.places,
        "at_risk": found.at_risk,
    }


def _show_producer(visit: Visit, code: str) -> Response:
    own = visit.actor.producer_id is not None
    problems = list[Sentence | str]()
    try:
        outlooks = ask_outlooks(visit, producer=code)
    except TooMany as error:
        outlooks = []
        problems.append(error.sentence)
    kept = [one for one in outlooks if one.place.on_hand is not None]
    found = _sum_up(visit, kept) if kept else None
    rows = [tell_outlook(one) for one in outlooks]
    return list_page(
        visit,
        "continuity_one.html",
        name="continuity",
        caption=say("By product and store"),
        columns=PLACE_COLUMNS,
        fetch=lambda wish: page_rows(rows, wish=wish, default_sort="product"),
        empty=say("No stock is kept of any goods yet. It begins with the first delivery or count."),
        default_sort="product",
        filters=() if own else (Filter("producer", say("Producer's code"), kind="text"),),
        own=own,
        producer=outlooks[0].place.producer if outlooks else None,
        found=found,
        formula=write_formula(found) if found else None,
        problems=problems,
    )


def _sum_up(visit: Visit, outlooks: Sequence[Outlook]) -> Continuity:
    actor, producer_id = visit.actor, outlooks[0].place.producer_id
    accepted = find_accepted(
        visit.db,
        on=clock.today(visit.zone),
        producer_id=producer_id,
        partner_id=actor.partner_id,
        store_id=actor.store_id,
    )
    sent, taken = accepted.get(producer_id, (Decimal(0), Decimal(0)))
    return sum_up(outlooks, sent=sent, accepted=taken)


def write_formula(found: Continuity) -> Sentence | None:
    """Return the score with the numbers it comes from; blank where nothing is known."""
    known = [(WEIGHTS[name], share, SHARES[name]) for name, share in found.shares.items() if share is not None]
    if not known:
        return None
    parts = [
        say("{weight} × {share} {name}", weight=weight, share=format_rate(share), name=name)  # noqa: RUF001  # times
        for weight, share, name in known
    ]
    return say(
        "{score} = ({parts}) ÷ {weight}",
        score=found.score, parts=say_all(parts, between=" + "), weight=sum(weight for weight, _, _ in known),
    )  # fmt: skip


@router.get("/continuity/{store_id}/{product_code}")
def show_place(visit: Visiting, store_id: int, product_code: str) -> Response:
    """Show the days of one product in one store, what is expected, and what to bring next."""
    on = clock.today(visit.zone)
    place = get_place(visit.db, by=visit.actor, on=on, store_id=store_id, product_code=product_code)
    pull_back_days = get_region_terms(visit.db).pull_back_days
    (outlook,) = find_outlooks(visit.db, [place], on=on, pull_back_days=pull_back_days)
    days = _list_days(outlook, first=on - timedelta(PLOTTED_DAYS))
    caption = say("Sold each day, and what stood there, from {first} to {last}", first=days[0].day, last=days[-1].day)
    suggestion = outlook.suggestion
    deliver = ""
    if suggestion and visit.actor.producer_id is not None:
        deliver = link_delivery(visit, store_id=store_id, product_code=place.product_code, quantity=suggestion.quantity)
    return visit.page(
        "continuity_place.html",
        place=place,
        outlook=outlook,
        on=on,
        suggestion=suggestion,
        deliver=deliver,
        weekdays=_list_weekdays(outlook),
        svg=plot_shelf(days, caption=caption, language=visit.language),
        caption=caption,
        days=[_tell_day(one) for one in reversed(days)],
        states=[(state.value, outlook.days.count(state)) for state in DayState if state is not DayState.BEFORE],
        looked_back=LOOKED_BACK_DAYS,
        service=SERVICE_PERCENT,
        delivers_in=_tell_lead(outlook),
    )


def _tell_lead(outlook: Outlook) -> Sentence:
    place = outlook.place
    if place.deliveries >= LEAST_DELIVERIES:
        return say(
            "{days}, the median between the {count} days on which its producer delivered there in the last half year",
            days=place.lead_days, count=place.deliveries,
        )  # fmt: skip
    return say(
        "{days}, as for everybody who has delivered there fewer than {least} times",
        days=LEAD_DAYS,
        least=LEAST_DELIVERIES,
    )


def _list_days(outlook: Outlook, *, first: date) -> list[PlotDay]:
    found = []
    for day, state, sold, closing in outlook.days.list_days():
        is_open = state not in (DayState.CLOSED, DayState.BEFORE) and outlook.forecast is not None
        expected = round(outlook.forecast.expect(day, day)) if is_open and outlook.forecast else None
        if day >= first:
            found.append(PlotDay(day, state, sold, expected, closing))
    return found


def _list_weekdays(outlook: Outlook) -> list[tuple[Sentence, Decimal]]:
    if outlook.forecast is None:
        return []
    return [
        (name, round_quantity(round(milli))) for name, milli in zip(WEEKDAYS, outlook.forecast.weekdays, strict=True)
    ]


def _tell_day(one: PlotDay) -> dict[str, Any]:
    sold = Decimal(one.sold) / MILLI if one.state in (DayState.SOLD, DayState.NONE_SOLD) else None
    return {
        "day": one.day,
        "state": one.state.value,
        "sold": sold,
        "expected": None if one.expected is None else round_quantity(one.expected),
        "stands": None if one.stands is None else Decimal(one.stands) / MILLI,
    }
