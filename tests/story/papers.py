"""Files of the story: papers, sales files of two tills, a slip, statements of the bank. All of it is invented."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw
from python_calamine import CalamineWorkbook

from compliance.facts import Kind
from consign.documents.rules import Typed
from consign.sample.bank_files import Booking, write_statement
from consign.sample.paper_files import write_paper

BUSINESS, OWNER = "Dapur Ombak", "Sari Ombakwati"
NIB, NIK = "9120001234567", "6471015203800001"
PIRT, HALAL = "2066471010123-30", "ID64110000214820324"
TILL_HEADER = "Tanggal;No Nota;Barcode;Nama Barang;Jumlah;Harga Satuan;Total"
NEW_TILL_HEADER = ("Tgl Transaksi", "Struk", "Kode Batang", "Barang", "Qty", "Harga", "Nilai")


def make_paper(folder: Path, kind: Kind, typed: Typed, *, name: str = "") -> Path:
    """Write a paper as PDF."""
    path = folder / f"{name or kind.value}.pdf"
    path.write_bytes(write_paper(kind, typed))
    return path


def take_photo(folder: Path, *lines: str, name: str) -> Path:
    """Take a photo of something on which these lines stand."""
    picture = Image.new("RGB", (1_200, 800), "white")
    draw = ImageDraw.Draw(picture)
    for place, line in enumerate(lines):
        draw.text((60, 60 + 90 * place), line, fill="black", font_size=44)
    path = folder / f"{name}.jpg"
    picture.save(path, "JPEG")
    return path


def print_till(folder: Path, *rows: str, name: str) -> Path:
    """Write what the old till exports: text with semicolons."""
    path = folder / name
    path.write_text("\n".join([TILL_HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def print_new_till(folder: Path, *rows: Sequence[object], name: str) -> Path:
    """Write what the new till exports: a workbook."""
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Penjualan")
        for place, row in enumerate([NEW_TILL_HEADER, *rows]):
            sheet.write_row(place, 0, row)
    return path


def print_bank(folder: Path, day: date, *, opening_rp: int, amount_rp: int, words: str) -> Path:
    """Write what the bank says of one day: one line."""
    path = folder / f"mutasi-{day:%Y%m%d}.csv"
    path.write_bytes(write_statement(day, opening_rp, [Booking(amount_rp, words)]))
    return path


def read_row(content: bytes, number: int) -> tuple[object, ...]:
    """Return the cells of one row of a workbook, counted from 1."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return tuple(int(cell) if isinstance(cell, float) else cell for cell in sheet.to_python()[number - 1])
