"""Adding producers, partners and stores: every code once, nothing blank, every act recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.partners import actions
from consign.partners.queries import find_partners, find_stores, get_partner, get_producer, get_store
from consign.partners.rules import CodeTaken, UnknownCode
from consign.period import Cycle
from tests.builders import OPENED, City


def producer(city: City, **changed: Any) -> object:
    facts = {"by": city.admin, "code": "P9", "name": "Dapur 9", "nib": "9120001234567", **changed}
    return actions.add_producer(city.session, **facts)


def partner(city: City, **changed: Any) -> object:
    facts = {"by": city.admin, "code": "HB", "name": "Hotel B", "kind": "hotel", "cycle": Cycle.WEEK, **changed}
    return actions.add_partner(city.session, **facts)


def store(city: City, **changed: Any) -> object:
    facts = {"by": city.admin, "partner_id": city.partner.id, "code": "T9", "name": "Gerai 9", "zone": "Asia/Makassar"}
    return actions.add_store(city.session, **{**facts, "opened_on": OPENED, **changed})


ADD: dict[str, Callable[..., Any]] = {"producer": producer, "partner": partner, "store": store}


@pytest.mark.parametrize("what", ADD)
def test_what_is_added_can_be_found_and_was_recorded(city: City, what: str):
    added = ADD[what](city)
    finish(city.session)
    act = city.session.execute(text("SELECT act, subject, user_id FROM audit_event ORDER BY seq DESC LIMIT 1")).one()
    assert tuple(act) == (f"{what} added", f"{what}:{added.id}", city.admin.user_id)


def test_what_was_added_is_found_by_its_code(city: City):
    added = producer(city), partner(city), store(city)
    assert get_producer(city.session, "P9") is added[0]
    assert get_partner(city.session, "HB") is added[1]
    assert get_store(city.session, partner_id=city.partner.id, code="T9") is added[2]
    assert [one.code for one in find_partners(city.session)] == ["BM", "HB"]
    assert [one.code for one in find_stores(city.session, partner_id=city.partner.id)] == ["T1", "T2", "T9"]


@pytest.mark.parametrize(("what", "code"), [("producer", "P1"), ("partner", "BM"), ("store", "T1")])
def test_a_code_is_given_once(city: City, what: str, code: str):
    with pytest.raises(CodeTaken):
        ADD[what](city, code=code)
    ADD[what](city)  # the transaction goes on


def test_a_nib_belongs_to_one_producer(city: City):
    with pytest.raises(CodeTaken):
        producer(city, nib=city.producers[0].nib)


def test_two_partners_may_use_the_same_store_code(city: City):
    other = partner(city)
    store(city, partner_id=other.id, code="T1")  # type: ignore[attr-defined]  # a partner
    with pytest.raises(UnknownCode):
        get_store(city.session, partner_id=other.id, code="T2")  # type: ignore[attr-defined]  # a partner


@pytest.mark.parametrize("what", ADD)
@pytest.mark.parametrize("blank", [{"code": ""}, {"code": " \t"}, {"name": ""}])
def test_nothing_is_added_without_a_code_and_a_name(city: City, what: str, blank: dict[str, str]):
    with pytest.raises(BadInput):
        ADD[what](city, **blank)


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("producer", {"nib": "123"}),
        ("producer", {"nib": "91200012345678"}),
        ("partner", {"kind": "warung"}),
        ("store", {"zone": "Asia/Singapore"}),
    ],
)
def test_what_cannot_be_is_refused(city: City, what: str, changed: dict[str, str]):
    with pytest.raises(BadInput):
        ADD[what](city, **changed)


def test_a_nib_is_kept_as_digits_and_may_come_later(city: City):
    assert producer(city, nib=" 9120.0012-34567 ").nib == "9120001234567"  # type: ignore[attr-defined]  # a producer
    assert producer(city, code="P10", nib=None).nib is None  # type: ignore[attr-defined]  # a producer
    assert producer(city, code="P11", nib=None).nib is None  # type: ignore[attr-defined]  # a producer


@pytest.mark.parametrize("what", ADD)
def test_an_auditor_adds_nothing(city: City, what: str):
    with pytest.raises(NotAllowed):
        ADD[what](city, by=city.auditor)


@pytest.mark.parametrize(
    "ask",
    [
        lambda city: get_producer(city.session, "p1"),
        lambda city: get_partner(city.session, "XX"),
        lambda city: get_store(city.session, partner_id=city.partner.id, code=""),
    ],
)
def test_an_unknown_code_is_said_to_be_unknown(city: City, ask: Callable[[City], object]):
    with pytest.raises(UnknownCode):
        ask(city)


def test_another_name_for_a_store_belongs_to_one_store_of_the_partner(city: City):
    first, second = city.stores
    actions.add_store_alias(city.session, by=city.admin, store=first, alias=" Sudirman ")
    actions.add_store_alias(city.session, by=city.admin, store=first, alias="Sudirman")  # the same again
    for alias in ("Sudirman", "T1", "T2"):
        with pytest.raises(CodeTaken):
            actions.add_store_alias(city.session, by=city.admin, store=second, alias=alias)
    with pytest.raises(CodeTaken):
        store(city, code="Sudirman")
    with pytest.raises(BadInput):
        actions.add_store_alias(city.session, by=city.admin, store=first, alias=" ")
    # To the letter: another case is another name.
    actions.add_store_alias(city.session, by=city.admin, store=second, alias="SUDIRMAN")
