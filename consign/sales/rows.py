"""How the number of a row is told to people: as they count it, in the sheet it stands in."""

from collections.abc import Sequence

from consign.sentence import Sentence, say
from consign.tabular.row_numbers import split_number


def tell_row_place(number: int | None, parts: Sequence[str] | None) -> int | Sentence | None:
    """Return where the row with this *number* stands in a file put together from *parts*; its number where there are none."""
    if number is None:
        return None
    sheet, row = split_number(number, parts or ())
    return row if sheet is None else say("“{part}”, row {row}", part=sheet, row=row)
