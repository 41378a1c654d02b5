"""A rest below zero of before these books is carried over, and the next statement takes it."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from consign.checks import CHECKS
from consign.db import finish
from consign.files import Files
from consign.identity.rules import Actor
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.ledger import Account, Transfer
from consign.models.settlement import CarryOverRow, Statement
from consign.partners.actions import add_producer
from consign.settlement.actions import close_period
from consign.settlement.carry_rules import CarryRowsRefused
from consign.settlement.figures import find_closing_figures
from consign.settlement.queries import find_carried
from tests.builders import City, write_csv
from tests.settlement.carrying import Clock, add_head, carry_over, hand_in, set_clock
from tests.settlement.test_closing import line

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
REST = "sisa minus,P1,011/2026,,2026-07-31,,-30.000"
UNPAID = "nota,P1,012/2026,,2026-08-31,2026-09-15,100.000"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch, date(2026, 11, 20))


@pytest.fixture
def head(city: City) -> Actor:
    return add_head(city)


def amounts(city: City, kind: AccountKind) -> list[int]:
    return [one.amount.amount for one in find_balances(city.session, kind=kind)]


def assert_sound(city: City) -> None:
    finish(city.session)
    assert [str(breach) for check in CHECKS for breach in check(city.session)] == []


def close(city: City, until: date) -> Statement:
    """Close the partner and return the first producer's statement."""
    return close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji"
    )[0]


def test_a_rest_is_a_statement_on_which_nothing_is_due(city: City, files: Files, head: Actor):
    unpaid, rest = carry_over(city, files, head, UNPAID, REST)
    assert (unpaid.due_rp, unpaid.carry_rp) == (100_000, 0)
    assert (rest.earlier_number, rest.opening_rp, rest.net_rp) == ("011/2026", -30_000, -30_000)
    assert (rest.due_rp, rest.carry_rp, rest.due_on) == (0, -30_000, date(2026, 7, 31))
    # The partner owes 100.000 less the 30.000 that it paid too much.
    assert amounts(city, AccountKind.PARTNER_OWES) == amounts(city, AccountKind.PRODUCER_IS_OWED) == [70_000]
    assert find_carried(city.session, city.partner.id) == {city.producers[0].id: -30_000}
    moved = city.session.scalars(select(Transfer).where(Transfer.cause == rest.number)).one()
    accounts = city.session.scalars(
        select(Account.kind).where(Account.id.in_([moved.debit_account_id, moved.credit_account_id])).order_by(
            Account.id == moved.credit_account_id
        )
    ).all()  # fmt: skip
    assert (list(accounts), moved.amount_rp) == (["producer_is_owed", "partner_owes"], 30_000)
    figures = find_closing_figures(city.session, by=city.finance, closing_id=rest.closing_id)
    assert [(one.opening_rp, one.due_rp, one.carry_rp) for one in figures] == [
        (100_000, 100_000, 0),
        (-30_000, 0, -30_000),
    ]
    assert_sound(city)
    told = city.session.execute(
        text("SELECT recipient, facts FROM notice WHERE kind = 'settlement.carried_over'")
    ).all()
    assert [(one.recipient.partition(":")[0], one.facts["due_rp"], one.facts["rest_rp"]) for one in told] == [
        ("producer", 100_000, -30_000), ("partner", 100_000, -30_000),
    ]  # fmt: skip


def test_the_next_statements_take_it_until_it_is_used_up(city: City, files: Files, head: Actor, tmp_path: Path):
    carry_over(city, files, head, UNPAID, REST)
    city.post(write_csv(tmp_path, line("2026-09-05"), line("2026-10-05", quantity=2, receipt="S2")))
    # 15.000 less 2,5 % (Rp375) is 14.625: less than the rest, of which 15.375 go on.
    first = close(city, SEPTEMBER)
    assert (first.net_rp, first.carried_rp, first.due_rp, first.carry_rp) == (14_625, -30_000, 0, -15_375)
    # 30.000 less 750 is 29.250, less the 15.375: 13.875 are due.
    second = close(city, OCTOBER)
    assert (second.net_rp, second.carried_rp, second.due_rp, second.carry_rp) == (29_250, -15_375, 13_875, 0)
    assert amounts(city, AccountKind.PARTNER_OWES)[0] == 100_000 + 13_875
    assert_sound(city)


def test_several_rests_of_a_producer_go_on_together(city: City, files: Files, head: Actor, tmp_path: Path):
    carry_over(
        city, files, head, REST, "lebih bayar,P1,013/2026,,2026-08-31,,5000", "nota,P2,9,,2026-08-31,2026-09-15,1"
    )
    city.post(write_csv(tmp_path, line("2026-09-05")))
    first = close(city, SEPTEMBER)
    assert (first.carried_rp, first.carry_rp) == (-35_000, -20_375)  # 14.625 - 35.000
    assert_sound(city)


def test_a_producer_without_agreement_keeps_its_rest(city: City, files: Files, head: Actor):
    third = add_producer(city.session, by=city.admin, code="P3", name="Dapur 3", nib=None)
    carry_over(city, files, head, "sisa minus,P3,7,,2026-08-31,,2500")
    close(city, SEPTEMBER)
    rest = city.session.scalars(
        select(Statement).where(Statement.producer_id == third.id).order_by(Statement.id.desc()).limit(1)
    ).one()
    assert (rest.until_on, rest.carried_rp, rest.due_rp, rest.carry_rp) == (SEPTEMBER, -2_500, 0, -2_500)
    assert_sound(city)


def test_money_that_the_office_holds_of_a_payment_too_high_is_payable_and_comes_off_the_next_statement(
    city: City, files: Files, head: Actor
):
    carry_over(city, files, head, REST, "uang diterima,P1,,,,,30.000")
    assert amounts(city, AccountKind.PRODUCER_PAYABLE) == [30_000]
    assert amounts(city, AccountKind.PARTNER_OWES) == [-30_000]
    assert amounts(city, AccountKind.OPENING) == [30_000]
    assert_sound(city)


def test_its_minus_may_be_written_or_not_and_its_day_due_stays_blank(city: City, files: Files):
    hand_in(city, files, REST, "Sisa Minus,P2,8,2026-08-01,2026-08-31,,30000")
    rows = city.session.scalars(select(CarryOverRow).order_by(CarryOverRow.row_no)).all()
    assert [(one.kind, one.from_on, one.due_on, one.amount_rp) for one in rows] == [
        ("rest", date(2026, 7, 1), None, -30_000), ("rest", date(2026, 8, 1), None, -30_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("sisa minus,P1,1,,2026-08-31,2026-09-15,-1000", "Jatuh tempo", "cell.unfitting"),
        ("sisa minus,P1,,,2026-08-31,,-1000", "Nomor lama", "cell.blank"),
        ("sisa minus,P1,1,,,,-1000", "Akhir periode", "cell.blank"),
        ("sisa minus,P1,1,,2026-09-01,,-1000", "Akhir periode", "period.in_these_books"),
        ("sisa minus,P1,1,,2026-08-31,,0", "Jumlah", "amount.out_of_bounds"),
        ("sisa minus,P1,1,,2026-08-31,,-1000000000000", "Jumlah", "amount.out_of_bounds"),
        ("nota,P1,1,,2026-08-31,2026-09-15,-1000", "Jumlah", "amount.out_of_bounds"),
        ("uang diterima,P1,,,,,-1000", "Jumlah", "amount.out_of_bounds"),
    ],
)
def test_what_is_no_rest_is_refused_by_its_cell(city: City, files: Files, row: str, column: str, code: str):
    with pytest.raises(CarryRowsRefused) as refused:
        hand_in(city, files, row)
    ((_, problem),) = refused.value.problems
    assert (problem.column, problem.code) == (column, code)


ROWS = st.lists(
    st.tuples(st.sampled_from(("nota", "sisa minus", "uang diterima")), st.integers(1, 200_000)), min_size=1, max_size=6
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, sold=st.integers(0, 8))
def test_whatever_is_carried_over_the_next_statement_leaves_what_was_owed_and_sold(
    *, city: City, files: Files, head: Actor, tmp_path: Path, rows: list[tuple[str, int]], sold: int
):
    nested = city.session.begin_nested()
    written, received = [], 0
    for place, (kind, amount) in enumerate(rows):
        if kind == "uang diterima":
            received += amount
        else:
            due = "2026-09-15" if kind == "nota" else ""
            written.append(f"{kind},P1,{place},,2026-08-31,{due},{amount}")
    if received:
        written.append(f"uang diterima,P1,,,,,{received}")
    before = sum(amount if kind == "nota" else -amount for kind, amount in rows if kind != "uang diterima")
    rest = sum(amount for kind, amount in rows if kind == "sisa minus")
    carry_over(city, files, head, *written)
    if sold:
        city.post(write_csv(tmp_path, line("2026-09-05", quantity=sold)))
    statement = close(city, SEPTEMBER)
    net = sold * (15_000 - 375)
    assert (statement.carried_rp, statement.due_rp, statement.carry_rp) == (
        -rest,
        max(net - rest, 0),
        min(net - rest, 0),
    )
    if rows != [("uang diterima", received)] or sold:
        assert (
            amounts(city, AccountKind.PARTNER_OWES)[0] == amounts(city, AccountKind.PRODUCER_IS_OWED)[0] == before + net
        )
    assert amounts(city, AccountKind.PRODUCER_PAYABLE)[0] == received
    assert_sound(city)
    nested.rollback()
    city.session.expire_all()
