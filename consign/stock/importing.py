"""Handing in a list of movements: trying what it would do, and recording it.

Every note is written by the very acts that a person would use, whole or not at all. A list is tried by doing all it says
and taking it back, so that what is shown before is what happens after. What a note said is kept as a hash: told again just so,
in the same file or another, it changes nothing.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.import_rules import RowProblem
from consign.db import rehearsal, savepoint
from consign.documents.intake import clean_file_name
from consign.errors import ConsignError
from consign.files import hash_file
from consign.identity.actions import record_event
from consign.identity.rules import PERMITTED, Act, Actor, get_reach
from consign.models.stock import StockImport, StockImportNote, StockNote
from consign.partners.queries import lock_partner
from consign.sentence import load_sentence, say
from consign.stock.confirming import confirm_note
from consign.stock.counting import count_at_once
from consign.stock.delivering import carry_over_delivery, send_delivery
from consign.stock.import_cells import read_wanted
from consign.stock.import_columns import NEEDED, ListedKind, Role
from consign.stock.import_file import GoodsList, copy_list, read_list
from consign.stock.import_matching import Lookup
from consign.stock.import_plans import Planned, fail, group_rows, plan_note
from consign.stock.import_rules import NoteOutcome, Outcome, RowOutcome
from consign.stock.moving import lock_stores
from consign.stock.returning import send_return
from consign.stock.rules import PREFIXES, NoteKind, NoteState
from consign.stock.transferring import send_transfer
from consign.stock.writing_off import write_off

BLANK_NEVER = (Role.REFERENCE, Role.PRODUCT, Role.QUANTITY)
KIND_OF: Mapping[ListedKind, NoteKind] = {
    ListedKind.DELIVERY: NoteKind.DELIVERY,
    ListedKind.RETURN: NoteKind.RETURN,
    ListedKind.TRANSFER: NoteKind.TRANSFER,
    ListedKind.WRITE_OFF: NoteKind.WRITE_OFF,
    ListedKind.COUNT: NoteKind.COUNT,
    ListedKind.FULL_COUNT: NoteKind.COUNT,
}
_HOLD_COUNTER = text("""
    INSERT INTO stock_counter AS counter (prefix, year, last) VALUES (:prefix, :year, 0)
    ON CONFLICT (prefix, year) DO UPDATE SET last = counter.last""")


@dataclass(frozen=True)
class ImportedNotes:
    """A list with what its notes did, or would do."""

    unused: tuple[str, ...]
    """Headers of columns that say nothing here."""
    notes: tuple[NoteOutcome, ...]

    @property
    def rows(self) -> tuple[RowOutcome, ...]:
        """Return what became of every row, in their order."""
        return tuple(sorted((row for note in self.notes for row in note.rows), key=lambda row: row.row))

    def count(self, outcome: Outcome) -> int:
        """Return how many notes ended so."""
        return sum(one.outcome == outcome for one in self.notes)


def try_movements(session: Session, *, by: Actor, source: BinaryIO, name: str) -> ImportedNotes:
    """Say what each row of the list in *source* would do; nothing is recorded.

    Raises:
        NotAllowed: *by* neither sends goods nor moves a store's.
        ImportTooLarge, ImportTooLong, ImportEmpty, ImportColumnMissing, ImportColumnTwice: accordingly.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    with rehearsal(session):
        return import_movements(session, by=by, source=source, name=name)


def import_movements(session: Session, *, by: Actor, source: BinaryIO, name: str) -> ImportedNotes:
    """Record the notes that the list in *source* tells of; a note with a problem is left out whole.

    A note that was imported before and says the same is not recorded again. *name* is what the person calls the file.

    Raises:
        NotAllowed: *by* neither sends goods nor moves a store's.
        ImportTooLarge, ImportTooLong, ImportEmpty, ImportColumnMissing, ImportColumnTwice: accordingly.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    get_reach(by, Act.SEND_DELIVERIES if by.role in PERMITTED[Act.SEND_DELIVERIES] else Act.MOVE_STOCK)
    found, file_sha256 = _read(source)
    lookup = Lookup(session, by)
    planned = [plan_note(found, lookup, rows) for rows in group_rows(read_wanted(found, needed=BLANK_NEVER))]
    _hold(session, [one for one in planned if isinstance(one, Planned)])
    handed_in = StockImport(
        sha256=file_sha256, file_name=clean_file_name(name), handed_in_by=by.user_id, handed_in_at=clock.now()
    )
    outcomes = [
        _take(session, one, by=by, handed_in=handed_in) if isinstance(one, Planned) else one
        # A store's books are told in the order of days: what is counted today was brought before.
        for one in sorted(planned, key=_get_place)
    ]
    counts = {outcome.value: count for outcome, count in sorted(Counter(one.outcome for one in outcomes).items())}
    if Outcome.ADDED in counts:
        subject = f"stock import:{handed_in.id}"
        record_event(session, by=by, act="movements imported", subject=subject, sha256=file_sha256, **counts)
    return ImportedNotes(found.unused, tuple(sorted(outcomes, key=lambda one: one.rows[0].row)))


def _read(source: BinaryIO) -> tuple[GoodsList, str]:
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "list"
        copy_list(source, path)
        return read_list(path, used=tuple(Role), needed=NEEDED), hash_file(path)


def _get_place(one: Planned | NoteOutcome) -> tuple[int, int]:
    """Return where a note stands among others: by day, then by row."""
    return (one.day.toordinal() if isinstance(one, Planned) else 0, one.rows[0].row)


def _hold(session: Session, planned: Sequence[Planned]) -> None:
    """Hold all that the notes of a list move, in the order in which everybody holds it, so that no two wait for each other.

    With their partners held, nobody else imports the same note meanwhile.
    """
    for partner_id in sorted({one.store.partner_id for one in planned}):
        lock_partner(session, partner_id)
    stores = [store for one in planned for store in (one.store, one.to_store) if store is not None]
    lock_stores(session, sorted({store.id for store in stores}))
    for prefix, year in sorted({(PREFIXES[KIND_OF[one.kind]], one.day.year) for one in planned}):
        session.execute(_HOLD_COUNTER, {"prefix": prefix, "year": year})


def _take(session: Session, one: Planned, *, by: Actor, handed_in: StockImport) -> NoteOutcome:
    """Record a note, or say why it cannot be; nothing of it is left then."""
    known = _find_known(session, one)
    if known is not None and known.sha256 == one.sha256:
        return _succeed(one, Outcome.KNOWN, known.number)
    if known is not None and known.state not in {NoteState.CANCELLED, NoteState.REVERSED}:
        why = say(
            "This note was imported before as {number}, and said otherwise. Take that one back first, or give this one"
            " another number.",
            number=known.number,
        )
        return fail(one.rows, {one.rows[0].row: [RowProblem("", "", "note.told_otherwise", why)]}, one.kind)
    try:
        with savepoint(session):
            note = _record(session, one, by=by)
            if handed_in not in session:
                session.add(handed_in)
                session.flush()
            session.add(_keep(one, note, handed_in))
            session.flush()
    except ConsignError as refusal:
        why = load_sentence(refusal.sentence)
        return fail(one.rows, {one.rows[0].row: [RowProblem("", "", refusal.code, why)]}, one.kind)
    return _succeed(one, Outcome.ADDED, note.number)


def _record(session: Session, one: Planned, *, by: Actor) -> StockNote:
    note = _RECORDERS[one.kind](session, by, one)
    if one.accepted and note.state == NoteState.SENT:
        confirm_note(session, by=by, note_id=note.id, on=one.day)
    return note


def _succeed(one: Planned, outcome: Outcome, number: str) -> NoteOutcome:
    rows = tuple(RowOutcome(row.row, row.reference, outcome, cells=row.cells) for row in one.rows)
    return NoteOutcome(one.rows[0].reference, one.kind, outcome, number, rows)


@dataclass(frozen=True)
class _Known:
    """A note of the same reference that was imported before."""

    sha256: str
    number: str
    state: str


def _find_known(session: Session, one: Planned) -> _Known | None:
    """Return the note that was imported under the same reference, the one that says the same before the last one."""
    query = (
        select(StockImportNote.sha256, StockNote.number, StockNote.state)
        .join(StockNote, StockNote.id == StockImportNote.note_id)
        .where(
            StockImportNote.store_id == one.store.id,
            StockImportNote.kind == one.kind,
            StockImportNote.reference == one.reference,
            func.coalesce(StockImportNote.producer_id, 0) == (one.producer_id or 0),
        )
        .order_by(StockImportNote.sha256 != one.sha256, StockImportNote.note_id.desc())
    )
    row = session.execute(query.limit(1)).one_or_none()
    return None if row is None else _Known(row.sha256, row.number, row.state)


def _keep(one: Planned, note: StockNote, handed_in: StockImport) -> StockImportNote:
    return StockImportNote(
        note_id=note.id, import_id=handed_in.id, store_id=one.store.id, kind=one.kind, reference=one.reference,
        producer_id=one.producer_id, sha256=one.sha256,
    )  # fmt: skip


def _deliver(session: Session, by: Actor, one: Planned) -> StockNote:
    deliver = carry_over_delivery if one.accepted else send_delivery
    return deliver(
        session, by=by, producer_id=one.producer_id or 0, store_id=one.store.id, day=one.day, lines=one.lines,
        remark=one.remark,
    )  # fmt: skip


def _return(session: Session, by: Actor, one: Planned) -> StockNote:
    return send_return(
        session, by=by, store_id=one.store.id, producer_id=one.producer_id or 0, day=one.day, lines=one.lines,
        remark=one.remark,
    )  # fmt: skip


def _transfer(session: Session, by: Actor, one: Planned) -> StockNote:
    to_store_id = one.to_store.id if one.to_store else 0
    return send_transfer(
        session, by=by, store_id=one.store.id, to_store_id=to_store_id, day=one.day, lines=one.lines, remark=one.remark
    )


def _write_off(session: Session, by: Actor, one: Planned) -> StockNote:
    return write_off(session, by=by, store_id=one.store.id, day=one.day, lines=one.lines, remark=one.remark)


def _count(session: Session, by: Actor, one: Planned) -> StockNote:
    is_full = one.kind is ListedKind.FULL_COUNT
    return count_at_once(
        session, by=by, store_id=one.store.id, day=one.day, is_full=is_full, lines=one.lines, remark=one.remark
    )


_RECORDERS: Mapping[ListedKind, Callable[[Session, Actor, Planned], StockNote]] = {
    ListedKind.DELIVERY: _deliver,
    ListedKind.RETURN: _return,
    ListedKind.TRANSFER: _transfer,
    ListedKind.WRITE_OFF: _write_off,
    ListedKind.COUNT: _count,
    ListedKind.FULL_COUNT: _count,
}
