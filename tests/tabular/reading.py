"""Reading a small file whole, as a person would look at it."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from consign.tabular.opening import open_table
from consign.tabular.table import Batch

WORDS = frozenset({"tanggal", "barcode", "nama produk", "jumlah", "total"})
HEADER = ("Tanggal", "Barcode", "Jumlah", "Total")


@dataclass
class Seen:
    container: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    rows: dict[int, tuple[str, ...]]
    broken: dict[int, tuple[str, ...]]


def rows_of(batches: Iterable[Batch]) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    """Return the whole and the broken rows by their numbers."""
    rows: dict[int, tuple[str, ...]] = {}
    broken: dict[int, tuple[str, ...]] = {}
    for batch in batches:
        for index, row in enumerate(batch.rows):
            rows[int(row)] = tuple(cells[index].as_py() for cells in batch.cells)
        broken.update((row.row, row.cells) for row in batch.broken)
    return rows, broken


def look(path: Path) -> Seen:
    """Open the file at *path* and read all of it."""
    with open_table(path, words=WORDS) as table:
        rows, broken = rows_of(table.batches())
        return Seen(
            table.container,
            table.encoding,
            table.delimiter,
            table.sheet,
            table.header_row,
            table.headers,
            rows,
            broken,
        )


def write_bytes(folder: Path, content: bytes) -> Path:
    """Write *content* to a file whose name says nothing."""
    path = folder / "file"
    path.write_bytes(content)
    return path


def look_at(folder: Path, text: str, encoding: str = "utf-8") -> Seen:
    """Write *text* to a file and read it."""
    return look(write_bytes(folder, text.encode(encoding)))


def write_workbook(folder: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    """Write a workbook of *sheets*, each a name and its rows."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "file"
    book.save(path)
    return path


def replace_part(path: Path, name: str, content: bytes) -> Path:
    """Write the workbook at *path* anew with *content* as its part *name*."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, part in parts.items():
            archive.writestr(one, part)
    return path
