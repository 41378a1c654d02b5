"""Sheets of a workbook as rows of cells, whichever reader knows its kind."""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path

import python_calamine

from consign.tabular import xls_records
from consign.tabular.compound_file import SIGNATURE, CompoundFile, CompoundFileDamagedError
from consign.tabular.headers import Merged
from consign.tabular.workbook_cells import Cell

ENCRYPTED = "EncryptedPackage"
OLD_STREAMS = ("Workbook", "Book")
"""Where a compound file keeps the workbook; the second is that of Excel 5 and 95."""
FindErrors = Callable[..., Mapping[tuple[int, int], str]]
FINDERS = {
    "xlsx": "consign.tabular.xlsx_errors",
    "xlsm": "consign.tabular.xlsx_errors",
    "xlsb": "consign.tabular.xlsb_errors",
    "ods": "consign.tabular.ods_errors",
}
"""Where failed cells are found; in most workbooks there are none, so that these are not imported."""


class WorkbookLockedError(Exception):
    """The workbook is behind a password."""


class NoWorkbookError(Exception):
    """The compound file holds a document of another kind."""


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet, each row from the first column, from the first row to the last that holds something."""

    height: int
    merged: Sequence[Merged]
    rows: Callable[[], Iterator[Sequence[Cell]]]
    find_errors: Callable[[], Mapping[tuple[int, int], str]]
    """What stands in failed cells, which are blank in the rows, by row and column from 1."""


@dataclass(frozen=True)
class SheetEntry:
    """A sheet as the workbook lists it; its cells are not read before it is opened."""

    name: str
    visible: bool
    open: Callable[[], Sheet]


def list_sheets(path: Path, container: str, *, scratch: Path) -> list[SheetEntry]:
    """Return the sheets with cells of the workbook at *path*; charts are none.

    Raises:
        WorkbookLockedError: it is behind a password.
        NoWorkbookError: it is a document of another kind.

    """
    if container != "xls":
        return _list_fast(path, container, scratch=scratch, find=partial(_find_errors, path, container))
    content = path.read_bytes()
    if not content.startswith(SIGNATURE):
        from consign.tabular.xls_bare import list_bare_sheets  # noqa: PLC0415  # few workbooks need its reader

        return list_bare_sheets(content)
    stream = _read_stream(content)
    if xls_records.is_encrypted(stream):
        raise WorkbookLockedError
    return _list_fast(path, container, scratch=scratch, find=partial(xls_records.find_error_cells, stream))


def _find_errors(path: Path, container: str, *, sheet: str) -> Mapping[tuple[int, int], str]:
    find: FindErrors = import_module(FINDERS[container]).find_error_cells
    return find(_open_archive(path), sheet=sheet)


@lru_cache(maxsize=1)
def _open_archive(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)  # open until this process ends


def _read_stream(content: bytes) -> bytes:
    """Return the workbook in a compound file."""
    try:
        compound = CompoundFile(content)
    except CompoundFileDamagedError:
        if ENCRYPTED.encode("utf-16-le") in content:
            raise WorkbookLockedError from None
        raise
    if ENCRYPTED in compound:
        raise WorkbookLockedError
    stream = next((found for name in OLD_STREAMS if (found := compound.read(name)) is not None), None)
    if stream is None:
        raise NoWorkbookError
    return stream


def _list_fast(path: Path, container: str, *, scratch: Path, find: FindErrors) -> list[SheetEntry]:
    """List the sheets as the fast reader sees them."""
    link = scratch / f"book.{container}"  # the reader goes by the name, which may lie
    link.symlink_to(path.resolve())
    try:
        book = python_calamine.CalamineWorkbook.from_path(link)
    except python_calamine.PasswordError as error:
        raise WorkbookLockedError from error
    names = [sheet.name for sheet in book.sheets_metadata]
    if len(set(names)) < len(names):
        raise LookupError("two sheets of one name")
    entries = []
    for place, sheet in enumerate(book.sheets_metadata):
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
            errors = partial(find, sheet=place if container == "xls" else sheet.name)
            visible = sheet.visible == python_calamine.SheetVisibleEnum.Visible
            entries.append(SheetEntry(sheet.name, visible, partial(_open_fast, book, sheet.name, errors)))
    return entries


def _open_fast(
    book: python_calamine.CalamineWorkbook, name: str, errors: Callable[[], Mapping[tuple[int, int], str]]
) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    left: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)

    def rows() -> Iterator[Sequence[Cell]]:
        return (left + row for row in sheet.iter_rows()) if left else sheet.iter_rows()

    return Sheet(sheet.end[0] + 1 if sheet.end else 0, merged, rows, errors)
