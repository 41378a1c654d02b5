"""The register of kinds, the banks, masking, and what makes papers invalid that are no permits."""

from datetime import date
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.banks import find_bank, load_banks
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from compliance.kinds import KINDS, MODULES
from compliance.masking import mask
from tests.compliance.judging import by_code
from tests.compliance.numbers import FORMS, days, typed

NO_PERMITS = (
    Kind.NPWP, Kind.NIK, Kind.NITKU, Kind.TRADEMARK, Kind.BANK_ACCOUNT, Kind.LABEL, Kind.MANDATE, Kind.PKS,
)  # fmt: skip


@pytest.mark.parametrize("kind", NO_PERMITS)
def test_only_form_and_end_make_a_paper_invalid_that_is_no_permit(kind: Kind):
    module = KINDS[kind].module

    @given(
        number=st.one_of(st.none(), typed, st.from_regex(FORMS[kind], fullmatch=True)),
        issued_on=days,
        valid_until=days,
        on=st.dates(),
        details=st.dictionaries(st.sampled_from(["bank", "account_name", "nice_class", "expiry"]), typed),
    )
    def holds(
        number: str | None, issued_on: date | None, valid_until: date | None, on: date, details: dict[str, str]
    ) -> None:
        paper = Paper(kind, number=number, issued_on=issued_on, valid_until=valid_until, details=details)
        found = by_code(module.assess(paper, on=on))
        ended = valid_until is not None and valid_until < on
        judged = {"form", "wallet"} | ({"expired"} if ended else set())
        invalid = {code.partition(".")[2] for code, verdict in found.items() if verdict is Verdict.INVALID}
        assert invalid <= judged

    holds()


def test_every_kind_is_registered_with_the_module_of_its_name():
    assert list(KINDS) == list(MODULES) == list(Kind)
    assert len(KINDS) == len(Kind)
    assert [KINDS[kind].module for kind in Kind] == [import_module(f"compliance.{kind}") for kind in Kind]
    assert all(KINDS[kind].kind is kind and KINDS[kind].source for kind in Kind)


def test_a_kind_that_lasts_some_years_says_how_many():
    assert all((facts.ends == "years") == (facts.years is not None) for facts in KINDS.values())
    assert {kind: facts.years for kind, facts in KINDS.items() if facts.years} == {
        Kind.PIRT: 5, Kind.MD: 5, Kind.NA: 3, Kind.TR: 5, Kind.PKD: 5, Kind.SLHS: 3, Kind.PSAT: 5, Kind.TRADEMARK: 10,
    }  # fmt: skip


def test_personal_numbers_are_those_of_people_and_their_money():
    personal = {kind for kind, facts in KINDS.items() if facts.personal}
    assert personal == {Kind.NIK, Kind.NPWP, Kind.NITKU, Kind.BANK_ACCOUNT}


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        (Kind.NIK, "6471014508850001", "6471********0001"),
        (Kind.NIK, "6471 0145 0885 0001", "6471********0001"),
        (Kind.BANK_ACCOUNT, "1234567890", "******7890"),
        (Kind.NPWP, "01.312.166.0-091.000", "***********1000"),
        (Kind.NITKU, "0013121660091000000001", "******************0001"),
        (Kind.NIB, "9120001234567", "9120001234567"),
        (Kind.BANK_ACCOUNT, "123456", "***456"),
        (Kind.NIK, "123456", "1****6"),
        (Kind.NIK, "12", "**"),
        (Kind.NIK, "", ""),
    ],
)
def test_personal_numbers_are_masked(kind: Kind, number: str, shown: str):
    assert mask(kind, number) == shown


@given(st.sampled_from([Kind.NIK, Kind.NPWP, Kind.NITKU, Kind.BANK_ACCOUNT]), st.text())
def test_at_least_half_of_a_personal_number_is_stars(kind: Kind, number: str):
    shown = mask(kind, number)
    assert len(shown) == sum(sign.isalnum() for sign in number)
    assert 2 * shown.count("*") >= len(shown)


def test_banks_are_found_by_code_with_the_usual_lengths():
    bca, kaltim = find_bank("014"), find_bank("124")
    assert bca is not None
    assert (bca.name, bca.shortest, bca.longest) == ("Bank Central Asia (BCA)", 10, 10)
    assert kaltim is not None
    assert (kaltim.shortest, kaltim.certainty) == (None, "")
    assert find_bank("000") is None


def test_every_bank_has_a_code_of_three_digits_and_a_source():
    assert len(load_banks()) > 50
    assert all(len(code) == 3 and code.isdigit() and bank.source for code, bank in load_banks().items())
