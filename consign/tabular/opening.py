"""Opening a file as a table, whatever it is."""

import codecs
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from consign.sentence import say
from consign.tabular.markup import open_markup_table
from consign.tabular.messages import find_container, open_message_table
from consign.tabular.page_text import begins_markup
from consign.tabular.refusals import FileNotATable
from consign.tabular.table import Table
from consign.tabular.text_files import open_text_table
from consign.tabular.workbook import begins_workbook, open_workbook_table

FIRST_BYTES = 512
PICTURE = say("The file is a picture, not a table; nothing of it was used. Save it as CSV or XLSX.")
OTHER_KINDS = {
    b"%PDF": say("The file is a PDF document, not a table; nothing of it was used. Save it as CSV or XLSX."),
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), PICTURE),
    **dict.fromkeys(
        (b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf"),
        say("The file is a compressed archive, not a table; nothing of it was used. Save it as CSV or XLSX."),
    ),
    b"{\\rt": say("The file is a text document, not a table; nothing of it was used. Save it as CSV or XLSX."),
}
"""What a file that begins so is told."""
_OTHER_PICTURES = re.compile(rb"RIFF.{4}WEBP|II\*\0|MM\0\*|BM.{4}\0{4}|.{4}ftyp(heic|heix|mif1|avif)", re.DOTALL)
"""Beginnings of pictures with bytes in between: WebP, TIFF, BMP, and what phones take."""


@contextmanager
def open_table(path: Path, *, words: Collection[str]) -> Iterator[Table]:
    """Open the table in the file at *path*; *words* are header words that help to find its header.

    What the file is, is told from its bytes, never from its name.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table that can be read.

    """
    with path.open("rb") as source:
        first = source.read(FIRST_BYTES)
    refuse_other_kinds(first)
    container = find_container(first)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        if begins_workbook(first):
            yield open_workbook_table(path, scratch=Path(folder), words=words)
        elif begins_markup(first):
            yield open_markup_table(path, scratch=Path(folder), words=words)
        elif container is not None:
            yield open_message_table(path, container=container, scratch=Path(folder))
        else:
            with open_text_table(path, scratch=Path(folder), words=words) as table:
                yield table


def refuse_other_kinds(first: bytes) -> None:
    """Refuse a file that its *first* bytes show to be no table.

    Raises:
        FileNotATable: it is something else.

    """
    text = first.removeprefix(codecs.BOM_UTF8).lstrip()
    for start, sentence in OTHER_KINDS.items():
        if text.startswith(start):
            raise FileNotATable(sentence)
    if _OTHER_PICTURES.match(first):
        raise FileNotATable(PICTURE)
