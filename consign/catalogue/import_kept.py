"""What became of the rows of a list, as it is kept in the object store: pages show it without reading the list again.

A list may have thousands of rows, of which a page shows few: a sentence is made of what is stored when somebody asks.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from consign.catalogue.import_rules import Outcome, RowOutcome, tell_row
from consign.files import Files
from consign.sentence import Sentence, dump_sentence, load_sentence

Stored = dict[str, Any] | str


@dataclass(frozen=True)
class KeptProblem:
    """Why a row was not taken, and which *column* is at fault; a blank one where it is the whole row."""

    column: str
    stored: Stored = field(repr=False)

    @property
    def why(self) -> Sentence:
        """Return the reason, and what to do."""
        return load_sentence(self.stored)


@dataclass(frozen=True)
class KeptRow:
    """What became of one row."""

    row: int
    """As a spreadsheet counts."""
    outcome: Outcome
    name: str
    product_code: str | None
    stored: Stored | None = field(repr=False)
    problems: tuple[KeptProblem, ...]
    cells: tuple[str, ...]
    """The row as it stands in the file; only of one with problems."""

    @property
    def told(self) -> Sentence | None:
        """Return what the row changes, or all that is wrong with it; blank where there is nothing to tell."""
        return None if self.stored is None else load_sentence(self.stored)


@dataclass(frozen=True)
class KeptRows:
    """The rows of a list in their order, its headers, and those of columns that say nothing here."""

    headers: tuple[str, ...]
    unused: tuple[str, ...]
    rows: tuple[KeptRow, ...]


def keep_rows(files: Files, *, headers: Sequence[str], unused: Sequence[str], rows: Sequence[RowOutcome]) -> str:
    """Keep what became of *rows*, and return the hash that it is found by."""
    facts = {"headers": list(headers), "unused": list(unused), "rows": [_dump_row(one) for one in rows]}
    sha256, _ = files.keep(io.BytesIO(json.dumps(facts, ensure_ascii=False).encode()))
    return sha256


def read_rows(files: Files, rows_sha256: str) -> KeptRows:
    """Return what was kept under *rows_sha256*.

    Raises:
        FileMissing: it is not in the object store.

    """
    facts = json.loads(b"".join(files.read(rows_sha256)))
    rows = tuple(_load_row(one) for one in facts["rows"])
    return KeptRows(tuple(facts["headers"]), tuple(facts["unused"]), rows)


def _dump_row(one: RowOutcome) -> dict[str, Any]:
    told = tell_row(one)
    return {
        "row": one.row,
        "outcome": one.outcome.value,
        "name": one.name,
        "product_code": one.product_code,
        "told": None if told is None else dump_sentence(told),
        "problems": [{"column": each.column, "why": dump_sentence(each.why)} for each in one.problems],
        "cells": list(one.cells),
    }


def _load_row(facts: dict[str, Any]) -> KeptRow:
    return KeptRow(
        row=facts["row"],
        outcome=Outcome(facts["outcome"]),
        name=facts["name"],
        product_code=facts["product_code"],
        stored=facts["told"],
        problems=tuple(KeptProblem(each["column"], each["why"]) for each in facts["problems"]),
        cells=tuple(facts["cells"]),
    )
