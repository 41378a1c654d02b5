"""Losses of goods in statements: each in one, once, by what was agreed or decided, and never before its time is over."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.checks import CHECKS
from consign.db import finish
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.ledger import Transfer
from consign.settlement.losses import WaitingLosses
from consign.settlement.next_closing import draft_closing, find_ends, get_closing_partner, preview_closing
from consign.settlement.queries import get_statement_figures
from consign.stock.loss_rules import LossState
from consign.stock.rules import Reason
from reports.statement import write_csv as print_csv
from tests.builders import KERIPIK, City, build_city, write_csv
from tests.stock.goods import Market, build_market
from tests.stock.losing import (
    LOST_ON,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    Losing,
    as_owner,
    build_losing,
    freeze,
)


@pytest.fixture
def losing(market: Market, monkeypatch: pytest.MonkeyPatch) -> Losing:
    return build_losing(market, freeze(monkeypatch))


def breaches(city: City) -> list[str]:
    finish(city.session)
    return [str(breach) for check in CHECKS for breach in check(city.session)]


def test_the_store_owes_its_share_of_what_was_lost_and_the_producer_bears_the_rest(losing: Losing, tmp_path: Path):
    losing.city.post(write_csv(tmp_path, f"2026-09-05,T1,S1,{KERIPIK},Keripik,3,15000,45000"))
    losing.lose(2)
    losing.lose(1, Reason.EXPIRED)
    statement = losing.close(SEPTEMBER)[0]
    # Sold 45.000 less 2,5 % fee (1.125): 43.875. Lost 2 * 15.000 less 2,5 %: 29.250, of which the store bears 40 %: 11.700.
    # What expired is the producer's.
    assert (statement.sales_rp, statement.fee_rp, statement.losses_rp) == (45_000, 1_125, 11_700)
    assert (statement.net_rp, statement.due_rp) == (55_575, 55_575)
    assert losing.settled() == [(statement.number, 11_700), (statement.number, 0)]
    transfer = losing.city.session.scalars(select(Transfer).where(Transfer.kind == "losses")).one()
    assert (transfer.key, transfer.amount_rp) == (f"statement:{statement.number}:losses", 11_700)
    owed = find_balances(
        losing.city.session, kind=AccountKind.PRODUCER_IS_OWED, producer_id=losing.city.producers[0].id
    )
    assert owed[0].amount.amount == 55_575
    assert breaches(losing.city) == []


def test_a_statement_names_each_loss(losing: Losing):
    note = losing.lose(2)
    number = losing.close(SEPTEMBER)[0].number
    figures = get_statement_figures(losing.city.session, by=losing.market.owners[0], number=number)
    (loss,) = figures.losses
    assert (loss.note, loss.day, loss.store, loss.product_code, loss.reason) == (
        note.number, LOST_ON, "T1", "PRD-1", "damaged",
    )  # fmt: skip
    assert (loss.quantity, loss.value_rp, loss.share_bp, loss.store_rp) == (2, 29_250, 4_000, 11_700)
    assert f"{note.number}\r\n" in print_csv(figures)


def test_what_may_still_be_contested_waits_for_a_later_statement(losing: Losing):
    losing.calendar.day = SEPTEMBER
    losing.lose(2)
    # It may be contested until 7 October, so September leaves it; October takes it.
    assert losing.close(SEPTEMBER)[0].losses_rp == 0
    assert losing.close(OCTOBER)[0].losses_rp == 11_700
    assert breaches(losing.city) == []


def test_the_last_day_for_contesting_is_before_the_closing(losing: Losing):
    losing.calendar.day = date(2026, 9, 24)
    losing.lose(2)
    losing.calendar.day = date(2026, 9, 25)
    losing.lose(1)
    # On 2 October: the first could be contested until 1 October, the second until 2 October.
    assert losing.close(SEPTEMBER, on=date(2026, 10, 2))[0].losses_rp == 11_700


def test_what_was_contested_waits_until_it_is_decided_and_then_counts_as_decided(losing: Losing):
    loss = losing.loss_of(losing.lose(2))
    losing.contest(loss)
    assert losing.close(SEPTEMBER)[0].losses_rp == 0
    losing.decide(loss, 3_333)
    # 33,33 % of 29.250 is 9.749,025.
    assert losing.close(OCTOBER)[0].losses_rp == 9_749
    assert breaches(losing.city) == []


def test_what_nobody_agreed_on_waits_until_it_is_decided(losing: Losing):
    losing.share(None)
    loss = losing.loss_of(losing.lose(2))
    assert losing.close(SEPTEMBER)[0].losses_rp == 0
    assert losing.close(OCTOBER)[0].losses_rp == 0
    losing.decide(loss, 10_000)
    assert losing.close(NOVEMBER)[0].losses_rp == 29_250
    assert breaches(losing.city) == []


def test_what_was_lost_after_the_period_falls_into_the_next(losing: Losing):
    losing.calendar.day = date(2026, 10, 3)
    losing.lose(2)
    assert losing.close(SEPTEMBER, on=date(2026, 10, 20))[0].losses_rp == 0
    assert losing.close(OCTOBER)[0].losses_rp == 11_700


def test_what_is_recorded_for_a_closed_day_falls_into_the_next_statement(losing: Losing):
    losing.close(SEPTEMBER)
    losing.lose(2, day=LOST_ON)
    assert losing.close(OCTOBER)[0].losses_rp == 11_700
    assert breaches(losing.city) == []


def test_a_loss_taken_back_before_a_statement_settles_with_its_reversal_to_nothing(losing: Losing):
    losing.share(None)
    note = losing.lose(2)
    losing.contest(losing.loss_of(note))
    losing.take_back(note)
    statement = losing.close(SEPTEMBER)[0]
    # Nobody said who bears it, and nobody needs to: 29.250 less 29.250.
    assert (statement.losses_rp, statement.net_rp) == (0, 0)
    assert losing.settled() == [(statement.number, 0), (statement.number, 0)]
    assert [
        (one.value_rp, one.share_bp, one.store_rp)
        for one in get_statement_figures(losing.city.session, by=losing.city.auditor, number=statement.number).losses
    ] == [(29_250, None, 0), (-29_250, None, 0)]
    assert breaches(losing.city) == []


def test_a_loss_decided_and_then_taken_back_settles_to_nothing_as_well(losing: Losing):
    note = losing.lose(2)
    loss = losing.loss_of(note)
    losing.contest(loss)
    losing.decide(loss, 3_333)
    losing.take_back(note)
    statement = losing.close(SEPTEMBER)[0]
    assert losing.settled() == [(statement.number, 9_749), (statement.number, -9_749)]
    assert statement.losses_rp == 0
    assert breaches(losing.city) == []


def test_a_loss_taken_back_after_its_statement_is_given_back_in_the_next(losing: Losing):
    note = losing.lose(2)
    assert losing.close(SEPTEMBER)[0].due_rp == 11_700
    losing.take_back(note)
    october = losing.close(OCTOBER)[0]
    assert (october.losses_rp, october.net_rp, october.due_rp, october.carry_rp) == (-11_700, -11_700, 0, -11_700)
    balance = find_balances(losing.city.session, kind=AccountKind.PARTNER_OWES, producer_id=losing.city.producers[0].id)
    assert balance[0].amount.amount == 0
    assert breaches(losing.city) == []


def test_a_producer_who_has_only_losses_gets_a_statement(losing: Losing):
    losing.city.session.execute(text("UPDATE agreement SET days = '[2026-01-01,2026-09-20)', payment_term_days = 9"))
    losing.calendar.day = date(2026, 9, 15)
    losing.lose(2, product=1)
    losing.close(SEPTEMBER, on=date(2026, 10, 1))
    losing.lose(1, product=1, day=date(2026, 9, 19))
    october = losing.close(OCTOBER)
    # No agreement is in force in October. 22.500 less 2,5 % (562,5, so 563) is 21.937; 40 % of it are 8.774,8.
    assert list(october) == [1]
    assert (october[1].losses_rp, october[1].due_on) == (8_775, date(2026, 11, 1) + timedelta(9))
    assert breaches(losing.city) == []


def test_a_producer_who_never_had_an_agreement_is_paid_for_losses_in_the_usual_time(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    losing = build_losing(build_market(build_city(session, agreements=False)), freeze(monkeypatch))
    losing.decide(losing.loss_of(losing.lose(2)), 10_000)
    statements = losing.close(SEPTEMBER)
    # Without an agreement nothing would have been kept of a sale: 2 * 15.000, due 15 days after 1 October.
    assert {place: (one.losses_rp, one.due_on) for place, one in statements.items()} == {
        0: (30_000, date(2026, 10, 16))
    }
    assert breaches(losing.city) == []


def test_a_partner_without_sales_is_closed_for_its_losses(losing: Losing):
    losing.lose(2)
    losing.calendar.day = date(2026, 10, 20)
    partner = get_closing_partner(losing.city.session, partner_id=losing.city.partner.id)
    assert find_ends(partner, now=clock.now()) == [SEPTEMBER]


def test_the_draft_says_what_is_taken_and_what_waits_and_comes_to_what_is_written(losing: Losing):
    taken = losing.lose(2)
    contested = losing.loss_of(losing.lose(3))
    losing.contest(contested)
    losing.share(None)
    losing.lose(1, product=1)
    losing.calendar.day = SEPTEMBER
    losing.lose(4)
    losing.calendar.day = date(2026, 10, 1)
    partner = get_closing_partner(losing.city.session, partner_id=losing.city.partner.id)
    draft = draft_closing(losing.city.session, partner, until=SEPTEMBER, now=clock.now())
    assert [(one.loss_id, one.store_rp) for one in draft.losses.due] == [(losing.loss_of(taken), 11_700)]
    # 4 * 15.000 less 2,5 %: 58.500; 3 * 15.000 less 2,5 %: 43.875; 22.500 less 2,5 %: 21.937.
    assert draft.losses.waiting == (
        WaitingLosses(LossState.OPEN, 1, 58_500),
        WaitingLosses(LossState.CONTESTED, 1, 43_875),
        WaitingLosses(LossState.UNDECIDED, 1, 21_937),
    )
    coming = preview_closing(losing.city.session, draft)
    assert (coming.losses_rp, coming.net_rp) == (11_700, 11_700)
    assert sum(one.due_rp for one in losing.close(SEPTEMBER).values()) == coming.due_rp


def test_closing_again_settles_nothing_twice(losing: Losing):
    losing.lose(2)
    losing.close(SEPTEMBER)
    losing.close(SEPTEMBER)
    assert len(losing.settled()) == 1
    assert losing.close(OCTOBER)[0].losses_rp == 0


PLANTED = {
    "its store bears another part": "UPDATE statement_loss SET store_rp = store_rp + 1 WHERE loss_id = {decided}",
    "it is of another producer": """
      UPDATE statement_loss SET statement_id = (SELECT id FROM statement WHERE producer_id <> {producer} LIMIT 1)
      WHERE loss_id = {decided}""",
    "its day is later": "UPDATE stock_loss SET day = '2026-10-01' WHERE id = {decided}",
    "nobody decided": "DELETE FROM stock_loss_decision WHERE loss_id = {decided}",
    "it was decided later": "UPDATE stock_loss_decision SET decided_at = decided_at + interval '60 days' WHERE loss_id = {decided}",
    "it was contested later": "INSERT INTO stock_contest SELECT id, 'store', 'x', {by}, '2026-12-01' FROM stock_loss WHERE id = {agreed}",
    "nobody agreed": "UPDATE stock_loss SET store_bp = NULL WHERE id = {agreed}",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_loss_that_was_settled_otherwise_than_it_stands_is_found(losing: Losing, planted: str):
    agreed, decided = losing.loss_of(losing.lose(2)), losing.loss_of(losing.lose(1))
    losing.contest(decided)
    losing.decide(decided, 10_000)
    losing.close(SEPTEMBER)
    assert breaches(losing.city) == []
    as_owner(losing.city)
    facts = {
        "agreed": agreed, "decided": decided, "producer": losing.city.producers[0].id,
        "by": losing.city.finance.user_id,
    }  # fmt: skip
    losing.city.session.execute(text(PLANTED[planted].format(**facts)))
    found = [breach for check in CHECKS for breach in check(losing.city.session)]
    row = agreed if "{agreed}" in PLANTED[planted] else decided
    assert ("settlement.loss", f"stock_loss {row}") in {(one.code, one.row) for one in found}


@pytest.mark.parametrize(
    "planted", ["DELETE FROM statement_loss", "UPDATE statement SET losses_rp = losses_rp + 1, net_rp = net_rp + 1, due_rp = due_rp + 1 WHERE losses_rp > 0"]
)  # fmt: skip
def test_a_statement_that_is_not_the_sum_of_its_losses_is_found(losing: Losing, planted: str):
    losing.lose(2)
    losing.close(SEPTEMBER)
    as_owner(losing.city)
    losing.city.session.execute(text(planted))
    losing.city.session.expire_all()
    found = {breach.code for check in CHECKS for breach in check(losing.city.session)}
    assert "settlement.statement" in found
