"""Every invariant of payouts finds the breach it is there for: each is planted once, past all constraints."""

from pathlib import Path

import pytest
from sqlalchemy import text

from consign.payouts.bank_lines import confirm_payouts, return_payout
from consign.payouts.checks import CHECKS
from consign.payouts.undoing_returns import undo_return
from tests.payouts.paying import TODAY, Paying

PLANTED = {
    "payouts.parts": {
        "another amount": ["UPDATE payout SET amount_rp = amount_rp + 1 WHERE state = 'planned'"],
        "no part": ["DELETE FROM payout_part WHERE payout_id = (SELECT max(id) FROM payout)"],
        "of another producer": [
            """UPDATE payout_part SET producer_id = (SELECT max(id) FROM producer)
               WHERE producer_id = (SELECT min(id) FROM producer)"""
        ],
    },
    "payouts.transfers": {
        "sent, and nothing moved": ["UPDATE transfer SET key = 'x' || key WHERE kind = 'payout'"],
        "another amount": ["UPDATE payout_part SET amount_rp = amount_rp + 1"],
        "planned, and moved": ["UPDATE payout SET state = 'planned' WHERE state = 'sent'"],
        "returned, and not taken back": ["UPDATE payout SET state = 'returned' WHERE state = 'sent'"],
        "a return undone, and not restored": [
            "DELETE FROM transfer WHERE key LIKE 'payout:%:reversal:reversal'"
        ],
        "sent, and taken back": ["UPDATE payout SET state = 'sent' WHERE state = 'returned'"],
    },
    "payouts.state": {
        "planned in a batch that was sent": ["UPDATE payout SET state = 'planned' WHERE state = 'sent'"],
        "sent in a cancelled batch": [
            "UPDATE payout_batch SET state = 'cancelled', sent_at = NULL WHERE state = 'sent'"
        ],
    },
    "payouts.match": {
        "paid, and on no line": ["UPDATE payout SET match_id = NULL WHERE state = 'paid'"],
        "an undone match": [
            "UPDATE bank_match SET undone_at = now(), undone_by = made_by WHERE id = (SELECT max(match_id) FROM payout WHERE state = 'paid')"
        ],
        "another sum": ["UPDATE bank_match_line SET amount_rp = amount_rp - 1"],
        "another transfer": ["UPDATE transfer SET amount_rp = amount_rp + 1 WHERE kind = 'payout_line'"],
    },
    "payouts.in_transit": {
        "more on its way": ["UPDATE account SET credits_rp = credits_rp + 1 WHERE kind = 'in_transit'"],
        "less on its way": ["UPDATE payout SET state = 'paid' WHERE state = 'sent'"],
    },
    "payouts.below_zero": {
        "more paid than payable": [
            "UPDATE account SET debits_rp = credits_rp + 1 WHERE kind = 'producer_payable'"
        ],
    },
    "payouts.numbers": {
        "a gap": ["UPDATE batch_counter SET last = last + 1"],
        "another number": [
            "UPDATE payout_batch SET number = 'PB-2026-0009' WHERE number = 'PB-2026-0001'"
        ],
    },
}  # fmt: skip
CASES = [(code, how) for code, cases in PLANTED.items() for how in cases]


def pay_in_every_way(paying: Paying) -> None:
    """Leave a payout in each state: returned, paid, sent, and planned."""
    paying.account(0)
    paying.pay((0, 10_000))
    (first,) = paying.payouts(paying.send())
    out, back, again = paying.book((-10_000, "KELUAR"), (10_000, "RETUR"), (-10_000, "KELUAR LAGI"))
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[out.id], payout_ids=[first.id])
    return_payout(paying.session, by=paying.city.finance, payout_id=first.id, on=TODAY, reason="uji", line_id=back.id)
    paying.pay((1, 10_000))
    (second,) = paying.payouts(paying.send())
    return_payout(paying.session, by=paying.city.finance, payout_id=second.id, on=TODAY, reason="salah")
    undo_return(paying.session, by=paying.city.finance, payout_id=second.id, reason="salah catat")
    confirm_payouts(paying.session, by=paying.city.finance, line_ids=[again.id], payout_ids=[second.id])
    for place in range(2):
        paying.pay((0, 10_000))
        if place == 0:
            paying.send()
        else:
            paying.plan()
    states = paying.session.scalars(text("SELECT state FROM payout ORDER BY id")).all()
    assert states == ["returned", "paid", "sent", "planned"]


@pytest.fixture
def lived_in(paying: Paying) -> Paying:
    pay_in_every_way(paying)
    paying.assert_sound()
    return paying


@pytest.mark.parametrize(("code", "how"), CASES, ids=[f"{code}: {how}" for code, how in CASES])
def test_each_breach_is_found(lived_in: Paying, code: str, how: str):
    session = lived_in.session
    session.execute(text("SELECT set_config('role', 'none', true)"))
    for statement in PLANTED[code][how]:
        session.execute(text(statement))
    found = {breach.code for check in CHECKS for breach in check(session)}
    assert code in found


def test_every_code_is_planted():
    source = (Path(__file__).parents[2] / "consign/payouts/checks.py").read_text(encoding="utf-8")
    assert {part.split('"')[0] for part in source.split('Breach("')[1:]} == set(PLANTED)
