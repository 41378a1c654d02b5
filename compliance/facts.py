"""What the library is told: kinds of paper, a paper, the business that holds it, and the goods it is held for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """A kind of paper, named as people in Indonesia name it."""

    NIB = "nib"
    PIRT = "pirt"
    MD = "md"
    """BPOM permit for processed food, domestic (MD) or imported (ML)."""
    NA = "na"
    """BPOM notification of a cosmetic, NA to NE."""
    TR = "tr"
    """BPOM permit of a traditional medicine or supplement: TR, TI, TL, HT, FF, SD, SI, SL."""
    PKD = "pkd"
    """Kemenkes permit of household health goods, such as detergent."""
    HALAL = "halal"
    NON_HALAL = "non_halal"
    """Statement that the goods are of non-halal materials."""
    NPWP = "npwp"
    NITKU = "nitku"
    NIK = "nik"
    """Identity card (KTP), by its number."""
    SLHS = "slhs"
    PKP = "pkp"
    PSAT = "psat"
    """Registration of fresh food of plants, PD or PDUK."""
    TRADEMARK = "trademark"
    LABEL = "label"
    """Artwork of the label."""
    BANK_ACCOUNT = "bank_account"
    MANDATE = "mandate"
    """A member's mandate to its cooperative."""
    PKS = "pks"
    """Written agreement with the retail partner."""


class GoodsClass(StrEnum):
    """What sort of goods a product is; it decides which papers it needs."""

    DRY_FOOD = "dry_food"
    """Processed food that keeps for seven days or more at room temperature."""
    CHILLED_FOOD = "chilled_food"
    """Frozen, chilled animal, dairy, pasteurised or sterilised food, and bottled water."""
    READY_TO_EAT = "ready_to_eat"
    """Food for the day, or that keeps for less than seven days."""
    FRESH_PRODUCE = "fresh_produce"
    COSMETIC = "cosmetic"
    TRADITIONAL_MEDICINE = "traditional_medicine"
    HOUSEHOLD = "household"
    """Detergent and the like."""
    CRAFT = "craft"
    """Craft, textile, souvenir."""


class Stage(StrEnum):
    """How far an SPP-IRT has come."""

    ISSUED = "issued"
    FULFILLED = "fulfilled"
    """The commitment behind it (PKP, CPPB-IRT inspection, label) is fulfilled."""


@dataclass(frozen=True)
class Business:
    """A producer as the checks know it."""

    name: str
    owner_name: str | None = None
    nib: str | None = None
    """13 digits."""
    regency: str | None = None
    """Kemendagri code of the regency or city where it produces, four digits: `6471`."""
    is_entity: bool = False
    """Whether it is a firm (badan), not a person."""


@dataclass(frozen=True)
class Goods:
    """A product as the checks know it."""

    name: str
    goods_class: GoodsClass | None
    """Blank where nobody has said it yet."""
    food_group: str | None = None
    """Group of home-industry food, `01` to `15`; blank where it is none or unknown."""
    is_liquid: bool = False


@dataclass(frozen=True)
class Paper:
    """What a paper says, as typed or confirmed by a person. What is not on it, or not known, is blank."""

    kind: Kind
    number: str | None = None
    """As it was written: spaces, dots and prefixes are the check's business."""
    issued_on: date | None = None
    valid_until: date | None = None
    """Last day on which it is valid."""
    holder: str | None = None
    """Name of the business or person on the paper."""
    stage: Stage | None = None
    """Only of an SPP-IRT."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What only some kinds say, by name: `bank` (3 digits) and `account_name` of a bank account, `nice_class` of a
    trademark, `issuer` of an SLHS or PKP, the confirmed items of a label's checklist."""
