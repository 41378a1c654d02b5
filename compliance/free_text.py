"""Numbers whose form every office chooses for itself: kept as they are written, without spaces and words before them."""

import re
from typing import Final

from compliance.digits import NUMBER_WORDS, fold_digits
from compliance.refusals import NumberRefused

LONGEST: Final = 100
_SPACES: Final = re.compile(r"\s+")
_OUTSIDE: Final = ".,:;_#'\"*=№-"


def leading_words(*words: str) -> re.Pattern[str]:
    """Return the pattern of "No." and the like and of *words*, as many as stand before a number."""
    return re.compile(rf"(?:[{_OUTSIDE}]|(?:{NUMBER_WORDS})(?![A-Z])|{'|'.join(words) or '(?!)'})+")


_WORDS: Final = leading_words()


def compact_free(text: str, words: re.Pattern[str] = _WORDS) -> str:
    """Return *text* in capitals, without spaces, and without the *words* before it."""
    tight = _SPACES.sub("", fold_digits(text)).upper()
    found = words.match(tight)
    return (tight[found.end() :] if found else tight).rstrip(_OUTSIDE)


def refuse_no_number(compact: str) -> None:
    """Refuse what cannot be anybody's number.

    Raises:
        NumberRefused: there is no digit in it, or it is longer than a number is.

    """
    if not any("0" <= sign <= "9" for sign in compact):
        raise NumberRefused("The number of a paper has at least one digit in it.")
    if len(compact) > LONGEST:
        raise NumberRefused("This is too long for the number of a paper.")
