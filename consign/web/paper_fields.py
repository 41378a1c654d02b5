"""What people are asked of each kind of paper, and where a producer gets one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from compliance.banks import load_banks
from compliance.facts import Kind, Stage
from compliance.kinds import KINDS
from compliance.label import load_items
from consign.documents.lists import SeenDocument
from consign.documents.rules import Typed
from consign.sentence import Sentence, say
from consign.web.forms import Choice, Field, Form, choices_of, read_day
from consign.web.words import word

OF_BUSINESS: Final = (
    Kind.NIB, Kind.NIK, Kind.BANK_ACCOUNT, Kind.NPWP, Kind.NITKU, Kind.PKP, Kind.SLHS, Kind.TRADEMARK, Kind.MANDATE,
    Kind.PKS,
)  # fmt: skip
OF_PRODUCTS: Final = (
    Kind.PIRT, Kind.MD, Kind.HALAL, Kind.NON_HALAL, Kind.LABEL, Kind.PSAT, Kind.NA, Kind.TR, Kind.PKD,
)  # fmt: skip

HOW_TO_GET: Mapping[Kind, Sentence] = {
    Kind.NIB: say("Get it at oss.go.id. It costs nothing and takes a few minutes."),
    Kind.PIRT: say("Apply at oss.go.id, where you fill in the data of sppirt.pom.go.id. You need a NIB first."),
    Kind.MD: say("Apply to BPOM at e-reg.pom.go.id. Ask the BPOM office in your city for help."),
    Kind.NA: say("Notify the cosmetic to BPOM at notifkos.pom.go.id."),
    Kind.TR: say("Register the product with BPOM at asrot.pom.go.id."),
    Kind.PKD: say("Register the product with the Ministry of Health at regalkes.kemkes.go.id."),
    Kind.HALAL: say(
        "Apply at ptsp.halal.go.id. For small producers with simple ingredients it costs nothing; a halal companion (PPH)"
        " helps you."
    ),
    Kind.NON_HALAL: say(
        "Write the non-halal statement yourself, sign it, and take a photo of it. The label must say it as well."
    ),
    Kind.NPWP: say("Get it at coretaxdjp.pajak.go.id or at the tax office."),
    Kind.NITKU: say("It stands in your account at coretaxdjp.pajak.go.id."),
    Kind.NIK: say("Take a photo of the owner's KTP. The Dukcapil office issues it."),
    Kind.SLHS: say("Ask the Dinas Kesehatan of your city; you apply for it at oss.go.id."),
    Kind.PKP: say("Take part in a food safety course (PKP) of the Dinas Kesehatan in your city."),
    Kind.PSAT: say("Apply at oss.go.id. The food office (Dinas Pangan) of your city helps you."),
    Kind.TRADEMARK: say("Apply at merek.dgip.go.id."),
    Kind.LABEL: say("Take a photo of the label, or send the file you give to the printer."),
    Kind.BANK_ACCOUNT: say(
        "Take a photo of the first page of the bank book. It must be in the owner's or the business's name."
    ),
    Kind.MANDATE: say("Your cooperative has a form for it. Both of you sign it."),
    Kind.PKS: say("The retail partner gives it to you. Both of you sign it."),
}
"""One sentence for each kind: where to go for it, or what to do."""

_NUMBER_LABELS: Mapping[Kind, Sentence] = {
    Kind.NIB: say("NIB"),
    Kind.PIRT: say("P-IRT number"),
    Kind.MD: say("BPOM number (MD or ML)"),
    Kind.NA: say("Notification number (NA)"),
    Kind.TR: say("BPOM number"),
    Kind.PKD: say("Kemenkes number (PKD)"),
    Kind.HALAL: say("Number of the halal certificate"),
    Kind.NPWP: say("NPWP"),
    Kind.NITKU: say("NITKU"),
    Kind.NIK: say("NIK"),
    Kind.BANK_ACCOUNT: say("Account number"),
    Kind.TRADEMARK: say("Number of the trademark"),
    Kind.PSAT: say("Registration number"),
}
_NUMBER_HINTS: Mapping[Kind, Sentence] = {
    Kind.NIB: say("13 digits."),
    Kind.PIRT: say("15 digits, as they stand on the certificate. Spaces and dashes do not matter."),
    Kind.MD: say("MD or ML and 12 or 15 digits."),
    Kind.NA: say("Two letters, such as NA, and 11 digits."),
    Kind.TR: say("Two letters, such as TR, and 9 digits."),
    Kind.PKD: say("11 digits."),
    Kind.HALAL: say("ID and 17 digits. It stands below the title of the certificate."),
    Kind.NPWP: say("16 digits, or the 15 of an older one."),
    Kind.NITKU: say("22 digits: the NPWP and six more."),
    Kind.NIK: say("16 digits. Others see only a few of them."),
    Kind.BANK_ACCOUNT: say("Of a bank. A phone number of an e-wallet is no bank account."),
    Kind.TRADEMARK: say("IDM and 9 digits, or the number of the application."),
}
LONGEST_NUMBER = 60
BY_NAME: Mapping[str, Field] = {
    "holder": Field(
        "holder", say("Name on the paper"), longest=120, required=False,
        hint=say("The business or the person it was issued to, as it is printed."),
    ),
    "issued_on": Field("issued_on", say("Issued on"), read=read_day, kind="date", required=False),
    "valid_until": Field(
        "valid_until", say("Valid until"), read=read_day, kind="date", required=False,
        hint=say("The last day that is printed on it. Leave it blank where none is."),
    ),
    "stage": Field(
        "stage", say("How far is the P-IRT?"), kind="radio", required=False, choices=choices_of("stage", Stage, word),
        hint=say("The commitment is fulfilled once course, inspection and label were found right. Leave it if unsure."),
    ),
    "issuer": Field(
        "issuer", say("Issued by"), longest=120, required=False, hint=say("Such as Dinas Kesehatan Kota Balikpapan.")
    ),
    "account_name": Field(
        "account_name", say("Name of the account's holder"), longest=120, hint=say("As it stands in the bank book.")
    ),
    "nice_class": Field(
        "nice_class", say("Trademark class"), kind="select", required=False,
        choices=[Choice(str(number), str(number)) for number in range(1, 46)],
        hint=say("A number from 1 to 45; it stands on the certificate as “kelas”."),
    ),
}  # fmt: skip
_HALAL_END = say(
    "Only where one is printed. A halal certificate holds as long as ingredients and process stay the same."
)
DETAILS: Final = frozenset({"bank", "account_name", "nice_class", "issuer"})
"""Fields that only some kinds have; they are kept among a paper's details."""
_FIELDS: Mapping[Kind, Sequence[str]] = {
    Kind.NIB: ("number", "holder", "issued_on"),
    Kind.PIRT: ("number", "holder", "issued_on", "valid_until", "stage"),
    Kind.HALAL: ("number", "holder", "issued_on", "valid_until"),
    Kind.NON_HALAL: ("holder", "issued_on"),
    Kind.NPWP: ("number", "holder"),
    Kind.NITKU: ("number", "holder"),
    Kind.NIK: ("number", "holder"),
    Kind.SLHS: ("number", "holder", "issued_on", "valid_until", "issuer"),
    Kind.PKP: ("number", "holder", "issued_on", "issuer"),
    Kind.TRADEMARK: ("number", "holder", "issued_on", "valid_until", "nice_class"),
    Kind.LABEL: (),
    Kind.BANK_ACCOUNT: ("bank", "number", "account_name"),
}
_USUAL = ("number", "holder", "issued_on", "valid_until")
_ITEM = "item_"
"""Begins the names of a label's items among the fields."""


def fields_of(kind: Kind) -> Sequence[Field]:
    """Return what a person confirms of a paper of this *kind*."""
    if kind is Kind.LABEL:
        return tuple(_item_field(item.code) for item in load_items())
    return tuple(_make_field(name, kind) for name in _FIELDS.get(kind, _USUAL))


def _item_field(code: str) -> Field:
    return Field(_ITEM + code, word("label_item", code), kind="checkbox", required=False)


def _make_field(name: str, kind: Kind) -> Field:
    if name == "number":
        return Field(
            "number", _NUMBER_LABELS.get(kind, say("Number")), longest=LONGEST_NUMBER, required=KINDS[kind].needs_number,
            hint=_NUMBER_HINTS.get(kind, say("As it stands on the paper. Leave it blank where there is none.")),
        )  # fmt: skip
    if name == "bank":
        choices = [Choice(bank.code, bank.name) for bank in sorted(load_banks().values(), key=lambda one: one.name)]
        return Field("bank", say("Bank"), kind="select", choices=choices)
    if name == "valid_until" and kind is Kind.HALAL:
        return replace(BY_NAME[name], hint=_HALAL_END)
    return BY_NAME[name]


def show_typed(seen: SeenDocument) -> dict[str, str]:
    """Return what is known of a paper as the texts of its fields."""
    is_label = seen.kind is Kind.LABEL
    details = {_ITEM + code: said for code, said in seen.details.items()} if is_label else seen.details
    plain = {
        "number": seen.number,
        "holder": seen.holder,
        "issued_on": seen.issued_on,
        "valid_until": seen.valid_until,
        "stage": seen.stage,
    }
    return {**details, **{name: str(value) for name, value in plain.items() if value is not None}}


def read_typed(form: Form) -> Typed:
    """Return what a person confirmed in a form of `fields_of`."""
    values = form.values
    details = {name: values[name] for name in DETAILS if values.get(name)}
    items = {
        name.removeprefix(_ITEM): "yes" for name, value in values.items() if name.startswith(_ITEM) and value is True
    }
    return Typed(
        number=values.get("number"),
        issued_on=values.get("issued_on"),
        valid_until=values.get("valid_until"),
        holder=values.get("holder"),
        stage=Stage(values["stage"]) if values.get("stage") else None,
        details={**details, **items},
    )
