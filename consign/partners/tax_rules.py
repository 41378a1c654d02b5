"""Which taxes a fee may carry: who may charge PPN on it, who withholds PPh 23 of it, and what must be asked. Pure.

What the law forbids is refused, and so is a tax that rests on a fact nobody has said. What the law leaves to the case, such
as a tax that is missing or an unusual rate, is told as a notice and never decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance import npwp as tax_numbers
from compliance.refusals import NumberRefused
from consign.errors import BadInput
from consign.money import format_rate
from consign.sentence import Sentence, say

USUAL_PPN_BP: Final = 1_100
"""PPN of 12 % on 11/12 of the fee. Source: PMK 131/2024."""
USUAL_PPH23_BP: Final = 200
"""PPh 23 on a commission, before PPN. Source: UU PPh art. 23 (1) c, PMK 141/2015."""
PPH23_WITHOUT_NPWP_BP: Final = 400
"""Twice the rate, where whoever receives the fee has no NPWP. Source: UU PPh art. 23 (1a)."""
PKP_ONLY: Final = "UU PPN pasal 14 ayat (1)"
"""Only a PKP may write a tax invoice, so only a PKP may charge PPN."""
PKP_MUST: Final = "UU PPN pasal 3A ayat (1)"
"""A PKP charges PPN on what it delivers, services inside."""
PERSON_RECEIVES: Final = "UU PPh pasal 21 ayat (1)"
"""What a natural person is paid for a service falls under PPh 21, not 23."""
PERSON_PAYS: Final = "UU PPh pasal 23 ayat (3), KEP-50/PJ/1994"
"""A natural person withholds PPh 23 only where appointed, and then of rent alone."""
FIRM_PAYS: Final = "UU PPh pasal 23 ayat (1), PMK 141/2015"
"""A firm that pays a firm for a service withholds PPh 23."""
PPN_RATE: Final = "PMK 131/2024"


class NpwpInvalid(BadInput):
    """An NPWP has 15 or 16 digits, and its check digit fits; nothing was added or changed."""

    code = "partners.npwp_invalid"


class PkpIncomplete(BadInput):
    """A PKP has an NPWP and a first day, others have no such day; nothing was added or changed."""

    code = "partners.pkp_incomplete"


class TaxFactsMissing(BadInput):
    """A tax rests on something that nobody has said of the partner; nothing was added or changed."""

    code = "partners.tax_facts_missing"


class FeeTaxWithoutPkp(BadInput):
    """Whoever is no PKP may not charge PPN; nothing was added or changed."""

    code = "partners.fee_tax_without_pkp"


class Pph23OfPerson(BadInput):
    """Of a natural person's fee no PPh 23 is withheld; nothing was added or changed."""

    code = "partners.pph23_of_person"


class Pph23ByPerson(BadInput):
    """A natural person withholds no PPh 23 of a fee; nothing was added or changed."""

    code = "partners.pph23_by_person"


@dataclass(frozen=True)
class PartnerTaxes:
    """What is known of a partner for taxes; blank what nobody has said."""

    is_entity: bool | None = None
    """Whether it is a firm (badan), not a natural person."""
    npwp: str | None = None
    is_pkp: bool | None = None
    pkp_since: date | None = None
    """First day on which it is a PKP; only where it is one."""


@dataclass(frozen=True)
class FeeParties:
    """Who is paid a fee, and who pays it."""

    partner: str
    taxes: PartnerTaxes
    producer: str
    producer_is_entity: bool
    cooperative: str | None
    """The cooperative that signed for the producer; blank where none did."""


@dataclass(frozen=True)
class FeeTaxes:
    """What an agreement says of taxes on its fee, in basis points, and from which day on it says so."""

    fee_tax_bp: int
    pph23_bp: int
    first: date


def parse_npwp(text: str) -> str:
    """Return the 15 or 16 digits of an NPWP.

    Raises:
        NpwpInvalid: the text is none. The number is not repeated in the sentence, as it may be personal.

    """
    try:
        return tax_numbers.parse(text).compact
    except NumberRefused as error:
        refusal = Sentence(error.template, error.facts)
        raise NpwpInvalid(say("{refusal} Nothing was changed.", refusal=refusal)) from error


def refuse_incomplete_pkp(taxes: PartnerTaxes) -> None:
    """Refuse a PKP without number or first day, and a first day of whoever is none.

    Raises:
        PkpIncomplete: accordingly.

    """
    if taxes.is_pkp and (taxes.npwp is None or taxes.pkp_since is None):
        raise PkpIncomplete(
            say("A PKP has an NPWP and a first day as PKP; nothing was changed. Copy both from its letter (SPPKP).")
        )
    if not taxes.is_pkp and taxes.pkp_since is not None:
        raise PkpIncomplete(
            say("There is a first day as PKP, but it is not said to be one; nothing was changed. Say so, or leave the"
                " day out.")
        )  # fmt: skip


def refuse_wrong_taxes(parties: FeeParties, taxes: FeeTaxes) -> None:
    """Refuse taxes on a fee that the law forbids, or that rest on something nobody has said.

    Raises:
        TaxFactsMissing: nobody has said whether the partner is a PKP, or whether it is a firm.
        FeeTaxWithoutPkp: the partner is no PKP, or none yet on the agreement's first day.
        Pph23OfPerson: the partner is a natural person.
        Pph23ByPerson: the producer is one, and no cooperative signed for it.

    """
    if taxes.fee_tax_bp:
        _refuse_wrong_ppn(parties, taxes)
    if taxes.pph23_bp:
        _refuse_wrong_pph23(parties)


def _refuse_wrong_ppn(parties: FeeParties, taxes: FeeTaxes) -> None:
    known = parties.taxes
    if known.is_pkp is None:
        raise TaxFactsMissing(
            say("Nobody has said whether {partner} is a PKP, and only a PKP may charge PPN on its fee ({source}); nothing"
                " was changed. Look at its letter (SPPKP) and enter it at the partner, or agree on 0% PPN.",
                partner=parties.partner, source=PKP_ONLY)
        )  # fmt: skip
    if known.pkp_since is None:
        raise FeeTaxWithoutPkp(
            say("{partner} is no PKP, so it may not charge PPN on its fee ({source}); nothing was changed. Agree on 0% PPN,"
                " or enter at the partner since when it is a PKP.", partner=parties.partner, source=PKP_ONLY)
        )  # fmt: skip
    if taxes.first < known.pkp_since:
        raise FeeTaxWithoutPkp(
            say("{partner} is a PKP since {since} only, so it may not charge PPN on its fee from {first} on ({source});"
                " nothing was changed. Agree on 0% PPN until then, and continue the agreement with PPN from that day on.",
                partner=parties.partner, since=known.pkp_since, first=taxes.first, source=PKP_ONLY)
        )  # fmt: skip


def _refuse_wrong_pph23(parties: FeeParties) -> None:
    if parties.taxes.is_entity is None:
        raise TaxFactsMissing(
            say("Nobody has said whether {partner} is a firm or a natural person, and PPh 23 is withheld of a firm's fee"
                " only ({source}); nothing was changed. Enter it at the partner, or agree on 0% PPh 23.",
                partner=parties.partner, source=PERSON_RECEIVES)
        )  # fmt: skip
    if not parties.taxes.is_entity:
        raise Pph23OfPerson(
            say("{partner} is a natural person, whose fee falls under PPh 21 and not PPh 23 ({source}); nothing was"
                " changed. Agree on 0% PPh 23.", partner=parties.partner, source=PERSON_RECEIVES)
        )  # fmt: skip
    if not parties.producer_is_entity and parties.cooperative is None:
        raise Pph23ByPerson(
            say("{producer} is a natural person and withholds no PPh 23 of a fee ({source}); nothing was changed. Agree on"
                " 0% PPh 23, or enter at the producer that it is a firm.", producer=parties.producer, source=PERSON_PAYS)
        )  # fmt: skip


def assess_taxes(parties: FeeParties, taxes: FeeTaxes) -> list[Sentence]:
    """Return what is to be asked about the taxes of an agreement; what was agreed before the rules knew it, too."""
    return [*_assess_forbidden(parties, taxes), *_assess_ppn(parties, taxes), *_assess_pph23(parties, taxes)]


def _assess_forbidden(parties: FeeParties, taxes: FeeTaxes) -> Iterator[Sentence]:
    """Yield what would be refused by now of an agreement that stands."""
    facts = {"partner": parties.partner, "producer": parties.producer}
    known = parties.taxes
    if taxes.fee_tax_bp and known.is_pkp is None:
        yield say("This agreement adds PPN to the fee, and nobody has said whether {partner} is a PKP: only a PKP may"
                  " charge it ({source}). Enter it at the partner.", source=PKP_ONLY, **facts)  # fmt: skip
    elif taxes.fee_tax_bp and (known.pkp_since is None or taxes.first < known.pkp_since):
        yield say("This agreement adds PPN to the fee, but {partner} is no PKP, or was none yet on its first day: only a PKP"
                  " may charge it ({source}). Continue it with other terms; what was settled keeps its terms.",
                  source=PKP_ONLY, **facts)  # fmt: skip
    if taxes.pph23_bp and known.is_entity is None:
        yield say("PPh 23 is withheld of the fee, and nobody has said whether {partner} is a firm: a natural person's fee"
                  " falls under PPh 21 ({source}). Enter it at the partner.", source=PERSON_RECEIVES, **facts)  # fmt: skip
    elif taxes.pph23_bp and not known.is_entity:
        yield say("PPh 23 is withheld of the fee, but {partner} is a natural person, whose fee falls under PPh 21"
                  " ({source}). Continue it with other terms; what was settled keeps its terms.",
                  source=PERSON_RECEIVES, **facts)  # fmt: skip
    if taxes.pph23_bp and not parties.producer_is_entity and parties.cooperative is None:
        yield say("PPh 23 is withheld of the fee, but {producer} is a natural person and withholds none ({source})."
                  " Continue it with other terms; what was settled keeps its terms.",
                  source=PERSON_PAYS, **facts)  # fmt: skip


def _assess_ppn(parties: FeeParties, taxes: FeeTaxes) -> Iterator[Sentence]:
    if parties.taxes.pkp_since is not None and not taxes.fee_tax_bp:
        yield say("{partner} is a PKP since {since}, and a PKP charges PPN on its fee ({source}), but this agreement adds none."
                  " Ask the partner whether its fee includes it.",
                  partner=parties.partner, since=parties.taxes.pkp_since, source=PKP_MUST)  # fmt: skip
    if taxes.fee_tax_bp not in {0, USUAL_PPN_BP}:
        yield say("PPN of {rate} on the fee is unusual: it is 12% on 11/12 of the fee, which is {usual} ({source}). Ask the"
                  " partner for the rule that sets another.",
                  rate=format_rate(taxes.fee_tax_bp), usual=format_rate(USUAL_PPN_BP), source=PPN_RATE)  # fmt: skip


def _assess_pph23(parties: FeeParties, taxes: FeeTaxes) -> Iterator[Sentence]:
    known = parties.taxes
    usual = USUAL_PPH23_BP if known.npwp else PPH23_WITHOUT_NPWP_BP
    if not taxes.pph23_bp and known.is_entity and parties.producer_is_entity:
        yield say("Both are firms, and a firm usually withholds PPh 23 of {usual} of a fee it pays to a firm ({source}), but"
                  " this agreement says none. The law knows exceptions, such as a certificate that frees the partner: ask"
                  " both.", usual=format_rate(USUAL_PPH23_BP), source=FIRM_PAYS)  # fmt: skip
    if taxes.pph23_bp and taxes.pph23_bp != usual:
        yield say("PPh 23 of {rate} is unusual here: it is {usual}, or {doubled} of a partner without an NPWP ({source}). Ask"
                  " the producer, and see whether the partner's NPWP is entered.",
                  rate=format_rate(taxes.pph23_bp), usual=format_rate(USUAL_PPH23_BP),
                  doubled=format_rate(PPH23_WITHOUT_NPWP_BP), source=FIRM_PAYS)  # fmt: skip
    if taxes.pph23_bp and not parties.producer_is_entity and parties.cooperative is not None:
        yield say("{producer} is a natural person and withholds no PPh 23. Whether {cooperative}, which signed for it,"
                  " withholds in its own name depends on what they agreed: ask the tax office (KPP).",
                  producer=parties.producer, cooperative=parties.cooperative)  # fmt: skip
