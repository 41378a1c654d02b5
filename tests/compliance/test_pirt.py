from datetime import date

import pytest

from compliance import pirt
from compliance.facts import Kind, Paper
from compliance.findings import Verdict, combine
from tests.compliance.judging import TODAY, by_code, in_full_width, refusal

NUMBER = "206347101012328"
# Plastic, flour goods, Kota Yogyakarta, first product of producer 123, ends in 2028.


@pytest.mark.parametrize(
    "text",
    [
        "P-IRT 2063471010123-28",
        "P-IRT No. 2063471010123-28",
        "P-IRT NO: 2063471010123-28",
        "P-IRT Nomor 2063471010123-28",
        "P-IRT Nomer : 2063471010123 - 28",
        "PIRT 2063471010123-28",
        "P.IRT NO: 2063471010123-28",
        "P.I.R.T. 2063471010123-28",
        "P - IRT Nomor 2063471010123 \u2013 28",
        "P IRT No 2063471010123 28",
        "SPP-IRT 2063471010123-28",
        "SPP IRT No.2063471010123/28",
        "SPPIRT:206347101012328",
        "No. P-IRT 2063471010123-28",
        "Nomor SPP-IRT : 2063471010123\u221228",
        "Sertifikat P-IRT No. 2063471010123-28",
        "Dinkes RI P-IRT 2063471010123-28",
        "p-irt no. 2 06 3471 01 0123-28",
        "P-lRT N0. 2O6347l0l0123-28",
        in_full_width("PIRT2063471010123-28"),
        "٢٠٦٣٤٧١٠١٠١٢٣-٢٨",
        "P-IRT\u00a02063471010123\u201128",
        NUMBER,
        f"{NUMBER} (P-IRT)",
        "P-IRT 2063471010123-28 (sampai 2028)",
        "“P-IRT 2063471010123-28”",
    ],
)
def test_an_spp_irt_is_read_however_it_is_written(text: str):
    assert pirt.compact(text) == NUMBER
    assert pirt.parse(text).compact == NUMBER


def test_the_digits_are_decoded():
    number = pirt.parse(NUMBER)
    assert (number.packaging, number.food_group, number.regency) == ("2", "06", "3471")
    assert (number.product_number, number.producer_number, number.ends_in) == ("01", "0123", 2028)
    assert number.says() == {
        "packaging": "plastic",
        "food_group": "Tepung dan hasil olahnya",
        "regency": "Kota Yogyakarta",
        "product_number": "01",
        "producer_number": "0123",
        "ends_in": "2028",
    }
    assert pirt.format(number) == "P-IRT 2063471010123-28"


def test_what_the_digits_do_not_say_is_left_out():
    assert pirt.parse("999000001012328").says() == {
        "product_number": "01",
        "producer_number": "0123",
        "ends_in": "2028",
    }


def test_all_eight_packagings_are_known():
    packagings = [pirt.find_packaging(digit) for digit in "012345678"]
    assert packagings == [None, "glass", "plastic", "paper", "can", "foil", "other", "composite", "double"]


@pytest.mark.parametrize("text", ["", "P-IRT", "20634710101232", "2063471010123288", "P-IRT 20634710101AB-28"])
def test_what_is_not_15_digits_is_no_spp_irt(text: str):
    assert "13 digits, a dash and 2 digits" in refusal(pirt.parse, text)


@pytest.mark.parametrize("text", ["206647100123", "P-IRT No. 2.06.6471.00.123", "SPP-IRT 2O6647lOO123"])
def test_the_old_form_is_told_apart(text: str):
    assert "old form" in refusal(pirt.parse, text)
    found = pirt.assess(Paper(Kind.PIRT, number=text, valid_until=date(2030, 1, 1)), on=TODAY)
    assert by_code(found) == {"pirt.old_form": Verdict.INVALID, "pirt.in_force": Verdict.VALID}
    assert "oss.go.id" in str(found[0].next_step)


def judge(
    *, number: str | None = NUMBER, issued_on: date | None = None, valid_until: date | None = None, on: date = TODAY
):
    return by_code(pirt.assess(Paper(Kind.PIRT, number=number, issued_on=issued_on, valid_until=valid_until), on=on))


def test_a_paper_on_which_all_agrees_is_valid():
    found = judge(issued_on=date(2023, 5, 10), valid_until=date(2028, 5, 9))
    assert found == {"pirt.form_right": Verdict.VALID, "pirt.in_force": Verdict.VALID}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("906347101012328", "pirt.packaging_unknown"),
        ("006347101012328", "pirt.packaging_unknown"),
        ("216347101012328", "pirt.food_group_unknown"),
        ("200347101012328", "pirt.food_group_unknown"),
        ("206999901012328", "pirt.regency_unknown"),
    ],
)
def test_digits_that_no_list_knows_are_a_warning(number: str, code: str):
    found = judge(number=number, valid_until=date(2028, 5, 9))
    assert found == {"pirt.form_right": Verdict.VALID, "pirt.in_force": Verdict.VALID, code: Verdict.WARNING}


@pytest.mark.parametrize("regency", ["6473", "6405", "3219", "9408", "1473"])
def test_codes_of_former_times_and_of_the_statistics_are_known(regency: str):
    assert "pirt.regency_unknown" not in judge(number=f"206{regency}01012328", valid_until=date(2028, 5, 9))


def test_the_last_day_still_counts():
    last = date(2028, 5, 9)
    assert judge(valid_until=last, on=last)["pirt.in_force"] is Verdict.VALID
    assert judge(valid_until=last, on=date(2028, 5, 10))["pirt.expired"] is Verdict.INVALID


def test_a_number_alone_whose_year_is_past_has_surely_run_out():
    assert judge(number="206347101012325")["pirt.year_past"] is Verdict.INVALID


def test_a_number_alone_is_good_until_the_end_of_its_year_at_most():
    found = judge(number="206347101012326", on=date(2026, 12, 31))
    assert found == {"pirt.form_right": Verdict.VALID, "pirt.end_unknown": Verdict.UNVERIFIABLE}
    assert judge(number="206347101012326", on=date(2027, 1, 1))["pirt.year_past"] is Verdict.INVALID


def test_without_a_printed_last_day_an_old_date_of_issue_is_looked_at():
    # Issued on 1 March 2021, five years end on 1 March 2026.
    found = judge(number="206347101012326", issued_on=date(2021, 3, 1))
    assert found == {"pirt.form_right": Verdict.VALID, "pirt.term_over": Verdict.WARNING}


def test_a_printed_last_day_goes_before_the_year_in_the_number():
    found = judge(number="206347101012325", valid_until=date(2027, 5, 9))
    assert combine(pirt.assess(Paper(Kind.PIRT, number="206347101012325", valid_until=date(2027, 5, 9)), on=TODAY)) is (
        Verdict.WARNING
    )
    assert found["pirt.end_differs"] is Verdict.WARNING


def test_a_year_more_than_five_years_ahead_is_looked_at():
    # Today is in 2026: 2031 can be, 2032 cannot.
    assert "pirt.year_too_far" not in judge(number="206347101012331")
    assert judge(number="206347101012332")["pirt.year_too_far"] is Verdict.WARNING


def test_year_of_issue_and_five_years_make_the_year_in_the_number():
    assert "pirt.term_differs" not in judge(issued_on=date(2023, 12, 31))
    assert judge(issued_on=date(2024, 1, 1))["pirt.term_differs"] is Verdict.WARNING


def test_without_a_number_the_days_are_judged():
    assert judge(number=None) == {"pirt.end_unknown": Verdict.UNVERIFIABLE}
    assert judge(number=None, valid_until=date(2025, 5, 9)) == {"pirt.expired": Verdict.INVALID}
    assert judge(number="1", valid_until=date(2027, 5, 9)) == {
        "pirt.form": Verdict.INVALID,
        "pirt.in_force": Verdict.VALID,
    }
