"""Agreements: who sees which, what they say in words, adding with every refusal on its field, ending."""

from datetime import date

import pytest

from consign.web.agreement_words import describe
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.test_partners import placing_jobs
from tests.web.town import BERUANG, FIRST, SECOND, Town

NEW = {
    "partner": "BM",
    "producer": "P3",
    "first": "2026-11-01",
    "fee": "2,5",
    "fee_on": "reported_gross",
    "discount_borne_by": "store",
    "fee_tax": "0",
    "pph23": "0",
    "term": "15",
    "route": "direct",
    "min_payout": "0",
}
FACTS: dict[str, object] = {
    "partner": "Beruang Mart",
    "producer": "Dapur 1",
    "store": None,
    "product": None,
    "fee_rate_bp": 250,
    "fee_on": "reported_gross",
    "discount_borne_by": "store",
    "fee_tax_bp": 0,
    "pph23_bp": 0,
    "payment_term_days": 15,
    "loss_store_bp": 5_000,
    "route": "direct",
    "min_payout_rp": 0,
    "cooperative": None,
    "first": date(2026, 1, 1),
    "last": None,
    "state": "in_force",
}


def test_an_agreement_is_told_in_words():
    assert [str(one) for one in describe(FACTS)] == [
        "Beruang Mart keeps 2,5% of the gross sales its till reports.",
        "Beruang Mart bears the discounts it gives: Dapur 1 is owed the price before them.",
        "No PPN comes on top of the fee.",
        "Dapur 1 withholds no PPh 23.",
        "The rest is due 15 days after the statement.",
        "Beruang Mart transfers the money straight to Dapur 1.",
        "Beruang Mart bears 50% of goods missing or damaged in its care, Dapur 1 the rest.",
        "It holds for all products of Dapur 1 in all stores of Beruang Mart.",
        "It has held since 2026-01-01, and goes on until somebody ends it.",
    ]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"fee_on": "reported_net"}, "keeps 2,5% of the net sales"),
        ({"fee_on": "agreed_price"}, "keeps 2,5% of the agreed price"),
        ({"discount_borne_by": "producer"}, "Dapur 1 bears the discounts"),
        ({"fee_tax_bp": 1100}, "PPN of 11% on the fee"),
        ({"pph23_bp": 200}, "withholds PPh 23 of 2%"),
        ({"route": "collecting"}, "pays into the office's account, and the office pays Dapur 1 out."),
        ({"route": "collecting", "min_payout_rp": 25_000}, "the office pays Dapur 1 out from Rp25.000 on."),
        (
            {"route": "cooperative", "cooperative": "Koperasi Maju"},
            "goes to Koperasi Maju, which receives it for Dapur 1",
        ),
        ({"loss_store_bp": None}, "Nothing is agreed about goods missing or damaged in the store"),
        ({"loss_store_bp": 0}, "Beruang Mart bears 0% of goods missing"),
        ({"store": "Gerai T1"}, "only in the store Gerai T1"),
        ({"product": "Keripik"}, "only for Keripik, in all stores"),
        ({"store": "Gerai T1", "product": "Keripik"}, "only for Keripik, and only in the store Gerai T1"),
        ({"last": date(2026, 12, 31)}, "from 2026-01-01 to 2026-12-31, both days inside"),
        ({"state": "ahead"}, "It begins on 2026-01-01"),
    ],
)
def test_each_of_its_points_has_a_sentence(changed: dict[str, object], says: str):
    assert [one for one in describe({**FACTS, **changed}) if says in one]


def test_agreements_are_narrowed_by_partner_producer_and_day(shared_town: Town):
    browser = shared_town.browser(AUDITOR)
    assert "Agreements 3" in browser.get("/agreements").text
    assert "Agreements 2" in browser.get("/agreements?partner=BM").text
    assert "Agreements 1" in browser.get("/agreements?producer=P3").text
    assert "Agreements 1" in browser.get("/agreements?q=dapur+2").text
    assert "Agreements 3" in browser.get("/agreements?on=2026-11-01").text
    assert "Nothing fits" in browser.get("/agreements?on=2025-12-31").text


@pytest.mark.parametrize(("login", "own", "foreign"), [(BERUANG, 2, "Kancil"), (FIRST, 1, "Dapur 2")])
@pytest.mark.parametrize(
    "asked", ["", "?partner=KM", "?producer=P3", "?q=a", "?format=csv", "?producer=P2&format=xlsx"]
)
def test_each_side_sees_its_own_only(shared_town: Town, login: str, own: int, foreign: str, asked: str):
    browser = shared_town.browser(login)
    assert f"Agreements {own}" in browser.get("/agreements").text
    page = browser.get(f"/agreements{asked}")
    assert foreign not in page.bare
    assert "Dapur 3" not in page.source


def test_a_strangers_agreement_is_not_found(shared_town: Town):
    ((second,),) = shared_town.ask(
        "SELECT id FROM agreement WHERE producer_id = :id", id=shared_town.id("producer", code="P2")
    )
    ((kancil,),) = shared_town.ask(
        "SELECT id FROM agreement WHERE partner_id = :id", id=shared_town.id("partner", code="KM")
    )
    assert shared_town.browser(SECOND).get(f"/agreements/{second}").status == 200
    assert shared_town.browser(FIRST).get(f"/agreements/{second}").status == 404
    assert shared_town.browser(BERUANG).get(f"/agreements/{kancil}").status == 404


def test_readers_have_no_button_that_changes_something(shared_town: Town):
    ((number,),) = shared_town.ask("SELECT min(id) FROM agreement")
    for login in (AUDITOR, FIRST, BERUANG):
        for path in ("/agreements", f"/agreements/{number}"):
            page = shared_town.browser(login).get(path)
            assert page.actions() == []
            assert "/agreements/new" not in page.links()


def test_the_form_begins_with_what_the_address_names(shared_town: Town):
    page = shared_town.browser(FINANCE).get("/agreements/new?partner=BM&producer=P1")
    assert page.typed("producer") == "P1"
    assert '<option value="BM" selected>' in page.source
    assert '<option value="T1">' in page.source  # its stores are suggested,
    assert '<option value="PRD-1">' in page.source  # and its products
    assert "In this region from 2% to 5%." in page.text


def test_an_agreement_is_added_and_lines_that_wait_for_it_are_placed(town: Town):
    page = town.browser(FINANCE).post(
        "/agreements/new", {**NEW, "store": "T1", "product": "PRD-3", "last": "31/12/2026"}
    )
    assert page.status == 200
    assert "The agreement was added." in page.text
    assert "It holds only for Madu Kelulut, and only in the store Gerai T1." in page.text
    assert "It holds from 1 Nov 2026 to 31 Dec 2026, both days inside." in page.text
    assert placing_jobs(town) == 1


def test_a_producer_is_found_by_part_of_its_name(town: Town):
    page = town.browser(FINANCE).post("/agreements/new", {**NEW, "producer": "dapur 3"})
    assert "Beruang Mart · Dapur 3" in page.text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"fee": "5,01"}, "fee", "outside the region's 2% to 5%"),
        ({"fee": "1,99"}, "fee", "outside the region's 2% to 5%"),
        ({"fee": "dua"}, "fee", "not a percentage"),
        ({"producer": "P1"}, "first", "An agreement of the same scope is in force from"),
        ({"producer": "Dapur"}, "producer", "P1 (Dapur 1), P2 (Dapur 2), P3 (Dapur 3)"),
        ({"producer": "Warung"}, "producer", "No producer is called “Warung”"),
        ({"partner": "XX"}, "partner", "Choose one"),
        ({"store": "K1"}, "store", "no store"),
        ({"product": "PRD-1"}, "product", "Keripik Singkong is not one of Dapur 3's"),
        ({"product": "PRD-9"}, "product", "no product"),
        ({"last": "2026-10-31"}, "", "before the first day"),
        ({"fee_tax": "101"}, "", "from 0% to 100% can be"),
        ({"term": "366"}, "", "from 0 to 365 can"),
        ({"first": "31/02/2026"}, "first", "is no day"),
        ({"route": "cooperative"}, "route", "Enter the mandate first."),
        ({"route": ""}, "route", "missing"),
        ({"min_payout": "100000001"}, "", "from Rp0 to Rp100.000.000 can"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {**NEW, **changed}
    page = shared_town.browser(FINANCE).post("/agreements/new", typed)
    assert page.is_refused()
    assert says in (page.problem(field) if field else page.text)
    assert [page.typed(name) for name in ("producer", "fee", "term")] == [
        typed[name] for name in ("producer", "fee", "term")
    ]
    assert shared_town.ask("SELECT count(*) FROM agreement") == [(3,)]


def test_only_the_last_day_changes_and_never_inside_a_closed_period(town: Town):
    finance = town.browser(FINANCE)
    ((number,),) = town.ask("SELECT id FROM agreement WHERE producer_id = :id", id=town.id("producer", code="P1"))
    page = finance.post(f"/agreements/{number}/end", {"last": "2026-10-15"})
    assert page.is_refused()
    assert "closed" in page.problem("last")
    assert page.typed("last") == "2026-10-15"
    page = finance.post(f"/agreements/{number}/end", {"last": "2026-12-31"})
    assert "The agreement ends on 31 Dec 2026." in page.text
    page = finance.post(f"/agreements/{number}/end", {"last": ""})
    assert "goes on until somebody ends it" in page.text
    assert "last day: 31 Dec 2026 → nothing" in town.browser(ADMIN).get("/audit").text


def test_other_terms_hold_from_a_day_on_and_both_versions_are_told(town: Town):
    finance = town.browser(FINANCE)
    ((number,),) = town.ask("SELECT id FROM agreement WHERE producer_id = :id", id=town.id("producer", code="P1"))
    form = finance.get(f"/agreements/{number}/continue")
    assert (form.typed("fee"), form.typed("term")) == ("2,5%", "15")
    version = {**NEW, "first": "2026-10-15", "fee": "3", "route": "collecting", "min_payout": "25000"}
    page = finance.post(f"/agreements/{number}/continue", version)
    assert page.is_refused()
    assert "closed" in page.problem("first")
    page = finance.post(f"/agreements/{number}/continue", {**version, "first": "2027-01-01"})
    assert "The new terms hold from 1 Jan 2027 on." in page.text
    assert "the office pays Dapur 1 out from Rp25.000 on." in page.text
    old = finance.get(f"/agreements/{number}")
    assert "It holds from 1 Jan 2026 to 31 Dec 2026, both days inside." in old.text
    assert page.path in old.links()
    assert f"/agreements/{number}/continue" not in old.links()  # only the newest can be


def test_a_member_of_a_cooperative_gets_what_it_signed_and_loses_it_when_it_leaves(town: Town):
    admin = town.browser(ADMIN)
    page = admin.post("/cooperatives/new", {"code": "KOP-01", "name": "Koperasi Maju Bersama", "phone": ""})
    assert (page.path, "Koperasi Maju Bersama was added." in page.text) == ("/cooperatives/KOP-01", True)
    member = {"producer": "P3", "first": "2026-11-01", "mandate": "SK 1/2026"}
    page = admin.post("/cooperatives/KOP-01/members", {**member, "mandate": ""})
    assert page.is_refused()
    assert "missing" in page.problem("mandate")
    page = admin.post("/cooperatives/KOP-01/members", {**member, "extend": "yes"})
    assert "Dapur 3 is a member; agreements that hold for it now: 0." in page.text
    assert "SK 1/2026" in page.text
    page = town.browser(FINANCE).post("/agreements/new", {**NEW, "route": "cooperative"})
    assert "The money goes to Koperasi Maju Bersama, which receives it for Dapur 3." in page.text
    ((member_id,),) = town.ask("SELECT id FROM cooperative_member")
    page = admin.post("/cooperatives/KOP-01/members/end", {"member": str(member_id), "last": "2026-12-31"})
    assert "The membership ends; agreements that end with it: 1." in page.text
    assert "Agreements 1" in admin.get("/agreements?cooperative=KOP-01").text


def test_a_cooperative_signs_for_all_its_members_or_for_none(town: Town):
    finance = town.browser(FINANCE)
    assert "/cooperatives/KOP-1/sign" in finance.get("/cooperatives/KOP-1").links()
    signed = {
        **{name: typed for name, typed in NEW.items() if name not in {"producer", "product"}},
        "route": "cooperative",
    }
    page = finance.post("/cooperatives/KOP-1/sign", {**signed, "first": "2026-11-01"})
    assert page.is_refused()
    assert "Nobody has mandated Koperasi Uji on 1 Nov 2026; no agreement was added." in page.problem("first")
    for code in ("P1", "P3"):
        member = {"producer": code, "first": "2026-11-01", "mandate": "SK 1/2026"}
        assert town.browser(ADMIN).post("/cooperatives/KOP-1/members", member).status == 200
    page = finance.post("/cooperatives/KOP-1/sign", {**signed, "partner": "BM", "store": "T1", "first": "2026-11-01"})
    assert "Agreements that were added, one for each member: 2." in page.text
    page = finance.post("/cooperatives/KOP-1/sign", {**signed, "partner": "BM", "store": "T1", "first": "2026-12-01"})
    assert "Dapur 1, Dapur 3. No agreement was added for anybody" in page.problem("first")
    assert "Agreements 2" in finance.get("/agreements?cooperative=KOP-1").text
