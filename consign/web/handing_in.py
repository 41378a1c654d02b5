"""Handing in sales files: whose they are, what is stated about them, and taking in their bytes."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from starlette.datastructures import UploadFile

from consign import clock
from consign.identity.rules import Act, Role
from consign.models.partners import Partner, Store
from consign.partners.lists import find_partners_seen
from consign.partners.queries import find_stores
from consign.partners.rules import UnknownCode
from consign.sales.handing_in import hand_in_file
from consign.sales.mapping import Stated
from consign.sales.rules import tidy_file_name
from consign.sentence import say
from consign.web.forms import Choice, Field, Form, new_form, read_day, read_form
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods,.zip,.gz"
ALL_STORES = "*"


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
