"""The first page: partners, what they owe, the last uploads. And whether the service is up."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import text

from consign.money import Rupiah
from consign.partners.queries import find_partners
from consign.sales.queries import find_file_counts, find_uploads
from consign.settlement.queries import find_owed
from consign.web.session import Db

STATUS_WORDS = {
    "received": "diterima",
    "needs_mapping": "perlu pemetaan",
    "refused": "ditolak",
    "read": "perlu keputusan",
    "posted": "tercatat",
    "reversed": "dibatalkan",
    "cancelled": "dibatalkan",
}
LAST_UPLOADS = 20

router = APIRouter()
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
templates.env.filters["rupiah"] = lambda amount: str(Rupiah(amount))


@router.get("/", response_class=HTMLResponse)
def show_home(request: Request, db: Db) -> HTMLResponse:
    """Show the region's partners, what they owe by the ledger, and the last uploads."""
    owed = find_owed(db)
    names = {partner.id: partner.name for partner in find_partners(db)}
    last = find_uploads(db, limit=LAST_UPLOADS)
    counts = find_file_counts(db, [upload.id for upload in last])
    uploads = [
        {
            "partner": names[upload.partner_id],
            "name": upload.name,
            "status": STATUS_WORDS[upload.status],
            "received_at": upload.received_at,
            "count": counts[upload.id],
        }
        for upload in last
    ]
    facts = {
        "region": request.app.state.region_name,
        "owed": owed,
        "owed_total_rp": sum(one.owed_rp for one in owed),
        "uploads": uploads,
    }
    return templates.TemplateResponse(request, "home.html", facts)


@router.get("/healthz", response_class=PlainTextResponse)
def show_health(db: Db) -> str:
    """Answer `ok` where the database answers."""
    db.execute(text("SELECT 1"))
    return "ok"
