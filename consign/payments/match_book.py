"""What is open, indexed by amount and by number, so that a line is held against few of many thousands."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from consign.payments.match_facts import OpenItem, OpenNotice, Payer, Rule, Target
from consign.payments.match_text import Names, Reading, Strength, compact, find_compact_words
from consign.settlement.shares import OpenStatement, Share

SHORTEST_REFERENCE = 6
LEAST_DIGITS = 3
MOST_CUT = 200
"""How many statements may begin with what is left of a number before it says nothing."""
BANK_FIELD = 18
"""After how many characters banks cut what the sender wrote."""


class Book:
    """All open statements and notices, and who may pay them."""

    def __init__(
        self,
        *,
        items: Sequence[OpenItem],
        notices: Sequence[OpenNotice],
        payers: Sequence[Payer],
        near_rp: int,
    ) -> None:
        self.near_rp = near_rp
        self.names = Names(payers)
        self.known_as = {one.partner_id: one.known_as for one in payers}
        self.items = {one.id: one for one in items}
        self.by_partner: dict[int, list[OpenItem]] = defaultdict(list)
        for item in sorted(items, key=lambda one: (one.due_on, one.id)):
            if item.collecting:
                self.by_partner[item.partner_id].append(item)
        self._opened: dict[int, list[OpenStatement]] = {}
        self.targets = {one.id: _aim_at_item(one) for one in items}
        self.notice_targets = {one.id: _aim_at_notice(one) for one in notices}
        self._index_numbers(items, notices)
        self._index_amounts()

    def _index_numbers(self, items: Sequence[OpenItem], notices: Sequence[OpenNotice]) -> None:
        self._by_number: dict[str, Target] = {}
        self._by_reference: dict[str, list[Target]] = defaultdict(list)
        for item in items:
            self._by_number[compact(item.number)] = self.targets[item.id]
            self._add_reference(item.earlier_number, self.targets[item.id])
        for notice in notices:
            self._by_number[compact(notice.number)] = self.notice_targets[notice.id]
            self._add_reference(notice.reference, self.notice_targets[notice.id])
        self._numbers = sorted(self._by_number)

    def _add_reference(self, reference: str, target: Target) -> None:
        key = compact(reference)
        if len(key) >= SHORTEST_REFERENCE and sum(sign.isdigit() for sign in key) >= LEAST_DIGITS:
            self._by_reference[key].append(target)
            if len(key) > BANK_FIELD:
                self._by_reference[key[:BANK_FIELD]].append(target)

    def _index_amounts(self) -> None:
        """Keep, of each partner and of all, what may be paid at once: statements, notices, and what belongs together."""
        self.by_amount: dict[int, list[Target]] = defaultdict(list)
        self._of_partner: dict[int, dict[int, list[Target]]] = defaultdict(lambda: defaultdict(list))
        for target in self._find_wholes():
            self.by_amount[target.amount_rp].append(target)
            self._of_partner[target.partner_id][target.amount_rp].append(target)
        for target in self._find_sums():
            self._of_partner[target.partner_id][target.amount_rp].append(target)
        self._amounts = {partner: sorted(targets) for partner, targets in self._of_partner.items()}

    def _find_wholes(self) -> Iterator[Target]:
        yield from (self.targets[one.id] for items in self.by_partner.values() for one in items)
        yield from self.notice_targets.values()

    def _find_sums(self) -> Iterator[Target]:
        for partner_id, items in self.by_partner.items():
            if len(items) < 2:
                continue
            due: dict[date, list[OpenItem]] = defaultdict(list)
            closings: dict[int, list[OpenItem]] = defaultdict(list)
            for item in items:
                due[item.due_on].append(item)
                closings[item.closing_id].append(item)
            yield _aim_at_several(Rule.ALL_OPEN, partner_id, items)
            until: list[OpenItem] = []
            for number, day in enumerate(sorted(due), 1):
                until += due[day]
                if len(due[day]) > 1 and len(due) > 1:
                    yield _aim_at_several(Rule.DUE_DATE, partner_id, due[day])
                if 1 < number < len(due):
                    yield _aim_at_several(Rule.UNTIL_DUE, partner_id, until)
            by_day = {tuple(one.id for one in same) for same in due.values()}
            for closed in closings.values():
                if 1 < len(closed) < len(items) and tuple(one.id for one in closed) not in by_day:
                    yield _aim_at_several(Rule.CLOSING, partner_id, closed)

    def find_numbered(self, reading: Reading) -> list[Target]:
        """Return what a number in a line may be; several where only the beginning of it is left."""
        key = reading.letters + reading.digits
        if reading.strength is not Strength.CUT:
            return [self._by_number[key]] if key in self._by_number else []
        first = bisect_left(self._numbers, key)
        last = bisect_right(self._numbers, key + "\x7f")
        if last - first > MOST_CUT:
            return []
        return [self._by_number[number] for number in self._numbers[first:last]]

    def find_referenced(self, text: str) -> list[Target]:
        """Return what has a reference, or an earlier number, that stands in *text*, which is in capitals."""
        if not self._by_reference:
            return []
        found = {id(target): target for word in find_compact_words(text) for target in self._by_reference.get(word, ())}
        return list(found.values())

    def find_opened(self, partner_id: int) -> list[OpenStatement]:
        """Return all that a partner has open, as `spread` takes it; the first due first."""
        if partner_id not in self._opened:
            self._opened[partner_id] = [
                OpenStatement(one.id, one.number, partner_id, 0, "", one.due_on, one.open_rp, one.open_rp)
                for one in self.by_partner.get(partner_id, [])
            ]
        return self._opened[partner_id]

    def find_exact(self, partner_id: int, amount_rp: int) -> list[Target]:
        """Return what of a partner comes to exactly this amount."""
        amounts = self._of_partner.get(partner_id)
        return list(amounts.get(amount_rp, ())) if amounts else []

    def find_near(self, partner_id: int, amount_rp: int) -> list[Target]:
        """Return what of a partner comes nearly to this amount, but not exactly; the nearest first."""
        amounts = self._amounts.get(partner_id, [])
        first, last = bisect_left(amounts, amount_rp - self.near_rp), bisect_right(amounts, amount_rp + self.near_rp)
        near = sorted((one for one in amounts[first:last] if one != amount_rp), key=lambda one: abs(one - amount_rp))
        return [target for amount in near for target in self._of_partner[partner_id][amount]]

    def is_near(self, amount_rp: int, other_rp: int) -> bool:
        """Say whether two amounts differ by no more than the region takes for near."""
        return abs(amount_rp - other_rp) <= self.near_rp


def _aim_at_item(item: OpenItem) -> Target:
    shares = (Share(item.id, item.open_rp),)
    return Target(
        Rule.AMOUNT_AND_NAME, item.number, item.partner_id, item.open_rp, shares, item.due_on, None, item.collecting
    )


def _aim_at_notice(notice: OpenNotice) -> Target:
    return Target(
        Rule.LIST_AND_NAME, notice.number, notice.partner_id, notice.amount_rp, notice.shares, notice.paid_on, notice.id
    )


def _aim_at_several(rule: Rule, partner_id: int, items: Iterable[OpenItem]) -> Target:
    chosen = tuple(items)
    shares = tuple(Share(one.id, one.open_rp) for one in chosen)
    amount = sum(one.open_rp for one in chosen)
    return Target(rule, "", partner_id, amount, shares, max(one.due_on for one in chosen))


def join_targets(targets: Sequence[Target]) -> Target:
    """Return several statements as one target; each counts once."""
    shares = {share.statement_id: share for one in targets for share in one.shares}
    first = min(targets, key=lambda one: one.on)
    return replace(
        first,
        label=", ".join(one.label for one in targets),
        amount_rp=sum(one.amount_rp for one in shares.values()),
        shares=tuple(shares.values()),
        notice_id=None,
        collecting=all(one.collecting for one in targets),
    )
