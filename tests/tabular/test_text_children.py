"""What happens to the child that reads a text file is an answer about the file; no child is left behind."""

import gc
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from consign.tabular import table as table_module
from consign.tabular.frames import Child, compute_most_seconds
from consign.tabular.opening import open_table
from consign.tabular.refusals import FileDamaged, FileRefused, FileTooLarge
from consign.tabular.text_files import _load_packed
from tests.tabular.reading import WORDS, look_at, write_bytes

HEAD = "Tanggal,Barcode,Jumlah,Total\n"
ROW = "2026-10-05,8992761002015,3,45000\n"
LARGE = HEAD + ROW * 400_000
"""13 MB, so several batches; the pipe holds less than one."""


def children() -> list[int]:
    return [child.pid for child in psutil.Process().children()]


@pytest.mark.parametrize(
    ("harm", "refusal"),
    [
        ("waits for ever", FileTooLarge),
        ("counts for ever", FileTooLarge),
        ("eats memory", FileTooLarge),
        ("aborts", FileTooLarge),
        ("crashes", FileDamaged),
        ("leaves", FileDamaged),
        ("fails", FileDamaged),
        ("sends half a frame", FileDamaged),
        ("promises too much", FileDamaged),
    ],
)
def test_each_harm_is_a_refusal_in_time(tmp_path: Path, harm: str, refusal: type[FileRefused]):
    before = children()
    path = write_bytes(tmp_path, b"x")
    began = time.monotonic()
    most_seconds = 2 if "for ever" in harm else 20
    child = Child("tests.tabular.harmful_child", path, folder=tmp_path, asked={"harm": harm}, most_seconds=most_seconds)
    with closing(child), pytest.raises(FileRefused) as refused:
        list(child.frames())
    assert type(refused.value) is refusal
    assert "nothing of it was used" in refused.value.sentence
    assert time.monotonic() - began < 15
    assert children() == before


def test_what_a_child_writes_about_its_troubles_stops_nobody(tmp_path: Path):
    path = write_bytes(tmp_path, b"x")
    child = Child("tests.tabular.harmful_child", path, folder=tmp_path, asked={"harm": "chatters"}, most_seconds=20)
    with closing(child):
        assert list(child.frames()) == []


def test_rows_that_came_to_harm_are_not_believed():
    with pytest.raises(FileDamaged):
        _load_packed(bytearray(b"x" * 64), 2)


def test_the_time_between_two_readings_does_not_count(tmp_path: Path):
    path = write_bytes(tmp_path, LARGE.encode())
    with open_table(path, words=WORDS) as table:
        batches = table.batches()
        count = len(next(batches))
        time.sleep(1)
        assert count + sum(map(len, batches)) == 400_000


def test_a_gigabyte_may_take_minutes_and_a_small_file_seconds():
    assert compute_most_seconds(1_000) == 20
    assert compute_most_seconds(1 << 30) == 20 + 1024 // 5


def test_a_child_that_dies_between_two_batches_is_a_refusal(tmp_path: Path):
    before = children()
    path = write_bytes(tmp_path, LARGE.encode())
    with open_table(path, words=WORDS) as table:
        batches = table.batches()
        next(batches)
        (pid,) = set(children()) - set(before)
        psutil.Process(pid).kill()
        with pytest.raises(FileTooLarge):
            list(batches)
        assert sum(map(len, table.batches())) == 400_000  # another child reads again from the first row


def test_no_child_is_left_when_a_reading_is_given_up(tmp_path: Path):
    before = children()
    path = write_bytes(tmp_path, LARGE.encode())
    with open_table(path, words=WORDS) as table:
        assert len(children()) == len(before) + 1
        next(table.batches())
    assert children() == before
    with open_table(path, words=WORDS):
        pass
    assert children() == before
    with pytest.raises(KeyError), open_table(path, words=WORDS) as table:
        raise KeyError(len(next(table.batches())))
    assert children() == before


def test_a_large_table_given_up_half_way_ends_its_child_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table_module, "KEPT_BYTES", 0)
    before = children()
    path = write_bytes(tmp_path, LARGE.encode())
    with open_table(path, words=WORDS) as table:
        for _ in range(3):
            batches = table.batches()
            next(batches)
            next(batches)
            del batches
            gc.collect()
            assert children() == before
        assert sum(map(len, table.batches())) == 400_000
        assert children() == before


def test_reading_after_the_table_is_closed_reads_no_other_file(tmp_path: Path):
    path = write_bytes(tmp_path, LARGE.encode())
    with open_table(path, words=WORDS) as table:
        batches = table.batches()
        next(batches)
    others = [path.open("rb") for _ in range(8)]
    with pytest.raises(ValueError, match="closed"):
        list(batches)
    for other in others:
        other.close()


def test_a_second_child_reads_a_copy_in_utf_8_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table_module, "KEPT_BYTES", 0)
    path = write_bytes(tmp_path, (HEAD + ROW * 50_000).encode("utf-16"))
    with open_table(path, words=WORDS) as table:
        for _ in range(3):
            assert sum(map(len, table.batches())) == 50_000


def test_rows_by_the_thousand_with_too_many_cells_do_not_fill_the_memory(tmp_path: Path):
    with pytest.raises(FileDamaged, match="16384 cells"):
        look_at(tmp_path, HEAD + "," * 20_000_000 + "x\n")
    with pytest.raises(FileDamaged, match="16384 columns"):
        look_at(tmp_path, "a," * 100_000 + "b\n")


@pytest.mark.parametrize("text", ["a,b\n" + '"' * 3_000_000, "a,b\n" + '""\n' * 1_000_000, '"' * 5_000_000])
def test_a_flood_of_quotes_ends_in_time(tmp_path: Path, text: str):
    began = time.monotonic()
    try:
        look_at(tmp_path, text)
    except FileRefused as refusal:
        print(refusal)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("child", ["text_child", "message_child", "markup_child", "workbook_child"])
def test_the_reader_of_a_small_file_starts_without_large_libraries(child: str):
    # Daily files are small: the start of their reader takes longer than their reading.
    found = subprocess.run(
        [sys.executable, "-c", f"import sys, consign.tabular.{child}; print(*sys.modules)"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert {"numpy", "pyarrow", "pandas", "subprocess"} & set(found.stdout.split()) == set()
