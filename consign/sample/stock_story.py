"""What goes on with goods in the sample city these days, so that every page has something to show.

A delivery waits, goods are on their way back, a producer asks for its goods, a store counted and lost some, somebody
contests it, another counts right now, one batch ends soon and one is over.
"""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.models.catalogue import Product
from consign.models.partners import Producer, Store
from consign.models.stock import StockBatch, StockBatchLevel, StockLevel, StockLoss, StockNote
from consign.partners.queries import get_partner, get_producer, get_store
from consign.sample.months import Months
from consign.sample.stock_steps import FIRST_COUNT, bring, get_keeper, get_sender
from consign.sample.stores import HOTEL, MINIMARKET, SUPERMARKET
from consign.stock.confirming import confirm_note
from consign.stock.contesting import contest_loss
from consign.stock.counting import count_at_once, open_count, scan
from consign.stock.deliverable import find_lacks
from consign.stock.delivering import send_delivery
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import NewLine, NoteKind, Reason
from consign.stock.transferring import send_transfer
from consign.stock.writing_off import write_off

RATMI, KOPI, AMPLANG = "UMKM-001", "UMKM-004", "UMKM-002"
KERIPIK, KERIPIK_PLAIN, TALAS = "BPN-001", "BPN-002", "BPN-003"
KOPI_GOODS = ("BPN-009", "BPN-010")
AMPLANG_GOODS = "BPN-004"
NEAR_DAYS = 6
WAITING_LINES = 3
WAITING = "Dititipkan pada Mas Dodi, motor box"
RETURNED = "Diambil kurir produsen hari Kamis"
ASKED = "Masa berlaku izin sudah habis; mohon disimpan dahulu sampai izin baru terbit"
MOVED = "Stok di Batu Ampar menipis"
BROKEN = "Rak roboh, kemasan sobek"
COUNTED = "Stok opname akhir bulan, dihitung berdua"
CONTESTED = "Satu dus masih ada di gudang belakang; mohon dihitung ulang bersama."
COUNTING = "Rak depan dahulu"
SCANNED = (KERIPIK, KERIPIK, TALAS)
MISSING = {KERIPIK: 2, AMPLANG_GOODS: 1}
"""What the count of a store does not find, by product."""


def ensure_story(session: Session, months: Months, *, on: date) -> bool:
    """Let all of it happen; return whether it had not.

    Nothing happens in a city whose stores hold nothing yet, nor where goods have moved between stores already.
    """
    counted = select(StockNote.id).where(StockNote.remark == FIRST_COUNT).limit(1)
    moved = select(StockNote.id).where(StockNote.kind == NoteKind.TRANSFER).limit(1)
    if session.scalar(counted) is None or session.scalar(moved) is not None:
        return False
    last = months.second.last
    _bring_what_ends(session, last, on=on)
    _move(session, last)
    _count_and_contest(session, last)
    _write_off(session, on)
    _give_back(session, on)
    _ask_back(session, on)
    _let_wait(session, on)
    _begin_count(session, on)
    return True


def _bring_what_ends(session: Session, last: date, *, on: date) -> None:
    """Bring a batch that ends soon, and one that is over a day ago, to a store of the hotel."""
    store = _get_store(session, HOTEL.code, "LOBI")
    producer_id = get_producer(session, AMPLANG).id
    product = _get_product(session, AMPLANG_GOODS)
    if _lacks(session, store, product, on=last):
        return
    lines = [
        NewLine(product.id, Decimal(8), "DEKAT-01", on + timedelta(NEAR_DAYS)),
        NewLine(product.id, Decimal(5), "LEWAT-01", max(last, on - timedelta(1))),
    ]
    bring(session, store, producer_id=producer_id, day=last, lines=lines)


def _move(session: Session, last: date) -> None:
    store, to_store = (_get_store(session, MINIMARKET.code, code) for code in ("P02", "P03"))
    line = _take_standing(session, store, KERIPIK_PLAIN, 2)
    note = send_transfer(
        session, by=get_keeper(session, store), store_id=store.id, to_store_id=to_store.id, day=last, lines=[line],
        remark=MOVED,
    )  # fmt: skip
    confirm_note(session, by=get_keeper(session, to_store), note_id=note.id, on=last)


def _count_and_contest(session: Session, last: date) -> None:
    """Count all goods of a store at the end of the second month, and let a producer contest what it lost."""
    store = _get_store(session, MINIMARKET.code, "P03")
    rows = session.execute(
        select(Product.code, Product.id, StockLevel.on_hand)
        .join(StockLevel, StockLevel.product_id == Product.id)
        .where(StockLevel.store_id == store.id, StockLevel.on_hand > 0)
        .order_by(Product.code)
    )
    lines = [NewLine(row.id, max(row.on_hand - MISSING.get(row.code, 0), Decimal(0))) for row in rows]
    keeper = get_keeper(session, store)
    note = count_at_once(session, by=keeper, store_id=store.id, day=last, is_full=True, lines=lines, remark=COUNTED)
    own = select(Producer.id).where(Producer.code == RATMI).scalar_subquery()
    query = select(StockLoss.id).where(StockLoss.note_id == note.id, StockLoss.producer_id == own)
    loss_id = session.scalars(query.order_by(StockLoss.id)).first()
    if loss_id is not None:
        contest_loss(session, by=get_sender(session, RATMI), loss_id=loss_id, reason=CONTESTED)


def _write_off(session: Session, on: date) -> None:
    store = _get_store(session, SUPERMARKET.code, "ENG01")
    line = _take_standing(session, store, TALAS, 2, Reason.DAMAGED)
    write_off(session, by=get_keeper(session, store), store_id=store.id, day=on, lines=[line], remark=BROKEN)


def _give_back(session: Session, on: date) -> None:
    """Let goods be on their way back to their producer."""
    store = _get_store(session, MINIMARKET.code, "P02")
    line = _take_standing(session, store, KERIPIK, 1, Reason.UNSOLD)
    send_return(
        session, by=get_keeper(session, store), store_id=store.id, producer_id=get_producer(session, RATMI).id, day=on,
        lines=[line], remark=RETURNED,
    )  # fmt: skip


def _ask_back(session: Session, on: date) -> None:
    """Let a producer whose papers ended ask for its goods."""
    store = _get_store(session, SUPERMARKET.code, "ENG02")
    lines = [_take_standing(session, store, code, 1, Reason.PAPERS) for code in KOPI_GOODS]
    ask_pull_back(
        session, by=get_sender(session, KOPI), producer_id=get_producer(session, KOPI).id, store_id=store.id, day=on,
        lines=lines, remark=ASKED,
    )  # fmt: skip


def _let_wait(session: Session, on: date) -> None:
    """Send a delivery that its store has not confirmed, of a producer whose papers allow it today."""
    store = _get_store(session, SUPERMARKET.code, "ENG01")
    standing = select(StockLevel.product_id).where(StockLevel.store_id == store.id)
    products = session.scalars(
        select(Product).where(Product.id.in_(standing), Product.shelf_life_days > NEAR_DAYS).order_by(Product.code)
    ).all()
    lacking = find_lacks(session, products=products, store=store, on=on, papers=True)
    own = [one for one in products if one.id not in lacking]
    chosen = [one for one in own if one.producer_id == own[0].producer_id][:WAITING_LINES]
    lines = [NewLine(one.id, Decimal(12), f"K-{on:%y%m}", on + timedelta(one.shelf_life_days or 0)) for one in chosen]
    if lines:
        producer = session.get_one(Producer, chosen[0].producer_id)
        send_delivery(
            session, by=get_sender(session, producer.code), producer_id=producer.id, store_id=store.id, day=on,
            lines=lines, remark=WAITING,
        )  # fmt: skip


def _begin_count(session: Session, on: date) -> None:
    """Let a store count some of its goods, which goes on."""
    store = _get_store(session, SUPERMARKET.code, "ENG01")
    keeper = get_keeper(session, store)
    note = open_count(session, by=keeper, store_id=store.id, day=on, is_full=False, remark=COUNTING)
    for code in SCANNED:
        scan(session, by=keeper, note_id=note.id, code=code)


def _take_standing(session: Session, store: Store, code: str, quantity: int, reason: Reason | None = None) -> NewLine:
    """Return a line of what stands in a store, of the batch that ends first."""
    product = _get_product(session, code)
    query = (
        select(StockBatch.code, StockBatch.expires_on)
        .join(StockBatchLevel, StockBatchLevel.batch_id == StockBatch.id)
        .where(
            StockBatchLevel.store_id == store.id,
            StockBatchLevel.product_id == product.id,
            StockBatchLevel.quantity >= quantity,
        )
        .order_by(func.coalesce(StockBatch.expires_on, date.max), StockBatch.id)
    )
    batch = session.execute(query.limit(1)).one_or_none()
    code_, ends = (batch.code, batch.expires_on) if batch else ("", None)
    return NewLine(product.id, Decimal(quantity), code_, ends, reason)


def _lacks(session: Session, store: Store, product: Product, *, on: date) -> bool:
    return bool(find_lacks(session, products=[product], store=store, on=on, papers=True))


def _get_store(session: Session, partner: str, code: str) -> Store:
    return get_store(session, partner_id=get_partner(session, partner).id, code=code)


def _get_product(session: Session, code: str) -> Product:
    return session.scalars(select(Product).where(Product.code == code)).one()
