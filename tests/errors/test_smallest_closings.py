"""Each error code about closings and drafts has its smallest failing case here."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consign.errors import ConsignError
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.queries import get_region_terms
from consign.settlement.actions import close_period
from consign.settlement.drafting import get_draft
from consign.settlement.preparing import prepare_closing, withdraw_plan
from tests.builders import KERIPIK, City, write_csv

SEPTEMBER = date(2026, 9, 30)


@pytest.fixture
def sold(city: City, tmp_path: Path) -> City:
    """Sell one thing in a region that closes by two people."""
    get_region_terms(city.session).closes_by_two = True
    city.post(write_csv(tmp_path, f"2026-09-05,T1,S1,{KERIPIK},Keripik,1,15000,15000"))
    return city


def prepare(city: City) -> None:
    prepare_closing(city.session, by=city.finance, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason="uji")


def close_what_nobody_prepared(city: City) -> None:
    close_period(city.session, by=city.finance, partner_id=city.partner.id, until=SEPTEMBER, incomplete_reason="uji")


def close_what_one_prepared_oneself(city: City) -> None:
    prepare(city)
    close_what_nobody_prepared(city)


def close_what_changed(city: City) -> None:
    prepare(city)
    add_user(city.session, by=city.admin, login="kedua@dinas.example", name="Dewi", role=Role.DINAS_FINANCE)
    city.session.connection().exec_driver_sql("UPDATE closing_plan SET figures = '{}'")
    city.session.expire_all()
    close_period(
        city.session, by=get_actor(city.session, "kedua@dinas.example"), partner_id=city.partner.id, until=SEPTEMBER,
        incomplete_reason="uji",
    )  # fmt: skip


def withdraw_nothing(city: City) -> None:
    withdraw_plan(city.session, by=city.finance, partner_id=city.partner.id)


def draft_for_nobody(city: City) -> None:
    get_draft(city.session, by=city.finance, partner_code="BM", producer_code="P9")


CASES: dict[str, Callable[[City], None]] = {
    "settlement.not_prepared": close_what_nobody_prepared,
    "settlement.same_person": close_what_one_prepared_oneself,
    "settlement.plan_changed": close_what_changed,
    "settlement.plan_unknown": withdraw_nothing,
    "settlement.draft_unknown": draft_for_nobody,
}


@pytest.mark.parametrize("code", CASES)
def test_an_act_on_a_closing_is_refused_for_its_reason(sold: City, code: str):
    with pytest.raises(ConsignError) as refused:
        CASES[code](sold)
    assert refused.value.code == code
    assert any(word in str(refused.value) for word in ("nothing was changed", "nothing was closed"))
