import io
from dataclasses import replace

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from reports.label_check import LabelUnreadable, check_labels, render_preview
from reports.labels import LabelPlan, LabelRun, SymbolDoesNotFit, SymbolKind, plan_labels, write_labels
from tests.reports.stocks import ADDRESS, FULL, NUMBER, SIMPLE, STOCKS, make_numbers

NUMBERS = make_numbers(50, seed=11)
TOO_NARROW = {("roll 33x15", 203), ("roll 33x15", 300), ("roll 33x15", 600), ("roll 40x30", 203)}
"""Where no legal X on whole dots fits: 113 modules take 42.38 mm at 203 dpi, 38.27 at 300 and 33.49 at 600."""
TJ121 = STOCKS["Tom & Jerry 121"]


def name_only(number: str):
    return replace(SIMPLE, number=number, name=f"Produk {number[-4:]}", content=None, price_rp=None)


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("stock", STOCKS)
def test_every_symbol_is_read_on_every_paper_at_every_resolution(stock: str, dpi: int):
    runs = [LabelRun(name_only(number), 1) for number in NUMBERS]
    if (stock, dpi) in TOO_NARROW:
        with pytest.raises(SymbolDoesNotFit):
            plan_labels(runs, stock=STOCKS[stock], dpi=dpi)
    plan = plan_labels(runs, stock=STOCKS[stock], dpi=dpi, allow_small=True)
    small = {notice.code for notice in plan.notices} & {"module_small"}
    assert bool(small) == ((stock, dpi) in TOO_NARROW)
    assert check_labels(write_labels(plan), plan) == 50


@pytest.mark.parametrize("kind", [SymbolKind.EAN8, SymbolKind.CODE128])
def test_other_kinds_are_read_too(kind: SymbolKind):
    numbers = make_numbers(12, seed=5, length=8)
    runs = [LabelRun(replace(SIMPLE, symbol=kind, number=number), 1) for number in numbers]
    plan = plan_labels(runs, stock=TJ121, dpi=203)
    assert check_labels(write_labels(plan), plan) == 12


def test_qr_codes_are_read_beside_the_bars():
    runs = [LabelRun(replace(FULL, number=number, qr=f"{ADDRESS}&n={number}"), 2) for number in NUMBERS[:6]]
    for dpi in (203, 300, 600):
        plan = plan_labels(runs, stock=TJ121, dpi=dpi)
        assert check_labels(write_labels(plan), plan) == 24  # 6 labels x 2 copies x 2 symbols


def test_used_positions_stay_empty():
    plan = plan_labels([LabelRun(SIMPLE, 4)], stock=TJ121, dpi=300)
    assert check_labels(write_labels(plan, start_at=9), plan, start_at=9) == 4


@pytest.fixture(scope="module")
def plan() -> LabelPlan:
    return plan_labels([LabelRun(name_only(number), 1) for number in NUMBERS[:10]], stock=TJ121, dpi=300)


def paint(pdf: bytes, operators: str) -> bytes:
    """Return *pdf* with something painted over its first page, in points from the lower left corner."""
    document = pikepdf.open(io.BytesIO(pdf))
    document.pages[0].contents_add(document.make_stream(operators.encode()), prepend=False)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_another_number_is_caught(plan: LabelPlan):
    others = plan_labels([LabelRun(name_only(number), 1) for number in NUMBERS[10:20]], stock=TJ121, dpi=300)
    with pytest.raises(LabelUnreadable) as refused:
        check_labels(write_labels(others), plan)
    assert refused.value.facts == {
        "page": 1,
        "position": 1,
        "expected": f"{NUMBERS[0]} (EAN13)",
        "found": f"{NUMBERS[10]} (EAN13)",
    }


def test_another_kind_of_symbol_is_caught(plan: LabelPlan):
    runs = [LabelRun(replace(name_only(number), symbol=SymbolKind.CODE128), 1) for number in NUMBERS[:10]]
    with pytest.raises(LabelUnreadable, match="Code128"):
        check_labels(write_labels(plan_labels(runs, stock=TJ121, dpi=300)), plan)


def test_a_missing_qr_code_is_caught():
    without, wanted = (
        plan_labels([LabelRun(one, 1)], stock=TJ121, dpi=300) for one in (SIMPLE, replace(SIMPLE, qr=ADDRESS))
    )
    with pytest.raises(LabelUnreadable, match="QRCode"):
        check_labels(write_labels(without), wanted)
    with pytest.raises(LabelUnreadable, match="QRCode"):
        check_labels(write_labels(wanted), without)


def test_a_covered_symbol_is_caught(plan: LabelPlan):
    pdf = paint(write_labels(plan), "0 g 0 0 468 595 re f")
    with pytest.raises(LabelUnreadable, match=r"and - was read"):
        check_labels(pdf, plan)


@pytest.mark.parametrize("grey", ["0", "1"])
def test_a_scratch_that_the_decoder_would_forgive_is_caught(plan: LabelPlan, grey: str):
    # A stroke of half a millimetre through the first label, 20 mm below the page's upper edge (595.3 pt): at 538 pt.
    pdf = paint(write_labels(plan), f"{grey} g 0 538 200 1.5 re f")
    with pytest.raises(LabelUnreadable, match="to the dot"):
        check_labels(pdf, plan)


def test_a_page_that_was_scaled_is_caught(plan: LabelPlan):
    document = pikepdf.open(io.BytesIO(write_labels(plan)))
    page = document.pages[0]
    page.contents_add(document.make_stream(b"q 0.97 0 0 0.97 0 18 cm"), prepend=True)
    page.contents_add(document.make_stream(b"Q"), prepend=False)
    target = io.BytesIO()
    document.save(target)
    with pytest.raises(LabelUnreadable):
        check_labels(target.getvalue(), plan)


def test_a_bitmap_that_was_scaled_is_caught(plan: LabelPlan):
    with pdfium.PdfDocument(write_labels(plan)) as document:
        picture = document[0].render(scale=110 / 72).to_pil().convert("L")
    target = io.BytesIO()
    width, height = TJ121.page_width_um / 25_400 * 72, TJ121.page_height_um / 25_400 * 72
    picture.resize((round(width * 300 / 72), round(height * 300 / 72)), Image.Resampling.BICUBIC).save(
        target, "PDF", resolution=300
    )
    with pytest.raises(LabelUnreadable):
        check_labels(target.getvalue(), plan)


def test_a_symbol_on_a_used_position_is_caught():
    plan = plan_labels([LabelRun(SIMPLE, 2)], stock=TJ121, dpi=300)
    with pytest.raises(LabelUnreadable, match="label 1: nothing should stand there"):
        check_labels(write_labels(plan, start_at=1), plan, start_at=2)


def test_a_missing_page_is_caught():
    one, two = (plan_labels([LabelRun(SIMPLE, copies)], stock=TJ121, dpi=203) for copies in (10, 11))
    with pytest.raises(LabelUnreadable, match="1 pages instead of 2"):
        check_labels(write_labels(one), two)


def test_a_preview_is_as_wide_as_asked(plan: LabelPlan):
    pdf = write_labels(plan)
    preview = Image.open(io.BytesIO(render_preview(pdf, width_px=330)))
    assert (preview.format, preview.width) == ("PNG", 330)
    assert 419 <= preview.height <= 421  # 330 x 210 / 165 = 420
    with pytest.raises(ValueError, match="no page 2"):
        render_preview(pdf, page=2, width_px=330)
    with pytest.raises(ValueError, match="not 9000"):
        render_preview(pdf, width_px=9_000)


def test_a_number_is_printed_with_the_zeros_before_it():
    number = make_numbers(4, seed=1)[3]
    assert number.startswith("000")
    plan = plan_labels([LabelRun(name_only(number), 1)], stock=TJ121, dpi=203)
    assert plan.layouts[0].drawing.symbol.text == number != NUMBER
    assert check_labels(write_labels(plan), plan) == 1
