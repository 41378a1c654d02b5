"""What stands in stores, how it came to that, and losses, as lists: each within its reader's reach."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from consign import clock
from consign.errors import NotAllowed
from consign.identity.rules import Actor, Role
from consign.listing import Wish
from consign.models.partners import Agreement
from consign.models.stock import StockContest, StockLoss, StockLossDecision, StockNote
from consign.partners.rules import UnknownCode
from consign.stock.confirming import reverse_note
from consign.stock.count_lists import find_found, find_sheet_rows
from consign.stock.counting import count_at_once, open_count, scan
from consign.stock.loss_lists import find_loss_page, get_loss_view
from consign.stock.rules import LossUnknown, NewLine, NoteKind, Reason, compute_share
from consign.stock.stock_lists import find_product_moves, find_stock_page, get_standing
from consign.stock.writing_off import write_off
from tests.builders import KERIPIK, City
from tests.stock.test_moving import deliver, line, sell
from tests.stock.test_oversold import announce

FIRST, DAY, TODAY = date(2026, 3, 1), date(2026, 3, 20), date(2026, 4, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)


@pytest.fixture
def stocked(city: City, tmp_path: Path) -> City:
    """Let Keripik stand in both stores: 10 less 4 sold in the first, 20 in the second; Sambal in the first only, 5."""
    for agreement in city.session.scalars(select(Agreement)):
        agreement.loss_store_bp = 3_333
    city.session.flush()
    keripik = (line(city, 6, "A", date(2026, 6, 1)), line(city, 4, "B", date(2026, 9, 1)))
    deliver(city, FIRST, *keripik, sambal(city, 5))
    deliver(city, FIRST, line(city, 20), store=1)
    sell(city, tmp_path, DAY, 4)
    return city


def sambal(city: City, quantity: int) -> NewLine:
    return NewLine(city.products[1].id, Decimal(quantity))


def stock(city: City, by: Actor | None = None, **filters: str) -> list[tuple[str, str, Any]]:
    found = find_stock_page(city.session, by=by or city.auditor, on=TODAY, wish=Wish(filters=filters))
    assert found.total == len(found.rows)
    return [(row["store_code"], row["product_code"], row["on_hand"]) for row in found.rows]


def maker(city: City, place: int = 0) -> Actor:
    return Actor(city.finance.user_id, "p", Role.PRODUCER, producer_id=city.producers[place].id)


def keeper(city: City, place: int = 0) -> Actor:
    return Actor(city.finance.user_id, "t", Role.STORE_MANAGER, city.partner.id, city.stores[place].id)


def test_what_stands_is_listed_by_product_and_store(stocked: City):
    assert stock(stocked) == [("T1", "PRD-1", 6), ("T2", "PRD-1", 20), ("T1", "PRD-2", 5)]
    assert stock(stocked, store=str(stocked.stores[1].id)) == [("T2", "PRD-1", 20)]
    assert stock(stocked, producer="P2") == [("T1", "PRD-2", 5)]
    assert stock(stocked, product="PRD-2") == [("T1", "PRD-2", 5)]
    assert stock(stocked, partner="XX") == []
    assert stock(stocked, show="negative") == stock(stocked, show="empty") == []


def test_each_sees_what_is_theirs(stocked: City):
    assert stock(stocked, by=maker(stocked)) == [("T1", "PRD-1", 6), ("T2", "PRD-1", 20)]
    assert stock(stocked, by=keeper(stocked)) == [("T1", "PRD-1", 6), ("T1", "PRD-2", 5)]
    assert stock(stocked, by=Actor(1, "f", Role.PARTNER_FINANCE, stocked.partner.id + 1)) == []
    assert stock(stocked, by=keeper(stocked), store=str(stocked.stores[1].id)) == []
    with pytest.raises(NotAllowed):
        stock(stocked, by=Actor(1, "o", Role.FIELD_OFFICER))


def test_a_row_says_what_is_known_of_it(stocked: City):
    announce(stocked)
    count_at_once(
        stocked.session, by=stocked.finance, store_id=stocked.stores[0].id, day=date(2026, 3, 25), is_full=False,
        lines=[line(stocked, 6)],
    )  # fmt: skip
    wish = Wish(filters={"product": "PRD-1", "store": str(stocked.stores[0].id)})
    (row,) = find_stock_page(stocked.session, by=stocked.auditor, on=TODAY, wish=wish).rows
    assert (row["number"], row["in_transit"], row["counted_on"], row["is_negative"]) == (
        KERIPIK, 10, date(2026, 3, 25), False,
    )  # fmt: skip
    assert (row["begins_on"], row["last_on"]) == (FIRST, DAY)
    # 4 of the 10 were sold, of June first.
    assert [(one.code, one.expires_on, one.quantity, one.arrived_on) for one in row["batches"]] == [
        ("A", date(2026, 6, 1), 2, FIRST), ("B", date(2026, 9, 1), 4, FIRST),
    ]  # fmt: skip
    facts = {"store_id": stocked.stores[0].id, "product_id": stocked.products[0].id}
    assert dict(get_standing(stocked.session, **facts, on=TODAY)) == dict(row)


def test_goods_on_their_way_are_listed_though_none_ever_stood_there(city: City):
    announce(city)
    announce(city, NoteKind.TRANSFER)
    wish = Wish()
    (row,) = find_stock_page(city.session, by=city.auditor, on=TODAY, wish=wish).rows
    assert (row["on_hand"], row["in_transit"], row["batches"]) == (None, 20, [])


def test_what_is_below_zero_or_gone_is_found(stocked: City, tmp_path: Path):
    sell(stocked, tmp_path, date(2026, 3, 21), 7, receipt="S2")
    write_off(
        stocked.session, by=stocked.finance, store_id=stocked.stores[0].id, day=DAY,
        lines=[NewLine(stocked.products[1].id, Decimal(5), reason=Reason.EXPIRED)],
    )  # fmt: skip
    assert stock(stocked, show="negative") == [("T1", "PRD-1", -1)]
    assert stock(stocked, show="empty") == [("T1", "PRD-2", 0)]


def test_what_was_sold_without_a_delivery_is_found(city: City, tmp_path: Path):
    sell(city, tmp_path, DAY, 2)
    assert stock(city) == []
    assert stock(city, show="unkept") == [("T1", "PRD-1", None)]
    assert stock(city, by=maker(city, 1), show="unkept") == []
    assert stock(city, by=keeper(city, 1), show="unkept") == []
    deliver(city, DAY, line(city, 1))
    assert stock(city, show="unkept") == []


def test_movements_are_told_in_order_with_what_stood_after_each(stocked: City):
    note = write_off(
        stocked.session, by=stocked.finance, store_id=stocked.stores[0].id, day=date(2026, 3, 10),
        lines=[NewLine(stocked.products[0].id, Decimal(1), "A", reason=Reason.DAMAGED)],
    )  # fmt: skip
    reverse_note(stocked.session, by=stocked.finance, note_id=note.id, reason="salah")
    rows = moves(stocked)
    # 28 February was sold before stock was kept; the write-off is taken back on its own day, what came goes first.
    assert [(row["day"].isoformat()[5:], row["kind"], row["quantity"], row["balance"]) for row in rows] == [
        ("02-28", "sold", -1, None), ("03-01", "received", 6, 6), ("03-01", "received", 4, 10),
        ("03-10", "written_off", 1, 11), ("03-10", "written_off", -1, 10), ("03-20", "sold", -4, 6),
    ]  # fmt: skip
    back, gone = rows[3], rows[4]
    assert (back["reverses_id"], gone["reversed_by"]) == (gone["id"], back["id"])
    assert (gone["note_number"], gone["note_kind"], gone["note_state"]) == (note.number, "write_off", "reversed")
    assert (gone["batch"], gone["expires_on"]) == ("A", date(2026, 6, 1))
    assert (rows[5]["posting_no"], rows[5]["partner_id"]) == (1, stocked.partner.id)
    assert [row["place"] for row in rows] == [1, 2, 3, 4, 5, 6]


def moves(city: City, by: Actor | None = None, code: str = "PRD-1", **wished: Any) -> list[Any]:
    store_id = city.stores[0].id
    wish = Wish(**wished)
    return list(
        find_product_moves(city.session, by=by or city.auditor, store_id=store_id, product_code=code, wish=wish).rows
    )


def test_the_balance_goes_on_over_pages_and_filters(stocked: City):
    assert [row["balance"] for row in moves(stocked, rows=2, page=2)] == [10, 6]
    assert [row["balance"] for row in moves(stocked, sort="-place", rows=1)] == [6]
    assert [row["balance"] for row in moves(stocked, filters={"kind": "sold"})] == [None, 6]


def test_movements_are_for_those_to_see_who_see_the_stock(stocked: City):
    assert len(moves(stocked, by=maker(stocked))) == 4
    for by in (maker(stocked, 1), keeper(stocked, 1)):
        with pytest.raises(UnknownCode):
            moves(stocked, by=by)
    with pytest.raises(UnknownCode):
        moves(stocked, code="PRD-99")


# Losses


@pytest.fixture
def lossy(stocked: City) -> City:
    """Let 2 Keripik be damaged on the 20th and 1 Sambal be missing on the 25th."""
    write_off(
        stocked.session, by=stocked.finance, store_id=stocked.stores[0].id, day=DAY,
        lines=[NewLine(stocked.products[0].id, Decimal(2), reason=Reason.DAMAGED)],
    )  # fmt: skip
    count_at_once(
        stocked.session, by=stocked.finance, store_id=stocked.stores[0].id, day=date(2026, 3, 25), is_full=False,
        lines=[sambal(stocked, 4)],
    )  # fmt: skip
    return stocked


def lost(city: City, by: Actor | None = None, on: date = TODAY, **filters: str) -> list[tuple[Any, ...]]:
    rows = find_loss_page(city.session, by=by or city.auditor, on=on, wish=Wish(filters=filters)).rows
    names = ("product_code", "reason", "value_rp", "store_rp", "producer_rp", "state")
    return [tuple(row[name] for name in names) for row in rows]


# 2 * 15.000 less 2,5 % is 29.250; 33,33 % of that is 9.749,025. 22.500 less 562,5, rounded to 563, is 21.937; 33,33 % of
# that is 7.311,6.
DAMAGED = ("PRD-1", "damaged", 29_250, 9_749, 19_501, "open")
MISSING = ("PRD-2", "missing", 21_937, 7_312, 14_625, "open")


def test_losses_say_who_bears_what(lossy: City):
    assert lost(lossy) == [MISSING, DAMAGED]
    assert compute_share(29_250, 3_333) == 9_749
    assert compute_share(21_937, 3_333) == 7_312


def test_losses_are_filtered_and_within_reach(lossy: City):
    assert lost(lossy, producer="P2") == lost(lossy, reason="missing") == [MISSING]
    assert lost(lossy, until="2026-03-20") == [DAMAGED]
    assert lost(lossy, **{"from": "2026-03-21"}) == [MISSING]
    assert lost(lossy, store=str(lossy.stores[1].id)) == lost(lossy, by=keeper(lossy, 1)) == []
    assert lost(lossy, by=maker(lossy)) == [DAMAGED]
    assert lost(lossy, by=keeper(lossy), partner="BM", product="PRD-2") == [MISSING]


def test_a_loss_is_open_until_its_last_day_and_then_due(lossy: City):
    # Recorded on 1 April, contested within 7 days.
    assert [one[-1] for one in lost(lossy, on=date(2026, 4, 8))] == ["open", "open"]
    assert [one[-1] for one in lost(lossy, on=date(2026, 4, 9))] == ["due", "due"]
    assert lost(lossy, on=date(2026, 4, 9), state="open") == []


def test_a_loss_without_an_agreed_share_waits_for_a_decision(city: City):
    deliver(city, FIRST, line(city, 5))
    count_at_once(
        city.session, by=city.finance, store_id=city.stores[0].id, day=DAY, is_full=False, lines=[line(city, 4)]
    )
    # 15.000 less 375.
    assert lost(city, on=date(2027, 1, 1)) == [("PRD-1", "missing", 14_625, None, None, "undecided")]


def test_a_contest_and_what_was_decided_change_state_and_share(lossy: City):
    loss_id = lossy.session.scalars(select(StockLoss.id).order_by(StockLoss.id)).first()
    assert loss_id is not None
    user = lossy.finance.user_id
    lossy.session.add(
        StockContest(loss_id=loss_id, side="producer", reason="utuh", contested_by=user, contested_at=clock.now())
    )
    lossy.session.flush()
    assert lost(lossy, state="contested") == [(*DAMAGED[:-1], "contested")]
    lossy.session.add(
        StockLossDecision(loss_id=loss_id, store_bp=10_000, reason="toko", decided_by=user, decided_at=clock.now())
    )
    lossy.session.flush()
    assert lost(lossy, state="due") == [("PRD-1", "damaged", 29_250, 29_250, 0, "due")]
    view = get_loss_view(lossy.session, by=lossy.auditor, loss_id=loss_id, on=TODAY)
    assert [(one["side"], one["reason"], one["person"]) for one in view.contests] == [
        ("producer", "utuh", "Bagus Prakoso")
    ]
    assert view.decision is not None
    assert (view.decision["store_bp"], view.loss["store_rp"]) == (10_000, 29_250)


def test_one_loss_is_linked_with_what_took_it_back(lossy: City):
    note = lossy.session.scalars(select(StockNote).where(StockNote.kind == "write_off")).one()
    reverse_note(lossy.session, by=lossy.finance, note_id=note.id, reason="salah")
    first, last = lossy.session.scalars(
        select(StockLoss.id).where(StockLoss.note_id == note.id).order_by(StockLoss.id)
    ).all()
    view = get_loss_view(lossy.session, by=maker(lossy), loss_id=first, on=TODAY)
    assert (view.reverses_id, view.reversed_by_id, view.decision, list(view.contests)) == (None, last, None, [])
    assert get_loss_view(lossy.session, by=maker(lossy), loss_id=last, on=TODAY).reverses_id == first
    for by in (maker(lossy, 1), keeper(lossy, 1)):
        with pytest.raises(LossUnknown):
            get_loss_view(lossy.session, by=by, loss_id=first, on=TODAY)


# Counts that go on


def test_what_was_found_so_far_is_listed_without_what_the_books_say(stocked: City):
    note = open_count(stocked.session, by=stocked.finance, store_id=stocked.stores[0].id, day=TODAY, is_full=False)
    for code, batch in ((KERIPIK, "A"), (KERIPIK, "A"), ("PRD-2", "")):
        scan(stocked.session, by=stocked.finance, note_id=note.id, code=code, batch=batch)
    rows = find_found(stocked.session, note.id)
    assert [(row["product_code"], row["batch"], row["quantity"], row["scans"]) for row in rows] == [
        ("PRD-2", "", 1, 1), ("PRD-1", "A", 2, 2),
    ]  # fmt: skip


def test_a_sheet_names_goods_and_batches_but_no_quantity(stocked: City):
    rows = find_sheet_rows(stocked.session, store_id=stocked.stores[0].id, day=TODAY)
    assert [(row["product_code"], row["batch"], row["number"]) for row in rows] == [
        ("PRD-1", "A", KERIPIK), ("PRD-1", "B", KERIPIK), ("PRD-2", "", rows[2]["number"]),
    ]  # fmt: skip
    assert not {"quantity", "on_hand"} & set(rows[0])
