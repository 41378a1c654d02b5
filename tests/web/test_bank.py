"""The pages of bank accounts: adding one, handing a statement in, looking at it, posting it; what is asked and refused."""

from datetime import date

from tests.banking.conftest import AUGUST
from tests.banking.writers import HOLDER, NUMBER, statement, write_bca, write_mcm, write_mt940
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.browsing import Page
from tests.web.town import Town

ACCOUNT = {"code": "BCA-1", "bank_code": "014", "number": NUMBER, "holder": HOLDER}


def add_account(town: Town) -> None:
    page = town.browser(ADMIN).post("/bank/new", ACCOUNT)
    assert (page.status, page.path) == (200, "/bank/BCA-1"), page.text


def hand_in(town: Town, content: bytes, name: str = "mutasi.csv") -> Page:
    browser = town.browser(FINANCE)
    return browser.post("/bank/BCA-1/post", {}, files={"file": (name, content)})


def test_a_statement_is_looked_at_and_then_posted(town: Town):
    add_account(town)
    page = hand_in(town, write_bca(statement(10_000_000, AUGUST), pending=[(1_000, "TRSF")]))
    assert page.path.startswith("/bank/uploads/")
    assert "Rp10.000.000" in page.text
    assert "Rp11.283.600" in page.text
    assert town.ask("SELECT count(*) FROM bank_line") == [(0,)]
    posted = town.browser(FINANCE).post(f"{page.path}/post", {})
    assert (posted.status, posted.path) == (200, "/bank/BCA-1")
    assert "HOTEL BIRU" in posted.text
    assert town.ask("SELECT count(*) FROM bank_line") == [(5,)]
    files = town.browser(AUDITOR).get("/bank/BCA-1/files")
    (link,) = {link for link in files.links() if link.startswith("/bank/files/")}
    assert "BIAYA ADM" in town.browser(AUDITOR).get(link).text
    assert town.browser(AUDITOR).get(f"{link}/file").answer.content.startswith(b"Informasi Rekening")
    assert "Rp11.283.600" in town.browser(AUDITOR).get("/bank").text


def test_a_file_that_lacks_its_balances_asks_for_them(town: Town):
    add_account(town)
    page = hand_in(town, write_mcm(statement(10_000_000, AUGUST)))
    assert page.typed("opening") == ""
    wrong = town.browser(FINANCE).post(f"{page.path}/answer", {"opening": "x", "closing": "1"})
    assert wrong.status == 422
    answered = town.browser(FINANCE).post(f"{page.path}/answer", {"opening": "10.000.000", "closing": "11.283.600"})
    assert f"{page.path}/post" in answered.actions()
    assert town.browser(FINANCE).post(f"{page.path}/post", {}).path == "/bank/BCA-1"
    assert town.ask("SELECT count(*) FROM bank_line") == [(5,)]


def test_columns_that_are_not_known_are_asked_for(town: Town):
    add_account(town)
    page = hand_in(town, b"Hari,Apa,Debet,Kredit,Saldo\n2026-08-03,SETORAN,0,1000,6000\n")
    named = {"column.date": "Hari", "column.description": "Apa"}
    answered = town.browser(FINANCE).post(f"{page.path}/answer", named)
    assert town.browser(FINANCE).post(f"{answered.path}/post", {}).path == "/bank/BCA-1"
    assert town.ask("SELECT amount_rp FROM bank_line") == [(1000,)]


def test_a_refused_file_says_why_and_can_be_dropped(town: Town):
    add_account(town)
    page = hand_in(town, write_mt940(statement(10_000_000, AUGUST)).replace(b"C1500000,00", b"C1500000,50"))
    assert "1500000,50" in page.text
    assert f"{page.path}/post" not in page.actions()
    dropped = town.browser(FINANCE).post(f"{page.path}/drop", {})
    assert dropped.path == "/bank/BCA-1"
    assert town.browser(FINANCE).get(page.path).path == "/bank/BCA-1"


def test_rows_that_cannot_be_read_are_listed(town: Town):
    add_account(town)
    content = write_bca(statement(10_000_000, AUGUST)).replace(b"'05/08", b"'45/08", 1)
    page = hand_in(town, content)
    assert "'45/08" in page.text.replace("&#39;", "'")


def test_a_gap_is_shown_with_its_days(town: Town):
    add_account(town)
    for number, one in enumerate(
        (statement(10_000_000, AUGUST), statement(12_000_000, [(date(2026, 10, 2), 5_000, "BUNGA")]))
    ):
        page = hand_in(town, write_bca(one), f"{number}.csv")
        town.browser(FINANCE).post(f"{page.path}/post", {})
    assert "Rp716.400" in town.browser(FINANCE).get("/bank/BCA-1").text


def test_no_file_and_a_wrong_account_are_told(town: Town):
    add_account(town)
    assert town.browser(FINANCE).post("/bank/BCA-1/post", {}).status == 422
    assert town.browser(ADMIN).post("/bank/new", ACCOUNT).status == 422
    assert town.browser(FINANCE).get("/bank/NONE").status == 404
    assert town.browser(FINANCE).get("/bank/files/987654").status == 404
    assert town.browser(FINANCE).get("/bank/uploads/987654").status == 404


def test_a_sales_file_is_refused_with_what_it_looks_like(town: Town):
    add_account(town)
    page = hand_in(town, b"Tanggal,Nama Produk,Qty,Harga\n2026-09-05,Keripik,1,15000\n", "penjualan.csv")
    assert "looks like a sales file or a list of products" in page.text
    assert "rekening koran" in page.text
    assert f"{page.path}/answer" not in page.actions()
    assert f"{page.path}/post" not in page.actions()


def test_an_account_is_closed_once_nothing_of_it_is_open_and_reopened(town: Town):
    add_account(town)
    admin, finance = town.browser(ADMIN), town.browser(FINANCE)
    assert "/bank/BCA-1/close" in admin.get("/bank/BCA-1").links()
    assert "/bank/BCA-1/close" not in finance.get("/bank/BCA-1").links()
    closed = admin.post("/bank/BCA-1/close", {"closed_on": "2026-08-31"})
    assert (closed.status, closed.path) == (200, "/bank/BCA-1")
    assert "/bank/BCA-1/reopen" in closed.actions()
    assert "/bank/BCA-1/post" not in finance.get("/bank/BCA-1").links()
    assert "takes no file" in hand_in(town, write_bca(statement(10_000_000, AUGUST))).text
    reopened = admin.post("/bank/BCA-1/reopen", {})
    assert (reopened.status, reopened.path) == (200, "/bank/BCA-1")
    assert "is not closed; nothing was changed" in admin.post("/bank/BCA-1/reopen", {}).text
    page = hand_in(town, write_bca(statement(10_000_000, AUGUST)))
    finance.post(f"{page.path}/post", {})
    refused = admin.post("/bank/BCA-1/close", {"closed_on": "2026-08-31"})
    assert (refused.status, "Rp1.283.600 are unallocated" in refused.text) == (422, True)
    assert "BIAYA ADM" in town.browser(AUDITOR).get("/bank/BCA-1").text
