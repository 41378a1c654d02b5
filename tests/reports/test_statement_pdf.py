"""The statement as PDF: tagged, the same bytes each time, adding up, and nothing that somebody typed is markup."""

import io
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pytest

from reports.statement import StatementDoesNotAddUp, StatementFigures
from reports.statement_pdf import TOGETHER, sum_lines, write_statement_pdf, write_statements_pdf
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
        "Rp57.749", "lima puluh tujuh ribu tujuh ratus empat puluh sembilan rupiah", "Untuk mitra", "Untuk produsen",
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


def many_statements(count: int) -> list[StatementFigures]:
    """Return statements that are short, but for the second, which goes on to further pages."""
    return [long() if place == 1 else figures(number=f"NP-2026-{place:06d}") for place in range(count)]


def test_very_many_are_one_file_each_with_its_own_pages():
    count = 2 * TOGETHER + 3
    pages = pages_of(write_statements_pdf(many_statements(count), title="Nota"))
    own = len(pages_of(write_statement_pdf(long())))
    assert len(pages) == count - 1 + own
    # After the long one, the third statement begins on a page of its own again.
    assert f"Halaman {own} dari {own}" in pages[own]
    for place in (2, TOGETHER, count - 1):
        page = pages[place + own - 1]
        assert f"NP-2026-{place:06d}" in page
        assert "Halaman 1 dari 1" in page


@pytest.mark.parametrize("count", [1, TOGETHER + 1])
def test_what_should_fit_on_a_page_and_does_not_counts_its_pages_all_the_same(count: int):
    wordy = figures(late=(), late_rp=0, lines=LINES[:2], sales_rp=30_000, fee_rp=750, fee_tax_rp=0, pph23_rp=0,
                    net_rp=29_250, carried_rp=0, due_rp=29_250, partner="Beruang Mart " * 700)  # fmt: skip
    short = [replace(wordy, number=f"NP-2026-{place:06d}", partner="Beruang Mart") for place in range(2, count + 1)]
    pages = pages_of(write_statements_pdf([wordy, *short], title="Nota"))
    own = len(pages) - len(short)
    assert own > 1
    assert [f"Halaman {place} dari {own}" in pages[place - 1] for place in range(1, own + 1)] == [True] * own
    assert "Lanjutan" in pages[1]
    assert all("Halaman 1 dari 1" in page for page in pages[own:])


def test_very_many_are_the_same_bytes_each_time():
    many = many_statements(TOGETHER + 1)
    assert write_statements_pdf(many, title="Nota") == write_statements_pdf(many, title="Nota")


def test_very_many_are_tagged_as_one_document():
    with pikepdf.open(io.BytesIO(write_statements_pdf(many_statements(2 * TOGETHER + 3), title="Nota"))) as document:
        assert not document.check_pdf_syntax()
        assert document.Root.MarkInfo.Marked
        assert document.open_metadata()["pdfuaid:part"] == "1"
        tree = document.Root.StructTreeRoot
        assert [element.S for element in tree.K] == ["/Document"]
        assert all(child.P.objgen == tree.K[0].objgen for child in tree.K[0].K)
        assert_parents_know_their_marks(document)
        assert_cells_find_their_heads(document)


def test_very_many_have_a_bookmark_each():
    count = 2 * TOGETHER + 3
    with pikepdf.open(io.BytesIO(write_statements_pdf(many_statements(count), title="Nota"))) as document:
        outlines = document.Root.Outlines
        assert outlines.Count == count
        places, bookmark, before = [], outlines.First, None
        while bookmark is not None:
            assert bookmark.Parent.objgen == outlines.objgen
            assert (bookmark.Prev.objgen if before is not None else None) == (before and before.objgen)
            places.append(document.pages.index(bookmark.Dest[0]))
            before, bookmark = bookmark, bookmark.get("/Next")
        assert before is not None
        assert before.objgen == outlines.Last.objgen
    own = len(pages_of(write_statement_pdf(long())))
    assert places == [0, 1, *range(1 + own, count - 1 + own)]


def branches(tree: pikepdf.Object, kind: str) -> list[tuple[pikepdf.Object, pikepdf.Object]]:
    """Return the pairs of a tree of names or numbers; each branch says which it has, and they follow each other."""
    pairs: list[tuple[pikepdf.Object, pikepdf.Object]] = []
    for branch in tree.Kids:
        entries = list(branch[kind])
        found = list(zip(entries[::2], entries[1::2], strict=True))
        assert [found[0][0], found[-1][0]] == list(branch.Limits)
        pairs += found
    keys = [int(key) if kind == "/Nums" else bytes(key) for key, _ in pairs]
    assert keys == sorted(set(keys))
    return pairs


def assert_parents_know_their_marks(document: pikepdf.Pdf) -> None:
    """Each page leads to the elements of what is marked on it, which lie on that very page and name the mark."""
    parents = {int(key): elements for key, elements in branches(document.Root.StructTreeRoot.ParentTree, "/Nums")}
    assert document.Root.StructTreeRoot.ParentTreeNextKey == len(parents)
    keys = [int(page.obj.StructParents) for page in document.pages]
    assert keys == list(range(len(document.pages)))
    for key, page in zip(keys, document.pages, strict=True):
        for mark, element in enumerate(parents[key]):
            named = [
                (int(kid.MCID), kid.get("/Pg", element.get("/Pg")))
                if isinstance(kid, pikepdf.Dictionary)
                else (int(kid), element.Pg)
                for kid in element.K
                if not isinstance(kid, pikepdf.Dictionary) or "/MCID" in kid
            ]
            assert any(place == mark and on.objgen == page.obj.objgen for place, on in named)


def assert_cells_find_their_heads(document: pikepdf.Pdf) -> None:
    """Each cell of a table names heads that stand in the same table."""
    known = dict(branches(document.Root.StructTreeRoot.IDTree, "/Names"))
    cells = 0
    waiting = list(document.Root.StructTreeRoot.K)
    while waiting:
        element = waiting.pop()
        waiting += [kid for kid in element.get("/K", []) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
        if element.S != "/TD":
            continue
        for head in [name for one in element.A for name in one.get("/Headers", [])]:
            cells += 1
            assert head == known[head].ID
            assert table_of(known[head]) == table_of(element)
    assert cells > 1_000


def table_of(element: pikepdf.Object) -> tuple[int, int]:
    """Return the table in which a cell stands."""
    while element.S != "/Table":
        element = element.P
    return element.objgen


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
