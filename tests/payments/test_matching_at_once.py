"""People who match at the same moment: one line pays once, and nobody waits for ever."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.payments.accepting import accept_split, undo_match
from consign.payments.match_rows import LineTaken, MatchUnknown
from consign.payments.matching import post_certain
from consign.payments.writing_off import WriteOffTooLarge, propose_write_off
from consign.settlement.allocating import PaidTwice, find_open
from consign.settlement.shares import Share
from tests.conftest import REGION
from tests.payments.money import Money, build_money

THREADS = 8
REFUSED = (LineTaken, PaidTwice, MatchUnknown, WriteOffTooLarge)


@pytest.fixture
def committed(database: Database, tmp_path: Path) -> tuple[Money, list[int]]:
    """Build a city that other transactions see, with two lines of 29.250 that say nothing."""
    with database.transaction(REGION) as session:
        money = build_money(session, tmp_path)
        return money, money.book((29_250, "A"), (29_250, "B"), (43_875, "NP-2026-000004"))


def at_once(database: Database, times: int, act: Callable[[Session, int], object]) -> Counter[object]:
    """Run *act* so many times, each in its own transaction; count the answers and the errors' types."""

    def run(number: int) -> object:
        try:
            with database.transaction(REGION) as session:
                act(session, number)
                return "done"
        except REFUSED as error:
            return type(error)

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(run, range(times)))


def look(database: Database, money: Money) -> tuple[int, list[object]]:
    """Return what is open of the first statement, and every breach."""
    with database.transaction(REGION) as session:
        opened = find_open(session, [money.statements[0].id])
        return opened[money.statements[0].id].open_rp, [one for check in CHECKS for one in check(session)]


def test_one_line_accepted_16_times_at_once_pays_once(database: Database, committed: tuple[Money, list[int]]):
    money, lines = committed
    share = [Share(money.statements[0].id, 29_250)]
    answers = at_once(
        database, 16, lambda session, _: accept_split(session, by=money.city.finance, taken={lines[0]: 29_250}, shares=share)
    )  # fmt: skip
    assert answers == {"done": 1, LineTaken: 15}
    assert look(database, money) == (0, [])


def test_two_lines_for_one_statement_at_once_pay_it_once(database: Database, committed: tuple[Money, list[int]]):
    money, lines = committed
    share = [Share(money.statements[0].id, 29_250)]
    answers = at_once(
        database, 2, lambda session, n: accept_split(session, by=money.city.finance, taken={lines[n]: 29_250}, shares=share)
    )  # fmt: skip
    assert answers == {"done": 1, PaidTwice: 1}
    assert look(database, money) == (0, [])


def test_what_is_certain_posted_8_times_at_once_is_posted_once(database: Database, committed: tuple[Money, list[int]]):
    money, _ = committed
    posted: list[int] = []

    def post(session: Session, _: int) -> None:
        posted.append(len(post_certain(session, by=money.city.finance, account_id=money.account_id)))

    assert at_once(database, 8, post) == {"done": 8}
    assert sorted(posted) == [0] * 7 + [1]
    assert look(database, money)[1] == []


def test_a_match_undone_8_times_at_once_is_undone_once(database: Database, committed: tuple[Money, list[int]]):
    money, _ = committed
    with database.transaction(REGION) as session:
        (match,) = post_certain(session, by=money.city.finance, account_id=money.account_id)
    answers = at_once(
        database, 8, lambda session, _: undo_match(session, by=money.city.finance, match_id=match.id, reason="uji")
    )
    assert answers == {"done": 1, MatchUnknown: 7}
    assert look(database, money)[1] == []


def test_write_offs_proposed_at_once_stay_within_what_is_allowed(
    database: Database, committed: tuple[Money, list[int]]
):
    # Each is 2.000; of one statement 6.500 may be written off, so three fit.
    money, _ = committed
    answers = at_once(
        database, 8, lambda session, _: propose_write_off(
            session, by=money.city.finance, statement_id=money.statements[0].id, amount_rp=2_000,
            reason_code="short", borne_by="office",
        )
    )  # fmt: skip
    assert answers == {"done": 3, WriteOffTooLarge: 5}
