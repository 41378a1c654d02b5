"""What a producer needs: the steps in their order, for the business and for each product, and what is in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response

from compliance.facts import Goods, Kind
from compliance.kinds import KINDS
from compliance.requirements import PARTNER
from compliance.standing import Eligibility, Standing, State, Task, Todo
from consign import clock
from consign.catalogue.goods import find_goods
from consign.catalogue.lists import find_products_of
from consign.documents.eligibility import judge
from consign.documents.lists import find_document_page, find_notes
from consign.documents.rules import OwnGoods
from consign.documents.waiver_lists import find_waiver_page
from consign.documents.wording import to_sentence
from consign.listing import Row, Tally, Wish
from consign.models.catalogue import Product
from consign.partners.producer_lists import get_own_producer, get_producer_facts
from consign.sentence import Sentence, say
from consign.web.columns import Column
from consign.web.paper_fields import HOW_TO_GET
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

MOST_SHOWN = 200
"""Papers of one producer that are shown; nobody holds so many."""
NO_PRODUCT = 0
"""Stands for the first product of a producer that has none yet, so that it sees what every business needs."""
PAPER_COLUMNS = (
    Column("kind", say("Paper"), kind="word", words="paper_kind", link="/papers/{id}"),
    Column("state", say("State"), kind="badge", words="paper_state"),
    Column("number", say("Number")),
    Column("products", say("Products"), kind="count"),
    Column("valid_until", say("Valid until"), kind="day"),
)
IN_ORDER_COLUMNS = tuple(column for column in PAPER_COLUMNS if column.key != "state")
WAIVER_COLUMNS = (
    Column("kind", say("Paper"), kind="word", words="paper_kind"),
    Column("product", say("Product")),
    Column("reason", say("Reason"), kind="long"),
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day"),
)


@dataclass(frozen=True)
class Way:
    """One way to do a step: a paper of one kind, where it is handed in, and how a producer gets it."""

    label: Sentence
    path: str
    kind: Kind | None = None
    how: Sentence | None = None


@dataclass(frozen=True)
class Step:
    """One thing to do, ready to show."""

    title: Sentence
    todo: Todo
    blocks: bool
    reason: Sentence
    next_step: Sentence
    source: str
    due_on: date | None
    ways: Sequence[Way]
    note: str
    """What the dinas wrote on the paper it is about; blank where it wrote nothing."""
    paper_path: str
    """Leads to the paper it is about; blank where there is none."""
    plain: bool
    """Whether its title says all: a paper that the law asks for was never handed in."""


@dataclass(frozen=True)
class ProductSteps:
    """A product, whether it may be delivered, and what is to be done for it alone."""

    name: str
    path: str
    standing: Standing
    lacks: Sequence[Sentence]
    """What stops it, also where that is a paper of the business."""
    steps: Sequence[Step]


@dataclass(frozen=True)
class Plan:
    """All that a producer has to do: for its business first, then for each product, stopped ones first."""

    of_business: Sequence[Step]
    products: Sequence[ProductSteps]

    @property
    def first(self) -> Step | None:
        """Return what to do first; blank where the producer has nothing to do."""
        steps = [*self.of_business, *(step for product in self.products for step in product.steps)]
        own = [step for step in steps if step.todo is not Todo.WAIT]
        return next((step for step in own if step.blocks), own[0] if own else None)

    @property
    def ready(self) -> int:
        """Return how many products may be delivered."""
        return sum(product.standing is not Standing.BLOCKED for product in self.products)


@router.get("/my-papers")
def show_my_papers(visit: Visiting) -> Response:
    """Show a producer what its papers lack, the next step first."""
    producer = get_own_producer(visit.db, by=visit.actor)
    papers = _find_papers(visit, producer.code)
    return visit.page(
        "my_papers.html",
        plan=_make_plan(visit, producer_id=producer.id, papers=papers, query={}),
        drafts=[row for row in papers if row["state"] == State.DRAFT],
        in_order=[row for row in papers if row["state"] == State.APPROVED],
        others=[row for row in papers if row["state"] not in {State.DRAFT, State.APPROVED}],
        columns=PAPER_COLUMNS,
        in_order_columns=IN_ORDER_COLUMNS,
    )


@router.get("/producers/{code}/papers")
def show_producer_papers(visit: Visiting, code: str) -> Response:
    """Show the dinas what a producer's papers lack, its papers, and what was waived."""
    producer = get_producer_facts(visit.db, by=visit.actor, code=code)
    papers = _find_papers(visit, code)
    may_see_waivers = visit.may("GET /waivers")
    waivers = (
        find_waiver_page(visit.db, by=visit.actor, on=clock.today(visit.zone), wish=_all_of(code)).rows
        if may_see_waivers
        else []
    )
    return visit.page(
        "producer_papers.html",
        producer=producer,
        plan=_make_plan(visit, producer_id=producer["id"], papers=papers, query={"producer": code}),
        all_papers=papers,
        columns=PAPER_COLUMNS,
        waivers=waivers,
        waiver_columns=WAIVER_COLUMNS,
        path=f"/producers/{quote(code)}",
    )


def _all_of(code: str) -> Wish:
    return Wish(
        rows=MOST_SHOWN, filters={"producer": code}, count=lambda _: Tally(MOST_SHOWN)
    )  # all on one page, uncounted


def _find_papers(visit: Visit, code: str) -> Sequence[Row]:
    found = find_document_page(visit.db, by=visit.actor, on=clock.today(visit.zone), wish=_all_of(code))
    return [_name_nothing(row) for row in found.rows]


def _name_nothing(row: Row) -> Row:
    """Return a paper of a list, the count of its products blank where it is the business's as a whole."""
    return {**row, "products": row["products"] or None}


def _make_plan(visit: Visit, *, producer_id: int, papers: Sequence[Row], query: dict[str, str]) -> Plan:
    """Return what is to be done; *query* stands in addresses that lead to a form, besides what the step says."""
    on = clock.today(visit.zone)
    products = {one.id: one for one in find_products_of(visit.db, producer_id)}
    goods = find_goods(visit.db, producer_ids=[producer_id])
    judged = judge(visit.db, goods=goods or [OwnGoods(NO_PRODUCT, producer_id, Goods("", None))], on=on)
    corrected = [row["id"] for row in papers if row["state"] == State.NEEDS_CORRECTION]
    reads_them = visit.may("GET /my-papers")  # the dinas reads them where it wrote them
    notes = find_notes(visit.db, corrected if reads_them else [])
    kinds = {row["id"]: Kind(row["kind"]) for row in papers}
    writer = _Writer(kinds, notes, query, may=visit.may("GET /papers/new"))
    of_business: dict[object, Task] = {}
    of_products = []
    for product_id, found in judged.items():
        for task in found.tasks:
            if not _is_per_goods(task):
                of_business.setdefault(writer.tell_apart(task), task)
        if product_id != NO_PRODUCT:
            of_products.append(writer.show_product(products[product_id], found))
    order = list(Standing)
    return Plan(
        [writer.show_step(task) for task in _most_urgent(of_business.values())],
        sorted(of_products, key=lambda one: (-order.index(one.standing), one.name)),
    )


def _most_urgent(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (not task.blocks, task.todo is Todo.WAIT))


def _is_per_goods(task: Task) -> bool:
    """Say whether each product needs its own; what is not about a paper is about one product."""
    return not task.kinds or KINDS[task.kinds[0]].per_goods


@dataclass(frozen=True)
class _Writer:
    """Makes tasks ready to show.

    *kinds* and *notes*: of the producer's papers, by id; *may*: whether the reader hands papers in.
    """

    kinds: Mapping[int, Kind]
    notes: Mapping[int, str]
    query: Mapping[str, str]
    may: bool

    def tell_apart(self, task: Task) -> object:
        """Return what two tasks have in common where one of them is enough."""
        return task.todo, task.kinds, task.paper_id if self._find_kind(task) in task.kinds else None

    def show_product(self, product: Product, found: Eligibility) -> ProductSteps:
        """Return a product with the steps that are its own."""
        lacks = [self._name(task) for task in found.tasks if task.blocks]
        own = [self.show_step(task, product) for task in found.tasks if _is_per_goods(task)]
        return ProductSteps(product.name, f"/products/{quote(product.code)}", found.standing, lacks, own)

    def show_step(self, task: Task, product: Product | None = None) -> Step:
        """Return a step with its ways."""
        return Step(
            title=self._title(task),
            todo=task.todo,
            blocks=task.blocks,
            reason=to_sentence(task.reason),
            next_step=to_sentence(task.next_step),
            source=task.source,
            due_on=task.due_on,
            ways=self._find_ways(task, product) if self.may else (),
            note=self.notes.get(task.paper_id, "") if task.paper_id is not None else "",
            paper_path=f"/papers/{task.paper_id}" if task.paper_id is not None else "",
            plain=task.todo is Todo.SUBMIT and task.paper_id is None and not task.demand.startswith(PARTNER),
        )

    def _find_kind(self, task: Task) -> Kind | None:
        return self.kinds.get(task.paper_id) if task.paper_id is not None else None

    def _find_kinds(self, task: Task) -> Sequence[Kind]:
        """Return the kinds that will do; what is corrected, renewed or waited for is of one kind."""
        kind = self._find_kind(task)
        return (kind,) if kind in task.kinds and kind and task.todo is not Todo.SUBMIT else task.kinds

    def _name(self, task: Task) -> Sentence:
        """Return the names of the kinds, any one of which will do."""
        if not task.kinds:
            return say("the class of goods")
        first, *rest = self._find_kinds(task)
        named: Sentence = word("paper_kind", first)
        for kind in rest:
            named = say("{one} or {other}", one=named, other=word("paper_kind", kind))
        return named

    def _title(self, task: Task) -> Sentence:
        kinds = self._name(task)
        match task.todo:
            case Todo.CLASSIFY:
                return say("Say which class of goods it is")
            case Todo.SUBMIT:
                return say("Hand in: {kinds}", kinds=kinds)
            case Todo.CORRECT:
                return say("Correct: {kinds}", kinds=kinds)
            case Todo.RENEW:
                return say("Renew: {kinds}", kinds=kinds)
            case Todo.WAIT:
                return say("The dinas is looking at: {kinds}", kinds=kinds)

    def _find_ways(self, task: Task, product: Product | None) -> Sequence[Way]:
        """Return how the step can be done: a button for each kind that will do."""
        if task.todo is Todo.WAIT:
            return ()
        if task.todo is Todo.CLASSIFY:
            return (Way(say("Choose the class of goods"), f"/products/{quote(product.code)}#class"),) if product else ()
        about = {"product": product.code} if product else {}
        ways = []
        for kind in self._find_kinds(task):
            replaced = {"replaces": task.paper_id} if kind is self._find_kind(task) else {}
            asked = urlencode({"kind": kind.value, **self.query, **about, **replaced})
            label = say("Hand in: {kinds}", kinds=word("paper_kind", kind))
            ways.append(Way(label, f"/papers/new?{asked}", kind, HOW_TO_GET[kind]))
        return ways
