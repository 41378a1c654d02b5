"""What all histories of the office have in common: how they begin, what is looked at after every act, and how they end."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from consign.checks import CHECKS
from consign.db import finish, savepoint
from consign.errors import ConsignError
from consign.ledger.rules import AccountKind, AccountName
from consign.period import Cycle, period_of
from consign.settlement.allocating import find_open
from tests.builders import OPENED
from tests.ledger.beancounting import add_up, export
from tests.settlement.full_city import BEGAN, FullCity
from tests.settlement.money import SEPTEMBER, Row
from tests.settlement.plain_book import Pair, PlainBook, PlainLine, PlainTerms, PlainVersion

PARTNERS, PRODUCERS, PLACES = st.integers(0, 1), st.integers(0, 1), st.integers(0, 99)
DAYS_BACK = st.sampled_from([0, 0, 1, 3, 10, 25, 40])
TERMS = st.builds(
    PlainTerms,
    fee_rate_bp=st.sampled_from([200, 250, 333, 500]),
    fee_tax_bp=st.sampled_from([0, 1_100]),
    pph23_bp=st.sampled_from([0, 200]),
    payment_term_days=st.sampled_from([15, 7, 30]),
    loss_store_bp=st.sampled_from([None, 0, 3_333, 10_000]),
    min_payout_rp=st.sampled_from([0, 0, 0, 60_000]),
    route=st.sampled_from(["direct", "collecting", "cooperative"]),
)
PRICES = st.sampled_from([15_000, 22_500, 1_024, 999, 20_000])
SOLD = st.tuples(DAYS_BACK, PRODUCERS, st.integers(1, 9), PRICES)
CHECK_EVERY = 12
LONG = int(os.environ.get("CONSIGN_LONG", "1"))
"""How many times more histories than usual are told, such as `CONSIGN_LONG=30`."""
SQL_SALES_NOT_IN_ONE_STATEMENT = text("""
    SELECT count(*) FROM sale WHERE 1 <> (
      SELECT count(*) FROM closing WHERE closing.partner_id = sale.partner_id
        AND sale.sold_on <= closing.until_on AND sale.posting_no <= closing.posting_no
        AND NOT (sale.sold_on <= closing.before_on AND sale.posting_no <= closing.before_posting_no))""")

SQL_BALANCES = text(
    "SELECT kind, partner_id, producer_id, bank_account_id, (debits_rp - credits_rp)::bigint AS rp FROM account"
)


class Office(RuleBasedStateMachine):
    """Acts of people, each in a part of a transaction of its own, as an edge would do them."""

    told: ClassVar[Counter[str]] = Counter()
    """How many histories there were, how many acts, and how often each was refused."""

    def __init__(self, city: FullCity) -> None:
        super().__init__()
        self.city, self.money, self.session = city, city.money, city.session
        self.start = self.session.begin_nested()
        self.money.calendar.day = SEPTEMBER - timedelta(9)
        self.book: PlainBook | None = None
        self.files: dict[int, tuple[int, list[Row], list[PlainLine], Path]] = {}
        """Posted uploads: whose, their rows, the lines that they speak for, and the file."""
        self.next_end: dict[int, date] = {}
        self.steps = 0

    def teardown(self) -> None:
        try:
            if self.book is not None:
                self.end()
                self.told["histories"] += 1
        finally:
            self.start.rollback()
            self.session.expire_all()
            self.session.info.pop("last_writes", None)

    @property
    def plain(self) -> PlainBook:
        assert self.book is not None
        return self.book

    @property
    def today(self) -> date:
        return self.money.calendar.day

    @initialize(
        terms=st.tuples(TERMS, TERMS, TERMS, TERMS),
        members=st.tuples(st.booleans(), st.booleans()),
        sold=st.tuples(*[st.lists(SOLD, min_size=2, max_size=4)] * 2),
    )
    def begin(
        self,
        terms: tuple[PlainTerms, ...],
        members: tuple[bool, bool],
        sold: tuple[list[tuple[int, int, int, int]], ...],
    ):
        """Agree, sell and close a first month, so that there is something to pay from the first step on."""
        pairs = [(partner, producer) for partner in range(2) for producer in range(2)]
        self.book = PlainBook({pair: [] for pair in pairs})
        for producer in (place for place, is_member in enumerate(members) if is_member):
            self.plain.members[producer].append((self.city.join(producer, OPENED, None).id, OPENED, None))
        for pair, one in zip(pairs, terms, strict=True):
            self.agree(pair, OPENED, None, one if members[pair[1]] else without_cooperative(one))
        for partner, rows in enumerate(sold):
            self.sell_rows(partner, rows)
            self.close_next(partner)
        self.fund()

    def fund(self) -> None:
        """Let money come in, where a history is about that."""

    def agree(self, pair: Pair, first: date, last: date | None, terms: PlainTerms) -> None:
        added = self.city.agree(*pair, first, last, terms)
        is_signed = terms.route == "cooperative"
        self.plain.versions[pair].append(PlainVersion(added.id, first, last, terms, is_signed))

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do an act; say whether it was done or refused."""
        try:
            with savepoint(self.session):
                act()
        except ConsignError as error:
            self.told[error.code] += 1
            return False
        return True

    @rule(days=st.sampled_from([1, 3, 10, 31]))
    def wait(self, days: int):
        self.money.calendar.day += timedelta(days)

    @rule(partner=PARTNERS)
    def close(self, partner: int):
        self.close_next(partner)

    def close_next(self, partner: int) -> None:
        until = self.next_end[partner]
        self.money.calendar.day = max(self.today, until + timedelta(1))
        first = self.plain.closed[partner] + timedelta(1) if partner in self.plain.closed else BEGAN
        expected = self.plain.close(partner, until, first, self.today)
        statements = self.money.close(self.session, partner, until)
        assert self.money.close(self.session, partner, until) == statements
        ids = [one.id for one in self.money.city.producers]
        found = {(partner, ids.index(one.producer_id)): one for one in statements}
        assert {pair: {name: getattr(one, name) for name in expected[pair].figures} for pair, one in found.items()} == {
            pair: one.figures for pair, one in expected.items()
        }
        for pair, one in found.items():
            plain = expected[pair]
            assert (one.due_on, one.route) == (plain.due_on, plain.route)
            plain.number, plain.id = one.number, one.id
            self.plain.statements[one.id] = plain
        self.next_end[partner] = period_of(until + timedelta(1), Cycle.MONTH).last

    def sell_rows(self, partner: int, sold: list[tuple[int, int, int, int]]) -> None:
        name = f"F{self.money.next()}"
        rows = [
            (self.day_back(back), product, quantity, price, f"{name}-{n}")
            for n, (back, product, quantity, price) in enumerate(sold)
        ]
        self.hand_in(partner, rows, known=[])

    def day_back(self, back: int) -> date:
        return max(self.today - timedelta(back), BEGAN)

    def hand_in(self, partner: int, rows: list[Row], known: list[PlainLine], of: PlainLine | None = None) -> None:
        """Hand a file in whose first rows are *known*; where it gives something back that is its last row, *of* that sale."""
        path = self.money.write(partner, rows)
        outcome = self.money.hand_in(self.session, partner, path)
        new = rows[len(known) :]
        assert (outcome.posted, outcome.known, outcome.parked) == (len(new), len(known), 0)
        lines = [self.plain.report((partner, row[1]), row, upload=outcome.upload_id, of=of) for row in new]
        for line in known:
            line.reported_by.add(outcome.upload_id)
        self.files[outcome.upload_id] = (partner, rows, [*known, *lines], path)
        if partner not in self.next_end:
            self.next_end[partner] = SEPTEMBER

    def pick(self, place: int, found: list[int]) -> int:
        return sorted(found)[place % len(found)]

    @invariant()
    def look(self) -> None:
        """Hold balances after every act, and all invariants after every few."""
        if self.book is None:
            return
        assert self.balances() == self.expected_balances()
        assert min(self.plain.payable.values(), default=0) >= 0
        opened = find_open(self.session, list(self.plain.statements))
        assert {one.id: one.open_rp for one in opened.values()} == {
            one.id: one.open_rp for one in self.plain.statements.values()
        }
        self.steps += 1
        self.told["acts"] += 1
        if self.steps % CHECK_EVERY == 0:
            self.check()

    def check(self) -> None:
        finish(self.session)
        assert [str(breach) for check in CHECKS for breach in check(self.session)] == []
        assert self.session.scalar(SQL_SALES_IN_TWO_STATEMENTS) == 0

    def balances(self) -> dict[object, int]:
        kinds = (AccountKind.PARTNER_OWES, AccountKind.PRODUCER_IS_OWED, AccountKind.PRODUCER_PAYABLE)
        partners, producers = self.money.partners, self.money.city.producers
        names: dict[object, AccountName] = {
            (kind, pair): AccountName(kind, partners[pair[0]].id, producers[pair[1]].id)
            for kind in kinds
            for pair in self.plain.pairs
        }
        for kind in (AccountKind.BANK, AccountKind.UNALLOCATED, AccountKind.IN_TRANSIT):
            for place, account_id in enumerate(self.city.banks):
                names[kind, place] = AccountName(kind, bank_account_id=account_id)
        for kind in (AccountKind.WRITTEN_OFF, AccountKind.BANK_CHARGES, AccountKind.OPENING):
            names[kind] = AccountName(kind)
        found = {
            (row.kind, row.partner_id, row.producer_id, row.bank_account_id): row.rp
            for row in self.session.execute(SQL_BALANCES)
        }
        return {
            what: name.sign * found.get((name.kind, name.partner_id, name.producer_id, name.bank_account_id), 0)
            for what, name in names.items()
        }

    def expected_balances(self) -> dict[object, int]:
        expected: dict[object, int] = {}
        for pair in self.plain.pairs:
            owed = self.plain.owed(pair)
            expected[AccountKind.PARTNER_OWES, pair] = expected[AccountKind.PRODUCER_IS_OWED, pair] = owed
            expected[AccountKind.PRODUCER_PAYABLE, pair] = self.plain.payable[pair]
        for place in range(len(self.city.banks)):
            free = [amount for line, amount in self.plain.free.items() if self.plain.bank_of[line] == place]
            expected[AccountKind.BANK, place] = self.plain.bank_rp[place]
            expected[AccountKind.UNALLOCATED, place] = sum(free)
            expected[AccountKind.IN_TRANSIT, place] = self.plain.in_transit_rp[place]
        return {
            **expected,
            AccountKind.WRITTEN_OFF: self.plain.written_off_rp,
            AccountKind.BANK_CHARGES: self.plain.charges_rp,
            AccountKind.OPENING: 0,
        }

    def decide_rest(self) -> None:
        """Decide what waits, before all is closed."""

    def end(self) -> None:
        """Close all that is open; each sale and each loss is in one statement; Beancount comes to the same."""
        self.money.calendar.day += timedelta(62)
        self.decide_rest()
        for partner in self.next_end:
            while self.next_end[partner] < self.today:
                self.close_next(partner)
        assert all(one.taken for one in self.plain.lines)
        assert all(one.settled for one in self.plain.losses.values())
        assert self.session.scalar(SQL_SALES_NOT_IN_ONE_STATEMENT) == 0
        assert sum(one.figures["line_count"] for one in self.plain.statements.values()) == len(self.plain.lines)
        assert self.balances() == self.expected_balances()
        self.check()
        path = self.money.folder / "ledger.beancount"
        assert export(self.session, path) == add_up(path)


SQL_SALES_IN_TWO_STATEMENTS = text(SQL_SALES_NOT_IN_ONE_STATEMENT.text.replace("1 <> (", "1 < ("))


def without_cooperative(terms: PlainTerms) -> PlainTerms:
    return PlainTerms(**{**vars(terms), "route": "direct"}) if terms.route == "cooperative" else terms


def tell(machine: Callable[[], Office], *, histories: int, acts: int) -> None:
    """Run so many histories of so many acts, more where `CONSIGN_LONG` says so."""
    Office.told.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories * LONG, stateful_step_count=acts, deadline=None, suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failure small takes minutes
        ),
    )  # fmt: skip
    print(dict(Office.told))
