"""Agreements: within the region's bounds, never two for the same scope on one day."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from consign.errors import BadInput
from consign.models.partners import Agreement
from consign.partners.actions import add_partner, add_store
from consign.partners.agreeing import add_agreement
from consign.partners.checks import CHECKS
from consign.partners.rules import AgreementOverlaps, FeeOutOfBounds, refuse_fee_out_of_bounds
from consign.period import Cycle
from tests.builders import OPENED, City, build_city, terms

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def bare(session: object) -> City:
    """Build a city in which nothing is agreed yet."""
    return build_city(session, agreements=False)  # type: ignore[arg-type]  # the fixture is a session


def agree(city: City, first: date = JAN, last: date | None = None, fee_rate_bp: int = 250, **changed: Any) -> Agreement:
    """Let the partner and the first producer agree."""
    facts = {"partner_id": city.partner.id, "producer_id": city.producers[0].id, "terms": terms(fee_rate_bp), **changed}
    return add_agreement(city.session, by=city.admin, first=first, last=last, **facts)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 31), None),  # shares the last day
        (date(2025, 12, 1), date(2026, 1, 1)),  # shares the first day
        (date(2026, 1, 10), date(2026, 1, 10)),  # lies inside
        (date(2025, 1, 1), None),  # lies around
    ],
)
def test_two_agreements_of_one_scope_do_not_share_a_day(bare: City, first: date, last: date | None):
    agree(bare, JAN, date(2026, 1, 31))
    with pytest.raises(AgreementOverlaps):
        agree(bare, first, last)


def test_whose_days_are_taken_is_told_which_they_are(bare: City):
    agree(bare, JAN, date(2026, 1, 31))
    agree(bare, MAR)
    with pytest.raises(AgreementOverlaps, match=r"from 2026-01-01 to 2026-01-31;.* outside of these"):
        agree(bare, date(2025, 12, 1))
    with pytest.raises(AgreementOverlaps, match=r"from 2026-03-01 on;.* a last day before that"):
        agree(bare, FEB)


def test_an_agreement_may_begin_on_the_day_after_another(bare: City):
    agree(bare, JAN, date(2026, 1, 31))
    agree(bare, FEB)
    agree(bare, date(2025, 1, 1), date(2025, 12, 31))
    with pytest.raises(AgreementOverlaps):
        agree(bare, MAR)


def test_agreements_of_another_scope_hold_on_the_same_days(bare: City):
    other = add_partner(bare.session, by=bare.admin, code="HB", name="Hotel B", kind="hotel", cycle=Cycle.MONTH)
    first, second = bare.stores
    agree(bare)
    agree(bare, store_id=first.id)
    agree(bare, store_id=second.id)
    agree(bare, product_id=bare.products[0].id)
    agree(bare, store_id=first.id, product_id=bare.products[0].id)
    agree(bare, producer_id=bare.producers[1].id)
    agree(bare, partner_id=other.id)
    for changed in ({}, {"store_id": first.id}, {"product_id": bare.products[0].id}):
        with pytest.raises(AgreementOverlaps):
            agree(bare, **changed)


@pytest.mark.parametrize("fee_rate_bp", [200, 500])
def test_the_bounds_of_the_fee_are_inside(bare: City, fee_rate_bp: int):
    assert agree(bare, fee_rate_bp=fee_rate_bp).fee_rate_bp == fee_rate_bp


@pytest.mark.parametrize("loss_store_bp", [None, 0, 10_000])
def test_what_the_store_bears_of_losses_is_kept_and_may_be_left_open(bare: City, loss_store_bp: int | None):
    assert agree(bare, terms=terms(loss_store_bp=loss_store_bp)).loss_store_bp == loss_store_bp


@pytest.mark.parametrize("fee_rate_bp", [0, 199, 501, 10_001, -1])
def test_a_fee_outside_the_bounds_is_refused(bare: City, fee_rate_bp: int):
    with pytest.raises(FeeOutOfBounds):
        agree(bare, fee_rate_bp=fee_rate_bp)


def test_the_bounds_are_the_regions_own(bare: City):
    bare.session.execute(text("UPDATE region_terms SET fee_from_bp = 0, fee_to_bp = 100"))
    bare.session.expire_all()
    agree(bare, fee_rate_bp=0)
    with pytest.raises(FeeOutOfBounds, match=r"2,5% is outside the region's 0% to 1%"):
        agree(bare, FEB)


@given(st.integers(-100, 10_100), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_fee_is_refused_just_where_it_lies_outside(fee: int, one: int, other: int):
    low, high = min(one, other), max(one, other)
    try:
        refuse_fee_out_of_bounds(fee, from_bp=low, to_bp=high, source="")
    except FeeOutOfBounds:
        assert fee not in range(low, high + 1)
    else:
        assert fee in range(low, high + 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"fee_tax_bp": -1},
        {"fee_tax_bp": 10_001},
        {"pph23_bp": 10_001},
        {"payment_term_days": -1},
        {"payment_term_days": 366},
        {"loss_store_bp": -1},
        {"loss_store_bp": 10_001},
    ],
)
def test_terms_that_cannot_be_are_refused_and_said_to_be_that(bare: City, changed: dict[str, int]):
    with pytest.raises(BadInput) as refused:
        agree(bare, terms=terms(250, **changed))
    assert refused.value.code == "input.bad"


def test_the_last_day_does_not_lie_before_the_first(bare: City):
    with pytest.raises(BadInput):
        agree(bare, FEB, JAN)
    agree(bare, FEB, FEB)  # one day is enough


def test_the_scope_is_the_partners_store_and_the_producers_product(bare: City):
    other = add_partner(bare.session, by=bare.admin, code="HB", name="Hotel B", kind="hotel", cycle=Cycle.MONTH)
    facts = {"code": "H1", "name": "Lobi", "zone": "Asia/Makassar", "opened_on": OPENED}
    foreign = add_store(bare.session, by=bare.admin, partner_id=other.id, **facts)
    for changed in ({"store_id": foreign.id}, {"product_id": bare.products[1].id}):
        with pytest.raises(BadInput) as refused:
            agree(bare, **changed)
        assert refused.value.code == "input.bad"


def test_no_history_of_agreements_shares_a_day(bare: City):
    spans = st.tuples(st.integers(0, 30), st.integers(0, 30) | st.none())

    @settings(max_examples=40)
    @given(st.lists(spans, max_size=8))
    def hold(history: list[tuple[int, int | None]]) -> None:
        start = bare.session.begin_nested()
        taken: set[int] = set()
        for first, length in history:
            last = None if length is None else first + length
            days = set(range(first, 100 if last is None else last + 1))
            until = None if last is None else date.fromordinal(JAN.toordinal() + last)
            try:
                agree(bare, date.fromordinal(JAN.toordinal() + first), until)
            except AgreementOverlaps:
                assert days & taken
            else:
                assert not days & taken
                taken |= days
        assert [breach for check in CHECKS for breach in check(bare.session)] == []
        start.rollback()

    hold()
