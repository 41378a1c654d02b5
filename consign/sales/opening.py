"""Opening a sales file as a table of sales: a row for each, also where the file has a column for each day."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consign.sales.layout import KNOWN_WORDS, WORDS, Role
from consign.tabular.matrix import unpivot
from consign.tabular.opening import open_table
from consign.tabular.table import Table

SUMS = frozenset(word for role in (Role.QUANTITY, Role.GROSS, Role.DISCOUNT, Role.NET) for word in WORDS[role])
"""What stands beside columns for days under one of these words speaks of all the days together."""


@contextmanager
def open_sales_table(path: Path) -> Iterator[Table]:
    """Open the table in the sales file at *path*.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table that can be read.

    """
    with open_table(path, words=KNOWN_WORDS) as table:
        yield unpivot(table, sums=SUMS)
