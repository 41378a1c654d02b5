"""CAMT.053 statements of ISO 20022, of any version: several in a file, reversals, batches with their details.

Source: ISO 20022, Bank-to-Customer Cash Management, camt.053.001.02 to .13: the sign of an entry is its CdtDbtInd, also
where RvslInd says that it takes back another one.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from consign.banking.markup_tree import Node
from consign.banking.rules import (
    BatchDiffers,
    Draft,
    MessageInvalid,
    OwnSums,
    StatementLine,
    refuse_other_currency,
)
from consign.banking.table_cells import to_rupiah
from consign.money import Rupiah
from consign.sentence import Sentence, say

LAYOUT = "camt053"
_AMOUNT = re.compile(r"\d{1,18}(?:\.\d{1,5})?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T+\-Z].*)?")
_SIGNS = {"CRDT": 1, "DBIT": -1}
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_PENDING, _BOOKED, _ONLY_TOLD = "PDNG", "BOOK", frozenset({"INFO", "FUTR"})
LONGEST_WORDS = 1_000


def read_camt(root: Node, *, today: date) -> list[Draft]:
    """Return the statements in the message *root* in their order, each with the balances that it states.

    Raises:
        MessageInvalid: it is no CAMT.053, or an element does not keep the format.
        BatchDiffers: the details of an entry do not come to its amount.
        OtherCurrency: an amount is in another currency.

    """
    message = root.find("BkToCstmrStmt") if root.name == "Document" else None
    if message is None:
        raise _invalid(say("it is no CAMT.053 statement"), element="Document")
    return [_read_statement(one, today=today) for one in message.find_all("Stmt")]


def _invalid(why: Sentence, *, element: str) -> MessageInvalid:
    return MessageInvalid(
        say("{element} in the file is not as CAMT.053 has it: {why}. Nothing was posted. Ask the bank for the file again.", element=element, why=why)
    )  # fmt: skip


def _read_statement(node: Node, *, today: date) -> Draft:
    name = f"Stmt {node.text_of('Id')}".strip()
    opening, closing = (_find_balance(node, codes, name) for codes in (_OPENING, _CLOSING))
    if opening is None or closing is None:
        raise _invalid(say("it has not both an opening and a closing balance"), element=name)
    lines, pending = [], 0
    for number, entry in enumerate(node.find_all("Ntry"), start=1):
        status = entry.text_of("Sts", "Cd") or entry.text_of("Sts") or _BOOKED
        if status == _PENDING:
            pending += 1
        elif status == _BOOKED:
            lines.append(_read_entry(entry, number, f"{name}, Ntry {number}", today=today))
        elif status not in _ONLY_TOLD:
            raise _invalid(say("its status is unknown"), element=f"{name}, Ntry {number}")
    days = [line.booked_on for line in lines]
    first, last = (_find_day(node.find("FrToDt", part)) for part in ("FrDtTm", "ToDtTm"))
    return Draft(
        layout=LAYOUT,
        lines=tuple(line for line in lines if line.amount_rp),
        account=node.text_of("Acct", "Id", "IBAN") or node.text_of("Acct", "Id", "Othr", "Id"),
        currency=node.text_of("Acct", "Ccy"),
        from_on=min([*days, *([first] if first else [closing[0]])]),
        until_on=max([*days, *([last] if last else [closing[0]])]),
        opening_rp=opening[1],
        closing_rp=closing[1],
        pending=pending,
        sums=_read_sums(node, pending=pending, name=name),
    )


def _find_balance(node: Node, codes: Sequence[str], name: str) -> tuple[date, int] | None:
    """Return day and amount of the balance of one of the kinds *codes*, the first kind there is.

    Raises:
        MessageInvalid: there are two of that kind with other amounts.

    """
    for code in codes:
        found = {
            (_read_day(one.find("Dt"), f"{name}, Bal {code}"), _read_signed(one, f"{name}, Bal {code}"))
            for one in node.find_all("Bal")
            if one.text_of("Tp", "CdOrPrtry", "Cd") == code
        }
        if len(found) > 1:
            raise _invalid(say("it stands there twice"), element=f"{name}, Bal {code}")
        if found:
            return found.pop()
    return None


def _read_signed(node: Node, name: str) -> int:
    sign = _SIGNS.get(node.text_of("CdtDbtInd"))
    if sign is None:
        raise _invalid(say("it does not say whether money came or went"), element=name)
    return sign * _read_amount(node.find("Amt"), name)


def _read_amount(node: Node | None, name: str) -> int:
    if node is None or not _AMOUNT.fullmatch(node.text.strip()):
        raise _invalid(say("the amount cannot be read"), element=name)
    refuse_other_currency(node.attributes.get("Ccy", ""))
    amount = to_rupiah(Decimal(node.text.strip()))
    if isinstance(amount, str):
        raise _invalid(say("{written} is no amount in whole rupiah", written=node.text.strip()), element=name)
    return amount


def _read_day(node: Node | None, name: str) -> date:
    day = _find_day(node)
    if day is None:
        raise _invalid(say("the day cannot be read"), element=name)
    return day


def _find_day(node: Node | None) -> date | None:
    """Return the day that an element or the first one in it states; blank where it is none that a calendar has."""
    text = node.texts()[0] if node is not None and node.texts() else ""
    match = _DAY.fullmatch(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _read_entry(entry: Node, number: int, name: str, *, today: date) -> StatementLine:
    amount = _read_signed(entry, name)
    day = _read_day(entry.find("BookgDt") or entry.find("ValDt"), name)
    if day > today:
        raise _invalid(say("{day} is in the future", day=day), element=name)
    details = entry.find_all("NtryDtls", "TxDtls")
    _refuse_other_batch(entry, details, amount, name)
    reversal = ["reversal"] if entry.text_of("RvslInd").lower() in {"true", "1"} else []
    words = [*reversal, *_find_words(entry, details)]
    parties = [_find_party(one, incoming=amount > 0) for one in details]
    references = [entry.text_of("NtryRef"), entry.text_of("AcctSvcrRef"), *(_find_end_to_end(one) for one in details)]
    return StatementLine(
        row_no=number,
        booked_on=day,
        amount_rp=amount,
        description=_join(words),
        counterparty=_join(parties, between=", "),
        reference=_join(references[:2]) or _join(references),
    )


def _refuse_other_batch(entry: Node, details: Sequence[Node], amount: int, name: str) -> None:
    """Hold the details of an entry, where all of them have an amount, against it.

    Raises:
        BatchDiffers: they come to another one.

    """
    found = [one.find("Amt") or one.find("AmtDtls", "TxAmt", "Amt") for one in details]
    if len(details) < 2 or any(one is None for one in found):
        return
    total = 0
    for detail, one in zip(details, found, strict=True):
        sign = _SIGNS.get(detail.text_of("CdtDbtInd") or entry.text_of("CdtDbtInd"), 1)
        total += sign * _read_amount(one, name)
    if total != amount:
        raise BatchDiffers(
            say(
                "{name} is of {amount}, but its {count} details come to {total}; nothing was posted. Ask the bank for the"
                " file again.",
                name=name,
                amount=Rupiah(amount),
                count=len(details),
                total=Rupiah(total),
            )
        )


def _find_words(entry: Node, details: Sequence[Node]) -> list[str]:
    words = [entry.text_of("AddtlNtryInf")]
    for detail in details:
        remittance = detail.find("RmtInf")
        words += remittance.texts() if remittance is not None else []
        words.append(detail.text_of("AddtlTxInf"))
    return words


def _find_party(detail: Node, *, incoming: bool) -> str:
    """Return who sent or got the money: the other side of what is the account's own."""
    side = "Dbtr" if incoming else "Cdtr"
    return detail.text_of("RltdPties", side, "Nm") or detail.text_of("RltdPties", side, "Pty", "Nm")


def _find_end_to_end(detail: Node) -> str:
    found = detail.text_of("Refs", "EndToEndId")
    return "" if found.upper() == "NOTPROVIDED" else found


def _join(texts: Sequence[str], *, between: str = " ") -> str:
    """Return texts that say anything, each once, as one."""
    return between.join(dict.fromkeys(text for text in texts if text))[:LONGEST_WORDS]


def _read_sums(node: Node, *, pending: int, name: str) -> OwnSums:
    """Return what the statement says of its entries; nothing where it counts those that are not booked, too."""
    summary = node.find("TxsSummry")
    if summary is None or pending:
        return OwnSums()
    found: dict[str, int | None] = {}
    for key, element in (("in", "TtlCdtNtries"), ("out", "TtlDbtNtries")):
        count, total = summary.text_of(element, "NbOfNtries"), summary.find(element, "Sum")
        found[f"{key}_count"] = int(count) if count.isascii() and count.isdigit() and len(count) < 9 else None
        found[f"{key}_rp"] = _read_amount(total, f"{name}, {element}") if total is not None else None
    return OwnSums(found["in_rp"], found["out_rp"], found["in_count"], found["out_count"])
