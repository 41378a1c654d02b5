"""Reading a list of products from XLSX or CSV: which column holds what, and the rows as they stand there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from consign.catalogue.import_columns import COLUMNS, ROLE_OF, Role
from consign.catalogue.import_rules import (
    ImportColumnMissing,
    ImportColumnTwice,
    ImportEmpty,
    ImportTooLarge,
    ImportTooLong,
)
from consign.catalogue.list_file import HandedInList, ListRow, find_places, is_example, read_rows_within
from consign.files import copy_within
from consign.sentence import say
from consign.tabular.opening import open_table
from consign.tabular.table import Table

MOST_BYTES = 5 << 20
MOST_ROWS = 5_000


@dataclass(frozen=True)
class ProductList(HandedInList[Role]):
    """A list of products."""

    columns = COLUMNS

    examples: int
    """Rows that were left out because they are a template's example."""


def copy_list(source: BinaryIO, path: Path) -> None:
    """Copy what *source* holds from its beginning to *path*.

    Raises:
        ImportTooLarge: it is more than 5 MB.

    """
    if not copy_within(source, path, most_bytes=MOST_BYTES):
        raise ImportTooLarge(
            say("The file is larger than {megabytes} MB; nothing was changed.", megabytes=MOST_BYTES >> 20)
        )


def read_list(path: Path, *, whose_is_known: bool) -> ProductList:
    """Read the list in the file at *path*; blank rows and a template's example are left out.

    *whose_is_known*: all its products are one producer's, so no column needs to say it.

    Raises:
        ImportColumnMissing: no column names a product or, where that is needed, a producer.
        ImportColumnTwice: two columns hold the same.
        ImportTooLong: it has more than 5,000 rows.
        ImportEmpty: it has none.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    with open_table(path, words=frozenset(ROLE_OF)) as table:
        places = _find_places(table, whose_is_known=whose_is_known)
        rows = _read_rows(table)
    kept = [row for row in rows if not is_example(row, places.get(Role.NAME))]
    if not kept:
        raise ImportEmpty(
            say("The list has no row with a product; nothing was changed. Fill in a row for each product.")
        )
    return ProductList(table.headers, places, tuple(kept), len(rows) - len(kept))


def _find_places(table: Table, *, whose_is_known: bool) -> Mapping[Role, int]:
    places, twice = find_places(table, ROLE_OF)
    if twice is not None:
        first, second = twice
        raise ImportColumnTwice(
            say(
                "“{first}” and “{second}” are columns for the same; nothing was changed. Leave one of them out.",
                first=first,
                second=second,
            )
        )
    if Role.NAME not in places and Role.CODE not in places:
        raise ImportColumnMissing(
            say(
                "No column is named “{name}” or “{code}”; nothing was changed. Use the template, or name one so.",
                name=COLUMNS[Role.NAME].title,
                code=COLUMNS[Role.CODE].title,
            )
        )
    if not whose_is_known and Role.PRODUCER not in places and Role.CODE not in places:
        raise ImportColumnMissing(
            say(
                "No column says whose products these are; nothing was changed. Choose the producer, or name a column"
                " “{producer}”.",
                producer=COLUMNS[Role.PRODUCER].title,
            )
        )
    return places


def _read_rows(table: Table) -> list[ListRow]:
    rows = read_rows_within(table, most=MOST_ROWS)
    if rows is None:
        raise ImportTooLong(
            say("The list has more than {most} rows; nothing was changed. Hand it in in parts.", most=MOST_ROWS)
        )
    return rows
