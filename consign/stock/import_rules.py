"""What became of the rows of a list of movements, and why a list is refused."""

from dataclasses import dataclass, field
from enum import StrEnum

from consign.catalogue.import_rules import RowProblem, tell_problem
from consign.errors import BadInput
from consign.sentence import Sentence, say, say_all
from consign.stock.import_columns import ListedKind, Role

PROBLEMS = (
    "row.width", "cell.blank", "cell.error_value", "text.too_long", "word.unknown", "code.scientific", "number.invalid",
    "number.ambiguous", "quantity.too_fine", "quantity.out_of_bounds", "quantity.zero", "date.invalid", "date.ambiguous",
    "partner.unknown", "store.unknown", "product.unknown", "reason.unfitting", "to_store.unfitting", "note.differs",
    "note.several_producers", "note.told_otherwise", "row.repeats", "accepted.not_yours", "accepted.unfitting",
)  # fmt: skip
"""What can be wrong with a row by itself; a note may besides be refused by the act that writes it, with that one's code."""


class Outcome(StrEnum):
    """What became of a note or of its rows, or would."""

    ADDED = "added"
    KNOWN = "known"
    """The same was imported before; nothing was done again."""
    PROBLEM = "problem"
    KEPT_BACK = "kept_back"
    """Of a row: nothing is wrong with it, but with another one of its note."""


class ImportTooLarge(BadInput):
    """The file has more bytes than a list of movements needs; nothing was read or recorded."""

    code = "stock.import_too_large"


class ImportTooLong(BadInput):
    """The list has more rows than are taken at once; nothing was recorded."""

    code = "stock.import_too_long"


class ImportEmpty(BadInput):
    """The list has no row with goods; nothing was recorded."""

    code = "stock.import_empty"


class ImportColumnMissing(BadInput):
    """A column is missing without which no row can be understood; nothing was recorded."""

    code = "stock.import_column_missing"


class ImportColumnTwice(BadInput):
    """Two columns hold the same fact; nothing was recorded."""

    code = "stock.import_column_twice"


class CellRefused(BadInput):
    """A cell cannot be taken, so nothing of its note is. *why* is a stable code of the reason, *role* the column at fault."""

    code = "stock.import_cell_refused"

    def __init__(self, sentence: Sentence, why: str, role: Role | None = None) -> None:
        super().__init__(sentence)
        self.why = why
        self.role = role


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row, or would."""

    row: int
    """As a spreadsheet counts."""
    reference: str
    """Blank where the row names no note."""
    outcome: Outcome
    problems: tuple[RowProblem, ...] = ()
    cells: tuple[str, ...] = field(default=(), repr=False)
    """The row as it stands in the file."""


@dataclass(frozen=True)
class NoteOutcome:
    """What became of the rows of one reference, or would: a note as a whole, or nothing."""

    reference: str
    kind: ListedKind | None
    """Blank where no row says it."""
    outcome: Outcome
    number: str | None
    """Of the note that was written, now or before; a rehearsal's number is given to another note later."""
    rows: tuple[RowOutcome, ...]


class CountFileRefused(BadInput):
    """Rows of a file with a count cannot be taken; nothing was counted. `problems` holds each with its row."""

    code = "stock.count_file_refused"

    def __init__(self, problems: tuple[tuple[int, RowProblem], ...]) -> None:
        first = [say("row {row}: {why}", row=row, why=tell_problem(one)) for row, one in problems[:_SHOWN]]
        super().__init__(
            say(
                "{count} cells of the file cannot be taken, so nothing was counted: {problems}",
                count=len(problems),
                problems=say_all(first, between=" · "),
            )
        )
        self.problems = problems


_SHOWN = 10
"""Problems that the sentence of a refusal names; it counts the others."""


def tell_row(outcome: RowOutcome) -> Sentence | None:
    """Return all that is wrong with a row as one sentence; blank where nothing is."""
    return say_all([tell_problem(one) for one in outcome.problems]) if outcome.problems else None
