"""What a statement lists: goods that came and went, late lines one by one, and nothing that changes afterwards."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text

from consign.checks import CHECKS
from consign.db import finish
from consign.models.settlement import Adjustment, Statement
from consign.sales.ending import reverse_upload
from consign.settlement.actions import close_period
from consign.settlement.queries import get_statement_figures
from consign.stock.confirming import reverse_note
from consign.stock.rules import NewLine, Reason
from reports.statement import StatementFigures, StatementStockLine
from tests.builders import KERIPIK, City, write_csv
from tests.stock.goods import Market
from tests.stock.losing import Losing, build_losing, freeze
from tests.stock.test_moving import count, deliver

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)
CLOCK_ON = date(2026, 10, 2)


def sale(day: str, quantity: int, *, receipt: str, store: str = "T1") -> str:
    return f"{day},{store},{receipt},{KERIPIK},Keripik,{quantity},15000,{quantity * 15_000}"


def close(city: City, until: date) -> Statement:
    """Close a period and return the statement of the first producer."""
    statements = close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji"
    )
    finish(city.session)
    return next(one for one in statements if one.producer_id == city.producers[0].id)


def figures(city: City, statement: Statement) -> StatementFigures:
    return get_statement_figures(city.session, by=city.finance, number=statement.number)


def stock(city: City, statement: Statement) -> tuple[int, ...]:
    """Return opening, received, sold, returned, lost, other, closing and unkept of the first product."""
    (line,) = figures(city, statement).stock
    return in_row(line)


def in_row(line: StatementStockLine) -> tuple[int, ...]:
    quantities = (
        line.opening, line.received, line.sold, line.returned, line.lost, line.other, line.closing, line.unkept,
    )  # fmt: skip
    return tuple(int(one) for one in quantities)


@pytest.fixture
def losing(market: Market, monkeypatch: pytest.MonkeyPatch) -> Losing:
    """Let 100 of each product stand in the first store since 1 September."""
    return build_losing(market, freeze(monkeypatch, CLOCK_ON))


def test_stock_goes_on_from_statement_to_statement(losing: Losing, tmp_path: Path):
    city = losing.city
    city.post(write_csv(tmp_path, sale("2026-09-05", 7, receipt="S1"), sale("2026-09-06", -2, receipt="S2")))
    losing.lose(3, Reason.DAMAGED, day=date(2026, 9, 10))
    september = close(city, SEPTEMBER)
    # 100 came, 7 less 2 were sold, 3 were damaged: 92 stand.
    assert stock(city, september) == (0, 100, 5, 0, 3, 0, 92, 0)
    losing.calendar.day = date(2026, 11, 2)
    deliver(city, date(2026, 10, 3), NewLine(city.products[0].id, Decimal(10)))
    city.post(write_csv(tmp_path, sale("2026-10-05", 4, receipt="S3"), name="october.csv"))
    october = close(city, OCTOBER)
    assert stock(city, october) == (92, 10, 4, 0, 0, 0, 98, 0)
    assert stock(city, september) == (0, 100, 5, 0, 3, 0, 92, 0)


def test_what_is_entered_after_a_closing_for_days_inside_it_changes_the_next_only(losing: Losing, tmp_path: Path):
    city = losing.city
    city.post(write_csv(tmp_path, sale("2026-09-05", 7, receipt="S1")))
    september = close(city, SEPTEMBER)
    before = figures(city, september)
    # A delivery of September that nobody had entered, a write-off, a count, a late sale; and a delivery taken back.
    late_note = deliver(city, date(2026, 9, 20), NewLine(city.products[0].id, Decimal(50)))
    losing.lose(1, day=date(2026, 9, 21))
    city.post(write_csv(tmp_path, sale("2026-09-22", 2, receipt="S8"), name="late.csv"))
    count(city, date(2026, 9, 25), NewLine(city.products[0].id, Decimal(139)))  # one less than the book says
    assert figures(city, september) == before
    losing.calendar.day = date(2026, 11, 2)
    october = close(city, OCTOBER)
    # 93 stood. 50 came late; 2 were sold; one was written off and one missing: 93 + 50 - 2 - 2 = 139.
    assert stock(city, october) == (93, 50, 2, 0, 2, 0, 139, 0)
    reverse_note(city.session, by=city.finance, note_id=late_note, reason="salah ketik")
    assert stock(city, october) == (93, 50, 2, 0, 2, 0, 139, 0)
    assert figures(city, september) == before


def test_stock_that_begins_earlier_after_a_closing_ties_all_the_same(city: City, tmp_path: Path):
    # Stock is kept since the delivery of 10 September; five were sold before it, two after it.
    deliver(city, date(2026, 9, 10), NewLine(city.products[0].id, Decimal(20)))
    city.post(write_csv(tmp_path, sale("2026-09-05", 5, receipt="S1"), sale("2026-09-15", 2, receipt="S2")))
    september = close(city, SEPTEMBER)
    assert stock(city, september) == (0, 20, 2, 0, 0, 0, 18, 5)
    # Then somebody enters a delivery of the first: now the five count as well.
    deliver(city, date(2026, 9, 1), NewLine(city.products[0].id, Decimal(30)))
    assert stock(city, september) == (0, 20, 2, 0, 0, 0, 18, 5)
    city.post(write_csv(tmp_path, sale("2026-10-05", 1, receipt="S3"), name="october.csv"))
    october = close(city, OCTOBER)
    # 18 + 30 - 1, less the five sold before: 42.
    assert stock(city, october) == (18, 30, 1, 0, 0, -5, 42, 0)


def test_what_is_sold_where_no_stock_is_kept_is_told_apart(city: City, tmp_path: Path):
    deliver(city, date(2026, 9, 1), NewLine(city.products[0].id, Decimal(20)))
    rows = (sale("2026-09-05", 3, receipt="S1"), sale("2026-09-05", 4, receipt="S2", store="T2"))
    city.post(write_csv(tmp_path, *rows))
    statement = close(city, SEPTEMBER)
    assert stock(city, statement) == (0, 20, 3, 0, 0, 0, 17, 4)
    # Once the other store keeps stock too, the statement says the same.
    deliver(city, date(2026, 9, 2), NewLine(city.products[0].id, Decimal(9)), store=1)
    assert stock(city, statement) == (0, 20, 3, 0, 0, 0, 17, 4)


def test_what_stood_before_the_first_period_is_its_opening(city: City, tmp_path: Path):
    deliver(city, date(2026, 8, 20), NewLine(city.products[0].id, Decimal(12)))
    city.post(write_csv(tmp_path, sale("2026-09-05", 3, receipt="S1")))
    assert stock(city, close(city, SEPTEMBER)) == (12, 0, 3, 0, 0, 0, 9, 0)


def test_late_lines_and_reversals_are_named_one_by_one(city: City, tmp_path: Path):
    wrong = city.post(write_csv(tmp_path, sale("2026-09-07", 1, receipt="S7"), name="wrong.csv"))
    close(city, SEPTEMBER)
    late = (sale("2026-09-30", 2, receipt="S9"), sale("2026-10-01", 1, receipt="S10"))
    city.post(write_csv(tmp_path, *late, name="october.csv"))
    reverse_upload(city.session, by=city.finance, upload_id=wrong.upload_id, reason="salah berkas")
    found = figures(city, close(city, OCTOBER))
    assert [
        (one.day, one.store, one.product_code, one.receipt, one.file, one.kind, one.quantity, one.sales_rp, one.fee_rp)
        for one in found.late
    ] == [
        (date(2026, 9, 7), "T1", "PRD-1", "S7", "wrong.csv", "reversal", Decimal(-1), -15_000, -375),
        (date(2026, 9, 30), "T1", "PRD-1", "S9", "october.csv", "sale", Decimal(2), 30_000, 750),
    ]
    assert found.late_rp == 15_000


def test_a_correction_is_named_with_its_reason(city: City, tmp_path: Path):
    city.post(write_csv(tmp_path, sale("2026-09-05", 1, receipt="S1")))
    correct(city, 2_500, "Sanggahan diterima: satu bungkus lebih")
    statement = close(city, SEPTEMBER)
    (one,) = figures(city, statement).adjustments
    assert (one.day, one.reason, one.amount_rp) == (CLOCK_ON, "Sanggahan diterima: satu bungkus lebih", 2_500)
    assert statement.net_rp == 17_125  # 15.000 less 375, and 2.500


def correct(city: City, amount_rp: int, reason: str) -> None:
    city.session.execute(
        text("""
        INSERT INTO adjustment (partner_id, producer_id, amount_rp, reason, proposed_by, proposed_at, outcome, decided_by, decided_at)
        VALUES (:partner, :producer, :amount, :reason, :one, '2026-10-01 03:00Z', 'approved', :other, '2026-10-02 03:00Z')"""),
        {
            "partner": city.partner.id, "producer": city.producers[0].id, "amount": amount_rp, "reason": reason,
            "one": city.admin.user_id, "other": city.finance.user_id,
        },
    )  # fmt: skip
    assert city.session.scalar(select(Adjustment.amount_rp)) == amount_rp


def test_prices_are_told_apart_and_discounts_with_who_bears_them(city: City, tmp_path: Path):
    rows = (sale("2026-09-05", 2, receipt="S1"), f"2026-09-06,T1,S2,{KERIPIK},Keripik,1,16000,16000")
    city.post(write_csv(tmp_path, *rows))
    found = figures(city, close(city, SEPTEMBER))
    assert [(one.unit_price_rp, one.quantity, one.gross_rp) for one in found.lines] == [
        (15_000, Decimal(2), 30_000), (16_000, Decimal(1), 16_000),
    ]  # fmt: skip
    assert found.gross_rp == found.sales_rp == 46_000


def test_who_closed_it_and_how_the_money_goes_is_said(city: City, tmp_path: Path):
    city.post(write_csv(tmp_path, sale("2026-09-05", 2, receipt="S1")))
    found = figures(city, close(city, SEPTEMBER))
    assert (found.closed_by, found.prepared_by, found.route, found.office) == ("Bagus Prakoso", "", "direct", "Dinas")


def test_nothing_contradicts_anything(losing: Losing, tmp_path: Path):
    city = losing.city
    city.post(write_csv(tmp_path, sale("2026-09-05", 7, receipt="S1")))
    correct(city, -500, "uji")
    close(city, SEPTEMBER)
    losing.calendar.day = date(2026, 11, 2)
    close(city, OCTOBER)
    assert [breach for check in CHECKS for breach in check(city.session)] == []
