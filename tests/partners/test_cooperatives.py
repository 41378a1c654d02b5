"""Cooperatives: who has mandated one, what it signs for all its members, and what ends with a membership."""

from datetime import date

import pytest
from sqlalchemy import select

from consign.errors import BadInput, NotAllowed
from consign.models.partners import Agreement, Cooperative, CooperativeMember
from consign.partners.agreeing import add_agreement, end_agreement
from consign.partners.checks import CHECKS
from consign.partners.cooperatives import (
    add_cooperative,
    add_cooperative_agreement,
    add_member,
    end_membership,
    extend_to_member,
    find_members,
)
from consign.partners.queries import find_cooperative_of
from consign.partners.rules import (
    AgreementOverlaps,
    CodeTaken,
    MandateNeeded,
    MembershipMissing,
    MemberTwice,
    NoMembers,
    NotAMember,
    PeriodClosed,
    Route,
)
from tests.builders import OPENED, City, terms

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
TO_COOPERATIVE = terms(300, route=Route.COOPERATIVE)


@pytest.fixture
def bare(city: City) -> City:
    """Build a city whose producers have no agreement that goes on."""
    for one in city.session.scalars(select(Agreement)):
        one.days = type(one.days)(OPENED, date(2026, 2, 1))
    city.session.flush()
    return city


def found(city: City, code: str = "KOP-01") -> Cooperative:
    return add_cooperative(city.session, by=city.admin, code=code, name="Koperasi Maju", phone="0812 3456 789")


def join(
    city: City, cooperative: Cooperative, place: int, first: date = OCTOBER, last: date | None = None
) -> CooperativeMember:
    return add_member(
        city.session, by=city.admin, cooperative=cooperative, producer_id=city.producers[place].id, first=first, last=last,
        mandate="SK 1/2026",
    )  # fmt: skip


def sign(city: City, cooperative: Cooperative, first: date = OCTOBER) -> list[Agreement]:
    return add_cooperative_agreement(
        city.session, by=city.finance, cooperative=cooperative, partner_id=city.partner.id, first=first, last=None,
        terms=TO_COOPERATIVE,
    )  # fmt: skip


def breaches(city: City) -> list[str]:
    return [breach.code for check in CHECKS for breach in check(city.session)]


def test_a_membership_holds_from_its_first_to_its_last_day(city: City):
    cooperative = found(city)
    join(city, cooperative, 0, OCTOBER, date(2026, 10, 31))
    producer_id = city.producers[0].id
    days = [date(2026, 9, 30), OCTOBER, date(2026, 10, 31), NOVEMBER]
    assert [find_cooperative_of(city.session, producer_id=producer_id, on=day) for day in days] == [
        None, cooperative, cooperative, None,
    ]  # fmt: skip
    assert [one.code for one in find_members(city.session, cooperative_id=cooperative.id, on=OCTOBER)] == ["P1"]


def test_nobody_mandates_two_cooperatives_at_once(city: City):
    join(city, found(city), 0, OCTOBER, date(2026, 10, 31))
    other = found(city, "KOP-02")
    with pytest.raises(MemberTwice):
        join(city, other, 0, date(2026, 10, 31))
    assert join(city, other, 0, NOVEMBER).cooperative_id == other.id


def test_what_a_cooperative_signs_holds_for_every_member_or_for_none(bare: City):
    cooperative = found(bare)
    with pytest.raises(NoMembers):
        sign(bare, cooperative)
    join(bare, cooperative, 0)
    join(bare, cooperative, 1)
    signed = sign(bare, cooperative)
    assert [one.producer_id for one in signed] == [one.id for one in bare.producers]
    assert {(one.cooperative_id, one.route) for one in signed} == {(cooperative.id, "cooperative")}
    with pytest.raises(AgreementOverlaps, match=r"Dapur 1, Dapur 2\. No agreement was added for anybody"):
        sign(bare, cooperative, NOVEMBER)
    assert len(bare.session.scalars(select(Agreement).where(Agreement.cooperative_id == cooperative.id)).all()) == 2
    assert breaches(bare) == []


def test_money_goes_to_no_cooperative_that_is_not_mandated(bare: City):
    cooperative = found(bare)
    join(bare, cooperative, 0, NOVEMBER)
    facts = {"by": bare.admin, "partner_id": bare.partner.id, "producer_id": bare.producers[0].id, "last": None}
    with pytest.raises(NotAMember):
        add_agreement(bare.session, first=OCTOBER, terms=TO_COOPERATIVE, **facts)
    other = found(bare, "KOP-02")
    with pytest.raises(NotAMember):
        add_agreement(bare.session, first=NOVEMBER, terms=terms(), cooperative_id=other.id, **facts)
    agreement = add_agreement(bare.session, first=NOVEMBER, terms=TO_COOPERATIVE, **facts)
    assert agreement.cooperative_id == cooperative.id


def test_who_joins_later_can_get_what_was_signed(bare: City):
    cooperative = found(bare)
    join(bare, cooperative, 0)
    sign(bare, cooperative)
    facts = {"by": bare.admin, "cooperative": cooperative, "producer_id": bare.producers[1].id, "first": NOVEMBER}
    with pytest.raises(MembershipMissing):
        extend_to_member(bare.session, **facts)
    join(bare, cooperative, 1, NOVEMBER)
    (added,) = extend_to_member(bare.session, **facts)
    assert (added.days.lower, added.fee_rate_bp, added.cooperative_id) == (NOVEMBER, 300, cooperative.id)
    assert extend_to_member(bare.session, **facts) == []
    assert breaches(bare) == []


def test_what_was_signed_for_a_member_ends_with_its_membership(bare: City):
    cooperative = found(bare)
    member = join(bare, cooperative, 0)
    join(bare, cooperative, 1)
    first, second = sign(bare, cooperative)
    last = date(2026, 11, 30)
    facts = {"by": bare.admin, "cooperative": cooperative, "member_id": member.id, "last": last}
    with pytest.raises(PeriodClosed), bare.session.begin_nested():
        end_membership(bare.session, closed={bare.partner.id: date(2026, 12, 31)}, **facts)
    bare.session.refresh(member)
    assert member.days.upper is None
    assert end_membership(bare.session, closed={bare.partner.id: last}, **facts) == 1
    assert (first.days.upper, second.days.upper) == (date(2026, 12, 1), None)
    with pytest.raises(MembershipMissing):
        end_membership(bare.session, closed={}, **facts)


def test_a_mandate_does_not_end_before_what_was_signed_under_it_begins(bare: City):
    cooperative = found(bare)
    member = join(bare, cooperative, 0)
    sign(bare, cooperative, NOVEMBER)
    facts = {"by": bare.admin, "cooperative": cooperative, "member_id": member.id, "closed": {}}
    with pytest.raises(MandateNeeded, match="begins on"):
        end_membership(bare.session, last=date(2026, 10, 31), **facts)
    bare.session.refresh(member)
    assert member.days.upper is None
    assert end_membership(bare.session, last=NOVEMBER, **facts) == 1
    assert breaches(bare) == []


def test_nothing_that_a_cooperative_signs_outlives_its_mandate(bare: City):
    cooperative = found(bare)
    last = date(2026, 10, 31)
    join(bare, cooperative, 0, OCTOBER, last)
    facts = {
        "by": bare.admin,
        "partner_id": bare.partner.id,
        "producer_id": bare.producers[0].id,
        "terms": TO_COOPERATIVE,
    }
    for ends in (None, NOVEMBER):
        with pytest.raises(NotAMember, match="ends before"):
            add_agreement(bare.session, first=OCTOBER, last=ends, **facts)
    (signed,) = sign(bare, cooperative)
    assert signed.days.upper == NOVEMBER  # with the mandate
    going_on = {"by": bare.admin, "agreement_id": signed.id, "closed_until": None}
    with pytest.raises(NotAMember, match="ends before"):
        end_agreement(bare.session, last=None, **going_on)
    join(bare, cooperative, 0, NOVEMBER)
    end_agreement(bare.session, last=None, **going_on)
    assert signed.days.upper is None
    assert breaches(bare) == []


def test_who_joins_for_a_time_gets_what_was_signed_for_that_time(bare: City):
    cooperative = found(bare)
    join(bare, cooperative, 0)
    sign(bare, cooperative)
    join(bare, cooperative, 1, NOVEMBER, date(2026, 11, 30))
    (added,) = extend_to_member(
        bare.session, by=bare.admin, cooperative=cooperative, producer_id=bare.producers[1].id, first=NOVEMBER
    )
    assert (added.days.lower, added.days.upper) == (NOVEMBER, date(2026, 12, 1))
    assert breaches(bare) == []


def test_codes_are_unique_and_only_the_admin_manages_cooperatives(city: City):
    cooperative = found(city)
    with pytest.raises(CodeTaken):
        found(city)
    with pytest.raises(BadInput):
        add_member(
            city.session, by=city.admin, cooperative=cooperative, producer_id=city.producers[0].id, first=OCTOBER, last=None,
            mandate=" ",
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        add_cooperative(city.session, by=city.finance, code="X", name="X", phone=None)
