"""What makes statements: files of all kinds, terms that change, mandates, losses of goods, disputes and corrections."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from consign.sales.ending import reverse_upload
from tests.settlement.full_city import FullCity
from tests.settlement.office import DAYS_BACK, PARTNERS, PLACES, PRODUCERS, SOLD, TERMS, Office
from tests.settlement.plain_book import PlainLine, PlainLoss, PlainTerms, PlainVersion, take

PRICES_RP = (15_000, 22_500)
"""What the products cost, by which losses are valued."""
CONTEST_DAYS = DISPUTE_DAYS = 7
AHEAD = st.sampled_from([-40, -10, -1, 0, 1, 1, 10, 25])


class Selling(Office):
    """Files that come, come again, come late, give goods back, and are taken back."""

    def __init__(self, city: FullCity) -> None:
        super().__init__(city)
        self.given_back: set[tuple[str, date]] = set()
        """Receipts of which something was given back, by day."""

    @rule(partner=PARTNERS, sold=st.lists(SOLD, min_size=1, max_size=4))
    def sell(self, partner: int, sold: list[tuple[int, int, int, int]]):
        self.sell_rows(partner, sold)

    @precondition(lambda self: self.files)
    @rule(place=PLACES)
    def hand_in_again(self, place: int):
        """Hand the very same file in: the answer is that of the first time."""
        upload = self.pick(place, list(self.files))
        partner, _, _, path = self.files[upload]
        assert self.money.hand_in(self.session, partner, path).upload_id == upload

    @precondition(lambda self: self.files)
    @rule(place=PLACES, sold=SOLD)
    def hand_in_more(self, place: int, sold: tuple[int, int, int, int]):
        """Hand the same file in with a line more: only that one is new."""
        partner, rows, lines, _ = self.files[self.pick(place, list(self.files))]
        new = (self.today, *sold[1:], f"M{self.money.next()}")
        self.hand_in(partner, [*rows, new], lines)

    def returnable(self) -> list[PlainLine]:
        return [one for one in self.plain.lines if one.reported_by and one.quantity > 0]

    @precondition(lambda self: self.returnable())
    @rule(place=PLACES, quantity=st.integers(1, 4), back=DAYS_BACK)
    def give_goods_back(self, place: int, quantity: int, back: int):
        """Give back what a receipt names: it takes back what its sale came to, whatever is agreed now."""
        sales = self.returnable()
        sale = sales[place % len(sales)]
        day = max(self.day_back(back), sale.day + timedelta(1))
        if day > self.today or (sale.receipt, day) in self.given_back:
            return  # the same receipt on the same day would be the same line, or a question
        self.given_back.add((sale.receipt, day))
        row = (day, sale.pair[1], -quantity, sale.amount_rp // sale.quantity, sale.receipt)
        self.hand_in(sale.pair[0], [row], [], of=sale)

    @rule(
        partner=PARTNERS,
        back=DAYS_BACK,
        producer=PRODUCERS,
        quantity=st.integers(1, 4),
        price=st.sampled_from([999, 15_000]),
    )
    def give_back_of_nothing(self, partner: int, back: int, producer: int, quantity: int, price: int):
        """Give back what no sale is found of: it takes the terms of its own day."""
        self.sell_rows(partner, [(back, producer, -quantity, price)])

    @precondition(lambda self: self.files)
    @rule(place=PLACES)
    def reverse(self, place: int):
        upload = self.pick(place, list(self.files))
        expected = self.plain.reverse(upload)
        assert reverse_upload(self.session, by=self.money.city.finance, upload_id=upload, reason="uji") == expected
        del self.files[upload]


class Agreeing(Office):
    """Terms that change in the midst of a period, and mandates of a cooperative that begin and end."""

    @rule(partner=PARTNERS, producer=PRODUCERS, ahead=AHEAD, terms=TERMS)
    def agree_anew(self, partner: int, producer: int, ahead: int, terms: PlainTerms):
        """Let other terms hold from a day on, which no closed period knows; what was sold before keeps its own."""
        pair, first = (partner, producer), self.today + timedelta(ahead)
        now = max(self.plain.versions[pair], key=lambda one: one.first)
        signed = now.cooperative or terms.route == "cooperative"
        may = (
            now.last is None
            and first > now.first
            and first > self.plain.closed[partner]
            and (not signed or self.plain.is_mandated(producer, first))
        )
        added: list[int] = []
        act = lambda: added.append(self.city.agree_anew(partner, now.id, first, terms).id)  # noqa: E731
        assert self.attempt(act) == may
        for agreement_id in added:
            now.last, now.continued = first - timedelta(1), True
            self.plain.versions[pair].append(PlainVersion(agreement_id, first, None, terms, signed))

    @rule(producer=PRODUCERS, ahead=AHEAD, days=st.sampled_from([None, None, 20]))
    def join(self, producer: int, ahead: int, days: int | None):
        """Give the cooperative a mandate, for ever or some days, unless it has one on some of these days."""
        first = self.today + timedelta(ahead)
        last = None if days is None else first + timedelta(days)
        may = not any(
            (last is None or begins <= last) and (ends is None or ends >= first)
            for _, begins, ends in self.plain.members[producer]
        )
        added: list[int] = []
        assert self.attempt(lambda: added.append(self.city.join(producer, first, last).id)) == may
        self.plain.members[producer] += [(one, first, last) for one in added]

    @precondition(lambda self: any(self.plain.members.values()))
    @rule(place=PLACES, ahead=AHEAD, terms=TERMS)
    def leave(self, place: int, ahead: int, terms: PlainTerms):
        """End a mandate, with all that the cooperative signed; agree anew where nothing holds after it."""
        found = [(producer, one) for producer, own in self.plain.members.items() for one in own]
        producer, (member_id, first, before) = found[place % len(found)]
        last = self.today + timedelta(ahead)
        pairs = [pair for pair in self.plain.pairs if pair[1] == producer]
        signed = [(pair, one) for pair in pairs for one in self.plain.versions[pair] if one.cooperative]
        ending = [(pair, one) for pair, one in signed if one.first <= last and (one.last is None or one.last > last)]
        may = (
            (before is None or before > last)
            and first <= last
            and all(last >= self.plain.closed[pair[0]] for pair, _ in ending)
            and not any(
                last < one.first and first <= one.first and one.first <= (before or one.first) for _, one in signed
            )
        )
        assert self.attempt(lambda: self.city.leave(member_id, last)) == may
        if not may:
            return
        members = self.plain.members[producer]
        members[members.index((member_id, first, before))] = (member_id, first, last)
        for pair, one in ending:
            until, one.last = one.last, last
            self.agree(pair, last + timedelta(1), until, PlainTerms(**{**vars(terms), "route": "direct"}))


class Losing(Office):
    """Goods that are lost, contested, decided about, and found again."""

    def __init__(self, city: FullCity) -> None:
        super().__init__(city)
        self.notes: list[tuple[int, int]] = []
        """Write-offs that stand, with their losses."""

    @rule(partner=PARTNERS, producer=PRODUCERS, quantity=st.integers(1, 9), back=DAYS_BACK)
    def lose(self, partner: int, producer: int, quantity: int, back: int):
        day, pair = self.day_back(back), (partner, producer)
        note, loss = self.city.lose(partner, producer, quantity, day)
        terms, gross = self.plain.terms_on(pair, day), quantity * PRICES_RP[producer]
        value = gross - take(gross, terms.fee_rate_bp)
        until = self.today + timedelta(CONTEST_DAYS)
        self.plain.losses[loss.id] = PlainLoss(pair, day, value, terms.loss_store_bp, until)
        self.notes.append((note.id, loss.id))

    @precondition(lambda self: self.notes)
    @rule(place=PLACES)
    def find_again(self, place: int):
        note_id, loss_id = self.notes.pop(place % len(self.notes))
        lost, back = self.plain.losses[loss_id], self.city.find_again(note_id)
        until = self.today + timedelta(CONTEST_DAYS)
        lost.twin = PlainLoss(lost.pair, lost.day, -lost.value_rp, lost.store_bp, until, twin=lost)
        self.plain.losses[back.id] = lost.twin

    @precondition(lambda self: self.plain.losses)
    @rule(place=PLACES)
    def contest(self, place: int):
        loss_id = self.pick(place, list(self.plain.losses))
        one = self.plain.losses[loss_id]
        waits = not (one.contested or one.decided or one.settled or one.is_taken_back)
        may = waits and self.today <= one.until
        assert self.attempt(lambda: self.city.contest(one.pair[1], loss_id)) == may
        one.contested |= may

    @precondition(lambda self: self.plain.losses)
    @rule(place=PLACES, store_bp=st.sampled_from([0, 1, 2_500, 6_667, 10_000]))
    def decide(self, place: int, store_bp: int):
        self.try_deciding(self.pick(place, list(self.plain.losses)), store_bp)

    def try_deciding(self, loss_id: int, store_bp: int) -> None:
        one = self.plain.losses[loss_id]
        may = (one.contested or one.store_bp is None) and not (one.decided or one.settled or one.is_taken_back)
        assert self.attempt(lambda: self.city.decide(loss_id, store_bp)) == may
        if may:
            one.decided, one.store_bp = True, store_bp

    def decide_rest(self) -> None:
        super().decide_rest()
        for loss_id in self.plain.losses:
            self.try_deciding(loss_id, 2_500)


class Doubting(Office):
    """Statements that are doubted, and corrected by later ones."""

    @rule(partner=PARTNERS, producer=PRODUCERS, amount=st.sampled_from([1, 25_000, -1, -40_000, -300_000]))
    def adjust(self, partner: int, producer: int, amount: int):
        self.money.adjust(self.session, partner, producer, amount)
        self.plain.adjustments.append(((partner, producer), amount))

    @rule(place=PLACES)
    def dispute(self, place: int):
        """Doubt a statement, which is possible for some days; where its producer did just so before, that stands."""
        statement_id = self.pick(place, list(self.plain.statements))
        last = self.plain.statements[statement_id].closed_on + timedelta(DISPUTE_DAYS)
        stands = statement_id in self.plain.disputes.values()
        raised: list[int] = []
        done = self.attempt(lambda: raised.append(self.city.dispute(statement_id)))
        assert done == (stands or self.today <= last)
        for one in raised:
            assert not stands or one in self.plain.disputes
            self.plain.disputes[one] = statement_id

    @precondition(lambda self: self.plain.disputes)
    @rule(place=PLACES, amount=st.sampled_from([None, 15_000, -15_000]), approve=st.booleans())
    def answer_dispute(self, place: int, amount: int | None, approve: bool):
        dispute_id = self.pick(place, list(self.plain.disputes))
        self.city.answer_dispute(dispute_id, amount, approve=approve)
        pair = self.plain.statements[self.plain.disputes.pop(dispute_id)].pair
        if amount is not None and approve:
            self.plain.adjustments.append((pair, amount))
