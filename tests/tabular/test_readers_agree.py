"""The fast and the careful reader read the same from any well-formed table."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from consign.tabular.encodings import prepare_text
from consign.tabular.text_files import _read, _read_carefully, _read_fast
from tests.tabular.reading import rows_of

CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x01\r\n") | st.sampled_from(list(",;\t|\"' ")),
    max_size=8,
)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


def write_table(rows: list[list[str]], *, sign: str, end: str, quoting: int) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=sign, lineterminator=end, quoting=quoting).writerows(rows)
    return target.getvalue().encode()


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
        prepared = prepare_text(path, scratch=Path(folder))
        fast = rows_of(_read_fast(path, delimiter=sign, width=width, header_row=1))
        careful = rows_of(_read_carefully(path, delimiter=sign, width=width, after_row=1))
    assert prepared.is_regular(sign)
    assert fast == careful == ({row: tuple(cells) for row, cells in enumerate(table, start=2)}, {})


@given(
    text=st.text(st.sampled_from(list('a1,;"\n\r \t')), max_size=60),
    sign=st.sampled_from([",", ";"]),
)
@example(text='x,"y";1', sign=";")  # quotes that another sign than the separator stands before are no quotes
@example(text='\t";"', sign=";")
def test_where_the_fast_reader_is_trusted_it_reads_like_the_careful_one(text: str, sign: str):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(f"x{sign}y\n{text}".encode())
        if prepare_text(path, scratch=Path(folder)).is_regular(sign):
            chosen = rows_of(_read(path, delimiter=sign, width=2, header_row=1, regular=True))
            assert chosen == rows_of(_read_carefully(path, delimiter=sign, width=2, after_row=1))


def test_blank_lines_at_the_end_do_not_slow_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    for content, regular in (("a,b\n1,2\n\n\n", True), ("a,b\r\n1,2\r\n\r\n", True), ("a,b\n\n1,2\n", False)):
        path.write_bytes(content.encode())
        assert prepare_text(path, scratch=tmp_path).is_regular(",") is regular
