"""Where people are paid to: never by one person's word, and never fast where it changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.models.identity import AuditEvent
from consign.models.outbox import Notice
from consign.models.payouts import PayeeAccount
from consign.payouts.payees import confirm_account, find_cautions, refuse_account, state_account
from consign.payouts.rules import (
    AccountByOne,
    AccountDecided,
    AccountNumberRefused,
    AccountStands,
    BankUnknown,
    PayeeAccountUnknown,
)
from tests.payouts.paying import TODAY, Paying


def state(paying: Paying, number: str = "1234567890", *, bank: str = "014", holder: str = "Dapur 1", by=None):
    return state_account(
        paying.session, by=by or paying.owners[0], bank_code=bank, number=number, holder=holder,
        producer_id=paying.city.producers[0].id,
    )  # fmt: skip


def test_the_first_account_may_be_paid_to_at_once_and_a_changed_one_after_three_days(paying: Paying):
    first = state(paying)
    assert (first.outcome, first.payable_from) == ("waiting", None)
    confirm_account(paying.session, by=paying.verifier, account_id=first.id)
    assert (first.outcome, first.payable_from) == ("confirmed", TODAY)
    second = state(paying, "5555555555")
    assert first.outcome == "confirmed"  # the old one goes on until the new one is confirmed
    confirm_account(paying.session, by=paying.verifier, account_id=second.id)
    assert (first.outcome, second.outcome, second.payable_from) == ("ended", "confirmed", TODAY + timedelta(3))


def test_nobody_confirms_what_they_stated(paying: Paying):
    stated = state(paying, by=paying.city.finance)
    with pytest.raises(AccountByOne, match="Nothing was changed"):
        confirm_account(paying.session, by=paying.city.finance, account_id=stated.id)
    confirm_account(paying.session, by=paying.second, account_id=stated.id)


def test_a_producer_states_its_own_account_only_and_confirms_none(paying: Paying):
    with pytest.raises(NotAllowed):
        state(paying, by=paying.owners[1])
    stated = state(paying)
    for by in (paying.owners[1], paying.city.admin, paying.head):
        with pytest.raises(NotAllowed):
            confirm_account(paying.session, by=by, account_id=stated.id)
    with pytest.raises(NotAllowed):
        state_account(
            paying.session, by=paying.owners[0], bank_code="014", number="1234567890", holder="X",
            cooperative_id=paying.cooperative(account=False).id,
        )  # fmt: skip


@pytest.mark.parametrize(
    "number", ["081234567890", "+62 812 3456 7890", "GoPay 0812345678901", "OVO 12345678", "12a4", ""]
)
def test_phones_wallets_and_other_things_are_no_bank_accounts(paying: Paying, number: str):
    with pytest.raises(AccountNumberRefused, match="Nothing was changed"):
        state(paying, number)


def test_a_bank_that_nobody_knows_is_refused(paying: Paying):
    with pytest.raises(BankUnknown):
        state(paying, bank="999")
    with pytest.raises(BadInput):
        state(paying, holder=" ")


def test_zeros_at_the_front_stay(paying: Paying):
    assert state(paying, "001-234 5678").number == "0012345678"


def test_another_statement_takes_the_place_of_one_that_waits(paying: Paying):
    first = state(paying)
    with pytest.raises(AccountStands):
        state(paying)
    second = state(paying, "5555555555")
    assert (first.outcome, first.decided_reason, second.outcome) == (
        "refused", "another account was stated", "waiting",
    )  # fmt: skip
    with pytest.raises(AccountDecided):
        confirm_account(paying.session, by=paying.verifier, account_id=first.id)


def test_a_refused_account_leaves_the_one_before_in_force(paying: Paying):
    first = paying.account(0)
    second = state(paying, "5555555555")
    with pytest.raises(BadInput):
        refuse_account(paying.session, by=paying.verifier, account_id=second.id, reason=" ")
    refuse_account(paying.session, by=paying.verifier, account_id=second.id, reason="nama lain")
    assert (first.outcome, second.outcome, second.decided_reason) == ("confirmed", "refused", "nama lain")
    with pytest.raises(AccountDecided):
        refuse_account(paying.session, by=paying.verifier, account_id=second.id, reason="lagi")
    with pytest.raises(PayeeAccountUnknown):
        confirm_account(paying.session, by=paying.verifier, account_id=999_999)


def test_the_owner_is_told_of_every_change_and_no_notice_or_trail_holds_the_number(paying: Paying):
    paying.account(0, number="1234567890")
    second = state(paying, "5555544444", by=paying.city.admin)
    confirm_account(paying.session, by=paying.verifier, account_id=second.id)
    finish(paying.session)
    told = paying.session.scalars(
        select(Notice).where(Notice.recipient == f"producer:{paying.city.producers[0].id}").order_by(Notice.id)
    ).all()
    assert [one.kind for one in told if one.kind.startswith("payouts.")] == [
        "payouts.account_stated", "payouts.account_confirmed", "payouts.account_stated", "payouts.account_confirmed",
    ]  # fmt: skip
    assert told[-1].facts["number"] == "******4444"
    events = paying.session.scalars(select(AuditEvent).where(AuditEvent.subject.like("payee_account:%"))).all()
    assert len(events) == 4
    written = str([one.detail for one in events]) + str([one.facts for one in told])
    assert "5555544444" not in written
    assert "1234567890" not in written
    assert events[-1].detail["before"]["number"] == "******7890"


def test_whoever_confirms_sees_what_to_look_at(paying: Paying):
    same = state(paying)
    assert find_cautions(paying.session, same, on=TODAY) == []
    short = state(paying, "12345678", holder="Siti Aminah")
    said = [str(one) for one in find_cautions(paying.session, short, on=TODAY)]
    assert said == [
        "This number has 8 digits. Those of Bank Central Asia (BCA) usually have 10.",
        "The account stands in the name Siti Aminah, its owner is Dapur 1.",
    ]
    alike = state(paying, holder="Dapur 1 Keripik")
    (caution,) = find_cautions(paying.session, alike, on=TODAY)
    assert caution == "The name Dapur 1 Keripik is much like Dapur 1, but not the same."


def test_a_cooperative_has_an_account_like_a_producer(paying: Paying):
    cooperative = paying.cooperative()
    account = paying.session.scalars(select(PayeeAccount).where(PayeeAccount.cooperative_id == cooperative.id)).one()
    assert (account.outcome, account.payable_from, account.number) == ("confirmed", TODAY, "0012345678")
    for owner in ({}, {"producer_id": 1, "cooperative_id": 1}, {"producer_id": 999_999}):
        with pytest.raises(PayeeAccountUnknown):
            state_account(
                paying.session, by=paying.city.admin, bank_code="014", number="1234567890", holder="X", **owner
            )
