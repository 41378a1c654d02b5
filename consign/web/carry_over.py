"""What stood open before these books: handing in the sheet, looking at it, and confirming it by another person."""

from fastapi import APIRouter, Response

from consign import clock
from consign.listing import Found, Wish
from consign.models.settlement import CarryOver
from consign.partners.queries import find_partners, get_partner
from consign.sentence import say
from consign.settlement.carry_lists import find_carried_row_page, find_carry_over_page, get_carry_over
from consign.settlement.carry_rules import CarriedKind, CarryRowsRefused
from consign.settlement.carrying_over import (
    confirm_carry_over,
    count_sales_before,
    make_carry_template,
    prepare_carry_over,
    withdraw_carry_over,
)
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form
from consign.web.lookup import look_up
from consign.web.tables import XLSX, Filter, find_download, list_page, show_table
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
ACCEPTED = ".csv,.txt,.xlsx,.xlsm"
OUTCOMES = ("waiting", "confirmed", "withdrawn")
MOST_SHOWN_PROBLEMS = 100
FIELDS = (
    Field("partner", say("Partner"), kind="select"),
    Field("first", say("First day in these books"), read=read_day, kind="date",
          hint=say("What stood open at the end of the day before is on the sheet. Sales of days before that come in later"
                   " fall into the first closing as late lines.")),
    Field("file", say("The sheet"), kind="file", hint=say("Excel or CSV, a row for each unpaid statement of before, for"
                                                          " money received and not paid out, and for rests below zero.")),
)  # fmt: skip
OF_FILE = (
    "settlement.carry_sheet_refused", "settlement.carry_rows_refused", "stock.import_too_large", "file.refused",
    "file.empty", "file.not_a_table", "file.damaged", "file.too_large", "file.password", "file.mixed_encodings",
    "file.no_header", "file.no_rows", "file.many_tables",
)  # fmt: skip
"""Refusals that are about the file."""
ROW_COLUMNS = (
    Column("row_no", say("Row"), kind="row"),
    Column("kind", say("Kind"), kind="word", words="carried_kind"),
    Column("producer", say("Producer")),
    Column("earlier_number", say("Earlier number")),
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day"),
    Column("due_on", say("Due on"), kind="day"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("number", say("Statement"), link="/statements/{number}"),
)
PROBLEM_COLUMNS = (
    Column("row", say("Row"), kind="row"),
    Column("column", say("Column")),
    Column("cell", say("Cell")),
    Column("why", say("What is wrong"), kind="long"),
)


@router.get("/carry-over")
def show_carry_overs(visit: Visiting) -> Response:
    """Show what was handed in of before, partner by partner."""
    may_hand_in = visit.may("GET /carry-over/new")
    return list_page(
        visit,
        "list.html",
        name="carry-over",
        caption=say("Opening balances"),
        columns=(
            Column("partner", say("Partner"), link="/carry-over/{id}"),
            Column("until_on", say("As of"), kind="day"),
            Column("rows", say("Rows"), kind="count", link="/carry-over/{id}", sums="all_rows", total=True),
            Column("open_rp", say("Unpaid"), kind="money", link="/carry-over/{id}?kind=statement", sums="amount_rp", total=True),
            Column("received_rp", say("Received, not paid out"), kind="money", link="/carry-over/{id}?kind=received", sums="amount_rp", total=True),
            Column("rest_rp", say("Rests below zero"), kind="money", link="/carry-over/{id}?kind=rest", sums="amount_rp", total=True),
            Column("prepared_by", say("Handed in by")),
            Column("prepared_at", say("Handed in"), kind="moment"),
            Column("outcome", say("State"), kind="badge", words="carry_outcome"),
            Column("ended_by", say("Confirmed or withdrawn by")),
        ),
        fetch=lambda wish: find_carry_over_page(visit.db, by=visit.actor, wish=wish),
        empty=say("Nothing was carried over. It is done once for each partner, before its first closing."),
        default_sort="-prepared_at",
        filters=(Filter("outcome", say("State"), choices_of("carry_outcome", OUTCOMES, word)),),
        search=say("Search: partner or file"),
        lead=say("What partners owed before these books began, money received and not paid out, and rests below zero."
                 " One person hands the sheet in, another confirms it."),
        acts=[("/carry-over/new", say("Hand in opening balances"))] if may_hand_in else [],
    )  # fmt: skip


@router.get("/carry-over/new")
def show_new_carry_over(visit: Visiting) -> Response:
    """Show the form to hand in what stood open before."""
    return _new_page(visit, new_form(_fields(visit), partner=visit.asked.get("partner", "")))


def _fields(visit: Visit) -> list[Field]:
    choices = [Choice(one.code, one.name) for one in find_partners(visit.db)]
    return list(new_form(FIELDS).with_choices(partner=choices).fields)


@router.get("/carry-over/template")
def send_template(visit: Visiting) -> Response:
    """Send the sheet to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="saldo-awal.xlsx"'}
    return Response(make_carry_template(visit.db, by=visit.actor), media_type=XLSX, headers=headers)


@router.post("/carry-over/new")
def do_prepare(visit: Visiting) -> Response:
    """Keep a sheet of what stood open before; nothing is posted yet."""
    form = read_form(_fields(visit), visit.texts)
    partner = look_up(form, "partner", lambda code: get_partner(visit.db, code))
    sent = visit.file("file")
    if sent is None:
        form.blame("file", say("No file was chosen. Choose the sheet."))
    kept: CarryOver | None = None
    problems: list[dict[str, object]] = []
    if form.ok and partner and sent:
        with visit.attempt(form, file=OF_FILE, first="settlement.carry_day_refused",
                           partner=("settlement.carry_over_stands", "settlement.partner_closed_before")):  # fmt: skip
            try:
                kept = prepare_carry_over(
                    visit.db, by=visit.actor, partner_id=partner.id, first_on=form["first"], source=sent.file,
                    name=sent.filename or "", files=visit.files,
                )  # fmt: skip
            except CarryRowsRefused as refused:
                problems = _tell_problems(refused)
                raise
    if kept is None:
        return _new_page(visit, form, problems=problems, status=422)
    return visit.lead_on(f"/carry-over/{kept.id}", say("Kept. Nothing is posted before another person confirms it."))


def _tell_problems(refused: CarryRowsRefused) -> list[dict[str, object]]:
    return [
        {"row": row, "column": one.column, "cell": one.cell, "why": one.why}
        for row, one in refused.problems[:MOST_SHOWN_PROBLEMS]
    ]


def _new_page(
    visit: Visit, form: Form, *, problems: list[dict[str, object]] | None = None, status: int = 200
) -> Response:
    return visit.page(
        "carry_over_new.html", status=status, form=form, accepted=ACCEPTED, problems=problems or [],
        columns=PROBLEM_COLUMNS, today=clock.today(visit.zone),
    )  # fmt: skip


@router.get("/carry-over/{carry_over_id}")
def show_carry_over(visit: Visiting, carry_over_id: int) -> Response:
    """Show one that was handed in with its rows, and what this person may do about it."""
    found = get_carry_over(visit.db, by=visit.actor, carry_over_id=carry_over_id)
    waits = found["outcome"] == "waiting"

    def fetch(wish: Wish) -> Found:
        return find_carried_row_page(visit.db, carried=found, wish=wish)

    filters = (Filter("kind", say("Kind"), choices_of("carried_kind", CarriedKind, word)),)
    download = find_download(
        visit,
        name=f"carry-over-{carry_over_id}",
        columns=ROW_COLUMNS,
        fetch=fetch,
        filters=filters,
        default_sort="row_no",
    )
    if download is not None:
        return download
    table = show_table(
        visit, caption=say("Rows of the sheet"), columns=ROW_COLUMNS, fetch=fetch, filters=filters,
        empty=say("The sheet has no rows."), default_sort="row_no", search=say("Search: producer or earlier number"),
    )  # fmt: skip
    own = found["prepared_by_id"] == visit.actor.user_id
    may_confirm = waits and visit.may("POST /carry-over/{carry_over_id}/confirm")
    return visit.page(
        "carry_over.html",
        carried=found,
        table=table,
        confirms=may_confirm and not own,
        own=may_confirm and own,
        withdraws=waits and visit.may("POST /carry-over/{carry_over_id}/withdraw"),
        sales_before=count_sales_before(visit.db, visit.db.get_one(CarryOver, carry_over_id)) if waits else 0,
    )


@router.get("/carry-over/{carry_over_id}/file")
def send_file(visit: Visiting, carry_over_id: int) -> Response:
    """Send the sheet as it was handed in."""
    found = get_carry_over(visit.db, by=visit.actor, carry_over_id=carry_over_id)
    ending = "csv" if str(found["file_name"]).lower().endswith((".csv", ".txt")) else "xlsx"
    headers = {"Content-Disposition": f'attachment; filename="saldo-awal-{carry_over_id}.{ending}"'}
    content = b"".join(visit.files.read(found["sha256"]))
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/carry-over/{carry_over_id}/confirm")
def do_confirm(visit: Visiting, carry_over_id: int) -> Response:
    """Confirm what another person handed in, which posts it."""
    statements = confirm_carry_over(visit.db, by=visit.actor, carry_over_id=carry_over_id)
    return visit.go(
        f"/carry-over/{carry_over_id}", say("Confirmed: statements carried over: {count}.", count=len(statements))
    )


@router.post("/carry-over/{carry_over_id}/withdraw")
def do_withdraw(visit: Visiting, carry_over_id: int) -> Response:
    """Withdraw what was handed in and not confirmed."""
    withdraw_carry_over(visit.db, by=visit.actor, carry_over_id=carry_over_id)
    return visit.go("/carry-over", say("Withdrawn. It may be handed in anew."))
