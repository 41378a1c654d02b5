"""What stood open before these books comes in once, by two people, and the first closing follows it."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select, text

from consign.checks import CHECKS
from consign.db import finish
from consign.errors import NotAllowed
from consign.files import Files
from consign.identity.rules import Actor
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.identity import AuditEvent
from consign.models.settlement import CarryOver, Closing, Statement
from consign.money import Rupiah
from consign.partners.agreeing import add_agreement
from consign.partners.rules import Route
from consign.settlement.actions import close_period
from consign.settlement.carry_rules import (
    CarryDayRefused,
    CarryOverBySame,
    CarryOverEnded,
    CarryOverStands,
    CarryOverUnknown,
    CarryRowsRefused,
    PartnerClosedBefore,
)
from consign.settlement.carry_sheet import COLUMNS
from consign.settlement.carrying_over import (
    confirm_carry_over,
    count_sales_before,
    make_carry_template,
    prepare_carry_over,
    withdraw_carry_over,
)
from consign.settlement.next_closing import find_ends, get_closing_partner
from tests.builders import City, build_city, terms, write_csv
from tests.settlement.carrying import FIRST, ROWS, Clock, add_head, as_sheet, carry_over, hand_in, set_clock
from tests.settlement.test_closing import line

SEPTEMBER = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch, date(2026, 11, 20))


@pytest.fixture
def head(city: City) -> Actor:
    return add_head(city)


def amounts(city: City, kind: AccountKind) -> list[Rupiah]:
    return [one.amount for one in find_balances(city.session, kind=kind)]


def assert_sound(city: City) -> None:
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_nothing_is_posted_before_another_person_confirms_it(city: City, files: Files, head: Actor):
    kept = hand_in(city, files)
    assert (kept.outcome, kept.until_on) == ("waiting", date(2026, 8, 31))
    assert city.session.scalars(select(Closing)).all() == []
    assert amounts(city, AccountKind.PARTNER_OWES) == []
    assert b"".join(files.read(kept.sha256)).decode().splitlines()[1:] == list(ROWS)
    with pytest.raises(CarryOverBySame):
        confirm_carry_over(city.session, by=city.finance, carry_over_id=kept.id)
    with pytest.raises(NotAllowed):
        confirm_carry_over(city.session, by=city.admin, carry_over_id=kept.id)
    assert len(confirm_carry_over(city.session, by=head, carry_over_id=kept.id)) == 3


def test_unpaid_statements_and_money_received_stand_in_the_ledger(city: City, files: Files, head: Actor):
    statements = carry_over(city, files, head)
    assert [
        (one.number, one.earlier_number, one.from_on, one.until_on, one.due_on, one.opening_rp, one.due_rp)
        for one in statements
    ] == [
        ("NP-2026-000001", "012/2026", date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 15), 100_000, 100_000),
        ("NP-2026-000002", "013/2026", date(2026, 8, 1), date(2026, 8, 31), date(2026, 9, 15), 250_000, 250_000),
        ("NP-2026-000003", "A-7", date(2026, 8, 1), date(2026, 8, 31), date(2026, 9, 15), 75_500, 75_500),
    ]
    assert {one.route for one in statements} == {"direct"}
    assert amounts(city, AccountKind.PARTNER_OWES) == [Rupiah(350_000), Rupiah(75_500)]
    assert amounts(city, AccountKind.PRODUCER_IS_OWED) == [Rupiah(350_000), Rupiah(75_500)]
    assert amounts(city, AccountKind.PRODUCER_PAYABLE) == [Rupiah(0), Rupiah(40_000)]
    assert amounts(city, AccountKind.OPENING) == [Rupiah(40_000)]
    closing = city.session.scalars(select(Closing)).one()
    assert (closing.carries_over, closing.until_on, closing.posting_no, closing.before_posting_no) == (
        True, date(2026, 8, 31), 0, 0,
    )  # fmt: skip
    assert (closing.prepared_by, closing.closed_by) == (city.finance.user_id, head.user_id)
    assert_sound(city)
    acts = city.session.scalars(select(AuditEvent.act).where(AuditEvent.act.like("carry-over%"))).all()
    assert acts == ["carry-over prepared", "carry-over confirmed"]


def test_the_route_is_that_of_the_agreement_with_which_these_books_begin(session: object, files: Files):
    city = build_city(session, agreements=False)  # type: ignore[arg-type]
    add_agreement(
        city.session, by=city.admin, partner_id=city.partner.id, producer_id=city.producers[0].id, first=FIRST, last=None,
        terms=terms(route=Route.COLLECTING),
    )  # fmt: skip
    statements = carry_over(city, files, add_head(city))
    assert [one.route for one in statements] == ["collecting", "collecting", "direct"]


def test_the_first_closing_follows_and_takes_sales_of_before_as_late_lines(
    city: City, files: Files, head: Actor, tmp_path: Path
):
    city.post(write_csv(tmp_path, line("2026-08-30"), line("2026-09-05", quantity=2, receipt="S2")))
    carry_over(city, files, head)
    partner = get_closing_partner(city.session, partner_id=city.partner.id)
    assert (partner.closed_until, partner.closed_posting_no) == (date(2026, 8, 31), 0)
    assert partner.next_period is not None
    assert (partner.next_period.first, partner.next_period.last) == (FIRST, SEPTEMBER)
    assert find_ends(partner, now=Clock(date(2026, 11, 20)).now())[0] == SEPTEMBER
    statement, idle = close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason="uji"
    )
    # 15.000 of August and 30.000 of September, less 2,5 %: nothing of before is in it twice, nothing left out.
    assert (statement.from_on, statement.line_count, statement.sales_rp, statement.late_rp) == (
        FIRST,
        2,
        45_000,
        15_000,
    )
    assert (statement.net_rp, statement.carried_rp, idle.net_rp) == (43_875, 0, 0)
    assert amounts(city, AccountKind.PARTNER_OWES) == [Rupiah(393_875), Rupiah(75_500)]
    assert_sound(city)


def test_books_may_begin_in_the_middle_of_a_period(city: City, files: Files, head: Actor, tmp_path: Path):
    kept = hand_in(city, files, "nota,P1,1,,2026-09-14,2026-09-30,1000", first_on=date(2026, 9, 15))
    confirm_carry_over(city.session, by=head, carry_over_id=kept.id)
    city.post(write_csv(tmp_path, line("2026-09-14"), line("2026-09-15", receipt="S2")))
    statement = close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason="uji"
    )[0]
    assert (statement.from_on, statement.sales_rp, statement.late_rp) == (date(2026, 9, 15), 30_000, 15_000)
    assert_sound(city)


def test_sales_of_before_that_are_in_already_are_counted_for_whoever_confirms(city: City, files: Files, tmp_path: Path):
    city.post(write_csv(tmp_path, line("2026-08-31"), line("2026-09-01", receipt="S2")))
    assert count_sales_before(city.session, hand_in(city, files)) == 1


def test_a_partner_has_it_once_and_before_any_closing(city: City, files: Files, head: Actor):
    kept = hand_in(city, files)
    with pytest.raises(CarryOverStands):
        hand_in(city, files)
    withdraw_carry_over(city.session, by=city.admin, carry_over_id=kept.id)
    with pytest.raises(CarryOverEnded):
        confirm_carry_over(city.session, by=head, carry_over_id=kept.id)
    again = hand_in(city, files)
    first = confirm_carry_over(city.session, by=head, carry_over_id=again.id)
    assert [one.id for one in confirm_carry_over(city.session, by=head, carry_over_id=again.id)] == [
        one.id for one in first
    ]
    with pytest.raises(CarryOverEnded):
        withdraw_carry_over(city.session, by=city.finance, carry_over_id=again.id)
    with pytest.raises(CarryOverStands):
        hand_in(city, files)
    assert city.session.scalar(select(func.count()).select_from(Closing)) == 1
    assert city.session.scalar(select(func.count()).select_from(CarryOver)) == 2
    assert_sound(city)


def test_a_closing_of_these_books_bars_it(city: City, files: Files, head: Actor, tmp_path: Path):
    city.post(write_csv(tmp_path, line("2026-09-05")))
    kept = hand_in(city, files)
    close_period(city.session, by=city.finance, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason="uji")
    with pytest.raises(PartnerClosedBefore):
        confirm_carry_over(city.session, by=head, carry_over_id=kept.id)
    withdraw_carry_over(city.session, by=city.finance, carry_over_id=kept.id)
    with pytest.raises(PartnerClosedBefore):
        hand_in(city, files)
    assert city.session.scalar(select(func.count()).where(Statement.opening_rp != 0)) == 0


def test_the_first_day_may_be_today_and_not_tomorrow(city: City, files: Files):
    with pytest.raises(CarryDayRefused):
        hand_in(city, files, first_on=date(2026, 11, 21))
    assert hand_in(city, files, first_on=date(2026, 11, 20)).until_on == date(2026, 11, 19)


def test_only_finance_and_admin_hand_it_in(city: City, files: Files, head: Actor):
    for by in (head, city.auditor):
        with pytest.raises(NotAllowed):
            hand_in(city, files, by=by)
    with pytest.raises(CarryOverUnknown):
        confirm_carry_over(city.session, by=head, carry_over_id=999)


def test_problems_are_told_by_row_and_nothing_is_kept(city: City, files: Files):
    with pytest.raises(CarryRowsRefused) as refused:
        hand_in(city, files, "nota,P1,1,,2026-08-31,2026-09-15,1000", "nota,P9,2,,2026-09-01,2026-08-31,nol")
    assert [(row, one.column, one.cell, one.code) for row, one in refused.value.problems] == [
        (3, "Kode produsen", "P9", "producer.unknown"), (3, "Jumlah", "nol", "amount.invalid"),
    ]  # fmt: skip
    assert city.session.scalars(select(CarryOver)).all() == []


def test_the_template_is_read_as_it_is_written_without_its_examples(city: City, files: Files):
    book = openpyxl.load_workbook(io.BytesIO(make_carry_template(city.session, by=city.finance)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == [one.title for one in COLUMNS.values()]
    sheet.append(["nota", "p2", "77", None, date(2026, 8, 31), date(2026, 9, 15), 12_500])
    filled = io.BytesIO()
    book.save(filled)
    kept = prepare_carry_over(
        city.session, by=city.finance, partner_id=city.partner.id, first_on=FIRST, source=filled, name="saldo.xlsx",
        files=files,
    )  # fmt: skip
    row = city.session.execute(text("SELECT * FROM carry_over_row")).one()
    assert (row.carry_over_id, row.producer_id, row.earlier_number, row.until_on, row.amount_rp) == (
        kept.id, city.producers[1].id, "77", date(2026, 8, 31), 12_500,
    )  # fmt: skip


def test_a_sheet_of_money_received_alone_makes_a_closing_without_statements(city: City, files: Files, head: Actor):
    assert carry_over(city, files, head, "uang diterima,P1,,,,,500") == []
    assert amounts(city, AccountKind.PRODUCER_PAYABLE) == [Rupiah(500)]
    assert_sound(city)


def test_equal_numbers_of_two_producers_are_two_statements(city: City, files: Files, head: Actor):
    rows = [f"nota,{code},1,,2026-08-31,2026-09-15,1000" for code in ("P1", "P2")]
    assert len(carry_over(city, files, head, *rows)) == 2


def test_the_sheet_is_the_same_with_other_headers(city: City, files: Files):
    source = as_sheet("statement,P1,1,2026-08-31,2026-09-15,1000", head="type,producer,number,until,due,amount")
    prepare_carry_over(
        city.session, by=city.finance, partner_id=city.partner.id, first_on=FIRST, source=source, name="x.csv",
        files=files,
    )  # fmt: skip
    assert city.session.scalar(text("SELECT from_on FROM carry_over_row")) == date(2026, 8, 1)
