"""The statement as PDF: tagged, the same bytes each time, adding up, and nothing that somebody typed is markup."""

import io
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pytest

from reports.statement import StatementDoesNotAddUp, StatementFigures
from reports.statement_pdf import MOST_TAGGED, sum_lines, write_statement_pdf, write_statements_pdf
from tests.reports.figures import LINES, NOTHING_SOLD, STOCK, figures, full
from tests.reports.test_stock_note import HOSTILE, pages_of

NEGATIVE = figures(
    lines=LINES[1:2], late=(), late_rp=0, sales_rp=-15_000, fee_rp=-375, fee_tax_rp=0, pph23_rp=0, net_rp=-14_625,
    carried_rp=0, due_rp=0, carry_rp=-14_625,
)  # fmt: skip


def long() -> StatementFigures:
    """Return a statement of 120 products: 45.000 each, 1.125 fee: 5.400.000 less 135.000 are 5.265.000."""
    lines = tuple(
        replace(LINES[0], product=f"Keripik {place:03d}", product_code=f"K-{place:03d}") for place in range(120)
    )
    stock = tuple(
        replace(STOCK, product=line.product, product_code=line.product_code, sold=Decimal(3), closing=Decimal(22))
        for line in lines
    )
    return figures(
        lines=lines, stock=stock, late=(), late_rp=0, sales_rp=5_400_000, fee_rp=135_000, fee_tax_rp=0, pph23_rp=0,
        net_rp=5_265_000, carried_rp=0, due_rp=5_265_000,
    )  # fmt: skip


def test_it_says_all_there_is():
    text = " ".join(pages_of(write_statement_pdf(full())))
    for said in (
        "Nota perhitungan titip jual", "NP-2026-000001", "Beruang Mart", "Dapur Ani", "1 Okt 2026", "31 Okt 2026", "15 Nov 2026",
        "langsung dari mitra ke produsen", "Keripik", "PRD-1", "Rp45.000", "-Rp15.000", "0,375", "2,5%",
        "Stok awal", "Stok akhir", "Rincian hari periode sebelumnya", "S-77 susulan.csv", "hilang, SO-2026-000001", "33,33%",
        "Sanggahan nota September diterima", "-Rp2.000", "PPN atas komisi", "PPh 23 dipotong produsen", "Sisa minus periode lalu",
        "Rp57.749", "lima puluh tujuh ribu tujuh ratus empat puluh sembilan rupiah", "Untuk mitra", "Untuk pelaku UMKM",
        "Rini Wulandari", "Bagus Prakoso", "Segel 12:0123456789abcdef", "Tulis nomor nota NP-2026-000001",
    ):  # fmt: skip
        assert said in text, said


def test_a_long_statement_repeats_its_heads_and_counts_its_pages():
    pages = pages_of(write_statement_pdf(long()))
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"Halaman {number} dari {len(pages)}" in page
        assert "NP-2026-000001" in page
    assert [("Produk Jenis" in page) or ("Stok awal" in page) or ("Uraian" in page) for page in pages] == [True] * len(
        pages
    )
    assert "Lanjutan" in pages[1]
    assert "Lanjutan" not in pages[0]


def test_nothing_sold_and_a_rest_below_zero_are_statements_too():
    nothing = " ".join(pages_of(write_statement_pdf(figures(**NOTHING_SOLD))))
    assert "Tidak ada penjualan pada periode ini." in nothing
    assert "nol rupiah" in nothing
    assert "tidak ada yang harus dibayar" in nothing
    negative = " ".join(pages_of(write_statement_pdf(NEGATIVE)))
    assert "Sisa minus dibawa ke periode berikut -Rp14.625" in negative


def test_a_draft_says_so_on_every_page_and_is_not_to_be_signed():
    pages = pages_of(write_statement_pdf(replace(long(), number="", seal="", is_draft=True)))
    assert all("DRAF" in page for page in pages)
    assert "belum menjadi tagihan" in pages[-1]
    assert "Untuk mitra" not in " ".join(pages)


def test_it_is_tagged_and_equal_figures_give_equal_bytes():
    pdf = write_statement_pdf(full())
    assert pdf == write_statement_pdf(full())
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "id"
        assert document.open_metadata()["pdfuaid:part"] == "1"
        assert "NP-2026-000001" in str(document.open_metadata()["dc:title"])


def test_all_of_a_closing_stand_in_one_file_each_with_its_own_pages():
    many = [full(number=f"NP-2026-{place:06d}", producer=f"Dapur {place}") for place in range(1, 8)]
    pages = pages_of(write_statements_pdf([*many, long()], title="Nota Beruang Mart"))
    for place in range(1, 8):
        own = [page for page in pages if f"NP-2026-{place:06d}" in page and f"Dapur {place}" in page]
        assert "Halaman 1 dari" in own[0]
    assert f"Halaman {len(pages_of(write_statement_pdf(long())))} dari" in pages[-1]


def test_very_many_are_one_file_without_tags():
    many = [figures(number=f"NP-2026-{place:06d}") for place in range(MOST_TAGGED + 1)]
    with pikepdf.open(io.BytesIO(write_statements_pdf(many, title="Nota"))) as document:
        assert len(document.pages) == MOST_TAGGED + 1
        assert "/StructTreeRoot" not in document.Root


@pytest.mark.parametrize("name", ["sales_rp", "fee_rp", "losses_rp", "net_rp", "due_rp", "late_rp", "adjustments_rp"])
def test_one_rupiah_off_is_refused(name: str):
    with pytest.raises(StatementDoesNotAddUp):
        write_statement_pdf(replace(full(), **{name: getattr(full(), name) + 1}))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_text(text: str):
    line = replace(LINES[0], store_name=text, product=text, product_code=text, store=text)
    written = figures(partner=text, producer=text, office=text, lines=(line, *LINES[1:]))
    assert pages_of(write_statement_pdf(written))


def test_lines_of_all_stores_are_summed_by_product_price_and_fee():
    lines = (
        replace(LINES[0], store="T2"),
        replace(LINES[0], store="T1"),
        replace(LINES[0], unit_price_rp=16_000),
        replace(LINES[0], fee_rate_bp=300),
    )
    summed = sum_lines(lines, lambda line: replace(line, store="", store_name=""))
    assert [(one.unit_price_rp, one.fee_rate_bp, one.quantity, one.sales_rp, one.fee_rp) for one in summed] == [
        (15_000, 250, Decimal(6), 90_000, 2_250),
        (15_000, 300, Decimal(3), 45_000, 1_125),
        (16_000, 250, Decimal(3), 45_000, 1_125),
    ]
