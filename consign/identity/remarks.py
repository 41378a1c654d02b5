"""What people write beside their acts: remarks, and why they did something."""

from typing import Final

from consign.errors import BadInput
from consign.identity.spelling import clean_text
from consign.sentence import say

LONGEST_REMARK: Final = 500


def tidy_remark(given: str, *, longest: int = LONGEST_REMARK) -> str:
    """Return a remark on one line.

    Raises:
        BadInput: it is longer than *longest* characters.

    """
    remark = clean_text(given)
    if len(remark) > longest:
        raise BadInput(say("This has at most {most} characters; nothing was changed.", most=longest))
    return remark


def tidy_reason(given: str) -> str:
    """Return on one line why somebody takes something back, ends or decides it.

    Raises:
        BadInput: it is blank, or longer than a remark may be.

    """
    reason = tidy_remark(given)
    if not reason:
        raise BadInput(say("Say why; nothing was changed."))
    return reason
