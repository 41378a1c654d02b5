"""People who count one store at the same moment: each pack counts, one count of all goods goes on, and it is recorded once."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from consign.db import Database
from consign.files import Files
from consign.identity.queries import get_actor
from consign.stock.counting import open_count, record_count, scan, set_found
from tests.builders import KERIPIK
from tests.conftest import REGION
from tests.standing import Template
from tests.stock.goods import TODAY, Market
from tests.stock.test_two_at_once import Act, assert_sound, at_once, deliver, do, on_hand


@pytest.fixture
def market(market_template: Template[Market], monkeypatch: pytest.MonkeyPatch) -> Market:
    """Return the market that is in the database; its people and things are read by what they are called, in no session."""
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    return market_template.built


def begin(market: Market, *, is_full: bool = True) -> Act:
    login, store_id = market.managers[0].login, market.city.stores[0].id
    return lambda session: (
        open_count(session, by=get_actor(session, login), store_id=store_id, day=TODAY, is_full=is_full).id
    )


def put(login: str, note_id: object, quantity: int) -> Act:
    assert isinstance(note_id, int)
    return lambda session: (
        scan(session, by=get_actor(session, login), note_id=note_id, code=KERIPIK, quantity=Decimal(quantity)).quantity
    )


def put_to(market: Market, note_id: object, quantity: int) -> Act:
    assert isinstance(note_id, int)
    login, product_id = market.chain.login, market.city.products[0].id
    return lambda session: (
        set_found(
            session, by=get_actor(session, login), note_id=note_id, product_id=product_id, quantity=Decimal(quantity)
        ).found
    )


def record(login: str, note_id: object) -> Act:
    assert isinstance(note_id, int)
    return lambda session: record_count(session, by=get_actor(session, login), note_id=note_id).state


def found(database: Database) -> int:
    with database.transaction(REGION) as session:
        return int(session.execute(text("SELECT COALESCE(sum(quantity), 0) FROM stock_scan")).scalar_one())


def test_what_two_people_scan_at_once_counts_both_times(database: Database, files: Files, market: Market):
    note_id = do(database, begin(market))
    answers = at_once(database, *[put(market.managers[0].login, note_id, 1), put(market.chain.login, note_id, 2)] * 4)
    assert answers == [1, 2] * 4
    assert found(database) == 12
    assert do(database, record(market.chain.login, note_id)) == "recorded"
    assert on_hand(database) == {"T1": 12}
    assert_sound(database, files)


def test_two_who_put_a_sum_at_once_do_not_add_up(database: Database, market: Market):
    note_id = do(database, begin(market))
    do(database, put(market.chain.login, note_id, 3))
    assert at_once(database, *[put_to(market, note_id, 7)] * 4) == [7] * 4
    assert found(database) == 7


def test_of_two_counts_of_all_goods_one_is_begun(database: Database, market: Market):
    answers = at_once(database, *[begin(market)] * 4)
    assert answers.count("stock.count_open") == 3
    # A count of some goods may go on beside it.
    assert all(isinstance(one, int) for one in at_once(database, *[begin(market, is_full=False)] * 2))


def test_two_who_record_a_count_record_it_once(database: Database, files: Files, market: Market):
    deliver(database, market, 10)
    note_id = do(database, begin(market))
    do(database, put(market.chain.login, note_id, 8))
    answers = at_once(database, *[record(market.managers[0].login, note_id), record(market.chain.login, note_id)] * 2)
    assert answers == ["recorded"] * 4
    with database.transaction(REGION) as session:
        assert session.execute(text("SELECT quantity FROM stock_loss")).scalars().all() == [2]
    assert on_hand(database) == {"T1": 8}
    assert_sound(database, files)


def test_a_scan_counts_before_a_count_is_recorded_or_is_told_that_it_came_too_late(
    database: Database, files: Files, market: Market
):
    deliver(database, market, 10)
    note_id = do(database, begin(market))
    do(database, put(market.chain.login, note_id, 5))
    late = [put(market.managers[0].login, note_id, 1)] * 3
    answers = at_once(database, record(market.chain.login, note_id), *late)
    assert answers[0] == "recorded"
    assert set(answers[1:]) <= {1, "stock.note_not_open"}
    # Whatever was told as counted stands in the count, and nothing else does.
    assert on_hand(database) == {"T1": 5 + answers[1:].count(1)} == {"T1": found(database)}
    assert_sound(database, files)
