"""The rows of lists and the options of selections as HTML, written in one go: a macro for each cell costs ten times that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

from consign.sentence import Sentence, say
from consign.web.columns import Column, Pick, take_apart
from consign.web.forms import Choice
from consign.web.language import Language, count, quantity, rate, rupiah
from consign.web.sums import Sum

BLANK = '<span class="blank">&ndash;</span>'
TOTAL = say("Together")
Write = Callable[[Any], str]


def write_rows(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], *, language: Language, zone: str
) -> Markup:
    """Return the rows of a list; the first cell of each names its row, and every cell carries its column's label."""
    prepared = [
        (
            column,
            _open(column, language, first=place == 0),
            _find_writer(column, language, zone),
            _find_writer(column.below, language, zone) if column.below else None,
        )
        for place, column in enumerate(columns)
    ]
    pieces: list[str] = []
    for row in rows:
        pieces.append("<tr>")
        for column, opening, write, write_below in prepared:
            value = row.get(column.key)
            target = column.address(row) if column.link else ""
            told = BLANK if value is None or value == "" else write(value)
            cell = _lead(column, target, value, told)
            if column.below is not None and write_below is not None:
                under = row.get(column.below.key)
                target = column.below.address(row) if column.below.link else ""
                small = "" if under is None or under == "" else _lead(column.below, target, under, write_below(under))
                small = small and f"<small>{small}</small>"
                cell = f'<span class="two">{cell}{small}</span>'
            pieces.append(f"{opening}{cell}")  # HTML closes cells and rows by itself
    return Markup("".join(pieces))  # noqa: S704  # every value in it was escaped above


def _lead(column: Column, target: str, value: Any, told: str) -> str:  # noqa: ANN401  # any cell
    """Return what a cell tells, as the link that it is; a number made of others carries which."""
    if not target:
        return told
    mark = f' data-sum="{escape(str(Sum(value, column.sums)))}"' if column.sums and told != BLANK else ""
    return f'<a href="{escape(target)}"{mark}>{told}</a>'


def write_totals(columns: Sequence[Column], totals: Mapping[str, Any], *, language: Language, zone: str) -> Markup:
    """Return the row with what columns of a list come to; each carries its column's label and which it is."""
    pieces = [f'<tr class="total"><th scope="row">{escape(language.say(TOTAL))}</th>']
    for column in columns[1:]:
        told = []
        for one in take_apart([column]):
            if one.key in totals:
                write = _find_writer(one, language, zone)
                mark = escape(str(Sum(totals[one.key], one.key)))
                label = escape(language.say(one.label))
                told.append(f'<span data-total="{mark}" data-of="{label}">{write(totals[one.key])}</span>')
        both = f'<span class="two">{told[0]}<small>{told[1]}</small></span>' if len(told) > 1 else "".join(told)
        pieces.append(f"{_open(column, language, first=False)}{both}" if told else "<td>")
    return Markup("".join(pieces))  # noqa: S704  # every value in it was escaped above


def add_up(columns: Iterable[Column], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the columns with a total come to, over rows that are all at hand."""
    return {one.key: sum(row.get(one.key) or 0 for row in rows) for one in take_apart(columns) if one.total and rows}


def _open(column: Column, language: Language, *, first: bool) -> str:
    """Return the beginning of a cell."""
    label = escape(" / ".join(language.say(one.label) for one in take_apart([column])))
    look = ' class="right"' if column.right else ' class="long"' if column.kind == "long" else ""
    return f'<th scope="row" data-label="{label}"{look}>' if first else f'<td data-label="{label}"{look}>'


def _find_writer(column: Column, language: Language, zone: str) -> Write:
    """Return the function that writes a value of *column*, which is neither missing nor blank."""

    def write_word(code: object) -> str:
        return escape(language.word(str(code), column.words or ""))

    writers: dict[str, Write] = {
        "money": write_money,
        "count": count,
        "row": lambda place: count(place) if isinstance(place, int) else write_text(place, language),
        "quantity": quantity,
        "rate": rate,
        "day": lambda day: write_day(day, language),
        "moment": lambda at: write_moment(at, language, zone),
        "word": write_word,
        "badge": lambda code: f'<span class="state state-{escape(str(code))}">{write_word(code)}</span>',
        "pick": lambda pick: write_pick(pick, language),
        "flag": lambda yes: language.word("yes" if yes else "no", "yes_no"),
    }
    return writers.get(column.kind, lambda text: write_text(text, language))


def write_text(text: object, language: Language) -> str:
    """Return a text as HTML; people's own words stay as they are."""
    return escape(language.say(text) if isinstance(text, Sentence) else str(text))


def write_pick(pick: Pick, language: Language) -> str:
    """Return the box with which a row is chosen as HTML."""
    ticked = " checked" if pick.is_ticked else ""
    said = escape(language.say(pick.label))
    value = escape(pick.value)
    return f'<input class="form-check-input" type="checkbox" name="pick" form="chosen" value="{value}" aria-label="{said}"{ticked}>'


def write_money(amount: int) -> str:
    """Return an amount in rupiah as HTML."""
    look = "money negative" if amount < 0 else "money"
    return f'<span class="{look}">{rupiah(amount)}</span>'


def write_day(day: date, language: Language) -> str:
    """Return a day as HTML."""
    return f'<time class="day" datetime="{day.isoformat()}">{language.day(day)}</time>'


def write_moment(at: datetime, language: Language, zone: str) -> str:
    """Return an instant as HTML, by the clock of *zone*."""
    return f'<time datetime="{at.isoformat()}">{language.moment(at, zone)}</time>'


def write_options(choices: Iterable[Choice], chosen: str | None, *, language: Language) -> Markup:
    """Return the options of a selection, the one with the value *chosen* picked."""
    return _write_options(tuple(choices), chosen, language)


@lru_cache(maxsize=256)
def _write_options(choices: tuple[Choice, ...], chosen: str | None, language: Language) -> Markup:
    pieces = [
        f'<option value="{escape(one.value)}"{" selected" if one.value == chosen else ""}>{write_text(one.label, language)}'
        "</option>"
        for one in choices
    ]
    return Markup("".join(pieces))  # noqa: S704  # every value in it was escaped above
