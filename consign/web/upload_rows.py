"""The rows of a sales file: those that wait, were left out or posted, and what was odd about them."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from consign.listing import Found, Row, Wish
from consign.sales.finding_lists import FINDING_CODES, find_finding_page
from consign.sales.lists import (
    UploadSeen,
    find_ignored_page,
    find_line_page,
    find_problem_page,
    get_upload_seen,
)
from consign.sales.rows import tell_row_place
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.tables import Filter, list_page
from consign.web.upload_page import tell_row
from consign.web.visit import PageRoute, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

STATES = ("open", "placed", "known", "dismissed", "withdrawn")
PROBLEM_COLUMNS = (
    Column("row_no", say("Row"), kind="row"),
    Column("reason", say("What is wrong"), kind="word", words="problem"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("remedy", say("What to do"), kind="long", sort=False),
    Column("state", say("State"), kind="badge", words="parked_state"),
    Column("note", say("Reason of the dismissal")),
    Column("raw", say("The whole row"), sort=False),
)
IGNORED_COLUMNS = (
    Column("row_no", say("Row"), kind="row"),
    Column("why", say("Why"), sort=False),
    Column("raw", say("The whole row"), sort=False),
)
FINDING_COLUMNS = (
    Column("code", say("What was found"), kind="word", words="finding"),
    Column("product", say("Product")),
    Column("store", say("Store")),
    Column("said", say("In detail"), kind="long", sort=False),
    Column("lines", say("Lines"), kind="count", total=True),
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("amount_rp", say("Amount, or difference of price"), kind="money"),
    Column("first_row", say("First row"), kind="count"),
)
LINE_COLUMNS = (
    Column("row_no", say("Row"), kind="row"),
    Column("sold_on", say("Day"), kind="day"),
    Column("store", say("Store")),
    Column("receipt", say("Receipt")),
    Column("product", say("Product")),
    Column("quantity", say("Quantity"), kind="quantity", total=True),
    Column("unit_price_rp", say("Price"), kind="money"),
    Column("agreed_price_rp", say("Agreed price"), kind="money"),
    Column("gross_rp", say("Gross"), kind="money", total=True),
    Column("discount_rp", say("Discount"), kind="money", total=True),
    Column("sales_rp", say("Sales"), kind="money", total=True),
    Column("fee_rp", say("Fee"), kind="money", total=True),
)


@router.get("/uploads/{upload_id}/problems")
def show_problems(visit: Visiting, upload_id: str) -> Response:
    """Show the rows of a file that could not be posted when it was read, with what to do about each."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)

    def fetch(wish: Wish) -> Found:
        found = find_problem_page(visit.db, upload_id=seen.upload.id, wish=wish)
        rows = [tell_row(row) if row["state"] == "open" else {**row, "remedy": ""} for row in found.rows]
        rows = _tell_places(seen, rows)
        return found.with_rows(rows)

    return list_page(
        visit,
        "upload_rows.html",
        name=f"problems-{seen.upload.id}",
        caption=say("Rows that could not be posted at once"),
        columns=PROBLEM_COLUMNS,
        fetch=fetch,
        empty=say("Every row of this file could be posted or was known. There is nothing to do."),
        default_sort="row_no",
        filters=(Filter("state", say("State"), choices_of("parked_state", STATES, word)),),
        search=say("Search: cell, product or text of the row"),
        seen=seen,
    )


@router.get("/uploads/{upload_id}/ignored")
def show_ignored(visit: Visiting, upload_id: str) -> Response:
    """Show the rows of a file that are no sales, with the reason of each."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)

    def fetch(wish: Wish) -> Found:
        found = find_ignored_page(visit.db, upload_id=seen.upload.id, wish=wish)
        rows = [
            {
                **row,
                "why": word("ignored", row["reason"]) if row["reason"] else say("dismissed: {note}", note=row["note"]),
            }
            for row in found.rows
        ]
        return found.with_rows(_tell_places(seen, rows))

    return list_page(
        visit,
        "upload_rows.html",
        name=f"ignored-{seen.upload.id}",
        caption=say("Rows that are no sales"),
        columns=IGNORED_COLUMNS,
        fetch=fetch,
        empty=say("No row of this file was left out."),
        default_sort="row_no",
        search=say("Search: text of the row"),
        seen=seen,
    )


@router.get("/uploads/{upload_id}/findings")
def show_findings(visit: Visiting, upload_id: str) -> Response:
    """Show what is odd about a file's lines, one by one."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    return list_page(
        visit,
        "upload_rows.html",
        name=f"findings-{seen.upload.id}",
        caption=say("What was found in this file"),
        columns=FINDING_COLUMNS,
        fetch=lambda wish: find_finding_page(visit.db, upload_id=seen.upload.id, wish=wish),
        empty=say("Nothing odd was found."),
        default_sort="-lines",
        filters=(Filter("code", say("What was found"), choices_of("finding", FINDING_CODES, word)),),
        search=say("Search: product or store"),
        seen=seen,
    )


@router.get("/uploads/{upload_id}/lines")
def show_lines(visit: Visiting, upload_id: str) -> Response:
    """Show the sales that a file reported: those it posted, or those that were known already."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    known = visit.asked.get("what") == "known"

    def fetch(wish: Wish) -> Found:
        found = find_line_page(visit.db, upload=seen.upload, wish=wish)
        return found.with_rows(_tell_places(seen, found.rows))

    return list_page(
        visit,
        "upload_rows.html",
        name=f"lines-{seen.upload.id}",
        caption=say("Sales that were known already") if known else say("Sales that this file posted"),
        columns=LINE_COLUMNS,
        fetch=fetch,
        empty=say("There is none."),
        default_sort="row_no",
        filters=(
            Filter("what", say("Which"), [Choice("posted", say("posted by this file")), Choice("known", say("known already"))]),
            Filter("price", say("Price"), [Choice("differs", say("not the agreed one"))]),
            Filter("row", say("Row"), kind="text"),
        ),
        search=say("Search: product, store or receipt"),
        seen=seen,
    )  # fmt: skip


def _tell_places(seen: UploadSeen, rows: Sequence[Row]) -> list[dict[str, Any]]:
    parts = seen.upload.outcome.get("parts")
    return [{**row, "row_no": tell_row_place(row["row_no"], parts)} for row in rows]
