"""A correction is a linked reversal, made once; nothing is deleted."""

from datetime import date

import pytest
from sqlalchemy import text

from consign.ledger.actions import post_transfers
from consign.ledger.rules import TransferReversed, TransferUnknown
from tests.builders import City
from tests.ledger.books import balances, breaches, order, reverse


def test_a_reversal_mirrors_its_transfer_and_names_it(city: City):
    post_transfers(city.session, [order(city, amount_rp=30_000)])
    reverse(city.session, "K1", cause="salah catat")
    # 30.000 in and 30.000 out on either side, so both balances are zero, and both rows stay.
    assert set(balances(city.session).values()) == {(30_000, 30_000)}
    row = city.session.execute(
        text("""
        SELECT back.key, back.kind, back.cause, back.booked_on, back.amount_rp = there.amount_rp AS amount,
          back.debit_account_id = there.credit_account_id AND back.credit_account_id = there.debit_account_id AS turned
        FROM transfer AS back JOIN transfer AS there ON back.reverses_id = there.id""")
    ).one()
    assert (row.key, row.kind, row.cause) == ("K1:reversal", "reversal", "salah catat")
    assert (row.amount, row.turned) == (True, True)
    assert isinstance(row.booked_on, date)
    assert breaches(city.session) == []


def test_a_transfer_is_reversed_only_once(city: City):
    post_transfers(city.session, [order(city)])
    reverse(city.session, "K1", cause="salah catat")
    before = balances(city.session)
    with pytest.raises(TransferReversed):
        reverse(city.session, "K1", cause="sekali lagi")
    assert balances(city.session) == before


def test_a_reversed_transfer_is_not_posted_anew_by_its_old_key(city: City):
    post_transfers(city.session, [order(city)])
    reverse(city.session, "K1", cause="salah catat")
    assert post_transfers(city.session, [order(city)]) == 0
    assert set(balances(city.session).values()) == {(1_000, 1_000)}


def test_a_reversal_can_be_taken_back_too(city: City):
    post_transfers(city.session, [order(city)])
    reverse(city.session, "K1", cause="salah catat")
    reverse(city.session, "K1:reversal", cause="ternyata benar")
    assert set(balances(city.session).values()) == {(2_000, 1_000), (1_000, 2_000)}
    assert breaches(city.session) == []


def test_what_does_not_stand_cannot_be_reversed(city: City):
    with pytest.raises(TransferUnknown):
        reverse(city.session, "K1", cause="salah catat")
