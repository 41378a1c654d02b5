from datetime import date

import pytest

from compliance.dates import add_years, load_validity
from compliance.facts import Kind


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2021, 5, 9), 5, date(2026, 5, 9)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2024, 2, 29), 5, date(2029, 3, 1)),
        (date(9998, 1, 1), 5, date.max),
    ],
)
def test_years_are_added_to_a_day(day: date, years: int, later: date):
    assert add_years(day, years) == later


def test_every_length_of_time_names_its_source():
    rules = load_validity()
    assert {kind: rules[kind].years for kind in (Kind.PIRT, Kind.MD, Kind.NA, Kind.SLHS)} == {
        Kind.PIRT: 5,
        Kind.MD: 5,
        Kind.NA: 3,
        Kind.SLHS: 3,
    }
    assert Kind.HALAL not in rules
    assert Kind.NIB not in rules
    assert all(rule.source and rule.certainty in {"high", "medium", "low"} for rule in rules.values())
