"""Processes that are killed in the midst of every act with money: nothing is lost, and doing it again pays nobody twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from consign.checks import CHECKS
from consign.db import Database
from consign.partners.rules import Route
from tests.builders import build_city
from tests.conftest import REGION
from tests.ledger.beancounting import prove
from tests.payouts.killable import ACTS, ENDS, TODAY, do
from tests.settlement.money import agree, build_money, freeze

TIMES = 4
"""How often each act is killed."""
LEAST = 24
"""How many kills there are at least, where the work is done before all that."""
LONGEST_S = 0.08
"""How long after an act began its process is killed at the latest; by then it may be in the midst of a later one."""
AGAIN = frozenset({"close", "pay_in", "pay_out", "come_back"})
"""Acts that may be done again and change nothing; the others are refused then."""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def filled(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Sell goods of two producers at two partners in every month, nothing of which is closed."""
    with database.transaction(REGION) as session:
        money = build_money(build_city(session, agreements=False), freeze(monkeypatch, TODAY), tmp_path)
        for place in range(2):
            for producer in range(2):
                agree(money, place, producer, route=Route.COLLECTING)
    for place in range(2):
        rows = [
            (date(2026, end.month, 3), product, 10, price)
            for end in ENDS
            for product, price in enumerate((15_000, 22_500))
        ]
        with database.transaction(REGION) as session:
            money.sell(session, place, *rows)
    return database


@pytest.fixture
def starter(filled: Database) -> Iterator[subprocess.Popen[str]]:
    url = filled._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.payouts.killable", url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        assert process.stdin is not None
        process.stdin.close()


def run(starter: subprocess.Popen[str], *, kill: str | None, after_s: float = 0) -> tuple[str, int] | None:
    """Start the work; kill it in the midst of the act *kill*. Return the last act that it began; blank where it did all."""
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write("\n")
    starter.stdin.flush()
    pid, last, ended = int(starter.stdout.readline()), ("", 0), -1
    is_killed = False
    for line in starter.stdout:
        word, number = line.split()
        if word == "ended":
            ended = int(number)
            break
        last = (word, int(number))
        if word == kill and not is_killed:
            time.sleep(after_s)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            is_killed = True
    assert ended in {0, -signal.SIGKILL}
    return last if ended else None


def assert_sound(database: Database) -> None:
    with database.transaction(REGION) as session:
        assert [str(breach) for check in CHECKS for breach in check(session)] == []
        lowest = text("SELECT COALESCE(min(credits_rp - debits_rp), 0) FROM account WHERE kind = 'producer_payable'")
        assert session.scalar(lowest) >= 0


def count_written(database: Database) -> int:
    """Return how many rows there are of those of which an act writes some and nothing ever goes away."""
    with database.transaction(REGION) as session:
        return int(
            session.scalar(text("SELECT (SELECT count(*) FROM transfer) + (SELECT count(*) FROM audit_event)")) or 0
        )


def test_an_act_that_was_killed_is_done_again_once(filled: Database, starter: subprocess.Popen[str], tmp_path: Path):
    dice, seen = Random(64), Counter[str]()  # noqa: S311  # moments, not secrets
    for act in [*ACTS] * TIMES:
        killed = run(starter, kill=act, after_s=dice.uniform(0, LONGEST_S))
        if killed is None:
            break  # nothing of this is left to do
        last, subject = killed
        assert_sound(filled)
        before = count_written(filled)
        do(filled, last, subject)
        stands = count_written(filled)
        seen[f"{last} {'had been done' if stands == before else 'was lost'}"] += 1
        assert do(filled, last, subject) == (last in AGAIN)  # as somebody does who saw no answer
        assert count_written(filled) == stands
        assert_sound(filled)
    print(dict(seen))
    assert seen.total() >= LEAST
    assert run(starter, kill=None) is None
    assert_sound(filled)
    with filled.transaction(REGION) as session:
        prove(session, tmp_path / "ledger.beancount")
        # Of 10 bags at Rp15.000 and 10 jars at Rp22.500, less 2,5 % and 2,5 % (Rp3.750 and Rp5.625), in each month.
        paid = session.execute(
            text("""
            SELECT part.partner_id, part.producer_id, sum(part.amount_rp)::bigint FROM payout_part AS part
            JOIN payout ON payout.id = part.payout_id WHERE payout.state = 'paid' GROUP BY 1, 2 ORDER BY 1, 2""")
        ).all()
        assert [one[2] for one in paid] == [len(ENDS) * 146_250, len(ENDS) * 219_375] * 2
        assert session.scalar(text("SELECT count(*) FROM closing")) == 2 * len(ENDS)
        kinds = ("producer_payable", "in_transit", "unallocated", "bank", "partner_owes", "producer_is_owed")
        rest = session.execute(
            text("SELECT kind FROM account WHERE kind = ANY(:kinds) AND debits_rp <> credits_rp"),
            {"kinds": list(kinds)},
        ).all()
        assert rest == []
