"""What goes on with money in the sample city these days, so that every page has something to show.

The hotel owes from before these books and is reminded; the supermarket paid over the office's account, the minimarket straight;
one producer got it, one did not; payouts went out and one came back; a statement is doubted, a correction decided.
"""

import io
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.accounts import add_bank_account
from consign.banking.posting import post_bank_file
from consign.banking.uploads import receive_bank_file
from consign.files import Files
from consign.identity.queries import get_actor
from consign.models.banking import BankAccount, BankLine
from consign.models.partners import Agreement, Producer
from consign.models.payments import PaymentNotice
from consign.models.payouts import Payout, PayoutBatch
from consign.models.settlement import CarryOver, Dispute, Statement
from consign.partners.queries import get_partner, get_producer
from consign.payments.answers import answer_payment
from consign.payments.matching import post_certain
from consign.payments.notice_rules import Answer
from consign.payments.notices import note_payment
from consign.payments.other_lines import charge
from consign.payments.proof_files import take_proof
from consign.payments.writing_off import propose_write_off
from consign.payouts.approving import approve_batch
from consign.payouts.bank_lines import confirm_certain, return_payout
from consign.payouts.payees import confirm_account, state_account
from consign.payouts.planning import plan_payouts
from consign.payouts.sending import send_batch
from consign.sample.bank_files import HOLDER, NUMBER, Booking, write_statement
from consign.sample.months import Months
from consign.sample.people import ADMIN, FINANCE, HEAD, get_partner_finance
from consign.sample.stores import HOTEL, MINIMARKET, SUPERMARKET
from consign.settlement.allocating import find_open
from consign.settlement.carrying_over import confirm_carry_over, prepare_carry_over
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.disputing import raise_dispute
from consign.settlement.late_rules import Step
from consign.settlement.reminding import send_reminder
from consign.settlement.shares import Share

ACCOUNT = "KAS-BCA"
OPENING_RP = 2_500_000
BCA, BPD = "014", "124"
DEBTS = ((1, 412_500, 20), (2, 186_000, 20), (3, 95_500, 51))
"""What the hotel owed before: of which of its producers, how much, and how many days before the first month it was due."""
RATMI, KOPI = "UMKM-001", "UMKM-004"
UNPAID = 2
"""Statements that the supermarket's first payment leaves open."""
PAID_STRAIGHT = 3
RETURNED = "Nomor rekening tidak ditemukan"
DOUBTED = "Menurut catatan kami terjual 4 bungkus lebih banyak di gerai ini."
CORRECTED = "Harga pada struk minggu pertama keliru dibaca mesin kasir"
CORRECTION_RP, REST_RP = 12_000, 500
PAID_TOO_MUCH_RP = -18_500
"""What the hotel had paid a producer too much before these books; the next statement takes it over."""
SHORT = 2
"""Statements of which the payment leaves a small rest."""


def ensure_carried(session: Session, *, months: Months, files: Files) -> bool:
    """Let the hotel owe something from before these books, as two people say; return whether it did not."""
    partner = get_partner(session, HOTEL.code)
    if session.scalars(select(CarryOver.id).where(CarryOver.partner_id == partner.id)).first() is not None:
        return False
    query = (
        select(Producer)
        .where(Producer.id.in_(select(Agreement.producer_id).where(Agreement.partner_id == partner.id)))
        .order_by(Producer.code)
    )
    producers = session.scalars(query).all()
    first = months.first.first
    rows = ["Jenis,Kode produsen,Nomor lama,Awal periode,Akhir periode,Jatuh tempo,Jumlah"]
    for place, amount_rp, days in DEBTS:
        due = first - timedelta(days)
        until = due - timedelta(HOTEL.terms.payment_term_days)
        code = producers[place % len(producers)].code
        rows.append(f"nota,{code},{place:03d}/TS/{until:%m%y},,{until},{due},{amount_rp}")
    until = first - timedelta(1)
    rows.append(f"sisa minus,{producers[-1].code},099/TS/{until:%m%y},,{until},,{PAID_TOO_MUCH_RP}")
    sheet = io.BytesIO("\r\n".join(rows).encode())
    handed_in = prepare_carry_over(
        session, by=get_actor(session, FINANCE), partner_id=partner.id, first_on=first, source=sheet,
        name="saldo-awal-teluk-senja.csv", files=files,
    )  # fmt: skip
    confirm_carry_over(session, by=get_actor(session, HEAD), carry_over_id=handed_in.id)
    return True


def ensure_payees(session: Session) -> bool:
    """State and confirm where the supermarket's producers are paid, all but the last one; return whether none was stated."""
    if _find_account(session) is not None:
        return False
    admin, finance = get_actor(session, ADMIN), get_actor(session, FINANCE)
    add_bank_account(session, by=admin, code=ACCOUNT, bank_code=BCA, number=NUMBER, holder=HOLDER)
    partner = get_partner(session, SUPERMARKET.code)
    sold = select(Statement.producer_id).where(Statement.partner_id == partner.id, Statement.due_rp > 0)
    producers = session.scalars(select(Producer).where(Producer.id.in_(sold)).order_by(Producer.code)).all()
    for producer in producers:
        stated = state_account(
            session, by=admin, bank_code=BPD, number=f"00{producer.id:08d}", holder=producer.owner_name or producer.name,
            producer_id=producer.id,
        )  # fmt: skip
        if producer is not producers[-1]:
            confirm_account(session, by=finance, account_id=stated.id)
    return True


def ensure_paid_over_account(session: Session, *, files: Files, on: date) -> bool:
    """Let the supermarket pay most statements at once, and the bank say so on the day *on*; return whether it had not.

    The statements are issued on the day the city is loaded, so nothing of them can have been paid before.
    """
    account = _find_account(session)
    partner = get_partner(session, SUPERMARKET.code)
    if account is None or _has_notices(session, partner.id):
        return False
    finance, payer = get_actor(session, FINANCE), get_actor(session, get_partner_finance(SUPERMARKET.code))
    shares = _find_shares(session, partner.id)[:-UNPAID]
    if len(shares) <= SHORT:
        return False
    shares = [*shares[:-SHORT], *(Share(one.statement_id, one.amount_rp - REST_RP) for one in shares[-SHORT:])]
    notice = note_payment(
        session, by=payer, partner_id=partner.id, route="collecting", paid_on=on, lines=shares, reference="",
        bank_account_id=account.id,
    )  # fmt: skip
    bookings = [
        Booking(notice.amount_rp, f"TRSF E-BANKING CR 0911/FTSCY/WS95031 {notice.number} ENGGANG SWALAYAN"),
        Booking(150_000, "SETORAN TUNAI 0640 TANPA KETERANGAN"),
        Booking(-15_000, "BIAYA ADM"),
    ]
    _post(session, files, write_statement(on, OPENING_RP, bookings), name=f"mutasi-{on:%Y%m%d}-pagi.csv")
    post_certain(session, by=finance, account_id=account.id)
    fee = session.scalars(select(BankLine.id).where(BankLine.account_id == account.id, BankLine.amount_rp < 0)).one()
    charge(session, by=finance, line_id=fee)
    return True


def ensure_paid_straight(session: Session, *, files: Files, on: date) -> bool:
    """Let the minimarket pay some producers itself; one says it came, one that it did not, one says nothing yet."""
    partner = get_partner(session, MINIMARKET.code)
    shares = _find_shares(session, partner.id)
    if not shares or _has_notices(session, partner.id):
        return False
    payer = get_actor(session, get_partner_finance(MINIMARKET.code))
    opened = find_open(session, [one.statement_id for one in shares])
    first = {get_producer(session, code).id for code in (RATMI, KOPI)}
    chosen = sorted(shares, key=lambda one: opened[one.statement_id].producer_id not in first)[:PAID_STRAIGHT]
    proof = take_proof(io.BytesIO(draw_slip()), name="bukti-transfer.png", files=files)
    notice = note_payment(
        session, by=payer, partner_id=partner.id, route="direct", paid_on=on, lines=chosen,
        reference="TITIP JUAL PESUT", proof=proof,
    )  # fmt: skip
    answers = zip(chosen, (Answer.RECEIVED, Answer.NOT_RECEIVED), strict=False)
    for share, answer in answers:
        producer_id = opened[share.statement_id].producer_id
        login = {
            get_producer(session, RATMI).id: "ratmi@umkm.example",
            get_producer(session, KOPI).id: "kopi@umkm.example",
        }
        if producer_id in login:
            answer_payment(
                session,
                by=get_actor(session, login[producer_id]),
                notice_id=notice.id,
                producer_id=producer_id,
                answer=answer,
            )
    return True


def ensure_payouts(session: Session, *, files: Files, on: date) -> bool:
    """Pay out what came over the account, find most of it on the bank's statement of *on*, and let one payout come back."""
    account = _find_account(session)
    if account is None or session.scalars(select(PayoutBatch.id).limit(1)).first() is not None:
        return False
    finance = get_actor(session, FINANCE)
    batch = plan_payouts(session, by=finance, bank_account_id=account.id, on=on)
    approve_batch(session, by=get_actor(session, HEAD), batch_id=batch.id)
    send_batch(session, by=finance, batch_id=batch.id, on=on)
    payouts = session.scalars(select(Payout).where(Payout.batch_id == batch.id).order_by(Payout.id)).all()
    *found, back = payouts
    names = {one.id: one.owner_name or one.name for one in session.scalars(select(Producer))}
    bookings = [
        Booking(-one.amount_rp, f"TRSF E-BANKING DB {one.reference} {names.get(one.producer_id or 0, '').upper()}")
        for one in found[:-1]
    ]
    opening = OPENING_RP + sum(session.scalars(select(BankLine.amount_rp).where(BankLine.account_id == account.id)))
    if bookings:
        _post(session, files, write_statement(on, opening, bookings), name=f"mutasi-{on:%Y%m%d}-siang.csv")
        confirm_certain(session, by=finance, account_id=account.id)
    return_payout(session, by=finance, payout_id=back.id, on=on, reason=RETURNED)
    closing = opening + sum(one.amount_rp for one in bookings)
    waiting = io.BytesIO(write_statement(on, closing, [Booking(75_000, "SETORAN TUNAI 0640 SORE")]))
    receive_bank_file(
        session, files, by=finance, account_code=ACCOUNT, source=waiting, name=f"mutasi-{on:%Y%m%d}-sore.csv"
    )
    return True


def ensure_doubts(session: Session) -> bool:
    """Let a producer doubt a statement, two people correct another, one rest be written off, and the hotel be reminded."""
    if session.scalars(select(Dispute.id).limit(1)).first() is not None:
        return False
    finance, ratmi = get_actor(session, FINANCE), get_producer(session, RATMI)
    own = select(Statement).where(Statement.producer_id == ratmi.id).order_by(Statement.number)
    doubted = session.scalars(own).first()
    if doubted is None:
        return False
    raise_dispute(
        session,
        by=get_actor(session, "ratmi@umkm.example"),
        number=doubted.number,
        line=None,
        expected="",
        reason=DOUBTED,
    )
    correction = propose_adjustment(
        session,
        by=finance,
        partner_id=doubted.partner_id,
        producer_id=ratmi.id,
        amount_rp=CORRECTION_RP,
        reason=CORRECTED,
    )
    decide_adjustment(session, by=get_actor(session, HEAD), adjustment_id=correction.id, approve=True)
    propose_adjustment(
        session,
        by=finance,
        partner_id=doubted.partner_id,
        producer_id=ratmi.id,
        amount_rp=-CORRECTION_RP // 2,
        reason=CORRECTED,
    )
    shares = _find_shares(session, get_partner(session, SUPERMARKET.code).id)
    rests = [one for one in shares if one.amount_rp == REST_RP]
    if rests:
        propose_write_off(
            session, by=finance, statement_id=rests[0].statement_id, amount_rp=REST_RP, reason_code="rounding",
            borne_by="office", remark="Pembulatan pada transfer",
        )  # fmt: skip
    send_reminder(session, by=finance, partner_id=get_partner(session, HOTEL.code).id, step=Step.FRIENDLY)
    return True


def draw_slip() -> bytes:
    """Return a picture of an invented transfer slip."""
    picture = Image.new("RGB", (480, 300), "white")
    draw = ImageDraw.Draw(picture)
    for row, words in enumerate(("BUKTI TRANSFER (CONTOH)", "Dari: MINIMARKET PESUT", "Berita: TITIP JUAL PESUT")):
        draw.text((24, 24 + 40 * row), words, fill="black")
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def _find_account(session: Session) -> BankAccount | None:
    return session.scalar(select(BankAccount).where(BankAccount.code == ACCOUNT))


def _has_notices(session: Session, partner_id: int) -> bool:
    return session.scalars(select(PaymentNotice.id).where(PaymentNotice.partner_id == partner_id)).first() is not None


def _find_shares(session: Session, partner_id: int) -> Sequence[Share]:
    """Return all that is open of a partner's statements."""
    ids = session.scalars(
        select(Statement.id).where(Statement.partner_id == partner_id).order_by(Statement.number)
    ).all()
    return [Share(one.id, one.open_rp) for one in find_open(session, ids).values() if one.open_rp > 0]


def _post(session: Session, files: Files, content: bytes, *, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        post_bank_file(session, files, by=get_actor(session, FINANCE), account_code=ACCOUNT, path=path, name=name)
