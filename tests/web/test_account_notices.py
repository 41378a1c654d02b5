"""How notices reach a person is chosen on the account page, where the office offers anything."""

from pathlib import Path

import pytest
from sqlalchemy import text

from consign.app import create_app
from consign.files import Files
from tests.conftest import REGION
from tests.web.browsing import Browser
from tests.web.town import FIRST, Town


@pytest.fixture
def offering(town: Town, tmp_path: Path) -> Browser:
    """Sign the first producer in where e-mail and WhatsApp are set up."""
    files = Files.open(url=None, folder=tmp_path / "notices")
    app = create_app(town.database, files, region=REGION, region_name="Kota Balikpapan", channels=("email", "whatsapp"))
    browser = Browser(app)
    browser.sign_in(FIRST)
    return browser


def chosen(town: Town) -> tuple[str | None, str | None]:
    with town.database.transaction(REGION) as session:
        query = text("SELECT notice_channel, notice_address FROM user_account WHERE login = :login")
        row = session.execute(query, {"login": FIRST}).one()
        return row.notice_channel, row.notice_address


def test_a_person_chooses_whatsapp_with_a_number(town: Town, offering: Browser):
    page = offering.post("/account/notices", {"channel": "whatsapp", "address": "0812-345 678"}, page="/account")
    assert page.path == "/account"
    assert chosen(town) == ("whatsapp", "+62812345678")
    assert "+62812345678" in offering.get("/account").source


def test_a_wrong_address_stands_at_its_field_and_changes_nothing(town: Town, offering: Browser):
    page = offering.post("/account/notices", {"channel": "email", "address": "0812345678"}, page="/account")
    assert page.status == 422
    assert chosen(town) == (None, None)


def test_a_way_that_is_not_offered_cannot_be_chosen(town: Town, offering: Browser):
    page = offering.post("/account/notices", {"channel": "telegram", "address": "12345"}, page="/account")
    assert page.status == 422
    assert chosen(town) == (None, None)


def test_nothing_is_asked_where_the_office_has_set_up_nothing(town: Town):
    browser = Browser(town.app)
    browser.sign_in(FIRST)
    assert "/account/notices" not in browser.get("/account").source


def test_the_audit_trail_says_the_way_and_not_the_address(town: Town, offering: Browser):
    offering.post("/account/notices", {"channel": "whatsapp", "address": "0812345678"}, page="/account")
    with town.database.transaction(REGION) as session:
        detail = session.scalar(text("SELECT detail::text FROM audit_event WHERE act = 'way of notices chosen'"))
    assert detail is not None
    assert "whatsapp" in detail
    assert "812345678" not in detail
