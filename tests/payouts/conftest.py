"""A city that pays, in a transaction that is rolled back."""

import pytest

from tests.builders import City
from tests.payouts.paying import Paying, build_paying, freeze


@pytest.fixture
def paying(city: City, monkeypatch: pytest.MonkeyPatch) -> Paying:
    return build_paying(city, freeze(monkeypatch))
