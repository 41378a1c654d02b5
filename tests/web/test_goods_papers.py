"""Papers of notes on the pages: each kind as PDF, and its lines as lists."""

import io

import openpyxl
import pypdfium2 as pdfium
import pytest

from tests.builders import FINANCE
from tests.web.stock_things import find_note, put_notes
from tests.web.town import Town


@pytest.mark.parametrize("kind", ["delivery", "return", "pull_back", "write_off", "count"])
def test_a_note_is_printed_and_its_lines_are_listed(town: Town, kind: str):
    put_notes(town)
    number = find_note(town, kind)
    browser = town.browser(FINANCE)
    paper = browser.get(f"/goods/{number}/paper").answer
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    with pdfium.PdfDocument(paper.content) as document:
        assert number in document[0].get_textpage().get_text_range()
    lines = browser.get(f"/goods/{number}/lines.csv").answer
    assert (lines.status_code, "Keripik Singkong" in lines.text) == (200, True)
    book = browser.get(f"/goods/{number}/lines.xlsx").answer
    assert openpyxl.load_workbook(io.BytesIO(book.content)).worksheets
