"""What the worker does for papers: products are judged when they are due, ends announced, forgotten claims given back."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from compliance.facts import Kind
from consign import clock
from consign.checks import CHECKS
from consign.db import Database
from consign.documents.reviewing import claim_next
from consign.files import Files
from consign.identity.queries import get_actor
from consign.jobs.enqueued import recompute_eligibility
from consign.jobs.rounds import look_after_papers
from consign.partners.due import mark_due
from consign.regions import add_region
from tests.builders import build_city
from tests.conftest import REGION
from tests.documents.papers import build_office, hold_everything, pirt
from tests.documents.test_at_once import VERIFIERS, at_once, hand_in
from tests.jobs.working import find_jobs, query_queue, wait_until, working


def found_office(database: Database) -> None:
    """Build a dinas whose first producer holds all that it needs, committed."""
    with database.transaction(REGION) as session:
        hold_everything(build_office(build_city(session)))


def find_faults(database: Database) -> list[str]:
    """Return the broken invariants, but for files: these papers have none."""
    with database.transaction(REGION) as session:
        return [breach.code for check in CHECKS for breach in check(session)]


def standings(database: Database) -> list[str]:
    with database.transaction(REGION) as session:
        return list(session.scalars(text("SELECT standing FROM product_eligibility ORDER BY product_id")))


def count_due(database: Database) -> int:
    with database.transaction(REGION) as session:
        return int(session.scalar(text("SELECT count(*) FROM eligibility_due")) or 0)


def test_a_worker_judges_what_an_act_left_to_it(database: Database, files: Files):
    found_office(database)
    assert find_jobs(database) == ["6471:recompute_eligibility"]
    with working(database, files):
        wait_until(lambda: standings(database) == ["eligible", "blocked"])
        wait_until(lambda: find_jobs(database) == find_jobs(database, status="doing") == [])
    assert (count_due(database), find_jobs(database, status="failed")) == (0, [])
    assert find_faults(database) == []


def test_what_was_lost_is_found_by_the_next_worker(database: Database, files: Files):
    found_office(database)
    query_queue(database, "DELETE FROM procrastinate_jobs")
    look_after_papers(database)
    assert find_jobs(database) == ["6471:recompute_eligibility"]
    query_queue(database, "DELETE FROM procrastinate_jobs")
    with working(database, files):  # looks for lost work when it starts
        wait_until(lambda: standings(database) == ["eligible", "blocked"])
    look_after_papers(database)
    assert find_jobs(database) == []


def test_a_judging_may_come_twice_and_many_at_once(database: Database):
    found_office(database)
    judged = at_once(database, *(lambda _: recompute_eligibility(database, region=REGION) for _ in range(3)))
    assert sorted(str(one) for one in judged) == ["0", "0", "2"]
    assert recompute_eligibility(database, region=REGION) == 0
    assert find_faults(database) == []


def test_an_act_that_is_not_committed_yet_is_judged_after_it(database: Database):
    found_office(database)
    recompute_eligibility(database, region=REGION)
    with database.transaction(REGION) as session:
        producer_id = session.scalar(text("SELECT id FROM producer WHERE code = 'P1'"))
        session.execute(text("UPDATE document SET state = 'withdrawn' WHERE kind = 'halal'"))
        assert isinstance(producer_id, int)
        mark_due(session, [producer_id])
        # A worker that looks right now waits for nobody, and takes nothing away that it cannot see.
        assert recompute_eligibility(database, region=REGION) == 0
    assert recompute_eligibility(database, region=REGION) == 1
    assert standings(database) == ["blocked", "blocked"]


def test_the_day_comes_without_anybodys_doing(database: Database):
    found_office(database)
    recompute_eligibility(database, region=REGION)
    with database.transaction(REGION) as session:
        session.execute(
            text("UPDATE product_eligibility SET changes_on = current_date - 1, computed_on = current_date - 9")
        )
    look_after_papers(database)
    assert find_jobs(database) == ["6471:recompute_eligibility"]
    assert recompute_eligibility(database, region=REGION) == 2
    query_queue(database, "DELETE FROM procrastinate_jobs")
    look_after_papers(database)
    assert find_jobs(database) == []


def test_all_products_are_judged_again_after_an_upgrade_with_other_rulesets(database: Database):
    found_office(database)
    look_after_papers(database)
    recompute_eligibility(database, region=REGION)
    with database.transaction(REGION) as session:
        session.execute(text("UPDATE product_eligibility SET standing = 'warned'"))  # as other rulesets had it
    look_after_papers(database)
    assert recompute_eligibility(database, region=REGION) == 0
    with database.transaction(REGION) as session:
        session.execute(text("UPDATE region_terms SET rulesets_hash = 'of an earlier release'"))
    look_after_papers(database)
    assert recompute_eligibility(database, region=REGION) == 2
    assert standings(database) == ["eligible", "blocked"]


def test_ends_are_announced_and_forgotten_claims_given_back(database: Database):
    found_office(database)
    paper = hand_in(database, pirt(place=9))
    today = clock.today("Asia/Makassar")
    with database.transaction(REGION) as session:
        claim_next(session, by=get_actor(session, VERIFIERS[0]), now=clock.now() - timedelta(hours=1))
        session.execute(
            text("UPDATE document SET ends_on = :end WHERE kind = :kind AND state = 'approved'"),
            {"end": today + timedelta(20), "kind": Kind.PIRT},
        )
    assert look_after_papers(database) == 2
    assert look_after_papers(database) == 0
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT state FROM document WHERE id = :id"), {"id": paper}) == "submitted"
        facts = session.scalar(text("SELECT facts FROM notice WHERE kind = 'documents.ends'"))
    assert (facts["days_left"], facts["days_ahead"]) == (20, 30)
    assert find_faults(database) == []


def test_one_broken_region_keeps_no_other_waiting(database: Database):
    found_office(database)
    add_region(database, code="64.74", name="Kota Bontang")
    with database.owner() as connection:
        connection.execute(text("DROP TABLE region_6474.eligibility_due CASCADE"))
    with pytest.raises(ExceptionGroup, match="1 regions"):
        look_after_papers(database)
    assert find_jobs(database) == ["6471:recompute_eligibility"]
