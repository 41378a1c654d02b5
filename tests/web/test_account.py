"""Signing in through pages: wrong tries, the second factor, what was typed when a session ends, links, registration."""

import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from sqlalchemy import text

from consign.identity.failed_tries import MOST_FAILURES_PER_LOGIN
from tests.builders import ADMIN, FINANCE
from tests.conftest import REGION
from tests.web.browsing import BASE, PASSWORD, Browser, Page
from tests.web.town import FIRST, T1, Town

NEW_PASSWORD = "payung jagung lentera biru"  # noqa: S105  # of invented people
NEWCOMER = {
    "business_name": "Dapur Kelapa",
    "owner_name": "Sri Wahyuni",
    "nib": "9120001234567",
    "login": "0813 5555 1234",
    "password": NEW_PASSWORD,
    "agreed": "yes",
}


def secret_of(page: Page) -> str:
    found = re.search(r'name="secret" value="([A-Z2-7]+)"', page.source)
    assert found, page.text
    return found[1]


def enrol(browser: Browser, *, present: str | None = None) -> tuple[Page, str]:
    """Set up an authenticator app; give the answer and the secret."""
    page = browser.get("/account/second-factor")
    secret = secret_of(page)
    typed = {"form_token": page.form_token(), "secret": secret, "one_time_code": pyotp.TOTP(secret).now()}
    if present is not None:
        typed["present_code"] = present
    return browser.send("POST", "/account/second-factor", data=typed), secret


def kept_fields(page: Page) -> dict[str, str]:
    """Return the hidden fields of the page's own form."""
    hidden = [one for one in page.all("input") if one.get("type") == "hidden"]
    return {str(one["name"]): unescape(str(one["value"] or "")) for one in hidden if one["name"] != "back"}


def test_nobody_sees_a_page_and_is_led_to_it_after_signing_in(town: Town):
    browser = Browser(town.app)
    page = browser.get("/statements?partner=BM")
    assert page.path == "/sign-in?next=/statements%3Fpartner%3DBM"
    typed = {"login": FINANCE, "password": PASSWORD, "next": str(page.typed("next"))}
    assert browser.post("/sign-in", typed, page="/sign-in").path == "/statements?partner=BM"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(town: Town, target: str):
    browser = Browser(town.app)
    page = browser.post(
        "/sign-in", {"login": FINANCE, "password": PASSWORD, "next": target}, page="/sign-in", follow=False
    )
    assert (page.status, page.answer.headers["location"]) == (303, "/")


def test_wrong_tries_are_counted_and_then_even_the_right_password_waits(town: Town):
    browser = Browser(town.app)
    for _ in range(MOST_FAILURES_PER_LOGIN):
        page = browser.post("/sign-in", {"login": T1, "password": "salah"}, page="/sign-in")
        assert (page.status, "do not fit" in page.text) == (422, True)
        assert page.typed("login") == T1  # kept; the password is not
        assert page.typed("password") is None
    page = browser.post("/sign-in", {"login": T1, "password": PASSWORD}, page="/sign-in")
    assert (page.status, "Too many tries" in page.text) == (429, True)


def test_the_cookie_is_out_of_reach_for_scripts_and_names_no_secret_on_the_machine_itself(town: Town):
    browser = Browser(town.app)
    page = browser.post("/sign-in", {"login": FINANCE, "password": PASSWORD}, page="/sign-in", follow=False)
    cookie = next(one for one in page.answer.headers.get_list("set-cookie") if one.startswith("consign-session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    with town.database.transaction(REGION) as session:
        stored = session.scalars(text("SELECT encode(token_hash, 'escape') FROM user_session")).all()
    assert token not in "".join(stored)


def test_elsewhere_only_encrypted_requests_are_answered_and_the_cookie_is_bound_to_the_host(town: Town):
    plain = Browser(town.app, base="http://titipjual.example")
    assert plain.get("/sign-in").status == 403
    secure = Browser(town.app, base="https://titipjual.example")
    page = secure.post("/sign-in", {"login": FINANCE, "password": PASSWORD}, page="/sign-in", follow=False)
    cookie = next(one for one in page.answer.headers.get_list("set-cookie") if "-session=" in one)
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "strict-transport-security" in page.answer.headers


def test_a_second_factor_is_asked_for_after_the_password_and_each_code_is_taken_once(town: Town):
    browser = town.browser(T1)
    page, secret = enrol(browser)
    assert page.path == "/account"
    other = Browser(town.app)
    halfway = other.post("/sign-in", {"login": T1, "password": PASSWORD}, page="/sign-in")
    assert "One more step" in halfway.text
    assert other.get("/account").path.startswith("/sign-in")  # not in yet
    step = kept_fields(halfway)["step"]
    wrong = other.post("/sign-in", {"step": step, "one_time_code": "000000"}, page="/sign-in")
    assert (wrong.status, kept_fields(wrong)["step"]) == (422, step)
    used = pyotp.TOTP(secret).now()
    again = other.post("/sign-in", {"step": step, "one_time_code": used}, page="/sign-in")
    assert again.status == 422  # the code that set it up is not taken a second time
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE user_account SET totp_last_step = NULL"))
    assert (
        other.post("/sign-in", {"step": step, "one_time_code": pyotp.TOTP(secret).now()}, page="/sign-in").path == "/"
    )
    third = Browser(town.app)
    assert (
        third.post("/sign-in", {"step": step, "one_time_code": used}, page="/sign-in").status == 422
    )  # a step is used once


def test_a_step_without_a_code_opens_nothing_else(town: Town):
    enrol(town.browser(T1))
    other = Browser(town.app)
    step = kept_fields(other.post("/sign-in", {"login": T1, "password": PASSWORD}, page="/sign-in"))["step"]
    assert other.get(f"/link/{step}").status == 404
    assert other.post(f"/link/{step}", {"password": NEW_PASSWORD, "agreed": "yes"}).status == 404


def test_an_authenticator_app_is_exchanged_only_with_a_code_of_the_present_one(town: Town):
    browser = town.browser(T1)
    _, secret = enrol(browser)
    page, _ = enrol(browser)
    assert page.status == 422
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE user_account SET totp_last_step = NULL"))
    page, _ = enrol(browser, present=pyotp.TOTP(secret).now())
    assert page.path == "/account"


def test_who_must_use_a_second_factor_can_open_nothing_before(town: Town):
    with town.database.transaction(REGION) as session:
        session.execute(text("SELECT 1"))
    with town.database.owner() as connection:
        connection.execute(text("UPDATE region_6471.region_terms SET second_factor_required = true"))
    browser = Browser(town.app)
    assert (
        browser.post("/sign-in", {"login": ADMIN, "password": PASSWORD}, page="/sign-in").path
        == "/account/second-factor"
    )
    for path in ("/", "/users", "/account", "/audit"):
        assert browser.get(path).path == "/account/second-factor"
    assert "/users" not in browser.get("/account/second-factor").links()  # no menu that only leads back here
    token = browser.get("/account/second-factor").form_token()
    typed = {"form_token": token, "code": "X", "name": "Baru", "kind": "hotel", "cycle": "month"}
    assert browser.send("POST", "/partners/new", data=typed).path == "/account/second-factor"
    page, _ = enrol(browser)
    assert page.path == "/"  # on to the work
    assert browser.get("/users").path == "/users"


def test_the_key_for_the_app_stays_the_same_while_it_is_being_set_up(town: Town):
    """A phone loads the page anew when its owner comes back from the app."""
    first, second = Browser(town.app), Browser(town.app)
    first.sign_in(T1)
    second.sign_in(T1)
    secret = secret_of(first.get("/account/second-factor"))
    page = first.get("/account/second-factor")
    assert secret_of(page) == secret
    assert any(link.startswith("otpauth://totp/") and secret in link for link in page.links())
    assert secret_of(second.get("/account/second-factor")) != secret
    # Whoever signs in next with the same browser gets a key of his own.
    first.post("/sign-out", {}, page="/account")
    first.sign_in(FIRST)
    assert secret_of(first.get("/account/second-factor")) != secret
    _, taken = enrol(first)
    assert secret_of(first.get("/account/second-factor")) != taken


def test_what_was_typed_survives_the_end_of_the_session(town: Town):
    browser = town.browser(ADMIN)
    form = browser.get("/partners/new")
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE user_session SET ended_at = now()"))
    typed = {"code": "GM", "name": "Gajah <Mart>", "kind": "hotel", "cycle": "month"}
    page = browser.send("POST", "/partners/new", data={"form_token": form.form_token(), **typed})
    assert page.status == 401
    assert "Gajah <Mart>" in page.text
    kept = kept_fields(page)
    assert {f"kept-{name}": value for name, value in typed.items()}.items() <= kept.items()
    page = browser.send("POST", "/sign-in", data={**kept, "login": ADMIN, "password": PASSWORD})
    assert page.status == 200
    again = kept_fields(page)
    assert typed.items() <= again.items()
    assert browser.send("POST", "/partners/new", data=again).path.startswith("/partners")
    assert "Gajah <Mart>" in browser.get("/partners").text


def test_a_form_that_is_too_old_is_not_taken_but_kept(town: Town):
    browser = town.browser(ADMIN)
    page = browser.send("POST", "/partners/new", data={"form_token": "old", "code": "GM", "name": "Gajah Mart"})
    assert page.status == 403
    assert kept_fields(page)["name"] == "Gajah Mart"
    assert "Gajah Mart" not in browser.get("/partners").text


def test_signing_out_ends_the_session_for_good(town: Town):
    browser = Browser(town.app)
    browser.sign_in(FINANCE)
    stolen = Browser(town.app)
    stolen.cookies.update(browser.cookies)
    assert stolen.get("/account").path == "/account"
    assert browser.post("/sign-out", {}).path == "/sign-in"
    assert stolen.get("/account").path.startswith("/sign-in")


def test_a_device_is_signed_out_from_another_one_and_only_by_its_own_person(town: Town):
    here, there, stranger = Browser(town.app), Browser(town.app), Browser(town.app)
    here.sign_in(FINANCE)
    there.sign_in(FINANCE)
    stranger.sign_in(T1)
    [action] = [one for one in here.get("/account").actions() if one.endswith("/end")]
    assert stranger.post(action, {}).status == 404
    assert there.get("/account").path == "/account"
    here.post(action, {})
    assert there.get("/account").path.startswith("/sign-in")
    assert here.post("/account/sessions/zz/end", {}).status == 404


def test_a_new_password_signs_other_devices_out_and_wrong_tries_are_counted(town: Town):
    here, there = Browser(town.app), Browser(town.app)
    here.sign_in(FIRST)
    there.sign_in(FIRST)
    page = here.post("/account/password", {"present": "salah", "password": NEW_PASSWORD})
    assert (page.status, "not your present password" in page.text) == (422, True)
    assert here.post("/account/password", {"present": PASSWORD, "password": "pendek"}).status == 422
    assert here.post("/account/password", {"present": PASSWORD, "password": NEW_PASSWORD}).path == "/account"
    assert there.get("/account").path.startswith("/sign-in")
    assert here.get("/account").path == "/account"
    for _ in range(MOST_FAILURES_PER_LOGIN):
        here.post("/account/password", {"present": "salah", "password": PASSWORD})
    page = here.post("/account/password", {"present": NEW_PASSWORD, "password": PASSWORD})
    assert "Too many tries" in page.text


def test_a_forgotten_password_is_answered_alike_for_everybody_and_the_link_works_once(town: Town):
    browser = Browser(town.app)
    known = browser.post("/forgotten", {"login": FIRST}, page="/forgotten")
    unknown = browser.post("/forgotten", {"login": "siapa@umkm.example"}, page="/forgotten")
    assert known.text == unknown.text
    with town.database.transaction(REGION) as session:
        token = session.scalars(text("SELECT facts->>'token' FROM notice WHERE kind = 'identity.reset'")).one()
    page = browser.post(f"/link/{token}", {"password": NEW_PASSWORD})
    assert page.path == "/sign-in"
    assert browser.get(f"/link/{token}").status == 404
    assert browser.sign_in(FIRST, NEW_PASSWORD).path == "/"


def test_a_producer_registers_and_is_in(town: Town):
    browser = Browser(town.app)
    page = browser.post("/register", NEWCOMER, page="/register")
    assert (page.path, "Welcome" in page.text) == ("/", True)
    assert "Dapur Kelapa" in page.text
    other = Browser(town.app)
    assert other.sign_in("+6281355551234", NEW_PASSWORD).path == "/"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"nib": "123"}, "13 digits"),
        ({"nib": "0000000000001"}, "NIB"),
        ({"login": FIRST}, "has an account already"),
        ({"login": "bukan alamat"}, "neither an e-mail"),
        ({"password": "12345678901"}, "easily guessed"),
        ({"agreed": ""}, "Tick this box"),
        ({"owner_name": "  "}, "missing"),
    ],
)
def test_a_registration_that_is_not_right_says_why_and_keeps_what_was_typed(
    town: Town, changed: dict[str, str], said: str
):
    browser = Browser(town.app)
    page = browser.post("/register", {**NEWCOMER, **changed}, page="/register")
    assert page.status == 422
    assert said in page.text
    assert page.typed("business_name") == "Dapur Kelapa"
    assert page.typed("password") is None
    assert page.source.index("Problem:") < page.source.index("</title>")


def test_the_language_is_chosen_and_stays_with_the_person(town: Town):
    browser = Browser(town.app, language=None)
    assert 'lang="id"' in browser.get("/sign-in").source
    browser.sign_in(FIRST)
    assert browser.post("/language", {"language": "en", "back": "/account"}, page="/account").path == "/account"
    other = Browser(town.app, language=None)
    assert 'lang="en"' in other.sign_in(FIRST).source
    assert 'lang="en"' in other.post("/language", {"language": "xx", "back": "//evil.example"}, page="/account").source


def test_sessions_end_by_themselves(town: Town):
    browser = Browser(town.app)
    browser.sign_in(FINANCE)
    with town.database.transaction(REGION) as session:
        session.execute(
            text("UPDATE user_session SET seen_at = seen_at - :long"), {"long": timedelta(hours=2, minutes=1)}
        )
    assert browser.get("/account").path.startswith("/sign-in")


def test_every_answer_carries_the_security_headers_and_no_page_is_kept_by_caches(town: Town):
    browser = Browser(town.app)
    for path in ("/sign-in", "/nope", "/", "/privacy"):
        headers = browser.get(path).answer.headers
        policy = headers["content-security-policy"]
        assert "'unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    address = re.findall(r'href="(/static/[^"]+\.css)"', browser.get("/sign-in").source)[0]
    assert "immutable" in browser.get(address).answer.headers["cache-control"]
    assert browser.get("/static/0000000000000000/consign.css").status == 404
    assert BASE not in browser.get("/sign-in").source
