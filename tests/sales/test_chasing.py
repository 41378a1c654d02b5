"""The chasing list: who owes what, since when, and what these days would usually come to; reminders, once a day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from consign.errors import NotAllowed
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.listing import Row
from consign.partners.setting_days import close_days, set_week
from consign.sales.chasing import find_owed_days, find_owing, narrow
from consign.sales.ending import reverse_upload
from consign.sales.no_sales import confirm_no_sales
from consign.sales.reminding import (
    NothingMissing,
    Reminded,
    RemindedToday,
    remind_silent,
    remind_store,
    remind_stores,
)
from tests.builders import KERIPIK, City, write_csv

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Friday, noon in Balikpapan."""
YESTERDAY = date(2026, 11, 19)
MANAGER, HEAD_OFFICE = "t1@beruang.example", "kantor@beruang.example"


@pytest.fixture
def open_city(city: City) -> City:
    """Build the city with both stores open since the 9th of November, a Monday: eleven days until yesterday."""
    city.session.execute(text("UPDATE store SET opened_on = '2026-11-09'"))
    city.session.expire_all()
    return city


def add_people(city: City) -> tuple[Actor, Actor]:
    """Add T1's manager and the partner's finance."""
    for login, role, store_id in (
        (MANAGER, Role.STORE_MANAGER, city.stores[0].id), (HEAD_OFFICE, Role.PARTNER_FINANCE, None),
    ):  # fmt: skip
        add_user(
            city.session, by=city.admin, login=login, name=login[:2].upper(), role=role, partner_id=city.partner.id,
            store_id=store_id,
        )  # fmt: skip
    return get_actor(city.session, MANAGER), get_actor(city.session, HEAD_OFFICE)


def line(day: date, *, receipt: str = "S1", store: str = "T1", quantity: int = 1) -> str:
    return f"{day},{store},{receipt},{KERIPIK},Keripik,{quantity},15000,{quantity * 15000}"


def owing(city: City, *, now: datetime = NOW, by: Actor | None = None) -> dict[str, Row]:
    return {str(row["code"]): row for row in find_owing(city.session, by=by or city.finance, now=now)}


def notices(city: City) -> list[tuple[str, int, int]]:
    """Return for each notice about missing days its recipient, how many stores it names, and the step of the first."""
    rows = city.session.execute(
        text("SELECT recipient, facts FROM notice WHERE kind = 'sales.missing' ORDER BY id")
    )  # fmt: skip
    return [(row.recipient, len(row.facts["stores"]), row.facts["stores"][0]["step"]) for row in rows]


def reminders(city: City) -> list[tuple[str, date, int, int]]:
    rows = city.session.execute(
        text("SELECT code, day, missing, step FROM sales_reminder JOIN store ON store.id = store_id ORDER BY day, code")
    )
    return [tuple(row) for row in rows]


def test_a_store_owes_what_is_due_and_not_spoken_for(open_city: City, tmp_path: Path):
    city = open_city
    city.post(write_csv(tmp_path, line(date(2026, 11, 12)), line(date(2026, 11, 13), receipt="S2")))
    rows = owing(city)
    # Of the 9th to the 19th, eleven days, two are reported; after the last of them six are silent.
    first, second = rows["T1"], rows["T2"]
    assert (first["missing"], first["silent"], first["oldest_on"]) == (9, 6, date(2026, 11, 9))
    assert (first["latest_on"], first["reported_on"], first["days_since"]) == (YESTERDAY, date(2026, 11, 13), 7)
    assert (second["missing"], second["silent"], second["reported_on"], second["days_since"]) == (11, 11, None, None)
    assert find_owed_days(city.session, by=city.finance, now=NOW, partner_id=city.partner.id)[:4] == [
        ("T1", date(2026, 11, day)) for day in (9, 10, 11, 14)
    ]


def test_closed_days_are_no_debt_and_no_silence(open_city: City):
    city = open_city
    store = city.stores[0]
    set_week(
        city.session, by=city.admin, store=store, weekdays=range(6), first=date(2026, 11, 9), closed_until=None
    )  # fmt: skip
    close_days(
        city.session, by=city.admin, partner_id=city.partner.id, store=None, first=date(2026, 11, 16),
        last=date(2026, 11, 18), reason="Lebaran", closed_until=None,
    )  # fmt: skip
    rows = owing(city)
    # T1: eleven days less Sunday the 15th and three closed ones; T2 less the three.
    assert (rows["T1"]["missing"], rows["T1"]["silent"]) == (7, 7)
    assert (rows["T2"]["missing"], rows["T2"]["silent"]) == (8, 8)


def test_a_report_of_a_closed_day_or_of_today_ends_the_silence(open_city: City, tmp_path: Path):
    city = open_city
    city.post(write_csv(tmp_path, line(date(2026, 11, 20)), line(date(2026, 11, 19), store="T2", receipt="S2")))
    close_days(
        city.session, by=city.admin, partner_id=city.partner.id, store=city.stores[1], first=YESTERDAY, last=YESTERDAY,
        reason="renovasi", closed_until=None,
    )  # fmt: skip
    rows = owing(city)
    assert (rows["T1"]["missing"], rows["T1"]["silent"]) == (11, 0)
    assert (rows["T2"]["missing"], rows["T2"]["silent"]) == (10, 0)


def test_what_was_reversed_speaks_no_more(open_city: City, tmp_path: Path):
    city = open_city
    outcome = city.post(write_csv(tmp_path, line(YESTERDAY)))
    assert owing(city)["T1"]["missing"] == 10
    reverse_upload(city.session, by=city.finance, upload_id=outcome.upload_id, reason="salah")
    assert (owing(city)["T1"]["missing"], owing(city)["T1"]["silent"]) == (11, 11)


def test_what_is_at_stake_is_what_the_weekday_usually_brings(open_city: City, tmp_path: Path):
    city = open_city
    rows = [line(date(2026, 11, 9), receipt=f"A{number}", quantity=2) for number in range(4)]
    rows += [line(date(2026, 11, 10), receipt=f"B{number}") for number in range(2)]
    city.post(write_csv(tmp_path, *rows))
    # Of the missing days the 16th is a Monday, 4 lines usually, and the 17th a Tuesday, 2 lines.
    # A line came to (4 x 30.000 + 2 x 15.000) / 6 = 25.000, so 6 lines are Rp150.000.
    assert owing(city)["T1"]["usual_rp"] == 150_000
    assert owing(city)["T2"]["usual_rp"] is None


def test_whoever_is_held_for_a_store_sees_that_store(open_city: City):
    manager, office = add_people(open_city)
    assert set(owing(open_city, by=manager)) == {"T1"}
    assert set(owing(open_city, by=office)) == {"T1", "T2"}
    assert owing(open_city)["T1"]["managers"] == f"T1 ({MANAGER})"
    assert owing(open_city)["T1"]["finance"] == f"KA ({HEAD_OFFICE})"
    assert owing(open_city)["T2"]["managers"] is None


def test_the_list_is_narrowed_by_silence_reminders_partner_and_words(open_city: City, tmp_path: Path):
    city = open_city
    city.post(write_csv(tmp_path, line(YESTERDAY)))
    remind_store(city.session, by=city.finance, store_id=city.stores[0].id, now=NOW)

    def codes(search: str = "", **filters: str) -> list[str]:
        found = narrow(find_owing(city.session, by=city.finance, now=NOW), filters=filters, search=search)
        return sorted(str(row["code"]) for row in found)

    assert codes() == ["T1", "T2"]
    assert codes(silent="3") == ["T2"]
    assert codes(reminded="today") == ["T1"]
    assert codes(reminded="never") == ["T2"]
    assert codes(reminded="before") == []
    assert codes(partner="BM") == ["T1", "T2"]
    assert codes(partner="KM") == []
    assert codes("gerai t2") == ["T2"]


def test_a_store_is_reminded_once_a_day_and_each_time_more_people_are_told(open_city: City):
    city = open_city
    add_people(city)
    store_id = city.stores[0].id
    assert remind_store(city.session, by=city.finance, store_id=store_id, now=NOW) == Reminded("Gerai T1", 1)
    with pytest.raises(RemindedToday, match="Gerai T1 was reminded today already; nothing was sent"):
        remind_store(city.session, by=city.finance, store_id=store_id, now=NOW)
    assert notices(city) == [(f"store:{store_id}", 1, 1)]
    for days, step in ((1, 2), (2, 3), (3, 3)):
        reminded = remind_store(city.session, by=city.finance, store_id=store_id, now=NOW + timedelta(days))
        assert reminded.step == step
    partner = f"partner:{city.partner.id}"
    told = [(f"store:{store_id}", 1), (partner, 2), ("role:head", 3)]
    assert {(recipient, step) for recipient, _, step in notices(city)} >= set(told)
    assert [one[2:] for one in reminders(city)] == [(11, 1), (12, 2), (13, 3), (14, 3)]
    row = owing(city, now=NOW + timedelta(3))["T1"]
    assert (row["times"], row["reminded_on"], row["reminded_by"], row["by_itself"]) == (
        4, date(2026, 11, 23), "Bagus Prakoso", False,
    )  # fmt: skip


def test_a_store_that_nobody_manages_is_reminded_through_its_head_office(open_city: City):
    city = open_city
    remind_store(city.session, by=city.finance, store_id=city.stores[1].id, now=NOW)
    assert notices(city) == [(f"partner:{city.partner.id}", 1, 1)]


def test_many_are_reminded_at_once_with_one_notice_for_each_reader(open_city: City):
    city = open_city
    ids = {store.id for store in city.stores}
    remind_store(city.session, by=city.finance, store_id=city.stores[0].id, now=NOW)
    told = remind_stores(city.session, by=city.finance, store_ids=ids, now=NOW)
    assert (list(told.store_ids), told.before) == ([city.stores[1].id], 1)
    tomorrow = remind_stores(city.session, by=city.finance, store_ids=ids, now=NOW + timedelta(1))
    assert (len(tomorrow.store_ids), tomorrow.before) == (2, 0)
    assert notices(city)[-1] == (f"partner:{city.partner.id}", 2, 2)


def test_a_store_that_owes_nothing_or_is_another_s_is_not_reminded(open_city: City):
    city = open_city
    manager, _ = add_people(city)
    for day in range(9, 20):
        confirm_no_sales(city.session, by=city.finance, store=city.stores[0], day=date(2026, 11, day))
    with pytest.raises(NothingMissing):
        remind_store(city.session, by=city.finance, store_id=city.stores[0].id, now=NOW)
    with pytest.raises(NotAllowed):
        remind_store(city.session, by=manager, store_id=city.stores[0].id, now=NOW)
    assert reminders(city) == []


def at(day: int, *, hour: int = 12) -> datetime:
    """Return an instant by Balikpapan's clock, eight hours ahead of UTC, in November."""
    return datetime(2026, 11, day, hour, tzinfo=UTC) - timedelta(hours=8)


def test_stores_are_reminded_by_themselves_after_two_five_and_ten_silent_days(open_city: City):
    city = open_city
    counts = {day: sum(remind_silent(city.session, now=at(day)) for _ in range(3)) for day in range(10, 25)}
    # Silent since the 9th: two days are full on the 11th, five on the 14th, ten on the 19th.
    assert {day: count for day, count in counts.items() if count} == {11: 2, 14: 2, 19: 2}
    assert [one[1:] for one in reminders(city) if one[0] == "T1"] == [
        (date(2026, 11, 11), 2, 1), (date(2026, 11, 14), 5, 2), (date(2026, 11, 19), 10, 3),
    ]  # fmt: skip
    assert notices(city)[-1] == ("role:head", 2, 3)
    assert owing(city, now=at(24))["T1"]["by_itself"]


def test_days_that_were_left_out_are_made_up_for_by_the_step_that_is_due(open_city: City):
    assert remind_silent(open_city.session, now=at(17)) == 2  # eight days
    assert {one[3] for one in reminders(open_city)} == {2}
    assert remind_silent(open_city.session, now=at(18)) == 0


def test_by_itself_it_waits_for_the_morning_and_for_nobody_who_was_reminded_today(open_city: City):
    city = open_city
    assert remind_silent(city.session, now=at(11, hour=7)) == 0
    remind_store(city.session, by=city.finance, store_id=city.stores[0].id, now=at(11, hour=7))
    assert remind_silent(city.session, now=at(11, hour=8)) == 1
    assert remind_silent(city.session, now=at(12, hour=8)) == 1  # T1, a day later


def test_silence_begins_anew_after_a_report(open_city: City):
    city = open_city
    remind_silent(city.session, now=at(11))
    for day in (9, 10):
        confirm_no_sales(city.session, by=city.finance, store=city.stores[0], day=date(2026, 11, day))
    assert remind_silent(city.session, now=at(12)) == 0  # one silent day since
    assert remind_silent(city.session, now=at(13)) == 1
    assert [one[1:] for one in reminders(city) if one[0] == "T1"][-1] == (date(2026, 11, 13), 2, 1)


def test_whoever_stays_silent_for_months_is_not_reminded_over_and_over(open_city: City):
    for day in range(9, 120):
        remind_silent(open_city.session, now=at(9) + timedelta(day - 9))
    assert [one[3] for one in reminders(open_city) if one[0] == "T1"] == [1, 2, 3]


def test_closed_days_do_not_count_as_silence_for_reminders(open_city: City):
    city = open_city
    close_days(
        city.session, by=city.admin, partner_id=city.partner.id, store=None, first=date(2026, 11, 10),
        last=date(2026, 11, 16), reason="renovasi", closed_until=None,
    )  # fmt: skip
    counts = {day: remind_silent(city.session, now=at(day)) for day in range(10, 20)}
    # The 9th and the 17th are the first two days that were due.
    assert {day: count for day, count in counts.items() if count} == {18: 2}
