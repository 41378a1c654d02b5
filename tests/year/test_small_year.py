"""A month of a small city, and the days until it is closed: consign comes to what an independent recomputation comes to, to the rupiah."""

import pytest

from consign.db import Database
from consign.files import Files
from tests.year.acting import Acting
from tests.year.people import BEGIN, make_city
from tests.year.running import Year
from tests.year.setting_up import FOUNDED, Calendar


def test_a_month_of_a_small_city_comes_to_what_it_must(
    database: Database, files: Files, monkeypatch: pytest.MonkeyPatch
):
    city = make_city(seed=1, producers=10, products=2, stores=2, months=1, receipts=4)
    calendar = Calendar(FOUNDED)
    calendar.rule(monkeypatch)
    acting = Acting(database, files, city, calendar)
    acting.set_up()
    calendar.day = BEGIN
    told: list[str] = []
    year = Year(city, acting, told.append)
    year.run()
    assert year.differences == [], "\n".join(told)
    assert year.books.lines > 2_500
    assert year.paid_out > 8
