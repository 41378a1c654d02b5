"""Good files of every container, and edits that spoil them: of bytes, cells, rows, and the parts of a workbook."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sales.damaging import STYLES, make_original
from tests.tabular import books, test_edifact, test_idoc, test_x12

HEADER = ("Tanggal", "Kode Toko", "No Struk", "Barcode", "Nama Produk", "Jumlah", "Harga", "Total")
ROWS = tuple(
    (date(2026, 10, 1 + number), "T1", f"S{number}", 8990000000013, "Keripik, pedas", number + 1, 15_000.5, "=1/0")
    for number in range(8)
)
TEXTS = {
    **{style.name: make_original(style).write().encode() for style in STYLES},
    "utf-16": make_original(STYLES[2]).write().encode("utf-16"),
    "cp1252": make_original(STYLES[2]).write().replace("Stik", "Stík").encode("cp1252"),
}
MESSAGES = {"edifact": test_edifact.FILE.encode(), "x12": test_x12.FILE.encode(), "idoc": test_idoc.FILE.encode()}
WRITERS: dict[str, Callable[[Path, Sequence[books.Sheet]], Path]] = {
    "xlsx": books.write_xlsx, "xls": books.write_xls, "xlsb": books.write_xlsb, "ods": books.write_ods,
}  # fmt: skip
PAYLOADS = (
    b"", b"\0", b'"', b"'", b",", b";", b"|", b"\t", b"\r", b"\n", b"\r\n", b"\x01", b"\xff", b"\xef\xbb\xbf", b"\xfe\xff",
    b"#REF!", b"1E999", b"-", b"()", b"Rp", b"9" * 40, b"0" * 500, b"\xe2\x80\xae", b"Total", b"=1+1", b"<!--", b"&x;",
    b"4294967295", b"-1", b"A1048577", b"XFE1", b"  ", b"31/02/2026", b"\xf0\x9f\x8d\xa4",
)  # fmt: skip

Edit = tuple[str, int, int, bytes]
"""What is done, at which place, how far, and with what; places and lengths are taken modulo what there is."""


def _put(content: bytes, place: int, _: int, payload: bytes) -> bytes:
    place %= len(content) + 1
    return content[:place] + payload + content[place:]


def _overwrite(content: bytes, place: int, _: int, payload: bytes) -> bytes:
    place %= len(content) + 1
    return content[:place] + payload + content[place + len(payload) :]


def _cut(content: bytes, place: int, length: int, _: bytes) -> bytes:
    place %= len(content) + 1
    return content[:place] + content[place + length % 64 :]


def _end(content: bytes, place: int, _: int, __: bytes) -> bytes:
    return content[: place % (len(content) + 1)]


def _repeat(content: bytes, place: int, length: int, payload: bytes) -> bytes:
    return _put(content, place, 0, (payload or b"x") * (length % 5_000))


def _double_row(content: bytes, place: int, length: int, _: bytes) -> bytes:
    rows = content.split(b"\n")
    rows.insert(length % len(rows), rows[place % len(rows)])
    return b"\n".join(rows)


def _drop_row(content: bytes, place: int, _: int, __: bytes) -> bytes:
    rows = content.split(b"\n")
    del rows[place % len(rows)]
    return b"\n".join(rows)


def _set_cell(content: bytes, place: int, length: int, payload: bytes) -> bytes:
    rows = content.split(b"\n")
    row = rows[place % len(rows)]
    sign = max((b",", b";", b"|", b"+", b"*", b">"), key=row.count)
    cells = row.split(sign)
    cells[length % len(cells)] = payload
    rows[place % len(rows)] = sign.join(cells)
    return b"\n".join(rows)


EDITS: dict[str, Callable[[bytes, int, int, bytes], bytes]] = {
    "put": _put, "overwrite": _overwrite, "cut": _cut, "end": _end, "repeat": _repeat, "double row": _double_row,
    "drop row": _drop_row, "set cell": _set_cell,
}  # fmt: skip


def spoil(content: bytes, edits: Sequence[Edit]) -> bytes:
    """Return *content* after *edits*."""
    for kind, place, length, payload in edits:
        content = EDITS[kind](content, place, length, payload)
    return content


@lru_cache
def make_book(kind: str) -> bytes:
    """Return a good workbook of a *kind*, with a failed formula and a second sheet."""
    rows = [HEADER, *((*row[:-1], books.Failed("#DIV/0!")) for row in ROWS)]
    with TemporaryDirectory() as folder:
        sheets = [books.Sheet("Penjualan", rows), books.Sheet("Lain", [("a",), ("b",)], hidden=True)]
        return WRITERS[kind](Path(folder) / "book", sheets).read_bytes()


def spoil_book(kind: str, part: int, edits: Sequence[Edit]) -> bytes:
    """Return a workbook with *edits* in one of its parts before they are packed; in the whole file where it has none."""
    content = make_book(kind)
    if kind == "xls":
        return spoil(content, edits)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = sorted(parts)[part % len(parts)]
    parts[changed] = spoil(parts[changed], edits)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in parts.items():
            archive.writestr(name, inside)
    return packed.getvalue()
