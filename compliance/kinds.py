"""The register of kinds: each with its module and what such papers are like."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, Protocol

from compliance import (
    bank_account,
    halal,
    label,
    mandate,
    md,
    na,
    nib,
    nik,
    nitku,
    non_halal,
    npwp,
    pirt,
    pkd,
    pkp,
    pks,
    psat,
    slhs,
    tr,
    trademark,
)
from compliance.dates import load_validity
from compliance.facts import Kind, Paper
from compliance.findings import Finding
from compliance.masking import PERSONAL
from compliance.numbers import Number


class KindModule(Protocol):
    """The four verbs that every kind's module has."""

    def compact(self, text: str, /) -> str:
        """Return the number as it is compared; never raises."""
        ...

    def parse(self, text: str, /) -> Number:
        """Return the number with what its digits say; raises `NumberRefused` where it is none of this kind."""
        ...

    # Each module takes its own sort of number here, the very one that its parse returns.
    def format(self, number: Any, /) -> str:  # noqa: ANN401
        """Return the number as the paper prints it."""
        ...

    def assess(self, paper: Paper, *, on: date) -> list[Finding]:
        """Judge the number, the days and what the number itself says; nothing else."""
        ...


@dataclass(frozen=True)
class KindFacts:
    """What papers of a kind are like."""

    kind: Kind
    module: KindModule
    needs_number: bool
    needs_holder: bool
    """Whether the name on it is compared with the business's."""
    per_goods: bool
    """Whether it is handed in for products, not for the business as a whole."""
    ends: Literal["never", "printed", "years"]
    """Whether such papers end: by rule never, on the day that is printed, or so many `years` after issue; a printed
    day goes before the years."""
    years: int | None
    personal: bool
    """Whether its number is masked for those who need not see it."""
    looked_up_at: str
    """Site where the staff look such papers up, blank where there is none."""
    source: str
    read_on: date


MODULES: Final[Mapping[Kind, KindModule]] = {
    Kind.NIB: nib,
    Kind.PIRT: pirt,
    Kind.MD: md,
    Kind.NA: na,
    Kind.TR: tr,
    Kind.PKD: pkd,
    Kind.HALAL: halal,
    Kind.NON_HALAL: non_halal,
    Kind.NPWP: npwp,
    Kind.NITKU: nitku,
    Kind.NIK: nik,
    Kind.SLHS: slhs,
    Kind.PKP: pkp,
    Kind.PSAT: psat,
    Kind.TRADEMARK: trademark,
    Kind.LABEL: label,
    Kind.BANK_ACCOUNT: bank_account,
    Kind.MANDATE: mandate,
    Kind.PKS: pks,
}


class _Kinds(Mapping[Kind, KindFacts]):
    """The register; its ruleset is read when it is first asked."""

    def __getitem__(self, kind: Kind) -> KindFacts:
        return _load()[kind]

    def __iter__(self) -> Iterator[Kind]:
        return iter(_load())

    def __len__(self) -> int:
        return len(_load())


KINDS: Final[Mapping[Kind, KindFacts]] = _Kinds()
"""Every kind, in the order of `Kind`."""


@cache
def _load() -> dict[Kind, KindFacts]:
    written = tomllib.loads(files("compliance").joinpath("rulesets/kinds.toml").read_text(encoding="utf-8"))
    return {kind: _read(kind, written[kind]) for kind in Kind}


def _read(kind: Kind, facts: Mapping[str, Any]) -> KindFacts:
    lasting = load_validity().get(kind)
    return KindFacts(
        kind=kind,
        module=MODULES[kind],
        needs_number=facts.get("needs_number", False),
        needs_holder=facts.get("needs_holder", False),
        per_goods=facts.get("per_goods", False),
        ends=facts["ends"],
        years=lasting.years if lasting else None,
        personal=kind in PERSONAL,
        looked_up_at=facts.get("looked_up_at", ""),
        source=facts["source"],
        read_on=facts["read_on"],
    )
