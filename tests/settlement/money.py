"""The way of money through the office: sales, statements, bank lines, payments, write-offs. All of it is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.files import hash_file
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.banking import BankAccount, BankFile, BankLine
from consign.models.partners import Partner
from consign.models.settlement import Statement
from consign.partners.actions import add_partner, add_store
from consign.partners.agreeing import add_agreement
from consign.partners.rules import Route
from consign.payments.accepting import accept_split, charge, undo_match
from consign.payments.answers import answer_payment
from consign.payments.match_rows import find_free
from consign.payments.notice_rules import Answer
from consign.payments.notices import note_payment
from consign.payments.writing_off import decide_write_off, propose_write_off
from consign.payouts.approving import approve_batch, cancel_batch
from consign.payouts.bank_lines import confirm_payouts, return_payout
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.planning import plan_payouts
from consign.payouts.sending import send_batch
from consign.period import Cycle
from consign.sales.file_posting import Outcome, post_file
from consign.sales.handing_in import receive_file
from consign.sales.mapping import Stated
from consign.settlement.actions import close_period
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.shares import Share
from tests.builders import ACCEPT, KERIPIK, OPENED, SAMBAL, TAXABLE, City, terms, write_csv
from tests.stock.losing import Calendar

SECOND, VERIFIER = "kedua@dinas.example", "pemeriksa@dinas.example"
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
    owners: dict[int, Actor]
    """The people of the producers, by the producers' ids."""
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

    def adjust(self, session: Session, place: int, producer: int, amount_rp: int) -> None:
        """Let two people agree on a correction."""
        pair = {"partner_id": self.partners[place].id, "producer_id": self.city.producers[producer].id}
        one = propose_adjustment(session, by=self.city.finance, **pair, amount_rp=amount_rp, reason="uji")
        decide_adjustment(session, by=self.second, adjustment_id=one.id, approve=True)

    def book(self, session: Session, *amounts: int, account_id: int | None = None) -> list[int]:
        """Post a statement of the office's bank account, or of another, with lines of *amounts*; return their ids."""
        account_id = account_id or self.bank_id
        query = select(BankFile.closing_rp).where(BankFile.account_id == account_id).order_by(BankFile.id.desc())
        before = session.scalars(query.limit(1)).first() or 0
        number, day = self.next(), self.calendar.day
        rows = tuple(
            StatementLine(place, day, amount, f"MUTASI {number}/{place}") for place, amount in enumerate(amounts, 1)
        )
        statement = BankStatement("uji", day, day, before, before + sum(amounts), rows)
        file = book_statement(
            session, statement, by=self.city.finance, account_id=account_id, sha256=f"{number:064d}", name="uji.csv",
            statement_no=1,
        )  # fmt: skip
        return list(session.scalars(select(BankLine.id).where(BankLine.file_id == file.id).order_by(BankLine.row_no)))

    def match(self, session: Session, line_id: int, shares: Sequence[Share]) -> str:
        """Say that a line pays *shares* of statements; return the cause of its allocations."""
        taken = {line_id: sum(one.amount_rp for one in shares)}
        return f"match:{accept_split(session, by=self.city.finance, taken=taken, shares=shares).id}"

    def charge(self, session: Session, line_id: int) -> str:
        """Say that a line is what the bank took for itself."""
        return f"match:{charge(session, by=self.city.finance, line_id=line_id).id}"

    def pay_by_notice(self, session: Session, share: Share) -> tuple[str, int]:
        """Note a payment past the office, and let its producer say that it came; return its cause and the notice."""
        statement = session.get_one(Statement, share.statement_id)
        notice = note_payment(
            session, by=self.city.finance, partner_id=statement.partner_id, route=statement.route,
            paid_on=self.calendar.day, lines=[share], reference="",
        )  # fmt: skip
        self.answer(session, notice.id, statement.producer_id, Answer.RECEIVED)
        return f"notice:{notice.number}:{statement.producer_id}", notice.id

    def answer(self, session: Session, notice_id: int, producer_id: int, answer: Answer) -> None:
        answer_payment(
            session, by=self.owners[producer_id], notice_id=notice_id, producer_id=producer_id, answer=answer
        )

    def pay_directly(self, session: Session, shares: Sequence[Share], cause: str) -> str:
        """Let a payment past the office be proven."""
        lock_open(session, {one.statement_id for one in shares})
        allocate(session, shares, by=self.city.finance, source=Source.DIRECT, cause=cause, booked_on=self.calendar.day)
        return cause

    def write_off(self, session: Session, share: Share, *, by_office: bool) -> None:
        """Let two people write a rest off."""
        one = propose_write_off(
            session, by=self.city.finance, statement_id=share.statement_id, amount_rp=share.amount_rp,
            reason_code="short", borne_by="office" if by_office else "producer",
        )  # fmt: skip
        decide_write_off(session, by=self.second, write_off_id=one.id, approve=True)

    def plan(self, session: Session, account_id: int | None = None) -> int:
        """Plan payouts of all that can be paid out, and let another person approve them; return the batch."""
        on = self.calendar.day
        batch = plan_payouts(session, by=self.city.finance, bank_account_id=account_id or self.bank_id, on=on)
        approve_batch(session, by=self.second, batch_id=batch.id)
        return batch.id

    def send(self, session: Session, batch_id: int) -> None:
        send_batch(session, by=self.city.finance, batch_id=batch_id, on=self.calendar.day)

    def cancel(self, session: Session, batch_id: int) -> None:
        cancel_batch(session, by=self.city.finance, batch_id=batch_id, reason="uji")

    def confirm(self, session: Session, payout_id: int, amount_rp: int) -> tuple[int, int]:
        """Find a payout on a statement of the bank that is posted for it; return its line and the match."""
        (line_id,) = self.book(session, -amount_rp)
        match = confirm_payouts(session, by=self.city.finance, line_ids=[line_id], payout_ids=[payout_id])
        return line_id, match.id

    def give_back(self, session: Session, payout_id: int, amount_rp: int, *, found: bool) -> int | None:
        """Let a payout come back, by a line of the bank where it was *found* there before; return the line."""
        line_id = self.book(session, amount_rp)[0] if found else None
        return_payout(
            session, by=self.city.finance, payout_id=payout_id, on=self.calendar.day, reason="uji", line_id=line_id
        )
        return line_id

    def undo(self, session: Session, cause: str) -> None:
        """Take a match back."""
        undo_match(session, by=self.city.finance, match_id=int(cause.partition(":")[2]), reason="uji")

    def free(self, session: Session, line_id: int) -> int:
        return find_free(session, [line_id])[line_id]


def build_money(city: City, calendar: Calendar, folder: Path) -> Money:
    """Add a second partner, Kancil Mart, monthly too, and the office's bank account; agreements are left to the test."""
    session = city.session
    partner = add_partner(
        session, by=city.admin, code="KM", name="Kancil Mart", kind="supermarket", cycle=Cycle.MONTH, taxes=TAXABLE
    )
    for producer in city.producers:
        producer.is_entity = True
    session.flush()
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
    add_user(session, by=city.admin, login=VERIFIER, name="Wahyu Periksa", role=Role.VERIFIER)
    second, verifier = get_actor(session, SECOND), get_actor(session, VERIFIER)
    owners = {}
    for place, producer in enumerate(city.producers):
        login = f"pemilik{place}@umkm.example"
        add_user(session, by=city.admin, login=login, name="Pemilik", role=Role.PRODUCER, producer_id=producer.id)
        owners[producer.id] = get_actor(session, login)
        stated = state_account(
            session, by=owners[producer.id], bank_code="014", number=f"12345678{place:02d}", holder=producer.name,
            producer_id=producer.id,
        )  # fmt: skip
        confirm_account(session, by=verifier, account_id=stated.id)
    return Money(city, calendar, second, bank.id, [city.partner, partner], owners, folder)


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
