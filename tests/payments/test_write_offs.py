"""A small rest is written off by two people, by no more than the region allows, and borne by whom it says."""

import pytest
from sqlalchemy import select

from consign.errors import BadInput, NotAllowed
from consign.ledger.rules import AccountKind
from consign.models.identity import AuditEvent
from consign.models.payments import WriteOff
from consign.payments.accepting import accept
from consign.payments.matching import propose
from consign.payments.writing_off import (
    WriteOffBySame,
    WriteOffDecided,
    WriteOffTooLarge,
    decide_write_off,
    propose_write_off,
)
from consign.settlement.allocating import PaidTwice
from tests.payments.money import Money


def ask(money: Money, amount_rp: int = 2_500, borne_by: str = "producer", **more: str) -> WriteOff:
    facts = {"reason_code": "transfer_cost", **more}
    return propose_write_off(
        money.session, by=money.city.finance, statement_id=money.statements[0].id, amount_rp=amount_rp,
        borne_by=borne_by, **facts,
    )  # fmt: skip


def pay(money: Money, amount: int) -> None:
    money.book((amount, "NP-2026-000001"))
    found = propose(money.session, by=money.city.finance, account_id=money.account_id)
    accept(money.session, found[0], by=money.city.finance)


def test_the_producer_bears_what_is_written_off_to_it(money: Money):
    pay(money, 26_750)  # 29.250 - 26.750 = 2.500
    decide_write_off(money.session, by=money.second, write_off_id=ask(money).id, approve=True)
    assert money.open_rp()[0] == 0
    assert money.balance(AccountKind.PRODUCER_PAYABLE, producer=0) == 26_750
    assert money.balance(AccountKind.PRODUCER_IS_OWED, producer=0) == 14_625  # what October's statement says
    assert money.breaches() == []


def test_the_office_bears_what_is_written_off_to_it_and_the_producer_is_paid_in_full(money: Money):
    pay(money, 26_750)
    decide_write_off(money.session, by=money.second, write_off_id=ask(money, borne_by="office").id, approve=True)
    assert money.open_rp()[0] == 0
    assert money.balance(AccountKind.PRODUCER_PAYABLE, producer=0) == 29_250
    assert money.balance(AccountKind.WRITTEN_OFF) == 2_500
    assert money.breaches() == []


def test_who_proposed_does_not_decide(money: Money):
    row = ask(money)
    with pytest.raises(WriteOffBySame):
        decide_write_off(money.session, by=money.city.finance, write_off_id=row.id, approve=True)
    assert money.open_rp()[0] == 29_250


def test_what_is_refused_posts_nothing_and_needs_a_reason(money: Money):
    row = ask(money)
    with pytest.raises(BadInput):
        decide_write_off(money.session, by=money.second, write_off_id=row.id, approve=False)
    assert row.outcome == "waiting"
    decide_write_off(money.session, by=money.second, write_off_id=row.id, approve=False, reason="ditagih lagi")
    assert (row.outcome, money.open_rp()[0]) == ("refused", 29_250)
    with pytest.raises(WriteOffDecided):
        decide_write_off(money.session, by=money.second, write_off_id=row.id, approve=True)
    assert money.breaches() == []


def test_no_more_than_the_region_allows_however_often_it_is_asked(money: Money):
    with pytest.raises(WriteOffTooLarge):
        ask(money, 6_501)
    ask(money, 4_000)
    ask(money, 2_500)
    with pytest.raises(WriteOffTooLarge):
        ask(money, 1)  # 4.000 + 2.500 = 6.500, as much as the region allows
    # What was refused does not count.
    first = money.session.scalars(select(WriteOff).where(WriteOff.amount_rp == 4_000)).one()
    decide_write_off(money.session, by=money.second, write_off_id=first.id, approve=False, reason="ditagih")
    ask(money, 4_000)


def test_no_more_than_is_open(money: Money):
    pay(money, 28_250)  # 1.000 is left
    with pytest.raises(WriteOffTooLarge):
        ask(money, 1_001)
    ask(money, 600)
    with pytest.raises(WriteOffTooLarge):
        ask(money, 401)


def test_what_was_paid_meanwhile_is_not_written_off(money: Money):
    pay(money, 26_750)
    row = ask(money)
    pay(money, 2_500)
    with pytest.raises(PaidTwice):
        decide_write_off(money.session, by=money.second, write_off_id=row.id, approve=True)


@pytest.mark.parametrize(
    "wrong", [{"amount_rp": 0}, {"amount_rp": -5}, {"borne_by": "partner"}, {"reason_code": "over"}]
)
def test_what_cannot_be_is_refused(money: Money, wrong: dict[str, object]):
    with pytest.raises(BadInput):
        ask(money, **wrong)  # type: ignore[arg-type]


def test_only_the_dinas_proposes_and_decides(money: Money):
    row = ask(money)
    for act in (
        lambda: decide_write_off(money.session, by=money.city.auditor, write_off_id=row.id, approve=True),
        lambda: propose_write_off(
            money.session, by=money.city.admin, statement_id=money.statements[0].id, amount_rp=1,
            reason_code="rounding", borne_by="office",
        ),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


def test_the_audit_trail_has_both_people_and_what_was_open(money: Money):
    pay(money, 26_750)
    decide_write_off(money.session, by=money.second, write_off_id=ask(money).id, approve=True)
    assert money.breaches() == []
    events = money.session.scalars(
        select(AuditEvent).where(AuditEvent.act.startswith("write-off")).order_by(AuditEvent.seq)
    ).all()
    assert [(one.act, one.user_id) for one in events] == [
        ("write-off proposed", money.city.finance.user_id),
        ("write-off approved", money.second.user_id),
    ]
    assert (events[1].detail["before"], events[1].detail["after"]) == ({"open_rp": 2_500}, {"open_rp": 0})
