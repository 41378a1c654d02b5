"""Matching on the command line: what is printed, and with what it ends."""

from pathlib import Path

import pytest

from consign.db import Database
from consign.settlement.allocating import find_open
from tests.builders import FINANCE
from tests.cli.conftest import name_database
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.payments.money import Money, build_money

SECOND = "kedua@dinas.example"


@pytest.fixture
def money(database: Database, tmp_path: Path) -> tuple[Money, list[int]]:
    with database.transaction(REGION) as session:
        built = build_money(session, tmp_path)
        lines = built.book(
            (29_250, "NP-2026-000001"), (14_625, "BERUANG MART"), (-6_500, "BIAYA ADM"), (9, "A"), (-9, "B")
        )
        return built, lines


@pytest.fixture
def terminal(
    bare_terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    money: tuple[Money, list[int]],  # noqa: ARG001  # there before a command looks
) -> Terminal:
    name_database(monkeypatch, database)
    monkeypatch.setenv("CONSIGN_AS", FINANCE)
    return bare_terminal


def open_rp(database: Database, money: Money) -> list[int]:
    with database.transaction(REGION) as session:
        opened = find_open(session, [one.id for one in money.statements])
        return [opened[one.id].open_rp for one in money.statements]


def test_what_is_certain_is_posted_and_undone(terminal: Terminal, database: Database, money: tuple[Money, list[int]]):
    done = terminal.run("match", "certain", "--account", "BCA")
    assert (done.status, done.out) == (0, "1 payments were certain and are posted.\n")
    assert open_rp(database, money[0])[0] == 0
    assert terminal.run("match", "undo", "1", "--reason", "salah").status == 0
    assert open_rp(database, money[0])[0] == 29_250
    again = terminal.run("match", "undo", "1", "--reason", "salah")
    assert (again.status, "payments.match_unknown" in again.err) == (2, True)


def test_a_proposal_is_shown_with_its_reasons_and_accepted(
    terminal: Terminal, database: Database, money: tuple[Money, list[int]]
):
    line = money[1][1]
    (proposal,) = terminal.json("match", "propose", "--account", "BCA", "--line", str(line))
    assert (proposal["rule"], proposal["certain"]) == ("amount_and_name", False)
    assert proposal["lines"] == {str(line): 14_625}
    assert "NP-2026-000003" in terminal.run("match", "propose", "--account", "BCA").out
    assert terminal.run("match", "accept", str(line), "--proposal", proposal["proposal"]).status == 0
    assert open_rp(database, money[0])[2] == 0
    gone = terminal.run("match", "accept", str(line), "--proposal", proposal["proposal"])
    assert (gone.status, "payments.proposal_gone" in gone.err) == (2, True)


def test_a_person_says_it_otherwise(terminal: Terminal, database: Database, money: tuple[Money, list[int]]):
    line = money[1][0]
    pay = ("--pay", "NP-2026-000002=20.000", "--pay", "NP-2026-000004=9250")
    assert terminal.run("match", "split", "--line", f"{line}=29.250", *pay, "--remark", "telepon").status == 0
    assert open_rp(database, money[0]) == [29_250, 1_937, 14_625, 34_625]  # 21.937 - 20.000, 43.875 - 9.250
    for wrong in (f"{line}", f"{line}=banyak", "x=1"):
        assert terminal.run("match", "split", "--line", wrong, "--pay", "NP-2026-000002=1").status == 2


def test_charges_and_refunds_are_noted(terminal: Terminal, money: tuple[Money, list[int]]):
    lines = [str(one) for one in money[1]]
    assert terminal.run("match", "charge", lines[2]).out == "Match 1 is posted.\n"
    assert terminal.run("match", "refund", lines[3], lines[4]).out == "Match 2 is posted.\n"
    assert terminal.run("match", "own", lines[0], lines[1]).status == 2
    breaches = terminal.json("check")["breaches"]
    assert [one for one in breaches if not one["code"].startswith("files.")] == []  # the sales files are not kept


def test_a_rest_is_written_off_by_two_people(terminal: Terminal, database: Database, money: tuple[Money, list[int]]):
    asked = ("NP-2026-000002", "--amount", "500", "--why", "rounding", "--borne-by", "producer")
    assert "another person decides" in terminal.run("match", "write-off", *asked).out
    alone = terminal.run("match", "decide", "1", "--approve")
    assert (alone.status, "payments.write_off_by_same" in alone.err) == (2, True)
    assert terminal.run("match", "decide", "1", "--approve", "--as", SECOND).out == "Write-off 1 is approved.\n"
    assert open_rp(database, money[0])[1] == 21_437


def test_an_account_that_is_not_there_is_refused(terminal: Terminal):
    refused = terminal.run("match", "certain", "--account", "XYZ")
    assert (refused.status, "bank.account_unknown" in refused.err) == (2, True)
