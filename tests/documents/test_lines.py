"""Papers that take each other's place: what stays in force, for which products, and what is carried over."""

from datetime import date, timedelta

import pytest

from compliance.facts import Kind, Stage
from compliance.standing import Standing
from consign.catalogue.actions import add_product
from consign.documents.eligibility import judge
from consign.documents.expiry import announce_ends
from consign.documents.lists import find_covered
from consign.documents.parts import find_product_ids
from consign.documents.reviewing import fulfil_commitment
from consign.documents.rules import Decision, DocumentMoved
from consign.documents.submitting import report_change
from tests.documents.papers import TODAY, Office, hold_everything, pirt

LATER = date(2031, 11, 1)


@pytest.fixture
def second_product(office: Office) -> int:
    facts = {"code": "P1-02", "name": "Keripik Talas", "net_content": 150, "net_unit": "g"}
    return add_product(
        office.session,
        by=office.owner,
        producer_id=office.producer_id,
        goods_class="dry_food",
        food_group="06",
        **facts,
    ).id


def own(office: Office) -> tuple[int, ...]:
    return tuple(office.product_ids())


def test_a_renewal_for_one_product_leaves_the_earlier_paper_to_the_others(office: Office, second_product: int):
    hold_everything(office)
    both = (*own(office), second_product)
    office.approve(Kind.PIRT, pirt(place=7), product_ids=both, valid_until=date(2030, 3, 9), stage=Stage.FULFILLED)
    old = office.approve(Kind.HALAL, "ID64110000214820399", product_ids=both)
    new = office.approve(Kind.HALAL, "ID64110000214820400", product_ids=own(office), replaces_id=old.id)
    assert (office.state(old), office.state(new)) == ("approved", "approved")
    assert find_product_ids(office.session, old.id) == [second_product]
    goods = [one for one in office.goods() if one.product_id == second_product]
    assert judge(office.session, goods=goods, on=TODAY)[second_product].standing is not Standing.BLOCKED
    last = office.approve(Kind.HALAL, "ID64110000214820401", product_ids=(second_product,), replaces_id=old.id)
    assert (office.state(old), office.state(last)) == ("superseded", "approved")


def test_the_products_of_a_paper_are_chosen_again_when_it_is_replaced(office: Office, second_product: int):
    old = office.approve(Kind.HALAL, "ID64110000214820399", product_ids=(*own(office), second_product))
    covered = {*own(office), second_product}
    assert find_covered(office.session, producer_id=office.producer_id, document_id=old.id) == covered
    assert find_covered(office.session, producer_id=office.producer_ids[1], document_id=old.id) == set()
    assert find_covered(office.session, producer_id=office.producer_id, document_id=None) == set()


def test_a_product_that_was_not_chosen_again_does_not_come_back(office: Office, second_product: int):
    first = office.hand_in(Kind.PIRT, pirt(), product_ids=(*own(office), second_product))
    again = office.hand_in(Kind.PIRT, pirt(), product_ids=own(office), replaces_id=first.id)
    assert find_product_ids(office.session, again.id) == list(own(office))


def test_a_reported_change_leaves_a_renewal_that_waits_in_the_queue(office: Office):
    old = office.approve(Kind.PIRT, pirt(year=27), product_ids=own(office), valid_until=date(2027, 1, 10))
    facts = {"product_ids": own(office), "replaces_id": old.id, "valid_until": LATER}
    renewal = office.hand_in(Kind.PIRT, pirt(year=31), **facts)
    copy = report_change(office.session, by=office.owner, document_id=old.id, note="minyak lain")
    assert [office.state(one) for one in (old, renewal, copy)] == ["approved", "submitted", "submitted"]


def test_only_papers_that_depend_on_what_goods_are_made_of_can_be_reported_changed(office: Office):
    paper = office.approve(Kind.NIK, "6471054508850001")
    with pytest.raises(DocumentMoved, match="does not depend on ingredients"):
        report_change(office.session, by=office.city.admin, document_id=paper.id, note="apa saja")
    assert office.in_force(Kind.NIK) == [paper.id]


def test_after_a_rejected_renewal_the_next_one_replaces_the_paper_in_force(office: Office):
    old = office.approve(Kind.PIRT, pirt(year=26), product_ids=own(office), valid_until=TODAY + timedelta(20))
    facts = {"product_ids": own(office), "valid_until": LATER}
    rejected = office.decide(office.hand_in(Kind.PIRT, pirt(year=31), replaces_id=old.id, **facts), Decision.REJECT)
    new = office.approve(Kind.PIRT, pirt(year=31, place=2), replaces_id=rejected.id, **facts)
    assert [office.state(one) for one in (old, rejected, new)] == ["superseded", "rejected", "approved"]
    assert announce_ends(office.session, on=TODAY) == 0


def test_an_approved_change_goes_on_as_the_certificate_stood(office: Office):
    end = TODAY + timedelta(50)
    facts = {"product_ids": own(office), "valid_until": end, "stage": Stage.ISSUED}
    old = office.approve(Kind.PIRT, pirt(year=27), **facts)
    assert announce_ends(office.session, on=TODAY) == 1
    copy = report_change(office.session, by=office.owner, document_id=old.id, note="minyak lain")
    fulfil_commitment(office.session, by=office.verifier, document_id=old.id)
    office.decide(copy)
    assert (office.state(old), office.state(copy), copy.stage) == ("superseded", "approved", "fulfilled")
    assert announce_ends(office.session, on=TODAY + timedelta(1)) == 0
    assert announce_ends(office.session, on=end - timedelta(30)) == 1
