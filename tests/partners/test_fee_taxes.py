"""Which taxes a fee may carry: what the law forbids is refused, what it leaves to the case is asked about."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign.db import finish
from consign.errors import ConsignError, NotAllowed
from consign.models.identity import AuditEvent
from consign.models.partners import Agreement
from consign.partners.agreeing import add_agreement, continue_agreement, end_agreement
from consign.partners.tax_rules import (
    FeeParties,
    FeeTaxes,
    FeeTaxWithoutPkp,
    NpwpInvalid,
    PartnerTaxes,
    PkpIncomplete,
    Pph23ByPerson,
    Pph23OfPerson,
    TaxFactsMissing,
    assess_taxes,
    refuse_wrong_taxes,
)
from consign.partners.taxes import change_partner_taxes, find_tax_notices, read_taxes
from tests.builders import OPENED, TAXABLE, City, build_city, terms

FIRST = date(2026, 1, 1)
UNKNOWN = PartnerTaxes()
PERSON = replace(TAXABLE, is_entity=False)
PLAIN_FIRM = PartnerTaxes(is_entity=True, npwp=TAXABLE.npwp, is_pkp=False)
NO_NUMBER = PartnerTaxes(is_entity=True, is_pkp=False)
BETWEEN_FIRMS = FeeParties("Toko", TAXABLE, "CV Dapur", producer_is_entity=True, cooperative=None)
OF_A_PERSON = replace(BETWEEN_FIRMS, producer="Bu Siti", producer_is_entity=False)


@pytest.fixture
def bare(session: Session) -> City:
    return build_city(session, agreements=False)


def knows(parties: FeeParties, taxes: PartnerTaxes) -> FeeParties:
    return replace(parties, taxes=taxes)


@pytest.mark.parametrize(
    ("parties", "fee_tax_bp", "pph23_bp", "error", "source"),
    [
        (knows(BETWEEN_FIRMS, UNKNOWN), 1_100, 0, TaxFactsMissing, "UU PPN pasal 14"),
        (knows(BETWEEN_FIRMS, PLAIN_FIRM), 1_100, 0, FeeTaxWithoutPkp, "UU PPN pasal 14"),
        (knows(BETWEEN_FIRMS, PLAIN_FIRM), 1, 0, FeeTaxWithoutPkp, "is no PKP"),
        (
            knows(BETWEEN_FIRMS, replace(TAXABLE, pkp_since=date(2026, 1, 2))),
            1_100,
            0,
            FeeTaxWithoutPkp,
            "since 2026-01-02 only",
        ),
        (knows(BETWEEN_FIRMS, UNKNOWN), 0, 200, TaxFactsMissing, "UU PPh pasal 21"),
        (knows(BETWEEN_FIRMS, PERSON), 0, 200, Pph23OfPerson, "PPh 21 and not PPh 23"),
        (OF_A_PERSON, 0, 200, Pph23ByPerson, "UU PPh pasal 23 ayat (3)"),
        (knows(OF_A_PERSON, PERSON), 0, 200, Pph23OfPerson, "UU PPh pasal 21"),
    ],
)
def test_what_the_law_forbids_is_refused_with_its_source(
    parties: FeeParties, fee_tax_bp: int, pph23_bp: int, error: type[ConsignError], source: str
):
    with pytest.raises(error) as refused:
        refuse_wrong_taxes(parties, FeeTaxes(fee_tax_bp, pph23_bp, FIRST))
    assert source in str(refused.value)
    assert "nothing was changed" in str(refused.value)


@pytest.mark.parametrize(
    ("parties", "fee_tax_bp", "pph23_bp"),
    [
        (BETWEEN_FIRMS, 1_100, 200),
        (knows(BETWEEN_FIRMS, replace(TAXABLE, pkp_since=FIRST)), 1_100, 0),
        (knows(OF_A_PERSON, PERSON), 1_100, 0),  # a natural person may be a PKP
        (knows(OF_A_PERSON, UNKNOWN), 0, 0),
        (replace(OF_A_PERSON, cooperative="Koperasi"), 0, 200),  # whether it withholds is left to the case
    ],
)
def test_what_it_does_not_forbid_is_taken(parties: FeeParties, fee_tax_bp: int, pph23_bp: int):
    refuse_wrong_taxes(parties, FeeTaxes(fee_tax_bp, pph23_bp, FIRST))


@pytest.mark.parametrize(
    ("parties", "fee_tax_bp", "pph23_bp", "asked"),
    [
        (BETWEEN_FIRMS, 1_100, 200, []),
        (OF_A_PERSON, 1_100, 0, []),
        (knows(OF_A_PERSON, UNKNOWN), 0, 0, []),
        (OF_A_PERSON, 0, 0, ["a PKP charges PPN on its fee"]),
        (OF_A_PERSON, 1_200, 0, ["PPN of 12% on the fee is unusual"]),
        (BETWEEN_FIRMS, 1_100, 0, ["Both are firms"]),
        (BETWEEN_FIRMS, 1_100, 400, ["PPh 23 of 4% is unusual here"]),
        (knows(BETWEEN_FIRMS, NO_NUMBER), 0, 400, []),
        (knows(BETWEEN_FIRMS, NO_NUMBER), 0, 200, ["PPh 23 of 2% is unusual here"]),
        (replace(OF_A_PERSON, cooperative="Koperasi"), 1_100, 200, ["ask the tax office"]),
        (knows(OF_A_PERSON, UNKNOWN), 1_100, 0, ["nobody has said whether Toko is a PKP"]),
        (knows(OF_A_PERSON, PLAIN_FIRM), 1_100, 0, ["Toko is no PKP"]),
        (knows(BETWEEN_FIRMS, replace(UNKNOWN, npwp="1")), 0, 200, ["nobody has said whether Toko is a firm"]),
        (knows(BETWEEN_FIRMS, PERSON), 1_100, 200, ["Toko is a natural person"]),
        (OF_A_PERSON, 1_100, 200, ["Bu Siti is a natural person and withholds none"]),
    ],
)
def test_what_is_left_to_the_case_or_stands_from_before_is_asked_about(
    parties: FeeParties, fee_tax_bp: int, pph23_bp: int, asked: list[str]
):
    found = [str(one) for one in assess_taxes(parties, FeeTaxes(fee_tax_bp, pph23_bp, FIRST))]
    assert [words for words, sentence in zip(asked, found, strict=True) if words not in sentence] == []


def agree(city: City, **changed: object) -> Agreement:
    return add_agreement(
        city.session, by=city.admin, partner_id=city.partner.id, producer_id=city.producers[0].id, first=OPENED, last=None,
        terms=terms(**changed),  # type: ignore[arg-type]
    )  # fmt: skip


def become(city: City, taxes: PartnerTaxes) -> None:
    change_partner_taxes(city.session, by=city.admin, partner=city.partner, taxes=taxes)


def test_an_agreement_that_stands_stays_and_its_page_asks(bare: City):
    agreement = agree(bare, fee_tax_bp=1_100)
    assert find_tax_notices(bare.session, agreement_id=agreement.id) == []
    become(bare, PLAIN_FIRM)
    assert agreement.fee_tax_bp == 1_100
    (notice,) = find_tax_notices(bare.session, agreement_id=agreement.id)
    assert "Beruang Mart is no PKP" in str(notice)


def test_what_stood_is_neither_continued_nor_prolonged_with_a_tax_that_is_forbidden_by_now(bare: City):
    agreement = agree(bare, fee_tax_bp=1_100)
    shortened = {"by": bare.admin, "agreement_id": agreement.id, "closed_until": None}
    become(bare, PLAIN_FIRM)
    going_on = {**shortened, "first": date(2026, 7, 1), "last": None}
    with pytest.raises(FeeTaxWithoutPkp):
        continue_agreement(bare.session, **going_on, terms=terms(fee_tax_bp=1_100))  # type: ignore[arg-type]
    assert agreement.days.upper is None
    end_agreement(bare.session, **shortened, last=date(2026, 6, 30))  # type: ignore[arg-type]
    with pytest.raises(FeeTaxWithoutPkp):
        end_agreement(bare.session, **shortened, last=date(2026, 12, 31))  # type: ignore[arg-type]
    become(bare, replace(TAXABLE, pkp_since=date(2026, 7, 1)))
    end_agreement(bare.session, **shortened, last=date(2026, 12, 31))  # type: ignore[arg-type]
    become(bare, PLAIN_FIRM)
    follows = continue_agreement(bare.session, **going_on, terms=terms(fee_tax_bp=0))  # type: ignore[arg-type]
    assert (agreement.fee_tax_bp, follows.fee_tax_bp) == (1_100, 0)


def test_a_producer_that_is_a_person_does_not_withhold(bare: City):
    with pytest.raises(Pph23ByPerson, match="Dapur 1 is a natural person"):
        agree(bare, pph23_bp=200)
    assert bare.session.scalars(select(Agreement)).all() == []


def test_what_a_partner_is_is_kept_with_the_number_masked_in_the_audit_trail(bare: City):
    become(bare, PartnerTaxes(is_entity=True, npwp="03.187.264.1-721.000", is_pkp=False))
    assert read_taxes(bare.partner) == PartnerTaxes(
        is_entity=True, npwp="031872641721000", is_pkp=False, pkp_since=None
    )
    finish(bare.session)
    event = bare.session.scalars(select(AuditEvent).where(AuditEvent.act == "partner changed")).one()
    assert event.detail["before"] == {"npwp": "***********1000", "is_pkp": True, "pkp_since": "2020-01-01"}
    assert event.detail["after"] == {"npwp": "***********1000", "is_pkp": False, "pkp_since": None}
    become(bare, read_taxes(bare.partner))
    finish(bare.session)
    assert len(bare.session.scalars(select(AuditEvent).where(AuditEvent.act == "partner changed")).all()) == 1
    with pytest.raises(NotAllowed):
        change_partner_taxes(bare.session, by=bare.auditor, partner=bare.partner, taxes=UNKNOWN)


@pytest.mark.parametrize(
    ("taxes", "error"),
    [
        (PartnerTaxes(npwp="12"), NpwpInvalid),
        (PartnerTaxes(npwp="012345675721000"), NpwpInvalid),  # the check digit is 4
        (PartnerTaxes(is_pkp=True, pkp_since=FIRST), PkpIncomplete),
        (PartnerTaxes(is_pkp=True, npwp=TAXABLE.npwp), PkpIncomplete),
        (PartnerTaxes(pkp_since=FIRST), PkpIncomplete),
        (PartnerTaxes(is_pkp=False, pkp_since=FIRST), PkpIncomplete),
    ],
)
def test_a_pkp_has_a_number_and_a_first_day(bare: City, taxes: PartnerTaxes, error: type[ConsignError]):
    with pytest.raises(error, match=r"[Nn]othing was changed"):
        become(bare, taxes)
    assert read_taxes(bare.partner) == TAXABLE


@pytest.mark.parametrize("change", ["is_pkp = false", "pkp_since = NULL", "npwp = NULL", "npwp = '12'"])
def test_the_table_itself_takes_no_half_of_a_pkp(bare: City, change: str):
    with pytest.raises(IntegrityError):
        bare.session.execute(text(f"UPDATE partner SET {change}"))  # constants
