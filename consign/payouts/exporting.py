"""A batch as a file for the bank: made of the books, held against them, and noted in the audit trail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from compliance.banks import load_banks
from consign.errors import Conflict
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount
from consign.models.partners import Cooperative, Producer
from consign.models.payouts import PayeeAccount, Payout, PayoutBatch, PayoutPart
from consign.payouts.batches import lock_planned, refuse_changed
from consign.payouts.mandates import refuse_other_payees
from consign.payouts.rules import HAND_OVER_STATES, BatchState, BatchUnknown
from consign.payouts.templates import get_template
from consign.sentence import Code, Sentence, say
from reports.pain import write_pain
from reports.payout_files import (
    FileRefused,
    PayoutLine,
    PayoutSheet,
    Template,
    Written,
    write_bca,
    write_generic_csv,
    write_template,
)
from reports.payout_text import Changed

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Final = {"bca": "xlsx", "csv": "csv", "pain": "xml"}
"""Built-in formats with how their files' names end; besides them `layout:NAME`."""
MEDIA: Final = {
    "xlsx": XLSX,
    "csv": "text/csv; charset=utf-8",
    "xml": "application/xml",
    "txt": "text/plain; charset=utf-8",
}
LAYOUT: Final = "layout:"


class ExportRefused(Conflict):
    """The file would not say what the books say, or the bank could not read it; no file was made."""

    code = "payouts.export_refused"


@dataclass(frozen=True)
class ExportedFile:
    """A file for the bank."""

    name: str
    media_type: str
    content: bytes
    changes: tuple[Changed, ...]
    cautions: tuple[Sentence, ...]


def export_batch(session: Session, *, by: Actor, batch_id: int, format: str, on: date) -> ExportedFile:
    """Return an approved batch as a file for the bank, which is to pay on the day *on* unless the batch was sent already.

    *format* is `bca`, `csv`, `pain`, or `layout:` and the name of a layout that the office wrote down.

    Raises:
        BatchUnknown: there is no such batch.
        BatchState: it is not approved.
        BatchEmpty: every payout was taken out.
        PayeeChanged: it was not sent yet, and somebody's bank account was changed since it was planned, or the money goes to
            somebody else by now.
        TemplateUnknown: there is no such format or layout.
        ExportRefused: the file would not come to what the books say, or a column is too narrow.

    """
    authorize(by, Act.SEND_PAYOUTS)
    batch = session.get(PayoutBatch, batch_id)
    if batch is None:
        raise BatchUnknown(say("There is no such batch of payouts; nothing was changed."))
    if batch.state not in HAND_OVER_STATES:
        raise BatchState(
            say(
                "Batch {number} is {state}, so no file was made. Another person approves it first.",
                number=batch.number,
                state=Code("payout_batch", batch.state),
            )
        )
    if batch.state == "approved":
        payouts = lock_planned(session, batch)
        refuse_changed(session, payouts)
        refuse_other_payees(session, payouts, on=on)
    template = None if format in FORMATS else get_template(session, format.removeprefix(LAYOUT))
    sheet = make_sheet(session, batch, on=on)
    written = write_file(sheet, format, template)
    ending = template.kind if template else FORMATS[format]
    record_event(
        session, by=by, act="payouts exported", subject=f"payout_batch:{batch.id}", number=batch.number, format=format,
        payouts=sheet.count, total_rp=sheet.total_rp, sha256=hashlib.sha256(written.content).hexdigest(),
        changed=[f"{one.reference} {one.field}: {one.before} > {one.after}" for one in written.changes],
    )  # fmt: skip
    cautions = _find_cautions(sheet, format)
    return ExportedFile(f"{batch.number}.{ending}", MEDIA[ending], written.content, written.changes, cautions)


def write_file(sheet: PayoutSheet, format: str, template: Template | None) -> Written:
    """Return a sheet in a format.

    Raises:
        ExportRefused: the file would not come to what the books say, or a column is too narrow.

    """
    try:
        if template is not None:
            return write_template(sheet, template)
        return {"bca": write_bca, "csv": write_generic_csv, "pain": write_pain}[format](sheet)
    except FileRefused as error:
        raise ExportRefused(Sentence(error.template, error.facts)) from error


def make_sheet(session: Session, batch: PayoutBatch, *, on: date) -> PayoutSheet:
    """Return what a file says of a batch; its count and total come from the parts, not from the payouts."""
    payer = session.get_one(BankAccount, batch.bank_account_id)
    counted = session.execute(
        select(func.count(func.distinct(PayoutPart.payout_id)), func.coalesce(func.sum(PayoutPart.amount_rp), 0))
        .join(Payout, Payout.id == PayoutPart.payout_id)
        .where(Payout.batch_id == batch.id, Payout.state != "cancelled")
    ).one()
    return PayoutSheet(
        batch=batch.number,
        day=batch.sent_on or on,
        made_at=batch.approved_at or batch.planned_at,
        payer=payer.holder,
        payer_bank_code=payer.bank_code,
        payer_account=payer.number,
        count=counted[0],
        total_rp=int(counted[1]),
        lines=tuple(_find_lines(session, batch)),
    )


def _find_lines(session: Session, batch: PayoutBatch) -> Sequence[PayoutLine]:
    query = (
        select(
            Payout.reference,
            func.coalesce(Producer.code, Cooperative.code).label("payee_code"),
            PayeeAccount.holder,
            PayeeAccount.bank_code,
            PayeeAccount.number,
            Payout.amount_rp,
            case((Payout.cooperative_id.is_not(None), True), else_=Producer.is_entity).label("is_firm"),
        )
        .join(PayeeAccount, PayeeAccount.id == Payout.payee_account_id)
        .outerjoin(Producer, Producer.id == Payout.producer_id)
        .outerjoin(Cooperative, Cooperative.id == Payout.cooperative_id)
        .where(Payout.batch_id == batch.id, Payout.state != "cancelled")
        .order_by(Payout.id)
    )
    banks = load_banks()
    return [
        PayoutLine(
            place=place,
            reference=row.reference,
            payee_code=row.payee_code,
            name=row.holder,
            bank_code=row.bank_code,
            bank_name=banks[row.bank_code].name if row.bank_code in banks else row.bank_code,
            account=row.number,
            amount_rp=row.amount_rp,
            is_firm=row.is_firm,
        )
        for place, row in enumerate(session.execute(query), start=1)
    ]


def _find_cautions(sheet: PayoutSheet, format: str) -> tuple[Sentence, ...]:
    others = sum(1 for line in sheet.lines if line.bank_code != "014")
    if format == "bca" and others:
        return (
            say(
                "Accounts at other banks: {count}. Fill in their SWIFT codes before you hand the file to the bank.",
                count=others,
            ),
        )
    return ()
