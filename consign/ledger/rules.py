"""What a transfer is, and which account stands on which side."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consign.errors import Conflict, NotFound
from consign.money import Rupiah


class AccountUnknown(NotFound):
    """The ledger has no such account; nothing was changed."""

    code = "ledger.account_unknown"


class AccountKind(StrEnum):
    """What an account counts. Those of a pair exist per partner and producer, so a balance never mixes partners."""

    PARTNER_OWES = "partner_owes"
    """Debits less credits: what the partner owes for this producer's goods."""
    PRODUCER_IS_OWED = "producer_is_owed"
    """Credits less debits: what the producer is owed for goods this partner sold, and the partner has not paid."""
    PRODUCER_PAYABLE = "producer_payable"
    """Credits less debits: what this partner paid to the office for the producer, and the office has not paid out."""
    BANK = "bank"
    """Debits less credits: what one of the office's bank accounts holds; what the bank's own statement says."""
    UNALLOCATED = "unallocated"
    """Credits less debits: money that came into a bank account, less what left it, of which nobody has said what it is."""
    IN_TRANSIT = "in_transit"
    """Credits less debits: payouts that were handed to the bank and are on no statement of it yet."""
    BANK_CHARGES = "bank_charges"
    """Debits less credits: what banks took for themselves, borne by the office."""
    WRITTEN_OFF = "written_off"
    """Debits less credits: small differences that the office bears."""
    OPENING = "opening"
    """Debits less credits: what stood before these books began, to balance what was carried over."""


OF_PAIR = frozenset({AccountKind.PARTNER_OWES, AccountKind.PRODUCER_IS_OWED, AccountKind.PRODUCER_PAYABLE})
OF_BANK_ACCOUNT = frozenset({AccountKind.BANK, AccountKind.UNALLOCATED, AccountKind.IN_TRANSIT})
DEBIT_KINDS = frozenset(
    {AccountKind.PARTNER_OWES, AccountKind.BANK, AccountKind.BANK_CHARGES, AccountKind.WRITTEN_OFF, AccountKind.OPENING}
)
"""Accounts whose balance is their debits less their credits; of the others it is the other way round."""


class TransferKind(StrEnum):
    """Why money moved."""

    SALES = "sales"
    FEE = "fee"
    FEE_TAX = "fee_tax"
    PPH23 = "pph23"
    LOSSES = "losses"
    ADJUSTMENT = "adjustment"
    """A correction that two people agreed on, as a statement took it."""
    OPENING = "opening"
    """What stood before these books began."""
    BANK_LINE = "bank_line"
    """A line of a bank statement."""
    PAYMENT = "payment"
    """A partner's payment settles a statement."""
    PAYABLE = "payable"
    """The same amount becomes payable to the producer."""
    DIRECT = "direct"
    """A partner paid a producer, or its cooperative, without the office."""
    WRITE_OFF = "write_off"
    PAYOUT = "payout"
    """A payout was handed to the bank."""
    PAYOUT_LINE = "payout_line"
    """A payout was found on the bank's statement."""
    BANK_CHARGE = "bank_charge"
    OWN_TRANSFER = "own_transfer"
    """The office moved money between its own bank accounts."""
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
    """One account: of a partner and a producer, of one of the office's bank accounts, or of the region."""

    kind: AccountKind
    partner_id: int | None = None
    producer_id: int | None = None
    bank_account_id: int | None = None

    def __post_init__(self) -> None:
        pair, bank = self.partner_id is not None, self.bank_account_id is not None
        if (pair, self.producer_id is not None, bank) != (
            self.kind in OF_PAIR,
            self.kind in OF_PAIR,
            self.kind in OF_BANK_ACCOUNT,
        ):
            raise ValueError(f"an account of kind {self.kind} is not named so: {self}")

    @property
    def sign(self) -> int:
        """Return 1 where its balance is its debits less its credits, else -1."""
        return 1 if self.kind in DEBIT_KINDS else -1

    @property
    def order(self) -> tuple[str, int, int, int]:
        """Return by what accounts are put in order."""
        return self.kind.value, self.partner_id or 0, self.producer_id or 0, self.bank_account_id or 0


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
