"""Whether products may be delivered: judged live and kept for lists, which always say the same."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from compliance.facts import Kind
from compliance.standing import Standing, Todo
from consign.db import finish
from consign.documents.demanding import add_demand
from consign.documents.eligibility import judge, recompute
from consign.documents.reviewing import revoke_document
from consign.documents.submitting import withdraw_document
from consign.documents.waiving import end_waiver, grant_waiver
from consign.models.documents import ProductEligibility
from consign.partners.due import mark_due
from tests.documents.papers import TODAY, Office, find_standings, hold_everything, pirt


def kept(office: Office) -> dict[int, tuple[str, list[str], date | None]]:
    office.session.expire_all()
    return {
        product_id: (row.standing, row.missing, row.changes_on)
        for product_id, row in find_standings(office.session).items()
    }


def live(office: Office, on: date = TODAY) -> dict[int, tuple[str, list[str], date | None]]:
    judged = judge(office.session, goods=office.goods(), on=on)
    return {product_id: (one.standing.value, list(one.missing), one.changes_on) for product_id, one in judged.items()}


def test_a_product_with_all_its_papers_may_be_delivered(office: Office):
    product, other = office.product_ids()[0], office.product_ids(1)[0]
    assert live(office)[product][0] == Standing.BLOCKED
    hold_everything(office)
    office.judge_due()
    assert kept(office)[product] == ("eligible", [], date(2030, 3, 9) - timedelta(60))
    standing, missing, _ = kept(office)[other]
    assert (standing, missing[:2]) == ("blocked", ["nib", "identity"])
    assert kept(office) == live(office)


def test_a_paper_for_another_product_does_not_count(office: Office):
    product = office.product_ids()[0]
    office.session.execute(
        text("""INSERT INTO product (producer_id, code, name, net_content, net_unit, goods_class)
                VALUES (:producer, 'PRD-9', 'Keripik Pisang', 100, 'g', 'dry_food')"""),
        {"producer": office.producer_id},
    )
    hold_everything(office)
    second = next(one for one in office.product_ids_now() if one != product)
    assert live(office)[product][0] == "eligible"
    assert live(office)[second][:2] == ("blocked", ["food_permit", "halal"])
    office.approve(Kind.PIRT, pirt(place=7))  # handed in for the business as a whole
    assert live(office)[second][1] == ["halal"]


def test_what_takes_a_paper_away_marks_its_producer(office: Office):
    product = office.product_ids()[0]
    papers = hold_everything(office)
    for act in (
        lambda: revoke_document(office.session, by=office.verifier, document_id=papers[Kind.HALAL].id, reason="uji"),
        lambda: withdraw_document(office.session, by=office.owner, document_id=papers[Kind.PIRT].id),
    ):
        office.judge_due()
        before = kept(office)[product]
        act()
        assert office.judge_due() == 1
        assert kept(office)[product] != before
        assert kept(office) == live(office)


def test_nothing_is_judged_that_is_not_due(office: Office):
    assert office.judge_due() == 2
    assert office.judge_due() == 0
    mark_due(office.session, [])
    assert office.judge_due() == 0
    mark_due(office.session, [office.producer_id, office.producer_id])
    assert office.judge_due() == 1


def test_what_changes_by_itself_is_judged_on_its_day(office: Office):
    product = office.product_ids()[0]
    hold_everything(office, pirt_until=date(2027, 3, 9))
    office.judge_due()
    ahead = date(2027, 3, 9) - timedelta(60)
    assert kept(office)[product] == ("eligible", [], ahead)
    assert office.judge_due(ahead - timedelta(1)) == 0
    assert office.judge_due(ahead + timedelta(3)) == 1  # the worker did not run for some days
    assert kept(office)[product] == ("warned", [], date(2027, 3, 10))
    assert office.judge_due(date(2027, 3, 10)) == 1
    assert kept(office)[product][:2] == ("blocked", ["food_permit"])
    assert office.judge_due(date(2027, 3, 10)) == 0


def test_a_printed_end_never_ends_what_the_law_lets_go_on(office: Office):
    product = office.product_ids()[0]
    hold_everything(office)
    office.approve(
        Kind.HALAL,
        "ID64110000214820324",
        product_ids=(product,),
        valid_until=date(2026, 6, 1),
        issued_on=date(2022, 6, 1),
    )
    assert live(office)[product][0] == "eligible"


def test_a_changed_standing_is_told_once(office: Office):
    office.judge_due()
    assert office.notices("documents.standing_changed") == []  # judged first: that is no change
    hold_everything(office)
    office.judge_due()
    expected = [{"products": [{"product": "Keripik Singkong", "before": "blocked", "now": "eligible"}], "count": 1}]
    assert office.notices("documents.standing_changed") == expected
    assert recompute(office.session, goods=office.goods(), on=TODAY).changed == 0
    assert office.notices("documents.standing_changed") == expected
    finish(office.session)
    events = office.session.execute(
        text("SELECT user_id, detail FROM audit_event WHERE act = 'eligibility changed'")
    ).all()
    assert [(row.user_id, row.detail) for row in events] == [
        (None, {"changed": changed, "on": "2026-11-22"})
        for changed in (0, 1)  # what is judged first is written down, too: remembered pages show it
    ]


def test_a_waiver_lifts_the_block_for_its_days(office: Office):
    product = office.product_ids()[0]
    hold_everything(office)
    revoked = office.in_force(Kind.PIRT)[0]
    revoke_document(office.session, by=office.verifier, document_id=revoked, reason="uji")
    waiver = grant_waiver(
        office.session,
        by=office.head,
        producer_id=office.producer_id,
        product_id=product,
        kind=Kind.PIRT,
        reason="Perpanjangan dalam proses",
        from_on=TODAY,
        until_on=TODAY + timedelta(30),
    )
    office.judge_due()
    assert kept(office)[product][0] == "warned"
    assert kept(office)[product][2] == TODAY + timedelta(31)
    end_waiver(office.session, by=office.head, waiver_id=waiver.id, last=TODAY - timedelta(1))
    office.judge_due()
    assert kept(office)[product][0] == "blocked"
    assert kept(office) == live(office)


def test_a_partner_may_ask_for_more(office: Office):
    product = office.product_ids()[0]
    hold_everything(office)
    add_demand(
        office.session,
        by=office.city.admin,
        partner_id=office.city.partner.id,
        kind=Kind.TRADEMARK,
        goods_class=None,
        from_on=TODAY,
        until_on=None,
    )
    goods = [one for one in office.goods() if one.product_id == product]
    asked = judge(office.session, goods=goods, partner_id=office.city.partner.id, on=TODAY)[product]
    assert (asked.standing, asked.tasks[0].todo, asked.tasks[0].kinds) == (
        Standing.BLOCKED,
        Todo.SUBMIT,
        (Kind.TRADEMARK,),
    )
    assert judge(office.session, goods=goods, on=TODAY)[product].standing is Standing.ELIGIBLE


def test_a_region_may_warn_where_it_does_not_block(office: Office):
    product = office.product_ids()[0]
    papers = hold_everything(office)
    withdraw_document(office.session, by=office.owner, document_id=papers[Kind.HALAL].id)
    assert live(office)[product][:2] == ("blocked", ["halal"])
    office.session.execute(text("UPDATE region_terms SET halal_blocks = false"))
    office.session.expire_all()
    assert live(office)[product][0] == "warned"


@pytest.mark.parametrize("regency", [None, "6472"])
def test_the_business_produces_in_the_region_where_nothing_else_is_said(office: Office, regency: str | None):
    producer = office.city.producers[0]
    producer.regency = regency
    office.session.flush()
    paper = office.hand_in(Kind.PIRT, pirt(), product_ids=tuple(office.product_ids()))
    codes = {one["code"] for one in paper.findings}
    assert ("pirt.other_regency" in codes) == (regency is not None), codes


def test_many_products_are_judged_in_rounds(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.session.execute(
        text("""INSERT INTO product (producer_id, code, name, net_content, net_unit, goods_class)
                SELECT :producer, 'M-' || n, 'Keripik ' || n, 100, 'g', 'dry_food' FROM generate_series(1, 30) AS n"""),
        {"producer": office.producer_id},
    )
    monkeypatch.setattr("consign.documents.eligibility.GOODS_AT_ONCE", 7)
    found = recompute(office.session, goods=iter(office.goods()), on=TODAY)
    assert (found.counts, found.changed) == ({Standing.BLOCKED: 32}, 0)
    hold_everything(office)
    assert recompute(office.session, goods=iter(office.goods()), on=TODAY).changed == 1
    assert office.session.get_one(ProductEligibility, office.product_ids()[0]).standing == "eligible"
