"""On which days stores sell: the rules, who may say so of which days, and that what was said is never lost."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from consign import clock
from consign.errors import BadInput, ConsignError, NotAllowed
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.partners import StoreClosure, StoreClosureEnd
from consign.partners.checks import check_closure_ends
from consign.partners.rules import PeriodClosed
from consign.partners.selling_day_lists import find_closures, find_selling_days
from consign.partners.selling_days import (
    ClosureEnded,
    ClosureMissing,
    SellingDays,
    Week,
    pack_weekdays,
    parse_weekdays,
    unpack_weekdays,
)
from consign.partners.setting_days import close_days, end_closure, get_closure, set_week
from tests.builders import City

TODAY = clock.today("Asia/Makassar")
MONDAY = date(2026, 11, 9)
AT = clock.now()


def day(offset: int) -> date:
    return TODAY + timedelta(offset)


@pytest.fixture
def people(city: City) -> dict[str, Actor]:
    """Return those who may say something: the dinas, the head office, and the manager of T1."""
    for login, role, store_id in (
        ("t1@beruang.example", Role.STORE_MANAGER, city.stores[0].id),
        ("kantor@beruang.example", Role.PARTNER_FINANCE, None),
    ):
        add_user(
            city.session, by=city.admin, login=login, name=login, role=role, partner_id=city.partner.id, store_id=store_id
        )  # fmt: skip
    return {
        "dinas": city.finance,
        "office": get_actor(city.session, "kantor@beruang.example"),
        "manager": get_actor(city.session, "t1@beruang.example"),
    }


def close(
    city: City, by: Actor, first: int, last: int, *, closed_until: date | None = None, every: bool = False
) -> StoreClosure:
    return close_days(
        city.session, by=by, partner_id=city.partner.id, store=None if every else city.stores[0], first=day(first),
        last=day(last), reason="renovasi", closed_until=closed_until,
    )  # fmt: skip


def selling(city: City) -> SellingDays:
    store = city.stores[0]
    found = find_selling_days(
        city.session, partner_id=city.partner.id, stores=[store.id], first=day(-500), last=day(500)
    )  # fmt: skip
    return found[store.id]


@pytest.mark.parametrize(
    ("written", "weekdays"),
    [
        ("mon", {0}), ("mon-sat", set(range(6))), ("Mon, wed,fri", {0, 2, 4}), ("sat-mon", {5, 6, 0}), ("sun-sun", {6}),
        ("mon-sun", set(range(7))),
    ],
)  # fmt: skip
def test_weekdays_are_read_as_they_are_written(written: str, weekdays: set[int]):
    assert parse_weekdays(written) == weekdays


@pytest.mark.parametrize("written", ["", "senin", "mon-", "mon,,tue", "mon-xyz", "1"])
def test_what_names_no_weekday_is_refused(written: str):
    with pytest.raises(BadInput, match="names no weekdays"):
        parse_weekdays(written)


def test_weekdays_are_kept_as_bits():
    assert pack_weekdays([0]) == 1
    assert pack_weekdays(range(7)) == 127
    assert all(pack_weekdays(unpack_weekdays(bits)) == bits for bits in range(1, 128))
    for nothing in ([], [7]):
        with pytest.raises(BadInput, match="at least one weekday"):
            pack_weekdays(nothing)


def test_a_week_holds_until_the_next_one():
    weeks = [Week(MONDAY, frozenset({0}), "x", AT), Week(MONDAY + timedelta(7), frozenset({1}), "x", AT)]
    days = SellingDays(weeks)
    expected = [one for one in range(-7, 14) if days.expects(MONDAY + timedelta(one))]
    # All seven before the first; then Monday the 9th alone; then Tuesday the 17th alone.
    assert expected == [*range(-7, 0), 0, 8]


def test_a_week_is_set_from_today_on_by_the_head_office_and_for_open_days_by_the_dinas(
    city: City, people: dict[str, Actor]
):
    store = city.stores[0]

    def set_days(by: str, first: int, closed_until: date | None = None) -> None:
        set_week(
            city.session, by=people[by], store=store, weekdays=[0], first=day(first), closed_until=closed_until
        )  # fmt: skip

    set_days("office", 0)
    set_days("dinas", -30)
    with pytest.raises(BadInput, match="A new week begins today or later"):
        set_days("office", -1)
    with pytest.raises(PeriodClosed):
        set_days("dinas", -30, day(-30))
    with pytest.raises(NotAllowed):
        set_days("manager", 3)
    assert [one.from_on for one in selling(city).weeks] == [day(-30), day(0)]


def test_a_week_that_was_set_for_the_same_day_is_replaced_and_both_stand_in_the_trail(
    city: City, people: dict[str, Actor]
):
    for weekdays in ([0], [0], [1, 2]):
        set_week(
            city.session, by=people["office"], store=city.stores[0], weekdays=weekdays, first=day(5), closed_until=None
        )  # fmt: skip
    (week,) = selling(city).weeks
    assert (week.weekdays, week.by) == ({1, 2}, "kantor@beruang.example")
    told = [
        one["detail"]["weekdays"] for one in city.session.info["waiting_events"] if one["act"] == "store's week set"
    ]
    assert told == [["mon"], ["tue", "wed"]]


@pytest.mark.parametrize(
    ("by", "days", "refusal"),
    [
        ("manager", (0, 3), None),
        ("manager", (-1, 3), BadInput),
        ("office", (-10, -5), None),
        ("dinas", (-10, -5), None),
        ("dinas", (-20, -5), PeriodClosed),
        ("office", (-15, -5), PeriodClosed),
        ("dinas", (3, 2), BadInput),
        ("dinas", (0, 365), None),
        ("dinas", (0, 366), BadInput),
    ],
)
def test_closed_days_are_said_by_whom_they_may_be(
    city: City, people: dict[str, Actor], by: str, days: tuple[int, int], refusal: type[ConsignError] | None
):
    closed_until, (first, last) = day(-15), days
    if refusal:
        with pytest.raises(refusal):
            close(city, people[by], first, last, closed_until=closed_until)
        assert selling(city).closures == []
        return
    close(city, people[by], first, last, closed_until=closed_until)
    (closure,) = selling(city).closures
    assert (closure.from_on, closure.until_on, closure.reason) == (day(first), day(last), "renovasi")
    assert closure.by == ("Bagus Prakoso" if by == "dinas" else people[by].login)


def test_a_manager_says_it_of_the_own_store_alone(city: City, people: dict[str, Actor]):
    with pytest.raises(NotAllowed):
        close(city, people["manager"], 0, 1, every=True)
    with pytest.raises(NotAllowed):
        close_days(
            city.session, by=people["manager"], partner_id=city.partner.id, store=city.stores[1], first=day(0),
            last=day(1), reason="renovasi", closed_until=None,
        )  # fmt: skip
    common = close(city, people["office"], 0, 1, every=True)
    with pytest.raises(NotAllowed):
        end_closure(city.session, by=people["manager"], closure=common, last=None, closed_until=None)


def test_a_reason_is_given(city: City):
    for reason, says in ((" ", "closed for a reason"), ("x" * 201, "at most 200 characters")):
        with pytest.raises(BadInput, match=says):
            close_days(
                city.session, by=city.finance, partner_id=city.partner.id, store=None, first=day(0), last=day(1),
                reason=reason, closed_until=None,
            )  # fmt: skip


def test_all_stores_of_a_partner_are_closed_at_once_those_to_come_as_well(city: City):
    close(city, city.finance, 0, 1, every=True)
    ids = [store.id for store in city.stores]
    found = find_selling_days(city.session, partner_id=city.partner.id, stores=ids, first=day(0), last=day(5))
    assert [found[one].expects(day(0)) for one in ids] == [False, False]
    assert [found[one].expects(day(2)) for one in ids] == [True, True]


def test_closed_days_end_earlier_or_are_taken_back_and_stay_on_record(city: City, people: dict[str, Actor]):
    early, mistaken = close(city, people["manager"], 2, 9), close(city, people["office"], 20, 30)
    end_closure(city.session, by=people["manager"], closure=early, last=day(4), closed_until=None)
    end_closure(city.session, by=people["office"], closure=mistaken, last=None, closed_until=None)
    days = selling(city)
    assert [offset for offset in range(40) if not days.expects(day(offset))] == [2, 3, 4]
    with pytest.raises(ClosureEnded):
        end_closure(city.session, by=people["dinas"], closure=early, last=day(3), closed_until=None)
    kept = find_closures(city.session, partner_id=city.partner.id, store_id=None, first=day(0))
    assert [(one.said_until, one.ended_by) for one in kept] == [
        (day(30), "kantor@beruang.example"), (day(9), "t1@beruang.example"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "closed_until", "refusal"), [(9, None, BadInput), (0, None, BadInput), (12, None, BadInput), (4, 5, PeriodClosed)]
)  # fmt: skip
def test_closed_days_end_only_earlier_and_not_within_a_closed_period(
    city: City, last: int, closed_until: int | None, refusal: type[ConsignError]
):
    closure = close(city, city.finance, 2, 9)
    with pytest.raises(refusal):
        end_closure(
            city.session, by=city.finance, closure=closure, last=day(last),
            closed_until=None if closed_until is None else day(closed_until),
        )  # fmt: skip
    assert selling(city).closures[0].until_on == day(9)


def test_another_partner_s_closed_days_are_not_there(city: City, people: dict[str, Actor]):
    closure = close(city, city.finance, 2, 9)
    stranger = Actor(99, "x@lain.example", Role.PARTNER_FINANCE, partner_id=city.partner.id + 1)
    with pytest.raises(ClosureMissing):
        get_closure(city.session, by=stranger, closure_id=closure.id)
    assert get_closure(city.session, by=people["manager"], closure_id=closure.id) is closure


def test_the_service_can_neither_change_nor_delete_what_was_said(city: City):
    close(city, city.finance, 2, 9)
    for statement in ("UPDATE store_closure SET reason = 'x'", "DELETE FROM store_closure", "DELETE FROM store_week"):
        with pytest.raises(Exception, match="permission denied"), city.session.begin_nested():
            city.session.execute(text(statement))


def test_a_check_finds_an_end_outside_its_closure(city: City):
    closure = close(city, city.finance, 2, 9)
    city.session.add(
        StoreClosureEnd(closure_id=closure.id, until_on=day(10), ended_by=city.finance.user_id, ended_at=clock.now())
    )
    city.session.flush()
    assert [one.code for one in check_closure_ends(city.session)] == ["store.closure_end"]
