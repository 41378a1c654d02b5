"""What a line of a bank's statement could be, as the pages of matching show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consign.sentence import Sentence


@dataclass(frozen=True)
class Offer:
    """Something that lines could be, of whatever kind, with the form that says so."""

    line_ids: tuple[int, ...]
    rule: str
    """By which rule, one of the words of `match_rule`."""
    label: str
    who: str
    """Which partner, or who is paid; may be blank."""
    why: tuple[Sentence, ...]
    score: int
    certain: bool
    amount_rp: int
    path: str
    """Where the form is sent."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the form sends."""
    hint: bool = False
    reason_code: str | None = None
    difference_rp: int = 0
    statements: int = 0
