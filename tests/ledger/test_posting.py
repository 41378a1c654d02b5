"""Posting once, twice, and with other content."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from consign.ledger.actions import post_transfers
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind, TransferKeyConflict, TransferKind, order_transfer
from consign.money import Rupiah
from tests.builders import City
from tests.ledger.books import BOOKED_ON, balances, breaches, order, owed, owes


def test_a_transfer_moves_one_amount_between_two_accounts(city: City):
    assert post_transfers(city.session, [order(city, amount_rp=30_000)]) == 1
    assert [one.amount for one in find_balances(city.session, kind=AccountKind.PARTNER_OWES)] == [Rupiah(30_000)]
    assert [one.amount for one in find_balances(city.session, kind=AccountKind.PRODUCER_IS_OWED)] == [Rupiah(30_000)]


def test_balances_can_be_asked_for_one_partner_and_one_producer(city: City):
    both = [order(city), order(city, "K2", 500, debit=owes(city, 1), credit=owed(city, 1))]
    post_transfers(city.session, both)
    found = find_balances(
        city.session,
        kind=AccountKind.PARTNER_OWES,
        partner_id=city.partner.id,
        producer_id=city.producers[1].id,
    )
    assert [(one.account, one.amount) for one in found] == [(owes(city, 1), Rupiah(500))]


def test_nothing_to_post_is_nothing_posted(city: City):
    assert post_transfers(city.session, []) == 0
    assert balances(city.session) == {}


def test_the_same_again_does_nothing(city: City):
    orders = [order(city), order(city, "K2", 500)]
    assert post_transfers(city.session, orders) == 2
    before = balances(city.session)
    assert post_transfers(city.session, orders) == 0
    assert post_transfers(city.session, [*orders, order(city, "K3", 7)]) == 1
    assert balances(city.session) == {name: (d + 7 * (d > 0), c + 7 * (c > 0)) for name, (d, c) in before.items()}
    assert breaches(city.session) == []


def test_the_same_twice_at_once_is_posted_once(city: City):
    assert post_transfers(city.session, [order(city), order(city)]) == 1
    assert set(balances(city.session).values()) == {(1_000, 0), (0, 1_000)}


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_rp": 1_001},
        {"kind": TransferKind.FEE},
        {"booked_on": date(2026, 11, 1)},
        {"cause": "NP-2"},
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_the_same_key_with_other_content_is_refused(city: City, changed: dict[str, Any], together: bool):
    first, other = order(city), order(city, **changed)
    if not together:
        post_transfers(city.session, [first])
    before = balances(city.session)
    new = order(city, "K2", 5)
    with pytest.raises(TransferKeyConflict), city.session.begin_nested():
        post_transfers(city.session, [new, first, other] if together else [new, other])
    assert balances(city.session) == before
    assert breaches(city.session) == []


def test_a_refused_order_is_refused_again_and_never_reported_as_done(city: City):
    post_transfers(city.session, [order(city)])
    other = order(city, amount_rp=2_000)
    for _ in range(3):
        with pytest.raises(TransferKeyConflict), city.session.begin_nested():
            post_transfers(city.session, [other])


def test_the_same_key_between_other_accounts_is_refused(city: City):
    post_transfers(city.session, [order(city)])
    for other in (
        order(city, debit=owed(city), credit=owes(city)),
        order(city, debit=owes(city, 1), credit=owed(city, 1)),
    ):
        with pytest.raises(TransferKeyConflict), city.session.begin_nested():
            post_transfers(city.session, [other])


def test_a_negative_amount_swaps_the_sides_and_nothing_is_no_transfer(city: City):
    facts: dict[str, Any] = {"key": "K", "kind": TransferKind.SALES, "booked_on": BOOKED_ON, "cause": "NP-1"}
    debit, credit = owes(city), owed(city)
    (turned,) = order_transfer(Rupiah(-5), debit=debit, credit=credit, **facts)
    assert (turned.debit, turned.credit, turned.amount) == (credit, debit, Rupiah(5))
    assert order_transfer(Rupiah(0), debit=debit, credit=credit, **facts) == []


@pytest.mark.parametrize("amount_rp", [0, -1])
def test_the_table_itself_takes_no_amount_that_is_not_positive(city: City, amount_rp: int):
    with pytest.raises(IntegrityError, match="ck_transfer_amount"), city.session.begin_nested():
        post_transfers(city.session, [order(city, amount_rp=amount_rp)])


def test_the_table_itself_takes_no_transfer_within_one_account(city: City):
    with pytest.raises(IntegrityError, match="ck_transfer_two_accounts"), city.session.begin_nested():
        post_transfers(city.session, [order(city, credit=owes(city))])


def test_the_largest_amounts_stay_exact(city: City):
    # Two to the power of 53 is where binary fractions lose the last rupiah.
    post_transfers(city.session, [order(city, amount_rp=2**53), order(city, "K2", 1)])
    assert city.session.scalar(text("SELECT max(debits_rp) FROM account")) == 9_007_199_254_740_993
