"""Messages between computers as tables: UN/EDIFACT, ANSI X12, SAP IDoc, read in a child process with limits."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from consign.sentence import load_sentence
from consign.tabular.child import REFUSED_STATUS, ask_child
from consign.tabular.refusals import load_refusal
from consign.tabular.table import Batch, Table
from consign.tabular.text_files import read_written_table

NO_HEADER_ROW = 0
"""A message names its columns by qualifiers, not in a row."""
_STARTS = {
    "edifact": re.compile(rb"UNA[^\w].{5}\s*UNB|UNB\+\w{4}:", re.DOTALL),
    "x12": re.compile(rb"ISA([^\w ])\w{2}\1", re.DOTALL),
    "idoc": re.compile(rb"EDI_DC40[ ]{2}"),
}
"""How a file of messages begins; no table does, whatever its first column is called."""


def find_container(first: bytes) -> str | None:
    """Return what kind of messages a file that begins with *first* holds; blank where it holds none."""
    text = first.removeprefix(codecs.BOM_UTF8).lstrip()
    return next((container for container, start in _STARTS.items() if start.match(text)), None)


def open_message_table(path: Path, *, container: str, scratch: Path) -> Table:
    """Make a table of the messages in the file at *path*; the child process writes what it read into *scratch*.

    The columns are named by the messages' own qualifiers, in an order that does not depend on the file; one that nobody
    mapped makes another header, so a person is asked. Rows are numbered by segments, or lines, of the file.

    Raises:
        FileRefused: in one of its kinds, when a message is no sales report, is damaged, or its own counts do not tie.

    """
    asked = {"container": container}
    status, found = ask_child("consign.tabular.message_child", path, scratch=scratch, asked=asked)
    if status == REFUSED_STATUS:
        raise load_refusal(found)
    headers = tuple(found["headers"])

    def read() -> Iterator[Batch]:
        yield from read_written_table(scratch / "rows.csv", columns=len(headers))

    return Table(
        container=container,
        encoding=found["encoding"],
        delimiter=None,
        sheet=None,
        header_row=NO_HEADER_ROW,
        headers=headers,
        evidence=tuple(load_sentence(sentence) for sentence in found["evidence"]),
        read=read,
        parts=tuple(found["parts"]),
    )
