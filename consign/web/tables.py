"""Lists on pages: columns, filters, sorting, paging, and the same rows as a file to download."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from consign.listing import LONGEST_SEARCH, Found, Wish
from consign.money import format_rate
from consign.sentence import Sentence, say
from consign.web.columns import Column, take_apart
from consign.web.forms import Choice
from consign.web.sums import Sum
from consign.web.visit import Visit
from reports.table import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


@dataclass(frozen=True)
class Filter:
    """One thing a list may be narrowed by; *kind* is `select`, `day` or `text`."""

    name: str
    label: Sentence
    choices: Sequence[Choice] = ()
    kind: str = "select"


@dataclass(frozen=True)
class Table:
    """A list as it was asked for: its columns, what was found, and how to ask differently."""

    caption: Sentence
    columns: Sequence[Column]
    found: Found
    wish: Wish
    path: str
    empty: Sentence
    filters: Sequence[Filter] = ()
    search: Sentence | None = None
    """What can be searched for; blank where nothing can."""
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def total_rows(self) -> Sum:
        """Return how many rows the list has on all pages."""
        return Sum(self.found.total)

    def address(self, **changed: object) -> str:
        """Return the address of the same list with some things asked differently; a blank value takes one out."""
        asked = {**self.asked, **{name: "" if value is None else str(value) for name, value in changed.items()}}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def sort_address(self, column: Column) -> str:
        """Return the address of the list sorted by *column*, or the other way round if it is sorted so already."""
        return self.address(sort=f"-{column.key}" if self.wish.sort == column.key else column.key, page=None)

    def sorted_by(self, column: Column) -> str | None:
        """Return `ascending` or `descending` where the list is sorted by *column*."""
        if self.wish.sort.lstrip("-") != column.key:
            return None
        return "descending" if self.wish.sort.startswith("-") else "ascending"

    def sorted_within(self, column: Column) -> str | None:
        """Return how the list is sorted by *column* or by what stands below it."""
        found = (self.sorted_by(one) for one in take_apart([column]))
        return next((one for one in found if one is not None), None)

    @property
    def narrowed(self) -> bool:
        """Say whether the list is narrowed by a search or a filter."""
        return bool(self.wish.search or any(self.wish.filters.values()))


def read_wish(visit: Visit, filters: Sequence[Filter] = (), *, default_sort: str = "", steady: bool = False) -> Wish:
    """Return what the address asks of a list. What it asks for in vain is not asked.

    The rows of a *steady* list are counted again only after somebody did something.
    """
    page = visit.asked.get("page", "1")
    search = visit.asked.get("q", "").strip()
    chosen = {one.name: _read_filter(one, visit.asked.get(one.name, "")) for one in filters}
    key = ("count", visit.request.url.path, search, *chosen.items())
    wish = Wish(
        search=search,
        sort=visit.asked.get("sort", "") or default_sort,
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
        filters=chosen,
    )
    return replace(wish, count=lambda compute: visit.remember(key, compute)) if steady else wish


def name_totals(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the names of the columns that are to be added up."""
    return tuple(one.key for one in take_apart(columns) if one.total)


def _read_filter(one: Filter, text: str) -> str:
    if one.kind == "day":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return ""
    if one.kind == "text":
        return text.strip()[:LONGEST_SEARCH]
    return text if text in {choice.value for choice in one.choices} else ""


def show_table(
    visit: Visit,
    *,
    caption: Sentence,
    columns: Sequence[Column],
    fetch: Callable[[Wish], Found],
    empty: Sentence,
    default_sort: str,
    filters: Sequence[Filter] = (),
    search: Sentence | None = None,
    steady: bool = False,
    kept: bool = False,
) -> Table:
    """Return the list the address asks for; *default_sort* is the order nobody asked for, as `Wish.sort` writes it."""
    wish = read_wish(visit, filters, default_sort=default_sort, steady=steady)
    wish = replace(wish, totals=name_totals(columns))
    names = {"q", "sort", *(one.name for one in filters)}
    asked = {name: value for name, value in visit.asked.items() if name in names}
    path = visit.request.url.path
    key = ("page", path, wish.search, wish.sort, wish.page, *wish.filters.items())
    found = visit.remember(key, lambda: fetch(wish)) if kept else fetch(wish)
    return Table(caption, columns, found, wish, path, empty, filters, search, asked)


def find_download(
    visit: Visit, *, name: str, columns: Sequence[Column], fetch: Callable[[Wish], Found],
    filters: Sequence[Filter] = (), default_sort: str = "",
) -> Response | None:  # fmt: skip
    """Return the list as a file where the address asks for one (`format=csv` or `xlsx`), all pages of it."""
    kind = visit.asked.get("format")
    if kind not in FORMATS:
        return None
    found = fetch(read_wish(visit, filters, default_sort=default_sort).for_export())
    apart = list(take_apart(columns))
    heads = [visit.say(column.label) for column in apart]
    rows = [[_plain(visit, column, row.get(column.key)) for column in apart] for row in found.rows]
    content = write_xlsx(heads, rows, sheet=name) if kind == "xlsx" else write_csv(heads, rows).encode("utf-8-sig")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=FORMATS[kind], headers=headers)


def _plain(visit: Visit, column: Column, value: Any) -> str | int | Decimal | date | None:  # noqa: ANN401  # any cell
    """Return a cell's value for a file: numbers and days stay what they are, codes become words."""
    if isinstance(value, bool):
        return visit.say(say("yes") if value else say("no"))
    if isinstance(value, datetime):
        return visit.language.moment(value, visit.zone)
    if column.words and value is not None:
        return visit.language.word(str(value), column.words)
    if column.kind == "rate" and isinstance(value, int):
        return format_rate(value)
    if value is None or isinstance(value, int | Decimal | date):
        return value
    return visit.say(value) if isinstance(value, Sentence) else str(value)


def list_page(
    visit: Visit,
    template: str,
    *,
    name: str,
    caption: Sentence,
    columns: Sequence[Column],
    fetch: Callable[[Wish], Found],
    empty: Sentence,
    default_sort: str,
    filters: Sequence[Filter] = (),
    search: Sentence | None = None,
    steady: bool = False,
    kept: bool = False,
    file_columns: Sequence[Column] = (),
    **facts: Any,  # whatever the template shows
) -> Response:
    """Answer with a page that is one list, or with the list as a file named *name*.

    *steady*: whether the number of its rows changes only with an act that stands in the audit trail, or with the day.
    *kept*: whether its rows change as seldom and are so dear to find that a page of them is remembered, too.
    *file_columns*: what the file has, where that is more than the page; blank for the same.
    """
    download = find_download(
        visit, name=name, columns=file_columns or columns, fetch=fetch, filters=filters, default_sort=default_sort
    )
    if download is not None:
        return download
    table = show_table(
        visit, caption=caption, columns=columns, fetch=fetch, empty=empty, default_sort=default_sort, filters=filters,
        search=search, steady=steady, kept=kept,
    )  # fmt: skip
    return visit.page(template, table=table, **facts)
