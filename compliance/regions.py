"""Codes of provinces, regencies and cities as they stand in numbers of papers.

Papers carry the codes of Kemendagri, of BPS, or those in force when the paper was issued, and these differ: 6402 is
Kutai Kartanegara to Kemendagri and was Kutai Barat to BPS. So a code may mean several places, and an unknown one is
never a reason to refuse. How sure each list is stands in `rulesets/regions.toml`.

Source: `rulesets/regions.toml` names one for each list.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

CURRENT: Final = "kemendagri"


@dataclass(frozen=True)
class Region:
    """What a code means in one list."""

    code: str
    """Two digits for a province, four for a regency or city."""
    name: str
    listed_by: str
    """`kemendagri` as of today, `bps`, or `historic`."""
    now: str
    """Code of Kemendagri that the same place has today."""


@cache
def load_regions() -> Mapping[str, tuple[Region, ...]]:
    """Return what each code may mean, today's list first."""
    found: dict[str, tuple[Region, ...]] = {}
    lines = files("compliance").joinpath("rulesets/regions.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines):
        region = Region(row["code"], row["name"], row["listed_by"], row["now"] or row["code"])
        found[region.code] = (*found.get(region.code, ()), region)
    return found


def is_known_regency(code: str) -> bool:
    """Say whether *code*, four digits, is or was the code of a regency or city in any list."""
    return len(code) == 4 and code in load_regions()


def find_regency(code: str) -> str | None:
    """Return the name of the regency or city, as today's list has it, else an older or other one; None if unknown."""
    return load_regions()[code][0].name if is_known_regency(code) else None


def may_mean(code: str, regency: str) -> bool:
    """Say whether *code*, as a paper has it, may mean the place that has the code *regency* today.

    Codes that no list knows mean nothing but themselves.
    """
    return code == regency or any(region.now == regency for region in load_regions().get(code, ()))


def list_regencies(province: str) -> tuple[Region, ...]:
    """Return today's regencies and cities of a *province*, two digits, in the order of their codes."""
    return tuple(
        one
        for code, regions in load_regions().items()
        for one in regions
        if one.listed_by == CURRENT and len(code) == 4 and code.startswith(province)
    )
