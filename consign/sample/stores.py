"""The partners of the sample city, their stores, and what they agree with producers. All numbers are invented."""

from dataclasses import dataclass, replace
from datetime import date

from consign.partners.rules import DiscountBorneBy, FeeOn, Route, Terms
from consign.partners.tax_rules import USUAL_PPH23_BP, USUAL_PPN_BP, PartnerTaxes
from consign.period import Cycle

ZONE = "Asia/Makassar"


@dataclass(frozen=True)
class SampleStore:
    """A store, how busy it is, and what the partner's files call it where that is not its code."""

    code: str
    name: str
    receipts_a_day: int
    alias: str | None = None


@dataclass(frozen=True)
class SamplePartner:
    """A partner with its stores. *terms* is what it agrees where nothing else is said, the fee aside."""

    code: str
    name: str
    kind: str
    cycle: Cycle
    terms: Terms
    stores: tuple[SampleStore, ...]
    taxes: PartnerTaxes


SUPERMARKET = SamplePartner(
    code="ENG",
    name="Enggang Swalayan",
    kind="supermarket",
    cycle=Cycle.MONTH,
    terms=Terms(
        fee_rate_bp=300,
        fee_on=FeeOn.REPORTED_GROSS,
        discount_borne_by=DiscountBorneBy.STORE,
        fee_tax_bp=USUAL_PPN_BP,
        pph23_bp=0,
        payment_term_days=15,
        loss_store_bp=10_000,
        route=Route.COLLECTING,
        min_payout_rp=20_000,
    ),
    stores=(
        SampleStore("ENG01", "Enggang Klandasan", 9),
        SampleStore("ENG02", "Enggang Sepinggan", 7),
        SampleStore("ENG03", "Enggang Kilometer Lima", 5),
        SampleStore("ENG04", "Enggang Manggar", 4),
    ),
    taxes=PartnerTaxes(is_entity=True, npwp="012345674721000", is_pkp=True, pkp_since=date(2019, 4, 1)),
)
MINIMARKET = SamplePartner(
    code="PES",
    name="Pesut Mart",
    kind="minimarket",
    cycle=Cycle.HALF_MONTH,
    terms=Terms(
        fee_rate_bp=250,
        fee_on=FeeOn.AGREED_PRICE,
        discount_borne_by=DiscountBorneBy.STORE,
        fee_tax_bp=0,
        pph23_bp=0,
        payment_term_days=7,
        loss_store_bp=10_000,
        route=Route.DIRECT,
        min_payout_rp=0,
    ),
    stores=(
        SampleStore("P01", "Pesut Gunung Sari", 4),
        SampleStore("P02", "Pesut Damai", 4),
        SampleStore("P03", "Pesut Batu Ampar", 3),
        SampleStore("P04", "Pesut Kariangau", 3),
        SampleStore("P05", "Pesut Lamaru", 2),
    ),
    taxes=PartnerTaxes(is_entity=True, npwp="031872641721000", is_pkp=False),
)
HOTEL = SamplePartner(
    code="TEL",
    name="Hotel Teluk Senja",
    kind="hotel",
    cycle=Cycle.MONTH,
    terms=Terms(
        fee_rate_bp=300,
        fee_on=FeeOn.REPORTED_NET,
        discount_borne_by=DiscountBorneBy.PRODUCER,
        fee_tax_bp=USUAL_PPN_BP,
        pph23_bp=0,
        payment_term_days=30,
        loss_store_bp=5_000,
        route=Route.COLLECTING,
        min_payout_rp=20_000,
    ),
    stores=(
        SampleStore("LOBI", "Toko Oleh-oleh Lobi", 4, alias="Lobby Shop"),
        SampleStore("KAFE", "Kafe Dermaga", 3, alias="Dermaga Café"),
        SampleStore("SPA", "Spa Rimba", 2, alias="Rimba Spa"),
    ),
    taxes=PartnerTaxes(is_entity=True, npwp="418772133721000", is_pkp=True, pkp_since=date(2022, 7, 1)),
)
PARTNERS = (SUPERMARKET, MINIMARKET, HOTEL)

AGREED_OTHERWISE: dict[tuple[str, str], Terms] = {
    ("ENG", "UMKM-004"): replace(
        SUPERMARKET.terms, fee_on=FeeOn.REPORTED_NET, discount_borne_by=DiscountBorneBy.PRODUCER
    ),
    ("ENG", "UMKM-022"): replace(SUPERMARKET.terms, pph23_bp=USUAL_PPH23_BP),
    ("ENG", "UMKM-031"): replace(SUPERMARKET.terms, pph23_bp=USUAL_PPH23_BP),
    ("PES", "UMKM-006"): replace(MINIMARKET.terms, fee_on=FeeOn.REPORTED_GROSS),
    ("TEL", "UMKM-009"): replace(HOTEL.terms, fee_on=FeeOn.AGREED_PRICE, discount_borne_by=DiscountBorneBy.STORE),
}
"""What single producers agreed otherwise, by partner and producer."""

FEES_BY_PRODUCT_BP: dict[tuple[str, str], int] = {("ENG", "BPN-010"): 500}
"""Fees that are agreed for one product alone, by partner and product."""


def agree_terms(partner: SamplePartner, *, producer: str, fee_rate_bp: int) -> Terms:
    """Return what *partner* agrees with the producer of this code for a fee of *fee_rate_bp*."""
    return replace(AGREED_OTHERWISE.get((partner.code, producer), partner.terms), fee_rate_bp=fee_rate_bp)
