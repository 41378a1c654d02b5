"""The columns of lists: what stands in them, how it is written, and where it leads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from consign.listing import Row
from consign.sentence import Sentence


class _Parts(dict[str, Any]):
    """Gives each value of a row as it is written in one part of an address."""

    def __getitem__(self, name: str) -> str:
        return quote(str(super().__getitem__(name)), safe="")


@dataclass(frozen=True)
class Pick:
    """A box with which a row of a list is chosen, for the form with the id `chosen` on the same page."""

    value: str
    """What the form sends as `pick` where it is ticked."""
    label: Sentence
    is_ticked: bool


@dataclass(frozen=True)
class Column:
    """One column.

    *kind* is `text`, `long`, `money`, `count`, `row` (of a file), `quantity`, `rate`, `day`, `moment`, `word`, `badge`,
    `flag` or `pick`, whose values are `Pick`.
    """

    key: str
    """Name of the value in a row, and of the column to sort by."""
    label: Sentence
    kind: str = "text"
    sort: bool = True
    link: str | None = None
    """Address of the thing in this cell, with the row's values in braces; the first linked column names the row.

    Where it comes out blank, the cell leads nowhere.
    """
    words: str | None = None
    """Group of the words for a code; see `consign.web.words`."""
    below: "Column | None" = None
    """What stands small below it in the same cell, so that a list fits its page; in files it is a column of its own."""
    total: bool = False
    """Whether the list ends with what the column comes to, on all its pages."""
    sums: str | None = None
    """What of the list behind *link* comes to the number in this cell: one of its columns with a total, or its `rows`."""

    @property
    def right(self) -> bool:
        """Say whether the column's values stand to the right, as numbers do."""
        return self.kind in {"money", "count", "row", "quantity", "rate"}

    def address(self, row: Row) -> str:
        """Return where the cell leads; a value is written so that it stays one part of the address.

        A link that begins with a brace is an address that the row holds whole, or blank. A blank cell leads nowhere.
        """
        if not self.link or row.get(self.key) in (None, ""):
            return ""
        if self.link.startswith("{"):
            return str(row[self.link[1:-1]] or "")
        return self.link.format_map(_Parts(row))


def take_apart(columns: Iterable[Column]) -> Iterator[Column]:
    """Yield each column, and after it what stands below it."""
    for column in columns:
        yield column
        if column.below is not None:
            yield column.below
