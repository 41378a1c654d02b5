"""Each error code about agreements, their versions and cooperatives has its smallest failing case here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from consign.errors import ConsignError
from consign.models.partners import Agreement, Cooperative
from consign.partners.actions import get_producer_to_change
from consign.partners.agreeing import add_agreement, continue_agreement, end_agreement
from consign.partners.cooperatives import add_cooperative, add_cooperative_agreement, add_member, end_membership
from consign.partners.rules import Route, Terms
from consign.partners.tax_rules import PartnerTaxes
from consign.partners.taxes import change_partner_taxes
from tests.builders import City, terms

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
TO_COOPERATIVE = terms(route=Route.COOPERATIVE)
ABOUT = (
    "member", "mandate", "no_members", "not_a_member", "agreement_", "producer_missing", "npwp", "pkp", "tax_", "fee_tax",
    "pph23",
)  # fmt: skip


@dataclass
class Desk:
    """What the cases work with: the city, and a cooperative without members."""

    city: City
    cooperative: Cooperative

    @property
    def agreement_id(self) -> int:
        return self.city.session.scalars(select(Agreement.id).order_by(Agreement.id)).all()[0]

    def join(self) -> int:
        return add_member(
            self.city.session, by=self.city.admin, cooperative=self.cooperative, first=OCTOBER, last=None,
            producer_id=self.city.producers[0].id, mandate="SK 1/2026",
        ).id  # fmt: skip

    def leave(self, member_id: int, *, last: date = OCTOBER, closed: date | None = None) -> None:
        end_membership(
            self.city.session, by=self.city.admin, cooperative=self.cooperative, member_id=member_id, last=last,
            closed={self.city.partner.id: closed},
        )  # fmt: skip

    def sign(self, first: date = NOVEMBER) -> None:
        add_cooperative_agreement(
            self.city.session, by=self.city.finance, cooperative=self.cooperative, partner_id=self.city.partner.id,
            first=first, last=None, terms=TO_COOPERATIVE, store_id=self.city.stores[0].id,
        )  # fmt: skip

    def agree(self, new: Terms, first: date = OCTOBER) -> None:
        add_agreement(
            self.city.session, by=self.city.finance, partner_id=self.city.partner.id,
            producer_id=self.city.producers[0].id, first=first, last=None, terms=new,
        )  # fmt: skip

    def tax(self, taxes: PartnerTaxes, **changed: int) -> None:
        """Say what the partner is for taxes, and agree on what is *changed*."""
        change_partner_taxes(self.city.session, by=self.city.admin, partner=self.city.partner, taxes=taxes)
        self.agree(terms(**changed))

    def go_on(self, *, of: int | None = None, first: date = NOVEMBER, closed: date | None = None) -> None:
        continue_agreement(
            self.city.session, by=self.city.finance, agreement_id=of or self.agreement_id, first=first, last=None,
            terms=terms(300), closed_until=closed,
        )  # fmt: skip


@pytest.fixture
def desk(city: City) -> Desk:
    return Desk(city, add_cooperative(city.session, by=city.admin, code="KOP-1", name="Koperasi Maju", phone=None))


CASES: dict[str, Callable[[Desk], object]] = {
    "partners.code_taken": lambda desk: add_cooperative(
        desk.city.session, by=desk.city.admin, code="KOP-1", name="Koperasi Baru", phone=None
    ),
    "partners.producer_missing": lambda desk: get_producer_to_change(desk.city.session, 987_654_321),
    "partners.member_twice": lambda desk: (desk.join(), desk.join()),
    "partners.membership_missing": lambda desk: desk.leave(987_654_321),
    "partners.mandate_needed": lambda desk: (member := desk.join(), desk.sign(), desk.leave(member)),
    "partners.no_members": lambda desk: desk.sign(),
    "partners.not_a_member": lambda desk: desk.agree(TO_COOPERATIVE),
    "partners.fee_out_of_bounds": lambda desk: desk.agree(terms(9_999)),
    "partners.npwp_invalid": lambda desk: desk.tax(PartnerTaxes(npwp="1")),
    "partners.pkp_incomplete": lambda desk: desk.tax(PartnerTaxes(is_pkp=True)),
    "partners.tax_facts_missing": lambda desk: desk.tax(PartnerTaxes(), fee_tax_bp=1),
    "partners.fee_tax_without_pkp": lambda desk: desk.tax(PartnerTaxes(is_pkp=False), fee_tax_bp=1),
    "partners.pph23_of_person": lambda desk: desk.tax(PartnerTaxes(is_entity=False), pph23_bp=1),
    "partners.pph23_by_person": lambda desk: desk.tax(PartnerTaxes(is_entity=True), pph23_bp=1),
    "partners.agreement_overlaps": lambda desk: desk.agree(terms()),
    "partners.agreement_missing": lambda desk: desk.go_on(of=987_654_321),
    "partners.agreement_continued": lambda desk: (first := desk.agreement_id, desk.go_on(), desk.go_on(of=first)),
    "partners.period_closed": lambda desk: desk.go_on(closed=NOVEMBER),
    "input.bad": lambda desk: desk.go_on(first=date(2000, 1, 1)),
}


@pytest.mark.parametrize("code", CASES)
def test_each_code_has_its_smallest_case(desk: Desk, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](desk)
    assert refused.value.code == code
    assert str(refused.value.sentence).count(".") >= 1


def test_an_agreement_that_was_settled_is_not_ended_before(desk: Desk):
    with pytest.raises(ConsignError) as refused:
        end_agreement(
            desk.city.session, by=desk.city.finance, agreement_id=desk.agreement_id, last=OCTOBER, closed_until=NOVEMBER
        )
    assert refused.value.code == "partners.period_closed"


def test_no_code_about_agreements_is_without_a_case():
    told = {one.code for one in ConsignError.__subclasses__()} | {
        two.code for one in ConsignError.__subclasses__() for two in one.__subclasses__()
    }
    about = {one for one in told if one.startswith("partners.") and one.partition(".")[2].startswith(ABOUT)}
    assert about == {one for one in CASES if one.partition(".")[2].startswith(ABOUT)}
