"""Payments on pages: announcing by ticks, amount and list; answering with one tap; proofs; one's own money."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import text

from consign import clock
from tests.builders import AUDITOR, FINANCE
from tests.conftest import REGION
from tests.web.browsing import Page
from tests.web.payment_things import SLIP
from tests.web.sums import Follower, find_sums
from tests.web.town import BERUANG, FIRST, HEAD, KANCIL, SECOND, Town


def today() -> str:
    return clock.today("Asia/Jakarta").isoformat()


def statement_of(town: Town, code: str) -> str:
    query = "SELECT number FROM statement JOIN producer ON producer.id = producer_id WHERE producer.code = :code AND due_rp > 0"
    return str(town.ask(query, code=code)[0][0])


def announce(town: Town, code: str = "P1", amount: str = "1.000", **more: str | list[str]) -> Page:
    number = statement_of(town, code)
    data: dict[str, str | list[str]] = {
        "route": "direct",
        "paid_on": today(),
        "pay": number,
        f"amount_{number}": amount,
        "reference": "TRF 9",
        **more,
    }
    return town.browser(BERUANG).post("/payments/new", data, page="/payments/new")


def test_open_statements_are_there_with_what_is_left_of_each(town: Town):
    page = town.browser(BERUANG).get("/payments/new")
    assert page.typed(f"amount_{statement_of(town, 'P1')}") == "43875"
    assert page.typed(f"amount_{statement_of(town, 'P2')}") == "21937"
    assert "Rp65.812" in page.text  # 43.875 + 21.937


def test_a_ticked_statement_is_announced_answered_and_undone(town: Town):
    page = announce(town, amount="43.875")
    assert page.path == "/payments/BY-" + today()[:4] + "-000001"
    assert "Rp43.875" in page.text
    money = town.browser(FIRST).get("/my-money")
    answer_path = f"{page.path}/answer"
    assert answer_path in money.actions()
    said = town.browser(FIRST).post(answer_path, {"answer": "received", "back": "my-money"}, page="/my-money")
    assert said.path == "/my-money"
    assert town.ask("SELECT sum(amount_rp) FROM allocation")[0][0] == 43_875
    town.browser(FIRST).post(answer_path, {"answer": "not_received", "back": "my-money"}, page="/my-money")
    assert town.ask("SELECT sum(amount_rp) FROM allocation")[0][0] == 0
    assert page.path in town.browser(FINANCE).get("/payments?state=contradicted").links()
    assert "/payments?state=contradicted" in town.browser(FINANCE).get("/").links()


def test_a_producer_is_asked_on_its_first_page(town: Town):
    assert "/my-money" not in [link for link in town.browser(SECOND).get("/").links() if "tasks" in link]
    announce(town, code="P2")
    assert "Rp1.000" in town.browser(SECOND).get("/").text


def test_what_is_wrong_is_said_and_what_was_typed_stays(town: Town):
    page = announce(town, amount="99.999.999")
    assert page.status == 422
    assert page.typed(f"amount_{statement_of(town, 'P1')}") == "99.999.999"
    assert announce(town, amount="").status == 422
    assert announce(town, paid_on="2036-01-01").status == 422
    assert announce(town, amount="5", pay="").status == 422
    assert town.ask("SELECT count(*) FROM payment_notice")[0][0] == 0


def test_one_amount_is_spread_and_not_beside_ticks(town: Town):
    data = {"route": "direct", "paid_on": today(), "amount": "65.812"}
    page = town.browser(BERUANG).post("/payments/new", data, page="/payments/new")
    assert page.path.startswith("/payments/BY-")
    assert town.ask("SELECT count(*), sum(amount_rp) FROM payment_notice_line") == [(2, 65_812)]
    assert town.browser(BERUANG).get("/payments/new").status == 200  # nothing is left to announce
    both = {**data, "pay": statement_of(town, "P1"), "amount": "1"}
    assert town.browser(BERUANG).post("/payments/new", both, page="/payments/new").status == 422


def test_a_list_and_a_proof_are_taken_as_files(town: Town):
    rows = f"Nomor nota;Jumlah dibayar\n{statement_of(town, 'P1')};43.875\n{statement_of(town, 'P2')};1.937\n"
    page = send(town, {"list": ("daftar.csv", rows.encode()), "proof": ("bukti.png", SLIP)})
    assert page.path.startswith("/payments/BY-"), page.text
    proof = town.browser(FIRST).get(f"{page.path}/proof")
    assert proof.answer.headers["content-disposition"].startswith("attachment")
    assert proof.answer.headers["content-type"] == "image/png"
    assert proof.answer.content.startswith(b"\x89PNG")


def test_a_list_with_wrong_rows_and_a_proof_that_is_none_are_refused(town: Town):
    assert "NP-2026-999999" in send(town, {"list": ("daftar.csv", b"nota;jumlah\nNP-2026-999999;1\n")}).text
    page = send(town, {"proof": ("bukti.exe", b"MZ\x90\x00")}, amount="5")
    assert page.status == 422
    assert page.problem("proof")
    assert town.ask("SELECT count(*) FROM payment_notice")[0][0] == 0


def send(town: Town, files: dict[str, tuple[str, bytes]], **data: str) -> Page:
    given = {"route": "direct", "paid_on": today(), **data}
    sent = {name: (called, io.BytesIO(content)) for name, (called, content) in files.items()}
    return town.browser(BERUANG).post("/payments/new", given, page="/payments/new", files=sent)


def test_finance_announces_for_a_partner_and_takes_silence_as_received(town: Town):
    browser = town.browser(FINANCE)
    assert "/payments/new?partner=BM" in browser.get("/payments/new").links()
    sha256, _ = town.files.keep(io.BytesIO(SLIP))
    page = announce(town, amount="7")
    age(town, page.path, days=6, sha256=sha256)
    assert f"{page.path}/take" not in browser.get(page.path).actions()
    age(town, page.path, days=7, sha256=sha256)
    taken = browser.post(f"{page.path}/take", {"producer": "P1"}, page=page.path)
    assert (taken.status, taken.path) == (200, page.path)
    assert town.ask("SELECT answer FROM payment_answer") == [("taken_as_received",)]


def age(town: Town, path: str, *, days: int, sha256: str) -> None:
    with town.database.transaction(REGION) as session:
        session.execute(
            text("UPDATE payment_notice SET noted_at = :at, sha256 = :sha256 WHERE number = :number"),
            {"at": clock.now() - timedelta(days), "sha256": sha256, "number": path.rpartition("/")[2]},
        )


@pytest.mark.parametrize("login", [FINANCE, BERUANG, FIRST, HEAD])
def test_what_came_leads_to_the_answers_and_matches_it_is_made_of(town: Town, login: str):
    both = {"pay": [statement_of(town, code) for code in ("P1", "P2")]}
    path = announce(town, amount="600", **{f"amount_{both['pay'][1]}": "400"}, **both).path
    assert "#came" not in town.browser(login).get(path).source  # nothing came yet
    town.browser(FIRST).post(f"{path}/answer", {"answer": "received"}, page=path)
    follower = Follower(town.browser(login), pages={})
    came = [one for page in ("/payments", path) for one in find_sums(follower.open(page)) if one.of == "came_rp"]
    # Of Rp1.000 the first producer says that its Rp600 came.
    assert [int(one.amount) for one in came] == [600, 600]
    for one in came:
        assert one.target == f"{path}#came"
        follower.follow(path, one)
    assert follower.wrong == []
    town.browser(SECOND).post(f"{path}/answer", {"answer": "received"}, page=path)
    # A producer sees its own part alone.
    assert f"came_rp={600 if login == FIRST else 1_000}" in town.browser(login).get(path).source


def test_a_wrong_notice_is_withdrawn_with_a_reason(town: Town):
    page = announce(town)
    browser = town.browser(BERUANG)
    assert browser.post(f"{page.path}/withdraw", {"reason": " "}, page=page.path).status == 422
    withdrawn = browser.post(f"{page.path}/withdraw", {"reason": "salah nota"}, page=page.path)
    assert "salah nota" in withdrawn.text
    assert f"{page.path}/withdraw" not in withdrawn.actions()
    late = town.browser(FIRST).post(f"{page.path}/answer", {"answer": "received"}, page=page.path)
    assert late.status == 422


@pytest.mark.parametrize("login", [FINANCE, AUDITOR, HEAD])
def test_the_dinas_sees_the_four_sides_of_every_statement(town: Town, login: str):
    announce(town)
    number = statement_of(town, "P1")
    browser = town.browser(login)
    assert f"/proofs/{number}" in browser.get("/proofs?state=announced").links()
    assert f"/proofs/{number}" not in browser.get("/proofs?state=paid").links()
    page = browser.get(f"/proofs/{number}")
    assert page.status == 200
    assert "oktober-beruang.csv" in page.text
    assert "Rp43.875" in page.text
    lists = browser.get("/proofs?format=csv").answer.content.decode("utf-8-sig")
    assert number in lists


def test_the_list_of_payments_is_narrowed_and_exported(town: Town):
    announce(town)
    for login, links in ((BERUANG, 1), (KANCIL, 0), (FIRST, 1), (SECOND, 0), (AUDITOR, 1)):
        page = town.browser(login).get("/payments")
        assert len({link for link in page.links() if link.startswith("/payments/BY-")}) == links, login
    assert "BY-" in town.browser(AUDITOR).get("/payments?format=csv&partner=BM&state=announced").answer.text
    assert "BY-" not in town.browser(AUDITOR).get("/payments?format=csv&route=collecting").answer.text
