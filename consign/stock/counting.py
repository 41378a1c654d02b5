"""Counts: what somebody found on a store's shelves, scanned pack by pack or entered at once.

Scans only add rows, so that several people count one store at once. That somebody looked and found none is kept as one
pack found and taken back in the same instant: a mistake that was taken back says nothing, this does.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_remark
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.stock import StockBatch, StockNote, StockScan
from consign.sentence import say
from consign.stock.batches import complete_lines, keep_batches
from consign.stock.codes import get_coded
from consign.stock.count_rules import (
    CountEmpty,
    CountOpen,
    ScanOther,
    ScanResult,
    ScanUnknown,
    add_up,
    refuse_below_zero,
    refuse_scanned,
    tidy_key,
)
from consign.stock.entering import look_at_lines, refuse_fractions
from consign.stock.given import get_store_given
from consign.stock.moving import begin_stock, lock_stores, settle
from consign.stock.notes import add_lines, add_note, lock_note, refuse_state
from consign.stock.rules import NewLine, NoteKind, NoteState, NoteUnknown, refuse_day, refuse_quantity
from consign.stock.scan_keys import add_keyed, find_keyed
from consign.stock.scanning import parse_scanned
from consign.stock.telling import describe_note

_FOUND = text("""
    SELECT scan.product_id, product.name, COALESCE(batch.code, '') AS batch, batch.expires_on,
      sum(scan.quantity) AS quantity,
      count(*) FILTER (WHERE scan.scanned_at = latest.at) > 1 AS is_said
    FROM stock_scan AS scan JOIN product ON product.id = scan.product_id
    LEFT JOIN stock_batch AS batch ON batch.id = scan.batch_id
    CROSS JOIN LATERAL (
      SELECT max(scanned_at) AS at FROM stock_scan AS other WHERE other.note_id = scan.note_id
        AND other.product_id = scan.product_id AND other.batch_id IS NOT DISTINCT FROM scan.batch_id) AS latest
    WHERE scan.note_id = :note GROUP BY 1, 2, 3, 4 ORDER BY min(scan.id)""")
"""What was found by product and batch; `is_said` where the last entry says in so many words that there is none."""

_SUMS = text("""
    SELECT COALESCE(sum(quantity) FILTER (WHERE batch_id IS NOT DISTINCT FROM CAST(:batch AS integer)), 0) AS found,
      COALESCE(sum(quantity), 0) AS in_all
    FROM stock_scan WHERE note_id = :note AND product_id = :product""")

_NOT_FOUND = text("""
    SELECT level.product_id FROM stock_level AS level
    WHERE store_id = :store AND begins_on <= :day AND product_id <> ALL(CAST(:found AS integer[])) AND (on_hand <> 0 OR (
      SELECT sum(quantity) FROM stock_movement AS movement WHERE movement.store_id = level.store_id
        AND movement.product_id = level.product_id AND movement.day BETWEEN level.begins_on AND :day) <> 0)
    ORDER BY 1""")
"""Products that stand in the books, today or at the end of the day."""

_KEPT = text("""
    SELECT product_id FROM stock_level
    WHERE store_id = :store AND begins_on <= :day AND product_id = ANY(CAST(:products AS integer[]))""")


def open_count(session: Session, *, by: Actor, store_id: int, day: date, is_full: bool, remark: str = "") -> StockNote:
    """Begin a count of what stands in a store at the end of *day*: all its goods (*is_full*), or some of them.

    Raises:
        UnknownCode: there is no such store.
        NotAllowed: *by* may not move this store's goods.
        BadInput: the day is to come, or too long ago.
        CountOpen: somebody counts all its goods already.

    """
    store = get_store_given(session, store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    refuse_day(day, today=clock.today(store.zone))
    tidied = tidy_remark(remark)
    lock_stores(session, [store.id])  # two who begin at once: the second one finds the first one's count
    if is_full:
        _refuse_second(session, store_id=store.id)
    note = add_note(
        session, by=by, kind=NoteKind.COUNT, state=NoteState.OPEN, store=store, day=day, is_full=is_full, remark=tidied
    )
    facts = describe_note(session, note)
    record_event(session, by=by, act="stock count begun", subject=f"note:{note.number}", **facts, is_full=is_full)
    return note


def scan(
    session: Session,
    *,
    by: Actor,
    note_id: int,
    code: str,
    quantity: Decimal = Decimal(1),
    batch: str = "",
    expires_on: date | None = None,
    key: str = "",
) -> ScanResult:
    """Add to a count what was found under *code*; a negative *quantity* takes a mistake back.

    *code* is a number under a barcode, the partner's own code, our product code, or a GS1 symbol; what the symbol says
    of batch and last day goes before *batch* and *expires_on*. A scan with a *key* counts once, however often it is
    sent, and what it found is told again also when the count is over.

    Raises:
        NoteUnknown: there is no such count.
        NotAllowed: *by* may not move its store's goods.
        NoteNotOpen: it was recorded or given up meanwhile.
        CodeUnknown: no product has the code.
        ScanOther: another scan has the key.
        BadInput: the quantity or the key cannot be.

    """
    known = tidy_key(key)
    refuse_scanned(quantity)
    if known and (again := find_keyed(session, note_id, known)):
        note = session.get_one(StockNote, note_id)
        _refuse_other(note, by=by)
        return _tell_again(session, note, again, quantity=quantity, product_id=_find_meant(session, note, code))
    note = _get_open(session, note_id, by=by)
    scanned = parse_scanned(code)
    product = get_coded(session, scanned.code, partner_id=note.partner_id)
    refuse_fractions({product.id: product}, [(1, product.id, quantity)])
    if scanned.batch or scanned.expires_on:
        batch, expires_on = scanned.batch, scanned.expires_on
    line, batch_id = _complete(session, NewLine(product.id, quantity, batch, expires_on))
    scan_id = add_keyed(session, _new_scan(note, line, batch_id, quantity=quantity, by=by, at=clock.now()), key=known)
    if scan_id is None and known and (again := find_keyed(session, note_id, known)):  # both were sent at once
        return _tell_again(session, note, again, quantity=quantity, product_id=product.id)
    return _tell(session, note, product, line, batch_id, quantity=quantity, scan_id=scan_id)


def take_scan_back(session: Session, *, by: Actor, note_id: int, scan_id: int) -> ScanResult:
    """Take one scan of a count back; a second time, what stands is told.

    Raises:
        NoteUnknown: there is no such count.
        NotAllowed: *by* may not move its store's goods.
        NoteNotOpen: it was recorded or given up meanwhile.
        ScanUnknown: it has no such scan.

    """
    note = _get_open(session, note_id, by=by)
    scanned = session.scalar(select(StockScan).where(StockScan.id == scan_id, StockScan.note_id == note.id))
    if scanned is None:
        raise ScanUnknown(say("The count {number} has no such scan; nothing was taken back.", number=note.number))
    back = StockScan(
        note_id=note.id, product_id=scanned.product_id, batch_id=scanned.batch_id, quantity=-scanned.quantity,
        scanned_by=by.user_id, scanned_at=clock.now(),
    )  # fmt: skip
    add_keyed(session, back, key=f"undo:{scan_id}")
    return _tell_again(session, note, scanned, quantity=scanned.quantity, product_id=scanned.product_id)


def _find_meant(session: Session, note: StockNote, code: str) -> int:
    return get_coded(session, parse_scanned(code).code, partner_id=note.partner_id).id


def _tell_again(
    session: Session, note: StockNote, scanned: StockScan, *, quantity: Decimal, product_id: int
) -> ScanResult:
    """Tell of a scan that stands what it found, if it is the same as is sent now."""
    if (scanned.quantity, scanned.product_id) != (quantity, product_id):
        raise ScanOther(say("Another scan has this key already; this one was not counted. Scan it again."))
    product = session.get_one(Product, scanned.product_id)
    batch = session.get(StockBatch, scanned.batch_id) if scanned.batch_id else None
    line = NewLine(product.id, quantity, batch.code if batch else "", batch.expires_on if batch else None)
    return _tell(session, note, product, line, scanned.batch_id, quantity=quantity, scan_id=scanned.id)


def set_found(
    session: Session,
    *,
    by: Actor,
    note_id: int,
    product_id: int,
    quantity: Decimal,
    batch: str = "",
    expires_on: date | None = None,
) -> ScanResult:
    """Put what was found of a product and batch to *quantity*, whatever was scanned; zero says that there is none.

    Raises:
        NoteUnknown: there is no such count.
        NotAllowed: *by* may not move its store's goods.
        NoteNotOpen: it was recorded or given up meanwhile.
        BadInput: there is no such product, or the quantity cannot be.

    """
    note = _get_open(session, note_id, by=by, alone=True)
    given = NewLine(product_id, quantity, batch, expires_on)
    product = look_at_lines(session, [given], producer_id=None, reasons=(), zero=True)[product_id]
    line, batch_id = _complete(session, given)
    found = session.execute(_SUMS, {"note": note.id, "product": product_id, "batch": batch_id}).one().found
    steps = [quantity - found, *((Decimal(1), Decimal(-1)) if not quantity else ())]
    at = clock.now()
    session.add_all(_new_scan(note, line, batch_id, quantity=step, by=by, at=at) for step in steps if step)
    session.flush()
    return _tell(session, note, product, line, batch_id, quantity=quantity - found)


def record_count(session: Session, *, by: Actor, note_id: int) -> StockNote:
    """Record what a count found: from now on that is what stood there at the end of its day.

    In a count of all goods, what was not found is not there. A product of which no stock was kept begins with it. A
    count that is recorded already is returned as it stands.

    Raises:
        NoteUnknown: there is no such count.
        NotAllowed: *by* may not move its store's goods.
        NoteNotOpen: it was given up or reversed.
        CountBelowZero: more was taken back than was found.
        CountEmpty: only some goods were to be counted, and none were.

    """
    note = _get_count(session, note_id, by=by)
    if note.state == NoteState.RECORDED:
        return note
    refuse_state(note, NoteState.OPEN)
    lock_stores(session, [note.store_id])
    rows = session.execute(_FOUND, {"note": note.id}).all()
    refuse_below_zero([(row.name, row.quantity) for row in rows])
    lines = [NewLine(row.product_id, row.quantity, row.batch, row.expires_on) for row in rows if _is_told(row, note)]
    for line in lines:
        refuse_quantity(line.quantity, zero=True)
    note.state = NoteState.RECORDED
    session.flush()
    _write(session, note, lines)
    record_event(
        session,
        by=by,
        act="stock counted",
        subject=f"note:{note.number}",
        store=note.store_id,
        day=note.day.isoformat(),
    )
    return note


def count_at_once(
    session: Session, *, by: Actor, store_id: int, day: date, is_full: bool, lines: Sequence[NewLine], remark: str = ""
) -> StockNote:
    """Record a count that was made on paper: what stood in a store at the end of *day*. See `record_count`.

    Raises:
        NotAllowed: *by* may not move this store's goods.
        UnknownCode: there is no such store.
        BadInput: the day, a quantity or a line cannot be.
        CountEmpty: only some goods were to be counted, and none are named.

    """
    store = get_store_given(session, store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    refuse_day(day, today=clock.today(store.zone))
    if lines:
        look_at_lines(session, lines, producer_id=None, reasons=(), zero=True)
    tidied = tidy_remark(remark)
    lock_stores(session, [store.id])
    note = add_note(
        session, by=by, kind=NoteKind.COUNT, state=NoteState.RECORDED, store=store, day=day, is_full=is_full,
        remark=tidied,
    )  # fmt: skip
    _write(session, note, lines)
    record_event(
        session, by=by, act="stock counted", subject=f"note:{note.number}", store=store.id, day=day.isoformat()
    )
    return note


def find_not_found(session: Session, note: StockNote, *, found: Collection[int]) -> Sequence[int]:
    """Return the products that stand in the books of a count's store, and are none of those *found*, by their ids."""
    facts = {"store": note.store_id, "day": note.day, "found": sorted(found)}
    return session.scalars(_NOT_FOUND, facts).all()


def _get_count(session: Session, note_id: int, *, by: Actor) -> StockNote:
    note = lock_note(session, note_id)
    _refuse_other(note, by=by)
    return note


def _get_open(session: Session, note_id: int, *, by: Actor, alone: bool = False) -> StockNote:
    """Return a count that goes on, and keep it from being recorded meanwhile; *alone* keeps others from scanning as well."""
    query = select(StockNote).where(StockNote.id == note_id)
    locked = query.with_for_update(key_share=True) if alone else query.with_for_update(read=True)
    note = session.scalars(locked.execution_options(populate_existing=True)).first()
    if note is None:
        raise NoteUnknown(say("There is no note {number}; nothing was changed.", number=note_id))
    _refuse_other(note, by=by)
    refuse_state(note, NoteState.OPEN)
    return note


def _refuse_other(note: StockNote, *, by: Actor) -> None:
    authorize(by, Act.MOVE_STOCK, partner_id=note.partner_id, store_id=note.store_id)
    if note.kind != NoteKind.COUNT:
        raise NoteUnknown(say("{number} is no count; nothing was changed.", number=note.number))


def _refuse_second(session: Session, *, store_id: int) -> None:
    query = (
        select(StockNote.number, StockNote.made_at, UserAccount.name)
        .join(UserAccount, UserAccount.id == StockNote.made_by)
        .where(
            StockNote.store_id == store_id,
            StockNote.kind == NoteKind.COUNT,
            StockNote.state == NoteState.OPEN,
            StockNote.is_full.is_(True),
        )
    )
    standing = session.execute(query.limit(1)).one_or_none()
    if standing is not None:
        raise CountOpen(
            say(
                "{person} counts all goods of this store since {since} ({number}); no second count was begun."
                " Help with that one, record it, or give it up.",
                person=standing.name, since=standing.made_at, number=standing.number,
            )
        )  # fmt: skip


def _complete(session: Session, given: NewLine) -> tuple[NewLine, int | None]:
    """Return a line with what is known of its batch, and the id of that; blank where none is named."""
    (line,) = add_up(complete_lines(session, [given]))
    if not line.batch and line.expires_on is None:
        return line, None
    key = (line.product_id, line.batch, line.expires_on)
    return line, keep_batches(session, [key])[key]


def _new_scan(
    note: StockNote, line: NewLine, batch_id: int | None, *, quantity: Decimal, by: Actor, at: datetime
) -> StockScan:
    return StockScan(
        note_id=note.id,
        product_id=line.product_id,
        batch_id=batch_id,
        quantity=quantity,
        scanned_by=by.user_id,
        scanned_at=at,
    )


def _tell(
    session: Session,
    note: StockNote,
    product: Product,
    line: NewLine,
    batch_id: int | None,
    *,
    quantity: Decimal,
    scan_id: int | None = None,
) -> ScanResult:
    sums = session.execute(_SUMS, {"note": note.id, "product": product.id, "batch": batch_id}).one()
    return ScanResult(
        product_id=product.id,
        product_code=product.code,
        product=product.name,
        batch=line.batch,
        expires_on=line.expires_on,
        quantity=quantity,
        found=sums.found,
        found_in_all=sums.in_all,
        scan_id=scan_id,
    )


def _is_told(row: Row[tuple[object, ...]], note: StockNote) -> bool:
    """Say whether a sum is part of the count: one of zero only where it is meant, or where all goods are counted anyway."""
    return bool(row.quantity or row.is_said or note.is_full)


def _write(session: Session, note: StockNote, given: Sequence[NewLine]) -> None:
    """Write the lines of a count that is recorded, and what follows from them."""
    lines = add_up(complete_lines(session, given))
    facts = {"store": note.store_id, "day": note.day}
    if note.is_full:
        missing = find_not_found(session, note, found={line.product_id for line in lines})
        lines += [NewLine(product_id, Decimal(0)) for product_id in missing]
    elif not lines:
        raise CountEmpty(
            say("Nothing was counted, so there is nothing to record. Count something, or give the count up.")
        )
    products = {line.product_id for line in lines}
    kept = set(session.scalars(_KEPT, {**facts, "products": sorted(products)}))
    add_lines(session, note, lines, opens=products - kept)
    begin_stock(session, [(note.store_id, product_id, note.day) for product_id in sorted(products)])
    settle(session, pairs={(note.store_id, product_id) for product_id in products}, first=note.day)
