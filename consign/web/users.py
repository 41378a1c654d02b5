"""Users: the list, one of them, inviting, shutting out, roles, second factors."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from consign.identity.actions import SCOPED, add_user
from consign.identity.administering import change_role, drop_second_factor, invite_user, set_active
from consign.identity.lists import count_never_came, find_user_page, get_user_facts
from consign.identity.rules import Act, Role
from consign.identity.sessions import find_sessions
from consign.identity.spelling import tidy_name
from consign.listing import Row
from consign.partners.cooperatives import find_cooperatives, get_cooperative
from consign.partners.lists import find_partners_seen
from consign.partners.producer_lists import get_producer_called
from consign.partners.queries import get_partner, get_store
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.lookup import look_up, suggest_producers
from consign.web.sums import Sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
OF_THE_DINAS = [role for role in Role if role not in SCOPED]

NAME = Field("name", say("Name"), read=tidy_name, longest=120)
LOGIN = Field("login", say("E-mail or phone number"), longest=200, hint=say("The person signs in with it."))
ROLE = Field("role", say("Role"), kind="select", choices=choices_of("role", Role, word))
PARTNER = Field(
    "partner",
    say("Partner"),
    kind="select",
    required=False,
    hint=say("Only for store managers and partner finance."),
)
STORE = Field("store", say("Store"), required=False, longest=60, hint=say("Only for store managers: the store's code."))
PRODUCER = Field(
    "producer",
    say("Producer"),
    required=False,
    suggest=True,
    longest=120,
    hint=say("Only for producers: its code, or part of its name."),
)
COOPERATIVE = Field(
    "cooperative",
    say("Cooperative"),
    kind="select",
    required=False,
    hint=say("Only for people of a cooperative. They act for the members that have mandated it."),
)
DINAS_ROLE = (replace(ROLE, choices=choices_of("role", [role.value for role in OF_THE_DINAS], word)),)


@router.get("/users")
def show_users(visit: Visiting) -> Response:
    """Show everybody who has an account."""
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_USERS)
    yes_no = choices_of("yes_no", ("yes", "no"), word)
    return list_page(
        visit,
        "list.html",
        name="users",
        caption=say("Users"),
        columns=(
            Column("name", say("Name"), link="/users/{id}"),
            Column("login", say("Signs in with")),
            Column("role", say("Role"), kind="word", words="role"),
            Column("held_for", say("For")),
            Column("active", say("May sign in"), kind="flag"),
            Column("second_factor", say("Second factor"), kind="flag"),
            Column("seen_at", say("Last seen"), kind="moment"),
        ),
        fetch=lambda wish: find_user_page(visit.db, by=visit.actor, wish=wish),
        empty=say("There is no user yet."),
        default_sort="name",
        filters=(
            Filter("role", say("Role"), ROLE.choices),
            Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners]),
            Filter("active", say("May sign in"), yes_no),
            Filter("seen", say("Seen"), (Choice("never", say("invited a week ago, never came")),)),
        ),
        search=say("Search: name, login, or what the role is held for"),
        lead=say("Who may sign in, as what, and for whom."),
        acts=[("/users/new", say("Add a user"))] if visit.may("GET /users/new") else [],
    )


@router.get("/users/new")
def show_new_user(visit: Visiting) -> Response:
    """Show the form to add a user, with what the address names filled in."""
    names = ("name", "login", "role", "partner", "store", "producer", "cooperative")
    form = new_form(_new_fields(visit), **{name: visit.asked.get(name, "") for name in names})
    return _new_user_page(visit, form)


def _new_fields(visit: Visit) -> Sequence[Field]:
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_USERS)
    return (
        NAME,
        LOGIN,
        ROLE,
        replace(PARTNER, choices=[Choice(one.code, one.name) for one in partners]),
        STORE,
        replace(PRODUCER, choices=suggest_producers(visit.db)),
        replace(COOPERATIVE, choices=[Choice(one.code, one.name) for one in find_cooperatives(visit.db)]),
    )


def _new_user_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Add a user"),
        lead=say("Afterwards you get a link for the person, to choose a password with."),
        action="/users/new",
        button=say("Add user"),
        back="/users",
        back_to=say("Users"),
    )


@router.post("/users/new")
def do_add_user(visit: Visiting) -> Response:
    """Add a user, and show the link with which the person chooses a password, this once."""
    form = read_form(_new_fields(visit), visit.texts)
    partner = look_up(form, "partner", lambda code: get_partner(visit.db, code))
    partner_id = partner.id if partner else None
    store = look_up(form, "store", lambda code: get_store(visit.db, partner_id=partner_id or 0, code=code))
    producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    cooperative = look_up(form, "cooperative", lambda code: get_cooperative(visit.db, code))
    token, user = "", None
    if form.ok:
        with visit.attempt(form, login="identity.login_taken"):
            user = add_user(
                visit.db,
                by=visit.actor,
                login=form["login"],
                name=form["name"],
                role=Role(form["role"]),
                partner_id=partner_id,
                store_id=store.id if store else None,
                producer_id=producer.id if producer else None,
                cooperative_id=cooperative.id if cooperative else None,
            )
            token = invite_user(visit.db, by=visit.actor, user_id=user.id)
    if not form.ok or user is None:
        return _new_user_page(visit, form, status=422)
    return _invited_page(visit, user.id, name=user.name, token=token)


def _invited_page(visit: Visit, user_id: int, *, name: str, token: str) -> Response:
    """Show a link that nobody can look up again; it is in no address, cookie or list."""
    address = f"{visit.request.url.scheme}://{visit.request.url.netloc}/link/{token}"
    return visit.page("invited.html", user_id=user_id, name=name, address=address)


@router.get("/users/{user_id}")
def show_user(visit: Visiting, user_id: str) -> Response:
    """Show one user."""
    return _user_page(visit, get_user_facts(visit.db, by=visit.actor, user_id=user_id))


def _user_page(visit: Visit, user: Row, *, form: Form | None = None, status: int = 200) -> Response:
    return visit.page(
        "user.html",
        status=status,
        user=user,
        form=form or new_form(DINAS_ROLE, role=user["role"]),
        sessions=len(find_sessions(visit.db, user["id"])),
        own=user["id"] == visit.actor.user_id,
        of_the_dinas=Role(user["role"]) in OF_THE_DINAS,
    )


@router.post("/users/{user_id}/invite")
def do_invite(visit: Visiting, user_id: str) -> Response:
    """Make a new link for a user and show it this once; links made before stop working."""
    user = get_user_facts(visit.db, by=visit.actor, user_id=user_id)
    token = invite_user(visit.db, by=visit.actor, user_id=user["id"])
    return _invited_page(visit, user["id"], name=user["name"], token=token)


@router.post("/users/{user_id}/active")
def do_set_active(visit: Visiting, user_id: str) -> Response:
    """Shut a user out, or let the user in again."""
    user = get_user_facts(visit.db, by=visit.actor, user_id=user_id)
    active = visit.texts.get("active") == "yes"
    set_active(visit.db, by=visit.actor, user_id=user["id"], active=active)
    if active:
        return visit.go(f"/users/{user['id']}", say("{name} may sign in again.", name=user["name"]))
    return visit.go(f"/users/{user['id']}", say("{name} is shut out and signed out everywhere.", name=user["name"]))


@router.post("/users/{user_id}/role")
def do_change_role(visit: Visiting, user_id: str) -> Response:
    """Give a user of the dinas another role of the dinas."""
    user = get_user_facts(visit.db, by=visit.actor, user_id=user_id)
    form = read_form(DINAS_ROLE, visit.texts)
    if form.ok:
        with visit.attempt(form, role="input.bad"):
            change_role(visit.db, by=visit.actor, user_id=user["id"], role=Role(form["role"]))
    if not form.ok:
        return _user_page(visit, user, form=form, status=422)
    return visit.go(f"/users/{user['id']}", say("The role of {name} was changed.", name=user["name"]))


@router.post("/users/{user_id}/second-factor")
def do_drop_second_factor(visit: Visiting, user_id: str) -> Response:
    """Take away a user's second factor, such as after a lost phone."""
    user = get_user_facts(visit.db, by=visit.actor, user_id=user_id)
    drop_second_factor(visit.db, by=visit.actor, user_id=user["id"])
    return visit.go(
        f"/users/{user['id']}",
        say("The second factor of {name} is taken away. A new one can be set up.", name=user["name"]),
    )


def find_tasks(visit: Visit) -> list[Task]:
    """Return how many people were invited and never came."""
    if not visit.may("POST /users/{user_id}/invite"):
        return []
    count = count_never_came(visit.db)
    label = say("People who were invited more than a week ago and never signed in: {count}", count=count)
    return (
        [Task(label, "/users?seen=never", say("Ask them, or make them a new link."), sum=Sum(count))] if count else []
    )
