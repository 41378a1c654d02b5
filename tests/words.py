"""Gathers every message that the product says and merges it into the Indonesian catalogue: `python -m tests.words`."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from compliance.reading.refusals import REFUSALS
from reports import label_check, labels  # noqa: F401  # all refusals of the library are known once these are
from reports.wording import LabelRefused

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "consign/web/locale/id/LC_MESSAGES/consign.po"
KEYWORDS = {
    **dict.fromkeys(("say", "tell", "NumberRefused", "FileRefused", "_", "gettext")),
    **dict.fromkeys(one.__name__ for one in REFUSALS.values()),
    **dict.fromkeys(one.__name__ for one in LabelRefused.__subclasses__()),
    "ngettext": (1, 2),
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}}


def gather() -> Catalog:
    """Return every message of the modules and the page templates, as they are now."""
    found = Catalog(fuzzy=False)
    for package in ("consign", "compliance", "reports"):
        for path, line, message, _, context in extract_from_dir(ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS):
            found.add(message, None, [(f"{package}/{path}", line)], context=context)
    return found


def read_catalogue() -> Catalog:
    """Return the catalogue as it is stored."""
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="id", domain="consign")


def merge() -> list[Message]:
    """Take new messages into the stored catalogue and old ones out; return those that wait for a translation."""
    catalogue = read_catalogue()
    catalogue.update(gather(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    written = BytesIO()
    write_po(written, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    CATALOGUE.write_bytes(written.getvalue())
    return list(find_untranslated(catalogue))


def find_untranslated(catalogue: Catalog) -> Iterator[Message]:
    """Return the messages that have no translation, or not for every plural form."""
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(strings):
            yield message


if __name__ == "__main__":
    waiting = merge()
    for one in waiting:
        print(one.id)
    print(f"{len(waiting)} messages wait for a translation in {CATALOGUE.relative_to(ROOT)}.")
