"""The office's bank accounts, and what the bank's statements say of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase


class BankAccount(RegionBase):
    """An account of the office into which partners pay and from which producers are paid."""

    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint("bank_code ~ '^[0-9]{3}$'", name="bank_code"),
        CheckConstraint("number ~ '^[0-9]{5,20}$'", name="number"),
        UniqueConstraint("bank_code", "number"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """What the office calls it, in addresses and on the command line."""
    bank_code: Mapped[str]
    """The bank's three digits, as Bank Indonesia gives them."""
    number: Mapped[str]
    """The account's digits, as text."""
    holder: Mapped[str]
    """In whose name it stands at the bank."""
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_on: Mapped[date | None]
    """Last day on which it is used; blank while it goes on."""


class BankProfile(RegionBase):
    """Which column of a file means what, as a person said for files of one account with these headings."""

    __tablename__ = "bank_profile"
    __table_args__ = ({"info": CHANGING},)

    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), primary_key=True)
    headers: Mapped[str] = mapped_column(primary_key=True)
    """A hash of the headings."""
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    said_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BankUpload(RegionBase):
    """A file that somebody handed in for a bank account: it is looked at before it is posted."""

    __tablename__ = "bank_upload"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'posted', 'dropped')", name="state"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    sha256: Mapped[str]
    name: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was said of it so far: columns, how days and numbers are written, balances."""
    state: Mapped[str]
    handed_in_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    handed_in_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BankFile(RegionBase):
    """One statement of a bank account that was posted: opening balance and lines come to the closing balance."""

    __tablename__ = "bank_file"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="days"),
        CheckConstraint("lines >= new_lines AND new_lines >= 0 AND pending >= 0", name="lines"),
        UniqueConstraint("account_id", "sha256", "statement_no"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    sha256: Mapped[str]
    name: Mapped[str]
    statement_no: Mapped[int] = mapped_column(SmallInteger)
    """Which statement of the file, from 1: a file may hold several."""
    layout: Mapped[str]
    """As what it was read, such as `bca_klikbca` or `mt940`."""
    from_on: Mapped[date]
    until_on: Mapped[date]
    opening_rp: Mapped[int]
    closing_rp: Mapped[int]
    lines: Mapped[int]
    new_lines: Mapped[int]
    """How many of them no earlier file had brought."""
    pending: Mapped[int]
    """Lines that the bank had not booked yet, which were left out."""
    posted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BankLine(RegionBase):
    """One booking on a bank's statement. Known by its content and by how many alike stand before it on its day."""

    __tablename__ = "bank_line"
    __table_args__ = (
        CheckConstraint("amount_rp <> 0", name="amount"),
        CheckConstraint("occurrence >= 1", name="occurrence"),
        UniqueConstraint("account_id", "fingerprint", "occurrence"),
        Index("ix_bank_line_day", "account_id", "booked_on"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_file.id"), index=True)
    """The first file that brought it."""
    row_no: Mapped[int]
    """Its row in that file, from 1."""
    booked_on: Mapped[date]
    amount_rp: Mapped[int]
    """Positive into the account, negative out of it."""
    description: Mapped[str]
    """What the bank wrote, spaces tidied."""
    counterparty: Mapped[str]
    """Who sent or got it, where the file says so apart; may be blank."""
    reference: Mapped[str]
    """The bank's or the sender's own number, where the file says so apart; may be blank."""
    balance_rp: Mapped[int | None]
    """The account's balance after it, where the file says so."""
    fingerprint: Mapped[str]
    """SHA-256 of day, amount and words, in hexadecimal."""
    occurrence: Mapped[int]
    """1 for the first line of this content, 2 for its twin."""
