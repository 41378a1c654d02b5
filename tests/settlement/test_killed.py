"""Processes that are killed while they post bank statements, match them and take that back: nothing is lost or doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.checks import CHECKS
from consign.db import Database
from consign.ledger.checks import CHECKS as LEDGER
from consign.settlement.allocation_checks import CHECKS as ALLOCATIONS
from consign.settlement.transfer_checks import CHECKS as TRANSFERS
from tests.builders import build_city
from tests.conftest import REGION
from tests.ledger.beancounting import prove
from tests.settlement.killable import DID, EVERY, FILES, LINES, PAID_RP
from tests.settlement.money import SEPTEMBER, agree, build_money, freeze

KILLS = 20
MOST, LONGEST_S = 8, 0.03
"""After how many transactions at most, and how long after the last of them, a process is killed."""
OF_MONEY = (*LEDGER, *ALLOCATIONS, *TRANSFERS)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def filled(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Close a month in which both partners came to owe more than the bank lines will pay."""
    with database.transaction(REGION) as session:
        money = build_money(build_city(session, agreements=False), freeze(monkeypatch), tmp_path)
        for place in range(2):
            agree(money, place, 0)
    for place in range(2):
        with database.transaction(REGION) as session:
            money.sell(session, place, (date(2026, 9, 3), 0, 20, 15_000))
        with database.transaction(REGION) as session:
            money.close(session, place, SEPTEMBER)
    monkeypatch.undo()
    return database


@pytest.fixture
def starter(filled: Database) -> Iterator[subprocess.Popen[str]]:
    url = filled._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.settlement.killable", url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        assert process.stdin is not None
        process.stdin.close()


def run(starter: subprocess.Popen[str], *, kill_after: int | None, dice: Random) -> int:
    """Start the work; kill it in the midst of what follows so many transactions, where that is given. Return with what it ended."""
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write("\n")
    starter.stdin.flush()
    pid, done = int(starter.stdout.readline()), 0
    if kill_after is not None:
        while done < kill_after and starter.stdout.readline() == f"{DID}\n":
            done += 1
        time.sleep(dice.uniform(0, LONGEST_S))
        os.kill(pid, signal.SIGKILL)
    while (said := starter.stdout.readline()) == f"{DID}\n":
        pass
    return int(said)


def find_breaches(database: Database, checks: tuple[Callable[[Session], Iterator[Breach]], ...]) -> list[str]:
    with database.transaction(REGION) as session:
        return [str(breach) for check in checks for breach in check(session)]


def count(database: Database) -> tuple[int, ...]:
    """Return how many files, lines, standing and undone matches there are, and what was allocated."""
    with database.transaction(REGION) as session:
        return tuple(
            session.execute(
                text("""
                SELECT (SELECT count(*) FROM bank_file), (SELECT count(*) FROM bank_line),
                  (SELECT count(*) FROM bank_match WHERE undone_at IS NULL),
                  (SELECT count(*) FROM bank_match WHERE undone_at IS NOT NULL),
                  (SELECT COALESCE(sum(amount_rp), 0) FROM allocation)""")
            ).one()
        )


def test_work_that_is_killed_at_any_moment_is_finished_by_the_next(
    filled: Database, starter: subprocess.Popen[str], tmp_path: Path
):
    dice, killed = Random(64), 0  # noqa: S311  # moments, not secrets
    for _ in range(KILLS):
        killed += run(starter, kill_after=dice.randrange(MOST), dice=dice) == -signal.SIGKILL
        assert find_breaches(filled, OF_MONEY) == []
    print(f"killed {killed} times; then {count(filled)}")
    begun = time.monotonic()
    assert run(starter, kill_after=None, dice=dice) == 0
    print(f"finished in {time.monotonic() - begun:.1f} s")
    with filled.transaction(REGION) as session:
        ids = list(session.scalars(text("SELECT id FROM bank_line")))
        prove(session, tmp_path / "ledger.beancount")
    lines = FILES * LINES
    assert count(filled) == (FILES, lines, lines, sum(one % EVERY == 0 for one in ids), lines * PAID_RP)
    assert killed == KILLS
    assert find_breaches(filled, CHECKS) == []
    assert run(starter, kill_after=None, dice=dice) == 0
    assert count(filled)[:3] == (FILES, lines, lines)
