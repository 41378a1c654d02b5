"""Statements to be paid, and lines of a bank's statement that pay them."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.breach import Breach
from consign.checks import CHECKS
from consign.db import finish
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.ledger.queries import find_balance
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankAccount, BankFile, BankLine
from consign.models.payments import PaymentNotice, PaymentNoticeLine
from consign.models.settlement import Statement
from consign.partners.agreeing import add_agreement
from consign.partners.rules import Route
from consign.settlement.actions import close_period
from consign.settlement.allocating import find_open
from tests.builders import KERIPIK, OPENED, SAMBAL, City, build_city, terms, write_csv

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
PAID_ON = date(2026, 11, 10)


@dataclass
class Money:
    """A city whose partner owes two producers for two months, and an account of the office."""

    city: City
    account_id: int
    second: Actor
    """Another person of the dinas's finance."""
    statements: list[Statement] = field(default_factory=list)
    """NP-2026-000001 to 4: of September P1 29.250 and P2 21.937, of October P1 14.625 and P2 43.875."""

    @property
    def session(self) -> Session:
        return self.city.session

    def book(
        self, *lines: tuple[int, str], on: date = PAID_ON, account_id: int | None = None, counterparty: str = ""
    ) -> list[int]:
        """Write lines of a bank's statement, each an amount and what the bank wrote; return their ids."""
        account = account_id or self.account_id
        opening = self.session.scalar(
            select(func.coalesce(func.sum(BankLine.amount_rp), 0)).where(BankLine.account_id == account)
        )
        before = set(self.session.scalars(select(BankLine.id)))
        rows = tuple(
            StatementLine(place, on, amount, words, counterparty) for place, (amount, words) in enumerate(lines, 1)
        )
        amounts = sum(amount for amount, _ in lines)
        statement = BankStatement("test", on, on, int(opening or 0), int(opening or 0) + amounts, rows)
        count = self.session.scalar(select(func.count()).select_from(BankFile)) or 0
        book_statement(
            self.session, statement, by=self.city.finance, account_id=account, sha256=f"{count:064d}",
            name="mutasi.csv", statement_no=1,
        )  # fmt: skip
        return [one for one in self.session.scalars(select(BankLine.id).order_by(BankLine.id)) if one not in before]

    def open_rp(self) -> list[int]:
        """Return what is open of each statement."""
        opened = find_open(self.session, [one.id for one in self.statements])
        return [opened[one.id].open_rp for one in self.statements]

    def balance(self, kind: AccountKind, *, bank: int | None = None, producer: int | None = None) -> int:
        """Return what an account counts: of the pair with a producer (0 or 1), of a bank account, or of the region."""
        pair = (self.city.partner.id, self.city.producers[producer].id) if producer is not None else (None, None)
        return find_balance(self.session, AccountName(kind, *pair, bank)).amount

    def unallocated(self) -> int:
        return self.balance(AccountKind.UNALLOCATED, bank=self.account_id)

    def notice(self, amounts: dict[int, int], *, number: str = "BY-2026-000001", reference: str = "") -> int:
        """Write that the partner says it paid so much of each statement, by its place."""
        row = PaymentNotice(
            number=number, partner_id=self.city.partner.id, route="collecting", bank_account_id=self.account_id,
            paid_on=PAID_ON, amount_rp=sum(amounts.values()), reference=reference, sha256=None, file_name="",
            noted_by=self.city.finance.user_id, noted_at=clock.now(),
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        for place, amount in amounts.items():
            self.session.add(
                PaymentNoticeLine(notice_id=row.id, statement_id=self.statements[place].id, amount_rp=amount)
            )
        self.session.flush()
        return row.id

    def breaches(self) -> list[Breach]:
        finish(self.session)
        return [breach for check in CHECKS for breach in check(self.session)]


def add_account(session: Session, code: str = "BCA", number: str = "0123456789") -> int:
    account = BankAccount(code=code, bank_code="014", number=number, holder="Dinas", added_at=clock.now())
    session.add(account)
    session.flush()
    return account.id


def build_money(session: Session, folder: Path) -> Money:
    """Build the city with agreements by the collecting route, sales of two months, and their statements.

    The fee is 2,5 %: of 30.000 it is 750, of 22.500 it is 562,50 and rounds to 563 once a line, of 15.000 it is 375,
    of 45.000 it is 1.125.
    """
    city = build_city(session, agreements=False)
    for producer in city.producers:
        add_agreement(
            session, by=city.admin, partner_id=city.partner.id, producer_id=producer.id, first=OPENED, last=None,
            terms=terms(route=Route.COLLECTING),
        )  # fmt: skip
    add_user(session, by=city.admin, login="kedua@dinas.example", name="Dewi Kedua", role=Role.DINAS_FINANCE)
    money = Money(city, add_account(session), get_actor(session, "kedua@dinas.example"))
    city.post(
        write_csv(
            folder,
            f"2026-09-05,T1,S1,{KERIPIK},Keripik,2,15000,30000",
            f"2026-09-06,T1,S2,{SAMBAL},Sambal,1,22500,22500",
            f"2026-10-05,T1,S3,{KERIPIK},Keripik,1,15000,15000",
            f"2026-10-06,T1,S4,{SAMBAL},Sambal,2,22500,45000",
        )
    )
    for until in (SEPTEMBER, OCTOBER):
        close_period(
            session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji coba"
        )  # fmt: skip
    money.statements = list(session.scalars(select(Statement).order_by(Statement.number)))
    return money
