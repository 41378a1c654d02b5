"""Groups of home-industry food, 01 to 15, as the number of an SPP-IRT names them.

The names of 2012 are the official ones that could be read; later lists regroup some, so a group is a hint, never a
reason to refuse.

Source: the list of 2012; later names as regency offices print them.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_WORD: Final = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class FoodGroup:
    """A group of home-industry food."""

    code: str
    """Two digits."""
    name: str
    """As the list of 2012 names it."""
    later_name: str
    """As papers after 2018 name it; the same where it did not change."""
    examples: tuple[str, ...]
    """Foods of the group, as people know them."""
    words: tuple[tuple[str, ...], ...]
    """Words of a product's name that speak for the group: each entry is one or more words that follow each other."""


@cache
def load_groups() -> Mapping[str, FoodGroup]:
    """Return the groups by code, in the order of their codes."""
    lines = files("compliance").joinpath("rulesets/food_groups.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["code"]: _read(row) for row in rows}


def _read(row: Mapping[str, str]) -> FoodGroup:
    return FoodGroup(
        code=row["code"],
        name=row["name"],
        later_name=row["later_name"] or row["name"],
        examples=tuple(row["examples"].split("; ")),
        words=tuple(tuple(phrase.split()) for phrase in row["words"].split("; ")),
    )


def find_group(code: str) -> FoodGroup | None:
    """Return the group with this code, None where there is none."""
    return load_groups().get(code)


@cache
def _phrases() -> Mapping[tuple[str, ...], str]:
    return {phrase: group.code for group in load_groups().values() for phrase in group.words}


def suggest_groups(name: str) -> tuple[str, ...]:
    """Return the codes of the groups that a product of this name may be of, the likeliest first; often none.

    Longer phrases speak louder, and so do words that come first: an Indonesian name begins with what the thing is.
    """
    said = _WORD.findall(name.lower())
    phrases, found = _phrases(), list[tuple[int, int, str]]()
    longest = max(map(len, phrases))
    for start in range(len(said)):
        for length in range(1, min(longest, len(said) - start) + 1):
            code = phrases.get(tuple(said[start : start + length]))
            if code is not None:
                found.append((-length, start, code))
    return tuple(dict.fromkeys(code for _, _, code in sorted(found)))


def suggest_group(name: str) -> str | None:
    """Return the code of the group that a product of this name is likeliest of, None where no word tells."""
    return next(iter(suggest_groups(name)), None)
