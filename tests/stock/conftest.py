import pytest

from tests.stock.goods import TODAY, Market


@pytest.fixture
def market(market: Market, monkeypatch: pytest.MonkeyPatch) -> Market:
    """Open the market on a day that does not move on."""
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    return market
