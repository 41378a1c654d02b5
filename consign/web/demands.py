"""Papers that a retail partner asks for beyond the law: shown on the partner's page, added and ended there."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response

from compliance.facts import GoodsClass, Kind
from consign import clock
from consign.documents.demanding import add_demand, end_demand, find_demands_of
from consign.models.partners import Partner
from consign.partners.queries import get_partner
from consign.sentence import Code, say
from consign.web.forms import Field, choices_of, new_form, read_day, read_form
from consign.web.lookup import look_up
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
DEMAND = (
    Field("kind", say("Which paper"), kind="select", choices=choices_of("paper_kind", Kind, word)),
    Field(
        "goods_class",
        say("For which goods"),
        kind="select",
        required=False,
        choices=choices_of("goods_class", GoodsClass, word),
        hint=say("Choose “none” to ask it of all goods."),
    ),
    Field(
        "first",
        say("First day"),
        read=read_day,
        kind="date",
        hint=say("From then on goods without this paper may not be delivered to this partner."),
    ),
    Field(
        "until", say("Last day"), read=read_day, kind="date", required=False, hint=say("Blank: until somebody ends it.")
    ),
)
END = (
    Field("last", say("Last day"), read=read_day, kind="date"),
    Field("partner", say("Partner"), kind="hidden", required=False, longest=60),
)


def find_demands_panel(visit: Visit, *, partner_id: int, code: str) -> dict[str, Any]:
    """Return what `partner_demands.html` shows: a partner's demands, and the form to add one for those who may."""
    today = clock.today(visit.zone)
    return {
        "code": code,
        "rows": find_demands_of(visit.db, partner_id),
        "form": new_form(DEMAND, first=today) if visit.may("POST /partners/{code}/demands") else None,
        "today": today,
    }


@router.post("/partners/{code}/demands")
def do_add_demand(visit: Visiting, code: str) -> Response:
    """Let a partner ask for a kind of paper."""
    partner = get_partner(visit.db, code)
    form = read_form(DEMAND, visit.texts)
    if form.ok:
        with visit.attempt(form, until="input.bad"):
            add_demand(
                visit.db,
                by=visit.actor,
                partner_id=partner.id,
                kind=Kind(form["kind"]),
                goods_class=GoodsClass(form["goods_class"]) if form["goods_class"] else None,
                from_on=form["first"],
                until_on=form["until"],
            )
    path = _path(partner)
    if not form.ok:
        return visit.page(
            "form.html",
            status=422,
            form=form,
            title=say("Ask for a paper"),
            lead=say("{partner} asks for it beyond the law.", partner=partner.name),
            action=f"{path}/demands",
            button=say("Ask for it"),
            back=path,
            back_to=partner.name,
        )
    kind = Code("paper_kind", form["kind"])
    return visit.go(f"{path}#demands", say("{partner} now asks for: {kind}.", partner=partner.name, kind=kind))


@router.post("/demands/{demand_id}/end")
def do_end_demand(visit: Visiting, demand_id: int) -> Response:
    """Set the last day on which a partner asks for a kind of paper; the form says on whose page it stands."""
    form = read_form(END, visit.texts)
    partner = look_up(form, "partner", lambda code: get_partner(visit.db, code))
    if form.ok:
        with visit.attempt(form, last="input.bad"):
            end_demand(visit.db, by=visit.actor, demand_id=demand_id, last=form["last"])
    path = _path(partner) if partner else "/partners"
    if not form.ok:
        return visit.page(
            "form.html",
            status=422,
            form=form,
            title=say("End what a partner asks for"),
            lead=say("From the day after on this paper is not asked for any more."),
            action=f"/demands/{demand_id}/end",
            button=say("Set the last day"),
            back=path,
            back_to=partner.name if partner else say("Partners"),
        )
    return visit.go(f"{path}#demands", say("This paper is asked for until {last}.", last=form["last"]))


def _path(partner: Partner) -> str:
    return f"/partners/{quote(partner.code)}"
