"""Sheets in the XML that spreadsheets wrote in 2003, and that programs still write as `.xls`.

Source: Microsoft, XML Spreadsheet Reference (Office XP and 2003): Worksheet, Table, Row, Cell, Data.
"""

import re
from decimal import Decimal
from xml.parsers import expat

from consign.sentence import say
from consign.tabular.cells import TYPED
from consign.tabular.grids import WIDEST, Grid
from consign.tabular.refusals import FileDamaged

SHEETS = "urn:schemas-microsoft-com:office:spreadsheet"
EXACT_DIGITS = 15
MOST_BLANK_ROWS = 1 << 20


class _Sheets:
    """Collects the sheets while the file streams by."""

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self.hidden: set[int] = set()
        self._row = self._column = 0
        self._across, self._down = 1, 1
        self._kind = ""
        self._texts: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    @staticmethod
    def _refuse_doctype(*_: object) -> None:
        raise FileDamaged(say("The file defines entities of its own; nothing of it was used. Save it as CSV or XLSX."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        facts = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if tag == "Worksheet":
            self.grids.append(Grid(facts.get("Name", "")))
            self._row = 0
        elif not self.grids:
            return
        elif tag == "Visible":
            self._texts = []
        elif tag == "Row":
            self._row = _whole(facts.get("Index")) or self._row + 1
            self.grids[-1].begin_row(self._row)
            self._column = 0
        elif tag == "Cell":
            self._column = (_whole(facts.get("Index")) or self._column + 1) if self._row else 0
            self._across = 1 + _whole(facts.get("MergeAcross"))
            self._down = 1 + _whole(facts.get("MergeDown"))
            self._kind, self._texts = "", []
        elif tag == "Data":
            self._kind = facts.get("Type", "")

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "Visible" and self._texts is not None:
            if "".join(self._texts).strip() in {"SheetHidden", "SheetVeryHidden"}:
                self.hidden.add(len(self.grids) - 1)
            self._texts = None
        elif tag == "Cell" and self._texts is not None and self.grids and self.grids[-1].rows:
            text = as_cell("".join(self._texts), kind=self._kind)
            place = min(self._column, WIDEST) - 1
            self.grids[-1].add_cell(text, across=self._across, down=min(self._down, WIDEST), column=place)
            self._column, self._texts = self._column + self._across - 1, None

    def _text(self, text: str) -> None:
        if self._texts is not None:
            self._texts.append(text)


def _whole(given: str | None) -> int:
    """Return a whole number of a sheet's own places, 0 where none is given."""
    return min(int(given), MOST_BLANK_ROWS) if given and given.isascii() and given.isdigit() else 0


def as_cell(text: str, *, kind: str) -> str:
    """Return what a cell of some *kind* holds, decimals and days marked as known in style.

    A number of more digits than a spreadsheet keeps is written as one that lost its digits.
    """
    bare = text.replace(TYPED, "").replace("\0", "").strip()
    if kind == "DateTime" and (match := re.match(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})", bare)):
        return f"{TYPED}{match[1]}" if match[2] == "00:00:00" else f"{TYPED}{match[1]} {match[2]}"
    if kind == "Number" and re.fullmatch(r"-?\d{1,400}(?:\.\d{1,400})?(?:[eE][-+]?\d{1,3})?", bare):
        number = Decimal(bare)
        if number and number.adjusted() >= EXACT_DIGITS:
            return f"{number:.{EXACT_DIGITS}E}"
        plain = f"{round(number, 12).normalize():f}"
        return f"{TYPED}{plain}" if "." in plain else plain
    return re.sub(r"\s+", " ", bare)


def read_xml_sheets(content: bytes) -> list[Grid]:
    """Return the visible sheets in the file that holds *content*, in their order.

    Raises:
        FileDamaged: it is cut off or no XML, or it defines entities.

    """
    sheets = _Sheets()
    try:
        sheets.parser.Parse(content, True)  # noqa: FBT003  # expat takes its arguments by place only
    except expat.ExpatError as error:
        raise FileDamaged(say("The file is cut off or damaged; nothing of it was used. Export it again.")) from error
    return [grid for place, grid in enumerate(sheets.grids) if place not in sheets.hidden and grid.rows]
