"""The notes that a list tells of: rows of one reference together, what holds for all of them, and their lines."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from consign.catalogue.import_rules import RowProblem
from consign.errors import BadInput
from consign.identity.rules import PERMITTED, Act
from consign.models.catalogue import Product
from consign.models.partners import Partner, Store
from consign.sentence import say
from consign.stock.count_rules import add_up
from consign.stock.import_cells import Wanted, blame, refuse_unfitting
from consign.stock.import_columns import COUNTED, OF_NOTE, ListedKind, Role
from consign.stock.import_file import GoodsList
from consign.stock.import_matching import Lookup
from consign.stock.import_rules import CellRefused, NoteOutcome, Outcome, RowOutcome
from consign.stock.rules import NewLine

OF_ONE_PRODUCER = frozenset({ListedKind.DELIVERY, ListedKind.RETURN})
Key = tuple[int, str, date | None, str | None]


@dataclass(frozen=True)
class Planned:
    """A note as a list tells of it, with everything it names found."""

    reference: str
    """As the list calls it, in capitals."""
    kind: ListedKind
    day: date
    store: Store
    to_store: Store | None
    producer_id: int | None
    """Whose goods they are; blank where a note of the kind may hold those of several."""
    accepted: bool
    remark: str
    lines: tuple[NewLine, ...]
    rows: tuple[Wanted, ...]

    @cached_property
    def sha256(self) -> str:
        """Return the hash of all that it says, however the list writes it; the order of lines makes no difference."""
        lines = sorted(
            [line.product_id, f"{line.quantity:.3f}", line.batch, str(line.expires_on or ""), str(line.reason or "")]
            for line in self.lines
        )
        said = [
            self.kind.value, self.reference, self.day.isoformat(), self.store.id, self.to_store and self.to_store.id,
            self.accepted, self.remark, lines,
        ]  # fmt: skip
        return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class _Problems:
    """What is wrong with the rows of a note, by row."""

    def __init__(self, found: GoodsList, rows: Sequence[Wanted]) -> None:
        self.by_row: dict[int, list[RowProblem]] = {row.row: list(row.problems) for row in rows}
        self._found = found

    def add(self, row: Wanted, refusal: BadInput) -> None:
        """Keep a refusal as the problem of the cell at fault."""
        role = refusal.role if isinstance(refusal, CellRefused) else None
        self.by_row[row.row].append(blame(self._found, row.cells, role, refusal))

    def __bool__(self) -> bool:
        return any(self.by_row.values())


def group_rows(rows: Iterable[Wanted]) -> list[tuple[Wanted, ...]]:
    """Return the rows of each note together, in the order in which notes come first; one without a reference is alone."""
    groups: dict[object, list[Wanted]] = {}
    for row in rows:
        groups.setdefault(row.reference.upper() or row.row, []).append(row)
    return [tuple(group) for group in groups.values()]


def plan_note(found: GoodsList, lookup: Lookup, rows: tuple[Wanted, ...]) -> Planned | NoteOutcome:
    """Return the note that *rows* tell of, or all that is wrong with them."""
    problems = _Problems(found, rows)
    said = _find_said(rows, problems)
    kind = said.get(Role.KIND)
    if rows[0].reference:
        _refuse_missing(rows[0], said, problems)
    partner, store, to_store = _find_places(lookup, rows[0], said, problems)
    if kind is not None:
        for row in rows:
            _try(problems, row, lambda row=row: refuse_unfitting(row, kind))
    products = _find_products(lookup, rows, partner, problems)
    producer_id = _find_producer(rows, products, kind, problems)
    _refuse_accepted(lookup, rows[0], said, problems)
    lines = _make_lines(rows, products, kind, problems)
    if problems or kind is None or store is None:
        return fail(rows, problems.by_row, kind)
    return Planned(
        reference=rows[0].reference.upper(), kind=kind, day=said[Role.DAY], store=store, to_store=to_store,
        producer_id=producer_id, accepted=bool(said.get(Role.ACCEPTED)), remark=said.get(Role.REMARK) or "",
        lines=tuple(lines), rows=rows,
    )  # fmt: skip


def fail(rows: Sequence[Wanted], problems: Mapping[int, Sequence[RowProblem]], kind: ListedKind | None) -> NoteOutcome:
    """Return the outcome of a note that is not taken: its rows with problems, and those that are kept back with them."""
    outcomes = []
    for row in rows:
        wrong = tuple(problems.get(row.row, ()))
        outcome = Outcome.PROBLEM if wrong else Outcome.KEPT_BACK
        outcomes.append(RowOutcome(row.row, row.reference, outcome, wrong, row.cells))
    return NoteOutcome(rows[0].reference, kind, Outcome.PROBLEM, None, tuple(outcomes))


def _find_said(rows: Sequence[Wanted], problems: _Problems) -> dict[Role, Any]:
    """Return what holds for the whole note; a row that says otherwise than one before it has a problem."""
    said: dict[Role, Any] = {}
    first: dict[Role, int] = {}
    for row in rows:
        for role in OF_NOTE:
            value = getattr(row, role.value)
            if value is None:
                continue
            if role not in said:
                said[role], first[role] = value, row.row
            elif said[role] != value:
                sentence = say(
                    "Row {row} says otherwise of the same note. Let both say the same, or give one of them another number.",
                    row=first[role],
                )
                problems.add(row, CellRefused(sentence, "note.differs", role))
    return said


def _refuse_missing(row: Wanted, said: Mapping[Role, Any], problems: _Problems) -> None:
    needed = [Role.KIND, Role.DAY, Role.STORE]
    if said.get(Role.KIND) is ListedKind.TRANSFER:
        needed.append(Role.TO_STORE)
    at_fault = {one.code for one in row.problems}
    for role in needed:
        if role not in said and not at_fault:
            problems.add(row, CellRefused(say("This cell is blank. Fill it in."), "cell.blank", role))
    if Role.TO_STORE in said and said.get(Role.KIND) not in {None, ListedKind.TRANSFER}:
        sentence = say("Only goods that move between stores name a second one. Leave it out.")
        problems.add(row, CellRefused(sentence, "to_store.unfitting", Role.TO_STORE))


def _find_places(
    lookup: Lookup, row: Wanted, said: Mapping[Role, Any], problems: _Problems
) -> tuple[Partner | None, Store | None, Store | None]:
    try:
        partner = lookup.get_partner(said.get(Role.PARTNER))
    except CellRefused as refusal:
        if row.reference:
            problems.add(row, refusal)
        return None, None, None
    stores: dict[Role, Store] = {}
    for role in (Role.STORE, Role.TO_STORE):
        if role in said:
            try:
                stores[role] = lookup.get_store(partner, said[role], role)
            except CellRefused as refusal:
                problems.add(row, refusal)
    return partner, stores.get(Role.STORE), stores.get(Role.TO_STORE)


def _find_products(
    lookup: Lookup, rows: Sequence[Wanted], partner: Partner | None, problems: _Problems
) -> dict[int, Product]:
    products: dict[int, Product] = {}
    for row in rows:
        if partner is not None and row.product:
            try:
                products[row.row] = lookup.get_product(partner.id, row.product)
            except CellRefused as refusal:
                problems.add(row, refusal)
    return products


def _find_producer(
    rows: Sequence[Wanted], products: Mapping[int, Product], kind: ListedKind | None, problems: _Problems
) -> int | None:
    """Return whose goods all rows name, where a note of the kind has those of one producer only."""
    if kind not in OF_ONE_PRODUCER:
        return None
    owner: int | None = None
    for row in rows:
        product = products.get(row.row)
        if product is None:
            continue
        owner = product.producer_id if owner is None else owner
        if product.producer_id != owner:
            sentence = say("This is another producer's than the rows before it. Give each producer a note of its own.")
            problems.add(row, CellRefused(sentence, "note.several_producers", Role.PRODUCT))
    return owner


def _refuse_accepted(lookup: Lookup, row: Wanted, said: Mapping[Role, Any], problems: _Problems) -> None:
    """Let only the dinas's finance say for both sides that goods arrived at a store: others wait for the receiver."""
    if not said.get(Role.ACCEPTED):
        return
    if lookup.by.role not in PERMITTED[Act.CARRY_OVER_STOCK]:
        sentence = say(
            "Only the dinas's finance says for others that goods were accepted. Leave it blank: the receiver confirms."
        )
        problems.add(row, CellRefused(sentence, "accepted.not_yours", Role.ACCEPTED))
    elif said.get(Role.KIND) is ListedKind.RETURN:
        sentence = say("What goes back is confirmed by the producer itself. Leave it blank.")
        problems.add(row, CellRefused(sentence, "accepted.unfitting", Role.ACCEPTED))


def _make_lines(
    rows: Sequence[Wanted], products: Mapping[int, Product], kind: ListedKind | None, problems: _Problems
) -> list[NewLine]:
    """Return the lines of the note; what a count found in two places is added up."""
    lines: list[NewLine] = []
    first: dict[Key, int] = {}
    for row in rows:
        if row.row not in products or row.quantity is None:
            continue
        line = NewLine(products[row.row].id, row.quantity, row.batch, row.expires_on, row.reason)
        before = first.setdefault((line.product_id, line.batch, line.expires_on, line.reason), row.row)
        if before != row.row and kind not in COUNTED:
            sentence = say("Row {row} names the same goods. Put them together.", row=before)
            problems.add(row, CellRefused(sentence, "row.repeats", Role.PRODUCT))
        lines.append(line)
    return add_up(lines) if kind in COUNTED else lines


def _try(problems: _Problems, row: Wanted, act: Any) -> None:  # noqa: ANN401  # any call
    try:
        act()
    except CellRefused as refusal:
        problems.add(row, refusal)
