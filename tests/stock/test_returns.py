"""Goods go back to their producer, asked for or not; what it did not get, the store goes on answering for."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from consign.errors import BadInput, NotAllowed
from consign.models.stock import StockLoss, StockMovement, StockNote
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.note_lists import find_note_view
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import NewLine, NoteNotOpen, NothingToReverse, Reason, Refusal
from tests.stock.goods import ENDS, TODAY, Market, refusals


@pytest.fixture
def stocked(market: Market) -> Market:
    """Let ten of the first product, batch A1, stand in the first store since two days."""
    market.deliver(market.line(10), day=TODAY - timedelta(2))
    return market


def give_back(market: Market, *lines: NewLine, answers: StockNote | None = None, producer: int = 0) -> StockNote:
    return send_return(
        market.session, by=market.managers[0], store_id=market.city.stores[0].id, day=TODAY,
        producer_id=market.city.producers[producer].id, lines=lines, answers_id=answers.id if answers else None,
    )  # fmt: skip


def ask(market: Market, *lines: NewLine, store: int = 0) -> StockNote:
    return ask_pull_back(
        market.session, by=market.owners[0], producer_id=market.city.producers[0].id, day=TODAY + timedelta(1),
        store_id=market.city.stores[store].id, lines=lines,
    )  # fmt: skip


def take(market: Market, note: StockNote, *refused: tuple[int, Refusal, int]) -> StockNote:
    return confirm_note(
        market.session, by=market.owners[0], note_id=note.id, on=TODAY, refusals=refusals(*refused)
    )  # fmt: skip


def moved(market: Market, note: StockNote) -> list[tuple[str, int]]:
    query = select(StockMovement.kind, StockMovement.quantity).where(StockMovement.note_id == note.id)
    return [(kind, int(quantity)) for kind, quantity in market.session.execute(query.order_by(StockMovement.id))]


def test_what_goes_back_leaves_the_shelf_at_once(stocked: Market):
    note = give_back(stocked, stocked.back(4, batch=""))
    assert (note.number, note.state, stocked.on_hand()) == ("RT-2026-000001", "sent", 6)
    assert stocked.batches() == {"A1": 6}  # nobody said which: the one that expires first
    assert stocked.breaches() == []
    take(stocked, note)
    assert (note.state, stocked.on_hand()) == ("confirmed", 6)
    assert moved(stocked, note) == [("returned", -4)]
    assert stocked.breaches() == []


def test_what_the_producer_did_not_get_the_store_goes_on_answering_for(stocked: Market):
    note = give_back(stocked, stocked.back(4), stocked.back(2, Reason.DAMAGED))
    take(stocked, note, (1, Refusal.SHORT, 3))
    # 10 - 4 - 2 = 4 left the shelf no more: 3 of them did not arrive.
    assert stocked.on_hand() == 7
    assert moved(stocked, note) == [("returned", -4), ("returned", -2), ("returned", 3)]
    days = stocked.session.scalars(select(StockMovement.day).where(StockMovement.note_id == note.id)).all()
    assert set(days) == {TODAY}
    assert stocked.session.scalars(select(StockLoss.id)).all() == []
    assert stocked.breaches() == []


def test_more_than_the_books_say_may_go_back_and_is_told(stocked: Market):
    note = give_back(stocked, stocked.back(12))
    assert stocked.on_hand() == -2
    view = find_note_view(stocked.session, by=stocked.owners[0], number=note.number)
    assert [(one.line_no, one.code) for one in view.cautions] == [(1, "more_than_stands")]
    assert "2 by now; count it" in str(view.cautions[0].sentence)
    assert stocked.breaches() == []
    cancel_note(stocked.session, by=stocked.managers[0], note_id=note.id, reason="Salah hitung")
    assert find_note_view(stocked.session, by=stocked.owners[0], number=note.number).cautions == ()
    assert stocked.breaches() == []


def test_goods_of_which_no_stock_was_kept_may_go_back(market: Market):
    give_back(market, market.back(2))
    assert market.on_hand() == -2
    assert market.breaches() == []


def test_a_batch_is_known_by_its_code_or_its_last_day(stocked: Market):
    stocked.deliver(stocked.line(10, batch="B1", ends=ENDS + timedelta(9)), day=TODAY - timedelta(1))
    last_day_alone = NewLine(stocked.city.products[0].id, Decimal(2), "", ENDS + timedelta(9), Reason.UNSOLD)
    give_back(stocked, stocked.back(3, batch="b1"), last_day_alone)
    assert stocked.batches() == {"A1": 10, "B1": 5}
    assert stocked.breaches() == []


@pytest.mark.parametrize("reason", [None, Reason.MISSING, Reason.SAMPLE])
def test_every_line_says_why_it_goes_back(stocked: Market, reason: Reason | None):
    line = NewLine(stocked.city.products[0].id, stocked.back(1).quantity, reason=reason)
    with pytest.raises(BadInput, match="Say why for line 1; nothing was recorded"):
        give_back(stocked, line)
    with pytest.raises(BadInput, match="Say why for line 1; nothing was recorded"):
        ask(stocked, line)
    assert stocked.on_hand() == 10


def test_goods_of_another_producer_do_not_go_to_this_one(stocked: Market):
    with pytest.raises(BadInput, match="Sambal Gami is not of this producer"):
        give_back(stocked, stocked.back(1, product=1))


def test_goods_do_not_go_back_on_a_day_to_come(stocked: Market):
    with pytest.raises(BadInput, match="The day 2026-11-23 cannot be"):
        send_return(
            stocked.session, by=stocked.managers[0], store_id=stocked.city.stores[0].id,
            producer_id=stocked.city.producers[0].id, day=TODAY + timedelta(1), lines=[stocked.back(1)],
        )  # fmt: skip


def test_a_return_given_up_stands_on_the_shelf_again(stocked: Market):
    note = give_back(stocked, stocked.back(4, batch="A1"))
    cancel_note(stocked.session, by=stocked.managers[0], note_id=note.id, reason="Tidak jadi")
    assert (note.state, stocked.on_hand(), stocked.batches()) == ("cancelled", 10, {"A1": 10})
    assert moved(stocked, note) == [("returned", -4), ("returned", 4)]
    with pytest.raises(NoteNotOpen):
        take(stocked, note)
    assert stocked.breaches() == []


def test_a_return_taken_back_stands_on_the_shelf_again_with_what_was_refused(stocked: Market):
    note = give_back(stocked, stocked.back(4))
    take(stocked, note, (1, Refusal.SHORT, 1))
    assert stocked.on_hand() == 7
    reverse_note(stocked.session, by=stocked.chain, note_id=note.id, reason="Salah produk")
    assert moved(stocked, note) == [("returned", -4), ("returned", 1), ("returned", 4), ("returned", -1)]
    assert stocked.on_hand() == 10
    assert stocked.breaches() == []


def test_a_pull_back_moves_nothing_until_the_store_answers_it(stocked: Market):
    asked = ask(stocked, stocked.back(10, Reason.RECALLED))
    assert (asked.number, asked.state, stocked.on_hand()) == ("TB-2026-000001", "asked", 10)
    note = give_back(stocked, stocked.back(9, Reason.RECALLED), answers=asked)
    assert (asked.state, stocked.on_hand()) == ("answered", 1)
    view = find_note_view(stocked.session, by=stocked.managers[0], number=asked.number)
    assert (view.answered_by, view.answers, view.acts) == ("RT-2026-000001", None, frozenset())
    assert find_note_view(stocked.session, by=stocked.managers[0], number=note.number).answers == "TB-2026-000001"
    assert stocked.breaches() == []


def test_a_pull_back_is_answered_once(stocked: Market):
    asked = ask(stocked, stocked.back(5))
    give_back(stocked, stocked.back(5), answers=asked)
    with pytest.raises(NoteNotOpen, match="TB-2026-000001 is answered"):
        give_back(stocked, stocked.back(1), answers=asked)
    with pytest.raises(NoteNotOpen):
        cancel_note(stocked.session, by=stocked.owners[0], note_id=asked.id, reason="uji")


def test_only_a_pull_back_of_the_same_store_and_producer_is_answered(stocked: Market):
    elsewhere = ask(stocked, stocked.back(5), store=1)
    own = ask(stocked, stocked.back(5))
    other = give_back(stocked, stocked.back(1))
    for wrong in (elsewhere, other):
        with pytest.raises(BadInput, match=f"{wrong.number} does not ask this store for goods of this producer"):
            give_back(stocked, stocked.back(1), answers=wrong)
    with pytest.raises(BadInput, match="does not ask this store"):
        give_back(stocked, stocked.back(1, product=1), answers=own, producer=1)
    assert (elsewhere.state, own.state) == ("asked", "asked")


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_pull_back_waits_again_when_its_return_counts_no_more(stocked: Market, confirmed: bool):
    asked = ask(stocked, stocked.back(5))
    note = give_back(stocked, stocked.back(5), answers=asked)
    if confirmed:
        take(stocked, note)
        reverse_note(stocked.session, by=stocked.city.finance, note_id=note.id, reason="uji")
    else:
        cancel_note(stocked.session, by=stocked.managers[0], note_id=note.id, reason="uji")
    assert asked.state == "asked"
    view = find_note_view(stocked.session, by=stocked.managers[0], number=asked.number)
    assert view.answered_by is None
    again = give_back(stocked, stocked.back(5), answers=asked)
    assert (asked.state, again.number) == ("answered", "RT-2026-000002")
    assert stocked.breaches() == []


def test_a_pull_back_is_for_today_or_later(stocked: Market):
    with pytest.raises(BadInput, match="cannot be off the shelf by 2026-11-21, which is over"):
        ask_pull_back(
            stocked.session, by=stocked.owners[0], producer_id=stocked.city.producers[0].id,
            store_id=stocked.city.stores[0].id, day=TODAY - timedelta(1), lines=[stocked.back(1)],
        )  # fmt: skip


def test_a_pull_back_given_up_is_answered_no_more_and_moved_nothing(stocked: Market):
    asked = ask(stocked, stocked.back(5))
    with pytest.raises(NothingToReverse):
        reverse_note(stocked.session, by=stocked.city.finance, note_id=asked.id, reason="uji")
    with pytest.raises(NoteNotOpen):
        confirm_note(stocked.session, by=stocked.managers[0], note_id=asked.id, on=TODAY)
    cancel_note(stocked.session, by=stocked.owners[0], note_id=asked.id, reason="Sudah laku")
    with pytest.raises(NoteNotOpen, match="TB-2026-000001 is cancelled"):
        give_back(stocked, stocked.back(5), answers=asked)
    assert stocked.breaches() == []


def test_the_store_is_told_of_a_pull_back_and_the_producer_of_a_return(stocked: Market):
    asked = ask(stocked, stocked.back(5, Reason.NEAR_EXPIRY))
    note = give_back(stocked, stocked.back(5, Reason.NEAR_EXPIRY), answers=asked)
    take(stocked, note)
    told = stocked.session.execute(
        text("SELECT kind, recipient, facts FROM notice WHERE kind LIKE 'stock.%' ORDER BY id OFFSET 2")
    ).all()
    store, producer = f"store:{stocked.city.stores[0].id}", f"producer:{stocked.city.producers[0].id}"
    assert [(row.kind, row.recipient) for row in told] == [
        ("stock.pull_back_asked", store), ("stock.return_sent", producer), ("stock.return_confirmed", store),
    ]  # fmt: skip
    assert told[0].facts["reasons"] == ["near_expiry"]


def test_a_producer_is_told_when_the_dinas_asks_for_its_goods(stocked: Market):
    ask_pull_back(
        stocked.session, by=stocked.verifier, producer_id=stocked.city.producers[0].id, day=TODAY,
        store_id=stocked.city.stores[0].id, lines=[stocked.back(5, Reason.PAPERS)],
    )  # fmt: skip
    query = text("SELECT recipient FROM notice WHERE kind = 'stock.pull_back_asked' ORDER BY id")
    assert stocked.session.scalars(query).all() == [
        f"store:{stocked.city.stores[0].id}", f"producer:{stocked.city.producers[0].id}",
    ]  # fmt: skip


def test_the_producer_takes_back_only_own_goods(stocked: Market):
    note = give_back(stocked, stocked.back(1))
    with pytest.raises(NotAllowed):
        confirm_note(stocked.session, by=stocked.owners[1], note_id=note.id, on=TODAY)
    assert note.state == "sent"
