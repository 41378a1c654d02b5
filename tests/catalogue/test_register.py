"""The city register: numbers without a gap, each for one product for ever."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from consign.catalogue.actions import add_gtin, add_product
from consign.catalogue.checks import CHECKS
from consign.catalogue.numbers import NumbersExhausted, make_city_number
from consign.catalogue.queries import get_product
from consign.catalogue.register import (
    find_active_ranges,
    get_register_terms,
    issue_number,
    reserve_range,
    retire_number,
    set_register_terms,
    withdraw_range,
)
from consign.catalogue.rules import (
    AddressInvalid,
    NoPrefix,
    NotEligible,
    NumberMissing,
    NumberRetired,
    NumberStands,
    PrefixOverlaps,
    RangeMissing,
)
from consign.db import Database, finish
from consign.errors import BadInput, ConsignError, NotAllowed
from consign.identity.rules import Actor
from consign.models.catalogue import Product
from tests.builders import City, build_city, gtin, write_csv
from tests.conftest import REGION
from tests.identity.people import events

TODAY, LATER = date(2026, 11, 28), date(2026, 12, 1)


REGISTERED = {
    "register's settings changed", "number issued", "number retired", "numbers reserved", "reservation withdrawn",
}  # fmt: skip


def set_terms(city: City, **changed: Any) -> None:
    facts = {"prefix": "20", "before_papers": True, "public_address": ""}
    set_register_terms(city.session, **{"by": city.admin, **facts, **changed})


def new_product(city: City, place: int) -> Product:
    return add_product(
        city.session, by=city.admin, producer_id=city.producers[0].id, code=f"BARU-{place}", name=f"Kue {place}",
        net_content=100, net_unit="g", goods_class=None, food_group=None,
    )  # fmt: skip


@pytest.fixture
def register(city: City) -> Iterator[City]:
    """Open the register for products whose papers are not in order; whatever a test does, no invariant is broken."""
    set_terms(city)
    yield city
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def issue(city: City, place: int) -> str:
    return issue_number(city.session, by=city.admin, product=new_product(city, place), on=TODAY)


def test_numbers_follow_one_another(register: City):
    assert [issue(register, place) for place in (1, 2, 3)] == [make_city_number("20", place) for place in (1, 2, 3)]


def test_without_a_prefix_no_number_is_given(city: City):
    with pytest.raises(NoPrefix, match="no number was issued"):
        issue(city, 1)


def test_a_product_has_one_number_and_two_sizes_are_two_products(register: City):
    product = new_product(register, 1)
    number = issue_number(register.session, by=register.admin, product=product, on=TODAY)
    with pytest.raises(NumberStands, match=number):
        issue_number(register.session, by=register.admin, product=product, on=TODAY)
    with pytest.raises(NumberStands):  # it has its producer's own
        issue_number(register.session, by=register.admin, product=register.products[0], on=TODAY)
    assert issue(register, 2) == make_city_number("20", 2)


def test_a_number_waits_for_the_papers_unless_the_region_lets_it_come_first(register: City):
    set_terms(register, before_papers=False)
    product = new_product(register, 1)
    with pytest.raises(NotEligible, match="lacks papers"):
        issue_number(register.session, by=register.admin, product=product, on=TODAY)
    set_terms(register)
    assert issue_number(register.session, by=register.admin, product=product, on=TODAY) == make_city_number("20", 1)


@pytest.mark.parametrize("standing", ["eligible", "warned"])
def test_a_kept_answer_counts_only_while_nothing_has_changed(register: City, standing: str):
    set_terms(register, before_papers=False)
    products = [new_product(register, place) for place in (1, 2)]
    register.session.execute(text("DELETE FROM eligibility_due"))
    for product in products:
        register.session.execute(
            text("""INSERT INTO product_eligibility (product_id, standing, computed_on, computed_at)
              VALUES (:id, :standing, :on, now())"""),
            {"id": product.id, "standing": standing, "on": TODAY},
        )
    assert issue_number(register.session, by=register.admin, product=products[0], on=TODAY)
    register.session.execute(
        text("INSERT INTO eligibility_due (producer_id, since) VALUES (:id, now())"), {"id": products[1].producer_id}
    )
    with pytest.raises(NotEligible):
        issue_number(register.session, by=register.admin, product=products[1], on=TODAY)


def test_numbers_of_a_partners_scales_are_passed_over_and_noted(register: City):
    first = issue(register, 1)
    reserve_range(
        register.session, by=register.admin, partner_id=register.partner.id, first="200000000002", last="200000000009",
        note="Timbangan",
    )  # fmt: skip
    assert issue(register, 2) == make_city_number("20", 10)
    skipped = register.session.execute(text("SELECT first_serial, last_serial FROM number_skipped")).all()
    assert [tuple(row) for row in skipped] == [(2, 9)]
    assert first == make_city_number("20", 1)


def test_what_a_partner_takes_back_for_itself_shows_the_products_that_need_another_number(register: City):
    number = issue(register, 1)
    found = reserve_range(
        register.session, by=register.admin, partner_id=register.partner.id, first="20", last=None, note="Timbangan"
    )
    assert [one.number for one in found] == [number]
    reserved = register.session.scalar(text("SELECT max(id) FROM reserved_range"))
    assert reserved is not None
    for _ in range(2):
        withdraw_range(register.session, by=register.admin, range_id=reserved)
    assert find_active_ranges(register.session) == []
    assert issue(register, 2) == make_city_number("20", 2)
    with pytest.raises(RangeMissing):
        withdraw_range(register.session, by=register.admin, range_id=reserved + 1)


def test_another_prefix_begins_its_own_series_and_the_old_one_goes_on_where_it_was_left(register: City):
    issue(register, 1)
    set_terms(register, prefix="2471")
    assert issue(register, 2) == make_city_number("2471", 1)
    set_terms(register, prefix="20")
    assert issue(register, 3) == make_city_number("20", 2)


@pytest.mark.parametrize("prefix", ["200", "2012345"])
def test_series_that_could_give_the_same_number_are_refused(register: City, prefix: str):
    with pytest.raises(PrefixOverlaps, match="nothing was changed"):
        set_terms(register, prefix=prefix)
    assert get_register_terms(register.session).prefix == "20"


def test_a_retired_number_finds_its_product_and_is_never_given_again(register: City):
    number = issue(register, 1)
    with pytest.raises(BadInput):
        retire_number(register.session, by=register.admin, number=number, reason=" ", on=TODAY)
    retire_number(register.session, by=register.admin, number=number, reason="Tidak dibuat lagi", on=LATER)
    with pytest.raises(NumberRetired):
        retire_number(register.session, by=register.admin, number=number, reason="lagi", on=LATER)
    product = get_product(register.session, "BARU-1")
    assert issue_number(register.session, by=register.admin, product=product, on=LATER) == make_city_number("20", 2)
    rows = register.session.execute(
        text("SELECT number, until_on, retired_reason FROM barcode WHERE product_id = :id ORDER BY number"),
        {"id": product.id},
    )
    assert [tuple(row) for row in rows] == [
        (number, LATER, "Tidak dibuat lagi"),
        (make_city_number("20", 2), None, None),
    ]
    with pytest.raises(NumberMissing):
        retire_number(register.session, by=register.admin, number="2099999999995", reason="x", on=TODAY)


@pytest.mark.parametrize(("since", "until"), [(LATER, date(2026, 11, 30)), (TODAY, date(2026, 11, 27))])
def test_a_gtin_that_comes_later_takes_over_and_both_find_the_product(register: City, since: date, until: date):
    number = issue(register, 1)
    product = get_product(register.session, "BARU-1")
    add_gtin(register.session, by=register.admin, product=product, gtin=gtin(77), from_on=since)
    rows = register.session.execute(
        text("SELECT number, kind, from_on, until_on FROM barcode WHERE product_id = :id ORDER BY number"),
        {"id": product.id},
    )
    assert [tuple(row) for row in rows] == [(number, "city", TODAY, until), (gtin(77), "gtin", since, None)]
    with pytest.raises(NumberStands):
        issue_number(register.session, by=register.admin, product=product, on=LATER)


def test_sales_on_a_number_find_its_product_after_it_was_retired_and_after_a_gtin_took_over(
    register: City, tmp_path: Path
):
    retired, replaced = issue(register, 1), issue(register, 2)
    retire_number(register.session, by=register.admin, number=retired, reason="Tidak dibuat lagi", on=TODAY)
    product = get_product(register.session, "BARU-2")
    add_gtin(register.session, by=register.admin, product=product, gtin=gtin(77), from_on=TODAY)
    numbers = (retired, replaced, gtin(77))
    rows = [f"2026-11-27,T1,S{place},{number},Kue,2,1000,2000" for place, number in enumerate(numbers)]
    register.post(write_csv(tmp_path, *rows))
    sold = register.session.execute(
        text("SELECT product.code FROM sale JOIN product ON product.id = product_id ORDER BY row_no")
    )
    assert [row.code for row in sold] == ["BARU-1", "BARU-2", "BARU-2"]


def test_a_number_that_a_gtin_took_over_is_not_retired_once_more(register: City):
    number = issue(register, 1)
    product = get_product(register.session, "BARU-1")
    add_gtin(register.session, by=register.admin, product=product, gtin=gtin(77), from_on=LATER)
    with pytest.raises(NumberRetired, match="nothing was changed"):
        retire_number(register.session, by=register.admin, number=number, reason="Uji", on=TODAY)


def test_each_act_on_the_register_stands_in_the_audit_trail(register: City):
    number = issue(register, 1)
    partner_id = register.partner.id
    reserve_range(register.session, by=register.admin, partner_id=partner_id, first="21", last="22", note="Timbangan")
    reserved = register.session.scalar(text("SELECT max(id) FROM reserved_range")) or 0
    withdraw_range(register.session, by=register.admin, range_id=reserved)
    retire_number(register.session, by=register.admin, number=number, reason=" Tidak  dibuat ", on=TODAY)
    finish(register.session)
    product = f"product:{get_product(register.session, 'BARU-1').id}"
    ends = {"first": 210_000_000_000, "last": 229_999_999_999}
    before = {"prefix": None, "before_papers": False, "public_address": ""}
    assert [one for one in events(register.session) if one[0] in REGISTERED] == [
        ("register's settings changed", "region", register.admin.user_id,
         {"before": before, "after": {**before, "prefix": "20", "before_papers": True}}),
        ("number issued", product, register.admin.user_id, {"number": number}),
        ("numbers reserved", f"partner:{partner_id}", register.admin.user_id, {**ends, "note": "Timbangan"}),
        ("reservation withdrawn", f"partner:{partner_id}", register.admin.user_id, ends),
        ("number retired", product, register.admin.user_id,
         {"number": number, "reason": "Tidak dibuat", "on": "2026-11-28"}),
    ]  # fmt: skip


def test_finance_changes_nothing_in_the_register(register: City):
    number = issue(register, 1)
    session, by = register.session, register.finance
    with pytest.raises(NotAllowed):
        retire_number(session, by=by, number=number, reason="Uji", on=TODAY)
    with pytest.raises(NotAllowed):
        reserve_range(session, by=by, partner_id=register.partner.id, first="29", last=None, note="Uji")
    with pytest.raises(NotAllowed):
        withdraw_range(session, by=by, range_id=1)


def test_a_range_needs_a_word_on_what_it_is_for(register: City):
    with pytest.raises(BadInput):
        reserve_range(
            register.session, by=register.admin, partner_id=register.partner.id, first="29", last=None, note=" "
        )
    assert find_active_ranges(register.session) == []


@pytest.mark.parametrize("full", [False, True])
def test_where_all_numbers_are_used_up_or_reserved_none_is_given_and_none_is_passed_over(register: City, full: bool):
    set_terms(register, prefix="2999999")
    if full:
        # As after 99,999 numbers of which a partner uses all.
        register.session.execute(text("UPDATE number_series SET next_serial = 100000 WHERE prefix = '2999999'"))
        register.session.execute(text("INSERT INTO number_skipped VALUES ('2999999', 1, 99999)"))
    else:
        reserve_range(
            register.session, by=register.admin, partner_id=register.partner.id, first="29", last=None, note="Uji"
        )
    with pytest.raises(NumbersExhausted, match="no number was issued"):
        issue(register, 1)


@pytest.mark.parametrize(
    "address",
    ["titip.example", "ftp://titip.example", "https://", "https://a.example/p", "https://a.example?x", "https://u@a.example",
     "https://" + "a" * 60 + ".example", "https://[", "https://contoh .id", "javascript:alert(1)"],
)  # fmt: skip
def test_an_address_that_cannot_stand_in_a_qr_code_is_refused(city: City, address: str):
    with pytest.raises(AddressInvalid, match="nothing was changed"):
        set_terms(city, public_address=address)


def test_settings_are_written_once_and_only_by_an_admin(city: City):
    for _ in range(2):
        set_terms(city, public_address="https://titip.example/")
    assert get_register_terms(city.session).public_address == "https://titip.example"
    finish(city.session)
    assert [one[0] for one in events(city.session)].count("register's settings changed") == 1
    with pytest.raises(NotAllowed):
        set_terms(city, by=city.finance)


def test_a_number_that_was_taken_back_is_the_next_ones(register: City):
    savepoint = register.session.begin_nested()
    lost = issue(register, 1)
    savepoint.rollback()
    register.session.expire_all()
    assert issue(register, 2) == lost


# Many at once.


MANY = 1_000


@pytest.fixture
def admin(database: Database) -> Actor:
    """Build a city with 1,000 products that other transactions see, too."""
    with database.transaction(REGION) as session:
        city = build_city(session)
        session.execute(
            text("""
            INSERT INTO product (producer_id, code, name, net_content, net_unit)
            SELECT :producer_id, 'BARU-' || n, 'Kue ' || n, 100, 'g' FROM generate_series(0, :many - 1) AS n"""),
            {"producer_id": city.producers[0].id, "many": MANY},
        )
        set_terms(city)
        return city.admin


def issue_at_once(database: Database, admin: Actor, codes: list[str]) -> list[str | type[ConsignError]]:
    """Issue numbers to products by fifty clients at once; return each number, or the refusal."""

    def run(code: str) -> str | type[ConsignError]:
        try:
            with database.transaction(REGION) as session:
                return issue_number(session, by=admin, product=get_product(session, code), on=TODAY)
        except ConsignError as error:
            return type(error)

    with ThreadPoolExecutor(50) as threads:
        return list(threads.map(run, codes))


def find_breaches(database: Database) -> list[object]:
    with database.transaction(REGION) as session:
        return [breach for check in CHECKS for breach in check(session)]


def test_fifty_at_once_get_a_thousand_numbers_without_a_gap_and_without_a_duplicate(database: Database, admin: Actor):
    numbers = issue_at_once(database, admin, [f"BARU-{place}" for place in range(MANY)])
    assert sorted(map(str, numbers)) == [make_city_number("20", serial) for serial in range(1, MANY + 1)]
    assert find_breaches(database) == []


def test_fifty_who_ask_for_one_product_get_one_number(database: Database, admin: Actor):
    answers = Counter(issue_at_once(database, admin, ["BARU-1"] * 50))
    assert answers == {make_city_number("20", 1): 1, NumberStands: 49}
    assert find_breaches(database) == []


class ChangedTheirMindError(Exception):
    """Somebody gives up after the number was issued."""


def give_up_every_third(place: int) -> None:
    if place % 3 == 0:
        raise ChangedTheirMindError


def test_fifty_of_whom_every_third_gives_up_leave_no_gap(database: Database, admin: Actor):
    def run(place: int) -> str | None:
        try:
            with database.transaction(REGION) as session:
                number = issue_number(session, by=admin, product=get_product(session, f"BARU-{place}"), on=TODAY)
                give_up_every_third(place)
                return number
        except ChangedTheirMindError:
            return None

    with ThreadPoolExecutor(50) as threads:
        numbers = [number for number in threads.map(run, range(150)) if number]
    # Of 0 to 149 fifty can be divided by three.
    assert sorted(numbers) == [make_city_number("20", serial) for serial in range(1, 101)]
    assert find_breaches(database) == []


def test_a_partner_that_reserves_numbers_meanwhile_gets_none_of_them_given_afterwards(database: Database, admin: Actor):
    given: list[str] = []

    def reserve() -> set[str]:
        while len(given) < 60:
            with database.transaction(REGION) as session:
                given[:] = session.scalars(text("SELECT number FROM barcode WHERE kind = 'city'")).all()
        with database.transaction(REGION) as session:
            partner_id = session.scalar(text("SELECT min(id) FROM partner")) or 0
            found = reserve_range(
                session, by=admin, partner_id=partner_id, first="200000000050", last="200000000999", note="Timbangan"
            )
            return {one.number for one in found}

    with ThreadPoolExecutor(2) as threads:
        reserving = threads.submit(reserve)
        numbers = issue_at_once(database, admin, [f"BARU-{place}" for place in range(500)])
        shown = reserving.result()
    inside = {str(number) for number in numbers if 50 <= int(str(number)[2:12]) <= 999}
    # All that lie inside were given before, and were shown to whoever noted the range; the others follow after it.
    assert inside == shown
    assert len(shown) >= 11
    assert sorted(map(str, numbers))[:49] == [make_city_number("20", serial) for serial in range(1, 50)]
    after = 500 - 49 - len(inside)
    assert sorted(map(str, numbers))[-after:] == [make_city_number("20", 1_000 + place) for place in range(after)]
    assert find_breaches(database) == []
