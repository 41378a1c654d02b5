"""Producers: the list, one of them, registering, changing, confirming."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Response

from compliance.regions import find_regency, list_regencies
from consign.catalogue.lists import find_products_of
from consign.db import REGION
from consign.identity.rules import Role
from consign.identity.spelling import tidy_name
from consign.models.partners import Producer
from consign.partners.actions import change_producer, set_nib
from consign.partners.producer_lists import count_producers, find_producer_page, get_producer_facts
from consign.partners.queries import get_producer
from consign.partners.registration import confirm_producer, register_for
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.sums import Sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

BUSINESS = Field("name", say("Name of the business"), read=tidy_name, longest=120)
OWNER = Field("owner_name", say("Name of the owner"), read=tidy_name, longest=120)
NIB = Field(
    "nib",
    say("NIB (business identification number)"),
    required=False,
    inputmode="numeric",
    longest=20,
    hint=say("13 digits, from the paper of OSS. It can be entered later."),
)
PHONE = Field(
    "phone", say("Phone of the owner"), kind="tel", required=False, longest=30, hint=say("Such as 0812 3456 789.")
)
AGREED = Field(
    "agreed",
    say("I hold the privacy notice, signed by the owner on paper."),
    kind="checkbox",
    hint=say("Without it the dinas may not keep the owner's data (UU 27/2022)."),
)
REGENCY = Field(
    "regency",
    say("Where it produces"),
    kind="select",
    hint=say("Numbers of papers name the kabupaten or kota of the kitchen or workshop."),
)
ENTITY = Field(
    "is_entity",
    say("It is a firm, such as a PT, CV or cooperative, not a person."),
    kind="checkbox",
    required=False,
    hint=say("A firm also needs an NPWP."),
)
FILTERS = (
    Filter("state", say("State"), choices_of("producer_state", ("waiting", "confirmed"), word)),
    Filter("account", say("Has an account"), choices_of("yes_no", ("yes", "no"), word)),
    Filter("agreements", say("Agreements"), (Choice("some", say("has some")), Choice("none", say("has none")))),
)


def _new_fields(visit: Visit) -> tuple[Field, ...]:
    return BUSINESS, OWNER, NIB, PHONE, _regency_field(visit), ENTITY, AGREED


def _edit_fields(visit: Visit, producer: Producer) -> tuple[Field, ...]:
    return BUSINESS, OWNER, NIB, PHONE, _regency_field(visit, present=producer.regency), ENTITY


def _regency_field(visit: Visit, *, present: str | None = None) -> Field:
    """Return the field with the places of the province, and the *present* one also where it is none of them."""
    own = visit.db.info[REGION]
    places = {one.code: one.name for one in list_regencies(own[:2])}
    for code in filter(None, (own, present)):
        places.setdefault(code, find_regency(code) or code)
    return replace(REGENCY, choices=[Choice(code, name) for code, name in places.items()])


def _read_regency(visit: Visit, form: Form) -> str | None:
    """Return the place that was chosen; blank where it is the region itself."""
    return None if form["regency"] == visit.db.info[REGION] else str(form["regency"])


@router.get("/producers")
def show_producers(visit: Visiting) -> Response:
    """Show the producers this person may see."""
    agreements = "/agreements?producer={code}" if visit.may("GET /agreements") else None
    return list_page(
        visit,
        "list.html",
        name="producers",
        steady=True,
        caption=say("Producers"),
        columns=(
            Column("code", say("Code"), link="/producers/{code}"),
            Column("name", say("Name")),
            Column("owner_name", say("Owner")),
            Column("nib", say("NIB"), sort=False),
            Column(
                "products", say("Products"), kind="count", link="/products?producer={code}", sums="all_rows", total=True
            ),
            Column("agreements", say("Agreements"), kind="count", link=agreements, sums="all_rows", total=True),
            Column("state", say("State"), kind="badge", words="producer_state"),
            Column("has_account", say("Account"), kind="flag"),
        ),
        fetch=lambda wish: find_producer_page(visit.db, by=visit.actor, wish=wish),
        empty=say("There is no producer yet. They register by themselves, or you register them here.")
        if visit.may("GET /producers/new")
        else say("There is no producer here yet. They register by themselves, or the dinas registers them."),
        default_sort="code",
        filters=FILTERS,
        search=say("Search: code, name or owner"),
        lead=say("The small producers (UMKM) whose goods stand in the stores."),
        acts=[("/producers/new", say("Register a producer"))] if visit.may("GET /producers/new") else [],
    )


@router.get("/producers/new")
def show_new_producer(visit: Visiting) -> Response:
    """Show the form to register a producer that has no account."""
    return _new_producer_page(visit, new_form(_new_fields(visit), regency=visit.db.info[REGION]))


def _new_producer_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Register a producer"),
        lead=say("For owners without an account of their own. With one, they register by themselves."),
        action="/producers/new",
        button=say("Register"),
        back="/producers",
        back_to=say("Producers"),
    )


@router.post("/producers/new")
def do_register(visit: Visiting) -> Response:
    """Register a producer that has no account."""
    form = read_form(_new_fields(visit), visit.texts)
    code = ""
    if form.ok:
        with visit.attempt(form, nib=("partners.nib_taken", "partners.nib_invalid"), phone="input.bad"):
            code = register_for(
                visit.db,
                by=visit.actor,
                business_name=form["name"],
                owner_name=form["owner_name"],
                nib=form["nib"],
                phone=form["phone"],
                regency=_read_regency(visit, form),
                is_entity=form["is_entity"],
                agreed_on_paper=form["agreed"],
            ).code
    if not form.ok:
        return _new_producer_page(visit, form, status=422)
    return visit.go(
        f"/producers/{quote(code)}", say("{name} was registered with the code {code}.", name=form["name"], code=code)
    )


@router.get("/producers/{code}")
def show_producer(visit: Visiting, code: str) -> Response:
    """Show one producer with its products."""
    producer = get_producer_facts(visit.db, by=visit.actor, code=code)
    officer = visit.visitor is not None and visit.visitor.officer and not producer["has_account"]
    mandated = visit.actor.role is Role.COOPERATIVE  # which sees no others
    return visit.page(
        "producer.html",
        producer=producer,
        regency=find_regency(producer["regency"]) if producer["regency"] else None,
        products=find_products_of(visit.db, producer["id"]),
        helps=officer or mandated,
        mandated=mandated,
    )


@router.get("/producers/{code}/edit")
def show_edit_producer(visit: Visiting, code: str) -> Response:
    """Show the form to change what is known of a producer."""
    producer = get_producer(visit.db, code)
    form = new_form(
        _edit_fields(visit, producer),
        name=producer.name,
        owner_name=producer.owner_name,
        nib=producer.nib,
        phone=producer.phone,
        regency=producer.regency or visit.db.info[REGION],
        is_entity="yes" if producer.is_entity else None,
    )
    return _edit_producer_page(visit, producer, form)


def _edit_producer_page(visit: Visit, producer: Producer, form: Form, *, status: int = 200) -> Response:
    path = f"/producers/{quote(producer.code)}"
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Change {name}", name=producer.name),
        lead="",
        action=f"{path}/edit",
        button=say("Save"),
        back=path,
        back_to=producer.name,
    )


@router.post("/producers/{code}/edit")
def do_edit_producer(visit: Visiting, code: str) -> Response:
    """Change what is known of a producer."""
    producer = get_producer(visit.db, code)
    form = read_form(_edit_fields(visit, producer), visit.texts)
    if form.ok and not form["nib"] and producer.nib:
        form.blame("nib", say("A NIB that was entered can be corrected, but not taken out."))
    if form.ok:
        with visit.attempt(form, nib=("partners.nib_taken", "partners.nib_invalid"), phone="input.bad"):
            change_producer(
                visit.db,
                by=visit.actor,
                producer_id=producer.id,
                name=form["name"],
                owner_name=form["owner_name"],
                phone=form["phone"],
                regency=_read_regency(visit, form),
                is_entity=form["is_entity"],
            )
            if form["nib"]:
                set_nib(visit.db, by=visit.actor, producer_id=producer.id, nib=form["nib"])
    if not form.ok:
        return _edit_producer_page(visit, producer, form, status=422)
    return visit.go(f"/producers/{quote(code)}", say("The change was saved."))


@router.post("/producers/{code}/confirm")
def do_confirm(visit: Visiting, code: str) -> Response:
    """Confirm a producer that registered; it is told so."""
    producer = get_producer(visit.db, code)
    confirm_producer(visit.db, by=visit.actor, producer_id=producer.id)
    return visit.go(f"/producers/{quote(code)}", say("{name} is confirmed, and is told so.", name=producer.name))


def find_tasks(visit: Visit) -> list[Task]:
    """Return which producers wait: for being confirmed, and for a first agreement."""
    if not visit.may("POST /producers/{code}/confirm"):
        return []
    _, waiting, without = count_producers(visit.db)
    tasks = []
    if waiting:
        label = say("Producers that registered and wait for you to confirm them: {count}", count=waiting)
        tasks.append(Task(label, "/producers?state=waiting", sum=Sum(waiting)))
    if without:
        label = say("Confirmed producers without any agreement: {count}", count=without)
        detail = say("Nothing of theirs can be settled before a partner agrees with them.")
        tasks.append(Task(label, "/producers?state=confirmed&agreements=none", detail, sum=Sum(without)))
    return tasks
