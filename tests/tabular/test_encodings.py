"""What a file's bytes are taken for, and what is left out of them: each said as evidence."""

from pathlib import Path

import pytest

from consign.sentence import Sentence
from consign.tabular.opening import open_table
from consign.tabular.refusals import FileDamaged, FileNotATable, FileRefused
from tests.tabular.reading import HEADER, WORDS, look, rows_of, write_bytes

PLAIN = "Tanggal,Barcode,Jumlah,Total\r\n2026-10-05,8992761002015,3,45000\r\n"
ROW = ("2026-10-05", "8992761002015", "3", "45000")
BOM = b"\xef\xbb\xbf"


def evidence_of(path: Path) -> tuple[Sentence, ...]:
    with open_table(path, words=WORDS) as table:
        return table.evidence


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_shows_itself(tmp_path: Path, encoding: str):
    path = write_bytes(tmp_path, (PLAIN + "2026-10-06,Kué Café,1,1000\r\n").encode(encoding))
    seen = look(path)
    assert (seen.encoding, seen.headers) == (encoding, HEADER)
    assert seen.rows == {2: ROW, 3: ("2026-10-06", "Kué Café", "1", "1000")}
    assert f"every other byte is zero, so the text is {encoding}" in evidence_of(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_that_is_cut_off_is_refused(tmp_path: Path, encoding: str):
    with pytest.raises(FileDamaged):
        look(write_bytes(tmp_path, PLAIN.encode(encoding)[:-1]))


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
def test_utf_32_is_refused_with_the_reason(tmp_path: Path, encoding: str):
    with pytest.raises(FileNotATable, match="UTF-32"):
        look(write_bytes(tmp_path, PLAIN.encode(encoding)))


@pytest.mark.parametrize("between", [b"", b"\r\n"])
def test_marks_of_files_put_together_are_left_out(tmp_path: Path, between: bytes):
    path = write_bytes(tmp_path, BOM + PLAIN.encode() + between + BOM + b'"2026-10-06",1,1,1000\r\n')
    assert list(look(path).rows.values()) == [ROW, ("2026-10-06", "1", "1", "1000")]
    assert "1 byte order marks in the middle were left out" in evidence_of(path)


def test_two_marks_at_the_beginning_are_left_out(tmp_path: Path):
    seen = look(write_bytes(tmp_path, BOM + BOM + PLAIN.encode()))
    assert (seen.headers, seen.rows) == (HEADER, {2: ROW})


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("padding", ["\0" * 500, "\x1a", "\x1a" + "\0" * 127, "\r\n\x1a", "\x1a\r\n", "\x1a\r\n\0\0"])
def test_filling_behind_the_last_line_is_left_out(tmp_path: Path, encoding: str, padding: str):
    text = PLAIN + "2026-10-06,Kué Café,1,1000\r\n"
    path = write_bytes(tmp_path, (text + padding).encode(encoding))
    assert look(path).rows == {2: ROW, 3: ("2026-10-06", "Kué Café", "1", "1000")}
    assert any("filling behind the last line" in sentence for sentence in evidence_of(path))


def test_filling_in_the_middle_of_a_row_is_no_end(tmp_path: Path):
    # The last amount may have been 45000 before the power went.
    with pytest.raises(FileNotATable):
        look(write_bytes(tmp_path, PLAIN.encode() + b"2026-10-06,1,1,450\0\0\0\0"))
    seen = look(write_bytes(tmp_path, PLAIN.encode() + b"2026-10-06,1,1,450\x1a"))
    assert seen.rows[3] == ("2026-10-06", "1", "1", "450\x1a")


def test_filling_alone_is_no_table(tmp_path: Path):
    for content in (b"\0" * 100, b"\x1a\x1a", b"\0" * 3_000_000, b"\n\0\0"):
        with pytest.raises(FileRefused):
            look(write_bytes(tmp_path, content))


def test_blank_lines_at_the_end_are_no_filling(tmp_path: Path):
    path = write_bytes(tmp_path, PLAIN.encode() + b"\r\n\r\n")
    assert look(path).rows == {2: ROW}
    assert not any("filling" in sentence for sentence in evidence_of(path))


def test_old_line_ends_go_for_files_of_any_size(tmp_path: Path):
    # 36 MB without a line feed: more than a line may have.
    path = write_bytes(
        tmp_path, PLAIN.replace("\r\n", "\r").encode() + b"2026-10-06,8992761002015,3,45000\r" * 1_100_000
    )
    with open_table(path, words=WORDS) as table:
        assert sum(len(batch) for batch in table.batches()) == 1_100_001


def test_mixed_line_ends_end_rows_alike(tmp_path: Path):
    content = b"Tanggal,Total\r2026-10-05,1\n2026-10-06,2\r\n2026-10-07,3\r2026-10-08,4"
    rows = look(write_bytes(tmp_path, content)).rows
    assert list(rows.values()) == [("2026-10-05", "1"), ("2026-10-06", "2"), ("2026-10-07", "3"), ("2026-10-08", "4")]
    with open_table(write_bytes(tmp_path, content * 30_000), words=WORDS) as table:
        rows, broken = rows_of(table.batches())
    assert (len(rows), len(broken)) == (30_000 * 3 + 1, 29_999)  # the last row of each copy runs into the next header
