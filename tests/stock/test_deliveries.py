"""Goods are brought to a store only if papers and an agreement allow it, and stand there once the store says so."""

from tests.stock.goods import Market


def test_what_is_sent_stands_in_the_store_once_it_is_confirmed(market: Market):
    note = market.send(market.line(10))
    assert (note.number, note.state) == ("SJ-2026-000001", "sent")
    assert market.breaches() == []
    market.confirm(note)
    assert market.on_hand() == 10
    assert market.batches() == {"A1": 10}
    assert market.breaches() == []
