"""Lines that wait: by what they wait for, and row by row."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from consign.identity.rules import Act
from consign.listing import Found, Row, Wish
from consign.partners.lists import find_partners_seen
from consign.sales.rows import tell_row_place
from consign.sales.suggesting import Suggestion
from consign.sales.suggestions import find_suggestions
from consign.sales.waiting_lists import (
    find_groups,
    find_rows,
)
from consign.sentence import say
from consign.web.columns import Column, Pick
from consign.web.forms import Choice, choices_of
from consign.web.parked_choices import find_shelf
from consign.web.parked_groups import group_address, write_key
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import WORDS, remedy, word

router = APIRouter(route_class=PageRoute)

REASONS = choices_of("problem", list(WORDS["problem"]), word)
PRODUCT_REASONS = ("product.unknown", "agreement.missing", "price.missing")
"""Reasons for which lines of one product wait together."""
GROUP_COLUMNS = (
    Column("reason", say("Waits because"), kind="word", words="problem", link="{fix}"),
    Column("code", say("Code"), below=Column("name", say("Called in the file"))),
    Column(
        "perhaps",
        say("Perhaps"),
        sort=False,
        link="{fix}",
        below=Column("score", say("How likely, of 100"), kind="count", sort=False),
    ),
    Column("why", say("Why"), kind="long", sort=False),
    Column("partner", say("Partner")),
    Column(
        "lines",
        say("Lines"),
        kind="count",
        link="{rows}",
        sums="all_rows",
        total=True,
        below=Column("quantity", say("Quantity"), kind="quantity"),
    ),
    Column("gross_rp", say("Amount"), kind="money", link="{rows}", sums="gross_rp", total=True),
)
PICK = Column("pick", say("Choose"), kind="pick", sort=False)
ROW_COLUMNS = (
    Column("file", say("File"), link="/uploads/{upload_id}"),
    Column("row_no", say("Row"), kind="row"),
    Column("reason", say("What is wrong"), kind="word", words="problem", link="{fix}"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("remedy", say("What to do"), kind="long", sort=False),
    Column("name", say("Called in the file")),
    Column("sold_on", say("Day"), kind="day"),
    Column("gross_rp", say("Amount"), kind="money", total=True),
)
EXPORTED_COLUMNS = (
    *ROW_COLUMNS,
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("partner", say("Partner")),
    Column("store_code", say("Store in the file")),
    Column("raw", say("The whole row"), sort=False),
)
MEANING = {"product.unknown": "POST /parked/product", "store.unknown": "POST /parked/store"}
"""By what lines wait for: the route by which a person says what their code means."""


@dataclass(frozen=True)
class SureMeaning:
    """A suggestion that may be taken with others: what its box holds, the group it is for, and what it is."""

    value: str
    row: Row
    suggestion: Suggestion


def find_filters(visit: Visit) -> tuple[Filter, ...]:
    """Return what waiting lines may be narrowed by."""
    partners = visit.remember(
        "partners of sales", lambda: find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    )
    by_partner = Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners])
    return (by_partner, Filter("reason", say("Waits because"), REASONS))


@router.get("/parked")
def show_groups(visit: Visiting) -> Response:
    """Show what lines wait for, what most lines wait for first."""
    sure: list[SureMeaning] = []
    may_dismiss, tick_all = visit.may("POST /parked/dismissing"), visit.asked.get("tick") == "all"

    def fetch(wish: Wish) -> Found:
        found = find_groups(visit.db, by=visit.actor, wish=wish, suggest=lambda rows: suggest(visit, rows))
        sure.extend(_find_sure(visit, found.rows))
        rows = [
            {
                **row,
                "name": row["name"] if row["reason"] in PRODUCT_REASONS else None,
                "fix": group_address("/parked/fix", row),
                "rows": group_address("/parked/rows", row),
                "pick": _pick(row, is_ticked=tick_all),
            }
            for row in found.rows
        ]
        return found.with_rows(rows)

    return list_page(
        visit,
        "parked.html",
        name="waiting-lines",
        caption=say("What lines wait for"),
        columns=_choose_columns(visit, may_dismiss=may_dismiss),
        file_columns=GROUP_COLUMNS,
        fetch=fetch,
        empty=say("No line waits. Every row that was handed in is posted, known or ignored."),
        default_sort="-lines",
        filters=find_filters(visit),
        search=say("Search: code or name"),
        sure=sure,
        may_dismiss=may_dismiss,
        tick_all=tick_all,
    )


def _choose_columns(visit: Visit, *, may_dismiss: bool) -> list[Column]:
    """Return the columns on the page: boxes for whoever may dismiss, and the partner where there are several."""
    first, *others = (one for one in GROUP_COLUMNS if one.key != "partner" or visit.actor.partner_id is None)
    return [first, *([PICK] if may_dismiss else []), *others]


def _pick(row: Row, *, is_ticked: bool) -> Pick:
    named = row["code"] or word("problem", row["reason"])
    return Pick(write_key(row), say("Choose {code} of {partner}", code=named, partner=row["partner"]), is_ticked)


def suggest(visit: Visit, rows: Sequence[Row]) -> list[list[Suggestion]]:
    """Return what the codes of some groups may mean; worked out once until somebody does something."""
    asked = tuple(
        (row["partner_id"], row["reason"], row["code"], row["name"], row["price_rp"], row["last_on"]) for row in rows
    )
    return visit.remember(
        ("suggestions", asked), lambda: find_suggestions(visit.db, rows, shelf=find_shelf(visit)), for_all=True
    )


def _find_sure(visit: Visit, rows: Sequence[Row]) -> Iterator[SureMeaning]:
    """Yield the suggestions that this person may take together with others."""
    for row in rows:
        first = row["suggested"]
        if first is not None and first.is_sure and visit.may(MEANING[row["reason"]]):
            taken = [row["partner_code"], row["reason"], row["code"], first.code]
            yield SureMeaning(json.dumps(taken), row, first)


@router.get("/parked/rows")
def show_rows(visit: Visiting) -> Response:
    """Show the waiting rows themselves, with file, row, cell and what to do."""

    def fetch(wish: Wish) -> Found:
        found = find_rows(visit.db, by=visit.actor, wish=wish)
        rows = [
            {
                **row,
                "remedy": remedy(row["reason"]),
                "fix": group_address("/parked/fix", row, upload=row["upload_id"], row=row["row_no"]),
                "row_no": tell_row_place(row["row_no"], row["parts"]),
            }
            for row in found.rows
        ]
        return found.with_rows(rows)

    return list_page(
        visit,
        "parked_rows.html",
        name="waiting-rows",
        caption=say("Rows that wait"),
        columns=EXPORTED_COLUMNS if visit.asked.get("format") else ROW_COLUMNS,
        fetch=fetch,
        empty=say("No row waits."),
        default_sort="upload_id",
        filters=(
            *find_filters(visit),
            Filter("code", say("Code"), kind="text"),
            Filter("sold_until", say("Sold until"), kind="day"),
        ),
        search=say("Search: file, cell or text of the row"),
    )
