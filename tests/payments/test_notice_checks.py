"""Every invariant of payment notices finds the breach it is there for: each is planted once, past all constraints."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.payments.answers import answer_payment
from consign.payments.notice_checks import CHECKS
from consign.payments.notice_rules import Answer
from consign.payments.notices import withdraw_notice
from tests.builders import City
from tests.payments.noting import Noting, build_noting, hold_clock

PLANTED = {
    "payments.notice_lines": {
        "another sum": ["UPDATE payment_notice SET amount_rp = amount_rp + 1 WHERE number = 'BY-2026-000001'"],
        "no line": ["DELETE FROM payment_notice_line"],
        "another partner's statement": [
            """UPDATE payment_notice SET partner_id = (SELECT max(id) FROM partner) + 1 WHERE number = 'BY-2026-000001'"""
        ],
        "another route": ["UPDATE statement SET route = 'collecting'"],
    },
    "payments.notice_numbers": {
        "a gap": ["UPDATE notice_counter SET last = last + 1"],
        "a notice that is gone": [
            "DELETE FROM payment_notice_line WHERE notice_id = (SELECT max(id) FROM payment_notice)",
            "DELETE FROM payment_notice WHERE id = (SELECT max(id) FROM payment_notice)",
        ],
    },
    "payments.answer": {
        "received and not posted": ["DELETE FROM allocation"],
        "posted and not received": ["UPDATE payment_answer SET answer = 'not_received'"],
        "posted without an answer": ["DELETE FROM payment_answer"],
        "another amount": ["UPDATE allocation SET amount_rp = amount_rp - 1"],
        "withdrawn, and posted": [
            "UPDATE payment_notice SET withdrawn_at = now(), withdrawn_by = noted_by WHERE number = 'BY-2026-000001'"
        ],
        "of no notice": ["UPDATE allocation SET cause = 'notice:BY-2026-000009:1'"],
    },
}
CASES = [(code, how) for code, cases in PLANTED.items() for how in cases]


@pytest.fixture
def lived_in(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    """Let a notice be received, one contradicted and one withdrawn."""
    noting = build_noting(city, tmp_path, hold_clock(monkeypatch))
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    received, contradicted = noting.note((september, 43_875)), noting.note((october, 14_625))
    for notice, answer in ((received, Answer.RECEIVED), (contradicted, Answer.NOT_RECEIVED)):
        answer_payment(
            city.session, by=noting.owners[0], notice_id=notice.id, producer_id=city.producers[0].id, answer=answer
        )
    withdrawn = noting.note((other, 5))
    withdraw_notice(city.session, by=noting.payer, notice_id=withdrawn.id, reason="salah")
    return noting


def codes(session: Session) -> set[str]:
    return {breach.code for check in CHECKS for breach in check(session)}


def test_what_was_lived_in_has_no_breach(lived_in: Noting):
    assert codes(lived_in.session) == set()


@pytest.mark.parametrize(("code", "how"), CASES, ids=[f"{code}: {how}" for code, how in CASES])
def test_a_planted_breach_is_found_and_named(lived_in: Noting, code: str, how: str):
    lived_in.session.execute(text("SELECT set_config('role', 'none', true)"))
    lived_in.session.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in PLANTED[code][how]:
        lived_in.session.execute(text(statement))
    assert code in codes(lived_in.session)


def test_every_code_is_planted():
    source = (Path(__file__).parents[2] / "consign/payments/notice_checks.py").read_text(encoding="utf-8")
    assert {part.split('"')[0] for part in source.split('Breach("')[1:]} == set(PLANTED)
