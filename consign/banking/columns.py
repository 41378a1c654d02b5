"""Which column of a bank's table holds what: by the words of its heading, and by nothing else.

Source: headings of real exports of KlikBCA, Mandiri Kopra and Livin', BRI, BNI Direct, CIMB Octo, Permata, OCBC Velocity.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle


class BankRole(StrEnum):
    """What a column of a bank's table holds."""

    DATE = "date"
    """The day on which the bank booked."""
    VALUE_DATE = "value_date"
    """The day from which the bank counts interest; not used."""
    DESCRIPTION = "description"
    MORE_WORDS = "more_words"
    """Words that belong behind the description."""
    COUNTERPARTY = "counterparty"
    REFERENCE = "reference"
    DEBIT = "debit"
    """Money out of the account."""
    CREDIT = "credit"
    """Money into the account."""
    AMOUNT = "amount"
    """Money in or out, by its own sign, a mark behind it, or a column of marks."""
    MARK = "mark"
    """DB, D: out. CR, C, K: in."""
    BALANCE = "balance"
    """What stood in the account after it."""
    BALANCE_BEFORE = "balance_before"
    """What stood in the account before it."""
    ACCOUNT = "account"
    CURRENCY = "currency"
    NOTHING = "nothing"
    """Known, but of no use here: a branch, a teller, a time."""


_WORDS: Mapping[BankRole, str] = {
    BankRole.DATE: """tanggal transaksi|tanggal|tgl|tgl tran|tgl transaksi|tanggal posting|tanggal mutasi|tanggal buku|date
        |transaction date|trans date|txn date|posting date|post date|postdate|booking date|date posted""",
    BankRole.VALUE_DATE: "val date|value date|tgl efektif|tanggal efektif|eff date|effective date|tanggal valuta|valuta",
    BankRole.DESCRIPTION: """keterangan|keterangan transaksi|deskripsi|uraian|uraian transaksi|rincian transaksi|desk tran
        |description|transaction description|transaction desc|transaction details|details|remarks|remark|narrative
        |berita|transaksi""",
    BankRole.MORE_WORDS: """additionaldesc|additional desc|additional description|trremk|tlbds1|tlbds2|remark custom|catatan
        |info tambahan|keterangan tambahan""",
    BankRole.COUNTERPARTY: """counterparty|counterparty name|nama pengirim|nama penerima|pengirim|payer|payee|sender
        |beneficiary|nama lawan transaksi|beneficiary name""",
    BankRole.REFERENCE: "reference no|reference|reference number|ref no|no referensi|nomor referensi|referensi|journal no|no jurnal",
    BankRole.DEBIT: """debit|debet|debit amount|mutasi debet|mutasi debit|withdrawal|withdrawals|paid out|keluar|uang keluar
        |debit idr|debet rp|debit rp|dana keluar""",
    BankRole.CREDIT: """kredit|credit|credit amount|mutasi kredit|deposit|deposits|paid in|masuk|uang masuk|credit idr
        |kredit rp|dana masuk""",
    BankRole.AMOUNT: "jumlah|amount|nominal|mutasi|nilai|amount idr|jumlah rp|nominal transaksi|transaction amount",
    BankRole.MARK: "db cr|dbcr|d k|dk|d c|dc|debit kredit|debit credit|db kr|cr db|dr cr|drcr|jenis|tipe|type|dk indicator",
    BankRole.BALANCE: """saldo|balance|close balance|closing balance|running balance|saldo akhir mutasi|saldo akhir
        |ending balance|balance idr|saldo rp|available balance|ledger balance""",
    BankRole.BALANCE_BEFORE: "saldo awal mutasi|saldo awal|opening balance|open balance",
    BankRole.ACCOUNT: "accountno|account no|account number|norek|no rek|no rekening|nomor rekening",
    BankRole.CURRENCY: "ccy|currency|mata uang|kode mata uang|kurs",
    BankRole.NOTHING: """cabang|branch|teller|id|jam tran|jam|time|waktu|seq|glsign|truser|kode tran|kode tran teller
        |transaction code|cheque no|no|no urut|kode transaksi|check no""",
}
ROLE_OF: Mapping[str, BankRole] = {word.strip(): role for role, words in _WORDS.items() for word in words.split("|")}
"""Headings, as `normalize` leaves them, with what stands below them."""
_REPEATED: Mapping[BankRole, BankRole] = {
    BankRole.DESCRIPTION: BankRole.MORE_WORDS,
    BankRole.MORE_WORDS: BankRole.MORE_WORDS,
    BankRole.REFERENCE: BankRole.MORE_WORDS,
    BankRole.VALUE_DATE: BankRole.VALUE_DATE,
    BankRole.NOTHING: BankRole.NOTHING,
}
"""What a second column of a role is, where there may be one."""


@dataclass(frozen=True)
class BankMapping:
    """Which column, by its place from 0, holds what, and how the file writes days and numbers; blank where it shows itself."""

    places: Mapping[BankRole, int]
    more_words: tuple[int, ...] = ()
    date_order: DateOrder | None = None
    number_style: NumberStyle | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as plain values, to be kept."""
        return {
            "places": {role.value: place for role, place in self.places.items()},
            "more_words": list(self.more_words),
            "date_order": self.date_order.value if self.date_order else None,
            "number_style": self.number_style.value if self.number_style else None,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "BankMapping":
        """Return what was kept."""
        return cls(
            {BankRole(role): int(place) for role, place in kept["places"].items()},
            tuple(int(place) for place in kept["more_words"]),
            DateOrder(kept["date_order"]) if kept["date_order"] else None,
            NumberStyle(kept["number_style"]) if kept["number_style"] else None,
        )


@dataclass(frozen=True)
class BankAnswers:
    """What a person said of a file. Columns are named by their heading, or by `#3` for the third."""

    columns: Mapping[BankRole, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    number_style: NumberStyle | None = None
    opening_rp: int | None = None
    closing_rp: int | None = None
    lines_are_new: bool = False
    """Lines on days that an earlier file covers without them are new all the same."""

    @property
    def of_columns(self) -> bool:
        """Say whether anything was said that holds for the next file with the same headings, too."""
        return bool(self.columns or self.date_order or self.number_style)


@dataclass(frozen=True)
class Suggested:
    """What the headings say, and columns of which two may be the same."""

    mapping: BankMapping
    doubtful: Mapping[BankRole, tuple[int, ...]]


def hash_headings(headings: Sequence[str]) -> str:
    """Return what tells these headings, in this order, from any others."""
    return hashlib.sha256("\x1f".join(normalize(heading) for heading in headings).encode()).hexdigest()


def suggest_mapping(headings: Sequence[str]) -> Suggested:
    """Return which column holds what, by the words above it; of two that may be the same, neither."""
    found: dict[BankRole, list[int]] = {}
    more: list[int] = []
    for place, heading in enumerate(headings):
        role = ROLE_OF.get(normalize(heading))
        if role is None:
            continue
        if role in found and role in _REPEATED:
            role = _REPEATED[role]
        if role is BankRole.MORE_WORDS:
            more.append(place)
        else:
            found.setdefault(role, []).append(place)
    single = {role: places[0] for role, places in found.items() if len(places) == 1 or role in _REPEATED}
    doubtful = {role: tuple(places) for role, places in found.items() if role not in single}
    if BankRole.DATE not in found and BankRole.VALUE_DATE in single:
        doubtful[BankRole.DATE] = (single[BankRole.VALUE_DATE],)
    if BankRole.BALANCE not in found and BankRole.BALANCE_BEFORE in single and "saldo awal" in map(normalize, headings):
        del single[BankRole.BALANCE_BEFORE]
    return Suggested(BankMapping(single, tuple(more)), doubtful)


def describe_heading(headings: Sequence[str], place: int) -> str:
    """Return the heading at *place*, or its number where it is blank or stands twice."""
    heading = headings[place].strip() if place < len(headings) else ""
    twice = sum(normalize(one) == normalize(heading) for one in headings) > 1
    return f"#{place + 1}" if not heading or twice else heading


def find_place(headings: Sequence[str], named: str) -> int | None:
    """Return the place of the column that a person *named*; blank where there is none or more than one."""
    text = named.strip()
    if text.startswith("#") and text[1:].isascii() and text[1:].isdigit():
        place = int(text[1:]) - 1
        return place if 0 <= place < max(len(headings), 1) else None
    places = [place for place, heading in enumerate(headings) if normalize(heading) == normalize(text) and text]
    return places[0] if len(places) == 1 else None
