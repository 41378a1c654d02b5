"""Reading a list of movements, or a count, from XLSX or CSV: which column holds what, and the rows as they stand there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from consign.catalogue.list_file import HandedInList, ListRow, find_places, is_example, read_rows_within
from consign.files import copy_within
from consign.sentence import say
from consign.stock.import_columns import COLUMNS, ROLE_OF, Role
from consign.stock.import_rules import (
    ImportColumnMissing,
    ImportColumnTwice,
    ImportEmpty,
    ImportTooLarge,
    ImportTooLong,
)
from consign.tabular.opening import open_table
from consign.tabular.table import Table

MOST_BYTES = 5 << 20
MOST_ROWS = 5_000


@dataclass(frozen=True)
class GoodsList(HandedInList[Role]):
    """A list of movements, or a count."""

    columns = COLUMNS


def copy_list(source: BinaryIO, path: Path) -> None:
    """Copy what *source* holds from its beginning to *path*.

    Raises:
        ImportTooLarge: it is more than 5 MB.

    """
    if not copy_within(source, path, most_bytes=MOST_BYTES):
        raise ImportTooLarge(
            say("The file is larger than {megabytes} MB; nothing was recorded.", megabytes=MOST_BYTES >> 20)
        )


def read_list(path: Path, *, used: Collection[Role], needed: Sequence[Role]) -> GoodsList:
    """Read the list in the file at *path*; blank rows and a template's example are left out.

    *used* are the columns that say something here, *needed* those without which no row says anything.

    Raises:
        ImportColumnMissing: a needed column is not there.
        ImportColumnTwice: two columns hold the same.
        ImportTooLong: it has more than 5,000 rows.
        ImportEmpty: it has none.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    roles = {header: role for header, role in ROLE_OF.items() if role in used}
    with open_table(path, words=frozenset(roles)) as table:
        places = _find_places(table, roles, needed=needed)
        rows = _read_rows(table)
    kept = [row for row in rows if not is_example(row, places.get(Role.REFERENCE))]
    if not kept:
        raise ImportEmpty(say("The list has no row with goods; nothing was recorded. Fill in a row for each product."))
    return GoodsList(table.headers, places, tuple(kept))


def _find_places(table: Table, roles: Mapping[str, Role], *, needed: Sequence[Role]) -> Mapping[Role, int]:
    places, twice = find_places(table, roles)
    if twice is not None:
        first, second = twice
        raise ImportColumnTwice(
            say(
                "“{first}” and “{second}” are columns for the same; nothing was recorded. Leave one of them out.",
                first=first,
                second=second,
            )
        )
    missing = [COLUMNS[role].title for role in needed if role not in places]
    if missing:
        raise ImportColumnMissing(
            say(
                "The list has no column {columns}; nothing was recorded. Use the template, or name columns so.",
                columns=missing,
            )
        )
    return places


def _read_rows(table: Table) -> list[ListRow]:
    rows = read_rows_within(table, most=MOST_ROWS)
    if rows is None:
        raise ImportTooLong(
            say("The list has more than {most} rows; nothing was recorded. Hand it in in parts.", most=MOST_ROWS)
        )
    return rows
