"""Records of an old workbook: what the fast reader does not tell, and workbooks that are nothing but records.

Source: [MS-XLS] 2.3 (records), 2.4.28 (BoundSheet8), 2.4.24 (BoolErr), 2.4.127 (Formula), 2.4.117 (FilePass), 2.5.10 (BErr).
"""

import struct
from collections.abc import Iterator

BOF, EOF = (0x0009, 0x0209, 0x0409, 0x0809), 0x000A
FILE_PASS, BOUND_SHEET, BOOL_ERR = 0x002F, 0x0085, 0x0205
FORMULAS = (0x0006, 0x0206, 0x0406)
NO_NUMBER, FAILED = b"\xff\xff", 2
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""What a failed formula shows, by its code in old and in binary workbooks."""
UNKNOWN_ERROR = "#ERROR!"


def is_encrypted(stream: bytes) -> bool:
    """Say whether the workbook in *stream* is behind a password."""
    return any(kind == FILE_PASS for kind, _, _ in _records(stream, 0))


def find_error_cells(stream: bytes, *, sheet: int) -> dict[tuple[int, int], str]:
    """Return what stands in the failed cells of the sheet at place *sheet*, by row and column from 1."""
    begins = [
        struct.unpack_from("<I", stream, place)[0] for kind, place, _ in _records(stream, 0) if kind == BOUND_SHEET
    ]
    found: dict[tuple[int, int], str] = {}
    for kind, place, size in _records(stream, begins[sheet]):
        code = None
        if kind == BOOL_ERR and size >= 8 and stream[place + 7]:
            code = stream[place + 6]
        elif (
            kind in FORMULAS
            and size >= 14
            and stream[place + 12 : place + 14] == NO_NUMBER
            and stream[place + 6] == FAILED
        ):
            code = stream[place + 8]
        if code is not None:
            row, column = struct.unpack_from("<HH", stream, place)
            found[row + 1, column + 1] = ERRORS.get(code, UNKNOWN_ERROR)
    return found


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record's content in the part that begins at *place*; charts lie inside it."""
    depth = 0
    head = struct.Struct("<HH").unpack_from
    end = len(stream) - 4
    while place <= end:
        kind, size = head(stream, place)
        place += 4
        if kind in BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        yield kind, place, size
        place += size
