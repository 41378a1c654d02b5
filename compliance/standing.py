"""What eligibility is judged from and what it says: papers held, demands, waivers, tasks."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance.facts import GoodsClass, Kind, Paper
from compliance.wording import Wording


class State(StrEnum):
    """Where a submitted paper stands."""

    DRAFT = "draft"
    """Uploaded; its values are not confirmed yet."""
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    """A verifier has claimed it."""
    SECOND_LOOK = "second_look"
    """It waits for another verifier."""
    APPROVED = "approved"
    NEEDS_CORRECTION = "needs_correction"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    """A later one was approved in its place."""


@dataclass(frozen=True)
class Held:
    """A paper as it lies with the dinas. Drafts, withdrawn and superseded ones are left out by whoever asks."""

    id: int
    paper: Paper
    state: State
    for_goods: bool
    """Whether it was handed in for the very product that is judged; otherwise it is the business's as a whole."""


@dataclass(frozen=True)
class Demand:
    """One thing that must be held: any one of *kinds* will do."""

    code: str
    """Stable: `food_permit`, `halal`, `partner.slhs`."""
    kinds: tuple[Kind, ...]
    per_goods: bool
    """Whether each product needs its own; else one paper of the business will do."""
    blocks: bool
    """Whether goods without it may not be delivered; else it is only asked for."""
    from_on: date | None
    """First day on which it is demanded; blank for always."""
    source: str


@dataclass(frozen=True)
class PartnerDemand:
    """What a retail partner asks for beyond the law."""

    partner: str
    """Its name, as tasks name it."""
    kind: Kind
    goods_class: GoodsClass | None
    """Blank for all goods."""
    from_on: date
    until_on: date | None


@dataclass(frozen=True)
class Waiver:
    """The head of the dinas does without *kind* for a while; both days inside."""

    kind: Kind
    from_on: date
    until_on: date


@dataclass(frozen=True)
class Policy:
    """What a region may choose. *halal_blocks*: goods without halal paper are stopped; else there is a warning."""

    halal_blocks: bool = True


class Standing(StrEnum):
    """Whether a product may be delivered."""

    ELIGIBLE = "eligible"
    WARNED = "warned"
    """It may; something is asked for or ends soon."""
    BLOCKED = "blocked"


class Todo(StrEnum):
    """What a task asks of the producer."""

    CLASSIFY = "classify"
    SUBMIT = "submit"
    CORRECT = "correct"
    RENEW = "renew"
    WAIT = "wait"
    """Nothing: the dinas is reviewing."""


@dataclass(frozen=True)
class Task:
    """One step towards eligibility. Tasks come in the order in which to do them."""

    todo: Todo
    demand: str
    """Code of the demand it serves."""
    kinds: tuple[Kind, ...]
    """Any one of these kinds of paper will do."""
    blocks: bool
    """Whether goods may not be delivered until it is done."""
    reason: Wording
    next_step: Wording
    source: str
    paper_id: int | None = None
    """The paper it is about, where there is one."""
    due_on: date | None = None
    """Last day to do it without losing eligibility, where that is known."""


@dataclass(frozen=True)
class Eligibility:
    """Whether a product may be delivered on a day, and what is to be done."""

    standing: Standing
    tasks: tuple[Task, ...]
    missing: tuple[str, ...]
    """Codes of the demands that stop it, in the order of the tasks."""
    changes_on: date | None
    """First later day on which the same papers give another answer; blank where none is in sight."""
