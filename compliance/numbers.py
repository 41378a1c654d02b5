"""What every kind of number has in common."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number that has the form of its kind. Kinds add what their digits say."""

    compact: str
    """The number as it is stored: no spaces, dots, dashes or words around it."""

    def says(self) -> Mapping[str, object]:
        """Return what the number says, by stable names, ready to show; empty where its digits mean nothing."""
        return {}
