"""A city whose partners pay into an account of the office, out of which producers are paid."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.checks import CHECKS
from consign.db import finish
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.ledger.actions import post_transfers
from consign.ledger.queries import find_balance
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.models.banking import BankAccount, BankFile, BankLine
from consign.models.partners import Cooperative, Partner
from consign.models.payouts import PayeeAccount, Payout, PayoutBatch
from consign.models.settlement import CarryOver, CarryOverRow, Closing, Statement, StatementCounter
from consign.money import Rupiah
from consign.payments.match_kinds import MatchKind
from consign.payments.match_rows import record_match
from consign.payouts.approving import approve_batch
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.planning import plan_payouts
from consign.payouts.sending import send_batch
from consign.settlement.allocating import Source, allocate, lock_open, take_back
from consign.settlement.carry_rules import CarriedKind
from consign.settlement.shares import Share
from tests.builders import City

TODAY = date(2026, 11, 20)
BEFORE = date(2025, 12, 31)
VERIFIER, SECOND, HEAD = "periksa@dinas.example", "kedua@dinas.example", "kepala@dinas.example"


@dataclass
class Calendar:
    """What day it is, at noon of Balikpapan."""

    day: date = TODAY

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC)


@dataclass
class Paying:
    """The city with its bank account and the people who pay."""

    city: City
    calendar: Calendar
    bank: BankAccount
    verifier: Actor
    second: Actor
    """Another one of the dinas's finance."""
    head: Actor
    owners: list[Actor]
    carried: dict[int, CarryOver] = field(default_factory=dict)
    """What each partner owed before, by the partner."""
    statements: int = 0

    @property
    def session(self) -> Session:
        return self.city.session

    def account(self, place: int, *, number: str | None = None, bank: str = "014", holder: str = "") -> PayeeAccount:
        """State and confirm a bank account of a producer."""
        producer = self.city.producers[place]
        stated = state_account(
            self.session, by=self.owners[place], bank_code=bank, number=number or f"12345678{place:02d}",
            holder=holder or producer.name, producer_id=producer.id,
        )  # fmt: skip
        return confirm_account(self.session, by=self.verifier, account_id=stated.id)

    def cooperative(self, *places: int, account: bool = True) -> Cooperative:
        """Make a cooperative that has the mandate of producers."""
        one = Cooperative(code="KOP", name="Koperasi Maju Jaya", added_at=self.calendar.now())
        self.session.add(one)
        self.session.flush()
        for place in places:
            self.session.execute(
                text(
                    "INSERT INTO cooperative_member (cooperative_id, producer_id, days, mandate) VALUES (:c, :p, daterange(:d, NULL), 'SK-1')"
                ),
                {"c": one.id, "p": self.city.producers[place].id, "d": BEFORE},
            )
        if account:
            stated = state_account(
                self.session, by=self.city.finance, bank_code="124", number="0012345678", holder=one.name,
                cooperative_id=one.id,
            )  # fmt: skip
            confirm_account(self.session, by=self.verifier, account_id=stated.id)
        return one

    def owe(self, place: int, amount_rp: int, *, partner: Partner | None = None) -> int:
        """Write a statement over an amount that a partner owes a producer; return its id."""
        partner = partner or self.city.partner
        kept = self.carried.get(partner.id) or self._begin_carrying(partner)
        self.statements += 1
        number = f"NP-2025-{self.statements:06d}"
        statement = Statement(
            number=number, closing_id=kept.closing_id, partner_id=partner.id, producer_id=self.city.producers[place].id,
            from_on=BEFORE, until_on=BEFORE, line_count=0, sales_rp=0, returns_rp=0, late_rp=0, fee_rp=0, fee_tax_rp=0,
            pph23_rp=0, losses_rp=0, adjustments_rp=0, opening_rp=amount_rp, earlier_number=f"L{self.statements}",
            net_rp=amount_rp, carried_rp=0, due_rp=amount_rp, carry_rp=0, due_on=BEFORE + timedelta(15),
            route="collecting", audit_seq=0, audit_hash="",
        )  # fmt: skip
        row = CarryOverRow(
            carry_over_id=kept.id, row_no=self.statements + 1, kind=CarriedKind.STATEMENT,
            producer_id=statement.producer_id, earlier_number=statement.earlier_number, from_on=BEFORE, until_on=BEFORE,
            due_on=statement.due_on, amount_rp=amount_rp,
        )  # fmt: skip
        self.session.add_all([statement, row])
        counter = self.session.get(StatementCounter, 2025)
        if counter is None:
            self.session.add(StatementCounter(year=2025, last=1))
        else:
            counter.last = self.statements
        self.session.flush()
        pair = (partner.id, self.city.producers[place].id)
        post_transfers(
            self.session,
            [
                TransferOrder(
                    f"statement:{number}:opening", TransferKind.OPENING, AccountName(AccountKind.PARTNER_OWES, *pair),
                    AccountName(AccountKind.PRODUCER_IS_OWED, *pair), Rupiah(amount_rp), BEFORE, number,
                )
            ],
        )  # fmt: skip
        return statement.id

    def _begin_carrying(self, partner: Partner) -> CarryOver:
        """Carry over what a partner owed before, as two people do; `owe` writes its rows one after another."""
        prepared_by, confirmed_by, now = self.city.finance.user_id, self.second.user_id, self.calendar.now()
        closing = Closing(
            partner_id=partner.id, until_on=BEFORE, posting_no=0, before_on=BEFORE - timedelta(1), before_posting_no=0,
            missing={}, carries_over=True, prepared_by=prepared_by, closed_by=confirmed_by, closed_at=now,
        )  # fmt: skip
        self.session.add(closing)
        self.session.flush()
        kept = CarryOver(
            partner_id=partner.id, until_on=BEFORE, sha256=f"{partner.id:064d}", file_name="saldo.csv",
            prepared_by=prepared_by, prepared_at=now, outcome="confirmed", ended_by=confirmed_by, ended_at=now,
            closing_id=closing.id,
        )  # fmt: skip
        self.session.add(kept)
        self.session.flush()
        self.carried[partner.id] = kept
        return kept

    def book(self, *lines: tuple[int, str] | tuple[int, str, str]) -> list[BankLine]:
        """Post a statement of the office's bank account with lines of amount, words and counterparty."""
        before = self.session.scalar(select(BankFile.closing_rp).order_by(BankFile.id.desc()).limit(1)) or 0
        count = len(self.session.scalars(select(BankFile.id)).all())
        rows = tuple(
            StatementLine(place, self.calendar.day, one[0], f"{one[1]} {count}.{place}", *one[2:])
            for place, one in enumerate(lines, start=1)
        )
        statement = BankStatement(
            "test", self.calendar.day, self.calendar.day, before, before + sum(one.amount_rp for one in rows), rows
        )
        file = book_statement(
            self.session, statement, by=self.city.finance, account_id=self.bank.id, sha256=f"{count:064d}", name="x.csv",
            statement_no=1,
        )  # fmt: skip
        found = self.session.scalars(select(BankLine).where(BankLine.file_id == file.id).order_by(BankLine.row_no))
        return list(found)

    def pay(self, *owed: tuple[int, int], partner: Partner | None = None) -> str:
        """Let a partner pay statements of producers: place and amount. Return the cause of the allocations."""
        ids = [self.owe(place, amount, partner=partner) for place, amount in owed]
        total = sum(amount for _, amount in owed)
        (line,) = self.book((total, "SETORAN"))
        return allocate_all(self.session, self.bank, self.city.finance, line, list(zip(ids, owed, strict=True)))

    def plan(self, by: Actor | None = None) -> PayoutBatch:
        on = self.calendar.day
        return plan_payouts(self.session, by=by or self.city.finance, bank_account_id=self.bank.id, on=on)

    def send(self) -> PayoutBatch:
        """Plan, approve and send a batch."""
        batch = self.plan()
        approve_batch(self.session, by=self.second, batch_id=batch.id)
        return send_batch(self.session, by=self.city.finance, batch_id=batch.id, on=self.calendar.day)

    def payouts(self, batch: PayoutBatch) -> list[Payout]:
        query = select(Payout).where(Payout.batch_id == batch.id).order_by(Payout.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def payable(self, place: int, partner: Partner | None = None) -> int:
        pair = ((partner or self.city.partner).id, self.city.producers[place].id)
        return find_balance(self.session, AccountName(AccountKind.PRODUCER_PAYABLE, *pair)).amount

    def of_bank(self, kind: AccountKind) -> int:
        return find_balance(self.session, AccountName(kind, bank_account_id=self.bank.id)).amount

    def assert_sound(self) -> None:
        finish(self.session)
        assert [str(breach) for check in CHECKS for breach in check(self.session)] == []


def allocate_all(
    session: Session, bank: BankAccount, by: Actor, line: BankLine, owed: Sequence[tuple[int, tuple[int, int]]]
) -> str:
    unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=bank.id)
    lock_open(session, [statement_id for statement_id, _ in owed], others={unallocated})
    match = record_match(
        session, by=by, account_id=bank.id, kind=MatchKind.PAYMENT, rule="person", certain=False, why=(),
        reason_code=None, taken={line.id: line.amount_rp},
    )  # fmt: skip
    allocate(
        session, [Share(statement_id, amount) for statement_id, (_, amount) in owed], by=by, source=Source.COLLECTING,
        cause=f"match:{match.id}", booked_on=line.booked_on, bank_account_id=bank.id,
    )  # fmt: skip
    return f"match:{match.id}"


def undo_payment(paying: Paying, cause: str) -> None:
    """Take back what a partner paid."""
    paying.session.execute(
        text("UPDATE bank_match SET undone_at = now(), undone_by = made_by, undone_reason = 'uji' WHERE id = :id"),
        {"id": int(cause.partition(":")[2])},
    )
    take_back(paying.session, by=paying.city.finance, cause=cause, booked_on=paying.calendar.day, reason="uji")


def build_paying(city: City, calendar: Calendar) -> Paying:
    session = city.session
    for login, role in ((VERIFIER, Role.VERIFIER), (SECOND, Role.DINAS_FINANCE), (HEAD, Role.HEAD)):
        add_user(session, by=city.admin, login=login, name=f"Orang {login.partition('@')[0]}", role=role)
    owners = []
    for place, producer in enumerate(city.producers):
        login = f"pemilik{place}@umkm.example"
        add_user(session, by=city.admin, login=login, name="Pemilik", role=Role.PRODUCER, producer_id=producer.id)
        owners.append(get_actor(session, login))
    bank = BankAccount(
        code="BPD", bank_code="124", number="0010001234", holder="Dinas Koperasi", added_at=calendar.now()
    )  # fmt: skip
    session.add(bank)
    session.flush()
    people = [get_actor(session, login) for login in (VERIFIER, SECOND, HEAD)]
    return Paying(city, calendar, bank, *people, owners)


def freeze(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    calendar = Calendar()
    monkeypatch.setattr("consign.clock.now", calendar.now)
    return calendar
