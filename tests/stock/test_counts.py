"""Counts: scanned or entered at once, of all goods or of some, restated by what comes in later, and taken back."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consign.catalogue.actions import end_product_alias
from consign.errors import BadInput, NotAllowed
from consign.identity.rules import Actor, Role
from consign.models.catalogue import Barcode, Product
from consign.models.partners import Agreement
from consign.models.stock import StockLevel, StockNote, StockNoteLine, StockScan
from consign.stock.count_rules import CodeUnknown, CountBelowZero, CountEmpty, CountOpen, ScanResult
from consign.stock.counting import count_at_once, open_count, record_count, scan, set_found
from consign.stock.moving import lock_stores, take_back
from consign.stock.notes import find_lines
from consign.stock.rules import NewLine, NoteKind, NoteNotOpen, NoteState, NoteUnknown
from consign.stock.writing_off import write_off
from tests.builders import KERIPIK, OPENED, SAMBAL, City
from tests.stock.test_moving import batches, deliver, find_stock_breaches, line, losses, on_hand, sell

FIRST, DAY, LATER = date(2026, 3, 1), date(2026, 3, 20), date(2026, 3, 25)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consign.clock.today", lambda _zone: date(2026, 4, 1))


@pytest.fixture
def shared(city: City) -> City:
    """Let the store bear 40 % of what is missing."""
    for agreement in city.session.scalars(select(Agreement)):
        agreement.loss_store_bp = 4_000
    city.session.flush()
    return city


def begin(city: City, *, day: date = DAY, is_full: bool = False, store: int = 0, by: Actor | None = None) -> StockNote:
    return open_count(city.session, by=by or city.finance, store_id=city.stores[store].id, day=day, is_full=is_full)


def put(city: City, note: StockNote, code: str = KERIPIK, quantity: int = 1, batch: str = "") -> ScanResult:
    return scan(city.session, by=city.finance, note_id=note.id, code=code, quantity=Decimal(quantity), batch=batch)


def put_to(city: City, note: StockNote, quantity: int, batch: str = "") -> ScanResult:
    product_id = city.products[0].id
    return set_found(
        city.session, by=city.finance, note_id=note.id, product_id=product_id, quantity=Decimal(quantity), batch=batch
    )


def record(city: City, note: StockNote) -> StockNote:
    return record_count(city.session, by=city.finance, note_id=note.id)


def count_now(city: City, *lines: NewLine, day: date = DAY, is_full: bool = False) -> StockNote:
    return count_at_once(
        city.session, by=city.finance, store_id=city.stores[0].id, day=day, is_full=is_full, lines=lines
    )


def lines_of(city: City, note: StockNote) -> list[tuple[str, int, bool]]:
    query = select(Product.name, StockNoteLine.quantity, StockNoteLine.opens).join(
        Product, Product.id == StockNoteLine.product_id
    )
    rows = city.session.execute(query.where(StockNoteLine.note_id == note.id).order_by(StockNoteLine.line_no))
    return [(name, int(quantity), opens) for name, quantity, opens in rows]


def sambal(city: City, quantity: int) -> NewLine:
    return NewLine(city.products[1].id, Decimal(quantity))


# Scanning


@pytest.mark.parametrize("code", [KERIPIK, f"]E0{KERIPIK}", f"0{KERIPIK}", "PLU1", "PRD-1", " prd-1 "])
def test_a_pack_is_found_by_each_of_its_codes(city: City, code: str):
    found = put(city, begin(city), code, 2)
    assert (found.product, found.quantity, found.found) == ("Keripik Singkong", 2, 2)


@pytest.mark.parametrize(
    "symbol",
    [
        f"(01)0{KERIPIK}(10)A1(17)260901",
        f"]C1010{KERIPIK}1726090110A1",
        f"010{KERIPIK}10A1\x1d17260901",
        f"]d2\x1d010{KERIPIK}10A1\x1d15260901",
        f"https://titipjual.example/01/0{KERIPIK}/10/A1?17=260901",
    ],
)
def test_a_symbol_tells_batch_and_last_day(city: City, symbol: str):
    found = put(city, begin(city), symbol)
    assert (found.product_code, found.batch, found.expires_on) == ("PRD-1", "A1", date(2026, 9, 1))


def test_a_symbol_s_day_without_a_day_is_the_month_s_last(city: City):
    assert put(city, begin(city), f"(01)0{KERIPIK}(17)260200").expires_on == date(2026, 2, 28)


def test_what_the_pack_says_goes_before_what_was_entered(city: City):
    found = put(city, begin(city), f"(01)0{KERIPIK}(10)A1", batch="OTHER")
    assert (found.batch, found.expires_on) == ("A1", None)


def test_a_batch_that_is_known_brings_its_last_day(city: City):
    deliver(city, FIRST, line(city, 10, "A1", date(2026, 9, 1)))
    assert put(city, begin(city), batch="a1").expires_on == date(2026, 9, 1)


def test_a_last_day_that_only_one_batch_has_names_it(city: City):
    deliver(city, FIRST, line(city, 10, "A1", date(2026, 9, 1)))
    assert put(city, begin(city), f"(01)0{KERIPIK}(17)260901").batch == "A1"


def test_a_number_finds_its_product_without_the_zero_that_was_dropped(city: City):
    number = "0012345678905"  # 5*3, 9, 8*3 … : a UPC-A with a leading zero
    city.session.add(Barcode(number=number, product_id=city.products[1].id, from_on=OPENED))
    city.session.flush()
    assert put(city, begin(city), number[1:]).product == "Sambal Gami"


def test_an_unknown_code_counts_nothing(city: City):
    note = begin(city)
    with pytest.raises(CodeUnknown) as refused:
        put(city, note, "4006381333931")
    assert refused.value.code == "stock.code_unknown"
    assert "nothing was counted" in str(refused.value)
    assert city.session.scalar(select(func.count()).select_from(StockScan)) == 0


@pytest.mark.parametrize("code", ["", "   ", "]C1", "(01)", "x" * 5_000, "1" * 400, "%", "\x1d"])
def test_what_is_no_code_is_told_so(city: City, code: str):
    with pytest.raises(CodeUnknown):
        put(city, begin(city), code)


def test_a_partner_s_code_that_was_ended_names_nothing(city: City):
    end_product_alias(city.session, by=city.admin, partner_id=city.partner.id, alias="PLU1", reason="salah")
    with pytest.raises(CodeUnknown):
        put(city, begin(city), "PLU1")


def test_scans_add_up_by_batch_and_in_all(city: City):
    note = begin(city)
    put(city, note, quantity=3, batch="A")
    put(city, note, quantity=2, batch="B")
    found = put(city, note, quantity=-1, batch="A")
    assert (found.found, found.found_in_all) == (2, 4)


def test_a_sum_is_put_to_what_was_counted_by_hand(city: City):
    note = begin(city)
    put(city, note, quantity=3)
    assert (put_to(city, note, 10).found, put_to(city, note, 10).found) == (10, 10)
    assert city.session.scalars(select(StockScan.quantity).order_by(StockScan.id)).all() == [3, 7]


@pytest.mark.parametrize("quantity", ["0", "NaN", "1.0005", "1000001"])
def test_a_scan_of_what_cannot_be_is_refused(city: City, quantity: str):
    note = begin(city)
    with pytest.raises(BadInput):
        scan(city.session, by=city.finance, note_id=note.id, code=KERIPIK, quantity=Decimal(quantity))


# Recording


def test_a_count_says_what_stands_and_what_is_missing_is_borne_as_agreed(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    note = begin(shared)
    put(shared, note, quantity=7)
    assert on_hand(shared) == 10
    assert record(shared, note).state == NoteState.RECORDED
    # 3 of Rp15.000 less 2,5 %: 45.000 - 1.125; the store bears 40 %.
    assert (on_hand(shared), losses(shared)) == (7, [(3, 43_875, 4_000)])
    assert find_stock_breaches(shared) == []


def test_more_than_the_books_say_is_a_loss_below_zero(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    count_now(shared, line(shared, 12))
    # 2 * 15.000 = 30.000, less 750.
    assert losses(shared) == [(-2, -29_250, 4_000)]
    assert find_stock_breaches(shared) == []


def test_a_count_of_some_goods_leaves_the_others_alone(shared: City):
    deliver(shared, FIRST, line(shared, 10), sambal(shared, 5))
    note = begin(shared)
    put(shared, note, quantity=10)
    record(shared, note)
    assert lines_of(shared, note) == [("Keripik Singkong", 10, False)]
    assert losses(shared) == []


def test_in_a_count_of_all_goods_what_was_not_found_is_gone(shared: City):
    deliver(shared, FIRST, line(shared, 10), sambal(shared, 5))
    note = begin(shared, is_full=True)
    put(shared, note, quantity=10)
    record(shared, note)
    assert lines_of(shared, note) == [("Keripik Singkong", 10, False), ("Sambal Gami", 0, False)]
    # 5 * 22.500 = 112.500, less 2.812,5, rounded up to 2.813.
    assert losses(shared) == [(5, 109_687, 4_000)]
    assert find_stock_breaches(shared) == []


def test_a_count_of_all_goods_says_nothing_of_goods_that_came_after_its_day(shared: City):
    deliver(shared, LATER, line(shared, 10))
    note = count_now(shared, sambal(shared, 5), is_full=True)
    assert lines_of(shared, note) == [("Sambal Gami", 5, True)]
    assert (on_hand(shared), losses(shared)) == (10, [])


def test_a_count_of_all_goods_that_is_late_counts_what_stood_then_though_it_was_sold_since(
    shared: City, tmp_path: Path
):
    deliver(shared, FIRST, line(shared, 4))
    sell(shared, tmp_path, LATER, 4)
    note = count_now(shared, is_full=True)
    # 4 stood in the books on the 20th and none was found, so the 4 sold on the 25th came from nowhere.
    assert lines_of(shared, note) == [("Keripik Singkong", 0, False)]
    assert (on_hand(shared), losses(shared)) == (-4, [(4, 58_500, 4_000)])
    assert find_stock_breaches(shared) == []


def test_with_a_count_stock_begins_and_the_difference_is_no_loss(shared: City, tmp_path: Path):
    sell(shared, tmp_path, date(2026, 3, 10), 3)
    note = count_now(shared, line(shared, 8))
    sell(shared, tmp_path, LATER, 2, receipt="S2")
    # What was sold before the 20th left a shelf of which nobody knows; 8 less the 2 of the 25th.
    assert lines_of(shared, note) == [("Keripik Singkong", 8, True)]
    assert (on_hand(shared), losses(shared)) == (6, [])
    assert find_stock_breaches(shared) == []


def test_a_count_entered_late_of_a_day_before_stock_was_kept_begins_it_then(shared: City):
    deliver(shared, LATER, line(shared, 10))
    count_now(shared, line(shared, 3))
    assert (on_hand(shared), losses(shared)) == (13, [])
    assert find_stock_breaches(shared) == []


def test_that_there_is_none_is_said_by_putting_it_to_zero(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    note = begin(shared)
    assert put_to(shared, note, 0).found == 0
    record(shared, note)
    assert (lines_of(shared, note), on_hand(shared)) == ([("Keripik Singkong", 0, False)], 0)


def test_a_scan_taken_back_says_nothing_of_the_product(shared: City):
    deliver(shared, FIRST, line(shared, 10), sambal(shared, 5))
    note = begin(shared)
    put(shared, note, quantity=5, code=SAMBAL)
    put(shared, note)
    put(shared, note, quantity=-1)
    record(shared, note)
    assert (lines_of(shared, note), on_hand(shared)) == ([("Sambal Gami", 5, False)], 10)


def test_less_than_nothing_is_not_recorded(city: City):
    note = begin(city)
    put(city, note, quantity=-1)
    with pytest.raises(CountBelowZero, match="Keripik Singkong") as refused:
        record(city, note)
    assert refused.value.code == "stock.count_below_zero"
    assert city.session.get_one(StockNote, note.id).state == NoteState.OPEN


def test_a_count_of_some_goods_that_found_nothing_is_not_recorded(city: City):
    note = begin(city)
    with pytest.raises(CountEmpty) as refused:
        record(city, note)
    assert refused.value.code == "stock.count_empty"
    with pytest.raises(CountEmpty):
        count_now(city)


def test_a_count_of_all_goods_may_find_nothing_at_all(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    record(shared, begin(shared, is_full=True))
    assert (on_hand(shared), losses(shared)) == (0, [(10, 146_250, 4_000)])


def test_a_count_that_is_recorded_is_simply_returned_and_takes_no_more(city: City):
    note = begin(city)
    put(city, note)
    assert record(city, note) is record(city, note)
    with pytest.raises(NoteNotOpen):
        put(city, note)
    with pytest.raises(NoteNotOpen):
        put_to(city, note, 3)
    assert len(find_lines(city.session, note.id)) == 1


def test_batches_that_a_count_names_stand_as_it_found_them(shared: City, tmp_path: Path):
    deliver(shared, FIRST, line(shared, 10, "A", date(2026, 6, 1)), line(shared, 10, "B", date(2026, 9, 1)))
    sell(shared, tmp_path, date(2026, 3, 10), 5)
    assert batches(shared) == {"A": 5, "B": 10}
    note = begin(shared)
    put(shared, note, quantity=9, batch="A")
    put(shared, note, quantity=6, batch="B")
    record(shared, note)
    # Shoppers took 1 of A and 4 of B; nothing is missing.
    assert (batches(shared), losses(shared)) == ({"A": 9, "B": 6}, [])
    assert find_stock_breaches(shared) == []


def test_a_batch_named_in_two_ways_is_one_line(shared: City):
    deliver(shared, FIRST, line(shared, 10, "A", date(2026, 6, 1)))
    note = count_now(shared, line(shared, 4, "A"), line(shared, 5, "", date(2026, 6, 1)))
    assert lines_of(shared, note) == [("Keripik Singkong", 9, False)]
    assert batches(shared) == {"A": 9}


# What comes in later


def test_sales_of_a_day_before_a_count_restate_it_and_its_loss(shared: City, tmp_path: Path):
    deliver(shared, FIRST, line(shared, 10))
    count_now(shared, line(shared, 7))
    sell(shared, tmp_path, date(2026, 3, 10), 2)
    # 3 were missing; 2 of them turn out to be sold: 30.000 less 750 is found again.
    assert (on_hand(shared), losses(shared)) == (7, [(3, 43_875, 4_000), (-2, -29_250, 4_000)])
    assert find_stock_breaches(shared) == []


def test_a_count_of_an_earlier_day_entered_late_takes_over_its_part_of_the_loss(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    count_now(shared, line(shared, 6), day=LATER)
    count_now(shared, line(shared, 8), day=DAY)
    # 4 were missing on the 25th; 2 of them were missing on the 20th already.
    assert [quantity for quantity, _, _ in losses(shared)] == [4, 2, -2]
    assert on_hand(shared) == 6
    assert find_stock_breaches(shared) == []


def test_of_two_counts_on_one_day_the_later_one_stands(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    count_now(shared, line(shared, 6))
    count_now(shared, line(shared, 9))
    assert [quantity for quantity, _, _ in losses(shared)] == [4, -3]
    assert on_hand(shared) == 9
    assert find_stock_breaches(shared) == []


def test_a_count_taken_back_leaves_what_the_books_say_and_no_loss(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    note = count_now(shared, line(shared, 6))
    reverse(shared, note)
    assert on_hand(shared) == 10
    assert losses(shared) == [(4, 58_500, 4_000), (-4, -58_500, 4_000)]
    assert find_stock_breaches(shared) == []


def test_a_count_taken_back_gives_its_day_back_to_the_one_before(shared: City):
    deliver(shared, FIRST, line(shared, 10))
    count_now(shared, line(shared, 6))
    reverse(shared, count_now(shared, line(shared, 9)))
    assert on_hand(shared) == 6
    assert sum(quantity for quantity, _, _ in losses(shared)) == 4
    assert find_stock_breaches(shared) == []


def reverse(city: City, note: StockNote) -> None:
    lock_stores(city.session, [note.store_id])
    note.state, note.ended_reason, note.ended_by = NoteState.REVERSED, "salah hitung", city.finance.user_id
    city.session.flush()
    take_back(city.session, note_id=note.id)


# Who, when, and what else


def test_only_one_count_of_all_goods_goes_on_in_a_store(city: City):
    first = begin(city, is_full=True)
    with pytest.raises(CountOpen, match=f"Bagus Prakoso .*{first.number}") as refused:
        begin(city, is_full=True)
    assert refused.value.code == "stock.count_open"
    begin(city)
    begin(city, is_full=True, store=1)
    assert city.session.scalar(select(func.count()).select_from(StockNote)) == 3


@pytest.mark.parametrize("day", [date(2026, 4, 2), date(2025, 3, 30)])
def test_a_count_is_of_a_day_that_was(city: City, day: date):
    with pytest.raises(BadInput):
        begin(city, day=day)
    with pytest.raises(BadInput):
        count_now(city, line(city, 1), day=day)


def test_who_may_not_move_a_store_s_goods_counts_nothing_there(city: City):
    note = begin(city)
    keeper = Actor(city.finance.user_id, "t2", Role.STORE_MANAGER, city.partner.id, city.stores[1].id)
    maker = Actor(city.finance.user_id, "p1", Role.PRODUCER, producer_id=city.producers[0].id)
    for by in (keeper, maker, city.auditor, city.admin):
        with pytest.raises(NotAllowed):
            begin(city, by=by)
        with pytest.raises(NotAllowed):
            scan(city.session, by=by, note_id=note.id, code=KERIPIK)
        with pytest.raises(NotAllowed):
            set_found(city.session, by=by, note_id=note.id, product_id=city.products[0].id, quantity=Decimal(1))
        with pytest.raises(NotAllowed):
            record_count(city.session, by=by, note_id=note.id)
        with pytest.raises(NotAllowed):
            count_at_once(
                city.session, by=by, store_id=city.stores[0].id, day=DAY, is_full=False, lines=[line(city, 1)]
            )
    assert begin(city, by=keeper, store=1).kind == NoteKind.COUNT


def test_what_is_no_count_is_not_counted(city: City):
    deliver(city, FIRST, line(city, 10))
    other = write_off(
        city.session, by=city.finance, store_id=city.stores[0].id, day=DAY,
        lines=[NewLine(city.products[0].id, Decimal(1), reason="damaged")],  # type: ignore[arg-type]
    )  # fmt: skip
    for note_id in (other.id, 0):
        with pytest.raises(NoteUnknown):
            scan(city.session, by=city.finance, note_id=note_id, code=KERIPIK)
        with pytest.raises(NoteUnknown):
            record_count(city.session, by=city.finance, note_id=note_id)


def test_no_stock_is_kept_by_counting_alone(city: City):
    put(city, begin(city))
    assert city.session.scalar(select(func.count()).select_from(StockLevel)) == 0
