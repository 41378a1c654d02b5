"""Goods move from one store of a partner to another, and always stand in the books of one of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from consign.errors import BadInput
from consign.models.stock import StockMovement, StockNote
from consign.partners.actions import add_partner, add_store
from consign.period import Cycle
from consign.stock.confirming import cancel_note, reverse_note
from consign.stock.note_lists import find_note_view
from consign.stock.rules import NewLine, NotDeliverable, NoteUnknown, Refusal
from consign.stock.transferring import send_transfer
from tests.builders import OPENED
from tests.stock.goods import TODAY, Market


@pytest.fixture
def stocked(market: Market) -> Market:
    """Let ten of each product stand in the first store since two days."""
    market.deliver(market.line(10), day=TODAY - timedelta(2))
    market.deliver(market.line(10, product=1, batch="S1"), day=TODAY - timedelta(2), producer=1)
    return market


def move(market: Market, *lines: NewLine, to: int | None = None) -> StockNote:
    return send_transfer(
        market.session, by=market.managers[0], store_id=market.city.stores[0].id,
        to_store_id=market.city.stores[1].id if to is None else to, day=TODAY, lines=lines,
    )  # fmt: skip


def moved(market: Market, note: StockNote) -> list[tuple[int, int]]:
    """Return by which store (0 or 1) and by how much, in order."""
    ids = [store.id for store in market.city.stores]
    query = select(StockMovement.store_id, StockMovement.quantity).where(StockMovement.note_id == note.id)
    return [
        (ids.index(store), int(quantity))
        for store, quantity in market.session.execute(query.order_by(StockMovement.id))
    ]


def test_goods_of_several_producers_move_with_their_batch(stocked: Market):
    note = move(stocked, stocked.line(4), stocked.line(3, product=1, batch="S1"))
    assert (note.number, note.state, note.producer_id) == ("PG-2026-000001", "sent", None)
    assert (stocked.on_hand(), stocked.on_hand(product=1)) == (6, 7)
    assert stocked.breaches() == []
    stocked.confirm(note, store=1)
    assert (stocked.on_hand(store=1), stocked.on_hand(store=1, product=1)) == (4, 3)
    assert (stocked.batches(), stocked.batches(store=1)) == ({"A1": 6, "S1": 7}, {"A1": 4, "S1": 3})
    assert stocked.breaches() == []


def test_what_the_other_store_does_not_take_stands_in_the_first_again(stocked: Market):
    note = move(stocked, stocked.line(4))
    stocked.confirm(note, (1, Refusal.SHORT, 1), (1, Refusal.DAMAGED, 1), store=1)
    # 10 - 4 + 2 = 8 stay, 4 - 2 = 2 arrive.
    assert (stocked.on_hand(), stocked.on_hand(store=1)) == (8, 2)
    assert moved(stocked, note) == [(0, -4), (1, 2), (0, 2)]
    assert stocked.breaches() == []


def test_a_transfer_given_up_or_taken_back_leaves_all_where_it_was(stocked: Market):
    given_up, taken = move(stocked, stocked.line(4)), move(stocked, stocked.line(2))
    cancel_note(stocked.session, by=stocked.managers[0], note_id=given_up.id, reason="uji")
    stocked.confirm(taken, (1, Refusal.SHORT, 1), store=1)
    reverse_note(stocked.session, by=stocked.chain, note_id=taken.id, reason="uji")
    assert (stocked.on_hand(), stocked.on_hand(store=1)) == (10, 0)
    assert moved(stocked, given_up) == [(0, -4), (0, 4)]
    assert moved(stocked, taken) == [(0, -2), (1, 1), (0, 1), (0, 2), (1, -1), (0, -1)]
    assert stocked.breaches() == []


def test_an_agreement_covers_the_goods_in_the_other_store(stocked: Market):
    stocked.session.execute(
        text("UPDATE agreement SET days = daterange(lower(days), :today) WHERE producer_id = :producer"),
        {"today": TODAY, "producer": stocked.city.producers[1].id},
    )
    with pytest.raises(NotDeliverable) as refused:
        move(stocked, stocked.line(4), stocked.line(3, product=1, batch="S1"))
    (lack,) = refused.value.lacks
    assert lack == "Sambal Gami: No agreement with Beruang Mart covers it in Gerai T2 on 2026-11-22."
    assert (stocked.on_hand(), stocked.on_hand(product=1)) == (10, 10)


def test_what_no_agreement_covers_any_more_is_not_taken_in(stocked: Market):
    note = move(stocked, stocked.line(4))
    stocked.session.execute(text("UPDATE agreement SET days = daterange(lower(days), :today)"), {"today": TODAY})
    with pytest.raises(NotDeliverable, match="Not all of PG-2026-000001 may be taken in"):
        stocked.confirm(note, store=1)
    stocked.confirm(note, (1, Refusal.OTHER, 4), store=1)
    assert stocked.on_hand() == 10
    assert stocked.breaches() == []


def test_goods_move_between_two_stores_of_one_partner(stocked: Market):
    partner = add_partner(
        stocked.session, by=stocked.city.admin, code="HT", name="Hotel Tepi", kind="hotel", cycle=Cycle.MONTH
    )
    other = add_store(
        stocked.session, by=stocked.city.admin, partner_id=partner.id, code="H1", name="Lobi", zone="Asia/Makassar",
        opened_on=OPENED,
    )  # fmt: skip
    for to in (other.id, stocked.city.stores[0].id):
        with pytest.raises(BadInput, match="Goods move between two stores of one partner; nothing was recorded"):
            move(stocked, stocked.line(1), to=to)


def test_a_producer_sees_of_a_transfer_the_own_goods_alone(stocked: Market):
    both = move(stocked, stocked.line(4), stocked.line(3, product=1, batch="S1"))
    other = move(stocked, stocked.line(1, product=1, batch="S1"))
    view = find_note_view(stocked.session, by=stocked.owners[0], number=both.number)
    assert [one.product for one in view.lines] == ["Keripik Singkong"]
    assert [int(one["quantity"]) for one in view.movements] == [-4]
    # 4 x Rp15.000
    assert (view.totals.lines, view.totals.quantity, view.totals.amount_rp) == (1, 4, 60_000)
    with pytest.raises(NoteUnknown, match="There is no note PG-2026-000002"):
        find_note_view(stocked.session, by=stocked.owners[0], number=other.number)
    whole = find_note_view(stocked.session, by=stocked.chain, number=both.number)
    # 4 x Rp15.000 + 3 x Rp22.500
    assert (whole.totals.lines, whole.totals.amount_rp) == (2, 127_500)
