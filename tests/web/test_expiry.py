"""When papers end: figures, months and the list, to the dinas all and to a producer its own."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from consign import clock
from tests.builders import AUDITOR
from tests.conftest import REGION
from tests.web.browsing import Page
from tests.web.town import FIRST, HEAD, SECOND, VERIFIER, Town

TODAY = clock.today("Asia/Makassar")


def put_paper(town: Town, *, producer: str, ends_on: date | None, kind: str = "slhs") -> int:
    """Put a paper in force that ends on a day; return its id."""
    facts = {"producer": town.id("producer", code=producer), "user": town.id("user_account", login=VERIFIER)}
    with town.database.transaction(REGION) as session:
        return int(
            session.scalar(
                text("""
                INSERT INTO document (producer_id, kind, state, number, number_compact, valid_until, ends_on,
                  submitted_by, submitted_at, decided_by, decided_at)
                VALUES (:producer, :kind, 'approved', 'X' || :number, 'X' || :number, :ends_on, :ends_on, :user, now(),
                  :user, now())
                RETURNING id"""),
                {**facts, "kind": kind, "ends_on": ends_on, "number": f"{producer}-{kind}-{ends_on}"},
            )
        )


def figures_of(page: Page) -> list[int]:
    """Return the figures: ended already, within 7, 30 and 60 days."""
    return [
        int(one) for one in re.findall(r'<dd><a href="/expiry\?ends=[^"]*" data-sum="[^"]*">([0-9]+)</a>', page.source)
    ]


@pytest.fixture
def ending(town: Town) -> Town:
    """Put papers in force that ended yesterday, and that end today and in 7, 8, 30, 60 and 61 days; one has no end."""
    for days in (-1, 0, 7, 8, 30, 60, 61):
        put_paper(town, producer="P1", ends_on=TODAY + timedelta(days))
    put_paper(town, producer="P2", ends_on=TODAY + timedelta(3))
    put_paper(town, producer="P1", ends_on=None, kind="nib")
    return town


def test_the_last_day_still_counts_and_each_span_holds_the_shorter_ones(ending: Town):
    page = ending.browser(VERIFIER).get("/expiry")
    # ended: -1. Within 7: 0, 7 and P2's 3. Within 30: 8 and 30 besides. Within 60: 60 besides.
    assert figures_of(page) == [1, 3, 5, 6]
    assert "Papers that end 8" in page.text


@pytest.mark.parametrize(("asked", "rows"), [("past", 1), ("7", 3), ("30", 5), ("60", 6)])
def test_every_figure_leads_to_its_papers(ending: Town, asked: str, rows: int):
    assert f"Papers that end {rows}" in ending.browser(HEAD).get(f"/expiry?ends={asked}").text


def test_months_add_up_and_lead_to_their_papers(ending: Town):
    browser = ending.browser(AUDITOR)
    page = browser.get("/expiry")
    months = re.findall(r'<a href="/expiry\?month=([0-9-]+)">([0-9]+)</a>', page.source)
    assert sum(int(number) for _, number in months) == 7  # all that have not ended
    for month, number in months:
        ended = 1 if month == f"{TODAY - timedelta(1):%Y-%m}" else 0  # the list of a month holds what ended in it, too
        assert f"Papers that end {int(number) + ended}" in browser.get(f"/expiry?month={month}").text
    assert len(page.all("svg")) == 1


def test_a_producer_sees_its_own_only(ending: Town):
    page = ending.browser(FIRST).get("/expiry")
    assert figures_of(page) == [1, 2, 4, 5]
    assert "Dapur 2" not in page.source
    page = ending.browser(SECOND).get("/expiry?producer=P1")
    assert figures_of(page) == [0, 1, 1, 1]
    assert "Papers that end 1" in page.text
    assert "Papers that end within 30 days: 4" in ending.browser(FIRST).get("/").text


def test_without_an_end_in_sight_the_page_says_so(shared_town: Town):
    page = shared_town.browser(VERIFIER).get("/expiry")
    assert "No paper in force has an end" in page.text
    assert page.all("svg") == []


def test_the_list_can_be_downloaded(ending: Town):
    assert len(ending.browser(HEAD).get("/expiry?format=csv").source.splitlines()) == 9
