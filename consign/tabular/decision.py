"""What all values of a file decide together."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from consign.sentence import Sentence

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Decision(Generic[Choice]):
    """One choice for the whole file, blank when a person must say, with the values that speak for it."""

    choice: Choice | None
    evidence: Sentence
    against: frozenset[Choice] = frozenset()
    """Choices that cannot be right for this file, even where a person confirmed them for others like it."""
