"""The verifiers' queue: taking the oldest, seeing typed beside read, each decision with its refusals, going on."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from compliance.facts import Kind
from consign import clock
from consign.documents.reviewing import release_lapsed
from consign.documents.rules import Decision
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from tests.builders import ADMIN, AUDITOR
from tests.conftest import REGION
from tests.web.browsing import Browser, Page, give_passwords
from tests.web.handing_in import confirm, decide, hand_in_nib, id_of, make_nib, make_photo, state_of, upload
from tests.web.town import FIRST, HEAD, SECOND, VERIFIER, Town

COLLEAGUE = "verifikator2@dinas.example"
OTHER_NIB = "9120001234567"


def add_colleague(town: Town) -> Browser:
    """Return the browser of a second verifier."""
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login=COLLEAGUE, name="Kolega Verifikator", role=Role.VERIFIER)
    give_passwords(town.database)
    return town.browser(COLLEAGUE)


def typed_of(page: Page) -> dict[str, str]:
    """Return what stands in the fields of the decision."""
    return {name: page.typed(name) or "" for name in ("number", "holder", "issued_on", "consulted", "version")}


def take(browser: Browser) -> Page:
    return browser.post("/review/next", {}, page="/review")


def send(browser: Browser, document_id: int, **changed: str | list[str]) -> Page:
    """Send the decision on a paper's page, with what stands in its fields apart from what is *changed*."""
    path = f"/papers/{document_id}"
    page = browser.get(path)
    return browser.post(f"{path}/decide", {**typed_of(page), **changed}, page=path)


def test_the_queue_shows_the_oldest_first_and_gives_it_out(town: Town):
    first, second = hand_in_nib(town.browser(FIRST)), hand_in_nib(town.browser(SECOND), number=OTHER_NIB)
    browser = town.browser(VERIFIER)
    page = browser.get("/review")
    assert "Papers that wait 2" in page.text
    assert page.source.index(f"/papers/{first}") < page.source.index(f"/papers/{second}")
    page = take(browser)
    assert (page.status, page.path) == (200, f"/papers/{first}")
    assert state_of(town, first) == "in_review"
    assert "Verifikator" in browser.get("/review?held=mine").source
    assert take(browser).path == f"/papers/{first}"  # whoever holds one goes on with it


def test_an_empty_queue_says_so(town: Town):
    page = take(town.browser(VERIFIER))
    assert page.path == "/review"
    assert "No paper waits that you may review." in page.text
    assert "/review/next" not in page.actions()


def test_typed_and_read_values_stand_side_by_side_and_differences_are_marked(town: Town):
    producer = town.browser(FIRST)
    document_id = id_of(upload(producer, make_nib()))
    confirm(producer, document_id, number=OTHER_NIB, holder="Dapur 1", issued_on="2021-07-12")
    page = take(town.browser(VERIFIER))
    assert page.typed("number") == OTHER_NIB
    assert "In the file: 1207210001234" in page.text
    assert "same in the file" in page.text  # the day of issue
    assert f"/papers/{document_id}/pages/1" in page.source
    assert "oss.go.id" in page.links()[-1] or any("oss.go.id" in link for link in page.links())


def test_approving_goes_on_to_the_next_paper(town: Town):
    first, second = hand_in_nib(town.browser(FIRST)), hand_in_nib(town.browser(SECOND), number=OTHER_NIB)
    browser = town.browser(VERIFIER)
    take(browser)
    page = send(browser, first, decision="approve", consulted="oss.go.id", reason="cocok")
    assert page.path == f"/papers/{second}"
    assert "approved" in page.text
    assert (state_of(town, first), state_of(town, second)) == ("approved", "in_review")
    page = send(browser, second, decision="reject", reason="Bukan NIB usaha ini.")
    assert page.path == "/review"
    assert state_of(town, second) == "rejected"
    assert "Bukan NIB usaha ini." in town.browser(SECOND).get(f"/papers/{second}").text


def test_a_verifier_corrects_what_was_typed(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    browser = town.browser(VERIFIER)
    take(browser)
    send(
        browser,
        document_id,
        decision="approve",
        consulted="oss.go.id",
        reason="ok",
        holder="Dapur Satu",
        issued_on="2021-07-13",
    )
    assert town.ask("SELECT holder, issued_on::text, state FROM document WHERE id = :id", id=document_id) == [
        ("Dapur Satu", "2021-07-13", "approved")
    ]


def test_sentences_of_findings_are_told_to_the_producer(town: Town):
    document_id = hand_in_nib(town.browser(FIRST), number=OTHER_NIB)
    browser = town.browser(VERIFIER)
    page = take(browser)
    codes = [str(one["value"]) for one in page.all("input") if one.get("name") == "tell"]
    assert codes
    page = send(browser, document_id, decision="needs_correction", tell=codes[:1], reason="Foto ulang.")
    assert state_of(town, document_id) == "needs_correction"
    ((reason,),) = town.ask("SELECT reason FROM document WHERE id = :id", id=document_id)
    assert str(reason).endswith(" Foto ulang.")
    assert len(str(reason)) > len(" Foto ulang.")
    assert str(reason) in town.browser(FIRST).get(f"/papers/{document_id}").text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"decision": ""}, "", "Nothing was decided yet"),
        ({"decision": "approve", "consulted": "", "reason": "ok"}, "consulted", "Say where you looked this paper up"),
        ({"decision": "needs_correction"}, "reason", "Say why"),
        ({"decision": "reject"}, "reason", "Say why"),
        ({"decision": "approve", "issued_on": "31/02/2026"}, "issued_on", "is no day"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    town: Town, changed: dict[str, str], field: str, says: str
):
    document_id = hand_in_nib(town.browser(FIRST))
    browser = town.browser(VERIFIER)
    take(browser)
    page = send(browser, document_id, **{"holder": "Dapur Satu", "consulted": "telepon", **changed})
    assert page.is_refused()
    assert says in (page.problem(field) if field else page.text)
    assert page.typed("holder") == "Dapur Satu"
    assert page.typed("consulted") == changed.get("consulted", "telepon")
    assert town.ask("SELECT holder, state FROM document") == [("Dapur 1", "in_review")]


def test_one_verifier_at_a_time_and_what_was_given_back_keeps_its_place(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    browser, colleague = town.browser(VERIFIER), add_colleague(town)
    browser.post(f"/papers/{document_id}/claim", {}, page=f"/papers/{document_id}")
    page = colleague.get(f"/papers/{document_id}")
    assert "is reviewing this paper." in page.text
    assert [one for one in page.actions() if one.endswith(("/claim", "/decide", "/release"))] == []
    assert colleague.post(f"/papers/{document_id}/claim", {}, page="/review").status == 409
    assert colleague.post(f"/papers/{document_id}/release", {}, page="/review").status == 409
    page = browser.post(f"/papers/{document_id}/release", {}, page=f"/papers/{document_id}")
    assert page.path == "/review"
    assert "back in the queue" in page.text
    assert state_of(town, document_id) == "submitted"
    assert take(colleague).path == f"/papers/{document_id}"


def test_a_second_look_is_given_by_somebody_else(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    browser, colleague = town.browser(VERIFIER), add_colleague(town)
    take(browser)
    page = send(browser, document_id, decision="second_look", reason="Stempel aneh.")
    assert page.path == "/review"
    page = browser.get(f"/papers/{document_id}")
    assert "another verifier decides" in page.text
    assert f"/papers/{document_id}/claim" not in page.actions()
    assert take(browser).path == "/review"
    assert take(colleague).path == f"/papers/{document_id}"
    assert "Stempel aneh." in colleague.get(f"/papers/{document_id}").text
    send(colleague, document_id, decision="approve", consulted="oss.go.id", reason="benar")
    assert state_of(town, document_id) == "approved"


def test_a_hold_that_lapsed_is_taken_up_again_when_the_decision_is_sent(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    browser, colleague = town.browser(VERIFIER), add_colleague(town)
    take(browser)
    page = browser.get(f"/papers/{document_id}")
    with town.database.transaction(REGION) as session:
        session.execute(text("UPDATE document SET claimed_at = claimed_at - :long"), {"long": timedelta(hours=1)})
    assert f"/papers/{document_id}/claim" in colleague.get(f"/papers/{document_id}").actions()
    with town.database.transaction(REGION) as session:
        release_lapsed(session, now=clock.now())
    assert state_of(town, document_id) == "submitted"
    facts = {**typed_of(page), "consulted": "oss.go.id", "reason": "ok", "decision": "approve"}
    browser.post(f"/papers/{document_id}/decide", facts, page="/review")
    assert state_of(town, document_id) == "approved"


def test_what_another_took_meanwhile_is_not_decided_and_what_was_written_is_shown(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    browser, colleague = town.browser(VERIFIER), add_colleague(town)
    old = take(browser)
    browser.post(f"/papers/{document_id}/release", {}, page="/review")
    take(colleague)
    facts = {**typed_of(old), "decision": "reject", "reason": "Kabur sekali."}
    page = browser.post(f"/papers/{document_id}/decide", facts, page="/review")
    assert page.is_refused()
    assert "Kolega Verifikator is reviewing this paper" in page.text
    assert "Kabur sekali." in page.text
    assert state_of(town, document_id) == "in_review"


def test_nobody_decides_by_what_a_paper_said_before(town: Town):
    producer, browser, colleague = town.browser(FIRST), town.browser(VERIFIER), add_colleague(town)
    document_id = hand_in_nib(producer)
    old = take(browser)
    browser.post(f"/papers/{document_id}/release", {}, page="/review")
    take(colleague)
    send(colleague, document_id, decision="needs_correction", reason="Nama salah.")
    confirm(producer, document_id, number=OTHER_NIB, holder="Dapur 1", issued_on="2021-07-12")
    facts = {**typed_of(old), "decision": "approve", "consulted": "oss.go.id", "reason": "cocok"}
    page = browser.post(f"/papers/{document_id}/decide", facts, page="/review")
    assert page.status == 409
    assert "This paper has changed since you opened it" in page.text
    assert page.typed("number") == OTHER_NIB
    assert "cocok" in page.text
    assert state_of(town, document_id) == "in_review"
    facts = {**typed_of(page), "decision": "approve", "consulted": "oss.go.id", "reason": "cocok"}
    browser.post(f"/papers/{document_id}/decide", facts, page="/review")
    assert state_of(town, document_id) == "approved"


def test_what_one_verifier_holds_is_not_shown_to_another(town: Town):
    hand_in_nib(town.browser(FIRST))
    browser, colleague = town.browser(VERIFIER), add_colleague(town)
    take(browser)
    assert "Papers that you have begun to review: 1" in browser.get("/").text
    assert "Papers that you have begun to review" not in colleague.get("/").text


def test_an_approval_is_taken_back_with_a_reason(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    decide(town, document_id, Decision.APPROVE, reason="ok")
    browser, path = town.browser(VERIFIER), f"/papers/{document_id}"
    page = browser.post(f"{path}/revoke", {"reason": ""}, page=path)
    assert page.is_refused()
    page = browser.post(f"{path}/revoke", {"reason": "NIB dicabut OSS."}, page=path)
    assert "The approval was taken back." in page.text
    assert state_of(town, document_id) == "rejected"


def test_the_commitment_behind_a_pirt_is_noted(town: Town):
    producer = town.browser(FIRST)
    page = upload(producer, make_photo(), kind=Kind.PIRT, name="pirt.jpg", products=["PRD-1"])
    document_id = id_of(page)
    page = confirm(
        producer, document_id, number="206647101012330", holder="Dapur 1", issued_on="2025-03-10",
        valid_until="2030-03-09", stage="issued", products=["PRD-1"],
    )  # fmt: skip
    assert page.status == 200, page.text
    decide(town, document_id, Decision.APPROVE, reason="ok")
    browser, path = town.browser(VERIFIER), f"/papers/{document_id}"
    assert f"{path}/stage" in browser.get(path).actions()
    page = browser.post(f"{path}/stage", {}, page=path)
    assert "is fulfilled" in page.text
    assert f"{path}/stage" not in page.actions()
    assert town.ask("SELECT stage FROM document WHERE id = :id", id=document_id) == [("fulfilled",)]


def test_a_reported_change_is_reviewed_with_what_was_said_while_the_paper_stays_in_force(town: Town):
    producer = town.browser(FIRST)
    document_id = id_of(upload(producer, make_photo(), kind=Kind.PIRT, name="pirt.jpg", products=["PRD-1"]))
    confirm(producer, document_id, number="206647101012330", issued_on="2025-03-10", products=["PRD-1"])
    decide(town, document_id, Decision.APPROVE, reason="ok")
    path = f"/papers/{document_id}"
    producer.post(f"{path}/change", {"note": "Minyak goreng diganti."}, page=path)
    page = take(town.browser(VERIFIER))
    assert page.path != path
    assert "Minyak goreng diganti." in page.text
    assert "It is to replace" in page.text
    assert state_of(town, document_id) == "approved"


def test_nobody_else_sees_a_button_of_the_review(town: Town):
    document_id = hand_in_nib(town.browser(FIRST))
    for login in (HEAD, AUDITOR, ADMIN, FIRST):
        page = town.browser(login).get(f"/papers/{document_id}")
        assert page.status == 200
        assert [one for one in page.actions() if one.endswith(("/claim", "/decide", "/revoke"))] == []
        assert town.browser(login).get("/review").status == 403


def test_what_waits_stands_on_the_first_page(town: Town):
    browser = town.browser(VERIFIER)
    assert "/review" not in [one for one in browser.get("/").links() if "Papers that wait for review" in one]
    assert "Papers that wait for review" not in browser.get("/").text
    document_id = hand_in_nib(town.browser(FIRST))
    assert "Papers that wait for review: 1" in browser.get("/").text
    take(browser)
    assert "Papers that you have begun to review: 1" in browser.get("/").text
    send(browser, document_id, decision="needs_correction", reason="Foto ulang.")
    assert "Papers that you are asked to correct: 1" in town.browser(FIRST).get("/").text
