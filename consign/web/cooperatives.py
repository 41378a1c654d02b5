"""Cooperatives: the list, one of them with its members, adding, mandates, and agreements signed for all members."""

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.spelling import tidy_name
from consign.listing import Found, Wish
from consign.models.partners import Cooperative
from consign.partners.cooperative_lists import (
    find_cooperative_page,
    find_member_page,
    find_partner_ids_signed,
    get_cooperative_seen,
)
from consign.partners.cooperatives import (
    add_cooperative,
    add_member,
    end_membership,
    extend_to_member,
)
from consign.partners.producer_lists import get_producer_called
from consign.partners.queries import lock_partner
from consign.sales.placing import reread_parked
from consign.sentence import say
from consign.settlement.queries import find_last_closing
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form, read_day, read_form
from consign.web.lookup import look_up, make_producer_field
from consign.web.tables import Filter, find_download, list_page, show_table
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
NEW = (
    Field("code", say("Code"), longest=20, hint=say("Short and lasting, such as KOP-01.")),
    Field("name", say("Name"), read=tidy_name, longest=120),
    Field("phone", say("Phone"), kind="tel", required=False, longest=30),
)
FIRST = Field("first", say("First day"), read=read_day, kind="date")
MANDATE = Field(
    "mandate", say("Letter of mandate"), longest=200, hint=say("Number and day of the paper that the producer signed.")
)
EXTEND = Field(
    "extend",
    say("What the cooperative signed with partners holds for this member from then on."),
    kind="checkbox",
    required=False,
)
MEMBER_COLUMNS = (
    Column("first", say("Since"), kind="day"),
    Column("last", say("Last day"), kind="day"),
    Column("mandate", say("Letter of mandate"), sort=False),
    Column("agreements", say("Agreements"), kind="count", link="{agreements_path}", sums="all_rows", total=True),
)
MEMBER_FILTERS = (Filter("on", say("Members"), (Choice("today", say("those of today")),)),)
LAST = Field("last", say("Last day of the membership"), read=read_day, kind="date")


@router.get("/cooperatives")
def show_cooperatives(visit: Visiting) -> Response:
    """Show the cooperatives."""
    on = clock.today(visit.zone)
    return list_page(
        visit,
        "list.html",
        name="cooperatives",
        caption=say("Cooperatives"),
        columns=(
            Column("code", say("Code"), link="/cooperatives/{code}"),
            Column("name", say("Name")),
            Column("phone", say("Phone"), sort=False),
            Column(
                "members",
                say("Members today"),
                kind="count",
                link="/cooperatives/{code}?on=today",
                sums="all_rows",
                total=True,
            ),
            Column(
                "agreements",
                say("Agreements"),
                kind="count",
                link="/agreements?cooperative={code}",
                sums="all_rows",
                total=True,
            ),
        ),
        fetch=lambda wish: find_cooperative_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say("There is no cooperative yet. One is needed only where it signs or receives money for its members."),
        default_sort="name",
        search=say("Search: code or name"),
        lead=say("They sign agreements and receive money for members who mandated them."),
        acts=[("/cooperatives/new", say("Add a cooperative"))] if visit.may("GET /cooperatives/new") else [],
    )


@router.get("/cooperatives/new")
def show_new_cooperative(visit: Visiting) -> Response:
    """Show the form to add a cooperative."""
    return _new_page(visit, new_form(NEW))


def _new_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html", status=status, form=form, title=say("Add a cooperative"), lead="", action="/cooperatives/new",
        button=say("Add cooperative"), back="/cooperatives", back_to=say("Cooperatives"),
    )  # fmt: skip


@router.post("/cooperatives/new")
def do_add_cooperative(visit: Visiting) -> Response:
    """Add a cooperative."""
    form = read_form(NEW, visit.texts)
    if form.ok:
        with visit.attempt(form, code="partners.code_taken"):
            add_cooperative(visit.db, by=visit.actor, code=form["code"], name=form["name"], phone=form["phone"])
    if not form.ok:
        return _new_page(visit, form, status=422)
    return visit.go(f"/cooperatives/{quote(form['code'])}", say("{name} was added.", name=form["name"]))


@router.get("/cooperatives/{code}")
def show_cooperative(visit: Visiting, code: str) -> Response:
    """Show a cooperative with its members."""
    cooperative = get_cooperative_seen(visit.db, by=visit.actor, code=code)
    return _cooperative_page(visit, cooperative, new_form(_member_fields(visit), first=clock.today(visit.zone)))


def _member_fields(visit: Visit) -> tuple[Field, ...]:
    return (make_producer_field(visit.db), FIRST, MANDATE, EXTEND)


def _cooperative_page(
    visit: Visit, cooperative: Cooperative, form: Form, *, ending: Form | None = None, status: int = 200
) -> Response:
    on = clock.today(visit.zone)

    def fetch(wish: Wish) -> Found:
        found = find_member_page(visit.db, by=visit.actor, cooperative_id=cooperative.id, on=on, wish=wish)
        paths = [urlencode({"cooperative": cooperative.code, "producer": row["producer_code"]}) for row in found.rows]
        rows = zip(found.rows, paths, strict=True)
        return found.with_rows([{**row, "agreements_path": f"/agreements?{asked}"} for row, asked in rows])

    producer = "/producers/{producer_code}" if visit.may("GET /producers") else None
    columns = (Column("producer", say("Producer"), link=producer), *MEMBER_COLUMNS)
    download = find_download(
        visit, name=f"members-{cooperative.code}", columns=columns, fetch=fetch, filters=MEMBER_FILTERS,
        default_sort="producer",
    )  # fmt: skip
    if download is not None:
        return download
    table = show_table(
        visit,
        caption=say("Members"),
        columns=columns,
        fetch=fetch,
        filters=MEMBER_FILTERS,
        empty=say("Nobody has mandated this cooperative yet. The admin adds members on this page."),
        default_sort="producer",
    )
    standing = find_member_page(visit.db, by=visit.actor, cooperative_id=cooperative.id, on=on, wish=None).rows
    member = Field(
        "member", say("Member"), kind="select",
        choices=[Choice(str(one["id"]), one["producer"]) for one in standing if one["last"] is None or one["last"] > on],
    )  # fmt: skip
    return visit.page(
        "cooperative.html",
        status=status,
        cooperative=cooperative,
        table=table,
        form=form,
        ending=ending or new_form((member, LAST)),
        can_end=bool(member.choices),
    )


@router.post("/cooperatives/{code}/members")
def do_add_member(visit: Visiting, code: str) -> Response:
    """Write that a producer mandated the cooperative, and let what it signed hold for the member where that is wished."""
    cooperative = get_cooperative_seen(visit.db, by=visit.actor, code=code)
    form = read_form(_member_fields(visit), visit.texts)
    producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    added = 0
    if form.ok and producer is not None:
        with visit.attempt(form, producer="partners.member_twice", extend="partners.agreement_overlaps"):
            add_member(
                visit.db, by=visit.actor, cooperative=cooperative, producer_id=producer.id, first=form["first"], last=None,
                mandate=form["mandate"],
            )  # fmt: skip
            if form["extend"]:
                agreements = extend_to_member(
                    visit.db, by=visit.actor, cooperative=cooperative, producer_id=producer.id, first=form["first"]
                )
                added = len(agreements)
                for partner_id in {one.partner_id for one in agreements}:
                    reread_parked(visit.db, by=visit.actor, partner_id=partner_id)
    if not form.ok or producer is None:
        return _cooperative_page(visit, cooperative, form, status=422)
    told = say("{producer} is a member; agreements that hold for it now: {count}.", producer=producer.name, count=added)
    return visit.go(f"/cooperatives/{quote(code)}", told)


@router.post("/cooperatives/{code}/members/end")
def do_end_membership(visit: Visiting, code: str) -> Response:
    """End a membership, and what the cooperative signed for that member."""
    cooperative = get_cooperative_seen(visit.db, by=visit.actor, code=code)
    on = clock.today(visit.zone)
    rows = find_member_page(visit.db, by=visit.actor, cooperative_id=cooperative.id, on=on, wish=None).rows
    member = Field(
        "member", say("Member"), kind="select", choices=[Choice(str(one["id"]), one["producer"]) for one in rows]
    )
    form = read_form((member, LAST), visit.texts)
    ended = 0
    if form.ok:
        with visit.attempt(
            form, last=("input.bad", "partners.period_closed", "partners.membership_missing", "partners.mandate_needed")
        ):
            closed = {}
            for partner_id in find_partner_ids_signed(visit.db, cooperative.id):
                lock_partner(visit.db, partner_id)
                closing = find_last_closing(visit.db, partner_id)
                closed[partner_id] = closing.until_on if closing else None
            ended = end_membership(
                visit.db,
                by=visit.actor,
                cooperative=cooperative,
                member_id=int(form["member"]),
                last=form["last"],
                closed=closed,
            )
    if not form.ok:
        return _cooperative_page(visit, cooperative, new_form(_member_fields(visit)), ending=form, status=422)
    return visit.go(
        f"/cooperatives/{quote(code)}", say("The membership ends; agreements that end with it: {count}.", count=ended)
    )
