"""A count that is over: what was found, by how much it differs from the books, and who bears what is missing."""

from collections.abc import Sequence

from fastapi import Response

from consign.listing import Found, Row, Wish, page_rows
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Store
from consign.models.stock import StockNote
from consign.sentence import say
from consign.stock.count_views import find_differences
from consign.stock.note_acts import find_open_acts
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.language import count, quantity, rupiah
from consign.web.tables import Filter, list_page
from consign.web.visit import Visit

COLUMNS = (
    Column("product", say("Product"), link="{path}"),
    Column("producer", say("Producer")),
    Column("expected", say("By the books"), kind="quantity"),
    Column("counted", say("Counted"), kind="quantity"),
    Column("difference", say("Difference"), kind="quantity"),
    Column("value_rp", say("Value of what is missing"), kind="money", total=True, link="{loss_path}"),
    Column("store_rp", say("The store bears"), kind="money", total=True),
    Column("producer_rp", say("The producer bears"), kind="money", total=True),
    Column("contest_until", say("May be contested until"), kind="day"),
)
SHOW = (Choice("different", say("only differences")),)


def show_result(visit: Visit, note: StockNote) -> Response:
    """Show a count that is recorded, given up or taken back."""
    found = find_differences(visit.db, note, by=visit.actor)
    rows = [{**_with_paths(row, note), "place": place} for place, row in enumerate(found)]

    def fetch(wish: Wish) -> Found:
        shown = [row for row in rows if row["difference"]] if wish.filters.get("show") else rows
        return page_rows(shown, wish=wish, default_sort="place")

    return list_page(
        visit,
        "count_result.html",
        name=note.number,
        caption=say("What was found"),
        columns=tuple(one for one in COLUMNS if one.key != "producer" or visit.actor.producer_id is None),
        fetch=fetch,
        empty=say("Nothing differs from the books.") if rows else say("Nothing was recorded."),
        default_sort="place",
        filters=(Filter("show", say("Show"), SHOW),) if rows else (),
        note=note,
        store=visit.db.get_one(Store, note.store_id),
        partner=visit.db.get_one(Partner, note.partner_id),
        made_by=visit.db.get_one(UserAccount, note.made_by).name,
        ended_by=visit.db.get_one(UserAccount, note.ended_by).name if note.ended_by else "",
        acts=find_open_acts(visit.actor, note),
        figures=_sum_up(visit, rows),
        is_undecided=any(row["is_undecided"] for row in rows),
    )


def _with_paths(row: Row, note: StockNote) -> Row:
    return {
        **row,
        "path": f"/stock/{note.store_id}/{row['product_code']}",
        "loss_path": f"/losses/{row['loss_id']}" if row["loss_id"] else "",
    }


def _sum_up(visit: Visit, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return how many products were counted, what is missing and too many, and what that is worth."""
    missing = -sum(row["difference"] for row in rows if row["difference"] < 0 and not row["opens"])
    over = sum(row["difference"] for row in rows if row["difference"] > 0 and not row["opens"])
    begun = sum(bool(row["opens"]) for row in rows)
    pairs = [
        (say("Products counted"), count(len(rows))),
        (say("Missing"), quantity(missing)),
        (say("More than in the books"), quantity(over)),
        (say("Value of what is missing"), rupiah(sum(row["value_rp"] or 0 for row in rows))),
    ]
    if begun:
        pairs.append((say("Stock begins with this count"), count(begun)))
    return [(visit.say(label), shown) for label, shown in pairs] if rows else []
