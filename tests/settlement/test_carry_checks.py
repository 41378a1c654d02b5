"""Every invariant of what was carried over, and of reminders, finds the breach it is there for: each is planted once."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.files import Files
from consign.settlement.carry_checks import CHECKS
from consign.settlement.late_rules import Step
from consign.settlement.reminding import send_reminder
from tests.builders import City
from tests.settlement.carrying import ROWS, add_head, carry_over, set_clock

FIRST_ROW = "kind = 'statement' AND row_no = (SELECT min(row_no) FROM carry_over_row)"
PLANTED = {
    "settlement.carry_over": {
        "another end": ["UPDATE carry_over SET until_on = until_on - 1"],
        "confirmed by another": ["UPDATE closing SET closed_by = prepared_by WHERE carries_over"],
        "handed in by nobody": ["DELETE FROM carry_over_row", "DELETE FROM carry_over"],
    },
    "settlement.carried_over": {
        "another amount": [f"UPDATE carry_over_row SET amount_rp = amount_rp + 1 WHERE {FIRST_ROW}"],
        "another day": [f"UPDATE carry_over_row SET due_on = due_on + 1 WHERE {FIRST_ROW}"],
        "a row that was never posted": [
            """INSERT INTO carry_over_row (carry_over_id, row_no, kind, producer_id, earlier_number, from_on, until_on, due_on, amount_rp)
               SELECT carry_over_id, 99, kind, producer_id, 'lain', from_on, until_on, due_on, 1 FROM carry_over_row
               WHERE kind = 'statement' LIMIT 1"""
        ],
        "another rest": ["UPDATE carry_over_row SET amount_rp = amount_rp - 1 WHERE kind = 'rest'"],
        "a rest that was never posted": [
            """INSERT INTO carry_over_row (carry_over_id, row_no, kind, producer_id, earlier_number, from_on, until_on, amount_rp)
               SELECT carry_over_id, 98, kind, producer_id, 'sisa lain', from_on, until_on, -1 FROM carry_over_row
               WHERE kind = 'rest' LIMIT 1"""
        ],
        "a statement that nobody handed in": [f"DELETE FROM carry_over_row WHERE {FIRST_ROW}"],
        "another sum of the statement": ["UPDATE statement SET opening_rp = opening_rp + 1, net_rp = net_rp + 1, due_rp = due_rp + 1 WHERE due_rp > 0"],
    },
    "settlement.carry_received": {
        "another amount": ["UPDATE carry_over_row SET amount_rp = amount_rp + 1 WHERE kind = 'received'"],
        "never posted": ["DELETE FROM transfer WHERE key LIKE 'carry_over:%'"],
        "never handed in": ["DELETE FROM carry_over_row WHERE kind = 'received'"],
    },
    "settlement.reminder": {
        "another sum": ["UPDATE payment_reminder SET amount_rp = amount_rp + 1"],
        "of no statement": ["DELETE FROM payment_reminder_statement"],
        "of another partner's": [
            "INSERT INTO partner (code, name, kind, cycle) VALUES ('XX', 'Lain', 'hotel', 'month')",
            "UPDATE statement SET partner_id = (SELECT id FROM partner WHERE code = 'XX')",
        ],
    },
}  # fmt: skip
CASES = [(code, how) for code, cases in PLANTED.items() for how in cases]


@pytest.fixture
def lived_in(city: City, files: Files, monkeypatch: pytest.MonkeyPatch) -> City:
    """Carry over what stood before, and remind the partner of it."""
    set_clock(monkeypatch, date(2026, 9, 15))
    carry_over(city, files, add_head(city), *ROWS, "sisa minus,P2,A-6,,2026-07-31,,-30.000")
    send_reminder(city.session, by=city.finance, partner_id=city.partner.id, step=Step.FRIENDLY)
    return city


def codes(session: Session) -> set[str]:
    return {breach.code for check in CHECKS for breach in check(session)}


def test_what_was_lived_in_has_no_breach(lived_in: City):
    assert codes(lived_in.session) == set()


@pytest.mark.parametrize(("code", "how"), CASES, ids=[f"{code}: {how}" for code, how in CASES])
def test_a_planted_breach_is_found_and_named(lived_in: City, code: str, how: str):
    lived_in.session.execute(text("SELECT set_config('role', 'none', true)"))
    for statement in PLANTED[code][how]:
        lived_in.session.execute(text(statement))
    assert code in codes(lived_in.session)


def test_every_code_is_planted():
    source = (Path(__file__).parents[2] / "consign/settlement/carry_checks.py").read_text(encoding="utf-8")
    assert {part.split('"')[0] for part in source.split('Breach("')[1:]} == set(PLANTED)
