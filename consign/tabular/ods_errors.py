"""Cells of an ODS sheet in which a formula failed: the fast reader gives them as blank, or as the number 0.

Source: OpenDocument 1.3 part 3, 9.1 (tables, rows, cells and how often they are repeated), 19.385 (value types).
"""

import re
import zipfile
from functools import lru_cache
from xml.parsers import expat

from consign.tabular.cells import is_error_value
from consign.tabular.xls_records import UNKNOWN_ERROR

PIECE_BYTES = 1 << 20
FAILED_MARKS = (b'="error"', b"='error'", b">#", b">Err:")
"""What stands in a document with a failed formula, and perhaps in others."""
BOOK = "content.xml"
MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14
CELLS = ("table-cell", "covered-table-cell")
_SHOWN_ERROR = re.compile(r"#[^\W\d][\w/]*[!?]?|Err:\d+")


def find_error_cells(archive: zipfile.ZipFile, *, sheet: str) -> dict[tuple[int, int], str]:
    """Return what stands in the failed cells of *sheet*, by row and column from 1.

    Raises:
        LookupError: there is no such sheet.

    """
    return _find_in_sheets(archive)[sheet]


@lru_cache(maxsize=1)
def _find_in_sheets(archive: zipfile.ZipFile) -> dict[str, dict[tuple[int, int], str]]:
    cells = _FailedCells()
    with archive.open(BOOK) as source:
        while piece := source.read(PIECE_BYTES):
            cells.parser.Parse(piece, False)  # noqa: FBT003  # expat takes its arguments by place only
    return cells.found


class _FailedCells:
    """Collects failed cells by sheet while the document streams by; a table inside a cell is no sheet.

    What a comment in a cell says is not the cell's own text.
    """

    def __init__(self) -> None:
        self.found: dict[str, dict[tuple[int, int], str]] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._tables: list[dict[tuple[int, int], str]] = []
        self._row = self._rows = self._column = self._columns = 0
        self._failed: dict[int, str] = {}
        self._attributes: dict[str, str] = {}
        self._comments = 0
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "table":
            self._start_table(attributes)
        elif not self._is_inside():
            return
        elif tag == "table-row":
            self._column, self._rows, self._failed = 0, _repeats(attributes, "number-rows-repeated"), {}
        elif tag in CELLS:
            self._attributes = attributes
            self._columns = _repeats(attributes, "number-columns-repeated")
            self._text = []
        elif tag == "annotation":
            self._comments += 1
        elif tag == "p" and not self._comments:
            self.parser.CharacterDataHandler = self._text.append

    def _start_table(self, attributes: dict[str, str]) -> None:
        name = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "name"), "")
        self._tables.append({})
        if len(self._tables) == 1:
            self._row, self.found[name] = 0, self._tables[0]

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "table":
            self._tables.pop()
        elif not self._is_inside():
            return
        elif tag == "p":
            self.parser.CharacterDataHandler = None
        elif tag == "annotation":
            self._comments -= 1
        elif tag in CELLS:
            self._end_cell()
        elif tag == "table-row":
            if self._failed:
                for row in range(self._row + 1, min(self._row + self._rows, MOST_ROWS) + 1):
                    self._tables[0].update({(row, column): text for column, text in self._failed.items()})
            self._row += self._rows

    def _end_cell(self) -> None:
        if text := _find_error(self._attributes, "".join(self._text).strip()):
            last = min(self._column + self._columns, MOST_COLUMNS)
            self._failed.update(dict.fromkeys(range(self._column + 1, last + 1), text))
        self._column += self._columns

    def _is_inside(self) -> bool:
        return len(self._tables) == 1


def _repeats(attributes: dict[str, str], name: str) -> int:
    return next((max(int(value), 1) for key, value in attributes.items() if key.rpartition(":")[2] == name), 1)


def _find_error(attributes: dict[str, str], text: str) -> str | None:
    """Return the error that a cell shows; one in another language is named as one of ours, and plain text is none."""
    kinds = {key: value for key, value in attributes.items() if key.endswith(":value-type")}
    failed = "error" in kinds.values()
    computed = any(key.endswith(":formula") for key in attributes) or "string" not in kinds.values()
    if not failed and not (computed and _SHOWN_ERROR.fullmatch(text)):
        return None
    return text if is_error_value(text) else UNKNOWN_ERROR
