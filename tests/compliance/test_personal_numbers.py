"""NIK, NPWP, NITKU and accounts: all numbers here are invented."""

import pytest

from compliance import bank_account, nik, nitku, npwp
from compliance.facts import Kind, Paper
from compliance.findings import Finding, Verdict
from compliance.wording import Term
from tests.compliance.judging import TODAY, by_code, in_full_width, refusal

# Registered in Balikpapan (6471), a woman (5 + 40) born on 5 August 1985.
NIK = "6471014508850001"
# 0 1 3 1 2 1 6 6 0, from the right: 0 + 3 (6 twice is 12) + 6 + 2 + 2 + 2 + 3 + 2 + 0 = 20, which ends with 0.
OLD_NPWP = "013121660091000"


@pytest.mark.parametrize(
    "text",
    [
        "6471014508850001",
        "NIK: 6471 0145 0885 0001",
        "NlK : 647101.450885.0001",
        "No. KTP 6471014508850001",
        "e-KTP 6471-0145-0885-0001",
        "Nomor Induk Kependudukan 64710l45O885OOO1",
        "٦٤٧١٠١٤٥٠٨٨٥٠٠٠١",
        in_full_width("6471014508850001"),
        "NIK 16 digit 6471014508850001",
        "6471014508850001 (KTP)",
        "”6471014508850001”",
    ],
)
def test_a_nik_is_read_however_it_is_written(text: str):
    assert nik.parse(text).compact == nik.format(nik.parse(text)) == NIK


def test_a_nik_says_where_the_person_was_registered_first_and_the_birthday():
    assert nik.parse(NIK).says() == {"regency": "Kota Balikpapan", "birthday": "05-08-85"}
    assert nik.parse("6471010508850001").says()["birthday"] == "05-08-85"


@pytest.mark.parametrize("text", ["", "647101450885000", "64710145088500011", "6471014508A50001", "OOOOOOOOOOOOOOOO"])
def test_what_is_not_16_digits_is_no_nik(text: str):
    assert "16 digits" in refusal(nik.parse, text)


@pytest.mark.parametrize(
    "born",
    ["000885", "320885", "400885", "720885", "051385", "050085", "300285", "290285", "710285", "310685"],
)
def test_a_nik_has_a_day_of_birth_that_is_in_the_calendar(born: str):
    assert "day of birth" in refusal(nik.parse, f"647101{born}0001")


@pytest.mark.parametrize("born", ["310185", "710185", "290284", "690284", "290200", "410185"])
def test_every_day_of_birth_is_taken(born: str):
    assert nik.parse(f"647101{born}0001").regency == "6471"


def test_a_nik_does_not_end_with_0000():
    assert "0000" in refusal(nik.parse, "6471014508850000")


def test_a_refusal_does_not_repeat_a_personal_number():
    assert "647101" not in refusal(nik.parse, "647101450885000")
    assert "013121" not in refusal(npwp.parse, "013121660091")
    assert "013121" not in refusal(npwp.parse, "013121661091000")
    assert "013121" not in refusal(nitku.parse, "013121660091000")
    assert "812" not in refusal(bank_account.parse, "+62 812 3456 7890")
    assert "12" not in refusal(bank_account.parse, "12a")


def judge(kind: Kind, number: str | None, **details: str) -> dict[str, Verdict]:
    module = {Kind.NIK: nik, Kind.NPWP: npwp, Kind.NITKU: nitku, Kind.BANK_ACCOUNT: bank_account}[kind]
    return by_code(module.assess(Paper(kind, number=number, details=details), on=TODAY))


@pytest.mark.parametrize(
    "number",
    [
        NIK,
        "6571014508850001",  # Tarakan, in Kalimantan Utara
        "6473014508850001",  # Tarakan, when it was in Kalimantan Timur
        "9202014508850001",  # Manokwari, in Papua Barat
    ],
)
def test_a_nik_of_any_region_of_today_or_before_is_valid(number: str):
    assert judge(Kind.NIK, number) == {"nik.form_right": Verdict.VALID}


def test_an_unknown_region_of_a_nik_is_looked_at():
    assert judge(Kind.NIK, "0071014508850001")["nik.region_unknown"] is Verdict.WARNING


@pytest.mark.parametrize("kind", [Kind.NIK, Kind.NPWP, Kind.NITKU])
def test_a_wrong_form_is_invalid_and_a_blank_one_is_not_judged(kind: Kind):
    assert judge(kind, "12") == {f"{kind}.form": Verdict.INVALID}
    assert judge(kind, None) == judge(kind, " ") == {}


@pytest.mark.parametrize(
    "text",
    [
        "013121660091000",
        "01.312.166.0-091.000",
        "NPWP: 01 312 166 0 091 000",
        "NPWP No. O1.3I2.166.O-O91.OOO",
        "Nomor Pokok Wajib Pajak 01.312.166.0-091.000",
        "NPWP15: 013121660091000",
        "NPWP 15 digit: 013121660091000",
        "NPWP lama 01.312.166.0-091.000",
        "٠١٣١٢١٦٦٠٠٩١٠٠٠",
    ],
)
def test_an_old_npwp_is_read_however_it_is_written(text: str):
    number = npwp.parse(text)
    assert (number.compact, npwp.format(number)) == (OLD_NPWP, "01.312.166.0-091.000")
    assert number.says() == {"form": Term("npwp_form", "old"), "office": "091"}


@pytest.mark.parametrize(
    "text",
    [
        "0013121660091000",
        "NPWP16 0013 1216 6009 1000",
        "NPWP 0013121660091000",
        "NPWP 16 digit: 0013121660091000",
        "NPWP (16 digit) 0013 1216 6009 1000",
        "NPWP baru 0013121660091000",
    ],
)
def test_an_old_npwp_with_a_zero_before_it_is_one_of_16_digits(text: str):
    number = npwp.parse(text)
    assert (number.compact, npwp.format(number)) == ("0013121660091000", "0013121660091000")
    assert number.says() == {"form": Term("npwp_form", "old_with_zero"), "office": "091"}


def test_a_number_that_begins_like_the_word_before_it_is_kept_whole():
    # Sixteen digits beginning with 16 after "NPWP" are not the "NPWP16" of a card.
    assert npwp.parse("NPWP 1671014508850001").compact == "1671014508850001"


@pytest.mark.parametrize("text", ["013121661091000", "0013121661091000", "213121660091000"])
def test_a_wrong_check_digit_of_an_old_npwp_is_refused(text: str):
    assert "check digit" in refusal(npwp.parse, text)


@pytest.mark.parametrize("text", ["", "01312166009100", "00131216600910001", "01312166009100X"])
def test_an_npwp_has_15_or_16_digits(text: str):
    assert "15 or 16 digits" in refusal(npwp.parse, text)


def test_the_npwp_of_a_person_is_the_nik():
    assert npwp.parse(NIK).says() == {"form": Term("npwp_form", "nik")}
    assert judge(Kind.NPWP, NIK) == {"npwp.form_right": Verdict.VALID}


@pytest.mark.parametrize("number", ["1000000012345678", "1091234500000001"])
def test_a_new_npwp_that_begins_with_1_is_never_refused(number: str):
    assert judge(Kind.NPWP, number) == {"npwp.form_right": Verdict.VALID, "npwp.new_form": Verdict.UNVERIFIABLE}
    assert npwp.parse(number).says() == {"form": Term("npwp_form", "other")}


@pytest.mark.parametrize("text", [f"NPWP/NIK {NIK}", f"NPWP Pribadi {NIK}"])
def test_an_npwp_among_other_words_is_found(text: str):
    assert npwp.parse(text).compact == NIK


def test_of_two_npwps_none_is_taken():
    assert "15 or 16 digits" in refusal(npwp.parse, f"NPWP lama {OLD_NPWP}, baru {NIK}")


def test_other_16_digits_are_looked_at():
    assert judge(Kind.NPWP, "6471019908850001")["npwp.no_nik"] is Verdict.WARNING
    assert judge(Kind.NPWP, "2071014508850001")["npwp.no_nik"] is Verdict.WARNING


@pytest.mark.parametrize(
    "text",
    [
        "0013121660091000000001",
        "NITKU: 0013121660091000-000001",
        "NITKU 22 digit 0013121660091000 000001",
        "Nomor Identitas Tempat Kegiatan Usaha 0013121660091000 000001",
    ],
)
def test_a_nitku_is_an_npwp_and_a_place(text: str):
    number = nitku.parse(text)
    assert nitku.format(number) == number.compact == "0013121660091000000001"
    assert number.says() == {"form": Term("npwp_form", "old_with_zero"), "office": "091", "place": "000001"}
    assert judge(Kind.NITKU, text) == {"nitku.form_right": Verdict.VALID}


def test_a_nitku_of_a_new_npwp_cannot_be_verified():
    found = judge(Kind.NITKU, "1000000012345678000000")
    assert found["nitku.npwp_unverifiable"] is Verdict.UNVERIFIABLE


def test_a_nitku_with_a_wrong_npwp_is_refused():
    assert "check digit" in refusal(nitku.parse, "0013121661091000000001")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0123456789", "0123456789"),
        ("BCA 0123456789", "0123456789"),
        ("No. Rek. 149-00-1234567-8", "1490012345678"),
        ("Rekening BRI: 0012-01-O12345-5O-1", "001201012345501"),
        ("BNI a/c 0123456789", "0123456789"),
        (in_full_width("0123456789"), "0123456789"),
        ("0812345678", "0812345678"),
        ("Bankaltimtara 0011234567", "0011234567"),
        ("Bank Kaltimtara O011234567", "0011234567"),
        ("BPD Kaltim 0011234567", "0011234567"),
        ("Danamon O011234567", "0011234567"),
        ("Permata O011234567", "0011234567"),
        ("Bank Muamalat O011234567", "0011234567"),
        ("CIMB Niaga O011234567", "0011234567"),
        ("Acct No. O011234567", "0011234567"),
        ("1911234567 (BCA)", "1911234567"),
        ("Bank Nagari 0011 2345 67 a.n. Sari", "0011234567"),
    ],
)
def test_an_account_is_read_however_it_is_written_and_stays_text(text: str, digits: str):
    number = bank_account.parse(text)
    assert bank_account.format(number) == number.compact == digits
    assert number.says() == {}


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        "0812-3456-789",
        "+62 812 3456 7890",
        "+62812345",
        "GoPay 12345678",
        "OVO: 0812 3456 78",
        "DANA",
        "Dompet GoPay 12345678",
        "HP +62 812 3456 7890",
    ],
)
def test_a_phone_or_wallet_is_no_bank_account(text: str):
    assert "wallet" in refusal(bank_account.parse, text)


@pytest.mark.parametrize("text", ["", "1234", "1" * 21, "12345a", "Danamon", f"NIK {NIK}", "telp. 0541 123456"])
def test_an_account_is_5_to_20_digits(text: str):
    assert "5 to 20 digits" in refusal(bank_account.parse, text)


def judge_account(number: str | None, bank: str, name: str = "Sari") -> dict[str, Verdict]:
    return judge(Kind.BANK_ACCOUNT, number, bank=bank, account_name=name)


@pytest.mark.parametrize(
    ("number", "bank"),
    [
        ("0123456789", "014"),
        ("1490012345678", "008"),
        ("12345678901234", "022"),  # CIMB Niaga: 10 to 14
        ("12345", "124"),  # of Bankaltimtara no length is known
        (None, "014"),
    ],
)
def test_a_good_account_is_valid(number: str | None, bank: str):
    right = {"bank_account.form_right": Verdict.VALID} if number else {}
    assert judge_account(number, bank) == right


@pytest.mark.parametrize(
    ("number", "bank", "usual"), [("01234567891", "014", "have 10."), ("123456789", "022", "have 10 to 14.")]
)
def test_an_unusual_length_is_looked_at_and_never_refused(number: str, bank: str, usual: str):
    paper = Paper(Kind.BANK_ACCOUNT, number=number, details={"bank": bank, "account_name": "Sari"})
    found: list[Finding] = bank_account.assess(paper, on=TODAY)
    assert by_code(found)["bank_account.length"] is Verdict.WARNING
    assert any(str(one.reason).endswith(usual) for one in found)


@pytest.mark.parametrize("number", ["0812345678", "0812345678901", "6281234567890"])
def test_what_may_be_a_phone_is_looked_at(number: str):
    assert judge_account(number, "124")["bank_account.like_a_phone"] is Verdict.WARNING


def test_bank_and_name_of_an_account_are_asked_for():
    assert judge(Kind.BANK_ACCOUNT, "0123456789") == {
        "bank_account.form_right": Verdict.VALID,
        "bank_account.bank_missing": Verdict.WARNING,
        "bank_account.name_missing": Verdict.WARNING,
    }


def test_an_unknown_bank_is_looked_at_and_a_wallet_is_none():
    assert judge_account("0123456789", "999")["bank_account.bank_unknown"] is Verdict.WARNING
    assert judge_account("0123456789", "Danamon")["bank_account.bank_unknown"] is Verdict.WARNING
    assert judge_account("0123456789", "Shopee Pay")["bank_account.wallet"] is Verdict.INVALID


def test_a_wrong_account_is_invalid():
    assert judge_account("081234567890", "014") == {"bank_account.form": Verdict.INVALID}
