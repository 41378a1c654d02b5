import io
from dataclasses import replace
from datetime import date

import pikepdf
import pypdfium2 as pdfium
import pytest

from reports.number_register import RegisterFigures, RegisterRow, write_register

ROW = RegisterRow(
    number="2000000000015",
    product="Keripik Pisang",
    brand="Dapur Sri",
    content="200 g",
    producer="UD Dapur Ibu Sri",
    kind="nomor kota",
    from_on=date(2026, 3, 1),
    until_on=None,
    state="berlaku",
    reason="",
)
GTIN = replace(
    ROW, number="8992761002015", kind="GTIN", until_on=date(2027, 1, 5), state="ditarik", reason="isi berubah"
)
FIGURES = RegisterFigures(
    "Dinas Koperasi", "Kota Balikpapan", date(2026, 11, 28), "Semua nomor yang pernah terbit.", (ROW, GTIN, ROW)
)


def pages_of(pdf: bytes) -> list[str]:
    with pdfium.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\N{NO-BREAK SPACE}", " ").replace("\r\n", " ") for text in texts]


def test_the_register_says_everything_that_is_known_of_a_number():
    (page,) = pages_of(write_register(FIGURES))
    for words in (
        "Dinas Koperasi", "Kota Balikpapan", "28 Nov 2026", "Semua nomor yang pernah terbit.", "8992761002015",
        "Keripik Pisang", "Dapur Sri", "200 g", "UD Dapur Ibu Sri", "GTIN", "1 Mar 2026", "5 Jan 2027",
        "ditarik: isi berubah", "Halaman 1 dari 1",
    ):  # fmt: skip
        assert words in page


def test_the_register_counts_its_numbers_and_says_what_city_numbers_are():
    (page,) = pages_of(write_register(FIGURES))
    assert "3 nomor: 2 nomor kota, 1 GTIN; 2 berlaku, 1 ditarik." in page
    assert "bukan GTIN" in page


def test_the_head_is_repeated_and_pages_are_numbered():
    pages = pages_of(write_register(replace(FIGURES, rows=(ROW,) * 120)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "Nomor Produk Merek Isi Produsen Jenis Mulai Sampai Keadaan" in page
        assert f"Halaman {number} dari {len(pages)}" in page
    assert "120 nomor" in pages[-1]


def test_the_register_is_a_tagged_pdf_in_indonesian_with_a_title():
    with pikepdf.open(io.BytesIO(write_register(replace(FIGURES, rows=(ROW,) * 400)))) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "id"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Register nomor barang Kota Balikpapan"


def test_an_empty_register_says_so():
    (page,) = pages_of(write_register(replace(FIGURES, rows=())))
    assert "Tidak ada nomor dalam daftar ini." in page
    assert "0 nomor." in page


@pytest.mark.parametrize(
    "text", ["中文 مرحبا 🙂", "x" * 400, "#panic() *a* $b$", "\x00\u202e\ufeff", "a\nb\tc", "\uff2bopi ﷺ"]
)
def test_whatever_people_wrote_can_be_printed(text: str):
    row = replace(ROW, product=text, brand=text, content=text, producer=text, state=text, reason=text)
    assert write_register(replace(FIGURES, office=text, region=text, scope=text, rows=(row,))).startswith(b"%PDF")


def test_left_out_signs_are_told():
    (page,) = pages_of(write_register(replace(FIGURES, rows=(replace(ROW, product="Kopi 🙂"),))))
    assert "tidak dicetak" in page


def test_two_thousand_numbers_can_be_printed():
    pages = pages_of(write_register(replace(FIGURES, rows=(ROW, GTIN) * 1_000)))
    assert "2.000 nomor: 1.000 GTIN, 1.000 nomor kota" in pages[-1]


def test_equal_figures_give_equal_bytes():
    assert write_register(FIGURES) == write_register(FIGURES)
