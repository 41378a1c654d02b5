"""Announcing ends: each threshold once at most, and none is missed, whatever days the worker runs on."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from compliance.facts import Kind
from consign.documents.expiry import DAYS_AHEAD, announce_ends, find_threshold
from consign.documents.submitting import withdraw_document
from consign.models.documents import Document
from tests.documents.papers import Office, pirt

END = date(2030, 3, 9)


def announced(office: Office) -> list[tuple[int, int]]:
    return [(fact["days_ahead"], fact["days_left"]) for fact in office.notices("documents.ends")]


def hold(office: Office) -> Document:
    return office.approve(Kind.PIRT, pirt(), valid_until=END)


def test_an_end_is_announced_four_times(office: Office):
    hold(office)
    for left in range(70, -5, -1):
        assert announce_ends(office.session, on=END - timedelta(left)) == (left in DAYS_AHEAD)
    assert announced(office) == [(60, 60), (30, 30), (7, 7), (0, 0)]


def test_days_that_were_left_out_cost_no_announcement(office: Office):
    paper = hold(office)
    for left in (61, 45, 44, 12, -3, -4):
        announce_ends(office.session, on=END - timedelta(left))
    assert announced(office) == [(60, 45), (30, 12), (0, -3)]
    assert office.history(paper)[-1] == "reminded"


def test_what_never_ends_and_what_is_not_in_force_is_not_announced(office: Office):
    withdraw_document(office.session, by=office.owner, document_id=hold(office).id)
    office.approve(Kind.HALAL, "ID64110000214820324", valid_until=END)
    office.approve(Kind.NIB, "8120000123456", valid_until=END)
    office.hand_in(Kind.PIRT, pirt(place=2), valid_until=END)
    assert announce_ends(office.session, on=END) == 0


def test_the_number_of_an_spp_irt_says_its_year_where_no_day_is_printed(office: Office):
    paper = office.approve(Kind.PIRT, pirt(year=29))
    assert (paper.valid_until, paper.ends_on) == (None, date(2029, 12, 31))
    assert announce_ends(office.session, on=date(2029, 12, 1)) == 1


def test_a_corrected_end_is_announced_anew(office: Office):
    first = hold(office)
    announce_ends(office.session, on=END - timedelta(7))
    later = END + timedelta(365)
    office.approve(Kind.PIRT, pirt(), valid_until=later, replaces_id=first.id)
    assert announce_ends(office.session, on=END - timedelta(6)) == 0
    assert announce_ends(office.session, on=later - timedelta(59)) == 1


@given(runs=st.lists(st.integers(-90, 90), min_size=1, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_days_it_runs_on_each_threshold_is_announced_once_and_none_is_missed(office: Office, runs: list[int]):
    probe = office.session.begin_nested()
    hold(office)
    runs = sorted(runs, reverse=True)
    for left in runs:
        announce_ends(office.session, on=END - timedelta(left))
        told = [ahead for ahead, _ in announced(office)]
        assert len(told) == len(set(told))
        # After each run the nearest threshold that has passed is announced.
        passed = [ahead for ahead in DAYS_AHEAD if left <= ahead]
        assert not passed or min(passed) in told
    probe.rollback()
    office.session.expire_all()


@pytest.mark.parametrize(
    ("left", "threshold"), [(60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-9, 0)]
)
def test_the_nearest_threshold_that_has_passed(left: int, threshold: int):
    assert find_threshold(END, on=END - timedelta(left)) == threshold


def test_reminders_stand_in_a_table_of_their_own(office: Office):
    hold(office)
    announce_ends(office.session, on=END)
    rows = office.session.execute(text("SELECT ends_on, days_ahead FROM expiry_reminder")).all()
    assert [tuple(row) for row in rows] == [(END, 0)]
