"""A damaged file is refused, or what is read of it still ties; never does a program's fault come out."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from consign.banking.columns import BankAnswers
from consign.banking.reading import inspect_bank_file
from consign.errors import ConsignError
from tests.banking.conftest import AUGUST
from tests.banking.writers import NUMBER, WITHOUT_OPENING, WRITERS, statement

TODAY = date(2026, 11, 29)
ONE = statement(10_000_000, AUGUST)
KNOWN = {(line.booked_on, line.amount_rp) for line in ONE.lines}


def damage(content: bytes, random: Random) -> bytes:
    """Return *content* cut off, with a byte changed, or with a piece moved."""
    at = random.randrange(len(content))
    match random.randrange(3):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]
        case _:
            end = min(len(content), at + random.randrange(1, 200))
            return content[:at] + content[end:] + content[at:end]


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_a_damaged_file_is_refused_or_ties(layout: str, tmp_path: Path):
    random, content = Random(layout), WRITERS[layout](ONE)  # noqa: S311  # of a test
    answers = BankAnswers(opening_rp=ONE.opening_rp, closing_rp=ONE.closing_rp) if layout in WITHOUT_OPENING else None
    path = tmp_path / "file"
    for _ in range(8):
        path.write_bytes(damage(content, random))
        try:
            found = inspect_bank_file(path, number=NUMBER, today=TODAY, answers=answers).statements
        except ConsignError:
            continue
        for one in found:
            assert one.opening_rp + sum(line.amount_rp for line in one.lines) == one.closing_rp
            assert one.from_on <= one.until_on
