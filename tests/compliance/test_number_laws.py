"""Laws that hold for the numbers of every kind of paper, whatever people type."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts import Kind, Paper
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from compliance.wording import Term
from consign.web.words import WORDS
from tests.compliance.judging import by_code
from tests.compliance.numbers import FORMS, days, typed

FORMS_OF_CODES = {kind: FORMS[kind] for kind in (Kind.PIRT, Kind.MD, Kind.NA, Kind.TR, Kind.PKD)} | {
    Kind.PSAT: r"(PD|PL|PDUK)[0-9]"
}


@pytest.mark.parametrize("kind", Kind)
def test_every_number_of_the_form_is_printed_and_read_again(kind: Kind):
    module = KINDS[kind].module

    @given(st.from_regex(FORMS[kind], fullmatch=True))
    def holds(text: str) -> None:
        number = module.parse(text)
        assert number.compact == module.compact(text) == text
        assert module.parse(module.format(number)) == number
        assert all(str(fact) for fact in number.says().values())

    holds()


@pytest.mark.parametrize("kind", Kind)
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


@pytest.mark.parametrize("kind", Kind)
def test_any_paper_is_judged(kind: Kind):
    module = KINDS[kind].module

    @given(
        number=st.one_of(st.none(), typed, st.from_regex(FORMS[kind], fullmatch=True)),
        issued_on=days,
        valid_until=days,
        on=st.dates(),
    )
    def holds(number: str | None, issued_on: date | None, valid_until: date | None, on: date) -> None:
        found = module.assess(Paper(kind, number=number, issued_on=issued_on, valid_until=valid_until), on=on)
        assert all(code.startswith(f"{kind}.") for code in by_code(found))

    holds()


@pytest.mark.parametrize(
    "text",
    [
        *[f"{digit}06347101012328" for digit in range(1, 9)],
        *["MD123456789012", "ML123456789012345", "PKD20501712345", "PKL20501712345", "PD1", "PL1", "PDUK1"],
        *[f"{prefix}18240100123" for prefix in ("NA", "NB", "NC", "ND", "NE")],
        *[f"{prefix}233312345" for prefix in ("TR", "TI", "TL", "HT", "FF", "SD", "SI", "SL", "BTR")],
    ],
)
def test_every_code_that_a_number_says_has_its_word(text: str):
    modules = [KINDS[kind].module for kind, form in FORMS_OF_CODES.items() if re.fullmatch(form, text)]
    assert len(modules) == 1
    codes = [fact for fact in modules[0].parse(text).says().values() if isinstance(fact, Term)]
    assert codes
    assert [code for code in codes if code not in WORDS[code.group]] == []
