"""The register of kinds, the banks, masking, and laws of the numbers that are no permits."""

import string
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
from compliance.refusals import NumberRefused
from tests.compliance.judging import by_code

FORMS = {
    Kind.NPWP: r"[1-9][0-9]{15}",
    Kind.NIK: r"[1-9][0-9]{5}(0[1-9]|[156][0-9]|4[1-9])(0[1-9]|1[0-2])[0-9]{2}[0-9]{3}[1-9]",
    Kind.NITKU: r"[1-9][0-9]{21}",
    Kind.TRADEMARK: r"IDM[0-9]{9}|(DID|JID|D00|J00)[0-9]{10}",
    Kind.BANK_ACCOUNT: r"[1-9][0-9]{4,19}",
    Kind.LABEL: r"[0-9]{1,4}/[A-Z]{2,5}/20[0-9]{2}",
    Kind.MANDATE: r"[0-9]{1,4}/[A-Z]{2,5}/20[0-9]{2}",
    Kind.PKS: r"[0-9]{1,4}/[A-Z]{2,5}/20[0-9]{2}",
}
WORDS = ["NO", "No. ", "NOMOR", "NPWP16", "NIK", "NITKU ", "IDM", "DID", "D00", "BCA ", "+62", "08", "ovo", "O", "l"]
ALPHABET = string.digits + "OoIl .-/:٣７" + string.ascii_uppercase
typed = st.one_of(
    st.text(),
    st.text(ALPHABET, max_size=30),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(string.digits, max_size=16)), max_size=6).map("".join),
)
days = st.one_of(st.none(), st.dates())


@pytest.mark.parametrize("kind", FORMS)
def test_every_number_of_the_form_is_printed_and_read_again(kind: Kind):
    module = KINDS[kind].module

    @given(st.from_regex(FORMS[kind], fullmatch=True))
    def holds(text: str) -> None:
        number = module.parse(text)
        assert number.compact == module.compact(text) == text
        assert module.parse(module.format(number)) == number
        assert all(str(fact) for fact in number.says().values())

    holds()


@pytest.mark.parametrize("kind", FORMS)
def test_any_text_is_a_number_or_refused(kind: Kind):
    module = KINDS[kind].module

    @given(typed)
    def holds(text: str) -> None:
        try:
            number = module.parse(text)
        except NumberRefused as error:
            refused = error
        else:
            refused = None
        if refused is not None:
            assert 0 < len(str(refused)) < 200
            return
        assert module.compact(number.compact) == number.compact
        assert module.parse(module.format(number)) == number
        assert dict(number.says()) == dict(module.parse(module.format(number)).says())

    holds()


@pytest.mark.parametrize("kind", FORMS)
def test_any_paper_is_judged(kind: Kind):
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
        assert all(code.startswith(f"{kind}.") for code in found)
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
