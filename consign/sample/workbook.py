"""A workbook whose bytes depend on its cells alone: made again, it is the same file."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date

import openpyxl

WRITTEN_AT = "2026-01-01T00:00:00Z"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write_workbook(title: str, rows: Iterable[Sequence[str | int | date | None]]) -> bytes:
    """Return an XLSX file with one sheet *title* of *rows*."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return _without_times(written)


def _without_times(written: io.BytesIO) -> bytes:
    """Return the archive again with a fixed time in place of the moments in which its parts were written."""
    again = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = _TIMES.sub(rb"\g<1>" + WRITTEN_AT.encode(), part)
            target.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return again.getvalue()
