"""Plans, approvals, sendings, findings and returns at the same moment: no rupiah is paid twice, no balance falls below zero."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.errors import ConsignError
from consign.identity.rules import Actor
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.payouts import Payout
from consign.payouts.approving import approve_batch, cancel_batch, take_out
from consign.payouts.bank_lines import confirm_payouts, return_payout, undo_confirmation
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.planning import plan_payouts
from consign.payouts.sending import send_batch
from consign.payouts.undoing_returns import undo_return
from tests.builders import build_city
from tests.conftest import REGION
from tests.payouts.paying import TODAY, Paying, build_paying, freeze, undo_payment

Act = Callable[[Session], object]


@pytest.fixture
def shared(database: Database, monkeypatch: pytest.MonkeyPatch) -> Paying:
    """Build a city that other transactions see, too, in which 100.000 is payable to each of two producers."""
    calendar = freeze(monkeypatch)
    with database.transaction(REGION) as session:
        paying = build_paying(build_city(session), calendar)
        paying.account(0)
        paying.account(1)
        paying.pay((0, 100_000), (1, 100_000))
    return paying


def at_once(database: Database, acts: list[Act]) -> list[object]:
    """Do *acts* at once, each in its own transaction; return answers and codes of errors."""
    barrier = Barrier(min(len(acts), 16))  # as many as have connections

    def run(act: Act) -> object:
        try:
            with database.transaction(REGION) as session:
                if barrier.n_waiting < barrier.parties and not barrier.broken:
                    barrier.wait(1)
                return act(session)
        except ConsignError as error:
            return error.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def assert_sound(database: Database) -> None:
    with database.transaction(REGION) as session:
        assert [str(breach) for check in CHECKS for breach in check(session)] == []


def plan(paying: Paying) -> Act:
    def act(session: Session) -> object:
        return plan_payouts(session, by=paying.city.finance, bank_account_id=paying.bank.id, on=TODAY).number

    return act


def send(paying: Paying, batch_id: int) -> Act:
    def act(session: Session) -> object:
        return send_batch(session, by=paying.city.finance, batch_id=batch_id, on=TODAY).state

    return act


def test_64_plans_at_once_take_the_money_once(database: Database, shared: Paying):
    answers = at_once(database, [plan(shared)] * 64)
    assert sorted(set(map(str, answers))) == ["PB-2026-0001", "payouts.nothing_to_pay"]
    assert answers.count("PB-2026-0001") == 1
    with database.transaction(REGION) as session:
        assert sorted(session.scalars(select(Payout.amount_rp))) == [100_000, 100_000]
    assert_sound(database)


def test_64_sendings_at_once_pay_once(database: Database, shared: Paying):
    with database.transaction(REGION) as session:
        batch = plan_payouts(session, by=shared.city.finance, bank_account_id=shared.bank.id, on=TODAY)
        approve_batch(session, by=shared.second, batch_id=batch.id)
    answers = at_once(database, [send(shared, batch.id)] * 64)
    assert (answers.count("sent"), answers.count("payouts.batch_state")) == (1, 63)
    with database.transaction(REGION) as session:
        payable = [one.amount.amount for one in find_balances(session, kind=AccountKind.PRODUCER_PAYABLE)]
        assert payable == [0, 0]
    assert_sound(database)


@dataclass
class Crowd:
    """Somebody who does what chance says, on whatever stands."""

    paying: Paying
    session: Session
    chance: random.Random

    def pick(self, query: str) -> int:
        found = list(self.session.scalars(text(query)))
        return self.chance.choice(found) if found else 0

    @property
    def by(self) -> Actor:
        return self.chance.choice([self.paying.city.finance, self.paying.second])

    def batch(self, *states: str) -> int:
        wanted = ", ".join(f"'{one}'" for one in states)
        return self.pick(f"SELECT id FROM payout_batch WHERE state IN ({wanted})")

    def plan(self) -> object:
        return plan(self.paying)(self.session)

    def approve(self) -> object:
        return approve_batch(self.session, by=self.by, batch_id=self.batch("planned"))

    def send(self) -> object:
        return send_batch(self.session, by=self.by, batch_id=self.batch("approved"), on=TODAY)

    def cancel(self) -> object:
        return cancel_batch(self.session, by=self.by, batch_id=self.batch("planned", "approved"), reason="uji")

    def take_out(self) -> object:
        payout = self.pick("SELECT id FROM payout WHERE state = 'planned'")
        return take_out(self.session, by=self.by, payout_id=payout, reason="uji")

    def give_back(self) -> object:
        payout = self.pick("SELECT id FROM payout WHERE state = 'sent'")
        return return_payout(self.session, by=self.by, payout_id=payout, on=TODAY, reason="uji")

    def undo_return(self) -> object:
        payout = self.pick("SELECT id FROM payout WHERE state = 'returned'")
        return undo_return(self.session, by=self.by, payout_id=payout, reason="uji")

    def find(self) -> object:
        payout = self.session.get(Payout, self.pick("SELECT id FROM payout WHERE state = 'sent'"))
        if payout is None:
            return None
        line = self.pick(f"SELECT id FROM bank_line WHERE amount_rp <= {-payout.amount_rp}")
        return confirm_payouts(self.session, by=self.by, line_ids=[line], payout_ids=[payout.id])

    def undo(self) -> object:
        match = self.pick("SELECT id FROM bank_match WHERE kind = 'payout' AND undone_at IS NULL")
        return undo_confirmation(self.session, by=self.by, match_id=match, reason="uji")

    def change_account(self) -> object:
        stated = state_account(
            self.session, by=self.by, bank_code="014", number=f"{self.chance.randrange(10**9):010d}", holder="Dapur 1",
            producer_id=self.paying.city.producers[0].id,
        )  # fmt: skip
        return confirm_account(self.session, by=self.paying.verifier, account_id=stated.id)


OFTEN = ("plan", "approve", "send", "approve", "send", "find", "give_back", "undo", "undo_return")
SELDOM = ("take_out", "cancel", "change_account")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_people_do_at_once_no_balance_falls_below_zero(database: Database, shared: Paying, seed: int):
    """Let 64 threads do a few acts each, chosen by chance."""

    def run(place: int) -> list[tuple[str, str]]:
        chance, answers = random.Random(f"{seed}-{place}"), []  # noqa: S311  # the same acts each time
        for _ in range(10):
            name = chance.choice(SELDOM if chance.random() < 0.05 else OFTEN)
            try:
                with database.transaction(REGION) as session:
                    getattr(Crowd(shared, session, chance), name)()
                answers.append((name, "done"))
            except ConsignError as error:
                answers.append((name, error.code))
        return answers

    with database.transaction(REGION) as session:
        shared.city.session = session
        for _ in range(5):
            shared.book((-100_000, "KELUAR"), (100_000, "MASUK"), (-200_000, "KELUAR"), (200_000, "MASUK"))
    with ThreadPoolExecutor(64) as threads:
        answers = Counter(answer for found in threads.map(run, range(64)) for answer in found)
    assert all(code.startswith(("done", "payouts.", "payments.")) for _, code in answers), answers
    assert answers["plan", "done"] >= 1
    assert answers["send", "done"] >= 1
    with database.transaction(REGION) as session:
        sent = session.scalar(text("SELECT sum(amount_rp) FROM payout WHERE state IN ('sent', 'paid')")) or 0
        payable = [one.amount.amount for one in find_balances(session, kind=AccountKind.PRODUCER_PAYABLE)]
        assert min(payable) >= 0
        assert sent + sum(payable) == 200_000
    assert_sound(database)


def test_a_payment_that_is_undone_while_it_is_paid_out_is_one_or_the_other(database: Database, shared: Paying):
    with database.transaction(REGION) as session:
        batch = plan_payouts(session, by=shared.city.finance, bank_account_id=shared.bank.id, on=TODAY)
        approve_batch(session, by=shared.second, batch_id=batch.id)
        cause = session.scalars(text("SELECT max(cause) FROM allocation")).one()

    def undo(session: Session) -> object:
        shared.city.session = session
        undo_payment(shared, cause)
        return "undone"

    answers = at_once(database, [send(shared, batch.id), undo])
    assert answers in (["sent", "settlement.paid_out_already"], ["payouts.payable_gone", "undone"])
    assert_sound(database)
