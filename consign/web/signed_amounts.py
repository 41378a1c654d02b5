"""Amounts in forms that may be below zero, such as corrections."""

from consign.web.forms import read_rupiah


def read_signed_rupiah(text: str) -> int:
    """Read whole rupiah with a minus or without: `-15.000`, `- Rp15.000` or `15000`.

    Raises:
        BadInput: it is no amount.

    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    return -read_rupiah(plain.removeprefix("-").strip()) if plain.startswith("-") else read_rupiah(plain)
