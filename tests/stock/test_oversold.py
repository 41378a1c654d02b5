"""What stands below zero after a posting is told, with what is likely wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event, select

from consign.catalogue.actions import add_product, set_price
from consign.models.catalogue import Product
from consign.models.sales import SalesFinding
from consign.models.stock import StockNote
from consign.sales.finding_lists import tell_finding
from consign.stock.counting import count_at_once
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import NewLine, NoteKind, NoteState
from tests.builders import OPENED, SAMBAL, City, write_csv
from tests.stock.test_moving import deliver, line, sell

FIRST, DAY = date(2026, 3, 1), date(2026, 3, 20)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consign.clock.today", lambda _zone: date(2026, 4, 1))


def told(city: City) -> list[str]:
    rows = city.session.scalars(
        select(SalesFinding).where(SalesFinding.code == "stock.oversold").order_by(SalesFinding.id)
    )
    return [str(tell_finding(one.code, one.detail)) for one in rows]


def count(city: City, quantity: int, day: date = FIRST) -> None:
    count_at_once(
        city.session, by=city.finance, store_id=city.stores[0].id, day=day, is_full=False, lines=[line(city, quantity)]
    )


def announce(city: City, kind: NoteKind = NoteKind.DELIVERY) -> StockNote:
    """Send the first store goods that it has not confirmed."""
    is_delivery = kind == NoteKind.DELIVERY
    note = add_note(
        city.session, by=city.admin, kind=kind, state=NoteState.SENT, store=city.stores[0 if is_delivery else 1],
        day=DAY, producer_id=city.producers[0].id, to_store_id=None if is_delivery else city.stores[0].id,
    )  # fmt: skip
    add_lines(city.session, note, [line(city, 10)])
    return note


def add_twin(city: City, standing: int) -> Product:
    """Add another product of the same producer, of which some stands in the first store."""
    twin = add_product(
        city.session, by=city.admin, producer_id=city.producers[0].id, code="PRD-9", name="Keripik Pedas",
        net_content=200, net_unit="g", goods_class=None, food_group=None,
    )  # fmt: skip
    set_price(city.session, by=city.admin, product=twin, price_rp=15_000, from_on=OPENED)
    deliver(city, FIRST, NewLine(twin.id, Decimal(standing)))
    return twin


def test_where_enough_stands_nothing_is_told(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 10))
    sell(city, tmp_path, DAY, 10)
    assert told(city) == []


def test_where_no_stock_is_kept_nothing_is_told_and_nothing_more_is_read(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 1), store=1)
    statements: list[str] = []
    connection = city.session.connection()
    listen = lambda *facts: statements.append(facts[2])  # noqa: E731
    event.listen(connection, "before_cursor_execute", listen)
    sell(city, tmp_path, DAY, 10)
    event.remove(connection, "before_cursor_execute", listen)
    assert told(city) == []
    assert len([one for one in statements if "short(store_id" in one or "on_hand < 0" in one]) == 1


def test_what_is_oversold_is_told_with_how_far_below_zero_it_stands(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 3))
    count(city, 3)
    sell(city, tmp_path, DAY, 5)
    row = city.session.scalars(select(SalesFinding).where(SalesFinding.code == "stock.oversold")).one()
    assert (row.product_id, row.store_id, row.lines, row.quantity, row.amount_rp, row.first_row) == (
        city.products[0].id, city.stores[0].id, 1, 5, 75_000, 2,
    )  # fmt: skip
    assert told(city) == ["5 were sold, and the books of the store now say -2. Perhaps a delivery was not entered."]


@pytest.mark.parametrize("kind", [NoteKind.DELIVERY, NoteKind.TRANSFER])
def test_a_note_on_its_way_is_named(city: City, tmp_path: Path, kind: NoteKind):
    deliver(city, FIRST, line(city, 3))
    note = announce(city, kind)
    sell(city, tmp_path, DAY, 5)
    assert told(city)[0].endswith(f"{note.number} brings it and is not confirmed.")


def test_another_product_of_the_producer_that_has_enough_left_is_named(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 3))
    add_twin(city, standing=2)
    sell(city, tmp_path, DAY, 5)
    assert told(city)[0].endswith("Perhaps the till's code means Keripik Pedas, of which enough is left.")


def test_one_that_has_too_little_left_is_not(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 3))
    add_twin(city, standing=1)
    sell(city, tmp_path, DAY, 5)
    assert told(city)[0].endswith("It was not counted there for a long time, or never.")


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        # 90 days before 20 March 2026 is 20 December 2025.
        (date(2025, 12, 19), "It was not counted there for a long time, or never."),
        (date(2025, 12, 20), "Perhaps a delivery was not entered."),
    ],
)
def test_a_count_is_due_after_ninety_days(city: City, tmp_path: Path, counted: date, said: str):
    count(city, 3, counted)
    sell(city, tmp_path, DAY, 5)
    assert told(city)[0].endswith(said)


def test_sales_before_the_last_count_put_nothing_below_zero(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 3))
    count(city, 1, date(2026, 3, 10))
    sell(city, tmp_path, DAY, 2)
    sell(city, tmp_path, date(2026, 3, 5), 9, receipt="S2")
    # It stands at -1 since the sale of the 20th; the 9 of the 5th were on the shelf before it was counted.
    assert len(told(city)) == 1


def test_each_posting_that_takes_it_further_down_tells_it(city: City, tmp_path: Path):
    deliver(city, FIRST, line(city, 3))
    sell(city, tmp_path, DAY, 5)
    sell(city, tmp_path, date(2026, 3, 21), 1, receipt="S2")
    path = write_csv(tmp_path, f"2026-03-22,T1,S3,{SAMBAL},Sambal,1,22500,22500", name="other.csv")
    city.post(path)
    assert [said.partition(" ")[0] for said in told(city)] == ["5", "1"]
