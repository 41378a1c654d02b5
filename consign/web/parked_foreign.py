"""Codes that are none of the goods on consignment: which they are, who said so, and ending what is wrong."""

from fastapi import APIRouter, Response

from consign.listing import Found, Row, Wish, parse_id
from consign.sales.foreign_codes import end_foreign, find_foreign_page
from consign.sentence import say
from consign.web.columns import Column, Pick
from consign.web.parked import PICK, find_filters
from consign.web.tables import list_page
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

COLUMNS = (
    Column("code", say("Code")),
    Column("note", say("Reason"), kind="long"),
    Column("partner", say("Partner")),
    Column("store", say("In the files of the store")),
    Column("said_by", say("Said by")),
    Column("said_at", say("Since"), kind="moment"),
)
MOST_ENDED = 1_000


@router.get("/parked/foreign")
def show_foreign(visit: Visiting) -> Response:
    """Show the codes whose lines are dismissed as they come."""
    may_end, tick_all = visit.may("POST /parked/foreign"), visit.asked.get("tick") == "all"

    def fetch(wish: Wish) -> Found:
        found = find_foreign_page(visit.db, by=visit.actor, wish=wish)
        rows = [
            {**row, "store": row["store"] or say("all stores"), "pick": _pick(visit, row, is_ticked=tick_all)}
            for row in found.rows
        ]
        return found.with_rows(rows)

    return list_page(
        visit,
        "parked_foreign.html",
        name="foreign-codes",
        caption=say("Codes of goods not on consignment"),
        columns=(COLUMNS[0], PICK, *COLUMNS[1:]) if may_end else COLUMNS,
        file_columns=COLUMNS,
        fetch=fetch,
        empty=say(
            "No code is dismissed as it comes. Whoever dismisses waiting lines may say that their codes are to be dismissed in"
            " coming files too."
        ),
        default_sort="-said_at",
        filters=find_filters(visit)[:1],
        search=say("Search: code or reason"),
        may_end=may_end,
        tick_all=tick_all,
    )


def _pick(visit: Visit, row: Row, *, is_ticked: bool) -> Pick | None:
    """Return the box of a code; blank where it holds for more stores than the person reaches."""
    if visit.actor.store_id is not None and row["store_id"] != visit.actor.store_id:
        return None
    return Pick(str(row["id"]), say("Choose {code}", code=row["code"]), is_ticked)


@router.post("/parked/foreign")
def end(visit: Visiting) -> Response:
    """Let lines with the chosen codes wait again in files that come from now on."""
    ids = [one for text in visit.all_texts("pick")[:MOST_ENDED] if (one := parse_id(text)) is not None]
    ended = end_foreign(visit.db, by=visit.actor, ids=ids) if ids else 0
    if not ended:
        return visit.go("/parked/foreign", say("No code was chosen; nothing was changed."))
    said = say("Codes that wait again in coming files: {ended}. What was dismissed stays so.", ended=ended)
    return visit.go("/parked/foreign", said)
