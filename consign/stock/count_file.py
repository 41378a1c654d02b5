"""A count from a file: which product, how many, perhaps of which batch. All of it is counted, or nothing."""

import tempfile
from datetime import date
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.import_rules import RowProblem
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Partner
from consign.models.stock import StockNote
from consign.stock.count_rules import add_up
from consign.stock.counting import count_at_once
from consign.stock.given import get_store_given
from consign.stock.import_cells import Wanted, blame, read_wanted
from consign.stock.import_columns import OF_COUNT, Role
from consign.stock.import_file import GoodsList, copy_list, read_list
from consign.stock.import_matching import Lookup
from consign.stock.import_rules import CellRefused, CountFileRefused
from consign.stock.rules import NewLine, refuse_day

NEEDED = (Role.PRODUCT, Role.QUANTITY)


def count_from_file(
    session: Session, *, by: Actor, store_id: int, day: date, is_full: bool, source: BinaryIO, remark: str = ""
) -> StockNote:
    """Record what the file in *source* says was found in a store at the end of *day*. See `counting.count_at_once`.

    What was found in two places is added up.

    Raises:
        NotAllowed: *by* may not move this store's goods.
        CountFileRefused: cells cannot be taken, each named with its row; nothing was counted.
        ImportTooLarge, ImportTooLong, ImportEmpty, ImportColumnMissing, ImportColumnTwice: accordingly.
        FileRefused: in one of its kinds, where it is no table that can be read.
        BadInput: the day cannot be.

    """
    store = get_store_given(session, store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    refuse_day(day, today=clock.today(store.zone))
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "count"
        copy_list(source, path)
        found = read_list(path, used=OF_COUNT, needed=NEEDED)
    lines = _find_lines(found, Lookup(session, by), session.get_one(Partner, store.partner_id))
    return count_at_once(
        session, by=by, store_id=store.id, day=day, is_full=is_full, lines=add_up(lines), remark=remark
    )


def _find_lines(found: GoodsList, lookup: Lookup, partner: Partner) -> list[NewLine]:
    lines: list[NewLine] = []
    problems: list[tuple[int, RowProblem]] = []
    for row in read_wanted(found, needed=NEEDED):
        problems += [(row.row, one) for one in row.problems]
        try:
            line = _find_line(row, lookup, partner)
        except CellRefused as refusal:
            problems.append((row.row, blame(found, row.cells, refusal.role, refusal)))
        else:
            lines += [line] if line is not None else []
    if problems:
        raise CountFileRefused(tuple(problems))
    return lines


def _find_line(row: Wanted, lookup: Lookup, partner: Partner) -> NewLine | None:
    if row.product is None:
        return None
    product = lookup.get_product(partner.id, row.product)
    return None if row.quantity is None else NewLine(product.id, row.quantity, row.batch, row.expires_on)
