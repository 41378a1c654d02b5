"""One group of waiting lines: what they come to, what can be done about them, and what became of them."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from consign.sales.dismissing import dismiss_group
from consign.sales.waiting_lists import (
    Group,
    GroupSums,
    find_meant,
    find_states,
    is_store_known,
    sum_group,
)
from consign.sentence import say
from consign.web.forms import Field, Form, new_form, read_form, read_whole
from consign.web.parked_choices import ask_product, ask_store
from consign.web.parked_groups import address_of, group_address, read_group
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import remedy

router = APIRouter(route_class=PageRoute)

NOTE = (
    Field("note", say("Reason"), kind="textarea", hint=say("It is kept, and shown with the rows.")),
    Field("lines", say("Lines"), kind="hidden", read=read_whole),
)
STEPS = (say("Said what it means"), say("Lines are being placed"), say("Done"))


@router.get("/parked/fix")
def show_fix(visit: Visiting) -> Response:
    """Show one group of waiting lines, and what can be done about it."""
    return fix_page(visit, read_group(visit, visit.asked))


@router.get("/parked/state")
def tell_state(visit: Visiting) -> JSONResponse:
    """Tell how many lines of a group wait still, for a page that waits."""
    group = read_group(visit, visit.asked)
    return JSONResponse({"state": str(sum_group(visit.db, by=visit.actor, group=group).lines)})


def fix_page(visit: Visit, group: Group, *, status: int = 200, form: Form | None = None) -> Response:
    """Return the page of one group; *form* is what was sent and is not right yet."""
    sums = sum_group(visit.db, by=visit.actor, group=group)
    address = address_of(group)
    if form is not None:
        form.texts["lines"] = str(sums.lines)
    facts: dict[str, object] = {
        "group": group,
        "sums": sums,
        "address": address,
        "state_path": address.replace("/parked/fix", "/parked/state", 1),
        "rows_path": address.replace("/parked/fix", "/parked/rows", 1),
        "remedy": remedy(group.reason),
        "given": form,
        "note_form": form if form and _has(form, "note") else new_form(NOTE, lines=sums.lines),
        "may_dismiss": visit.may("POST /parked/dismiss"),
        "states": [] if sums.lines else _tell_states(visit, group),
        "steps": STEPS,
        "meant": None,
        "placing": False,
        "choice": None,
        "asked": "",
    }
    if sums.lines:
        facts |= _find_ways(visit, group, sums, form)
    return visit.page("parked_fix.html", status=status, **facts)


def _has(form: Form, name: str) -> bool:
    return any(one.name == name for one in form.fields)


def _tell_states(visit: Visit, group: Group) -> list[dict[str, object]]:
    """Return what became of the lines with this code; those that wait for something else lead there."""
    found = find_states(visit.db, by=visit.actor, group=group)
    shared = {"partner_code": group.partner.code, "code": group.code}
    return [
        {**row, "path": group_address("/parked/fix", {**shared, **row}) if row["reason"] and group.code else ""}
        for row in found
    ]


def _find_ways(visit: Visit, group: Group, sums: GroupSums, form: Form | None) -> dict[str, object]:
    """Return what a person can do about lines that wait, by what they wait for."""
    if group.reason in ("agreement.missing", "price.missing"):
        return {"meant": find_meant(visit.db, group)}
    if group.reason == "product.unknown":
        meant = find_meant(visit.db, group)
        if meant is not None or not group.code or not visit.may("POST /parked/product"):
            return {"meant": meant, "placing": meant is not None}
        asked = form if form and _has(form, "product") else ask_product(visit, group, sums)
        return {"choice": asked, "asked": visit.asked.get("q", "")}
    if group.reason == "store.unknown":
        placing = is_store_known(visit.db, group)
        if placing or not group.code or not visit.may("POST /parked/store"):
            return {"placing": placing}
        return {"choice": form if form and _has(form, "store") else ask_store(visit, group, sums)}
    return {}


@router.post("/parked/dismiss")
def dismiss(visit: Visiting) -> Response:
    """Let the lines of a group count as ignored, for a reason."""
    group = read_group(visit, visit.texts)
    form = read_form(NOTE, visit.texts)
    if form.ok:
        with visit.attempt(form):
            dismiss_group(visit.db, by=visit.actor, group=group, lines=form["lines"], note=form["note"])
    if not form.ok:
        return fix_page(visit, group, status=422, form=form)
    return visit.go("/parked", say("Dismissed lines: {lines}. They count as ignored.", lines=form["lines"]))
