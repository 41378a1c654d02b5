"""How papers move from state to state, and the errors of this slice."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from compliance.facts import Goods, Stage
from consign.errors import BadInput, Conflict, NotFound


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


@dataclass(frozen=True)
class OwnGoods:
    """A product with whose it is, as papers are judged for it."""

    product_id: int
    producer_id: int
    goods: Goods
