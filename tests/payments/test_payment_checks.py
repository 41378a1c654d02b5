"""Every invariant of payments finds the breach it is there for: each is planted once, past all constraints."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.payments.accepting import undo_match
from consign.payments.checks import CHECKS
from consign.payments.matching import post_certain
from consign.payments.other_lines import charge, own_transfer, refund
from consign.payments.writing_off import decide_write_off, propose_write_off
from tests.payments.money import Money, add_account

_OF = "match_id = (SELECT max(id) FROM bank_match WHERE kind = '{kind}')"

PLANTED = {
    "payments.line": {
        "more than the line holds": [
            f"UPDATE bank_match_line SET amount_rp = amount_rp + 1 WHERE {_OF.format(kind='payment')}"
        ],
        "the other way round": [f"UPDATE bank_match_line SET amount_rp = -amount_rp WHERE {_OF.format(kind='payment')}"],
        "twice": ["UPDATE bank_match SET undone_at = NULL, undone_by = NULL WHERE undone_at IS NOT NULL"],
    },
    "payments.match": {
        "less than the line gives": [
            f"UPDATE bank_match_line SET amount_rp = amount_rp - 1 WHERE {_OF.format(kind='payment')}"
        ],
        "no match": ["UPDATE allocation SET cause = 'match:999999' WHERE cause LIKE 'match:%'"],
        "though it was undone": [
            "DELETE FROM allocation WHERE reverses_id IS NOT NULL"
        ],
        "no allocation": ["DELETE FROM allocation WHERE cause LIKE 'match:%'"],
    },
    "payments.unallocated": {
        "another balance": ["UPDATE account SET credits_rp = credits_rp + 1 WHERE kind = 'unallocated'"],
        "a line of nobody": [
            """INSERT INTO bank_line (account_id, file_id, row_no, booked_on, amount_rp, description, counterparty, reference, fingerprint, occurrence)
               SELECT account_id, file_id, 99, booked_on, 5, '', '', '', 'x', 1 FROM bank_line LIMIT 1"""
        ],
    },
    "payments.other": {
        "a charge of another amount": [
            "UPDATE transfer SET amount_rp = amount_rp + 1 WHERE key LIKE 'match:%charge'"
        ],
        "a charge without its transfer": ["DELETE FROM transfer WHERE key LIKE 'match:%charge'"],
        "an own transfer without its transfer": ["DELETE FROM transfer WHERE key LIKE 'match:%own'"],
        "a refund of one line": [
            f"DELETE FROM bank_match_line WHERE amount_rp < 0 AND {_OF.format(kind='refund')}"
        ],
        "undone in words only": [
            "UPDATE bank_match SET undone_at = made_at, undone_by = made_by WHERE kind = 'charge'"
        ],
    },
    "payments.write_off": {
        "posted without approval": [
            "UPDATE write_off SET outcome = 'waiting', decided_at = NULL, decided_by = NULL"
        ],
        "of another amount": ["UPDATE write_off SET amount_rp = amount_rp + 1"],
        "borne by the other": ["UPDATE write_off SET borne_by = 'office'"],
        "not posted": ["DELETE FROM allocation WHERE cause LIKE 'write_off:%'"],
        "of nobody": ["DELETE FROM write_off"],
    },
}  # fmt: skip
CASES = [(code, how) for code, cases in PLANTED.items() for how in cases]


@pytest.fixture
def lived_in(money: Money) -> Money:
    """Let lines be matched, undone and matched again, be charges, refunds and own transfers, and a rest be written off."""
    return live_in(money)


def live_in(money: Money) -> Money:
    session, by = money.session, money.city.finance
    money.book((29_250, "NP-2026-000001"), (14_625, "NP-2026-000003"))
    first, _ = post_certain(session, by=by, account_id=money.account_id)
    undo_match(session, by=by, match_id=first.id, reason="uji")
    post_certain(session, by=by, account_id=money.account_id)
    other = add_account(session, "MANDIRI", "9876543210")
    lines = money.book((-6_500, "BIAYA ADM"), (75_000, "SALAH"), (-75_000, "RETUR"), (-50_000, "PINDAH"), (11, "?"))
    charge(session, by=by, line_id=lines[0])
    refund(session, by=by, line_ids=lines[1:3])
    own_transfer(session, by=by, line_ids=[lines[3], *money.book((50_000, "PINDAH"), account_id=other)])
    row = propose_write_off(
        session, by=by, statement_id=money.statements[1].id, amount_rp=100, reason_code="rounding", borne_by="producer"
    )
    decide_write_off(session, by=money.second, write_off_id=row.id, approve=True)
    return money


def codes(session: Session) -> set[str]:
    return {breach.code for check in CHECKS for breach in check(session)}


def test_what_was_lived_in_has_no_breach(lived_in: Money):
    assert codes(lived_in.session) == set()
    assert lived_in.breaches() == []


@pytest.mark.parametrize(("code", "how"), CASES, ids=[f"{code}: {how}" for code, how in CASES])
def test_a_planted_breach_is_found_and_named(lived_in: Money, code: str, how: str):
    lived_in.session.execute(text("SELECT set_config('role', 'none', true)"))
    for statement in PLANTED[code][how]:
        lived_in.session.execute(text(statement))
    assert code in codes(lived_in.session)


def test_every_code_is_planted():
    source = (Path(__file__).parents[2] / "consign/payments/checks.py").read_text(encoding="utf-8")
    assert {part.split('"')[0] for part in source.split('Breach("')[1:]} == set(PLANTED)
