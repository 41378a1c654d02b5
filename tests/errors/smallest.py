"""The smallest failing file for each code that a sales file can be refused for, or a row of it can wait for.

To add a code: put `CODE.csv` (or with another end) into the folder `files`; for a row's code add a line to ROWS or WAITING that
says which row, column and cell are at fault. A file that cannot be text is built in BUILT.
"""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

FILES = Path(__file__).parent / "files"
COLUMNS = {
    "date": "Tanggal", "store": "Kode Toko", "receipt": "No Struk", "barcode": "Barcode", "quantity": "Jumlah",
    "gross": "Total",
}  # fmt: skip
"""How most of the files are read."""


@dataclass(frozen=True)
class Fault:
    """Where the fault of a file is, as a person sees it; *layout* is how it is read where its header alone does not say."""

    row: int
    column: str | None
    cell: str | None
    layout: Mapping[str, Any] = field(default_factory=dict)


ROWS: dict[str, Fault] = {
    "row.width": Fault(2, None, None),
    "cell.blank": Fault(2, "Jumlah", ""),
    "cell.error_value": Fault(2, "Total", "#REF!"),
    "code.scientific": Fault(2, "Barcode", "8.99E+12"),
    "number.scientific": Fault(2, "Total", "1.5E+04"),
    "number.other_style": Fault(2, "Total", "15.000", {"number_style": "plain"}),
    "number.invalid": Fault(2, "Jumlah", "satu"),
    "number.too_large": Fault(2, "Total", "1000000000001"),
    "quantity.too_fine": Fault(2, "Jumlah", "0.0005"),
    "quantity.zero": Fault(2, "Jumlah", "0"),
    "amount.not_whole": Fault(2, "Total", "15000.50"),
    "amount.does_not_tie": Fault(2, "Total", "45000"),
    "net.does_not_tie": Fault(2, "Net", "14500"),
    "discount.too_large": Fault(2, "Diskon", "15001"),
    "sign.conflict": Fault(2, "Total", "-15000"),
    "date.invalid": Fault(2, "Tanggal", "2026-02-31"),
    "date.in_future": Fault(2, "Tanggal", "2999-01-01"),
    "cell.too_long": Fault(2, "No Struk", "S" * 101),
    "currency.other": Fault(2, "Mata Uang", "USD"),
    "time.invalid": Fault(2, "Jam", "pagi", {"columns": {**COLUMNS, "time": "Jam"}, "day_begins_at": 3}),
    "returned.too_many": Fault(2, "Jumlah Retur", "2"),
    "returned.not_whole": Fault(2, "Jumlah Retur", "1"),
    "returned.by_order": Fault(2, "Returned quantity", "1"),
    "row.suspicious": Fault(21, "Jumlah", "15000"),
}

WAITING: dict[str, Fault] = {
    "store.unknown": Fault(2, "Kode Toko", "T9"),
    "store.other_than_stated": Fault(2, "Kode Toko", "T2"),
    "product.unknown": Fault(2, "Barcode", "8990000000990"),
    "agreement.missing": Fault(2, "Tanggal", "2025-12-31"),
    "price.missing": Fault(2, "Barcode", "8990000000075"),
    "overlap.differs": Fault(2, "Kode Barang", "PLU9"),
}
"""What is at fault where a row cannot be placed in the city that the test builds; its column and cell are for the reader."""

BOOK_HEADERS = (["Tanggal", "Barcode", "Jumlah", "Total"], ["Tanggal", "Barcode", "Jumlah", "Net"])


def _write_many_tables(path: Path) -> None:
    book = openpyxl.Workbook()
    for header in BOOK_HEADERS:
        sheet = book.create_sheet()
        sheet.append(header)
        sheet.append(["2026-10-05", "8990000000013", 1, 15_000])
    book.save(path)


def _write_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(1 << 20))


def _write_locked(path: Path) -> None:
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"))


BUILT: dict[str, Callable[[Path], None]] = {
    "file.many_tables": _write_many_tables,
    "file.too_large": _write_bomb,
    "file.password": _write_locked,
}
"""Files that cannot be text."""


def find_file(code: str, folder: Path) -> Path:
    """Return the smallest file that fails with *code*; one that must be built is written into *folder*.

    Raises:
        LookupError: there is none, or more than one.

    """
    if code in BUILT:
        path = folder / code
        BUILT[code](path)
        return path
    found = sorted(FILES.glob(f"{code}.*"))
    if len(found) != 1:
        raise LookupError(f"{code} has {len(found)} files in {FILES}")
    return found[0]


def find_codes() -> set[str]:
    """Return the codes that have a file."""
    return {path.name.rpartition(".")[0] for path in FILES.iterdir()} | BUILT.keys()
