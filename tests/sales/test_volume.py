"""Files of any size: what grows with their rows is bounded, and what is boiled down decides the same."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from consign.sales import distinct, soundness
from consign.sales.distinct import Distinct
from consign.sales.inspecting import inspect_file
from consign.sales.layout import Role
from consign.sales.mapping import Answers
from consign.sales.soundness import FileMostlyProblems
from consign.tabular.dates import DateOrder, decide_date_order, find_days, parse_day
from consign.tabular.numbers import decide_number_style, find_telling
from consign.tabular.refusals import FileTooLarge
from tests.builders import KERIPIK, City, write_csv

NUMBERS = st.from_regex(r"-?(?:Rp ?)?[0-9]{1,4}(?:[.,][0-9]{1,3}){0,3}", fullmatch=True) | st.text(max_size=5)
DAYS = (
    st.from_regex(r"[0-3]?[0-9]([/.-])[0-3]?[0-9]\1(?:20)?[0-9]{2}(?: [0-2][0-9]:[0-5][0-9])?", fullmatch=True)
    | st.from_regex(r"20[0-9]{2}-[01][0-9]-[0-3][0-9](?:T[0-2][0-9]:[0-5][0-9]:[0-5][0-9])?", fullmatch=True)
    | st.from_regex(r"[0-3]?[0-9] (?:Mei|Agustus|August) 20[0-9]{2}", fullmatch=True)
    | st.from_regex(r"4[0-9]{4}(?:\.[0-9]{1,4})?", fullmatch=True)
    | st.text(max_size=5)
)


@given(st.sets(NUMBERS), st.sets(NUMBERS))
def test_numbers_that_were_boiled_down_decide_the_same(first: set[str], second: set[str]):
    assert decide_number_style(find_telling(first) | second) == decide_number_style(first | second)
    assert len(find_telling(first)) <= 4


@given(st.sets(DAYS), st.sets(DAYS))
def test_days_that_were_boiled_down_decide_the_same_and_are_the_same_days(first: set[str], second: set[str]):
    few, all_of_them = decide_date_order(find_days(first) | second), decide_date_order(first | second)
    assert (few.choice, few.against) == (all_of_them.choice, all_of_them.against)
    for order in DateOrder:
        days, known = ({parse_day(one, order) for one in some} for some in (find_days(first), first))
        assert {day for day in days if not isinstance(day, str)} == {day for day in known if not isinstance(day, str)}


def test_times_of_day_make_no_more_days():
    # 86,400 seconds of one day, written as a till does, and as a spreadsheet counts.
    written = {f"05/09/2026 {n // 3600}:{n // 60 % 60:02}:{n % 60:02}" for n in range(86_400)}
    assert find_days(written) == {"05/09/2026"}
    assert find_days({f"46270.{n:05}" for n in range(1_000)}) == {"46270"}


@pytest.mark.parametrize("role", [Role.GROSS, Role.DATE, Role.KIND])
def test_few_texts_are_held_however_many_come(monkeypatch: pytest.MonkeyPatch, role: Role):
    monkeypatch.setattr(distinct, "MOST_TEXTS", 1_000)
    found = Distinct(role)
    for begin in range(0, 20_000, 500):
        found.add([f"x{n}" if role is Role.KIND else f"{n},5" for n in range(begin, begin + 500)])
    assert len(found.texts) <= 3_000


def test_a_column_with_more_codes_than_there_can_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(distinct, "MOST_CODES", 100)
    rows = [f"2026-09-05,T1,S{n},{n},Keripik,1,15000,15000" for n in range(101)]
    with pytest.raises(FileTooLarge, match="barcode"):
        inspect_file(
            write_csv(tmp_path, *rows), layout=None, answers=Answers(accept_suggestion=True), store_stated=False,
            first=None, last=None,
        )  # fmt: skip


def write_bad(folder: Path, *, good: int, bad: int) -> Path:
    sold = [f"2026-09-05,T1,S{n},{KERIPIK},Keripik,1,15000,15000" for n in range(good)]
    wrong = [f"2026-13-05,T1,B{n},{KERIPIK},Keripik,1,15000,15000" for n in range(bad)]
    return write_csv(folder, *sold, *wrong)


@pytest.mark.parametrize(
    ("good", "bad", "refused"), [(100, 901, True), (101, 900, False), (0, 1_000, False), (0, 1_001, True)]
)
def test_a_file_whose_rows_nearly_all_cannot_be_right_is_refused(
    city: City, tmp_path: Path, good: int, bad: int, refused: bool
):
    # 901 of 1,001 are more than nine in ten, 900 of 1,001 are not; a thousand rows are still looked through by a person.
    path = write_bad(tmp_path, good=good, bad=bad)
    if refused:
        with pytest.raises(FileMostlyProblems, match=f"{bad} of {good + bad} rows"):
            city.post(path)
        assert city.session.scalar(text("SELECT count(*) FROM sales_parked")) == 0
    else:
        assert city.post(path).parked == bad


def test_such_a_file_is_not_read_to_its_end(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(soundness, "EARLY_ROWS", 2_000)
    rows = [f"2026-13-05,T1,B{n},{KERIPIK},{'K' * 400},1,15000,15000" for n in range(50_000)]  # 23 MB
    with pytest.raises(FileMostlyProblems) as refused:
        city.post(write_csv(tmp_path, *rows))
    assert int(refused.value.sentence.split(" of ")[1].split()[0]) < 50_000


def test_rows_of_unknown_products_are_no_reason_to_refuse(city: City, tmp_path: Path):
    rows = [f"2026-09-05,T1,S{n},77,Apa,1,15000,15000" for n in range(1_001)]
    assert city.post(write_csv(tmp_path, *rows)).parked == 1_001
