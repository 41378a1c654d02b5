"""A party may doubt a statement for so many days; the office answers, and what is right comes with a following statement."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from consign.checks import CHECKS
from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.outbox import Notice
from consign.models.settlement import Adjustment, Dispute, Statement
from consign.partners.actions import add_producer
from consign.partners.queries import get_region_terms
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.dispute_rules import (
    AdjustmentAmountRefused,
    AdjustmentBySame,
    AdjustmentDecided,
    AdjustmentPairUnknown,
    AdjustmentUnknown,
    DisputedLine,
    DisputedLineUnknown,
    DisputeEnded,
    DisputeStands,
    DisputeTooLate,
    DisputeUnknown,
)
from consign.settlement.disputing import answer_dispute, find_disputable_lines, raise_dispute, withdraw_dispute
from consign.settlement.queries import get_statement
from consign.settlement.rules import StatementUnknown
from tests.builders import City, write_csv
from tests.settlement.carrying import Clock, add_head, set_clock
from tests.settlement.test_closing import OCTOBER, SEPTEMBER, close, line

CLOSED_ON = date(2026, 10, 5)
LAST_DAY = date(2026, 10, 12)
"""Seven days later."""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch, CLOSED_ON)


@pytest.fixture
def owner(city: City) -> Actor:
    return add_person(city, "pemilik@umkm.example", Role.PRODUCER, producer_id=city.producers[0].id)


@pytest.fixture
def chain(city: City) -> Actor:
    return add_person(city, "keuangan@mitra.example", Role.PARTNER_FINANCE, partner_id=city.partner.id)


@pytest.fixture
def statement(city: City, tmp_path: Path) -> Statement:
    """Close September, in which one bag was sold in store T1."""
    city.post(write_csv(tmp_path, line("2026-09-05")))
    return close(city, SEPTEMBER)[0]


def add_person(city: City, login: str, role: Role, **scope: int) -> Actor:
    add_user(city.session, by=city.admin, login=login, name="Orang Uji", role=role, **scope)
    return get_actor(city.session, login)


def dispute(city: City, by: Actor, statement: Statement, line: DisputedLine | None = None, **said: str) -> Dispute:
    return raise_dispute(
        city.session, by=by, number=statement.number, line=line, **{"expected": "", "reason": "kurang satu", **said}
    )


def told(city: City, kind: str) -> list[str]:
    city.session.flush()
    return sorted(city.session.scalars(select(Notice.recipient).where(Notice.kind == kind)))


def test_the_last_day_still_counts_and_the_next_does_not(
    city: City, statement: Statement, owner: Actor, chain: Actor, clock: Clock
):
    clock.day = LAST_DAY
    assert dispute(city, owner, statement).outcome == "waiting"
    clock.day = date(2026, 10, 13)
    line_of = DisputedLine(city.stores[0].id)
    with pytest.raises(DisputeTooLate):
        dispute(city, chain, statement, line_of)
    get_region_terms(city.session).dispute_days = 8
    assert dispute(city, chain, statement, line_of).side == "partner"


def test_a_line_is_a_product_in_a_store_of_the_statement(city: City, statement: Statement, owner: Actor):
    found = get_statement(city.session, by=owner, number=statement.number)
    store, product = city.stores[0], city.products[0]
    assert [(one.store_code, one.product_code) for one in find_disputable_lines(city.session, found)] == [
        ("T1", "PRD-1")
    ]
    raised = dispute(city, owner, statement, DisputedLine(store.id, product.id), expected="2")
    assert (raised.store_id, raised.product_id, raised.expected, raised.side) == (store.id, product.id, "2", "producer")
    for line_of in (DisputedLine(city.stores[1].id), DisputedLine(store.id, city.products[1].id)):
        with pytest.raises(DisputedLineUnknown):
            dispute(city, owner, statement, line_of)


def test_the_other_party_and_the_office_are_told(city: City, statement: Statement, owner: Actor):
    dispute(city, owner, statement)
    assert told(city, "settlement.disputed") == [f"partner:{city.partner.id}", "role:dinas_finance"]


def test_said_twice_it_is_one_and_said_by_two_the_second_is_refused(
    city: City, statement: Statement, owner: Actor, chain: Actor
):
    first = dispute(city, owner, statement)
    assert dispute(city, owner, statement).id == first.id
    with pytest.raises(DisputeStands):
        dispute(city, owner, statement, reason="lain")
    with pytest.raises(DisputeStands):
        dispute(city, chain, statement)
    assert dispute(city, chain, statement, DisputedLine(city.stores[0].id)).id != first.id


def test_only_the_parties_dispute_and_only_their_own(city: City, statement: Statement):
    with pytest.raises(NotAllowed):
        dispute(city, city.finance, statement)
    stranger = add_person(city, "lain@umkm.example", Role.PRODUCER, producer_id=city.producers[1].id)
    with pytest.raises(StatementUnknown):
        dispute(city, stranger, statement)


@pytest.mark.parametrize("said", [{"reason": " "}, {"reason": "x" * 501}, {"expected": "x" * 501}])
def test_a_reason_is_given_and_bounded(city: City, statement: Statement, owner: Actor, said: dict[str, str]):
    with pytest.raises(BadInput):
        dispute(city, owner, statement, **said)
    assert city.session.scalars(select(Dispute)).all() == []


def test_an_upheld_dispute_is_corrected_by_the_next_statement(
    city: City, statement: Statement, owner: Actor, clock: Clock, tmp_path: Path
):
    raised = dispute(city, owner, statement)
    answered = answer_dispute(
        city.session, by=city.finance, dispute_id=raised.id, uphold=True, answer="benar", adjustment_rp=14_625
    )
    assert (answered.outcome, answered.answer) == ("upheld", "benar")
    assert told(city, "settlement.dispute_answered") == [f"partner:{city.partner.id}", f"producer:{owner.producer_id}"]
    proposed = city.session.scalars(select(Adjustment)).one()
    assert (proposed.amount_rp, proposed.dispute_id, proposed.outcome) == (14_625, raised.id, "waiting")
    decide_adjustment(city.session, by=add_head(city), adjustment_id=proposed.id, approve=True)
    clock.day = date(2026, 11, 20)
    city.post(write_csv(tmp_path, line("2026-10-05"), name="october.csv"))
    october = close(city, OCTOBER)[0]
    # 15.000 less 2,5 % is 14.625, and as much again by the correction; September stays as it was.
    assert (october.adjustments_rp, october.net_rp) == (14_625, 29_250)
    assert (statement.net_rp, statement.adjustments_rp) == (14_625, 0)
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_a_dispute_is_answered_once(city: City, statement: Statement, owner: Actor):
    raised = dispute(city, owner, statement)
    answer = {"dispute_id": raised.id, "uphold": False, "answer": "file toko benar"}
    assert answer_dispute(city.session, by=city.finance, **answer).outcome == "rejected"  # type: ignore[arg-type]
    assert answer_dispute(city.session, by=city.finance, **answer).outcome == "rejected"  # type: ignore[arg-type]
    with pytest.raises(DisputeEnded):
        answer_dispute(city.session, by=city.finance, dispute_id=raised.id, uphold=True, answer="benar")
    with pytest.raises(DisputeEnded):
        withdraw_dispute(city.session, by=owner, dispute_id=raised.id)
    with pytest.raises(BadInput):
        answer_dispute(city.session, by=city.finance, **answer, adjustment_rp=1)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        answer_dispute(city.session, by=owner, **answer)  # type: ignore[arg-type]
    with pytest.raises(DisputeUnknown):
        answer_dispute(city.session, by=city.finance, dispute_id=0, uphold=True, answer="benar")


def test_the_party_that_raised_it_takes_it_back_and_may_raise_it_again(
    city: City, statement: Statement, owner: Actor, chain: Actor
):
    raised = dispute(city, owner, statement)
    with pytest.raises(DisputeUnknown):
        withdraw_dispute(city.session, by=chain, dispute_id=raised.id)
    assert withdraw_dispute(city.session, by=owner, dispute_id=raised.id).outcome == "withdrawn"
    assert dispute(city, owner, statement).id != raised.id


def propose(city: City, amount_rp: int = 5_000, *, by: Actor | None = None, reason: str = "harga salah") -> Adjustment:
    return propose_adjustment(
        city.session, by=by or city.finance, partner_id=city.partner.id, producer_id=city.producers[0].id,
        amount_rp=amount_rp, reason=reason,
    )  # fmt: skip


def test_a_correction_needs_another_person(city: City):
    proposed = propose(city)
    with pytest.raises(AdjustmentBySame):
        decide_adjustment(city.session, by=city.finance, adjustment_id=proposed.id, approve=True)
    head = add_head(city)
    with pytest.raises(NotAllowed):
        propose(city, by=head)
    with pytest.raises(NotAllowed):
        decide_adjustment(city.session, by=city.auditor, adjustment_id=proposed.id, approve=True)
    decided = decide_adjustment(city.session, by=head, adjustment_id=proposed.id, approve=True, remark="sesuai")
    assert (decided.outcome, decided.decided_by, decided.remark) == ("approved", head.user_id, "sesuai")
    assert decide_adjustment(city.session, by=head, adjustment_id=proposed.id, approve=True).id == proposed.id
    with pytest.raises(AdjustmentDecided):
        decide_adjustment(city.session, by=head, adjustment_id=proposed.id, approve=False)


def test_who_proposed_a_correction_may_take_it_back(city: City):
    proposed = propose(city)
    assert (
        decide_adjustment(city.session, by=city.finance, adjustment_id=proposed.id, approve=False).outcome == "refused"
    )
    close(city, SEPTEMBER)
    assert {one.adjustments_rp for one in city.session.scalars(select(Statement))} == {0}


@pytest.mark.parametrize("amount_rp", [0, 1_000_000_000_000, -1_000_000_000_000])
def test_a_correction_of_nothing_or_of_too_much_is_refused(city: City, amount_rp: int):
    with pytest.raises(AdjustmentAmountRefused):
        propose(city, amount_rp)


def test_a_correction_needs_a_reason_and_two_who_know_each_other(city: City):
    with pytest.raises(BadInput):
        propose(city, reason="  ")
    stranger = add_producer(city.session, by=city.admin, code="P9", name="Dapur 9", nib=None)
    with pytest.raises(AdjustmentPairUnknown):
        propose_adjustment(
            city.session,
            by=city.finance,
            partner_id=city.partner.id,
            producer_id=stranger.id,
            amount_rp=1,
            reason="uji",
        )
    with pytest.raises(AdjustmentUnknown):
        decide_adjustment(city.session, by=city.finance, adjustment_id=0, approve=True)


def test_a_correction_below_zero_is_taken_as_well(city: City):
    proposed = propose(city, -2_000)
    decide_adjustment(city.session, by=add_head(city), adjustment_id=proposed.id, approve=True)
    statement = close(city, SEPTEMBER)[0]
    assert (statement.adjustments_rp, statement.due_rp, statement.carry_rp) == (-2_000, 0, -2_000)
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []
