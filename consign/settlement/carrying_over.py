"""Carrying over what stood open with a partner before these books began: one person hands it in, another confirms it.

Unpaid statements become statements of a closing that takes no sales, so that the next one follows it as any other does, and
so do rests below zero: nothing is due on them, and the next statement takes them over. Money the office had received and not
paid out becomes payable. Goods that stood in stores are told by opening counts or lists of
movements (`consign.stock`), not here.
"""

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.documents.intake import clean_file_name
from consign.files import Files
from consign.identity.actions import record_event
from consign.identity.queries import find_chain_head
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import lock_balances, post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder, order_transfer
from consign.models.partners import Partner, Producer
from consign.models.sales import Sale
from consign.models.settlement import CarryOver, CarryOverRow, Closing, Statement
from consign.money import Rupiah
from consign.outbox import Message, record_notices
from consign.partners.queries import get_office_day, lock_partner
from consign.period import Cycle
from consign.sentence import say
from consign.settlement.actions import take_numbers
from consign.settlement.carry_rules import (
    CarriedKind,
    CarriedRow,
    CarryOverBySame,
    CarryOverEnded,
    CarryOverStands,
    CarryOverUnknown,
    PartnerClosedBefore,
    refuse_carry_day,
)
from consign.settlement.carry_sheet import read_carry_sheet, write_carry_template
from consign.settlement.cuts import Cut
from consign.settlement.queries import find_last_closing, find_routes, find_statements
from consign.stock.import_file import copy_list


def make_carry_template(session: Session, *, by: Actor) -> bytes:
    """Return the sheet to fill in as a workbook, with the producers to choose from.

    Raises:
        NotAllowed: *by* does not carry debts over.

    """
    authorize(by, Act.CARRY_OVER_DEBTS)
    rows = session.execute(select(Producer.code, Producer.name).order_by(Producer.code))
    return write_carry_template({row.code: row.name for row in rows})


def prepare_carry_over(
    session: Session, *, by: Actor, partner_id: int, first_on: date, source: BinaryIO, name: str, files: Files
) -> CarryOver:
    """Keep what the sheet in *source* says stood open with a partner before *first_on*, the first day in these books.

    Nothing is posted before another person confirms it. *name* is what the person calls the file.

    Raises:
        NotAllowed: *by* does not carry debts over.
        CarryDayRefused: *first_on* is still to come.
        PartnerClosedBefore: a period of the partner is closed in these books.
        CarryOverStands: one waits or was confirmed for the partner.
        CarrySheetRefused, CarryRowsRefused, FileRefused, ImportTooLarge: accordingly; nothing was kept.

    """
    authorize(by, Act.CARRY_OVER_DEBTS, partner_id=partner_id)
    refuse_carry_day(first_on, today=get_office_day(session))
    partner = session.get_one(Partner, partner_id)
    producers = {
        row.code.casefold(): row.id for row in session.execute(select(Producer.id, Producer.code).order_by(Producer.id))
    }
    until_on = first_on - timedelta(1)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "sheet"
        copy_list(source, path)
        rows = read_carry_sheet(path, producers=producers, cycle=Cycle(partner.cycle), until_on=until_on)
    lock_partner(session, partner_id)
    _refuse_standing(session, partner)
    sha256, _ = files.keep(source)
    kept = CarryOver(
        partner_id=partner_id, until_on=until_on, sha256=sha256, file_name=clean_file_name(name),
        prepared_by=by.user_id, prepared_at=clock.now(),
    )  # fmt: skip
    session.add(kept)
    session.flush()
    insert_rows(session, "carry_over_row", [{**vars(one), "carry_over_id": kept.id} for one in rows])
    record_event(
        session, by=by, act="carry-over prepared", subject=f"carry_over:{kept.id}", partner=partner.code,
        until=str(until_on), sha256=sha256, rows=len(rows), **_add_up(rows),
    )  # fmt: skip
    told = {"carry_over": kept.id, "partner": partner.name}
    record_notices(session, [Message("settlement.carry_over_waits", "role:dinas_finance", told)])
    return kept


def _add_up(rows: Sequence[CarriedRow | CarryOverRow]) -> dict[str, int]:
    """Return what the rows come to, rests apart, as an audit event keeps it."""
    amounts = [one.amount_rp for one in rows]
    return {
        "amount_rp": sum(one for one in amounts if one > 0),
        "rest_rp": sum(one for one in amounts if one < 0),
    }


def _refuse_standing(session: Session, partner: Partner) -> None:
    """Refuse a partner for whom it is too late, or who has one; the partner is held.

    Raises:
        PartnerClosedBefore, CarryOverStands: accordingly.

    """
    standing = select(CarryOver.id, CarryOver.outcome).where(
        CarryOver.partner_id == partner.id, CarryOver.outcome != "withdrawn"
    )
    found = session.execute(standing).first()
    if found is not None:
        raise CarryOverStands(
            say(
                "What {partner} owed before was handed in already; nothing was kept. While it waits it can be withdrawn;"
                " once it is confirmed, mend it by a correction.",
                partner=partner.name,
            )
        )
    _refuse_closed(session, partner)


def _refuse_closed(session: Session, partner: Partner) -> None:
    last = find_last_closing(session, partner.id)
    if last is not None:
        raise PartnerClosedBefore(
            say(
                "{partner} is closed until {day} in these books; nothing was carried over. Mend what is missing by a"
                " correction.",
                partner=partner.name,
                day=last.until_on,
            )
        )


def confirm_carry_over(session: Session, *, by: Actor, carry_over_id: int) -> list[Statement]:
    """Post what another person handed in: a closing that carries over, its statements, and what is payable.

    Confirmed again it changes nothing and returns the same statements.

    Raises:
        NotAllowed: *by* does not confirm debts.
        CarryOverUnknown: there is no such one.
        CarryOverBySame: *by* handed it in.
        CarryOverEnded: it was withdrawn.
        PartnerClosedBefore: a period of the partner was closed meanwhile.

    """
    kept = _hold(session, carry_over_id)
    authorize(by, Act.CONFIRM_DEBTS, partner_id=kept.partner_id)
    if kept.outcome == "confirmed" and kept.closing_id is not None:
        return find_statements(session, kept.closing_id)
    _refuse_ended(kept)
    if kept.prepared_by == by.user_id:
        raise CarryOverBySame(say("You handed this in yourself, so another person confirms it; nothing was posted."))
    partner = session.get_one(Partner, kept.partner_id)
    _refuse_closed(session, partner)
    closing = Closing(
        partner_id=partner.id, until_on=kept.until_on, posting_no=0, before_on=kept.until_on - timedelta(1),
        before_posting_no=0, missing={"store_days": [], "parked_lines": 0, "open_uploads": 0}, carries_over=True,
        prepared_by=kept.prepared_by, closed_by=by.user_id, closed_at=clock.now(),
    )  # fmt: skip
    session.add(closing)
    session.flush()
    rows = session.scalars(
        select(CarryOverRow).where(CarryOverRow.carry_over_id == kept.id).order_by(CarryOverRow.row_no)
    ).all()
    statements = _write_statements(session, closing, rows)
    kept.outcome, kept.closing_id, kept.ended_by, kept.ended_at = "confirmed", closing.id, by.user_id, clock.now()
    session.flush()
    record_event(
        session, by=by, act="carry-over confirmed", subject=f"carry_over:{kept.id}", partner=partner.code,
        closing=closing.id, statements=len(statements), **_add_up(rows),
        before={"outcome": "waiting"}, after={"outcome": "confirmed"},
    )  # fmt: skip
    _tell(session, partner, statements)
    return statements


def withdraw_carry_over(session: Session, *, by: Actor, carry_over_id: int) -> CarryOver:
    """Take back what was handed in and not confirmed yet; it may be handed in anew.

    Raises:
        NotAllowed: *by* does not carry debts over.
        CarryOverUnknown: there is no such one.
        CarryOverEnded: it was confirmed or withdrawn before.

    """
    kept = _hold(session, carry_over_id)
    authorize(by, Act.CARRY_OVER_DEBTS, partner_id=kept.partner_id)
    _refuse_ended(kept)
    kept.outcome, kept.ended_by, kept.ended_at = "withdrawn", by.user_id, clock.now()
    session.flush()
    record_event(
        session, by=by, act="carry-over withdrawn", subject=f"carry_over:{kept.id}",
        before={"outcome": "waiting"}, after={"outcome": "withdrawn"},
    )  # fmt: skip
    return kept


def _hold(session: Session, carry_over_id: int) -> CarryOver:
    """Return a carry-over as it stands; nobody ends it, or closes its partner, until the transaction ends."""
    query = select(CarryOver).where(CarryOver.id == carry_over_id).with_for_update()
    kept = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if kept is None:
        raise CarryOverUnknown(say("There is no carry-over {number}; nothing was changed.", number=carry_over_id))
    lock_partner(session, kept.partner_id)
    return kept


def _refuse_ended(kept: CarryOver) -> None:
    if kept.outcome == "confirmed":
        raise CarryOverEnded(say("This was confirmed before; nothing was changed. Mend it by a correction."))
    if kept.outcome == "withdrawn":
        raise CarryOverEnded(say("This was withdrawn before; nothing was changed. Hand it in anew."))


def _write_statements(session: Session, closing: Closing, rows: Sequence[CarryOverRow]) -> list[Statement]:
    """Write a statement for each that was not paid or left a rest, and post them together with the money received."""
    opened = [one for one in rows if one.kind != CarriedKind.RECEIVED]
    opening = AccountName(AccountKind.OPENING)
    kinds = (AccountKind.PARTNER_OWES, AccountKind.PRODUCER_IS_OWED, AccountKind.PRODUCER_PAYABLE)
    pairs = {AccountName(kind, closing.partner_id, one.producer_id) for one in rows for kind in kinds}
    lock_balances(session, {*pairs, opening})
    # By the first day of these books: an agreement often begins with them.
    around = Cut(closing.partner_id, closing.until_on + timedelta(1), 0, closing.before_on, 0)
    routes = find_routes(session, around)
    year = closing.until_on.year
    first_number = take_numbers(session, year=year, count=len(opened)) - len(opened) + 1 if opened else 0
    audit_seq, audit_hash = find_chain_head(session)
    written = [
        {
            "number": f"NP-{year}-{first_number + place:06d}",
            "closing_id": closing.id,
            "partner_id": closing.partner_id,
            "producer_id": one.producer_id,
            "from_on": one.from_on,
            "until_on": one.until_on,
            "due_on": one.due_on or one.until_on,
            "route": routes.get(one.producer_id, "direct"),
            "earlier_number": one.earlier_number,
            "opening_rp": one.amount_rp,
            "net_rp": one.amount_rp,
            "due_rp": max(one.amount_rp, 0),
            "carry_rp": min(one.amount_rp, 0),
            **dict.fromkeys(_NOTHING, 0),
            "audit_seq": audit_seq,
            "audit_hash": audit_hash.hex(),
        }
        for place, one in enumerate(opened)
    ]
    insert_rows(session, "statement", written)
    orders = [
        order
        for one, row in zip(opened, written, strict=True)
        for order in _order_opening(one, number=str(row["number"]), closing=closing)
    ]
    post_transfers(session, [*orders, *_order_received(rows, closing=closing)])
    return find_statements(session, closing.id)


_NOTHING = (
    "line_count", "sales_rp", "returns_rp", "late_rp", "fee_rp", "fee_tax_rp", "pph23_rp", "losses_rp", "adjustments_rp",
    "carried_rp",
)  # fmt: skip
"""What a statement of before says nothing of."""


def _order_opening(row: CarryOverRow, *, number: str, closing: Closing) -> list[TransferOrder]:
    """Return the transfer of one statement of before; that of a rest goes the other way round."""
    return order_transfer(
        Rupiah(row.amount_rp),
        key=f"statement:{number}:opening",
        kind=TransferKind.OPENING,
        debit=AccountName(AccountKind.PARTNER_OWES, closing.partner_id, row.producer_id),
        credit=AccountName(AccountKind.PRODUCER_IS_OWED, closing.partner_id, row.producer_id),
        booked_on=closing.until_on,
        cause=number,
    )


def _order_received(rows: Sequence[CarryOverRow], *, closing: Closing) -> list[TransferOrder]:
    """Return a transfer for each producer for whom the office holds money."""
    return [
        TransferOrder(
            f"carry_over:{row.carry_over_id}:received:{row.producer_id}", TransferKind.OPENING,
            AccountName(AccountKind.OPENING),
            AccountName(AccountKind.PRODUCER_PAYABLE, closing.partner_id, row.producer_id),
            Rupiah(row.amount_rp), closing.until_on, f"carry_over:{row.carry_over_id}",
        )
        for row in rows
        if row.kind == CarriedKind.RECEIVED
    ]  # fmt: skip


def _tell(session: Session, partner: Partner, statements: Sequence[Statement]) -> None:
    """Tell each producer and the partner what was carried over."""
    sums, rests = defaultdict[int, int](int), defaultdict[int, int](int)
    for one in statements:
        sums[one.producer_id] += one.due_rp
        rests[one.producer_id] += one.carry_rp
    told = [
        Message(
            "settlement.carried_over",
            f"producer:{producer_id}",
            {"partner": partner.name, "due_rp": due_rp, "rest_rp": rests[producer_id]},
        )
        for producer_id, due_rp in sorted(sums.items())
    ]
    owed = {"due_rp": sum(sums.values()), "rest_rp": sum(rests.values()), "statements": len(statements)}
    record_notices(session, [*told, Message("settlement.carried_over", f"partner:{partner.id}", owed)])


def count_sales_before(session: Session, kept: CarryOver) -> int:
    """Return how many sale lines of days before these books are in already: the first closing takes them as late lines."""
    query = select(func.count()).where(Sale.partner_id == kept.partner_id, Sale.sold_on <= kept.until_on)
    return session.scalar(query) or 0
