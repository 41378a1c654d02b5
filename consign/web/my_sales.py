"""What stores sold of a producer's goods: figures, a plot, where what was sold, and every line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.errors import BadInput
from consign.listing import Found, Wish, page_rows, parse_id
from consign.period import Cycle, period_of
from consign.sales.own_sales import (
    NotOwn,
    OwnSales,
    Span,
    find_own_line_page,
    find_own_place,
    find_own_sales,
    sum_own_sales,
)
from consign.sentence import Sentence, say
from consign.web.columns import Column
from consign.web.forms import read_day
from consign.web.plots import plot_days
from consign.web.sums import write_sum
from consign.web.tables import Table, find_download, name_totals, read_wish
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

PATH = "/my-sales"
MOST_DAYS = 366
PLACES_AT_ONCE = 20
PERIODS = {"this-month": say("This month"), "last-month": say("Last month"), "90-days": say("Last 90 days")}
PLACE_COLUMNS = (
    Column("product", say("Product"), link="{path}"),
    Column("price_rp", say("Price today"), kind="money"),
    Column("place", say("Store"), link="{path}"),
    Column("quantity", say("Quantity"), kind="quantity", total=True),
    Column("sales_rp", say("Sales"), kind="money", total=True, link="{path}", sums="sales_rp"),
    Column("fee_rp", say("Fee"), kind="money", total=True),
    Column("left_rp", say("After the fee"), kind="money", total=True),
    Column("last_sold_on", say("Last sold on"), kind="day"),
)
LINE_COLUMNS = (
    Column("sold_on", say("Day"), kind="day"),
    Column("product", say("Product")),
    Column("store", say("Store")),
    Column("kind", say("Kind"), kind="word", words="line_kind"),
    Column("receipt", say("Receipt")),
    Column("quantity", say("Quantity"), kind="quantity", total=True),
    Column("unit_price_rp", say("Price at the till"), kind="money"),
    Column("agreed_price_rp", say("Agreed price"), kind="money"),
    Column("discount_rp", say("Discount"), kind="money", total=True),
    Column("sales_rp", say("Sales"), kind="money", total=True),
    Column("fee_rate_bp", say("Fee rate"), kind="rate"),
    Column("fee_rp", say("Fee"), kind="money", total=True),
)
UNSOLD_COLUMNS = (
    Column("product", say("Product"), link="/products/{product_code}"),
    Column("product_code", say("Product code")),
    Column("price_rp", say("Price today"), kind="money"),
)


@dataclass(frozen=True)
class Asked:
    """Which days are shown; *query* asks for the same days again."""

    first: date
    last: date
    query: Mapping[str, str]
    problem: Sentence | str | None = None

    @property
    def preset(self) -> str | None:
        """Return the name of the period; blank where days were typed."""
        return self.query.get("period")


def find_preset(name: str, *, today: date) -> tuple[date, date]:
    """Return the first and last day, both inside, of the period called *name*; this month for any other name."""
    month = period_of(today, Cycle.MONTH)
    if name == "90-days":
        return today - timedelta(89), today
    if name == "last-month":
        before = period_of(month.first - timedelta(1), Cycle.MONTH)
        return before.first, before.last
    return month.first, today


def read_asked(asked: Mapping[str, str], *, today: date) -> Asked:
    """Return the days that the address asks for; where it makes no sense, this month and what is wrong."""
    name = asked.get("period", "")
    name = name if name in PERIODS else "this-month"
    preset = Asked(*find_preset(name, today=today), {"period": name})
    if not asked.get("from") and not asked.get("until"):
        return preset
    try:
        last = read_day(asked["until"]) if asked.get("until") else today
        first = read_day(asked["from"]) if asked.get("from") else last - timedelta(30)
    except BadInput as error:
        return replace(preset, problem=error.sentence)
    if first > last:
        return replace(preset, problem=say("The first day is after the last one. This month is shown."))
    if (last - first).days >= MOST_DAYS:
        return replace(preset, problem=say("At most {days} days can be shown. This month is shown.", days=MOST_DAYS))
    return Asked(first, last, {"from": first.isoformat(), "until": last.isoformat()})


@router.get("/my-sales")
def show_my_sales(visit: Visiting) -> Response:
    """Show what was sold of one's own goods; with a product or a store asked for, line by line."""
    today = clock.today(visit.zone)
    asked = read_asked(visit.asked, today=today)
    place = {name: visit.asked[name] for name in ("product", "store") if visit.asked.get(name)}
    span, names = _read_span(visit, asked, place)
    sales = find_own_sales(visit.db, by=visit.actor, span=span, today=today)

    def fetch(wish: Wish) -> Found:
        if place:
            return find_own_line_page(visit.db, by=visit.actor, span=span, wish=wish)
        return page_rows(_list_places(sales, asked), wish=wish, default_sort="product")

    columns: tuple[Column, ...] = PLACE_COLUMNS
    sort = "product"
    if place:
        columns, sort = tuple(column for column in LINE_COLUMNS if column.key not in place), "-sold_on"
    download = find_download(visit, name="my-sales", columns=columns, fetch=fetch, default_sort=sort)
    if download is not None:
        return download
    wish = replace(read_wish(visit, default_sort=sort), search="", rows=PLACES_AT_ONCE, totals=name_totals(columns))
    kept = {**asked.query, **place, **({"sort": visit.asked["sort"]} if visit.asked.get("sort") else {})}
    caption = say("Sale lines") if place else say("By product and store")
    empty = say("Nothing was sold in these days. Choose other days above.")
    return visit.page(
        "my_sales.html",
        asked=asked,
        presets=[(name, label, f"{PATH}?{urlencode({'period': name, **place})}") for name, label in PERIODS.items()],
        place=place,
        names=names,
        whole=f"{PATH}?{urlencode(asked.query)}",
        sales=sales,
        plot=_plot(visit, sales, asked),
        table=Table(caption, columns, fetch(wish), wish, PATH, empty, asked=kept),
        unsold_columns=UNSOLD_COLUMNS,
    )


def _read_span(visit: Visit, asked: Asked, place: Mapping[str, str]) -> tuple[Span, list[str]]:
    """Return what is asked for, and the names of product and store.

    Raises:
        NotOwn: they are none of this producer's.

    """
    store_id = parse_id(place["store"]) if "store" in place else None
    if "store" in place and store_id is None:
        raise NotOwn(say("There are no sales of your goods under this address."))
    product_id, product, store = find_own_place(
        visit.db, by=visit.actor, product_code=place.get("product"), store_id=store_id
    )
    return Span(asked.first, asked.last, product_id, store_id), [name for name in (product, store) if name]


def _list_places(sales: OwnSales, asked: Asked) -> list[dict[str, Any]]:
    """Return where what was sold, each leading to its lines."""
    return [
        {
            **one,
            "place": say("{store}, {partner}", store=one["store"], partner=one["partner"]),
            "path": f"{PATH}?{urlencode({**asked.query, 'product': one['product_code'], 'store': one['store_id']})}",
        }
        for one in sales.places
    ]


def _plot(visit: Visit, sales: OwnSales, asked: Asked) -> Any:  # noqa: ANN401  # what the template shows, or nothing
    if not sales.total.line_count:
        return None
    caption = say("Sales from {first} to {last}", first=asked.first, last=asked.last)
    return plot_days(sales.by_day, first=asked.first, last=asked.last, caption=caption, language=visit.language)


def find_figures(visit: Visit) -> list[tuple[str, ...]]:
    """Return what was sold of a producer's goods this month."""
    if not visit.may("GET /my-sales"):
        return []
    first, last = find_preset("this-month", today=clock.today(visit.zone))
    total = sum_own_sales(visit.db, by=visit.actor, span=Span(first, last))
    return [(visit.say(say("Sold this month")), write_sum(total.sales_rp, of="sales_rp", path=PATH))]
