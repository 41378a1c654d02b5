"""What a cooperative signs with a partner for all its members at once."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import Act
from consign.models.partners import Agreement, Cooperative
from consign.partners.cooperative_lists import get_cooperative_seen
from consign.partners.cooperatives import add_cooperative_agreement
from consign.partners.lists import find_partners_seen
from consign.partners.queries import get_partner, get_region_terms, get_store
from consign.partners.rules import Route
from consign.sales.placing import reread_parked
from consign.sentence import say
from consign.web.agreement_terms import (
    FIRST,
    LAST,
    PARTNER,
    REFUSED_AT,
    STORE,
    TERMS,
    USUAL,
    make_fee_field,
    read_terms,
)
from consign.web.forms import Choice, Field, Form, new_form, read_form
from consign.web.lookup import look_up
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)


def _fields(visit: Visit) -> tuple[Field, ...]:
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_PARTNERS)
    partner = replace(PARTNER, choices=[Choice(one.code, one.name) for one in partners])
    return (partner, STORE, FIRST, LAST, make_fee_field(get_region_terms(visit.db)), *TERMS)


@router.get("/cooperatives/{code}/sign")
def show_sign(visit: Visiting, code: str) -> Response:
    """Show the form for what a cooperative signs for its members."""
    cooperative = get_cooperative_seen(visit.db, by=visit.actor, code=code)
    usual = {**USUAL, "route": Route.COOPERATIVE}
    return _sign_page(visit, cooperative, new_form(_fields(visit), first=clock.today(visit.zone), **usual))


def _sign_page(visit: Visit, cooperative: Cooperative, form: Form, *, status: int = 200) -> Response:
    path = f"/cooperatives/{quote(cooperative.code)}"
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Sign for all members"),
        lead=say(
            "{cooperative} signs for everybody who has mandated it on the first day: an agreement for each member, or none"
            " at all.",
            cooperative=cooperative.name,
        ),
        action=f"{path}/sign",
        button=say("Add the agreements"),
        back=path,
        back_to=cooperative.name,
    )


@router.post("/cooperatives/{code}/sign")
def do_sign(visit: Visiting, code: str) -> Response:
    """Add an agreement for each member; lines that wait for them are placed."""
    cooperative = get_cooperative_seen(visit.db, by=visit.actor, code=code)
    form = read_form(_fields(visit), visit.texts)
    partner = look_up(form, "partner", lambda given: get_partner(visit.db, given))
    store = look_up(
        form, "store", lambda given: get_store(visit.db, partner_id=partner.id if partner else 0, code=given)
    )
    added: list[Agreement] = []
    if form.ok and partner is not None:
        refused_at = {**REFUSED_AT, "first": (*REFUSED_AT["first"], "partners.no_members")}
        with visit.attempt(form, **refused_at):
            added = add_cooperative_agreement(
                visit.db,
                by=visit.actor,
                cooperative=cooperative,
                partner_id=partner.id,
                first=form["first"],
                last=form["last"],
                terms=read_terms(form),
                store_id=store.id if store else None,
            )
            reread_parked(visit.db, by=visit.actor, partner_id=partner.id)
    if not form.ok or partner is None:
        return _sign_page(visit, cooperative, form, status=422)
    told = say("Agreements that were added, one for each member: {count}.", count=len(added))
    return visit.go(f"/cooperatives/{quote(code)}", told)
