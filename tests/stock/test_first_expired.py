"""Laws of which batches stand: nothing is lost, none is below zero, and what expires first goes first."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consign.stock.first_expired import Event, Shelf

DAY = date(2026, 3, 1)
ENDS = {1: date(2026, 6, 1), 2: date(2026, 9, 1), 3: None}
events = st.lists(
    st.builds(
        Event,
        day=st.integers(0, 20).map(lambda days: DAY + timedelta(days)),
        quantity=st.integers(-9, 9),
        batch_id=st.sampled_from([None, 1, 2, 3]),
    ),
    max_size=30,
)


def fill(*happened: Event) -> Shelf:
    shelf = Shelf(ENDS)
    shelf.take_in(happened)
    return shelf


@given(events)
def test_all_that_happened_is_there_and_no_batch_is_below_zero(happened: list[Event]):
    shelf = fill(*happened)
    assert shelf.on_hand == sum(one.quantity for one in happened)
    assert min(shelf.batches.values(), default=0) >= 0
    assert shelf.short == 0 or not any(shelf.batches.values())


@given(events, st.integers(1, 200))
def test_goods_of_an_unnamed_batch_are_taken_from_none_while_an_earlier_one_stands(happened: list[Event], taken: int):
    before = fill(*happened)
    after = fill(*happened, Event(DAY, -taken))
    touched = [batch for batch, quantity in before.batches.items() if after.batches[batch] < quantity]
    ends = {batch: (ENDS.get(batch) if batch else None) or date.max for batch in before.batches}
    for batch in touched:
        earlier = [one for one in before.batches if ends[one] < ends[batch]]
        assert all(after.batches[one] == 0 for one in earlier)


def test_a_batch_that_is_named_goes_first_and_the_others_make_up_for_what_it_lacks():
    shelf = fill(Event(DAY, 5, 1), Event(DAY, 5, 2), Event(DAY, -7, 2))
    # Batch 2 had 5; the 2 it lacks came from batch 1, which somebody took for batch 2 before.
    assert shelf.batches == {1: 3, 2: 0}


def test_what_a_shopper_gives_back_stands_with_the_batch_that_was_sold_last():
    shelf = fill(Event(DAY, 5, 1), Event(DAY, 5, 2), Event(DAY, -6), Event(DAY, 1))
    assert shelf.batches == {1: 0, 2: 5}


def test_goods_that_left_before_they_came_are_taken_from_the_next_that_come():
    shelf = fill(Event(DAY, -4), Event(DAY, 10, 2))
    assert (shelf.batches, shelf.short, shelf.on_hand) == ({2: 6}, 0, 6)


def test_a_count_that_names_batches_sets_them_right():
    shelf = fill(Event(DAY, 5, 1), Event(DAY, 5, 2), Event(DAY, -4), Event(DAY, 0, stands={1: 4, 2: 2}))
    assert shelf.batches == {1: 4, 2: 2}
