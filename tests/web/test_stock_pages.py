"""What stands in stores and how it came to that, and losses: seen, contested and decided on."""

from datetime import date
from decimal import Decimal

import pytest

from consign.identity.queries import get_actor
from consign.stock.rules import NewLine, Reason
from consign.stock.writing_off import write_off
from tests.builders import AUDITOR, FINANCE
from tests.conftest import REGION
from tests.web.count_things import put_counts
from tests.web.town import BERUANG, FIRST, SECOND, T1, T2, Town


def test_a_store_sees_what_stands_with_its_batches(town: Town):
    put_counts(town)
    page = town.browser(T1).get("/stock")
    for said in ("Keripik Singkong", "6", "Batches: 1", "first to end 1 Mar 2027", "B1"):
        assert said in page.text
    assert "Sambal" not in page.text
    assert f"/stock/{town.id('store', code='T1')}/PRD-1" in page.links()


def test_a_producer_sees_its_goods_in_all_stores_and_nobody_elses(town: Town):
    put_counts(town)
    page = town.browser(FIRST).get("/stock")
    assert "Keripik Singkong" in page.text
    assert "Gerai T1" in page.text
    assert "Sambal" not in page.text
    other = town.browser(SECOND).get("/stock")
    assert "Sambal" in other.text
    assert "Keripik" not in other.text


def test_what_stands_below_zero_is_marked_and_its_likely_cause_told(town: Town):
    put_counts(town)
    count = town.browser(FINANCE).post(
        "/counts/new",
        {"store": str(town.id("store", code="T1")), "extent": "part", "day": "2026-10-30", "when": "closing"},
    )
    town.browser(FINANCE).post(f"{count.path}/set", {f"found:{town.id('product', code='PRD-2')}::": "1"})
    town.browser(FINANCE).post(f"{count.path}/record", {})
    with town.database.transaction(REGION) as session:
        by, store_id = get_actor(session, FINANCE), town.id("store", code="T1")
        line = NewLine(town.id("product", code="PRD-2"), Decimal(3), reason=Reason.DAMAGED)
        write_off(session, by=by, store_id=store_id, day=date(2026, 11, 2), lines=[line])
    page = town.browser(T1).get("/stock?show=negative")
    assert "Sambal Gami" in page.text
    assert "-2" in page.text
    assert "Below zero." in page.text
    # It was counted not long ago, nothing is on its way, and no other goods of its producer stand there.
    assert "A delivery note is missing." in page.text
    assert "Keripik" not in page.text


def test_movements_tell_step_by_step_how_it_came_to_that(town: Town):
    put_counts(town)
    page = town.browser(T1).get(f"/stock/{town.id('store', code='T1')}/PRD-1")
    # 10 were counted at first, 1 was sold on the 5th, 2 were written off, and one of the 7 left was not found.
    for said in ("first count", "written off", "sold", "difference of a count", "Sales file"):
        assert said in page.text, said
    assert any(link.startswith("/counts/SO-2026-") for link in page.links())
    assert any(link.startswith("/goods/HP-2026-") for link in page.links())
    assert '<path class="step"' in page.source
    # The file was handed in for all stores of the chain, so only the chain is led to it.
    assert not any(link.startswith("/uploads/") for link in page.links())
    chain = town.browser(BERUANG).get(page.path)
    assert any(link.startswith("/uploads/") for link in chain.links())


def test_the_list_may_be_narrowed_to_a_store_of_a_partner(town: Town):
    put_counts(town)
    office = town.browser(FINANCE)
    assert office.get("/stock?partner=BM").text.count("Keripik Singkong") == 1
    page = office.get(f"/stock?partner=BM&store={town.id('store', code='T2')}")
    assert "Keripik" not in page.text
    assert "Sambal" in page.text


@pytest.mark.parametrize("address", ["/stock?format=csv", "/losses?format=csv", "/counts?format=csv"])
def test_the_lists_are_files_as_well(town: Town, address: str):
    put_counts(town)
    answer = town.browser(T1).get(address)
    assert answer.status == 200
    assert "text/csv" in answer.answer.headers["content-type"]


def test_a_loss_tells_what_it_is_worth_and_who_bears_it(town: Town):
    loss_id = put_counts(town)["loss_id"]
    page = town.browser(T1).get(f"/losses/{loss_id}")
    # One of 15.000 less a fee of 2,5 % (375) is 14.625; the store bears 40 % of it.
    for said in ("Rp14.625", "Rp5.850", "Rp8.775", "may be contested", "40%"):
        assert said in page.text, said


def test_a_producer_contests_a_loss_the_dinas_decides_and_both_see_why(town: Town):
    path = f"/losses/{put_counts(town)['loss_id']}"
    producer, office = town.browser(FIRST), town.browser(FINANCE)
    assert f"{path}/decide" not in office.get(path).actions()
    refused = producer.post(f"{path}/contest", {"reason": ""}, page=path)
    assert refused.is_refused()
    page = producer.post(f"{path}/contest", {"reason": "Raknya belum dihitung semua"}, page=path)
    assert "The loss is contested." in page.text
    assert f"{path}/contest" not in page.actions()
    assert "Raknya belum dihitung semua" in town.browser(BERUANG).get(path).text
    decided = office.post(f"{path}/decide", {"share": "75", "reason": "Rak kedua terlewat"}, page=path)
    # 75 % of 14.625 is 10.968,75.
    for said in ("Rp10.969", "Rp3.656", "Rak kedua terlewat", "The store bears 75%."):
        assert said in decided.text, said
    assert "Rak kedua terlewat" in producer.get(path).text


@pytest.mark.parametrize(("share", "told"), [("", "missing"), ("150", "150"), ("x", "x")])
def test_a_share_that_cannot_be_is_refused_on_the_page(town: Town, share: str, told: str):
    path = f"/losses/{put_counts(town)['loss_id']}"
    town.browser(FIRST).post(f"{path}/contest", {"reason": "salah"}, page=path)
    page = town.browser(FINANCE).post(f"{path}/decide", {"share": share, "reason": "begitu"}, page=path)
    assert page.is_refused()
    assert told in page.text


def test_who_only_looks_finds_no_form(town: Town):
    path = f"/losses/{put_counts(town)['loss_id']}"
    assert town.browser(AUDITOR).get(path).actions() == []


def test_another_store_finds_nothing_at_a_losses_address(town: Town):
    path = f"/losses/{put_counts(town)['loss_id']}"
    assert town.browser(T2).get(path).status == 404
    assert town.browser(SECOND).get(path).status == 404
