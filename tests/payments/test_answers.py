"""What producers answer: received money is posted, the last answer counts, silence ends after some days."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consign.checks import CHECKS
from consign.db import finish
from consign.errors import BadInput, ConsignError, NotAllowed
from consign.models.outbox import Notice
from consign.models.payments import PaymentAnswer, PaymentNotice
from consign.models.settlement import Allocation
from consign.partners.rules import Route
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.asking import ask_silent
from consign.payments.notice_rules import Answer
from consign.payments.notices import withdraw_notice
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.shares import Share
from tests.builders import City
from tests.payments.noting import SLIP, START, Noting, build_noting, hold_clock


@pytest.fixture
def noting(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noting:
    return build_noting(city, tmp_path, hold_clock(monkeypatch))


def say(noting: Noting, notice: PaymentNotice, answer: Answer, *, place: int = 0) -> PaymentAnswer:
    return answer_payment(
        noting.session, by=noting.owners[place], notice_id=notice.id, producer_id=noting.city.producers[place].id,
        answer=answer,
    )  # fmt: skip


def take(noting: Noting, notice: PaymentNotice, *, place: int = 0) -> PaymentAnswer:
    return take_as_received(
        noting.session, by=noting.city.finance, notice_id=notice.id, producer_id=noting.city.producers[place].id
    )


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ConsignError) as error:
        act()
    return error.value.code


def breaches(noting: Noting) -> list[str]:
    finish(noting.session)
    return [breach.code for check in CHECKS for breach in check(noting.session)]


def test_received_money_is_paid_on_the_day_of_the_notice(noting: Noting):
    (september, october), (other,) = noting.statements(0), noting.statements(1)
    notice = noting.note((september, 43_875), (october, 10_000), (other, 21_937))
    noting.move_day(3)
    say(noting, notice, Answer.RECEIVED)
    assert [noting.open_rp(one) for one in (september, october, other)] == [0, 4_625, 21_937]
    written = noting.session.scalars(select(Allocation).order_by(Allocation.id)).all()
    cause = f"notice:BY-2026-000001:{noting.city.producers[0].id}"
    assert {(one.cause, one.source, one.booked_on) for one in written} == {(cause, "direct", START.date())}
    assert breaches(noting) == []


def test_the_last_answer_counts(noting: Noting):
    (september, _) = noting.statements(0)
    notice = noting.note((september, 43_875))
    left = []
    for answer in (Answer.RECEIVED, Answer.NOT_RECEIVED, Answer.RECEIVED, Answer.RECEIVED):
        say(noting, notice, answer)
        left.append(noting.open_rp(september))
    assert left == [0, 43_875, 0, 0]
    assert noting.session.scalar(select(func.count()).select_from(PaymentAnswer)) == 3  # said again is said once
    assert breaches(noting) == []


def test_money_that_did_not_come_is_told_to_finance_and_the_partner(noting: Noting):
    say(noting, noting.note((noting.statements(0)[0], 5)), Answer.NOT_RECEIVED)
    query = select(Notice.recipient).where(Notice.kind == "payments.contradicted").order_by(Notice.id)
    assert noting.session.scalars(query).all() == ["role:dinas_finance", f"partner:{noting.city.partner.id}"]


def test_nobody_answers_for_another_producer(noting: Noting):
    notice = noting.note((noting.statements(0)[0], 5))
    facts = {"notice_id": notice.id, "producer_id": noting.city.producers[0].id, "answer": Answer.RECEIVED}
    for by in (noting.owners[1], noting.payer, noting.city.finance, noting.city.auditor):
        with pytest.raises(NotAllowed):
            answer_payment(noting.session, by=by, **facts)
    assert refused(lambda: say(noting, notice, Answer.RECEIVED, place=1)) == "payments.notice_unknown"


def test_what_finance_says_is_not_a_producers_answer(noting: Noting):
    notice = noting.note((noting.statements(0)[0], 5))
    with pytest.raises(BadInput):
        say(noting, notice, Answer.TAKEN)


def test_the_cooperative_route_is_answered_and_the_offices_is_not(noting: Noting):
    noting.route_all(Route.COOPERATIVE)
    (september, _) = noting.statements(0)
    say(noting, noting.note((september, 43_875), route=Route.COOPERATIVE), Answer.RECEIVED)
    assert noting.open_rp(september) == 0
    noting.route_all(Route.COLLECTING)
    notice = noting.note((noting.statements(1)[0], 5), route=Route.COLLECTING)
    assert refused(lambda: say(noting, notice, Answer.RECEIVED, place=1)) == "payments.answer_not_asked"


def test_a_withdrawn_notice_is_not_answered(noting: Noting):
    notice = noting.note((noting.statements(0)[0], 5))
    withdraw_notice(noting.session, by=noting.payer, notice_id=notice.id, reason="salah")
    assert refused(lambda: say(noting, notice, Answer.RECEIVED)) == "payments.notice_withdrawn"


def test_an_answer_that_would_pay_twice_is_not_kept(noting: Noting):
    (september, _) = noting.statements(0)
    notice = noting.note((september, 43_875))
    lock_open(noting.session, [september.id])
    allocate(
        noting.session, [Share(september.id, 1)], by=noting.city.finance, source=Source.WRITTEN_OFF_PRODUCER,
        cause="write_off:1", booked_on=START.date(),
    )  # fmt: skip
    assert refused(lambda: say(noting, notice, Answer.RECEIVED)) == "payments.answer_not_fitting"
    assert noting.session.scalar(select(func.count()).select_from(PaymentAnswer)) == 0


def test_silence_with_a_proof_is_taken_as_received_after_seven_days(noting: Noting):
    (september, _) = noting.statements(0)
    notice = noting.note((september, 43_875), proof=SLIP)
    noting.move_day(6)
    assert refused(lambda: take(noting, notice)) == "payments.not_silent_yet"
    noting.move_day(1)
    take(noting, notice)
    take(noting, notice)
    assert noting.open_rp(september) == 0
    say(noting, notice, Answer.NOT_RECEIVED)
    assert noting.open_rp(september) == 43_875
    assert refused(lambda: take(noting, notice)) == "payments.answer_stands"
    assert breaches(noting) == []


def test_taken_as_received_stays_paid_when_the_producer_confirms_it(noting: Noting):
    notice = noting.note((noting.statements(1)[0], 21_937), proof=SLIP)
    noting.move_day(7)
    take(noting, notice, place=1)
    say(noting, notice, Answer.RECEIVED, place=1)
    assert noting.session.scalar(select(func.count()).select_from(Allocation)) == 1
    assert breaches(noting) == []


def test_silence_without_a_proof_is_not_taken_as_received(noting: Noting):
    notice = noting.note((noting.statements(0)[0], 5))
    noting.move_day(30)
    assert refused(lambda: take(noting, notice)) == "payments.proof_missing"


def test_only_dinas_finance_takes_as_received(noting: Noting):
    notice = noting.note((noting.statements(0)[0], 5), proof=SLIP)
    noting.move_day(30)
    for by in (noting.owners[0], noting.payer, noting.city.auditor):
        with pytest.raises(NotAllowed):
            take_as_received(noting.session, by=by, notice_id=notice.id, producer_id=noting.city.producers[0].id)


def test_silent_producers_are_asked_once_more_after_half_of_the_days(noting: Noting):
    (september, _), (other,) = noting.statements(0), noting.statements(1)
    notice = noting.note((september, 43_875), (other, 21_937))
    say(noting, notice, Answer.RECEIVED, place=1)
    asked = []
    for _ in range(6):
        asked.append(ask_silent(noting.session, now=noting.clock[0]))
        noting.move_day(1)
    assert asked == [0, 0, 0, 0, 1, 0]  # half of seven days, rounded up
    query = select(Notice.recipient).where(Notice.kind == "payments.asked_again")
    assert noting.session.scalars(query).all() == [f"producer:{noting.city.producers[0].id}"]
