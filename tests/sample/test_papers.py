"""The papers of the sample city: each number has its form, and every page has something to show."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from consign.db import Database
from consign.files import Files
from consign.sample.goods import read_producers
from consign.sample.paper_files import write_paper, write_pdf
from consign.sample.paper_plan import Fate, SamplePaper
from consign.sample.paper_steps import plan_all

REGION = "64.71"
DAYS = [date(2026, 11, 22), date(2026, 12, 31), date(2027, 3, 1), date(2028, 2, 29)]


def plan_city(on: date) -> list[SamplePaper]:
    return [paper for producer in read_producers() for paper in plan_all(producer, on=on)]


def is_well_formed(paper: SamplePaper) -> bool:
    try:
        KINDS[paper.kind].module.parse(paper.typed.number or "")
    except NumberRefused:
        return paper.typed.number is None
    return True


@pytest.mark.parametrize("on", DAYS)
def test_every_paper_can_be_handed_in_whatever_the_day(on: date):
    planned = plan_city(on)
    assert [one for one in planned if not is_well_formed(one)] == []
    assert {one.turn.fate for one in planned} == {*Fate} - {Fate.MISSING}
    ends = [one.typed.valid_until - on for one in planned if one.typed.valid_until]
    assert {timedelta(days) for days in (5, 25, 50, -10)} <= set(ends)
    # Of those in force only the one that is being renewed has ended.
    assert sum(end < timedelta(0) for end in ends) == 2  # the producer has two groups of food


@pytest.mark.parametrize("on", DAYS)
def test_no_number_stands_twice(on: date):
    numbers = [(one.kind, one.typed.number) for one in plan_city(on) if one.typed.number]
    assert len(numbers) == len(set(numbers))


def test_a_file_is_the_same_whenever_it_is_made_and_holds_what_was_typed():
    paper = next(one for one in plan_city(DAYS[0]) if one.kind is Kind.PIRT)
    written = write_paper(paper.kind, paper.typed)
    assert written == write_paper(paper.kind, paper.typed)
    assert b"Dapur Bu Ratmi" in written
    assert b"BUKAN" in written.upper()
    assert b"(a \\(b\\) \\\\) Tj" in write_pdf(["a (b) \\"])


def test_the_city_has_papers_of_every_fate_and_they_are_judged(whole_city: tuple[Database, Files]):
    database, _ = whole_city
    with database.transaction(REGION) as session:

        def ask(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in session.execute(text(query))]

        states = {state for (state,) in ask("SELECT DISTINCT state FROM document")}
        assert states >= {"draft", "submitted", "second_look", "approved", "needs_correction", "rejected"}
        standings = dict(ask("SELECT standing, count(*) FROM product_eligibility GROUP BY standing"))
        assert set(standings) == {"eligible", "warned", "blocked"}
        assert sum(map(int, map(str, standings.values()))) == 88
        assert ask("SELECT count(*) FROM eligibility_due") == [(0,)]
        # One paper is of a wrong kind for its goods, one account is not the owner's, one name is another on the list.
        codes = {code for (code,) in ask("SELECT f ->> 'code' FROM document, jsonb_array_elements(findings) AS f")}
        assert {"pirt.wrong_kind", "bank_account.other_holder", "pirt.listed_otherwise"} <= codes
        assert ask("SELECT kind FROM paper_waiver") == [("halal",)]
        assert ask("SELECT kind FROM partner_demand") == [("label",)]
        assert ask("SELECT count(DISTINCT document_id) > 5 FROM document_page") == [(True,)]
        # What a file says is read from it.
        assert ask("SELECT count(*) > 5 FROM document WHERE values_read <> '[]'") == [(True,)]
