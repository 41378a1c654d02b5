"""Old workbooks that are nothing but records, without the container that the fast reader asks for."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from functools import partial
from pathlib import Path

import xlrd

from consign.tabular import xls_records
from consign.tabular.workbook_cells import Cell
from consign.tabular.workbook_sheets import Sheet, SheetEntry


def list_bare_sheets(content: bytes) -> list[SheetEntry]:
    """List the sheets of a workbook that is nothing but records."""
    with Path(os.devnull).open("w", encoding="utf-8") as quiet:
        book = xlrd.open_workbook(file_contents=content, logfile=quiet)
    return [
        SheetEntry(sheet.name, sheet.visibility == 0, partial(_open_bare, sheet, book.datemode))
        for sheet in book.sheets()
    ]


def _open_bare(sheet: xlrd.sheet.Sheet, day_zero: int) -> Sheet:
    def rows() -> Iterator[Sequence[Cell]]:
        for row in range(sheet.nrows):
            yield [_read_bare(cell, day_zero) for cell in sheet.row(row)]

    def find_errors() -> Mapping[tuple[int, int], str]:
        return {
            (row + 1, column + 1): xls_records.ERRORS.get(cell.value, xls_records.UNKNOWN_ERROR)
            for row in range(sheet.nrows)
            for column, cell in enumerate(sheet.row(row))
            if cell.ctype == xlrd.XL_CELL_ERROR
        }

    return Sheet(sheet.nrows, (), rows, find_errors)


def _read_bare(cell: xlrd.sheet.Cell, day_zero: int) -> Cell:
    value: Cell = cell.value
    match cell.ctype:
        case xlrd.XL_CELL_TEXT | xlrd.XL_CELL_NUMBER:
            return value
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        case xlrd.XL_CELL_DATE:
            moment: datetime = xlrd.xldate.xldate_as_datetime(cell.value, day_zero)
            if cell.value < 1:
                return moment.time()
            return moment.date() if moment.time() == time(0) else moment
    return ""
