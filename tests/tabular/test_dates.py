"""How a file writes days, decided once for the whole file."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.tabular.cells import TYPED
from consign.tabular.dates import DateOrder, decide_date_order, parse_day

DMY, MDY, YMD = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST
NAMED, SERIAL = DateOrder.NAMED_MONTH, DateOrder.SERIAL


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["05/06/2026", "31/08/2026"], DMY),
        (["05/06/2026", "08/31/2026"], MDY),
        (["05-08-26", "31-08-26"], DMY),
        (["05-10-26", "26-10-26"], DMY),
        (["15-08-26"], DMY),
        (["26-10-05"], YMD),  # nobody sold on 26 October 2005
        (["26-10-26", "26-10-05"], YMD),
        (["26/10/20", "26/10/01"], YMD),
        (["2026-08-31", "2026/09/01 10:14"], YMD),
        (["20260831"], YMD),
        (["31 Agustus 2026"], NAMED),
        (["Jum'at, 9 Oktober 2026"], NAMED),
        (["Senin, 05 Okt 2026 10.30"], NAMED),
        (["October 5, 2026"], NAMED),
        (["46300"], SERIAL),
        ([f"{TYPED}46300.5833"], SERIAL),
        ([f"{TYPED}2026-08-31 00:00:00"], YMD),
        (["05/05/2026", "", "Total"], DMY),  # the fifth of the fifth either way
        (["31/31/2026"], DMY),  # no day at all, so it raises no question
    ],
)
def test_an_order_is_decided_by_days_that_fit_only_one(values: list[str], order: DateOrder):
    assert decide_date_order(values).choice is order


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        (["05/06/2026", "05/05/2026"], ["05/06/2026"]),
        (["31/08/2026", "08/31/2026"], ["31/08/2026", "08/31/2026"]),
        (["5/6/26"], ["5/6/26"]),
        (["26-10-20"], ["26-10-20"]),  # the 20th of 2026, or the 26th of 2020
        (["31-08-26"], ["31-08-26"]),
        (["26-10-05", "05-10-26"], ["26-10-05", "05-10-26"]),
        (["26-10-05", "15-10-26"], ["26-10-05", "15-10-26"]),
        (["26-10-20", "2026-10-05"], ["26-10-20", "2026-10-05"]),
        (["26-10-20", "5 Okt 2026"], ["26-10-20"]),
        # A spreadsheet of another country took 05/06/2026 for 6 May and could do nothing with 31/08/2026.
        ([f"{TYPED}2026-05-06 00:00:00", "31/08/2026"], ["2026-05-06 00:00:00", "31/08/2026"]),
    ],
)
def test_a_person_is_asked_where_days_fit_both_or_contradict(values: list[str], evidence: list[str]):
    decision = decide_date_order(values)
    assert decision.choice is None
    assert all(repr(value) in decision.evidence for value in evidence)


def test_the_evidence_does_not_depend_on_the_order_of_the_values():
    values = ["31/08/2026", "30/08/2026", "29/08/2026"]
    assert decide_date_order(values) == decide_date_order(values[::-1])


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("05/06/2026", DMY, date(2026, 6, 5)),
        ("05/06/2026", MDY, date(2026, 5, 6)),
        ("5-6-2026", DMY, date(2026, 6, 5)),
        ("05.06.2026 10:14:00", DMY, date(2026, 6, 5)),
        ("05/06/26", DMY, date(2026, 6, 5)),
        ("05/06/99", DMY, date(2099, 6, 5)),  # two digits always count from 2000
        ("26-10-05", YMD, date(2026, 10, 5)),
        ("26-10-05", DMY, date(2005, 10, 26)),
        ("05/06/2026", YMD, date(2026, 6, 5)),
        ("2026-08-31", DMY, date(2026, 8, 31)),
        ("2026-08-31T23:59:59+08:00", YMD, date(2026, 8, 31)),
        ("20260831", YMD, date(2026, 8, 31)),
        (f"{TYPED}2026-08-31 10:14:00", YMD, date(2026, 8, 31)),
        ("29/02/2028", DMY, date(2028, 2, 29)),
        # Day 1 is 31 December 1899 in this count, and 46.300 days after 30 December 1899 is 5 October 2026:
        # 126 years of 365 days are 45.990, 31 leap days lie between (1904 to 2024), 2 days to 1 January 1900
        # and 277 from there to 5 October: 45.990 + 31 + 2 + 277 = 46.300.
        ("46300", SERIAL, date(2026, 10, 5)),
        (f"{TYPED}46300.5833", SERIAL, date(2026, 10, 5)),
        ("Jum'at, 9 Oktober 2026", NAMED, date(2026, 10, 9)),
        ("05-Okt-26", NAMED, date(2026, 10, 5)),
        ("Oct 5, 2026", NAMED, date(2026, 10, 5)),
    ],
)
def test_days(cell: str, order: DateOrder, day: date):
    assert parse_day(cell, order) == day


@pytest.mark.parametrize(
    ("word", "month"),
    [
        *(("Januari", 1), ("Pebruari", 2), ("Peb", 2), ("Maret", 3), ("Mrt", 3), ("April", 4), ("Mei", 5)),
        *(("Juni", 6), ("Juli", 7), ("Agustus", 8), ("Agt", 8), ("AGS", 8), ("Agst", 8), ("September", 9)),
        *(("Sept", 9), ("Oktober", 10), ("Okt", 10), ("Nopember", 11), ("Nop", 11), ("Desember", 12)),
        *(("Des", 12), ("Dec", 12), ("Aug", 8), ("May", 5)),
    ],
)
def test_months_in_both_languages(word: str, month: int):
    assert parse_day(f"7 {word} 2026", NAMED) == date(2026, month, 7)


@pytest.mark.parametrize(
    ("cell", "order", "code"),
    [
        ("", DMY, "cell.blank"),
        ("  ", DMY, "cell.blank"),
        ("#REF!", DMY, "cell.error_value"),
        ("31/02/2026", DMY, "date.invalid"),
        ("29/02/2026", DMY, "date.invalid"),
        ("31/08/2026", MDY, "date.invalid"),
        ("00/05/2026", DMY, "date.invalid"),
        ("2026-13-01", YMD, "date.invalid"),
        ("12 Apel 2026", NAMED, "date.invalid"),
        ("46300", DMY, "date.invalid"),  # a number is a day only where the whole file counts days
        ("8992761002015", SERIAL, "date.invalid"),
        ("kemarin", DMY, "date.invalid"),
        ("05/10/1026", DMY, "date.invalid"),  # its year has lost a digit or has two swapped
        ("0026-10-05", YMD, "date.invalid"),
        ("05102026", DMY, "date.invalid"),  # eight digits begin with the year
    ],
)
def test_what_is_no_day_says_why(cell: str, order: DateOrder, code: str):
    assert parse_day(cell, order) == code


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["/", "-", "."]))
def test_a_day_written_is_a_day_read(day: date, sign: str):
    assert parse_day(day.strftime(f"%d{sign}%m{sign}%Y"), DMY) == day
    assert parse_day(day.strftime(f"%m{sign}%d{sign}%y"), MDY) == day
    assert parse_day(day.strftime(f"%Y{sign}%m{sign}%d 07:05"), YMD) == day


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1))
def test_a_decision_is_never_the_other_order(days: list[date]):
    assert decide_date_order([f"{day:%d/%m/%Y}" for day in days]).choice in {DMY, None}


@given(st.text(max_size=20), st.sampled_from(list(DateOrder)))
def test_any_text_is_a_day_or_a_code(cell: str, order: DateOrder):
    read = parse_day(cell, order)
    assert isinstance(read, date) or read.startswith(("cell.", "date."))


def test_only_possible_orders_are_asked_for():
    assert YMD in decide_date_order(["05/06/2026"]).against
    assert YMD in decide_date_order(["31/08/2026", "08/31/2026"]).against
    assert MDY in decide_date_order(["26-10-20"]).against
    assert decide_date_order(["26-10-05", "15-10-26"]).against == frozenset()
