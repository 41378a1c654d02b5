"""NIB, the business identification number: 13 digits without a check digit.

It is valid as long as the business runs.

Source: PP 28/2025 article 206; the number may begin with a zero, so it is text.
"""

import re

from compliance.refusals import NumberRefused


def compact(text: str) -> str:
    """Return *text* without the spaces, dots and dashes people write into it."""
    return re.sub(r"[\s.\-]", "", text)


def parse(text: str) -> str:
    """Return the 13 digits of a NIB.

    Raises:
        NumberRefused: the text is not 13 digits.

    """
    digits = compact(text)
    if not re.fullmatch(r"[0-9]{13}", digits):
        raise NumberRefused("A NIB has 13 digits, '{text}' has not", text=text)
    return digits
