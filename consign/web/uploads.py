"""Sales files: the list of them, handing one in, its rows, and its bytes as they came."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import UploadFile

from consign import clock
from consign.identity.rules import PERMITTED, Act, Role
from consign.listing import Found, Row, Wish
from consign.models.partners import Partner, Store
from consign.partners.lists import find_partners_seen
from consign.partners.queries import find_stores
from consign.partners.rules import UnknownCode
from consign.sales.finding_lists import FINDING_CODES, find_finding_page
from consign.sales.handing_in import hand_in_file
from consign.sales.lists import (
    UploadSeen,
    find_ignored_page,
    find_line_page,
    find_problem_page,
    find_state,
    find_upload_page,
    get_upload_seen,
)
from consign.sales.mapping import Stated
from consign.sales.overview import SalesOverview, find_sales_overview
from consign.sales.progress import find_progress
from consign.sales.rows import tell_row_place
from consign.sales.rules import tidy_file_name
from consign.sales.store_days import SILENT_DAYS
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form
from consign.web.pieces import send_pieces
from consign.web.problem_file import write_problem_file
from consign.web.store_sums import month_address
from consign.web.sums import Sum, write_sum
from consign.web.tables import XLSX, Filter, list_page
from consign.web.tasks import Task
from consign.web.upload_page import find_members_download, show_upload_page, tell_progress, tell_row
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods,.zip,.gz"
ENDINGS = frozenset(ACCEPTED.split(","))
ALL_STORES = "*"
REPORT_MEMORY_BYTES = 8 << 20
STATUSES = ("received", "needs_mapping", "read", "posted", "refused", "reversed", "cancelled", "unpacked")
STATES = ("open", "placed", "known", "dismissed", "withdrawn")
COLUMNS = (
    Column("name", say("File"), link="/uploads/{id}"),
    Column("received_at", say("Handed in"), kind="moment"),
    Column("partner", say("Partner")),
    Column("store", say("Store")),
    Column("status", say("State"), kind="badge", words="upload_status"),
    Column("archive", say("From the archive"), link="/uploads/{archive_id}"),
    Column("rows_read", say("Rows read"), kind="count", total=True),
    Column("posted", say("Posted"), kind="count", total=True, link="/uploads/{id}/lines", sums="all_rows"),
    Column(
        "waiting", say("Waiting"), kind="count", total=True, link="/uploads/{id}/problems?state=open", sums="all_rows"
    ),
    Column("sales_rp", say("Sales"), kind="money", total=True, link="/uploads/{id}/lines", sums="sales_rp"),
)
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


@router.get("/uploads")
def show_uploads(visit: Visiting) -> Response:
    """Show the sales files this person may see, the newest first."""
    partners = visit.remember(
        "partners of sales", lambda: find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    )
    one_partner, one_store = visit.actor.partner_id is not None, visit.actor.store_id is not None
    by_partner = Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners])
    return list_page(
        visit,
        "list.html",
        name="sales-files",
        steady=True,
        caption=say("Sales files"),
        columns=[
            column
            for column in COLUMNS
            if not ((column.key == "partner" and one_partner) or (column.key == "store" and one_store))
        ],
        fetch=lambda wish: find_upload_page(visit.db, by=visit.actor, wish=wish, zone=visit.zone),
        empty=say("No sales file was handed in yet. Files that a till exports are handed in here.")
        if visit.may("GET /uploads/new")
        else say("No sales file was handed in yet. Stores, their partner's finance and dinas finance hand them in."),
        default_sort="-received_at",
        filters=(
            *(() if one_partner else (by_partner,)),
            Filter("status", say("State"), choices_of("upload_status", STATUSES, word)),
            Filter("open", say("Not posted yet"), [Choice("yes", word("yes_no", "yes"))]),
            Filter("waiting", say("Waiting lines"), [Choice("yes", say("with waiting lines"))]),
            Filter("from", say("Handed in from"), kind="day"),
            Filter("until", say("until"), kind="day"),
        ),
        search=say("Search: file, store or person"),
        lead=say("What the stores sold, as their tills exported it."),
        acts=[("/uploads/new", say("Hand in sales"))] if visit.may("GET /uploads/new") else [],
    )


@router.get("/uploads/new")
def show_hand_in(visit: Visiting) -> Response:
    """Show the form to hand in sales files; the dinas first says whose they are."""
    partner = _choose_partner(visit, visit.asked.get("partner", ""))
    if partner is None:
        partners = find_partners_seen(visit.db, by=visit.actor, act=Act.POST_SALES)
        return visit.page("upload_partner.html", partners=partners)
    stores = find_stores(visit.db, partner_id=partner.id)
    asked = visit.asked.get("store", "")
    chosen = asked if asked in {store.code for store in stores} else ALL_STORES
    days = {name: visit.asked.get("day", "") for name in ("first", "last")}
    return _hand_in_page(visit, new_form(_fields(visit, stores), store=chosen, **days), partner, stores)


def _choose_partner(visit: Visit, code: str) -> Partner | None:
    """Return whose files are handed in; blank where the dinas has not said.

    Raises:
        UnknownCode: there is no such partner for this person.

    """
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.POST_SALES)
    if visit.actor.partner_id is not None:
        return partners[0]
    if not code:
        return None
    found = next((one for one in partners if one.code == code), None)
    if found is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=code))
    return found


def _fields(visit: Visit, stores: Sequence[Store]) -> tuple[Field, ...]:
    open_stores = [store for store in stores if store.closed_on is None or store.closed_on >= clock.today(store.zone)]
    closed = [store for store in stores if store not in open_stores]
    choices = [
        Choice(ALL_STORES, say("several: the file names the store of each row")),
        *(Choice(store.code, f"{store.name} ({store.code})") for store in (*open_stores, *closed)),
    ]
    of_store = Field("store", say("Store"), kind="select", choices=choices)
    return (
        Field(
            "file", say("Files"), kind="file",
            hint=say("CSV, Excel, ODS or ZIP, as the till exports them. Several at once are read one after the other."),
        ),
        *(() if visit.actor.role is Role.STORE_MANAGER else (of_store,)),
        Field(
            "first", say("First day"), read=read_day, kind="date", required=False,
            hint=say("Only for files that do not name the day of each sale."),
        ),
        Field("last", say("Last day"), read=read_day, kind="date", required=False),
    )  # fmt: skip


def _hand_in_page(
    visit: Visit,
    form: Form,
    partner: Partner,
    stores: Sequence[Store],
    *,
    status: int = 200,
    taken: Sequence[tuple[int, str]] = (),
) -> Response:
    return visit.page(
        "upload_new.html", status=status, form=form, partner=partner, accepted=ACCEPTED, taken=taken,
        store=next((one for one in stores if one.id == visit.actor.store_id), None),
        chooses=visit.actor.partner_id is None,
    )  # fmt: skip


@router.post("/uploads/new")
def hand_in(visit: Visiting) -> Response:
    """Take in the files that were sent: their bytes first, then their uploads and the jobs that read them."""
    partner = _choose_partner(visit, visit.texts.get("partner", ""))
    if partner is None:
        return visit.go("/uploads/new")
    stores = find_stores(visit.db, partner_id=partner.id)
    form = read_form(_fields(visit, stores), visit.texts)
    sent = visit.all_files("file")
    if not sent:
        form.blame("file", say("No file was chosen. Choose the file that the till exported."))
    taken: list[tuple[int, str]] = []
    again = False
    if form.ok:
        store_id = next((one.id for one in stores if one.code == form.values.get("store")), visit.actor.store_id)
        stated = Stated(store_id, form["first"], form["last"])
        for one in sent:
            is_known = _take_in(visit, form, one, partner_id=partner.id, stated=stated, taken=taken)
            again = again or is_known
    if not form.ok:
        return _hand_in_page(visit, form, partner, stores, status=422, taken=taken)
    if len(taken) == 1:
        return visit.lead_on(f"/uploads/{taken[0][0]}{'?again=yes' if again else ''}")
    said = say("{count} files were handed in. Each is read within a moment.", count=len(taken))
    return visit.lead_on("/uploads", said)


def _take_in(
    visit: Visit, form: Form, sent: UploadFile, *, partner_id: int, stated: Stated, taken: list[tuple[int, str]]
) -> bool:
    """Store one file and hand it in; return whether it had been handed in before. A refusal shows on *form*."""
    name = tidy_file_name(sent.filename or "")
    sha256, size = visit.files.keep(sent.file)
    if size == 0:
        form.blame("file", say("“{name}” is empty; it was not taken in. Export it again from the till.", name=name))
        return False
    is_new = True
    with visit.attempt(form, last="sales.summary_across_period", first="input.bad"):
        upload, is_new = hand_in_file(
            visit.db, by=visit.actor, partner_id=partner_id, sha256=sha256, name=name, size_bytes=size, stated=stated
        )
        taken.append((upload.id, name))
    return not is_new


@router.get("/uploads/{upload_id}")
def show_upload(visit: Visiting, upload_id: str) -> Response:
    """Show one sales file; the list of an archive's files may be asked for as a file."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    return find_members_download(visit, seen) or show_upload_page(visit, seen)


@router.get("/uploads/{upload_id}/state")
def tell_state(visit: Visiting, upload_id: str) -> JSONResponse:
    """Tell how far a file is, for a page that waits."""
    state = find_state(visit.db, by=visit.actor, upload_id=upload_id)
    progress = find_progress(visit.db, int(upload_id)) if state == "received" else None
    if progress is None:
        return JSONResponse({"state": state})
    told = {"says": visit.say(tell_progress(progress)), "done": progress.rows_done, "total": progress.rows_total}
    return JSONResponse({"state": state, "progress": told})


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


@router.get("/uploads/{upload_id}/report.xlsx")
def send_report(visit: Visiting, upload_id: str) -> StreamingResponse:
    """Send the rows that wait as a workbook in which they can be mended and handed in again."""
    upload = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id).upload
    with ExitStack() as opened:
        target = opened.enter_context(tempfile.SpooledTemporaryFile(max_size=REPORT_MEMORY_BYTES))
        write_problem_file(visit.db, visit.files, cast("BinaryIO", target), upload=upload, language=visit.language)
        opened.pop_all()  # it is closed once it is sent
    headers = {"Content-Disposition": f'attachment; filename="problems-{upload.id}.xlsx"'}
    return StreamingResponse(send_pieces(target), media_type=XLSX, headers=headers)


@router.get("/uploads/{upload_id}/file")
def send_file(visit: Visiting, upload_id: str) -> StreamingResponse:
    """Send the file as it was handed in. It is never shown by the browser, and its name is made by us."""
    upload = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id).upload
    ending = PurePosixPath(upload.name).suffix.lower()
    name = f"sales-{upload.id}{ending if ending in ENDINGS else '.bin'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(upload.size_bytes)}
    return StreamingResponse(visit.files.read(upload.sha256), media_type="application/octet-stream", headers=headers)


def find_tasks(visit: Visit) -> list[Task]:
    """Return what waits for this person in sales files, waiting lines and store-days."""
    standing = _find_standing(visit)
    if standing is None or visit.actor.role in (Role.HEAD, Role.AUDITOR):
        return []
    return [*_find_file_tasks(visit, standing), *_find_day_tasks(visit, standing)]


def _find_file_tasks(visit: Visit, standing: SalesOverview) -> Iterator[Task]:
    if standing.to_map:
        label = say("Sales files whose columns are to be confirmed: {count}", count=standing.to_map)
        yield Task(
            label,
            "/uploads?status=needs_mapping",
            say("Nothing of them is posted before."),
            urgent=True,
            sum=Sum(standing.to_map),
        )
    if standing.overlapping:
        label = say("Sales files that overlap with posted sales: {count}", count=standing.overlapping)
        yield Task(
            label,
            "/uploads?status=read",
            say("Say whether they add, replace or are given up."),
            urgent=True,
            sum=Sum(standing.overlapping),
        )
    if not standing.is_begun and visit.actor.partner_id is not None:
        label = say("Hand in the first sales file")
        yield Task(label, "/uploads/new", say("As the till exports it. What its columns hold is asked once."))
    if standing.refused:
        label = say("Sales files refused in the last seven days: {count}", count=standing.refused)
        yield Task(label, "/uploads?status=refused", say("See why, and hand in a mended file."))
    if standing.waiting:
        label = say("Lines that wait: {count}", count=standing.waiting)
        yield Task(
            label, "/parked", say("See what each waits for, and what to do."), sum=Sum(standing.waiting, "lines")
        )


def _find_day_tasks(visit: Visit, standing: SalesOverview) -> Iterator[Task]:
    if visit.actor.partner_id is not None and standing.missing:
        label = say("Days without sales in the last two weeks: {count}", count=standing.missing)
        yield Task(label, "/board", say("Hand in the file of each day, or say that nothing was sold."))
    if visit.actor.partner_id is None and standing.silent:
        label = say("Stores that reported nothing for three days: {count}", count=standing.silent)
        yield Task(
            label, f"/board/chasing?silent={SILENT_DAYS}", say("Ask them for their sales."), sum=Sum(standing.silent)
        )


def find_figures(visit: Visit) -> list[tuple[str, ...]]:
    """Return this month's sales, and how many files came today or how many lines wait."""
    standing = _find_standing(visit)
    if standing is None:
        return []
    today = clock.today(visit.zone)
    figures: list[tuple[str, ...]] = [
        (visit.say(say("Sales this month")), write_sum(standing.sales_rp, of="sales_rp", path=month_address(today)))
    ]
    if visit.actor.partner_id is None:
        path = f"/uploads?from={today}&until={today}"
        return [
            *figures,
            (visit.say(say("Sales files today")), write_sum(standing.uploads_today, kind="count", path=path)),
        ]
    waiting = write_sum(standing.waiting, kind="count", of="lines", path="/parked")
    return [*figures, (visit.say(say("Lines that wait")), waiting)]


def _find_standing(visit: Visit) -> SalesOverview | None:
    """Return how sales stand, read once for a page; blank for whoever may not read sales."""
    if visit.actor.role not in PERMITTED[Act.READ_SALES]:
        return None
    kept: SalesOverview | None = getattr(visit.request.state, "standing", None)
    if kept is None:
        kept = find_sales_overview(visit.db, by=visit.actor, today=clock.today(visit.zone), zone=visit.zone)
        visit.request.state.standing = kept
    return kept
