"""Tables in web pages: what many tills write when they say that they export to Excel."""

import re
from html.parser import HTMLParser

from consign.tabular.cells import TYPED
from consign.tabular.grids import Grid

SILENT = frozenset({"script", "style", "head", "title", "template"})
"""What stands in these is not shown."""
BREAKS = frozenset({"br", "p", "div", "li"})
HIGHEST_SPAN = 1_000


class _Page(HTMLParser):
    """Collects the tables of a page; one inside a cell is a table of its own, and its text not the cell's."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self._open: list[Grid] = []
        self._cells: list[list[str] | None] = []
        """The texts of the cell that is open in each open table; blank between cells."""
        self._spans: list[tuple[int, int]] = []
        self._rows = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "table":
            self._open.append(Grid())
            self.grids.append(self._open[-1])
            self._cells.append(None)
            self._spans.append((1, 1))
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._rows += 1
            self._open[-1].begin_row(self._rows)
        elif tag in {"td", "th"}:
            self._begin_cell(dict(attrs))
        elif tag in BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open and tag in {"td", "th", "tr"}:
            self._end_cell()
        elif self._open and tag == "table":
            self._end_cell()
            self._open.pop()
            self._cells.pop()
            self._spans.pop()

    def handle_data(self, data: str) -> None:
        if self._cells and not self._silent:
            cell = self._cells[-1]
            if cell is not None:
                cell.append(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _begin_cell(self, facts: dict[str, str | None]) -> None:
        self._end_cell()
        if not self._open[-1].rows:
            self._rows += 1
            self._open[-1].begin_row(self._rows)
        self._cells[-1] = []
        self._spans[-1] = (_span(facts.get("colspan")), _span(facts.get("rowspan")))

    def _end_cell(self) -> None:
        texts = self._cells[-1]
        if texts is not None:
            across, down = self._spans[-1]
            shown = re.sub(r"\s+", " ", "".join(texts).replace(TYPED, "").replace("\0", "")).strip()
            self._open[-1].add_cell(shown, across=across, down=down)
        self._cells[-1] = None


def _span(given: str | None) -> int:
    found = re.match(r"\s*(\d{1,4})", given or "")
    return max(1, min(int(found[1]), HIGHEST_SPAN)) if found else 1


def read_web_page(text: str) -> list[Grid]:
    """Return the tables of a web page in their order. Rows are numbered through the whole page, from 1."""
    page = _Page()
    page.feed(text)
    page.close()
    return [grid for grid in page.grids if grid.rows]
