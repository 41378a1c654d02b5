"""Whatever a bank's statement says comes out as it was written, in every layout."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consign.banking.columns import BankAnswers
from consign.banking.reading import inspect_bank_file
from consign.banking.rules import BankStatement
from tests.banking.writers import NUMBER, WITHOUT_OPENING, WRITERS, statement

TODAY = date(2026, 11, 29)
WORDS = st.text(alphabet="ABCDEFGHIJ klmnop 0123456789-/.,&", min_size=3, max_size=50).map(
    lambda text: f"TRSF {' '.join(text.split())} X"
)


@st.composite
def statements(draw: st.DrawFn) -> BankStatement:
    """Return a statement over New Year whose account never falls below zero, as writers without signs need."""
    first = date(2025, 12, 1) + timedelta(draw(st.integers(0, 40)))
    offsets = sorted(draw(st.lists(st.integers(0, 60), min_size=1, max_size=12)))
    opening = draw(st.integers(0, 10**9))
    balance, moves = opening, []
    for offset in offsets:
        amount = draw(st.integers(-balance, 10**9).filter(bool))
        balance += amount
        moves.append((first + timedelta(offset), amount, draw(WORDS)))
    return statement(opening, moves)


@pytest.mark.parametrize("layout", sorted(WRITERS))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=statements())
def test_a_statement_is_read_back_as_it_was_written(layout: str, one: BankStatement):
    stated = (
        BankAnswers(opening_rp=one.opening_rp, closing_rp=one.closing_rp)
        if layout in WITHOUT_OPENING
        else BankAnswers()
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(WRITERS[layout](one))
        reading = inspect_bank_file(path, number=NUMBER, today=TODAY, answers=stated)
    assert reading.questions == ()
    (found,) = reading.statements
    assert (found.opening_rp, found.closing_rp) == (one.opening_rp, one.closing_rp)
    assert [(line.booked_on, line.amount_rp, line.description) for line in found.lines] == [
        (line.booked_on, line.amount_rp, line.description) for line in one.lines
    ]
