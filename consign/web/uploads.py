"""Sales files: the list of them, each with how far it is, and its bytes as they came."""

import tempfile
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse

from consign.identity.rules import Act
from consign.partners.lists import find_partners_seen
from consign.sales.lists import find_state, find_upload_page, get_upload_seen
from consign.sales.progress import find_progress
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.handing_in import ACCEPTED
from consign.web.pieces import send_pieces
from consign.web.problem_file import write_problem_file
from consign.web.tables import XLSX, Filter, list_page
from consign.web.upload_page import find_members_download, show_upload_page, tell_progress
from consign.web.visit import PageRoute, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

ENDINGS = frozenset(ACCEPTED.split(","))
REPORT_MEMORY_BYTES = 8 << 20
STATUSES = ("received", "needs_mapping", "read", "posted", "refused", "reversed", "cancelled", "unpacked")
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
