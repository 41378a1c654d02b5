"""Personal numbers as they are shown to those who need not see them in full."""

from typing import Final

from compliance.facts import Kind

PERSONAL: Final = frozenset({Kind.NIK, Kind.NPWP, Kind.NITKU, Kind.BANK_ACCOUNT})
"""Kinds whose number is personal (UU 27/2022)."""

_SHOWN: Final = 4


def mask(kind: Kind, number: str) -> str:
    """Return *number* with all but a few signs as stars where its kind is personal, else as it is.

    A NIK keeps its first and last four, `6471********0001`; others keep their last four, `******7890`. At most half of a
    number is shown. Other separators than letters and digits are left out of personal numbers.
    """
    if kind not in PERSONAL:
        return number
    signs = "".join(sign for sign in number if sign.isalnum())
    ends = 2 if kind is Kind.NIK else 1
    shown = min(_SHOWN, len(signs) // 2 // ends)
    ahead = shown * (ends - 1)
    behind = len(signs) - shown
    return signs[:ahead] + "*" * (behind - ahead) + signs[behind:]
