"""What pays statements: bank lines of two accounts, payments past the office, write-offs, and payouts to whom it is owed."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import text

from consign.payments.notice_rules import Answer
from consign.settlement.allocating import find_open
from consign.settlement.shares import Share, spread
from tests.settlement.full_city import FullCity
from tests.settlement.office import PARTNERS, PLACES, Office
from tests.settlement.plain_book import PlainStatement
from tests.settlement.plain_money import PlainMatch, PlainNotice, PlainPayout

BANKS = st.integers(0, 1)
AMOUNTS = st.sampled_from([1, 10_000, 99_999, 250_000, 250_000, 2_000_000, -6_500, -50_000])
LARGEST_CHARGE_RP = 50_000
SQL_PARTS = text("""
    SELECT part.payout_id, part.partner_id, part.producer_id, part.amount_rp, payout.cooperative_id
    FROM payout_part AS part JOIN payout ON payout.id = part.payout_id WHERE payout.batch_id = :batch""")


class Banking(Office):
    """Lines of the office's bank accounts, what people say that they are, and taking that back."""

    def __init__(self, city: FullCity) -> None:
        super().__init__(city)
        self.matches: dict[int, PlainMatch] = {}

    def fund(self) -> None:
        super().fund()
        line_id, *_ = self.book_lines(0, 250_000, 2_000_000, 100_000)
        self.book_lines(1, 300_000)
        for partner in range(2):
            if self.plain.free[line_id]:
                self.pay_from(line_id, partner, 1 + (partner == 0))

    def book_lines(self, bank: int, *amounts: int) -> list[int]:
        lines = self.money.book(self.session, *amounts, account_id=self.city.banks[bank])
        for line_id, amount in zip(lines, amounts, strict=True):
            self.plain.free[line_id], self.plain.bank_of[line_id] = amount, bank
            self.plain.bank_rp[bank] += amount
        return lines

    def free_lines(self, *, sign: int, most: int | None = None) -> list[int]:
        return [
            line_id
            for line_id, amount in self.plain.free.items()
            if amount * sign > 0 and (most is None or abs(amount) <= most)
        ]

    def take(self, match_id: int, match: PlainMatch) -> None:
        """Count what a match takes of its lines."""
        for line_id, amount in match.taken.items():
            self.plain.free[line_id] -= amount
        self.matches[match_id] = match

    @rule(bank=BANKS, amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def receive(self, bank: int, amounts: list[int]):
        self.book_lines(bank, *amounts)

    def is_open(self) -> bool:
        return any(one.open_rp for one in self.plain.statements.values())

    @precondition(lambda self: self.is_open() and self.free_lines(sign=1))
    @rule(place=PLACES, partner=PARTNERS, part=st.sampled_from([1, 2, 3]))
    def match(self, place: int, partner: int, part: int):
        """Let a line in, or a part of it, pay a partner's statements, the first due first."""
        self.pay_from(self.pick(place, self.free_lines(sign=1)), partner, part)

    def pay_from(self, line_id: int, partner: int, part: int) -> None:
        expected = self.plain.share_out(self.plain.free[line_id] // part, partner)
        opened = find_open(self.session, [one.id for one in self.plain.statements.values() if one.pair[0] == partner])
        shares = spread(self.plain.free[line_id] // part, list(opened.values()))
        assert {one.statement_id: one.amount_rp for one in shares} == expected
        if shares:
            match_id = int(self.money.match(self.session, line_id, shares).partition(":")[2])
            self.take(match_id, PlainMatch({line_id: sum(expected.values())}, expected))
            self.plain.pay(expected, payable=True)

    @precondition(lambda self: self.free_lines(sign=-1) or self.free_lines(sign=1, most=LARGEST_CHARGE_RP))
    @rule(place=PLACES)
    def charge(self, place: int):
        """Say that a line is what the bank took for itself, or gave."""
        line_id = self.pick(place, [*self.free_lines(sign=-1), *self.free_lines(sign=1, most=LARGEST_CHARGE_RP)])
        amount = -self.plain.free[line_id]
        match_id = int(self.money.charge(self.session, line_id).partition(":")[2])
        self.take(match_id, PlainMatch({line_id: -amount}, charge_rp=amount))
        self.plain.charges_rp += amount

    @precondition(lambda self: self.free_lines(sign=1))
    @rule(place=PLACES, bank=BANKS, less=st.sampled_from([0, 0, 0, 1]))
    def refund(self, place: int, bank: int, less: int):
        """Send back to a partner what is free of a line in; another amount, or another account, is none."""
        line_id = self.pick(place, self.free_lines(sign=1))
        amount = self.plain.free[line_id]
        if amount == less:
            return
        (out,) = self.book_lines(bank, less - amount)
        done: list[int] = []
        act = lambda: done.append(self.city.refund([line_id, out]))  # noqa: E731
        assert self.attempt(act) == (not less and bank == self.plain.bank_of[line_id])
        for match_id in done:
            self.take(match_id, PlainMatch({line_id: amount, out: -amount}))

    @rule(bank=BANKS, amount=st.sampled_from([5_000, 300_000]), more=st.sampled_from([0, 0, 0, 1]))
    def move_own(self, bank: int, amount: int, more: int):
        """Move money of the office from one of its accounts to the other."""
        (out,), (into,) = self.book_lines(bank, -amount), self.book_lines(1 - bank, amount + more)
        done: list[int] = []
        assert self.attempt(lambda: done.append(self.city.move_own([into, out]))) == (not more)
        for match_id in done:
            self.take(match_id, PlainMatch({out: -amount, into: amount}))

    @precondition(lambda self: self.matches)
    @rule(place=PLACES)
    def undo(self, place: int):
        """Take back what lines were said to be, unless the producer was paid with it."""
        match_id = self.pick(place, list(self.matches))
        match = self.matches[match_id]
        needed: dict[tuple[int, int], int] = {}
        for statement_id, amount in match.shares.items():
            pair = self.plain.statements[statement_id].pair
            needed[pair] = needed.get(pair, 0) + amount
        may = all(self.plain.payable[pair] >= amount for pair, amount in needed.items())
        may = may and all(self.plain.payouts[one].state == "paid" for one in match.payout_ids)
        if match.payout_ids:
            assert self.attempt(lambda: self.city.unconfirm(match_id)) == may
        else:
            assert self.attempt(lambda: self.money.undo(self.session, f"match:{match_id}")) == may
        if may:
            self.forget(match_id)

    def forget(self, match_id: int) -> None:
        match = self.matches.pop(match_id)
        self.plain.pay({one: -amount for one, amount in match.shares.items()}, payable=True)
        self.plain.charges_rp -= match.charge_rp
        for line_id, amount in match.taken.items():
            self.plain.free[line_id] += amount
        for payout_id in match.payout_ids:
            payout = self.plain.payouts[payout_id]
            payout.state = "sent"
            self.plain.in_transit_rp[payout.bank] += payout.amount_rp

    def pick_statement(self, place: int) -> PlainStatement:
        """Choose one that is open; every fifth time any."""
        statements = [one for one in self.plain.statements.values() if one.open_rp or place % 5 == 0]
        return statements[place % len(statements)]

    @precondition(lambda self: self.is_open())
    @rule(place=PLACES, amount=st.sampled_from([1, 500, 6_500, 6_501]), by_office=st.booleans())
    def write_off(self, place: int, amount: int, by_office: bool):
        """Write a rest off; of one statement the region allows Rp6.500 in all."""
        statement = self.pick_statement(place)
        may = amount <= statement.open_rp and amount + statement.written_off_rp <= 6_500
        share = Share(statement.id, amount)
        assert self.attempt(lambda: self.money.write_off(self.session, share, by_office=by_office)) == may
        if may:
            statement.written_off_rp += amount
            self.plain.pay({statement.id: amount}, payable=by_office)
            self.plain.written_off_rp += amount if by_office else 0


class Noticing(Office):
    """Payments past the office: noted, said to have come or not, said otherwise later, withdrawn."""

    def past_the_office(self) -> list[PlainStatement]:
        return [one for one in self.plain.statements.values() if one.open_rp and one.route != "collecting"]

    @precondition(lambda self: self.past_the_office())
    @rule(place=PLACES, part=st.sampled_from([1, 2, 3]), more=st.sampled_from([0, 0, 0, 1]), came=st.booleans())
    def announce(self, place: int, part: int, more: int, came: bool):
        """Note a payment of a statement, in full, in part, or of a rupiah too much, which is refused."""
        found = self.past_the_office()
        statement = found[place % len(found)]
        left = statement.open_rp - self.plain.announced_rp(statement.id)
        amount = left + 1 if more or not left // part else left // part
        may = 0 < amount <= left
        if amount <= 0:
            return
        noted: list[int] = []
        assert self.attempt(lambda: noted.append(self.city.announce(Share(statement.id, amount)))) == may
        for notice_id in noted:
            self.plain.notices[notice_id] = PlainNotice(statement.id, amount)
            if came:
                self.say(notice_id, came=True)

    @precondition(lambda self: self.plain.notices)
    @rule(place=PLACES, came=st.booleans())
    def answer(self, place: int, came: bool):
        self.say(self.pick(place, list(self.plain.notices)), came=came)

    def say(self, notice_id: int, *, came: bool) -> None:
        """Let a producer say whether the money came. The last answer counts."""
        notice = self.plain.notices[notice_id]
        statement = self.plain.statements[notice.statement_id]
        fits = notice.state == "received" or not came or notice.amount_rp <= statement.open_rp
        may = fits and notice.state != "withdrawn"
        producer_id = self.money.city.producers[statement.pair[1]].id
        answer = Answer.RECEIVED if came else Answer.NOT_RECEIVED
        assert self.attempt(lambda: self.money.answer(self.session, notice_id, producer_id, answer)) == may
        if may:
            sign = came - (notice.state == "received")
            self.plain.pay({statement.id: sign * notice.amount_rp}, payable=False)
            notice.state = "received" if came else "not_received"

    @precondition(lambda self: self.plain.notices)
    @rule(place=PLACES)
    def withdraw(self, place: int):
        notice_id = self.pick(place, list(self.plain.notices))
        notice = self.plain.notices[notice_id]
        may = notice.state in {"announced", "not_received"}
        assert self.attempt(lambda: self.city.withdraw(notice_id)) == may
        if may:
            notice.state = "withdrawn"


class PayingOut(Banking):
    """Batches of payouts: planned, handed to the bank, found on its statement, returned, taken back."""

    @precondition(lambda self: any(self.plain.payable.values()))
    @rule(bank=BANKS)
    def plan(self, bank: int):
        """Plan what can be paid out: what is payable and in no other batch, to whom it is owed, as far as the bank covers it."""
        city = self.money.city
        cooperative_id = self.city.cooperative.id
        order = {place: f"producer:{one.id}" for place, one in enumerate(city.producers)}
        expected = self.plain.plan(bank, self.today, {**order, "cooperative": f"cooperative:{cooperative_id}"})
        planned: list[int] = []
        act = lambda: planned.append(self.money.plan(self.session, self.city.banks[bank]))  # noqa: E731
        assert self.attempt(act) == bool(expected)
        if not planned:
            return
        producers = [one.id for one in city.producers]
        partners = [one.id for one in self.money.partners]
        found: dict[int, PlainPayout] = {}
        for row in self.session.execute(SQL_PARTS, {"batch": planned[0]}):
            payee = producers.index(row.producer_id) if row.cooperative_id is None else "cooperative"
            payout = found.setdefault(row.payout_id, PlainPayout(planned[0], bank, payee, {}))
            payout.parts[partners.index(row.partner_id), producers.index(row.producer_id)] = row.amount_rp
        assert {one.payee: one.parts for one in found.values()} == expected
        self.plain.payouts.update(found)

    def of_state(self, *states: str) -> list[int]:
        return [payout_id for payout_id, one in self.plain.payouts.items() if one.state in states]

    def pick_batch(self, place: int) -> tuple[int, list[PlainPayout]]:
        batch = self.plain.payouts[self.pick(place, self.of_state("planned"))].batch
        return batch, [one for one in self.plain.payouts.values() if one.batch == batch]

    @precondition(lambda self: self.of_state("planned"))
    @rule(place=PLACES)
    def send(self, place: int):
        """Hand a batch to the bank: not what was taken back, is not in the bank, or is another's to receive by now."""
        batch, payouts = self.pick_batch(place)
        total = sum(one.amount_rp for one in payouts)
        may = (
            total <= self.plain.held_rp(payouts[0].bank)
            and all(
                sum(one.parts.get(pair, 0) for one in payouts) <= self.plain.payable[pair] for pair in self.plain.pairs
            )
            and all(self.plain.payee_of(pair, self.today) == one.payee for one in payouts for pair in one.parts)
        )
        assert self.attempt(lambda: self.money.send(self.session, batch)) == may
        self.told["batches sent" if may else "batches not sent"] += 1
        for one in payouts if may else ():
            one.state = "sent"
            self.plain.move(one, 1)

    @precondition(lambda self: self.of_state("planned"))
    @rule(place=PLACES)
    def cancel(self, place: int):
        batch, payouts = self.pick_batch(place)
        self.money.cancel(self.session, batch)
        for one in payouts:
            one.state = "cancelled"

    @precondition(lambda self: self.of_state("sent"))
    @rule(place=PLACES, cost=st.sampled_from([0, 0, 2_500, -1]))
    def confirm(self, place: int, cost: int):
        """Find a payout on the bank's statement, in a line with a cost in it, too; one that is too small is none."""
        payout_id = self.pick(place, self.of_state("sent"))
        payout = self.plain.payouts[payout_id]
        if payout.amount_rp + cost <= 0:
            return
        (line_id,) = self.book_lines(payout.bank, -payout.amount_rp - cost)
        done: list[int] = []
        assert self.attempt(lambda: done.append(self.city.confirm(payout_id, line_id))) == (cost >= 0)
        for match_id in done:
            self.take(match_id, PlainMatch({line_id: -payout.amount_rp}, payout_ids=(payout_id,)))
            self.told["payouts found"] += 1
            payout.state = "paid"
            self.plain.in_transit_rp[payout.bank] -= payout.amount_rp

    @precondition(lambda self: self.of_state("sent", "paid"))
    @rule(place=PLACES)
    def give_back(self, place: int):
        """Let a payout come back, by a line where it was found: what it paid is payable again."""
        payout_id = self.pick(place, self.of_state("sent", "paid"))
        payout = self.plain.payouts[payout_id]
        if payout.state == "paid":
            (line_id,) = self.book_lines(payout.bank, payout.amount_rp)
            self.city.give_back(payout_id, line_id)
            self.plain.free[line_id] = 0
            self.plain.in_transit_rp[payout.bank] += payout.amount_rp
        else:
            self.city.give_back(payout_id, None)
        self.told["payouts returned"] += 1
        payout.state = "returned"
        self.plain.move(payout, -1)

    def go_on(self, place: int) -> None:
        """Let money go the next step of its way, which in any order at all it would seldom come to the end of."""
        if self.of_state("sent") and place % 2:
            self.confirm(place, 0)
        elif self.of_state("planned"):
            self.send(place)
        elif any(self.plain.payable[pair] > self.plain.reserved_rp(pair) for pair in self.plain.pairs):
            self.plan(place // 50)
        elif self.is_open() and self.free_lines(sign=1):
            self.match(place, place % 2, 1)

    on = rule(place=PLACES)(go_on)
    onward = rule(place=PLACES)(go_on)
    further = rule(place=PLACES)(go_on)
