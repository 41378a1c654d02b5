"""The languages of the pages: their catalogues, and how each writes amounts, numbers, days and moments."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from consign.money import Rupiah, format_rate
from consign.sentence import Code, Sentence, translate
from consign.web.words import word

ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}
MAIN_LANGUAGE = "id"


@dataclass(frozen=True)
class Language:
    """One language of the pages. Rupiah and numbers are written the Indonesian way in both."""

    code: str

    @cached_property
    def translations(self) -> NullTranslations:
        """Return the catalogue; English is what the code says."""
        path = files("consign.web") / "locale" / self.code / "LC_MESSAGES" / "consign.po"
        if not path.is_file():
            return NullTranslations()
        with path.open("rb") as source:
            catalogue = read_po(source, locale=self.code)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        return GNUTranslations(compiled)

    @property
    def gettext(self) -> Callable[[str], str]:
        """Return the function that translates a message."""
        return self.translations.gettext

    def say(self, sentence: str) -> str:
        """Say a sentence in this language, with its facts as this language writes them.

        Text that is no `Sentence`, such as a name, stays what it is, also where it happens to be one of our messages.
        """
        if not isinstance(sentence, Sentence):
            return str(sentence)
        return translate(sentence, gettext=self._gettext_kept, show=self.show)

    def _gettext_kept(self, message: str) -> str:
        return self.gettext(message) if message else ""

    def word(self, code: str | None, group: str) -> str:
        """Return the word for a stable code of *group*; nothing for a blank."""
        return _say_word(self, code, group) if code else ""

    def show(self, fact: object) -> str:
        """Write a fact inside a sentence."""
        match fact:
            case Code():
                shown = self.word(str(fact), fact.group)
            case datetime():
                shown = f"{fact:%Y-%m-%d %H:%M}Z"
            case date():
                shown = self.day(fact)
            case Decimal():
                shown = quantity(fact)
            case int() if not isinstance(fact, bool):
                shown = count(fact)
            case _:
                shown = str(fact)
        return shown

    def day(self, day: date | None) -> str:
        """Write a day short: `22 Nov 2026`."""
        return _day(day, "d MMM y", self.code) if day else ""

    def short_day(self, day: date | None) -> str:
        """Write a day without its year: `22 Nov`."""
        return _day(day, "d MMM", self.code) if day else ""

    def long_day(self, day: date | None) -> str:
        """Write a day in full: `Minggu, 22 November 2026`."""
        return _day(day, "EEEE, d MMMM y", self.code) if day else ""

    def moment(self, at: datetime | None, zone: str) -> str:
        """Write an instant by the clock of *zone*: `22 Nov 2026, 14:30 WITA`."""
        if at is None:
            return ""
        local = at.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())}, {local:%H:%M} {ZONE_NAMES.get(zone, zone)}"


@lru_cache(maxsize=4096)
def _say_word(spoken: Language, code: str, group: str) -> str:
    return spoken.say(word(group, code))


@lru_cache(maxsize=4096)
def _day(day: date, pattern: str, code: str) -> str:
    return format_date(day, pattern, locale=code)


def rupiah(amount: int | None) -> str:
    """Write an amount in whole rupiah: `Rp1.234.567`."""
    return "" if amount is None else str(Rupiah(int(amount)))


def count(number: int | None) -> str:
    """Write a whole number: `1.234`."""
    return "" if number is None else f"{number:,}".replace(",", ".")


def quantity(number: Decimal | int | None) -> str:
    """Write a quantity without idle zeros: `1.234,5`."""
    if number is None:
        return ""
    whole, _, rest = f"{number:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def rate(rate_bp: int | None) -> str:
    """Write basis points as a percentage: `2,5%`."""
    return "" if rate_bp is None else format_rate(rate_bp)


LANGUAGES = {code: Language(code) for code in LANGUAGE_NAMES}


def choose_language(wanted: str | None) -> Language:
    """Return the language with the code *wanted*, else Indonesian."""
    return LANGUAGES.get(wanted or "", LANGUAGES[MAIN_LANGUAGE])
