"""The invariants of cooperatives' and continued agreements: each breach is planted once, past all constraints."""

import pytest
from sqlalchemy import text

from consign.partners.checks import CHECKS
from tests.builders import City

COOPERATIVE = "INSERT INTO cooperative (code, name, added_at) VALUES ('KOP-1', 'Koperasi', now())"
SIGNED = "UPDATE agreement SET cooperative_id = (SELECT id FROM cooperative) WHERE id = (SELECT min(id) FROM agreement)"
MEMBER = """INSERT INTO cooperative_member (cooperative_id, producer_id, days, mandate)
  SELECT cooperative.id, producer_id, daterange(lower(days) + {later}, NULL), 'SK' FROM cooperative, agreement
  WHERE agreement.id = (SELECT min(id) FROM agreement)"""
PLANTED = {
    "agreement.mandate": {
        "no mandate": [COOPERATIVE, SIGNED],
        "a mandate that begins a day later": [COOPERATIVE, SIGNED, MEMBER.format(later=1)],
        "a mandate that ends before the agreement": [
            COOPERATIVE,
            SIGNED,
            MEMBER.format(later=0),
            "UPDATE cooperative_member SET days = daterange(lower(days), lower(days) + 100)",
        ],
    },
    "agreement.version": {
        "of another producer": [
            "UPDATE agreement SET replaces_id = (SELECT min(id) FROM agreement) WHERE id = (SELECT max(id) FROM agreement)"
        ],
        "before the one it follows has ended": [
            """INSERT INTO agreement (partner_id, producer_id, store_id, days, fee_rate_bp, fee_on, discount_borne_by, fee_tax_bp,
                 pph23_bp, payment_term_days, route, min_payout_rp, replaces_id)
               SELECT agreement.partner_id, producer_id, store.id, daterange('2030-01-03', NULL), fee_rate_bp, fee_on,
                 discount_borne_by, 0, 0, 15, route, min_payout_rp, agreement.id FROM agreement
               JOIN store ON store.partner_id = agreement.partner_id ORDER BY agreement.id LIMIT 1"""
        ],
    },
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, plants in PLANTED.items() for name in plants])
def test_a_planted_breach_is_found_and_named(city: City, code: str, name: str):
    city.session.execute(text("SELECT set_config('role', 'none', true)"))
    for statement in PLANTED[code][name]:
        city.session.execute(text(statement))
    found = [breach for check in CHECKS for breach in check(city.session)]
    assert code in {breach.code for breach in found}


def test_a_mandate_from_the_first_day_on_is_no_breach(city: City):
    for statement in (COOPERATIVE, MEMBER.format(later=0), SIGNED):
        city.session.execute(text(statement))
    assert [breach for check in CHECKS for breach in check(city.session)] == []
