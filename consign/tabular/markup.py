"""Tables in web pages and in the XML of old spreadsheets, which many tills call XLS; read in a child process with limits."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from consign.sentence import say
from consign.tabular.child import REFUSED_STATUS, ask_child
from consign.tabular.markup_child import MOST_BYTES
from consign.tabular.refusals import FileTooLarge, load_refusal
from consign.tabular.table import Batch, BrokenRow, Table
from consign.tabular.text_files import read_written_table


def open_markup_table(path: Path, *, scratch: Path, words: Collection[str]) -> Table:
    """Find the table in the page or sheet at *path*; the child process writes what it read into *scratch*.

    Rows of a page are numbered through all of its tables.

    Raises:
        FileRefused: in one of its kinds, when it holds no table that can be read.

    """
    if path.stat().st_size > MOST_BYTES:
        raise FileTooLarge(say("The workbook is larger than 100 MB; nothing of it was used. Save it as CSV."))
    status, found = ask_child("consign.tabular.markup_child", path, scratch=scratch, asked={"words": sorted(words)})
    if status == REFUSED_STATUS:
        raise load_refusal(found)
    headers, sheet, parts = tuple(found["headers"]), found["sheet"], tuple(found["parts"])

    broken = [BrokenRow(number, tuple(cells)) for number, cells in found["broken"]]

    def read() -> Iterator[Batch]:
        if (scratch / "rows.csv").stat().st_size:
            yield from read_written_table(scratch / "rows.csv", columns=len(headers))
        if broken:
            yield Batch(np.array([], dtype=np.int32), [pa.array([], pa.string()) for _ in headers], broken)

    where = [say("sheet '{sheet}'", sheet=sheet)] if sheet is not None and not parts else []
    several = (
        [say("{count} sheets with the same columns: {sheets}", count=len(parts), sheets=list(parts))] if parts else []
    )
    return Table(
        container=found["container"],
        encoding=found["encoding"],
        delimiter=None,
        sheet=sheet,
        header_row=found["header_row"],
        headers=headers,
        evidence=(*where, *several, say("header in row {row}", row=found["header_row"])),
        read=read,
        parts=parts,
    )
