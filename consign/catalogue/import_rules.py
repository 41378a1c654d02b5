"""What became of the rows of a list of products, and why a list is refused."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from consign.catalogue.import_columns import Role
from consign.errors import BadInput, Conflict, NotFound
from consign.money import Rupiah
from consign.sentence import Code, Sentence, say, say_all
from consign.tabular.cells import cut

Value = str | int | date | None


class Outcome(StrEnum):
    """What became of a row, or would."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PROBLEM = "problem"


class ImportTooLarge(BadInput):
    """The file has more bytes than a list of products needs; nothing was read or changed."""

    code = "catalogue.import_too_large"


class ImportTooLong(BadInput):
    """The list has more rows than are taken at once; nothing was changed."""

    code = "catalogue.import_too_long"


class ImportEmpty(BadInput):
    """The list has no row with a product; nothing was changed."""

    code = "catalogue.import_empty"


class ImportColumnMissing(BadInput):
    """No column says which products the list speaks of, or whose they are; nothing was changed."""

    code = "catalogue.import_column_missing"


class ImportColumnTwice(BadInput):
    """Two columns hold the same fact; nothing was changed."""

    code = "catalogue.import_column_twice"


class ImportUnknown(NotFound):
    """There is no such list, or it is not for this person to see; nothing was changed."""

    code = "catalogue.import_unknown"


class ImportTaken(Conflict):
    """The list was taken over before; nothing was changed again."""

    code = "catalogue.import_taken"


class ImportIdle(Conflict):
    """No row of the list adds or changes a product; nothing was changed."""

    code = "catalogue.import_idle"


class ExportTooLong(BadInput):
    """There are more products than one list may hold; nothing was written."""

    code = "catalogue.export_too_long"


class CellRefused(BadInput):
    """A cell cannot be taken, so nothing of its row is.

    *why* is a stable code of the reason; *roles* the columns at fault where more than one cell was looked at.
    """

    code = "catalogue.import_cell_refused"

    def __init__(self, sentence: Sentence, why: str, *roles: Role) -> None:
        super().__init__(sentence)
        self.why = why
        self.roles = roles


@dataclass(frozen=True)
class RowProblem:
    """Why a row was not taken: the *column* by its header and the *cell* at fault, a stable code, and what to do."""

    column: str
    cell: str
    code: str
    why: Sentence


@dataclass(frozen=True)
class Change:
    """One fact of a product that a row changes; a blank *before* was not known."""

    fact: Role
    before: Value
    after: Value


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row, or would: of an added product only its first facts are of interest, so it names no changes."""

    row: int
    """As a spreadsheet counts."""
    outcome: Outcome
    name: str
    product_code: str | None
    """The product it means; blank where that could not be said."""
    changes: tuple[Change, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    cells: tuple[str, ...] = field(default=(), repr=False)
    """The row as it stands in the file."""


def tell_row(outcome: RowOutcome) -> Sentence | None:
    """Return what a row changes, or all that is wrong with it, as one sentence; blank where there is nothing to tell."""
    if outcome.problems:
        return say_all([tell_problem(one) for one in outcome.problems])
    return say_all([tell_change(one) for one in outcome.changes], between="; ") if outcome.changes else None


def tell_problem(problem: RowProblem) -> Sentence:
    """Return column, cell and reason of a problem."""
    if not problem.column:
        return problem.why
    if not problem.cell:
        return say("{column}: {why}", column=problem.column, why=problem.why)
    return say("{column} “{cell}”: {why}", column=problem.column, cell=problem.cell, why=problem.why)


def tell_change(change: Change) -> Sentence:
    """Return a change as its fact, and what it was and will be."""
    return say(
        "{fact}: {before} → {after}",
        fact=Code("import_fact", change.fact),
        before=_tell_value(change.fact, change.before),
        after=_tell_value(change.fact, change.after),
    )


def _tell_value(fact: Role, value: Value) -> object:
    if value is None:
        return say("blank")
    if fact is Role.PRICE and isinstance(value, int):
        return Rupiah(value)
    if fact in {Role.PACKAGING, Role.CLASS, Role.UNIT}:
        return Code(fact.value, str(value))
    return cut(value) if isinstance(value, str) else value
