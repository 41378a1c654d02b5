"""Files that look like workbooks and would harm: each is refused, in time, with a reason."""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from consign.tabular.refusals import FileDamaged, FileLocked, FileNotATable, FileRefused, FileTooLarge
from tests.tabular.reading import HEADER, look, replace_part, write_bytes, write_workbook

SHEET = "xl/worksheets/sheet1.xml"
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
MEGABYTE = 1 << 20


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Write a workbook that is read well."""
    rows = [[f"2026-10-{day:02}", f"{day}", 3, 45000] for day in range(1, 32)]
    return write_workbook(tmp_path, ("Data", [list(HEADER), *rows]))


def fill(size: int) -> Iterator[bytes]:
    """Yield *size* megabytes of blanks."""
    for _ in range(size):
        yield b" " * MEGABYTE


def write_blown_up(path: Path, sizes: list[int]) -> Path:
    """Add parts of so many megabytes of blanks to the workbook at *path*."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, size in enumerate(sizes):
            with archive.open(f"xl/media/{number}", "w", force_zip64=True) as part:
                for piece in fill(size):
                    part.write(piece)
    return path


def test_the_good_one_is_read(good: Path):
    assert len(look(good).rows) == 31


def test_a_sheet_that_unpacks_to_300_mb_is_refused(good: Path, tmp_path: Path):
    bomb = tmp_path / "bomb"
    with (
        zipfile.ZipFile(good) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            if name != SHEET:
                target.writestr(name, source.read(name))
        with target.open(SHEET, "w", force_zip64=True) as part:
            for piece in fill(300):
                part.write(piece)
    assert bomb.stat().st_size < 2 * MEGABYTE
    with pytest.raises(FileTooLarge):
        look(bomb)


def test_many_parts_that_unpack_to_too_much_together_are_refused(good: Path):
    # 21 times 10 MB, each stored as it is, so that no part alone gives it away.
    with zipfile.ZipFile(good, "a", zipfile.ZIP_STORED) as archive:
        for number in range(21):
            archive.writestr(f"xl/media/{number}", b" " * (10 * MEGABYTE))
    with pytest.raises(FileTooLarge, match="200 MB"):
        look(good)


def test_more_parts_than_a_workbook_has_are_refused(good: Path):
    with zipfile.ZipFile(good, "a") as archive:
        for number in range(2_001):
            archive.writestr(f"xl/{number}", b"")
    with pytest.raises(FileTooLarge, match="parts"):
        look(good)


@pytest.mark.parametrize(("offset", "what"), [(20, "packed"), (24, "unpacked")])
def test_sizes_that_lie_do_not_help_a_bomb(good: Path, offset: int, what: str):
    path = write_blown_up(good, [50])
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")  # the central directory's word on the last part
    true_size = struct.unpack_from("<I", content, entry + offset)[0]
    lie = 10 * true_size if what == "packed" else 100
    struct.pack_into("<I", content, entry + offset, lie)
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        look(path)
    assert type(refused.value) in (FileTooLarge, FileDamaged)


def test_a_sheet_without_end_to_its_rows_is_refused(good: Path):
    # Two cells, the second in the last row and column there can be: 17 billion cells lie between.
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    with pytest.raises(FileTooLarge):
        look(replace_part(good, SHEET, sheet.encode()))


def test_entities_that_multiply_are_refused(good: Path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{entities}]><worksheet>&e9;</worksheet>'
    with pytest.raises(FileRefused):
        look(replace_part(good, SHEET, sheet.encode()))


def test_an_entity_from_outside_is_not_loaded(good: Path, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("rahasia", encoding="utf-8")
    with zipfile.ZipFile(good) as archive:
        sheet = archive.read(SHEET).decode()
    hostile = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>' + sheet.replace("2026-10-01", "&e;", 1)
    try:
        seen = look(replace_part(good, SHEET, hostile.encode()))
    except FileRefused:
        return
    assert "rahasia" not in str(seen.rows)


def test_a_workbook_cut_off_anywhere_is_refused(good: Path, tmp_path: Path):
    content = good.read_bytes()
    cuts = range(10, len(content), len(content) // 40)
    refused = 0
    for cut in cuts:
        with pytest.raises(FileDamaged):
            look(write_bytes(tmp_path, content[:cut]))
        refused += 1
    print(f"tried {len(cuts)}, refused {refused}")


def test_damaged_bytes_never_crash(good: Path, tmp_path: Path):
    chance = Random(20261005)  # noqa: S311  # a trial, no secret
    content = good.read_bytes()
    read = refused = 0
    for _ in range(30):
        damaged = bytearray(content)
        for _ in range(5):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        try:
            look(write_bytes(tmp_path, bytes(damaged)))
            read += 1
        except FileRefused:
            refused += 1
    print(f"tried 30, refused {refused}, read {read}")
    assert refused + read == 30


def test_a_password_is_named_as_the_reason(tmp_path: Path):
    locked = OLD_OFFICE + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    with pytest.raises(FileLocked):
        look(write_bytes(tmp_path, locked))


def test_what_only_begins_like_an_old_workbook_is_damaged(tmp_path: Path):
    with pytest.raises(FileDamaged):
        look(write_bytes(tmp_path, OLD_OFFICE + bytes(1000)))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sales.csv", "Tanggal,Total\n2026-10-05,1\n")
    with pytest.raises(FileNotATable):
        look(path)


def test_a_part_behind_a_password_is_refused(good: Path):
    content = bytearray(good.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.rindex(mark)
        struct.pack_into("<H", content, place + offset, 1)  # the flag that says it is encrypted
    good.write_bytes(content)
    with pytest.raises(FileLocked):
        look(good)
