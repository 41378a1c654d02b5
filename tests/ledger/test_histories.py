"""Random histories against a ledger written down in the plainest way there is."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from consign.ledger.actions import post_transfers
from consign.ledger.rules import TransferKeyConflict, TransferReversed, TransferUnknown
from tests.builders import City
from tests.ledger.books import add_up_journal, balances, breaches, order, owed, owes, reverse

SIDES = ("owes 0", "owes 1", "owed 0", "owed 1")
KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
POSTS = st.tuples(
    st.just("post"), KEYS, st.sampled_from(SIDES), st.sampled_from(SIDES), st.sampled_from([1, 7, 10**12])
).filter(lambda step: step[2] != step[3])
REVERSALS = st.tuples(st.just("reverse"), KEYS | KEYS.map(lambda key: f"{key}:reversal"))
HISTORIES = st.lists(POSTS | REVERSALS, max_size=12)


@dataclass
class Plain:
    """A ledger as a list of rows by key, and what each history step has to answer."""

    rows: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)

    def post(self, key: str, debit: str, credit: str, amount: int) -> object:
        standing = self.rows.setdefault(key, (debit, credit, amount))
        return None if standing == (debit, credit, amount) else TransferKeyConflict

    def reverse(self, key: str) -> object:
        if key not in self.rows:
            return TransferUnknown
        if key in self.reversed:
            return TransferReversed
        debit, credit, amount = self.rows[key]
        self.rows[f"{key}:reversal"] = (credit, debit, amount)
        self.reversed.add(key)
        return None

    def add_up(self) -> dict[str, int]:
        """Return each account's debits less credits."""
        sums = dict.fromkeys(SIDES, 0)
        for debit, credit, amount in self.rows.values():
            sums[debit] += amount
            sums[credit] -= amount
        return sums


def run(city: City, step: tuple[object, ...]) -> object:
    """Do one step in the real ledger; return the type of its refusal, nothing where it was done."""
    accounts = {f"owes {n}": owes(city, n) for n in (0, 1)} | {f"owed {n}": owed(city, n) for n in (0, 1)}
    try:
        with city.session.begin_nested():
            if step[0] == "reverse":
                reverse(city.session, str(step[1]), cause="riwayat")
            else:
                _, key, debit, credit, amount = step
                new = order(city, key, amount, debit=accounts[debit], credit=accounts[credit])
                post_transfers(city.session, [new])
    except (TransferKeyConflict, TransferReversed, TransferUnknown) as error:
        return type(error)
    return None


def test_any_history_leaves_the_ledger_as_the_plain_one_says(city: City):
    numbers = {producer.id: place for place, producer in enumerate(city.producers)}
    words = {"partner_owes": "owes", "producer_is_owed": "owed"}

    @settings(max_examples=120)
    @given(HISTORIES)
    def hold(history: list[tuple[object, ...]]) -> None:
        start = city.session.begin_nested()
        plain = Plain()
        for step in history:
            expected = plain.reverse(step[1]) if step[0] == "reverse" else plain.post(*step[1:])
            assert run(city, step) is expected
        stored = balances(city.session)
        assert stored == add_up_journal(city.session)
        named = {f"{words[kind]} {numbers[producer]}": d - c for (kind, producer), (d, c) in stored.items()}
        assert {**dict.fromkeys(SIDES, 0), **named} == plain.add_up()
        assert sum(named.values()) == 0
        assert breaches(city.session) == []
        start.rollback()

    hold()


def test_the_order_of_posting_does_not_matter(city: City):
    @settings(max_examples=30)
    @given(st.permutations(range(6)))
    def hold(places: list[int]) -> None:
        start = city.session.begin_nested()
        for place in places:
            new = order(city, f"K{place}", 10**place, debit=owes(city, place % 2), credit=owed(city, place % 2))
            post_transfers(city.session, [new])
        # Even places: 1 + 100 + 10.000; odd places: 10 + 1.000 + 100.000.
        assert sorted(balances(city.session).values()) == [(0, 10_101), (0, 101_010), (10_101, 0), (101_010, 0)]
        start.rollback()

    hold()
