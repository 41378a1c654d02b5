"""What may be changed later, what never, and that each change is recorded with what was before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from consign import clock
from consign.db import Database, finish
from consign.errors import BadInput, NotAllowed
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.models.partners import Agreement, RegionTerms
from consign.partners import actions
from consign.partners.agreeing import add_agreement, end_agreement
from consign.partners.checks import CHECKS
from consign.partners.queries import get_partner, get_producer, lock_partner
from consign.partners.rules import (
    AgreementMissing,
    AgreementOverlaps,
    AgreementsOutside,
    FeeOutOfBounds,
    NibInvalid,
    NibTaken,
    PeriodClosed,
    ProducerMissing,
    RegencyUnknown,
    RegionSettings,
    refuse_change_in_closed_period,
)
from tests.builders import ADMIN, OPENED, City, build_city, terms
from tests.conftest import REGION
from tests.identity.people import events, wait_for_a_waiter

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)
SETTINGS = {
    "fee_from_bp": 200,
    "fee_to_bp": 500,
    "office_name": "Dinas Koperasi",
    "office_contact": "Jalan Contoh 1",
    "zone": "Asia/Makassar",
    "halal_blocks": True,
    "loss_contest_days": 7,
    "pull_back_days": 7,
    "fee_source": "",
    "closes_by_two": False,
    "dispute_days": 7,
    "silent_days": 7,
    "account_wait_days": 3,
    "near_amount_rp": 6_500,
    "legal_term_days": 15,
}


def set_terms(city: City, *, by: Actor | None = None, **changed: Any) -> None:
    """Change the region's settings, all others as in `SETTINGS`."""
    actions.change_region_terms(city.session, by=by or city.admin, settings=RegionSettings(**{**SETTINGS, **changed}))


def last_event(city: City) -> tuple[str, str, dict[str, object]]:
    finish(city.session)
    act, subject, by, detail = events(city.session)[-1]
    assert by == city.admin.user_id
    return act, subject, detail


def test_a_producers_name_owner_and_phone_may_be_corrected(city: City):
    producer = city.producers[0]
    facts = {"by": city.admin, "producer_id": producer.id, "name": " Dapur  Baru ", "phone": "0812 345 678"}
    facts |= {"regency": None, "is_entity": False}
    actions.change_producer(city.session, owner_name="Siti", **facts)
    assert (producer.name, producer.owner_name, producer.phone) == ("Dapur Baru", "Siti", "+62812345678")
    assert last_event(city) == (
        "producer changed",
        f"producer:{producer.id}",
        {
            "before": {"name": "Dapur 1", "owner_name": None, "phone": None},
            "after": {"name": "Dapur Baru", "owner_name": "Siti", "phone": "+62812345678"},
        },
    )
    actions.change_producer(city.session, owner_name=None, **facts)
    assert last_event(city)[2] == {"before": {"owner_name": "Siti"}, "after": {"owner_name": None}}
    many = len(events(city.session))
    actions.change_producer(city.session, owner_name=None, **facts)  # the same again
    finish(city.session)
    assert len(events(city.session)) == many
    for wrong in ({"name": ""}, {"phone": "0812"}, {"phone": "siti@umkm.example"}):
        with pytest.raises(BadInput):
            actions.change_producer(city.session, owner_name=None, **{**facts, **wrong})
    with pytest.raises(ProducerMissing):
        actions.change_producer(city.session, owner_name=None, **{**facts, "producer_id": 999_999})


def due(city: City) -> list[int]:
    """Take away and return whose products are to be judged again."""
    finish(city.session)
    return sorted(city.session.scalars(text("DELETE FROM eligibility_due RETURNING producer_id")))


def test_where_a_producer_works_and_what_it_is_decide_about_its_papers(city: City):
    session, producer = city.session, city.producers[0]
    due(city)
    facts = {"by": city.admin, "producer_id": producer.id, "name": "Dapur 1", "owner_name": None, "phone": None}
    actions.change_producer(session, regency="64.72", is_entity=True, **facts)
    assert (producer.regency, producer.is_entity) == ("6472", True)
    assert due(city) == [producer.id]
    actions.change_producer(session, regency="6472", is_entity=True, **facts)  # the same again
    assert due(city) == []
    actions.change_producer(session, regency=None, is_entity=False, **facts)
    assert (producer.regency, due(city)) == (None, [producer.id])
    actions.set_nib(session, by=city.admin, producer_id=producer.id, nib="9120001234567")
    assert due(city) == [producer.id]
    for wrong in ("647", "64711", "kota", "٦٤٧١"):
        with pytest.raises(RegencyUnknown, match="nothing was changed"):
            actions.change_producer(session, regency=wrong, is_entity=False, **facts)
    added = actions.add_producer(
        session, by=city.admin, code="P8", name="Dapur 8", nib=None, regency="64.74", is_entity=True
    )
    assert (added.regency, added.is_entity) == ("6474", True)


def test_a_nib_may_come_later(city: City):
    producer = actions.add_producer(city.session, by=city.admin, code="P9", name="Dapur 9", nib=None)
    facts = {"by": city.admin, "producer_id": producer.id}
    with pytest.raises(NibInvalid):
        actions.set_nib(city.session, nib="1", **facts)
    with pytest.raises(NibTaken):
        actions.set_nib(city.session, nib=city.producers[0].nib or "", **facts)
    for _ in range(2):
        actions.set_nib(city.session, nib="9120.0012.34567", **facts)
    assert last_event(city)[2] == {"before": {"nib": None}, "after": {"nib": "9120001234567"}}


def test_a_partner_and_a_store_may_be_called_otherwise(city: City):
    actions.change_partner(city.session, by=city.admin, partner=city.partner, name="Beruang Baru")
    expected = {"before": {"name": "Beruang Mart"}, "after": {"name": "Beruang Baru"}}
    assert last_event(city) == ("partner changed", f"partner:{city.partner.id}", expected)
    store = city.stores[0]
    actions.change_store(city.session, by=city.admin, store=store, name="Gerai Satu")
    expected = {"before": {"name": "Gerai T1"}, "after": {"name": "Gerai Satu"}}
    assert last_event(city) == ("store changed", f"store:{store.id}", expected)
    for name in ("", " \t", "x" * 121):
        with pytest.raises(BadInput):
            actions.change_partner(city.session, by=city.admin, partner=city.partner, name=name)
        with pytest.raises(BadInput):
            actions.change_store(city.session, by=city.admin, store=store, name=name)


def test_a_store_closes_on_a_day_and_may_open_again(city: City):
    store = city.stores[0]
    with pytest.raises(BadInput):
        actions.close_store(city.session, by=city.admin, store=store, last_day=OPENED - timedelta(1))
    actions.close_store(city.session, by=city.admin, store=store, last_day=OCTOBER)
    expected = {"before": {"closed_on": None}, "after": {"closed_on": "2026-10-31"}}
    assert last_event(city) == ("store closed", f"store:{store.id}", expected)
    actions.close_store(city.session, by=city.admin, store=store, last_day=None)
    assert store.closed_on is None
    assert last_event(city)[0] == "store opened again"


def test_nobody_else_changes_any_of_it(city: City):
    session, store = city.session, city.stores[0]
    agreement = session.query(Agreement).first()
    assert agreement is not None
    producer = {"producer_id": city.producers[0].id}
    facts = {"name": "X", "owner_name": None, "phone": None, "regency": None, "is_entity": False, **producer}
    for by in (city.auditor, city.finance):
        for change in (
            lambda by=by: actions.change_producer(session, by=by, **facts),
            lambda by=by: actions.set_nib(session, by=by, nib="9120001234567", **producer),
            lambda by=by: actions.change_partner(session, by=by, partner=city.partner, name="X"),
            lambda by=by: actions.change_store(session, by=by, store=store, name="X"),
            lambda by=by: actions.close_store(session, by=by, store=store, last_day=OCTOBER),
            lambda by=by: set_terms(city, by=by),
        ):
            with pytest.raises(NotAllowed):
                change()
    with pytest.raises(NotAllowed):
        end_agreement(session, by=city.auditor, agreement_id=agreement.id, last=OCTOBER, closed_until=None)


# An agreement's end.


def agreement_of(city: City) -> Agreement:
    query = city.session.query(Agreement).filter_by(producer_id=city.producers[0].id)
    return query.one()


def end(city: City, last: date | None, *, closed_until: date | None = None, agreement_id: int | None = None) -> None:
    chosen = agreement_id or agreement_of(city).id
    end_agreement(city.session, by=city.admin, agreement_id=chosen, last=last, closed_until=closed_until)


def test_an_agreement_ends_and_goes_on_again_and_nothing_else_of_it_changes(city: City):
    agreement = agreement_of(city)
    before = {key: value for key, value in vars(agreement).items() if key not in {"days", "_sa_instance_state"}}
    end(city, NOVEMBER)
    assert (agreement.days.lower, agreement.days.upper) == (OPENED, date(2026, 12, 1))
    expected = {"before": {"last": None}, "after": {"last": "2026-11-30"}}
    assert last_event(city) == ("agreement's end changed", f"agreement:{agreement.id}", expected)
    end(city, None)
    assert agreement.days.upper is None
    assert last_event(city)[2] == {"before": {"last": "2026-11-30"}, "after": {"last": None}}
    many = len(events(city.session))
    end(city, None)
    finish(city.session)
    assert len(events(city.session)) == many
    assert {key: value for key, value in vars(agreement).items() if key in before} == before


CLOSED = OCTOBER


@pytest.mark.parametrize(
    ("was", "last", "refused"),
    [
        (None, OCTOBER, False),  # the last closed day keeps its agreement; only open days lose it
        (None, OCTOBER - timedelta(1), True),
        (None, OPENED, True),
        (NOVEMBER, OCTOBER, False),
        (NOVEMBER, OCTOBER - timedelta(1), True),
        (NOVEMBER, None, False),
        (OCTOBER, None, False),
        (OCTOBER, DECEMBER, False),
        (OCTOBER - timedelta(1), None, True),  # a closed day would get an agreement that it had not
        (OCTOBER - timedelta(1), OCTOBER, True),
        (date(2026, 9, 30), date(2026, 9, 29), True),
    ],
)
def test_days_of_a_closed_period_keep_the_agreement_they_were_settled_by(
    city: City, was: date | None, last: date | None, refused: bool
):
    end(city, was)
    if refused:
        with pytest.raises(PeriodClosed, match="closed until"):
            end(city, last, closed_until=CLOSED)
    else:
        end(city, last, closed_until=CLOSED)


@pytest.mark.parametrize("closed_until", [None, date(2026, 9, 30), OCTOBER])
def test_a_day_is_refused_just_where_a_closed_day_would_change(closed_until: date | None):
    days = [None, *(date(2026, 9, 27) + timedelta(number) for number in range(40))]
    for before in days:
        for after in days:
            covered = [
                {
                    day
                    for day in days
                    if day and (last is None or day <= last) and (closed_until and day <= closed_until)
                }
                for last in (before, after)
            ]
            try:
                refuse_change_in_closed_period(before, after, closed_until=closed_until)
            except PeriodClosed:
                assert covered[0] != covered[1]
            else:
                assert covered[0] == covered[1]


def test_an_agreement_does_not_end_before_it_begins_and_there_must_be_one(city: City):
    with pytest.raises(BadInput):
        end(city, OPENED - timedelta(1))
    end(city, OPENED)  # one day is enough
    with pytest.raises(AgreementMissing):
        end(city, OCTOBER, agreement_id=999_999)


def test_an_agreement_does_not_grow_into_another_nor_past_what_the_region_allows(city: City):
    end(city, OCTOBER)
    second = add_agreement(
        city.session,
        by=city.admin,
        partner_id=city.partner.id,
        producer_id=city.producers[0].id,
        first=DECEMBER,
        last=None,
        terms=terms(300),
    )
    first = city.session.query(Agreement).order_by(Agreement.id).first()
    assert first is not None
    for last in (DECEMBER, None):
        with pytest.raises(AgreementOverlaps):
            end(city, last, agreement_id=first.id)
    assert first.days.upper == date(2026, 11, 1)
    end(city, NOVEMBER, agreement_id=first.id)
    city.session.execute(text("UPDATE region_terms SET fee_from_bp = 400"))
    with pytest.raises(FeeOutOfBounds):
        end(city, NOVEMBER + timedelta(1), agreement_id=first.id)
    end(city, OCTOBER, agreement_id=first.id)  # to end it is always allowed
    end(city, DECEMBER, agreement_id=second.id)


def test_an_agreement_does_not_end_while_its_partner_is_being_closed(database: Database):
    with database.transaction(REGION) as session:
        agreement_id = agreement_of(build_city(session)).id

    def finish_agreement() -> None:
        with database.transaction(REGION) as session:
            by = get_actor(session, ADMIN)
            end_agreement(session, by=by, agreement_id=agreement_id, last=OCTOBER, closed_until=None)

    with ThreadPoolExecutor(1) as threads:
        with database.transaction(REGION) as closing:
            lock_partner(closing, get_partner(closing, "BM").id)
            ending = threads.submit(finish_agreement)
            wait_for_a_waiter(closing)
            assert not ending.done()
        ending.result()


# The region's settings.


def test_the_regions_settings_are_changed_and_recorded(city: City):
    set_terms(city, fee_to_bp=600)
    act, subject, detail = last_event(city)
    assert (act, subject) == ("region's settings changed", "region")
    assert detail == {
        "before": {"fee_to_bp": 500, "office_name": "Dinas", "office_contact": ""},
        "after": {"fee_to_bp": 600, "office_name": "Dinas Koperasi", "office_contact": "Jalan Contoh 1"},
    }
    assert city.session.get_one(RegionTerms, 1).second_factor_required  # no page and no command turns it off


def test_what_the_lack_of_a_halal_paper_means_is_settled_by_the_region(city: City):
    assert city.session.get_one(RegionTerms, 1).halal_blocks
    set_terms(city)
    due(city)
    set_terms(city, halal_blocks=False)
    assert last_event(city)[2] == {"before": {"halal_blocks": True}, "after": {"halal_blocks": False}}
    assert due(city) == sorted(producer.id for producer in city.producers)
    set_terms(city, halal_blocks=False, fee_to_bp=600)
    assert due(city) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"fee_from_bp": -1},
        {"fee_from_bp": 501},
        {"fee_to_bp": 10_001},
        {"fee_to_bp": 199},
        {"zone": "Asia/Singapore"},
        {"office_name": " "},
        {"loss_contest_days": -1},
        {"loss_contest_days": 91},
        {"pull_back_days": -1},
        {"pull_back_days": 91},
        {"dispute_days": 91},
        {"silent_days": 0},
        {"account_wait_days": -1},
        {"legal_term_days": 366},
        {"near_amount_rp": -1},
        {"near_amount_rp": 100_001},
    ],
)
def test_settings_that_cannot_be_are_refused(city: City, wrong: dict[str, Any]):
    with pytest.raises(BadInput):
        set_terms(city, **wrong)


def test_bounds_leave_no_agreement_in_force_outside(city: City):
    narrow = {"fee_from_bp": 300}
    with pytest.raises(AgreementsOutside, match="outside these bounds: 2;"):
        set_terms(city, **narrow)
    today = clock.today("Asia/Makassar")
    for agreement in city.session.query(Agreement).all():
        end(city, today, agreement_id=agreement.id)
    with pytest.raises(AgreementsOutside):  # in force today still
        set_terms(city, **narrow)
    for agreement in city.session.query(Agreement).all():
        end(city, today - timedelta(1), agreement_id=agreement.id)
    set_terms(city, **narrow)
    # What has ended keeps the bounds of its time.
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_an_agreement_is_not_made_under_bounds_that_change_at_the_same_time(database: Database):
    with database.transaction(REGION) as session:
        build_city(session, agreements=False)

    def agree() -> str:
        try:
            with database.transaction(REGION) as session:
                add_agreement(
                    session,
                    by=get_actor(session, ADMIN),
                    partner_id=get_partner(session, "BM").id,
                    producer_id=get_producer(session, "P1").id,
                    first=OPENED,
                    last=None,
                    terms=terms(250),
                )
        except FeeOutOfBounds as refusal:
            return refusal.code
        return "agreed"

    with ThreadPoolExecutor(1) as threads:
        with database.transaction(REGION) as changing:
            by = get_actor(changing, ADMIN)
            settings = RegionSettings(**{**SETTINGS, "fee_from_bp": 300})
            actions.change_region_terms(changing, by=by, settings=settings)
            agreeing = threads.submit(agree)
            wait_for_a_waiter(changing)
        assert agreeing.result() == "partners.fee_out_of_bounds"
