import io
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pytest

from reports.count_sheet import CountFacts, write_count_sheet
from reports.stock_paper import Party
from reports.symbols import SymbolImpossible
from tests.reports.counts import CHIPS, COUNT, COUNT_WORDS_EN, COUNT_WORDS_ID, SHRIMP
from tests.reports.stocks import make_numbers
from tests.reports.test_stock_note import HOSTILE, pages_of, read_page


def test_a_sheet_says_what_to_count_and_where():
    (page,) = pages_of(write_count_sheet(COUNT, COUNT_WORDS_ID))
    for words in (
        "Lembar stok opname", "SO-2026-000004", "Gerai Beruang Mart Sepinggan", "Hari 31 Okt 2026",
        "Keripik Pisang Balado 200 g UD Dapur Ibu Sri 2000000000015 B12 12 Mar 2027 bks", "Terhitung Catatan",
        "Barang lain yang ditemukan", "Dihitung oleh", "2 baris", "Halaman 1 dari 1",
    ):  # fmt: skip
        assert words in page


def test_a_sheet_is_blind_unless_the_books_are_asked_for():
    (blind,) = pages_of(write_count_sheet(COUNT, COUNT_WORDS_ID))
    (open_,) = pages_of(write_count_sheet(replace(COUNT, shows_book=True), COUNT_WORDS_ID))
    assert "1.234,5" not in blind
    assert "Menurut buku" not in blind
    assert "1.234,5" in open_
    assert "Menurut buku" in open_


def test_the_same_sheet_in_english():
    (page,) = pages_of(write_count_sheet(COUNT, COUNT_WORDS_EN))
    for words in ("Day 31 Oct 2026", "Counted Notes", "Other goods that were found", "Lines: 2", "Page 1 of 1"):
        assert words in page


def test_the_number_is_read_from_the_sheet():
    found = [("Code128", "SO-2026-000004"), ("QRCode", "SO-2026-000004")]
    assert read_page(write_count_sheet(COUNT, COUNT_WORDS_ID)) == found


def test_a_sheet_without_a_number_has_no_code():
    pdf = write_count_sheet(replace(COUNT, number=""), COUNT_WORDS_ID)
    assert read_page(pdf) == []


@pytest.mark.parametrize("dpi", [200, 300, 600])
def test_products_are_read_from_the_sheet_where_their_bars_are_asked_for(dpi: int):
    numbers = make_numbers(9, seed=3)
    lines = (*(replace(CHIPS, number=number) for number in numbers), replace(SHRIMP, number="KODE-SENDIRI"), SHRIMP)
    pdf = write_count_sheet(replace(COUNT, number="", lines=lines, shows_bars=True), COUNT_WORDS_ID)
    assert read_page(pdf, dpi=dpi) == sorted(("EAN13", number) for number in numbers)


def test_a_wrong_number_is_not_drawn():
    with pytest.raises(SymbolImpossible):
        write_count_sheet(
            replace(COUNT, lines=(replace(CHIPS, number="2000000000016"),), shows_bars=True), COUNT_WORDS_ID
        )


def test_the_head_is_repeated_and_pages_are_numbered():
    pages = pages_of(write_count_sheet(replace(COUNT, lines=(CHIPS, SHRIMP) * 250), COUNT_WORDS_ID))
    assert sum(page.count("Keripik Pisang Balado") for page in pages) == 250
    for number, page in enumerate(pages, 1):
        assert f"Halaman {number} dari {len(pages)}" in page
        if "Keripik" in page:
            assert "Satuan Terhitung Catatan" in page
    assert "500 baris" in pages[-1]


def test_a_sheet_is_a_tagged_pdf_and_equal_facts_give_equal_bytes():
    facts = replace(COUNT, lines=(CHIPS, SHRIMP) * 100, shows_bars=True)
    pdf = write_count_sheet(facts, COUNT_WORDS_EN)
    assert pdf == write_count_sheet(facts, COUNT_WORDS_EN)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_a_sheet_without_goods_says_so():
    (page,) = pages_of(write_count_sheet(replace(COUNT, lines=(), blank_rows=0, signatures=()), COUNT_WORDS_ID))
    assert "Tidak ada barang untuk dihitung." in page


def spoil(text: str) -> CountFacts:
    line = replace(
        CHIPS, product=text, content=text, producer=text, number=text, batch=text, unit=text, book=Decimal(1)
    )
    return replace(
        COUNT,
        title=text or "-",
        office=text,
        store=Party(text, text, (text,)),
        partner=text,
        remark=text,
        lines=(line,) * 3,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_people_wrote_can_be_printed(text: str):
    assert write_count_sheet(spoil(text), COUNT_WORDS_ID).startswith(b"%PDF")


def test_left_out_signs_are_told():
    (page,) = pages_of(write_count_sheet(replace(COUNT, remark="🙂 rak"), COUNT_WORDS_ID))
    assert COUNT_WORDS_ID.left_out in page
