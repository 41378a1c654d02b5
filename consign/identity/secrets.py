"""Passwords, tokens and one-time codes: how they are made, kept and tried. Nothing here touches the database."""

import hashlib
import re
import secrets
import threading
import unicodedata
from functools import lru_cache

import pyotp
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn

from consign.errors import BadInput
from consign.sentence import say

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128
EASIEST_SCORE = 2
"""zxcvbn's score from 0 to 4; below this a password is guessed within a million tries."""
LONGEST_JUDGED = 32
"""So many signs of a password are judged: zxcvbn's work grows with the square, and strangers may ask for it."""
COMMON_WORDS = (
    *("rahasia", "katasandi", "sandi", "sayang", "cinta", "bismillah", "indonesia", "merdeka", "jakarta", "balikpapan"),
    *("umkm", "dinas", "koperasi", "titip", "jual", "toko", "gerai", "kriuk", "consign", "password"),
)
"""What is guessed early here and does not stand in zxcvbn's own lists."""
CODE_SECONDS = 30
CODE_DIGITS = 6
TOKEN_BYTES = 32
_TOTP_SECRET = re.compile(r"[A-Z2-7]{32}")
"""160 bits in base32. Source: RFC 4226, section 4, R6."""

# 46 MiB, one pass, one lane: OWASP's first choice for Argon2id. About 70 ms on one core.
_HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=47_104, parallelism=1),))
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hashing takes 46 MiB; more than two at once would let strangers fill the memory."""


class PasswordTooWeak(BadInput):
    """The password is too short, too long or easily guessed; nothing was changed."""

    code = "identity.password_too_weak"


def refuse_weak_password(password: str, *, known: list[str]) -> None:
    """Refuse a password of under 10 or over 128 characters, or one that is easily guessed from *known* or in general.

    *known* is what others know of the person, such as the login and the name.

    Raises:
        PasswordTooWeak: accordingly.

    """
    typed = _as_typed(password)
    if not SHORTEST_PASSWORD <= len(typed) <= LONGEST_PASSWORD:
        raise PasswordTooWeak(
            say(
                "A password has {shortest} to {longest} characters; nothing was changed.",
                shortest=SHORTEST_PASSWORD,
                longest=LONGEST_PASSWORD,
            )
        )
    words = [*_list_words(known), *COMMON_WORDS]
    if zxcvbn(typed[:LONGEST_JUDGED], user_inputs=words)["score"] < EASIEST_SCORE:
        raise PasswordTooWeak(
            say(
                "This password is easily guessed; nothing was changed."
                " Four words that have nothing to do with each other are good."
            )
        )


def _list_words(known: list[str]) -> list[str]:
    """Return the words of what is known of a person, alone, run together and as it stands, as people put them into passwords."""
    words: list[str] = []
    for one in known:
        text = one[:LONGEST_PASSWORD].lower()
        parts = re.findall(r"\w+", text)
        words += [*parts, "".join(parts), text]
    return [word for word in dict.fromkeys(words) if len(word) > 2]


def hash_password(password: str) -> str:
    """Return the Argon2id hash that is kept of *password*."""
    with _AT_ONCE:
        return _HASHER.hash(_as_bytes(_as_typed(password)))


def verify_password(password: str, kept: str | None) -> bool:
    """Say whether *password* is the one whose hash is *kept*; takes as long where there is none."""
    typed = _as_typed(password)
    with _AT_ONCE:
        fits = _HASHER.verify(_as_bytes(typed[:LONGEST_PASSWORD]), kept or _nobodys_hash())
    return fits and kept is not None and len(typed) <= LONGEST_PASSWORD


def _as_typed(password: str) -> str:
    """Return *password* in one form: keyboards write `é` as one sign or as two. One that is too long stays too long."""
    return unicodedata.normalize("NFKC", password[: 2 * LONGEST_PASSWORD])


def _as_bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def make_token() -> str:
    """Return a new random token of 256 bits, as text fit for a cookie or a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256. A random token needs no salt."""
    return hashlib.sha256(_as_bytes(token)).digest()


def make_totp_secret() -> str:
    """Return a new secret for an authenticator app, in base32."""
    return pyotp.random_base32()


def is_totp_secret(text: str) -> bool:
    """Say whether *text* is a secret as `make_totp_secret` makes them."""
    return _TOTP_SECRET.fullmatch(text) is not None


def find_totp_step(secret: str, code: str, *, at_second: int, after_step: int | None) -> int | None:
    """Return the 30-second step for which *code* is right, one step early or late allowed; blank where it is wrong.

    A step that is not after *after_step* was used before and is not taken again. Source: RFC 6238.
    """
    digits = "".join(code.split())
    if len(digits) != CODE_DIGITS or not digits.isascii() or not is_totp_secret(secret):
        return None
    now = at_second // CODE_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if (after_step is None or step > after_step) and secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def totp_address(secret: str, *, login: str, issuer: str) -> str:
    """Return the `otpauth://` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)
