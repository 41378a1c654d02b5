"""Waivers: the head grants and ends them, with every refusal on its field; the others of the dinas read them."""

from datetime import timedelta

import pytest

from consign import clock
from tests.builders import ADMIN, AUDITOR
from tests.web.town import FIRST, HEAD, VERIFIER, Town

TODAY = clock.today("Asia/Makassar")
NEW = {
    "producer": "P1",
    "product": "PRD-1",
    "kind": "halal",
    "reason": "Sertifikat sedang diproses LPH.",
    "first": TODAY.isoformat(),
    "last": (TODAY + timedelta(90)).isoformat(),
}


def grant(town: Town, **changed: str) -> int:
    """Grant a waiver and return its id."""
    page = town.browser(HEAD).post("/waivers/new", {**NEW, **changed}, page="/waivers/new")
    assert (page.status, page.path) == (200, "/waivers"), page.text
    return int(str(town.ask("SELECT max(id) FROM paper_waiver")[0][0]))


def test_the_head_grants_a_waiver_and_all_of_the_dinas_read_it(town: Town):
    waiver_id = grant(town)
    for login in (HEAD, VERIFIER, AUDITOR, ADMIN):
        page = town.browser(login).get("/waivers")
        assert "Waivers 1" in page.text
        assert "Sertifikat sedang diproses LPH." in page.text
        page = town.browser(login).get(f"/waivers/{waiver_id}")
        assert "Waiver for Dapur 1" in page.text
        assert "in force" in page.text
        assert bool(page.actions()) == (login == HEAD)
    assert "/waivers/new" not in town.browser(VERIFIER).get("/waivers").links()


def test_the_form_begins_with_what_the_address_names(shared_town: Town):
    page = shared_town.browser(HEAD).get("/waivers/new?producer=P1&product=PRD-1&kind=halal")
    assert (page.typed("producer"), page.typed("product")) == ("P1", "PRD-1")
    assert '<option value="halal" selected>' in page.source
    assert '<option value="PRD-1">' in page.source


def test_a_waiver_for_all_products_and_one_that_begins_later(town: Town):
    later = TODAY + timedelta(30)
    waiver_id = grant(town, product="", kind="pirt", first=later.isoformat())
    page = town.browser(HEAD).get(f"/waivers/{waiver_id}")
    assert "all products" in page.text
    assert "begins later" in page.text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"producer": "Dapur"}, "producer", "P1 (Dapur 1), P2 (Dapur 2)"),
        ({"product": "PRD-2"}, "product", "is not one of Dapur 1's"),
        ({"product": "PRD-9"}, "product", "no product"),
        ({"kind": "lain"}, "kind", "Choose one"),
        ({"reason": " "}, "reason", "This is missing"),
        ({"last": (TODAY - timedelta(1)).isoformat()}, "last", "before the first"),
        ({"last": (TODAY + timedelta(400)).isoformat()}, "last", "a year at most"),
        ({"first": "31/02/2026"}, "first", "is no day"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {**NEW, **changed}
    page = shared_town.browser(HEAD).post("/waivers/new", typed, page="/waivers/new")
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed("producer") == typed["producer"]
    assert typed["reason"].strip() in page.source
    assert shared_town.ask("SELECT count(*) FROM paper_waiver") == [(0,)]


def test_a_waiver_is_ended_earlier_and_never_made_longer(town: Town):
    waiver_id = grant(town)
    head, path = town.browser(HEAD), f"/waivers/{waiver_id}"
    page = head.post(f"{path}/end", {"last": (TODAY + timedelta(91)).isoformat()}, page=path)
    assert page.is_refused()
    assert "already" in page.problem("last")
    page = head.post(f"{path}/end", {"last": (TODAY - timedelta(1)).isoformat()}, page=path)
    assert "The waiver ends on" in page.text
    assert "ended" in page.text
    assert page.actions() == []
    assert "Nothing fits" in head.get("/waivers?state=in_force").text
    assert "Waivers 1" in head.get("/waivers?state=over&kind=halal&producer=P1").text


def test_what_is_not_there_is_not_found_and_others_are_kept_out(town: Town):
    waiver_id = grant(town)
    assert town.browser(HEAD).get("/waivers/987654").status == 404
    assert town.browser(HEAD).post("/waivers/987654/end", {"last": TODAY.isoformat()}, page="/waivers").status == 404
    assert town.browser(FIRST).get(f"/waivers/{waiver_id}").status == 403
    page = town.browser(VERIFIER).post(f"/waivers/{waiver_id}/end", {"last": TODAY.isoformat()}, page="/waivers")
    assert page.status == 403
