"""Two people at the same moment: one is first, the other is told."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.catalogue.actions import add_gtin, set_price
from consign.catalogue.checks import CHECKS
from consign.catalogue.queries import get_product
from consign.catalogue.rules import BarcodeTaken, PriceOverlaps
from consign.db import Database
from consign.identity.rules import Actor
from tests.builders import build_city, gtin
from tests.conftest import REGION


@pytest.fixture
def admin(database: Database) -> Actor:
    """Build a city that other transactions see, too."""
    with database.transaction(REGION) as session:
        return build_city(session).admin


def at_once(database: Database, act: Callable[[Session, int], object]) -> Counter[object]:
    """Run *act* twelve times at once; count what it returned or which refusal it got."""

    def run(number: int) -> object:
        try:
            with database.transaction(REGION) as session:
                return act(session, number)
        except (BarcodeTaken, PriceOverlaps) as error:
            return type(error)

    with ThreadPoolExecutor(12) as threads:
        return Counter(threads.map(run, range(12)))


def test_one_number_for_two_products_at_once_names_one(database: Database, admin: Actor):
    def add(session: Session, number: int) -> object:
        product = get_product(session, f"PRD-{1 + number % 2}")
        return add_gtin(session, by=admin, product=product, gtin=gtin(77), from_on=date(2026, 6, 1))

    assert at_once(database, add) == {gtin(77): 1, BarcodeTaken: 11}


def test_prices_set_at_once_never_hold_on_the_same_day(database: Database, admin: Actor):
    for month in range(3, 9):

        def change(session: Session, number: int, month: int = month) -> None:
            first = date(2026, month, 1 + number % 3)
            product = get_product(session, "PRD-1")
            set_price(session, by=admin, product=product, price_rp=20_000 + number, from_on=first)

        answers = at_once(database, change)
        assert set(answers) <= {None, PriceOverlaps}
        assert answers[None] >= 1
    with database.transaction(REGION) as session:
        assert [breach for check in CHECKS for breach in check(session)] == []
        # Every day from the first on has its price.
        days = text("""SELECT range_agg(days) = '{[2026-01-01,)}' FROM product_price JOIN product
          ON product.id = product_id WHERE code = 'PRD-1'""")
        assert session.scalar(days) is True
