"""How rows are told to people: as they count them, in the sheet they stand in."""

from consign.sales.rows import tell_row_place
from consign.tabular.row_numbers import SECOND_LINES, number_row


def test_a_row_is_told_as_a_person_counts_it():
    assert tell_row_place(12, None) == 12
    assert tell_row_place(SECOND_LINES + 12, []) == 12  # the second line that the same row makes
    assert tell_row_place(number_row(12, part=1), ["Jan", "Feb"]) == "“Feb”, row 12"
    assert tell_row_place(None, ["Jan"]) is None
