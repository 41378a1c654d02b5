"""Papers: sending a file, confirming what was read, one paper with its file and pictures, and who sees what of it."""

import pytest

from compliance.facts import Kind
from compliance.kinds import KINDS
from consign.documents.rules import Decision
from consign.web.visit import MOST_PAPER_BYTES
from tests.builders import ADMIN, AUDITOR
from tests.web.browsing import Page
from tests.web.handing_in import (
    NIB,
    confirm,
    decide,
    hand_in_nib,
    id_of,
    make_nib,
    make_pdf,
    make_photo,
    state_of,
    upload,
)
from tests.web.town import FIRST, HEAD, SECOND, VERIFIER, Town

NIK, ACCOUNT = "6471015203800001", "1234567890"
HALAL = "ID64110000214820324"
HANDED_IN = {"number": NIB, "holder": "Dapur 1", "issued_on": "2021-07-12"}


def fields_of(page: Page) -> set[str]:
    """Return the names of the fields a person fills in, without those of the frame."""
    found = {
        one.get("name")
        for tag in ("input", "select", "textarea")
        for one in page.all(tag)
        if one.get("type") != "hidden"
    }
    return {str(name) for name in found if name}


def test_a_paper_is_sent_confirmed_and_waits_for_the_dinas(town: Town):
    browser = town.browser(FIRST)
    page = upload(browser, make_nib())
    document_id = id_of(page)
    assert (page.status, page.path) == (200, f"/papers/{document_id}/confirm")
    assert state_of(town, document_id) == "draft"
    assert [one["href"] for one in page.all("image")] == [f"/papers/{document_id}/pages/1"]
    page = confirm(browser, document_id, **HANDED_IN)
    assert (page.status, page.path) == (200, f"/papers/{document_id}")
    assert state_of(town, document_id) == "submitted"
    assert "The dinas looks at it and tells you." in page.text
    assert NIB in page.text
    assert "12 Jul 2021" in page.text
    # Dapur 1 is noted with the NIB 0000000000001.
    assert "The NIB on the paper is not the one that is noted for the business" in page.text


def test_what_was_read_stands_in_the_form_and_on_the_picture(town: Town):
    page = upload(town.browser(FIRST), make_nib())
    assert page.typed("number") == NIB
    assert page.typed("issued_on") == "2021-07-12"
    assert len(page.all("rect")) >= 2
    assert "Read off the paper" in page.text


def test_a_paper_of_another_kind_than_said_is_remarked_on(town: Town):
    page = upload(town.browser(FIRST), make_nib(), kind=Kind.NPWP)
    assert "The file looks like another paper: NIB." in page.text
    assert "/papers/new?kind=nib" in page.links()


def test_a_photo_from_the_camera_is_taken_as_well(town: Town):
    page = upload(town.browser(FIRST), make_photo(), field="photo", name="IMG_0001.jpg")
    assert page.path.endswith("/confirm")
    assert "Nothing could be read off this picture." in page.text


def test_file_and_pictures_are_sent_safely(town: Town):
    browser = town.browser(FIRST)
    document_id = id_of(upload(browser, make_nib(), name='../../e"vil\u202efdp.html'))
    file = browser.get(f"/papers/{document_id}/file").answer
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == f'attachment; filename="nib-P1-{document_id}.pdf"'
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.content.startswith(b"%PDF")
    picture = browser.get(f"/papers/{document_id}/pages/1").answer
    assert picture.headers["content-type"] in {"image/jpeg", "image/webp", "image/png"}
    assert picture.headers["cache-control"] == "private, max-age=86400"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert browser.get(f"/papers/{document_id}/pages/2").status == 404
    assert browser.get(f"/papers/{document_id}/pages/x").status == 404


def test_a_refused_file_keeps_nothing_and_the_earlier_paper_stays_in_force(town: Town):
    browser = town.browser(FIRST)
    earlier = hand_in_nib(browser)
    decide(town, earlier, Decision.APPROVE, reason="Dicocokkan dengan OSS.")
    page = upload(browser, b"Ini bukan PDF.", name="nib.pdf", replaces=str(earlier))
    assert page.is_refused()
    assert "neither a PDF nor a photo" in page.problem("file")
    assert "Papers that you handed in before stay as they are." in page.text
    assert page.typed("replaces") == str(earlier)
    assert town.ask("SELECT count(*) FROM document") == [(1,)]
    assert state_of(town, earlier) == "approved"


def test_the_products_that_were_ticked_stay_ticked_when_the_file_is_refused(town: Town):
    browser = town.browser(FIRST)
    page = upload(browser, b"", kind=Kind.HALAL, products=["PRD-1"])
    assert page.is_refused()
    assert [one.get("value") for one in page.all("input") if "checked" in one] == ["PRD-1"]
    page = upload(browser, make_pdf("Halal"), kind=Kind.HALAL)
    assert page.is_refused()
    assert page.problem("products") == "Tick the products that this paper is for."


def test_a_file_is_needed_where_there_is_no_number_to_look_up(town: Town):
    browser = town.browser(FIRST)
    assert upload(browser, None, kind=Kind.PKP).is_refused() == (not KINDS[Kind.PKP].needs_number)
    page = upload(browser, None, kind=Kind.LABEL, products=["PRD-1"])
    assert page.problem("file") == "No file was chosen. Take a photo of the paper, or choose its PDF."
    page = upload(browser, None, kind=Kind.NIB)
    assert page.path.endswith("/confirm")
    page = confirm(browser, id_of(page), number=NIB)
    assert "waits for the dinas" in page.text


def test_a_file_beyond_15_mb_is_refused_before_it_is_read(town: Town):
    browser = town.browser(FIRST)
    page = upload(browser, b"%PDF-" + bytes(MOST_PAPER_BYTES + (1 << 17)))
    assert page.status == 413
    assert "15 MB" in page.text
    assert town.ask("SELECT count(*) FROM document") == [(0,)]


def test_a_number_of_another_form_is_refused_with_all_that_was_typed_kept(town: Town):
    browser = town.browser(FIRST)
    document_id = id_of(upload(browser, make_nib()))
    page = confirm(browser, document_id, number="12 345", holder="Dapur Satu", issued_on="2021-07-12")
    assert page.is_refused()
    assert "13" in page.problem("number")
    assert [page.typed(name) for name in ("number", "holder", "issued_on")] == ["12 345", "Dapur Satu", "2021-07-12"]
    page = confirm(browser, document_id, number=NIB, issued_on="kemarin")
    assert page.problem("issued_on") == "“kemarin” is no day. Write it like 22/11/2026."
    assert state_of(town, document_id) == "draft"


def test_every_kind_has_a_form_of_its_own_fields(shared_town: Town):
    browser = shared_town.browser(SECOND)
    asked = {}
    for kind in Kind:
        products = ["PRD-2"] if KINDS[kind].per_goods else []
        page = upload(browser, make_photo(), kind=kind, products=products)
        assert (page.status, page.path.endswith("/confirm")) == (200, True), kind
        asked[kind] = fields_of(page) - {"products"}
        assert KINDS[kind].per_goods == ("products" in fields_of(page)), kind
    assert asked[Kind.NIB] == {"number", "holder", "issued_on"}
    assert asked[Kind.PIRT] == {"number", "holder", "issued_on", "valid_until", "stage"}
    assert asked[Kind.BANK_ACCOUNT] == {"bank", "number", "account_name"}
    assert asked[Kind.TRADEMARK] == {"number", "holder", "issued_on", "valid_until", "nice_class"}
    assert asked[Kind.PKP] == {"number", "holder", "issued_on", "issuer"}
    assert {"item_ingredients", "item_halal"} <= asked[Kind.LABEL]


def test_what_only_some_kinds_say_is_kept(town: Town):
    browser = town.browser(FIRST)
    document_id = id_of(upload(browser, make_photo(), kind=Kind.BANK_ACCOUNT))
    page = confirm(browser, document_id, bank="014", number=ACCOUNT, account_name="Dapur 1")
    assert "Dapur 1" in page.text
    assert town.ask("SELECT details FROM document") == [({"bank": "014", "account_name": "Dapur 1"},)]
    document_id = id_of(upload(browser, make_photo(), kind=Kind.LABEL, products=["PRD-1"]))
    page = confirm(browser, document_id, item_ingredients="yes", products=["PRD-1"])
    assert "The label does not show this yet: net content." in page.text
    assert "The label does not show this yet: ingredients" not in page.text
    assert town.ask("SELECT details FROM document WHERE kind = 'label'") == [({"ingredients": "yes"},)]


def test_a_paper_that_was_sent_back_is_corrected(town: Town):
    browser = town.browser(FIRST)
    document_id = hand_in_nib(browser)
    decide(town, document_id, Decision.NEEDS_CORRECTION, reason="Foto terpotong di kanan.")
    page = browser.get(f"/papers/{document_id}")
    assert "Foto terpotong di kanan." in page.text
    assert f"/papers/{document_id}/confirm" in page.links()
    form = browser.get(f"/papers/{document_id}/confirm")
    assert form.typed("number") == NIB
    confirm(browser, document_id, **HANDED_IN)
    assert state_of(town, document_id) == "submitted"
    # Handed in, it cannot be confirmed again: the form leads to the paper.
    assert browser.get(f"/papers/{document_id}/confirm").path == f"/papers/{document_id}"
    assert confirm(browser, document_id, **HANDED_IN).status in {409, 422}


def test_a_new_paper_says_that_the_one_before_stays_in_force(town: Town):
    browser = town.browser(FIRST)
    earlier = hand_in_nib(browser)
    decide(town, earlier, Decision.APPROVE, reason="Dicocokkan dengan OSS.")
    page = browser.get(f"/papers/new?kind=nib&replaces={earlier}")
    assert "That one stays in force until the dinas has approved the new one." in page.text
    later = id_of(upload(browser, make_nib("1207210009999"), replaces=str(earlier)))
    confirm(browser, later, number="1207210009999")
    assert state_of(town, earlier) == "approved"
    assert f"/papers/{later}" in browser.get(f"/papers/{earlier}").links()
    assert f"/papers/{earlier}" in browser.get(f"/papers/{later}").links()


def test_a_paper_is_taken_back(town: Town):
    browser = town.browser(FIRST)
    document_id = hand_in_nib(browser)
    path = f"/papers/{document_id}"
    page = browser.post(f"{path}/withdraw", {}, page=path)
    assert "NIB: taken back." in page.text
    assert state_of(town, document_id) == "withdrawn"
    assert f"{path}/withdraw" not in page.actions()
    page = browser.post(f"{path}/withdraw", {}, page=path)
    assert page.is_refused()
    assert "withdrawn" in page.text


def test_a_change_of_ingredients_is_reported_and_the_paper_stays_in_force(town: Town):
    browser = town.browser(FIRST)
    document_id = id_of(upload(browser, make_photo(), kind=Kind.HALAL, products=["PRD-1"]))
    confirm(browser, document_id, number=HALAL, holder="Dapur 1", issued_on="2024-05-05", products=["PRD-1"])
    decide(town, document_id, Decision.APPROVE)
    path = f"/papers/{document_id}"
    page = browser.post(f"{path}/change", {"note": "  "}, page=path)
    assert page.is_refused()
    assert page.problem("note") == "This is missing. Fill it in."
    page = browser.post(f"{path}/change", {"note": "Minyak goreng lain."}, page=path)
    assert "The change was reported." in page.text
    assert state_of(town, document_id) == "approved"
    assert town.ask("SELECT state, replaces_id FROM document WHERE id <> :id", id=document_id) == [
        ("submitted", document_id)
    ]


def test_nobody_reaches_another_producers_paper(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    stranger = town.browser(SECOND)
    for path in ("", "/file", "/pages/1", "/confirm"):
        assert stranger.get(f"/papers/{document_id}{path}").status == 404
    for path in ("/confirm", "/withdraw", "/change"):
        page = stranger.post(f"/papers/{document_id}{path}", {"number": NIB, "note": "asing"}, page="/papers")
        assert page.status == 404
    assert upload(stranger, make_nib(), replaces=str(document_id)).status in {404, 422}
    assert "1207210001234" not in stranger.get("/papers").text
    assert upload(stranger, make_photo(), kind=Kind.HALAL, products=["PRD-1"]).is_refused()


@pytest.mark.parametrize("login", [AUDITOR, HEAD])
def test_who_only_reads_sees_no_button_that_changes_something(town: Town, login: str):
    document_id = hand_in_nib(town.browser(FIRST))
    browser = town.browser(login)
    page = browser.get(f"/papers/{document_id}")
    assert page.status == 200
    assert page.actions() == []
    assert "/papers/new" not in "".join(browser.get("/papers").links())
    assert not [link for link in page.links() if link.startswith(("/papers/new", f"/papers/{document_id}/confirm"))]


def test_personal_numbers_are_masked_for_those_who_need_not_see_them(town: Town):
    browser = town.browser(FIRST)
    document_id = id_of(upload(browser, make_photo(), kind=Kind.NIK))
    page = confirm(browser, document_id, number=NIK, holder="Bu Satu")
    assert NIK in page.text
    auditor = town.browser(AUDITOR)
    page = auditor.get(f"/papers/{document_id}")
    assert NIK not in page.source
    assert "6471********0001" in page.text
    assert page.all("image") == []
    assert auditor.get(f"/papers/{document_id}/pages/1").status == 404
    assert auditor.get(f"/papers/{document_id}/file").status == 404
    assert NIK not in auditor.get("/papers").source
    # An admin may hand papers in, but not confirm a number that it sees only in part.
    admin = town.browser(ADMIN)
    assert admin.get(f"/papers/{document_id}/confirm").path == f"/papers/{document_id}"
    assert confirm(admin, document_id, number="6471********0001").path == f"/papers/{document_id}"
    assert town.ask("SELECT number FROM document") == [(NIK,)]


def test_the_dinas_says_whose_paper_it_hands_in(town: Town):
    browser = town.browser(VERIFIER)
    page = browser.get("/papers/new")
    assert "Whose paper is it?" in page.text
    assert "Several producers fit “Dapur”." in browser.get("/papers/new?producer=Dapur").text
    page = browser.get("/papers/new?producer=P2")
    assert "/papers/new?kind=nib&producer=P2" in page.links()
    page = upload(browser, make_nib(), producer="P2")
    assert page.path.endswith("/confirm")
    page = confirm(browser, id_of(page), **HANDED_IN)
    assert "/producers/P2/papers" in page.links()
    assert town.ask("SELECT producer.code FROM document JOIN producer ON producer.id = producer_id") == [("P2",)]


def test_an_officer_hands_in_for_a_producer_without_an_account(town: Town):
    browser = town.act_for("P3")
    document_id = hand_in_nib(browser)
    assert town.ask("SELECT producer.code FROM document JOIN producer ON producer.id = producer_id") == [("P3",)]
    assert "Orang Petugas" in browser.get(f"/papers/{document_id}").text


def test_the_list_is_narrowed_and_downloaded(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    id_of(upload(town.browser(SECOND), make_photo(), kind=Kind.NPWP))
    browser = town.browser(VERIFIER)
    assert {"Dapur 1", "Dapur 2"} <= set(browser.get("/papers").texts)
    for asked in ("kind=nib", "state=submitted", "producer=P1", f"q={NIB}"):
        page = browser.get(f"/papers?{asked}")
        assert f"/papers/{document_id}" in page.links(), asked
        assert "Dapur 2" not in page.text, asked
    rows = browser.get("/papers?kind=nib&format=csv").source.splitlines()
    assert len(rows) == 2
    assert "NIB,Dapur 1,waits for the dinas" in rows[1]
    assert "Nothing fits this search." in browser.get("/papers?ends=past").text
