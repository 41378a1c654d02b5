"""When papers end: how many soon, how many in each month, and which."""

from collections.abc import Sequence
from dataclasses import replace

from babel.dates import format_date
from fastapi import APIRouter, Response
from markupsafe import Markup

from compliance.facts import Kind
from consign import clock
from consign.documents.counts import count_ends
from consign.documents.lists import ENDS, EndsInMonth, count_ends_by_month, find_expiring
from consign.listing import Found
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.language import count
from consign.web.plots import Bar, Plot, plot_bars
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
COLUMNS = (
    Column("kind", say("Paper"), kind="word", words="paper_kind", link="/papers/{id}"),
    Column("producer", say("Producer"), link="/producers/{producer_code}/papers"),
    Column("number", say("Number"), sort=False),
    Column("products", say("Products"), kind="count"),
    Column("valid_until", say("Valid until"), kind="day"),
    Column("days_left", say("Days left"), kind="count"),
)


@router.get("/expiry")
def show_expiry(visit: Visiting) -> Response:
    """Show which papers end when, to the dinas all and to a producer its own."""
    on = clock.today(visit.zone)
    own = visit.actor.producer_id is not None
    months = count_ends_by_month(visit.db, by=visit.actor, on=on)
    ahead = [one for one in months if one.month is not None]
    chosen = [Choice(f"{one.month:%Y-%m}", _name_month(visit, one)) for one in ahead]
    return list_page(
        visit,
        "expiry.html",
        name="expiry",
        caption=say("Papers that end"),
        columns=[one for one in COLUMNS if not (own and one.key == "producer")],
        fetch=lambda wish: _leave_blank(find_expiring(visit.db, by=visit.actor, on=on, wish=wish)),
        empty=say("No paper in force has an end. Papers that never end, such as the NIB, do not stand here."),
        default_sort="valid_until",
        filters=(
            Filter("ends", say("Ends"), choices_of("paper_ends", ENDS, word)),
            Filter("month", say("Month"), chosen),
            Filter("kind", say("Paper"), choices_of("paper_kind", Kind, word)),
            *(() if own else (Filter("producer", say("Producer's code"), kind="text"),)),
        ),
        search=say("Search: number or name on the paper") if own else say("Search: number, name or producer"),
        ends=count_ends(visit.db, by=visit.actor, on=on),
        plot=_plot(visit, ahead) if any(one.papers for one in ahead) else None,
        own=own,
    )


def _leave_blank(found: Found) -> Found:
    """Return the papers with a blank where one is for no product in particular."""
    return replace(found, rows=[{**row, "products": row["products"] or None} for row in found.rows])


def _name_month(visit: Visit, one: EndsInMonth, pattern: str = "MMMM y") -> str:
    return format_date(one.month, pattern, locale=visit.language.code)


def _plot(visit: Visit, months: Sequence[EndsInMonth]) -> Plot:
    """Return a bar for each month; in the table each count leads to its papers."""
    bars = [Bar(_name_month(visit, one, "MMM"), _name_month(visit, one), one.papers) for one in months]
    plot = plot_bars(
        bars, caption=say("Papers that end, by month"), heads=(say("Month"), say("Papers")), language=visit.language,
        write=count,
    )  # fmt: skip
    link = Markup('<a href="/expiry?month={}">{}</a>')
    cells = [link.format(f"{one.month:%Y-%m}", count(one.papers)) if one.papers else "0" for one in months]
    plot["rows"] = [(name, cell) for (name, _), cell in zip(plot["rows"], cells, strict=True)]
    return plot
