"""Archives: what is in them, one after the other, and what they try in vain."""

import gzip
import io
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from consign.tabular import archive
from consign.tabular.archive import is_archive, read_members
from consign.tabular.refusals import ArchiveInArchive, FileDamaged, FileLocked, FileNotATable, FileTooLarge

MEGABYTE = 1 << 20
CSV = b"Tanggal,Total\n2026-10-05,1\n"
Found = tuple[str, bytes | str]


def look(path: Path, *, name: str = "moka.zip") -> list[Found]:
    """Return each member with its bytes, or with the code of why it has none."""
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    found: list[Found] = []
    for one in read_members(path, name=name, scratch=scratch):
        if one.path is not None:
            content = one.path.read_bytes()
            assert len(content) == one.size_bytes
            found.append((one.name, content))
        else:
            found.append((one.name, one.refusal.code if one.refusal else str(one.ignored)))
    return found


def pack(folder: Path, *members: tuple[str, bytes], name: str = "file", packing: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", packing, compresslevel=1) as target:
        for member, content in members:
            target.writestr(member, content)
    return path


def blanks(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield b" " * MEGABYTE


def test_the_members_come_in_their_order_with_their_bytes(tmp_path: Path):
    path = pack(tmp_path, ("b.csv", CSV), ("Januari/a.csv", CSV * 2))
    assert is_archive(path)
    assert look(path) == [("b.csv", CSV), ("Januari/a.csv", CSV * 2)]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_two_members(tmp_path: Path):
    assert look(pack(tmp_path, ("a.csv", CSV), ("a.csv", CSV * 2))) == [("a.csv", CSV), ("a.csv", CSV * 2)]


def test_what_nobody_meant_to_hand_in_is_left_out_with_a_reason(tmp_path: Path):
    names = ("__MACOSX/._a.csv", "x/.DS_Store", "Thumbs.db", "x/desktop.ini", "~$jan.xlsx", "._b.csv")
    path = pack(tmp_path, ("x/", b""), ("a.csv", CSV), *((name, b"x") for name in names), ("kosong.csv", b""))
    assert look(path) == [
        ("x/", "directory"), ("a.csv", CSV), *((name, "system") for name in names), ("kosong.csv", "empty"),
    ]  # fmt: skip


def write_book() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Tanggal", "Total"])
    book.save(target)
    return target.getvalue()


def test_a_workbook_is_a_file_and_not_an_archive(tmp_path: Path):
    content = write_book()
    alone = tmp_path / "alone"
    alone.write_bytes(content)
    assert not is_archive(alone)
    assert look(pack(tmp_path, ("jan.xlsx", content), ("a.csv", CSV))) == [("jan.xlsx", content), ("a.csv", CSV)]


@pytest.mark.parametrize("part", ["mimetype", "word/document.xml", "xl/workbook.bin", "Index/Document.iwa"])
def test_other_documents_are_no_archives_either(tmp_path: Path, part: str):
    assert not is_archive(pack(tmp_path, (part, b"x"), ("content.xml", b"<x/>")))


def test_a_cut_off_workbook_is_no_archive_and_a_cut_off_archive_is_one(tmp_path: Path):
    path = tmp_path / "file"
    for content, expected in ((write_book(), False), (pack(tmp_path, ("a.csv", CSV)).read_bytes(), True)):
        path.write_bytes(content[: len(content) - 30])
        assert is_archive(path) is expected
    with pytest.raises(FileDamaged):
        look(path)


def test_an_empty_archive_has_no_member(tmp_path: Path):
    path = pack(tmp_path)
    assert is_archive(path)
    assert look(path) == []


def test_an_archive_inside_an_archive_is_refused_and_the_others_go_on(tmp_path: Path):
    inner = pack(tmp_path, ("a.csv", CSV), name="inner").read_bytes()
    path = pack(tmp_path, ("inner.zip", inner), ("b.csv.gz", gzip.compress(CSV)), ("a.csv", CSV))
    refused = ArchiveInArchive.code
    assert look(path) == [("inner.zip", refused), ("b.csv.gz", refused), ("a.csv", CSV)]


def test_a_member_behind_a_password_is_refused_and_the_others_go_on(tmp_path: Path):
    path = pack(tmp_path, ("a.csv", CSV), ("b.csv", CSV))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        struct.pack_into("<H", content, content.index(mark) + offset, 1)  # the flag that says it is encrypted
    path.write_bytes(content)
    assert look(path) == [("a.csv", FileLocked.code), ("b.csv", CSV)]


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_packing_that_takes_much_memory_is_refused(tmp_path: Path, packing: int):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w", packing) as target:
        target.writestr("a.csv", CSV)
    assert look(path) == [("a.csv", FileNotATable.code)]


def test_a_member_that_blows_up_is_refused_and_the_others_go_on(tmp_path: Path):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        with target.open("bomb.csv", "w", force_zip64=True) as part:
            part.writelines(blanks(200))
        target.writestr("a.csv", CSV)
    assert path.stat().st_size < MEGABYTE
    assert look(path) == [("bomb.csv", FileTooLarge.code), ("a.csv", CSV)]


@pytest.mark.parametrize("offset", [20, 24], ids=["packed", "unpacked"])
def test_sizes_that_lie_do_not_help(tmp_path: Path, offset: int):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        target.writestr("a.csv", CSV)
        with target.open("bomb.csv", "w", force_zip64=True) as part:
            part.writelines(blanks(50))
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    (true_size,) = struct.unpack_from("<I", content, entry + offset)
    struct.pack_into("<I", content, entry + offset, true_size * 1000 if offset == 20 else 100)
    path.write_bytes(content)
    (first, second) = look(path)
    assert first == ("a.csv", CSV)
    # Whatever it says it takes, it cannot take more than the archive has; what it says it comes to must be so.
    assert second[1] in (FileTooLarge.code, FileDamaged.code)


def test_members_that_come_to_too_much_together_refuse_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 3 * MEGABYTE)
    path = pack(tmp_path, *((f"{n}.csv", os.urandom(MEGABYTE)) for n in range(4)))
    with pytest.raises(FileTooLarge, match="more than 1 GB"):
        look(path)


def test_refused_members_count_for_the_limit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 3 * MEGABYTE)
    with pytest.raises(FileTooLarge, match="more than 1 GB"):
        look(pack(tmp_path, *((f"{n}.csv", b" " * 20 * MEGABYTE) for n in range(4))))


def test_more_members_than_there_may_be_refuse_the_archive(tmp_path: Path):
    names = [(f"{n}.csv", b"x") for n in range(2_001)]
    assert len(look(pack(tmp_path, *names[:-1]))) == 2_000
    with pytest.raises(FileTooLarge, match="2001 files"):
        look(pack(tmp_path, *names))


def test_a_list_of_members_without_end_is_not_even_loaded(tmp_path: Path):
    path = pack(tmp_path, *((f"{n:0200}", b"") for n in range(10_000)), packing=zipfile.ZIP_STORED)
    assert is_archive(path)
    with pytest.raises(FileTooLarge, match="list of files"):
        look(path)


@pytest.mark.parametrize("damage", [b"\xff" * 8, b"\0" * 8])
def test_a_damaged_member_is_refused_and_the_others_go_on(tmp_path: Path, damage: bytes):
    path = pack(tmp_path, ("a.csv", CSV * 50), ("b.csv", CSV))
    content = bytearray(path.read_bytes())
    content[40:48] = damage
    path.write_bytes(content)
    assert look(path) == [("a.csv", FileDamaged.code), ("b.csv", CSV)]


def test_a_name_written_as_utf8_without_saying_so_is_read_as_it_was_meant(tmp_path: Path):
    path = pack(tmp_path, ("penjualan-é.csv", CSV), ("b.csv", CSV))
    content = path.read_bytes()
    bare = content.replace(struct.pack("<H", 0x800), struct.pack("<H", 0), 2)
    assert bare != content
    path.write_bytes(bare)
    assert [name for name, _ in look(path)] == ["penjualan-é.csv", "b.csv"]


def test_a_name_in_the_letters_of_old_pcs_is_read_as_such(tmp_path: Path):
    path = pack(tmp_path, ("cafe1.csv", CSV))
    path.write_bytes(path.read_bytes().replace(b"cafe1", b"caf\x821"))  # é in code page 437
    assert look(path) == [("café1.csv", CSV)]


def test_one_packed_file_is_an_archive_of_one(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(CSV) + gzip.compress(CSV) + bytes(512))
    assert is_archive(path)
    assert look(path, name="jan.csv.gz") == [("jan.csv", CSV + CSV)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: gzip.compress(CSV)[:-9], FileDamaged.code),
        (lambda: gzip.compress(CSV) + b"x", FileDamaged.code),
        (lambda: gzip.compress(b" " * 50 * MEGABYTE), FileTooLarge.code),
        (lambda: gzip.compress(gzip.compress(CSV)), ArchiveInArchive.code),
        (lambda: gzip.compress(b""), "empty"),
    ],
    ids=["cut off", "more behind", "bomb", "packed twice", "empty"],
)
def test_a_packed_file_that_is_not_right_says_so(tmp_path: Path, content: Callable[[], bytes], says: str):
    path = tmp_path / "file"
    path.write_bytes(content())
    assert look(path) == [("moka.zip", says)]


def test_a_packed_file_with_a_head_without_end_is_answered(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 20 * MEGABYTE)  # the name of the file inside
    assert look(path) == [("moka.zip", FileDamaged.code)]
