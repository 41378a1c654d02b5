from datetime import date

from compliance import non_halal
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


def test_a_number_of_the_producers_own_is_kept():
    number = non_halal.parse("No. 1/nh/2026")
    assert (number.compact, non_halal.format(number)) == ("1/NH/2026", "1/NH/2026")
    assert "at least one digit" in refusal(non_halal.parse, "tidak ada")


def judge(**facts):
    return by_code(non_halal.assess(Paper(Kind.NON_HALAL, **facts), on=TODAY))


def test_a_statement_needs_no_number_and_no_last_day():
    assert judge(issued_on=date(2026, 1, 1)) == {}
    assert judge(number="1/2026") == {"non_halal.form_right": Verdict.VALID}


def test_what_looks_wrong_is_looked_at():
    assert judge(issued_on=date(2027, 1, 1), valid_until=date(2026, 1, 1)) == {
        "non_halal.issued_ahead": Verdict.WARNING,
        "non_halal.dates_swapped": Verdict.WARNING,
        "non_halal.printed_end_past": Verdict.WARNING,
    }
    assert judge(number="tidak ada") == {"non_halal.form": Verdict.INVALID}
