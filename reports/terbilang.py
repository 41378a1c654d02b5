"""Amounts in Indonesian words (terbilang), as receipts and statements carry them."""

DIGITS = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
SCALES = ("", "ribu", "juta", "miliar", "triliun", "kuadriliun", "kuintiliun")
"""Names of the powers of a thousand. Source: KBBI, long since used so by Bank Indonesia."""
LARGEST = 1_000 ** len(SCALES) - 1


def spell_rupiah(amount: int) -> str:
    """Write whole rupiah in words: 1.200.000 is `satu juta dua ratus ribu rupiah`; a negative amount begins `minus`."""
    return f"{spell_number(amount)} rupiah"


def spell_number(number: int) -> str:
    """Write a whole number in words.

    Raises:
        ValueError: it is larger than the words reach, a thousand quintillion.

    """
    if abs(number) > LARGEST:
        raise ValueError(f"{number} is larger than there are words for")
    if number == 0:
        return "nol"
    words = ["minus"] if number < 0 else []
    rest = abs(number)
    for place in reversed(range(len(SCALES))):
        group, rest = divmod(rest, 1_000**place)
        words += _spell_group(group, SCALES[place])
    return " ".join(words)


def _spell_group(group: int, scale: str) -> list[str]:
    """Spell one to three digits before their scale; one thousand is `seribu`, one million `satu juta`."""
    if group == 1 and scale == "ribu":
        return ["seribu"]
    hundreds, rest = divmod(group, 100)
    words = ["seratus"] if hundreds == 1 else [DIGITS[hundreds], "ratus"] if hundreds else []
    words += _spell_below_hundred(rest)
    return [*words, scale] if words and scale else words


def _spell_below_hundred(number: int) -> list[str]:
    tens, ones = divmod(number, 10)
    if number == 10:
        return ["sepuluh"]
    if number == 11:
        return ["sebelas"]
    if tens == 1:
        return [DIGITS[ones], "belas"]
    return [word for word in ((DIGITS[tens], "puluh") if tens else ()) + (DIGITS[ones],) if word]
