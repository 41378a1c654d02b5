"""The list of movements to fill in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.identity.rules import PERMITTED, Act, Actor, get_reach
from consign.models.partners import Partner, Store
from consign.stock.import_columns import CHOICES, COLUMNS, Role
from reports.product_template import Cell, SheetColumn, write_sheet

SHEET = "Gerakan barang"
EXAMPLE_REFERENCE = "Contoh: NOTA-001 (baris ini tidak dibaca)"
NAMED_AT_MOST = 5_000
"""Stores that a template lets choose from."""


def write_movements_template(session: Session, *, by: Actor) -> bytes:
    """Return an empty list of movements as a workbook, with one row that is an example and is never read.

    Raises:
        NotAllowed: *by* neither sends goods nor moves a store's.

    """
    get_reach(by, Act.SEND_DELIVERIES if by.role in PERMITTED[Act.SEND_DELIVERIES] else Act.MOVE_STOCK)
    choices = {role: tuple((one[0], "") for one in by_code.values()) for role, by_code in CHOICES.items()}
    choices |= _find_places(session, by)
    columns = [
        SheetColumn(one.title, one.kind, one.width, one.help, one.example, choices.get(role, ()))
        for role, one in COLUMNS.items()
    ]
    return write_sheet(columns, [[_find_example(role) for role in COLUMNS]], sheet=SHEET)


def _find_places(session: Session, by: Actor) -> dict[Role, tuple[tuple[str, str], ...]]:
    """Return the partners and stores that *by* may choose from, each with its name."""
    query = (
        select(Partner.code.label("partner"), Partner.name.label("partner_name"), Store.code, Store.name)
        .join(Store, Store.partner_id == Partner.id)
        .order_by(Partner.code, Store.code)
        .limit(NAMED_AT_MOST)
    )
    if by.partner_id is not None:
        query = query.where(Partner.id == by.partner_id)
    rows = session.execute(query).all()
    stores = tuple((row.code, f"{row.partner}: {row.name}") for row in rows)
    partners = tuple({row.partner: (row.partner, row.partner_name) for row in rows}.values())
    return {Role.PARTNER: partners, Role.STORE: stores, Role.TO_STORE: stores}


def _find_example(role: Role) -> Cell:
    if role is Role.REFERENCE:
        return EXAMPLE_REFERENCE
    text = COLUMNS[role].example
    return int(text) if COLUMNS[role].kind == "number" and text else text
