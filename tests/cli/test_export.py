"""`consign export journal`: the ledger as a file that bean-check proves."""

from pathlib import Path

import pytest

from consign.db import Database
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.ledger.actions import post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.money import Rupiah
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.ledger.beancounting import bean_check
from tests.ledger.books import BOOKED_ON


def post_two(database: Database) -> None:
    with database.transaction(REGION) as session:
        pair = (
            session.connection()
            .exec_driver_sql("SELECT min(partner.id), min(producer.id) FROM partner, producer")
            .one()
        )
        debit, credit = (AccountName(kind, *pair) for kind in (AccountKind.PARTNER_OWES, AccountKind.PRODUCER_IS_OWED))
        new = [
            TransferOrder(f"K{n}", TransferKind.SALES, debit, credit, Rupiah(500), BOOKED_ON, "NP-1") for n in range(2)
        ]
        post_transfers(session, new)


def test_the_ledger_is_written_and_proven(terminal: Terminal, database: Database, tmp_path: Path):
    post_two(database)
    target = tmp_path / "buku.beancount"
    ended = terminal.run("export", "journal", "-o", target, "--as", AUDITOR)
    assert (ended.status, str(target) in ended.out) == (0, True)
    assert bean_check(target).returncode == 0
    assert target.read_text(encoding="utf-8").count("balance Assets:PartnerOwes:BM:P1  1000 IDR") == 1
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".part"] == []


def test_the_ledger_is_written_as_csv(terminal: Terminal, database: Database, tmp_path: Path):
    post_two(database)
    assert terminal.run("export", "journal", "-o", tmp_path / "buku.csv", "--as", FINANCE).status == 0
    rows = (tmp_path / "buku.csv").read_bytes().split(b"\r\n")
    assert (len(rows), rows[0][:16], rows[-1]) == (4, b"id,booked_on,key", b"")


def test_whoever_may_not_take_it_along_gets_nothing(terminal: Terminal, database: Database, tmp_path: Path):
    with database.transaction(REGION) as session:
        add_user(session, by=get_actor(session, ADMIN), login="kepala@dinas.example", name="Kepala", role=Role.HEAD)
    ended = terminal.run("export", "journal", "-o", tmp_path / "buku.csv", "--as", "kepala@dinas.example")
    assert (ended.status, list(tmp_path.glob("buku*"))) == (2, [])


@pytest.mark.parametrize("name", ["buku.pdf", "buku"])
def test_another_kind_of_file_is_refused(terminal: Terminal, tmp_path: Path, name: str):
    ended = terminal.run("export", "journal", "-o", tmp_path / name)
    assert (ended.status, ".beancount or .csv" in ended.err) == (2, True)
    assert not (tmp_path / name).exists()


def test_a_place_that_cannot_be_written_is_said(terminal: Terminal, tmp_path: Path):
    ended = terminal.run("export", "journal", "-o", tmp_path / "none" / "buku.csv")
    assert (ended.status, "nothing was kept" in ended.err) == (2, True)
