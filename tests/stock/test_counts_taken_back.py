"""A count or a write-off that is taken back says nothing any more: what stood before it, or what another found, stands again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from consign.models.stock import StockLoss, StockNote
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.counting import count_at_once, open_count
from consign.stock.note_lists import find_note_view
from consign.stock.rules import NewLine, NoteNotOpen, NothingToReverse, Reason
from consign.stock.writing_off import write_off
from tests.stock.goods import ENDS, TODAY, Market


@pytest.fixture
def stocked(market: Market) -> Market:
    market.deliver(market.line(10), day=TODAY - timedelta(2))
    return market


def count(market: Market, *lines: NewLine) -> StockNote:
    return count_at_once(
        market.session, by=market.managers[0], store_id=market.city.stores[0].id, day=TODAY, is_full=False, lines=lines
    )


def found(market: Market, quantity: int, batch: str = "") -> NewLine:
    return NewLine(market.city.products[0].id, Decimal(quantity), batch, ENDS if batch else None)


def take_back(market: Market, note: StockNote) -> StockNote:
    return reverse_note(market.session, by=market.chain, note_id=note.id, reason="Salah hitung")


def lost(market: Market) -> list[int]:
    return [int(quantity) for quantity in market.session.scalars(select(StockLoss.quantity).order_by(StockLoss.id))]


def test_without_the_count_stands_what_stood_before_it(stocked: Market):
    note = count(stocked, found(stocked, 7))
    assert (stocked.on_hand(), lost(stocked)) == (7, [3])
    take_back(stocked, note)
    assert (note.state, stocked.on_hand(), stocked.batches()) == ("reversed", 10, {"A1": 10})
    assert lost(stocked) == [3, -3]  # the loss is taken back, too
    with pytest.raises(NoteNotOpen):
        take_back(stocked, note)
    assert stocked.breaches() == []


def test_of_two_counts_of_a_day_the_first_stands_again_without_the_second(stocked: Market):
    count(stocked, found(stocked, 9))
    second = count(stocked, found(stocked, 6))
    assert stocked.on_hand() == 6
    take_back(stocked, second)
    assert stocked.on_hand() == 9
    assert sum(lost(stocked)) == 1
    assert stocked.breaches() == []


def test_without_the_first_of_two_counts_the_second_stands(stocked: Market):
    first = count(stocked, found(stocked, 9))
    count(stocked, found(stocked, 6))
    take_back(stocked, first)
    assert stocked.on_hand() == 6
    assert sum(lost(stocked)) == 4
    assert stocked.breaches() == []


def test_a_count_that_moved_nothing_is_taken_back_with_the_batches_it_named(stocked: Market):
    note = count(stocked, found(stocked, 10, "B7"))
    assert (stocked.on_hand(), stocked.batches(), lost(stocked)) == (10, {"B7": 10}, [])
    take_back(stocked, note)
    assert (stocked.on_hand(), stocked.batches()) == (10, {"A1": 10})
    assert stocked.breaches() == []


def test_a_count_that_goes_on_is_given_up_and_not_taken_back(stocked: Market):
    note = open_count(
        stocked.session, by=stocked.managers[0], store_id=stocked.city.stores[0].id, day=TODAY, is_full=True
    )
    assert find_note_view(stocked.session, by=stocked.managers[0], number=note.number).acts == {"cancel"}
    with pytest.raises(NothingToReverse):
        take_back(stocked, note)
    with pytest.raises(NoteNotOpen):
        confirm_note(stocked.session, by=stocked.managers[0], note_id=note.id, on=TODAY)
    cancel_note(stocked.session, by=stocked.managers[0], note_id=note.id, reason="Toko ramai")
    assert (note.state, stocked.on_hand()) == ("cancelled", 10)
    assert stocked.breaches() == []


def test_what_was_written_off_stands_again_and_nobody_bears_it(stocked: Market):
    note = write_off(
        stocked.session, by=stocked.managers[0], store_id=stocked.city.stores[0].id, day=TODAY,
        lines=[stocked.back(4, Reason.DAMAGED, batch="A1")],
    )  # fmt: skip
    assert (stocked.on_hand(), lost(stocked)) == (6, [4])
    take_back(stocked, note)
    assert (stocked.on_hand(), stocked.batches(), lost(stocked)) == (10, {"A1": 10}, [4, -4])
    assert stocked.breaches() == []
