"""What lines of a bank's statement are that pay no statement: charges, money sent back, the office's own transfers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from consign.payments.match_facts import SCORES, FreeLine, Proposal, Rule
from consign.payments.match_kinds import MatchKind
from consign.payments.match_text import CHARGES, read_text
from consign.sentence import Sentence, say

LATEST_REFUND_DAYS = 90
"""How long after money came in it is still looked for among what is sent back."""
OWN_DAYS = 3
"""How many days apart the two lines of an own transfer may be booked."""


def propose_others(lines: Sequence[FreeLine], elsewhere: Sequence[FreeLine]) -> list[Proposal]:
    """Return what *lines* of one account could be besides payments; *elsewhere* are free lines of the other accounts."""
    return [*_find_charges(lines), *_find_refunds(lines), *_find_own(lines, elsewhere)]


def _find_charges(lines: Sequence[FreeLine]) -> Iterator[Proposal]:
    for line in lines:
        found = CHARGES.search(read_text(line))
        if found and line.free_rp < 0:
            why = say("“{words}” is what banks write for what they take.", words=found[0])
            yield _make(MatchKind.CHARGE, Rule.CHARGE_WORDS, why, line)
        elif found and any(word in found[0] for word in ("BUNGA", "JASA GIRO", "INTEREST")):
            why = say("“{words}” is what banks write for what they give.", words=found[0])
            yield _make(MatchKind.CHARGE, Rule.CHARGE_WORDS, why, line)


def _find_refunds(lines: Sequence[FreeLine]) -> Iterator[Proposal]:
    """Propose a line out as money sent back, where just one earlier line in has its amount."""
    came_in: defaultdict[int, list[FreeLine]] = defaultdict(list)
    for line in lines:
        if line.free_rp > 0:
            came_in[line.free_rp].append(line)
    for line in lines:
        earlier = [
            one
            for one in came_in.get(-line.free_rp, ())
            if 0 <= (line.booked_on - one.booked_on).days <= LATEST_REFUND_DAYS
        ]
        if len(earlier) == 1:
            why = say("Just this amount came in on {day}, and nobody has said what for.", day=earlier[0].booked_on)
            yield _make(MatchKind.REFUND, Rule.SENT_BACK, why, line, earlier[0])


def _find_own(lines: Sequence[FreeLine], elsewhere: Sequence[FreeLine]) -> Iterator[Proposal]:
    """Propose a transfer between two accounts of the office, where just one line has the amount the other way."""
    others: defaultdict[int, list[FreeLine]] = defaultdict(list)
    for line in elsewhere:
        others[-line.free_rp].append(line)
    for line in lines:
        near = [one for one in others.get(line.free_rp, ()) if abs((line.booked_on - one.booked_on).days) <= OWN_DAYS]
        if len(near) == 1:
            why = say("The same amount went the other way on another account of the office, on {day}.", day=near[0].booked_on)  # fmt: skip
            yield _make(MatchKind.OWN_TRANSFER, Rule.OWN_ACCOUNTS, why, line, near[0])


def _make(kind: MatchKind, rule: Rule, why: Sentence, *lines: FreeLine) -> Proposal:
    taken = tuple((one.id, one.free_rp) for one in lines)
    return Proposal(kind, rule, SCORES[rule], certain=False, why=(why,), taken=taken)
