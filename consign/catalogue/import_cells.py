"""What each row of a list of products says of its product: every cell is read, and every cell at fault is named."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from consign.catalogue.import_columns import CHOICES, CODE_OF, Role
from consign.catalogue.import_file import ProductList
from consign.catalogue.import_numbers import (
    Habits,
    as_whole,
    decide_habits,
    failed_formula,
    read_day,
    read_number,
    read_price,
    read_shelf_life,
    read_whole,
    split_unit,
)
from consign.catalogue.import_rules import CellRefused, RowProblem
from consign.catalogue.list_file import ListRow
from consign.catalogue.numbers import GTIN_LENGTHS, LONGEST_GTIN, GtinInvalid, parse_gtin
from consign.catalogue.rules import LONGEST_INGREDIENTS, MOST_PIECES, Details, refuse_impossible_details
from consign.errors import BadInput, ConsignError
from consign.identity.spelling import LONGEST_NAME, clean_text
from consign.sentence import load_sentence, say
from consign.tabular.cells import cut, is_error_value, is_scientific, shown
from consign.tabular.headers import normalize

SMALLER: Mapping[str, tuple[str, int]] = {"kg": ("g", 1_000), "l": ("ml", 1_000)}
"""The unit in which half a kilogram is a whole number, and how many of it make one."""
Reader = Callable[[str, Habits], Any]


@dataclass(frozen=True)
class Wanted:
    """What a row says of its product; what is blank stays as it is. One with *problems* is not taken."""

    row: int
    cells: tuple[str, ...]
    problems: tuple[RowProblem, ...] = ()
    code: str | None = None
    producer: str | None = None
    name: str | None = None
    brand: str | None = None
    net_content: int | None = None
    net_unit: str | None = None
    pieces: int | None = None
    packaging: str | None = None
    goods_class: str | None = None
    food_group: str | None = None
    shelf_life_days: int | None = None
    ingredients: str | None = None
    price_rp: int | None = None
    price_from: date | None = None
    gtin: str | None = None
    sold_from: date | None = None
    sold_until: date | None = None


def read_wanted(found: ProductList) -> Iterator[Wanted]:
    """Yield what each row says, in their order."""
    habits = decide_habits(found)
    for row in found.rows:
        if row.broken:
            why = say("The row has more or fewer cells than the header. Give it one cell for each column.")
            problem = RowProblem("", cut(" | ".join(row.shown())), "row.width", why)
            yield Wanted(row.row, row.shown(), (problem,))
        else:
            yield _read_row(found, row, habits)


def _read_row(found: ProductList, row: ListRow, habits: Habits) -> Wanted:
    facts: dict[str, Any] = {}
    problems: list[RowProblem] = []
    for role, place in found.places.items():
        cell = row.cells[place]
        if not cell.strip():
            continue
        try:
            fact = _read_cell(role, cell, habits)
        except BadInput as refusal:
            problems.append(blame(found, row.shown(), role, refusal))
            continue
        if fact != "":  # nothing but signs that cannot be seen
            facts[role.value] = fact
    for role, check in (
        (Role.CONTENT, _join_unit),
        (Role.SOLD_UNTIL, _check_days),
        (Role.PRICE_FROM, _check_price_from),
    ):
        try:
            check(facts)
        except BadInput as refusal:
            problems.append(blame(found, row.shown(), role, refusal))
            facts.pop(role.value, None)
    return replace(Wanted(row.row, row.shown(), tuple(problems)), **facts)


def blame(found: ProductList, cells: tuple[str, ...], role: Role | None, refusal: ConsignError) -> RowProblem:
    """Return a refusal as the problem of the cell for *role* in the row with *cells*; of the whole row without one."""
    code = refusal.why if isinstance(refusal, CellRefused) else refusal.code
    if role is None:
        return RowProblem("", "", code, load_sentence(refusal.sentence))
    place = found.places.get(role)
    cell = "" if place is None else cut(cells[place].strip())
    return RowProblem(found.header_of(role), cell, code, load_sentence(refusal.sentence))


def _read_cell(role: Role, cell: str, habits: Habits) -> Any:  # noqa: ANN401  # each column has its own type
    if is_error_value(shown(cell)):
        raise failed_formula()
    return _READERS[role](cell, habits)


def _read_text(cell: str, longest: int) -> str:
    text = clean_text(shown(cell))
    if len(text) > longest:
        raise CellRefused(
            say("This is longer than {longest} characters. Shorten it.", longest=longest), "text.too_long"
        )
    return text


def _read_name(cell: str, _: Habits) -> str:
    return _read_text(cell, LONGEST_NAME)


def _read_ingredients(cell: str, _: Habits) -> str:
    return _read_text(cell, LONGEST_INGREDIENTS)


def _read_code(cell: str, _: Habits) -> str:
    text = clean_text(shown(cell))
    if is_scientific(text):
        raise CellRefused(
            say("A spreadsheet has shortened this code. Format the column as text, and type it once more."),
            "code.scientific",
        )
    return text


def _read_choice(role: Role) -> Reader:
    def read(cell: str, _: Habits) -> str:
        word = normalize(shown(cell))
        if role is Role.GROUP and word.isascii() and word.isdigit():
            word = word.rjust(2, "0")  # a spreadsheet makes 6 of 06
        code = CODE_OF[role].get(word)
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


def _read_content(cell: str, habits: Habits) -> tuple[Decimal, str | None]:
    number, unit = split_unit(cell)
    code = CODE_OF[Role.UNIT].get(normalize(unit)) if unit else None
    if unit and code is None:
        raise CellRefused(say("Write the content as a number and a unit, such as 200 g."), "number.invalid")
    return read_number(number, habits.style), code


def _join_unit(facts: dict[str, Any]) -> None:
    """Make one content of number and unit, which may stand in the same cell; half a kilogram is 500 g."""
    if "net_content" not in facts:
        return
    number, with_number = facts["net_content"]
    unit = facts.get("net_unit", with_number)
    if with_number is not None and with_number != unit:
        raise CellRefused(
            say("The content says {one}, the unit {other}. Leave one of them out.", one=with_number, other=unit),
            "unit.differs",
        )
    if number != number.to_integral_value() and unit in SMALLER:
        unit, times = SMALLER[unit]
        number *= times
    facts["net_content"] = as_whole(number, say("Write a whole number in a smaller unit, such as 500 g for 0.5 kg."))
    if unit is not None:
        facts["net_unit"] = unit


def _check_days(facts: dict[str, Any]) -> None:
    refuse_impossible_details(Details(sold_from=facts.get("sold_from"), sold_until=facts.get("sold_until")))


def _check_price_from(facts: dict[str, Any]) -> None:
    if "price_from" in facts and "price_rp" not in facts:
        raise CellRefused(
            say("A day alone sets no price. Write the price too, or leave the day blank."), "price.missing"
        )


def _read_pieces(cell: str, habits: Habits) -> int:
    pieces = read_whole(split_unit(cell)[0], habits.style)
    if pieces > MOST_PIECES:
        refuse_impossible_details(Details(pieces=pieces))
    return pieces


def _read_shelf_life(cell: str, habits: Habits) -> int:
    days = read_shelf_life(cell, habits.style)
    refuse_impossible_details(Details(shelf_life_days=days))
    return days


def _read_gtin(cell: str, _: Habits) -> str:
    text = clean_text(shown(cell))
    if is_scientific(text):
        raise CellRefused(
            say(
                "A spreadsheet has shortened this number. Format the column as text, and type all its digits once more."
            ),
            "code.scientific",
        )
    digits = text.replace(" ", "").replace("-", "")
    lost = digits.isascii() and digits.isdigit() and len(digits) < LONGEST_GTIN and len(digits) not in GTIN_LENGTHS
    if lost and any(_fits(digits.rjust(length, "0")) for length in GTIN_LENGTHS if length > len(digits)):
        raise CellRefused(
            say(
                "'{text}' has {count} digits: perhaps a spreadsheet took zeros off its beginning. Format the column as"
                " text, and type all digits once more.",
                text=text,
                count=len(digits),
            ),
            "code.lost_zeros",
        )
    return text


def _fits(number: str) -> bool:
    try:
        parse_gtin(number)
    except GtinInvalid:
        return False
    return True


_READERS: Mapping[Role, Reader] = {
    Role.CODE: _read_code,
    Role.PRODUCER: _read_code,
    Role.NAME: _read_name,
    Role.BRAND: _read_name,
    Role.CONTENT: _read_content,
    Role.PIECES: _read_pieces,
    Role.SHELF_LIFE: _read_shelf_life,
    Role.INGREDIENTS: _read_ingredients,
    Role.PRICE: lambda cell, _: read_price(cell),
    Role.PRICE_FROM: lambda cell, habits: read_day(cell, habits.days),
    Role.GTIN: _read_gtin,
    Role.SOLD_FROM: lambda cell, habits: read_day(cell, habits.days),
    Role.SOLD_UNTIL: lambda cell, habits: read_day(cell, habits.days),
    **{role: _read_choice(role) for role in CHOICES},
}
