"""Many posters at the same moment: nothing is doubled, nothing is lost, nobody waits for ever."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from consign.db import Database
from consign.ledger.actions import post_transfers, reverse_transfer
from consign.ledger.rules import TransferKeyConflict, TransferReversed
from tests.builders import City, build_city
from tests.conftest import REGION
from tests.ledger.books import add_up_journal, balances, breaches, order, owed, owes

THREADS = 12


@pytest.fixture
def committed(database: Database) -> City:
    """Build a city that other transactions see, too."""
    with database.transaction(REGION) as session:
        return build_city(session)


def at_once(database: Database, times: int, act: Callable[[Session, int], object]) -> Counter[object]:
    """Run *act* so many times, each in its own transaction; count the answers and the errors' types."""

    def run(number: int) -> object:
        try:
            with database.transaction(REGION) as session:
                return act(session, number)
        except (TransferKeyConflict, TransferReversed) as error:
            return type(error)

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(run, range(times)))


def test_one_order_64_times_at_once_is_posted_once(database: Database, committed: City):
    answers = at_once(database, 64, lambda session, _: post_transfers(session, [order(committed)]))
    assert answers == {1: 1, 0: 63}
    with database.transaction(REGION) as session:
        assert set(balances(session).values()) == {(1_000, 0), (0, 1_000)}
        assert breaches(session) == []


def test_one_key_with_100_other_contents_at_once_is_refused_100_times(database: Database, committed: City):
    at_once(database, 1, lambda session, _: post_transfers(session, [order(committed)]))
    answers = at_once(
        database, 100, lambda session, n: post_transfers(session, [order(committed, amount_rp=2_000 + n)])
    )
    print(f"tried 100, accepted {100 - answers[TransferKeyConflict]}")
    assert answers == {TransferKeyConflict: 100}
    with database.transaction(REGION) as session:
        assert set(balances(session).values()) == {(1_000, 0), (0, 1_000)}


def test_500_credits_at_once_on_one_account_are_all_there(database: Database, committed: City):
    at_once(database, 500, lambda session, n: post_transfers(session, [order(committed, f"K{n}", 100 + n)]))
    # 500 times 100, and 0 + 1 + ... + 499 = 499 * 500 / 2 = 124.750: together 174.750.
    with database.transaction(REGION) as session:
        assert set(balances(session).values()) == {(174_750, 0), (0, 174_750)}
        assert balances(session) == add_up_journal(session)


def test_posters_of_crossing_accounts_do_not_wait_in_a_circle(database: Database, committed: City):
    def post(session: Session, number: int) -> int:
        here, there = number % 2, 1 - number % 2
        crossing = [
            order(committed, f"A{number}", debit=owes(committed, here), credit=owed(committed, there)),
            order(committed, f"B{number}", debit=owes(committed, there), credit=owed(committed, here)),
        ]
        return post_transfers(session, crossing)

    assert at_once(database, 60, post) == {2: 60}
    with database.transaction(REGION) as session:
        # Each of the 60 gives each of the four accounts Rp1.000 on its usual side.
        assert set(balances(session).values()) == {(60_000, 0), (0, 60_000)}
        assert breaches(session) == []


def test_one_reversal_20_times_at_once_is_made_once(database: Database, committed: City):
    at_once(database, 1, lambda session, _: post_transfers(session, [order(committed)]))
    answers = at_once(database, 20, lambda session, _: reverse_transfer(session, key="K1", cause="salah"))
    assert answers == {None: 1, TransferReversed: 19}
    with database.transaction(REGION) as session:
        assert set(balances(session).values()) == {(1_000, 1_000)}
