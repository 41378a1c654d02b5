"""Writing one and the same workbook as XLSX, XLSM, XLS, XLSB and ODS.

XLSB after [MS-XLSB] 2.1.4 (records) and 2.4 (their layouts); ODS after OpenDocument 1.3 part 3, chapters 9 and 19.
"""

import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlwt


@dataclass(frozen=True)
class Failed:
    """A cell in which a formula failed, and how it shows."""

    shown: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; *merged* are first row, first column, last row and last column, from 0."""

    name: str
    rows: Sequence[Sequence[object]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden: bool = False


BookWriter = Callable[[Path, Sequence[Sheet]], Path]
ERROR_CODES = {
    "#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A,
}  # fmt: skip
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # a workbook knows no zones
DATE_STYLE, DATE_TIME_STYLE, TIME_STYLE = 1, 2, 3


def serial_of(value: date | datetime) -> float:
    """Return the day's number in a workbook, and the time as its fraction."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return (moment - DAY_ZERO) / timedelta(days=1)


def fraction_of(value: time) -> float:
    """Return the time as a fraction of the day."""
    return (value.hour * 3600 + value.minute * 60 + value.second) / 86_400


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write *sheets* as XLSX."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for one in sheets:
        sheet = book.create_sheet(one.name)
        sheet.sheet_state = "hidden" if one.hidden else "visible"
        for row in one.rows:
            sheet.append([cell.shown if isinstance(cell, Failed) else cell for cell in row])
        for top, left, bottom, right in one.merged:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    book.save(path)
    return path


def write_xlsm(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write *sheets* as a workbook that may hold macros."""
    write_xlsx(path, sheets)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert plain in parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(plain, macros)
    return write_archive(path, parts)


def write_archive(path: Path, parts: dict[str, bytes]) -> Path:
    """Write *parts* as a packed archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_xls(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write *sheets* as the workbook of Excel 97."""
    book = xlwt.Workbook()
    styles = {
        datetime: xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss"),
        date: xlwt.easyxf(num_format_str="yyyy-mm-dd"),
        time: xlwt.easyxf(num_format_str="hh:mm:ss"),
    }
    plain = xlwt.easyxf()
    for one in sheets:
        sheet = book.add_sheet(one.name)
        sheet.visibility = int(one.hidden)
        for number, row in enumerate(one.rows):
            for place, cell in enumerate(row):
                if isinstance(cell, Failed):
                    sheet.row(number).set_cell_error(place, ERROR_CODES[cell.shown])
                elif cell is not None:
                    sheet.write(number, place, cell, styles.get(type(cell), plain))
        for top, left, bottom, right in one.merged:
            sheet.merge(top, bottom, left, right)
    book.save(str(path))
    return path


def write_xlsb(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write *sheets* as a binary workbook."""
    names = [f"sheet{number}.bin" for number in range(1, len(sheets) + 1)]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}/worksheet" Target="worksheets/{name}"/>'
        for number, name in enumerate(names, start=1)
    )
    book = b"".join(
        record(156, struct.pack("<II", int(one.hidden), number) + wide(f"rId{number}") + wide(one.name))
        for number, one in enumerate(sheets, start=1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="bin"'
        ' ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1"'
        f' Type="{kind}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
    }
    binary = {
        "xl/workbook.bin": record(131) + record(143) + book + record(144) + record(132),
        "xl/styles.bin": _styles_of_xlsb(),
        **{f"xl/worksheets/{name}": _sheet_of_xlsb(one) for name, one in zip(names, sheets, strict=True)},
    }
    return write_archive(path, {name: text.encode() for name, text in parts.items()} | binary)


def record(kind: int, content: bytes = b"") -> bytes:
    """Return a record: its kind in one byte or two, its length seven bits a byte, its content."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(content)
    sizes = []
    while True:
        sizes.append(length & 0x7F | (0x80 if length >= 0x80 else 0))
        length >>= 7
        if not length:
            return head + bytes(sizes) + content


def wide(text: str) -> bytes:
    """Return *text* as its length and two bytes a letter."""
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _styles_of_xlsb() -> bytes:
    formats = {164: "yyyy-mm-dd", 165: "yyyy-mm-dd hh:mm:ss", 166: "hh:mm:ss"}
    fmts = b"".join(record(44, struct.pack("<H", key) + wide(text)) for key, text in formats.items())
    xfs = b"".join(record(47, struct.pack("<HH", 0xFFFF, key) + bytes(12)) for key in (0, *formats))
    fmts = record(615, struct.pack("<I", len(formats))) + fmts + record(616)
    return record(278) + fmts + record(617, struct.pack("<I", len(formats) + 1)) + xfs + record(618) + record(279)


def _sheet_of_xlsb(sheet: Sheet) -> bytes:
    width = max(map(len, sheet.rows), default=0)
    size = struct.pack("<IIII", 0, max(len(sheet.rows) - 1, 0), 0, max(width - 1, 0))
    parts = [record(129), record(148, size), record(145)]
    for number, row in enumerate(sheet.rows):
        parts.append(record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0)))
        parts.extend(_cell_of_xlsb(place, cell) for place, cell in enumerate(row) if cell is not None)
    return b"".join([*parts, record(146), record(130)])


def _cell_of_xlsb(place: int, cell: object) -> bytes:
    def head(style: int = 0) -> bytes:
        return struct.pack("<II", place, style)

    match cell:
        case Failed(shown):
            return record(3, head() + bytes([ERROR_CODES[shown]]))
        case bool():
            return record(4, head() + bytes([cell]))
        case str():
            return record(6, head() + wide(cell))
        case datetime() | date():
            style, number = DATE_TIME_STYLE if isinstance(cell, datetime) else DATE_STYLE, serial_of(cell)
        case time():
            style, number = TIME_STYLE, fraction_of(cell)
        case int() | float():
            style, number = 0, cell
        case _:
            raise TypeError(cell)
    return record(5, head(style) + struct.pack("<d", number))


ODS_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
) + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def write_ods(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write *sheets* as an OpenDocument spreadsheet."""
    return write_ods_tables(path, "".join(_table_of_ods(one) for one in sheets))


def write_ods_tables(path: Path, tables: str) -> Path:
    """Write an OpenDocument spreadsheet of just these *tables*, as XML."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{shown}"/>'
        "</style:style>"
        for name, shown in (("shown", "true"), ("hidden", "false"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODS_NAMESPACES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{MANIFEST}"><manifest:file-entry manifest:full-path="/"'
        f' manifest:media-type="{ODS_TYPE.decode()}"/></manifest:manifest>'
    )
    parts = {"content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), ODS_TYPE)
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def _table_of_ods(sheet: Sheet) -> str:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in sheet.merged}
    covered = {
        (row, column)
        for top, left, bottom, right in sheet.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(spans)
    rows = []
    for number, row in enumerate(sheet.rows):
        cells = (
            "<table:covered-table-cell/>"
            if (number, place) in covered
            else _cell_of_ods(cell, spans.get((number, place)))
            for place, cell in enumerate(row)
        )
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    style = "hidden" if sheet.hidden else "shown"
    return f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{style}">{"".join(rows)}</table:table>'


def _cell_of_ods(cell: object, spans: tuple[int, int] | None) -> str:
    span = f' table:number-rows-spanned="{spans[0]}" table:number-columns-spanned="{spans[1]}"' if spans else ""
    match cell:
        case None:
            return f"<table:table-cell{span}/>"
        case Failed(shown):
            kind = (
                ' table:formula="of:=A1" office:value-type="string" office:string-value="" calcext:value-type="error"'
            )
            return f"<table:table-cell{kind}{span}><text:p>{shown}</text:p></table:table-cell>"
        case bool():
            kind = f'boolean" office:boolean-value="{str(cell).lower()}'
        case int() | float():
            kind = f'float" office:value="{cell}'
        case datetime():
            kind = f'date" office:date-value="{cell.isoformat()}'
        case date():
            kind = f'date" office:date-value="{cell.isoformat()}'
        case time():
            kind = f'time" office:time-value="PT{cell.hour:02}H{cell.minute:02}M{cell.second:02}S'
        case _:
            kind = "string"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(cell).split("\n"))
    return f'<table:table-cell office:value-type="{kind}"{span}>{lines}</table:table-cell>'


WRITERS: dict[str, BookWriter] = {
    "xlsx": write_xlsx,
    "xlsm": write_xlsm,
    "xls": write_xls,
    "xlsb": write_xlsb,
    "ods": write_ods,
}
"""How to write each kind of workbook."""

SECTOR = 512
NO_SECTOR, END_OF_CHAIN, TABLE_SECTOR, NO_ENTRY = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5


def write_compound(path: Path, streams: dict[str, bytes], nested: dict[str, bytes] | None = None) -> Path:
    """Write a compound file of *streams* at its root, and of *nested* ones in a storage beside them.

    After [MS-CFB] 2.2 to 2.6; each stream is filled up to 4,096 bytes, so that none is a small one.
    """
    entries = [("Root Entry", ROOT, b"")]
    entries += [(name, STREAM, content) for name, content in streams.items()]
    store = len(entries)
    if nested:
        entries.append(("ObjectPool", STORAGE, b""))
        entries += [(name, STREAM, content) for name, content in nested.items()]
    directory_sectors = -(-len(entries) * 128 // SECTOR)
    table, body, directory = [TABLE_SECTOR], [], []
    table += [*range(2, directory_sectors + 1), END_OF_CHAIN]
    for number, (name, kind, content) in enumerate(entries):
        filled = content.ljust(-(-max(len(content), 4096) // SECTOR) * SECTOR, b"\0") if kind == STREAM else b""
        start, sectors = len(table), len(filled) // SECTOR
        table += [*range(start + 1, start + sectors), END_OF_CHAIN] if sectors else []
        body.append(filled)
        last = number in (store - 1 + bool(nested), len(entries) - 1)
        right = NO_ENTRY if kind == ROOT or last else number + 1
        child = {ROOT: 1, STORAGE: number + 1}.get(kind, NO_ENTRY)
        letters = name.encode("utf-16-le") + b"\0\0"
        directory.append(
            struct.pack("<64sHBB", letters, len(letters), kind, 1)
            + struct.pack("<III36x", NO_ENTRY, right, child)
            + struct.pack("<IQ", start if sectors else END_OF_CHAIN, len(filled))
        )
    assert len(table) <= SECTOR // 4
    table += [NO_SECTOR] * (SECTOR // 4 - len(table))
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
        + struct.pack("<I", 0)
    )
    header += struct.pack("<I", NO_SECTOR) * 108
    tables = struct.pack(f"<{len(table)}I", *table)
    path.write_bytes(header + tables + b"".join(directory).ljust(directory_sectors * SECTOR, b"\0") + b"".join(body))
    return path
