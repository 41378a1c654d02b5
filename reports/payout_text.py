"""Text as banks take it in transfers, and what was changed to make it so."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_TAKEN: Final = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
"""Signs that every bank takes. Source: SWIFT's character set x, which ISO 20022 files of banks keep to."""
_ALIKE: Final = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u2013": "-", "\u2014": "-", "_": "-", "&": " dan ",
        "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u00f8": "o", "\u00d8": "O", "\u0111": "d", "\u0110": "D",
        "\u0142": "l", "\u0141": "L", "\u0131": "i", "\u0152": "OE", "\u0153": "oe",
    }
)  # fmt: skip
_LEADS: Final = "=+-@' "
"""With these signs a text does not begin, since a spreadsheet would run it, or take it for no text."""


@dataclass(frozen=True)
class Changed:
    """That a text of a payout was changed, because the bank does not take it as it is."""

    reference: str
    field: str
    before: str
    after: str


def to_bank_text(text: str, *, limit: int | None = None, upper: bool = False) -> str:
    """Return *text* in the signs that banks take, on one line, cut after *limit* signs; may come out blank."""
    plain = unicodedata.normalize("NFKD", text.translate(_ALIKE))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    tidy = " ".join(_TAKEN.sub(" ", bare).split()).lstrip(_LEADS)
    cut = tidy[:limit].rstrip() if limit is not None else tidy
    return cut.upper() if upper else cut
