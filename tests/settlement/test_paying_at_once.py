"""Payments of one statement at the same moment, and payments that are taken back meanwhile: one is first, the other sees it."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.errors import ConsignError
from consign.settlement.allocating import find_open
from consign.settlement.shares import Share
from tests.builders import build_city
from tests.conftest import REGION
from tests.settlement.money import SEPTEMBER, Money, agree, build_money, freeze

THREADS = 10
DUE_RP = 292_500
"""20 * 15.000 less 2,5 %: 300.000 - 7.500."""


@pytest.fixture
def money(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Money:
    """Close a month of both partners, with a bank line over all of it, so that other transactions see it."""
    calendar = freeze(monkeypatch)
    with database.transaction(REGION) as session:
        money = build_money(build_city(session, agreements=False), calendar, tmp_path)
        for place in range(2):
            agree(money, place, 0)
    for place in range(2):
        with database.transaction(REGION) as session:
            money.sell(session, place, (date(2026, 9, 3), 0, 20, 15_000))
        with database.transaction(REGION) as session:
            money.close(session, place, SEPTEMBER)
    with database.transaction(REGION) as session:
        money.book(session, 2 * DUE_RP)
    return money


def find_ids(database: Database) -> tuple[list[int], list[int]]:
    with database.transaction(REGION) as session:
        statements = list(session.scalars(text("SELECT id FROM statement WHERE due_rp > 0 ORDER BY id")))
        lines = list(session.scalars(text("SELECT id FROM bank_line ORDER BY id")))
    return statements, lines


def at_once(database: Database, times: int, act: Callable[[Session, int], object]) -> Counter[object]:
    """Run *act* so many times, each in its own transaction; count the answers and the errors' codes."""

    def run(number: int) -> object:
        try:
            with database.transaction(REGION) as session:
                return act(session, number)
        except ConsignError as error:
            return error.code

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(run, range(times)))


def assert_sound(database: Database, *open_rp: int) -> None:
    """Hold all invariants, and what is open of each statement."""
    statements, _ = find_ids(database)
    with database.transaction(REGION) as session:
        assert [str(breach) for check in CHECKS for breach in check(session)] == []
        assert [one.open_rp for one in find_open(session, statements).values()] == list(open_rp)


def test_one_statement_is_paid_in_full_40_times_at_once_and_once_only(database: Database, money: Money):
    (first, _), _ = find_ids(database)

    def pay(session: Session, number: int) -> str:
        money.pay_directly(session, [Share(first, DUE_RP)], f"uji:{number}")
        return "paid"

    assert at_once(database, 40, pay) == {"paid": 1, "settlement.paid_twice": 39}
    assert_sound(database, 0, DUE_RP)


def test_parts_of_a_statement_paid_at_once_never_come_to_more_than_is_due(database: Database, money: Money):
    (first, _), _ = find_ids(database)

    def pay(session: Session, number: int) -> str:
        money.pay_directly(session, [Share(first, 100_000)], f"uji:{number}")
        return "paid"

    assert at_once(database, 30, pay) == {"paid": 2, "settlement.paid_twice": 28}
    assert_sound(database, DUE_RP - 200_000, DUE_RP)


def test_one_line_is_matched_by_20_at_once_and_gives_what_it_holds(database: Database, money: Money):
    (first, second), (line,) = find_ids(database)

    def pay(session: Session, number: int) -> str:
        shares = [Share(first, 10_000), Share(second, 20_000)]
        money.match(session, line, shares if number % 2 else shares[::-1])
        return "paid"

    # Of each statement 292.500 is due: 14 times 20.000 is 280.000, and the fifteenth is too much of the second.
    assert at_once(database, 20, pay) == {"paid": 14, "settlement.paid_twice": 6}
    assert_sound(database, DUE_RP - 140_000, DUE_RP - 280_000)


def test_a_line_that_is_used_up_gives_no_more(database: Database, money: Money):
    (first, second), _ = find_ids(database)
    with database.transaction(REGION) as session:
        (small,) = money.book(session, 25_000)

    def pay(session: Session, number: int) -> str:
        money.match(session, small, [Share((first, second)[number % 2], 10_000)])
        return "paid"

    assert at_once(database, 16, pay) == {"paid": 2, "payments.line_taken": 14}
    with database.transaction(REGION) as session:
        assert money.free(session, small) == 5_000


def test_one_payment_is_taken_back_20_times_at_once_and_once_only(database: Database, money: Money):
    (first, second), (line,) = find_ids(database)
    with database.transaction(REGION) as session:
        cause = money.match(session, line, [Share(first, 1_000), Share(second, 2_000)])

    def undo(session: Session, _: int) -> str:
        money.undo(session, cause)
        return "taken back"

    assert at_once(database, 20, undo) == {"taken back": 1, "payments.match_unknown": 19}
    assert_sound(database, DUE_RP, DUE_RP)


def test_payments_and_what_takes_them_back_at_once_leave_only_what_stands(database: Database, money: Money):
    (first, second), (line,) = find_ids(database)
    causes: list[str] = []

    def act(session: Session, number: int) -> str:
        if number % 3 == 2 and causes:
            money.undo(session, causes.pop())
            return "taken back"
        shares = [Share(first, 1_000 + number), Share(second, 500)]
        cause = money.match(session, line, shares)
        causes.append(cause)
        return "paid"

    answers = at_once(database, 60, act)
    # A payment that is not committed yet is nothing that can be taken back.
    assert set(answers) <= {"paid", "taken back", "payments.match_unknown"}
    with database.transaction(REGION) as session:
        standing = session.scalar(text("SELECT count(*) FROM bank_match WHERE undone_at IS NULL"))
        paid = session.scalars(
            text("SELECT sum(amount_rp) FROM allocation GROUP BY statement_id ORDER BY statement_id")
        ).all()
        assert (standing, paid[1]) == (answers["paid"] - answers["taken back"], 500 * standing)
        assert money.free(session, line) == 2 * DUE_RP - sum(paid)
    assert_sound(database, DUE_RP - paid[0], DUE_RP - paid[1])


def test_a_closing_and_payments_of_the_same_pair_do_not_wait_in_a_circle(database: Database, money: Money):
    (first, second), _ = find_ids(database)
    money.calendar.day = date(2026, 12, 1)
    ends = (date(2026, 10, 31), date(2026, 11, 30))

    def act(session: Session, number: int) -> str:
        if number % 6 < 2:
            money.close(session, number % 2, ends[number // 6 % 2])
            return "closed"
        money.write_off(session, Share((first, second)[number % 2], 100), by_office=number % 3 == 0)
        return "written off"

    answers = at_once(database, 36, act)
    assert answers["written off"] == 24
    assert set(answers) <= {"written off", "closed", "settlement.closed_later"}
    assert_sound(database, DUE_RP - 1_200, DUE_RP - 1_200)
