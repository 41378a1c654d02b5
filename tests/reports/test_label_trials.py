from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from reports.label_check import read_symbols, render_grey
from reports.labels import StockImpossible, SymbolDoesNotFit, SymbolImpossible, write_calibration, write_test_scan
from reports.symbol_sizes import dot_um
from tests.reports.stocks import NUMBER, STOCKS

POINT_UM = 25_400 / 72
TJ103 = STOCKS["Tom & Jerry 103"]


def text_of(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        assert len(document) == 1
        return document[0].get_textpage().get_text_range().replace("\r\n", " ").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", STOCKS)
def test_every_paper_has_a_calibration_page_with_all_its_labels_numbered(name: str):
    words = text_of(write_calibration(STOCKS[name], dpi=600)).split()
    for number in range(1, STOCKS[name].labels_per_page + 1):
        assert str(number) in words


@pytest.mark.parametrize("name", [name for name in STOCKS if name != "roll 33x15"])
def test_the_page_says_how_to_use_it(name: str):
    words = text_of(write_calibration(STOCKS[name], dpi=203))
    assert "100%" in words
    assert "Ukuran sebenarnya" in words


def test_the_rulers_of_a_sheet_are_100_mm_long():
    # Across: from 16 mm, dark at the first and last tick (116 mm) at 5.2 mm in the strip 6.5 mm above the foot of the last row,
    # which is 5 + 5 x 34 + 32 = 207 mm down: 200.5 + 5.2 = 205.7 mm.
    with pdfium.PdfDocument(write_calibration(TJ103, dpi=600)) as document:
        pixels = render_grey(document, 1, dots_per_point=POINT_UM / 50)  # a pixel for 50 um
    line = pixels[205_700 // 50 - 8 : 205_700 // 50 - 4]  # just above the ruler's line: its ticks
    dark = [column for column in range(16_000 // 50 - 4, 120_000 // 50) if (line[:, column] < 128).any()]
    assert dark[0] * 50 == pytest.approx(16_000, abs=100)
    assert dark[-1] * 50 == pytest.approx(116_000, abs=100)


def test_the_outline_of_a_label_is_where_the_paper_says():
    with pdfium.PdfDocument(write_calibration(TJ103, dpi=600)) as document:
        pixels = render_grey(document, 1, dots_per_point=POINT_UM / 50)
    # The second label's left upper corner: 16 + 69 = 85 mm from the left, 5 mm from the top; a cross marks it.
    assert (pixels[5_000 // 50 - 2 : 5_000 // 50 + 3, 85_000 // 50 + 10] < 160).any()
    assert (pixels[5_000 // 50 + 10, 85_000 // 50 - 2 : 85_000 // 50 + 3] < 160).any()


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_test_page_shows_small_bars_without_digits_in_the_first_row(dpi: int):
    pdf = write_test_scan(TJ103, dpi=dpi, number=NUMBER)
    assert text_of(pdf).strip() == ""
    with pdfium.PdfDocument(pdf) as document:
        pixels = render_grey(document, 1, dots_per_point=POINT_UM / dot_um(dpi))
    assert read_symbols(pixels, dpi=dpi) == [("EAN13", NUMBER)] * 2
    assert (pixels[round(37_000 / dot_um(dpi)) :] == 255).all()  # the first row ends at 5 + 32 mm


def test_a_test_page_needs_an_ean13_and_room_for_it():
    with pytest.raises(SymbolImpossible):
        write_test_scan(TJ103, dpi=203, number="123")
    narrow = replace(STOCKS["roll 40x30"], label_width_um=29_000)  # 113 x 0.264 = 29.832 mm
    with pytest.raises(SymbolDoesNotFit, match=r"29\.9 mm wide"):
        write_test_scan(narrow, dpi=203, number=NUMBER)


def test_an_impossible_paper_has_no_trial_pages():
    with pytest.raises(StockImpossible):
        write_calibration(replace(TJ103, rows=0), dpi=600)
    with pytest.raises(StockImpossible):
        write_test_scan(replace(TJ103, rows=0), dpi=600, number=NUMBER)
