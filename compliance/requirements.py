"""Which papers goods need on a day: by law, and because a retail partner asks for them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from compliance.facts import Business, Goods, GoodsClass, Kind
from compliance.kinds import KINDS
from compliance.standing import Demand, PartnerDemand, Policy

PARTNER: Final = "partner."
"""What the code of a partner's demand begins with; its kind follows."""
_REMEMBERED: Final = 4_096
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Requirement:
    """A demand of the law, and of whom."""

    demand: Demand
    classes: frozenset[GoodsClass] | None
    """None for goods of every class."""
    entities_only: bool
    region_decides: bool
    """Whether a region may let it warn only."""
    until_on: date | None
    read_on: date
    certainty: str


@cache
def load_requirements() -> tuple[Requirement, ...]:
    """Return what the law demands, in the order in which a producer should see to it."""
    written = tomllib.loads(files("compliance").joinpath("rulesets/requirements.toml").read_text(encoding="utf-8"))
    return tuple(_read(facts) for facts in written["demand"])


def _read(facts: Mapping[str, Any]) -> Requirement:
    return Requirement(
        demand=Demand(
            code=facts["code"],
            kinds=tuple(Kind(kind) for kind in facts["kinds"]),
            per_goods=facts.get("per_goods", False),
            blocks=facts["blocks"],
            from_on=facts.get("from_on"),
            source=facts["source"],
        ),
        classes=frozenset(GoodsClass(one) for one in facts["classes"]) if "classes" in facts else None,
        entities_only=facts.get("entities_only", False),
        region_decides=facts.get("region_decides", False),
        until_on=facts.get("until_on"),
        read_on=facts["read_on"],
        certainty=facts["certainty"],
    )


def find_demands(
    goods: Goods, *, business: Business, partner_demands: Sequence[PartnerDemand], policy: Policy, on: date
) -> tuple[Demand, ...]:
    """Return what must be held for *goods* on the day, in the order in which a producer should see to it.

    Where nobody has said yet what sort of goods it is, only what all goods need. Of two demands of which one fulfils
    the other, the stricter one is returned; of two alike the partner's.
    """
    return _find(
        goods.goods_class,
        is_entity=business.is_entity,
        partner_demands=tuple(partner_demands),
        policy=policy,
        on=on,
    )


@lru_cache(maxsize=_REMEMBERED)
def _find(
    goods_class: GoodsClass | None,
    *,
    is_entity: bool,
    partner_demands: tuple[PartnerDemand, ...],
    policy: Policy,
    on: date,
) -> tuple[Demand, ...]:
    by_partners = {(one.kinds, one.blocks): one for one in _find_asked(goods_class, partner_demands, on)}
    # What a partner asks for as well is the partner's, since a waiver of the dinas does not lift it.
    lawful = [
        by_partners.pop((one.kinds, one.blocks), one)
        for one in _find_lawful(goods_class, is_entity=is_entity, policy=policy, on=on)
    ]
    asked = [*lawful, *by_partners.values()]
    return tuple(one for at, one in enumerate(asked) if not _is_covered(one, at, asked))


def _find_lawful(goods_class: GoodsClass | None, *, is_entity: bool, policy: Policy, on: date) -> Iterator[Demand]:
    for one in load_requirements():
        from_on, until_on = one.demand.from_on, one.until_on
        in_force = (from_on is None or from_on <= on) and (until_on is None or on <= until_on)
        concerned = (one.classes is None or goods_class in one.classes) and (is_entity or not one.entities_only)
        if in_force and concerned:
            relieved = one.region_decides and not policy.halal_blocks
            yield replace(one.demand, blocks=False) if relieved else one.demand


def _find_asked(goods_class: GoodsClass | None, partner_demands: Sequence[PartnerDemand], on: date) -> Iterator[Demand]:
    asking: dict[Kind, list[PartnerDemand]] = {}
    for one in partner_demands:
        in_force = one.from_on <= on and (one.until_on is None or on <= one.until_on)
        if in_force and one.goods_class in {None, goods_class}:
            asking.setdefault(one.kind, []).append(one)
    for kind in sorted(asking, key=list(Kind).index):
        yield Demand(
            code=f"{PARTNER}{kind}",
            kinds=(kind,),
            per_goods=KINDS[kind].per_goods,
            blocks=True,
            from_on=min(one.from_on for one in asking[kind]),
            source=", ".join(sorted({one.partner for one in asking[kind]})),
        )


def _is_covered(demand: Demand, at: int, asked: Sequence[Demand]) -> bool:
    """Say whether another demand asks for the same or more; of two alike the first one stays."""
    return any(
        set(other.kinds) <= set(demand.kinds)
        and other.blocks >= demand.blocks
        and (place < at or (set(other.kinds), other.blocks) != (set(demand.kinds), demand.blocks))
        for place, other in enumerate(asked)
        if place != at
    )


@lru_cache(maxsize=_REMEMBERED)
def find_turns(partner_demands: tuple[PartnerDemand, ...]) -> tuple[date, ...]:
    """Return the days on which demands of the law or of partners begin, or are no longer made, in order."""
    days = {one.demand.from_on for one in load_requirements()} | {one.from_on for one in partner_demands}
    ends = {one.until_on for one in load_requirements()} | {one.until_on for one in partner_demands}
    days |= {end + _DAY for end in ends if end is not None and end < date.max}
    return tuple(sorted(day for day in days if day is not None))
