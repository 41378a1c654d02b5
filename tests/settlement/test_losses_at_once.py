"""Contests, decisions, reversals and closings at the same moment: one is first, and the other sees it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, local

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.errors import ConsignError
from consign.identity.rules import Actor
from consign.models.settlement import Statement, StatementLoss
from consign.models.stock import StockContest, StockLossDecision
from consign.period import Cycle, period_of
from consign.settlement.actions import close_period
from consign.stock.confirming import reverse_note
from consign.stock.contesting import contest_loss, decide_loss
from tests.builders import build_city
from tests.conftest import REGION
from tests.stock.goods import build_market
from tests.stock.losing import LOST_ON, Losing, build_losing

ROUNDS = 4
ENDS = [period_of(date(2026, month, 1), Cycle.MONTH).last for month in range(9, 9 + ROUNDS)]


@dataclass
class Watches:
    """What day it is for each thread: midnight passes for one before it does for the other."""

    day: date = LOST_ON
    own: local = field(default_factory=local)

    def now(self) -> datetime:
        day = getattr(self.own, "day", self.day)
        return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


@pytest.fixture
def watches(monkeypatch: pytest.MonkeyPatch) -> Watches:
    kept = Watches()
    monkeypatch.setattr("consign.clock.now", kept.now)
    return kept


@pytest.fixture
def losing(database: Database, watches: Watches) -> Losing:
    """Build a market that other transactions see, too."""
    with database.transaction(REGION) as session:
        return build_losing(build_market(build_city(session)), watches)  # type: ignore[arg-type]  # it tells the day as a calendar does


def at_once(database: Database, watches: Watches, *acts: tuple[date, Callable[[Session], object]]) -> list[object]:
    """Do *acts* at once, each on a day of its own and in its own transaction; return answers and codes of errors."""
    barrier = Barrier(len(acts))

    def run(act: tuple[date, Callable[[Session], object]]) -> object:
        watches.own.day = act[0]
        try:
            with database.transaction(REGION) as session:
                barrier.wait()
                return act[1](session)
        except ConsignError as error:
            return error.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def close(losing: Losing, until: date) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        close_period(
            session, by=losing.city.finance, partner_id=losing.city.partner.id, until=until, incomplete_reason="uji"
        )
        return "closed"

    return act


def contest(by: Actor, loss_id: int) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        contest_loss(session, by=by, loss_id=loss_id, reason=f"uji {by.login}")
        return "contested"

    return act


def lose(database: Database, losing: Losing, watches: Watches, day: date) -> tuple[int, int]:
    """Lose goods on a day; return the ids of the loss and of its note."""
    watches.day = day
    with database.transaction(REGION) as session:
        losing.city.session = session
        note = losing.lose(2, day=day)
        return losing.loss_of(note), note.id


def is_settled(session: Session, loss_id: int) -> bool:
    return session.get(StatementLoss, loss_id) is not None


def assert_sound(database: Database) -> None:
    with database.transaction(REGION) as session:
        assert [str(breach) for check in CHECKS for breach in check(session)] == []


def test_a_contest_at_the_last_moment_and_a_closing_right_after_midnight_never_both_count(
    database: Database, losing: Losing, watches: Watches
):
    for until in ENDS:
        last_day = until + timedelta(1)
        loss_id, _ = lose(database, losing, watches, last_day - timedelta(7))
        contested, _ = at_once(
            database, watches,
            (last_day, contest(losing.market.owners[0], loss_id)), (last_day + timedelta(1), close(losing, until)),
        )  # fmt: skip
        with database.transaction(REGION) as session:
            settled, kept = is_settled(session, loss_id), session.get(StockContest, loss_id) is not None
        assert (contested, kept, settled) in {("contested", True, False), ("stock.loss_not_open", False, True)}
    assert_sound(database)


def test_both_sides_contest_at_once_and_one_is_kept(database: Database, losing: Losing, watches: Watches):
    loss_id, _ = lose(database, losing, watches, LOST_ON)
    people = (losing.market.owners[0], losing.market.managers[0], losing.market.chain)
    answers = at_once(database, watches, *((LOST_ON, contest(by, loss_id)) for by in people))
    assert sorted(answers) == ["contested", "stock.loss_not_open", "stock.loss_not_open"]  # type: ignore[type-var]
    assert_sound(database)


def test_a_decision_and_a_closing_at_once_come_one_after_the_other(
    database: Database, losing: Losing, watches: Watches
):
    waiting: list[int] = []
    for until in ENDS:
        loss_id, _ = lose(database, losing, watches, until - timedelta(2))
        at_once(database, watches, (until, contest(losing.market.owners[0], loss_id)))
        waiting.append(loss_id)

        def decide(session: Session, loss_id: int = loss_id) -> object:
            return decide_loss(session, by=losing.city.finance, loss_id=loss_id, store_bp=10_000, reason="uji").store_bp

        day = until + timedelta(1)
        assert at_once(database, watches, (day, decide), (day, close(losing, until))) == [10_000, "closed"]
        with database.transaction(REGION) as session:
            taken = session.scalars(
                select(Statement.losses_rp).where(
                    Statement.until_on == until, Statement.producer_id == losing.city.producers[0].id
                )
            ).one()
            # 2 * 15.000 less 2,5 % for each that was decided before the closing.
            now = [one for one in waiting if is_settled(session, one)]
            assert taken == 29_250 * len(now)
            waiting = [one for one in waiting if one not in now]
            assert session.get(StockLossDecision, loss_id) is not None
    assert_sound(database)


def test_a_loss_taken_back_while_the_period_closes_comes_to_nothing_in_the_end(
    database: Database, losing: Losing, watches: Watches
):
    for until in ENDS:
        _, note_id = lose(database, losing, watches, until - timedelta(20))

        def take_back(session: Session, note_id: int = note_id) -> object:
            return reverse_note(session, by=losing.city.finance, note_id=note_id, reason="uji").state

        day = until + timedelta(1)
        assert at_once(database, watches, (day, take_back), (day, close(losing, until)))[0] == "reversed"
    watches.day = date(2027, 2, 1)
    with database.transaction(REGION) as session:
        close(losing, date(2027, 1, 31))(session)
    with database.transaction(REGION) as session:
        settled = session.scalars(select(StatementLoss.store_rp)).all()
        assert (len(settled), sum(settled)) == (2 * ROUNDS, 0)
    assert_sound(database)
