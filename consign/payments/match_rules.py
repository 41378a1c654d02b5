"""Which line of a bank's statement pays what: proposals with their reasons, ranked. Nothing here reads or writes.

Certain is only what ties by reference and by amount while nothing else does. Of two equal candidates none is certain.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from consign.money import Rupiah
from consign.payments.match_book import Book, join_targets
from consign.payments.match_facts import (
    SCORES,
    FreeLine,
    Proposal,
    ReasonCode,
    Rule,
    Target,
    cut_shares,
    find_reason_code,
)
from consign.payments.match_kinds import MatchKind
from consign.payments.match_parts import find_parts, find_parts_by_name
from consign.payments.match_sums import find_only_sum
from consign.payments.match_text import Named, Reading, Strength, find_readings, read_text
from consign.sentence import Sentence, say
from consign.settlement.shares import spread

MOST_PROPOSALS = 8
"""How many proposals of one line are kept."""
MOST_ALIKE = 4
"""How many candidates with the same amount are named."""
MOST_NAMED = 40
"""How many partners whose names a line may mean are looked at, as where the bank cut it."""
MOST_LESS_FOR_NAMES = 12
"""How much weaker an amount is at most because the name fits several partners; nearly the amount of one stays below it."""
GOOD_ENOUGH = 60
"""From which score on sums of few statements are not tried."""


@dataclass(frozen=True)
class Sight:
    """A line with what was read in it."""

    line: FreeLine
    named: Named | None
    tied: tuple[tuple[Target, Reading | None], ...]
    """What its numbers and references point at; without a reading where a reference of another kind does."""

    @property
    def sure(self) -> list[Target]:
        """Return what it points at by a number that is all there."""
        return [one for one, reading in self.tied if reading is None or reading.strength <= Strength.SHORT]


def propose_all(book: Book, lines: Sequence[FreeLine]) -> list[Proposal]:
    """Return the proposals of all *lines* that came in, each line's ranked, the lines in the order they were given.

    All free lines of an account belong here together: what ties to one line is not certain where it ties to another.
    """
    sights = [_look(book, line, _find_tied(book, line)) for line in lines if line.free_rp > 0]
    by_line = {sight.line.id: _propose_one(book, sight) for sight in sights}
    seen = [(one.line, one.named, one.sure) for one in sights]
    _add(by_line, find_parts(seen))
    _add(by_line, find_parts_by_name(book, seen, by_line))
    _doubt_rivals(book, by_line)
    return [one for proposals in by_line.values() for one in rank(proposals)]


def find_certain(book: Book, lines: Sequence[FreeLine]) -> list[Proposal]:
    """Return those proposals of `propose_all` that are certain, each once, without looking for any other.

    Nothing is certain by name or amount alone, so only lines with a number or reference of something open matter.
    """
    sights = [_look(book, line, tied) for line in lines if line.free_rp > 0 and (tied := _find_tied(book, line))]
    by_line = {
        one.line.id: _doubt_equals([*_by_reference(book, one), *_by_several_references(book, one)]) for one in sights
    }
    _add(by_line, find_parts([(one.line, one.named, one.sure) for one in sights]))
    _doubt_rivals(book, by_line)
    certain = [one for proposals in by_line.values() for one in rank(proposals) if one.certain]
    return list({one.key: one for one in certain}.values())


def _add(by_line: dict[int, list[Proposal]], proposals: Iterable[Proposal]) -> None:
    """Add proposals to each line that they take of."""
    for one in list(proposals):
        for line_id, _ in one.taken:
            by_line[line_id].append(one)


def rank(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return proposals, the strongest first; of those that would do the same only the strongest.

    Equals stay in the order in which they were found, which is that of their due dates.
    """
    best: dict[str, Proposal] = {}
    for one in sorted(proposals, key=lambda one: (not one.certain, -one.score)):
        best.setdefault(one.key, one)
    return list(best.values())[:MOST_PROPOSALS]


Tied = tuple[tuple[Target, Reading | None], ...]


def _look(book: Book, line: FreeLine, tied: Tied) -> Sight:
    return Sight(line, book.names.find(read_text(line)), tied)


def _find_tied(book: Book, line: FreeLine) -> Tied:
    """Return what the numbers and references in a line point at."""
    text = read_text(line)
    tied: dict[int, tuple[Target, Reading | None]] = {id(one): (one, None) for one in book.find_referenced(text)}
    for reading in find_readings(text):
        for target in book.find_numbered(reading):
            tied.setdefault(id(target), (target, reading))
    return tuple(tied.values())


def _propose_one(book: Book, sight: Sight) -> list[Proposal]:
    found = list(_by_reference(book, sight))
    found += _by_several_references(book, sight)
    found += _by_amount(book, sight)
    if sight.named is not None and all(one.score < GOOD_ENOUGH for one in found):
        found += _by_few(book, sight, sight.named)
    found += _by_name_only(book, sight, bool(found))
    return _doubt_equals(found)


def make_proposal(
    rule: Rule, line: FreeLine, target: Target, *why: Sentence, certain: bool = False, less: int = 0
) -> Proposal:
    """Return the proposal that *line* pays *target*, with the difference between them explained."""
    difference = line.free_rp - target.amount_rp
    reason = find_reason_code(difference)
    taken = min(line.free_rp, target.amount_rp)
    return Proposal(
        kind=MatchKind.PAYMENT,
        rule=rule,
        score=SCORES[rule] - less,
        certain=certain and difference == 0,
        why=(*why, _tell_amount(line.free_rp, target, reason)),
        taken=((line.id, taken),),
        shares=cut_shares(target.shares, taken),
        label=target.label,
        partner_id=target.partner_id,
        difference_rp=difference,
        reason_code=reason,
        notice_id=target.notice_id,
    )


def _tell_amount(free_rp: int, target: Target, reason: ReasonCode | None) -> Sentence:
    facts = {"amount": Rupiah(target.amount_rp), "difference": Rupiah(abs(free_rp - target.amount_rp))}
    if reason is None and len(target.shares) > 1:
        return say("{count} statements come to exactly this amount.", count=len(target.shares))
    if reason is None:
        return say("Exactly this amount is open.")
    if reason is ReasonCode.TRANSFER_COST and free_rp < target.amount_rp:
        return say("{amount} is open; {difference} is missing, which is what banks take for a transfer.", **facts)
    if free_rp < target.amount_rp:
        return say("{amount} is open; {difference} is missing.", **facts)
    return say("{amount} is open; {difference} more came in, and stays unallocated.", **facts)


def _tell_reference(target: Target, reading: Reading | None) -> Sentence:
    if reading is None:
        return say("The reference of {number} stands in the line.", number=target.label)
    facts = {"number": target.label, "written": reading.written}
    if reading.strength is Strength.CUT:
        return say("“{written}” in the line is how {number} begins.", **facts)
    if reading.strength is Strength.FULL:
        return say("The number {number} stands in the line.", **facts)
    return say("“{written}” in the line can be read as {number}.", **facts)


def _tell_name(named: Named, partner: str) -> Sentence:
    return say("The name “{written}” fits {partner}.", written=named.written, partner=partner)


def _by_reference(book: Book, sight: Sight) -> Iterator[Proposal]:
    """Propose what the line's numbers point at: with its amount, with nearly its amount, else as a hint."""
    for target, reading in sight.tied:
        weak = reading is not None and reading.strength > Strength.SHORT
        why = [_tell_reference(target, reading)]
        fits = sight.named is None or target.partner_id in sight.named.partner_ids
        if sight.named is not None and fits:
            why.append(_tell_name(sight.named, book.known_as.get(target.partner_id, "")))
        if not fits and sight.named is not None:
            why.append(say("But the name “{written}” fits another partner.", written=sight.named.written))
        if not target.collecting:
            why.append(say("By its agreement the money of {number} does not go over the office.", number=target.label))
        less = 10 * (not fits) + 10 * (not target.collecting) + 4 * weak
        if sight.line.free_rp == target.amount_rp:
            certain = fits and target.collecting and (not weak or sight.named is not None)
            yield make_proposal(Rule.REFERENCE, sight.line, target, *why, certain=certain, less=less)
        elif book.is_near(sight.line.free_rp, target.amount_rp):
            yield make_proposal(Rule.REFERENCE_NEAR, sight.line, target, *why, less=less)
        elif not weak:
            yield make_proposal(Rule.REFERENCE_ONLY, sight.line, target, *why, less=less)


def _by_several_references(book: Book, sight: Sight) -> Iterator[Proposal]:
    """Propose all statements whose numbers stand in the line, where together they come to its amount."""
    listed = [
        (target, reading)
        for target, reading in sight.tied
        if target.notice_id is None and (reading is None or reading.strength is not Strength.CUT)
    ]
    full = [one for one in listed if one[1] is None or one[1].strength <= Strength.JOINED]
    for chosen in (full, listed) if len(full) != len(listed) else (listed,):
        targets = [target for target, _ in chosen]
        if len({one.partner_id for one in targets}) != 1 or len(targets) < 2:
            continue
        joined = join_targets(targets)
        difference = sight.line.free_rp - joined.amount_rp
        if abs(difference) > book.near_rp:
            continue
        fits = sight.named is None or joined.partner_id in sight.named.partner_ids
        why = say("{count} numbers stand in the line: {numbers}.", count=len(targets), numbers=joined.label)
        certain = fits and joined.collecting and bool(full)
        rule = Rule.REFERENCES if difference == 0 else Rule.REFERENCE_NEAR
        yield make_proposal(rule, sight.line, joined, why, certain=certain, less=10 * (not fits))


def _by_amount(book: Book, sight: Sight) -> Iterator[Proposal]:
    """Propose what comes to the line's amount: of the partner it names, else of anybody where only one does."""
    amount, named = sight.line.free_rp, sight.named
    if named is None:
        alike = book.by_amount.get(amount, [])
        for target in alike[:MOST_ALIKE]:
            yield make_proposal(Rule.AMOUNT, sight.line, target, say("Nothing but the amount points at it."))
        return
    less = min(4 * (len(named.partner_ids) - 1), MOST_LESS_FOR_NAMES)
    for place, partner_id in enumerate(named.partner_ids[:MOST_NAMED]):
        told = _tell_name(named, book.known_as.get(partner_id, ""))
        exact = book.find_exact(partner_id, amount)
        for target in exact[:MOST_ALIKE]:
            yield make_proposal(target.rule, sight.line, target, told, _tell_sum(target), less=less)
        if not exact and place < MOST_ALIKE:
            for target in book.find_near(partner_id, amount)[:MOST_ALIKE]:
                known = find_reason_code(amount - target.amount_rp) in {ReasonCode.TRANSFER_COST, ReasonCode.ROUNDING}
                more = less + (0 if known else 20) + 2 * (len(target.shares) > 1)
                yield make_proposal(Rule.NEAR_AND_NAME, sight.line, target, told, _tell_sum(target), less=more)


def _tell_sum(target: Target) -> Sentence:
    facts = {"day": target.on, "number": target.label, "count": len(target.shares)}
    match target.rule:
        case Rule.ALL_OPEN:
            return say("It is held against all {count} statements that are open.", **facts)
        case Rule.DUE_DATE:
            return say("It is held against all {count} statements that are due on {day}.", **facts)
        case Rule.UNTIL_DUE:
            return say("It is held against all {count} statements that are due until {day}.", **facts)
        case Rule.CLOSING:
            return say("It is held against all {count} statements of one closing.", **facts)
        case Rule.LIST_AND_NAME:
            return say("It is held against the list of {number}.", **facts)
        case _:
            return say("It is held against {number}, due on {day}.", **facts)


def _by_few(book: Book, sight: Sight, named: Named) -> Iterator[Proposal]:
    """Propose the only few statements of the named partner that come to the amount."""
    if named.only is None:
        return
    items = book.by_partner.get(named.only, [])
    chosen = find_only_sum([one.open_rp for one in items], sight.line.free_rp)
    if chosen is None:
        return
    joined = join_targets([book.targets[items[place].id] for place in chosen])
    told = _tell_name(named, book.known_as.get(named.only, ""))
    only = say("No other {count} of its statements, nor fewer, come to it: {numbers}.", count=len(chosen), numbers=joined.label)  # fmt: skip
    yield make_proposal(Rule.SEVERAL, sight.line, joined, told, only)


def _by_name_only(book: Book, sight: Sight, found: bool) -> Iterator[Proposal]:  # noqa: FBT001  # private
    """Propose as a hint what the named partner owes longest, shared out by due date and proportion."""
    if sight.named is None or sight.named.only is None or found:
        return
    partner_id = sight.named.only
    shares = tuple(spread(sight.line.free_rp, book.find_opened(partner_id)))
    if not shares:
        return
    taken = sum(one.amount_rp for one in shares)
    told = _tell_name(sight.named, book.known_as.get(partner_id, ""))
    hint = say("No amount fits. Shared out over what is due first, it pays {count} statements.", count=len(shares))
    over = sight.line.free_rp - taken
    yield Proposal(
        kind=MatchKind.PAYMENT,
        rule=Rule.NAME_ONLY,
        score=SCORES[Rule.NAME_ONLY],
        certain=False,
        why=(told, hint),
        taken=((sight.line.id, taken),),
        shares=shares,
        partner_id=partner_id,
        difference_rp=over,
        reason_code=find_reason_code(over),
    )


def _doubt_equals(found: list[Proposal]) -> list[Proposal]:
    """Make no proposal of a line certain where another one ties as well, and weaken those that are equal by amount."""
    certain = {one.key for one in found if one.certain}
    same_shares = {frozenset(one.shares) for one in found if one.certain}
    equals: defaultdict[tuple[Rule, int], set[str]] = defaultdict(set)
    for one in found:
        if one.rule in {Rule.AMOUNT_AND_NAME, Rule.LIST_AND_NAME, Rule.AMOUNT}:
            equals[one.rule, one.score].add(one.key)
    doubted = []
    for one in found:
        alike = len(equals.get((one.rule, one.score), ()))
        if one.certain and len(certain) > 1 and len(same_shares) > 1:
            doubted.append(one.shaken(say("Another number in the line ties as well.")))
        elif alike > 1:
            doubted.append(one.shaken(say("{count} are open with just this amount.", count=alike)))
        else:
            doubted.append(one)
    return doubted


def _doubt_rivals(book: Book, by_line: dict[int, list[Proposal]]) -> None:
    """Make nothing certain that several lines tie to: who of them paid, only a person can say."""
    wanted: defaultdict[int, dict[str, int]] = defaultdict(dict)
    certain = {one.key: one for proposals in by_line.values() for one in proposals if one.certain}
    for key, one in certain.items():
        for share in one.shares:
            wanted[share.statement_id][key] = share.amount_rp
    rivals = {
        key
        for statement_id, shares in wanted.items()
        if sum(shares.values()) > book.items[statement_id].open_rp
        for key in shares
    }
    claims: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for key, one in certain.items():
        for line_id, _ in one.taken:
            claims["line", line_id].add(key)
        if one.notice_id is not None:
            claims["notice", one.notice_id].add(key)
    rivals |= {key for keys in claims.values() if len(keys) > 1 for key in keys}
    if not rivals:
        return
    told = say("Another line ties to it as well.")
    for line_id, proposals in by_line.items():
        by_line[line_id] = [
            replace(one.shaken(told), score=one.score) if one.key in rivals else one for one in proposals
        ]
