"""Handing in papers: what is kept, what is refused, and what stays in force meanwhile."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from compliance.facts import Kind, Stage
from compliance.reading import ReadValue, Source
from consign.documents.lists import get_document_seen
from consign.documents.rules import Decision, DocumentIncomplete, DocumentMissing, DocumentMoved, Typed
from consign.documents.submitting import report_change, submit_document, upload_document, withdraw_document
from consign.errors import BadInput, NotAllowed
from tests.documents.papers import TODAY, Office, pirt, taken_in

NIB = "8120 0001 2345 6"


def test_an_upload_is_a_draft_and_a_confirmed_one_waits(office: Office):
    draft = office.upload(Kind.NIB, taken=taken_in())
    assert (draft.state, draft.number, office.history(draft)) == ("draft", None, ["uploaded"])
    paper = office.submit(draft, Typed(number=f" NIB: {NIB} ", holder=" Dapur\t1 "))
    assert (paper.state, paper.number, paper.number_compact) == ("submitted", f"NIB: {NIB}", "8120000123456")
    assert (paper.holder, paper.submitted_by) == ("Dapur 1", office.owner.user_id)
    assert office.history(paper) == ["uploaded", "submitted"]


def test_the_pages_and_what_was_read_are_kept(office: Office):
    value = ReadValue("number", "8120000123456", "8120 0001 23456", True, 990, 0, (100, 50, 400, 80), Source.TEXT)
    seen = get_document_seen(
        office.session, by=office.owner, document_id=office.upload(Kind.NIB, taken=taken_in(values=(value,))).id
    )
    assert [(page.number, page.sha256, page.width, page.height) for page in seen.pages] == [(1, "b" * 64, 800, 1_100)]
    assert (seen.values[0]["value"], seen.values[0]["box"], seen.values[0]["source"]) == (
        "8120000123456",
        [100, 50, 400, 80],
        "text",
    )


def test_a_number_surely_read_that_differs_from_the_typed_one_is_told(office: Office):
    value = ReadValue("number", "8120000123456", "8120000123456", True, 990, 0, (0, 0, 1, 1), Source.TEXT)
    draft = office.upload(Kind.NIB, taken=taken_in(values=(value,)))
    paper = office.submit(draft, Typed(number="8120000123457"))
    assert "read.differs" in {one["code"] for one in paper.findings}
    assert "read.differs" not in {
        one["code"]
        for one in office.submit(
            office.upload(Kind.NIB, taken=taken_in(values=(replace(value, sure=False),))), Typed(number="8120000123457")
        ).findings
    }


def test_a_number_of_the_wrong_form_is_refused_with_what_the_check_says(office: Office):
    draft = office.upload(Kind.NIB, taken=taken_in())
    with pytest.raises(BadInput, match="13 digits"):
        office.submit(draft, Typed(number="123"))
    assert office.state(draft) == "draft"


def test_an_expired_paper_and_one_of_the_wrong_kind_are_taken_and_told(office: Office):
    products = tuple(office.product_ids())
    old = office.hand_in(
        Kind.PIRT, pirt(year=25), product_ids=products, issued_on=date(2020, 5, 1), valid_until=date(2025, 5, 1)
    )
    assert (old.state, old.verdict) == ("submitted", "invalid")
    for product in office.city.products:
        product.goods_class, product.food_group = "cosmetic", None
    wrong = office.hand_in(Kind.PIRT, pirt(place=2), product_ids=products)
    assert (wrong.state, wrong.verdict) == ("submitted", "invalid")


def test_neither_file_nor_number_is_nothing_to_look_at(office: Office):
    draft = office.upload(Kind.LABEL)
    with pytest.raises(DocumentIncomplete, match="neither a file nor a number"):
        office.submit(draft, Typed(number="  "))


def test_a_text_beyond_measure_is_refused(office: Office):
    draft = office.upload(Kind.NIB, taken=taken_in())
    with pytest.raises(BadInput, match="200 characters"):
        office.submit(draft, Typed(holder="x" * 201))


def test_products_are_the_producers_own_and_only_for_papers_of_goods(office: Office):
    foreign = office.product_ids(1)
    with pytest.raises(BadInput, match="none of the producer's"):
        office.upload(Kind.PIRT, product_ids=foreign)
    draft = office.upload(Kind.PIRT, taken=taken_in())
    with pytest.raises(BadInput, match="none of the producer's"):
        office.submit(draft, Typed(number=pirt()), product_ids=foreign)
    nib = office.hand_in(Kind.NIB, NIB, product_ids=tuple(office.product_ids()))
    assert get_document_seen(office.session, by=office.owner, document_id=nib.id).products == ()


def test_a_stranger_hands_nothing_in(office: Office):
    with pytest.raises(NotAllowed):
        upload_document(
            office.session, by=office.owners[1], producer_id=office.producer_id, kind=Kind.NIB, taken=taken_in()
        )
    draft = office.upload(Kind.NIB, taken=taken_in())
    for by in (office.owners[1], office.head, office.city.finance):
        with pytest.raises(NotAllowed):
            office.submit(draft, Typed(number=NIB), by=by)
        with pytest.raises(NotAllowed):
            withdraw_document(office.session, by=by, document_id=draft.id)
    with pytest.raises(DocumentMissing):
        withdraw_document(office.session, by=office.owner, document_id=999_999)


def test_a_draft_is_uploaded_anew(office: Office):
    first = office.upload(Kind.NIB, taken=taken_in())
    again = office.upload(Kind.NIB, taken=taken_in("c" * 64), replaces_id=first.id)
    assert (office.state(first), again.state, again.replaces_id) == ("withdrawn", "draft", None)
    with pytest.raises(DocumentMissing):
        office.upload(Kind.PIRT, taken=taken_in(), replaces_id=again.id)
    with pytest.raises(DocumentMissing):
        office.upload(Kind.NIB, producer=1, taken=taken_in(), replaces_id=again.id)


def test_a_renewal_leaves_the_earlier_paper_in_force_until_it_is_approved(office: Office):
    products = tuple(office.product_ids())
    first = office.approve(Kind.PIRT, pirt(year=27), product_ids=products)
    renewal = office.hand_in(Kind.PIRT, pirt(year=31), product_ids=products, replaces_id=first.id)
    assert office.in_force(Kind.PIRT) == [first.id]
    office.decide(renewal, Decision.REJECT)
    assert office.in_force(Kind.PIRT) == [first.id]
    again = office.approve(Kind.PIRT, pirt(year=31), product_ids=products, replaces_id=first.id)
    assert (office.in_force(Kind.PIRT), office.state(first)) == ([again.id], "superseded")
    assert office.history(first)[-1] == "superseded"


def test_what_was_sent_back_is_corrected_in_place(office: Office):
    paper = office.decide(office.hand_in(Kind.NIB, NIB), Decision.NEEDS_CORRECTION, reason="Foto buram")
    assert (paper.state, paper.reason) == ("needs_correction", "Foto buram")
    again = office.submit(paper, Typed(number="8120000123457"))
    assert (again.id, again.state, again.reason, again.decided_by) == (paper.id, "submitted", None, None)
    with pytest.raises(DocumentMoved):
        office.submit(paper, Typed(number="8120000123457"))


def test_a_later_one_of_the_same_line_takes_the_place_of_one_that_waits(office: Office):
    waiting = office.hand_in(Kind.NIB, NIB)
    later = office.hand_in(Kind.NIB, "8120000123457")
    assert (office.state(waiting), office.state(later)) == ("withdrawn", "submitted")
    other_number = [office.hand_in(Kind.PIRT, pirt(place=place)) for place in (1, 2)]
    assert [office.state(one) for one in other_number] == ["submitted", "submitted"]
    without_number = [office.hand_in(Kind.LABEL, None) for _ in range(2)]
    assert [office.state(one) for one in without_number] == ["submitted", "submitted"]


def test_a_certificate_handed_in_again_for_another_product_keeps_the_first(office: Office):
    first, *_ = office.product_ids()
    other = office.city.products[0]
    office.session.execute(
        text("""INSERT INTO product (producer_id, code, name, net_content, net_unit)
                VALUES (:producer, 'PRD-9', 'Keripik Pisang', 100, 'g')"""),
        {"producer": other.producer_id},
    )
    second = office.session.scalar(text("SELECT id FROM product WHERE code = 'PRD-9'"))
    number = "ID64110000214820324"
    one = office.approve(Kind.HALAL, number, product_ids=(first,))
    assert isinstance(second, int)
    both = office.approve(Kind.HALAL, number, product_ids=(second,))
    seen = get_document_seen(office.session, by=office.owner, document_id=both.id)
    assert (office.state(one), [product.id for product in seen.products]) == ("superseded", sorted([first, second]))


def test_a_paper_is_taken_back_once(office: Office):
    paper = office.approve(Kind.NIB, NIB)
    withdraw_document(office.session, by=office.owner, document_id=paper.id)
    assert (office.state(paper), office.in_force(Kind.NIB)) == ("withdrawn", [])
    with pytest.raises(DocumentMoved):
        withdraw_document(office.session, by=office.owner, document_id=paper.id)


def test_a_reported_change_is_reviewed_while_the_paper_stays_in_force(office: Office):
    products = tuple(office.product_ids())
    paper = office.approve(Kind.PIRT, pirt(), product_ids=products, stage=Stage.ISSUED)
    with pytest.raises(DocumentIncomplete):
        report_change(office.session, by=office.owner, document_id=paper.id, note=" ")
    copy = report_change(office.session, by=office.owner, document_id=paper.id, note="Minyak lain")
    assert (copy.state, copy.replaces_id, copy.number, office.in_force(Kind.PIRT)) == (
        "submitted",
        paper.id,
        paper.number,
        [paper.id],
    )
    assert office.history(paper)[-1] == "changed"
    assert office.notices("documents.change_reported")[0]["note"] == "Minyak lain"
    office.decide(copy)
    assert office.in_force(Kind.PIRT) == [copy.id]
    with pytest.raises(DocumentMoved):
        report_change(office.session, by=office.owner, document_id=paper.id, note="Lagi")


def test_somebody_of_the_dinas_hands_in_for_a_producer_and_another_decides(office: Office):
    draft = upload_document(
        office.session, by=office.verifier, producer_id=office.producer_id, kind=Kind.NIB, taken=taken_in()
    )
    paper = submit_document(
        office.session, by=office.verifier, document_id=draft.id, typed=Typed(number=NIB), product_ids=(), on=TODAY
    )
    with pytest.raises(NotAllowed, match="You handed in"):
        office.decide(paper)
    assert office.decide(paper, by=office.second).state == "approved"
