"""What a row of a list says otherwise of its product than stands already, as the acts that change it; none where it says the same."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from compliance.facts import GoodsClass
from consign.catalogue.actions import add_gtin, set_class, set_price
from consign.catalogue.changes import Facts
from consign.catalogue.changing import change_product, find_facts
from consign.catalogue.import_cells import Wanted
from consign.catalogue.import_columns import Role
from consign.catalogue.import_file import ProductList
from consign.catalogue.import_matching import Known, Shelf
from consign.catalogue.import_rules import CellRefused, Change
from consign.catalogue.rules import Details
from consign.identity.rules import PERMITTED, Act, Actor
from consign.identity.spelling import clean_text
from consign.models.catalogue import Product
from consign.sentence import say

DETAILS = tuple(Role(one.name) for one in fields(Details))


@dataclass(frozen=True)
class Step:
    """One act on a product, and what it changes."""

    act: Callable[[Product], object]
    changes: tuple[Change, ...]


@dataclass
class Run:
    """One way through a list: who hands it in, whose products it lists where that is known, and what was met so far."""

    session: Session
    by: Actor
    producer_id: int | None
    on: date
    found: ProductList
    shelf: Shelf
    rows: dict[int, int] = field(default_factory=dict)
    """By product the row that meant it first."""
    free: dict[int, tuple[str, int]] = field(default_factory=dict)
    """By producer how the code of its next product begins, and the number it ends with."""


def plan_facts(run: Run, row: Wanted, product: Product) -> list[Step]:
    """Return how to change what is known of the product itself."""
    before = find_facts(product)
    after = Facts(
        name=_keep(before.name, row.name),
        net_content=row.net_content or before.net_content,
        net_unit=row.net_unit or before.net_unit,
        details=merge_details(before.details, row),
    )
    changes = [
        Change(role, getattr(before, role.value), getattr(after, role.value))
        for role in (Role.NAME, Role.CONTENT, Role.UNIT)
        if getattr(before, role.value) != getattr(after, role.value)
    ] + [
        Change(role, getattr(before.details, role.value), getattr(after.details, role.value))
        for role in DETAILS
        if getattr(before.details, role.value) != getattr(after.details, role.value)
    ]

    def change(product: Product) -> None:
        change_product(run.session, by=run.by, product=product, facts=after, same_goods=False)

    return [Step(change, tuple(changes))] if changes else []


def merge_details(details: Details, row: Wanted) -> Details:
    """Return *details* with what the row says in place of what stood there."""
    return Details(**{one.value: _keep(getattr(details, one.value), getattr(row, one.value)) for one in DETAILS})


def _keep(present: Any, said: Any) -> Any:  # noqa: ANN401  # a fact of any type
    """Return what a row says; what stands already where the row says it alike, or nothing: cells are read without blanks."""
    if said is None or (isinstance(present, str) and clean_text(present) == said):
        return present
    return said


def plan_class(run: Run, row: Wanted, product: Product) -> list[Step]:
    """Return how to say another class or group; where the class has no groups, the group goes with the earlier class."""
    if row.goods_class is None and row.food_group is None:
        return []
    goods_class = row.goods_class or product.goods_class
    if goods_class is None:
        raise CellRefused(
            say("A group is for food that keeps. Write the class of goods too."), "class.missing", Role.CLASS
        )
    group = row.food_group or (product.food_group if goods_class == GoodsClass.DRY_FOOD else None)
    changes = []
    if goods_class != product.goods_class:
        changes.append(Change(Role.CLASS, product.goods_class, goods_class))
    if group != product.food_group:
        changes.append(Change(Role.GROUP, product.food_group, group))

    def change(product: Product) -> None:
        set_class(run.session, by=run.by, product=product, goods_class=goods_class, food_group=group)

    return [Step(change, tuple(changes))] if changes else []


def plan_price(run: Run, row: Wanted, known: Known | None) -> list[Step]:
    """Return how to set the price, unless it holds on that day already."""
    if row.price_rp is None:
        return []
    price_rp, day = row.price_rp, row.price_from or run.on
    present = known.find_price(day) if known else None
    if present == price_rp:
        return []

    def change(product: Product) -> None:
        set_price(run.session, by=run.by, product=product, price_rp=price_rp, from_on=day)

    return [Step(change, (Change(Role.PRICE, present, price_rp),))]


def plan_gtin(run: Run, row: Wanted, known: Known | None) -> list[Step]:
    """Return how to add the number, unless it means the product already; only those who manage codes add one."""
    if row.gtin is None:
        return []
    number = row.gtin.replace(" ", "").replace("-", "")
    if known is not None and known.has_number(number):
        return []
    if run.by.role not in PERMITTED[Act.MANAGE_CODES]:
        raise CellRefused(
            say(
                "The dinas adds barcodes, since a number decides whose money it is. Leave the cell blank, and show the"
                " number to the dinas."
            ),
            "gtin.not_yours",
            Role.GTIN,
        )

    def change(product: Product) -> None:
        add_gtin(run.session, by=run.by, product=product, gtin=number, from_on=run.on)

    return [Step(change, (Change(Role.GTIN, known.find_gtin() if known else None, number),))]
