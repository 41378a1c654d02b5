"""How papers move from state to state, and the errors of this slice."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from compliance.facts import Goods, GoodsClass, Kind, Stage
from consign.errors import BadInput, Conflict, NotAllowed, NotFound


class Decision(StrEnum):
    """What a verifier decides about a paper."""

    APPROVE = "approve"
    NEEDS_CORRECTION = "needs_correction"
    REJECT = "reject"
    SECOND_LOOK = "second_look"
    """Another verifier is to decide."""


class DocumentMissing(NotFound):
    """There is no such paper; nothing was changed."""

    code = "documents.missing"


class DocumentTaken(Conflict):
    """Another verifier holds the paper, or gave the first look; nothing was changed."""

    code = "documents.taken"


class DocumentMoved(Conflict):
    """The paper stands elsewhere by now; nothing was changed."""

    code = "documents.moved"


class OwnDocument(NotAllowed):
    """Whoever handed a paper in may not decide about it; nothing was changed."""

    code = "documents.own"


class DocumentIncomplete(BadInput):
    """Something that is needed of a paper is blank or cannot be; nothing was changed."""

    code = "documents.incomplete"


class WaiverMissing(NotFound):
    """There is no such waiver; nothing was changed."""

    code = "documents.waiver_missing"


class DemandMissing(NotFound):
    """The partner makes no such demand; nothing was changed."""

    code = "documents.demand_missing"


class ListMissing(NotFound):
    """There is no such list of another office; nothing was changed."""

    code = "documents.list_missing"


class DocumentRefused(BadInput):
    """The file cannot be taken for a paper; nothing was kept, and an earlier paper stays in force."""

    code = "documents.refused"


class ListTaken(Conflict):
    """The same list was loaded before; nothing was loaded."""

    code = "documents.list_taken"


class ListRefused(BadInput):
    """The list from another office cannot be loaded; nothing of it was."""

    code = "documents.list_refused"


@dataclass(frozen=True)
class Typed:
    """What a person confirms of a paper; what it does not say is blank."""

    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    holder: str | None = None
    stage: Stage | None = None
    details: dict[str, str] = field(default_factory=dict)


CHANGING = frozenset({Kind.HALAL, Kind.PIRT, Kind.MD, Kind.NA, Kind.TR, Kind.PKD})
"""Papers that hold for what a product is made of, and how; a change of that is reported."""
LIQUID_UNITS = frozenset({"ml", "l"})


def make_goods(*, name: str, goods_class: str | None, food_group: str | None, net_unit: str) -> Goods:
    """Return a product as the checks know it; what is sold by volume is liquid."""
    return Goods(
        name=name,
        goods_class=GoodsClass(goods_class) if goods_class else None,
        food_group=food_group,
        is_liquid=net_unit in LIQUID_UNITS,
    )


@dataclass(frozen=True)
class OwnGoods:
    """A product with whose it is, as papers are judged for it."""

    product_id: int
    producer_id: int
    goods: Goods
