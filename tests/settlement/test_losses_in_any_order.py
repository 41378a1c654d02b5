"""Losses, contests, decisions, reversals and closings in any order: each loss in one statement, for what it should be.

What a closing should take is worked out a second time here, from what people did.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select

from consign.checks import CHECKS
from consign.db import finish, savepoint
from consign.errors import ConsignError
from consign.models.settlement import StatementLoss
from consign.models.stock import StockLoss, StockMovement, StockNote
from consign.period import Cycle, period_of
from consign.stock.contesting import contest_loss
from consign.stock.counting import count_at_once
from consign.stock.rules import NewLine
from tests.stock.goods import Market
from tests.stock.losing import LOST_ON, SEPTEMBER, Losing, build_losing, freeze

PLACES, PRODUCTS = st.integers(0, 99), st.integers(0, 1)
SHARES = st.sampled_from([None, 0, 3_333, 5_000, 10_000])


@dataclass
class Known:
    """A loss as people know it."""

    producer_id: int
    value_rp: int
    day: date
    until: date
    share_bp: int | None
    twin: int | None
    contested: bool = False
    decided: bool = False
    settled: bool = False

    @property
    def store_rp(self) -> int:
        exact = Decimal(self.value_rp) * (self.share_bp or 0) / 10_000
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


class Books(RuleBasedStateMachine):
    """Acts of people, each in a part of a transaction of its own, as an edge would do them."""

    def __init__(self, losing: Losing) -> None:
        super().__init__()
        self.losing, self.session = losing, losing.city.session
        self.start = self.session.begin_nested()
        self.losing.calendar.day = LOST_ON
        self.known: dict[int, Known] = {}
        self.notes: list[StockNote] = []
        self.next_end = SEPTEMBER

    def teardown(self) -> None:
        try:
            self.end()
        finally:
            self.start.rollback()
            self.session.expire_all()

    def end(self) -> None:
        """Decide all that waits, close until nothing is left, and look at the books."""
        self.learn()
        self.losing.calendar.day += timedelta(100)
        for loss_id in self.known:
            self.try_deciding(loss_id, 2_500)
        while self.next_end < self.losing.calendar.day:
            self.close_next()
        assert all(one.settled for one in self.known.values())
        settled = self.session.execute(select(StatementLoss.loss_id, StatementLoss.store_rp)).all()
        assert dict(settled) == {loss_id: one.store_rp for loss_id, one in self.known.items()}
        assert len(settled) == len(self.known)
        finish(self.session)
        assert [str(breach) for check in CHECKS for breach in check(self.session)] == []

    def learn(self) -> None:
        """Take note of losses that were written since."""
        query = select(StockLoss).where(StockLoss.id.not_in(list(self.known))).order_by(StockLoss.id)
        for one in self.session.scalars(query):
            back = select(StockMovement.reverses_id).where(
                StockMovement.id == one.movement_id, StockMovement.note_id.is_not(None)
            )
            twin = self.session.scalar(select(StockLoss.id).where(StockLoss.movement_id == back.scalar_subquery()))
            share = one.store_bp if twin is None else self.known[twin].share_bp
            self.known[one.id] = Known(
                one.producer_id, one.value_rp, one.day, self.losing.calendar.day + timedelta(7), share, twin
            )
            if twin is not None:
                self.known[twin].twin = one.id

    def is_taken_back(self, one: Known) -> bool:
        return one.twin is not None and not self.known[one.twin].settled

    def pick(self, place: int) -> int | None:
        return sorted(self.known)[place % len(self.known)] if self.known else None

    @rule(product=PRODUCTS, quantity=st.integers(1, 20), share=SHARES, back=st.integers(0, 20))
    def lose(self, product: int, quantity: int, share: int | None, back: int):
        self.losing.share(share)
        day = max(self.losing.calendar.day - timedelta(back), date(2026, 9, 1))
        self.notes.append(self.losing.lose(quantity, product=product, day=day))
        self.learn()

    @rule(product=PRODUCTS, quantity=st.integers(0, 120), share=SHARES)
    def count(self, product: int, quantity: int, share: int | None):
        self.losing.share(share)
        self.notes.append(
            count_at_once(
                self.session, by=self.losing.city.finance, store_id=self.losing.city.stores[0].id,
                day=self.losing.calendar.day, is_full=False,
                lines=[NewLine(self.losing.city.products[product].id, Decimal(quantity))],
            )
        )  # fmt: skip
        self.learn()

    @rule(place=PLACES)
    def take_back(self, place: int):
        if self.notes:
            self.losing.take_back(self.notes.pop(place % len(self.notes)))
            self.learn()

    @rule(place=PLACES, by_store=st.booleans())
    def contest(self, place: int, by_store: bool):
        loss_id = self.pick(place)
        if loss_id is None:
            return
        one, market = self.known[loss_id], self.losing.market
        owner = next(person for person in market.owners if person.producer_id == one.producer_id)
        in_time = self.losing.calendar.day <= one.until
        may = in_time and not (one.contested or one.decided or one.settled or self.is_taken_back(one))
        reason = f"{self.losing.calendar.day} {place}"  # the same reason again would be no second contest
        by = market.managers[0] if by_store else owner
        done = self.attempt(lambda: contest_loss(self.session, by=by, loss_id=loss_id, reason=reason))
        assert done == may or one.contested
        one.contested |= may

    @rule(place=PLACES, store_bp=st.sampled_from([0, 1, 2_500, 6_667, 10_000]))
    def decide(self, place: int, store_bp: int):
        loss_id = self.pick(place)
        if loss_id is not None:
            self.try_deciding(loss_id, store_bp)

    def try_deciding(self, loss_id: int, store_bp: int) -> None:
        one = self.known[loss_id]
        may = (one.contested or one.share_bp is None) and not (one.decided or one.settled or self.is_taken_back(one))
        done = self.attempt(lambda: self.losing.decide(loss_id, store_bp))
        assert done == may or one.decided
        if may:
            one.decided, one.share_bp = True, store_bp

    def attempt(self, act) -> bool:
        try:
            with savepoint(self.session):
                act()
        except ConsignError:
            return False
        return True

    @rule(days=st.sampled_from([1, 3, 7, 8, 14]))
    def wait(self, days: int):
        self.losing.calendar.day += timedelta(days)

    @rule()
    def close(self):
        if self.next_end < self.losing.calendar.day:
            self.close_next()

    def close_next(self) -> None:
        today = self.losing.calendar.day
        taken = [
            one
            for one in self.known.values()
            if one.day <= self.next_end
            and not one.settled
            and (
                self.is_taken_back(one)
                or one.decided
                or (not one.contested and one.until < today and one.share_bp is not None)
            )
        ]
        expected: defaultdict[int, int] = defaultdict(int)
        for one in taken:
            expected[one.producer_id] += one.store_rp
        statements = self.losing.close(self.next_end, on=today)
        for one in taken:
            one.settled = True
        assert {one.producer_id: one.losses_rp for one in statements.values() if one.losses_rp} == {
            producer_id: losses_rp for producer_id, losses_rp in expected.items() if losses_rp
        }
        self.next_end = period_of(self.next_end + timedelta(1), Cycle.MONTH).last


def test_every_loss_lands_in_one_statement_whatever_the_order(market: Market, monkeypatch: pytest.MonkeyPatch):
    losing = build_losing(market, freeze(monkeypatch))
    run_state_machine_as_test(
        lambda: Books(losing),
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failure small takes minutes
        ),
    )  # fmt: skip
