"""What the tests of papers share: the day they are judged on, and findings by their code."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import pytest

from compliance.findings import Finding, Verdict
from compliance.refusals import NumberRefused

TODAY: Final = date(2026, 11, 22)


def by_code(found: Iterable[Finding]) -> dict[str, Verdict]:
    """Return the verdict of each finding by its code; a code comes once, and says why, what next and on whose word."""
    findings = list(found)
    for one in findings:
        assert str(one.reason)
        assert one.source
        assert one.next_step is not None or one.verdict is Verdict.VALID, one.code
    codes = {one.code: one.verdict for one in findings}
    assert len(codes) == len(findings)
    return codes


def in_full_width(text: str) -> str:
    """Return *text*, plain letters and digits, in the wide signs of Asian keyboards."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def refusal(parse, text: str) -> str:
    """Return what *parse* says when it refuses *text*."""
    with pytest.raises(NumberRefused) as refused:
        parse(text)
    return str(refused.value)
