"""Retail partners and their stores: lists, one of each, adding, changing, other names."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.listings import find_listed_page
from consign.identity.rules import Role
from consign.identity.spelling import tidy_name
from consign.listing import Found, Wish
from consign.models.partners import Partner, Store
from consign.partners import actions
from consign.partners.lists import (
    count_places,
    find_partner_page,
    find_store_aliases,
    find_store_managers,
    find_store_page,
    get_partner_facts,
    get_store_seen,
)
from consign.partners.queries import get_partner, get_region_terms
from consign.partners.taxes import change_partner_taxes, read_taxes
from consign.period import ZONES, Cycle
from consign.sales.placing import reread_parked
from consign.sentence import say
from consign.web.aliases import alias_address
from consign.web.columns import Column
from consign.web.demands import find_demands_panel
from consign.web.forms import Field, Form, choices_of, new_form, read_day, read_form
from consign.web.lookup import read_new_code
from consign.web.partner_taxes import TAX_FIELDS, TAXES_REFUSED_AT, read_tax_fields, show_taxes, tell_taxes
from consign.web.sums import write_sum
from consign.web.tables import Filter, find_download, list_page, show_table
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

KINDS = choices_of("partner_kind", actions.PARTNER_KINDS, word)
CYCLES = choices_of("cycle", Cycle, word)
CODE = Field("code", say("Code"), read=read_new_code, longest=20, hint=say("Short, such as ENG. It never changes."))
NAME = Field("name", say("Name"), read=tidy_name, longest=120)
CYCLE = Field(
    "cycle",
    say("Settled"),
    kind="radio",
    choices=CYCLES,
    hint=say("How often its sales are settled. After a change the next period begins where the last closing ended."),
)
NEW_PARTNER = (CODE, NAME, Field("kind", say("Kind"), kind="select", choices=KINDS), CYCLE, *TAX_FIELDS)
EDIT_PARTNER = (NAME, CYCLE, *TAX_FIELDS)
NEW_STORE = (
    replace(CODE, hint=say("As the partner's own files write it, if they do.")),
    NAME,
    Field("zone", say("Time zone"), kind="select", choices=choices_of("zone", ZONES, word)),
    Field(
        "opened_on",
        say("First day"),
        read=read_day,
        kind="date",
        hint=say("The first day on which it sells consigned goods."),
    ),
)
STORE = (
    NAME,
    Field(
        "closed_on",
        say("Last day"),
        read=read_day,
        kind="date",
        required=False,
        hint=say("The last day on which it sells consigned goods. Blank as long as it goes on."),
    ),
)
ALIAS = (
    Field(
        "alias",
        say("Another name in the partner's files"),
        longest=100,
        hint=say(
            "To the letter, as it stands in the file. Lines that wait for this store are then posted by themselves."
        ),
    ),
)
STORE_COLUMNS = (
    Column("code", say("Code"), link="/stores/{id}"),
    Column("name", say("Name")),
    Column("zone", say("Time zone"), kind="word", words="zone"),
    Column("opened_on", say("First day"), kind="day"),
    Column("closed_on", say("Last day"), kind="day"),
    Column("aliases", say("Other names")),
)
OFFERED_COLUMNS = (
    Column("name", say("Name")),
    Column("producer", say("Producer")),
    Column("content", say("Content"), sort=False),
    Column("first", say("From"), kind="day"),
    Column("last", say("Until"), kind="day"),
)


@router.get("/partners")
def show_partners(visit: Visiting) -> Response:
    """Show the partners this person may see."""
    owed = (
        (Column("owes_rp", say("Owes"), kind="money", link="/owed?partner={code}", sums="owed_rp", total=True),)
        if visit.may("GET /owed")
        else ()
    )
    return list_page(
        visit,
        "list.html",
        name="partners",
        caption=say("Partners"),
        columns=(
            Column("code", say("Code"), link="/partners/{code}"),
            Column("name", say("Name")),
            Column("kind", say("Kind"), kind="word", words="partner_kind"),
            Column("cycle", say("Settled"), kind="word", words="cycle"),
            Column("stores", say("Stores"), kind="count", link="/partners/{code}", sums="all_rows", total=True),
            Column("closed_until", say("Closed until"), kind="day"),
            *owed,
        ),
        fetch=lambda wish: find_partner_page(visit.db, by=visit.actor, wish=wish),
        empty=say("There is no partner yet. The dinas adds partners here."),
        default_sort="name",
        filters=(Filter("kind", say("Kind"), KINDS), Filter("cycle", say("Settled"), CYCLES)),
        search=say("Search: code or name"),
        lead=say("Supermarkets, minimarkets and hotels that sell the producers' goods."),
        acts=[("/partners/new", say("Add a partner"))] if visit.may("GET /partners/new") else [],
    )


@router.get("/partners/new")
def show_new_partner(visit: Visiting) -> Response:
    """Show the form to add a partner."""
    return _new_partner_page(visit, new_form(NEW_PARTNER, cycle=Cycle.MONTH))


def _new_partner_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Add a partner"),
        lead="",
        action="/partners/new",
        button=say("Add partner"),
        back="/partners",
        back_to=say("Partners"),
    )


@router.post("/partners/new")
def do_add_partner(visit: Visiting) -> Response:
    """Add a partner."""
    form = read_form(NEW_PARTNER, visit.texts)
    if form.ok:
        with visit.attempt(form, code="partners.code_taken", **TAXES_REFUSED_AT):
            actions.add_partner(
                visit.db,
                by=visit.actor,
                code=form["code"],
                name=form["name"],
                kind=form["kind"],
                cycle=Cycle(form["cycle"]),
                taxes=read_tax_fields(form),
            )
    if not form.ok:
        return _new_partner_page(visit, form, status=422)
    return visit.go(
        f"/partners/{quote(form['code'])}", say("{name} was added. Add its stores next.", name=form["name"])
    )


@router.get("/partners/{code}")
def show_partner(visit: Visiting, code: str) -> Response:
    """Show one partner with its stores."""
    partner = get_partner_facts(visit.db, by=visit.actor, code=code)
    return list_page(
        visit,
        "partner.html",
        name="stores",
        caption=say("Stores"),
        columns=STORE_COLUMNS,
        fetch=lambda wish: find_store_page(visit.db, by=visit.actor, partner_id=partner["id"], wish=wish),
        empty=say("This partner has no store yet. Sales can be posted once it has one."),
        default_sort="code",
        search=say("Search: code, name or other name"),
        partner=partner,
        taxes=show_taxes(visit, partner),
        demands=find_demands_panel(visit, partner_id=partner["id"], code=partner["code"]),
    )


@router.get("/partners/{code}/edit")
def show_edit_partner(visit: Visiting, code: str) -> Response:
    """Show the form to change a partner's name, its cycle, and what it is for taxes."""
    partner = get_partner(visit.db, code)
    present = tell_taxes(read_taxes(partner))
    return _edit_partner_page(visit, partner, new_form(EDIT_PARTNER, name=partner.name, cycle=partner.cycle, **present))


def _edit_partner_page(visit: Visit, partner: Partner, form: Form, *, status: int = 200) -> Response:
    path = f"/partners/{quote(partner.code)}"
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Change {name}", name=partner.name),
        lead=say("The code stays as it is: what was posted rests on it."),
        action=f"{path}/edit",
        button=say("Save"),
        back=path,
        back_to=partner.name,
    )


@router.post("/partners/{code}/edit")
def do_edit_partner(visit: Visiting, code: str) -> Response:
    """Change a partner's name, its cycle, and what it is for taxes."""
    partner = get_partner(visit.db, code)
    form = read_form(EDIT_PARTNER, visit.texts)
    if form.ok:
        with visit.attempt(form, name="input.bad", **TAXES_REFUSED_AT):
            taxes = read_tax_fields(form)
            change_partner_taxes(visit.db, by=visit.actor, partner=partner, taxes=taxes)
            actions.change_partner(visit.db, by=visit.actor, partner=partner, name=form["name"])
            actions.change_partner_cycle(visit.db, by=visit.actor, partner=partner, cycle=Cycle(form["cycle"]))
    if not form.ok:
        return _edit_partner_page(visit, partner, form, status=422)
    return visit.go(f"/partners/{quote(code)}", say("The change was saved."))


@router.get("/partners/{code}/stores/new")
def show_new_store(visit: Visiting, code: str) -> Response:
    """Show the form to add a store to a partner."""
    partner = get_partner(visit.db, code)
    zone = get_region_terms(visit.db).zone
    return _new_store_page(visit, partner, new_form(NEW_STORE, zone=zone, opened_on=clock.today(zone)))


def _new_store_page(visit: Visit, partner: Partner, form: Form, *, status: int = 200) -> Response:
    path = f"/partners/{quote(partner.code)}"
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Add a store of {name}", name=partner.name),
        lead="",
        action=f"{path}/stores/new",
        button=say("Add store"),
        back=path,
        back_to=partner.name,
    )


@router.post("/partners/{code}/stores/new")
def do_add_store(visit: Visiting, code: str) -> Response:
    """Add a store to a partner; lines that wait for it are placed."""
    partner = get_partner(visit.db, code)
    form = read_form(NEW_STORE, visit.texts)
    if form.ok:
        with visit.attempt(form, code="partners.code_taken"):
            actions.add_store(
                visit.db,
                by=visit.actor,
                partner_id=partner.id,
                code=form["code"],
                name=form["name"],
                zone=form["zone"],
                opened_on=form["opened_on"],
            )
            reread_parked(visit.db, by=visit.actor, partner_id=partner.id)
    if not form.ok:
        return _new_store_page(visit, partner, form, status=422)
    said = say(
        "{name} was added. Next: an agreement with each producer, and who hands in its sales.", name=form["name"]
    )
    return visit.go(f"/partners/{quote(code)}", said)


@router.get("/stores/{store_id}")
def show_store(visit: Visiting, store_id: str) -> Response:
    """Show one store with what it offers, the names that files use for it, and who manages it."""
    store, partner = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    return _store_page(visit, store, partner, new_form(ALIAS))


def _store_page(visit: Visit, store: Store, partner: Partner, form: Form, *, status: int = 200) -> Response:
    on = clock.today(store.zone)
    link = "/products/{code}" if visit.may("GET /products/{code}") else None
    columns = (replace(OFFERED_COLUMNS[0], link=link), *OFFERED_COLUMNS[1:])

    def fetch(wish: Wish) -> Found:
        return find_listed_page(visit.db, store_id=store.id, on=on, wish=wish)

    download = find_download(visit, name="offered", columns=columns, fetch=fetch, default_sort="name")
    if download is not None:
        return download
    table = show_table(
        visit,
        caption=say("Products offered here"),
        columns=columns,
        fetch=fetch,
        empty=say("No product is listed in this store yet. The dinas lists products on their pages."),
        default_sort="name",
        search=say("Search: name, code or producer"),
    )
    managers = find_store_managers(visit.db, store.id) if visit.may("GET /users") else []
    return visit.page(
        "store.html",
        status=status,
        form=form,
        store=store,
        partner=partner,
        managers=managers,
        table=replace(table, path=f"/stores/{store.id}"),
        aliases=[
            (one, alias_address("store", partner.code, one) if visit.may("GET /aliases") else "")
            for one in find_store_aliases(visit.db, store.id)
        ],
    )


@router.get("/stores/{store_id}/edit")
def show_edit_store(visit: Visiting, store_id: str) -> Response:
    """Show the form to change a store's name, or its last day."""
    store, _ = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    return _edit_store_page(visit, store, new_form(STORE, name=store.name, closed_on=store.closed_on))


def _edit_store_page(visit: Visit, store: Store, form: Form, *, status: int = 200) -> Response:
    path = f"/stores/{store.id}"
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Change {name}", name=store.name),
        lead="",
        action=f"{path}/edit",
        button=say("Save"),
        back=path,
        back_to=store.name,
    )


@router.post("/stores/{store_id}/edit")
def do_edit_store(visit: Visiting, store_id: str) -> Response:
    """Change a store's name, or its last day."""
    store, _ = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    form = read_form(STORE, visit.texts)
    if form.ok:
        with visit.attempt(form, closed_on="input.bad"):
            actions.change_store(visit.db, by=visit.actor, store=store, name=form["name"])
            actions.close_store(visit.db, by=visit.actor, store=store, last_day=form["closed_on"])
    if not form.ok:
        return _edit_store_page(visit, store, form, status=422)
    return visit.go(f"/stores/{store.id}", say("The change was saved."))


@router.post("/stores/{store_id}/alias")
def do_add_alias(visit: Visiting, store_id: str) -> Response:
    """Let the partner's files call a store by another name; lines that wait for it are placed."""
    store, partner = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    form = read_form(ALIAS, visit.texts)
    if form.ok:
        with visit.attempt(form, alias="partners.code_taken"):
            actions.add_store_alias(visit.db, by=visit.actor, store=store, alias=form["alias"])
            reread_parked(visit.db, by=visit.actor, partner_id=partner.id)
    if not form.ok:
        return _store_page(visit, store, partner, form, status=422)
    return visit.go(f"/stores/{store.id}", say("“{alias}” now means {store}.", alias=form["alias"], store=store.name))


def find_figures(visit: Visit) -> list[tuple[str, ...]]:
    """Return how many producers, partners and stores there are, for those who oversee them."""
    if visit.actor.role not in {Role.ADMIN, Role.HEAD}:
        return []
    producers, partners, stores = count_places(visit.db)
    return [
        (visit.say(say("Producers")), write_sum(producers, kind="count", path="/producers")),
        (visit.say(say("Partners")), write_sum(partners, kind="count", path="/partners")),
        (visit.say(say("Stores")), write_sum(stores, kind="count", of="stores", path="/partners")),
    ]
