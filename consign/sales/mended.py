"""Our own report of problems as a sales file, once a person has mended its rows."""

from collections.abc import Iterator

from consign.tabular.table import Batch, BrokenRow, Table
from reports.problem_report import MARK


def cut_report(table: Table) -> Table:
    """Return *table* without the columns that our report adds at the far right.

    So a mended report has the header of the file it was made of, and is read by the same profile.
    """
    width = len(table.headers)
    while width and table.headers[width - 1].startswith(MARK):
        width -= 1
    if width == len(table.headers):
        return table

    def read() -> Iterator[Batch]:
        for batch in table.read():
            broken = [BrokenRow(row.row, row.cells[:width]) for row in batch.broken]
            yield Batch(batch.rows, batch.cells[:width], broken)

    return table.changed(headers=table.headers[:width], read=read)
