"""Files of papers: one page of real text each, the same bytes whenever they are made."""

from datetime import date

from babel.dates import format_date

from compliance.facts import Kind
from compliance.kinds import KINDS
from consign.documents.rules import Typed

NOT_REAL = "CONTOH - bukan dokumen asli. Semua nama dan nomor dikarang."
_TITLES = {
    Kind.NIB: "NOMOR INDUK BERUSAHA (NIB)",
    Kind.PIRT: "SERTIFIKAT PRODUKSI PANGAN INDUSTRI RUMAH TANGGA (SPP-IRT)",
    Kind.MD: "IZIN EDAR PANGAN OLAHAN",
    Kind.NA: "NOTIFIKASI KOSMETIKA",
    Kind.HALAL: "SERTIFIKAT HALAL",
    Kind.NPWP: "NOMOR POKOK WAJIB PAJAK (NPWP)",
    Kind.NIK: "KARTU TANDA PENDUDUK",
    Kind.SLHS: "SERTIFIKAT LAIK HIGIENE SANITASI (SLHS)",
    Kind.LABEL: "RANCANGAN LABEL",
    Kind.BANK_ACCOUNT: "BUKU TABUNGAN",
}
_NUMBERS = {Kind.NIK: "NIK", Kind.NPWP: "NPWP", Kind.NIB: "NIB", Kind.BANK_ACCOUNT: "Nomor Rekening"}
_HOLDERS = {Kind.NIK: "Nama", Kind.NPWP: "Nama", Kind.BANK_ACCOUNT: "Nama Pemilik Rekening"}
_FONT_SIZE, _LINE_HEIGHT, _LEFT, _TOP = 12, 26, 60, 770
"""In points, on a page of 595 by 842."""


def write_paper(kind: Kind, typed: Typed) -> bytes:
    """Return the PDF of a paper that says what was *typed*."""
    lines = [_TITLES.get(kind, kind.upper()), ""]
    if typed.number:
        number = KINDS[kind].module.format(KINDS[kind].module.parse(typed.number))
        lines.append(f"{_NUMBERS.get(kind, 'Nomor')} : {number}")
    if typed.holder:
        lines.append(f"{_HOLDERS.get(kind, 'Nama Pelaku Usaha')} : {typed.holder}")
    if typed.issued_on:
        lines.append(f"Diterbitkan tanggal : {_write_day(typed.issued_on)}")
    if typed.valid_until:
        lines.append(f"Berlaku sampai dengan : {_write_day(typed.valid_until)}")
    return write_pdf([*lines, "", NOT_REAL])


def write_pdf(lines: list[str]) -> bytes:
    """Return a PDF of one page with *lines* one below the other."""
    text = "".join(f"({_escape(line)}) Tj T*\n" for line in lines)
    drawing = f"BT /F1 {_FONT_SIZE} Tf {_LINE_HEIGHT} TL {_LEFT} {_TOP} Td\n{text}ET".encode("cp1252", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _join(parts)


def _join(parts: list[bytes]) -> bytes:
    """Return the file of these objects, numbered from 1, with the table of where each begins."""
    written, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (size, table, size)
    return written + end + b"startxref\n%d\n%%%%EOF\n" % len(written)


def _escape(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _write_day(day: date) -> str:
    return format_date(day, "d MMMM y", locale="id")
