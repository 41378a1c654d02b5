"""Payouts on pages: planned by one, approved by another, handed over, found, returned, and what the producer says."""

import pytest

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from tests.builders import ADMIN, FINANCE, build_city
from tests.conftest import REGION
from tests.payouts.paying import HEAD, SECOND, VERIFIER, Paying, build_paying, freeze
from tests.web.browsing import Browser, give_passwords

OWNER, OTHER = "pemilik0@umkm.example", "pemilik1@umkm.example"
BATCH = "/payouts/PB-2026-0001"
PAYOUT = f"{BATCH}/PB20260001-001"


class Office:
    """The people of a city that pays, each with a browser."""

    def __init__(self, database: Database, files: Files, paying: Paying) -> None:
        self.database, self.paying = database, paying
        self.app = create_app(database, files, region=REGION, region_name="Kota Balikpapan")
        self._open: dict[str, Browser] = {}

    def __call__(self, login: str) -> Browser:
        if login not in self._open:
            self._open[login] = Browser(self.app)
            self._open[login].sign_in(login)
        return self._open[login]


@pytest.fixture
def office(database: Database, files: Files, monkeypatch: pytest.MonkeyPatch) -> Office:
    calendar = freeze(monkeypatch)
    with database.transaction(REGION) as session:
        paying = build_paying(build_city(session), calendar)
        paying.account(0, number="0012345678", holder="Siti & Rekan")
        paying.pay((0, 61_111), (1, 45_000))
    give_passwords(database)
    return Office(database, files, paying)


def book(office: Office, *lines: tuple[int, str]) -> list[int]:
    with office.database.transaction(REGION) as session:
        office.paying.city.session = session
        return [one.id for one in office.paying.book(*lines)]


def test_a_batch_goes_its_way_over_pages(office: Office):
    finance = office(FINANCE)
    draft = finance.get("/payouts/new")
    assert "Dapur 1 1 Rp61.111" in draft.text
    assert "Dapur 2 Rp45.000 There is no confirmed bank account to pay to." in draft.text
    account = str(office.paying.bank.id)
    page = finance.post("/payouts/new", {"account": account, "on": "2026-11-20"}, page="/payouts/new")
    assert (page.path, page.status) == (BATCH, 200)
    assert "another person approves it" in page.text
    assert f"{BATCH}/approve" not in page.actions()
    refused = finance.post(f"{BATCH}/approve", {}, page=BATCH)
    assert refused.status == 409
    assert "You planned batch PB-2026-0001 yourself" in refused.text
    assert finance.get(f"{BATCH}/file?format=bca").status == 409
    page = office(HEAD).post(f"{BATCH}/approve", {}, page=BATCH)
    assert "Approved. Finance may now hand it to the bank." in page.text
    assert f"{BATCH}/send" not in page.actions()
    page = finance.get(BATCH)
    assert "Siti & Rekan → Siti dan Rekan" in page.text
    file = finance.get(f"{BATCH}/file?format=csv")
    assert file.source.splitlines()[1] == "1,Siti dan Rekan,014,0012345678,61111,PB20260001-001,"
    assert [finance.get(f"{BATCH}/file?format={one}").status for one in ("bca", "pain", "nothing")] == [200, 200, 404]
    page = finance.post(f"{BATCH}/send", {"on": "2026-11-20"}, page=BATCH)
    assert "Noted. Everybody who is paid is told." in page.text
    line, _ = book(office, (-61_111, "TRF PB20260001-001"), (61_111, "RETUR"))
    page = finance.get(BATCH)
    assert "Reference PB20260001-001 and amount are the same." in page.text
    stale = finance.post(f"{BATCH}/found", {"lines": "9", "payouts": "9"}, page=BATCH)
    assert (stale.status, "nothing was posted" in stale.text) == (409, True)
    page = finance.post(f"{BATCH}/found", {"lines": str(line), "payouts": "1"}, page=BATCH)
    assert "Found. The producers are told." in page.text
    own = office(OWNER).get("/payouts")
    assert ("PB20260001-001" in own.text, "Rp61.111" in own.text) == (True, True)
    assert office(OTHER).get(PAYOUT).status == office(OTHER).get(BATCH).status == office(OWNER).get(BATCH).status == 404
    asked = office(OWNER).get(PAYOUT)
    assert ("paid out" in asked.text, '<h2 id="answer">' in asked.source) == (True, True)
    answered = office(OWNER).post(f"{PAYOUT}/answer", {"answer": "not_received", "remark": "belum"}, page=PAYOUT)
    assert "money did not come" in answered.text
    assert ("Answer otherwise" in answered.text, '<h2 id="answer">' in answered.source) == (True, False)
    assert "money did not come belum" in finance.get(PAYOUT).text
    back = finance.get(PAYOUT)
    assert "RETUR" in back.source
    refused = finance.post(f"{PAYOUT}/return", {"on": "2026-11-20", "reason": "tutup", "line": ""}, page=PAYOUT)
    assert refused.is_refused()
    returned = finance.post(
        f"{PAYOUT}/return", {"on": "2026-11-20", "reason": "rekening tutup", "line": str(line + 1)}, page=PAYOUT
    )
    assert "Noted. The money is payable again." in returned.text
    assert "rekening tutup" in returned.text
    undo_the_return(finance)
    with office.database.transaction(REGION) as session:
        office.paying.city.session = session
        office.paying.assert_sound()


def undo_the_return(finance: Browser) -> None:
    """Take back that the payout came back, which was noted by mistake."""
    assert finance.post(f"{PAYOUT}/undo-return", {"reason": ""}, page=PAYOUT).is_refused()
    undone = finance.post(f"{PAYOUT}/undo-return", {"reason": "retur orang lain"}, page=PAYOUT)
    assert "Taken back. The payout stands as before it was returned." in undone.text
    assert "rekening tutup" not in undone.text
    assert "It did not come back" not in undone.text


def test_a_planned_payout_is_taken_out_and_a_batch_cancelled(office: Office):
    finance = office(FINANCE)
    finance.post("/payouts/new", {"account": str(office.paying.bank.id), "on": "2026-11-20"}, page="/payouts/new")
    assert finance.post(f"{PAYOUT}/out", {"reason": ""}, page=PAYOUT).is_refused()
    page = office(SECOND).post(f"{PAYOUT}/out", {"reason": "salah"}, page=PAYOUT)
    assert "Payout PB20260001-001 was taken out." in page.text
    assert 'class="btn btn-danger">Cancel the batch<' in finance.get(BATCH).source
    assert finance.post(f"{BATCH}/cancel", {"reason": "salah"}, page=BATCH).text.count("cancelled") >= 1
    assert "waits for approval" not in finance.get(BATCH).text
    again = finance.post(
        "/payouts/new", {"account": str(office.paying.bank.id), "on": "2026-11-20"}, page="/payouts/new"
    )
    assert again.path == "/payouts/PB-2026-0002"


def test_numbers_are_masked_for_those_who_need_not_see_them(office: Office):
    finance = office(FINANCE)
    finance.post("/payouts/new", {"account": str(office.paying.bank.id), "on": "2026-11-20"}, page="/payouts/new")
    for login, shown in ((FINANCE, True), (HEAD, False), (ADMIN, False)):
        for path in (BATCH, PAYOUT, "/payees", f"{BATCH}?format=csv"):
            page = office(login).get(path)
            assert (page.status, "0012345678" in page.source) == (200, shown), (login, path)
    assert "0012345678" in office(OWNER).get("/payees").source
    assert "0012345678" not in office(OTHER).get("/payees").source


def test_an_account_is_stated_by_its_owner_and_confirmed_by_another(office: Office):
    owner, verifier = office(OTHER), office(VERIFIER)
    wallet = owner.post("/payees/new", {"bank": "014", "number": "081234567890", "holder": "Sari"}, page="/payees/new")
    assert wallet.is_refused()
    assert "not of a bank account" in wallet.problem("number")
    page = owner.post("/payees/new", {"bank": "014", "number": "12345678", "holder": "Sari"}, page="/payees/new")
    assert "It counts once another person has confirmed it." in page.text
    path = page.path
    assert f"{path}/confirm" not in page.actions()
    seen = verifier.get(path)
    for said in ("usually have 10", "The account stands in the name Sari, its owner is Dapur 2."):
        assert said in seen.text
    assert "Confirm bank accounts" in verifier.get("/").text
    refused = verifier.post(f"{path}/refuse", {"reason": "nama lain"}, page=path)
    assert "nama lain" in refused.text
    page = office(ADMIN).post(
        "/payees/new", {"owner": "P2", "bank": "014", "number": "1234567890", "holder": "Dapur 2"}, page="/payees/new"
    )
    confirmed = verifier.post(f"{page.path}/confirm", {}, page=page.path)
    assert "Confirmed. The owner is told." in confirmed.text
    assert office(OWNER).get(page.path).status == 404
    changed = office(FINANCE).post(
        "/payees/new",
        {"owner": "P2", "bank": "008", "number": "1230000000001", "holder": "Dapur 2"},
        page="/payees/new",
    )
    mine = office(FINANCE).get(changed.path)
    assert "You stated this account yourself" in mine.text
    assert "3 days pass before it is paid to" in mine.text


def test_a_layout_is_written_down_and_tried_with_a_real_batch(office: Office):
    finance = office(FINANCE)
    finance.post("/payouts/new", {"account": str(office.paying.bank.id), "on": "2026-11-20"}, page="/payouts/new")
    layout = {
        "name": "Bank Kita",
        "kind": "csv",
        "separator": ";",
        "header": "P;{count};{total}",
        "columns": "account\namount",
    }
    tried = finance.post("/payout-templates", {**layout, "then": "try"}, page="/payout-templates")
    assert "P;1;61111 0012345678;61111" in tried.text
    wrong = finance.post("/payout-templates", {**layout, "columns": "account\nsaldo\namount"}, page="/payout-templates")
    assert wrong.is_refused()
    assert "“saldo” is no column." in wrong.text
    kept = finance.post("/payout-templates", layout, page="/payout-templates")
    assert "The layout Bank Kita is kept." in kept.text
    office(HEAD).post(f"{BATCH}/approve", {}, page=BATCH)
    assert f"{BATCH}/file?format=layout%3ABank%20Kita" in finance.get(BATCH).links()
    assert finance.get(f"{BATCH}/file?format=layout%3ABank%20Kita").source.startswith("P;1;61111\r\n")
