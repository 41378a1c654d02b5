"""What a later file says about sales that an earlier one reported: cancelled at the till, or come back."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from consign.db import finish
from consign.errors import NeedsDecision
from consign.models.sales import Sale, SalesIgnored, SalesProfile
from consign.sales.checks import CHECKS
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Answers, Stated
from consign.sales.rules import Overlap
from tests.builders import KERIPIK, City

LOYVERSE = "Date,Receipt number,Receipt type,SKU,Item,Quantity,Gross sales,Discounts,Net sales,Store,Status"
LAZADA = "Order Item Id,Seller SKU,Created at,Order Number,Unit Price,Item Name,Status"
PLAIN = Decisions()


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def loyverse(receipt: str, status: str = "Closed", kind: str = "Sale", quantity: int = 1) -> str:
    amount = 15_000 * quantity
    return f"2026-10-05 10:00:00,{receipt},{kind},{KERIPIK},Keripik,{quantity},{amount},0,{amount},T1,{status}"


def lazada(item: int, status: str) -> str:
    return f"{item},{KERIPIK},05 Oct 2026 10:14,9001,15000.00,Keripik,{status}"


def sold(city: City) -> list[int]:
    return [int(one) for one in city.session.scalars(select(Sale.quantity).order_by(Sale.posting_no, Sale.row_no))]


def assert_sound(city: City) -> None:
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def decide(overlap: Overlap) -> Decisions:
    return Decisions(overlap=overlap)


def test_a_known_layout_is_posted_without_a_question_and_kept_as_the_partners_profile(city: City, tmp_path: Path):
    outcome = city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1")), decisions=PLAIN)
    assert outcome.posted == 1
    profile = city.session.scalars(select(SalesProfile)).one()
    assert profile.layout["known_as"] == "Loyverse: Receipts by item"
    assert profile.headers == LOYVERSE.split(",")


def test_a_row_cancelled_after_it_was_posted_asks_and_posts_nothing(city: City, tmp_path: Path):
    city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1"), loyverse("1-2")), decisions=PLAIN)
    later = write(tmp_path, "b.csv", LOYVERSE, loyverse("1-1", "Cancelled"), loyverse("1-2"), loyverse("1-3"))
    with pytest.raises(NeedsDecision) as asked:
        city.post(later, decisions=PLAIN)
    assert asked.value.questions[0].about == "overlap"
    assert "1 rows are cancelled" in str(asked.value.questions[0].why)
    assert sold(city) == [1, 1]


def test_replacing_takes_the_cancelled_sale_back_and_no_other(city: City, tmp_path: Path):
    city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1"), loyverse("1-2")), decisions=PLAIN)
    later = write(tmp_path, "b.csv", LOYVERSE, loyverse("1-1", "Cancelled"), loyverse("1-2"), loyverse("1-3"))
    outcome = city.post(later, decisions=decide(Overlap.REPLACE))
    assert (outcome.posted, outcome.known, outcome.ignored, outcome.reversed_rows) == (1, 1, 1, 1)
    assert sold(city) == [1, 1, -1, 1]
    assert_sound(city)


def test_of_two_equal_lines_one_cancelled_takes_back_one(city: City, tmp_path: Path):
    city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1"), loyverse("1-1")), decisions=PLAIN)
    later = write(tmp_path, "b.csv", LOYVERSE, loyverse("1-1", "Cancelled"), loyverse("1-1"))
    outcome = city.post(later, decisions=decide(Overlap.REPLACE))
    assert outcome.reversed_rows == 1
    assert sum(sold(city)) == 1
    assert_sound(city)


def test_letting_it_stand_keeps_the_sale(city: City, tmp_path: Path):
    city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1")), decisions=PLAIN)
    city.post(write(tmp_path, "b.csv", LOYVERSE, loyverse("1-1", "Cancelled")), decisions=decide(Overlap.ADD))
    assert sold(city) == [1]
    assert_sound(city)


def test_a_row_that_was_cancelled_from_the_start_asks_nothing(city: City, tmp_path: Path):
    outcome = city.post(
        write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1", "Cancelled"), loyverse("1-2")), decisions=PLAIN
    )
    assert (outcome.posted, outcome.ignored) == (1, 1)
    assert city.session.scalars(select(SalesIgnored.reason)).all() == ["cancelled"]


@pytest.mark.parametrize("first", ["delivered", "returned"])
def test_an_order_that_came_back_nets_to_nothing_whichever_file_comes_first(city: City, tmp_path: Path, first: str):
    """The first file may know of the sale alone, or of both; the second one knows that the goods came back."""
    header = write(tmp_path, "a.csv", LAZADA, lazada(1, first), lazada(2, "delivered"))
    stated = Stated(city.stores[0].id)
    city.post(header, decisions=PLAIN, stated=stated)
    second = write(tmp_path, "b.csv", LAZADA, lazada(1, "returned"), lazada(2, "delivered"), lazada(3, "delivered"))
    outcome = city.post(second, decisions=PLAIN, stated=stated)
    # Three sold, one of them given back.
    assert sum(sold(city)) == 2
    assert outcome.rows_read == outcome.posted + outcome.known + outcome.ignored + outcome.parked == 4
    back = city.session.execute(
        select(Sale.fee_rate_from, Sale.fee_rp, Sale.returns_row_no).where(Sale.quantity < 0)
    ).one()
    assert back.fee_rate_from == "sale"
    assert back.returns_row_no is not None
    assert city.session.scalar(text("SELECT sum(fee_rp) FROM sale WHERE receipt = '9001'")) == -2 * back.fee_rp
    assert_sound(city)


def test_a_changed_header_is_asked_about_with_what_is_new_and_what_is_gone(city: City, tmp_path: Path):
    city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1")), decisions=PLAIN)
    changed = LOYVERSE.replace("Store", "Outlet code").replace("Discounts", "Rabatt")
    with pytest.raises(NeedsDecision) as asked:
        city.post(write(tmp_path, "b.csv", changed, loyverse("1-2")), decisions=PLAIN)
    said = " ".join(str(one.why) for one in asked.value.questions)
    assert "new is Rabatt, Outlet code, gone is Discounts, Store" in said
    assert sold(city) == [1]


def test_columns_in_another_order_are_asked_about_too(city: City, tmp_path: Path):
    city.post(write(tmp_path, "a.csv", LOYVERSE, loyverse("1-1")), decisions=PLAIN)
    swapped = "Receipt number,Date,Receipt type,SKU,Item,Quantity,Gross sales,Discounts,Net sales,Store,Status"
    row = f"1-2,2026-10-05 10:00:00,Sale,{KERIPIK},Keripik,1,15000,0,15000,T1,Closed"
    with pytest.raises(NeedsDecision) as asked:
        city.post(write(tmp_path, "b.csv", swapped, row), decisions=PLAIN)
    assert "another order" in str(asked.value.questions[0].why)
    confirmed = Decisions(answers=Answers(accept_suggestion=True))
    assert city.post(write(tmp_path, "b.csv", swapped, row), decisions=confirmed).posted == 1
    assert city.post(write(tmp_path, "c.csv", swapped, row, row.replace("1-2", "1-3")), decisions=PLAIN).posted == 1
