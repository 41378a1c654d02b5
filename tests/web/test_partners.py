"""Partners and stores: lists, one of each, adding, changing, and who sees what."""

import pytest
from sqlalchemy import text

from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.town import BERUANG, HEAD, T1, Town


def placing_jobs(town: Town) -> int:
    """Count the jobs that wait to place lines."""
    with town.database.owner() as connection:
        query = "SELECT count(*) FROM public.procrastinate_jobs WHERE task_name = 'place_parked'"
        return int(connection.scalar(text(query)) or 0)


def test_the_dinas_sees_all_partners_with_what_they_owe(shared_town: Town):
    page = shared_town.browser(FINANCE).get("/partners")
    assert page.status == 200
    # Beruang: 45.000 - 1.125 and 22.500 - 563 = 65.812; Kancil: 154.000 - 6.160 (4 %) = 147.840.
    for seen in ("Beruang Mart", "Kancil Mart", "Rp65.812", "Rp147.840", "31 Oct 2026"):
        assert seen in page.text
    assert {"/partners/BM", "/partners/KM", "/owed?partner=BM"} <= set(page.links())
    assert page.actions() == []


@pytest.mark.parametrize("format_", ["", "?format=csv"])
def test_people_of_a_partner_see_their_own_only(shared_town: Town, format_: str):
    page = shared_town.browser(BERUANG).get(f"/partners{format_}")
    assert "Beruang Mart" in page.source
    assert "Kancil" not in page.source
    assert "KM" not in page.bare


def test_a_store_manager_sees_the_own_store_only_and_no_money(shared_town: Town):
    browser = shared_town.browser(T1)
    listed, page = browser.get("/partners"), browser.get("/partners/BM")
    assert "Rp" not in listed.text + page.text
    assert "Gerai T1" in page.text
    assert "Gerai T2" not in page.text
    assert browser.get(f"/stores/{shared_town.id('store', code='T1')}").status == 200
    assert browser.get(f"/stores/{shared_town.id('store', code='T2')}").status == 404


def test_a_partner_leads_to_everything_of_it(shared_town: Town):
    page = shared_town.browser(ADMIN).get("/partners/BM")
    assert {
        f"/stores/{shared_town.id('store', code='T1')}",
        "/agreements?partner=BM",
        "/users?partner=BM",
        "/uploads?partner=BM",
        "/owed?partner=BM",
        "/partners/BM/edit",
        "/partners/BM/stores/new",
    } <= set(page.links())


@pytest.mark.parametrize("login", [HEAD, AUDITOR, FINANCE, BERUANG])
def test_readers_have_no_button_that_changes_something(shared_town: Town, login: str):
    browser = shared_town.browser(login)
    for path in ("/partners", "/partners/BM", f"/stores/{shared_town.id('store', code='T1')}"):
        page = browser.get(path)
        assert page.actions() == []
        assert [link for link in page.links() if link.endswith(("/new", "/edit"))] == []


def test_a_partner_is_added_and_its_stores_come_next(town: Town):
    admin = town.browser(ADMIN)
    page = admin.post("/partners/new", {"code": "TEL", "name": "Teluk  Mart", "kind": "hotel", "cycle": "week"})
    assert (page.status, page.path) == (200, "/partners/TEL")
    assert "Teluk Mart was added" in page.text
    store = {"code": "TEL01", "name": "Teluk Satu", "zone": "Asia/Makassar", "opened_on": "01/11/2026"}
    page = admin.post("/partners/TEL/stores/new", store)
    assert (page.status, page.path) == (200, "/partners/TEL")
    assert "1 Nov 2026" in page.text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"code": "BM"}, "code", "belongs to another partner"),
        ({"code": "b m"}, "code", "cannot be a code"),
        ({"code": "new"}, "code", "cannot be a code"),
        ({"code": ""}, "code", "missing"),
        ({"name": " \u200b "}, "name", "blank"),
        ({"kind": "kiosk"}, "kind", "Choose one"),
        ({"cycle": ""}, "cycle", "missing"),
    ],
)
def test_what_cannot_be_a_partner_is_said_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {"code": "TEL", "name": "Teluk Mart", "kind": "hotel", "cycle": "week", **changed}
    page = shared_town.browser(ADMIN).post("/partners/new", typed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed("name") == typed["name"].strip() or page.typed("name") == typed["name"]
    assert page.typed("code") == typed["code"]
    assert shared_town.ask("SELECT count(*) FROM partner") == [(2,)]


def test_a_store_with_a_code_that_stands_is_refused(shared_town: Town):
    store = {"code": "T1", "name": "Lagi", "zone": "Asia/Makassar", "opened_on": "2026-11-01"}
    page = shared_town.browser(ADMIN).post("/partners/BM/stores/new", store)
    assert page.is_refused()
    assert "another store" in page.problem("code")


def test_names_change_and_the_audit_trail_keeps_what_was(town: Town):
    admin, store = town.browser(ADMIN), town.id("store", code="T1")
    assert admin.post("/partners/BM/edit", {"name": "Beruang Madu Mart", "cycle": "two_weeks"}).path == "/partners/BM"
    page = admin.post(f"/stores/{store}/edit", {"name": "Gerai Satu", "closed_on": "2026-12-31"})
    assert "31 Dec 2026" in page.text
    audit = admin.get("/audit")
    assert "name: Beruang Mart → Beruang Madu Mart" in audit.text
    assert "last day: nothing → 31 Dec 2026" in audit.text


def test_a_store_cannot_close_before_it_opened(shared_town: Town):
    store = shared_town.id("store", code="T1")
    page = shared_town.browser(ADMIN).post(f"/stores/{store}/edit", {"name": "Gerai T1", "closed_on": "2025-12-31"})
    assert page.is_refused()
    assert "before the first day" in page.problem("closed_on")
    assert page.typed("closed_on") == "2025-12-31"


def test_a_new_name_of_a_store_places_what_waits_for_it(town: Town):
    admin, store = town.browser(ADMIN), town.id("store", code="T2")
    page = admin.post(f"/stores/{store}/alias", {"alias": "Toko Dua"})
    assert "“Toko Dua” now means Gerai T2." in page.text
    assert placing_jobs(town) == 1
    page = admin.post(f"/stores/{store}/alias", {"alias": "Toko Satu Beruang"})
    assert page.is_refused()
    assert "names another store" in page.problem("alias")
    assert page.typed("alias") == "Toko Satu Beruang"
    assert placing_jobs(town) == 1


@pytest.mark.parametrize(
    "path", ["/partners/XX", "/partners/XX/edit", "/stores/0", "/stores/x", "/stores/99999999999999999999999999"]
)
def test_what_is_not_there_is_not_found(shared_town: Town, path: str):
    assert shared_town.browser(ADMIN).get(path).status == 404


def test_the_first_page_counts_for_those_who_oversee(shared_town: Town):
    page = shared_town.browser(HEAD).get("/")
    assert "Producers 3 Partners 2 Stores 3" in page.text
    assert "Partners 2" not in shared_town.browser(FINANCE).get("/").text
