"""The review: one verifier at a time, oldest first, with a reason, and never by whoever handed the paper in."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from compliance.facts import Kind, Stage
from consign import clock
from consign.db import finish
from consign.documents.reviewing import (
    CLAIM_LASTS,
    claim_document,
    claim_next,
    decide_document,
    fulfil_commitment,
    release_document,
    release_lapsed,
    revoke_document,
)
from consign.documents.rules import (
    Decision,
    DocumentIncomplete,
    DocumentMissing,
    DocumentMoved,
    DocumentTaken,
    OwnDocument,
    Typed,
)
from consign.documents.submitting import withdraw_document
from consign.errors import NotAllowed
from consign.models.partners import Producer
from consign.partners.rules import NibTaken
from tests.documents.papers import TODAY, Office, pirt

NIB = "8120000123456"


def test_the_queue_is_worked_off_oldest_first(office: Office):
    papers = [office.hand_in(Kind.PIRT, pirt(place=place)) for place in (1, 2, 3)]
    taken = [claim_next(office.session, by=office.people[name], now=clock.now()) for name in ("verifier", "second")]
    assert taken == papers[:2]
    assert [paper.state for paper in papers] == ["in_review", "in_review", "submitted"]
    # Whoever holds one gets that one, until it is decided or given back.
    assert claim_next(office.session, by=office.verifier, now=clock.now()) == papers[0]
    release_document(office.session, by=office.verifier, document_id=papers[0].id)
    assert office.history(papers[0])[-2:] == ["claimed", "released"]
    assert claim_next(office.session, by=office.people["third"], now=clock.now()) == papers[0]
    assert claim_next(office.session, by=office.verifier, now=clock.now()) == papers[2]


def test_nothing_waits_for_whoever_may_not_decide(office: Office):
    assert claim_next(office.session, by=office.verifier, now=clock.now()) is None
    office.decide(office.hand_in(Kind.NIB, NIB), Decision.SECOND_LOOK)
    assert claim_next(office.session, by=office.verifier, now=clock.now()) is None
    for by in (office.head, office.owner, office.city.admin, office.people["officer"]):
        with pytest.raises(NotAllowed):
            claim_next(office.session, by=by, now=clock.now())


def test_a_paper_is_held_by_one(office: Office):
    paper = office.hand_in(Kind.NIB, NIB)
    claim_document(office.session, by=office.verifier, document_id=paper.id)
    with pytest.raises(DocumentTaken, match="Verifier is reviewing"):
        claim_document(office.session, by=office.second, document_id=paper.id)
    with pytest.raises(DocumentTaken):
        release_document(office.session, by=office.second, document_id=paper.id)
    with pytest.raises(DocumentTaken):
        decide(office, paper.id, by=office.second)
    later = clock.now() + timedelta(minutes=20)
    assert claim_document(office.session, by=office.verifier, document_id=paper.id, now=later).claimed_at == later
    assert decide(office, paper.id).state == "approved"
    with pytest.raises(DocumentMoved):
        decide(office, paper.id)
    with pytest.raises(DocumentMoved):
        claim_document(office.session, by=office.verifier, document_id=paper.id)
    with pytest.raises(DocumentMissing):
        claim_document(office.session, by=office.verifier, document_id=999_999)


def test_a_claim_lapses_after_half_an_hour(office: Office):
    paper = office.hand_in(Kind.NIB, NIB)
    since = clock.now() - CLAIM_LASTS
    claim_document(office.session, by=office.verifier, document_id=paper.id, now=since)
    assert release_lapsed(office.session, now=since + CLAIM_LASTS) == 0
    assert release_lapsed(office.session, now=since + CLAIM_LASTS + timedelta(seconds=1)) == 1
    assert (office.state(paper), office.history(paper)[-1]) == ("submitted", "released")
    # Who takes the next one finds it, also where nobody has looked for lapsed claims before.
    claim_document(office.session, by=office.verifier, document_id=paper.id, now=since)
    late = since + CLAIM_LASTS + timedelta(seconds=1)
    assert claim_next(office.session, by=office.second, now=late) == paper
    later = late + CLAIM_LASTS + timedelta(seconds=1)
    assert claim_document(office.session, by=office.verifier, document_id=paper.id, now=later) == paper
    assert office.history(paper)[-2:] == ["released", "claimed"]
    claim_document(office.session, by=office.verifier, document_id=paper.id, now=later - CLAIM_LASTS)
    assert claim_next(office.session, by=office.second, now=later + timedelta(seconds=1)) == paper
    assert paper.claimed_by == office.second.user_id


def decide(office: Office, document_id: int, decision: Decision = Decision.APPROVE, **facts: object):
    said = {"by": office.verifier, "reason": None, "consulted": "oss.go.id", "on": TODAY, **facts}
    return decide_document(office.session, document_id=document_id, decision=decision, **said)


def test_a_decision_says_who_when_and_where_it_was_looked_up(office: Office):
    paper = office.hand_in(Kind.NIB, NIB)
    claim_document(office.session, by=office.verifier, document_id=paper.id)
    with pytest.raises(DocumentIncomplete, match=r"oss\.go\.id"):
        decide(office, paper.id, consulted=" ")
    decide(office, paper.id)
    assert (paper.decided_by, paper.consulted, paper.claimed_by) == (office.verifier.user_id, "oss.go.id", None)
    assert paper.decided_at is not None
    assert office.notices("documents.decided") == [
        {"document_id": paper.id, "kind": "nib", "state": "approved", "reason": None}
    ]


@pytest.mark.parametrize("decision", [Decision.NEEDS_CORRECTION, Decision.REJECT])
def test_a_paper_is_sent_back_or_rejected_only_with_a_reason(office: Office, decision: Decision):
    paper = office.hand_in(Kind.NIB, NIB)
    claim_document(office.session, by=office.verifier, document_id=paper.id)
    with pytest.raises(DocumentIncomplete, match="Say why"):
        decide(office, paper.id, decision, reason="  ")
    assert decide(office, paper.id, decision, reason="Nomor tidak ada di OSS").reason == "Nomor tidak ada di OSS"
    assert office.notices("documents.decided")[0]["reason"] == "Nomor tidak ada di OSS"


def test_what_the_check_finds_wrong_is_approved_only_with_a_reason(office: Office):
    past = {"issued_on": date(2020, 5, 1), "valid_until": date(2025, 5, 1)}
    paper = office.hand_in(Kind.PIRT, pirt(year=25), product_ids=tuple(office.product_ids()), **past)
    claim_document(office.session, by=office.verifier, document_id=paper.id)
    with pytest.raises(DocumentIncomplete, match="something wrong"):
        decide(office, paper.id)
    assert decide(office, paper.id, reason="Surat perpanjangan dilihat").state == "approved"


def test_a_verifier_corrects_what_was_typed(office: Office):
    paper = office.hand_in(Kind.NIB, NIB)
    claim_document(office.session, by=office.verifier, document_id=paper.id)
    decide(office, paper.id, typed=Typed(number="8120 0001 2345 7", holder="Dapur 1"))
    assert (paper.number, paper.number_compact, paper.holder) == ("8120 0001 2345 7", "8120000123457", "Dapur 1")


def test_a_second_look_is_given_by_another(office: Office):
    paper = office.decide(office.hand_in(Kind.NIB, NIB), Decision.SECOND_LOOK, reason="Nama lain")
    assert (paper.state, paper.first_by, paper.decided_by) == ("second_look", office.verifier.user_id, None)
    with pytest.raises(DocumentTaken, match="somebody else gives it"):
        claim_document(office.session, by=office.verifier, document_id=paper.id)
    claim_document(office.session, by=office.second, document_id=paper.id)
    release_document(office.session, by=office.second, document_id=paper.id)
    assert office.state(paper) == "second_look"
    assert claim_next(office.session, by=office.second, now=clock.now()) == paper
    assert decide(office, paper.id, by=office.second).state == "approved"


def test_after_a_correction_the_first_look_is_anybodys_again(office: Office):
    paper = office.decide(office.hand_in(Kind.NIB, NIB), Decision.SECOND_LOOK)
    office.decide(paper, Decision.NEEDS_CORRECTION, by=office.second)
    office.submit(paper, Typed(number=NIB))
    assert office.decide(paper).state == "approved"


def test_whoever_handed_it_in_does_not_decide(office: Office):
    paper = office.hand_in(Kind.NIB, NIB)
    paper.submitted_by = office.verifier.user_id
    office.session.flush()
    with pytest.raises(OwnDocument):
        claim_document(office.session, by=office.verifier, document_id=paper.id)
    assert claim_next(office.session, by=office.verifier, now=clock.now()) is None


def test_what_is_withdrawn_under_review_is_not_decided(office: Office):
    paper = office.hand_in(Kind.NIB, NIB)
    claim_document(office.session, by=office.verifier, document_id=paper.id)
    withdraw_document(office.session, by=office.owner, document_id=paper.id)
    with pytest.raises(DocumentMoved, match="withdrawn"):
        decide(office, paper.id)
    assert office.state(paper) == "withdrawn"


def test_one_of_a_line_is_in_force(office: Office):
    first = office.approve(Kind.NIB, NIB)
    second = office.approve(Kind.NIB, "8120000123457")
    assert (office.in_force(Kind.NIB), office.state(first)) == ([second.id], "superseded")
    permits = [office.approve(Kind.PIRT, pirt(place=place)) for place in (1, 2)]
    again = office.approve(Kind.PIRT, pirt(place=1))
    assert office.in_force(Kind.PIRT) == [permits[1].id, again.id]
    labels = [office.approve(Kind.LABEL, None) for _ in range(2)]
    assert office.in_force(Kind.LABEL) == [one.id for one in labels]
    theirs = office.approve(Kind.PIRT, pirt(place=1), producer=1)
    assert theirs.id in office.in_force(Kind.PIRT)


def test_the_nib_that_is_approved_becomes_the_producers_where_it_had_none(office: Office):
    producer = office.session.get_one(Producer, office.producer_id)
    producer.nib = None
    office.session.flush()
    with pytest.raises(NibTaken), office.session.begin_nested():
        office.approve(Kind.NIB, f"{2:013d}")  # the other producer's
    office.session.expire_all()
    office.approve(Kind.NIB, NIB)
    assert producer.nib == NIB
    office.approve(Kind.NIB, "8120000123457")
    assert producer.nib == NIB


def test_an_approval_is_taken_back_with_a_reason(office: Office):
    paper = office.approve(Kind.NIB, NIB)
    with pytest.raises(DocumentIncomplete):
        revoke_document(office.session, by=office.second, document_id=paper.id, reason="")
    revoke_document(office.session, by=office.second, document_id=paper.id, reason="Dicabut OSS")
    assert (paper.state, paper.reason, office.in_force(Kind.NIB)) == ("rejected", "Dicabut OSS", [])
    assert [one["state"] for one in office.notices("documents.decided")] == ["approved", "rejected"]
    with pytest.raises(DocumentMoved):
        revoke_document(office.session, by=office.second, document_id=paper.id, reason="Lagi")


def test_the_commitment_behind_an_spp_irt_is_fulfilled_once(office: Office):
    paper = office.approve(Kind.PIRT, pirt(), stage=Stage.ISSUED)
    for _ in range(2):
        assert fulfil_commitment(office.session, by=office.verifier, document_id=paper.id).stage == "fulfilled"
    assert office.history(paper).count("stage") == 1
    with pytest.raises(DocumentMoved):
        fulfil_commitment(office.session, by=office.verifier, document_id=office.approve(Kind.NIB, NIB).id)
    with pytest.raises(DocumentMoved):
        fulfil_commitment(office.session, by=office.verifier, document_id=office.hand_in(Kind.PIRT, pirt(place=9)).id)


def test_every_act_is_in_the_audit_trail(office: Office):
    office.approve(Kind.NIB, NIB)
    finish(office.session)
    acts = office.session.scalars(text("SELECT act FROM audit_event WHERE subject LIKE 'document:%' ORDER BY seq"))
    assert list(acts) == ["paper uploaded", "paper submitted", "paper taken for review", "paper approved"]
