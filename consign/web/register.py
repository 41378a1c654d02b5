"""The city register: its numbers, how it works, and the numbers that partners use themselves."""

from typing import Any

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.numbers import count_serials
from consign.catalogue.register import get_register_terms, reserve_range, set_register_terms, withdraw_range
from consign.catalogue.register_lists import KINDS, STATES, find_number_page, find_range, find_ranges, find_series
from consign.catalogue.register_print import print_register
from consign.identity.rules import Act
from consign.listing import parse_id
from consign.partners.lists import find_partners_seen
from consign.partners.queries import get_partner
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
TERMS = (
    Field(
        "prefix",
        say("New numbers begin with"),
        required=False,
        inputmode="numeric",
        longest=7,
        hint=say("20 to 29 and up to five digits more, agreed with every store in writing. Blank: none are given yet."),
    ),
    Field(
        "before_papers",
        say("Give numbers also while papers are lacking"),
        kind="checkbox",
        required=False,
        hint=say("Else a product gets its number once it may be delivered."),
    ),
    Field(
        "public_address",
        say("Public address of these pages"),
        required=False,
        longest=60,
        hint=say("Such as https://titipjual.example. QR codes on labels lead there, so it must stay what it is."),
    ),
)
RANGE_COLUMNS = (
    Column("first", say("From")),
    Column("last", say("Until")),
    Column("partner", say("Partner")),
    Column("note", say("What for")),
    Column("in_way", say("Numbers in the way"), kind="count", link="/numbers?taken=yes&range={id}", sums="all_rows"),
)
SERIES_COLUMNS = (
    Column("prefix", say("Begin with")),
    Column("used", say("Used"), kind="count", link="/numbers?begins={prefix}", sums="all_rows"),
    Column("left", say("Left"), kind="count"),
    Column("passed", say("Passed over, as partners use them"), kind="count"),
)


@router.get("/numbers")
def show_numbers(visit: Visiting) -> Response:
    """Show all numbers with what they stand for."""
    on = clock.today(visit.zone)
    acts = [("/numbers/print", say("Print the register (PDF)"))]
    if visit.may("GET /numbers/settings"):
        acts.append(("/numbers/settings", say("Settings of the register")))
    link = "/products/{product_code}" if visit.may("GET /products") else None
    return list_page(
        visit,
        "list.html",
        name="numbers",
        caption=say("Numbers"),
        columns=(
            Column("number", say("Number")),
            Column("product", say("Product"), link=link),
            Column("content", say("Content"), sort=False),
            Column("brand", say("Brand")),
            Column("producer", say("Producer")),
            Column("kind", say("Kind"), kind="word", words="number_kind"),
            Column("from_on", say("Printed from"), kind="day"),
            Column("until_on", say("Printed until"), kind="day"),
            Column("state", say("State"), kind="badge", words="number_state"),
            Column("reason", say("Reason")),
        ),
        fetch=lambda wish: find_number_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say("No product has a number yet. A number is given on the page of a product."),
        default_sort="number",
        filters=(
            Filter("state", say("State"), choices_of("number_state", STATES, word)),
            Filter("kind", say("Kind"), choices_of("number_kind", KINDS, word)),
            Filter("begins", say("Begins with"), kind="text"),
            Filter("taken", say("Used by a partner itself"), [Choice("yes", word("yes_no", "yes"))]),
            *_find_range_filter(visit),
        ),
        search=say("Search: number, product, brand or producer"),
        lead=say("Every number means one product, for ever. Numbers of the city hold in its stores only."),
        acts=acts,
    )


def _find_range_filter(visit: Visit) -> list[Filter]:
    """Return the filter by the numbers that a partner uses itself, where the address names some."""
    asked = parse_id(visit.asked.get("range", ""))
    found = find_range(visit.db, by=visit.actor, range_id=asked) if asked is not None else None
    if found is None:
        return []
    label = say("{first} to {last}", first=found["first"], last=found["last"])
    return [Filter("range", say("Numbers of a partner"), [Choice(str(found["id"]), label)])]


@router.get("/numbers/print")
def send_register(visit: Visiting) -> Response:
    """Send the register as PDF."""
    on = clock.today(visit.zone)
    pdf = print_register(visit.db, by=visit.actor, region=visit.request.app.state.region_name, on=on)
    headers = {"Content-Disposition": f'attachment; filename="nomor-{on.isoformat()}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _range_fields(visit: Visit) -> tuple[Field, ...]:
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.MANAGE_NUMBERS_TERMS)
    return (
        Field("partner", say("Partner"), kind="select", choices=[Choice(one.code, one.name) for one in partners]),
        Field(
            "first", say("From"), inputmode="numeric", longest=20, hint=say("The first digits are enough: 21, or 2100.")
        ),
        Field(
            "last", say("Until"), inputmode="numeric", longest=20, required=False, hint=say("Blank: all that begin so.")
        ),
        Field("note", say("What for"), longest=120, hint=say("Such as the labels of its scales.")),
    )


@router.get("/numbers/settings")
def show_register_settings(visit: Visiting) -> Response:
    """Show how the register works."""
    return _settings_page(visit)


def _settings_page(
    visit: Visit, *, terms: Form | None = None, ranges: Form | None = None, status: int = 200
) -> Response:
    now = get_register_terms(visit.db)
    present: dict[str, Any] = {
        "prefix": now.prefix or "",
        "before_papers": "yes" if now.before_papers else "",
        "public_address": now.public_address,
    }
    return visit.page(
        "register_settings.html",
        status=status,
        terms=terms or new_form(TERMS, **present),
        adding=ranges or new_form(_range_fields(visit)),
        problems=terms or ranges,
        ranges=find_ranges(visit.db),
        range_columns=RANGE_COLUMNS,
        series=[
            {**row, "left": count_serials(row["prefix"]) - row["used"] - row["passed"]} for row in find_series(visit.db)
        ],
        series_columns=SERIES_COLUMNS,
    )


@router.post("/numbers/settings")
def do_set_register_terms(visit: Visiting) -> Response:
    """Say how the register works."""
    form = read_form(TERMS, visit.texts)
    if form.ok:
        with visit.attempt(
            form,
            prefix=("catalogue.prefix_invalid", "catalogue.prefix_overlaps"),
            public_address="catalogue.address_invalid",
        ):
            set_register_terms(
                visit.db,
                by=visit.actor,
                prefix=form["prefix"],
                before_papers=form["before_papers"],
                public_address=form["public_address"] or "",
            )
    if not form.ok:
        return _settings_page(visit, terms=form, status=422)
    return visit.go("/numbers/settings", say("The settings of the register were saved."))


@router.post("/numbers/ranges")
def do_reserve_range(visit: Visiting) -> Response:
    """Note numbers that a partner uses itself, and say which products are in their way."""
    form = read_form(_range_fields(visit), visit.texts)
    in_way = 0
    if form.ok:
        with visit.attempt(form, first="catalogue.range_invalid"):
            partner = get_partner(visit.db, form["partner"])
            found = reserve_range(
                visit.db,
                by=visit.actor,
                partner_id=partner.id,
                first=form["first"],
                last=form["last"],
                note=form["note"],
            )
            in_way = len(found)
    if not form.ok:
        return _settings_page(visit, ranges=form, status=422)
    if in_way:
        said = say(
            "The range was noted. {count} numbers in use lie in it: their products need others before the partner"
            " takes them.",
            count=in_way,
        )
        return visit.go("/numbers?taken=yes", said)
    return visit.go("/numbers/settings", say("The range was noted. None of its numbers is given any more."))


@router.post("/numbers/ranges/{range_id}/withdraw")
def do_withdraw_range(visit: Visiting, range_id: int) -> Response:
    """Note that a partner uses the numbers of a range no more."""
    withdraw_range(visit.db, by=visit.actor, range_id=range_id)
    return visit.go("/numbers/settings", say("The numbers of this range may be given again."))
