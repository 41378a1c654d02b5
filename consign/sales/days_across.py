"""Sales files with a column for each day, as a table with a row for each sale."""

from consign.sales.layout import WORDS, Role
from consign.tabular.matrix import unpivot
from consign.tabular.table import Table

SUMS = frozenset(word for role in (Role.QUANTITY, Role.GROSS, Role.DISCOUNT, Role.NET) for word in WORDS[role])
"""What stands beside columns for days under one of these words speaks of all the days together."""


def turn_days(table: Table) -> Table:
    """Return *table* with a row for each filled cell below a day, where days are headers; else as it is."""
    return unpivot(table, sums=SUMS)
