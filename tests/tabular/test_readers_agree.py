"""The fast and the careful reader read the same from any well-formed table."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from consign.tabular.dialect import Dialect, Quoting
from consign.tabular.encodings import prepare_text
from consign.tabular.records import read_carefully
from consign.tabular.regularity import Regularity
from consign.tabular.text_child import Layout, read_rows

Rows = tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]

CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x01\r\n\ufeff") | st.sampled_from(list(",;\t|\"' ")),
    max_size=8,
)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


def write_table(rows: list[list[str]], *, sign: str, end: str, quoting: int) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=sign, lineterminator=end, quoting=quoting).writerows(rows)
    return target.getvalue().encode()


def look_through(path: Path, folder: str) -> Regularity:
    observer = Regularity()
    prepare_text(path, scratch=Path(folder), observer=observer)
    return observer


def read_chosen(path: Path, dialect: Dialect, *, width: int, regular: bool) -> Rows:
    """Read as the child does with a large file: fast as long as it may."""
    rows: dict[int, tuple[str, ...]] = {}
    broken: dict[int, tuple[str, ...]] = {}
    for batch, others in read_rows(path, Layout(str(path), dialect.sign, dialect.quoting, width, 1, regular)):
        numbers, *columns = (column.to_pylist() for column in batch.columns)
        rows.update(zip(numbers, zip(*columns, strict=True), strict=True))
        broken.update((row, tuple(cells)) for row, cells in others)
    return rows, broken


def read_by_record(path: Path, dialect: Dialect, *, width: int) -> Rows:
    rows: dict[int, tuple[str, ...]] = {}
    broken: dict[int, tuple[str, ...]] = {}
    for records in read_carefully(path, dialect, width=width, after_row=1, plain_rows=0):
        rows.update(zip(records.numbers, map(tuple, records.rows), strict=True))
        broken.update((row, tuple(cells)) for row, cells in records.broken)
    return rows, broken


@given(
    table=TABLES,
    sign=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_both_readers_return_what_was_written(table: list[list[str]], sign: str, end: str, quoting: int):
    width = len(table[0])
    header = [f"kolom {place}" for place in range(width)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(write_table([header, *table], sign=sign, end=end, quoting=quoting))
        observer = look_through(path, folder)
        fast = read_chosen(path, Dialect(sign), width=width, regular=True)
        careful = read_by_record(path, Dialect(sign), width=width)
    assert observer.allows(Dialect(sign))
    assert fast == careful == ({row: tuple(cells) for row, cells in enumerate(table, start=2)}, {})


@given(
    text=st.text(st.sampled_from(list('a1,;"\\\n\r \t|')), max_size=60),
    sign=st.sampled_from([",", ";", "|"]),
    quoting=st.sampled_from(Quoting),
)
@example(
    text='x,"y";1', sign=";", quoting=Quoting.DOUBLED
)  # what another sign than the separator stands before is no quote
@example(text='\t";"', sign=";", quoting=Quoting.DOUBLED)
def test_where_the_fast_reader_is_trusted_it_reads_like_the_careful_one(text: str, sign: str, quoting: Quoting):
    dialect = Dialect(sign, quoting)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(f"x{sign}y\n{text}".encode())
        if look_through(path, folder).allows(dialect):
            chosen = read_chosen(path, dialect, width=2, regular=True)
            assert chosen == read_by_record(path, dialect, width=2)


def test_blank_lines_at_the_end_do_not_slow_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    for content, regular in (("a,b\n1,2\n\n\n", True), ("a,b\r\n1,2\r\n\r\n", True), ("a,b\n\n1,2\n", False)):
        path.write_bytes(content.encode())
        assert look_through(path, str(tmp_path)).allows(Dialect(",")) is regular
