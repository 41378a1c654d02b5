"""Layouts of tills and marketplaces that are known: data files, one per layout, recognised by their header.

Each file in the folder `known` names the columns that must be there (`needs`) and must not (`lacks`), which of them
holds what, and what is peculiar about the rows. A column may have several names; `*` stands for any text. A report that
says nothing about single products names the one to be exported instead (`instead`), and is refused.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from typing import Any

from consign.sales.layout import NAMES, Layout
from consign.sentence import say
from consign.tabular.headers import normalize
from consign.tabular.refusals import FileRefused

RECOGNITION = frozenset({"name", "source", "read_on", "certainty", "needs", "lacks", "instead"})


class WrongReport(FileRefused):
    """The till's report does not say which product each row sold; nothing of it was used."""

    code = "file.wrong_report"


@dataclass(frozen=True)
class KnownLayout:
    """One known layout: how it is recognised, and how it is read."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    """Columns that must be there, each by one of its names."""
    lacks: tuple[str, ...]
    instead: str
    """The report to be exported instead, where this one says nothing about single products; else blank."""
    reading: Mapping[str, Any]
    """The layout as plain values, with each column's possible names."""

    def fits(self, headers: Sequence[str]) -> bool:
        """Say whether a file with these headers has this layout."""
        return all(_find(names, headers) for names in self.needs) and not any(
            _find((name,), headers) for name in self.lacks
        )

    def read_by(self, headers: Sequence[str]) -> Layout:
        """Return the layout with the names that the file's own columns have."""
        given = dict(self.reading)
        given["columns"] = _resolve(given["columns"], headers)
        given["filled_down"] = [name for one in given.get("filled_down", ()) if (name := _find(_names(one), headers))]
        given["rules"] = [
            {**rule, "column": name}
            for rule in given.get("rules", ())
            if (name := _find(_names(rule["column"]), headers))
        ]
        return Layout.from_json({**given, "known_as": self.name})


def find_known_layout(headers: Sequence[str]) -> Layout | None:
    """Return how a file with these headers is read; blank where its layout is not known.

    Of several that fit, the one that needs most columns is taken.

    Raises:
        WrongReport: it is a report that does not say which product each row sold.

    """
    fitting = [one for one in load_known_layouts() if one.fits(headers)]
    if not fitting:
        return None
    found = max(fitting, key=lambda one: (len(one.needs), one.name))
    if found.instead:
        raise WrongReport(
            say(
                "This is {report}, which does not say which product each row sold; nothing of it was used."
                " Export {instead} instead.",
                report=found.name,
                instead=found.instead,
            )
        )
    return found.read_by(headers)


@lru_cache(maxsize=1)
def load_known_layouts() -> tuple[KnownLayout, ...]:
    """Read all known layouts, in the order of their files' names."""
    folder = files("consign.sales").joinpath("known")
    paths = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return tuple(read_known_layout(tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths)


def read_known_layout(given: Mapping[str, Any]) -> KnownLayout:
    """Read one known layout from plain values.

    Raises:
        ValueError: it says something that a layout has no place for.

    """
    unknown = set(given) - RECOGNITION - NAMES
    if unknown:
        raise ValueError(f"{given['name']}: {sorted(unknown)}")
    reading = {name: value for name, value in given.items() if name not in RECOGNITION}
    return KnownLayout(
        name=given["name"],
        needs=tuple(_names(one) for one in given["needs"]),
        lacks=tuple(given.get("lacks", ())),
        instead=given.get("instead", ""),
        reading={"columns": {}, **reading},
    )


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _resolve(columns: Mapping[str, str | Sequence[str]], headers: Sequence[str]) -> dict[str, str]:
    found = {role: _find(_names(names), headers) for role, names in columns.items()}
    return {role: name for role, name in found.items() if name}


def _find(names: Sequence[str], headers: Sequence[str]) -> str | None:
    """Return the header that has one of *names*, the first name first; blank where none has, or several do."""
    for name in names:
        pattern = _pattern(name)
        found = [header for header in headers if fnmatchcase(normalize(header), pattern)]
        if len(found) == 1:
            return found[0]
    return None


def _pattern(name: str) -> str:
    """Return a name as it is compared: in lower case, without punctuation but for the `*` that stands for any text."""
    return "*".join(normalize(part) if part.strip() else "" for part in name.split("*"))
