"""Quotes in text files: a whole cell, or a sign like any other, or a file that cannot be trusted."""

from pathlib import Path

import pytest

from consign.tabular.refusals import FileDamaged
from tests.tabular.reading import look_at

HEAD = "Tanggal,Barcode,Nama Produk,Total\n"


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"2026-10-05","1","Keripik, pedas","45,000"', ("2026-10-05", "1", "Keripik, pedas", "45,000")),
        ('2026-10-05,1,"Sambal ""Gami""",1', ("2026-10-05", "1", 'Sambal "Gami"', "1")),
        ('2026-10-05,1,"",1', ("2026-10-05", "1", "", "1")),
        ('2026-10-05,1,Pipa 2" hitam,1', ("2026-10-05", "1", 'Pipa 2" hitam', "1")),
        ('2026-10-05,1,x;"y",1', ("2026-10-05", "1", 'x;"y"', "1")),
        ('2026-10-05,1,"Keripik\nSingkong",1', ("2026-10-05", "1", "Keripik\nSingkong", "1")),
        ('2026-10-05,1,"Dapur Ani,\nJl. Sudirman",1', ("2026-10-05", "1", "Dapur Ani,\nJl. Sudirman", "1")),
    ],
)
def test_quotes_hold_a_cell_together(tmp_path: Path, line: str, cells: tuple[str, ...]):
    seen = look_at(tmp_path, f"{HEAD}{line}\n2026-10-06,2,b,2\n")
    assert list(seen.rows.values()) == [cells, ("2026-10-06", "2", "b", "2")]
    assert seen.broken == {}


def test_a_row_with_a_line_end_inside_counts_once(tmp_path: Path):
    seen = look_at(tmp_path, HEAD + 'a,1,"x\n\ny",1\nb,2,z,2\n')
    assert list(seen.rows) == [2, 3]


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        # The quote of row 2 is closed by that of row 3, but letters follow: read strictly, no cell ends so.
        ('a,1,"Keripik,1\nb,2,"Sambal",2\nc,3,x,3\n', {2: 'a,1,"Keripik,1'}),
        ('a,1,"Keripik,1\nb,2,x,2\nc,3,"Sambal",3\n', {2: 'a,1,"Keripik,1'}),
        ('a,1,x,"1\nb,2,x,2\nc,3,x,3\n', {2: 'a,1,x,"1'}),
        ('"a","1","x","1\n"b","2","y","2"\n', {2: '"a","1","x","1'}),
        ('a,1,x,1\nb,2,x,"2\n', {3: 'b,2,x,"2'}),
        ('"a,1,x,1\nb,2,x,2\n', {2: '"a,1,x,1'}),
        ('a,1,"x"",1\nb,2,"y"",2\nc,3,z,3\n', {2: 'a,1,"x"",1', 3: 'b,2,"y"",2'}),
    ],
)
def test_a_stray_quote_breaks_its_own_row_and_no_other(tmp_path: Path, rows: str, broken: dict[int, str]):
    seen = look_at(tmp_path, HEAD + rows)
    assert seen.broken == {row: (line,) for row, line in broken.items()}
    good = enumerate(rows.splitlines(), start=2)
    assert seen.rows == {
        row: tuple(cell.strip('"') for cell in line.split(",")) for row, line in good if row not in broken
    }


@pytest.mark.parametrize(
    "rows",
    [
        # Read strictly, the cell holds another row; that it should not is only likely.
        'a,1,"Keripik,1\nb,2,x,2\nc,3,",Sambal",3\n',
        'a,1,"x\nb,2,x,2\nc",3\n',
        # The text ends inside a cell, so it may be cut off, and other rows with it.
        'a,1,x,1\nb,2,x,"2',
    ],
)
def test_a_quote_that_may_mean_to_hold_rows_is_refused(tmp_path: Path, rows: str):
    with pytest.raises(FileDamaged):
        look_at(tmp_path, HEAD + rows)


def test_a_stray_quote_above_the_rows_is_refused(tmp_path: Path):
    with pytest.raises(FileDamaged):
        look_at(tmp_path, 'Laporan,"harian\n' + HEAD + "a,1,x,1\nb,2,y,2\n")


def test_a_stray_quote_breaks_only_its_row_in_a_file_larger_than_a_cell_can_be(tmp_path: Path):
    below = "b,2,y,2\n" * 100_000
    seen = look_at(tmp_path, HEAD + "b,2,y,2\n" * 300 + 'a,1,"x,1\n' + below)
    assert (len(seen.rows), seen.broken) == (100_300, {302: ('a,1,"x,1',)})
    with pytest.raises(FileDamaged):  # among the first lines, where the separator is looked for
        look_at(tmp_path, HEAD + 'a,1,"' + "x" * 200_000 + ",1\n" + below)


def test_more_stray_quotes_than_any_damage_makes_are_refused(tmp_path: Path):
    assert len(look_at(tmp_path, HEAD + 'a,1,"x,1\n' * 1_000 + "b,2,y,2\n").broken) == 1_000
    with pytest.raises(FileDamaged):
        look_at(tmp_path, HEAD + 'a,1,"x,1\n' * 1_001 + "b,2,y,2\n")
