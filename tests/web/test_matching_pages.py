"""Matching on the pages: what a line could be and why, accepting it, saying otherwise, undoing, and writing off."""

import re
from pathlib import Path

import pytest

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.rules import Role
from tests.builders import AUDITOR, FINANCE
from tests.conftest import REGION
from tests.payments.money import Money, build_money
from tests.web.browsing import Browser, Page, give_passwords

HEAD = "kepala@dinas.example"
LINES = (
    (29_250, "TRSF E-BANKING CR NP-2026-000001 BERUANG MART"),
    (14_625, "BERUANG MART"),
    (-6_500, "BIAYA ADM"),
    (31_337, "SETORAN TUNAI"),
    (50_000, "SALAH KIRIM"),
    (-50_000, "RETUR SALAH KIRIM"),
)


@pytest.fixture
def opened(database: Database, files: Files, tmp_path: Path) -> tuple[Money, list[int], dict[str, Browser]]:
    """Open browsers of finance, head and auditor over a city with six lines that nobody has said what they are."""
    with database.transaction(REGION) as session:
        money = build_money(session, tmp_path)
        add_user(session, by=money.city.admin, login=HEAD, name="Ibu Kepala", role=Role.HEAD)
        lines = money.book(*LINES)
    give_passwords(database)
    app = create_app(database, files, region=REGION, region_name="Kota Balikpapan")
    browsers = {login: Browser(app) for login in (FINANCE, HEAD, AUDITOR)}
    for login, browser in browsers.items():
        browser.sign_in(login)
    return money, lines, browsers


Opened = tuple[Money, list[int], dict[str, Browser]]


def key_of(page: Page, line_id: int) -> str:
    """Return what the first proposal of a line is known by on the page."""
    found = re.search(
        rf'action="/matching/{line_id}/accept">.*?name="proposal" value="([0-9a-f]+)"', page.source, re.DOTALL
    )
    assert found
    return found[1]


def test_each_line_stands_beside_what_is_open_with_its_reasons(opened: Opened):
    _, lines, browsers = opened
    page = browsers[FINANCE].get("/matching")
    for said in (
        "Number and amount", "certain", "The number NP-2026-000001 stands in the line.", "Exactly this amount is open.",
        "Nothing fits. The money stays unallocated", "Rp109.687", "Rp68.712",
    ):  # fmt: skip
        assert said in page.text, said
    # 29.250 + 14.625 - 6.500 + 31.337 + 50.000 - 50.000 = 68.712
    assert f"/matching/{lines[0]}/accept" in page.actions()


def test_all_that_is_certain_is_posted_by_one_button(opened: Opened):
    browser = opened[2][FINANCE]
    page = browser.post("/matching/certain", {"account": "BCA"}, page="/matching")
    assert "1 payments and payouts were certain and are posted." in page.text
    assert "Nothing was certain" in browser.post("/matching/certain", {"account": "BCA"}, page="/matching").text
    matches = browser.get("/matches").text
    assert "number and amount" in matches
    assert "NP-2026-000001" in matches


def test_a_proposal_is_accepted_and_undone(opened: Opened):
    _, lines, browsers = opened
    browser = browsers[FINANCE]
    key = key_of(browser.get("/matching"), lines[1])
    page = browser.post(f"/matching/{lines[1]}/accept", {"proposal": key}, page="/matching")
    assert "Matched." in page.text
    again = browser.post(f"/matching/{lines[1]}/accept", {"proposal": key}, page="/matching")
    assert again.status == 409
    assert "Nothing was posted." in again.text
    match = browser.get("/matches/1")
    for said in (
        "BERUANG MART",
        "NP-2026-000003",
        "Accepted by a person",
        "Bagus Prakoso",
        "The name “BERUANG MART” fits Beruang Mart.",
    ):
        assert said in match.text, said
    assert browser.post("/matches/1/undo", {"reason": ""}, page="/matches/1").is_refused()
    undone = browser.post("/matches/1/undo", {"reason": "salah mitra"}, page="/matches/1")
    assert "salah mitra" in undone.text
    assert f"/matching/{lines[1]}/accept" in browser.get("/matching").actions()


def test_a_person_splits_a_line_by_hand(opened: Opened):
    money, lines, browsers = opened
    browser = browsers[FINANCE]
    first, fourth = money.statements[0].id, money.statements[3].id
    page = browser.get(f"/matching/{lines[3]}?partner=BM")
    assert page.typed(f"line-{lines[3]}") == "31.337"
    address = f"/matching/{lines[3]}/split"
    wrong = {f"line-{lines[3]}": "31.337", f"pay-{first}": "29.250", "partner": "BM"}
    refused = browser.post(address, wrong, page=page.path)
    assert refused.is_refused()
    assert "The lines give Rp31.337, the statements get Rp29.250; nothing was posted." in refused.text
    assert refused.typed(f"pay-{first}") == "29.250"
    right = {**wrong, f"pay-{fourth}": "2.087", "remark": "lewat telepon"}  # 31.337 - 29.250
    assert "Matched. Nothing is left of it." in browser.post(address, right, page=page.path).text
    assert "lewat telepon" in browser.get("/matches/1").text
    assert "All of this line is matched." in browser.get(f"/matching/{lines[3]}").text


def test_what_is_left_of_a_line_is_said_with_its_amount(opened: Opened):
    money, lines, browsers = opened
    page = browsers[FINANCE].get(f"/matching/{lines[3]}?partner=BM")
    part = {f"line-{lines[3]}": "29.250", f"pay-{money.statements[0].id}": "29.250", "partner": "BM"}
    said = browsers[FINANCE].post(f"/matching/{lines[3]}/split", part, page=page.path).text
    assert "Matched. Rp2.087 is left of it and stays unallocated." in said  # 31.337 - 29.250


def test_what_is_no_amount_is_said_at_its_field(opened: Opened):
    money, lines, browsers = opened
    data = {f"line-{lines[3]}": "banyak", f"pay-{money.statements[0].id}": "1", "partner": "BM"}
    page = browsers[FINANCE].post(f"/matching/{lines[3]}/split", data, page=f"/matching/{lines[3]}")
    assert page.is_refused()
    assert "is no amount in rupiah" in page.problem(f"line-{lines[3]}")


def test_a_charge_and_money_sent_back_are_noted(opened: Opened):
    _, lines, browsers = opened
    browser = browsers[FINANCE]
    page = browser.post(f"/matching/{lines[2]}/charge", {}, page=f"/matching/{lines[2]}")
    assert "The office bears it." in page.text
    page = browser.post(f"/matching/{lines[4]}/refund", {"other": str(lines[5])}, page=f"/matching/{lines[4]}")
    assert "Noted as money that was sent back." in page.text
    assert "Rp75.212" in page.text  # 29.250 + 14.625 + 31.337


def test_a_partner_and_a_side_narrow_the_page(opened: Opened):
    _, lines, browsers = opened
    page = browsers[FINANCE].get("/matching?account=BCA&partner=BM")
    assert "SETORAN TUNAI" not in page.text
    out = browsers[FINANCE].get("/matching?account=BCA&side=out")
    assert f"/matching/{lines[0]}" not in out.links()
    assert f"/matching/{lines[2]}" in out.links()


def test_free_lines_and_matches_can_be_downloaded(opened: Opened):
    browser = opened[2][FINANCE]
    browser.post("/matching/certain", {"account": "BCA"}, page="/matching")
    assert "SETORAN TUNAI" in browser.get("/matching?account=BCA&format=csv").source
    assert "NP-2026-000001" in browser.get("/matches?format=csv").source
    assert browser.get("/matches?format=xlsx").status == 200


def test_an_auditor_sees_it_without_buttons(opened: Opened):
    browser = opened[2][AUDITOR]
    page = browser.get("/matching")
    assert "Number and amount" in page.text
    assert page.actions() == []
    assert browser.get("/matching/1").actions() == []


def test_a_rest_is_proposed_by_one_and_decided_by_another(opened: Opened):
    _, _, browsers = opened
    data = {"statement": "NP-2026-000003", "amount": "2.500", "difference": "transfer_cost", "borne_by": "office"}
    new = "/write-offs/new?statement=NP-2026-000003"
    too_much = browsers[FINANCE].post("/write-offs/new", {**data, "amount": "6.501"}, page=new)
    assert too_much.is_refused()
    page = browsers[FINANCE].post("/write-offs/new", data, page=new)
    assert "You proposed it, so another person decides." in page.text
    path = page.path
    assert f"{path}/decide" not in page.actions()
    head = browsers[HEAD]
    assert head.post(f"{path}/decide", {"outcome": "refuse"}, page=path).is_refused()
    decided = head.post(f"{path}/decide", {"outcome": "approve"}, page=path)
    assert "written off" in decided.text
    assert "Ibu Kepala" in decided.text
    assert "NP-2026-000003" in browsers[AUDITOR].get("/write-offs").text


@pytest.mark.parametrize("path", ["/matching/999", "/matches/999", "/write-offs/999", "/write-offs/new?statement=NP-1"])
def test_what_is_not_there_is_not_found(opened: Opened, path: str):
    assert opened[2][FINANCE].get(path).status == 404
