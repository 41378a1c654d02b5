"""What is known of each day: sold, none sold, none there, not known, closed."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from consign.catalogue.listings import list_product
from consign.insight.demand_days import find_pair_days
from consign.partners.selling_days import WHOLE_WEEK
from consign.partners.setting_days import set_week
from consign.stock.rules import NewLine
from tests.builders import SAMBAL, City, write_csv
from tests.insight.shelves import MARCH, days_of, sell_days, states_of
from tests.stock.test_moving import count, deliver, line

MARCH_3, MARCH_4, MARCH_5, MARCH_6 = (MARCH + timedelta(n) for n in range(1, 5))


def test_a_day_that_nobody_reported_is_no_zero(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 10))
    sell_days(city, tmp_path, {MARCH_3: 2, MARCH_6: 1})
    sell_days(city, tmp_path, {MARCH_5: 1}, goods="sambal")
    # Of the 2nd and the 4th nobody reported anything; on the 5th only something else was sold.
    assert states_of(days_of(city, last=MARCH_6)) == "?2?01"
    assert days_of(city, last=MARCH_6).closing == [10_000, 8_000, 8_000, 8_000, 7_000]


def test_a_day_of_which_lines_wait_is_no_zero(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 10))
    day = f"{MARCH_3.day:02d}/03/2026"
    path = write_csv(
        tmp_path,
        f"{day},T1,A1,8990000009990,Entah,1,9000,9000",  # a product that nobody knows
        f"{day},T1,A1,{SAMBAL},Sambal,1,22500,22500",
        "28/02/2026,T1,A0,8990000009990,Entah,1,9000,9000",
    )
    city.post(path)
    assert states_of(days_of(city, last=MARCH_3)) == "??"


def test_what_shoppers_gave_back_is_taken_off_its_day(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 10))
    sell_days(city, tmp_path, {MARCH_3: 3})
    sell_days(city, tmp_path, {MARCH_3: -1, MARCH_4: -1}, name="R")
    days = days_of(city, last=MARCH_4)
    assert states_of(days) == "?20"  # more came back than was sold on the 4th: none sold
    assert days.closing == [10_000, 8_000, 9_000]


def test_days_on_which_none_stood_there_are_told_apart(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 2))
    sell_days(city, tmp_path, {MARCH: 2})
    sell_days(city, tmp_path, {MARCH_3: 1, MARCH_4: 1, MARCH_5: 1, MARCH_6: 1}, goods="sambal")
    deliver(city, MARCH_5, line(city, 5))
    # The two are sold at once; on the 5th five more come before anything is sold.
    assert states_of(days_of(city, last=MARCH_6)) == "2--00"


def test_books_below_zero_say_nothing_of_an_empty_shelf(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 2))
    sell_days(city, tmp_path, {MARCH: 5})
    sell_days(city, tmp_path, {MARCH_3: 1, MARCH_4: 1, MARCH_5: 1, MARCH_6: 1}, goods="sambal")
    deliver(city, MARCH_5, line(city, 3))
    # Five were sold of two that came: three came without a paper. The paper of the 5th brings the books to zero.
    assert states_of(days_of(city, last=MARCH_6)) == "5??--"


def test_what_a_count_found_could_be_bought_from_the_day_after(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 2))
    sell_days(city, tmp_path, {MARCH: 2})
    sell_days(city, tmp_path, {MARCH_3: 1, MARCH_4: 1}, goods="sambal")
    count(city, MARCH_3, line(city, 4))
    assert states_of(days_of(city, last=MARCH_4)) == "2-0"


def test_closed_days_are_left_out_unless_something_was_sold(city: City, tmp_path: Path):
    weekdays = WHOLE_WEEK - {5, 6}
    set_week(city.session, by=city.admin, store=city.stores[0], weekdays=weekdays, first=MARCH, closed_until=None)
    deliver(city, MARCH, line(city, 50))
    every = {MARCH + timedelta(n): 1 for n in range(6)}  # Monday to Saturday
    sell_days(city, tmp_path, every)
    assert states_of(days_of(city, last=MARCH + timedelta(6))) == "111111c"


def test_a_product_that_never_came_has_no_days(city: City, tmp_path: Path):
    sell_days(city, tmp_path, {MARCH: 1, MARCH_3: 1}, goods="sambal")
    assert states_of(days_of(city, last=MARCH_3)) == ".."
    assert days_of(city, last=MARCH_3).closing == [None, None]


def test_without_stock_a_listing_or_the_first_sale_begins(city: City, tmp_path: Path):
    sell_days(city, tmp_path, {MARCH_4: 1, MARCH_5: 1, MARCH_6: 1}, goods="sambal", store="T2")
    list_product(city.session, by=city.admin, product=city.products[0], store_id=city.stores[1].id, first=MARCH_5)
    assert states_of(days_of(city, store=1, last=MARCH_6)) == "...00"
    # It was sold on 28 February, so the days before the 4th are known to be offered, but not reported.
    assert states_of(days_of(city, store=1, product=1, last=MARCH_6)) == "??111"


def test_many_pairs_are_told_at_once(city: City, tmp_path: Path):
    deliver(city, MARCH, NewLine(city.products[0].id, Decimal(3)))
    sell_days(city, tmp_path, {MARCH_3: 1})
    pairs = [(store.id, product.id) for store in city.stores for product in city.products]
    found = {
        (one.store_id, one.product_id): states_of(one)
        for one in find_pair_days(city.session, pairs, first=MARCH, last=MARCH_3)
    }
    first, second = city.stores[0].id, city.products[1].id
    assert found[first, city.products[0].id] == "?1"
    assert found[first, second] == "?0"  # it was sold there in February
