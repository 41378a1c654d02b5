"""The whole ledger as text that other programs read: Beancount, which proves every balance, and plain CSV.

Both are written line by line as the transfers come, so that a ledger of any length takes little memory. Equal journals give
equal bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from reports.spreadsheet import safe_text

CURRENCY = "IDR"
BEFORE_ALL = date(1970, 1, 1)
"""The day on which accounts are opened where nothing was ever posted."""
ROOTS = {
    "partner_owes": "Assets:PartnerOwes",
    "producer_is_owed": "Liabilities:ProducerIsOwed",
    "producer_payable": "Liabilities:Payable",
    "bank": "Assets:Bank",
    "unallocated": "Liabilities:Unallocated",
    "in_transit": "Liabilities:InTransit",
    "bank_charges": "Expenses:BankCharges",
    "written_off": "Expenses:WrittenOff",
    "opening": "Equity:Opening",
}
"""Where each kind of account stands in Beancount's five roots."""
HEADS = (
    "id", "booked_on", "key", "kind", "cause", "debit_account", "credit_account", "amount_rp", "reverses_id", "posted_at",
)  # fmt: skip
TOGETHER = 2_000
"""Transfers that are written at once."""

_PLAIN = re.compile(r"[A-Z0-9][A-Za-wyz0-9-]*")
_NO_FIRST = re.compile(r"[^A-WYZ0-9]")
_NO_OTHER = re.compile(r"[^A-Za-wyz0-9-]")
_ESCAPED = str.maketrans({
    "\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f",
})  # fmt: skip


@dataclass(frozen=True)
class JournalAccount:
    """An account with what was ever debited and credited to it."""

    id: int
    kind: str
    codes: tuple[str, ...]
    """Of its partner and its producer, or of its bank account; none where it is the whole region's."""
    debits_rp: int
    credits_rp: int


class JournalTransfer(NamedTuple):
    """One transfer. A tuple, because there may be millions of them."""

    id: int
    booked_on: date
    key: str
    kind: str
    cause: str
    debit_account_id: int
    credit_account_id: int
    amount_rp: int
    reverses_id: int | None
    """The transfer that it takes back."""
    posted_at: datetime


@dataclass(frozen=True)
class Journal:
    """All accounts, and the transfers of all of them by day and id, which can be read once."""

    title: str
    accounts: tuple[JournalAccount, ...]
    transfers: Iterable[JournalTransfer]


def name_account(account: JournalAccount) -> str:
    """Return the account's name in Beancount: `Assets:PartnerOwes:ENG:UMKM-007`. No two accounts share a name."""
    return ":".join((ROOTS[account.kind], *(_escape_code(code) for code in account.codes)))


def _escape_code(code: str) -> str:
    """Return *code* as part of an account's name, so that no two codes give the same.

    Such a part has letters, digits and dashes, and begins with a capital or a digit. Any other sign is written as its number
    in base 16 between two `x`, at the beginning between `X` and `x`; so are these two letters themselves where they stand for
    nothing but themselves.
    """
    if _PLAIN.fullmatch(code) and code[0] != "X":
        return code
    if not code:
        return "X"
    first = _NO_FIRST.sub(lambda found: f"X{ord(found[0]):x}x", code[0])
    return first + _NO_OTHER.sub(lambda found: f"x{ord(found[0]):x}x", code[1:])


def write_beancount(journal: Journal) -> Iterator[str]:
    """Yield the journal as a Beancount file, piece by piece, with the balance that each account must have at its end.

    The balances are those that the accounts store, not those that the transfers come to: whoever reads the file proves that
    they are the same. A reversal is linked to what it takes back.
    """
    names = {account.id: name_account(account) for account in journal.accounts}
    yield f'option "title" "{_escape(journal.title)}"\noption "operating_currency" "{CURRENCY}"\n\n'
    opened, last = False, BEFORE_ALL
    piece: list[str] = []
    for transfer in journal.transfers:
        if not opened:
            opened = True
            piece += _open_accounts(names, transfer.booked_on)
        last = transfer.booked_on
        piece.append(_write_transaction(transfer, names))
        if len(piece) >= TOGETHER:
            yield "".join(piece)
            piece.clear()
    if not opened:
        piece += _open_accounts(names, BEFORE_ALL)
    yield "".join(piece)
    yield from _assert_balances(journal.accounts, names, last + timedelta(1))


def _open_accounts(names: Mapping[int, str], day: date) -> list[str]:
    return [*(f"{day} open {name} {CURRENCY}\n" for name in sorted(names.values())), "\n"]


def _write_transaction(one: JournalTransfer, names: Mapping[int, str]) -> str:
    links = f"^t{one.id}" if one.reverses_id is None else f"^t{one.id} ^t{one.reverses_id}"
    return (
        f'{one.booked_on} * "{_escape(one.cause)}" {links}\n'
        f'  key: "{_escape(one.key)}"\n'
        f'  kind: "{_escape(one.kind)}"\n'
        f'  posted: "{_write_instant(one.posted_at)}"\n'
        f"  {names[one.debit_account_id]}  {one.amount_rp} {CURRENCY}\n"
        f"  {names[one.credit_account_id]}  -{one.amount_rp} {CURRENCY}\n\n"
    )


def _assert_balances(accounts: Iterable[JournalAccount], names: Mapping[int, str], day: date) -> Iterator[str]:
    """Yield the balances as of the beginning of *day*, which is after the last transfer."""
    for account in sorted(accounts, key=lambda one: names[one.id]):
        yield f"{day} balance {names[account.id]}  {account.debits_rp - account.credits_rp} {CURRENCY}\n"


def write_csv(journal: Journal) -> Iterator[str]:
    """Yield the journal as CSV with commas and CRLF, piece by piece; accounts are named as in Beancount."""
    names = {account.id: name_account(account) for account in journal.accounts}
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADS)
    for place, one in enumerate(journal.transfers, start=1):
        writer.writerow((
            one.id, one.booked_on, safe_text(one.key), one.kind, safe_text(one.cause), names[one.debit_account_id],
            names[one.credit_account_id], one.amount_rp, one.reverses_id, _write_instant(one.posted_at),
        ))  # fmt: skip
        if place % TOGETHER == 0:
            yield target.getvalue()
            target.seek(0)
            target.truncate()
    yield target.getvalue()


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)


def _write_instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
