"""Every invariant of stock finds the breach it is there for: each is planted once, past all constraints."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.models.stock import StockNote
from consign.stock.checks import CHECKS
from consign.stock.counting import count_at_once
from consign.stock.moving import lock_stores, take_back
from consign.stock.rules import NewLine, NoteState, Reason
from consign.stock.writing_off import write_off
from tests.builders import City
from tests.stock.test_moving import deliver, line, sell

FIRST, DAY = date(2026, 3, 1), date(2026, 3, 20)
_FIRST_OF = "id = (SELECT min(id) FROM stock_movement WHERE kind = '{kind}')"

PLANTED = {
    "stock.level": {
        "another quantity": ["UPDATE stock_level SET on_hand = on_hand + 1"],
        "another last day": ["UPDATE stock_level SET last_on = last_on + 1"],
        "an earlier first day": ["UPDATE stock_level SET begins_on = begins_on - 1"],
        "none at all": ["DELETE FROM stock_batch_level", "DELETE FROM stock_level"],
        "one of what never moved": [
            """INSERT INTO stock_level (store_id, product_id, begins_on, last_on, on_hand, short)
               SELECT max(store.id), max(product.id), '2026-03-01', '2026-03-01', 0, 0 FROM store, product"""
        ],
    },
    "stock.batches": {
        "another quantity": [
            "UPDATE stock_batch_level SET quantity = quantity + 1 WHERE quantity = (SELECT max(quantity) FROM stock_batch_level)"
        ],
        "none at all": ["DELETE FROM stock_batch_level"],
    },
    "stock.count": {
        "a movement into what was counted": [
            """INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, note_id, line_no)
               SELECT store_id, product_id, day - 10, 'received', 1, note_id, line_no FROM stock_movement
               WHERE kind = 'counted' LIMIT 1"""
        ],
        "another line": ["UPDATE stock_note_line SET quantity = quantity + 1 WHERE note_id = (SELECT max(id) FROM stock_note WHERE kind = 'count')"],
    },
    "stock.sold": {
        "another quantity": [f"UPDATE stock_movement SET quantity = quantity - 1 WHERE {_FIRST_OF.format(kind='sold')}"],
        "none at all": ["DELETE FROM stock_movement WHERE kind = 'sold'"],
        "no sale": ["DELETE FROM sale WHERE (posting_no, row_no) = (SELECT min(posting_no), 2 FROM sale)"],
    },
    "stock.note": {
        "more moved than its line says": [
            f"UPDATE stock_movement SET quantity = quantity + 1 WHERE {_FIRST_OF.format(kind='received')}"
        ],
        "moved though it was reversed": ["UPDATE stock_note SET state = 'recorded', ended_reason = NULL, ended_by = NULL WHERE state = 'reversed'"],
        "in another store": [
            f"""UPDATE stock_movement SET store_id = (SELECT max(id) FROM store) WHERE {_FIRST_OF.format(kind='received')}"""
        ],
    },
    "stock.movement": {
        "no store": ["UPDATE stock_movement SET store_id = 0 WHERE kind = 'sold'"],
        "no product": ["UPDATE stock_movement SET product_id = 0 WHERE kind = 'sold'"],
        "no batch": [f"UPDATE stock_movement SET batch_id = 0 WHERE {_FIRST_OF.format(kind='received')}"],
        "no line": [f"UPDATE stock_movement SET line_no = 99 WHERE {_FIRST_OF.format(kind='received')}"],
        "another sum than it takes back": ["UPDATE stock_movement SET quantity = quantity + 1 WHERE reverses_id IS NOT NULL"],
    },
    "stock.loss": {
        "none": ["DELETE FROM stock_loss WHERE id = (SELECT max(id) FROM stock_loss)"],
        "another quantity": ["UPDATE stock_loss SET quantity = quantity * 2"],
        "another value": ["UPDATE stock_loss SET value_rp = value_rp + 1"],
    },
    "stock.numbers": {
        "a gap": ["UPDATE stock_counter SET last = last + 1 WHERE prefix = 'SO'"],
    },
}  # fmt: skip
CASES = [(code, how) for code, cases in PLANTED.items() for how in cases]


@pytest.fixture
def lived_in(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """Let goods be delivered, sold, counted, written off and half of that taken back."""
    monkeypatch.setattr("consign.clock.today", lambda _zone: date(2026, 4, 1))
    deliver(city, FIRST, line(city, 10, "A", date(2026, 6, 1)), line(city, 10, "B", date(2026, 9, 1)))
    sell(city, tmp_path, date(2026, 3, 10), 3)
    store_id = city.stores[0].id
    count_at_once(
        city.session, by=city.finance, store_id=store_id, day=DAY, is_full=True,
        lines=[NewLine(city.products[0].id, Decimal(15))],
    )  # fmt: skip
    for quantity in (1, 2):
        note = write_off(
            city.session, by=city.finance, store_id=store_id, day=DAY,
            lines=[NewLine(city.products[0].id, Decimal(quantity), reason=Reason.DAMAGED)],
        )  # fmt: skip
    reverse(city, note)
    return city


def reverse(city: City, note: StockNote) -> None:
    lock_stores(city.session, [note.store_id])
    note.state, note.ended_reason, note.ended_by = NoteState.REVERSED, "salah", city.finance.user_id
    city.session.flush()
    take_back(city.session, note_id=note.id)


def codes(session: Session) -> set[str]:
    return {breach.code for check in CHECKS for breach in check(session)}


def test_what_was_lived_in_has_no_breach(lived_in: City):
    assert codes(lived_in.session) == set()


@pytest.mark.parametrize(("code", "how"), CASES, ids=[f"{code}: {how}" for code, how in CASES])
def test_a_planted_breach_is_found_and_named(lived_in: City, code: str, how: str):
    lived_in.session.execute(text("SELECT set_config('role', 'none', true)"))
    for statement in PLANTED[code][how]:
        lived_in.session.execute(text(statement))
    assert code in codes(lived_in.session)


def test_every_code_is_planted():
    source = (Path(__file__).parents[2] / "consign/stock/checks.py").read_text(encoding="utf-8")
    assert {part.split('"')[0] for part in source.split('Breach("')[1:]} == set(PLANTED)
