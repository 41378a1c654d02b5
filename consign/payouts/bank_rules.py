"""Which line of a bank's statement is which payout: reference and amount tie, or a person looks. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from compliance.names import Likeness, compare_names
from consign.money import Rupiah
from consign.sentence import Sentence, say

_OTHER = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True)
class FreeLine:
    """A line out of a bank account of which nobody said what it is."""

    id: int
    booked_on: str
    amount_rp: int
    """What is free of it; positive, though the line takes money out."""
    words: str
    """What the bank wrote, with the reference and the counterparty."""
    counterparty: str = ""


@dataclass(frozen=True)
class SentPayout:
    """A payout that was handed to the bank and not found on its statement."""

    id: int
    batch: str
    reference: str
    amount_rp: int
    holder: str


@dataclass(frozen=True)
class PayoutProposal:
    """That a line is one payout, or all of a batch that are still to be found."""

    line_ids: tuple[int, ...]
    payout_ids: tuple[int, ...]
    amount_rp: int
    rule: str
    """`reference`, `batch`, `name` or `amount`."""
    certain: bool
    """Whether reference and amount tie, so that no person needs to look."""
    why: tuple[Sentence, ...]
    batch: str = ""
    """The number of the payouts' batch."""
    references: tuple[str, ...] = ()
    """Those of the payouts."""


def compute_proposals(lines: Sequence[FreeLine], payouts: Sequence[SentPayout]) -> list[PayoutProposal]:
    """Return which lines are which payouts, the surest first; no line and no payout stands in two proposals.

    What fits two ways is proposed by no rule but the reference.
    """
    known = {one.id: one for one in payouts}
    left_lines, left_payouts = {one.id: one for one in lines}, {one.id: one for one in payouts}
    proposals: list[PayoutProposal] = []
    for find in (_by_reference, _by_batch, _by_name, _by_amount):
        for proposal in find(list(left_lines.values()), list(left_payouts.values())):
            if all(one in left_lines for one in proposal.line_ids) and all(
                one in left_payouts for one in proposal.payout_ids
            ):
                own = [known[one] for one in proposal.payout_ids]
                references = tuple(one.reference for one in own)
                proposals.append(replace(proposal, batch=own[0].batch, references=references))
                for one in proposal.line_ids:
                    del left_lines[one]
                for one in proposal.payout_ids:
                    del left_payouts[one]
    return proposals


def holds(words: str, reference: str) -> bool:
    """Say whether a bank's words hold a reference, whatever signs the bank put between or took out of it."""
    return _squeeze(reference) in _squeeze(words)


def _squeeze(text: str) -> str:
    return _OTHER.sub("", text.upper())


def _by_reference(lines: Sequence[FreeLine], payouts: Sequence[SentPayout]) -> Iterable[PayoutProposal]:
    for line in lines:
        squeezed = _squeeze(line.words)
        for one in payouts:
            if one.amount_rp == line.amount_rp and _squeeze(one.reference) in squeezed:
                why = say("Reference {reference} and amount are the same.", reference=one.reference)
                yield PayoutProposal((line.id,), (one.id,), one.amount_rp, "reference", certain=True, why=(why,))


def _by_batch(lines: Sequence[FreeLine], payouts: Sequence[SentPayout]) -> Iterable[PayoutProposal]:
    ordered = sorted(payouts, key=lambda one: (one.batch, one.id))
    batches = {batch: tuple(own) for batch, own in groupby(ordered, key=lambda one: one.batch)}
    for line in lines:
        fitting = [
            (batch, own)
            for batch, own in batches.items()
            if len(own) > 1 and sum(one.amount_rp for one in own) == line.amount_rp
        ]
        named = [(batch, own) for batch, own in fitting if holds(line.words, batch)]
        for batch, own in named or (fitting if len(fitting) == 1 else []):
            why = [say("The amount is the total of batch {batch}, {count} payouts.", batch=batch, count=len(own))]
            if named:
                why.append(say("The bank wrote the batch's number."))
            ids = tuple(one.id for one in own)
            yield PayoutProposal((line.id,), ids, line.amount_rp, "batch", certain=bool(named), why=tuple(why))


def _by_name(lines: Sequence[FreeLine], payouts: Sequence[SentPayout]) -> Iterable[PayoutProposal]:
    def is_named(line: FreeLine, one: SentPayout) -> bool:
        if line.counterparty:
            return compare_names(line.counterparty, one.holder).likeness is not Likeness.DIFFERENT
        return holds(line.words, one.holder)

    def explain(line: FreeLine, one: SentPayout) -> Sentence:
        return say("Amount {amount} and the name {name} fit.", amount=Rupiah(line.amount_rp), name=one.holder)

    yield from _by_only_one(lines, payouts, is_named, "name", explain)


def _by_amount(lines: Sequence[FreeLine], payouts: Sequence[SentPayout]) -> Iterable[PayoutProposal]:
    def explain(line: FreeLine, one: SentPayout) -> Sentence:
        return say(
            "Only payout {reference} has the amount {amount}.", reference=one.reference, amount=Rupiah(line.amount_rp)
        )

    yield from _by_only_one(lines, payouts, lambda *_: True, "amount", explain)


def _by_only_one(
    lines: Sequence[FreeLine],
    payouts: Sequence[SentPayout],
    fits: Callable[[FreeLine, SentPayout], bool],
    rule: str,
    explain: Callable[[FreeLine, SentPayout], Sentence],
) -> Iterable[PayoutProposal]:
    """Pair a line with a payout where neither fits another one."""
    pairs = [(line, one) for line in lines for one in payouts if line.amount_rp == one.amount_rp and fits(line, one)]
    for line, one in pairs:
        if sum(1 for other, _ in pairs if other is line) == sum(1 for _, other in pairs if other is one) == 1:
            yield PayoutProposal((line.id,), (one.id,), one.amount_rp, rule, certain=False, why=(explain(line, one),))
