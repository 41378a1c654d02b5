"""Rules by which a layout tells rows that are no sales: by a word in a column, or by the sign of a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consign.tabular.cells import shown
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, parse_number
from consign.tabular.table import Batch


class RowTest(StrEnum):
    """What is looked at in a cell."""

    IS = "is"
    """It is one of the words, whatever their case and punctuation."""
    STARTS = "starts"
    """It begins with one of the texts, to the letter."""
    CONTAINS = "contains"
    """It holds one of the words."""
    FILLED = "filled"
    BLANK = "blank"
    ABOVE_ZERO = "above_zero"


class RowOutcome(StrEnum):
    """What is done with a row that a rule fits."""

    LEAVE_OUT = "leave_out"
    """It is ignored, with the rule's reason."""
    RETURN = "return"
    GIVEN_BACK = "given_back"
    """It was sold and came back: it counts as both."""
    PROBLEM = "problem"
    """It cannot be right as it stands; the rule's reason is the problem's code."""


@dataclass(frozen=True)
class RowRule:
    """One rule: in the column with the header *column*, a cell that passes *test*, by *words* where it needs some."""

    column: str
    test: RowTest
    outcome: RowOutcome
    words: tuple[str, ...] = ()
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        return {
            "column": self.column,
            "test": self.test.value,
            "outcome": self.outcome.value,
            "words": list(self.words),
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "RowRule":
        """Read a rule from plain values.

        Raises:
            KeyError: it lacks its column, test or outcome.
            ValueError: its test or outcome is none.

        """
        words = tuple(str(word) for word in given.get("words", ()))
        outcome = RowOutcome(given["outcome"])
        return cls(str(given["column"]), RowTest(given["test"]), outcome, words, str(given.get("reason", "")))

    def fits(self, text: str, style: NumberStyle) -> bool:
        """Say whether a cell passes the test."""
        cell = shown(text).strip()
        match self.test:
            case RowTest.IS:
                fits = normalize(cell) in {normalize(word) for word in self.words}
            case RowTest.STARTS:
                fits = cell.startswith(self.words)
            case RowTest.CONTAINS:
                fits = any(f" {normalize(word)} " in f" {normalize(cell)} " for word in self.words)
            case RowTest.FILLED | RowTest.BLANK:
                fits = bool(cell) is (self.test is RowTest.FILLED)
            case _:  # above zero, the only test of a number
                number = parse_number(text, style)
                fits = isinstance(number, Decimal) and number > 0
        return fits


NO_RULE = -1


def find_rules(
    batch: Batch, rules: Sequence[RowRule], *, places: Mapping[str, int], style: NumberStyle
) -> NDArray[np.int16]:
    """Return for each row of *batch* which of *rules* is the first that fits it, -1 where none does.

    *places* says where each header's column stands; a rule for a column that the file does not have fits no row.
    """
    found = np.full(len(batch), NO_RULE, dtype=np.int16)
    for number, rule in enumerate(rules):
        place = places.get(rule.column)
        if place is None:
            continue
        column = batch.column(place)
        fits = np.array([rule.fits(text, style) for text in column.texts], dtype=bool)
        if fits.any():
            found[fits[column.codes] & (found == NO_RULE)] = number
    return found
