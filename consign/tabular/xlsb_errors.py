"""Cells of a binary workbook's sheet in which a formula failed: the fast reader gives them as blank.

Source: [MS-XLSB] 2.1.4 (records), 2.4.27 (BrtBundleSh), 2.4.320 (BrtCellError), 2.4.674 (BrtFmlaError), 2.4.756 (BrtRowHdr).
"""

import struct
import zipfile
from collections.abc import Iterator
from functools import lru_cache

from consign.tabular.xls_records import ERRORS, UNKNOWN_ERROR
from consign.tabular.xlsx_errors import find_part, read_relations

ROW, CELL_ERROR, FORMULA_ERROR, BUNDLE_SHEET = 0, 3, 11, 156
SHORT_CELLS = range(12, 19)
"""Cells that do not say their column, which the fast reader leaves out."""
BOOK = "xl/workbook.bin"
ERROR_AT = 8
"""A cell's record begins with its column and its style, four bytes each."""


def find_error_cells(archive: zipfile.ZipFile, *, sheet: str) -> dict[tuple[int, int], str]:
    """Return what stands in the failed cells of *sheet*, by row and column from 1.

    Raises:
        LookupError: the workbook does not say where the sheet is, or a cell where it is, so cells would look blank.

    """
    return _find_in_sheet(archive.read(find_part(archive, _find_sheets(archive)[sheet])))


@lru_cache(maxsize=1)
def _find_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part that holds each sheet, as the workbook's relationships say."""
    relations, sheets = read_relations(archive, BOOK), {}
    book = archive.read(find_part(archive, BOOK))
    for kind, place, _ in _records(book):
        if kind == BUNDLE_SHEET:
            key, after = _read_wide(book, place + 8)
            sheets[_read_wide(book, after)[0]] = relations[key]
    return sheets


def _find_in_sheet(content: bytes) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    row = 0
    number = struct.Struct("<I").unpack_from
    for kind, place, _ in _records(content):
        if kind == ROW:
            row = number(content, place)[0] + 1
        elif kind in (CELL_ERROR, FORMULA_ERROR):
            found[row, number(content, place)[0] + 1] = ERRORS.get(content[place + ERROR_AT], UNKNOWN_ERROR)
        elif kind in SHORT_CELLS:
            raise LookupError(kind)
    return found


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record's content; kind and size take seven bits a byte."""
    place, end = 0, len(content)
    while place < end:
        kind = content[place]
        place += 1
        if kind & 0x80:
            kind = kind & 0x7F | content[place] << 7
            place += 1
        size = shift = 0
        more = True
        while more and shift < 28:
            byte = content[place]
            size |= (byte & 0x7F) << shift
            more = byte >= 0x80
            shift += 7
            place += 1
        yield kind, place, size
        place += size


def _read_wide(content: bytes, place: int) -> tuple[str, int]:
    """Return the text at *place*, its length first, and the place after it."""
    (length,) = struct.unpack_from("<I", content, place)
    end = place + 4 + 2 * length
    return content[place + 4 : end].decode("utf-16-le"), end
