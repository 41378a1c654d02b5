"""What a partner is for taxes, on forms and on its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compliance.facts import Kind
from compliance.masking import mask
from consign.listing import Row
from consign.partners.tax_rules import PartnerTaxes
from consign.sentence import say
from consign.web.forms import Field, Form, choices_of, read_day
from consign.web.visit import Visit
from consign.web.words import word

FORMS = ("firm", "person")
PKP = ("yes", "no")
_NOT_SAID = say("nobody has said yet")
TAX_FIELDS = (
    Field("entity", say("Firm or natural person"), kind="select", required=False,
          choices=choices_of("partner_form", FORMS, word), blank=_NOT_SAID,
          hint=say("PPh 23 is withheld of a firm's fee only.")),
    Field("npwp", say("NPWP"), required=False, longest=40, inputmode="numeric", hint=say("15 or 16 digits.")),
    Field("pkp", say("Taxable for PPN (PKP)"), kind="select", required=False, choices=choices_of("pkp", PKP, word),
          blank=_NOT_SAID, hint=say("Only a PKP may charge PPN on its fee.")),
    Field("pkp_since", say("PKP since"), read=read_day, kind="date", required=False,
          hint=say("The day on its letter (SPPKP). Blank where it is no PKP.")),
)  # fmt: skip
TAXES_REFUSED_AT: Mapping[str, str | tuple[str, ...]] = {
    "npwp": "partners.npwp_invalid",
    "pkp": "partners.pkp_incomplete",
}


@dataclass(frozen=True)
class ShownTaxes:
    """What a partner's page says of taxes: codes of words, blank what nobody has said."""

    form: str
    npwp: str
    """Masked for all but whoever may change it."""
    pkp: str
    pkp_since: date | None


def read_tax_fields(form: Form) -> PartnerTaxes:
    """Return what a form with `TAX_FIELDS` says."""
    entity, pkp = form["entity"], form["pkp"]
    return PartnerTaxes(
        is_entity=None if entity is None else entity == "firm",
        npwp=form["npwp"],
        is_pkp=None if pkp is None else pkp == "yes",
        pkp_since=form["pkp_since"],
    )


def tell_taxes(taxes: PartnerTaxes) -> dict[str, object]:
    """Return what a form with `TAX_FIELDS` begins with."""
    return {
        "entity": _tell(taxes.is_entity, FORMS),
        "npwp": taxes.npwp,
        "pkp": _tell(taxes.is_pkp, PKP),
        "pkp_since": taxes.pkp_since,
    }


def show_taxes(visit: Visit, partner: Row) -> ShownTaxes:
    """Return what the page of a *partner*, found by `get_partner_facts`, says of taxes."""
    npwp = partner["npwp"] or ""
    if not visit.may("GET /partners/{code}/edit"):
        npwp = mask(Kind.NPWP, npwp)
    return ShownTaxes(_tell(partner["is_entity"], FORMS), npwp, _tell(partner["is_pkp"], PKP), partner["pkp_since"])


def _tell(said: bool | None, words: tuple[str, str]) -> str:  # noqa: FBT001  # what a column says
    return "" if said is None else words[0] if said else words[1]
