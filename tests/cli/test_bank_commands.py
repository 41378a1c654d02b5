"""Bank statements on the command line: what is printed, and with what it ends."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from consign.db import Database
from consign.models.banking import BankAccount
from consign.models.settlement import Statement
from consign.settlement.allocating import find_open
from tests.banking.conftest import AUGUST
from tests.banking.writers import HOLDER, NUMBER, statement, write_bca, write_mcm
from tests.builders import ADMIN, FINANCE, build_city
from tests.cli.conftest import name_database
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.payments.money import PAID_ON, build_money

ONE = statement(10_000_000, AUGUST)


@pytest.fixture
def terminal(bare_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, database: Database) -> Terminal:
    """Run commands as the finance officer of a city with a bank account."""
    with database.transaction(REGION) as session:
        build_city(session)
    name_database(monkeypatch, database)
    monkeypatch.setenv("CONSIGN_AS", FINANCE)
    added = bare_terminal.run(
        "bank", "add", "BCA", "--bank", "014", "--number", NUMBER, "--holder", HOLDER, "--as", ADMIN
    )
    assert (added.status, NUMBER in added.out) == (0, True), added.err
    return bare_terminal


def write(folder: Path, content: bytes) -> Path:
    path = folder / "mutasi.csv"
    path.write_bytes(content)
    return path


def test_a_statement_is_posted_and_its_lines_are_listed(terminal: Terminal, tmp_path: Path):
    path = write(tmp_path, write_bca(ONE))
    tried = terminal.run("bank", "post", path, "--account", "BCA", "--dry-run")
    assert (tried.status, "dry run" in tried.out) == (0, True), tried.err
    posted = terminal.json("bank", "post", path, "--account", "BCA")
    (found,) = posted["statements"]  # type: ignore[misc]
    assert (found["new_lines"], found["closing_rp"]) == (5, 11_283_600)
    assert "posted before" in terminal.run("bank", "post", path, "--account", "BCA").out
    listed = json.loads(
        terminal.run("bank", "lines", "--account", "BCA", "--from", "2026-08-05", "--free", "--json").out
    )
    assert sorted(row["amount_rp"] for row in listed) == [-400_000, -15_000, 99_300, 99_300]
    (account,) = json.loads(terminal.run("bank", "accounts", "--json").out)
    assert (account["balance_rp"], account["unallocated_rp"], account["gaps"]) == (11_283_600, 1_283_600, 0)


def test_what_must_be_said_ends_with_3_and_what_is_refused_with_2(terminal: Terminal, tmp_path: Path):
    path = write(tmp_path, write_mcm(ONE))
    assert terminal.run("bank", "post", path, "--account", "BCA").status == 3
    asked = terminal.run("bank", "post", path, "--account", "BCA", "--json")
    assert [one["about"] for one in json.loads(asked.out)["questions"]] == ["opening", "closing"]
    refused = terminal.run("bank", "post", path, "--account", "BCA", "--opening", 1, "--closing", 2, "--json")
    assert (refused.status, json.loads(refused.out)["refused"]["code"]) == (2, "bank.does_not_tie")
    said = ("--opening", 10_000_000, "--closing", 11_283_600, "--column", "value_date=Val. Date", "--days", "dmy")
    assert terminal.run("bank", "post", path, "--account", "BCA", *said).status == 0
    assert terminal.run("bank", "post", path, "--account", "BCA", "--column", "x=y").status in {0, 2}
    left = terminal.run("bank", "close", "BCA", "--on", "2026-08-31", "--as", ADMIN)
    assert (left.status, "Rp1.283.600 are unallocated" in left.err) == (2, True)


def test_a_file_is_inspected_without_a_database(bare_terminal: Terminal, tmp_path: Path):
    path = write(tmp_path, write_bca(ONE))
    found = bare_terminal.json("bank", "inspect", path)
    assert (found["layout"], found["number_style"], found["date_order"]) == ("bca_klikbca", "en", "dmy")
    assert "Rp11.283.600" in bare_terminal.run("bank", "inspect", path).out
    broken = write(tmp_path, write_bca(ONE).replace(b"'03/08", b"'33/08"))
    refused = bare_terminal.run("bank", "inspect", broken, "--json")
    assert refused.status == 2
    assert json.loads(refused.out)["problem_rows"] == [
        {"row": 8, "column": "Tanggal Transaksi", "cell": "'33/08", "code": "date.invalid"}
    ]


def test_what_is_certain_is_matched_at_once_and_the_rest_is_told(
    bare_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, database: Database, tmp_path: Path
):
    with database.transaction(REGION) as session:
        money = build_money(session, tmp_path)
        number = session.get_one(BankAccount, money.account_id).number
    name_database(monkeypatch, database)
    monkeypatch.setenv("CONSIGN_AS", FINANCE)
    moves = [(PAID_ON, 29_250, "NP-2026-000001"), (PAID_ON, 14_625, "BERUANG MART"), (PAID_ON, -6_500, "BIAYA ADM")]
    path = write(tmp_path, write_bca(statement(0, moves), number=number))
    tried = bare_terminal.run("bank", "post", path, "--account", "BCA", "--dry-run")
    assert (tried.status, "certain" in tried.out, open_rp(database)) == (0, False, 29_250)
    posted = bare_terminal.run("bank", "post", path, "--account", "BCA")
    assert posted.status == 0, posted.err
    assert "1 payments and payouts were certain and are posted." in posted.out
    # 14.625 of the name and -6.500 of the bank: 8.125.
    assert "2 lines, together Rp8.125, wait for a person: on the page /matching?account=BCA" in posted.out
    assert open_rp(database) == 0
    again = bare_terminal.json("bank", "post", path, "--account", "BCA")
    assert (again["was_known"], again["matching"]) == (
        True, {"certain": 0, "waiting": 2, "waiting_rp": 8_125, "page": "/matching?account=BCA"},
    )  # fmt: skip


def open_rp(database: Database) -> int:
    """Return what is open of the first statement."""
    with database.transaction(REGION) as session:
        first = session.scalars(select(Statement.id).order_by(Statement.id)).first() or 0
        return find_open(session, [first])[first].open_rp


def test_a_sales_file_is_refused_with_what_it_looks_like_instead_of_questions(terminal: Terminal, tmp_path: Path):
    path = write(tmp_path, b"Tanggal,Nama Produk,Qty,Harga\n2026-09-05,Keripik,1,15000\n")
    for words in (("inspect", path), ("post", path, "--account", "BCA")):
        refused = terminal.run("bank", *words, "--json")
        assert (refused.status, json.loads(refused.out)["refused"]["code"]) == (2, "bank.not_a_statement")
        assert "looks like a sales file" in terminal.run("bank", *words).err


def test_an_account_is_closed_and_reopened(terminal: Terminal, tmp_path: Path):
    assert (
        terminal.run("bank", "close", "BCA", "--on", "2026-07-31", "--as", ADMIN).out
        == "BCA is closed after 2026-07-31.\n"
    )
    path = write(tmp_path, write_bca(ONE))
    refused = terminal.run("bank", "post", path, "--account", "BCA", "--json")
    assert (refused.status, json.loads(refused.out)["refused"]["code"]) == (2, "bank.account_closed")
    assert terminal.run("bank", "reopen", "BCA", "--as", ADMIN).out == "BCA is used again.\n"
    assert terminal.run("bank", "reopen", "BCA", "--as", ADMIN).status == 2
    assert terminal.run("bank", "post", path, "--account", "BCA").status == 0
