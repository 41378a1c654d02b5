"""An office with a bank account, and statements of it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.accounts import add_bank_account
from consign.banking.posting import PostedBankFile, post_bank_file
from consign.banking.rules import BankStatement
from consign.files import Files
from consign.ledger.queries import find_balance
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankAccount, BankLine
from tests.banking.writers import HOLDER, NUMBER, statement, write_bca
from tests.builders import City

AUGUST = [
    (date(2026, 8, 3), 1_500_000, "TRSF E-BANKING CR 0308 BERUANG MART"),
    (date(2026, 8, 5), -15_000, "BIAYA ADM"),
    (date(2026, 8, 5), 99_300, "KR OTOMATIS MID : 885000123 HOTEL BIRU QR : 100000.00 DDR : 700.00"),
    (date(2026, 8, 5), 99_300, "KR OTOMATIS MID : 885000123 HOTEL BIRU QR : 100000.00 DDR : 700.00"),
    (date(2026, 8, 28), -400_000, "TRSF E-BANKING DB DAPUR 1"),
]


@dataclass
class Office:
    """A city with one account, into which files are posted."""

    city: City
    account: BankAccount
    files: Files
    folder: Path

    @property
    def session(self) -> Session:
        return self.city.session

    def post(self, content: bytes | BankStatement, *, name: str = "mutasi.csv", **asked: Any) -> PostedBankFile:
        path = self.folder / name
        path.write_bytes(write_bca(content) if isinstance(content, BankStatement) else content)
        by = asked.pop("by", self.city.finance)
        return post_bank_file(
            self.session, self.files, by=by, account_code=self.account.code, path=path, name=name, **asked
        )

    def balance(self, kind: AccountKind = AccountKind.BANK) -> int:
        return find_balance(self.session, AccountName(kind, bank_account_id=self.account.id)).amount

    def lines(self) -> list[tuple[date, int, int]]:
        query = select(BankLine.booked_on, BankLine.amount_rp, BankLine.occurrence).order_by(
            BankLine.booked_on, BankLine.amount_rp, BankLine.occurrence
        )
        return [tuple(row) for row in self.session.execute(query)]  # type: ignore[misc]


@pytest.fixture
def office(city: City, files: Files, tmp_path: Path) -> Office:
    account = add_bank_account(city.session, by=city.admin, code="BCA", bank_code="014", number=NUMBER, holder=HOLDER)
    return Office(city, account, files, tmp_path)


@pytest.fixture
def august() -> BankStatement:
    """Return a month from Rp10.000.000 to Rp11.283.600: in 1.698.600, out 415.000."""
    return statement(10_000_000, AUGUST, from_on=date(2026, 8, 1), until_on=date(2026, 8, 31))
