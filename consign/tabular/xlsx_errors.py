"""Cells of an XLSX sheet in which a formula failed: the fast reader gives them as blank.

Source: ECMA-376 part 1, 18.3.1.4 (cell, `t="e"`), 18.2.19 (sheet), Part 2 (relationships).
"""

import posixpath
import re
import zipfile
from functools import lru_cache
from xml.etree import ElementTree as ET
from xml.parsers import expat

PIECE_BYTES = 1 << 20
FAILED_MARKS = (b't="e"', b"t='e'")
"""What stands in a sheet with a failed formula, and perhaps in others."""
BOOK = "xl/workbook.xml"
_RELATION = re.compile(r"\{.*/relationships\}id")


def find_error_cells(archive: zipfile.ZipFile, *, sheet: str) -> dict[tuple[int, int], str]:
    """Return what stands in the failed cells of *sheet*, by row and column from 1.

    Raises:
        LookupError: the workbook does not say where the sheet is, so a failed cell would look blank.

    """
    cells = _FailedCells()
    with archive.open(find_part(archive, _find_sheets(archive)[sheet])) as source:
        while piece := source.read(PIECE_BYTES):
            cells.parser.Parse(piece, False)  # noqa: FBT003  # expat takes its arguments by place only
    return cells.found


def tidy_part(name: str) -> str:
    """Return the name of a part as it is compared: some writers use other capitals and strokes."""
    return name.replace("\\", "/").lower()


def find_part(archive: zipfile.ZipFile, name: str) -> str:
    """Return the part *name* as the archive writes it.

    Raises:
        LookupError: there is none.

    """
    if name in archive.NameToInfo:
        return name
    for one in archive.namelist():
        if tidy_part(one) == tidy_part(name):
            return one
    raise LookupError(name)


def read_relations(archive: zipfile.ZipFile, book: str) -> dict[str | None, str]:
    """Return the parts that the workbook *book* names, by the keys it has for them."""
    folder, name = posixpath.split(book)
    # Expat opens nothing from outside, and this runs in a process with limits.
    relations = ET.fromstring(archive.read(find_part(archive, f"{folder}/_rels/{name}.rels")))  # noqa: S314  # see above
    return {
        one.get("Id"): posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).removeprefix("/")
        for one in relations
    }


@lru_cache(maxsize=1)
def _find_sheets(archive: zipfile.ZipFile) -> dict[str | None, str]:
    """Return the part that holds each sheet, as the workbook's relationships say."""
    relations = read_relations(archive, BOOK)
    book = ET.fromstring(archive.read(find_part(archive, BOOK)))  # noqa: S314  # as above
    return {
        one.get("name"): relations[next(value for name, value in one.items() if _RELATION.fullmatch(name))]
        for one in book.iter()
        if one.tag.endswith("}sheet")
    }


class _FailedCells:
    """Collects failed cells while the sheet streams by; a cell that names no place follows the last one."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row = self._column = 0
        self._failed = self._collecting = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            place = attributes.get("r")
            self._column = _column_of(place) if place else self._column + 1
            self._failed = attributes.get("t") == "e"
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif tag == "v":
            self._collecting = self._failed

    def _end(self, _name: str) -> None:
        self._collecting = False

    def _text(self, text: str) -> None:
        if self._collecting:
            place = (self._row, self._column)
            self.found[place] = self.found.get(place, "") + text


def _column_of(place: str) -> int:
    """Return the column of a cell's name from 1: `B7` is 2, `AA1` is 27."""
    column = 0
    for letter in place.rstrip("0123456789"):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column
