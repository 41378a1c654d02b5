"""People who act on goods at the same moment: everything moves once, and nobody waits for another for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.checks import find_breaches
from consign.db import Database
from consign.errors import ConsignError
from consign.files import Files
from consign.identity.queries import get_actor
from consign.models.stock import StockNote
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.delivering import send_delivery
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import Refusal
from consign.stock.transferring import send_transfer
from tests.builders import write_csv
from tests.conftest import REGION
from tests.sales.test_concurrency import post, row
from tests.standing import Template
from tests.stock.goods import TODAY, Market, refusals

Act = Callable[[Session], object]
SOON = TODAY + timedelta(1)


@pytest.fixture
def market(market_template: Template[Market], monkeypatch: pytest.MonkeyPatch) -> Market:
    """Return the market that is in the database; its people and things are read by what they are called, in no session."""
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    return market_template.built


def at_once(database: Database, *acts: Act) -> list[object]:
    """Do *acts* in transactions of their own, all at once; a refusal is its code."""
    together = Barrier(len(acts))

    def one(act: Act) -> object:
        try:
            with database.transaction(REGION) as session:
                together.wait(10)
                return act(session)
        except ConsignError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def do(database: Database, act: Act) -> object:
    (answer,) = at_once(database, act)
    return answer


def send(market: Market, *quantities: int, store: int = 0) -> Act:
    producer, place = market.city.producers[0].id, market.city.stores[store].id
    lines = [market.line(quantity, batch=f"B{number}") for number, quantity in enumerate(quantities)]

    def act(session: Session) -> int:
        by = get_actor(session, market.owners[0].login)
        return send_delivery(session, by=by, producer_id=producer, store_id=place, day=TODAY, lines=lines).id

    return act


def confirm(login: str, note_id: object, *refused: tuple[int, Refusal, int]) -> Act:
    assert isinstance(note_id, int)
    return lambda session: (
        confirm_note(
            session, by=get_actor(session, login), note_id=note_id, on=TODAY, refusals=refusals(*refused)
        ).state
    )


def deliver(database: Database, market: Market, quantity: int, *, store: int = 0) -> int:
    note_id = do(database, send(market, quantity, store=store))
    assert do(database, confirm(market.managers[store].login, note_id)) == "confirmed"
    assert isinstance(note_id, int)
    return note_id


def on_hand(database: Database) -> dict[str, int]:
    query = text("""SELECT store.code, sum(on_hand) AS quantity FROM stock_level JOIN store ON store.id = store_id
        GROUP BY 1 ORDER BY 1""")
    with database.transaction(REGION) as session:
        return {one.code: int(one.quantity) for one in session.execute(query)}


def assert_sound(database: Database, files: Files) -> None:
    with database.transaction(REGION) as session:
        assert list(find_breaches(session, files)) == []


def test_two_who_confirm_the_same_confirm_once(database: Database, files: Files, market: Market):
    note_id = do(database, send(market, 10))
    act = confirm(market.managers[0].login, note_id, (1, Refusal.SHORT, 1))
    other = confirm(market.chain.login, note_id, (1, Refusal.SHORT, 1))
    assert at_once(database, *[act] * 3, *[other] * 3) == ["confirmed"] * 6
    assert on_hand(database) == {"T1": 9}
    assert_sound(database, files)


def test_of_two_who_confirm_otherwise_one_is_told_that_it_stands(database: Database, files: Files, market: Market):
    note_id = do(database, send(market, 10))
    answers = at_once(
        database,
        confirm(market.managers[0].login, note_id),
        confirm(market.chain.login, note_id, (1, Refusal.SHORT, 4)),
    )
    assert sorted(map(str, answers)) == ["confirmed", "stock.note_not_open"]
    assert on_hand(database) == {"T1": 10 if answers[0] == "confirmed" else 6}
    assert_sound(database, files)


def test_of_taking_in_and_giving_up_one_happens(database: Database, files: Files, market: Market):
    note_id = do(database, send(market, 10))
    assert isinstance(note_id, int)

    def cancel(session: Session) -> str:
        return cancel_note(
            session, by=get_actor(session, market.owners[0].login), note_id=note_id, reason="Mobil rusak"
        ).state

    answers = at_once(database, confirm(market.managers[0].login, note_id), cancel)
    assert answers in (["confirmed", "stock.note_not_open"], ["stock.note_not_open", "cancelled"])
    assert on_hand(database) == ({"T1": 10} if answers[0] == "confirmed" else {})
    assert_sound(database, files)


def test_a_delivery_is_taken_back_once(database: Database, files: Files, market: Market):
    note_id = deliver(database, market, 10)

    def reverse(session: Session) -> str:
        return reverse_note(session, by=get_actor(session, market.chain.login), note_id=note_id, reason="uji").state

    assert sorted(map(str, at_once(database, *[reverse] * 4))) == ["reversed", *["stock.note_not_open"] * 3]
    assert on_hand(database) == {"T1": 0}
    assert_sound(database, files)


def test_a_pull_back_is_answered_by_one_of_many(database: Database, files: Files, market: Market):
    deliver(database, market, 10)
    producer, place = market.city.producers[0].id, market.city.stores[0].id

    def ask(session: Session) -> int:
        by = get_actor(session, market.owners[0].login)
        return ask_pull_back(
            session, by=by, producer_id=producer, store_id=place, day=SOON, lines=[market.back(3)]
        ).id  # fmt: skip

    asked = do(database, ask)
    assert isinstance(asked, int)

    def answer(session: Session) -> str:
        by = get_actor(session, market.managers[0].login)
        return send_return(
            session, by=by, store_id=place, producer_id=producer, day=TODAY, lines=[market.back(3)], answers_id=asked
        ).state  # fmt: skip

    assert sorted(map(str, at_once(database, *[answer] * 4))) == ["sent", *["stock.note_not_open"] * 3]
    assert on_hand(database) == {"T1": 7}
    assert_sound(database, files)


def test_numbers_have_no_gap_when_many_send_at_once(database: Database, files: Files, market: Market):
    sending = [send(market, 1, store=place % 2) for place in range(6)]
    wrong = send(market, 0)  # takes no number
    answers = at_once(database, *sending, wrong)
    assert answers[-1] == "input.bad"
    with database.transaction(REGION) as session:
        numbers = session.scalars(select(StockNote.number).order_by(StockNote.number)).all()
    assert numbers == [f"SJ-2026-{place:06d}" for place in range(1, 7)]
    assert_sound(database, files)


def test_stores_that_send_to_each_other_while_sales_are_posted_do_not_block_each_other(
    database: Database, files: Files, market: Market, tmp_path: Path
):
    for store in (0, 1):
        deliver(database, market, 40, store=store)
    places = [store.id for store in market.city.stores]

    def move(sender: int) -> Act:
        def act(session: Session) -> str:
            by = get_actor(session, market.managers[sender].login)
            return send_transfer(
                session, by=by, store_id=places[sender], to_store_id=places[1 - sender], day=TODAY,
                lines=[market.line(2, batch="B0")],
            ).state  # fmt: skip

        return act

    rows = [row(number).replace("2026-09-05", TODAY.isoformat()) for number in range(5)]
    rows += [one.replace(",T1,", ",T2,") for one in rows]
    path = write_csv(tmp_path, *rows)
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post, database, files, path)
        answers = at_once(database, *(move(place % 2) for place in range(6)))
        assert posting.result().posted == 10
    assert answers == ["sent"] * 6
    # 40 came to each store, 5 were sold there and 3 x 2 are on their way to the other.
    assert on_hand(database) == {"T1": 29, "T2": 29}
    with database.transaction(REGION) as session:
        sent = session.execute(select(StockNote.id, StockNote.to_store_id).where(StockNote.kind == "transfer")).all()
    taking = [confirm(market.managers[places.index(to_store_id)].login, note_id) for note_id, to_store_id in sent]
    assert at_once(database, *taking) == ["confirmed"] * 6
    # What each sent came to the other: 29 + 3 x 2.
    assert on_hand(database) == {"T1": 35, "T2": 35}
    assert_sound(database, files)
