"""Opening a file as a table, whatever it is."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from consign.tabular.refusals import FileLocked, FileNotATable
from consign.tabular.table import Table
from consign.tabular.text_files import open_text_table
from consign.tabular.workbook import open_workbook_table

ZIP = b"PK\x03\x04"
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHER_KINDS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"Rar!": "a RAR archive",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a 7z archive",
    b"<htm": "a web page",
    b"<!DO": "a web page",
    b"{\\rt": "a text document",
}


@contextmanager
def open_table(path: Path, *, words: Collection[str]) -> Iterator[Table]:
    """Open the table in the file at *path*; *words* are header words that help to find its header.

    What the file is, is told from its bytes, never from its name.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table that can be read.

    """
    with path.open("rb") as source:
        first = source.read(8)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        scratch = Path(folder)
        if first.startswith(ZIP):
            yield open_workbook_table(path, scratch=scratch, words=words)
            return
        if first == OLD_OFFICE:
            if ENCRYPTED in path.read_bytes():
                raise FileLocked("The workbook is protected by a password; nothing of it was used. Save it without one.")
            raise FileNotATable("Old XLS workbooks are not read yet; nothing of it was used. Save it as XLSX or CSV.")
        for start, kind in OTHER_KINDS.items():
            if first.lower().startswith(start.lower()):
                raise FileNotATable(f"The file is {kind}, not a table; nothing of it was used. Save it as CSV or XLSX.")
        yield open_text_table(path, scratch=scratch, words=words)
