"""What stands above, between and below the rows of a bank's table: account, days, currency, opening and closing balance."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from consign.tabular.cells import shown
from consign.tabular.dates import DateOrder, parse_day

_BEHIND = r"\s*(?:[:=;,]\s*)*"
_ACCOUNT = re.compile(
    r"\b(?:no(?:mor)?\.?\s*rek(?:ening)?|norek|account\s*(?:no|number|num)\b|rekening\s*no|acc(?:oun)?t\s*no)\.?"
    + _BEHIND
    + r"(?P<value>[\dX*][\dX* .-]{3,30})",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    r"\b(?:kode\s*mata\s*uang|mata\s*uang|currency|ccy)" + _BEHIND + r"(?P<value>[A-Z]{2,3})\b", re.IGNORECASE
)
_DAY = r"\d{1,4}[-/ .](?:\d{1,2}|[A-Za-z]{3,9})[-/ .]\d{2,4}"
_PERIOD = re.compile(
    rf"\b(?:period(?:e)?|tanggal|from|dari|date\s*range)\b[^\d]{{0,30}}(?P<first>{_DAY})\s*(?:-|\u2013|s/d|s\.d\.?|sd|to|sampai(?:\s+dengan)?|until)\s*(?P<last>{_DAY})",
    re.IGNORECASE,
)
_AMOUNTS = {
    "opening": re.compile(r"^(?:saldo\s*awal|opening\s*(?:ledger\s*)?balance|beginning\s*balance)\b(?P<rest>.*)$", re.IGNORECASE),
    "closing": re.compile(r"^(?:saldo\s*akhir|closing\s*(?:ledger\s*)?balance|ending\s*balance)\b(?P<rest>.*)$", re.IGNORECASE),
    "came": re.compile(r"^(?:mutasi\s*(?:kredit|cr)|total\s*(?:kredit|credit)|total\s*mutasi\s*kredit)\b(?P<rest>.*)$", re.IGNORECASE),
    "went": re.compile(r"^(?:mutasi\s*(?:debet|debit|db)|total\s*(?:debet|debit)|total\s*mutasi\s*deb[ei]t)\b(?P<rest>.*)$", re.IGNORECASE),
}  # fmt: skip
_MONEY = re.compile(r"[-(]?\s*(?:rp\.?|idr)?\s*-?\d[\d.,]*\)?", re.IGNORECASE)
_PAGE = re.compile(r"^(?:page|halaman|hal\.?)\b", re.IGNORECASE)
LONGEST_NOTE = 400


@dataclass(frozen=True)
class Notes:
    """What a file says about itself outside its rows; blank where it says nothing. Amounts are as they are written."""

    account: str = ""
    currency: str = ""
    from_on: date | None = None
    until_on: date | None = None
    opening: str = ""
    closing: str = ""
    came: str = ""
    went: str = ""
    came_count: str = ""
    went_count: str = ""


def read_note(cells: Sequence[str], notes: Notes, *, order: DateOrder) -> Notes | None:
    """Return *notes* with what a row outside the table adds to them; blank where it says nothing that is known here."""
    filled = [shown(cell).strip().lstrip("'") for cell in cells if cell.strip()]
    text = " ".join(filled)[:LONGEST_NOTE]
    found = notes
    if match := _ACCOUNT.search(text):
        found = replace(found, account=found.account or match["value"].strip(" .-"))
    if match := _CURRENCY.search(text):
        found = replace(found, currency=found.currency or match["value"])
    if match := _PERIOD.search(text):
        first, last = (_read_day(match[part], order) for part in ("first", "last"))
        if first and last and first <= last:
            found = replace(found, from_on=found.from_on or first, until_on=found.until_on or last)
    for name, shape in _AMOUNTS.items():
        if match := shape.match(text):
            found = _with_amount(found, name, match["rest"])
    if found is notes and not _PAGE.match(text):
        return None
    return found


def _with_amount(notes: Notes, name: str, rest: str) -> Notes:
    """Return *notes* with the amount in *rest*, and with the count behind it, as KlikBCA writes `Mutasi Debet,=,"1,000.00",2`."""
    amounts = [match[0].strip() for match in _MONEY.finditer(rest)]
    if not amounts:
        return notes
    if name in {"came", "went"}:
        count = amounts[1] if len(amounts) > 1 and amounts[1].isdigit() else ""
        return replace(notes, **{name: amounts[0], f"{name}_count": count})  # type: ignore[arg-type]  # both are texts
    return replace(notes, **{name: amounts[0]})  # type: ignore[arg-type]  # a text


def _read_day(text: str, order: DateOrder) -> date | None:
    day = parse_day(text, order)
    return day if isinstance(day, date) else None
