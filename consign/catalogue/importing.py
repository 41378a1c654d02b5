"""Handing in a list of products: trying what it would do, and taking it over.

A list is tried by doing all it says and taking it back, so that what is shown before is what happens after. Each row stands
alone: one that cannot be taken leaves nothing, and the others are not kept back.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.import_cells import read_wanted
from consign.catalogue.import_file import ProductList, copy_list, read_list
from consign.catalogue.import_kept import keep_rows
from consign.catalogue.import_matching import fill_shelf
from consign.catalogue.import_plans import Run
from consign.catalogue.import_rules import ImportIdle, ImportTaken, Outcome, RowOutcome
from consign.catalogue.import_steps import take_row
from consign.catalogue.product_imports import get_import
from consign.db import rehearsal
from consign.documents.intake import clean_file_name
from consign.files import Files, hash_file
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import ProductImport
from consign.partners.due import marking_once
from consign.partners.queries import get_region_terms
from consign.sentence import say

TRIED, TAKEN = "tried", "taken"


@dataclass(frozen=True)
class Imported:
    """A list with what its rows did, or would do."""

    handed_in: ProductImport
    headers: tuple[str, ...]
    unused: tuple[str, ...]
    """Headers of columns that say nothing here."""
    examples: int
    """Rows that were left out because they are a template's example."""
    rows: tuple[RowOutcome, ...]

    @property
    def useful(self) -> int:
        """Return how many rows add or change a product."""
        return sum(one.outcome in {Outcome.ADDED, Outcome.CHANGED} for one in self.rows)


def try_import(
    session: Session,
    *,
    by: Actor,
    source: BinaryIO,
    name: str,
    producer_id: int | None,
    files: Files,
    on: date,
) -> Imported:
    """Keep the list in *source* and say what each of its rows would do on the day *on*; no product is changed.

    *name* is what the person calls the file. *producer_id* is whose products it lists; blank where a column says it.

    Raises:
        NotAllowed: *by* does not manage these products.
        ImportTooLarge, ImportTooLong, ImportEmpty, ImportColumnMissing, ImportColumnTwice: accordingly.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=producer_id)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "list"
        copy_list(source, path)
        found = read_list(path, whose_is_known=producer_id is not None)
        sha256 = hash_file(path)
        files.store(path, sha256)
    rows = _rehearse(session, found, by=by, producer_id=producer_id, on=on)
    handed_in = ProductImport(
        producer_id=producer_id,
        state=TRIED,
        sha256=sha256,
        rows_sha256=_keep(files, found, rows),
        file_name=clean_file_name(name),
        handed_in_by=by.user_id,
        handed_in_at=clock.now(),
        counts=_count(rows),
    )
    session.add(handed_in)
    session.flush()
    subject = f"import:{handed_in.id}"
    record_event(session, by=by, act="product list handed in", subject=subject, sha256=sha256, **handed_in.counts)
    return _describe(handed_in, found, rows)


def take_import(session: Session, *, by: Actor, import_id: int, files: Files, on: date) -> Imported:
    """Add and change the products of a list that was tried; rows with problems are left out.

    What each row does is found out anew, since products may have been changed after it was tried: the outcomes and
    counts that are kept are those of now.

    Raises:
        ImportUnknown: there is no such list that *by* may see.
        ImportTaken: it was taken over before.
        ImportIdle: no row of it adds or changes a product.
        FileMissing: its file is not in the object store.

    """
    handed_in = get_import(session, by=by, import_id=import_id, lock=True)
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=handed_in.producer_id)
    if handed_in.taken_at is not None:
        raise ImportTaken(
            say(
                "This list was taken over on {day} already; nothing was changed again.",
                day=handed_in.taken_at.astimezone(ZoneInfo(get_region_terms(session).zone)).date(),
            )
        )
    found = _read_kept(handed_in, files)
    rows = _take_rows(session, found, by=by, producer_id=handed_in.producer_id, on=on, lock=True)
    taken = _describe(handed_in, found, rows)
    if not taken.useful:
        raise ImportIdle(say("No row of this list adds or changes a product; nothing was changed."))
    handed_in.state, handed_in.taken_by, handed_in.taken_at = TAKEN, by.user_id, clock.now()
    handed_in.counts, handed_in.rows_sha256 = _count(rows), _keep(files, found, rows)
    session.flush()
    subject = f"import:{handed_in.id}"
    record_event(session, by=by, act="products imported", subject=subject, sha256=handed_in.sha256, **handed_in.counts)
    return taken


def _read_kept(handed_in: ProductImport, files: Files) -> ProductList:
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "list"
        files.copy_to(handed_in.sha256, path)
        return read_list(path, whose_is_known=handed_in.producer_id is not None)


def _rehearse(
    session: Session, found: ProductList, *, by: Actor, producer_id: int | None, on: date
) -> tuple[RowOutcome, ...]:
    """Do all that a list says, and take it back."""
    with rehearsal(session):
        return _take_rows(session, found, by=by, producer_id=producer_id, on=on, lock=False)


def _take_rows(
    session: Session, found: ProductList, *, by: Actor, producer_id: int | None, on: date, lock: bool
) -> tuple[RowOutcome, ...]:
    wanted = list(read_wanted(found))
    shelf = fill_shelf(session, wanted, producer_id=producer_id, lock=lock)
    run = Run(session=session, by=by, producer_id=producer_id, on=on, found=found, shelf=shelf)
    with marking_once(session):
        return tuple(take_row(run, row) for row in wanted)


def _keep(files: Files, found: ProductList, rows: Sequence[RowOutcome]) -> str:
    return keep_rows(files, headers=found.headers, unused=found.unused, rows=rows)


def _count(rows: Sequence[RowOutcome]) -> dict[str, int]:
    counted = Counter(one.outcome for one in rows)
    return {outcome.value: counted[outcome] for outcome in Outcome}


def _describe(handed_in: ProductImport, found: ProductList, rows: tuple[RowOutcome, ...]) -> Imported:
    return Imported(handed_in, found.headers, found.unused, found.examples, rows)
