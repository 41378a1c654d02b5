"""Logins and passwords: how they may be written, and which are refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.errors import BadInput
from consign.identity.secrets import (
    LONGEST_PASSWORD,
    PasswordTooWeak,
    find_totp_step,
    hash_password,
    hash_token,
    make_token,
    make_totp_secret,
    refuse_weak_password,
    verify_password,
)
from consign.identity.spelling import normalize_login, normalize_phone, read_login, tidy_name
from tests.identity.people import PASSWORD, SECRET, code_at, hashed

PHONE = "+62812345678"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Rini.W+dinas@Dinas.Example", "rini.w+dinas@dinas.example"),
        ("  rini@dinas.example\n", "rini@dinas.example"),
        ("ri\u200bni@dinas.example", "rini@dinas.example"),  # a sign nobody sees, from a web page
        ("0812-345 678", PHONE),
        ("0812345678", PHONE),
        ("62812345678", PHONE),
        ("+62 812 345 678", PHONE),
        ("+62 (0)812 345 678", PHONE),
        ("0062 812.345.678", PHONE),
        ("(0812) 345678", PHONE),
        ("812345678", PHONE),
        ("\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", PHONE),  # full-width digits
        ("\u202a0812345678\u202c", PHONE),  # as phones copy a contact
        ("+65 6123 4567", "+6561234567"),
    ],
)
def test_one_login_is_kept_one_way_however_it_is_written(given: str, kept: str):
    assert normalize_login(given) == kept
    assert normalize_login(kept) == kept
    assert read_login(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "rini", "rini@", "@dinas.example", "rini@dinas", "ri ni@dinas.example", "rini@dinas..example"),
        *(
            "rini@dinas.example,bagus@dinas.example",
            "<rini@dinas.example>",
            "rini@-dinas.example",
            "rini@dinas.example.",
        ),
        *("rini@dinas.example\r\nBcc: x@y.example", f"{'x' * 65}@dinas.example", f"x@{'y.' * 130}example"),
        *("0812", "+0812345678", "0812345678901234567", "08a2345678", "'; DROP TABLE user_account; --", "\x00"),
        *("r\u00efni@dinas.example", "\ud800@dinas.example x"),
    ],
)
def test_what_is_neither_an_address_nor_a_number_is_refused(given: str):
    with pytest.raises(BadInput, match="nothing was changed"):
        normalize_login(given)


@given(st.text(max_size=40))
def test_whatever_is_written_is_refused_or_kept_one_way(written: str):
    try:
        kept = normalize_login(written)
    except BadInput:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert normalize_login(kept) == kept


def test_a_phone_number_is_no_address():
    assert normalize_phone("0812 345 678") == PHONE
    for other in ("rini@dinas.example", "", "0812"):
        with pytest.raises(BadInput):
            normalize_phone(other)


def test_a_name_has_at_most_120_signs():
    assert tidy_name(" x" * 60) == " ".join("x" * 60)
    with pytest.raises(BadInput):
        tidy_name("x" * 121)


KNOWN = ["ratmi@umkm.example", "Ratmi Sulastri", "Dapur Bu Ratmi"]


@pytest.mark.parametrize(
    "password",
    [
        *("", "kriuk-64", "\u0301" * 9, "x" * 129, "a" * 128),  # too short, too long, or always the same
        *("1234567890", "qwertyuiop", "abcdefghij", "passwordpassword", "1q2w3e4r5t", "0812345678", "aaaaaaaaaaaa"),
        *("indonesia123", "bismillah123", "jakarta12345", "rahasia123", "katasandi123"),
        *("ratmisulastri", "ratmisulastri1", "RatmiSulastri", "ratmi@umkm.example", "dapurburatmi", "umkmumkmumkm"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str):
    with pytest.raises(PasswordTooWeak):
        refuse_weak_password(password, known=KNOWN)


@pytest.mark.parametrize(
    "password", [PASSWORD, "kriuk-titip-jual-64", "Xk7#pQz!mW2v", "hujan pagi di atas genteng seng"]
)
def test_a_password_that_is_not_is_taken(password: str):
    refuse_weak_password(password, known=KNOWN)


def test_no_password_takes_long_to_judge():
    hostile = ["4@8({[<369&#!17$5+7%2" * 6, "ab" * 64, "1" * 128, "P@$$w0rd" * 16, "19" * 64, "\U0001f600" * 128]
    before = time.process_time()
    for password in hostile:
        try:
            refuse_weak_password(password, known=["x" * 10_000, "y " * 5_000])
        except PasswordTooWeak:
            continue
    assert time.process_time() - before < 5


def test_only_the_password_itself_fits_its_hash():
    assert PASSWORD not in hashed()
    assert hashed().startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert [verify_password(one, hashed()) for one in (PASSWORD, PASSWORD + "x", PASSWORD.upper())] == [
        True,
        False,
        False,
    ]
    assert not verify_password(PASSWORD, None)


def test_a_password_fits_whichever_way_a_keyboard_writes_its_signs():
    kept = hash_password("kop\u00e9 pagi di teras")  # one sign
    assert verify_password("kope\u0301 pagi di teras", kept)  # two signs


def test_a_password_that_only_begins_with_the_right_one_does_not_fit():
    kept = hash_password("x" * LONGEST_PASSWORD)
    assert not verify_password("x" * LONGEST_PASSWORD + "y", kept)


@pytest.mark.parametrize("odd", ["\ud800" * 12, "\x00" * 12, "\U0010ffff" * 12])
def test_odd_signs_are_no_fault_of_ours(odd: str):
    assert not verify_password(odd, hashed())
    assert len(hash_token(odd)) == 32
    assert find_totp_step(SECRET, odd, at_second=0, after_step=None) is None


def test_tokens_and_secrets_do_not_come_twice():
    assert len({make_token() for _ in range(1_000)}) == len({make_totp_secret() for _ in range(1_000)}) == 1_000


# Source: RFC 6238, appendix B, SHA-1: at second 1111111109 the code is 07081804, of which six digits are 081804.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105  # it is published
RFC_SECOND, RFC_CODE = 1_111_111_109, "081804"
RFC_STEP = 37_037_036  # 1111111109 / 30 is 37037036,9


def test_codes_are_those_of_the_standard():
    assert find_totp_step(RFC_SECRET, "081 804", at_second=RFC_SECOND, after_step=None) == RFC_STEP
    # One step early or late is allowed, two are not. The step begins 29 seconds before and ends a second after.
    for second, step in ((-59, RFC_STEP), (-60, None), (30, RFC_STEP), (31, None)):
        assert find_totp_step(RFC_SECRET, RFC_CODE, at_second=RFC_SECOND + second, after_step=None) == step


@pytest.mark.parametrize(
    "code", ["", "08180", "0818041", "08180x", "\uff10\uff18\uff11\uff18\uff10\uff14", "\u0662" * 6]
)
def test_what_is_no_code_is_not_right(code: str):
    assert find_totp_step(RFC_SECRET, code, at_second=RFC_SECOND, after_step=None) is None


@pytest.mark.parametrize("secret", ["", "1", "A", RFC_SECRET.lower(), "A" * 31, "=" * 32])
def test_what_is_no_secret_has_no_codes(secret: str):
    assert find_totp_step(secret, code_at(), at_second=RFC_SECOND, after_step=None) is None


def test_a_code_is_not_taken_twice():
    for after, step in ((RFC_STEP - 1, RFC_STEP), (RFC_STEP, None), (RFC_STEP + 1, None)):
        assert find_totp_step(RFC_SECRET, RFC_CODE, at_second=RFC_SECOND, after_step=after) == step
