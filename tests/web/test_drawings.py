"""What product pages draw: a line of prices, and bars that a scanner reads off the screen."""

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from consign.sentence import say
from consign.web.bars import HEIGHT, QUIET, draw_bars
from consign.web.language import LANGUAGES
from consign.web.step_plot import MOST_LEVELS, WIDTH, Step, find_levels, plot_steps
from tests.builders import KERIPIK

JAN, MAR, JUN, TODAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 30), date(2026, 11, 22)
SCALE = 3


def draw(*steps: Step, today: date = TODAY, language: str = "id") -> str:
    return str(plot_steps(steps, today=today, caption=say("Prices"), language=LANGUAGES[language]))


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter("text")]  # noqa: S314  # our own


def test_fewer_than_two_prices_are_no_plot():
    assert draw() == ""
    assert draw(Step(JAN, 15_000)) == ""


def test_each_price_is_a_level_that_holds_until_the_next():
    svg = draw(Step(JAN, 15_000), Step(JUN, 16_000))
    # Levels are 15.000, 15.500 and 16.000; the line begins on the lowest, and ends at the right edge on the highest.
    assert {"Rp15.000", "Rp15.500", "Rp16.000", "1 Jan 2026", "30 Jun 2026"} == set(texts(svg))
    (line,) = re.findall(r'class="step" d="M116 180H(\d+)V18H616"', svg)
    # 180 of 325 days after the first: 116 + 180 * 500 // 325.
    assert int(line) == 116 + 276
    titles = [one.text for one in ET.fromstring(svg).iter("title")]  # noqa: S314  # our own
    assert titles == ["1 Jan 2026: Rp15.000", "30 Jun 2026: Rp16.000"]
    assert "style" not in svg


def test_a_price_that_begins_later_is_drawn_for_a_month():
    svg = draw(Step(JAN, 15_000), Step(TODAY + timedelta(10), 16_000))
    (line,) = re.findall(r'class="step" d="M116 180H(\d+)V18H616"', svg)
    # 335 days until it begins, and 30 beyond.
    assert int(line) == 116 + 335 * 500 // 365


def test_days_are_left_out_where_there_is_no_room_and_amounts_of_millions_are_short():
    svg = draw(*(Step(JAN + timedelta(n), 1_500_000 + 100_000 * n) for n in range(10)))
    days = [one for one in texts(svg) if one.endswith("2026")]
    assert days == ["10 Jan 2026"]
    assert "1,5 jt" in texts(svg)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8))
def test_levels_are_few_even_and_around_all_amounts(amounts: list[int]):
    levels = find_levels(amounts)
    assert 2 <= len(levels) <= MOST_LEVELS + 2
    assert levels[0] <= min(amounts)
    assert levels[-1] >= max(amounts)
    assert len({after - before for before, after in pairwise(levels)}) == 1


@given(
    st.lists(st.integers(1, 10**9), min_size=2, max_size=12),
    st.integers(0, 400),
)
def test_nothing_is_drawn_outside_the_picture(amounts: list[int], days: int):
    svg = draw(*(Step(JAN + timedelta(30 * n), one) for n, one in enumerate(amounts)), today=JAN + timedelta(days))
    places = [int(one) for one in re.findall(r'(?:cx|x)="(-?\d+)"', svg)]
    assert all(0 <= one <= WIDTH for one in places)
    assert places


@pytest.mark.parametrize("number", [KERIPIK, "2100000000012", "12345670", "036000291452", "0036000291452"])
def test_a_scanner_reads_the_bars_off_the_screen(number: str):
    svg = str(draw_bars(number))
    width = int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])
    picture = Image.new("L", (width * SCALE, HEIGHT * SCALE), 255)
    pen = ImageDraw.Draw(picture)
    for left, bar in re.findall(r"M(\d+) 0h(\d+)", svg):
        pen.rectangle([int(left) * SCALE, 0, (int(left) + int(bar)) * SCALE - 1, HEIGHT * SCALE], fill=0)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text.lstrip("0") == number.lstrip("0")
    assert int(re.findall(r"M(\d+) 0h", svg)[0]) >= QUIET


def test_the_number_of_a_carton_has_no_bars_for_tills():
    assert draw_bars("18992761002012") == ""
