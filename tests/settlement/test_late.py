"""How late partners are, by the agreed day and by the law's, and how they are reminded: in steps, each by a person."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from consign.db import finish
from consign.errors import NotAllowed
from consign.files import Files
from consign.identity.rules import Actor
from consign.ledger.checks import CHECKS as OF_LEDGER
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.outbox import Notice
from consign.models.settlement import PaymentReminderStatement
from consign.settlement.allocating import Source, allocate, lock_open, take_back
from consign.settlement.carry_checks import CHECKS as OF_CARRIED
from consign.settlement.checks import CHECKS as OF_SETTLEMENT
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.late import Ageing, find_ageing, find_trend, list_ageing
from consign.settlement.late_rules import (
    Bucket,
    NextStep,
    NothingLate,
    ReminderTooEarly,
    SentStep,
    Step,
    find_bucket,
    find_month_ends,
    find_next_step,
    go_back_months,
)
from consign.settlement.reminding import find_proposals, find_reminders, propose_reminders, send_reminder
from consign.settlement.shares import Share
from tests.builders import City, write_csv
from tests.settlement.carrying import Clock, add_head, carry_over, set_clock
from tests.settlement.test_closing import SEPTEMBER, close, line

DUE_ON = date(2026, 9, 15)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch, date(2026, 9, 2))


@pytest.fixture
def head(city: City) -> Actor:
    return add_head(city)


def pay(city: City, number: str, amount_rp: int, *, on: date, cause: str = "notice:uji") -> None:
    statement_id: int = city.session.scalar(text("SELECT id FROM statement WHERE number = :n"), {"n": number})
    lock_open(city.session, [statement_id])
    allocate(
        city.session, [Share(statement_id, amount_rp)], by=city.finance, source=Source.DIRECT, cause=cause, booked_on=on
    )


def age(city: City, on: date) -> Ageing:
    (one,) = find_ageing(city.session, by=city.auditor, on=on, partner_id=city.partner.id)
    return one


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-30, "not_due"), (0, "not_due"), (1, "days_1_7"), (7, "days_1_7"), (8, "days_8_15"), (15, "days_8_15"),
        (16, "days_16_30"), (30, "days_16_30"), (31, "days_31_60"), (60, "days_31_60"), (61, "days_over_60"),
    ],
)  # fmt: skip
def test_each_bucket_holds_its_first_and_last_day(days: int, bucket: str):
    assert find_bucket(DUE_ON, on=DUE_ON + timedelta(days)) == bucket


def test_what_is_open_is_aged_by_the_agreed_day_and_by_the_law(city: City, files: Files, head: Actor):
    carry_over(
        city, files, head,
        "nota,P1,1,,2026-08-31,2026-09-15,100000", "nota,P1,2,,2026-07-31,2026-09-15,50000", "nota,P2,3,,2026-08-31,2026-08-31,7000",
    )  # fmt: skip
    pay(city, "NP-2026-000001", 40_000, on=date(2026, 9, 3))
    one = age(city, date(2026, 9, 16))
    # By agreement 60.000 + 50.000 are one day late, and 7.000 sixteen. By law the bills of 31 August were due on 15
    # September, so are one day late, and that of 31 July on 15 August, 32 days before.
    assert {bucket: amount for bucket, amount in one.agreed_rp.items() if amount} == {
        Bucket.WEEK: 110_000, Bucket.MONTH: 7_000,
    }  # fmt: skip
    assert {bucket: amount for bucket, amount in one.legal_rp.items() if amount} == {
        Bucket.WEEK: 67_000, Bucket.TWO_MONTHS: 50_000,
    }  # fmt: skip
    assert (one.owed_rp, one.late_rp, one.carried_rp, one.oldest_due_on) == (117_000, 117_000, 0, date(2026, 8, 31))
    assert age(city, DUE_ON).agreed_rp[Bucket.NOT_DUE] == 110_000  # on its last day nothing is late
    (row,) = list_ageing([one], by_law=True)
    assert (row["days_1_7"], row["days_31_60"], row["late_rp"]) == (67_000, 50_000, 117_000)


def test_the_law_counts_from_the_day_of_the_closing_in_the_regions_zone(city: City, clock: Clock, tmp_path: Path):
    clock.day = date(2026, 10, 5)
    city.post(write_csv(tmp_path, line("2026-09-05")))
    statement = close(city, SEPTEMBER)[0]
    assert statement.due_on == date(2026, 10, 20)
    (bill,) = age(city, date(2026, 11, 1)).bills
    assert (bill.issued_on, bill.legal_on, bill.open_rp) == (date(2026, 10, 5), date(2026, 10, 20), 14_625)


def test_how_fast_a_partner_pays_weighs_each_rupiah(city: City, files: Files, head: Actor):
    carry_over(city, files, head, "nota,P1,1,,2026-08-31,2026-09-15,100000", "nota,P2,2,,2026-08-31,2026-09-15,300000")
    assert age(city, DUE_ON).promptness.average_days is None
    pay(city, "NP-2026-000001", 100_000, on=date(2026, 9, 15), cause="notice:1")  # 15 days, on time
    pay(city, "NP-2026-000002", 300_000, on=date(2026, 9, 30), cause="notice:2")  # 30 days, late
    # (100.000 x 15 + 300.000 x 30) / 400.000 = 26,25 days; a quarter came on time.
    promptness = age(city, date(2026, 10, 1)).promptness
    assert (promptness.paid_rp, promptness.average_days, promptness.on_time_bp) == (400_000, 26, 2_500)
    take_back(city.session, by=city.finance, cause="notice:2", booked_on=date(2026, 10, 2), reason="uji")
    assert age(city, date(2026, 10, 2)).promptness == type(promptness)(100_000, 15, 10_000)
    # Six months later the first payment's day is outside.
    assert age(city, date(2027, 3, 15)).promptness.paid_rp == 0
    assert age(city, date(2027, 3, 14)).promptness.paid_rp == 100_000


def test_what_was_paid_before_its_statement_counts_as_no_days(city: City, clock: Clock, tmp_path: Path):
    clock.day = date(2026, 10, 5)
    city.post(write_csv(tmp_path, line("2026-09-05")))
    number = close(city, SEPTEMBER)[0].number
    pay(city, number, 4_625, on=date(2026, 10, 3), cause="notice:1")
    # Two days before the statement: 0 days, not -2.
    assert age(city, date(2026, 11, 1)).promptness.average_days == 0
    pay(city, number, 10_000, on=date(2026, 10, 9), cause="notice:2")
    # (4.625 x 0 + 10.000 x 4) / 14.625 = 2,74 days.
    assert age(city, date(2026, 11, 1)).promptness.average_days == 3


def test_the_trend_tells_what_was_late_at_each_months_end(city: City, files: Files, head: Actor):
    carry_over(city, files, head, "nota,P1,1,,2026-08-31,2026-09-15,100000")
    pay(city, "NP-2026-000001", 30_000, on=date(2026, 10, 10))
    assert find_trend(city.session, by=city.auditor, on=date(2026, 11, 5)) == [
        (date(2026, 6, 30), 0), (date(2026, 7, 31), 0), (date(2026, 8, 31), 0), (date(2026, 9, 30), 100_000),
        (date(2026, 10, 31), 70_000), (date(2026, 11, 5), 70_000),
    ]  # fmt: skip


def test_months_are_counted_back_across_a_year_and_to_shorter_ones():
    assert go_back_months(date(2026, 3, 31)) == date(2025, 9, 30)
    assert go_back_months(date(2026, 8, 30)) == date(2026, 2, 28)
    assert find_month_ends(date(2026, 1, 1), months=3) == [date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 1)]


@pytest.mark.parametrize(
    ("sent", "step", "from_on"),
    [
        ([], "friendly", DUE_ON),
        ([("friendly", 15)], "first", date(2026, 9, 22)),
        ([("friendly", 15), ("first", 22)], "second", date(2026, 9, 29)),
        ([("friendly", 1), ("first", 8), ("second", 15)], "letter", date(2026, 9, 22)),
        ([("letter", 22)], "letter", date(2026, 10, 22)),
    ],
)
def test_each_step_comes_after_the_one_before_and_some_days(sent: list[tuple[str, int]], step: str, from_on: date):
    steps = [SentStep(Step(one), date(2026, 9, day)) for one, day in sent]
    assert find_next_step(steps, oldest_due_on=DUE_ON) == NextStep(Step(step), from_on)


def test_a_partner_is_reminded_step_by_step(city: City, files: Files, head: Actor, clock: Clock):
    statements = carry_over(
        city, files, head, "nota,P1,1,,2026-08-31,2026-09-15,100000", "nota,P2,2,,2026-08-31,2026-09-20,5000"
    )

    def send(step: Step, day: date) -> int:
        clock.day = day
        return send_reminder(city.session, by=city.finance, partner_id=city.partner.id, step=step).id

    with pytest.raises(NothingLate):
        send(Step.FRIENDLY, date(2026, 9, 14))
    with pytest.raises(ReminderTooEarly):
        send(Step.FIRST, DUE_ON)
    friendly = send(Step.FRIENDLY, DUE_ON)
    assert send(Step.FRIENDLY, DUE_ON) == friendly  # pressed twice
    for step, day in ((Step.FIRST, DUE_ON), (Step.FIRST, date(2026, 9, 21)), (Step.FRIENDLY, date(2026, 9, 22))):
        with pytest.raises(ReminderTooEarly):
            send(step, day)
    send(Step.FIRST, date(2026, 9, 22))
    send(Step.SECOND, date(2026, 9, 29))
    with pytest.raises(ReminderTooEarly):
        send(Step.LETTER, date(2026, 10, 5))
    send(Step.LETTER, date(2026, 10, 6))
    sent = find_reminders(city.session, by=city.auditor, partner_id=city.partner.id)
    assert [(one.step, one.amount_rp, one.statements) for one in sent] == [
        ("letter", 105_000, 2), ("second", 105_000, 2), ("first", 105_000, 2), ("friendly", 100_000, 1),
    ]  # fmt: skip
    parts = city.session.scalars(
        select(PaymentReminderStatement.open_rp).where(PaymentReminderStatement.reminder_id == sent[0].id)
    ).all()
    assert sorted(parts) == [5_000, 100_000]
    notices = city.session.execute(select(Notice.kind, Notice.recipient).where(Notice.kind.like("settlement.%l%t%r")))
    assert ("settlement.late_letter", "role:head") in [tuple(one) for one in notices]
    # What the letter was about is paid, so the next statement that falls due begins anew.
    for one in statements:
        pay(city, one.number, one.due_rp, on=date(2026, 10, 7), cause=f"notice:{one.number}")
    with pytest.raises(NothingLate):
        send(Step.LETTER, date(2026, 12, 1))
    finish(city.session)
    checks = (*OF_LEDGER, *OF_SETTLEMENT, *OF_CARRIED)  # these payments have no notice behind them
    assert [breach for check in checks for breach in check(city.session)] == []


def test_only_finance_reminds_and_partners_read_nothing_of_it(city: City, head: Actor):
    for by in (head, city.admin):
        with pytest.raises(NotAllowed):
            send_reminder(city.session, by=by, partner_id=city.partner.id, step=Step.FRIENDLY)
    assert find_ageing(city.session, by=head, on=DUE_ON)[0].owed_rp == 0


def test_finance_is_told_once_a_day_from_eight_on_whom_to_remind(city: City, files: Files, head: Actor):
    carry_over(city, files, head, "nota,P1,1,,2026-08-31,2026-09-15,100000")
    # Eight o'clock in Balikpapan is midnight in UTC.
    assert propose_reminders(city.session, now=datetime(2026, 9, 14, 23, 59, tzinfo=UTC)) == 0
    assert propose_reminders(city.session, now=datetime(2026, 9, 15, 0, tzinfo=UTC)) == 1
    assert propose_reminders(city.session, now=datetime(2026, 9, 15, 9, tzinfo=UTC)) == 0
    assert propose_reminders(city.session, now=datetime(2026, 9, 16, 9, tzinfo=UTC)) == 1
    city.session.flush()
    told = city.session.scalars(select(Notice).where(Notice.kind == "settlement.reminders_due")).all()
    assert [one.recipient for one in told] == ["role:dinas_finance"] * 2
    assert told[0].facts["partners"] == [
        {"partner_code": "BM", "partner": "Beruang Mart", "step": "friendly", "amount_rp": 100_000}
    ]
    assert find_reminders(city.session, by=city.auditor, partner_id=city.partner.id) == []


def test_nothing_is_proposed_of_what_is_due_tomorrow(city: City, files: Files, head: Actor):
    carry_over(city, files, head, "nota,P1,1,,2026-08-31,2026-09-15,100000")
    assert find_proposals(city.session, on=date(2026, 9, 14)) == []
    (one,) = find_proposals(city.session, on=DUE_ON)
    assert (one.next, one.amount_rp) == (NextStep(Step.FRIENDLY, DUE_ON), 100_000)


BILLS = st.lists(
    st.tuples(st.sampled_from(["P1", "P2"]), st.integers(1, 400_000), st.integers(-20, 90), st.integers(0, 100)), min_size=1, max_size=8
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bills=BILLS, correction=st.integers(-500_000, 100_000), on=st.dates(date(2026, 9, 1), date(2027, 1, 31)))
def test_the_buckets_come_to_what_the_ledger_says_is_owed(  # noqa: PLR0917  # fixtures and what Hypothesis gives
    city: City, files: Files, clock: Clock, bills: Sequence[tuple[str, int, int, int]], correction: int, on: date
):
    with city.session.begin_nested() as tried:
        clock.day = date(2026, 9, 2)
        head = add_head(city)
        rows = [
            f"nota,{code},{place},,2026-08-01,{date(2026, 9, 15) + timedelta(late - 5)},{amount}"
            for place, (code, amount, late, _) in enumerate(bills)
        ]
        statements = carry_over(city, files, head, *rows)
        for place, (one, (_, amount, _, percent)) in enumerate(zip(statements, bills, strict=True)):
            if paid := amount * percent // 100:
                pay(city, one.number, paid, on=date(2026, 9, 3), cause=f"notice:{place}")
        if correction:
            proposed = propose_adjustment(
                city.session, by=city.finance, partner_id=city.partner.id, producer_id=city.producers[0].id,
                amount_rp=correction, reason="uji",
            )  # fmt: skip
            decide_adjustment(city.session, by=head, adjustment_id=proposed.id, approve=True)
            clock.day = date(2026, 10, 2)
            close(city, SEPTEMBER)
        ageing = age(city, on)
        carried = min(correction, 0)
        owed = sum(one.amount.amount for one in find_balances(city.session, kind=AccountKind.PARTNER_OWES))
        assert sum(ageing.agreed_rp.values()) == sum(ageing.legal_rp.values()) == owed - carried
        assert sum(bill.open_rp for bill in ageing.bills) == ageing.open_rp
        assert (ageing.owed_rp, ageing.carried_rp) == (owed, carried)
        tried.rollback()
        city.session.expunge_all()
