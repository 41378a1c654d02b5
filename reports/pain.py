"""A batch of payouts as ISO 20022 pain.001.001.09, the message by which a bank's customer orders transfers."""

from typing import Final
from xml.etree import ElementTree as ET

from reports.payout_files import PayoutLine, PayoutSheet, Written, refuse_untied
from reports.payout_text import Changed, to_bank_text

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_NAME: Final = 70
"""The standard has 140; banks in Indonesia take 70."""
LONGEST_ID: Final = 35


def write_pain(sheet: PayoutSheet) -> Written:
    """Return the batch as one group with one payment order; its ids are the batch's and the payouts' own.

    Raises:
        FileRefused: the lines do not come to what the books say.

    """
    refuse_untied(sheet)
    changes: list[Changed] = []
    root = ET.Element("Document", {"xmlns": NAMESPACE})
    order = ET.SubElement(root, "CstmrCdtTrfInitn")
    message_id = sheet.batch.replace("-", "")
    head = ET.SubElement(order, "GrpHdr")
    _add(head, "MsgId", message_id)
    _add(head, "CreDtTm", f"{sheet.made_at:%Y-%m-%dT%H:%M:%S}+00:00")
    _add(head, "NbOfTxs", str(sheet.count))
    _add(head, "CtrlSum", _amount(sheet.total_rp))
    _add(ET.SubElement(head, "InitgPty"), "Nm", _name(sheet.payer))
    payment = ET.SubElement(order, "PmtInf")
    _add(payment, "PmtInfId", f"{message_id}-1")
    _add(payment, "PmtMtd", "TRF")
    _add(payment, "BtchBookg", "true")
    _add(payment, "NbOfTxs", str(sheet.count))
    _add(payment, "CtrlSum", _amount(sheet.total_rp))
    _add(ET.SubElement(payment, "ReqdExctnDt"), "Dt", sheet.day.isoformat())
    _add(ET.SubElement(payment, "Dbtr"), "Nm", _name(sheet.payer))
    _add_account(payment, "DbtrAcct", sheet.payer_account, currency=True)
    _add_bank(payment, "DbtrAgt", sheet.payer_bank_code)
    for line in sheet.lines:
        _add_transfer(payment, line, changes)
    ET.indent(root, " ")
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"
    return Written(content, tuple(changes))


def _add_transfer(payment: ET.Element, line: PayoutLine, changes: list[Changed]) -> None:
    transfer = ET.SubElement(payment, "CdtTrfTxInf")
    ids = ET.SubElement(transfer, "PmtId")
    _add(ids, "InstrId", line.reference[:LONGEST_ID])
    _add(ids, "EndToEndId", line.reference[:LONGEST_ID])
    amount = ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", {"Ccy": "IDR"})
    amount.text = _amount(line.amount_rp)
    _add_bank(transfer, "CdtrAgt", line.bank_code)
    name = _name(line.name) or _name(line.payee_code)
    if name != line.name:
        changes.append(Changed(line.reference, "name", line.name, name))
    _add(ET.SubElement(transfer, "Cdtr"), "Nm", name)
    _add_account(transfer, "CdtrAcct", line.account, currency=False)
    _add(ET.SubElement(transfer, "RmtInf"), "Ustrd", line.reference)


def _add_account(parent: ET.Element, tag: str, number: str, *, currency: bool) -> None:
    account = ET.SubElement(parent, tag)
    _add(ET.SubElement(ET.SubElement(account, "Id"), "Othr"), "Id", number)
    if currency:
        _add(account, "Ccy", "IDR")


def _add_bank(parent: ET.Element, tag: str, code: str) -> None:
    bank = ET.SubElement(ET.SubElement(parent, tag), "FinInstnId")
    _add(ET.SubElement(bank, "ClrSysMmbId"), "MmbId", code)


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _amount(amount_rp: int) -> str:
    return f"{amount_rp}.00"


def _name(text: str) -> str:
    return to_bank_text(text, limit=LONGEST_NAME)
