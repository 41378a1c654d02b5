"""New versions of agreements: other terms from a day on, and nothing that was settled moves."""

from datetime import date

import pytest
from sqlalchemy import select

from consign.errors import BadInput
from consign.models.partners import Agreement, RegionTerms
from consign.partners.agreeing import add_agreement, continue_agreement, end_agreement
from consign.partners.checks import CHECKS
from consign.partners.queries import get_terms
from consign.partners.rules import (
    AgreementContinued,
    AgreementOverlaps,
    FeeOutOfBounds,
    PeriodClosed,
    Route,
    Terms,
)
from tests.builders import OPENED, City, terms

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def agreement_of(city: City) -> Agreement:
    return city.session.scalars(select(Agreement).where(Agreement.producer_id == city.producers[0].id)).one()


def go_on(
    city: City,
    *,
    first: date = NOVEMBER,
    closed_until: date | None = None,
    of: int | None = None,
    new: Terms | None = None,
) -> Agreement:
    return continue_agreement(
        city.session,
        by=city.finance,
        agreement_id=of or agreement_of(city).id,
        first=first,
        last=None,
        terms=new or terms(300, route=Route.COLLECTING, min_payout_rp=25_000),
        closed_until=closed_until,
    )


def breaches(city: City) -> list[str]:
    return [breach.code for check in CHECKS for breach in check(city.session)]


def test_other_terms_hold_from_their_first_day_on_and_the_old_ones_until_the_day_before(city: City):
    old = agreement_of(city)
    new = go_on(city)
    assert (old.days.lower, old.days.upper) == (OPENED, NOVEMBER)
    assert (new.days.lower, new.days.upper, new.replaces_id) == (NOVEMBER, None, old.id)
    assert (old.fee_rate_bp, new.fee_rate_bp, new.route, new.min_payout_rp) == (250, 300, "collecting", 25_000)
    assert get_terms(new) == terms(300, route=Route.COLLECTING, min_payout_rp=25_000)
    assert breaches(city) == []


def test_a_version_cannot_begin_in_a_closed_period(city: City):
    old = agreement_of(city)
    with pytest.raises(PeriodClosed):
        go_on(city, first=date(2026, 10, 31), closed_until=date(2026, 10, 31))
    assert old.days.upper is None
    assert go_on(city, first=NOVEMBER, closed_until=date(2026, 10, 31)).days.lower == NOVEMBER


def test_a_version_of_an_agreement_that_ended_cannot_begin_in_a_closed_period_either(city: City):
    old = agreement_of(city)
    end_agreement(city.session, by=city.finance, agreement_id=old.id, last=date(2026, 9, 30), closed_until=None)
    with pytest.raises(PeriodClosed):
        go_on(city, first=date(2026, 10, 15), of=old.id, closed_until=date(2026, 10, 31))
    assert go_on(city, of=old.id, closed_until=date(2026, 10, 31)).replaces_id == old.id
    assert (old.days.upper, breaches(city)) == (OCTOBER, [])


def test_only_the_newest_version_can_be_continued(city: City):
    old = agreement_of(city)
    new = go_on(city)
    with pytest.raises(AgreementContinued):
        go_on(city, first=date(2026, 12, 1), of=old.id)
    assert go_on(city, first=date(2026, 12, 1), of=new.id).replaces_id == new.id


def test_a_version_begins_after_the_agreement_itself(city: City):
    with pytest.raises(BadInput, match="not after the agreement's own first day"):
        go_on(city, first=OPENED)


def test_a_refused_version_leaves_the_agreement_as_it_is(city: City):
    old = agreement_of(city)
    with pytest.raises(FeeOutOfBounds):
        go_on(city, new=terms(501))
    assert old.days.upper is None
    end_agreement(city.session, by=city.finance, agreement_id=old.id, last=date(2026, 9, 30), closed_until=None)
    add_agreement(
        city.session, by=city.admin, partner_id=city.partner.id, producer_id=city.producers[0].id,
        first=date(2026, 12, 1), last=None, terms=terms(),
    )  # fmt: skip
    with pytest.raises(AgreementOverlaps):
        go_on(city, of=old.id)
    assert city.session.scalars(select(Agreement.id).where(Agreement.replaces_id == old.id)).all() == []


def test_a_fee_outside_names_the_rule(city: City):

    city.session.get_one(RegionTerms, 1).fee_source = "SE Contoh 7/2025"
    city.session.flush()
    with pytest.raises(FeeOutOfBounds, match=r"outside the region's 2% to 5% \(SE Contoh 7/2025\)"):
        go_on(city, new=terms(501))
