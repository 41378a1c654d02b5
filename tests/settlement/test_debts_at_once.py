"""Confirming, handing in, deciding, disputing and reminding at the same moment: one is first, and the other sees it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign.checks import CHECKS
from consign.db import Database
from consign.errors import ConsignError
from consign.files import Files
from consign.identity.rules import Actor, Role
from consign.ledger.queries import find_balances
from consign.ledger.rules import AccountKind
from consign.models.settlement import CarryOver, Closing, Dispute, PaymentReminder
from consign.settlement.actions import close_period
from consign.settlement.carrying_over import confirm_carry_over, withdraw_carry_over
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.disputing import raise_dispute
from consign.settlement.late_rules import Step
from consign.settlement.reminding import send_reminder
from tests.builders import City, build_city
from tests.conftest import REGION
from tests.settlement.carrying import add_head, carry_over, hand_in, set_clock
from tests.settlement.test_disputing import add_person

Act = Callable[[Session], object]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, date(2026, 10, 5))


def at_once(database: Database, *acts: Act) -> list[object]:
    """Do *acts* at once, each in its own transaction; return answers and codes of errors."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> object:
        try:
            with database.transaction(REGION) as session:
                barrier.wait()
                return act(session)
        except ConsignError as error:
            return error.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def build(database: Database) -> tuple[City, Actor]:
    with database.transaction(REGION) as session:
        city = build_city(session)
        return city, add_head(city)


def assert_sound(database: Database) -> None:
    with database.transaction(REGION) as session:
        assert [str(breach) for check in CHECKS for breach in check(session)] == []


def count(database: Database, what: object) -> int:
    with database.transaction(REGION) as session:
        return session.scalar(select(func.count()).select_from(what)) or 0  # type: ignore[arg-type]


def test_confirmed_by_many_at_once_it_is_posted_once(database: Database, files: Files):
    city, head = build(database)
    with database.transaction(REGION) as session:
        city.session = session
        kept_id = hand_in(city, files).id

    def confirm(session: Session) -> object:
        return [one.number for one in confirm_carry_over(session, by=head, carry_over_id=kept_id)]

    answers = at_once(database, *[confirm] * 4)
    assert answers == [["NP-2026-000001", "NP-2026-000002", "NP-2026-000003"]] * 4
    with database.transaction(REGION) as session:
        owed = [one.amount.amount for one in find_balances(session, kind=AccountKind.PARTNER_OWES)]
    assert (owed, count(database, Closing)) == ([350_000, 75_500], 1)
    assert_sound(database)


def test_confirming_and_withdrawing_and_closing_at_once_end_in_one_of_them(database: Database, files: Files):
    city, head = build(database)
    with database.transaction(REGION) as session:
        city.session = session
        kept_id = hand_in(city, files).id

    def confirm(session: Session) -> object:
        return len(confirm_carry_over(session, by=head, carry_over_id=kept_id))

    def withdraw(session: Session) -> object:
        return withdraw_carry_over(session, by=city.finance, carry_over_id=kept_id).outcome

    def close(session: Session) -> object:
        return len(
            close_period(
                session, by=city.finance, partner_id=city.partner.id, until=date(2026, 9, 30), incomplete_reason="uji"
            )
        )

    confirmed, withdrawn, closed = at_once(database, confirm, withdraw, close)
    assert closed == 2
    assert (confirmed == 3) + (withdrawn == "withdrawn") == 1 or confirmed == "settlement.partner_closed_before"
    assert_sound(database)


def test_handed_in_by_two_at_once_one_is_kept(database: Database, files: Files):
    city, _ = build(database)

    def hand(session: Session) -> object:
        own = City(
            session, city.admin, city.finance, city.auditor, city.partner, city.stores, city.producers, city.products
        )
        return hand_in(own, files).outcome

    assert sorted(map(str, at_once(database, hand, hand))) == ["settlement.carry_over_stands", "waiting"]
    assert count(database, CarryOver) == 1


def test_a_correction_is_decided_once(database: Database):
    city, head = build(database)
    with database.transaction(REGION) as session:
        proposed = propose_adjustment(
            session, by=city.finance, partner_id=city.partner.id, producer_id=city.producers[0].id, amount_rp=1,
            reason="uji",
        ).id  # fmt: skip

    def decide(by: Actor, *, approve: bool) -> Act:
        return lambda session: decide_adjustment(session, by=by, adjustment_id=proposed, approve=approve).outcome

    answers = at_once(database, decide(head, approve=True), decide(city.finance, approve=False))
    assert sorted(map(str, answers)) in (
        ["approved", "settlement.adjustment_decided"], ["refused", "settlement.adjustment_decided"],
    )  # fmt: skip


def test_disputed_by_both_parties_at_once_one_is_kept(database: Database, files: Files):
    city, head = build(database)
    with database.transaction(REGION) as session:
        city.session = session
        number = carry_over(city, files, head)[0].number
        owner = add_person(city, "pemilik@umkm.example", Role.PRODUCER, producer_id=city.producers[0].id)
        chain = add_person(city, "keuangan@mitra.example", Role.PARTNER_FINANCE, partner_id=city.partner.id)

    def dispute(by: Actor) -> Act:
        return lambda session: (
            raise_dispute(session, by=by, number=number, line=None, expected="", reason="uji").outcome
        )

    assert sorted(map(str, at_once(database, dispute(owner), dispute(chain)))) == [
        "settlement.dispute_stands",
        "waiting",
    ]
    assert count(database, Dispute) == 1


def test_reminded_by_two_at_once_it_is_one_reminder(database: Database, files: Files):
    city, head = build(database)
    with database.transaction(REGION) as session:
        city.session = session
        carry_over(city, files, head)

    def remind(session: Session) -> object:
        return send_reminder(session, by=city.finance, partner_id=city.partner.id, step=Step.FRIENDLY).id

    first, second = at_once(database, remind, remind)
    assert first == second
    assert count(database, PaymentReminder) == 1
    assert count(database, text("notice WHERE kind = 'settlement.payment_reminder'")) == 1
    assert_sound(database)
