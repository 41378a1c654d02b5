"""Notices, answers, silence and withdrawals in any order: what is paid is what counts as received, and the books tie."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from consign.checks import CHECKS
from consign.db import finish, savepoint
from consign.errors import ConsignError
from consign.models.payments import PaymentNotice
from consign.models.settlement import Statement
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.notice_rules import Answer
from consign.payments.notices import withdraw_notice
from tests.builders import City
from tests.payments.noting import SLIP, Noting, build_noting, hold_clock

PLACES, AMOUNTS = st.integers(0, 99), st.integers(1, 50_000)


@dataclass
class Known:
    """A notice as people know it."""

    id: int
    lines: dict[int, dict[int, int]]
    """By the place of a producer: statement and amount."""
    noted_at: datetime
    proof: bool
    answers: dict[int, Answer] = field(default_factory=dict)
    withdrawn: bool = False


class Books(RuleBasedStateMachine):
    """Acts of people, each in a part of a transaction of its own; what should be paid is worked out a second time here."""

    def __init__(self, noting: Noting) -> None:
        super().__init__()
        self.noting, self.session = noting, noting.session
        self.start, self.began = self.session.begin_nested(), noting.clock[0]
        self.statements: list[tuple[int, Statement]] = [
            (place, one) for place in (0, 1) for one in noting.statements(place)
        ]
        self.known: list[Known] = []

    def teardown(self) -> None:
        try:
            finish(self.session)
            assert [breach for check in CHECKS for breach in check(self.session)] == []
        finally:
            self.start.rollback()
            self.session.expire_all()
            self.noting.clock[0] = self.began

    def attempt(self, act: Callable[[], object]) -> ConsignError | None:
        """Do *act* as an edge would; return why it was refused."""
        try:
            with savepoint(self.session):
                act()
        except ConsignError as error:
            return error
        return None

    def paid(self, statement_id: int) -> int:
        return sum(
            amounts.get(statement_id, 0)
            for one in self.known
            for place, amounts in one.lines.items()
            if one.answers.get(place) in {Answer.RECEIVED, Answer.TAKEN}
        )

    def announced(self, statement_id: int) -> int:
        return sum(
            amounts.get(statement_id, 0)
            for one in self.known
            for place, amounts in one.lines.items()
            if not one.withdrawn and place not in one.answers
        )

    @rule(first=PLACES, second=PLACES, amounts=st.tuples(AMOUNTS, AMOUNTS), proof=st.booleans())
    def note(self, first: int, second: int, amounts: tuple[int, int], *, proof: bool) -> None:
        chosen = {place % len(self.statements): amount for place, amount in zip((first, second), amounts, strict=True)}
        lines = [(self.statements[place][1], amount) for place, amount in chosen.items()]
        fits = all(amount <= one.due_rp - self.paid(one.id) - self.announced(one.id) for one, amount in lines)
        noted: list[PaymentNotice] = []
        refused = self.attempt(lambda: noted.append(self.noting.note(*lines, proof=SLIP if proof else None)))
        assert (refused is None) == fits, refused
        if refused is not None:
            return
        split: dict[int, dict[int, int]] = {}
        for place, amount in chosen.items():
            owner, statement = self.statements[place]
            split.setdefault(owner, {})[statement.id] = amount
        self.known.append(Known(noted[0].id, split, self.noting.clock[0], proof))

    @rule(which=PLACES, place=st.integers(0, 1), answer=st.sampled_from([Answer.RECEIVED, Answer.NOT_RECEIVED]))
    def answer(self, which: int, place: int, answer: Answer) -> None:
        if not self.known:
            return
        known = self.known[which % len(self.known)]
        stood = known.answers.get(place) in {Answer.RECEIVED, Answer.TAKEN}
        fits = answer is Answer.NOT_RECEIVED or stood or self.leaves_room(known, place)
        allowed = place in known.lines and not known.withdrawn and fits
        refused = self.attempt(
            lambda: answer_payment(
                    self.session, by=self.noting.owners[place], notice_id=known.id,
                    producer_id=self.noting.city.producers[place].id, answer=answer,
            )
        )  # fmt: skip
        assert (refused is None) == allowed, refused
        if allowed:
            known.answers[place] = answer

    def leaves_room(self, known: Known, place: int) -> bool:
        due = {one.id: one.due_rp for _, one in self.statements}
        return all(amount <= due[one] - self.paid(one) for one, amount in known.lines.get(place, {}).items())

    @rule(which=PLACES, place=st.integers(0, 1))
    def take(self, which: int, place: int) -> None:
        if not self.known:
            return
        known = self.known[which % len(self.known)]
        silent = place not in known.answers and (self.noting.clock[0] - known.noted_at).days >= 7
        allowed = (
            place in known.lines
            and not known.withdrawn
            and (
                known.answers.get(place) is Answer.TAKEN or (silent and known.proof and self.leaves_room(known, place))
            )
        )
        refused = self.attempt(
            lambda: take_as_received(
                    self.session, by=self.noting.city.finance, notice_id=known.id,
                    producer_id=self.noting.city.producers[place].id,
            )
        )  # fmt: skip
        assert (refused is None) == allowed, refused
        if allowed:
            known.answers[place] = Answer.TAKEN

    @rule(which=PLACES)
    def withdraw(self, which: int) -> None:
        if not self.known:
            return
        known = self.known[which % len(self.known)]
        came = {Answer.RECEIVED, Answer.TAKEN} & set(known.answers.values())
        refused = self.attempt(
            lambda: withdraw_notice(self.session, by=self.noting.payer, notice_id=known.id, reason="salah")
        )
        assert (refused is not None) == bool(came or known.withdrawn), refused
        known.withdrawn = known.withdrawn or refused is None

    @rule(days=st.integers(1, 8))
    def wait(self, days: int) -> None:
        self.noting.move_day(days)

    @invariant()
    def what_is_open_is_what_nobody_received(self) -> None:
        for _, one in self.statements:
            assert self.noting.open_rp(one) == one.due_rp - self.paid(one.id)


def test_answers_in_any_order_leave_the_books_right(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    noting = build_noting(city, tmp_path, hold_clock(monkeypatch))
    finish(city.session)
    run_state_machine_as_test(
        lambda: Books(noting),
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
