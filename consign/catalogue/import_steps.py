"""Doing what one row of a list says, by the very acts that a person would use: each row succeeds or is taken back whole."""

from collections.abc import Sequence

from consign.catalogue.actions import add_product
from consign.catalogue.changes import Reason
from consign.catalogue.import_cells import Wanted, blame
from consign.catalogue.import_columns import Role
from consign.catalogue.import_matching import Known, find_owner, find_product
from consign.catalogue.import_plans import Run, merge_details, plan_class, plan_facts, plan_gtin, plan_price
from consign.catalogue.import_rules import CellRefused, Outcome, RowOutcome
from consign.catalogue.lists import find_free_code
from consign.catalogue.rules import Details, NewNumberNeeded
from consign.db import savepoint
from consign.errors import ConsignError
from consign.partners.rules import LONGEST_CODE, is_plain_code
from consign.sentence import say

BLAMED = {
    "catalogue.class_impossible": Role.GROUP,
    "catalogue.code_taken": Role.CODE,
    "catalogue.price_overlaps": Role.PRICE_FROM,
    "catalogue.gtin_invalid": Role.GTIN,
    "catalogue.barcode_taken": Role.GTIN,
    Reason.NET_CONTENT: Role.CONTENT,
    Reason.PIECES: Role.PIECES,
    Reason.PACKAGING: Role.PACKAGING,
    Reason.BRAND: Role.BRAND,
    Reason.VARIETY: Role.NAME,
    Reason.INGREDIENTS: Role.INGREDIENTS,
}
"""By the code of a refusal, or what makes other goods of a product, the column at fault."""


def take_row(run: Run, row: Wanted) -> RowOutcome:
    """Do what *row* says, or say why it cannot be done; nothing of it is left then."""
    if row.problems:
        return _fail(row)
    try:
        owner_id = find_owner(run.shelf, row, producer_id=run.producer_id)
        known = find_product(run.shelf, row, owner_id)
        return _add(run, row, owner_id) if known is None else _change(run, row, known)
    except ConsignError as refusal:
        return _fail(row, run, refusal)


def _fail(row: Wanted, run: Run | None = None, refusal: ConsignError | None = None) -> RowOutcome:
    problems = row.problems
    if run is not None and refusal is not None:
        problems = tuple(blame(run.found, row.cells, role, refusal) for role in _find_blamed(row, refusal))
    return RowOutcome(row.row, Outcome.PROBLEM, row.name or row.code or "", None, problems=problems, cells=row.cells)


def _find_blamed(row: Wanted, refusal: ConsignError) -> Sequence[Role | None]:
    if isinstance(refusal, CellRefused):
        return refusal.roles or (None,)
    if isinstance(refusal, NewNumberNeeded):
        return [BLAMED[one] for one in refusal.reasons]
    role = BLAMED.get(refusal.code)
    if role is Role.PRICE_FROM and row.price_from is None:
        return [Role.PRICE]
    if role is Role.GROUP and row.food_group is None:
        return [Role.CLASS]
    return [role]


def _add(run: Run, row: Wanted, owner_id: int | None) -> RowOutcome:
    """Add the product of a row, with its first price and its number, where the row has them."""
    if row.code is not None:
        _refuse_code(run, row.code)
    owner_id, name, net_content, net_unit = _require_new(row, owner_id)
    code = _choose_code(run, row, owner_id)
    steps = [*plan_price(run, row, None), *plan_gtin(run, row, None)]
    with savepoint(run.session):
        product = add_product(
            run.session,
            by=run.by,
            producer_id=owner_id,
            code=code,
            name=name,
            net_content=net_content,
            net_unit=net_unit,
            goods_class=row.goods_class,
            food_group=row.food_group,
            details=merge_details(Details(), row),
        )
        for step in steps:
            step.act(product)
    if row.code is None:
        start, number = run.free[owner_id]
        run.free[owner_id] = (start, number + 1)
    run.shelf.put(Known(product))
    run.rows[product.id] = row.row
    return RowOutcome(row.row, Outcome.ADDED, product.name, code)


def _require_new(row: Wanted, owner_id: int | None) -> tuple[int, str, int, str]:
    """Return what a new product cannot be without: its producer, name, content and unit.

    Raises:
        CellRefused: one is blank.

    """
    name, net_content, net_unit = row.name, row.net_content, row.net_unit
    if owner_id is None or name is None or net_content is None or net_unit is None:
        facts = {Role.PRODUCER: owner_id, Role.NAME: name, Role.CONTENT: net_content, Role.UNIT: net_unit}
        raise CellRefused(
            say(
                "No new product is without this, and one that is there is found by it or by its code. Fill in the cell."
            ),
            "cell.blank",
            *(role for role, fact in facts.items() if fact is None),
        )
    return owner_id, name, net_content, net_unit


def _refuse_code(run: Run, code: str) -> None:
    """Refuse a code that no product has, unless the dinas may give it to a new one.

    Raises:
        CellRefused: accordingly.

    """
    if run.by.producer_id is not None:
        raise CellRefused(
            say("You have no product with this code. The region gives codes: leave the cell blank for a new product."),
            "code.unknown",
            Role.CODE,
        )
    if not is_plain_code(code):
        raise CellRefused(
            say("This cannot be a code. Use up to {longest} letters, digits, dots and dashes.", longest=LONGEST_CODE),
            "code.invalid",
            Role.CODE,
        )


def _choose_code(run: Run, row: Wanted, owner_id: int) -> str:
    """Return the code of a new product: the one that the dinas wrote, else the next free one that no other row names."""
    if row.code is not None:
        return row.code
    if owner_id not in run.free:
        start, dash, digits = find_free_code(run.session, run.shelf.by_id[owner_id]).rpartition("-")
        run.free[owner_id] = (f"{start}{dash}", int(digits))
    start, number = run.free[owner_id]
    while f"{start}{number:02d}" in run.shelf.codes:
        number += 1
    run.free[owner_id] = (start, number)
    return f"{start}{number:02d}"


def _change(run: Run, row: Wanted, known: Known) -> RowOutcome:
    """Change what a row says otherwise of a product; a row that says the same asks nothing of the database."""
    product = known.product
    earlier = run.rows.setdefault(product.id, row.row)
    if earlier != row.row:
        raise CellRefused(
            say("Row {row} is about the same product. Leave one of the two out.", row=earlier),
            "row.repeats",
            Role.CODE if row.code is not None else Role.NAME,
        )
    name, code = product.name, product.code
    steps = [
        *plan_facts(run, row, product),
        *plan_class(run, row, product),
        *plan_price(run, row, known),
        *plan_gtin(run, row, known),
    ]
    if not steps:
        return RowOutcome(row.row, Outcome.UNCHANGED, name, code)
    with savepoint(run.session):
        for step in steps:
            step.act(product)
    run.shelf.put(known)
    changes = tuple(change for step in steps for change in step.changes)
    return RowOutcome(row.row, Outcome.CHANGED, row.name or name, code, changes)
