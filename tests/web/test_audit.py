"""The audit trail on its page: who, what, to what; narrowed, searched, and as a file."""

import csv
import io

import pytest

from consign.identity.lists import Subject
from consign.web.audit import describe_detail
from consign.web.language import LANGUAGES
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.town import FIRST, HEAD, Town


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({}, None),
        ({"on_behalf_of": "producer:3"}, None),
        ({"price_rp": 16_000, "from_on": "2026-12-01"}, "price: Rp16.000; from: 1 Dec 2026"),
        ({"fee_rate_bp": 250}, "fee: 2,5%"),
        ({"partner_id": 4}, "partner: BM · Beruang Mart"),
        ({"producer_id": None}, "producer: nothing"),
        ({"before": {"name": "A"}, "after": {"name": "B"}, "code": "X"}, "name: A → B; code: X"),
        ({"before": "head", "role": "auditor"}, "before: head of the dinas; role: auditor"),
        ({"some_key": [1, {"a": None}]}, 'some key: [1, {"a": null}]'),
        ({"day": "2026-99-99", "ready": True}, "day: 2026-99-99; ready: yes"),
    ],
)
def test_what_an_event_keeps_is_told_as_pairs(detail: dict[str, object], told: str | None):
    named = {"partner:4": Subject("partner", "BM · Beruang Mart", "/partners/BM")}
    said = describe_detail(detail, named)
    assert (None if said is None else LANGUAGES["en"].say(said)) == told


def test_the_newest_event_comes_first_and_each_leads_to_what_it_is_about(shared_town: Town):
    page = shared_town.browser(AUDITOR).get("/audit")
    assert page.status == 200
    assert page.actions() == []
    people = shared_town.browser(AUDITOR).get("/audit?act=producer+added")
    assert "producer P3 · Dapur 3" in people.text
    assert "/producers/P3" in people.links()
    ((length,),) = shared_town.ask("SELECT seq FROM audit_head")
    ((head,),) = shared_town.ask("SELECT encode(hash, 'hex') FROM audit_head")
    page = shared_town.browser(AUDITOR).get("/audit")
    assert f"Length of the chain {length}" in page.text
    assert str(head) in page.text


def test_it_is_narrowed_by_act_person_subject_and_day(shared_town: Town):
    browser = shared_town.browser(AUDITOR)
    assert "Audit trail 3 " in browser.get("/audit?act=producer+added").text
    assert "Audit trail 1 " in browser.get("/audit?act=producer+added&q=P3").text
    assert "Audit trail 2 " in browser.get("/audit?act=period+closed&who=bagus").text
    assert "Nothing fits" in browser.get("/audit?act=period+closed&who=rini").text
    product = shared_town.id("product", code="PRD-1")
    assert "Audit trail 4 " in browser.get(f"/audit?subject=product:{product}").text  # added, price, barcode, alias
    assert "Audit trail 12 " in browser.get("/audit?subject=product").text
    assert "Nothing fits" in browser.get("/audit?until=2020-01-01").text
    assert "Nothing fits" in browser.get("/audit?since=9999-12-31").text
    everything = browser.get("/audit?act=partner+added&since=2020-01-01&until=9999-12-31").text
    assert "Audit trail 2 " in everything


def test_the_file_holds_all_events_that_were_asked_for(shared_town: Town):
    answer = shared_town.browser(AUDITOR).get("/audit?act=price+set&format=csv").answer
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Details"] for row in rows] == [
        "from: 1 Jan 2026; price: Rp77.000",
        "from: 1 Jan 2026; price: Rp22.500",
        "from: 1 Jan 2026; price: Rp15.000",
    ]
    assert {row["Who"] for row in rows} == {"Rini Wulandari"}
    assert rows[0]["About"] == "product PRD-3 · Madu Kelulut"


def test_it_is_open_to_those_who_oversee(shared_town: Town):
    assert [shared_town.browser(login).get("/audit").status for login in (ADMIN, HEAD, AUDITOR)] == [200] * 3
    assert [shared_town.browser(login).get("/audit").status for login in (FINANCE, FIRST)] == [403] * 2
