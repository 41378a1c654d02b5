"""What stood before these books, disputes, corrections and late payments on the command line."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from consign.db import Database
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from tests.builders import ADMIN
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.settlement.carrying import HEAD as COLUMNS
from tests.settlement.carrying import ROWS, Clock, set_clock

HEAD, OWNER = "kepala@dinas.example", "pemilik@umkm.example"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch, date(2026, 9, 2))


@pytest.fixture
def people(terminal: Terminal, database: Database, clock: Clock) -> Terminal:  # noqa: ARG001  # the day it is
    with database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login=HEAD, name="Laras Kepala", role=Role.HEAD)
        add_user(session, by=admin, login=OWNER, name="Ibu Siti", role=Role.PRODUCER, producer_id=1)
    return terminal


def carry_over(terminal: Terminal, folder: Path) -> None:
    sheet = folder / "saldo.csv"
    sheet.write_text("\n".join([COLUMNS, *ROWS, ""]))
    kept = terminal.run("carry-over", "prepare", sheet, "--partner", "BM", "--first", "2026-09-01")
    assert (kept.status, "Kept as 1." in kept.out) == (0, True)
    refused = terminal.run("carry-over", "confirm", 1)
    assert (refused.status, "another person confirms it" in refused.err) == (2, True)
    confirmed = terminal.run("carry-over", "confirm", 1, "--as", HEAD)
    assert confirmed.out == "1 is confirmed: 3 statements, Rp425.500.\n"


def test_opening_balances_are_handed_in_withdrawn_and_confirmed(people: Terminal, tmp_path: Path):
    assert people.run("carry-over", "template", "-o", tmp_path / "t.xlsx").status == 0
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]["A1"].value == "Jenis"
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"{COLUMNS}\nnota,P9,1,,2026-08-31,2026-09-15,1\n")
    refused = people.run("carry-over", "prepare", wrong, "--partner", "BM", "--first", "2026-09-01")
    assert (refused.status, "row 2: Kode produsen" in refused.err) == (2, True)
    carry_over(people, tmp_path)
    assert people.run("carry-over", "withdraw", 1).status == 2


def test_a_statement_is_disputed_answered_and_corrected(people: Terminal, tmp_path: Path):
    carry_over(people, tmp_path)
    raised = people.run("dispute", "raise", "NP-2026-000001", "--reason", "sudah dibayar", "--as", OWNER)
    assert raised.out == "Dispute 1 is kept; the office answers it.\n"
    strange = people.run("dispute", "raise", "NP-2026-000001", "--store", "T1", "--reason", "x", "--as", OWNER)
    assert (strange.status, "says nothing of this product" in strange.err) == (2, True)
    assert (
        people.run("dispute", "raise", "NP-2026-000001", "--product", "X", "--reason", "x", "--as", OWNER).status == 2
    )
    assert "sudah dibayar" in people.run("dispute", "list", "--waiting").out
    answered = people.run("dispute", "answer", 1, "--uphold", "--answer", "benar", "--correct", "-100.000")
    assert answered.out == "Dispute 1 is upheld; both sides are told.\n"
    assert "-Rp100.000" in people.run("adjustment", "list", "--waiting").out
    assert people.run("adjustment", "decide", 1, "--approve").status == 2
    assert people.run("adjustment", "decide", 1, "--approve", "--as", HEAD).out == "Correction 1 is approved.\n"
    proposed = people.run(
        "adjustment", "propose", "--partner", "BM", "--producer", "P2", "--amount", "2.000", "--reason", "uji"
    )
    assert proposed.out.startswith("Correction 2 is proposed;")
    assert people.run("adjustment", "decide", 2, "--refuse", "--remark", "salah").out == "Correction 2 is refused.\n"
    assert people.run("dispute", "list", "--json").status == people.run("adjustment", "list", "--json").status == 0


def test_late_partners_are_listed_and_reminded(people: Terminal, tmp_path: Path, clock: Clock):
    carry_over(people, tmp_path)
    clock.day = date(2026, 9, 17)
    shown = people.run("late", "list")
    assert (shown.status, "Rp325.500" in shown.out, "Rp100.000" in shown.out) == (0, True, True)
    assert people.run("late", "list", "--by-law", "--json").status == 0
    assert people.run("late", "remind", "BM", "--step", "first").status == 2
    sent = people.run("late", "remind", "BM", "--step", "friendly")
    assert sent.out == "BM is reminded (friendly) of Rp425.500.\n"
