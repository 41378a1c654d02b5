"""A number whose digits are all the same is asked for once more."""

import pytest

from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from compliance.kinds import KINDS
from tests.compliance.judging import TODAY

DETAILS = {"bank": "014", "account_name": "Sari"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NPWP, "00.000.000.0-000.000"),
        (Kind.NPWP, "NPWP 0000000000000000"),
        (Kind.NIK, "1111111111111111"),
        (Kind.NITKU, "0" * 22),
        (Kind.NIB, "0000000000000"),
        (Kind.PIRT, "0000000000000-00"),
        (Kind.MD, "MD 000000000000"),
        (Kind.NA, "NA 99999999999"),
        (Kind.TR, "TR 000000000"),
        (Kind.PKD, "PKD 11111111111"),
        (Kind.HALAL, "ID" + "0" * 17),
        (Kind.HALAL, "ID" + "0" * 13),
        (Kind.BANK_ACCOUNT, "0000000000"),
        (Kind.BANK_ACCOUNT, "BCA 11111"),
    ],
)
def test_digits_that_are_all_the_same_look_like_a_placeholder(kind: Kind, text: str):
    found = KINDS[kind].module.assess(Paper(kind, number=text, details=DETAILS), on=TODAY)
    assert (found[0].code, found[0].verdict) == (f"{kind}.placeholder", Verdict.WARNING)
    assert {one.code for one in found[1:]} <= {f"{kind}.end_unknown"}
    assert str(found[0].reason) == "All digits of this number are the same: it looks like a placeholder."
    assert str(found[0].next_step) == "Type the number that stands on the paper."


@pytest.mark.parametrize(("kind", "text"), [(Kind.NIB, "0000000000001"), (Kind.MD, "MD 111111111112")])
def test_one_other_digit_is_enough(kind: Kind, text: str):
    found = KINDS[kind].module.assess(Paper(kind, number=text), on=TODAY)
    assert found[0].code == f"{kind}.form_right"
