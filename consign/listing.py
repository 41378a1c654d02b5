"""One way to ask for part of a long list: search, filter, sort, page. Every list of every slice is read through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, String, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE_ROWS = 25
MOST_EXPORTED_ROWS = 100_000
LONGEST_SEARCH = 100
LONGEST_ID = 18
"""Digits that surely fit an id of the database."""

Row = RowMapping | Mapping[str, Any]
Value = ColumnElement[Any] | InstrumentedAttribute[Any]
"""A column of a table, or what is computed from some."""


@dataclass(frozen=True)
class Wish:
    """What a person asked of a list. *sort* is a column's name, with a minus before it to begin with the largest."""

    search: str = ""
    sort: str = ""
    page: int = 1
    filters: Mapping[str, str] = field(default_factory=dict)
    """Filters by name; a blank one does not filter."""
    rows: int = PAGE_ROWS
    """How many rows at most."""
    totals: Sequence[str] = ()
    """Columns that are added up over the rows of all pages."""
    count: "Callable[[Callable[[], Tally]], Tally]" = lambda compute: compute()
    """Counts the rows of all pages and adds them up; may know the answer from before."""

    def for_export(self) -> "Wish":
        """Return the same wish for all pages at once."""
        return replace(self, page=1, rows=MOST_EXPORTED_ROWS, totals=())


@dataclass(frozen=True)
class Tally:
    """How many rows a list has on all pages, and what its columns come to."""

    rows: int
    totals: Mapping[str, int | Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """One page of a list. *total* counts the rows of all pages."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    totals: Mapping[str, int | Decimal] = field(default_factory=dict)
    """What the columns that were to be added up come to, over the rows of all pages."""

    def with_rows(self, rows: Sequence[Row]) -> "Found":
        """Return the same page with its rows told otherwise, or with more in them."""
        return replace(self, rows=rows)


def fetch_page(
    session: Session,
    query: Select[Any],
    *,
    wish: Wish,
    sorts: Mapping[str, Value],
    default_sort: str,
    searched: Sequence[Value] = (),
    tie: Value,
) -> Found:
    """Return the page of *query* that *wish* asks for.

    *sorts* are the columns it may be sorted by; anything else falls back on *default_sort*. Rows that are equal there
    stand in the order of *tie*, so that no row shows on two pages. *searched* are the texts that are searched for every
    word, whatever its case. A page beyond the last is the last.
    """
    for word in wish.search[:LONGEST_SEARCH].split():
        query = query.where(or_(*(match_word(column, word) for column in searched)))
    tally = wish.count(lambda: _count(session, query, wish.totals))
    pages = max(1, -(-tally.rows // wish.rows))
    page = min(max(1, wish.page), pages)
    name = wish.sort if wish.sort.lstrip("-") in sorts else default_sort
    column = sorts[name.lstrip("-")]
    ordered = _order(column, backwards=name.startswith("-"))
    rows = (
        session.execute(query.order_by(ordered, tie).limit(wish.rows).offset((page - 1) * wish.rows)).mappings().all()
    )
    return Found(rows, tally.rows, page, pages, tally.totals)


def columns_of(query: Select[Any], *, but: str = "") -> dict[str, Value]:
    """Return what *query* selects by its names, for lists that can be sorted by all of it.

    *but* names one to leave out, such as a number that is shown masked: the order would give it away.
    """
    return {str(column.key): column for column in query.selected_columns if column.key != but}


def _count(session: Session, query: Select[Any], names: Sequence[str]) -> Tally:
    """Count the rows of *query*, and add up its columns *names* in the same go."""
    all_rows = query.order_by(None).subquery()
    counted, *sums = session.execute(
        select(func.count(), *(func.coalesce(func.sum(all_rows.c[name]), 0) for name in names)).select_from(all_rows)
    ).one()
    return Tally(counted, dict(zip(names, sums, strict=True)))


def _order(column: Value, *, backwards: bool) -> ColumnElement[Any]:
    """Return the order by *column*, blanks last; only so written can the server follow an index backwards."""
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    element = getattr(element, "element", element)
    if not backwards:
        return column.asc()
    return column.desc() if not getattr(element, "nullable", True) else column.desc().nulls_last()


def page_rows(rows: Sequence[Row], *, wish: Wish, default_sort: str) -> Found:
    """Return the page of *rows*, which are all at hand, that *wish* asks for, sorted by one of their values."""
    known = rows[0] if rows else {}
    name = wish.sort if wish.sort.lstrip("-") in known else default_sort
    key = name.lstrip("-")
    filled = [row for row in rows if row[key] is not None]
    ordered = sorted(filled, key=lambda row: row[key], reverse=name.startswith("-"))
    ordered += [row for row in rows if row[key] is None]
    pages = max(1, -(-len(rows) // wish.rows))
    page = min(max(1, wish.page), pages)
    totals = {name: sum(row[name] or 0 for row in rows) for name in wish.totals}
    return Found(ordered[(page - 1) * wish.rows : page * wish.rows], len(rows), page, pages, totals)


def parse_id(text: str) -> int | None:
    """Return the id that an address names; blank where it names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def match_word(column: Value, word: str) -> ColumnElement[bool]:
    """Return the condition that *column* holds *word* to the letter, whatever its case."""
    return cast(column, String).ilike(f"%{_escape(word)}%", escape="\\")


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
