"""The way of money through the office: sales, statements, bank lines, payments, write-offs. All of it is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.booking import BankStatement, StatementLine, book_statement
from consign.files import hash_file
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankAccount, BankFile, BankLine
from consign.models.partners import Partner
from consign.models.payments import WriteOff
from consign.models.settlement import Adjustment, Statement
from consign.partners.actions import add_agreement, add_partner, add_store
from consign.partners.rules import Route
from consign.payments.match_rows import MatchKind, find_free, get_standing_match, mark_undone, record_match
from consign.period import Cycle
from consign.sales.actions import Outcome, post_file, receive_file
from consign.sales.mapping import Stated
from consign.settlement.actions import close_period
from consign.settlement.allocating import Share, Source, allocate, lock_open, take_back
from tests.builders import ACCEPT, KERIPIK, OPENED, SAMBAL, City, terms, write_csv
from tests.stock.losing import Calendar

SECOND = "kedua@dinas.example"
STORES = ("T1", "U1")
"""The one store of each partner that sells."""
Row = tuple[date, int, int, int] | tuple[date, int, int, int, str]
SEPTEMBER = date(2026, 9, 30)


@dataclass
class Money:
    """A city with two partners and a bank account of the office. Acts take the session that they run in."""

    city: City
    calendar: Calendar
    second: Actor
    """Another one of the dinas's finance."""
    bank_id: int
    partners: list[Partner]
    folder: Path
    count: int = 0

    def next(self) -> int:
        self.count += 1
        return self.count

    def write(self, place: int, rows: Sequence[Row]) -> Path:
        """Write a file of rows of day, product, quantity and unit price; each is a receipt of its own, or as it is named."""
        number = self.next()
        lines = []
        for count, (day, product, quantity, price, *named) in enumerate(rows):
            receipt = named[0] if named else f"S{number}-{count}"
            facts = (
                day,
                STORES[place],
                receipt,
                (KERIPIK, SAMBAL)[product],
                "Barang",
                quantity,
                price,
                quantity * price,
            )
            lines.append(",".join(map(str, facts)))
        return write_csv(self.folder, *lines, name=f"{number}.csv")

    def hand_in(self, session: Session, place: int, path: Path) -> Outcome:
        partner, by = self.partners[place], self.city.finance
        upload, _ = receive_file(
            session, by=by, partner_id=partner.id, sha256=hash_file(path), name=path.name,
            size_bytes=path.stat().st_size, stated=Stated(),
        )  # fmt: skip
        return post_file(session, by=by, upload_id=upload.id, path=path, decisions=ACCEPT)

    def sell(self, session: Session, place: int, *rows: Row) -> Outcome:
        return self.hand_in(session, place, self.write(place, rows))

    def close(self, session: Session, place: int, until: date) -> list[Statement]:
        return close_period(
            session, by=self.city.finance, partner_id=self.partners[place].id, until=until, incomplete_reason="uji"
        )

    def adjust(self, session: Session, place: int, producer: int, amount_rp: int) -> int:
        """Let two people agree on a correction; return its id."""
        one = Adjustment(
            partner_id=self.partners[place].id, producer_id=self.city.producers[producer].id, amount_rp=amount_rp,
            reason="uji", proposed_by=self.city.finance.user_id, proposed_at=self.calendar.now(), outcome="approved",
            decided_by=self.second.user_id, decided_at=self.calendar.now(),
        )  # fmt: skip
        session.add(one)
        session.flush()
        return one.id

    def book(self, session: Session, *amounts: int) -> list[int]:
        """Post a statement of the office's bank account with lines of *amounts*; return their ids."""
        query = select(BankFile.closing_rp).where(BankFile.account_id == self.bank_id).order_by(BankFile.id.desc())
        before = session.scalars(query.limit(1)).first() or 0
        number, day = self.next(), self.calendar.day
        rows = tuple(
            StatementLine(place, day, amount, f"MUTASI {number}/{place}") for place, amount in enumerate(amounts, 1)
        )
        statement = BankStatement("uji", day, day, before, before + sum(amounts), rows)
        file = book_statement(
            session, statement, by=self.city.finance, account_id=self.bank_id, sha256=f"{number:064d}", name="uji.csv",
            statement_no=1,
        )  # fmt: skip
        return list(session.scalars(select(BankLine.id).where(BankLine.file_id == file.id).order_by(BankLine.row_no)))

    @property
    def unallocated(self) -> AccountName:
        return AccountName(AccountKind.UNALLOCATED, bank_account_id=self.bank_id)

    def match(self, session: Session, line_id: int, shares: Sequence[Share]) -> str:
        """Say that a line pays *shares* of statements; return the cause of its allocations."""
        lock_open(session, {one.statement_id for one in shares}, others={self.unallocated})
        match = record_match(
            session, by=self.city.finance, account_id=self.bank_id, kind=MatchKind.PAYMENT, rule="person", certain=False,
            why=(), reason_code=None, taken={line_id: sum(one.amount_rp for one in shares)},
        )  # fmt: skip
        allocate(
            session, shares, by=self.city.finance, source=Source.COLLECTING, cause=f"match:{match.id}",
            booked_on=self.calendar.day, bank_account_id=self.bank_id,
        )  # fmt: skip
        return f"match:{match.id}"

    def pay_directly(self, session: Session, shares: Sequence[Share], cause: str) -> str:
        """Let a payment past the office be proven."""
        lock_open(session, {one.statement_id for one in shares})
        allocate(session, shares, by=self.city.finance, source=Source.DIRECT, cause=cause, booked_on=self.calendar.day)
        return cause

    def write_off(self, session: Session, share: Share, *, by_office: bool) -> str:
        """Let two people write a rest off."""
        source = Source.WRITTEN_OFF_OFFICE if by_office else Source.WRITTEN_OFF_PRODUCER
        one = WriteOff(
            statement_id=share.statement_id, amount_rp=share.amount_rp, reason_code="short",
            borne_by="office" if by_office else "producer", remark="", proposed_by=self.city.finance.user_id,
            proposed_at=self.calendar.now(), outcome="approved", decided_by=self.second.user_id,
            decided_at=self.calendar.now(),
        )  # fmt: skip
        session.add(one)
        session.flush()
        lock_open(session, {share.statement_id}, others={AccountName(AccountKind.WRITTEN_OFF)})
        allocate(
            session, [share], by=self.second, source=source, cause=f"write_off:{one.id}", booked_on=self.calendar.day
        )
        return f"write_off:{one.id}"

    def undo(self, session: Session, cause: str, statement_ids: set[int]) -> None:
        """Take a payment back, with the match that said so."""
        match_id = int(cause.partition(":")[2]) if cause.startswith("match:") else None
        match = get_standing_match(session, match_id) if match_id else None
        lock_open(session, statement_ids, others={self.unallocated})
        if match:
            mark_undone(session, match, by=self.city.finance, reason="uji")
        take_back(session, by=self.city.finance, cause=cause, booked_on=self.calendar.day, reason="uji")

    def free(self, session: Session, line_id: int) -> int:
        return find_free(session, [line_id])[line_id]


def build_money(city: City, calendar: Calendar, folder: Path) -> Money:
    """Add a second partner, Kancil Mart, monthly too, and the office's bank account; agreements are left to the test."""
    session = city.session
    partner = add_partner(session, by=city.admin, code="KM", name="Kancil Mart", kind="supermarket", cycle=Cycle.MONTH)
    add_store(
        session,
        by=city.admin,
        partner_id=partner.id,
        code="U1",
        name="Gerai U1",
        zone="Asia/Makassar",
        opened_on=OPENED,
    )
    add_user(session, by=city.admin, login=SECOND, name="Ayu Lestari", role=Role.DINAS_FINANCE)
    bank = BankAccount(
        code="BPD", bank_code="124", number="0010001234", holder="Dinas", added_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    session.add(bank)
    session.flush()
    second = get_actor(session, SECOND)
    return Money(city, calendar, second, bank.id, [city.partner, partner], folder)


def agree(money: Money, place: int, producer: int, **changed: object) -> None:
    add_agreement(
        money.city.session, by=money.city.admin, partner_id=money.partners[place].id,
        producer_id=money.city.producers[producer].id, first=OPENED, last=None, terms=terms(**changed),  # type: ignore[arg-type]
    )  # fmt: skip


def freeze(monkeypatch: pytest.MonkeyPatch, day: date = SEPTEMBER + timedelta(1)) -> Calendar:
    calendar = Calendar(day)
    monkeypatch.setattr("consign.clock.now", calendar.now)
    return calendar


__all__ = ["Money", "Route", "agree", "build_money", "freeze"]
