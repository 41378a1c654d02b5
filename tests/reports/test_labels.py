import pickle
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.label_check import check_labels
from reports.labels import (
    Label,
    LabelPlan,
    LabelRun,
    LabelTooFull,
    StartImpossible,
    StockImpossible,
    SymbolDoesNotFit,
    SymbolImpossible,
    SymbolKind,
    place_labels,
    plan_labels,
    refuse_impossible_stock,
    write_labels,
)
from reports.symbol_sizes import dot_um
from tests.reports.stocks import ADDRESS, FULL, NUMBER, SIMPLE, STOCKS

POINT_UM = 25_400 / 72
TJ103, TJ107, TJ121 = (STOCKS[f"Tom & Jerry {number}"] for number in (103, 107, 121))
LONG_NAME = (
    "Keripik Singkong Pedas Manis Daun Jeruk Khas Balikpapan Buatan Tangan Ibu-Ibu Kampung Baru Tengah " + "Ekstra " * 3
)


def plan_one(label: Label, stock: str, *, dpi: int = 600, allow_small: bool = False, digits: bool = True) -> LabelPlan:
    return plan_labels([LabelRun(label, 1)], stock=STOCKS[stock], dpi=dpi, allow_small=allow_small, digits=digits)


def texts_of(pdf: bytes) -> str:
    with closing(pdfium.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def sign_boxes(pdf: bytes) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield every sign of the first page with left, top, right and foot of its ink in micrometres from the page's corner."""
    with closing(pdfium.PdfDocument(pdf)) as document:
        page = document[0]
        height = page.get_height()
        words = page.get_textpage()
        for place in range(words.count_chars()):
            sign = chr(pdfium_c.FPDFText_GetUnicode(words, place))
            if not sign.isspace():
                left, foot, right, top = words.get_charbox(place)
                yield sign, left * POINT_UM, (height - top) * POINT_UM, right * POINT_UM, (height - foot) * POINT_UM


def codes_of(plan: LabelPlan) -> list[str]:
    return [notice.code for notice in plan.notices]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"columns": 0}, "at least one column"),
        ({"columns": 50, "rows": 100}, "5000 labels"),
        ({"label_height_um": 9_999}, "too small for a barcode"),
        ({"page_height_um": 700_000}, "larger than printers take"),
        ({"left_um": -1}, "begins left of the page"),
        ({"pitch_x_um": 63_999}, r"Labels overlap: they are 64 mm wide, and the next one begins after 63\.999 mm"),
        ({"pitch_y_um": 31_999}, r"Labels overlap: they are 32 mm high, and the next one begins after 31\.999 mm"),
        ({"left_um": 32_001}, r"The last column ends 165\.001 mm"),  # 32.001 + 69 + 64 = 165.001 mm
        ({"top_um": 8_001}, r"The last row ends 210\.001 mm"),  # 8.001 + 5 x 34 + 32 = 210.001 mm
    ],
)
def test_a_paper_that_contradicts_itself_is_refused(change: dict[str, int], why: str):
    with pytest.raises(StockImpossible, match=why):
        refuse_impossible_stock(replace(TJ103, **change))


@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS.keys())
def test_papers_as_they_are_sold_are_possible(stock):
    refuse_impossible_stock(stock)


def test_labels_that_reach_just_to_the_edge_of_the_page_are_possible():
    refuse_impossible_stock(replace(TJ103, left_um=32_000, top_um=8_000))


def test_a_label_is_written_in_indonesian():
    words = texts_of(write_labels(plan_one(FULL, "A4 3x8"))).replace("\N{NO-BREAK SPACE}", " ").replace("\r\n", " ")
    for text in ("Rp15.000", "200 g", "Kode produksi B12", "sebelum 12 Mar 2027", "P-IRT 2063471010123-28"):
        assert text in words
    assert "Halal" in words
    assert "UD Dapur" in words


@pytest.mark.parametrize(("month", "word"), [(5, "Mei"), (8, "Agu"), (10, "Okt"), (12, "Des")])
def test_months_are_indonesian(month: int, word: str):
    plan = plan_one(Label(SymbolKind.EAN13, NUMBER, "Kopi", expires_on=date(2027, month, 1)), "A4 3x8")
    assert f"1 {word} 2027" in texts_of(write_labels(plan)).replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_not_given_is_not_printed():
    plan = plan_one(Label(SymbolKind.EAN13, NUMBER, "Kopi"), "A4 3x8")
    assert [line.text for line in plan.layouts[0].lines] == ["Kopi"]
    assert plan.notices == ()


def test_bars_are_full_where_the_label_allows_it():
    # 8 dots of 0.04233 mm are 0.33867 mm: 22.85 x 0.33867 / 0.330 = 23.450 mm, 553.9 dots.
    plan = plan_one(FULL, "A4 3x8")
    assert plan.layouts[0].drawing.bars == 554
    assert plan.notices == ()


def test_bars_that_are_cut_short_are_told_with_both_heights():
    (notice,) = plan_one(SIMPLE, "Tom & Jerry 107").notices
    assert notice.code == "bars_truncated"
    assert Decimal(8) <= notice.facts["height"] < Decimal("23.5")
    assert notice.facts["full"] == Decimal("23.5")  # 23.450 mm, rounded half up after 23.451 um
    assert f"Bars of {notice.facts['height']} mm instead of 23.5 mm" in str(notice)


@pytest.mark.parametrize("stock", ["Tom & Jerry 107", "roll 33x15"])
def test_bars_are_never_shorter_than_8_mm(stock: str):
    with pytest.raises(LabelTooFull) as refused:
        plan_one(FULL, stock, allow_small=True)
    assert refused.value.facts["least"] == Decimal(8)


def test_a_full_label_says_what_to_leave_out_and_what_height_would_do():
    with pytest.raises(LabelTooFull) as refused:
        plan_one(FULL, "roll 50x30", dpi=203)
    (field,), higher = refused.value.facts["fields"], refused.value.facts["higher"]
    assert (field.group, str(field)) == ("label_field", "halal")
    plan_one(replace(FULL, halal=None), "roll 50x30", dpi=203)
    stock = STOCKS["roll 50x30"]
    plan_labels([LabelRun(FULL, 1)], stock=replace(stock, **of_height(higher)), dpi=203)
    with pytest.raises(LabelTooFull):
        plan_labels([LabelRun(FULL, 1)], stock=replace(stock, **of_height(higher - 1)), dpi=203)


def of_height(height_mm: int) -> dict[str, int]:
    return {"label_height_um": height_mm * 1_000, "page_height_um": height_mm * 1_000}


def test_small_bars_are_told():
    plan = plan_one(Label(SymbolKind.EAN13, NUMBER, "Kopi"), "roll 33x15", dpi=203, allow_small=True)
    assert codes_of(plan) == ["module_small", "bars_truncated"]
    assert plan.notices[0].facts["module"] == Decimal("0.250")


def test_small_bars_are_not_drawn_unasked():
    with pytest.raises(SymbolDoesNotFit):
        plan_one(SIMPLE, "roll 40x30", dpi=203)


def test_a_long_name_ends_with_an_ellipsis_and_is_told():
    plan = plan_one(replace(SIMPLE, name=LONG_NAME), "roll 50x30")
    bold = [line.text for line in plan.layouts[0].lines if line.is_bold and not line.text.startswith("Rp")]
    assert len(bold) == 2
    assert bold[1].endswith("…")
    assert LONG_NAME.startswith(f"{bold[0]} {bold[1][:-1]}")
    assert "name_shortened" in codes_of(plan)


def test_a_long_name_is_cut_to_one_row_where_the_label_is_low():
    plan = plan_one(replace(SIMPLE, name=LONG_NAME, content=None, price_rp=None), "roll 33x15", allow_small=True)
    (line,) = plan.layouts[0].lines
    assert line.text.endswith("…")
    assert codes_of(plan) == ["module_small", "bars_truncated", "name_shortened"]


def test_a_number_is_never_cut_short():
    with pytest.raises(LabelTooFull):
        plan_one(replace(SIMPLE, batch="B" * 90), "A4 3x8")


@pytest.mark.parametrize(
    ("name", "printed", "lost"),
    [
        ("🍌 Keripik 🍌", "Keripik", "🍌🍌"),
        ("Keripik 香蕉", "Keripik", "香蕉"),
        ("Keripik موز pedas", "Keripik pedas", "موز"),
        ("Keripik\u202e pedas", "Keripik pedas", None),  # turns the line around: shows nothing, is missed by nobody
        ("\uff2beripik", "Keripik", None),  # a full-width K
        ("Keripik\x00\n\tPisang", "Keripik Pisang", None),
    ],
)
def test_signs_that_the_typeface_lacks_are_left_out_and_told(name: str, printed: str, lost: str | None):
    plan = plan_one(replace(SIMPLE, name=name, price_rp=None), "A4 3x8")
    assert " ".join(line.text for line in plan.layouts[0].lines if line.is_bold) == printed
    assert [notice.facts["signs"] for notice in plan.notices] == ([lost] if lost else [])
    assert check_labels(write_labels(plan), plan) == 1


def test_a_name_of_which_nothing_can_be_printed_is_told():
    plan = plan_one(replace(SIMPLE, name="香蕉片"), "A4 3x8")
    assert codes_of(plan) == ["name_unprintable"]
    write_labels(plan)


@pytest.mark.parametrize(
    "text",
    ["#panic()", '"); #read("/etc/passwd")', "*tebal* _miring_ $x$", "<label> @ref", "\\u{41}", "// hilang", "`x`"],
)
def test_text_is_never_markup(text: str):
    plan = plan_one(replace(SIMPLE, name=text), "A4 3x8")
    assert text in texts_of(write_labels(plan)).replace("\r\n", " ")


SIGNS = st.characters(exclude_categories=["Cs"])


@settings(max_examples=60, deadline=None)
@given(
    name=st.one_of(
        st.text(SIGNS, max_size=130), st.just(LONG_NAME), st.just("W" * 120), st.just("Éjã " * 30), st.just("Ù")
    ),
    producer=st.one_of(st.none(), st.text(SIGNS, max_size=60)),
    stock=st.sampled_from(list(STOCKS)),
    dpi=st.sampled_from([203, 300, 600]),
)
def test_text_stays_on_its_label_and_off_the_bars(name: str, producer: str | None, stock: str, dpi: int):
    label = replace(SIMPLE, name=name, producer=producer)
    try:
        plan = plan_one(label, stock, dpi=dpi, allow_small=True, digits=False)
    except LabelTooFull:
        return
    paper, layout = plan.stock, plan.layouts[0]
    dot = dot_um(dpi)
    left, top = paper.left_um + layout.left * dot, paper.top_um + layout.top * dot
    right, foot = left + layout.drawing.width * dot, top + layout.drawing.bars * dot
    slack = 60  # half a dot of 203 dpi, by which a label moves to lie on the printer's dots
    for sign, sign_left, sign_top, sign_right, sign_foot in sign_boxes(write_labels(plan)):
        assert paper.left_um - slack <= sign_left, sign
        assert sign_right <= paper.left_um + paper.label_width_um + slack, sign
        assert paper.top_um - slack <= sign_top, sign
        assert sign_foot <= paper.top_um + paper.label_height_um + slack, sign
        beside = sign_right <= left + slack or sign_left >= right - slack
        assert beside or sign_foot <= top + slack or sign_top >= foot - slack, sign


def test_a_qr_code_stands_beside_the_bars_with_modules_of_whole_dots():
    layout = plan_one(replace(SIMPLE, qr=ADDRESS), "A4 3x8").layouts[0]
    assert layout.qr is not None
    assert layout.qr.module == 8  # 0.3 mm / 0.04233 mm = 7.09 dots, rounded up
    assert layout.qr.size == (len(layout.qr.rows) + 8) * 8  # four modules of white on each side
    assert layout.qr_left + layout.qr.size <= layout.left or layout.qr_left >= layout.left + layout.drawing.width


def test_a_qr_code_that_has_no_room_is_refused():
    with pytest.raises(LabelTooFull, match="Leave out: qr"):
        plan_one(replace(SIMPLE, qr=ADDRESS), "roll 40x30")
    with pytest.raises(LabelTooFull, match="address"):
        plan_one(replace(SIMPLE, qr=ADDRESS * 9), "A4 3x8")


def test_symbols_lie_on_whole_dots_of_the_page():
    # The third column of A4 3x7 begins at 7.25 + 2 x 66 = 139.25 mm: 139.25 / 25.4 x 600 = 3289.37 dots, so at dot 3289.
    plan = plan_labels([LabelRun(SIMPLE, 3)], stock=STOCKS["A4 3x7"], dpi=600)
    assert [placed.cell.left for placed in place_labels(plan)][:3] == [171, 1730, 3289]


def test_labels_start_where_a_used_sheet_is_still_whole():
    plan = plan_labels([LabelRun(SIMPLE, 2)], stock=TJ121, dpi=600)
    pages = [(placed.page, placed.cell.position, placed.layout) for placed in place_labels(plan, start_at=10)]
    assert pages[8:12] == [(1, 9, None), (1, 10, 0), (2, 1, 0), (2, 2, None)]
    assert len(pages) == 20
    assert len(pdfium.PdfDocument(write_labels(plan, start_at=10))) == 2


@pytest.mark.parametrize("start", [0, 11, -1])
def test_a_position_that_the_sheet_does_not_have_is_refused(start: int):
    with pytest.raises(StartImpossible, match="positions 1 to 10"):
        write_labels(plan_labels([LabelRun(SIMPLE, 1)], stock=TJ121, dpi=600), start_at=start)


def test_equal_plans_give_equal_bytes():
    runs = [LabelRun(FULL, 3), LabelRun(replace(SIMPLE, qr=ADDRESS), 2)]
    first, second = (write_labels(plan_labels(runs, stock=TJ121, dpi=600)) for _ in range(2))
    assert first == second


def test_equal_labels_are_laid_out_once():
    plan = plan_labels([LabelRun(SIMPLE, 2), LabelRun(FULL, 1), LabelRun(SIMPLE, 1)], stock=TJ121, dpi=600)
    assert len(plan.layouts) == 2
    assert plan.order == (0, 0, 1, 0)
    assert plan.count_pages() == 1


def test_what_holds_for_many_labels_is_told_once():
    runs = [LabelRun(replace(SIMPLE, name=name), 1) for name in ("Kopi", "Teh", "Madu")]
    assert codes_of(plan_labels(runs, stock=TJ107, dpi=600)) == ["bars_truncated"]


@pytest.mark.parametrize("copies", [0, -1])
def test_a_run_has_at_least_one_copy(copies: int):
    with pytest.raises(ValueError, match="at least once"):
        plan_labels([LabelRun(SIMPLE, copies)], stock=TJ121, dpi=600)


def test_a_wrong_number_is_refused_before_anything_is_drawn():
    with pytest.raises(SymbolImpossible):
        plan_one(replace(SIMPLE, number="8992761002014"), "A4 3x8")


def test_plans_and_refusals_can_be_sent_to_another_process():
    plan = plan_one(replace(SIMPLE, name="香蕉 {Kopi}"), "Tom & Jerry 107")
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301  # our own bytes
    with pytest.raises(LabelTooFull) as refused:
        plan_one(FULL, "Tom & Jerry 107")
    sent = pickle.loads(pickle.dumps(refused.value))  # noqa: S301  # our own bytes
    assert (type(sent), str(sent), sent.facts) == (LabelTooFull, str(refused.value), refused.value.facts)
    assert sent.facts["fields"][0].group == "label_field"
