"""Laws that hold for every permit's number, whatever people type."""

import re
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import halal, md, na, nib, non_halal, pirt, pkd, pkp, psat, slhs, tr
from compliance.facts import Kind, Paper
from compliance.refusals import NumberRefused
from compliance.wording import Term
from consign.web.words import WORDS
from tests.compliance.judging import by_code

MODULES = {
    Kind.NIB: nib,
    Kind.PIRT: pirt,
    Kind.MD: md,
    Kind.NA: na,
    Kind.TR: tr,
    Kind.PKD: pkd,
    Kind.HALAL: halal,
    Kind.NON_HALAL: non_halal,
    Kind.PSAT: psat,
    Kind.SLHS: slhs,
    Kind.PKP: pkp,
}
FORMS = {
    Kind.NIB: r"[0-9]{13}",
    Kind.PIRT: r"[0-9]{15}",
    Kind.MD: r"M[DL]([0-9]{12}|[0-9]{15})",
    Kind.NA: r"N[A-E][0-9]{11}",
    Kind.TR: r"(BTR|TR|TI|TL|HT|FF|SD|SI|SL)[0-9]{9}",
    Kind.PKD: r"PK[DL][0-9]{11}",
    Kind.HALAL: r"ID[0-9]{13,20}",
    Kind.NON_HALAL: r"[0-9]{1,4}/NH/20[0-9]{2}",
    Kind.PSAT: r"(PD|PL|PDUK)[0-9]{4}[-/][0-9IVX]{1,20}",
    Kind.SLHS: r"[0-9]{1,4}/SLHS/[A-Z]{1,20}/20[0-9]{2}",
    Kind.PKP: r"[0-9]{1,4}/[0-9]{4}/20[0-9]{2}",
}
FORMS_OF_CODES = {kind: FORMS[kind] for kind in (Kind.PIRT, Kind.MD, Kind.NA, Kind.TR, Kind.PKD)} | {
    Kind.PSAT: r"(PD|PL|PDUK)[0-9]"
}
PREFIXES = [
    "NO",
    "No. ",
    "NOMOR",
    "P-IRT ",
    "SPP",
    "BPOM ",
    "RI ",
    "MD",
    "NA",
    "TR",
    "PKD",
    "PDUK ",
    "ID",
    "KH",
    "O",
    "l",
]
ALPHABET = string.digits + "OoIl .-/:٣７" + string.ascii_uppercase
typed = st.one_of(
    st.text(),
    st.text(ALPHABET, max_size=30),
    st.lists(st.one_of(st.sampled_from(PREFIXES), st.text(string.digits, max_size=9)), max_size=8).map("".join),
)
days = st.one_of(st.none(), st.dates())


@pytest.mark.parametrize("kind", MODULES)
def test_every_number_of_the_form_is_printed_and_read_again(kind: Kind):
    module = MODULES[kind]

    @given(st.from_regex(FORMS[kind], fullmatch=True))
    def holds(text: str) -> None:
        number = module.parse(text)
        assert number.compact == module.compact(text) == text
        assert module.parse(module.format(number)) == number
        assert all(str(fact) for fact in number.says().values())

    holds()


@pytest.mark.parametrize("kind", MODULES)
def test_any_text_is_a_number_or_refused(kind: Kind):
    module = MODULES[kind]

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


@pytest.mark.parametrize("kind", MODULES)
def test_any_paper_is_judged(kind: Kind):
    module = MODULES[kind]

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
    modules = [module for kind, module in MODULES.items() if re.fullmatch(FORMS_OF_CODES.get(kind, "(?!)"), text)]
    assert len(modules) == 1
    codes = [fact for fact in modules[0].parse(text).says().values() if isinstance(fact, Term)]
    assert codes
    assert [code for code in codes if code not in WORDS[code.group]] == []
