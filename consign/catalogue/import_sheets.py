"""Lists of products to fill in: the empty template, the present products in the same columns, and the rows with problems."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import RowMapping, Select, case, func, select
from sqlalchemy.orm import Session

from compliance.food_groups import find_group
from consign.catalogue.import_columns import CHOICES, COLUMNS, OF_DINAS, Role
from consign.catalogue.import_file import MOST_ROWS
from consign.catalogue.import_kept import KeptRow, KeptRows
from consign.catalogue.import_rules import ExportTooLong, Outcome
from consign.identity.rules import PERMITTED, Act, Actor, authorize, get_reach
from consign.models.catalogue import Barcode, Product, ProductPrice
from consign.models.partners import Producer
from consign.sentence import Sentence, say
from reports.product_template import Cell, SheetColumn, write_sheet
from reports.table import write_xlsx

NAMED_AT_MOST = 5_000
"""Producers that a template lets choose from."""
EXAMPLE_NAME = "Contoh: Rempeyek Kacang (baris ini tidak dibaca)"


def write_template(session: Session, *, by: Actor) -> bytes:
    """Return an empty list of products as a workbook, with one row that is an example and is never read.

    Only the dinas's has columns for producer and barcode.

    Raises:
        NotAllowed: *by* manages no products.

    """
    roles = _find_roles(by)
    return write_sheet(_make_columns(session, roles), [[_find_example(role) for role in roles]])


def export_products(session: Session, *, by: Actor, producer_id: int | None, on: date) -> bytes:
    """Return the products that *by* manages, of one producer or of all, as a list that can be changed and handed in again.

    Handed in unchanged it changes nothing. A price is the one of the day *on*, else the next one.

    Raises:
        NotAllowed: *by* manages no products, or not this producer's.
        ExportTooLong: there are more than one list may hold.

    """
    reach = get_reach(by, Act.MANAGE_PRODUCTS)
    owner_id = reach.producer_id if producer_id is None else producer_id
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=owner_id)
    rows = session.execute(_select_rows(owner_id, on=on).limit(MOST_ROWS + 1)).mappings().all()
    if len(rows) > MOST_ROWS:
        raise ExportTooLong(
            say("There are more than {most} products, too many for one list. Choose a producer.", most=MOST_ROWS)
        )
    roles = _find_roles(by)
    return write_sheet(_make_columns(session, roles), [[_show(row, role) for role in roles] for row in rows])


def write_problems(kept: KeptRows, *, tell: Callable[[Sentence], str]) -> bytes:
    """Return the rows with problems as a workbook: their cells as in the file, and beside them columns and reasons.

    *tell* says a sentence in the reader's language. Put right, the workbook can be handed in itself.
    """
    heads = [
        *(one.strip() or f"#{place}" for place, one in enumerate(kept.headers, start=1)),
        *(tell(one) for one in (say("Row of the file"), say("Column at fault"), say("Why it was not taken"))),
    ]
    width = len(kept.headers)
    rows: list[list[Cell]] = [
        [*_fit(one.cells, width), one.row, *_tell_problems(one, tell)]
        for one in kept.rows
        if one.outcome is Outcome.PROBLEM
    ]
    return write_xlsx(heads, rows, sheet=tell(say("Problems")))


def _tell_problems(row: KeptRow, tell: Callable[[Sentence], str]) -> tuple[str, str]:
    columns = [one.column for one in row.problems if one.column]
    return ", ".join(dict.fromkeys(columns)), " ".join(dict.fromkeys(tell(one.why) for one in row.problems))


def _fit(cells: Sequence[str], width: int) -> list[str]:
    """Return the cells of a row, also of one with too many or too few, one for each header."""
    fitting = [*cells[:width], *[""] * (width - len(cells))]
    if len(cells) > width:
        fitting[-1] = " | ".join(cells[width - 1 :])
    return fitting


def _find_roles(by: Actor) -> list[Role]:
    """Return the columns of a list that *by* fills in.

    Raises:
        NotAllowed: *by* manages no products.

    """
    own = get_reach(by, Act.MANAGE_PRODUCTS).producer_id is not None
    hidden = OF_DINAS if own or by.role not in PERMITTED[Act.MANAGE_CODES] else frozenset()
    return [role for role in COLUMNS if role not in hidden]


def _make_columns(session: Session, roles: Sequence[Role]) -> list[SheetColumn]:
    columns = []
    for role in roles:
        column = COLUMNS[role]
        words = [by_code[0] for by_code in CHOICES.get(role, {}).values()]
        choices = tuple((word, _note(role, word)) for word in words)
        columns.append(SheetColumn(column.title, column.kind, column.width, column.help, column.example, choices))
    if Role.PRODUCER in roles:
        place = roles.index(Role.PRODUCER)
        named = select(Producer.code, Producer.name).order_by(Producer.code).limit(NAMED_AT_MOST)
        producers = tuple((row.code, row.name) for row in session.execute(named))
        columns[place] = replace(columns[place], choices=producers)
    return columns


def _note(role: Role, word: str) -> str:
    """Return what is said of a choice that does not explain itself: the name of a group of food."""
    group = find_group(word) if role is Role.GROUP else None
    return group.name if group else ""


def _find_example(role: Role) -> Cell:
    """Return what the example has in a column; a new product has no code yet."""
    if role is Role.NAME:
        return EXAMPLE_NAME
    text = "" if role is Role.CODE else COLUMNS[role].example
    return int(text) if COLUMNS[role].kind == "number" and text else text


def _select_rows(producer_id: int | None, *, on: date) -> Select[tuple[object, ...]]:
    """Return the query for products with producer, the price of the day *on* or the next one, and the number in use."""
    first = func.lower(ProductPrice.days)
    holds = ProductPrice.days.contains(on)
    prices = (
        select(ProductPrice.price_rp, first.label("price_from"))
        .where(ProductPrice.product_id == Product.id, holds | (first > on))
        .order_by(case((holds, 0), else_=1), first)
        .limit(1)
        .lateral()
    )
    gtin = (
        select(Barcode.number)
        .where(Barcode.product_id == Product.id, Barcode.kind == "gtin", Barcode.until_on.is_(None))
        .order_by(Barcode.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    facts = [getattr(Product, role.value) for role in COLUMNS if hasattr(Product, role.value)]
    query = (
        select(*facts, Producer.code.label("producer"), prices.c.price_rp, prices.c.price_from, gtin.label("gtin"))
        .select_from(Product)
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(prices, prices.c.price_rp.is_not(None))
        .order_by(Producer.code, Product.code)
    )
    return query if producer_id is None else query.where(Product.producer_id == producer_id)


def _show(row: RowMapping, role: Role) -> Cell:
    value: Cell = row[role.value]
    words = CHOICES.get(role, {})
    return words[value][0] if isinstance(value, str) and value in words else value
