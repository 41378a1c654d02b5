"""Thousands of matches are written set by set: with the same rows, and found as surely, as one by one."""

import re
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from consign.db import finish, is_among
from consign.models.banking import BankLine
from consign.payments import paying
from consign.payments.accepting import post_payments
from consign.payments.match_book import Book
from consign.payments.match_facts import Proposal
from consign.payments.match_reading import find_free_lines, find_lines_elsewhere, read_book
from consign.payments.match_rules import find_certain, propose_all
from consign.payments.matching import post_certain
from tests.bench.matching import City
from tests.payments.money import Money

ROWS = {
    "match": "SELECT id, kind, rule, certain, why, reason_code, notice_id, made_by FROM bank_match ORDER BY id",
    "part": "SELECT match_id, bank_line_id, amount_rp FROM bank_match_line ORDER BY match_id, bank_line_id",
    "allocation": "SELECT id, statement_id, amount_rp, source, cause, booked_on, allocated_by FROM allocation ORDER BY id",
    "transfer": """SELECT transfer.key, transfer.kind, debit.kind, debit.producer_id, credit.kind, credit.producer_id, amount_rp,
                     booked_on, cause
                   FROM transfer JOIN account AS debit ON debit.id = debit_account_id
                   JOIN account AS credit ON credit.id = credit_account_id
                   WHERE transfer.kind IN ('payment', 'payable') ORDER BY transfer.id""",
    "event": "SELECT user_id, act, subject, detail FROM audit_event WHERE act = 'bank line matched' ORDER BY seq",
    "notice": "SELECT kind, recipient, facts FROM notice WHERE kind = 'payments.matched' ORDER BY id",
    "account": """SELECT kind, partner_id, producer_id, bank_account_id, debits_rp, credits_rp FROM account
                  ORDER BY kind, partner_id, producer_id, bank_account_id""",
}


def read_rows(session: Session) -> dict[str, list[Any]]:
    """Return what was written, with the ids of matches and allocations counted from 0."""
    finish(session)
    rows = {name: [list(row) for row in session.execute(text(query))] for name, query in ROWS.items()}
    places = {f"match:{row[0]}": f"match:{place}" for place, row in enumerate(rows["match"])}
    places |= {f"allocation:{row[0]}": f"allocation:{place}" for place, row in enumerate(rows["allocation"])}
    of_match = {row[0]: place for place, row in enumerate(rows["match"])}
    for name in ("match", "allocation"):
        rows[name] = [row[1:] for row in rows[name]]
    rows["part"] = [[of_match[row[0]], *row[1:]] for row in rows["part"]]
    return {
        name: [[_place(value, places) for value in row] for row in found]
        for name, found in rows.items()
    }  # fmt: skip


def _place(value: Any, places: dict[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    return re.sub(r"^(?:match|allocation):\d+", lambda found: places[found[0]], value)


def book_four(money: Money) -> list[Proposal]:
    """Book a line with a number, two parts of one statement, a list of a notice, and one that says nothing; what is certain."""
    money.notice({2: 14_625, 3: 43_875}, reference="TRX88812345")
    money.book(
        (29_250, "NP-2026-000001 BERUANG MART"), (10_000, "NP-2026-000002"), (11_937, "NP-2026-000002"),
        (58_500, "TRX88812345"), (77_000, "LAIN"),
    )  # fmt: skip
    lines = find_free_lines(money.session, account_id=money.account_id)
    return find_certain(read_book(money.session, account_id=money.account_id), lines)


def test_matches_posted_together_are_the_rows_of_those_posted_one_by_one(money: Money):
    certain = book_four(money)
    assert [one.rule.value for one in certain] == ["reference", "parts", "reference"]
    by, account_id = money.city.finance, money.account_id
    savepoint = money.session.begin_nested()
    for one in certain:
        post_payments(money.session, [one], by=by, account_id=account_id)
    alone = read_rows(money.session)
    savepoint.rollback()
    money.session.expire_all()
    post_payments(money.session, certain, by=by, account_id=account_id)
    assert read_rows(money.session) == alone
    assert [len(alone[name]) for name in ("match", "part", "allocation", "transfer", "event", "notice")] == [
        3, 4, 4, 8, 3, 4,
    ]  # fmt: skip
    assert money.open_rp() == [0, 0, 0, 0]
    assert money.breaches() == []


def test_what_is_more_than_travels_at_once_is_posted_in_several_goes(money: Money, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(paying, "MOST_AT_ONCE", 1)
    certain = book_four(money)
    assert len(post_payments(money.session, certain, by=money.city.finance, account_id=money.account_id)) == 3
    assert money.open_rp() == [0, 0, 0, 0]
    assert money.breaches() == []


def test_more_matches_take_no_more_statements(money: Money):
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    counts = []
    for lines in ([(29_250, "NP-2026-000001")], [(21_937, "NP-2026-000002"), (14_625, "NP-2026-000003"), (43_875, "NP-2026-000004")]):  # fmt: skip
        money.book(*lines)
        asked.clear()
        event.listen(money.session.get_bind(), "before_cursor_execute", count)
        post_certain(money.session, by=money.city.finance, account_id=money.account_id)
        event.remove(money.session.get_bind(), "before_cursor_execute", count)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_proposal_that_was_overtaken_is_left_out_and_the_others_are_posted(money: Money):
    certain = book_four(money)
    by, account_id = money.city.finance, money.account_id
    post_payments(money.session, certain[:1], by=by, account_id=account_id)
    posted = post_payments(money.session, certain, by=by, account_id=account_id)
    assert [one.rule for one in posted] == ["parts", "reference"]
    assert money.breaches() == []


def test_of_two_proposals_for_the_same_money_the_second_is_left_out(money: Money):
    certain = book_four(money)
    twice = [certain[0], certain[0]]
    assert len(post_payments(money.session, twice, by=money.city.finance, account_id=money.account_id)) == 1
    assert money.breaches() == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_certain_is_what_is_certain_of_all_proposals(seed: int):
    truth = City(seed=seed, partners=30, producers=12, lines=900).truth
    book = Book(items=truth.items, notices=[], payers=truth.payers, near_rp=6_500)
    every = [one for one in propose_all(book, truth.lines) if one.certain]
    found = find_certain(book, truth.lines)
    assert {one.key: one for one in found} == {one.key: one for one in every}
    assert len(found) > 100


def test_more_values_than_a_statement_has_parameters_are_looked_for(money: Money):
    # A statement has 65,535 parameters at most.
    lines = money.book((29_250, "A"))
    ids = [*lines, *range(10**9, 10**9 + 70_000)]
    assert money.session.scalars(select(BankLine.id).where(is_among(BankLine.id, ids))).all() == lines
    free = find_free_lines(money.session, account_id=money.account_id)
    many = [*free, *(type(free[0])(number, free[0].booked_on, number, "") for number in range(1, 70_000))]
    assert find_lines_elsewhere(money.session, many, account_id=money.account_id) == []
