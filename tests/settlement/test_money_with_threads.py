"""Eight people at once, each doing what comes to mind: whatever is refused, the books stay right and Beancount agrees."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from threading import Lock

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.errors import ConsignError
from consign.payments.notice_rules import Answer
from consign.sales.ending import reverse_upload
from consign.settlement.allocating import find_open
from consign.settlement.shares import Share, spread
from tests.builders import build_city
from tests.conftest import REGION
from tests.ledger.beancounting import prove
from tests.settlement.money import SEPTEMBER, Money, agree, build_money, freeze
from tests.settlement.office import SQL_SALES_NOT_IN_ONE_STATEMENT

PEOPLE, ACTS, HISTORIES = 8, 16, 3
ENDS = (SEPTEMBER, date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31))
AMOUNTS = (1, 10_000, 99_999, 250_000, 1_000_000)


@dataclass
class Known:
    """What people know that they can act on; what another did a moment ago may be missing."""

    money: Money
    database: Database
    lines: list[int] = field(default_factory=list)
    uploads: list[int] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    notices: list[tuple[int, int]] = field(default_factory=list)
    """Notices with their producers."""
    lock: Lock = field(default_factory=Lock)

    def number(self) -> int:
        with self.lock:
            return self.money.next()


@pytest.fixture
def known(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Known:
    calendar = freeze(monkeypatch, date(2026, 12, 5))
    with database.transaction(REGION) as session:
        money = build_money(build_city(session, agreements=False), calendar, tmp_path)
        for place in range(2):
            for producer, rate in enumerate((333, 250)):
                agree(money, place, producer, fee_rate_bp=rate, fee_tax_bp=1_100, pph23_bp=200)
    known = Known(money, database)
    for place in range(2):
        with database.transaction(REGION) as session:
            known.uploads.append(money.sell(session, place, (date(2026, 9, 3), 0, 7, 15_000)).upload_id)
        with database.transaction(REGION) as session:
            money.close(session, place, SEPTEMBER)
    with database.transaction(REGION) as session:
        known.lines += money.book(session, *AMOUNTS, *AMOUNTS)
    return known


def sell(known: Known, session: Session, dice: Random) -> None:
    place, name = dice.randrange(2), f"R{known.number()}"
    rows = [
        (date(2026, 9, 1) + timedelta(dice.randrange(91)), dice.randrange(2), dice.randint(1, 9), 1_024 * dice.randint(1, 20), f"{name}-{n}")
        for n in range(dice.randint(1, 3))
    ]  # fmt: skip
    with known.lock:
        path = known.money.write(place, rows)
    known.uploads.append(known.money.hand_in(session, place, path).upload_id)


def reverse(known: Known, session: Session, dice: Random) -> None:
    reverse_upload(session, by=known.money.city.finance, upload_id=dice.choice(known.uploads), reason="uji")


def close(known: Known, session: Session, dice: Random) -> None:
    known.money.close(session, dice.randrange(2), dice.choice(ENDS))


def adjust(known: Known, session: Session, dice: Random) -> None:
    known.money.adjust(session, dice.randrange(2), dice.randrange(2), dice.choice([5_000, -5_000, -200_000]))


def find_some(known: Known, session: Session, dice: Random) -> list[int]:
    partner = dice.choice(known.money.partners)
    query = text("SELECT id FROM statement WHERE partner_id = :partner AND due_rp > 0 ORDER BY id")
    ids = list(session.scalars(query, {"partner": partner.id}))
    return dice.sample(ids, min(len(ids), dice.randint(1, 3)))


def match(known: Known, session: Session, dice: Random) -> None:
    line, ids = dice.choice(known.lines), find_some(known, session, dice)
    shares = spread(known.money.free(session, line) // dice.randint(1, 3), list(find_open(session, ids).values()))
    if shares:
        known.causes.append(known.money.match(session, line, shares))


def pay_directly(known: Known, session: Session, dice: Random) -> None:
    for one in find_open(session, find_some(known, session, dice)[:1]).values():
        if one.open_rp > 1:
            _, notice_id = known.money.pay_by_notice(session, Share(one.id, one.open_rp // 2))
            known.notices.append((notice_id, one.producer_id))


def answer(known: Known, session: Session, dice: Random) -> None:
    if known.notices:
        said = dice.choice([Answer.RECEIVED, Answer.NOT_RECEIVED])
        known.money.answer(session, *dice.choice(known.notices), said)


def write_off(known: Known, session: Session, dice: Random) -> None:
    for statement_id in find_some(known, session, dice)[:1]:
        known.money.write_off(session, Share(statement_id, dice.choice([1, 500])), by_office=dice.random() < 0.5)


def undo(known: Known, session: Session, dice: Random) -> None:
    if known.causes:
        known.money.undo(session, dice.choice(known.causes))


def find_payouts(session: Session, column: str, *states: str) -> list[int]:
    query = text(f"SELECT DISTINCT {column} FROM payout WHERE state = ANY(:states) ORDER BY 1")
    return list(session.scalars(query, {"states": list(states)}))


def pay_out(known: Known, session: Session, dice: Random) -> None:
    """Send or cancel a batch that waits, or plan one."""
    waiting = find_payouts(session, "batch_id", "planned")
    if waiting and dice.random() < 0.4:  # what it pays may have been taken back
        known.money.cancel(session, dice.choice(waiting))
    elif waiting:
        known.money.send(session, dice.choice(waiting))
    else:
        known.money.plan(session)


def give_back(known: Known, session: Session, dice: Random) -> None:
    """Let a payout come back that was not found on a statement of the bank."""
    sent = find_payouts(session, "id", "sent")
    if sent:
        known.money.give_back(session, dice.choice(sent), 0, found=False)


DEEDS: tuple[Callable[[Known, Session, Random], None], ...] = (
    sell, sell, reverse, close, close, adjust, match, match, match, pay_directly, answer, write_off, undo, undo,
    pay_out, pay_out, pay_out, give_back,
)  # fmt: skip


def live(known: Known, seed: int) -> Counter[str]:
    """Do acts one after the other, each in its own transaction; count them, and the codes of what was refused."""
    dice, seen = Random(seed), Counter[str]()  # noqa: S311  # a history that can be told again
    for _ in range(ACTS):
        deed = dice.choice(DEEDS)
        try:
            with known.database.transaction(REGION) as session:
                deed(known, session, dice)
        except ConsignError as error:
            seen[error.code] += 1
        else:
            seen[deed.__name__] += 1
    return seen


@pytest.mark.parametrize("history", range(HISTORIES))
def test_eight_people_at_once_leave_books_that_add_up(known: Known, tmp_path: Path, history: int):
    with ThreadPoolExecutor(PEOPLE) as threads:
        seen = sum(threads.map(lambda seed: live(known, seed), range(history * 100, history * 100 + PEOPLE)), Counter())
    print(dict(seen))
    assert sum(seen.values()) == PEOPLE * ACTS
    known.money.calendar.day = date(2027, 1, 1)
    for place in range(2):
        with known.database.transaction(REGION) as session:
            known.money.close(session, place, ENDS[-1])
    with known.database.transaction(REGION) as session:
        assert [str(breach) for check in CHECKS for breach in check(session)] == []
        assert session.scalar(SQL_SALES_NOT_IN_ONE_STATEMENT) == 0
        lines, sales = session.execute(
            text("SELECT (SELECT sum(line_count) FROM statement), (SELECT count(*) FROM sale)")
        ).one()
        assert lines == sales
        assert (
            session.scalar(text("SELECT min(credits_rp - debits_rp) FROM account WHERE kind = 'producer_payable'")) >= 0
        )
        prove(session, tmp_path / "ledger.beancount")
