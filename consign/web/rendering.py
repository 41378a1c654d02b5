"""Making HTML from templates, in each language."""

from collections.abc import Mapping
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from consign.sentence import Sentence
from consign.web import assets, cells, language, sums
from consign.web.access import may_open
from consign.web.language import LANGUAGE_NAMES, Language
from consign.web.navigation import find_navigation
from consign.web.words import remedy


@cache
def find_environment(code: str) -> Environment:
    """Return the templates in one language; an unknown name in a template is an error, never a blank."""
    spoken = language.LANGUAGES[code]
    environment = Environment(
        loader=PackageLoader("consign.web"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    translations = spoken.translations
    environment.install_gettext_callables(translations.gettext, translations.ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    environment.filters.update(
        say=lambda given: spoken.say(given) if isinstance(given, Sentence) else given,  # people's own words stay
        word=spoken.word,
        heading=lambda words: words[:1].upper() + words[1:],  # words of codes begin with a small letter
        remedy=lambda code: spoken.say(remedy(code)),
        rupiah=language.rupiah,
        count=language.count,
        quantity=language.quantity,
        rate=language.rate,
        day=spoken.day,
        long_day=spoken.long_day,
        moment=spoken.moment,
    )
    environment.globals.update(
        asset=assets.find_address,
        language=spoken,
        languages=LANGUAGE_NAMES,
        navigation=find_navigation,
        may_open=may_open,
        write_rows=partial(cells.write_rows, language=spoken),
        write_totals=partial(cells.write_totals, language=spoken),
        count_rows=lambda rows: sums.Sum(len(rows)),
        write_sum=sums.write_sum,
        add_up=cells.add_up,
        write_options=partial(cells.write_options, language=spoken),
    )
    return environment


def render(template: str, *, language: Language, facts: Mapping[str, object]) -> str:
    """Return the page that *template* makes of *facts*."""
    return find_environment(language.code).get_template(template).render(facts)
