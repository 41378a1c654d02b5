"""Each error code about notes on goods has its smallest failing case here."""

from collections.abc import Callable

import pytest

from consign.errors import ConsignError
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.delivering import send_delivery
from consign.stock.notes import get_note
from tests.stock.goods import TODAY, Market


@pytest.fixture
def market(market: Market, monkeypatch: pytest.MonkeyPatch) -> Market:
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    return market


def look_at_none(market: Market) -> None:
    get_note(market.session, "SJ-2026-000001", by=market.city.admin)


def confirm_what_was_given_up(market: Market) -> None:
    note = market.send(market.line(1))
    cancel_note(market.session, by=market.owners[0], note_id=note.id, reason="uji")
    confirm_note(market.session, by=market.managers[0], note_id=note.id, on=TODAY)


def send_without_papers(market: Market) -> None:
    market.city.products[0].goods_class = None
    market.session.flush()
    send_delivery(
        market.session, by=market.owners[0], producer_id=market.city.producers[0].id,
        store_id=market.city.stores[0].id, day=TODAY, lines=[market.line(1)],
    )  # fmt: skip


def take_back_what_waits(market: Market) -> None:
    reverse_note(market.session, by=market.chain, note_id=market.send(market.line(1)).id, reason="uji")


CASES: dict[str, Callable[[Market], None]] = {
    "stock.note_unknown": look_at_none,
    "stock.note_not_open": confirm_what_was_given_up,
    "stock.not_deliverable": send_without_papers,
    "stock.nothing_to_reverse": take_back_what_waits,
}


@pytest.mark.parametrize("code", CASES)
def test_an_act_on_a_note_is_refused_for_its_reason(market: Market, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](market)
    assert refused.value.code == code
    assert any(word in str(refused.value) for word in ("nothing was changed", "no delivery was made"))
