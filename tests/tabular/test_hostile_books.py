"""XLS, XLSB and ODS files that would harm, or are cut off, or locked: each is refused, in time, with a reason."""

import io
import struct
import zipfile
from pathlib import Path
from random import Random

import openpyxl
import pytest
import xlwt

from consign.tabular.refusals import FileDamaged, FileLocked, FileNotATable, FileRefused, FileTooLarge
from tests.tabular.books import (
    ODS_TYPE,
    WRITERS,
    Failed,
    Sheet,
    record,
    write_archive,
    write_compound,
    write_ods_tables,
    write_xlsb,
    write_xlsx,
)
from tests.tabular.reading import HEADER, look, replace_part, write_bytes

HEAD = list(HEADER)
ROW = ["2026-10-05", "8992761002015", 3, 45000]
ALL = pytest.mark.parametrize("kind", WRITERS)
PACKED = pytest.mark.parametrize(
    ("kind", "part"),
    [("xlsx", "xl/worksheets/sheet1.xml"), ("xlsb", "xl/worksheets/sheet1.bin"), ("ods", "content.xml")],
)
MEGABYTE = 1 << 20
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def write(folder: Path, kind: str, rows: int = 30) -> Path:
    return WRITERS[kind](folder / "file", [Sheet("Data", [HEAD, *([*ROW[:3], Failed("#REF!")] for _ in range(rows))])])


def try_all(folder: Path, contents: list[bytes]) -> None:
    """Read each of *contents*; a file is read or refused, nothing else happens."""
    refused = 0
    for content in contents:
        try:
            look(write_bytes(folder, content))
        except FileRefused:
            refused += 1
    print(f"tried {len(contents)}, refused {refused}")


@ALL
def test_a_workbook_cut_off_anywhere_is_refused(tmp_path: Path, kind: str):
    content = write(tmp_path, kind, rows=300).read_bytes()
    for cut in range(10, len(content), len(content) // 12):
        with pytest.raises(FileRefused) as refused:
            look(write_bytes(tmp_path, content[:cut]))
        assert type(refused.value) is FileDamaged


@ALL
def test_damaged_bytes_never_crash(tmp_path: Path, kind: str):
    chance = Random(20261006)  # noqa: S311  # a trial, no secret
    content = write(tmp_path, kind).read_bytes()
    damaged = []
    for _ in range(15):
        one = bytearray(content)
        for _ in range(5):
            one[chance.randrange(4, len(one))] = chance.randrange(256)
        damaged.append(bytes(one))
    try_all(tmp_path, damaged)


@pytest.mark.parametrize("first", ["504b0304", "d0cf11e0a1b11ae1", "09081000", "09080800", "09000400", "09020600"])
def test_noise_behind_the_first_bytes_of_a_workbook_is_refused(tmp_path: Path, first: str):
    chance = Random(20261007)  # noqa: S311  # a trial, no secret
    for size in (0, 30, 600, 20_000):
        with pytest.raises(FileRefused):
            look(write_bytes(tmp_path, bytes.fromhex(first) + chance.randbytes(size)))


@PACKED
def test_noise_in_a_part_of_a_workbook_is_refused(tmp_path: Path, kind: str, part: str):
    chance = Random(20261008)  # noqa: S311  # a trial, no secret
    path = write(tmp_path, kind)
    for _ in range(3):
        with pytest.raises(FileRefused):
            look(replace_part(path, part, chance.randbytes(5_000)))


def test_noise_in_the_records_of_an_old_workbook_never_crashes(tmp_path: Path):
    chance = Random(20261009)  # noqa: S311  # a trial, no secret
    content = bytearray(write(tmp_path, "xls").read_bytes())
    noisy = [
        bytes(content[:place]) + chance.randbytes(100) + bytes(content[place + 100 :])
        for place in range(600, len(content) - 200, len(content) // 10)
    ]
    try_all(tmp_path, noisy)


@PACKED
def test_a_part_that_unpacks_to_300_mb_is_refused(tmp_path: Path, kind: str, part: str):
    path = write(tmp_path, kind)
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist() if one != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(part, "w", force_zip64=True) as target:
            for _ in range(300):
                target.write(b" " * MEGABYTE)
    with pytest.raises(FileTooLarge):
        look(path)


def test_a_password_of_a_new_workbook_is_named_as_the_reason(tmp_path: Path):
    path = write_compound(tmp_path / "file", {"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(9_000)})
    with pytest.raises(FileLocked):
        look(path)


def test_a_password_of_an_old_workbook_is_named_as_the_reason(tmp_path: Path):
    book = xlwt.Workbook()
    book.add_sheet("Data").write(0, 0, "Tanggal")
    stream = book.get_biff_data()
    begin = 4 + struct.unpack_from("<H", stream, 2)[0]
    file_pass = struct.pack("<HHHHH", 0x2F, 6, 0, 0x1234, 0x5678)
    path = write_compound(tmp_path / "file", {"Workbook": stream[:begin] + file_pass + stream[begin:]})
    with pytest.raises(FileLocked):
        look(path)


@pytest.mark.parametrize("part", ["content.xml", "encrypted-package"])
def test_a_password_of_an_ods_workbook_is_named_as_the_reason(tmp_path: Path, part: str):
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="{part}"><manifest:encryption-data/></manifest:file-entry>'
        "</manifest:manifest>"
    )
    parts = {"mimetype": ODS_TYPE, "META-INF/manifest.xml": manifest.encode(), part: bytes(range(256))}
    with pytest.raises(FileLocked):
        look(write_archive(tmp_path / "file", parts))


def test_a_text_document_with_a_workbook_inside_is_no_workbook(tmp_path: Path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for row, cells in enumerate([HEAD, ROW]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    stream = book.get_biff_data()
    assert look(write_compound(tmp_path / "file", {"Workbook": stream})).container == "xls"
    with pytest.raises(FileNotATable, match="document"):
        look(write_compound(tmp_path / "file", {"WordDocument": bytes(5_000)}, nested={"Workbook": stream}))


@pytest.mark.parametrize("kind", ["text", "presentation"])
def test_another_open_document_is_no_workbook(tmp_path: Path, kind: str):
    parts = {"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": b"<x/>"}
    with pytest.raises(FileNotATable):
        look(write_archive(tmp_path / "file", parts))


def test_entities_that_multiply_in_ods_are_refused(tmp_path: Path):
    path = write(tmp_path, "ods")
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode().removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{entities}]>{content.replace("2026-10-05", "&e9;", 1)}'
    with pytest.raises(FileRefused):
        look(replace_part(path, "content.xml", bomb.encode()))


def test_cells_that_are_repeated_without_end_are_refused(tmp_path: Path):
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(FileRefused):
        look(write_ods_tables(tmp_path / "file", f'<table:table table:name="Data">{rows}</table:table>'))


def test_a_binary_row_at_the_end_of_all_rows_is_refused(tmp_path: Path):
    path = write_xlsb(tmp_path / "file", [Sheet("Data", [HEAD, ROW])])
    with zipfile.ZipFile(path) as archive:
        content = archive.read("xl/worksheets/sheet1.bin")
    far = record(0, struct.pack("<IIHBBBI", 1_048_575, 0, 300, 0, 0, 0, 0)) + record(
        5, struct.pack("<IId", 16_383, 0, 1.0)
    )
    with pytest.raises(FileTooLarge):
        look(replace_part(path, "xl/worksheets/sheet1.bin", content.replace(record(146), far + record(146))))


def test_a_chain_that_turns_in_a_circle_is_refused(tmp_path: Path):
    content = bytearray(write(tmp_path, "xls", rows=300).read_bytes())
    (table,) = struct.unpack_from("<I", content, 76)
    place = 512 * (table + 1)
    struct.pack_into("<I", content, place + 4 * 3, 1)
    with pytest.raises(FileRefused):
        look(write_bytes(tmp_path, bytes(content)))


def test_a_binary_cell_that_does_not_say_its_column_is_no_blank_one(tmp_path: Path):
    path = write_xlsb(tmp_path / "file", [Sheet("Data", [HEAD, ROW])])
    with zipfile.ZipFile(path) as archive:
        content = archive.read("xl/worksheets/sheet1.bin")
    short = record(16, struct.pack("<Id", 0, 45000.0))
    with pytest.raises(FileDamaged):
        look(replace_part(path, "xl/worksheets/sheet1.bin", content.replace(record(146), short + record(146))))


def write_sheet(folder: Path, rows: str, dimension: str = "A1:XFD1048576") -> Path:
    """Write a workbook that says it reaches to the last cell there can be."""
    sheet = f'<worksheet xmlns="{NAMESPACE}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
    return replace_part(
        write_xlsx(folder / "file", [Sheet("Data", [HEAD])]), "xl/worksheets/sheet1.xml", sheet.encode()
    )


def cells_of(row: int, cells: list[object]) -> str:
    return "".join(
        f'<c r="{openpyxl.utils.get_column_letter(column)}{row}" t="str"><v>{cell}</v></c>'
        for column, cell in enumerate(cells, start=1)
    )


def test_styled_blank_cells_to_the_last_column_and_row_do_not_matter(tmp_path: Path):
    letters = [openpyxl.utils.get_column_letter(column) for column in range(5, 16_385)]
    wide = [
        f'<row r="{row}">{cells_of(row, cells)}{"".join(f"""<c r="{one}{row}" s="0"/>""" for one in letters)}</row>'
        for row, cells in enumerate([HEAD, *[ROW] * 30], start=1)
    ]
    tall = [f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(32, 1_048_577)]
    seen = look(write_sheet(tmp_path, "".join([*wide, *tall])))
    assert (len(seen.rows), seen.headers, seen.rows[31]) == (30, HEADER, tuple(map(str, ROW)))


def test_formulas_that_show_nothing_down_to_a_far_row_do_not_matter(tmp_path: Path):
    rows = [f'<row r="{row}">{cells_of(row, cells)}</row>' for row, cells in enumerate([HEAD, ROW], start=1)]
    blank = [f'<row r="{row}"><c r="D{row}" t="str"><f>A1</f><v></v></c></row>' for row in range(3, 200_000)]
    far = '<row r="300000"><c r="XFD300000" t="str"><v></v></c></row>'
    assert look(write_sheet(tmp_path, "".join([*rows, *blank]))).rows == {2: tuple(map(str, ROW))}
    # With a cell in the last column, too, the sheet is a square of five thousand million cells.
    with pytest.raises(FileTooLarge):
        look(write_sheet(tmp_path, "".join([*rows, *blank, far])))


def test_a_dimension_that_is_too_small_hides_nothing(tmp_path: Path):
    rows = [f'<row r="{row}">{cells_of(row, cells)}</row>' for row, cells in enumerate([HEAD, ROW, ROW], start=1)]
    assert len(look(write_sheet(tmp_path, "".join(rows), dimension="A1:B2")).rows) == 2


def test_an_old_workbook_may_be_100_mb(tmp_path: Path):
    path = write(tmp_path, "xls")
    with path.open("r+b") as target:
        target.truncate((100 << 20) + 1)
    with pytest.raises(FileTooLarge, match="100 MB"):
        look(path)


def test_a_workbook_that_is_not_packed_but_stored_is_read(tmp_path: Path):
    path = write_xlsx(tmp_path / "file", [Sheet("Data", [HEAD, ROW])])
    stored = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as target:
        for name in archive.namelist():
            target.writestr(name, archive.read(name))
    assert len(look(write_bytes(tmp_path, stored.getvalue())).rows) == 1
