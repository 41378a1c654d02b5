"""The head does without a paper for a while; partners ask for more than the law."""

from datetime import date, timedelta

import pytest

from compliance.facts import GoodsClass, Kind
from consign.documents.demanding import add_demand, end_demand, find_demands_of
from consign.documents.rules import DemandMissing, DocumentIncomplete, WaiverMissing
from consign.documents.waiver_lists import find_waiver_page, get_waiver_seen
from consign.documents.waiving import compute_latest_end, end_waiver, grant_waiver
from consign.errors import BadInput, NotAllowed
from consign.listing import Wish
from consign.models.documents import PaperWaiver
from consign.partners.rules import ProducerMissing
from tests.documents.papers import TODAY, Office


def grant(office: Office, **facts: object) -> PaperWaiver:
    said = {
        "by": office.head,
        "producer_id": office.producer_id,
        "product_id": None,
        "kind": Kind.HALAL,
        "reason": "Menunggu sidang fatwa",
        "from_on": TODAY,
        "until_on": TODAY + timedelta(90),
        **facts,
    }
    return grant_waiver(office.session, **said)


def seen(office: Office, on: date = TODAY, **filters: str) -> list[tuple[str, str | None, str]]:
    rows = find_waiver_page(office.session, by=office.head, on=on, wish=Wish(filters=filters)).rows
    return [(row["kind"], row["product_code"], row["state"]) for row in rows]


def test_a_waiver_holds_from_its_first_to_its_last_day(office: Office):
    waiver = grant(office, product_id=office.product_ids()[0])
    assert seen(office) == [("halal", "PRD-1", "in_force")]
    assert seen(office, TODAY - timedelta(1)) == [("halal", "PRD-1", "ahead")]
    assert seen(office, waiver.until_on) == [("halal", "PRD-1", "in_force")]
    assert seen(office, waiver.until_on + timedelta(1)) == [("halal", "PRD-1", "over")]
    assert office.notices("documents.waiver_granted")[0]["until_on"] == "2027-02-20"


def test_a_waiver_is_granted_by_the_head_alone(office: Office):
    for by in (office.verifier, office.owner, office.city.admin):
        with pytest.raises(NotAllowed):
            grant(office, by=by)
        with pytest.raises(NotAllowed):
            end_waiver(office.session, by=by, waiver_id=1, last=TODAY)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"reason": " "}, DocumentIncomplete),
        ({"until_on": TODAY - timedelta(1)}, BadInput),
        ({"until_on": date(2027, 11, 22)}, BadInput),
        ({"producer_id": 999_999}, ProducerMissing),
        ({"product_id": 999_999}, BadInput),
    ],
)
def test_a_waiver_that_cannot_be_is_refused(office: Office, facts: dict[str, object], error: type[Exception]):
    with pytest.raises(error):
        grant(office, **facts)
    assert seen(office) == []


def test_a_year_at_most(office: Office):
    assert grant(office, until_on=date(2027, 11, 21)).until_on == date(2027, 11, 21)
    assert compute_latest_end(date(2028, 2, 29)) == date(2029, 2, 28)
    assert compute_latest_end(date(2027, 3, 1)) == date(2028, 2, 29)


def test_a_waiver_ends_earlier_never_later(office: Office):
    waiver = grant(office)
    with pytest.raises(BadInput, match="already"):
        end_waiver(office.session, by=office.head, waiver_id=waiver.id, last=waiver.until_on + timedelta(1))
    for _ in range(2):
        assert end_waiver(office.session, by=office.head, waiver_id=waiver.id, last=TODAY).until_on == TODAY
    assert len(office.notices("documents.waiver_ended")) == 1
    with pytest.raises(WaiverMissing):
        end_waiver(office.session, by=office.head, waiver_id=999_999, last=TODAY)


def test_a_waiver_that_was_ended_before_its_first_day_never_held(office: Office):
    waiver = grant(office, from_on=TODAY + timedelta(10))
    end_waiver(office.session, by=office.head, waiver_id=waiver.id, last=TODAY)
    assert waiver.until_on == TODAY + timedelta(9)
    assert seen(office, TODAY) == seen(office, TODAY + timedelta(10)) == [("halal", None, "over")]


def test_waivers_are_found_by_producer_kind_and_state(office: Office):
    grant(office)
    grant(office, kind=Kind.SLHS, producer_id=office.producer_ids[1])
    assert seen(office, producer="P1") == [("halal", None, "in_force")]
    assert seen(office, kind="slhs", state="in_force") == [("slhs", None, "in_force")]
    assert seen(office, state="over") == []
    with pytest.raises(NotAllowed):
        find_waiver_page(office.session, by=office.owner, on=TODAY, wish=Wish())


def test_one_waiver_is_looked_at(office: Office):
    waiver = grant(office)
    row = get_waiver_seen(office.session, by=office.head, waiver_id=str(waiver.id), on=TODAY)
    assert (row["producer_code"], row["granted_by"], row["reason"]) == ("P1", "Head", "Menunggu sidang fatwa")
    for none in ("999999", "x"):
        with pytest.raises(WaiverMissing):
            get_waiver_seen(office.session, by=office.head, waiver_id=none, on=TODAY)


def test_a_partners_demand_is_added_and_ended(office: Office):
    partner_id, admin = office.city.partner.id, office.city.admin
    facts = {"partner_id": partner_id, "kind": Kind.SLHS, "goods_class": GoodsClass.READY_TO_EAT}
    demand = add_demand(office.session, by=admin, from_on=TODAY, until_on=None, **facts)
    end_demand(office.session, by=admin, demand_id=demand.id, last=TODAY + timedelta(5))
    assert [dict(row) for row in find_demands_of(office.session, partner_id)] == [
        {
            "id": demand.id,
            "kind": "slhs",
            "goods_class": "ready_to_eat",
            "from_on": TODAY,
            "until_on": TODAY + timedelta(5),
        }
    ]


def test_a_demand_that_cannot_be_is_refused(office: Office):
    partner_id, admin = office.city.partner.id, office.city.admin
    facts = {"kind": Kind.SLHS, "goods_class": None, "from_on": TODAY}
    yesterday = TODAY - timedelta(1)
    with pytest.raises(BadInput, match="no such partner"):
        add_demand(office.session, by=admin, partner_id=999_999, until_on=None, **facts)
    with pytest.raises(BadInput, match="before the first"):
        add_demand(office.session, by=admin, partner_id=partner_id, until_on=yesterday, **facts)
    with pytest.raises(NotAllowed):
        add_demand(office.session, by=office.verifier, partner_id=partner_id, until_on=None, **facts)
    demand = add_demand(office.session, by=admin, partner_id=partner_id, until_on=None, **facts)
    with pytest.raises(BadInput, match="before the first"):
        end_demand(office.session, by=admin, demand_id=demand.id, last=yesterday)
    with pytest.raises(NotAllowed):
        end_demand(office.session, by=office.verifier, demand_id=demand.id, last=TODAY)
    with pytest.raises(DemandMissing):
        end_demand(office.session, by=admin, demand_id=999_999, last=TODAY)
