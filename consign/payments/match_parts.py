"""Several lines that pay one statement together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from consign.payments.match_book import Book
from consign.payments.match_facts import SCORES, FreeLine, Proposal, Rule, Target
from consign.payments.match_kinds import MatchKind
from consign.payments.match_text import Named
from consign.sentence import Sentence, say

MOST_PARTS = 6
MOST_DAYS_APART = 7
MOST_FOLLOWING = 30
"""How many lines after one are tried as its other part."""
WEAK = 44
"""Up to which score of its best proposal a line may be a part by name."""

Seen = tuple[FreeLine, Named | None, Sequence[Target]]


def find_parts(seen: Iterable[Seen]) -> Iterator[Proposal]:
    """Propose lines with one number that come to its statement or notice only together."""
    numbered: defaultdict[int, list[FreeLine]] = defaultdict(list)
    targets: dict[int, Target] = {}
    for line, named, sure in seen:
        fits = named is None or any(one.partner_id in named.partner_ids for one in sure)
        if len(sure) == 1 and fits and line.free_rp < sure[0].amount_rp:
            targets[id(sure[0])] = sure[0]
            numbered[id(sure[0])].append(line)
    for key, lines in numbered.items():
        target = targets[key]
        if 2 <= len(lines) <= MOST_PARTS and sum(one.free_rp for one in lines) == target.amount_rp:
            why = say("The number {number} stands in all of these lines.", number=target.label)
            yield _make(Rule.PARTS, lines, target, why, certain=target.collecting)


def find_parts_by_name(
    book: Book, seen: Iterable[Seen], by_line: Mapping[int, Sequence[Proposal]]
) -> Iterator[Proposal]:
    """Propose lines of one partner, in few days, that come to one statement together, where nothing better is proposed."""
    of_partner: defaultdict[int, list[FreeLine]] = defaultdict(list)
    for line, named, sure in seen:
        best = max((one.score for one in by_line[line.id]), default=0)
        if named is not None and named.only is not None and not sure and best <= WEAK:
            of_partner[named.only].append(line)
    for partner_id, lines in of_partner.items():
        yield from _find_pairs(book, partner_id, lines)


def _find_pairs(book: Book, partner_id: int, lines: Sequence[FreeLine]) -> Iterator[Proposal]:
    """Propose two lines of a partner that come to one of its statements; where a line fits in several ways, none."""
    ordered = sorted(lines, key=lambda one: (one.booked_on, one.id))
    found: list[tuple[FreeLine, FreeLine, Target]] = []
    for place, first in enumerate(ordered):
        for second in ordered[place + 1 : place + 1 + MOST_FOLLOWING]:
            if (second.booked_on - first.booked_on).days > MOST_DAYS_APART:
                break
            targets = book.find_exact(partner_id, first.free_rp + second.free_rp)
            found += [(first, second, target) for target in targets if len(target.shares) == 1 or target.notice_id]
    uses: defaultdict[int, int] = defaultdict(int)
    for first, second, _ in found:
        uses[first.id] += 1
        uses[second.id] += 1
    why = say("The name of {partner} stands in both lines.", partner=book.known_as.get(partner_id, ""))
    for first, second, target in found:
        if uses[first.id] == uses[second.id] == 1:
            yield _make(Rule.PARTS_AND_NAME, (first, second), target, why, certain=False)


def _make(rule: Rule, lines: Sequence[FreeLine], target: Target, why: Sentence, *, certain: bool) -> Proposal:
    together = say("{count} lines together come to exactly what is open of {number}.", count=len(lines), number=target.label)  # fmt: skip
    return Proposal(
        kind=MatchKind.PAYMENT,
        rule=rule,
        score=SCORES[rule],
        certain=certain,
        why=(why, together),
        taken=tuple((one.id, one.free_rp) for one in lines),
        shares=target.shares,
        label=target.label,
        partner_id=target.partner_id,
        notice_id=target.notice_id,
    )
