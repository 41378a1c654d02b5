"""People who act at the same moment: each paper is taken once, decided once, and one of a line is in force."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from compliance.facts import Kind
from consign import clock
from consign.checks import find_breaches
from consign.db import Database
from consign.documents.reviewing import claim_document, claim_next, decide_document, release_lapsed
from consign.documents.rules import Decision, Typed
from consign.documents.submitting import submit_document, upload_document
from consign.errors import ConsignError
from consign.files import Files
from consign.identity.queries import get_actor
from consign.partners.queries import get_producer
from tests.builders import build_city
from tests.conftest import REGION
from tests.documents.papers import TODAY, build_office, pirt

VERIFIERS = ("verifier@dinas.example", "second@dinas.example", "third@dinas.example")
OWNER = "dapur1@umkm.example"


@pytest.fixture
def lively(database: Database) -> Database:
    with database.transaction(REGION) as session:
        build_office(build_city(session))
    return database


def at_once(database: Database, *acts: Callable[[Session], object]) -> list[object]:
    """Do *acts* in transactions of their own, all at once; a refusal is its code."""
    together = Barrier(len(acts))

    def one(act: Callable[[Session], object]) -> object:
        try:
            with database.transaction(REGION) as session:
                together.wait(10)
                return act(session)
        except ConsignError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def hand_in(database: Database, number: str, kind: Kind = Kind.PIRT) -> int:
    with database.transaction(REGION) as session:
        by = get_actor(session, OWNER)
        producer_id = get_producer(session, "P1").id
        draft = upload_document(session, by=by, producer_id=producer_id, kind=kind, taken=None)
        typed = Typed(number=number)
        return submit_document(session, by=by, document_id=draft.id, typed=typed, product_ids=(), on=TODAY).id


def take_next(login: str) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        taken = claim_next(session, by=get_actor(session, login), now=clock.now())
        return taken.id if taken else None

    return act


def take(login: str, document_id: int) -> Callable[[Session], object]:
    return lambda session: claim_document(session, by=get_actor(session, login), document_id=document_id).id


def approve(login: str, document_id: int) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        by = get_actor(session, login)
        return decide_document(
            session,
            by=by,
            document_id=document_id,
            decision=Decision.APPROVE,
            reason="uji",
            consulted="uji",
            on=TODAY,
        ).state

    return act


def test_each_verifier_gets_another_paper(lively: Database):
    papers = [hand_in(lively, pirt(place=place)) for place in (1, 2)]
    taken = at_once(lively, *(take_next(login) for login in VERIFIERS))
    assert sorted(str(one) for one in taken) == sorted(["None", *(str(one) for one in papers)])


def test_one_of_two_gets_the_paper_both_want(lively: Database):
    paper = hand_in(lively, pirt())
    taken = at_once(lively, *(take(login, paper) for login in VERIFIERS[:2]))
    assert sorted(str(one) for one in taken) == sorted([str(paper), "documents.taken"])


def test_a_paper_is_decided_once(lively: Database):
    paper = hand_in(lively, pirt())
    at_once(lively, take(VERIFIERS[0], paper))
    states = at_once(lively, *(approve(VERIFIERS[0], paper) for _ in range(3)))
    assert sorted(str(one) for one in states) == ["approved", "documents.moved", "documents.moved"]


def test_two_of_a_line_approved_at_once_leave_one_in_force(lively: Database, files: Files):
    papers = [hand_in(lively, pirt(place=place), Kind.PIRT) for place in (1, 2)]
    with lively.transaction(REGION) as session:  # past the rule that a later one takes the place of one that waits
        for paper in papers:
            session.connection().exec_driver_sql(
                f"UPDATE document SET number_compact = '{pirt()}', number = '{pirt()}' WHERE id = {paper}"
            )
    for login, paper in zip(VERIFIERS, papers, strict=False):
        at_once(lively, take(login, paper))
    states = at_once(lively, *(approve(login, paper) for login, paper in zip(VERIFIERS, papers, strict=False)))
    assert states == ["approved", "approved"]
    with lively.transaction(REGION) as session:
        assert list(find_breaches(session, files)) == []
        rows = session.connection().exec_driver_sql("SELECT state FROM document ORDER BY state").scalars()
        assert list(rows) == ["approved", "superseded"]


def test_a_lapsed_claim_is_given_back_once(lively: Database):
    paper = hand_in(lively, pirt())
    at_once(lively, take(VERIFIERS[0], paper))
    with lively.transaction(REGION) as session:
        session.connection().exec_driver_sql("UPDATE document SET claimed_at = claimed_at - interval '31 minutes'")
    given = at_once(lively, *(lambda session: release_lapsed(session, now=clock.now()) for _ in range(3)))
    assert sorted(str(one) for one in given) == ["0", "0", "1"]
