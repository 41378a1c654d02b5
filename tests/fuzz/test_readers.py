"""Spoilt files of every container: each is read or refused, in time, within its memory, and its rows add up."""

import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consign.errors import ConsignError
from consign.sales.inspecting import Inspection, inspect_file
from consign.sales.mapping import Answers
from tests.fuzz.mutating import EDITS, MESSAGES, PAYLOADS, TEXTS, WRITERS, Edit, make_book, spoil, spoil_book

MOST_SECONDS = 20
MOST_MEMORY_KB = 1 << 20
edits = st.lists(
    st.tuples(
        st.sampled_from(sorted(EDITS)),
        st.integers(0, 1 << 20),
        st.integers(0, 1 << 16),
        st.sampled_from(PAYLOADS) | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def look(content: bytes) -> Inspection | str:
    """Read a file of *content* as the product does; return the code where it is refused."""
    began, most_before = time.monotonic(), _most_memory_kb()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            found: Inspection | str = inspect_file(
                path, layout=None, answers=Answers(accept_suggestion=True), store_stated=True, first=None, last=None
            )
        except ConsignError as refusal:
            found = refusal.code
    assert time.monotonic() - began < MOST_SECONDS
    own_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # a child is a copy of this process until it begins
    assert _most_memory_kb() <= max(most_before, own_kb, MOST_MEMORY_KB)
    return found


def _most_memory_kb() -> int:
    """Return what the largest of all children so far took; those of other tests are among them."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def check(content: bytes) -> None:
    found = look(content)
    if not isinstance(found, str):
        assert found.rows_read == found.accepted + found.ignored + found.problems


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(sorted(TEXTS)), changes=edits)
def test_a_spoilt_text_is_read_or_refused(kind: str, changes: list[Edit]):
    check(spoil(TEXTS[kind], changes))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=200) | st.lists(st.sampled_from(PAYLOADS), max_size=30).map(b"".join))
def test_any_bytes_are_read_or_refused(content: bytes):
    check(content)


@pytest.mark.parametrize("kind", MESSAGES)
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=edits)
def test_a_spoilt_message_is_read_or_refused(kind: str, changes: list[Edit]):
    check(spoil(MESSAGES[kind], changes))


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(part=st.integers(0, 20), changes=edits)
def test_a_spoilt_workbook_is_read_or_refused(kind: str, part: int, changes: list[Edit]):
    check(spoil_book(kind, part, changes))


@pytest.mark.parametrize("kind", [*TEXTS, *MESSAGES, *WRITERS])
def test_what_is_spoilt_is_good_before(kind: str):
    content = TEXTS.get(kind) or MESSAGES.get(kind) or make_book(kind)
    found = look(content)
    assert isinstance(found, Inspection), found
    assert found.rows_read + len(found.questions) > 0
