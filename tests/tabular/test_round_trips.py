"""Whatever a program writes as a table comes out as the same cells, or the file is refused; nothing else ever happens."""

import csv
import io
import tempfile
from pathlib import Path

import psutil
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from consign.tabular.refusals import FileRefused
from tests.tabular.reading import HEADER, Seen, look, write_bytes

SIGNS = [",", ";", "\t", "|"]
# A byte order mark that begins a line is none of its cells; zero and our own mark are no text.
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x01\ufeff") | st.sampled_from(list(",;\t|\"'\\\n\r =")),
    max_size=10,
)
NAMES = st.sampled_from(['24" PIZZA', 'Sambal "Gami"', "Keripik, pedas", "Kué Café", "a|b;c", "C:\\", '\\"', '"', ""])
TABLES = st.lists(st.lists(CELLS | NAMES, min_size=4, max_size=4), min_size=1, max_size=6)


def write(table: list[list[str]], *, sign: str, end: str, quoting: int) -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=sign, lineterminator=end, quoting=quoting).writerows([HEADER, *table])
    return target.getvalue()


def look_or_refuse(content: bytes) -> Seen | None:
    """Read a file of this *content*, blank where it is refused; no child may outlive it."""
    before = [child.pid for child in psutil.Process().children()]
    with tempfile.TemporaryDirectory() as folder:
        try:
            return look(write_bytes(Path(folder), content))
        except FileRefused:
            return None
        finally:
            assert [child.pid for child in psutil.Process().children()] == before


@settings(max_examples=60)
@given(
    table=TABLES,
    sign=st.sampled_from(SIGNS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
)
@example(table=[["a", ",\\", ",", "x"]] * 2, sign=",", end="\n", quoting=csv.QUOTE_ALL, encoding="utf-8")
def test_what_was_written_is_read_or_refused(table: list[list[str]], sign: str, end: str, quoting: int, encoding: str):
    text = write(table, sign=sign, end=end, quoting=quoting)
    # The standard library's writer leaves line ends of the other kind unquoted, so that it does not read them itself.
    assume(list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))[1:] == table)
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    if encoding == "cp1252" and not content.isascii():
        assume(not _is_utf_8(content))
    seen = look_or_refuse(content)
    if seen is not None:
        assert (seen.delimiter, seen.headers, seen.broken) == (sign, HEADER, {})
        assert list(seen.rows.values()) == [tuple(row) for row in table]


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=40)
@given(table=TABLES, sign=st.sampled_from(SIGNS), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_backslashes_never_move_a_cell(table: list[list[str]], sign: str, quoting: int):
    """A file with backslashes comes out cell by cell as written, but for backslashes that prove nothing about themselves."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=sign, quoting=quoting, doublequote=False, escapechar="\\")
    writer.writerows([HEADER, *table])
    assume("\r" not in "".join("".join(row) for row in table) and "\n" not in "".join("".join(row) for row in table))
    seen = look_or_refuse(target.getvalue().encode())
    if seen is not None:
        read = [[cell.replace("\\", "") for cell in row] for row in seen.rows.values()]
        written = [[cell.replace("\\", "") for cell in row] for row in table]
        assert all(row in written for row in read)


@settings(max_examples=60)
@given(
    content=st.binary(max_size=400)
    | st.text(st.sampled_from(list('aT1,;|\t"\\\r\n\0\x1a\ufeffé=')), max_size=120).flatmap(
        lambda text: st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252", "utf-32"]).map(
            lambda encoding: ("Tanggal,Total\n" + text).encode(encoding, "ignore")
        )
    )
)
def test_any_bytes_at_all_are_read_or_refused(content: bytes):
    look_or_refuse(content)
