"""Papers as people look at them: within their reach, and personal numbers only for those who need them."""

from datetime import date, timedelta

import pytest

from compliance.facts import Kind
from compliance.reading import ReadValue, Source
from consign import clock
from consign.documents.lists import (
    count_ends_by_month,
    find_document_page,
    find_expiring,
    get_document_seen,
)
from consign.documents.queue import count_waiting, find_queue_page
from consign.documents.reviewing import claim_next
from consign.documents.rules import Decision, DocumentMissing, Typed
from consign.errors import NotAllowed
from consign.identity.rules import Actor
from consign.listing import Row, Wish
from tests.documents.papers import TODAY, Office, pirt, taken_in

NIB, NIK = "8120000123456", "6471054508850001"


def rows(office: Office, by: Actor | None = None, search: str = "", sort: str = "", **filters: str) -> list[Row]:
    wish = Wish(search=search, sort=sort, filters=filters)
    return list(find_document_page(office.session, by=by or office.verifier, on=TODAY, wish=wish).rows)


def ids(found: list[Row]) -> set[int]:
    return {row["id"] for row in found}


def test_a_producer_sees_its_own_papers_alone(office: Office):
    mine, theirs = (office.hand_in(Kind.NIB, f"812000012345{place}", producer=place) for place in (0, 1))
    assert ids(rows(office)) == {mine.id, theirs.id}
    assert ids(rows(office, office.owner)) == {mine.id}
    assert get_document_seen(office.session, by=office.owner, document_id=str(mine.id)).number == "8120000123450"
    for document_id in (theirs.id, 999_999, "x", "-1"):
        with pytest.raises(DocumentMissing):
            get_document_seen(office.session, by=office.owner, document_id=document_id)
    for by in (office.city.finance, office.people["officer"]):
        with pytest.raises(NotAllowed):
            rows(office, by)


def test_papers_are_filtered_searched_and_sorted(office: Office):
    nib = office.hand_in(Kind.NIB, NIB, holder="Dapur Satu")
    permit = office.approve(
        Kind.PIRT, pirt(), valid_until=TODAY + timedelta(20), product_ids=tuple(office.product_ids())
    )
    past = office.approve(Kind.PIRT, pirt(place=2, year=26), valid_until=TODAY - timedelta(1))
    endless = office.approve(Kind.HALAL, "ID64110000214820324", valid_until=TODAY - timedelta(90))
    assert ids(rows(office, state="submitted")) == {nib.id}
    assert ids(rows(office, kind="pirt")) == {permit.id, past.id}
    assert rows(office, producer="P2") == []
    assert [ids(rows(office, ends=ends)) for ends in ("past", "7", "30", "60", "x")] == [
        {past.id},
        set(),
        {permit.id},
        {permit.id},
        {nib.id, permit.id, past.id, endless.id},
    ]
    assert ids(rows(office, search="dapur satu")) == {nib.id}
    assert ids(rows(office, search=pirt())) == {permit.id}
    row = rows(office, kind="pirt", sort="valid_until")[1]
    assert (row["products"], row["days_left"], row["producer_code"], row["verdict"]) == (1, 20, "P1", permit.verdict)


@pytest.mark.parametrize("reader", ["head", "admin"])
def test_personal_numbers_are_masked_for_those_who_need_them_not(office: Office, reader: str):
    by = office.head if reader == "head" else office.city.admin
    value = ReadValue("number", NIK, NIK, True, 990, 0, (0, 0, 9, 9), Source.OCR)
    draft = office.upload(Kind.NIK, taken=taken_in(values=(value,)))
    paper = office.submit(draft, Typed(number="6471054508850002"))
    office.hand_in(Kind.NIB, NIB)
    assert {row["number"] for row in rows(office, by)} == {"6471********0002", NIB}
    assert {row["number"] for row in rows(office)} == {"6471054508850002", NIB}
    # Nobody may find by guessing what he may not see.
    assert rows(office, by, search="6471054508850002") == []
    assert ids(rows(office, search="6471054508850002")) == {paper.id}
    seen = get_document_seen(office.session, by=by, document_id=paper.id)
    assert (seen.masked, seen.number, seen.values, seen.pages, seen.sha256) == (True, "6471********0002", [], (), None)
    assert "885000" not in repr(seen.findings)
    full = get_document_seen(office.session, by=office.verifier, document_id=paper.id)
    assert (full.masked, full.number, len(full.values), len(full.pages)) == (False, "6471054508850002", 1, 1)
    assert [one.code for one in full.findings] == [one.code for one in seen.findings]


def test_the_page_of_a_paper_says_everything(office: Office):
    first = office.approve(Kind.PIRT, pirt(), product_ids=tuple(office.product_ids()), holder="Dapur 1")
    renewal = office.hand_in(Kind.PIRT, pirt(year=31), replaces_id=first.id)
    claim_next(office.session, by=office.second, now=clock.now())
    seen = get_document_seen(office.session, by=office.verifier, document_id=first.id)
    assert (seen.producer_code, seen.producer, seen.holder, seen.decided_by_name) == (
        "P1",
        "Dapur 1",
        "Dapur 1",
        "Verifier",
    )
    assert [product.code for product in seen.products] == ["PRD-1"]
    assert [(one.what, one.by) for one in seen.history] == [
        ("uploaded", "Pemilik 1"),
        ("submitted", "Pemilik 1"),
        ("claimed", "Verifier"),
        ("approved", "Verifier"),
    ]
    assert seen.replaced_by_id == renewal.id
    later = get_document_seen(office.session, by=office.verifier, document_id=renewal.id)
    assert (later.replaces_id, later.claimed_by_name, later.state.value) == (first.id, "Second", "in_review")


def test_the_queue_shows_what_waits_and_who_holds_it(office: Office):
    papers = [office.hand_in(Kind.PIRT, pirt(place=place)) for place in (1, 2, 3)]
    office.decide(papers[2], Decision.SECOND_LOOK)
    claim_next(office.session, by=office.verifier, now=clock.now())

    def queue(by: Actor, **filters: str) -> list[tuple[int, bool]]:
        page = find_queue_page(office.session, by=by, wish=Wish(filters=filters))
        return [(row["id"], row["may_claim"]) for row in page.rows]

    one, two, three = (paper.id for paper in papers)
    assert queue(office.verifier) == [(one, False), (two, True), (three, False)]
    assert queue(office.second) == [(one, False), (two, True), (three, True)]
    assert queue(office.verifier, held="mine") == queue(office.second, held="others") == [(one, False)]
    assert [document_id for document_id, _ in queue(office.second, held="nobody")] == [two, three]
    assert queue(office.second, look="second") == [(three, True)]
    assert queue(office.second, look="first", kind="nib") == []
    found = count_waiting(office.session, by=office.verifier)
    assert (found.papers, found.second_looks, found.mine, found.oldest_at) == (2, 1, 1, papers[1].submitted_at)
    for act in (find_queue_page, count_waiting):
        with pytest.raises(NotAllowed):
            act(office.session, by=office.head, **({"wish": Wish()} if act is find_queue_page else {}))


def test_ends_are_counted_by_month(office: Office):
    for place, end in enumerate((date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2026, 1, 1)), start=1):
        office.approve(Kind.PIRT, pirt(place=place), valid_until=end, issued_on=date(2022, 1, 1))
    office.approve(Kind.NIB, NIB)
    months = count_ends_by_month(office.session, by=office.head, on=TODAY)
    assert [(one.month, one.papers) for one in months[:4]] == [
        (None, 1),
        (date(2026, 11, 1), 1),
        (date(2026, 12, 1), 2),
        (date(2027, 1, 1), 0),
    ]
    assert (len(months), months[-1].month) == (13, date(2027, 10, 1))
    assert sum(one.papers for one in count_ends_by_month(office.session, by=office.owners[1], on=TODAY)) == 0
    wish = Wish(filters={"month": "2026-12"})
    found = find_expiring(office.session, by=office.owner, on=TODAY, wish=wish).rows
    assert [row["days_left"] for row in found] == [9, 39]
    assert find_expiring(office.session, by=office.owner, on=TODAY, wish=Wish()).total == 4
