"""Users: inviting, links that are shown once and work once, shutting out, roles, second factors."""

import re

import pytest
from sqlalchemy import text

from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.town import FIRST, HEAD, T1, VERIFIER, Town

NEW_PASSWORD = "hujan kemarin dulu lampu"  # noqa: S105  # of an invented person


def link_of(page: Page) -> str:
    """Return the address of the link that the page shows, without the host."""
    found = re.search(r"http://127\.0\.0\.1(/link/[A-Za-z0-9_-]+)", page.source)
    assert found, page.text
    return found[1]


def test_everybody_is_listed_with_role_and_what_it_is_held_for(shared_town: Town):
    browser = shared_town.browser(AUDITOR)
    page = browser.get("/users")
    for seen in ("Orang T1", T1, "store manager", "Gerai T1", "Dapur 1"):
        assert seen in page.text
    assert "Users 1 " in browser.get("/users?q=gerai+t1").text
    assert "Users 2 " in browser.get("/users?role=producer").text
    assert "Users 2 " in browser.get("/users?partner=KM").text
    assert "Nothing fits" in browser.get("/users?active=no").text
    assert page.actions() == []


def test_a_person_is_added_and_comes_in_by_the_link_that_is_shown_once(town: Town):
    admin = town.browser(ADMIN)
    typed = {"name": "Orang Baru", "login": "0812-3456-789", "role": "store_manager", "partner": "BM", "store": "T2"}
    page = admin.post("/users/new", typed)
    assert page.status == 200
    assert "works for 14 days, and once" in page.text
    path = link_of(page)
    user = town.id("user_account", login="+628123456789")
    assert path.rpartition("/")[2] not in admin.get(f"/users/{user}").source + admin.get("/audit").source
    newcomer = Browser(town.app)
    page = newcomer.post(path, {"password": NEW_PASSWORD, "agreed": "yes"}, page=path)
    assert page.path == "/sign-in"
    assert newcomer.sign_in("+62 812 3456 789", NEW_PASSWORD).path == "/"
    assert "Gerai T2" in newcomer.get("/partners/BM").text
    assert "This link no longer works" in newcomer.get(path).text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"login": ADMIN}, "login", "has an account already"),
        ({"login": "bukan surel"}, "", "neither an e-mail address"),
        ({"name": ""}, "name", "missing"),
        ({"role": "raja"}, "role", "Choose one"),
        ({"role": "producer"}, "", "held for one producer"),
        ({"role": "partner_finance"}, "", "held for one partner"),
        ({"role": "store_manager", "partner": "BM"}, "", "held for one store"),
        ({"role": "store_manager", "partner": "BM", "store": "K1"}, "store", "no store"),
        ({"role": "producer", "producer": "P9"}, "producer", "No producer is called"),
        ({"producer": "P1"}, "", "held for no partner, store, producer or cooperative"),
    ],
)
def test_each_refusal_is_said_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {"name": "Orang Baru", "login": "baru@dinas.example", "role": "verifier", **changed}
    before = shared_town.ask("SELECT count(*) FROM user_account")
    page = shared_town.browser(ADMIN).post("/users/new", typed)
    assert page.is_refused()
    assert says in (page.problem(field) if field else page.text)
    assert [page.typed(name) for name in ("name", "login")] == [typed[name] for name in ("name", "login")]
    assert "/link/" not in page.source
    assert shared_town.ask("SELECT count(*) FROM user_account") == before


def test_the_form_begins_with_what_the_address_names(shared_town: Town):
    page = shared_town.browser(ADMIN).get("/users/new?role=producer&producer=P3&name=Bu%20Tiga&login=0812")
    assert [page.typed(name) for name in ("producer", "name", "login")] == ["P3", "Bu Tiga", "0812"]
    assert '<option value="producer" selected>' in page.source


def test_a_new_link_makes_the_one_before_useless(town: Town):
    admin, user = town.browser(ADMIN), town.id("user_account", login=VERIFIER)
    first = link_of(admin.post(f"/users/{user}/invite", {}))
    second = link_of(admin.post(f"/users/{user}/invite", {}))
    assert first != second
    anyone = Browser(town.app)
    assert "This link no longer works" in anyone.get(first).text
    assert anyone.get(second).status == 200


def test_who_is_shut_out_is_out_at_once_and_can_be_let_in_again(town: Town):
    admin, user = town.browser(ADMIN), town.id("user_account", login=VERIFIER)
    verifier = Browser(town.app)
    verifier.sign_in(VERIFIER)
    page = admin.post(f"/users/{user}/active", {"active": "no"})
    assert "shut out and signed out everywhere" in page.text
    assert verifier.get("/producers").path.startswith("/sign-in")
    assert f"/users/{user}/invite" not in page.actions()
    page = admin.post(f"/users/{user}/active", {"active": "yes"})
    assert "may sign in again" in page.text
    assert verifier.sign_in(VERIFIER).path == "/"


def test_people_of_the_dinas_change_their_role_and_others_do_not(town: Town):
    admin, user = town.browser(ADMIN), town.id("user_account", login=VERIFIER)
    page = admin.post(f"/users/{user}/role", {"role": "head"})
    assert "The role of Orang Verifikator was changed." in page.text
    assert town.ask("SELECT role FROM user_account WHERE id = :id", id=user) == [("head",)]
    page = admin.post(f"/users/{user}/role", {"role": "producer"})
    assert page.is_refused()
    assert "Choose one" in page.problem("role")
    manager = town.id("user_account", login=T1)
    assert f"/users/{manager}/role" not in admin.get(f"/users/{manager}").actions()
    page = admin.post(f"/users/{manager}/role", {"role": "head"})
    assert page.is_refused()
    assert "Only people of the dinas" in page.text


def test_a_second_factor_is_taken_away(town: Town):
    admin, user = town.browser(ADMIN), town.id("user_account", login=FINANCE)
    assert f"/users/{user}/second-factor" not in admin.get(f"/users/{user}").actions()
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE user_account SET totp_secret = :s WHERE id = :id"), {"s": "A" * 32, "id": user})
    assert f"/users/{user}/second-factor" in admin.get(f"/users/{user}").actions()
    page = admin.post(f"/users/{user}/second-factor", {})
    assert "is taken away" in page.text
    assert town.ask("SELECT totp_secret FROM user_account WHERE id = :id", id=user) == [(None,)]


def test_nobody_changes_the_own_account_so(shared_town: Town):
    admin, own = shared_town.browser(ADMIN), shared_town.id("user_account", login=ADMIN)
    assert admin.get(f"/users/{own}").actions() == [f"/users/{own}/invite"]
    assert admin.post(f"/users/{own}/active", {"active": "no"}).status == 422
    assert admin.post(f"/users/{own}/second-factor", {}).status == 422
    assert admin.post(f"/users/{own}/role", {"role": "head"}).is_refused()
    assert shared_town.ask("SELECT active, role FROM user_account WHERE id = :id", id=own) == [(True, "admin")]


def test_readers_have_no_button_that_changes_something(shared_town: Town):
    user = shared_town.id("user_account", login=VERIFIER)
    for login in (HEAD, AUDITOR):
        for path in ("/users", f"/users/{user}"):
            page = shared_town.browser(login).get(path)
            assert (page.status, page.actions()) == (200, [])
            assert "/users/new" not in page.links()
    assert shared_town.browser(FIRST).get("/users").status == 403
    assert shared_town.browser(ADMIN).get("/users/0").status == 404


def test_admins_are_told_of_people_who_were_invited_and_never_came(town: Town):
    admin, user = town.browser(ADMIN), town.id("user_account", login=VERIFIER)
    admin.post(f"/users/{user}/invite", {})
    assert "never signed in" not in admin.get("/").text
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE user_link SET made_at = made_at - interval '8 days'"))
    head = town.browser(HEAD)  # signing in is an act, after which the first page is worked out anew
    page = admin.get("/")
    assert "People who were invited more than a week ago and never signed in: 1" in page.text
    assert "/users?seen=never" in page.links()
    assert "Users 1 Name" in admin.get("/users?seen=never").text
    assert "never signed in" not in head.get("/").text
