"""What a person should do next: each area of the pages says what waits in it."""

from dataclasses import dataclass

from consign.sentence import Sentence
from consign.web.sums import Sum


@dataclass(frozen=True)
class Task:
    """One thing to do, and the page where it is done. Urgent ones stand first."""

    label: Sentence
    path: str
    detail: Sentence | None = None
    urgent: bool = False
    sum: Sum | None = None
    """The number in *label*, where the page behind *path* lists what it is made of."""
