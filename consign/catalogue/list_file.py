"""A list that people hand in, as it stands in its file: what it calls its columns, and its rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from consign.catalogue.import_columns import EXAMPLE, ImportColumn
from consign.tabular.cells import shown
from consign.tabular.headers import normalize
from consign.tabular.table import Batch, Table

R = TypeVar("R")
"""What the columns of one sort of list hold."""


@dataclass(frozen=True)
class ListRow:
    """A row as it stands in the file. One that has not as many cells as the header is *broken*."""

    row: int
    cells: tuple[str, ...]
    broken: bool = False

    def shown(self) -> tuple[str, ...]:
        """Return the cells as a person sees them."""
        return tuple(shown(cell) for cell in self.cells)


@dataclass(frozen=True)
class HandedInList(Generic[R]):
    """What a file holds: its headers, the place of each column that is used, and its rows in their order."""

    columns: ClassVar[Mapping[Any, ImportColumn]]
    """Everything that a list of this sort may hold, by what the column holds."""

    headers: tuple[str, ...]
    places: Mapping[R, int]
    rows: tuple[ListRow, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """Return the headers of columns that say nothing here."""
        used = set(self.places.values())
        return tuple(one.strip() for place, one in enumerate(self.headers) if place not in used and one.strip())

    def header_of(self, role: R) -> str:
        """Return what the file calls a column; what templates call it where the file has none."""
        place = self.places.get(role)
        return self.columns[role].title if place is None else self.headers[place].strip()

    def cells_of(self, role: R) -> list[str]:
        """Return what stands in a column; nothing where the file has none. Broken rows are passed over."""
        place = self.places.get(role)
        return [] if place is None else [row.cells[place] for row in self.rows if not row.broken]


def find_places(table: Table, roles: Mapping[str, R]) -> tuple[dict[R, int], tuple[str, str] | None]:
    """Return the place of each column that *roles* know by its header, and the first two headers that mean the same.

    Whoever reads the list refuses such two in its own words, which say what was not done.
    """
    places: dict[R, int] = {}
    for place, header in enumerate(table.headers):
        role = roles.get(normalize(header))
        if role is not None and role in places:
            return places, (table.describe_column(places[role]), table.describe_column(place))
        if role is not None:
            places[role] = place
    return places, None


def is_example(row: ListRow, place: int | None) -> bool:
    """Say whether a row is the example that a template has, by its cell at *place*."""
    return place is not None and not row.broken and shown(row.cells[place]).strip().casefold().startswith(EXAMPLE)


def read_rows_within(table: Table, *, most: int) -> list[ListRow] | None:
    """Return the rows of a *table* in their order, without blank ones; none at all where there are more than *most*."""
    rows: list[ListRow] = []
    for part in read_rows(table):
        rows += part
        if len(rows) > most:
            return None
    return sorted(rows, key=lambda row: row.row)


def read_rows(table: Table) -> Iterator[list[ListRow]]:
    """Yield the rows of each part of a *table*; blank ones are left out."""
    for batch in table.batches():
        yield [row for row in _read_batch(batch) if any(cell.strip() for cell in row.cells)]


def _read_batch(batch: Batch) -> Iterator[ListRow]:
    yield from (ListRow(broken.row, broken.cells, broken=True) for broken in batch.broken)
    columns = [cells.to_pylist() for cells in batch.cells]
    for row, cells in zip(batch.rows.tolist(), zip(*columns, strict=True), strict=True):
        yield ListRow(row, tuple(cell or "" for cell in cells))
