"""The ledger's page: what it comes to by kind of account, and the whole of it to take along."""

from pathlib import Path

from tests.builders import AUDITOR, FINANCE
from tests.ledger.beancounting import bean_check
from tests.web.town import HEAD, Town


def test_the_page_sums_the_ledger_by_kind(shared_town: Town):
    page = shared_town.browser(AUDITOR).get("/journal")
    # 43.875 and 21.937 of Beruang, 147.840 of Kancil are owed: 213.652, once as debits and once as credits.
    assert page.text.count("Rp213.652") == 2
    assert "Partners owe" in page.text
    assert "Producers are owed by partners" in page.text


def test_the_ledger_can_be_taken_along_and_is_proven(shared_town: Town, tmp_path: Path):
    browser = shared_town.browser(FINANCE)
    answer = browser.get("/journal/ledger.beancount").answer
    assert answer.headers["content-disposition"] == 'attachment; filename="ledger-6471.beancount"'
    (tmp_path / "ledger.beancount").write_bytes(answer.content)
    assert bean_check(tmp_path / "ledger.beancount").returncode == 0
    assert answer.content == browser.get("/journal/ledger.beancount").answer.content
    rows = browser.get("/journal/ledger.csv").answer.content.split(b"\r\n")
    assert rows[0].startswith(b"id,booked_on,key,kind")


def test_others_do_not_see_it(shared_town: Town):
    for path in ("/journal", "/journal/ledger.beancount", "/journal/ledger.csv"):
        assert shared_town.browser(HEAD).get(path).status == 403


def test_a_kind_of_account_opens_to_accounts_and_an_account_to_its_bookings(shared_town: Town):
    browser = shared_town.browser(AUDITOR)
    accounts = browser.get("/journal/accounts?kind=partner_owes")
    # Beruang owes 43.875 and 21.937, Kancil 147.840: 213.652 together, and each leads to its own bookings.
    assert "Together" in accounts.text
    assert "Rp213.652" in accounts.text
    bookings = browser.get(next(link for link in accounts.links() if link.startswith("/journal/accounts/")))
    assert bookings.status == 200
    assert "/statements/NP-2026-000001" in bookings.links()


def test_an_account_that_is_not_there_is_not_found(shared_town: Town):
    page = shared_town.browser(AUDITOR).get("/journal/accounts/999999")
    assert page.status == 404
    assert "There is nothing at this address that you may see." in page.text
