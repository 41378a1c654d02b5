"""Plots: bars that tell the right amounts, small, without style or script, with the same figures as a table."""

import gzip
import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from consign.sentence import say
from consign.web.language import LANGUAGES
from consign.web.plots import KEPT, MOST_STEPS, Plot, find_guides, plot_bars, plot_days, shorten_rupiah

FIRST = date(2026, 10, 1)
MOST_BYTES = 6_000
INDONESIAN = LANGUAGES["id"]


def plot(by_day: Mapping[date, int], days: int) -> Plot:
    return plot_days(by_day, first=FIRST, last=FIRST + timedelta(days - 1), caption=say("Sales"), language=INDONESIAN)


def october() -> dict[date, int]:
    return {FIRST + timedelta(n): (n * 97 % 31) * 81_250 for n in range(31)}


def bars(svg: str) -> list[dict[str, str]]:
    return [one.attrib for one in ET.fromstring(svg).iter("rect") if one.get("class") == "bar"]  # noqa: S314  # our own


def test_a_month_has_a_bar_for_each_day_as_high_as_its_amount():
    by_day = october()
    found = plot(by_day, 31)
    heights = [float(bar["height"]) for bar in bars(found["svg"])]
    assert len(heights) == 31
    highest = max(by_day.values())
    for height, amount in zip(heights, by_day.values(), strict=True):
        assert height == pytest.approx(max(heights) * amount / highest, abs=0.2)
    # 97 is 4 more than three times 31, and 4 times 81.250 is 325.000.
    assert found["rows"][1] == ("2 Okt 2026", "Rp325.000")


def test_a_month_is_small_on_the_wire():
    assert len(gzip.compress(plot(october(), 31)["svg"].encode(), 5)) <= MOST_BYTES
    assert len(gzip.compress(plot(october(), 62)["svg"].encode(), 5)) <= MOST_BYTES


def test_nothing_but_shapes_and_texts_is_left():
    root = ET.fromstring(plot(october(), 31)["svg"])  # noqa: S314  # our own
    assert {one.tag for one in root.iter()} == {*KEPT, "title"}
    for one in root.iter():
        allowed = KEPT.get(one.tag, frozenset()) | ({"role", "aria-label"} if one.tag == "svg" else set())
        assert set(one.attrib) <= allowed
    source = plot(october(), 31)["svg"]
    assert not re.search(r"style|script|xlink|href|<!--|pygal| id=", source)
    assert root.get("role") == "img"
    assert root.get("aria-label") == INDONESIAN.say(say("Sales"))
    assert {one.get("class") for one in root.iter()} == {None, "bar", "plot-x", "plot-y", "zero"}


def test_each_bar_says_its_day_and_amount():
    titles = [one.text for one in ET.fromstring(plot({FIRST: 1_500_000}, 2)["svg"]).iter("title")]  # noqa: S314  # our own
    assert titles == ["1 Okt 2026: Rp1.500.000", "2 Okt 2026: Rp0"]


def test_more_than_62_days_are_weeks_from_monday_and_lose_nothing():
    # 1 October 2026 is a Thursday: four days, then nine weeks up to Sunday 6 December, one day less than 68.
    by_day = {FIRST + timedelta(n): 1_000 for n in range(67)}
    assert len(plot(by_day, 62)["rows"]) == 62
    found = plot(by_day, 67)
    assert [row[1] for row in found["rows"]] == ["Rp4.000", *["Rp7.000"] * 9]
    assert found["rows"][0][0] == "1 Okt 2026 – 4 Okt 2026"  # noqa: RUF001  # between two days
    assert found["rows"][-1][0] == "30 Nov 2026 – 6 Des 2026"  # noqa: RUF001  # the same
    assert found["heads"][0] == INDONESIAN.say(say("Week"))


def test_days_with_more_given_back_than_sold_hang_below_zero():
    found = bars(plot({FIRST: 100_000, FIRST + timedelta(1): -50_000}, 2)["svg"])
    up, down = (float(bar["y"]) for bar in found)
    assert up + float(found[0]["height"]) == pytest.approx(down, abs=0.3)
    assert float(found[1]["height"]) == pytest.approx(float(found[0]["height"]) / 2, abs=0.3)


def test_days_without_sales_are_a_line_at_zero_and_no_bars_are_no_plot():
    empty = plot({}, 7)
    assert {bar["height"] for bar in bars(empty["svg"])} <= {"0.0"}
    assert [row[1] for row in empty["rows"]] == ["Rp0"] * 7
    nothing = plot_bars([], caption=say("Sales"), heads=(say("Day"), say("Sales")), language=INDONESIAN)
    assert (nothing["svg"], nothing["rows"]) == (Markup(), [])


def test_a_caption_is_text_and_never_markup():
    caption = say("{name}", name='<b onclick="x">')
    found = plot_days({FIRST: 1}, first=FIRST, last=FIRST, caption=caption, language=INDONESIAN)
    assert "<b" not in found["svg"]
    assert ET.fromstring(found["svg"]).get("aria-label") == '<b onclick="x">'  # noqa: S314  # our own


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1 rb"),
        (250_000, "250 rb"),
        (1_500_000, "1,5 jt"),
        (1_590_000, "1,5 jt"),
        (20_000_000, "20 jt"),
        (2_000_000_000, "2 M"),
        (1_200_000_000_000, "1,2 T"),
        (-400_000, "-400 rb"),
    ],
)
def test_amounts_are_shortened_the_indonesian_way(amount: int, written: str):
    assert shorten_rupiah(amount) == written


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=40))
def test_guides_are_round_even_and_hold_every_amount(amounts: list[int]):
    guides = find_guides(amounts)
    steps = {after - before for before, after in pairwise(guides)}
    assert len(steps) == 1
    assert re.fullmatch("[125]0*", str(steps.pop()))
    assert guides[0] <= min(amounts)
    assert guides[-1] >= max(amounts)
    assert 0 in guides
    assert len(guides) <= MOST_STEPS + 3
