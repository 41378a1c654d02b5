"""Many posters at the same moment: nothing is doubled, nothing is lost, nobody waits for ever."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database
from consign.ledger.actions import lock_balances, post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKeyConflict, TransferReversed
from consign.money import Rupiah
from tests.builders import City, build_city
from tests.conftest import REGION
from tests.ledger.books import add_up_journal, balances, breaches, order, owed, owes, reverse

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


def test_64_spenders_at_once_of_one_balance_and_one_gets_it(database: Database, committed: City):
    pair = (committed.partner.id, committed.producers[0].id)
    payable = AccountName(AccountKind.PRODUCER_PAYABLE, *pair)
    at_once(
        database,
        1,
        lambda session, _: post_transfers(session, [order(committed, debit=owed(committed), credit=payable)]),
    )

    def spend(session: Session, number: int) -> str:
        balance = lock_balances(session, {payable, owes(committed)})[payable]
        if balance < Rupiah(1_000):
            return "nothing left"
        post_transfers(session, [order(committed, f"P{number}", debit=payable, credit=owes(committed))])
        return "paid"

    assert at_once(database, 64, spend) == {"paid": 1, "nothing left": 63}
    with database.transaction(REGION) as session:
        assert balances(session)["producer_payable", pair[1]] == (1_000, 1_000)
        assert breaches(session) == []


def test_spenders_of_parts_never_take_more_than_there_is(database: Database, committed: City):
    pair = (committed.partner.id, committed.producers[0].id)
    payable = AccountName(AccountKind.PRODUCER_PAYABLE, *pair)
    at_once(
        database,
        1,
        lambda session, _: post_transfers(session, [order(committed, debit=owed(committed), credit=payable)]),
    )

    def spend(session: Session, number: int) -> str:
        left = lock_balances(session, {payable, owes(committed)})[payable].amount
        if left < 150:
            return "nothing left"
        new = order(committed, f"P{number}", 150, debit=payable, credit=owes(committed))
        post_transfers(session, [new])
        return "paid"

    # 1.000 holds six times 150, and 100 are left.
    assert at_once(database, 40, spend) == {"paid": 6, "nothing left": 34}
    with database.transaction(REGION) as session:
        assert balances(session)["producer_payable", pair[1]] == (900, 1_000)
        assert breaches(session) == []


def test_whoever_locks_all_at_first_never_waits_in_a_circle(database: Database, committed: City):
    names = [owes(committed, 0), owes(committed, 1), owed(committed, 0), owed(committed, 1)]

    def move(session: Session, number: int) -> int:
        turned = names[number % 4 :] + names[: number % 4]
        lock_balances(session, turned)
        first = post_transfers(session, [order(committed, f"A{number}", debit=turned[0], credit=turned[1])])
        return first + post_transfers(session, [order(committed, f"B{number}", debit=turned[2], credit=turned[3])])

    assert at_once(database, 80, move) == {2: 80}
    with database.transaction(REGION) as session:
        # Each of the four accounts is debited and credited by half of the 160 transfers' four places: 40 times on each side.
        assert set(balances(session).values()) == {(40_000, 40_000)}
        assert breaches(session) == []


def test_an_account_that_many_make_at_once_is_made_once(database: Database, committed: City):
    answers = at_once(
        database,
        40,
        lambda session, _: len(lock_balances(session, {owes(committed), AccountName(AccountKind.WRITTEN_OFF)})),
    )
    assert answers == {2: 40}
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT count(*) FROM account")) == 2


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
    answers = at_once(database, 20, lambda session, _: reverse(session, "K1", cause="salah"))
    assert answers == {None: 1, TransferReversed: 19}
    with database.transaction(REGION) as session:
        assert set(balances(session).values()) == {(1_000, 1_000)}
