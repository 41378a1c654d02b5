"""A bank's table as statements: where its headings stand, what its columns hold, and its rows as lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from consign.banking.alignment import align_headings, find_day_rows
from consign.banking.columns import (
    ROLE_OF,
    BankAnswers,
    BankMapping,
    BankRole,
    describe_heading,
    find_place,
    suggest_mapping,
)
from consign.banking.layouts import OTHER, find_known
from consign.banking.notes import Notes, read_note
from consign.banking.opening import SheetRows
from consign.banking.rules import Draft, LineProblem
from consign.banking.table_cells import part_mark, read_mark
from consign.banking.table_rows import RowReader, RowsRead
from consign.errors import BadInput, Question
from consign.sentence import Code, say
from consign.tabular.dates import DateOrder, decide_date_order
from consign.tabular.decision import Decision
from consign.tabular.headers import SEARCHED_ROWS, find_header
from consign.tabular.numbers import NumberStyle, decide_number_style
from consign.tabular.refusals import FileWithoutHeader

KNOWN_WORDS = frozenset(ROLE_OF)
Row = tuple[int, tuple[str, ...]]
AMOUNT_ROLES = (BankRole.DEBIT, BankRole.CREDIT, BankRole.AMOUNT, BankRole.BALANCE, BankRole.BALANCE_BEFORE)


@dataclass(frozen=True)
class TableFound:
    """A table in a file: its headings, each over its own cells, what stands above them, and the rows below."""

    headings: tuple[str, ...]
    header_row: int
    above: Notes
    rows: tuple[Row, ...]
    is_text: bool
    """Whether each row is a line of text, so that one wider than the headings was parted in the wrong places."""


@dataclass(frozen=True)
class TableStudy:
    """A table and how it is read; `questions` are what a person must say first."""

    table: TableFound
    layout: str
    mapping: BankMapping
    orders: tuple[DateOrder, ...]
    styles: tuple[NumberStyle, ...]
    """Ways to read its numbers that its cells allow: where there are two, the balances decide."""
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class TableRead:
    """What one way of reading made of the rows."""

    draft: Draft
    problems: tuple[LineProblem, ...] = ()
    accounts: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    notes: Notes = field(default_factory=Notes)


def find_table(sheet: SheetRows, *, is_text: bool) -> TableFound:
    """Return the table in a sheet.

    Raises:
        FileWithoutHeader: no row names columns.

    """
    head = [cells for _, cells in sheet.rows[: SEARCHED_ROWS + 1]]
    place = find_header(head, words=KNOWN_WORDS)
    if place is None:
        raise FileWithoutHeader(
            say(
                "The file looks like running text, or like a table without headings: no row names the columns of a bank statement;"
                " nothing of it was used."
            )
        )
    headings, below = tuple(head[place]), sheet.rows[place + 1 :]
    notes = Notes()
    for cells in head[:place]:
        notes = read_note(cells, notes, order=DateOrder.DAY_FIRST) or notes
    if not is_text:
        headings = align_headings(headings, below)
    headings = _name_marks(headings, below)
    return TableFound(headings, sheet.rows[place][0], notes, below, is_text)


def _name_marks(headings: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, ...]:
    """Return *headings* with the one column without a name that holds nothing but marks of in and out named so."""
    mapping = suggest_mapping(headings).mapping
    if BankRole.AMOUNT not in mapping.places or BankRole.MARK in mapping.places:
        return headings
    width = max((len(cells) for _, cells in rows), default=0)
    named = [*headings, *[""] * (width - len(headings))]
    for place, heading in enumerate(named):
        if heading.strip():
            continue
        filled = [cells[place] for _, cells in find_day_rows(rows) if place < len(cells) and cells[place].strip()]
        if filled and all(read_mark(cell) is not None for cell in filled):
            named[place] = "DB/CR"
            return tuple(named[: max(len(headings), place + 1)])
    return headings


def study_table(table: TableFound, *, answers: BankAnswers, kept: BankMapping | None) -> TableStudy:
    """Say how *table* is read: by what a person says now, else by what was *kept*, else by the headings' words.

    Raises:
        BadInput: a person named a column that is not there.

    """
    suggested = suggest_mapping(table.headings)
    known = find_known(table.headings)
    mapping = kept or suggested.mapping
    doubtful = {} if kept else suggested.doubtful
    if answers.columns:
        mapping = _apply_answers(mapping, table.headings, answers.columns)
        doubtful = {role: places for role, places in doubtful.items() if role not in answers.columns}
    cells = _gather_cells(table, mapping)
    order = _decide_order(
        cells, known_order=known.order if known else None, said=answers.date_order or mapping.date_order
    )
    style = _decide_style(cells, said=answers.number_style or mapping.number_style)
    questions = [*_ask_columns(table.headings, mapping, doubtful)]
    if order.choice is None and BankRole.DATE in mapping.places:
        choices = tuple(one.value for one in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST))
        questions.append(
            Question(
                "date_order", say("How days are written must be said: {evidence}.", evidence=order.evidence), choices
            )
        )
    possible = tuple(one for one in (NumberStyle.INDONESIAN, NumberStyle.ENGLISH) if one not in style.against)
    return TableStudy(
        table=table,
        layout=known.name if known and not kept and not answers.columns else OTHER,
        mapping=replace(mapping, date_order=order.choice, number_style=style.choice),
        orders=(order.choice,) if order.choice else (),
        styles=(style.choice,) if style.choice else possible,
        questions=tuple(questions),
    )


def _apply_answers(mapping: BankMapping, headings: Sequence[str], said: Mapping[BankRole, str]) -> BankMapping:
    """Return *mapping* with the columns that a person named; a blank name says that the file has no such column.

    Raises:
        BadInput: one is not there.

    """
    places = dict(mapping.places)
    for role, named in said.items():
        places.pop(role, None)
        if not named.strip():
            continue
        place = find_place(headings, named)
        if place is None:
            raise BadInput(
                say(
                    "The file has no single column “{column}” for {role}; nothing was posted. Name one of: {headings}.",
                    column=named,
                    role=Code("bank_role", role),
                    headings=[describe_heading(headings, place) for place in range(len(headings))],
                )
            )
        places = {other: where for other, where in places.items() if where != place}
        places[role] = place
    more = tuple(place for place in mapping.more_words if place not in places.values())
    return replace(mapping, places=places, more_words=more)


def _gather_cells(table: TableFound, mapping: BankMapping) -> dict[BankRole, set[str]]:
    """Return the distinct cells of the columns that decide how days and numbers are written."""
    wanted = [(role, mapping.places[role]) for role in (BankRole.DATE, *AMOUNT_ROLES) if role in mapping.places]
    cells: dict[BankRole, set[str]] = {role: set() for role, _ in wanted}
    for _, row in table.rows:
        for role, place in wanted:
            if place < len(row):
                cells[role].add(row[place])
    return cells


def _decide_order(
    cells: Mapping[BankRole, set[str]], *, known_order: DateOrder | None, said: DateOrder | None
) -> Decision[DateOrder]:
    if said or known_order:
        return Decision(said or known_order, say("no day is ambiguous"))
    return decide_date_order(cell.strip().lstrip("'") for cell in cells.get(BankRole.DATE, ()))


def _decide_style(cells: Mapping[BankRole, set[str]], *, said: NumberStyle | None) -> Decision[NumberStyle]:
    values = {part_mark(cell)[0] for role in AMOUNT_ROLES for cell in cells.get(role, ())}
    decision = decide_number_style(values)
    if decision.choice is None and said is not None and said not in decision.against:
        return Decision(said, decision.evidence, decision.against)
    return decision


def _ask_columns(
    headings: Sequence[str], mapping: BankMapping, doubtful: Mapping[BankRole, tuple[int, ...]]
) -> Iterator[Question]:
    """Yield what a person must say of the columns: which holds what is needed and is not certain."""
    every = tuple(describe_heading(headings, place) for place in range(len(headings)))
    for role, found in doubtful.items():
        choices = tuple(describe_heading(headings, place) for place in found)
        why = say("Several columns may hold {role}: {columns}.", role=Code("bank_role", role), columns=choices)
        yield Question(f"column.{role}", why, choices)
    for role in _find_missing(mapping, doubtful):
        yield Question(f"column.{role}", say("No column is known to hold {role}.", role=Code("bank_role", role)), every)


def _find_missing(mapping: BankMapping, doubtful: Mapping[BankRole, tuple[int, ...]]) -> Iterator[BankRole]:
    """Yield the roles that a statement needs and that no column has."""
    known = {*mapping.places, *doubtful}
    yield from (role for role in (BankRole.DATE, BankRole.DESCRIPTION) if role not in known)
    sides = {BankRole.DEBIT, BankRole.CREDIT} & known
    if BankRole.AMOUNT not in known and len(sides) < 2:
        yield from ({BankRole.DEBIT, BankRole.CREDIT} - sides if sides else {BankRole.AMOUNT})


def read_table(study: TableStudy, *, style: NumberStyle, today: date) -> TableRead:
    """Read the rows below the headings with numbers in *style*."""
    order = study.orders[0]
    read: RowsRead = RowReader(
        headings=study.table.headings,
        mapping=study.mapping,
        style=style,
        order=order,
        above=study.table.above,
        today=today,
        is_text=study.table.is_text,
    ).read(study.table.rows)
    draft = Draft(
        layout=study.layout,
        lines=tuple(read.lines),
        account=read.notes.account,
        currency=read.notes.currency,
        from_on=read.notes.from_on,
        until_on=read.notes.until_on,
        opening_rp=read.opening_rp,
        closing_rp=read.closing_rp,
        pending=read.pending,
        sums=read.sums,
    )
    return TableRead(draft, tuple(read.problems), frozenset(read.accounts), frozenset(read.currencies), read.notes)
