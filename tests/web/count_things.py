"""Goods in stores for tests that look at every page: each store has a count with a difference, a loss, and one that goes on."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from consign.identity.queries import get_actor
from consign.stock.counting import count_at_once, open_count, scan
from consign.stock.rules import NewLine, Reason
from consign.stock.writing_off import write_off
from tests.builders import FINANCE
from tests.conftest import REGION
from tests.web.town import Town

BEGUN, LOST, COUNTED, LATER = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 20), date(2026, 11, 21)
ENDS = date(2027, 3, 1)
STANDS = (("PRD-2", "T2", "B2"), ("PRD-3", "K1", "B3"), ("PRD-1", "T1", "B1"))
"""Which product stands in which store, of which batch; the last one's ids are handed back."""


def put_counts(town: Town) -> dict[str, str]:
    """Let ten packs stand in each store on 1 November, two be damaged on the 10th, and six be found on the 20th.

    A second count goes on in each store, in which one pack was found. Returns numbers and ids of the first store.
    """
    found: dict[str, str] = {}
    with town.database.transaction(REGION) as session:
        by = get_actor(session, FINANCE)
        session.execute(text("UPDATE agreement SET loss_store_bp = 4000"))
        for code, store, batch in STANDS:
            store_id, product_id = town.id("store", code=store), town.id("product", code=code)

            def line(
                quantity: int, *, product_id: int = product_id, batch: str = batch, reason: Reason | None = None
            ) -> NewLine:
                return NewLine(product_id, Decimal(quantity), batch, ENDS, reason)

            count_at_once(session, by=by, store_id=store_id, day=BEGUN, is_full=True, lines=[line(10)])
            write_off(session, by=by, store_id=store_id, day=LOST, lines=[line(2, reason=Reason.DAMAGED)])
            counted = count_at_once(session, by=by, store_id=store_id, day=COUNTED, is_full=True, lines=[line(6)])
            note = open_count(session, by=by, store_id=store_id, day=LATER, is_full=True)
            scanned = scan(session, by=by, note_id=note.id, code=code)
            loss_id = session.scalar(text("SELECT max(id) FROM stock_loss WHERE note_id = :note"), {"note": counted.id})
            found = {
                "recorded": counted.number,
                "count_number": note.number,
                "loss_id": str(loss_id),
                "scan_id": str(scanned.scan_id),
            }
    return found
