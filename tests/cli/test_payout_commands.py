"""Payouts on the command line, from stating an account to a payout that came back."""

from pathlib import Path

import click
import pytest

from consign.cli.payees import payee
from consign.cli.payouts import payout
from consign.db import Database
from tests.builders import ADMIN, FINANCE, build_city
from tests.cli.conftest import name_database
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.payouts.paying import HEAD, VERIFIER, Paying, build_paying, freeze


@pytest.fixture
def paying(database: Database, monkeypatch: pytest.MonkeyPatch) -> Paying:
    calendar = freeze(monkeypatch)
    with database.transaction(REGION) as session:
        paying = build_paying(build_city(session), calendar)
        paying.pay((0, 61_111), (1, 45_000))
        paying.account(1, holder="Ibu & Anak")
    return paying


@pytest.fixture
def terminal(bare_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, database: Database, paying: Paying) -> Terminal:
    assert paying.bank.code == "BPD"
    name_database(monkeypatch, database)
    monkeypatch.setenv("CONSIGN_AS", FINANCE)
    return bare_terminal


def test_a_batch_goes_its_way(terminal: Terminal, database: Database, paying: Paying, tmp_path: Path):
    draft = terminal.json("payout", "plan", "--account", "BPD", "--dry-run")
    assert [(one["payee"], one["amount_rp"]) for one in draft["payouts"]] == [("Dapur 2", 45_000)]
    assert [(one["code"], one["reason"]) for one in draft["left_out"]] == [("P1", "no_account")]
    stated = terminal.run(
        "payee",
        "state",
        "--producer",
        "P1",
        "--bank",
        "014",
        "--number",
        "0012345678",
        "--holder",
        "Siti",
        "--as",
        ADMIN,
    )
    assert (stated.status, "waits for another person" in stated.out) == (0, True)
    assert "The account stands in the name Siti, its owner is Dapur 1." in stated.err
    number = terminal.json("payee", "list", "--state", "waiting")[0]["id"]
    assert terminal.run("payee", "confirm", number, "--as", VERIFIER).status == 0
    masked = terminal.json("payee", "list", "--as", HEAD)
    assert sorted(one["number"] for one in masked) == ["******5678", "******7801"]
    planned = terminal.run("payout", "plan", "--account", "BPD")
    assert "Batch PB-2026-0001 is planned; another person approves it." in planned.out
    alone = terminal.run("payout", "approve", "PB-2026-0001")
    assert (alone.status, "payouts.batch_by_one" in alone.err) == (2, True)
    assert terminal.run("payout", "approve", "PB-2026-0001", "--as", HEAD).status == 0
    target = tmp_path / "batch.csv"
    written = terminal.run("payout", "export", "PB-2026-0001", "--format", "csv", "-o", target)
    assert (written.status, "Ibu & Anak is written Ibu dan Anak" in written.err) == (0, True)
    assert len(target.read_text().splitlines()) == 3
    assert terminal.run("payout", "send", "PB-2026-0001", "--on", "2026-11-20").status == 0
    with database.transaction(REGION) as session:
        paying.city.session = session
        lines = [one.id for one in paying.book((-61_111, "TRF PB20260001-001"), (-45_000, "KELUAR"), (45_000, "RETUR"))]
    found = terminal.json("payout", "confirm", "--account", "BPD")
    assert (len(found["matches"]), [one["lines"] for one in found["proposals"]]) == (1, [[lines[1]]])
    named = terminal.run("payout", "confirm", "--account", "BPD", "--line", lines[1], "--payout", "PB20260001-002")
    assert "Found: 1. To be looked at by a person: 0." in named.out
    back = terminal.run("payout", "return", "PB20260001-002", "--reason", "rekening tutup", "--line", lines[2])
    assert "Payout PB20260001-002 came back." in back.out
    undone = terminal.run("payout", "undo-return", "PB20260001-002", "--reason", "bukan yang ini")
    assert "Payout PB20260001-002 stands as before it was returned." in undone.out
    assert [one["state"] for one in terminal.json("payout", "list", "--batch", "PB-2026-0001")] == ["paid", "paid"]
    assert terminal.run("payout", "return", "PB20260001-002", "--reason", "benar", "--line", lines[2]).status == 0
    listed = terminal.json("payout", "list", "--batch", "PB-2026-0001")
    assert [one["state"] for one in listed] == ["paid", "returned"]
    assert terminal.json("payout", "list")[0]["total_rp"] == 106_111
    with database.transaction(REGION) as session:
        paying.city.session = session
        paying.assert_sound()


def test_a_batch_is_cancelled_and_an_account_refused(terminal: Terminal):
    terminal.run("payout", "plan", "--account", "BPD")
    out = terminal.run("payout", "cancel", "PB-2026-0001", "--payout", "PB20260001-001", "--reason", "salah")
    assert "Payout PB20260001-001 was taken out." in out.out
    assert "cancelled" in terminal.run("payout", "cancel", "PB-2026-0001", "--reason", "salah").out
    terminal.run("payee", "state", "--producer", "P1", "--bank", "014", "--number", "0012345678", "--holder", "Siti")
    number = terminal.json("payee", "list", "--state", "waiting")[0]["id"]
    assert "refused" in terminal.run("payee", "refuse", number, "--reason", "nama lain", "--as", VERIFIER).out


@pytest.mark.parametrize(
    "words",
    [
        ("payout", "plan", "--account", "XX"),
        ("payout", "approve", "PB-2026-0009"),
        ("payout", "confirm", "--account", "BPD", "--line", "1"),
        ("payout", "return", "PB20260009-001", "--reason", "x"),
        ("payee", "state", "--bank", "014", "--number", "1234567890", "--holder", "X"),
        ("payee", "state", "--cooperative", "XX", "--bank", "014", "--number", "1234567890", "--holder", "X"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(terminal: Terminal, words: tuple[str, ...]):
    ended = terminal.run(*words)
    assert (ended.status, "nothing was" in ended.err.lower()) == (2, True)


@pytest.mark.parametrize("group", [payout, payee], ids=["payout", "payee"])
def test_every_option_is_explained(group: click.Group):
    silent = [
        f"{name} {option.opts[0]}"
        for name, command in group.commands.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []
