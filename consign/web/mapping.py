"""What a person decides about a sales file: how it is read, what to do with an overlap, giving it up, taking it back."""

from fastapi import APIRouter, Response

from consign.partners.queries import find_stores
from consign.sales.deciding import decide_upload
from consign.sales.ending import cancel_upload, reverse_upload
from consign.sales.lists import get_upload_seen
from consign.sentence import say
from consign.web.forms import read_form
from consign.web.mapping_form import read_mapping
from consign.web.upload_page import REASON, overlap_fields, show_upload_page
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

POST_IT = "post"
"""What the second button of the form sends; the first one only has the file looked into again."""


@router.post("/uploads/{upload_id}/mapping")
def decide_mapping(visit: Visiting, upload_id: str) -> Response:
    """Take what was said about the columns: the file is looked into again, or posted where the counts were shown."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    upload = seen.upload
    if upload.status != "needs_mapping":
        return visit.go(
            f"/uploads/{upload.id}", say("Somebody decided about this file already. It stands as shown here.")
        )
    if not upload.outcome.get("preview"):
        return _look_again(visit, upload.id)
    stores = find_stores(visit.db, partner_id=upload.partner_id)
    shown, answers, stated = read_mapping(upload, stores, visit.texts, by=visit.actor)
    ready = shown.unchanged and shown.counts is not None
    posts = visit.texts.get("then") == POST_IT
    if shown.form.ok:
        with visit.attempt(shown.form, last="sales.summary_across_period", first="input.bad"):
            decide_upload(
                visit.db, by=visit.actor, upload_id=upload.id, answers=answers, stated=stated, confirmed=posts and ready
            )
    if not shown.form.ok:
        return show_upload_page(visit, seen, status=422, mapping=shown)
    checked = "?checked=yes" if posts and not ready else ""
    return visit.go(f"/uploads/{upload.id}{checked}")


def _look_again(visit: Visit, upload_id: int) -> Response:
    """Have a file looked into of which nothing was kept to show."""
    decide_upload(visit.db, by=visit.actor, upload_id=upload_id, confirmed=False)
    return visit.go(f"/uploads/{upload_id}")


@router.post("/uploads/{upload_id}/overlap")
def decide_overlap(visit: Visiting, upload_id: str) -> Response:
    """Take what shall be done with a file that meets what is posted for the same receipts or days."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    if seen.upload.status != "read":
        return visit.go(
            f"/uploads/{upload_id}", say("Somebody decided about this file already. It stands as shown here.")
        )
    form = read_form(overlap_fields(seen), visit.texts)
    if form.ok:
        with visit.attempt(form):
            decide_upload(visit.db, by=visit.actor, upload_id=seen.upload.id, overlap=form["overlap"])
    if not form.ok:
        return show_upload_page(visit, seen, status=422, overlap=form)
    return visit.go(f"/uploads/{upload_id}")


@router.post("/uploads/{upload_id}/cancel")
def give_up(visit: Visiting, upload_id: str) -> Response:
    """Give up a file that is not posted."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    form = read_form((REASON,), visit.texts)
    if form.ok:
        with visit.attempt(form):
            cancel_upload(visit.db, by=visit.actor, upload_id=seen.upload.id, reason=form["reason"])
    if not form.ok:
        return show_upload_page(visit, seen, status=422, ending=form)
    return visit.go(f"/uploads/{upload_id}", say("The file was given up. Nothing of it is posted."))


@router.post("/uploads/{upload_id}/reverse")
def take_back(visit: Visiting, upload_id: str) -> Response:
    """Take everything that a posted file alone reported out of the books."""
    seen = get_upload_seen(visit.db, by=visit.actor, upload_id=upload_id)
    form = read_form((REASON,), visit.texts)
    lines = 0
    if form.ok:
        with visit.attempt(form):
            lines = reverse_upload(visit.db, by=visit.actor, upload_id=seen.upload.id, reason=form["reason"])
    if not form.ok:
        return show_upload_page(visit, seen, status=422, ending=form)
    return visit.go(
        f"/uploads/{upload_id}", say("The file was reversed. Lines taken out of the books: {lines}", lines=lines)
    )
