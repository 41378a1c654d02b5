"""What is no statement of a bank is told what it looks like; a table that may be one is asked about."""

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image

from consign.banking.columns import BankAnswers, BankRole
from consign.banking.reading import inspect_bank_file
from consign.banking.rules import NotAStatement

TODAY = date(2026, 11, 29)
PROSE = b"""Kepada Yth. Kepala Dinas,

Dengan hormat, kami sampaikan bahwa, sampai hari ini, pembayaran belum kami terima.
Mohon ditindaklanjuti, terima kasih.
"""


def draw(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (10, 10)).save(target, kind)
    return target.getvalue()


def make_workbook(*rows: tuple[object, ...]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    book.save(target)
    return target.getvalue()


def refuse(folder: Path, content: bytes) -> str:
    path = folder / "file"
    path.write_bytes(content)
    with pytest.raises(NotAStatement) as refused:
        inspect_bank_file(path, number=None, today=TODAY)
    said = str(refused.value)
    assert "nothing" in said
    assert "Hand in the bank statement (rekening koran)" in said
    return said


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        ("Tanggal,Kode Toko,No Struk,Barcode,Nama Produk,Jumlah,Harga Satuan,Total", "Barcode"),
        ("Tanggal,Uraian,SKU,Qty,Jumlah", "SKU"),  # a bank's words stand over three of its columns
        ("Kode produk,Nama produk,Harga", "Nama produk"),
    ],
)
def test_a_table_of_sales_or_products_is_named_by_its_columns(tmp_path: Path, headings: str, named: str):
    said = refuse(tmp_path, f"{headings}\n{','.join('1' for _ in headings.split(','))}\n".encode())
    assert "looks like a sales file or a list of products" in said
    assert named in said


def test_a_sales_workbook_is_named_too(tmp_path: Path):
    said = refuse(
        tmp_path, make_workbook(("Tanggal", "Outlet", "Nama Produk", "Qty"), ("2026-09-05", "T1", "Keripik", 1))
    )
    assert "looks like a sales file" in said


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (PROSE, "running text, not like a table"),
        (b"Dengan hormat kami sampaikan\nMohon ditindaklanjuti\n", "running text, or like a table without headings"),
        (b'{"lines": [{"day": "2026-09-01", "amount": 1}]}', "running text"),
        (b"Kode,Nama,Alamat\nA,Budi,Jl. Melati 3\nB,Sari,Jl. Mawar 4\n", "Kode, Nama, Alamat, of which none holds days"),
        (b"Hari,Apa,Siapa\n2026-09-01,rapat,Budi\n2026-09-02,rapat,Sari\n", "Hari, Apa, Siapa, of which none holds amounts"),
        *((draw(kind), "picture") for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")),
        (b"%PDF-1.7", "PDF document"),
    ],
    ids=str,
)  # fmt: skip
def test_what_it_looks_like_is_said(tmp_path: Path, content: bytes, looks: str):
    assert looks in refuse(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        b"When,What,How much,Left\n2026-09-01,SETOR,1000,5000\n2026-09-02,TARIK,-500,4500\n",
        b"When;What;How much\n1 Sep;SETOR;Rp 1.000,00 CR\n2 Sep;TARIK;500,00 DB\n",
        b"When;What;How much\n01/09;SETOR;1.000\n;berita;\n02/09;TARIK;500\n",
        make_workbook(("When", "What", "How much"), (date(2026, 9, 1), "SETOR", 1000)),
    ],
)
def test_a_table_that_may_be_one_is_asked_about(tmp_path: Path, content: bytes):
    path = tmp_path / "file"
    path.write_bytes(content)
    reading = inspect_bank_file(path, number=None, today=TODAY)
    assert {"column.date", "column.amount"} <= {one.about for one in reading.questions}


def test_what_a_person_says_of_the_columns_is_believed(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"Tanggal,Toko,Barang,Jumlah,Akhir\n2026-09-01,T1,SETOR,1000,5000\n")
    with pytest.raises(NotAStatement):
        inspect_bank_file(path, number=None, today=TODAY)
    said = BankAnswers(columns={BankRole.DESCRIPTION: "Barang", BankRole.BALANCE: "Akhir"})
    (found,) = inspect_bank_file(path, number=None, today=TODAY, answers=said).statements
    assert (found.opening_rp, found.closing_rp) == (4_000, 5_000)
