import csv
import io
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from unicodedata import category

import numpy as np
import openpyxl
import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp

from reports.label_check import render_grey
from reports.stock_note import (
    Mark,
    NoteDoesNotAddUp,
    NoteFacts,
    NoteTotals,
    Party,
    Receiving,
    Refusal,
    Signature,
    Tone,
    compute_amount,
    write_note,
    write_note_csv,
    write_note_xlsx,
)
from reports.symbol_sizes import SymbolDoesNotFit
from reports.symbols import SymbolImpossible
from reports.wording import LabelTooFull
from tests.reports.notes import ADDRESS, CHIPS, LINES, NOTE, SAUCE, TOLD, WORDS_EN, WORDS_ID, WRITTEN_OFF
from tests.reports.test_spreadsheet import ATTACKS, is_live

POINTS = 72
INVISIBLE = "\u200b\ufeff\u00ad\ufffe"
HOSTILE = [
    "#panic() *a* $b$ [x] `c` <d> @e //",
    '") #read("/etc/passwd") ("',
    "中文 مرحبا 🙂",
    "x" * 400,
    "\x00\u202e\ufeff\u2066abc",
    "a\nb\tc",
    "",
    *ATTACKS[:4],
]


def pages_of(pdf: bytes) -> list[str]:
    """Return what each page says, with a blank for every line's end."""
    with pdfium.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [
        " ".join(text.replace("\N{NO-BREAK SPACE}", " ").translate(dict.fromkeys(map(ord, INVISIBLE))).split())
        for text in texts
    ]


def read_page(pdf: bytes, page: int = 1, *, dpi: int = 300) -> list[tuple[str, str]]:
    """Return format and text of every symbol on a page, as a scanner sees it."""
    with pdfium.PdfDocument(pdf) as document:
        pixels = np.ascontiguousarray(render_grey(document, page, dots_per_point=dpi / POINTS))
    return sorted((one.format.name, one.text) for one in zxingcpp.read_barcodes(pixels))


def lengthen(count: int) -> NoteFacts:
    """Return a note with the same three lines *count* times."""
    totals = NoteTotals(lines=3 * count, quantity=count * Decimal("65.25"), amount_rp=count * 706_249)
    return replace(NOTE, lines=LINES * count, totals=totals)


def test_a_note_says_everything_that_is_known_of_it():
    (page,) = pages_of(write_note(NOTE, WORDS_ID))
    for words in (
        "Surat jalan", "SJ-2026-000123", "BELUM DITERIMA", "Dinas Koperasi, UMKM dan Perindustrian Kota Balikpapan",
        "Pengirim UD Dapur Ibu Sri Jl. Marsma Iswahyudi No. 12, Sepinggan Balikpapan 76115 0812-3456-7890",
        "Penerima Beruang Mart Sepinggan Jl. Mulawarman No. 5 0542-765432", "Hari 5 Okt 2026", "Dibuat 4 Okt 2026",
        "Mitra PT Beruang Mart Nusantara", "Dibawa oleh Pak Joko (KT 1234 AB)",
        "Keterangan: Dua dus; yang bertanda merah jangan ditumpuk.", "Keripik Pisang Balado 200 g", "2000000000015",
        "B12 12 Mar 2027", "40 bks Rp15.000 Rp600.000", "1,25 kg Rp84.999 Rp106.249", "Rp706.249",
        "Jumlah (3 baris)", "Sri Wahyuni", "dicetak 4 Okt 2026", "Halaman 1 dari 1", WORDS_ID.unpriced, WORDS_ID.by_hand,
    ):  # fmt: skip
        assert words in page
    assert WORDS_ID.left_out not in page


def test_a_name_of_120_signs_is_printed_in_full():
    name = f"{SAUCE.product} dan Kentang"[:120].ljust(120, "x")
    (page,) = pages_of(write_note(replace(NOTE, lines=(CHIPS, LINES[1], replace(SAUCE, product=name))), WORDS_ID))
    assert name in page


def test_what_was_accepted_and_refused_is_printed_once_it_is_told():
    (page,) = pages_of(write_note(TOLD, WORDS_ID))
    for words in (
        "35 3 rusak 2 kurang",
        "Nilai barang yang diterima: Rp631.249",
        "Diterima 6 Okt 2026",
        "Rahmat Hidayat",
    ):
        assert words in page
    assert "24 tidak dipesan" in page
    assert WORDS_ID.by_hand not in page


def test_the_same_note_is_printed_in_english_with_the_words_that_are_given():
    (page,) = pages_of(write_note(TOLD, WORDS_EN))
    for words in (
        "Received on 6 Oct 2026",
        "Accepted Refused",
        "Total (lines: 3)",
        "Page 1 of 1",
        "Brought by Pak Joko",
    ):
        assert words in page
    assert "Halaman" not in page


def test_a_paper_that_nobody_receives_has_no_room_for_it():
    (page,) = pages_of(write_note(WRITTEN_OFF, WORDS_ID))
    assert "Alasan: rusak" in page
    assert "Jumlah (1 baris)" in page
    assert "Diterima" not in page
    assert "Ditolak" not in page


def test_large_amounts_do_not_run_into_each_other():
    # 9.999.999 x 99.999,125 = 999.991.150.000,875.
    line = replace(CHIPS, quantity=Decimal("99999.125"), unit="kemasan", price_rp=9_999_999, amount_rp=999_991_150_001)
    told = replace(line, accepted=line.quantity)
    totals = NoteTotals(1, line.quantity, 999_991_150_001, line.quantity, Decimal(0), 999_991_150_001)
    (page,) = pages_of(write_note(replace(TOLD, lines=(told,), totals=totals), WORDS_ID))
    assert "99.999,125 kemasan Rp9.999.999 Rp999.991.150.001 99.999,125" in page


def test_quantities_of_unlike_units_are_not_added():
    (page,) = pages_of(write_note(NOTE, WORDS_ID))
    assert "40 bks Rp706.249 1,25 kg 24 btl" in page
    assert "65,25" not in page


def test_a_note_that_is_void_says_so_across_every_page():
    facts = replace(lengthen(20), mark=Mark("batal", Tone.VOID))
    pages = pages_of(write_note(facts, WORDS_ID))
    assert len(pages) > 2
    assert all("BATAL" in page for page in pages)


@pytest.mark.parametrize("dpi", [200, 300, 600])
def test_bars_say_the_number_and_the_square_code_the_address(dpi: int):
    pdf = write_note(NOTE, WORDS_ID)
    assert read_page(pdf, dpi=dpi) == [("Code128", "SJ-2026-000123"), ("QRCode", ADDRESS)]


def test_without_a_public_address_both_say_the_number():
    pdf = write_note(WRITTEN_OFF, WORDS_ID)
    assert read_page(pdf) == [("Code128", "BH-2026-000007"), ("QRCode", "BH-2026-000007")]


def test_symbols_are_read_on_a_void_note_too():
    pdf = write_note(replace(TOLD, mark=Mark("batal", Tone.VOID)), WORDS_ID)
    assert read_page(pdf) == [("Code128", "SJ-2026-000123"), ("QRCode", ADDRESS)]


def test_a_number_that_bars_cannot_say_is_refused():
    with pytest.raises(SymbolImpossible):
        write_note(replace(NOTE, number="SJ-é"), WORDS_ID)
    with pytest.raises(SymbolDoesNotFit):
        write_note(replace(NOTE, number="SJ-ABCDEFGHIJKLMNOPQRSTUVWXYZ"), WORDS_ID)
    with pytest.raises(LabelTooFull):
        write_note(replace(NOTE, address="https://" + "a" * 300), WORDS_ID)


def test_the_head_is_repeated_and_every_page_says_which_paper_it_is_of():
    pages = pages_of(write_note(lengthen(30), WORDS_ID))
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert "SJ-2026-000123" in page
        assert f"Halaman {number} dari {len(pages)}" in page
        if "Keripik Pisang Balado" in page:
            assert "Satuan Harga Nilai Diterima Ditolak" in page
    assert [("Lanjutan" in page) for page in pages] == [False] + [True] * (len(pages) - 1)
    assert "Jumlah (90 baris)" not in pages[0]
    assert "Jumlah (90 baris)" in pages[-1]
    assert "Pembawa" in pages[-1]


def test_a_row_is_not_torn_apart():
    pages = pages_of(write_note(lengthen(30), WORDS_ID))
    for before, after in pairwise(pages):
        assert before.count("Sambal Gami") == before.count("8992761002015")
        assert after.count("Sambal Gami") == after.count("8992761002015")


def test_five_hundred_lines_can_be_printed():
    facts = replace(lengthen(1), lines=(CHIPS,) * 500, totals=NoteTotals(500, Decimal(20_000), 300_000_000))
    pages = pages_of(write_note(facts, WORDS_ID))
    assert "Jumlah (500 baris) 20.000 bks Rp300.000.000" in " ".join(pages[-2:])
    assert sum(page.count("Keripik Pisang Balado") for page in pages) == 500


def test_a_note_is_a_tagged_pdf_in_the_language_of_its_words():
    for words, language in ((WORDS_ID, "id"), (WORDS_EN, "en")):
        with pikepdf.open(io.BytesIO(write_note(NOTE, words))) as document:
            assert document.Root.MarkInfo.Marked
            assert str(document.Root.Lang) == language
            with document.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"] == "Surat jalan · SJ-2026-000123"


def test_equal_facts_give_equal_bytes():
    assert write_note(TOLD, WORDS_ID) == write_note(TOLD, WORDS_ID)
    assert write_note(lengthen(60), WORDS_ID) == write_note(lengthen(60), WORDS_ID)
    assert write_note(TOLD, WORDS_ID) != write_note(TOLD, WORDS_EN)


def test_a_note_without_lines_says_so():
    facts = replace(
        NOTE, lines=(), totals=NoteTotals(0, Decimal(0), 0), mark=None, parties=(), signatures=(), remark=""
    )
    (page,) = pages_of(write_note(facts, WORDS_ID))
    assert "Tidak ada barang." in page


def spoil(facts: NoteFacts, text: str) -> NoteFacts:
    """Return *facts* with *text* wherever people write; its number is ours."""
    lines = tuple(
        replace(
            line, product=text, content=text, number=text, batch=text, unit=text, reason=text,
            refusals=tuple(replace(refusal, reason=text) for refusal in line.refusals),
        )
        for line in facts.lines
    )  # fmt: skip
    return replace(
        facts, title=text or "-", office=text, partner=text, carrier=text, answers=text, remark=text, lines=lines,
        mark=Mark(text, Tone.VOID), parties=(Party(text, text, (text,) * 5),) * 2, signatures=(Signature(text, text),) * 4,
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_people_wrote_can_be_printed(text: str):
    assert write_note(spoil(TOLD, text), WORDS_ID).startswith(b"%PDF")


def test_markup_and_formulas_are_printed_as_they_were_written():
    for text in (HOSTILE[0], "=cmd|' /C calc'!A0"):
        (page, *_) = pages_of(write_note(replace(NOTE, remark=text), WORDS_ID))
        assert text in page


def test_signs_that_turn_a_line_around_are_not_printed():
    pages = pages_of(write_note(spoil(TOLD, "Kopi\u202e\u2066 Susu\x07"), WORDS_ID))
    assert "Kopi Susu" in pages[0]
    assert all(category(sign)[0] != "C" for page in pages for sign in page)


def test_left_out_signs_are_told():
    pages = pages_of(write_note(replace(NOTE, remark="Kopi 🙂"), WORDS_ID))
    assert WORDS_ID.left_out in pages[-1]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (replace(NOTE, totals=replace(NOTE.totals, lines=2)), "lines is 2, the lines add up to 3"),
        (
            replace(NOTE, totals=replace(NOTE.totals, quantity=Decimal(65))),
            "quantity is 65, the lines add up to 65.250",
        ),
        (replace(NOTE, totals=replace(NOTE.totals, amount_rp=706_248)), "amount is 706248, the lines add up to 706249"),
        (replace(NOTE, totals=replace(NOTE.totals, accepted=Decimal(0))), "accepted is 0, the lines add up to None"),
        (replace(TOLD, totals=replace(TOLD.totals, accepted=Decimal(36))), "accepted is 36, the lines add up to 36.25"),
        (replace(TOLD, totals=replace(TOLD.totals, refused=Decimal(5))), "refused is 5, the lines add up to 29"),
        (replace(TOLD, totals=replace(TOLD.totals, accepted_rp=1)), "accepted amount is 1, the lines add up to 631249"),
        (replace(NOTE, lines=(replace(CHIPS, amount_rp=1), *LINES[1:])), "line 1: the amount is 1, it comes to 600000"),
        (replace(NOTE, lines=(*LINES[:2], replace(SAUCE, amount_rp=0))), "line 3: the amount is 0, it comes to None"),
        (
            replace(TOLD, lines=(replace(TOLD.lines[0], accepted=Decimal(36)), *TOLD.lines[1:])),
            "line 1: 36 accepted and 5 refused are not 40",
        ),
        (replace(TOLD, lines=(replace(CHIPS, accepted=None), *TOLD.lines[1:])), "line 1: None accepted"),
        (replace(TOLD, receiving=Receiving.OPEN), "line 1: something was accepted or refused before"),
        (
            replace(NOTE, lines=(replace(CHIPS, refusals=(Refusal(Decimal(1), "rusak"),)), *LINES[1:])),
            "line 1: something was accepted or refused before",
        ),
    ],
)
def test_figures_that_contradict_each_other_are_refused(facts: NoteFacts, told: str):
    for write in (write_note, write_note_csv, write_note_xlsx):
        with pytest.raises(NoteDoesNotAddUp) as refused:
            write(facts, WORDS_ID)
        assert told in str(refused.value)


def test_half_a_rupiah_rounds_up():
    # 84.999 x 0,5 = 42.499,5; 3 x 0,499 = 1,497.
    assert compute_amount(84_999, Decimal("0.5")) == 42_500
    assert compute_amount(3, Decimal("0.499")) == 1
    assert compute_amount(None, Decimal(1)) is None


def test_the_lines_as_csv():
    rows = list(csv.reader(io.StringIO(write_note_csv(TOLD, WORDS_EN))))
    assert rows[0] == [
        "Number", "Day", "No.", "Product", "Net content", "Barcode", "Batch", "Expiry", "Quantity", "Unit", "Price",
        "Amount", "Reason", "Accepted", "Refused", "Why refused",
    ]  # fmt: skip
    assert rows[1] == [
        "SJ-2026-000123", "2026-10-05", "1", "Keripik Pisang Balado", "200 g", "2000000000015", "B12", "2027-03-12",
        "40", "bks", "15000", "600000", "", "35", "5", "rusak (3); kurang (2)",
    ]  # fmt: skip
    assert rows[2][13:] == ["1.25", "0", ""]
    assert len(rows) == 4


def test_what_is_not_told_yet_is_blank_in_a_list():
    rows = list(csv.reader(io.StringIO(write_note_csv(NOTE, WORDS_ID))))
    assert [row[13:] for row in rows[1:]] == [["", "", ""]] * 3
    assert rows[3][10:12] == ["", ""]


def test_the_lines_as_a_workbook():
    book = openpyxl.load_workbook(io.BytesIO(write_note_xlsx(TOLD, WORDS_ID)))
    page = book["SJ-2026-000123"]
    assert [cell.value for cell in page[1]][:6] == ["Nomor", "Hari", "No.", "Produk", "Isi bersih", "Kode batang"]
    row = [cell.value for cell in page[3]]
    assert row[3] == "Ebi Kering"
    assert row[5] == "2000000000022"
    assert row[7].date() == date(2026, 12, 31)
    assert row[8:12] == [1.25, "kg", 84_999, 106_249]
    assert page.max_row == 4


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_runs_in_a_list(attack: str):
    facts = replace(spoil(TOLD, attack), number=attack)
    cells = [cell for row in csv.reader(io.StringIO(write_note_csv(facts, WORDS_ID))) for cell in row]
    assert [cell for cell in cells if is_live(cell)] == []
    book = openpyxl.load_workbook(io.BytesIO(write_note_xlsx(facts, WORDS_ID)))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_words_are_the_caller_s_alone():
    named = {field.name: f"[{field.name}]" for field in fields(WORDS_ID) if field.name != "write_day"}
    words = replace(WORDS_ID, **{**named, "language": "id", "page": "{page}|{pages}", "total": "T{count}"})
    (page,) = pages_of(write_note(replace(NOTE, mark=None, answers="PT-1", confirmed_on=NOTE.day), words))
    for name in (
        "day", "made_on", "confirmed_on", "partner", "carrier", "answers", "remark", "printed", "line", "product", "batch",
        "expires", "quantity", "unit", "price", "amount", "accepted", "refused", "unpriced", "by_hand", "name", "date",
    ):  # fmt: skip
        assert f"[{name}]" in page
    assert "1|1" in page
    for ours in ("Nomor", "Jumlah", "Halaman", "Tanggal", "Nama", "Harga"):
        assert ours not in page
