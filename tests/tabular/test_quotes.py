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
    "rows",
    [
        # The quote of row 2 is closed by that of row 3: four cells come out, and one sale is gone.
        'a,1,"Keripik,1\nb,2,"Sambal",2\nc,3,x,3\n',
        'a,1,"Keripik,1\nb,2,x,2\nc,3,"Sambal",3\n',
        'a,1,x,"1\nb,2,x,2\nc,3,x,3\n',
        'a,1,x,1\nb,2,x,"2',
        'a,1,x,1\nb,2,x,"2\n',
        '"a,1,x,1\nb,2,x,2\n',
    ],
)
def test_a_quote_that_swallows_rows_is_refused(tmp_path: Path, rows: str):
    with pytest.raises(FileDamaged):
        look_at(tmp_path, HEAD + rows)


def test_a_quote_that_swallows_more_than_a_cell_can_hold_is_refused(tmp_path: Path):
    with pytest.raises(FileDamaged):
        look_at(tmp_path, HEAD + 'a,1,"x,1\n' + "b,2,y,2\n" * 100_000)
    with pytest.raises(FileDamaged):
        look_at(tmp_path, HEAD + "b,2,y,2\n" * 300 + 'a,1,"x,1\n' + "b,2,y,2\n" * 100_000)
