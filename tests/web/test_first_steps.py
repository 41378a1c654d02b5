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


def test_what_is_empty_tells_only_those_who_act_to_act_here(town: Town):
    with town.database.transaction(REGION) as session:
        session.execute(text("SELECT set_config('role', 'none', true)"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("closing", "sales_upload", "bank_account", "reference_list"):
            session.execute(text(f"DELETE FROM region_6471.{table}"))
    for path, login, said in (
        ("/closings", FINANCE, "Close one above once it is over."),
        ("/closings", ADMIN, "Dinas finance closes one once it is over."),
        ("/uploads", FINANCE, "are handed in here."),
        ("/uploads", ADMIN, "dinas finance hand them in."),
        ("/bank", ADMIN, "The admin adds it here."),
        ("/bank", FINANCE, "The admin adds it."),
        ("/references", ADMIN, "and load it here."),
        ("/references", HEAD, "A verifier loads what the health office sends."),
    ):
        assert said in town.browser(login).get(path).text, (path, login)


def test_after_each_thing_the_next_one_is_said(town: Town):
    browser = town.browser(ADMIN)
    new = browser.get("/partners/new")
    assert "nobody has said yet" in new.text
    made = browser.post("/partners/new", {"code": "GM", "name": "Gajah Mart", "kind": "hotel", "cycle": "month"})
    assert "Add its stores next." in made.text
    store = {"code": "G1", "name": "Gajah Satu", "zone": "Asia/Makassar", "opened_on": "2026-11-01"}
    page = browser.post("/partners/GM/stores/new", store)
    assert "Next: an agreement with each producer, and who hands in its sales." in page.text
    assert {"/agreements/new?partner=GM", "/users/new?partner=GM"} <= set(page.links())
    assert '<option value="GM" selected>' in browser.get("/users/new?partner=GM").source


def test_an_agreement_begins_on_the_day_that_the_address_names(town: Town):
    browser = town.browser(FINANCE)
    assert browser.get("/agreements/new?partner=BM&producer=P1&first=2026-10-03").typed("first") == "2026-10-03"


def test_a_partner_that_never_handed_in_anything_is_asked_for_its_first_file(town: Town):
    assert "Hand in the first sales file" not in town.browser(T1).get("/").text
    with town.database.transaction(REGION) as session:
        session.execute(text("SELECT set_config('role', 'none', true)"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM sales_upload WHERE partner_id = (SELECT id FROM partner WHERE code = 'BM')"))
    browser = Browser(town.app)
    browser.sign_in(T1)
    page = browser.get("/")
    assert ("Hand in the first sales file" in page.text, "/uploads/new" in page.links()) == (True, True)
