"""The picture of a product's days in a store: kinds of days differ in shape, and every day says what it was."""

from datetime import date, timedelta

from consign.insight.demand_days import DayState
from consign.sentence import say
from consign.web.day_plot import PlotDay, plot_shelf
from consign.web.language import LANGUAGES

FIRST = date(2026, 3, 2)
CAPTION = say("Sold each day, and what stood there, from {first} to {last}", first=FIRST, last=FIRST)


def draw(*days: tuple[DayState, int, int | None, int | None]) -> str:
    found = [PlotDay(FIRST + timedelta(n), *one) for n, one in enumerate(days)]
    return str(plot_shelf(found, caption=CAPTION, language=LANGUAGES["en"]))


def test_each_kind_of_day_has_a_shape_and_a_sentence_of_its_own():
    drawn = draw(
        (DayState.SOLD, 3_500, 2_000, 6_500),
        (DayState.NONE_SOLD, 0, 2_000, 6_500),
        (DayState.OUT, 0, 2_000, 0),
        (DayState.UNKNOWN, 0, 2_000, 0),
        (DayState.CLOSED, 0, None, 0),
        (DayState.BEFORE, 0, None, None),
    )
    for shape in ('<path class="bar"', '<circle class="none"', '<path class="out"', '<text class="unknown"'):
        assert drawn.count(shape) == 1, shape
    for told in (
        "2 Mar 2026: sold 3,5", "3 Mar 2026: none sold", "4 Mar 2026: none stood there", "5 Mar 2026: not known",
        "6 Mar 2026: store closed", "7 Mar 2026: not offered",
    ):  # fmt: skip
        assert f"<title>{told}</title>" in drawn
    assert 'role="img" aria-label="Sold each day' in drawn


def test_the_line_of_what_stood_there_is_broken_where_nobody_knows_and_goes_below_zero():
    drawn = draw(
        (DayState.SOLD, 1_000, 1_000, None),
        (DayState.SOLD, 1_000, 1_000, -1_000),
        (DayState.NONE_SOLD, 0, 1_000, 4_000),
    )
    stands = drawn.partition('class="stands" d="')[2].partition('"')[0]
    assert stands.count("M") == 1
    assert stands.count("V") == 1
    assert ">-1<" in drawn


def test_without_days_there_is_no_picture_and_without_sales_a_flat_one():
    assert draw() == ""
    assert "nan" not in draw((DayState.NONE_SOLD, 0, None, None))
