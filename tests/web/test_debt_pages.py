"""Pages of opening balances, disputes, corrections and late payments, as their people use them."""

from datetime import date

import pytest
from pypdfium2 import PdfDocument

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.rules import Role
from tests.builders import FINANCE, build_city
from tests.conftest import REGION
from tests.settlement.carrying import HEAD as COLUMNS
from tests.settlement.carrying import ROWS, Clock
from tests.web.browsing import Browser, Page, Sent, give_passwords

HEAD, OWNER, CHAIN = "kepala@dinas.example", "pemilik@umkm.example", "keuangan@mitra.example"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    kept = Clock(date(2026, 9, 2))
    monkeypatch.setattr("consign.clock.now", kept.now)
    return kept


class Office:
    """The application with a browser for each person."""

    def __init__(self, database: Database, files: Files) -> None:
        with database.transaction(REGION) as session:
            city = build_city(session)
            for login, role, scope in (
                (HEAD, Role.HEAD, {}),
                (OWNER, Role.PRODUCER, {"producer_id": city.producers[0].id}),
                (CHAIN, Role.PARTNER_FINANCE, {"partner_id": city.partner.id}),
            ):
                add_user(session, by=city.admin, login=login, name=f"Orang {login[:4]}", role=role, **scope)
        give_passwords(database)
        self._app = create_app(database, files, region=REGION, region_name="Kota Balikpapan")
        self.browsers: dict[str, Browser] = {}

    def of(self, login: str) -> Browser:
        if login not in self.browsers:
            self.browsers[login] = Browser(self._app)
            self.browsers[login].sign_in(login)
        return self.browsers[login]

    def hand_in(self, *rows: str) -> Page:
        sheet = "\n".join([COLUMNS, *(rows or ROWS), ""]).encode()
        return self.of(FINANCE).post(
            "/carry-over/new", {"partner": "BM", "first": "2026-09-01"}, files={"file": ("saldo.csv", sheet)},
        )  # fmt: skip


@pytest.fixture
def office(database: Database, files: Files, clock: Clock) -> Office:  # noqa: ARG001  # the day it is
    return Office(database, files)


def fetch(browser: Browser, path: str) -> bytes:
    (answer,) = browser.send_all([Sent("GET", path)])
    assert answer.status_code == 200
    return answer.content


def test_opening_balances_are_handed_in_by_one_and_confirmed_by_another(office: Office):
    page = office.hand_in()
    assert "Nothing is posted before another person confirms it." in page.text
    for said in ("Rp425.500", "Rp40.000", "012/2026", "unpaid statement", "another person confirms it"):
        assert said in page.text
    assert "Confirm and post" not in page.text
    path = page.path
    confirmed = office.of(HEAD).post(f"{path}/confirm", {}, page=path)
    assert "Confirmed: statements carried over: 3." in confirmed.text
    statement = office.of(OWNER).get("/statements/NP-2026-000001")
    assert (statement.status, "Rp100.000" in statement.text) == (200, True)
    assert office.of(FINANCE).get("/carry-over/1/file").status == 200
    assert "handed in already" in office.hand_in().text


def test_problems_of_a_sheet_are_shown_by_row(office: Office):
    page = office.hand_in("nota,P9,1,,2026-08-31,2026-09-15,nol", "nota,P1,2,,2026-08-31,2026-08-01,100")
    assert page.status == 422
    for said in (
        "No producer has this code",
        "Write the amount in whole rupiah",
        "it is not due before that",
        "opname",
    ):
        assert (said in page.text) == (said != "opname")
    assert "/counts/new" in page.links()


def test_a_dispute_is_raised_answered_and_corrected(office: Office):
    office.of(HEAD).post(f"{office.hand_in().path}/confirm", {}, page="/carry-over/1")
    owner, finance = office.of(OWNER), office.of(FINANCE)
    form = owner.get("/statements/NP-2026-000001/dispute")
    assert "A closed statement is never changed." in form.text
    assert "until Sep 9, 2026" in form.text or "9 Sep 2026" in form.text
    path = "/statements/NP-2026-000001/dispute"
    assert owner.post(path, {"reason": ""}, page=path).status == 422
    raised = owner.post(path, {"reason": "Sudah dibayar sebagian", "expected": "60.000"}, page=path)
    assert "Your dispute is kept." in raised.text
    assert "Withdraw the dispute" in raised.text
    assert "Disputes to answer: 1" in finance.get("/").text
    answer = {"outcome": "rejected", "answer": "Benar", "adjustment": "-40.000"}
    refused = finance.post(f"{raised.path}/answer", answer, page=raised.path)
    assert "A statement that is right is not corrected." in refused.text
    answered = finance.post(f"{raised.path}/answer", {**answer, "outcome": "upheld"}, page=raised.path)
    assert "Answered. Both sides are told." in answered.text
    assert "-Rp40.000" in answered.text
    assert "Dispute it" in owner.get("/statements/NP-2026-000001").text
    assert "upheld" in owner.get("/statements/NP-2026-000001").text
    assert "Take it back" in finance.get("/adjustments/1").text
    decided = office.of(HEAD).post("/adjustments/1/decide", {"outcome": "approved"}, page="/adjustments/1")
    assert "approved" in decided.text
    assert "Rp40.000" in office.of(HEAD).get("/adjustments?state=approved").text


def test_a_correction_is_proposed_on_its_page(office: Office):
    page = office.of(FINANCE).post(
        "/adjustments/new", {"partner": "BM", "producer": "P1", "amount": "0", "reason": "uji"}, page="/adjustments/new"
    )
    assert (page.status, "A correction is not of nothing" in page.text) == (422, True)
    page = office.of(FINANCE).post(
        "/adjustments/new",
        {"partner": "BM", "producer": "P1", "amount": "-1.500", "reason": "uji"},
        page="/adjustments/new",
    )
    assert "Another person decides about it." in page.text
    assert "the partner's" in page.text


def test_late_partners_are_listed_reminded_and_written_to(office: Office, clock: Clock):
    office.of(HEAD).post(f"{office.hand_in().path}/confirm", {}, page="/carry-over/1")
    clock.day = date(2026, 9, 17)
    office.browsers.clear()  # sessions ended long ago
    finance = office.of(FINANCE)
    page = finance.get("/late")
    # Of 425.500 are 325.500 two days late, and 100.000 of 15 August 33.
    for said in ("Beruang Mart", "Rp325.500", "Rp100.000", "Rp425.500"):
        assert said in page.text
    assert "/late/BM" in page.links()
    law = finance.get("/late?by=legal")
    assert "Rp325.500" in law.text
    one = finance.get("/late/BM")
    assert "friendly reminder" in one.text
    sent = finance.post("/late/BM/remind", {"step": "friendly"}, page="/late/BM")
    assert "Sent: friendly reminder." in sent.text
    assert "first reminder" in sent.text
    for path in ("/late/BM/letter.pdf", "/late/report.pdf"):
        assert len(PdfDocument(fetch(finance, path))) >= 1
    assert fetch(finance, "/late/report.xlsx")[:2] == b"PK"
    assert finance.get("/late/XX").status == 404
    assert "Rp425.500" in office.of(HEAD).get("/late").text


def test_a_party_sees_nothing_of_reminders(office: Office):
    for login in (OWNER, CHAIN):
        assert office.of(login).get("/late").status == 403
        assert office.of(login).get("/adjustments").status == 403
