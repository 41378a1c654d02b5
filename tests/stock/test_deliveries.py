"""Goods are brought to a store only if papers and an agreement allow it, and stand there once the store says so."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from compliance.facts import Kind
from consign.catalogue.actions import add_product
from consign.catalogue.listings import list_product
from consign.db import finish
from consign.documents.reviewing import revoke_document
from consign.errors import BadInput
from consign.models.catalogue import Product
from consign.models.stock import StockLoss, StockMovement, StockNote, StockRefusal
from consign.partners.agreeing import add_agreement
from consign.partners.rules import UnknownCode
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.delivering import send_delivery
from consign.stock.note_lists import find_note_view
from consign.stock.rules import (
    NewLine,
    NotDeliverable,
    NoteNotOpen,
    NoteUnknown,
    NothingToReverse,
    Reason,
    Refusal,
    Refused,
)
from tests.builders import terms
from tests.stock.goods import ENDS, TODAY, Market, refusals


def add_second(market: Market, **facts: object) -> int:
    """Add a second product of the first producer, about which nothing is known yet."""
    product = add_product(
        market.session, by=market.city.admin, producer_id=market.city.producers[0].id, code="PRD-3",
        **{"name": "Emping", "net_content": 100, "net_unit": "g", "goods_class": None, "food_group": None, **facts},
    )  # fmt: skip
    return product.id


def revoke(market: Market, kind: Kind) -> None:
    """Let the first producer lose a paper today."""
    query = text("SELECT id FROM document WHERE kind = :kind AND producer_id = :producer AND state = 'approved'")
    facts = {"kind": kind.value, "producer": market.city.producers[0].id}
    document_id = market.session.scalars(query, facts).one()
    revoke_document(market.session, by=market.verifier, document_id=document_id, reason="uji")


def end_agreements(market: Market, last: date) -> None:
    market.session.execute(
        text("UPDATE agreement SET days = daterange(lower(days), :after)"), {"after": last + timedelta(1)}
    )


def count_notes(market: Market) -> int:
    return len(market.session.scalars(select(StockNote.id)).all())


def cautions(market: Market, note: StockNote) -> list[tuple[int, str]]:
    view = find_note_view(market.session, by=market.city.admin, number=note.number)
    return [(one.line_no, one.code) for one in view.cautions]


def test_what_is_sent_stands_in_the_store_once_it_is_confirmed(market: Market):
    note = market.send(market.line(10))
    assert (note.number, note.state) == ("SJ-2026-000001", "sent")
    assert market.session.scalars(select(StockMovement.id)).all() == []
    assert market.breaches() == []
    market.confirm(note)
    assert (note.state, note.confirmed_on) == ("confirmed", TODAY)
    assert market.on_hand() == 10
    assert market.batches() == {"A1": 10}
    assert market.breaches() == []


def test_everything_that_keeps_goods_back_is_named_at_once(market: Market):
    second = add_second(market)
    revoke(market, Kind.HALAL)
    with pytest.raises(NotDeliverable) as refused:
        market.send(market.line(5), NewLine(second, Decimal(3)))
    # Of the first product one paper is gone. Nobody has said yet what the second one is.
    emping, keripik = refused.value.lacks
    assert keripik.startswith("Keripik Singkong: ")
    assert "halal" in keripik
    assert emping.startswith("Emping: ")
    assert "no delivery was made" in str(refused.value)
    assert all(str(lack) in str(refused.value) for lack in refused.value.lacks)
    assert count_notes(market) == 0


def test_goods_move_only_while_an_agreement_covers_them_there(market: Market):
    end_agreements(market, TODAY - timedelta(1))
    with pytest.raises(NotDeliverable, match=r"Keripik Singkong: No agreement with Beruang Mart covers it in Gerai T1"):
        market.send(market.line(5))
    add_agreement(
        market.session, by=market.city.admin, partner_id=market.city.partner.id, store_id=market.city.stores[1].id,
        producer_id=market.city.producers[0].id, first=TODAY, last=None, terms=terms(),
    )  # fmt: skip
    with pytest.raises(NotDeliverable, match="No agreement"):
        market.send(market.line(5))
    assert market.send(market.line(5), store=1).state == "sent"


def test_an_agreement_about_another_product_does_not_cover(market: Market):
    second = add_second(market, goods_class="craft")
    end_agreements(market, TODAY - timedelta(1))
    add_agreement(
        market.session, by=market.city.admin, partner_id=market.city.partner.id, product_id=second,
        producer_id=market.city.producers[0].id, first=TODAY, last=None, terms=terms(),
    )  # fmt: skip
    with pytest.raises(NotDeliverable, match="Keripik Singkong: No agreement"):
        market.send(market.line(5))


def test_what_is_offered_no_more_is_not_delivered(market: Market):
    market.city.products[0].sold_until = TODAY - timedelta(1)
    market.session.flush()
    with pytest.raises(NotDeliverable, match="It is offered until 2026-11-21 only"):
        market.send(market.line(5))
    assert market.send(market.line(5), day=TODAY - timedelta(1)).state == "sent"


@pytest.mark.parametrize(
    ("column", "day", "said"),
    [
        ("closed_on", TODAY - timedelta(1), "until 2026-11-21 only"),
        ("opened_on", TODAY + timedelta(1), "2026-11-23 on"),
    ],
)
def test_a_store_that_is_not_open_on_the_day_gets_nothing(market: Market, column: str, day: date, said: str):
    setattr(market.city.stores[0], column, day)
    market.session.flush()
    with pytest.raises(NotDeliverable, match=said):
        market.send(market.line(5))


@pytest.mark.parametrize(("ahead", "allowed"), [(-366, False), (-320, True), (0, True), (60, True), (61, False)])
def test_a_delivery_is_announced_for_sixty_days_at_most(market: Market, ahead: int, allowed: bool):
    # 320 days before 2026-11-22 is 2026-01-06: store and agreement begin on 2026-01-01, 366 days before neither was there.
    day = TODAY + timedelta(ahead)
    line = market.line(1, ends=TODAY + timedelta(100))
    if allowed:
        assert market.send(line, day=day).day == day
    else:
        with pytest.raises((BadInput, NotDeliverable)):
            market.send(line, day=day)


def test_goods_of_another_producer_are_not_sent(market: Market):
    with pytest.raises(BadInput, match=r"Line 2: Sambal Gami is not of this producer; nothing was recorded"):
        market.send(market.line(5), market.line(5, product=1))


def test_what_there_is_not_is_not_sent(market: Market):
    with pytest.raises(BadInput, match="Line 1 names no product that there is"):
        market.send(NewLine(999_999, Decimal(1)))
    with pytest.raises(UnknownCode, match="There is no such store"):
        send_delivery(
            market.session, by=market.city.admin, producer_id=market.city.producers[0].id, store_id=999_999, day=TODAY,
            lines=[market.line(1)],
        )  # fmt: skip
    with pytest.raises(UnknownCode, match="There is no such producer"):
        send_delivery(
            market.session, by=market.city.admin, producer_id=999_999, store_id=market.city.stores[0].id, day=TODAY,
            lines=[market.line(1)],
        )  # fmt: skip


def test_goods_on_their_way_to_a_store_need_no_reason(market: Market):
    line = NewLine(market.city.products[0].id, Decimal(1), "A1", ENDS, Reason.UNSOLD)
    with pytest.raises(BadInput, match="Line 1 needs no reason"):
        market.send(line)


def test_food_that_keeps_for_a_known_time_needs_its_last_day(market: Market):
    with pytest.raises(BadInput, match=r"Line 1: enter until which day Keripik Singkong is good.*No delivery was made"):
        market.send(market.line(5, ends=None))
    market.city.products[0].shelf_life_days = None
    market.session.flush()
    assert market.send(market.line(5, ends=None)).state == "sent"


def test_all_last_days_that_cannot_be_are_named_at_once(market: Market):
    with pytest.raises(BadInput) as refused:
        market.send(market.line(5, ends=None), market.line(5, batch="B1", ends=TODAY - timedelta(1)))
    assert "Line 1: enter" in str(refused.value)
    assert "Line 2: Keripik Singkong is good until 2026-11-21 only" in str(refused.value)
    assert market.send(market.line(5, ends=TODAY)).state == "sent"  # its last day still counts


def test_part_of_a_piece_is_refused_unless_goods_are_sold_by_weight(market: Market):
    with pytest.raises(BadInput, match=r"Keripik Singkong is counted by the piece, so 2.5 cannot be"):
        market.send(market.line("2.5"))
    product = market.session.get_one(Product, market.city.products[0].id)
    product.net_content, product.net_unit = 1, "kg"
    market.session.flush()
    note = market.send(market.line("2.5"))
    market.confirm(note)
    assert market.on_hand() == Decimal("2.5")


def test_part_of_a_piece_cannot_be_refused_either(market: Market):
    note = market.send(market.line(5))
    with pytest.raises(BadInput, match="counted by the piece"):
        confirm_note(
            market.session, by=market.managers[0], note_id=note.id, on=TODAY,
            refusals=[Refused(1, Refusal.SHORT, Decimal("0.5"))],
        )  # fmt: skip


def test_a_store_that_keeps_no_list_is_not_said_to_miss_goods_on_it(market: Market):
    assert cautions(market, market.send(market.line(5))) == []
    sambal = market.city.products[1]
    list_product(
        market.session, by=market.city.admin, product=sambal, store_id=market.city.stores[0].id,
        first=TODAY - timedelta(9),
    )  # fmt: skip
    assert cautions(market, market.send(market.line(5))) == [(1, "not_listed")]
    assert cautions(market, market.send(market.line(5, product=1), producer=1)) == []
    assert cautions(market, market.send(market.line(5), store=1)) == []
    assert cautions(market, market.send(market.line(5), day=TODAY - timedelta(10))) == []


def test_goods_without_a_price_are_delivered_and_told(market: Market):
    market.session.execute(text("UPDATE product_price SET days = '[2026-01-01,2026-11-22)'"))
    note = market.send(market.line(5))
    assert cautions(market, note) == [(1, "no_price")]
    view = find_note_view(market.session, by=market.owners[0], number=note.number)
    assert (view.lines[0].price_rp, view.lines[0].amount_rp, view.totals.amount_rp) == (None, None, 0)


@pytest.mark.parametrize(
    ("ends", "codes"),
    [
        # Goods are to be off the shelf 7 days before their last day, and keep for 180: 2026-11-22 + 180 is 2027-05-21.
        (date(2026, 11, 28), ["near_end"]),
        (date(2026, 11, 29), []),
        (date(2027, 5, 21), []),
        (date(2027, 5, 22), ["keeps_shorter"]),
    ],
)
def test_a_last_day_too_near_or_too_far_is_told(market: Market, ends: date, codes: list[str]):
    assert cautions(market, market.send(market.line(5, ends=ends))) == [(1, code) for code in codes]


def test_what_is_refused_stays_the_producers(market: Market):
    note = market.send(market.line(10), market.line(6, batch="B1"))
    market.confirm(note, (1, Refusal.DAMAGED, 2), (1, Refusal.SHORT, 1), (2, Refusal.PRICE, 6))
    # 10 - 2 - 1 = 7 of A1, 6 - 6 = 0 of B1.
    assert (market.on_hand(), market.batches()) == (7, {"A1": 7})
    view = find_note_view(market.session, by=market.managers[0], number=note.number)
    assert [(one.sent, one.accepted) for one in view.lines] == [(10, 7), (6, 0)]
    assert [(part.reason, part.quantity) for part in view.lines[0].refused] == [("damaged", 2), ("short", 1)]
    # 16 x Rp15.000 were sent, 7 x Rp15.000 taken.
    totals = view.totals
    assert (totals.lines, totals.quantity, totals.amount_rp) == (2, 16, 240_000)
    assert (totals.accepted, totals.refused, totals.accepted_rp) == (7, 9, 105_000)
    assert market.session.scalars(select(StockLoss.id)).all() == []
    assert market.breaches() == []


def test_all_of_it_may_be_refused(market: Market):
    note = market.send(market.line(10))
    market.confirm(note, (1, Refusal.NOT_ORDERED, 10))
    assert note.state == "confirmed"
    assert market.session.scalars(select(StockMovement.id)).all() == []
    assert market.breaches() == []
    with pytest.raises(NothingToReverse, match="moved nothing that could be taken back; nothing was changed"):
        reverse_note(market.session, by=market.city.finance, note_id=note.id, reason="uji")


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ([(2, Refusal.SHORT, 1)], "Line 2 is not there"),
        ([(1, Refusal.SHORT, 1), (1, Refusal.SHORT, 2)], "named twice"),
        ([(1, Refusal.SHORT, 6), (1, Refusal.DAMAGED, 5)], "Of line 1 11 are refused, but 10 were sent"),
        ([(1, Refusal.SHORT, 0)], "The quantity 0 cannot be"),
    ],
)
def test_what_was_not_sent_cannot_be_refused(market: Market, refused: list[tuple[int, Refusal, int]], said: str):
    note = market.send(market.line(10))
    with pytest.raises(BadInput, match=said):
        market.confirm(note, *refused)
    assert note.state == "sent"


@pytest.mark.parametrize(("on", "allowed"), [(-3, False), (-2, True), (0, True), (1, False)])
def test_goods_arrive_between_the_day_of_the_note_and_today(market: Market, on: int, allowed: bool):
    note = market.send(market.line(10), day=TODAY - timedelta(2))
    if allowed:
        assert market.confirm(note, on=TODAY + timedelta(on)).confirmed_on == TODAY + timedelta(on)
        assert market.breaches() == []
    else:
        with pytest.raises(BadInput, match="othing was recorded"):
            market.confirm(note, on=TODAY + timedelta(on))


def test_goods_may_arrive_before_the_day_they_were_announced_for(market: Market):
    note = market.send(market.line(10), day=TODAY + timedelta(5))
    note.made_at = note.made_at.replace(year=2026, month=11, day=20, hour=3)
    market.session.flush()
    assert market.confirm(note, on=TODAY).confirmed_on == TODAY
    other = market.send(market.line(10), day=TODAY + timedelta(5))
    other.made_at = other.made_at.replace(year=2026, month=11, day=20, hour=3)
    market.session.flush()
    with pytest.raises(BadInput, match="is of 2026-11-20, so it cannot have arrived on 2026-11-19"):
        market.confirm(other, on=date(2026, 11, 19))


def test_papers_are_judged_again_on_the_day_of_arrival(market: Market):
    note = market.send(market.line(10))
    revoke(market, Kind.HALAL)
    with pytest.raises(NotDeliverable, match=r"Not all of SJ-2026-000001 may be taken in.*Keripik Singkong: .*halal"):
        market.confirm(note)
    with pytest.raises(NotDeliverable):
        market.confirm(note, (1, Refusal.PAPERS, 4))
    market.confirm(note, (1, Refusal.PAPERS, 10))
    assert note.state == "confirmed"
    assert market.breaches() == []


def test_the_rest_of_a_note_is_taken_in_when_one_line_may_not_be(market: Market):
    second = add_second(market, goods_class="craft")
    note = market.send(market.line(10), NewLine(second, Decimal(3)))
    market.session.execute(text("UPDATE product SET goods_class = NULL WHERE code = 'PRD-3'"))
    market.session.expire_all()
    with pytest.raises(NotDeliverable) as refused:
        market.confirm(note)
    assert [str(one).partition(":")[0] for one in refused.value.lacks] == ["Emping"]
    market.confirm(note, (2, Refusal.PAPERS, 3))
    assert market.on_hand() == 10


def test_goods_that_are_over_when_they_arrive_can_only_be_refused(market: Market):
    note = market.send(market.line(10, ends=TODAY - timedelta(1)), day=TODAY - timedelta(2))
    with pytest.raises(NotDeliverable, match="Line 1 is good until 2026-11-21 only"):
        market.confirm(note)
    market.confirm(note, (1, Refusal.EXPIRED, 10))


def test_confirming_again_just_so_changes_nothing(market: Market):
    note = market.send(market.line(10))
    market.confirm(note, (1, Refusal.SHORT, 1))
    by, at = note.confirmed_by, note.confirmed_at
    again = confirm_note(
        market.session, by=market.chain, note_id=note.id, on=TODAY, refusals=refusals((1, Refusal.SHORT, 1))
    )
    assert (again.id, again.confirmed_by, again.confirmed_at) == (note.id, by, at)
    assert market.on_hand() == 9
    for refused in ((), ((1, Refusal.SHORT, 2),), ((1, Refusal.DAMAGED, 1),)):
        with pytest.raises(NoteNotOpen, match="is confirmed; nothing was changed"):
            market.confirm(note, *refused)
    assert market.session.scalars(select(StockRefusal.quantity)).all() == [1]


def test_a_delivery_given_up_is_not_taken_in_any_more(market: Market):
    note = market.send(market.line(10))
    cancel_note(market.session, by=market.owners[0], note_id=note.id, reason="  Mobil   rusak ")
    assert (note.state, note.ended_reason, note.ended_by) == ("cancelled", "Mobil rusak", market.owners[0].user_id)
    with pytest.raises(NoteNotOpen, match="SJ-2026-000001 is cancelled"):
        market.confirm(note)
    with pytest.raises(NoteNotOpen):
        cancel_note(market.session, by=market.owners[0], note_id=note.id, reason="lagi")
    with pytest.raises(NoteNotOpen):
        reverse_note(market.session, by=market.city.finance, note_id=note.id, reason="lagi")
    assert market.breaches() == []


def test_a_delivery_taken_back_stands_there_no_more(market: Market):
    first, second = market.deliver(market.line(10)), market.deliver(market.line(4, batch="B1"))
    reverse_note(market.session, by=market.chain, note_id=first.id, reason="Salah gerai")
    assert (first.state, second.state) == ("reversed", "confirmed")
    assert (market.on_hand(), market.batches()) == (4, {"B1": 4})
    moved = market.session.execute(
        select(StockMovement.quantity, StockMovement.reverses_id).where(StockMovement.note_id == first.id)
    ).all()
    assert [int(quantity) for quantity, _ in moved] == [10, -10]
    assert moved[1].reverses_id is not None
    with pytest.raises(NoteNotOpen, match="is reversed"):
        reverse_note(market.session, by=market.chain, note_id=first.id, reason="lagi")
    assert market.breaches() == []


def test_what_waits_is_given_up_and_not_taken_back(market: Market):
    note = market.send(market.line(10))
    with pytest.raises(NothingToReverse, match="What still waits is given up instead"):
        reverse_note(market.session, by=market.chain, note_id=note.id, reason="uji")


def test_what_is_long_past_is_not_taken_back(market: Market, monkeypatch: pytest.MonkeyPatch):
    note = market.deliver(market.line(10))
    reverse = {"by": market.chain, "note_id": note.id, "reason": "uji"}
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY + timedelta(367))
    with pytest.raises(BadInput, match="The day 2026-11-22 cannot be"):
        reverse_note(market.session, **reverse)
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY + timedelta(366))
    assert reverse_note(market.session, **reverse).state == "reversed"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_whoever_ends_a_note_says_why(market: Market, reason: str):
    sent, taken = market.send(market.line(10)), market.deliver(market.line(10))
    with pytest.raises(BadInput):
        cancel_note(market.session, by=market.owners[0], note_id=sent.id, reason=reason)
    with pytest.raises(BadInput):
        reverse_note(market.session, by=market.chain, note_id=taken.id, reason=reason)
    assert (sent.state, taken.state) == ("sent", "confirmed")


def test_numbers_have_no_gaps_and_begin_anew_each_year(market: Market):
    days = (TODAY, date(2027, 1, 1), TODAY, date(2027, 1, 2))
    numbers = [market.send(market.line(1), day=day).number for day in days]
    assert numbers == ["SJ-2026-000001", "SJ-2027-000001", "SJ-2026-000002", "SJ-2027-000002"]
    assert market.breaches() == []


def test_there_is_no_such_note(market: Market):
    for act in (cancel_note, reverse_note):
        with pytest.raises(NoteUnknown):
            act(market.session, by=market.city.finance, note_id=999_999, reason="uji")
    with pytest.raises(NoteUnknown):
        confirm_note(market.session, by=market.city.finance, note_id=999_999, on=TODAY)


def test_the_other_side_is_told(market: Market):
    note = market.send(market.line(10))
    market.confirm(note, (1, Refusal.SHORT, 1))
    reverse_note(market.session, by=market.city.finance, note_id=note.id, reason="Salah hitung")
    told = market.session.execute(
        text("SELECT kind, recipient, facts FROM notice WHERE kind LIKE 'stock.%' ORDER BY id")
    ).all()
    store, producer = f"store:{market.city.stores[0].id}", f"producer:{market.city.producers[0].id}"
    assert [(row.kind, row.recipient) for row in told] == [
        ("stock.delivery_sent", store),
        ("stock.delivery_confirmed", producer),
        ("stock.note_reversed", store),
        ("stock.note_reversed", producer),
    ]
    assert told[0].facts == {
        "number": "SJ-2026-000001", "note_kind": "delivery", "day": "2026-11-22", "store": "Gerai T1", "producer": "Dapur 1",
        "lines": 1,
    }  # fmt: skip
    assert told[1].facts["refused"] == [{"line": 1, "reason": "short", "quantity": "1"}]
    assert told[2].facts["reason"] == "Salah hitung"


def test_a_store_that_nobody_manages_is_told_through_its_partner(market: Market):
    market.session.execute(
        text("UPDATE user_account SET active = false WHERE store_id = :store"), {"store": market.city.stores[1].id}
    )
    market.send(market.line(10), store=1)
    recipients = market.session.scalars(text("SELECT recipient FROM notice WHERE kind = 'stock.delivery_sent'")).all()
    assert recipients == [f"partner:{market.city.partner.id}"]


def test_the_audit_trail_says_who_did_what(market: Market):
    note = market.send(market.line(10))
    market.confirm(note, (1, Refusal.SHORT, 1))
    reverse_note(market.session, by=market.city.finance, note_id=note.id, reason="Salah hitung")
    finish(market.session)
    rows = market.session.execute(
        text("SELECT act, user_id, detail FROM audit_event WHERE subject = 'note:SJ-2026-000001' ORDER BY seq")
    ).all()
    assert [(row.act, row.user_id) for row in rows] == [
        ("delivery sent", market.owners[0].user_id),
        ("note confirmed", market.managers[0].user_id),
        ("note reversed", market.city.finance.user_id),
    ]
    assert (rows[1].detail["before"], rows[1].detail["after"]) == ({"note_state": "sent"}, {"note_state": "confirmed"})
    assert (rows[2].detail["before"], rows[2].detail["after"]) == (
        {"note_state": "confirmed"}, {"note_state": "reversed"},
    )  # fmt: skip
    assert (rows[2].detail["reason"], rows[2].detail["movements"]) == ("Salah hitung", 1)


def test_a_remark_of_more_than_500_characters_is_refused(market: Market):
    facts = {
        "by": market.owners[0], "producer_id": market.city.producers[0].id, "store_id": market.city.stores[0].id,
        "day": TODAY, "lines": [market.line(1)],
    }  # fmt: skip
    with pytest.raises(BadInput, match="This has at most 500 characters"):
        send_delivery(market.session, **facts, remark="x" * 501)
    assert send_delivery(market.session, **facts, remark=" Dibawa  Pak\nBudi ").remark == "Dibawa Pak Budi"
