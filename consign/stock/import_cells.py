"""What each row of a list of movements says: every cell is read, and every cell at fault is named."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from consign.catalogue.import_numbers import failed_formula, read_day
from consign.catalogue.import_rules import CellRefused as DayRefused
from consign.catalogue.import_rules import RowProblem
from consign.catalogue.list_file import ListRow
from consign.errors import BadInput
from consign.identity.remarks import LONGEST_REMARK
from consign.identity.spelling import clean_text
from consign.sentence import load_sentence, say
from consign.stock.import_columns import CHOICES, CODE_OF, COUNTED, REASONS_OF, ListedKind, Role
from consign.stock.import_file import GoodsList
from consign.stock.import_rules import CellRefused
from consign.stock.rules import MOST_QUANTITY, Reason, tidy_batch
from consign.tabular.cells import cut, is_error_value, is_scientific, shown
from consign.tabular.dates import DateOrder, decide_date_order
from consign.tabular.decision import Decision
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, decide_number_style, parse_number

LONGEST_REFERENCE = 40
LONGEST_CODE = 80
FINEST = Decimal("0.001")


@dataclass(frozen=True)
class Habits:
    """How a file writes numbers and days."""

    style: NumberStyle
    """`PLAIN` also where it could not be decided."""
    days: Decision[DateOrder]


@dataclass(frozen=True)
class Wanted:
    """What a row says; what is blank holds as in the first row of its note. One with *problems* keeps its note back."""

    row: int
    cells: tuple[str, ...]
    problems: tuple[RowProblem, ...] = ()
    kind: ListedKind | None = None
    reference: str = ""
    day: date | None = None
    partner: str | None = None
    store: str | None = None
    to_store: str | None = None
    product: str | None = None
    quantity: Decimal | None = None
    batch: str = ""
    expires_on: date | None = None
    reason: Reason | None = None
    accepted: bool | None = None
    remark: str | None = None


Reader = Callable[[str, Habits], Any]


def read_wanted(found: GoodsList, *, needed: tuple[Role, ...]) -> Iterator[Wanted]:
    """Yield what each row says, in their order; a cell of *needed* columns is never blank."""
    numbers = found.cells_of(Role.QUANTITY)
    days = [cell for role in (Role.DAY, Role.EXPIRES) for cell in found.cells_of(role)]
    habits = Habits(decide_number_style(numbers).choice or NumberStyle.PLAIN, decide_date_order(days))
    for row in found.rows:
        if row.broken:
            why = say("The row has more or fewer cells than the header. Give it one cell for each column.")
            problem = RowProblem("", cut(" | ".join(row.shown())), "row.width", why)
            yield Wanted(row.row, row.shown(), (problem,))
        else:
            yield _read_row(found, row, habits, needed)


def blame(found: GoodsList, cells: tuple[str, ...], role: Role | None, refusal: BadInput) -> RowProblem:
    """Return a refusal as the problem of the cell for *role* in the row with *cells*; of the whole row without one."""
    code = refusal.why if isinstance(refusal, CellRefused | DayRefused) else refusal.code
    if role is None:
        return RowProblem("", "", code, load_sentence(refusal.sentence))
    place = found.places.get(role)
    cell = "" if place is None else cut(cells[place].strip())
    return RowProblem(found.header_of(role), cell, code, load_sentence(refusal.sentence))


def _read_row(found: GoodsList, row: ListRow, habits: Habits, needed: tuple[Role, ...]) -> Wanted:
    facts: dict[str, Any] = {}
    problems: list[RowProblem] = []
    for role, place in found.places.items():
        cell = row.cells[place]
        try:
            if cell.strip():
                if is_error_value(shown(cell)):
                    raise failed_formula()
                facts[role.value] = _READERS[role](cell, habits)
            elif role in needed:
                raise CellRefused(say("This cell is blank. Fill it in."), "cell.blank")
        except BadInput as refusal:
            problems.append(blame(found, row.shown(), role, refusal))
    return replace(Wanted(row.row, row.shown(), tuple(problems)), **facts)


def refuse_unfitting(wanted: Wanted, kind: ListedKind) -> None:
    """Refuse what does not go with the kind of a row's note.

    Raises:
        CellRefused: a reason that is missing or does not fit, or a quantity of zero where goods moved.

    """
    reasons = REASONS_OF.get(kind, ())
    if (wanted.reason is None) == bool(reasons) or (wanted.reason is not None and wanted.reason not in reasons):
        words = [CHOICES[Role.REASON][one][0] for one in reasons]
        sentence = say("Give one of these reasons: {words}.", words=words) if reasons else say("Leave the reason out.")
        raise CellRefused(sentence, "reason.unfitting", Role.REASON)
    if wanted.quantity == 0 and kind not in COUNTED:
        raise CellRefused(say("Only a count may find none. Write a number above zero."), "quantity.zero", Role.QUANTITY)


def _read_text(longest: int) -> Reader:
    def read(cell: str, _: Habits) -> str:
        text = clean_text(shown(cell))
        if len(text) > longest:
            raise CellRefused(
                say("This is longer than {longest} characters. Shorten it.", longest=longest), "text.too_long"
            )
        return text

    return read


def _read_product(cell: str, habits: Habits) -> str:
    if is_scientific(shown(cell)):
        raise CellRefused(
            say("A spreadsheet has shortened this code. Format the column as text, and type it once more."),
            "code.scientific",
        )
    return str(_read_text(LONGEST_CODE)(cell, habits))


def _read_choice(role: Role) -> Callable[[str], str]:
    def read(cell: str) -> str:
        code = CODE_OF[role].get(normalize(shown(cell)))
        if code is None:
            raise CellRefused(
                say(
                    "This is none of the words that are known here: {words}.",
                    words=[one[0] for one in CHOICES[role].values()],
                ),
                "word.unknown",
            )
        return code

    return read


def _read_quantity(cell: str, habits: Habits) -> Decimal:
    number = parse_number(cell, habits.style)
    if number == "number.other_style" or (isinstance(number, Decimal) and _is_odd(number)):
        raise CellRefused(
            say("It is not sure which sign parts thousands in this file. Write the number with digits only."),
            "number.ambiguous",
        )
    if isinstance(number, str):
        raise CellRefused(say("Write nothing but a number into the cell."), "number.invalid")
    if number != number.quantize(FINEST):
        raise CellRefused(say("A quantity has at most three decimals."), "quantity.too_fine")
    if not 0 <= number <= MOST_QUANTITY:
        raise CellRefused(
            say("A quantity is not below zero, and at most {most}.", most=MOST_QUANTITY), "quantity.out_of_bounds"
        )
    return number


def _is_odd(number: Decimal) -> bool:
    """Say whether a whole number has three decimals: `1.000` is hardly meant as one."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent < -2 and number == number.to_integral_value()


_kind, _reason, _accepted = (_read_choice(role) for role in (Role.KIND, Role.REASON, Role.ACCEPTED))
_READERS: Mapping[Role, Reader] = {
    Role.KIND: lambda cell, _: ListedKind(_kind(cell)),
    Role.REFERENCE: _read_text(LONGEST_REFERENCE),
    Role.DAY: lambda cell, habits: read_day(cell, habits.days),
    Role.PARTNER: _read_text(LONGEST_CODE),
    Role.STORE: _read_text(LONGEST_CODE),
    Role.TO_STORE: _read_text(LONGEST_CODE),
    Role.PRODUCT: _read_product,
    Role.QUANTITY: _read_quantity,
    Role.BATCH: lambda cell, _: tidy_batch(shown(cell)),
    Role.EXPIRES: lambda cell, habits: read_day(cell, habits.days),
    Role.REASON: lambda cell, _: Reason(_reason(cell)),
    Role.ACCEPTED: lambda cell, _: _accepted(cell) == "yes",
    Role.REMARK: _read_text(LONGEST_REMARK),
}
