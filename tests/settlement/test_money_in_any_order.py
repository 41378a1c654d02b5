"""Sales, closings, payments, corrections, write-offs and what takes them back, in any order: the books stay right.

Every statement and every balance is worked out a second time in `plain_book`; the invariants are held, and Beancount proves the
whole ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from consign.checks import CHECKS
from consign.db import finish, savepoint
from consign.errors import ConsignError
from consign.ledger.queries import find_balance
from consign.ledger.rules import AccountKind, AccountName
from consign.payments.notice_rules import Answer
from consign.period import Cycle, period_of
from consign.sales.actions import reverse_upload
from consign.settlement.allocating import Share, find_open, spread
from tests.builders import City, build_city
from tests.ledger.beancounting import add_up, export
from tests.settlement.money import SEPTEMBER, Money, Row, agree, build_money, freeze
from tests.settlement.plain_book import Pair, PlainBook, PlainLine, PlainPayout, PlainStatement, PlainTerms

PARTNERS, PRODUCERS, PLACES = st.integers(0, 1), st.integers(0, 1), st.integers(0, 99)
TERMS = st.builds(
    PlainTerms, st.sampled_from([200, 250, 333, 500]), st.sampled_from([0, 1_100]), st.sampled_from([0, 200])
)
EVEN_RP = 20_000
"""A price of which every fee is a whole rupiah, so that parts of a return give back the same however they are cut."""
AMOUNTS = st.sampled_from([1, 10_000, 99_999, 250_000, 2_000_000, -6_500, -50_000])
SOLD = st.tuples(
    st.integers(0, 40), PRODUCERS, st.integers(1, 9), st.sampled_from([15_000, 22_500, 1_024, 999, EVEN_RP])
)
GIVEN_BACK = st.tuples(st.integers(0, 40), PRODUCERS, st.integers(-4, -1), st.just(EVEN_RP))
CHECK_EVERY = 6
SQL_PARTS = text("""
    SELECT part.payout_id, part.partner_id, part.producer_id, part.amount_rp FROM payout_part AS part
    JOIN payout ON payout.id = part.payout_id WHERE payout.batch_id = :batch AND payout.state = 'planned'""")
SQL_SALES_NOT_IN_ONE_STATEMENT = text("""
    SELECT count(*) FROM sale WHERE 1 <> (
      SELECT count(*) FROM closing WHERE closing.partner_id = sale.partner_id
        AND sale.sold_on <= closing.until_on AND sale.posting_no <= closing.posting_no
        AND NOT (sale.sold_on <= closing.before_on AND sale.posting_no <= closing.before_posting_no))""")


@dataclass
class Payment:
    """Something that was paid, and can be taken back."""

    shares: dict[int, int]
    line_id: int | None
    notice_id: int | None = None
    charge_rp: int = 0


class Office(RuleBasedStateMachine):
    """Acts of people, each in a part of a transaction of its own, as an edge would do them."""

    def __init__(self, money: Money) -> None:
        super().__init__()
        self.money, self.session = money, money.city.session
        self.start = self.session.begin_nested()
        self.money.calendar.day = SEPTEMBER - timedelta(9)
        self.files: dict[int, tuple[int, list[Row], list[PlainLine], Path]] = {}
        """Posted uploads: whose, their rows, the lines that they speak for, and the file."""
        self.payments: dict[str, Payment] = {}
        self.next_end: dict[int, date] = {}
        self.steps = 0

    def teardown(self) -> None:
        try:
            if hasattr(self, "book"):
                self.end()
        finally:
            self.start.rollback()
            self.session.expire_all()
            self.session.info.pop("last_writes", None)

    @initialize(
        terms=st.tuples(TERMS, TERMS, TERMS, TERMS),
        sold=st.tuples(*[st.lists(SOLD, min_size=2, max_size=4)] * 2),
        amounts=st.lists(AMOUNTS, min_size=1, max_size=3),
    )
    def begin(
        self, terms: tuple[PlainTerms, ...], sold: tuple[list[tuple[int, int, int, int]], ...], amounts: list[int]
    ):
        """Agree, sell and close a first month, so that there is something to pay from the first step on."""
        pairs = [(partner, producer) for partner in range(2) for producer in range(2)]
        self.book = PlainBook(dict(zip(pairs, terms, strict=True)))
        for pair, one in self.book.terms.items():
            agree(self.money, *pair, **vars(one))
        for partner, rows in enumerate(sold):
            self.sell(partner, rows)
            self.close(partner)
        self.receive([*amounts, 100_000])

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do an act; say whether it was done or refused."""
        try:
            with savepoint(self.session):
                act()
        except ConsignError:
            return False
        return True

    @rule(partner=PARTNERS, sold=st.lists(SOLD | GIVEN_BACK, min_size=1, max_size=4))
    def sell(self, partner: int, sold: list[tuple[int, int, int, int]]):
        name = f"F{self.money.next()}"
        rows = [
            (
                self.money.calendar.day - timedelta(min(back, self.most_back(back))),
                product,
                quantity,
                price,
                f"{name}-{n}",
            )
            for n, (back, product, quantity, price) in enumerate(sold)
        ]
        self.hand_in(partner, rows, known=[])

    def most_back(self, back: int) -> int:
        return (self.money.calendar.day - date(2026, 9, 1)).days if back else 0

    def hand_in(self, partner: int, rows: list[Row], known: list[PlainLine]) -> None:
        path = self.money.write(partner, rows)
        outcome = self.money.hand_in(self.session, partner, path)
        new = rows[len(known) :]
        assert (outcome.posted, outcome.known, outcome.parked) == (len(new), len(known), 0)
        lines = [
            self.book.report((partner, product), day, quantity * price, outcome.upload_id)
            for day, product, quantity, price, _ in new
        ]
        for line in known:
            line.reported_by.add(outcome.upload_id)
        self.files[outcome.upload_id] = (partner, rows, [*known, *lines], path)
        if partner not in self.book.closed and lines:
            first = min(one.day for one in self.book.lines if one.pair[0] == partner)
            self.next_end[partner] = period_of(first, Cycle.MONTH).last

    def pick_file(self, place: int) -> int:
        return sorted(self.files)[place % len(self.files)]

    @precondition(lambda self: self.files)
    @rule(place=PLACES)
    def hand_in_again(self, place: int):
        upload = self.pick_file(place)
        partner, _, _, path = self.files[upload]
        assert self.money.hand_in(self.session, partner, path).upload_id == upload

    @precondition(lambda self: self.files)
    @rule(place=PLACES, sold=SOLD)
    def hand_in_more(self, place: int, sold: tuple[int, int, int, int]):
        """Hand in the same file with a line more: only that one is new."""
        partner, rows, lines, _ = self.files[self.pick_file(place)]
        new = (self.money.calendar.day, *sold[1:], f"M{self.money.next()}")
        self.hand_in(partner, [*rows, new], lines)

    @precondition(lambda self: self.files)
    @rule(place=PLACES)
    def reverse(self, place: int):
        upload = self.pick_file(place)
        expected = self.book.reverse(upload)
        assert reverse_upload(self.session, by=self.money.city.finance, upload_id=upload, reason="uji") == expected
        del self.files[upload]

    @rule(partner=PARTNERS, producer=PRODUCERS, amount=st.sampled_from([1, 25_000, -1, -40_000, -300_000]))
    def adjust(self, partner: int, producer: int, amount: int):
        self.money.adjust(self.session, partner, producer, amount)
        self.book.adjustments.append(((partner, producer), amount))

    @rule(days=st.sampled_from([1, 3, 10, 31]))
    def wait(self, days: int):
        self.money.calendar.day += timedelta(days)

    @rule(partner=PARTNERS)
    def close(self, partner: int):
        self.money.calendar.day = max(self.money.calendar.day, self.next_end[partner] + timedelta(1))
        self.close_next(partner)

    def close_next(self, partner: int) -> None:
        until = self.next_end[partner]
        expected = self.book.close(partner, until)
        statements = self.money.close(self.session, partner, until)
        assert self.money.close(self.session, partner, until) == statements
        ids = [one.id for one in self.money.city.producers]
        found = {(partner, ids.index(one.producer_id)): one for one in statements}
        assert {pair: {name: getattr(one, name) for name in expected[pair]} for pair, one in found.items()} == expected
        for pair, one in found.items():
            assert one.due_on == self.money.calendar.day + timedelta(15)
            self.book.statements[one.id] = PlainStatement(one.number, one.id, pair, one.due_on, expected[pair])
        self.next_end[partner] = period_of(until + timedelta(1), Cycle.MONTH).last

    @rule(
        amounts=st.lists(
            st.sampled_from([1, 10_000, 99_999, 250_000, 2_000_000, -6_500, -50_000]), min_size=1, max_size=3
        )
    )
    def receive(self, amounts: list[int]):
        for line_id, amount in zip(self.money.book(self.session, *amounts), amounts, strict=True):
            self.book.free[line_id] = amount
            self.book.bank_rp += amount

    @precondition(lambda self: self.is_open() and max(self.book.free.values()) > 0)
    @rule(place=PLACES, partner=PARTNERS, part=st.sampled_from([1, 2, 3]))
    def match(self, place: int, partner: int, part: int):
        """Let a line in, or a part of it, pay a partner's statements, the first due first."""
        lines = sorted(line_id for line_id, amount in self.book.free.items() if amount > 0)
        line_id = lines[place % len(lines)]
        expected = self.book.share_out(self.book.free[line_id] // part, partner)
        opened = find_open(self.session, [one.id for one in self.book.statements.values() if one.pair[0] == partner])
        shares = spread(self.book.free[line_id] // part, list(opened.values()))
        assert {one.statement_id: one.amount_rp for one in shares} == expected
        if shares:
            cause = self.money.match(self.session, line_id, shares)
            self.book.free[line_id] -= sum(expected.values())
            self.book.pay(expected, payable=True)
            self.payments[cause] = Payment(expected, line_id)

    def is_open(self) -> bool:
        return any(one.open_rp for one in self.book.statements.values())

    def pick_statement(self, place: int) -> PlainStatement:
        """Choose one that is open; every fifth time any."""
        statements = [one for one in self.book.statements.values() if one.open_rp or place % 5 == 0]
        return statements[place % len(statements)]

    @precondition(lambda self: self.is_open())
    @rule(place=PLACES, part=st.sampled_from([1, 2, 3]), more=st.sampled_from([0, 0, 0, 1]))
    def pay_directly(self, place: int, part: int, more: int):
        """Pay a statement past the office, in full, in part, or by a rupiah too much, which is refused."""
        statement = self.pick_statement(place)
        amount = (statement.open_rp if more else statement.open_rp // part) + more
        if not amount:
            return
        done: list[tuple[str, int]] = []
        act = lambda: done.append(self.money.pay_by_notice(self.session, Share(statement.id, amount)))  # noqa: E731
        assert self.attempt(act) == (not more)
        for cause, notice_id in done:
            self.book.pay({statement.id: amount}, payable=False)
            self.payments[cause] = Payment({statement.id: amount}, None, notice_id)

    @precondition(lambda self: self.is_open())
    @rule(place=PLACES, amount=st.sampled_from([1, 500, 6_500, 6_501]), by_office=st.booleans())
    def write_off(self, place: int, amount: int, by_office: bool):
        """Write a rest off; of one statement the region allows Rp6.500 in all."""
        statement = self.pick_statement(place)
        may = amount <= statement.open_rp and amount + statement.written_off_rp <= 6_500
        share = Share(statement.id, amount)
        assert self.attempt(lambda: self.money.write_off(self.session, share, by_office=by_office)) == may
        if may:
            statement.written_off_rp += amount
            self.book.pay({statement.id: amount}, payable=by_office)
            self.book.written_off_rp += amount if by_office else 0

    @precondition(lambda self: any(amount < 0 for amount in self.book.free.values()))
    @rule(place=PLACES)
    def charge(self, place: int):
        lines = sorted(line_id for line_id, amount in self.book.free.items() if amount < 0)
        line_id = lines[place % len(lines)]
        amount, self.book.free[line_id] = -self.book.free[line_id], 0
        self.book.charges_rp += amount
        self.payments[self.money.charge(self.session, line_id)] = Payment({}, line_id, charge_rp=amount)

    @precondition(lambda self: self.payments)
    @rule(place=PLACES)
    def undo(self, place: int):
        cause = sorted(self.payments)[place % len(self.payments)]
        payment = self.payments[cause]
        pairs = {statement_id: self.book.statements[statement_id].pair for statement_id in payment.shares}
        may = payment.line_id is None or all(
            self.book.payable[pair] >= sum(amount for one, amount in payment.shares.items() if pairs[one] == pair)
            for pair in set(pairs.values())
        )
        assert self.attempt(lambda: self.take_back(cause, payment)) == may
        if may:
            self.book.pay({one: -amount for one, amount in payment.shares.items()}, payable=payment.line_id is not None)
            if payment.line_id is not None:
                self.book.free[payment.line_id] += sum(payment.shares.values()) - payment.charge_rp
                self.book.charges_rp -= payment.charge_rp
            del self.payments[cause]

    def take_back(self, cause: str, payment: Payment) -> None:
        if payment.notice_id is None:
            self.money.undo(self.session, cause)
        else:
            producer_id = int(cause.rpartition(":")[2])
            self.money.answer(self.session, payment.notice_id, producer_id, Answer.NOT_RECEIVED)

    @precondition(lambda self: any(self.book.payable.values()))
    @rule()
    def plan(self):
        """Plan what can be paid out: never more than is payable and in no other batch, never more than the bank holds."""
        planned: list[int] = []
        if not self.attempt(lambda: planned.append(self.money.plan(self.session))):
            return
        producers = [one.id for one in self.money.city.producers]
        partners = [one.id for one in self.money.partners]
        rows = self.session.execute(SQL_PARTS, {"batch": planned[0]}).all()
        for row in rows:
            pair = (partners.index(row.partner_id), producers.index(row.producer_id))
            payout = self.book.payouts.setdefault(row.payout_id, PlainPayout(planned[0], {}))
            payout.parts[pair] = row.amount_rp
        waiting = [one for one in self.book.payouts.values() if one.state == "planned"]
        for pair in self.book.terms:
            assert sum(one.parts.get(pair, 0) for one in waiting) <= max(
                self.book.payable[pair], self.stale(pair, planned[0])
            )
        assert rows

    def stale(self, pair: Pair, batch: int) -> int:
        """Say what earlier plans reserved of a pair, which a payment taken back since may have left uncovered."""
        earlier = [one for one in self.book.payouts.values() if one.state == "planned" and one.batch != batch]
        return sum(one.parts.get(pair, 0) for one in earlier)

    def of_state(self, *states: str) -> list[int]:
        return sorted(payout_id for payout_id, one in self.book.payouts.items() if one.state in states)

    @precondition(lambda self: self.of_state("planned"))
    @rule(place=PLACES)
    def send(self, place: int):
        """Hand a batch to the bank: what was taken back meanwhile, or is not in the bank, is not paid out."""
        found = self.of_state("planned")
        batch = self.book.payouts[found[place % len(found)]].batch
        payouts = [one for one in self.book.payouts.values() if one.batch == batch]
        total = sum(one.amount_rp for one in payouts)
        may = total <= self.book.bank_rp - self.book.in_transit_rp and all(
            sum(one.parts.get(pair, 0) for one in payouts) <= self.book.payable[pair] for pair in self.book.terms
        )
        assert self.attempt(lambda: self.money.send(self.session, batch)) == may
        if may:
            self.book.in_transit_rp += total
            for one in payouts:
                one.state = "sent"
                self.book.move(one, 1)

    @precondition(lambda self: self.of_state("planned"))
    @rule(place=PLACES)
    def cancel(self, place: int):
        found = self.of_state("planned")
        batch = self.book.payouts[found[place % len(found)]].batch
        self.money.cancel(self.session, batch)
        for one in self.book.payouts.values():
            if one.batch == batch:
                one.state = "cancelled"

    @precondition(lambda self: self.of_state("sent"))
    @rule(place=PLACES)
    def confirm(self, place: int):
        found = self.of_state("sent")
        payout_id = found[place % len(found)]
        payout = self.book.payouts[payout_id]
        line_id, _ = self.money.confirm(self.session, payout_id, payout.amount_rp)
        payout.state, self.book.free[line_id] = "paid", 0
        self.book.bank_rp -= payout.amount_rp
        self.book.in_transit_rp -= payout.amount_rp

    @precondition(lambda self: self.of_state("sent", "paid"))
    @rule(place=PLACES)
    def give_back(self, place: int):
        """Let a payout come back: what it paid is payable again."""
        found = self.of_state("sent", "paid")
        payout = self.book.payouts[found[place % len(found)]]
        was_found = payout.state == "paid"
        line_id = self.money.give_back(self.session, found[place % len(found)], payout.amount_rp, found=was_found)
        if line_id is None:
            self.book.in_transit_rp -= payout.amount_rp
        else:
            self.book.free[line_id] = 0
            self.book.bank_rp += payout.amount_rp
        payout.state = "returned"
        self.book.move(payout, -1)

    @invariant()
    def look(self) -> None:
        """Hold balances after every act, and all invariants after every few."""
        if not hasattr(self, "book"):
            return
        assert self.balances() == self.expected_balances()
        assert min(self.book.payable.values(), default=0) >= 0
        opened = find_open(self.session, list(self.book.statements))
        assert {one.id: one.open_rp for one in opened.values()} == {
            one.id: one.open_rp for one in self.book.statements.values()
        }
        self.steps += 1
        if self.steps % CHECK_EVERY == 0:
            self.check()

    def check(self) -> None:
        finish(self.session)
        assert [str(breach) for check in CHECKS for breach in check(self.session)] == []

    def name(self, kind: AccountKind, pair: Pair) -> AccountName:
        return AccountName(kind, self.money.partners[pair[0]].id, self.money.city.producers[pair[1]].id)

    def balances(self) -> dict[object, int]:
        kinds = (AccountKind.PARTNER_OWES, AccountKind.PRODUCER_IS_OWED, AccountKind.PRODUCER_PAYABLE)
        names: dict[object, AccountName] = {
            (kind, pair): self.name(kind, pair) for kind in kinds for pair in self.book.terms
        }
        for kind in (AccountKind.BANK, AccountKind.UNALLOCATED, AccountKind.IN_TRANSIT):
            names[kind] = AccountName(kind, bank_account_id=self.money.bank_id)
        for kind in (AccountKind.WRITTEN_OFF, AccountKind.BANK_CHARGES, AccountKind.OPENING):
            names[kind] = AccountName(kind)
        return {what: find_balance(self.session, name).amount for what, name in names.items()}

    def expected_balances(self) -> dict[object, int]:
        expected: dict[object, int] = {}
        for pair in self.book.terms:
            owed = self.book.owed(pair)
            expected[AccountKind.PARTNER_OWES, pair] = expected[AccountKind.PRODUCER_IS_OWED, pair] = owed
            expected[AccountKind.PRODUCER_PAYABLE, pair] = self.book.payable[pair]
        return {
            **expected,
            AccountKind.BANK: self.book.bank_rp,
            AccountKind.UNALLOCATED: sum(self.book.free.values()),
            AccountKind.IN_TRANSIT: self.book.in_transit_rp,
            AccountKind.WRITTEN_OFF: self.book.written_off_rp,
            AccountKind.BANK_CHARGES: self.book.charges_rp,
            AccountKind.OPENING: 0,
        }

    def end(self) -> None:
        """Close all that is open; each sale is in one statement; Beancount comes to the same."""
        self.money.calendar.day += timedelta(62)
        for partner in self.next_end:
            while self.next_end[partner] < self.money.calendar.day:
                self.close_next(partner)
        assert all(one.taken for one in self.book.lines)
        assert self.session.scalar(SQL_SALES_NOT_IN_ONE_STATEMENT) == 0
        assert sum(one.figures["line_count"] for one in self.book.statements.values()) == len(self.book.lines)
        assert self.balances() == self.expected_balances()
        self.check()
        path = self.money.folder / "ledger.beancount"
        assert export(self.session, path) == add_up(path)


@pytest.fixture
def money(session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Money:
    city: City = build_city(session, agreements=False)
    return build_money(city, freeze(monkeypatch), tmp_path)


def test_the_books_are_right_whatever_the_order(money: Money):
    run_state_machine_as_test(
        lambda: Office(money),
        settings=settings(
            max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failure small takes minutes
        ),
    )  # fmt: skip
