"""What a transfer is, and which account stands on which side."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consign.errors import Conflict, NotFound
from consign.money import Rupiah


class AccountKind(StrEnum):
    """What an account counts. Each exists per partner and producer, so a balance never mixes partners."""

    PARTNER_OWES = "partner_owes"
    """Debits less credits: what the partner owes for this producer's goods."""
    PRODUCER_IS_OWED = "producer_is_owed"
    """Credits less debits: what the producer is owed for goods this partner sold."""


class TransferKind(StrEnum):
    """Why money moved."""

    SALES = "sales"
    FEE = "fee"
    FEE_TAX = "fee_tax"
    PPH23 = "pph23"
    LOSSES = "losses"
    REVERSAL = "reversal"


class TransferKeyConflict(Conflict):
    """A transfer with this key stands already with other content; nothing was posted."""

    code = "ledger.key_conflict"


class TransferReversed(Conflict):
    """The transfer was taken back before; nothing was posted."""

    code = "ledger.reversed"


class TransferUnknown(NotFound):
    """No transfer has this key; nothing was posted."""

    code = "ledger.transfer_unknown"


@dataclass(frozen=True)
class AccountName:
    """One account."""

    kind: AccountKind
    partner_id: int
    producer_id: int


@dataclass(frozen=True)
class TransferOrder:
    """A transfer to post; *amount* is positive, *key* makes it the only one of its kind."""

    key: str
    kind: TransferKind
    debit: AccountName
    credit: AccountName
    amount: Rupiah
    booked_on: date
    cause: str


def order_transfer(
    amount: Rupiah,
    *,
    key: str,
    kind: TransferKind,
    debit: AccountName,
    credit: AccountName,
    booked_on: date,
    cause: str,
) -> list[TransferOrder]:
    """Return the transfer of *amount*, none if it is zero. A negative amount swaps the two sides."""
    if amount.amount == 0:
        return []
    if amount.amount < 0:
        debit, credit, amount = credit, debit, -amount
    return [TransferOrder(key, kind, debit, credit, amount, booked_on, cause)]
