"""What a producer needs: the steps in their order, and what the dinas sees of them."""

import re

import pytest

from compliance.facts import Kind
from consign.documents.rules import Decision
from tests.builders import ADMIN, AUDITOR
from tests.web.browsing import Browser, Page
from tests.web.handing_in import NIB, confirm, decide, hand_in_nib, id_of, make_photo, upload
from tests.web.sums import Follower, find_sums
from tests.web.test_weight import MOST_QUERIES, counting
from tests.web.town import FIRST, HEAD, SECOND, VERIFIER, Town

ALL = {
    Kind.NIB: {"number": NIB, "holder": "Dapur 1", "issued_on": "2021-07-12"},
    Kind.NIK: {"number": "6471015203800001", "holder": "Bu Satu"},
    Kind.BANK_ACCOUNT: {"bank": "014", "number": "1234567890", "account_name": "Dapur 1"},
    Kind.PIRT: {
        "number": "P-IRT 2156471010123-28", "holder": "Dapur 1", "issued_on": "2023-03-01", "valid_until": "2028-03-01",
        "stage": "fulfilled", "products": "PRD-1",
    },
    Kind.HALAL: {"number": "ID64110000214820324", "holder": "Dapur 1", "issued_on": "2024-05-05", "products": "PRD-1"},
    Kind.LABEL: {
        "products": "PRD-1",
        **{
            f"item_{one}": "yes"
            for one in (
                "product_name", "ingredients", "net_content", "producer", "halal", "production_code", "expiry",
                "permit_number", "barcode",
            )
        },
    },
}  # fmt: skip
"""What the producer of a dry food hands in, with what it confirms."""


def be_dry_food(town: Town, code: str = "PRD-1") -> None:
    """Say that a product is a food that keeps."""
    town.ask(
        "UPDATE product SET goods_class = 'dry_food', food_group = '15' WHERE code = :code RETURNING id", code=code
    )


def titles_of(page: Page) -> list[str]:
    """Return the titles of the steps, in their order."""
    return re.findall(r'<p class="step-title">(.*?)</p>', page.source)


def hand_in(browser: Browser, kind: Kind) -> int:
    """Hand in a paper with a photo."""
    products = {"products": ALL[kind]["products"]} if "products" in ALL[kind] else {}
    document_id = id_of(upload(browser, make_photo(), kind=kind, **products))
    page = confirm(browser, document_id, **ALL[kind])
    assert page.path == f"/papers/{document_id}", page.text
    return document_id


def test_a_new_producer_sees_what_every_business_needs_before_it_has_a_product(town: Town):
    browser = Browser(town.app)
    form = {
        "business_name": "Warung Baru", "owner_name": "Ibu Baru", "nib": "9120001234567", "login": "baru@umkm.example",
        "password": "hujan kemarin dulu lampu", "agreed": "yes",
    }  # fmt: skip
    home = browser.post("/register", form, page="/register")
    assert "Add your first product" in home.text
    page = browser.get("/my-papers")
    assert titles_of(page) == ["Hand in: NIB", "Hand in: KTP (NIK)", "Hand in: bank account"]
    assert "You have no product yet." in page.text
    assert "/products/new" in page.links()


def test_steps_stand_in_their_order_each_with_its_button(town: Town):
    page = town.browser(FIRST).get("/my-papers")
    assert "0 of 1 products may be delivered" in page.text
    assert titles_of(page) == [
        "Hand in: NIB", "Hand in: KTP (NIK)", "Hand in: bank account", "Say which class of goods it is",
    ]  # fmt: skip
    assert "Do this first Hand in: NIB" in page.text
    assert "Get it at oss.go.id." in page.text
    assert {"/papers/new?kind=nib", "/papers/new?kind=nik", "/products/PRD-1#class"} <= set(page.links())


def test_alternatives_are_offered_side_by_side(town: Town):
    be_dry_food(town)
    page = town.browser(FIRST).get("/my-papers")
    assert "Hand in: P-IRT (SPP-IRT) or BPOM permit (MD/ML)" in titles_of(page)
    assert "Hand in: halal certificate or statement of non-halal materials" in titles_of(page)
    for kind in ("pirt", "md", "halal", "non_halal"):
        assert f"/papers/new?kind={kind}&product=PRD-1" in page.links()
    form = town.browser(FIRST).get("/papers/new?kind=pirt&product=PRD-1")
    assert [one.get("value") for one in form.all("input") if "checked" in one] == ["PRD-1"]


def test_a_draft_waits_at_the_top_until_it_is_handed_in(town: Town):
    browser = town.browser(FIRST)
    document_id = id_of(upload(browser, make_photo()))
    page = browser.get("/my-papers")
    assert "Begun, not handed in yet" in page.text
    assert f"/papers/{document_id}/confirm" in page.links()


def test_a_step_follows_its_paper(town: Town):
    browser = town.browser(FIRST)
    document_id = hand_in_nib(browser)
    assert "The dinas is looking at: NIB" in titles_of(browser.get("/my-papers"))
    decide(town, document_id, Decision.NEEDS_CORRECTION, reason="Foto terpotong.")
    page = browser.get("/my-papers")
    assert "Correct: NIB" in titles_of(page)
    assert (
        '<blockquote class="note">Foto terpotong.</blockquote>' in page.source
    )  # what the dinas wrote, where it is mended
    assert f"/papers/new?kind=nib&replaces={document_id}" in page.links()
    assert f"/papers/{document_id}" in page.links()
    confirm(browser, document_id, number=NIB)
    decide(town, document_id, Decision.APPROVE, reason="Dicocokkan.")
    page = browser.get("/my-papers")
    assert not [title for title in titles_of(page) if "NIB" in title]
    assert "In order: 1" in page.text


def test_what_was_sent_back_is_replaced_by_its_own_kind_only(town: Town):
    be_dry_food(town)
    browser = town.browser(FIRST)
    document_id = hand_in(browser, Kind.HALAL)
    decide(town, document_id, Decision.NEEDS_CORRECTION, reason="Foto terpotong.")
    page = browser.get("/my-papers")
    assert "Correct: halal certificate" in titles_of(page)
    assert f"/papers/new?kind=halal&product=PRD-1&replaces={document_id}" in page.links()
    assert "/papers/new?kind=non_halal&product=PRD-1" not in page.links()
    # Rejected, either kind will do again; only the same kind replaces it.
    confirm(browser, document_id, **ALL[Kind.HALAL])
    decide(town, document_id, Decision.REJECT, reason="Bukan sertifikat halal.")
    page = browser.get("/my-papers")
    assert f"/papers/new?kind=halal&product=PRD-1&replaces={document_id}" in page.links()
    assert "/papers/new?kind=non_halal&product=PRD-1" in page.links()


def test_the_course_behind_two_p_irts_is_asked_for_once(town: Town):
    be_dry_food(town)
    town.ask(
        """INSERT INTO product (producer_id, code, name, net_content, net_unit, goods_class, food_group)
           SELECT id, 'PRD-9', 'Keripik Pisang', 100, 'g', 'dry_food', '14' FROM producer WHERE code = 'P1' RETURNING id"""
    )
    browser = town.browser(FIRST)
    for product, number in (("PRD-1", "215647101012328"), ("PRD-9", "214647102012328")):
        document_id = id_of(upload(browser, make_photo(), kind=Kind.PIRT, products=product))
        typed = {**ALL[Kind.PIRT], "number": number, "products": product, "stage": "issued"}
        confirm(browser, document_id, **typed)
        decide(town, document_id, Decision.APPROVE, reason="Dicocokkan.")
    page = browser.get("/my-papers")
    assert titles_of(page).count("Hand in: PKP (food safety course)") == 1
    assert "/papers/new?kind=pkp" in page.links()


def test_with_all_papers_approved_the_product_may_be_delivered(town: Town):
    be_dry_food(town)
    browser = town.browser(FIRST)
    for kind in ALL:
        decide(town, hand_in(browser, kind), Decision.APPROVE, reason="Dicocokkan.")
    page = browser.get("/my-papers")
    assert "1 of 1 products may be delivered" in page.text
    assert "Well done: there is nothing for you to do." in page.text
    assert titles_of(page) == []
    assert f"In order: {len(ALL)}" in page.text


@pytest.mark.parametrize("login", [VERIFIER, ADMIN, HEAD, AUDITOR])
def test_the_dinas_sees_the_same_with_papers_and_waivers(town: Town, login: str):
    hand_in_nib(town.browser(FIRST))
    town.ask(
        """INSERT INTO paper_waiver (producer_id, product_id, kind, reason, from_on, until_on, granted_by, granted_at)
           SELECT producer.id, NULL, 'nik', 'KTP hilang, surat polisi ada.', '2026-11-01', '2026-12-31', user_account.id, now()
           FROM producer, user_account WHERE producer.code = 'P1' AND login = 'kepala@dinas.example' RETURNING id"""
    )
    page = town.browser(login).get("/producers/P1/papers")
    assert page.status == 200
    assert "The dinas is looking at: NIB" in titles_of(page)
    assert "waits for the dinas" in page.text
    assert "KTP hilang, surat polisi ada." in page.text
    hands_in = [link for link in page.links() if link.startswith("/papers/new")]
    assert bool(hands_in) == (login in {VERIFIER, ADMIN})
    assert all("producer=P1" in link for link in hands_in)
    assert town.browser(login).get("/producers/ZZ/papers").status == 404


def test_a_producer_sees_only_its_own(town: Town):
    hand_in_nib(town.browser(FIRST))
    page = town.browser(SECOND).get("/my-papers")
    assert "Hand in: NIB" in titles_of(page)
    assert "PRD-1" not in page.source
    # Only the dinas sees a producer by its code.
    assert town.browser(FIRST).get("/producers/P1/papers").status in {403, 404}


def test_the_number_of_products_that_may_not_be_delivered_leads_to_just_those(town: Town):
    # Two of the producer's four are stopped; the third may be delivered, the fourth was not judged; another's is stopped.
    town.ask(
        "INSERT INTO product (code, producer_id, name, net_content, net_unit) SELECT 'PRD-9' || n, producer_id, 'Abon ' || n,"
        " '100', 'g' FROM product, generate_series(1, 3) AS n WHERE code = 'PRD-1' RETURNING id"
    )
    town.ask(
        "INSERT INTO product_eligibility (product_id, standing, computed_on, computed_at)"
        " SELECT id, CASE code WHEN 'PRD-92' THEN 'warned' ELSE 'blocked' END, '2026-11-22', now()"
        " FROM product WHERE code IN ('PRD-1', 'PRD-91', 'PRD-92', 'PRD-2') RETURNING product_id"
    )
    follower = Follower(town.browser(FIRST), pages={})
    (task,) = [one for one in find_sums(Browser(town.app).sign_in(FIRST)) if "may not be delivered" in one.text]
    assert task.amount == 2
    follower.follow("/", task)
    assert follower.wrong == []
    listed = follower.open(task.target)
    assert {"/products/PRD-1", "/products/PRD-91"} <= set(listed.links())
    assert "/products/PRD-92" not in listed.links()


def test_the_page_asks_no_more_for_many_products(town: Town):
    browser = town.browser(FIRST)

    def count() -> int:
        with counting(town) as asked:
            assert browser.get("/my-papers").status == 200
        return len(asked)

    before = count()
    for number in range(10, 30):
        town.ask(
            """INSERT INTO product (producer_id, code, name, net_content, net_unit)
               SELECT id, :code, :code, 100, 'g' FROM producer WHERE code = 'P1' RETURNING id""",
            code=f"PRD-{number}",
        )
    assert count() == before
    assert before <= MOST_QUERIES
