"""OFX statements: version 1 in SGML, whose elements need no end, and version 2 in XML.

Source: Open Financial Exchange 1.6 and 2.2, section 11: statements of bank accounts. A file states the balance at its end
and none at its beginning, which a person states.
"""

import html
import re
from datetime import date
from decimal import Decimal

from consign.banking.markup_tree import DEEPEST, Node
from consign.banking.rules import Draft, MessageInvalid, StatementLine, refuse_other_currency
from consign.banking.table_cells import to_rupiah
from consign.sentence import Sentence, say

LAYOUT = "ofx"
_PIECE = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z0-9.]{1,40})\s*(?P<closed>/?)>(?P<text>[^<]*)")
_AMOUNT = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,2})?")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d.*|\[.*)?")


def read_ofx(text: str, *, today: date) -> list[Draft]:
    """Return the statements in *text* in their order, each with the balance at its end.

    Raises:
        MessageInvalid: an element does not keep the format, or there is no statement of a bank account.
        OtherCurrency: one counts in another currency.

    """
    start = re.search(r"<OFX>", text, re.IGNORECASE)
    if start is None or "<!" in text:
        raise _invalid(say("its beginning is missing"), element="OFX")
    root = _read_tree(text[start.start() :])
    found = root.find_all("BANKMSGSRSV1", "STMTTRNRS", "STMTRS")
    if not found:
        raise _invalid(say("it holds no statement of a bank account"), element="OFX")
    return [_read_statement(one, number, today=today) for number, one in enumerate(found, start=1)]


def _invalid(why: Sentence, *, element: str) -> MessageInvalid:
    return MessageInvalid(
        say("{element} in the file is not as OFX has it: {why}. Nothing was posted. Ask the bank for the file again.", element=element, why=why)
    )  # fmt: skip


def _read_tree(text: str) -> Node:
    """Return the elements of *text*. One with text of its own ends there, whether or not its end is written.

    Raises:
        MessageInvalid: an element ends that did not begin, never ends, or what stands between elements is text.

    """
    root, position = Node("ROOT"), 0
    opened = [root]
    for match in _PIECE.finditer(text):
        if text[position : match.start()].strip():
            raise _invalid(say("what stands before it is no element"), element=match["name"][:40])
        position = match.end()
        _take_piece(
            opened, match["name"].upper(), match["text"].strip(), ends=bool(match["end"]), closed=bool(match["closed"])
        )
    if text[position:].strip() or len(opened) > 1:
        raise _invalid(say("it never ends, so that the file is cut off"), element=opened[-1].name)
    return root.find("OFX") or root


def _take_piece(opened: list[Node], name: str, text: str, *, ends: bool, closed: bool) -> None:
    """Add one element to the tree whose open elements are *opened*, or end it."""
    if ends:
        if opened[-1].name == name and len(opened) > 1:
            opened.pop()
        elif not (opened[-1].children and opened[-1].children[-1].name == name):
            raise _invalid(say("it ends where it did not begin"), element=name)
        return
    node = Node(name, text=html.unescape(text))
    opened[-1].children.append(node)
    if not text and not closed:
        opened.append(node)
    if len(opened) > DEEPEST:
        raise _invalid(say("it is nested deeper than any statement"), element=name)


def _read_statement(node: Node, number: int, *, today: date) -> Draft:
    name = f"STMTRS {number}"
    refuse_other_currency(node.text_of("CURDEF"))
    lines = [
        _read_line(one, row, f"{name}, STMTTRN {row}", today=today)
        for row, one in enumerate(node.find_all("BANKTRANLIST", "STMTTRN"), start=1)
    ]
    balance = node.text_of("LEDGERBAL", "BALAMT")
    first, last = (node.text_of("BANKTRANLIST", part) for part in ("DTSTART", "DTEND"))
    return Draft(
        layout=LAYOUT,
        lines=tuple(lines),
        account=node.text_of("BANKACCTFROM", "ACCTID"),
        currency=node.text_of("CURDEF"),
        from_on=_read_day(first, f"{name}, DTSTART") if first else None,
        until_on=_read_day(last, f"{name}, DTEND") if last else None,
        closing_rp=_read_amount(balance, f"{name}, BALAMT") if balance else None,
    )


def _read_line(node: Node, row: int, name: str, *, today: date) -> StatementLine:
    amount = _read_amount(node.text_of("TRNAMT"), name)
    day = _read_day(node.text_of("DTPOSTED"), name)
    if day > today:
        raise _invalid(say("{day} is in the future", day=day), element=name)
    if not amount:
        raise _invalid(say("the amount is zero"), element=name)
    payee = node.text_of("NAME") or node.text_of("PAYEE", "NAME")
    words = [node.text_of("MEMO"), node.text_of("CHECKNUM")]
    return StatementLine(
        row_no=row,
        booked_on=day,
        amount_rp=amount,
        description=" ".join(text for text in words if text) or payee,
        counterparty=payee,
        reference=node.text_of("FITID"),
    )


def _read_amount(written: str, name: str) -> int:
    if not _AMOUNT.fullmatch(written):
        raise _invalid(say("the amount cannot be read"), element=name)
    amount = to_rupiah(Decimal(written.replace(",", ".")))
    if isinstance(amount, str):
        raise _invalid(say("{written} is no amount in whole rupiah", written=written), element=name)
    return amount


def _read_day(written: str, name: str) -> date:
    """Return the day as it is written: what banks write is their own day, whichever zone they name behind it."""
    match = _DAY.fullmatch(written)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise _invalid(say("no calendar has the day {digits}", digits=written[:20]), element=name)
