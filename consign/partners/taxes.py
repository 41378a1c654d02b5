"""What a partner is for taxes, and which taxes the fee of an agreement may carry."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.facts import Kind
from compliance.masking import mask
from consign.identity.actions import change_row, record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Agreement, Cooperative, Partner, Producer
from consign.partners.rules import AgreementMissing
from consign.partners.tax_rules import (
    FeeParties,
    FeeTaxes,
    PartnerTaxes,
    assess_taxes,
    parse_npwp,
    refuse_incomplete_pkp,
    refuse_wrong_taxes,
)
from consign.sentence import Sentence, say


def tidy_taxes(taxes: PartnerTaxes) -> PartnerTaxes:
    """Return *taxes* with the number as it is kept.

    Raises:
        NpwpInvalid: the number is none.
        PkpIncomplete: a PKP has no number or first day, or another has such a day.

    """
    npwp = parse_npwp(taxes.npwp) if taxes.npwp else None
    tidied = PartnerTaxes(taxes.is_entity, npwp, taxes.is_pkp, taxes.pkp_since)
    refuse_incomplete_pkp(tidied)
    return tidied


def read_taxes(partner: Partner) -> PartnerTaxes:
    """Return what is known of a partner for taxes."""
    return PartnerTaxes(partner.is_entity, partner.npwp, partner.is_pkp, partner.pkp_since)


def change_partner_taxes(session: Session, *, by: Actor, partner: Partner, taxes: PartnerTaxes) -> None:
    """Say whether a partner is a firm, its NPWP, and whether and since when it is a PKP.

    Agreements stay as they are: their pages tell what no longer fits. The audit trail shows only the number's last digits,
    as that of a natural person is personal.

    Raises:
        NpwpInvalid, PkpIncomplete: as `tidy_taxes`.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=partner.id)
    tidied = tidy_taxes(taxes)
    session.refresh(partner, with_for_update={"key_share": True})
    changed = change_row(session, partner, **vars(tidied))
    if not changed:
        return
    for facts in changed.values():
        if isinstance(facts.get("npwp"), str):
            facts["npwp"] = mask(Kind.NPWP, str(facts["npwp"]))
    record_event(session, by=by, act="partner changed", subject=f"partner:{partner.id}", **changed)


def refuse_wrong_taxes_of(
    session: Session, *, partner_id: int, producer_id: int, cooperative_id: int | None, taxes: FeeTaxes
) -> None:
    """Refuse taxes on the fee between a partner and a producer, see `tax_rules.refuse_wrong_taxes`.

    The partner is not held: what it is may be said differently in the same moment, and the agreement's page tells so then.
    """
    if taxes.fee_tax_bp or taxes.pph23_bp:
        parties = _find_parties(session, partner_id, producer_id, cooperative_id)
        refuse_wrong_taxes(parties, taxes)


def find_tax_notices(session: Session, *, agreement_id: int) -> list[Sentence]:
    """Return what is to be asked about the taxes of an agreement, by what is known of both parties now.

    Raises:
        AgreementMissing: there is no such agreement.

    """
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise AgreementMissing(say("There is no such agreement."))
    parties = _find_parties(session, agreement.partner_id, agreement.producer_id, agreement.cooperative_id)
    return assess_taxes(parties, FeeTaxes(agreement.fee_tax_bp, agreement.pph23_bp, agreement.days.lower or date.min))


def _find_parties(session: Session, partner_id: int, producer_id: int, cooperative_id: int | None) -> FeeParties:
    query = (
        select(Partner, Producer.name, Producer.is_entity, Cooperative.name)
        .select_from(Partner)
        .join(Producer, Producer.id == producer_id)
        .outerjoin(Cooperative, Cooperative.id == cooperative_id)
        .where(Partner.id == partner_id)
    )
    partner, producer, is_entity, cooperative = session.execute(query).one()
    return FeeParties(partner.name, read_taxes(partner), producer, is_entity, cooperative)
