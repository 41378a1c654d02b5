import pytest

from tests.builders import City
from tests.stock.goods import TODAY, Market, build_market


@pytest.fixture
def market(city: City, monkeypatch: pytest.MonkeyPatch) -> Market:
    """Build a city with its people on a day that does not move on, in a session that is rolled back."""
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    return build_market(city)
