"""Each invariant of the ledger catches the breach that is planted for it."""

import pytest
from sqlalchemy import text

from consign.ledger.actions import post_transfers
from consign.ledger.checks import CHECKS
from tests.builders import City
from tests.ledger.books import breaches, order, reverse

TURN_BACK = """INSERT INTO transfer (key, kind, debit_account_id, credit_account_id, amount_rp, booked_on, cause,
      reverses_id, posted_at)
    SELECT 'X', 'reversal', {sides}, {amount}, booked_on, cause, id, posted_at FROM transfer WHERE key = 'K1'"""
STORE = "UPDATE account SET debits_rp = (SELECT COALESCE(sum(amount_rp), 0) FROM transfer WHERE debit_account_id ="
STORE += " account.id), credits_rp = (SELECT COALESCE(sum(amount_rp), 0) FROM transfer WHERE credit_account_id ="
STORE += " account.id)"


def test_a_ledger_nobody_touched_holds(city: City):
    post_transfers(city.session, [order(city), order(city, "K2", 500)])
    reverse(city.session, "K2", cause="salah catat")
    assert breaches(city.session) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("UPDATE account SET debits_rp = debits_rp + 1, credits_rp = credits_rp + 1 WHERE kind = 'partner_owes'",
         {"ledger.balance"}),
        ("UPDATE account SET credits_rp = credits_rp - 1 WHERE kind = 'producer_is_owed'",
         {"ledger.balance", "ledger.trial_balance"}),
        (TURN_BACK.format(sides="credit_account_id, debit_account_id", amount="amount_rp"), {"ledger.balance"}),
        (TURN_BACK.format(sides="debit_account_id, credit_account_id", amount="amount_rp") + ";" + STORE,
         {"ledger.reversal"}),
        (TURN_BACK.format(sides="credit_account_id, debit_account_id", amount="amount_rp + 1") + ";" + STORE,
         {"ledger.reversal"}),
    ],
)  # fmt: skip
def test_a_planted_breach_is_found_and_named(city: City, planted: str, found: set[str]):
    post_transfers(city.session, [order(city)])
    for statement in planted.split(";"):
        city.session.execute(text(statement))
    seen = [breach for check in CHECKS for breach in check(city.session)]
    assert {breach.code for breach in seen} == found
    assert all(breach.row and breach.what for breach in seen)
