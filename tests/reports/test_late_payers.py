"""Papers about late payments: a letter that names statements, sums and law, and a report that adds up."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from pypdfium2 import PdfDocument

from reports.late_payers import (
    LateBill,
    LateDoesNotAddUp,
    LateLetter,
    LatePartner,
    LateReport,
    write_letter,
    write_report,
    write_report_xlsx,
)

BILL = LateBill(
    "NP-2026-000001", "012/2025", "Dapur *Bu* #Siti", date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 20),
    date(2026, 10, 15), 14, 1_250_000,
)  # fmt: skip
LETTER = LateLetter(
    office="Dinas Koperasi & UMKM", contact="Jl. Contoh 1", partner="Beruang Mart", written_on=date(2026, 11, 3),
    legal_days=15, bills=(BILL, replace(BILL, number="NP-2026-000002", earlier_number="", open_rp=50_000)),
    total_rp=1_300_000, reminders=(("friendly", date(2026, 10, 20), 1_300_000), ("first", date(2026, 10, 27), 1_300_000)),
)  # fmt: skip
PARTNER = LatePartner(
    "BM", "Beruang Mart", (100, 0, 20, 0, 3, 0), 123, 23, date(2026, 9, 1), 26, 2_500, "first", date(2026, 10, 27)
)
REPORT = LateReport(
    "Dinas Koperasi & UMKM", date(2026, 11, 3), 15, (PARTNER, replace(PARTNER, code="=KM", average_days=None, step=None)),
    ((date(2026, 9, 30), 0), (date(2026, 10, 31), 46), (date(2026, 11, 3), 23)),
)  # fmt: skip


def text_of(pdf: bytes) -> str:
    pages = PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in pages)
    return " ".join(text.replace("\u200b", "").split())


def test_a_letter_names_statements_sums_reminders_and_law():
    text = text_of(write_letter(LETTER))
    for said in (
        "Surat teguran keterlambatan pembayaran", "Pimpinan Beruang Mart", "NP-2026-000001", "012/2025", "Dapur *Bu* #Siti",
        "Rp1.300.000", "satu juta tiga ratus ribu rupiah", "14 hari", "Teguran pertama, 27 Oktober 2026: Rp1.300.000",
        "Peraturan Presiden Nomor 112 Tahun 2007 Pasal 8", "Nomor 23 Tahun 2021 Pasal 11", "15 hari kalender",
    ):  # fmt: skip
        assert said in text


def test_equal_facts_give_equal_bytes():
    assert write_letter(LETTER) == write_letter(LETTER)
    assert write_report(REPORT) == write_report(REPORT)


def test_what_does_not_add_up_is_not_written():
    with pytest.raises(LateDoesNotAddUp):
        write_letter(replace(LETTER, total_rp=1))
    for write in (write_report, write_report_xlsx):
        with pytest.raises(LateDoesNotAddUp):
            write(replace(REPORT, partners=(replace(PARTNER, open_rp=1),)))


def test_a_report_names_each_partner_and_how_it_changed():
    text = text_of(write_report(REPORT))
    for said in ("Beruang Mart (BM)", "Rp123", "25%", "Rp246", "31 Okt 2026 Rp46", "Teguran pertama"):
        assert said in text
    assert "Tidak ada nota" in text_of(write_report(replace(REPORT, partners=(), trend=((date(2026, 11, 3), 0),))))


def test_a_workbook_keeps_numbers_and_text():
    sheet = openpyxl.load_workbook(io.BytesIO(write_report_xlsx(REPORT))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:9] == ("BM", "Beruang Mart", 100, 0, 20, 0, 3, 0, 123)
    assert (rows[2][0], rows[2][11], rows[2][13]) == ("=KM", None, None)


def test_a_letter_of_many_statements_runs_over_pages():
    bills = tuple(replace(BILL, number=f"NP-2026-{number:06d}", open_rp=1_000) for number in range(120))
    pdf = write_letter(replace(LETTER, bills=bills, total_rp=120_000))
    assert len(PdfDocument(pdf)) > 2
    assert "NP-2026-000119" in text_of(pdf)
