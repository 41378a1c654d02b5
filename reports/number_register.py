"""The register of issued numbers as a tagged PDF (PDF/UA-1), for the partners' master-data teams."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.label_words import MONTHS, write_day
from reports.typeface import keep_printable, make_breakable
from reports.typesetting import typeset

RESTRICTED = (
    "Nomor kota berawalan 20 sampai 29 adalah nomor edar terbatas (restricted circulation number): hanya berlaku di toko-toko"
    " daerah ini, dan bukan GTIN. Jangan diteruskan ke gerai di luar daerah ini atau ke katalog GS1."
)
LEFT_OUT = "Tanda yang tidak ada dalam huruf cetakan ini tidak dicetak."


@dataclass(frozen=True)
class RegisterRow:
    """A number and what it stands for."""

    number: str
    product: str
    brand: str
    content: str
    producer: str
    kind: str
    """`GTIN` or `nomor kota`, as it is printed."""
    from_on: date
    until_on: date | None
    """Its last day; None where it goes on."""
    state: str
    """As it is printed: `berlaku`."""
    reason: str
    """Why it is in this state; may be blank."""


@dataclass(frozen=True)
class RegisterFigures:
    """Everything the register says, in the order in which it is printed."""

    office: str
    region: str
    printed_on: date
    scope: str
    """A sentence that says which numbers are listed."""
    rows: tuple[RegisterRow, ...]


def write_register(figures: RegisterFigures) -> bytes:
    """Return the register as PDF on A4 across. Equal figures give equal bytes."""
    lost: list[str] = []

    def clean(text: str) -> str:
        kept, gone = keep_printable(text)
        lost.append(gone)
        return make_breakable(kept)

    rows = [
        (
            row.number if row.number.isascii() else clean(row.number),
            clean(row.product),
            clean(row.brand),
            clean(row.content),
            clean(row.producer),
            clean(row.kind),
            write_day(row.from_on),
            write_day(row.until_on) if row.until_on else "",
            clean(row.state),
            clean(row.reason),
        )
        for row in figures.rows
    ]
    written = {
        "office": clean(figures.office),
        "region": clean(figures.region),
        "printed": f"{figures.printed_on.day} {MONTHS[figures.printed_on.month - 1]} {figures.printed_on.year}",
        "scope": clean(figures.scope),
        "rows": rows,
        "total": _thousands(len(rows)),
        "kinds": _count(row[5] for row in rows),
        "states": _count(row[8] for row in rows),
        "notes": [RESTRICTED, *([LEFT_OUT] if any(lost) else [])],
    }
    return typeset("number_register.typ", written, standard="ua-1")


def _count(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return how often each word occurs, the most frequent first, then by the alphabet."""
    return [
        (word, _thousands(count)) for word, count in sorted(Counter(words).items(), key=lambda one: (-one[1], one[0]))
    ]


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", ".")
