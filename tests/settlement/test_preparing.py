"""A closing that one person prepares and another countersigns: just what was prepared, or nothing."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from consign.checks import CHECKS
from consign.db import finish, savepoint
from consign.errors import NeedsDecision, NotAllowed
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.outbox import Notice
from consign.models.settlement import Closing, ClosingPlan, Statement
from consign.partners.queries import get_region_terms
from consign.sales.ending import reverse_upload
from consign.settlement.actions import close_period
from consign.settlement.preparing import find_changes, find_waiting_plans, prepare_closing, withdraw_plan
from consign.settlement.queries import get_statement_figures
from consign.settlement.rules import (
    ClosedByPreparer,
    ClosedLater,
    ClosingNotPrepared,
    PlanChanged,
    PlanUnknown,
)
from tests.builders import KERIPIK, SAMBAL, City, write_csv

SEPTEMBER = date(2026, 9, 30)
PLANTED = {
    "settlement.cut": ["UPDATE closing SET movement_id = movement_id + 1"],
    "settlement.two_people": ["UPDATE closing SET prepared_by = closed_by"],
    "settlement.plan": [
        """INSERT INTO closing_plan (partner_id, until_on, figures, prepared_by, prepared_at, outcome, ended_by, ended_at)
           SELECT partner_id, until_on + 1, '{}', closed_by, closed_at, 'closed', closed_by, closed_at FROM closing"""
    ],
}


@pytest.mark.parametrize("code", PLANTED)
@pytest.mark.usefixtures("sold")
def test_a_planted_breach_is_found_and_named(city: City, code: str):
    for until in (SEPTEMBER, date(2026, 10, 31)):
        close_period(city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji")
        finish(city.session)
    city.session.execute(text("SELECT set_config('role', 'none', true)"))
    for statement in PLANTED[code]:
        city.session.connection().exec_driver_sql(statement)
    city.session.expire_all()
    assert code in {breach.code for check in CHECKS for breach in check(city.session)}


@pytest.fixture
def other(city: City) -> Actor:
    """Let the region close by two people; return the second one of dinas finance."""
    get_region_terms(city.session).closes_by_two = True
    add_user(city.session, by=city.admin, login="kedua@dinas.example", name="Dewi Lestari", role=Role.DINAS_FINANCE)
    return get_actor(city.session, "kedua@dinas.example")


@pytest.fixture
def sold(city: City, tmp_path: Path) -> int:
    """Sell in September; return the id of the upload."""
    rows = (f"2026-09-05,T1,S1,{KERIPIK},Keripik,3,15000,45000", f"2026-09-06,T2,S2,{SAMBAL},Sambal,2,22500,45000")
    return city.post(write_csv(tmp_path, *rows)).upload_id


def prepare(city: City, *, by: Actor | None = None, reason: str | None = "berkas hilang") -> ClosingPlan:
    return prepare_closing(
        city.session, by=by or city.finance, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason=reason
    )


def close(city: City, *, by: Actor, reason: str | None = None) -> list[Statement]:
    with savepoint(city.session):
        return close_period(city.session, by=by, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason=reason)


@pytest.mark.usefixtures("sold")
def test_another_person_closes_what_was_prepared(city: City, other: Actor):
    plan = prepare(city)
    # 90.000 sold, 2,5 % of 45.000 twice: 1.125 each.
    assert (plan.figures["sales_rp"], plan.figures["due_rp"], plan.figures["statements"]) == (90_000, 87_750, 2)
    assert city.session.scalar(select(func.count()).select_from(Closing)) == 0
    statement = close(city, by=other)[0]
    closing = city.session.scalars(select(Closing)).one()
    assert (closing.prepared_by, closing.closed_by) == (city.finance.user_id, other.user_id)
    assert closing.incomplete_reason == "berkas hilang"
    assert (plan.outcome, plan.ended_by) == ("closed", other.user_id)
    figures = get_statement_figures(city.session, by=city.finance, number=statement.number)
    assert (figures.prepared_by, figures.closed_by) == ("Bagus Prakoso", "Dewi Lestari")
    finish(city.session)
    assert [breach for check in CHECKS for breach in check(city.session)] == []


@pytest.mark.usefixtures("sold")
def test_who_prepared_it_cannot_close_it_and_nobody_can_before(city: City, other: Actor):
    with pytest.raises(ClosingNotPrepared, match="nothing was closed"):
        close(city, by=other, reason="uji")
    prepare(city)
    with pytest.raises(ClosedByPreparer, match="nothing was closed"):
        close(city, by=city.finance)
    assert city.session.scalar(select(func.count()).select_from(Statement)) == 0


def test_a_closing_that_comes_to_anything_else_is_refused_and_says_what(
    city: City, other: Actor, sold: int, tmp_path: Path
):
    plan = prepare(city)
    city.post(write_csv(tmp_path, f"2026-09-07,T1,S3,{KERIPIK},Keripik,1,15000,15000", name="more.csv"))
    with pytest.raises(PlanChanged, match=r"sales_rp: Rp105\.000 instead of Rp90\.000") as refused:
        close(city, by=other)
    assert "nothing was closed" in str(refused.value)
    assert city.session.scalar(select(func.count()).select_from(Statement)) == 0
    city.session.refresh(plan)
    assert plan.outcome == "waiting"
    again = prepare(city, by=other)
    city.session.refresh(plan)
    assert (plan.outcome, again.outcome) == ("withdrawn", "waiting")
    assert len(close(city, by=city.finance)) == 2
    assert sold


def test_two_statements_that_change_against_each_other_are_noticed(city: City, other: Actor, sold: int, tmp_path: Path):
    prepare(city)
    reverse_upload(city.session, by=city.finance, upload_id=sold, reason="uji")
    # The same sums, but of one producer more and of the other less; and twice the lines.
    rows = (f"2026-09-05,T1,S5,{KERIPIK},Keripik,6,15000,90000",)
    city.post(write_csv(tmp_path, *rows, name="other.csv"))
    with pytest.raises(PlanChanged):
        close(city, by=other)
    assert find_changes({"sales_rp": 1}, {"sales_rp": 1}) == []


@pytest.mark.usefixtures("sold", "other")
def test_preparing_twice_is_once_and_a_plan_can_be_withdrawn(city: City):
    plan = prepare(city)
    assert prepare(city) is plan
    (waiting,) = find_waiting_plans(city.session, by=city.finance)
    assert (waiting.partner_code, waiting.prepared_by, waiting.until_on) == ("BM", "Bagus Prakoso", SEPTEMBER)
    withdraw_plan(city.session, by=city.finance, partner_id=city.partner.id)
    assert (plan.outcome, plan.ended_by) == ("withdrawn", city.finance.user_id)
    assert find_waiting_plans(city.session, by=city.finance) == []
    with pytest.raises(PlanUnknown, match="nothing was changed"):
        withdraw_plan(city.session, by=city.finance, partner_id=city.partner.id)


@pytest.mark.usefixtures("sold")
def test_what_is_missing_needs_a_reason_to_be_prepared(city: City, other: Actor):
    with pytest.raises(NeedsDecision):
        prepare(city, reason=None)
    with pytest.raises(NotAllowed):
        prepare(city, by=city.auditor)
    prepare(city)
    close(city, by=other)
    with pytest.raises(ClosedLater, match="nothing was closed"):
        prepare(city)


@pytest.mark.usefixtures("sold", "other")
def test_the_others_of_finance_are_told(city: City):
    prepare(city)
    notice = city.session.scalars(select(Notice).where(Notice.kind == "settlement.prepared")).one()
    assert (notice.recipient, notice.facts["due_rp"], notice.facts["until"]) == (
        "role:dinas_finance",
        87_750,
        "2026-09-30",
    )


@pytest.mark.usefixtures("sold")
def test_a_region_that_closes_alone_needs_no_plan(city: City):
    assert len(close(city, by=city.finance, reason="uji")) == 2
    assert city.session.scalars(select(Closing.prepared_by)).one() is None
