"""Agreements, memberships, cycles and the region's settings on the command line: what is printed, and with what it ends."""

import json

import pytest
from sqlalchemy import text

from consign.db import Database
from tests.builders import ADMIN, AUDITOR
from tests.cli.terminal import Terminal
from tests.conftest import REGION


@pytest.fixture
def office(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Run commands as the admin of the city."""
    monkeypatch.setenv("CONSIGN_AS", ADMIN)
    return terminal


def listed(terminal: Terminal, *more: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(terminal.run("agreement", "list", *more, "--json").out)
    return found


def refused(terminal: Terminal, *words: object) -> str:
    ended = terminal.run(*words)
    assert (ended.status, ended.out) == (2, ""), words
    return ended.err.rstrip().rpartition("[")[2].rstrip("]")


def test_an_agreement_is_continued_with_other_terms_and_keeps_what_is_not_said(office: Terminal):
    (first,) = listed(office, "--producer", "P1")
    done = office.run(
        "agreement", "continue", first["id"], "--from", "2026-10-01", "--fee", "3%", "--loss-share", "50%"
    )
    assert done.status == 0
    assert "a PKP charges PPN on its fee" in done.err
    assert f"follows {first['id']} from 2026-10-01 on" in done.out
    old, new = sorted(listed(office, "--producer", "P1"), key=lambda one: str(one["first"]))
    assert (old["last"], old["fee_rate_bp"]) == ("2026-09-30", 250)
    said = {"id", "first", "last", "state", "replaces_id", "fee_rate_bp", "loss_store_bp"}
    assert {name: value for name, value in new.items() if name not in said} == {
        name: value for name, value in old.items() if name not in said
    }
    assert (new["first"], new["last"], new["fee_rate_bp"], new["loss_store_bp"], new["replaces_id"]) == (
        "2026-10-01", None, 300, 5_000, first["id"],
    )  # fmt: skip
    taken_back = office.run("agreement", "continue", new["id"], "--from", "2026-11-01", "--loss-share", "none")
    assert taken_back.status == 0
    assert listed(office, "--producer", "P1", "--on", "2026-11-01")[0]["loss_store_bp"] is None
    assert "P1" in office.run("agreement", "list", "--partner", "BM").out


def test_an_agreement_that_cannot_be_continued_is_left_alone(office: Terminal):
    (first,) = listed(office, "--producer", "P1")
    again = ("agreement", "continue", first["id"], "--from", "2026-10-01")
    assert refused(office, *again, "--fee", "90%") == "partners.fee_out_of_bounds"
    assert refused(office, *again, "--fee", "banyak") == "input.bad"
    assert refused(office, *again, "--route", "cooperative") == "partners.not_a_member"
    assert refused(office, "agreement", "continue", "99", "--from", "2026-10-01") == "partners.agreement_missing"
    assert refused(office, *again, "--as", AUDITOR) == "identity.not_allowed"
    assert listed(office, "--producer", "P1") == [first]
    assert office.run(*again).status == 0
    assert refused(office, *again) == "partners.agreement_continued"


def test_an_agreement_ends_and_goes_on_again(office: Terminal):
    (first,) = listed(office, "--producer", "P2")
    ended = office.run("agreement", "end", first["id"], "--on", "2026-12-31")
    assert (ended.status, "ends on 2026-12-31" in ended.out) == (0, True)
    assert listed(office, "--producer", "P2")[0]["last"] == "2026-12-31"
    assert "goes on" in office.run("agreement", "end", first["id"], "--goes-on").out
    assert listed(office, "--producer", "P2") == [first]
    for wrong in ((), ("--on", "2026-12-31", "--goes-on"), ("--on", "2020-01-01")):
        assert refused(office, "agreement", "end", first["id"], *wrong) == "input.bad"


def test_a_cooperative_signs_for_all_its_members_and_a_membership_ends_with_what_was_signed(office: Terminal):
    for producer in ("P1", "P2"):
        for number in (one["id"] for one in listed(office, "--producer", producer)):
            office.run("agreement", "end", number, "--on", "2026-09-30")
    assert office.run("cooperative", "add", "--code", "KOP-01", "--name", "Koperasi Maju").status == 0
    sign = ("cooperative", "sign", "KOP-01", "--partner", "BM", "--from", "2026-10-01", "--fee", "3%")
    assert refused(office, *sign) == "partners.no_members"
    for producer in ("P1", "P2"):
        member = ("--producer", producer, "--from", "2026-01-01", "--mandate", "SK 1/2026")
        assert office.run("cooperative", "member", "KOP-01", *member).status == 0
    signed = office.run(*sign)
    assert (signed.status, signed.out) == (0, "2 agreements were added, one for each member of KOP-01.\n")
    assert refused(office, *sign) == "partners.agreement_overlaps"
    found = listed(office, "--on", "2026-10-01")
    assert [(one["fee_rate_bp"], one["route"], one["cooperative_code"]) for one in found] == [
        (300, "cooperative", "KOP-01")
    ] * 2

    end = ("cooperative", "member-end", "KOP-01", "--producer", "P1", "--on", "2026-11-30")
    assert office.run(*end).out == "P1 is a member of KOP-01 until 2026-11-30; 1 agreements end with it.\n"
    assert refused(office, *end) == "partners.membership_missing"
    assert [one["producer_code"] for one in listed(office, "--on", "2026-12-01")] == ["P2"]


def test_a_partner_is_settled_by_another_cycle(office: Terminal, database: Database):
    told = office.run("partner", "cycle", "BM", "half_month")
    assert told.out == "Partner BM was settled every month and is settled every half_month from now on.\n"
    assert "nothing was changed" in office.run("partner", "cycle", "BM", "half_month").out
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT cycle FROM partner")) == "half_month"
    assert refused(office, "partner", "cycle", "XX", "week") == "partners.unknown_code"
    assert office.run("partner", "cycle", "BM", "year").status == 2


def test_the_regions_settings_are_shown_and_changed_one_by_one(office: Terminal):
    before = json.loads(office.run("region", "settings", "--json").out)
    assert "dispute_days" in office.run("region", "settings").out
    changed = office.run(
        "region", "set", "--fee-to", "6%", "--dispute-days", "10", "--closes-by-two", "--office-contact", "Jl. Melati 3"
    )
    assert (changed.status, changed.err) == (0, "")
    assert f"dispute_days: {before['dispute_days']} -> 10" in changed.out
    assert "closes_by_two: no -> yes" in changed.out
    after = json.loads(office.run("region", "settings", "--json").out)
    assert {name: value for name, value in after.items() if value != before[name]} == {
        "fee_to_bp": 600, "dispute_days": 10, "closes_by_two": True, "office_contact": "Jl. Melati 3",
    }  # fmt: skip
    assert office.run("region", "set", "--dispute-days", "10").out == "Nothing was changed.\n"
    assert office.run("region", "set", "--closes-by-one", "--office-contact", "").status == 0


def test_settings_that_cannot_be_and_people_who_may_not_change_nothing(office: Terminal):
    before = office.run("region", "settings", "--json").out
    assert refused(office, "region", "set", "--fee-from", "4%") == "partners.agreements_outside"  # both take 2,5 %
    assert refused(office, "region", "set", "--dispute-days", "-1") == "input.bad"
    assert refused(office, "region", "set", "--silent-days", "5", "--as", AUDITOR) == "identity.not_allowed"
    assert refused(office, "region", "settings", "--as", AUDITOR) == "identity.not_allowed"
    assert office.run("region", "settings", "--json").out == before
