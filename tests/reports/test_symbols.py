import io
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pypdfium2 as pdfium
import pytest
import typst
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reports.label_check import read_symbols
from reports.symbol_drawing import draw_symbol
from reports.symbol_sizes import (
    SymbolDoesNotFit,
    dot_um,
    fit_module,
    full_bar_um,
    legal_modules,
    small_module,
    symbol_width_um,
)
from reports.symbols import Bar, DigitGroup, SymbolImpossible, SymbolKind, make_symbol
from tests.reports.stocks import NUMBER

EAN13, EAN8, CODE128 = SymbolKind.EAN13, SymbolKind.EAN8, SymbolKind.CODE128
NAMES = {EAN13: "EAN13", EAN8: "EAN8", CODE128: "Code128"}
SYMBOL = make_symbol(EAN13, NUMBER)


def with_check_digit(digits: str) -> str:
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return digits + str((10 - total % 10) % 10)


def digits_of(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length).map(with_check_digit)


def read_picture(picture: bytes, *, dpi: int) -> list[tuple[str, str]]:
    image = Image.open(io.BytesIO(picture)).convert("L")
    framed = Image.new("L", (image.width + 40, image.height + 40), 255)
    framed.paste(image, (20, 20))
    return read_symbols(np.array(framed), dpi=dpi)


@settings(max_examples=60, deadline=None)
@given(digits_of(12))
def test_an_ean13_is_read_as_the_number_it_was_made_of(number: str):
    png = draw_symbol(make_symbol(EAN13, number), dpi=203, dots=None, height_um=None, format="png")
    assert read_picture(png, dpi=203) == [("EAN13", number)]


@settings(max_examples=60, deadline=None)
@given(digits_of(7))
def test_an_ean8_is_read_as_the_number_it_was_made_of(number: str):
    png = draw_symbol(make_symbol(EAN8, number), dpi=300, dots=None, height_um=None, format="png")
    assert read_picture(png, dpi=300) == [("EAN8", number)]


@settings(max_examples=100, deadline=None)
@given(st.text([chr(sign) for sign in range(32, 127)], min_size=1, max_size=30))
def test_a_code_128_is_read_as_the_text_it_was_made_of(text: str):
    png = draw_symbol(make_symbol(CODE128, text), dpi=203, dots=None, height_um=10_000, digits=False, format="png")
    assert read_picture(png, dpi=203) == [("Code128", text)]


@pytest.mark.parametrize("text", ["99", "999", "9912", "99ab", "1299"])
def test_a_code_128_may_begin_with_99(text: str):
    png = draw_symbol(make_symbol(CODE128, text), dpi=203, dots=None, height_um=10_000, digits=False, format="png")
    assert read_picture(png, dpi=203) == [("Code128", text)]


@given(st.text(max_size=16))
def test_a_text_is_refused_or_kept_to_the_letter(text: str):
    for kind in SymbolKind:
        try:
            assert make_symbol(kind, text).text == text
        except SymbolImpossible as refused:
            assert text in str(refused)  # noqa: PT017  # either is right


def test_the_bars_of_an_ean13_are_those_of_the_specification():
    # 0 0 0 0 0 0 0 0 0 0 0 0 0: guard 101, six times A of 0 (0001101), guard 01010, six times C of 0 (1110010), guard 101.
    symbol = make_symbol(EAN13, "0" * 13)
    assert symbol.modules == 95
    assert symbol.all_modules == 113  # 11 + 95 + 7
    assert symbol.runs[:6] == (
        Bar(0, 1, is_guard=True),
        Bar(2, 1, is_guard=True),
        Bar(6, 2, is_guard=False),  # 101 0001101: the fourth sign of the digit
        Bar(9, 1, is_guard=False),
        Bar(13, 2, is_guard=False),
        Bar(16, 1, is_guard=False),
    )
    assert [bar.first for bar in symbol.runs if bar.is_guard] == [0, 2, 46, 48, 92, 94]


def test_a_number_that_begins_with_zero_stays_an_ean13_with_13_printed_digits():
    symbol = make_symbol(EAN13, "0012345678905")
    assert "".join(group.text for group in symbol.groups) == "0012345678905"
    assert symbol.groups == (DigitGroup("0", -10, 7), DigitGroup("012345", 3, 42), DigitGroup("678905", 50, 42))
    png = draw_symbol(symbol, dpi=203, dots=None, height_um=None, format="png")
    assert read_picture(png, dpi=203) == [("EAN13", "0012345678905")]


def test_an_ean8_has_four_digits_in_each_half():
    symbol = make_symbol(EAN8, "96385074")
    assert (symbol.modules, symbol.all_modules) == (67, 81)  # 7 + 67 + 7
    assert [group.text for group in symbol.groups] == ["9638", "5074"]
    assert [bar.first for bar in symbol.runs if bar.is_guard] == [0, 2, 32, 34, 64, 66]


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (EAN13, "8992761002014", "last digit would have to be 5"),
        (EAN13, "899276100201", "it has 12 digits, and 13 are needed"),
        (EAN13, "89927610020155", "it has 14 digits"),
        (EAN13, "899276100201x", "only the digits 0 to 9"),
        (EAN13, "899276100201\u0665", "only the digits 0 to 9"),
        (EAN13, "", "only the digits 0 to 9"),
        (EAN8, "96385073", "last digit would have to be 4"),
        (EAN8, NUMBER, "it has 13 digits, and 8 are needed"),
        (CODE128, "", "does not"),
        (CODE128, "Kopi\n", "does not"),
        (CODE128, "Kué", "does not"),
        (CODE128, "x" * 81, "1 to 80"),
    ],
)
def test_a_number_that_is_none_of_its_kind_is_refused_and_never_repaired(kind: SymbolKind, text: str, why: str):
    with pytest.raises(SymbolImpossible) as refused:
        make_symbol(kind, text)
    assert why in str(refused.value)
    assert refused.value.template.format_map(refused.value.facts) == str(refused.value)


def test_a_printer_of_203_dpi_has_8_dots_on_a_millimetre():
    assert dot_um(203) == 125
    assert dot_um(300) == Fraction(254, 3)  # 25.4 mm / 300
    assert dot_um(600) == Fraction(127, 3)
    with pytest.raises(ValueError, match="72 dpi"):
        dot_um(72)


@pytest.mark.parametrize(
    ("dpi", "legal", "small"),
    [
        # 0.125 mm a dot: 3 are 0.375, 4 are 0.500, 5 are 0.625; 2 are 0.250, just inside the tolerance.
        (203, (3, 4, 5), 2),
        # 0.08467 mm a dot: 4 are 0.339, 5 are 0.423, 6 are 0.508, 7 are 0.593; 3 are 0.254.
        (300, (4, 5, 6, 7), 3),
        # 0.04233 mm a dot: 8 are 0.339 (0.009 off), 7 are 0.296 (0.034), 9 are 0.381 (0.051), ... 15 are 0.635; 6 are 0.254.
        (600, (8, 7, 9, 10, 11, 12, 13, 14, 15), 6),
    ],
)
def test_modules_are_whole_dots_between_the_least_and_the_most_x(dpi: int, legal: tuple[int, ...], small: int):
    assert legal_modules(dpi) == legal
    assert small_module(dpi) == small


@pytest.mark.parametrize(
    ("room_um", "dpi", "dots"),
    [
        (42_375, 203, 3),  # 113 modules x 3 dots x 0.125 mm = 42.375 mm, both ends inside
        (100_000, 203, 3),  # 0.375 is nearer to 0.330 than 0.500
        (38_268, 300, 4),  # 113 x 4 x 0.084667 = 38.2693 mm does not fit into 38.268 mm ...
        (38_270, 300, 4),  # ... and does into 38.270 mm
        (38_270, 600, 8),
        (38_268, 600, 7),  # 113 x 7 x 0.042333 = 33.486 mm
        (33_487, 600, 7),
    ],
)
def test_the_module_nearest_to_the_nominal_x_that_fits_is_taken(room_um: int, dpi: int, dots: int):
    if (room_um, dpi) == (38_268, 300):
        with pytest.raises(SymbolDoesNotFit):
            fit_module(SYMBOL, room_um=room_um, dpi=dpi)
    else:
        assert fit_module(SYMBOL, room_um=room_um, dpi=dpi) == dots


@pytest.mark.parametrize(
    ("room_um", "dpi"), [(33_000, 203), (33_000, 300), (33_000, 600), (40_000, 203), (42_374, 203)]
)
def test_a_label_that_is_too_narrow_for_every_legal_x_is_refused(room_um: int, dpi: int):
    with pytest.raises(SymbolDoesNotFit):
        fit_module(SYMBOL, room_um=room_um, dpi=dpi)


def test_small_bars_are_drawn_on_request_within_the_width_of_the_least_x():
    # 113 modules x 0.264 mm = 29.832 mm, though 113 x 0.250 would be 28.25 mm: the quiet zones widen.
    assert fit_module(SYMBOL, room_um=29_832, dpi=203, allow_small=True) == 2
    assert symbol_width_um(SYMBOL, dots=2, dpi=203) == 29_832
    with pytest.raises(SymbolDoesNotFit):
        fit_module(SYMBOL, room_um=29_831, dpi=203, allow_small=True)


def test_small_bars_are_only_drawn_where_no_legal_ones_fit():
    assert fit_module(SYMBOL, room_um=50_000, dpi=203, allow_small=True) == 3


def test_the_refusal_says_how_wide_it_would_be_and_which_printer_could():
    with pytest.raises(SymbolDoesNotFit) as refused:
        fit_module(SYMBOL, room_um=40_000, dpi=203)
    assert refused.value.facts["needed"] == Decimal("42.4")
    assert refused.value.facts["others"] == (300, 600)
    assert "or a printer of 300, 600 dots per inch" in str(refused.value)


def test_the_refusal_says_where_small_bars_would_fit():
    with pytest.raises(SymbolDoesNotFit, match="allow small bars"):
        fit_module(SYMBOL, room_um=33_000, dpi=203)
    with pytest.raises(SymbolDoesNotFit, match=r"Take a wider label\.$"):
        fit_module(SYMBOL, room_um=20_000, dpi=203)


def test_bars_are_as_high_as_their_width_asks():
    # 22.85 mm x 0.375 / 0.330 = 25.966 mm.
    assert full_bar_um(SYMBOL, dots=3, dpi=203) == pytest.approx(25_966, abs=1)
    # Small bars keep the height of the least X: 22.85 x 0.264 / 0.330 = 18.28 mm.
    assert full_bar_um(SYMBOL, dots=2, dpi=203) == 18_280
    # 18.23 mm x 0.375 / 0.330 = 20.716 mm.
    assert full_bar_um(make_symbol(EAN8, "96385074"), dots=3, dpi=203) == pytest.approx(20_716, abs=1)


def test_a_code_128_is_a_seventh_as_high_as_wide_or_6_35_mm():
    short = make_symbol(CODE128, "A")  # start, A, check sign of 11 modules each, stop of 13: 46 modules
    assert short.modules == 46
    assert full_bar_um(short, dots=3, dpi=203) == 6_350  # 15 % of 46 x 0.375 mm = 2.6 mm
    long = make_symbol(CODE128, "A" * 20)  # 22 x 11 + 13 = 255 modules of 0.375 mm: 95.625 mm, 15 % are 14.34375 mm
    assert long.modules == 255
    assert full_bar_um(long, dots=3, dpi=203) == Fraction("14343.75")


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize(("kind", "text"), [(EAN13, NUMBER), (EAN8, "96385074"), (CODE128, "KRP-250/12 ab")])
def test_svg_pdf_and_png_are_read_by_the_decoder(kind: SymbolKind, text: str, dpi: int):
    symbol = make_symbol(kind, text)
    png, svg, pdf = (
        draw_symbol(symbol, dpi=dpi, dots=None, height_um=None, format=one) for one in ("png", "svg", "pdf")
    )
    assert read_picture(png, dpi=dpi) == [(NAMES[kind], text)]
    page = b'#set page(width: 80mm, height: 60mm, margin: 5mm)\n#image(bytes(sys.inputs.svg), format: "svg")'
    drawn = typst.compile(page, format="png", ppi=600, sys_inputs={"svg": svg.decode()}, ignore_system_fonts=True)
    assert read_picture(drawn, dpi=600) == [(NAMES[kind], text)]
    image = pdfium.PdfDocument(pdf)[0].render(scale=600 / 72).to_numpy()
    assert [one.text for one in zxingcpp.read_barcodes(image)] == [text]


def test_svg_needs_no_installed_font_and_measures_just_the_symbol():
    svg = draw_symbol(SYMBOL, dpi=203, dots=3, height_um=None, format="svg").decode()
    assert "<text" not in svg
    assert "<image" not in svg
    assert "font-family" not in svg
    # 339 dots of 0.125 mm are 42.375 mm; x 72 / 25.4 are 120.118 pt.
    assert 'width="120.118' in svg


def test_png_has_one_pixel_for_a_dot_and_nothing_between_black_and_white():
    png = Image.open(io.BytesIO(draw_symbol(SYMBOL, dpi=203, dots=3, height_um=10_000, digits=False, format="png")))
    assert png.size == (339, 80)  # 113 x 3 dots; 10 mm x 8 dots
    assert png.mode == "1"
    assert png.info["dpi"] == pytest.approx((203.2, 203.2))  # 8,000 pixels a metre
    row = np.array(png)[40]
    # 11 x 3 dots of quiet zone, then 101 at 3 dots a module.
    assert row[:42].tolist() == [True] * 33 + [False] * 3 + [True] * 3 + [False] * 3


def test_guard_bars_reach_five_modules_below_the_others():
    png = np.array(Image.open(io.BytesIO(draw_symbol(SYMBOL, dpi=203, dots=3, height_um=10_000, format="png"))))
    foot = np.flatnonzero(~png[:, 33])[-1]
    assert foot == 80 + 15 - 1  # 80 dots of bars, 5 modules of 3 dots, counted from 0
    assert np.flatnonzero(~png[: 80 + 3, 33 + 14 * 3])[-1] <= 79  # a bar of the second digit ends with the others


def test_a_symbol_of_no_dots_is_refused():
    with pytest.raises(SymbolImpossible):
        draw_symbol(SYMBOL, dpi=203, dots=0, height_um=None, format="png")
    with pytest.raises(SymbolImpossible):
        draw_symbol(SYMBOL, dpi=203, dots=3, height_um=0, format="png")
