"""Banks by their code of three digits, and how long their account numbers usually are."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Bank:
    """A bank. *shortest* and *longest*: digits of its usual account numbers, a hint only; blank where unknown."""

    code: str
    name: str
    shortest: int | None
    longest: int | None
    certainty: str
    """Of the lengths: `medium`, `low`, or blank where there are none."""
    source: str
    read_on: date


@cache
def load_banks() -> Mapping[str, Bank]:
    """Return the banks by code."""
    text = files("compliance").joinpath("rulesets/banks.csv").read_text(encoding="utf-8")
    return {row["code"]: _read(row) for row in csv.DictReader(text.splitlines())}


def _read(row: Mapping[str, str]) -> Bank:
    return Bank(
        code=row["code"],
        name=row["name"],
        shortest=int(row["shortest"]) if row["shortest"] else None,
        longest=int(row["longest"]) if row["longest"] else None,
        certainty=row["certainty"],
        source=row["source"],
        read_on=date.fromisoformat(row["read_on"]),
    )


def find_bank(code: str) -> Bank | None:
    """Return the bank of *code*, if it is known."""
    return load_banks().get(code)
