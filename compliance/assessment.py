"""Judging a paper by everything that is known: its own findings, and how it fits business, goods and other papers."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from compliance import nib, pirt
from compliance.digits import shorten, squeeze
from compliance.facts import Business, Goods, GoodsClass, Kind, Paper
from compliance.findings import Finding, Verdict
from compliance.food_groups import find_group, suggest_groups
from compliance.kinds import KINDS
from compliance.masking import mask
from compliance.names import Likeness, compare_with_any
from compliance.refusals import NumberRefused
from compliance.regions import find_regency, may_mean
from compliance.wording import Term, Wording, tell

_DRINKS: Final = "13"
"""Group of drinks among home-industry food; since 2018 of powders only."""


@dataclass(frozen=True)
class ReferenceHit:
    """What a list of another office says about the paper's number."""

    name: str
    """The holder, as the office writes it."""
    issuer: str
    as_of: date
    """The day on which the office drew it up."""


@dataclass(frozen=True)
class Fitting:
    """For which goods a kind of paper is the wrong one, and for which an unusual one."""

    wrong: frozenset[GoodsClass]
    unusual: frozenset[GoodsClass]
    source: str
    read_on: date


@cache
def load_fitting() -> Mapping[Kind, Fitting]:
    """Return the kinds of paper that do not fit all goods."""
    written = tomllib.loads(files("compliance").joinpath("rulesets/fitting.toml").read_text(encoding="utf-8"))
    return {Kind(kind): _read(facts) for kind, facts in written.items()}


def _read(facts: Mapping[str, Any]) -> Fitting:
    return Fitting(
        wrong=frozenset(GoodsClass(one) for one in facts["wrong"]),
        unusual=frozenset(GoodsClass(one) for one in facts["unusual"]),
        source=facts["source"],
        read_on=facts["read_on"],
    )


def assess_paper(
    paper: Paper,
    *,
    business: Business,
    goods: Sequence[Goods],
    read: Mapping[str, str],
    others: Sequence[Paper],
    reference: Sequence[ReferenceHit],
    on: date,
) -> tuple[Finding, ...]:
    """Return everything that is to be said about *paper* on the day.

    *goods* are those it is handed in for; *read* is what was read from its file for sure, by field, dates as ISO;
    *others* are the business's other papers in force; *reference* is what lists of other offices say about its number.
    A number that is in no list is no finding: a list may be old or not whole.
    """
    return (
        *KINDS[paper.kind].module.assess(paper, on=on),
        *_ask_for_blanks(paper),
        *_ask_for_goods(paper, goods),
        *_compare_with_goods(paper, goods),
        *_compare_pirt(paper, business=business, goods=goods, others=others),
        *_compare_nib(paper, business),
        *_compare_holder(paper, business),
        *_compare_read(paper, read),
        *_compare_reference(paper, business, reference),
    )


def _ask_for_blanks(paper: Paper) -> Iterator[Finding]:
    facts = KINDS[paper.kind]
    if facts.needs_number and not _tidy(paper.number):
        reason = tell("The number of the paper is missing.")
        next_step = tell("Type the number as it is printed on the paper.")
        yield Finding(f"{paper.kind}.number_missing", Verdict.WARNING, reason, next_step, facts.source)
    if facts.needs_holder and not _find_holder(paper):
        reason = tell("It is not known in whose name the paper is.")
        next_step = tell("Type the name of the business or person that is printed on the paper.")
        yield Finding(f"{paper.kind}.holder_missing", Verdict.UNVERIFIABLE, reason, next_step, facts.source)


def _ask_for_goods(paper: Paper, goods: Sequence[Goods]) -> Iterator[Finding]:
    facts = KINDS[paper.kind]
    if facts.per_goods and not goods:
        reason = tell("It is not said for which products this paper is; it then counts for all of the business.")
        next_step = tell("Choose the products that stand on the paper.")
        yield Finding(f"{paper.kind}.goods_missing", Verdict.UNVERIFIABLE, reason, next_step, facts.source)


def _tidy(text: str | None) -> str:
    return (text or "").strip()


def _find_holder(paper: Paper) -> str:
    return _tidy(paper.holder) or _tidy(paper.details.get("account_name"))


def _compare_with_goods(paper: Paper, goods: Sequence[Goods]) -> Iterator[Finding]:
    fitting = load_fitting().get(paper.kind)
    if fitting is None:
        return
    kind = Term("paper_kind", paper.kind)
    for one in goods:
        if one.goods_class is None or one.goods_class not in fitting.wrong | fitting.unusual:
            continue
        facts = {"kind": kind, "goods": shorten(one.name), "goods_class": Term("goods_class", one.goods_class)}
        if one.goods_class in fitting.wrong:
            reason = tell("{kind} cannot be for {goods}, which is of this class: {goods_class}.", **facts)
            next_step = tell("Hand in the paper that such goods need, or correct the class of goods.")
            yield Finding(f"{paper.kind}.wrong_kind", Verdict.INVALID, reason, next_step, fitting.source)
        else:
            reason = tell("{kind} is unusual for {goods}, which is of this class: {goods_class}.", **facts)
            next_step = tell("Look whether the class of goods is right. If it is, the dinas decides.")
            yield Finding(f"{paper.kind}.unusual_kind", Verdict.WARNING, reason, next_step, fitting.source)


def _find_pirt(paper: Paper) -> pirt.PirtNumber | None:
    if paper.kind is not Kind.PIRT or paper.number is None:
        return None
    try:
        return pirt.parse(paper.number)
    except NumberRefused:
        return None


def _compare_pirt(
    paper: Paper, *, business: Business, goods: Sequence[Goods], others: Sequence[Paper]
) -> Iterator[Finding]:
    """Compare what the digits of an SPP-IRT say with business, goods, and the business's other ones."""
    number = _find_pirt(paper)
    if number is None:
        return
    regency = squeeze(business.regency or "")
    if regency and not may_mean(number.regency, regency):
        reason = tell(
            "By its digits the number was issued in {issued}, and the business is in {regency}.",
            issued=find_regency(number.regency) or number.regency,
            regency=find_regency(regency) or regency,
        )
        next_step = tell("Compare digits 4 to 7 with the paper. If you have moved, ask for a new number there.")
        yield Finding("pirt.other_regency", Verdict.WARNING, reason, next_step, pirt.SOURCE)
    for one in goods:
        yield from _compare_food_group(number, one)
    known = [found for other in others if (found := _find_pirt(other)) is not None]
    unlike = [one for one in known if one.regency == number.regency and one.producer_number != number.producer_number]
    if unlike:
        reason = tell(
            "Digits 10 to 13 stand for the producer. Here they are {digits}, on your other P-IRT {other}.",
            digits=number.producer_number,
            other=unlike[0].producer_number,
        )
        next_step = tell("Compare the number with the paper, and look whether it is your own.")
        yield Finding("pirt.other_producer", Verdict.WARNING, reason, next_step, pirt.SOURCE)


def _compare_food_group(number: pirt.PirtNumber, goods: Goods) -> Iterator[Finding]:
    printed = find_group(number.food_group)
    if printed is None:
        return
    chosen = None if goods.food_group is None else find_group(goods.food_group)
    if chosen is not None and chosen is not printed:
        reason = tell(
            "By its digits the number is for {printed}, and {goods} is of this group: {chosen}.",
            printed=printed.name,
            goods=shorten(goods.name),
            chosen=chosen.name,
        )
        next_step = tell("Compare digits 2 and 3 with the paper, or correct the food group of the product.")
        yield Finding("pirt.other_food_group", Verdict.WARNING, reason, next_step, pirt.SOURCE)
    elif chosen is None and (likely := suggest_groups(goods.name)) and printed.code not in likely:
        reason = tell(
            "By its digits the number is for {printed}. The name {goods} sounds like something else.",
            printed=printed.name,
            goods=shorten(goods.name),
        )
        next_step = tell("Look whether this is the paper of this product.")
        yield Finding("pirt.food_group_unlikely", Verdict.UNVERIFIABLE, reason, next_step, pirt.SOURCE)
    if printed.code == _DRINKS and goods.is_liquid:
        reason = tell("{goods} is liquid, and P-IRT for drinks is given to powders only.", goods=shorten(goods.name))
        next_step = tell("Ask the health office whether the drink needs a BPOM permit (MD).")
        yield Finding("pirt.liquid", Verdict.WARNING, reason, next_step, pirt.SOURCE)


def _compare_nib(paper: Paper, business: Business) -> Iterator[Finding]:
    """Compare the NIB on a NIB, or on another paper that names one, with the business's."""
    written = paper.number if paper.kind is Kind.NIB else paper.details.get("nib")
    known = _tidy(business.nib)
    if not _tidy(written) or not known or nib.compact(written or "") == nib.compact(known):
        return
    reason = tell("The NIB on the paper is not the one that is noted for the business, {nib}.", nib=shorten(known))
    next_step = tell("Compare both. If the business has a new NIB, tell the dinas.")
    yield Finding(f"{paper.kind}.other_nib", Verdict.WARNING, reason, next_step, nib.SOURCE)


def _compare_holder(paper: Paper, business: Business) -> Iterator[Finding]:
    source = KINDS[paper.kind].source
    for name in dict.fromkeys((_tidy(paper.holder), _tidy(paper.details.get("account_name")))):
        match = compare_with_any(name, (business.name, business.owner_name)) if name else None
        if match is None or match.likeness is not Likeness.DIFFERENT:
            continue
        reason = tell(
            "The paper is in the name of {holder}, and the business is {business}.",
            holder=shorten(name),
            business=shorten(business.name),
        )
        next_step = tell("Check the name on the paper. If it is right, say how it belongs to your business.")
        yield Finding(f"{paper.kind}.other_holder", Verdict.WARNING, reason, next_step, source)


def _compare_read(paper: Paper, read: Mapping[str, str]) -> Iterator[Finding]:
    """Compare what was typed with what was read; what was not typed, or not read, differs from nothing."""
    facts = KINDS[paper.kind]
    compact: Callable[[str], str] = facts.module.compact
    next_step = tell("Look at the paper again, and correct what was typed if it is wrong.")
    for reason in (
        _differ_in_number(paper, read.get("number", ""), compact),
        _differ_in_issue(paper.issued_on, _find_day(read.get("issued_on"))),
        _differ_in_end(paper.valid_until, _find_day(read.get("valid_until"))),
        _differ_in_holder(paper.holder, read.get("holder")),
    ):
        if reason is not None:
            yield Finding("read.differs", Verdict.WARNING, reason, next_step, facts.source)


def _differ_in_number(paper: Paper, read: str, compact: Callable[[str], str]) -> Wording | None:
    typed, seen = compact(paper.number or ""), compact(read)
    if not typed or not seen or typed == seen or (paper.kind is Kind.NPWP and _is_same_npwp(typed, seen)):
        return None
    return tell(
        "The number {read} was read from the file, and {typed} was typed.",
        read=mask(paper.kind, shorten(seen)),
        typed=mask(paper.kind, shorten(typed)),
    )


def _is_same_npwp(one: str, other: str) -> bool:
    """Say whether two are one number: 16 digits are the old 15 with a zero before them."""
    return one.removeprefix("0").zfill(15) == other.removeprefix("0").zfill(15)


def _differ_in_issue(typed: date | None, read: date | None) -> Wording | None:
    if typed is None or read is None or typed == read:
        return None
    return tell("The date of issue {read} was read from the file, and {typed} was typed.", read=read, typed=typed)


def _differ_in_end(typed: date | None, read: date | None) -> Wording | None:
    if typed is None or read is None or typed == read:
        return None
    return tell("The last day {read} was read from the file, and {typed} was typed.", read=read, typed=typed)


def _differ_in_holder(typed: str | None, read: str | None) -> Wording | None:
    match = compare_with_any(_tidy(read), (_tidy(typed),)) if _tidy(read) else None
    if match is None or match.likeness is not Likeness.DIFFERENT:
        return None
    return tell(
        "The name {read} was read from the file, and {typed} was typed.",
        read=shorten(_tidy(read)),
        typed=shorten(_tidy(typed)),
    )


def _find_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(_tidy(text))
    except ValueError:
        return None


def _compare_reference(paper: Paper, business: Business, reference: Sequence[ReferenceHit]) -> Iterator[Finding]:
    names = (business.name, business.owner_name)
    for hit in reference:
        match = compare_with_any(hit.name, names)
        facts = {"issuer": shorten(hit.issuer), "day": hit.as_of, "name": shorten(hit.name)}
        if match is not None and match.likeness is Likeness.SAME:
            reason = tell("The list of {issuer} as of {day} has this number under the name {name}.", **facts)
            yield Finding(f"{paper.kind}.listed", Verdict.VALID, reason, None, hit.issuer)
        elif match is not None and match.likeness is Likeness.SIMILAR:
            reason = tell("The list of {issuer} as of {day} has this number under a similar name, {name}.", **facts)
            next_step = tell("Look whether both names are the same business.")
            yield Finding(f"{paper.kind}.listed_similarly", Verdict.UNVERIFIABLE, reason, next_step, hit.issuer)
        else:
            reason = tell("The list of {issuer} as of {day} has this number under another name, {name}.", **facts)
            next_step = tell("Check the number. If it is right, say how that name belongs to your business.")
            yield Finding(f"{paper.kind}.listed_otherwise", Verdict.WARNING, reason, next_step, hit.issuer)
