"""A partner's own code for a product, or name for a store: which files were posted by it, and ending a wrong one."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response

from consign.catalogue.actions import end_product_alias
from consign.identity.rules import Act
from consign.models.catalogue import Product
from consign.partners.actions import end_store_alias
from consign.partners.lists import find_partners_seen
from consign.partners.rules import UnknownCode
from consign.sales.alias_lists import PRODUCT, STORE, Meaning, find_files_by_meaning, get_meaning
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Field, Form, new_form, read_form
from consign.web.tables import list_page
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

COLUMNS = (
    Column("name", say("File"), link="/uploads/{id}"),
    Column("received_at", say("Handed in"), kind="moment"),
    Column("status", say("State"), kind="badge", words="upload_status"),
    Column("placed", say("Lines that waited for the code"), kind="count"),
    Column("posted", say("All lines of it since the code was said"), kind="count"),
)
REASON = (
    Field("reason", say("Why is it wrong?"), kind="textarea", hint=say("It is kept, and stands in the audit trail.")),
)
ENDING = {PRODUCT: "POST /parked/product", STORE: "POST /parked/store"}
"""By what a code is of: whoever may say its meaning may end it."""


def alias_address(of: str, partner_code: str, alias: str) -> str:
    """Return the address of the page of a partner's code."""
    return f"/aliases?{urlencode({'of': of, 'partner': partner_code, 'code': alias})}"


@router.get("/aliases")
def show_alias(visit: Visiting) -> Response:
    """Show what a partner's code means, and which files posted lines by it."""
    meaning = _read_meaning(visit, visit.asked)
    return _alias_page(visit, meaning)


def _read_meaning(visit: Visit, given: Mapping[str, str]) -> Meaning:
    """Return the code that an address or a form names.

    Raises:
        UnknownCode: there is no such partner for this person.
        AliasUnknown: the partner uses no such code.

    """
    code = given.get("partner", "")
    partner = next(
        (one for one in find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES) if one.code == code), None
    )
    if partner is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=code))
    alias = given.get("code", "")
    return get_meaning(visit.db, of=given.get("of", ""), partner=partner, alias=alias)


def _alias_page(visit: Visit, meaning: Meaning, *, form: Form | None = None) -> Response:
    product = meaning.meant if isinstance(meaning.meant, Product) else None
    back = f"/products/{quote(product.code, safe='')}" if product else f"/stores/{meaning.meant.id}"
    route = "GET /products/{code}" if product else "GET /stores/{store_id}"
    return list_page(
        visit,
        "alias.html",
        name="files-of-a-code",
        caption=say("Files that posted lines by this code"),
        columns=COLUMNS,
        fetch=lambda wish: find_files_by_meaning(visit.db, by=visit.actor, meaning=meaning, wish=wish),
        empty=say("No file posted lines by this code."),
        default_sort="-placed",
        meaning=meaning,
        back=back if visit.may(route) else "/parked",
        form=form or new_form(REASON),
        may_end=meaning.ended_at is None and visit.may(ENDING[meaning.of]),
    )


@router.post("/aliases/end")
def end_alias(visit: Visiting) -> Response:
    """Let a code name nothing any more; what was posted by it is shown, to be reversed file by file."""
    meaning = _read_meaning(visit, visit.texts)
    form = read_form(REASON, visit.texts)
    if form.ok:
        end = end_store_alias if meaning.of == STORE else end_product_alias
        with visit.attempt(form):
            end(visit.db, by=visit.actor, partner_id=meaning.partner.id, alias=meaning.alias, reason=form["reason"])
    if not form.ok:
        visit.db.expire_all()
        return _alias_page(visit, _read_meaning(visit, visit.texts), form=form)
    said = say(
        "“{code}” names nothing any more. What was posted by it stays posted until its file is reversed.",
        code=meaning.alias,
    )
    return visit.go(alias_address(meaning.of, meaning.partner.code, meaning.alias), said)
