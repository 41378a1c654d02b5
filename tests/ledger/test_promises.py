"""What the ledger promises, over accounts of all kinds: tried with random histories, and with many at once.

That duplicates at the same moment are one, and that no update is lost, is tried in `test_at_once`.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from consign.db import Database
from consign.ledger.actions import lock_balances, post_transfers, reverse_transfers
from consign.ledger.queries import find_balance
from consign.ledger.rules import (
    DEBIT_KINDS,
    OF_BANK_ACCOUNT,
    OF_PAIR,
    AccountKind,
    AccountName,
    TransferKeyConflict,
    TransferKind,
    TransferOrder,
    TransferReversed,
    TransferUnknown,
)
from consign.models.banking import BankAccount
from consign.money import Rupiah
from tests.builders import City, build_city
from tests.conftest import REGION
from tests.ledger.books import BOOKED_ON, breaches

REFUSALS = (TransferKeyConflict, TransferReversed, TransferUnknown)
ACCOUNTS = 15
"""Three kinds of two pairs, three of two bank accounts, and three of the region."""
SIDES = st.integers(0, ACCOUNTS - 1)
KEYS = st.sampled_from("abcdefgh")
AMOUNTS = st.sampled_from([1, 2, 999, 1_000_000, 2**53, 2**53 + 1])
STEPS = st.one_of(
    st.tuples(st.just("post"), KEYS, SIDES, SIDES, AMOUNTS).filter(lambda step: step[2] != step[3]),
    st.tuples(st.just("spend"), KEYS, SIDES, SIDES, AMOUNTS).filter(lambda step: step[2] != step[3]),
    st.tuples(
        st.just("reverse"),
        st.lists(KEYS | KEYS.map(lambda key: f"{key}:reversal"), min_size=1, max_size=3, unique=True),
    ),
)
HISTORIES = st.lists(STEPS, max_size=15)
REBUILT = text("""
    SELECT account.id, debits_rp, credits_rp,
      (SELECT COALESCE(sum(amount_rp), 0)::bigint FROM transfer WHERE debit_account_id = account.id) AS debits,
      (SELECT COALESCE(sum(amount_rp), 0)::bigint FROM transfer WHERE credit_account_id = account.id) AS credits
    FROM account ORDER BY id""")


def make_names(session: Session, city: City) -> list[AccountName]:
    """Name accounts of all kinds, of two pairs and two bank accounts."""
    banks = [
        BankAccount(code=code, bank_code="124", number=f"0000{code}", holder="Dinas", added_at=datetime(2026, 1, 1, tzinfo=UTC))
        for code in ("11", "22")
    ]  # fmt: skip
    session.add_all(banks)
    session.flush()
    names = [AccountName(kind, city.partner.id, one.id) for kind in sorted(OF_PAIR) for one in city.producers]
    names += [AccountName(kind, bank_account_id=one.id) for kind in sorted(OF_BANK_ACCOUNT) for one in banks]
    names += [AccountName(kind) for kind in AccountKind if kind not in OF_PAIR | OF_BANK_ACCOUNT]
    assert len(names) == ACCOUNTS
    return names


@dataclass
class Plain:
    """Transfers in a list, and balances added up from it whenever they are asked for."""

    signs: list[int]
    rows: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)

    def balance(self, place: int) -> int:
        return self.signs[place] * sum(
            amount * ((debit == place) - (credit == place)) for debit, credit, amount in self.rows.values()
        )

    def post(self, key: str, debit: int, credit: int, amount: int) -> object:
        standing = self.rows.setdefault(key, (debit, credit, amount))
        return None if standing == (debit, credit, amount) else TransferKeyConflict

    def spend(self, key: str, source: int, target: int, amount: int) -> object:
        if self.balance(source) < amount:
            return "nothing left"
        return self.post(key, *((target, source) if self.signs[source] > 0 else (source, target)), amount)

    def reverse(self, keys: list[str]) -> object:
        if any(key not in self.rows for key in keys):
            return TransferUnknown
        if any(key in self.taken_back for key in keys):
            return TransferReversed
        new = {}
        for key in keys:
            debit, credit, amount = self.rows[key]
            new[f"{key}:reversal"] = (credit, debit, amount)
        self.rows.update(new)
        self.taken_back.update(keys)
        return None


def run(session: Session, names: list[AccountName], step: tuple) -> object:
    """Do one step in the real ledger; return what was refused, nothing where it was done."""
    try:
        with session.begin_nested():
            if step[0] == "reverse":
                return reverse_transfers(session, keys=step[1], cause="riwayat", booked_on=BOOKED_ON)
            _, key, here, there, amount = step
            debit, credit = names[here], names[there]
            if step[0] == "spend":
                balance = lock_balances(session, {debit, credit})[debit]
                if balance < Rupiah(amount):
                    return "nothing left"
                debit, credit = (credit, debit) if debit.sign > 0 else (debit, credit)
            order = TransferOrder(key, TransferKind.SALES, debit, credit, Rupiah(amount), BOOKED_ON, "uji")
            post_transfers(session, [order])
    except REFUSALS as error:
        return type(error)
    return None


def expect(plain: Plain, step: tuple) -> object:
    return getattr(plain, step[0])(*step[1:])


def read_rows(session: Session) -> Mapping[str, tuple[object, ...]]:
    query = text(
        "SELECT key, id, debit_account_id, credit_account_id, amount_rp, booked_on, cause, posted_at FROM transfer"
    )
    return {row.key: tuple(row) for row in session.execute(query)}


@pytest.fixture
def names(city: City) -> list[AccountName]:
    return make_names(city.session, city)


def test_any_history_over_all_kinds_of_accounts_keeps_the_promises(city: City, names: list[AccountName]):
    tried = refused = 0

    @settings(max_examples=120)
    @given(HISTORIES)
    def hold(history: list[tuple]) -> None:
        nonlocal tried, refused
        start, session, plain = city.session.begin_nested(), city.session, Plain([one.sign for one in names])
        for step in history:
            before = read_rows(session)
            answer = run(session, names, step)
            assert answer == expect(plain, step)
            after = read_rows(session)
            # Reversal, never deletion: whatever stood stands on, unchanged; what was refused added nothing.
            assert before.items() <= after.items()
            assert answer is None or before == after
            # A refused request is refused again, and is never reported as done.
            assert answer is None or run(session, names, step) == answer
            tried, refused = tried + 1, refused + (answer is not None)
        # Every balance is what the plain list comes to, in the direction that is usual for its kind.
        assert [find_balance(session, name).amount for name in names] == [plain.balance(n) for n in range(ACCOUNTS)]
        # Stored balances rebuild from the log alone, and value is conserved: all debits are all credits.
        rebuilt = session.execute(REBUILT).all()
        assert all((one.debits_rp, one.credits_rp) == (one.debits, one.credits) for one in rebuilt)
        assert (
            sum(one.debits for one in rebuilt)
            == sum(one.credits for one in rebuilt)
            == sum(amount for *_, amount in plain.rows.values())
        )
        assert breaches(session) == []
        start.rollback()

    hold()
    print(f"tried {tried}, refused {refused}")


def test_the_whole_history_posted_again_does_nothing(city: City, names: list[AccountName]):
    @settings(max_examples=40)
    @given(st.lists(st.tuples(SIDES, SIDES, AMOUNTS).filter(lambda one: one[0] != one[1]), max_size=10))
    def hold(moves: list[tuple[int, int, int]]) -> None:
        start, session = city.session.begin_nested(), city.session
        orders = [
            TransferOrder(f"K{n}", TransferKind.SALES, names[debit], names[credit], Rupiah(amount), BOOKED_ON, "uji")
            for n, (debit, credit, amount) in enumerate(moves)
        ]
        assert post_transfers(session, orders) == len(orders)
        before, stored = read_rows(session), session.execute(REBUILT).all()
        assert post_transfers(session, orders[::-1]) == 0
        for one in orders:
            assert post_transfers(session, [one, one]) == 0
        assert (read_rows(session), session.execute(REBUILT).all()) == (before, stored)
        start.rollback()

    hold()


def test_spenders_never_leave_a_balance_below_zero(city: City, names: list[AccountName]):
    """Whatever is only ever spent after looking stays at zero or above, whatever its usual direction."""

    @settings(max_examples=60)
    @given(SIDES, st.lists(st.integers(1, 1_000), max_size=20))
    def hold(place: int, amounts: list[int]) -> None:
        start, session = city.session.begin_nested(), city.session
        source, target = names[place], names[(place + 1) % ACCOUNTS]
        into, out = ((source, target), (target, source)) if source.sign > 0 else ((target, source), (source, target))
        post_transfers(session, [TransferOrder("in", TransferKind.SALES, *into, Rupiah(2_000), BOOKED_ON, "uji")])
        left = 2_000
        for n, amount in enumerate(amounts):
            if lock_balances(session, {source, target})[source] >= Rupiah(amount):
                post_transfers(
                    session, [TransferOrder(f"{n}", TransferKind.SALES, *out, Rupiah(amount), BOOKED_ON, "uji")]
                )
                left -= amount
            assert find_balance(session, source).amount == left >= 0
        start.rollback()

    hold()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfer SET amount_rp = amount_rp + 1", "UPDATE transfer SET cause = 'lain'", "DELETE FROM transfer",
        "TRUNCATE transfer", "DELETE FROM account", "UPDATE allocation SET amount_rp = 1", "DELETE FROM allocation",
        "DELETE FROM statement", "UPDATE bank_line SET amount_rp = 1", "DELETE FROM bank_line", "DELETE FROM bank_match",
        "DELETE FROM payout_part", "DELETE FROM payment_answer",
    ],
)  # fmt: skip
def test_the_application_itself_cannot_change_or_delete_what_was_posted(city: City, statement: str):
    with pytest.raises(ProgrammingError, match="permission denied"), city.session.begin_nested():
        city.session.execute(text(statement))


def test_an_account_counts_in_the_direction_of_its_kind(city: City, names: list[AccountName]):
    for n, name in enumerate(names):
        other = names[(n + 1) % ACCOUNTS]
        post_transfers(
            city.session, [TransferOrder(f"K{n}", TransferKind.SALES, name, other, Rupiah(10**n), BOOKED_ON, "uji")]
        )
    for n, name in enumerate(names):
        debited, credited = 10**n, 10 ** ((n - 1) % ACCOUNTS)
        usual = debited - credited if name.kind in DEBIT_KINDS else credited - debited
        assert find_balance(city.session, name) == Rupiah(usual)
        assert lock_balances(city.session, {name}) == {name: Rupiah(usual)}


@pytest.mark.parametrize("kind", AccountKind)
def test_an_account_is_named_as_its_kind_asks(kind: AccountKind):
    right = 0
    for partner, producer, bank in (
        (1, 1, None),
        (None, None, 1),
        (None, None, None),
        (1, None, None),
        (None, 1, None),
        (1, 1, 1),
    ):
        try:
            AccountName(kind, partner, producer, bank)
        except ValueError:
            continue
        right += 1
    assert right == 1


def test_each_account_has_one_order_that_all_see(database: Database):
    """Whoever holds an account sees just the transfers that come before his own: none is missing, none comes between."""
    with database.transaction(REGION) as session:
        names = make_names(session, build_city(session))
    seen: dict[str, int] = {}

    def act(number: int) -> None:
        place = number % 3
        with database.transaction(REGION) as session:
            debit, credit = names[place], names[place + 7]
            seen[f"K{number}"] = debit.sign * lock_balances(session, {debit, credit})[debit].amount
            post_transfers(
                session,
                [TransferOrder(f"K{number}", TransferKind.SALES, debit, credit, Rupiah(number + 1), BOOKED_ON, "uji")],
            )

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(act, range(150)))
    with database.transaction(REGION) as session:
        for place in range(3):
            query = text("""
                SELECT transfer.key, amount_rp, posted_at FROM transfer JOIN account ON account.id = debit_account_id
                WHERE key LIKE 'K%' AND CAST(substr(key, 2) AS int) % 3 = :place ORDER BY transfer.id""")
            rows = session.execute(query, {"place": place}).all()
            before = [0, *accumulate(row.amount_rp for row in rows)]
            assert [seen[row.key] for row in rows] == before[:-1]
            assert [row.posted_at for row in rows] == sorted(row.posted_at for row in rows)
        assert breaches(session) == []


def test_days_do_not_matter_to_a_balance(city: City, names: list[AccountName]):
    days = (date(2026, 12, 31), date(2026, 1, 1), date(2026, 6, 15))
    for n, day in enumerate(days):
        post_transfers(
            city.session, [TransferOrder(f"K{n}", TransferKind.SALES, names[0], names[1], Rupiah(7), day, "uji")]
        )
    assert find_balance(city.session, names[0]) == Rupiah(21 * names[0].sign)
