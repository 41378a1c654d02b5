"""People who answer and announce at the same moment: one effect, and nobody waits for another for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.errors import ConsignError
from consign.identity.queries import get_actor
from consign.payments.answers import answer_payment
from consign.payments.notice_rules import Answer
from consign.payments.notices import note_payment, withdraw_notice
from consign.settlement.shares import Share
from tests.builders import build_city
from tests.conftest import REGION
from tests.payments.noting import FIRST, PAYER, SECOND, START, Noting, build_noting, hold_clock

Act = Callable[[Session], object]


@pytest.fixture
def noting(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    """Build what is kept; its people and things are read by what they are called, not through its session."""
    shown = hold_clock(monkeypatch)
    with database.transaction(REGION) as session:
        return build_noting(build_city(session), tmp_path, shown)


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


def find_statements(database: Database, code: str) -> list[tuple[int, int]]:
    query = text("""SELECT statement.id, due_rp FROM statement JOIN producer ON producer.id = producer_id
        WHERE producer.code = :code AND due_rp > 0 ORDER BY statement.id""")
    with database.transaction(REGION) as session:
        return [(row.id, row.due_rp) for row in session.execute(query, {"code": code})]


def note(noting: Noting, *shares: tuple[int, int]) -> Act:
    def act(session: Session) -> int:
        return note_payment(
            session, by=get_actor(session, PAYER), partner_id=noting.city.partner.id, route="direct",
            paid_on=START.date(), reference="", lines=[Share(*one) for one in shares],
        ).id  # fmt: skip

    return act


def answer(noting: Noting, notice_id: object, said: Answer, place: int = 0) -> Act:
    assert isinstance(notice_id, int)

    def act(session: Session) -> str:
        by = get_actor(session, (FIRST, SECOND)[place])
        producer_id = noting.city.producers[place].id
        return answer_payment(session, by=by, notice_id=notice_id, producer_id=producer_id, answer=said).answer

    return act


def look(database: Database) -> tuple[int, int]:
    """Return how many allocations stand and what they come to; the books are right."""
    with database.transaction(REGION) as session:
        assert [breach for check in CHECKS for breach in check(session)] == []
        row = session.execute(text("SELECT count(*), COALESCE(sum(amount_rp), 0)::bigint FROM allocation")).one()
        return row[0], row[1]


def test_the_same_answer_at_once_is_posted_once(database: Database, noting: Noting):
    september, _ = find_statements(database, "P1")
    (notice,) = at_once(database, note(noting, september))
    said = at_once(database, *([answer(noting, notice, Answer.RECEIVED)] * 4))
    assert said == ["received"] * 4
    assert look(database) == (1, 43_875)


def test_a_withdrawal_and_an_answer_at_once_leave_one_of_them(database: Database, noting: Noting):
    september, _ = find_statements(database, "P1")
    for _ in range(3):
        (notice,) = at_once(database, note(noting, september))

        def withdraw(session: Session, notice_id: object = notice) -> str:
            assert isinstance(notice_id, int)
            return str(withdraw_notice(
                session, by=get_actor(session, PAYER), notice_id=notice_id, reason="salah"
            ).withdrawn_reason)  # fmt: skip

        found = at_once(database, withdraw, answer(noting, notice, Answer.RECEIVED))
        assert found in (["salah", "payments.notice_withdrawn"], ["payments.notice_answered", "received"])
        count, amount = look(database)
        if found[1] == "received":
            assert amount == 43_875
            at_once(database, answer(noting, notice, Answer.NOT_RECEIVED))
        else:
            assert amount == 0
        assert count % 2 == (found[1] == "received")


def test_two_notices_of_the_same_money_at_once_are_one(database: Database, noting: Noting):
    first, second = find_statements(database, "P1")
    (other,) = find_statements(database, "P2")
    found = at_once(database, note(noting, first, other), note(noting, other, second), note(noting, second, first))
    assert sum(isinstance(one, int) for one in found) == 1
    assert {one for one in found if not isinstance(one, int)} == {"payments.announced_already"}
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT last FROM notice_counter")) == 1


def test_two_producers_answer_one_notice_at_once(database: Database, noting: Noting):
    september, october = find_statements(database, "P1")
    (other,) = find_statements(database, "P2")
    (notice,) = at_once(database, note(noting, september, october, other))
    said = at_once(
        database, answer(noting, notice, Answer.RECEIVED), answer(noting, notice, Answer.RECEIVED, 1),
        answer(noting, notice, Answer.RECEIVED),
    )  # fmt: skip
    assert said == ["received"] * 3
    assert look(database) == (3, 43_875 + 14_625 + 21_937)
