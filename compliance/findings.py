"""What a check says: a verdict, why, what to do next, and on whose word."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compliance.wording import Wording


class Verdict(StrEnum):
    """How a paper or number stands. Only a wrong format, a past end and a wrong kind for the goods are `invalid`."""

    VALID = "valid"
    WARNING = "warning"
    """A person should look at it; it may well be right."""
    INVALID = "invalid"
    UNVERIFIABLE = "unverifiable"
    """Nothing speaks against it, and nothing that is known could confirm it."""


_GRAVITY = (Verdict.VALID, Verdict.UNVERIFIABLE, Verdict.WARNING, Verdict.INVALID)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. *source* is the law, clause or specification it rests on."""

    code: str
    """Stable, `kind.what`: `pirt.expired`."""
    verdict: Verdict
    reason: Wording
    next_step: Wording | None
    """What the producer does now; blank only where nothing is to be done."""
    source: str


def combine(findings: Iterable[Finding]) -> Verdict:
    """Return the gravest verdict of *findings*: invalid, then warning, unverifiable, valid; valid where there are none."""
    return max((one.verdict for one in findings), key=_GRAVITY.index, default=Verdict.VALID)
