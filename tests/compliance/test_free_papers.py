"""Label artwork, mandates and agreements: papers whose number, if any, is the writer's own."""

from datetime import date

import pytest

from compliance import label, mandate, pks
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal

MODULES = {Kind.LABEL: label, Kind.MANDATE: mandate, Kind.PKS: pks}
COMPLETE = {item.code: "yes" for item in label.load_items()}
LATER = date(2027, 11, 21)


@pytest.mark.parametrize("kind", MODULES)
def test_a_number_is_kept_as_it_is_written(kind: Kind):
    module = MODULES[kind]
    number = module.parse("No. 12/pks-umkm/XI/2026")
    assert module.format(number) == number.compact == "12/PKS-UMKM/XI/2026"
    assert module.parse(module.format(number)) == number
    assert number.says() == {}


@pytest.mark.parametrize("kind", MODULES)
def test_a_number_has_at_least_one_digit(kind: Kind):
    module = MODULES[kind]
    assert "at least one digit" in refusal(module.parse, "none")
    assert by_code(module.assess(Paper(kind, number="none"), on=TODAY))[f"{kind}.form"] is Verdict.INVALID


@pytest.mark.parametrize("kind", MODULES)
def test_a_paper_that_is_dated_ahead_is_looked_at(kind: Kind):
    found = by_code(MODULES[kind].assess(Paper(kind, issued_on=LATER), on=TODAY))
    assert found[f"{kind}.issued_ahead"] is Verdict.WARNING


@pytest.mark.parametrize("kind", [Kind.MANDATE, Kind.PKS])
def test_the_last_day_still_counts(kind: Kind):
    paper = Paper(kind, number="1/2026", valid_until=TODAY)
    right = {f"{kind}.form_right": Verdict.VALID}
    assert by_code(MODULES[kind].assess(paper, on=TODAY)) == right | {f"{kind}.in_force": Verdict.VALID}
    assert by_code(MODULES[kind].assess(paper, on=LATER)) == right | {f"{kind}.expired": Verdict.INVALID}


def test_a_mandate_without_a_last_day_holds_and_of_an_agreement_it_is_asked_for():
    assert mandate.assess(Paper(Kind.MANDATE), on=TODAY) == []
    assert by_code(pks.assess(Paper(Kind.PKS), on=TODAY)) == {"pks.end_unknown": Verdict.UNVERIFIABLE}


def test_a_label_that_shows_everything_is_complete():
    paper = Paper(Kind.LABEL, details=COMPLETE)
    assert by_code(label.assess(paper, on=TODAY)) == {"label.complete": Verdict.VALID}


def test_what_a_label_does_not_show_is_said_item_by_item():
    paper = Paper(Kind.LABEL, details=COMPLETE | {"expiry": "no", "barcode": " "})
    assert by_code(label.assess(paper, on=TODAY)) == {
        "label.expiry_missing": Verdict.WARNING,
        "label.barcode_missing": Verdict.UNVERIFIABLE,
    }


def test_a_label_that_nobody_looked_at_is_never_refused():
    found = by_code(label.assess(Paper(Kind.LABEL), on=TODAY))
    assert len(found) == len(label.load_items())
    assert Verdict.INVALID not in found.values()


def test_the_checklist_has_what_the_rule_asks_for():
    assert [item.code for item in label.load_items() if item.must] == [
        "product_name", "ingredients", "net_content", "producer", "production_code", "expiry", "permit_number",
    ]  # fmt: skip
