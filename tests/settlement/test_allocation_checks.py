"""Every invariant of allocations and transfers finds the breach it is there for: each is planted, past all constraints."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import finish
from consign.ledger.checks import CHECKS as LEDGER
from consign.settlement.allocation_checks import CHECKS as ALLOCATIONS
from consign.settlement.shares import Share
from consign.settlement.transfer_checks import CHECKS as TRANSFERS
from tests.builders import City, build_city
from tests.settlement.money import SEPTEMBER, Money, agree, build_money, freeze

ADD = """INSERT INTO transfer (key, kind, debit_account_id, credit_account_id, amount_rp, booked_on, cause, posted_at)
  SELECT '{key}', '{kind}', {debit}, {credit}, 1, booked_on, cause, posted_at FROM transfer WHERE key LIKE '{like}' LIMIT 1"""
AGAIN = ADD.format(key="{key}", kind="{kind}", debit="debit_account_id", credit="credit_account_id", like="{like}")
ACCOUNT = "(SELECT {which}(id) FROM account WHERE kind = '{kind}')"
SAME_ROUTE = ADD.format(
    key="bank:1", kind="bank_line", debit=ACCOUNT.format(which="min", kind="partner_owes"),
    credit=ACCOUNT.format(which="min", kind="producer_is_owed"), like="statement:%",
)  # fmt: skip
OF = "WHERE key = (SELECT min(key) FROM transfer WHERE key LIKE '{like}' AND reverses_id IS NULL)"
STANDING = "(SELECT min(id) FROM allocation WHERE source = '{source}' AND reverses_id IS NULL)"
PLANTED = {
    "settlement.allocation": {
        "a transfer is missing": [f"DELETE FROM transfer {OF.format(like='allocation:%:payable')}"],
        "another amount": [f"UPDATE transfer SET amount_rp = amount_rp + 1 {OF.format(like='allocation:%:paid')}"],
        "another day": [f"UPDATE transfer SET booked_on = booked_on + 1 {OF.format(like='allocation:%:paid')}"],
        "another kind": ["UPDATE transfer SET kind = 'payment' WHERE kind = 'direct'"],
        "another statement": [f"UPDATE transfer SET cause = 'NP-2026-000099' {OF.format(like='allocation:%:paid')}"],
        "turned around": [
            f"""UPDATE transfer SET debit_account_id = credit_account_id, credit_account_id = debit_account_id
                {OF.format(like="allocation:%:payable")}"""
        ],
        "of another pair": [
            f"""UPDATE transfer SET credit_account_id = {ACCOUNT.format(which="max", kind="partner_owes")}
                {OF.format(like="allocation:%:paid")}"""
        ],
        "one too many": [AGAIN.format(key="allocation:1:payable:x", kind="payable", like="allocation:%:payable")],
        "of no allocation": [f"UPDATE transfer SET key = 'allocation:999999:paid' {OF.format(like='allocation:%:paid')}"],
        "not taken back in the ledger": ["UPDATE transfer SET reverses_id = NULL WHERE key LIKE 'allocation:%:reversal'"],
        "taken back in the ledger alone": ["DELETE FROM allocation WHERE reverses_id IS NOT NULL"],
        "taken back for another amount": ["UPDATE allocation SET amount_rp = amount_rp - 1 WHERE reverses_id IS NOT NULL"],
        "taken back for another cause": ["UPDATE allocation SET cause = 'match:99' WHERE reverses_id IS NOT NULL"],
        "from another bank account": [
            """INSERT INTO bank_account (code, bank_code, number, holder, added_at) VALUES ('X', '014', '99999', 'X', now())""",
            "UPDATE bank_match SET account_id = (SELECT max(id) FROM bank_account)",
        ],
    },
    "settlement.paid": {
        "more than due": [f"UPDATE allocation SET amount_rp = amount_rp + 1000000 WHERE id = {STANDING.format(source='direct')}"],
        "less than nothing": ["UPDATE allocation SET amount_rp = amount_rp - 1000000 WHERE reverses_id IS NOT NULL"],
    },
    "settlement.pair": {
        "the partner owes more": ["UPDATE account SET debits_rp = debits_rp + 1 WHERE kind = 'partner_owes'"],
        "the producer is owed less": ["UPDATE account SET credits_rp = credits_rp - 1 WHERE kind = 'producer_is_owed'"],
        "more is payable": ["UPDATE account SET credits_rp = credits_rp + 1 WHERE kind = 'producer_payable'"],
        "an allocation more": [
            f"""INSERT INTO allocation (statement_id, amount_rp, source, cause, booked_on, allocated_by, allocated_at)
                SELECT statement_id, 1, source, cause, booked_on, allocated_by, allocated_at FROM allocation
                WHERE id = {STANDING.format(source="collecting")}"""
        ],
        "another due": ["UPDATE statement SET due_rp = due_rp + 1, net_rp = net_rp + 1, sales_rp = sales_rp + 1"],
        "paid out without a transfer": [
            """INSERT INTO payout_batch (number, bank_account_id, state, left_out, planned_by, planned_at, sent_at)
               SELECT 'PB-2026-0001', min(bank_account.id), 'sent', '[]', min(user_account.id), now(), now()
               FROM bank_account, user_account""",
            """INSERT INTO payout (batch_id, reference, producer_id, payee_account_id, amount_rp, state)
               SELECT payout_batch.id, 'PB20260001-001', producer_id, payee_account.id, 1, 'sent' FROM payout_batch, payee_account
               WHERE payee_account.id = (SELECT min(id) FROM payee_account)""",
            """INSERT INTO payout_part (payout_id, partner_id, producer_id, amount_rp)
               SELECT payout.id, (SELECT min(id) FROM partner), producer_id, 1 FROM payout""",
        ],
    },
    "settlement.written_off": {
        "the ledger bears more": ["UPDATE account SET debits_rp = debits_rp + 1 WHERE kind = 'written_off'"],
        "the producer bore it": ["UPDATE allocation SET source = 'written_off_producer' WHERE source = 'written_off_office'"],
    },
    "settlement.transfer_key": {
        "a key of nothing": [AGAIN.format(key="K1", kind="sales", like="statement:%:sales")],
        "of no statement": [AGAIN.format(key="statement:NP-2026-999999:sales", kind="sales", like="statement:%:sales")],
        "of no bank line": [AGAIN.format(key="bank:999999", kind="bank_line", like="bank:%")],
        "of no match": [AGAIN.format(key="match:999999:payout", kind="bank_line", like="bank:%")],
        "of no payout": [AGAIN.format(key="payout:999999:sent:1:1", kind="bank_line", like="bank:%")],
        "another part of a match": [AGAIN.format(key="match:1:gift", kind="bank_line", like="bank:%")],
        "a reversal of nothing": [AGAIN.format(key="bank:1:reversal", kind="bank_line", like="bank:%")],
        "a reversal by another name": [
            "UPDATE transfer SET key = replace(key, ':reversal', ':back') WHERE reverses_id IS NOT NULL"
        ],
    },
    "settlement.transfer_way": {
        "a bank line to a partner": [SAME_ROUTE],
        "a payment the other way": [
            """UPDATE transfer SET debit_account_id = credit_account_id, credit_account_id = debit_account_id
               WHERE kind = 'payment'"""
        ],
        "from one pair to another": [
            f"UPDATE transfer SET credit_account_id = {ACCOUNT.format(which='max', kind='producer_is_owed')} WHERE kind = 'sales'"
        ],
        "from one bank account to another": [
            """INSERT INTO bank_account (code, bank_code, number, holder, added_at) VALUES ('X', '014', '99999', 'X', now())""",
            """INSERT INTO account (kind, bank_account_id, debits_rp, credits_rp)
               SELECT 'unallocated', max(id), 0, 0 FROM bank_account""",
            f"UPDATE transfer SET credit_account_id = {ACCOUNT.format(which='max', kind='unallocated')} WHERE kind = 'bank_line'",
        ],
        "a kind that is not known": ["UPDATE transfer SET kind = 'gift' WHERE kind = 'sales'"],
        "a reversal of nothing": ["UPDATE transfer SET kind = 'reversal' WHERE kind = 'sales'"],
        "a reversal by another kind": ["UPDATE transfer SET kind = 'sales' WHERE kind = 'reversal'"],
    },
}  # fmt: skip
CASES = [(code, how) for code, cases in PLANTED.items() for how in cases]


@pytest.fixture
def paid(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Money:
    """Pay statements in every way there is, and take one payment back."""
    city: City = build_city(session, agreements=False)
    money = build_money(city, freeze(monkeypatch), tmp_path)
    for place in range(2):
        for producer in range(2):
            agree(money, place, producer)
    for place in range(2):
        money.sell(session, place, (date(2026, 9, 3), 0, 10, 15_000), (date(2026, 9, 4), 1, 2, 22_500))
    first, second = money.close(session, 0, SEPTEMBER)
    third, _ = money.close(session, 1, SEPTEMBER)
    lines = money.book(session, 100_000, -5_000, 50_000)
    money.match(session, lines[0], [Share(first.id, 90_000)])
    wrong = money.match(session, lines[2], [Share(third.id, 50_000)])
    money.undo(session, wrong)
    money.pay_directly(session, [Share(second.id, 40_000)], "uji:1")
    money.write_off(session, Share(first.id, 1_000), by_office=True)
    money.write_off(session, Share(first.id, 500), by_office=False)
    finish(session)
    return money


def codes(session: Session) -> set[str]:
    return {breach.code for check in (*LEDGER, *ALLOCATIONS, *TRANSFERS) for breach in check(session)}


def test_what_was_paid_in_every_way_holds(paid: Money):
    assert [str(breach) for check in CHECKS for breach in check(paid.city.session)] == []


@pytest.mark.parametrize(("code", "how"), CASES, ids=[f"{code}: {how}" for code, how in CASES])
def test_a_planted_breach_is_found_and_named(paid: Money, code: str, how: str):
    session = paid.city.session
    session.execute(text("SELECT set_config('role', 'none', true)"))
    for constraint in ("ck_transfer_two_accounts", "ck_allocation_amount", "ck_statement_due", "ck_statement_net"):
        session.execute(text(f"ALTER TABLE {constraint.split('_')[1]} DROP CONSTRAINT IF EXISTS {constraint}"))
    for statement in PLANTED[code][how]:
        planted = text(statement.replace(":", r"\:"))  # a colon in a key begins no parameter
        assert session.execute(planted, execution_options={"preserve_rowcount": True}).rowcount > 0
    assert code in codes(session)


def test_every_code_is_planted():
    folder = Path(__file__).parents[2] / "consign/settlement"
    source = "".join((folder / f"{name}_checks.py").read_text(encoding="utf-8") for name in ("allocation", "transfer"))
    assert {part.split('"')[0] for part in source.split('Breach("')[1:]} == set(PLANTED)
