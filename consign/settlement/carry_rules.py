"""What a sheet of what stood before these books may say, and why it is refused. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consign.catalogue.import_rules import RowProblem, tell_problem
from consign.errors import BadInput, Conflict, NotFound
from consign.sentence import Sentence, say, say_all

LARGEST_RP = 999_999_999_999
LONGEST_NUMBER = 60
MOST_SHOWN_PROBLEMS = 10
"""Problems that the sentence of a refusal names; it counts the others."""
PROBLEMS = (
    "row.width", "cell.blank", "cell.error_value", "cell.unfitting", "word.unknown", "producer.unknown", "text.too_long",
    "date.invalid", "date.ambiguous", "amount.invalid", "amount.not_whole", "amount.out_of_bounds", "period.backwards",
    "period.in_these_books", "due.too_early", "row.repeats",
)  # fmt: skip
"""What can be wrong with a row."""


class CarryRole(StrEnum):
    """What a column of the sheet holds."""

    KIND = "kind"
    PRODUCER = "producer"
    NUMBER = "number"
    FROM = "from_on"
    UNTIL = "until_on"
    DUE = "due_on"
    AMOUNT = "amount"


class CarriedKind(StrEnum):
    """What a row of the sheet tells."""

    STATEMENT = "statement"
    """A statement of before that is not paid, or not in full."""
    RECEIVED = "received"
    """Money that the office received for a producer and has not paid out."""
    REST = "rest"
    """A rest below zero: the producer has had more than was due, such as by a payment too high, and has not given it back."""


class CarrySheetRefused(BadInput):
    """The sheet as a whole cannot be taken; nothing was kept."""

    code = "settlement.carry_sheet_refused"


class CarryRowsRefused(BadInput):
    """Rows of the sheet cannot be taken; nothing was kept. `problems` holds each with its row."""

    code = "settlement.carry_rows_refused"

    def __init__(self, problems: tuple[tuple[int, RowProblem], ...]) -> None:
        shown = [say("row {row}: {why}", row=row, why=tell_problem(one)) for row, one in problems[:MOST_SHOWN_PROBLEMS]]
        super().__init__(
            say(
                "{count} cells of the sheet cannot be taken, so nothing was kept: {problems}",
                count=len(problems),
                problems=say_all(shown, between=" · "),
            )
        )
        self.problems = problems


class CarryOverStands(Conflict):
    """What stood before was handed in for this partner already; nothing was kept."""

    code = "settlement.carry_over_stands"


class PartnerClosedBefore(Conflict):
    """A period of the partner is closed in these books already; nothing can be carried over any more."""

    code = "settlement.partner_closed_before"


class CarryOverUnknown(NotFound):
    """There is no such carry-over, or it is not for this person to see; nothing was changed."""

    code = "settlement.carry_over_unknown"


class CarryOverEnded(Conflict):
    """It was confirmed or withdrawn before; nothing was changed."""

    code = "settlement.carry_over_ended"


class CarryOverBySame(Conflict):
    """Whoever handed it in may not confirm it; nothing was posted."""

    code = "settlement.carry_over_by_same"


class CarryDayRefused(BadInput):
    """The first day in these books cannot be this one; nothing was kept."""

    code = "settlement.carry_day_refused"


class CarryCellRefused(BadInput):
    """A cell of the sheet cannot be taken. *why* is a stable code of the reason, *role* the column at fault."""

    code = "settlement.carry_cell_refused"

    def __init__(self, sentence: Sentence, why: str, role: CarryRole | None = None) -> None:
        super().__init__(sentence)
        self.why = why
        self.role = role


@dataclass(frozen=True)
class CarriedRow:
    """One row of the sheet, as it is kept; days and number are blank for money received, the day due for a rest, too."""

    row_no: int
    kind: CarriedKind
    producer_id: int
    amount_rp: int
    """Below zero for a rest, above it for all others."""
    earlier_number: str = ""
    from_on: date | None = None
    until_on: date | None = None
    due_on: date | None = None


def refuse_unfitting(row: CarriedRow, *, until_on: date) -> None:
    """Refuse the days of an earlier statement that cannot be, in books that begin after *until_on*.

    Raises:
        CarryCellRefused: accordingly.

    """
    if row.until_on is None or row.from_on is None:
        return
    if row.until_on > until_on:
        raise CarryCellRefused(
            say("These books begin after {day}, so this period belongs to them.", day=until_on),
            "period.in_these_books",
            CarryRole.UNTIL,
        )
    if row.from_on > row.until_on:
        raise CarryCellRefused(
            say("The period ends on {day}, before it begins.", day=row.until_on), "period.backwards", CarryRole.FROM
        )
    if row.due_on is not None and row.due_on < row.until_on:
        raise CarryCellRefused(
            say("The period ends on {day}, so it is not due before that.", day=row.until_on),
            "due.too_early",
            CarryRole.DUE,
        )


def refuse_carry_day(first_on: date, *, today: date) -> None:
    """Refuse a first day in these books that is still to come: what stands open on the day before is not known yet.

    Raises:
        CarryDayRefused: accordingly.

    """
    if first_on > today:
        raise CarryDayRefused(
            say("{day} is still to come, so nobody knows what will stand open then; nothing was kept.", day=first_on)
        )
