"""The first steps of a new city: on the first page until the first statement is there."""

import re

from sqlalchemy import text

from tests.builders import ADMIN, FINANCE
from tests.conftest import REGION
from tests.web.browsing import Browser
from tests.web.town import HEAD, T1, VERIFIER, Town

FIRST_STEPS = "First steps, until the first statement"


def forget_closings(town: Town) -> None:
    """Let the town be one in which no period was ever closed."""
    with town.database.transaction(REGION) as session:
        session.execute(text("SELECT set_config('role', 'none', true)"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM region_6471.closing"))


def step_links(browser: Browser) -> set[str]:
    page = browser.get("/")
    assert FIRST_STEPS in page.text
    steps = page.source.partition("first-steps")[2].partition("</ol>")[0]
    return set(re.findall(r'href="([^"]+)"', steps))


def test_the_first_steps_are_gone_once_a_period_is_closed(shared_town: Town):
    assert [FIRST_STEPS in shared_town.browser(login).get("/").text for login in (ADMIN, FINANCE)] == [False, False]


def test_each_of_the_dinas_is_led_to_the_step_that_is_open_to_her(town: Town):
    forget_closings(town)
    # The office has no name yet, no paper is approved, and there is no bank account: an admin's to do.
    assert step_links(town.browser(ADMIN)) == {"/settings", "/bank/new", "/producers"}
    assert step_links(town.browser(FINANCE)) == {"/closings"}
    assert step_links(town.browser(VERIFIER)) == {"/producers"}
    said = town.browser(FINANCE).get("/").text
    assert "Add a partner · done" in said
    assert "Only where partners pay through the office. This is done by: dinas admin." in said
    assert FIRST_STEPS not in town.browser(HEAD).get("/").text
    assert FIRST_STEPS not in town.browser(T1).get("/").text


def test_every_step_that_is_offered_can_be_opened(town: Town):
    forget_closings(town)
    for login in (ADMIN, FINANCE, VERIFIER):
        browser = town.browser(login)
        assert {browser.get(path).status for path in step_links(browser)} == {200}
