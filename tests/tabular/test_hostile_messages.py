"""Damaged messages of every kind: refused with a reason, never read as fewer or more sales, never a crash."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consign.tabular.refusals import FileDamaged, FileRefused, FileTooLarge
from tests.tabular import messages, test_edifact, test_idoc, test_x12
from tests.tabular.reading import look, write_bytes

FILES = {
    "edifact": test_edifact.FILE,
    "x12": test_x12.FILE,
    "idoc": test_idoc.FILE,
}


@pytest.mark.parametrize("container", FILES)
@pytest.mark.parametrize("times", [0, 2])
def test_a_segment_that_is_lost_or_doubled_is_always_found(container: str, times: int):
    lines = FILES[container].splitlines(keepends=True)
    # The service string advice may stand alone or be left out; what an IDoc does not count is its last record.
    kept = range(1 if container == "edifact" else 0, len(lines) - (container == "idoc"))
    for place in kept:
        changed = "".join([*lines[:place], *[lines[place]] * times, *lines[place + 1 :]])
        with pytest.raises(FileRefused):
            messages.read(changed, container)


@settings(max_examples=200, deadline=None)
@given(
    container=st.sampled_from(sorted(FILES)),
    place=st.integers(0, 2000),
    size=st.integers(0, 3),
    bytes_=st.binary(max_size=3),
)
def test_a_file_with_other_bytes_is_read_or_refused(container: str, place: int, size: int, bytes_: bytes):
    content = FILES[container].encode()
    place %= len(content)
    with suppress(FileRefused):
        messages.read(content[:place] + bytes_ + content[place + size :], container)


@pytest.mark.parametrize("container", FILES)
def test_the_first_bytes_alone_are_refused(tmp_path: Path, container: str):
    content = FILES[container].encode()
    for size in (1, 2, 3, 4, 9, 12, 20, 60, 90):
        with pytest.raises(FileRefused):
            look(write_bytes(tmp_path, content[:size]))


def test_a_segment_without_end_is_refused_in_time(tmp_path: Path):
    content = test_edifact.FILE.encode().replace(b"QTY+153:1:PCE'", b"QTY+153:1:PCE" + b"?+:" * (8 << 20), 1)
    with pytest.raises(FileDamaged, match="longer than 65536 characters"):
        look(write_bytes(tmp_path, content))


def test_more_segments_than_memory_holds_are_refused(tmp_path: Path):
    # Every segment is another one, so none is kept once for all: each takes some 400 bytes.
    content = b"UNB+UNOC:3+A+B+261006:2216+IC1'UNH+1+SLSRPT:D:96A:UN'" + b"".join(
        b"LIN+%d'" % number for number in range(4 << 20)
    )
    with pytest.raises(FileTooLarge):
        look(write_bytes(tmp_path, content))
