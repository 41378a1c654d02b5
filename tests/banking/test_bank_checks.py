"""Every invariant of bank statements finds the breach it is there for: each is planted once, past all constraints."""

import pytest
from sqlalchemy import text

from consign.banking.checks import CHECKS
from consign.banking.rules import BankStatement
from tests.banking.conftest import Office

PLANTED = {
    "bank.line": {
        "another amount": ["UPDATE bank_line SET amount_rp = amount_rp + 1 WHERE id = (SELECT min(id) FROM bank_line)"],
        "another day": ["UPDATE bank_line SET booked_on = booked_on + 1 WHERE id = (SELECT min(id) FROM bank_line)"],
        "no line": ["DELETE FROM bank_line WHERE id = (SELECT min(id) FROM bank_line)"],
        "no transfer": [
            "DELETE FROM transfer WHERE kind = 'bank_line' AND id = (SELECT max(id) FROM transfer WHERE kind = 'bank_line')"
        ],
    },
    "bank.balance": {
        "more in the ledger": ["UPDATE account SET debits_rp = debits_rp + 1 WHERE kind = 'bank'"],
        "another opening balance": ["UPDATE bank_file SET opening_rp = opening_rp + 1"],
    },
    "bank.file": {"more lines than it brought": ["UPDATE bank_file SET new_lines = new_lines - 1"]},
}


def breaches(office: Office) -> set[str]:
    return {breach.code for check in CHECKS for breach in check(office.session)}


@pytest.mark.parametrize(("code", "what"), [(code, what) for code, ways in PLANTED.items() for what in ways])
def test_a_planted_breach_is_found_and_named(office: Office, august: BankStatement, code: str, what: str):
    office.post(august)
    assert breaches(office) == set()
    office.session.execute(text("SELECT set_config('role', 'none', true)"))
    for planted in PLANTED[code][what]:
        office.session.execute(text(planted))
    found = [breach for check in CHECKS for breach in check(office.session)]
    assert code in {breach.code for breach in found}
    assert all(breach.row and breach.what for breach in found)
