"""Write-offs: what leaves the books, for which reason, and who bears it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from consign.errors import BadInput, NotAllowed
from consign.identity.rules import Actor, Role
from consign.models.partners import Agreement
from consign.models.stock import StockMovement, StockNote
from consign.partners.rules import UnknownCode
from consign.stock.cautions import find_cautions
from consign.stock.notes import find_lines
from consign.stock.rules import NewLine, NoteState, Reason
from consign.stock.writing_off import write_off
from tests.builders import City
from tests.stock.test_moving import batches, deliver, find_stock_breaches, line, losses, on_hand

FIRST, DAY = date(2026, 3, 1), date(2026, 3, 20)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consign.clock.today", lambda _zone: date(2026, 4, 1))


@pytest.fixture
def shared(city: City) -> City:
    """Let ten packs stand in the first store, which bears 40 % of what is missing or damaged."""
    for agreement in city.session.scalars(select(Agreement)):
        agreement.loss_store_bp = 4_000
    city.session.flush()
    deliver(city, FIRST, line(city, 4, "A", date(2026, 6, 1)), line(city, 6, "B", date(2026, 9, 1)))
    return city


def gone(city: City, quantity: str, reason: Reason | None, batch: str = "") -> NewLine:
    return NewLine(city.products[0].id, Decimal(quantity), batch, reason=reason)


def write(city: City, *lines: NewLine, day: date = DAY, by: Actor | None = None) -> StockNote:
    return write_off(city.session, by=by or city.finance, store_id=city.stores[0].id, day=day, lines=lines)


def told(city: City, note: StockNote) -> list[str]:
    products = {one.id: one for one in city.products}
    lines = find_lines(city.session, note.id)
    return [one.sentence for one in find_cautions(city.session, note, lines, products=products)]


@pytest.mark.parametrize(
    ("reason", "store_bp"),
    [
        (Reason.DAMAGED, 4_000), (Reason.MISSING, 4_000), (Reason.EXPIRED, 0), (Reason.RECALLED, 0), (Reason.SAMPLE, 0),
    ],
)  # fmt: skip
def test_a_store_bears_its_share_of_what_happened_in_its_care_and_nothing_of_the_rest(
    shared: City, reason: Reason, store_bp: int
):
    note = write(shared, gone(shared, "2", reason))
    # 2 * 15.000 = 30.000, less 2,5 %: 750.
    assert losses(shared) == [(2, 29_250, store_bp)]
    assert (note.state, on_hand(shared)) == (NoteState.RECORDED, 8)
    assert find_stock_breaches(shared) == []


def test_without_an_agreed_share_it_is_left_open(city: City):
    deliver(city, FIRST, line(city, 10))
    write(city, gone(city, "2", Reason.DAMAGED))
    assert losses(city) == [(2, 29_250, None)]


def test_a_batch_that_is_named_leaves_first_also_without_its_last_day(shared: City):
    write(shared, gone(shared, "5", Reason.DAMAGED, "b"))
    assert batches(shared) == {"A": 4, "B": 1}


def test_where_no_batch_is_named_the_first_to_expire_leaves(shared: City):
    write(shared, gone(shared, "5", Reason.DAMAGED))
    assert batches(shared) == {"B": 5}


def test_one_note_may_name_several_reasons(shared: City):
    write(shared, gone(shared, "1", Reason.DAMAGED), gone(shared, "2", Reason.SAMPLE))
    assert [(quantity, share) for quantity, _, share in losses(shared)] == [(1, 4_000), (2, 0)]


def test_more_than_stands_there_may_be_written_off_and_is_told(shared: City):
    assert told(shared, write(shared, gone(shared, "10", Reason.MISSING))) == []
    assert told(shared, write(shared, gone(shared, "3", Reason.MISSING))) == [
        "By the books more of Keripik Singkong left the store than came to it, 3 by now; count it."
    ]
    assert find_stock_breaches(shared) == []


@pytest.mark.parametrize("reason", [None, Reason.UNSOLD, Reason.ROTATION, Reason.PAPERS, Reason.NEAR_EXPIRY])
def test_goods_are_not_written_off_for_another_reason(shared: City, reason: Reason | None):
    with pytest.raises(BadInput, match="nothing was recorded"):
        write(shared, gone(shared, "1", reason))
    assert shared.session.scalar(select(func.count()).where(StockMovement.kind == "written_off")) == 0


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "0.0001", "1000001"])
def test_a_quantity_that_cannot_be_is_refused(shared: City, quantity: str):
    with pytest.raises(BadInput):
        write(shared, gone(shared, quantity, Reason.DAMAGED))


def test_a_day_to_come_or_no_line_is_refused(shared: City):
    with pytest.raises(BadInput):
        write(shared, gone(shared, "1", Reason.DAMAGED), day=date(2026, 4, 2))
    with pytest.raises(BadInput):
        write(shared)


def test_goods_and_stores_that_are_not_there_are_refused(shared: City):
    with pytest.raises(BadInput):
        write(shared, NewLine(0, Decimal(1), reason=Reason.DAMAGED))
    with pytest.raises(UnknownCode):
        write_off(shared.session, by=shared.finance, store_id=0, day=DAY, lines=[gone(shared, "1", Reason.DAMAGED)])


def test_who_may_not_move_a_store_s_goods_writes_nothing_off_there(shared: City):
    user, partner = shared.finance.user_id, shared.partner.id
    for by in (
        Actor(user, "t2", Role.STORE_MANAGER, partner, shared.stores[1].id),
        Actor(user, "other", Role.PARTNER_FINANCE, partner + 1),
        Actor(user, "p1", Role.PRODUCER, producer_id=shared.producers[0].id),
        shared.auditor,
    ):
        with pytest.raises(NotAllowed):
            write(shared, gone(shared, "1", Reason.DAMAGED), by=by)
    keeper = Actor(user, "t1", Role.STORE_MANAGER, partner, shared.stores[0].id)
    assert write(shared, gone(shared, "1", Reason.DAMAGED), by=keeper).number == "HP-2026-000001"
