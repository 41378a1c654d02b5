"""Sales, agreements, closings, payments, payouts and what takes them back, in any order: the books stay right.

Every statement and every balance is worked out a second time in `plain_book`; the invariants are held, and Beancount proves the
whole ledger. `CONSIGN_LONG=30` tells thirty times as many histories.
"""

from pathlib import Path

import pytest

from tests.builders import build_city
from tests.settlement.full_city import FullCity, build_full_city
from tests.settlement.money import build_money, freeze
from tests.settlement.office import tell
from tests.settlement.payment_histories import Noticing, PayingOut
from tests.settlement.statement_histories import Agreeing, Doubting, Losing, Selling


class Statements(Selling, Agreeing, Losing, Doubting):
    """What makes statements."""


class Payments(Noticing, PayingOut, Agreeing):
    """What pays them, to producers and the cooperative."""


class Everything(Statements, Payments):
    """All of it."""


@pytest.fixture
def full_city(session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FullCity:
    return build_full_city(build_money(build_city(session, agreements=False), freeze(monkeypatch), tmp_path))


def test_whatever_the_order_statements_say_what_people_did(full_city: FullCity):
    tell(lambda: Statements(full_city), histories=10, acts=30)


def test_whatever_the_order_nobody_is_paid_twice_or_too_little(full_city: FullCity):
    tell(lambda: Payments(full_city), histories=10, acts=50)


def test_the_books_are_right_whatever_the_order(full_city: FullCity):
    tell(lambda: Everything(full_city), histories=8, acts=50)
