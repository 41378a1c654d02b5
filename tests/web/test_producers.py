"""Producers: who sees which numbers, registering on paper, confirming, acting for those without an account."""

import pytest

from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.browsing import Browser
from tests.web.town import COOPERATIVE, FIRST, HEAD, OFFICER, VERIFIER, Town

PAPER = {
    "name": "Warung Bu Siti",
    "owner_name": "Siti Aminah",
    "nib": "9120001234567",
    "phone": "0812 3456 789",
    "regency": "6471",
    "agreed": "yes",
}


@pytest.mark.parametrize(
    ("login", "shown"),
    [(ADMIN, True), (VERIFIER, True), (FINANCE, False), (HEAD, False), (AUDITOR, False), (OFFICER, False)],
)
def test_business_numbers_are_masked_for_all_but_those_who_manage_producers(shared_town: Town, login: str, shown: bool):
    browser = shared_town.browser(login)
    for path in ("/producers", "/producers?format=csv", "/producers/P3"):
        page = browser.get(path)
        assert page.status == 200
        assert ("0000000000003" in page.source) == shown
        assert ("*********0003" in page.source) != shown
    found = "Producers 1" in browser.get("/producers?q=0000000000003").text
    assert found == shown  # nobody finds out by searching what is masked
    assert browser.get("/producers?sort=nib").status == 200


def test_a_producer_leads_to_everything_of_it(shared_town: Town):
    page = shared_town.browser(FINANCE).get("/producers/P1")
    # It is owed 45.000 - 1.125 (2,5 %) = 43.875.
    assert "Rp43.875" in page.text
    assert {"/products/PRD-1", "/agreements?producer=P1", "/statements?producer=P1", "/owed?producer=P1"} <= set(
        page.links()
    )


def test_lists_narrow_by_state_account_and_agreements(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    assert "Producers 2" in browser.get("/producers?account=yes").text
    assert "Producers 1" in browser.get("/producers?account=no").text
    assert "Producers 3" in browser.get("/producers?state=confirmed").text
    assert "Nothing fits" in browser.get("/producers?state=waiting").text
    assert "Producers 3" in browser.get("/producers?agreements=some").text
    assert "Nothing fits" in browser.get("/producers?agreements=none").text


def test_a_field_officer_registers_on_paper_and_a_verifier_confirms(town: Town):
    page = town.browser(OFFICER).post("/producers/new", PAPER, page="/producers/new")
    assert (page.status, page.path) == (200, "/producers/UMKM-001")
    assert "Warung Bu Siti was registered with the code UMKM-001." in page.text
    assert "waits for the dinas" in page.text
    assert "/producers/UMKM-001/confirm" not in page.actions()
    verifier = town.browser(VERIFIER)
    assert "Producers that registered and wait for you to confirm them: 1" in verifier.get("/").text
    assert "/producers/UMKM-001/confirm" in verifier.get("/producers/UMKM-001").actions()
    page = verifier.post("/producers/UMKM-001/confirm", {})
    assert "Warung Bu Siti is confirmed" in page.text
    assert page.actions() == []
    home = verifier.get("/").text
    assert "wait for you" not in home
    assert "Confirmed producers without any agreement: 1" in home
    assert "Nothing waits for you." in town.browser(OFFICER).get("/").text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"nib": "123"}, "nib", "13 digits"),
        ({"nib": "0000000000003"}, "nib", "is there already"),
        ({"phone": "satu"}, "phone", "no phone number"),
        ({"name": ""}, "name", "missing"),
        ({"owner_name": ""}, "owner_name", "missing"),
        ({"regency": ""}, "regency", "missing"),
        ({"agreed": ""}, "agreed", "Tick this box"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {**PAPER, **changed}
    page = shared_town.browser(OFFICER).post("/producers/new", typed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert [page.typed(name) for name in ("name", "nib", "phone")] == [typed[name] for name in ("name", "nib", "phone")]
    assert shared_town.ask("SELECT count(*) FROM producer") == [(3,)]


def test_what_is_known_of_a_producer_is_corrected(town: Town):
    verifier = town.browser(VERIFIER)
    assert verifier.get("/producers/P3/edit").typed("nib") == "0000000000003"
    changed = {"name": "Dapur Tiga", "owner_name": "Bu Tiga", "nib": "0000000000033", "phone": "0812 3456 789"}
    changed |= {"regency": "6471"}
    page = verifier.post("/producers/P3/edit", changed)
    assert "+628123456789" in page.text
    assert "0000000000033" in page.text
    page = verifier.post("/producers/P3/edit", {**changed, "nib": "0000000000001"})
    assert page.is_refused()
    assert "another producer" in page.problem("nib")
    page = verifier.post("/producers/P3/edit", {**changed, "nib": ""})
    assert "not taken out" in page.problem("nib")
    audit = town.browser(ADMIN).get("/audit").text
    assert "name: Dapur 3 → Dapur Tiga" in audit


def test_where_a_producer_works_and_that_it_is_a_firm_is_said(town: Town):
    verifier = town.browser(VERIFIER)
    page = verifier.get("/producers/P3/edit")
    assert '<option value="6471" selected>Kota Balikpapan' in page.source
    assert "Kota Samarinda" in page.text
    changed = {"name": "Dapur 3", "owner_name": "Bu Tiga", "nib": "0000000000003", "phone": ""}
    page = verifier.post("/producers/P3/edit", {**changed, "regency": "6472", "is_entity": "yes"})
    assert (page.status, page.path) == (200, "/producers/P3")
    assert "Produces in Kota Samarinda" in page.text
    assert "Is a firm yes" in page.text
    assert town.ask("SELECT regency, is_entity FROM producer WHERE code = 'P3'") == [("6472", True)]
    page = verifier.post("/producers/P3/edit", {**changed, "regency": "9999"})
    assert page.is_refused()
    assert "Choose one" in page.problem("regency")
    page = verifier.post("/producers/P3/edit", {**changed, "regency": "6471"})
    assert town.ask("SELECT regency, is_entity FROM producer WHERE code = 'P3'") == [(None, False)]
    assert "Is a firm" not in page.text
    # Where it is a place of another province, that can stay.
    town.ask("UPDATE producer SET regency = '7371' WHERE code = 'P3' RETURNING id")
    assert verifier.post("/producers/P3/edit", {**changed, "regency": "7371"}).status == 200


def test_a_producer_is_registered_with_its_place(town: Town):
    page = town.browser(OFFICER).post("/producers/new", {**PAPER, "regency": "6474", "is_entity": "yes"})
    assert page.path == "/producers/UMKM-001"
    assert town.ask("SELECT regency, is_entity FROM producer WHERE code = 'UMKM-001'") == [("6474", True)]


def test_an_officer_acts_for_a_producer_without_an_account_and_both_names_are_kept(town: Town):
    officer = Browser(town.app)
    officer.sign_in(OFFICER)
    assert officer.get("/producers/P1").actions() == []  # it has an account
    page = officer.get("/producers/P3")
    assert page.actions() == ["/acting-for"]
    assert page.typed("producer") == str(town.id("producer", code="P3"))
    page = officer.post("/acting-for", {"producer": str(town.id("producer", code="P3"))})
    assert "acts for Dapur 3" in page.text
    product = {"name": "Madu Hutan", "net_content": "500", "net_unit": "ml", "price": "95.000"}
    page = officer.post("/products/new", product)
    assert (page.status, page.path) == (200, "/products/P3-01")
    assert "Rp95.000" in page.text
    assert officer.get("/products/PRD-1").status == 404
    assert officer.get("/producers").status == 403  # until the officer stops
    assert "Orang Petugas for P3 · Dapur 3" in town.browser(ADMIN).get("/audit").text
    page = officer.post("/acting-for", {"producer": ""})
    assert page.path == "/producers"
    assert officer.post("/acting-for", {"producer": str(town.id("producer", code="P1"))}).status == 404


def test_only_officers_are_offered_to_act(shared_town: Town):
    for login in (ADMIN, VERIFIER, HEAD, FINANCE):
        assert "/acting-for" not in shared_town.browser(login).get("/producers/P3").actions()


def test_readers_have_no_button_that_changes_something(shared_town: Town):
    for login in (HEAD, AUDITOR):
        for path in ("/producers", "/producers/P3"):
            page = shared_town.browser(login).get(path)
            assert page.actions() == []
            assert [link for link in page.links() if link.endswith(("/new", "/edit"))] == []


def test_the_owner_can_be_invited_with_what_is_known(town: Town):
    page = town.browser(ADMIN).get("/producers/P3")
    assert "/users/new?role=producer&producer=P3&name=Bu%20Tiga&login=" in page.links()
    assert not [link for link in town.browser(ADMIN).get("/producers/P1").links() if "/users/new" in link]


def test_producers_are_not_open_to_producers(shared_town: Town):
    assert shared_town.browser(FIRST).get("/producers").status == 403
    assert shared_town.browser(ADMIN).get("/producers/P9").status == 404


def test_a_person_of_a_cooperative_acts_for_a_member_until_the_mandate_ends(town: Town):
    admin, helper = town.browser(ADMIN), town.browser(COOPERATIVE)
    assert "There is no producer here yet" in helper.get("/producers").text
    assert helper.get("/producers/P1").status == 404
    member = {"producer": "P1", "first": "2026-01-01", "mandate": "SK 1/2026"}
    assert admin.post("/cooperatives/KOP-1/members", member).status == 200
    page = helper.get("/producers/P1")  # which has an account of its own
    assert page.actions() == ["/acting-for"]
    assert "has mandated you" in page.text
    page = helper.post("/acting-for", {"producer": str(town.id("producer", code="P1"))}, page="/producers")
    assert "Orang Koperasi acts for Dapur 1. Both names are kept." in page.text
    assert helper.get("/my-sales").status == 200
    ((member_id,),) = town.ask("SELECT id FROM cooperative_member")
    ended = {"member": str(member_id), "last": "2026-01-31"}
    assert admin.post("/cooperatives/KOP-1/members/end", ended).status == 200
    assert helper.get("/my-sales").status == 403
