"""What is owed and paid, for all tests of payments."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.payments.money import Money, build_money


@pytest.fixture
def money(session: Session, tmp_path: Path) -> Money:
    return build_money(session, tmp_path)
