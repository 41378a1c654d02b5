"""The way of a new city to its first statement, step by step, on the first page until that statement is there."""

from dataclasses import dataclass

from consign.identity.rules import Role
from consign.insight.first_steps import find_first_steps
from consign.sentence import Sentence, say
from consign.web.access import ACCESS, may_open
from consign.web.visit import Visit


@dataclass(frozen=True)
class Step:
    """One step: what it is, where it is done, and by whom where the reader cannot do it."""

    name: str
    label: Sentence
    detail: Sentence
    path: str
    route: str
    roles: tuple[Role, ...]
    """Who does it, as told to those who cannot."""


@dataclass(frozen=True)
class ShownStep:
    """A step as one person sees it; the path is blank where the person cannot do it, or it is done."""

    step: Step
    done: bool
    path: str


STEPS = (
    Step("office", say("Say what the office is called, and what holds in the region"),
         say("Name and contact stand on every statement; the bounds of fees hold for every agreement."),
         "/settings", "GET /settings", (Role.ADMIN,)),
    Step("people", say("Invite dinas finance and a verifier"),
         say("Finance closes periods, a verifier looks at papers. Each gets a link that you pass on."),
         "/users/new", "GET /users/new", (Role.ADMIN,)),
    Step("partner", say("Add a partner"), say("The supermarket, minimarket or hotel that sells the goods, with its taxes."),
         "/partners/new", "GET /partners/new", (Role.ADMIN,)),
    Step("store", say("Add its stores"), say("On the page of the partner. Sales are of a store."),
         "/partners", "GET /partners/new", (Role.ADMIN,)),
    Step("producer", say("Register a producer"), say("Or let it register itself, from the page for signing in."),
         "/producers/new", "GET /producers/new", (Role.ADMIN, Role.VERIFIER)),
    Step("product", say("Add its products with their prices"), say("Barcodes are added on the page of each product."),
         "/products/new", "GET /products/new", (Role.ADMIN, Role.VERIFIER)),
    Step("papers", say("Hand in its papers, and have a verifier look at them"),
         say("Goods are delivered once their papers allow it. Sales of what stands in stores already count without."),
         "/producers", "GET /papers/new", (Role.ADMIN, Role.VERIFIER)),
    Step("agreement", say("Add the agreement of partner and producer"),
         say("Fee, term and way of payment. Let it begin on the first day whose sales are to count."),
         "/agreements/new", "GET /agreements/new", (Role.ADMIN, Role.DINAS_FINANCE)),
    Step("bank", say("Add the office's bank account"), say("Only where partners pay through the office."),
         "/bank/new", "GET /bank/new", (Role.ADMIN,)),
    Step("hander_in", say("Invite who hands in sales"),
         say("A manager for each store, or the partner's finance. Dinas finance may hand in files as well."),
         "/users/new?role=store_manager", "GET /users/new", (Role.ADMIN,)),
    Step("sales", say("Hand in the first sales file"),
         say("What its columns hold is asked once. Codes that nobody knows wait under “Waiting lines”."),
         "/uploads/new", "GET /uploads/new", (Role.STORE_MANAGER, Role.PARTNER_FINANCE, Role.DINAS_FINANCE)),
    Step("closing", say("Close the first period"),
         say("Once it is over. Every producer then has its statement, and the partner its debt."),
         "/closings", "GET /closings/new", (Role.DINAS_FINANCE,)),
)  # fmt: skip
_SETTERS_UP = frozenset({Role.ADMIN, Role.DINAS_FINANCE, Role.VERIFIER})


def show_first_steps(visit: Visit) -> list[ShownStep]:
    """Return the steps for those of the dinas who take them; none once a period is closed."""
    role = visit.actor.role
    if role not in _SETTERS_UP:
        return []
    done = find_first_steps(visit.db, by=visit.actor)
    if done["closing"]:
        return []
    return [
        ShownStep(
            one, bool(done[one.name]), one.path if may_open(role, ACCESS[one.route]) and not done[one.name] else ""
        )
        for one in STEPS
    ]
