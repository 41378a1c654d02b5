"""Looking at a sales file without a database: what it is, how it would be read, and what its rows come to."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from consign import clock
from consign.errors import ConsignError, Question
from consign.files import hash_file
from consign.period import ZONES, Period
from consign.sales.column_values import MILLI
from consign.sales.days_across import turn_days
from consign.sales.known_layouts import find_known_layout
from consign.sales.layout import KNOWN_WORDS, Layout, Role, suggest_columns
from consign.sales.mapping import Answers, Changed, Stated, map_table
from consign.sales.mended import cut_report
from consign.sales.own_layout import find_own_layout
from consign.sales.problems import Problem
from consign.sales.reading import Ignored, Reader
from consign.sales.rules import tidy_file_name
from consign.sales.study import Study
from consign.sentence import Sentence, dump_sentence
from consign.tabular.archive import read_members, refuse_without_files
from consign.tabular.cells import shown
from consign.tabular.opening import open_table
from consign.tabular.row_numbers import split_number
from consign.tabular.table import Table

MOST_SHOWN_ROWS = 1_000
PREVIEW_ROWS = 8
MOST_SHOWN_SIGNS = 80
"""A longer cell is cut where it is only shown."""
CONFIRMATION = "mapping"
"""The question whether what was suggested is right: the file can be read as if it were."""
FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Counts:
    """What a file's rows come to; its days are those of its accepted lines, both inside. Of rows the first are shown."""

    rows_read: int
    accepted: int
    ignored: int
    problems: int
    quantity_total: Decimal
    gross_total_rp: int
    first_on: date | None
    last_on: date | None
    problem_rows: list[dict[str, object]]
    ignored_rows: list[dict[str, object]]

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        first, last = (day.isoformat() if day else None for day in (self.first_on, self.last_on))
        problems = [{**row, "cell": _cut(str(row["cell"] or ""))} for row in self.problem_rows]
        changed = {"quantity_total": str(self.quantity_total), "first_on": first, "last_on": last}
        return {**asdict(self), **changed, "problem_rows": problems}


@dataclass(frozen=True)
class Look:
    """A sales file before anything is posted: its table, how it would be read, what must be decided, and its counts."""

    table: Table
    rows: list[tuple[int, list[str]]]
    """The first rows as a person sees them, with their numbers."""
    layout: Layout
    study: Study | None
    """Blank while columns are missing."""
    questions: list[Question]
    counts: Counts | None
    """Blank while it cannot be read."""

    def to_json(self) -> dict[str, Any]:
        """Return what a person is shown, and the counts, as plain values."""
        parts = {"parts": list(self.table.parts)} if self.table.parts else {}
        return {"preview": self._preview(), "counts": self.counts.to_json() if self.counts else None, **parts}

    def _preview(self) -> dict[str, Any]:
        asked = {question.about for question in self.questions}
        style, order = (self.study.style, self.study.order) if self.study else (None, None)
        evidence = self.study.evidence if self.study else self.table.evidence
        return {
            "container": self.table.container,
            "sheet": self.table.sheet,
            "encoding": self.table.encoding,
            "headers": list(self.table.headers),
            "first_row": self.rows[0][0] if self.rows else self.table.header_row + 1,
            "row_numbers": [number for number, _ in self.rows],
            "rows": [cells for _, cells in self.rows],
            "columns": {role.value: header for role, header in self.layout.columns.items()},
            "candidates": {
                role.value: list(headers) for role, headers in suggest_columns(self.table.headers).candidates.items()
            },
            "number_style": None if "number_style" in asked else style,
            "date_order": None if "date_order" in asked else order,
            "scale": self.layout.scale,
            "receipts": self.layout.receipts,
            "day_begins_at": self.layout.day_begins_at,
            "kinds": dict(self.study.kinds if self.study else self.layout.kinds),
            "evidence": [dump_sentence(one) for one in evidence],
        }


@dataclass(frozen=True)
class Inspection:
    """What a sales file holds. `problem_rows` and `ignored_rows` show at most a thousand rows each."""

    container: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    number_style: str | None
    date_order: str | None
    columns: dict[str, str]
    rows_read: int
    accepted: int
    ignored: int
    problems: int
    quantity_total: Decimal
    gross_total_rp: int
    first_on: date | None
    last_on: date | None
    evidence: list[Sentence]
    ignored_rows: list[dict[str, object]]
    problem_rows: list[dict[str, object]]
    questions: list[Question]


@dataclass(frozen=True)
class MemberInspection:
    """What one file in an archive holds, or why it was not looked at."""

    name: str
    found: Inspection | None = None
    same_as: str | None = None
    """The file before it that has the same bytes."""
    ignored: str | None = None
    refused: ConsignError | None = None


NO_COUNTS = Counts(0, 0, 0, 0, Decimal(0), 0, None, None, [], [])


def inspect_file(
    path: Path, *, layout: Layout | None, answers: Answers, store_stated: bool, first: date | None, last: date | None
) -> Inspection:
    """Identify, map and read the file at *path*. Without a layout it goes on with the suggested columns where each is certain.

    Where a person must decide, nothing is accepted and `questions` says what is asked.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table that can be read.

    """
    stated = Stated(store_id=0 if store_stated else None, first=first, last=last)
    with open_table(path, words=KNOWN_WORDS) as opened:
        table = turn_days(cut_report(opened))
        known = layout or find_own_layout(table.headers) or find_known_layout(table.headers)
        look = look_into(table, layout=known, answers=answers, stated=stated, most_rows=MOST_SHOWN_ROWS)
    study, counts = look.study, _place_rows(look.counts or NO_COUNTS, table.parts)
    return Inspection(
        container=table.container,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        header_row=table.header_row,
        number_style=study.style if study else None,
        date_order=study.order if study else None,
        columns={role.value: header for role, header in look.layout.columns.items()},
        evidence=study.evidence if study else list(table.evidence),
        questions=[question for question in look.questions if question.about != CONFIRMATION],
        **vars(counts),
    )


def inspect_archive(path: Path, inspect: Callable[[Path], Inspection]) -> Iterator[MemberInspection]:
    """Yield what each file in the archive at *path* holds, as *inspect* finds it; the same bytes are looked at once.

    Raises:
        FileRefused: the archive is broken or too large.
        ArchiveWithoutFiles: at the end, where none of it could be taken out.

    """
    first: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        for member in read_members(path, name=path.name, scratch=Path(folder)):
            name = tidy_file_name(member.name)
            if member.path is None:
                yield MemberInspection(name, ignored=member.ignored, refused=member.refusal)
                continue
            sha256 = hash_file(member.path)
            if sha256 in first:
                yield MemberInspection(name, same_as=first[sha256])
                continue
            first[sha256] = name
            try:
                yield MemberInspection(name, found=inspect(member.path))
            except ConsignError as refusal:
                yield MemberInspection(name, refused=refusal)
    refuse_without_files(len(first))


def _place_rows(counts: Counts, parts: Sequence[str]) -> Counts:
    """Return the counts with rows told as a person finds them: the sheet, and the row in it."""
    if not parts:
        return counts

    def place(row: dict[str, object]) -> dict[str, object]:
        sheet, number = split_number(int(str(row["row"])), parts)
        return {"sheet": sheet, **row, "row": number}

    return replace(
        counts,
        problem_rows=[place(row) for row in counts.problem_rows],
        ignored_rows=[place(row) for row in counts.ignored_rows],
    )


def look_into(
    table: Table,
    *,
    layout: Layout | None,
    answers: Answers,
    stated: Stated,
    most_rows: int,
    changed: Changed | None = None,
) -> Look:
    """Map *table* and, where nothing but a confirmation is missing, read its rows and count them.

    At most *most_rows* of problems and of ignored rows are listed.

    Raises:
        FileRefused: the table has no rows, or its own total differs from them.
        ColumnUnknown: a named column is not in the file.

    """
    rows = _first_rows(table)
    chosen, study, questions = map_table(table, layout=layout, answers=answers, stated=stated, changed=changed)
    counts = None
    if study is not None and all(question.about == CONFIRMATION for question in questions):
        counts = _count(study, stated, most_rows=most_rows)
    return Look(table, rows, chosen, study, questions, counts)


def _first_rows(table: Table) -> list[tuple[int, list[str]]]:
    """Return the first rows in their order, those of another width than the header's among them."""
    for batch in islice(table.batches(), 1):
        whole = [(int(number), batch.cells_of(index)) for index, number in enumerate(batch.rows[:PREVIEW_ROWS])]
        broken = [(row.row, list(row.cells)) for row in batch.broken[:PREVIEW_ROWS]]
        found = sorted(whole + broken)[:PREVIEW_ROWS]
        return [(number, [_cut(shown(cell)) for cell in cells]) for number, cells in found]
    return []


def _cut(cell: str) -> str:
    return cell if len(cell) <= MOST_SHOWN_SIGNS else f"{cell[: MOST_SHOWN_SIGNS - 1]}…"


def _count(study: Study, stated: Stated, *, most_rows: int) -> Counts:
    span = Period(stated.first, stated.last) if stated.first and stated.last else None
    reader = Reader(study, today=clock.today(ZONES[-1]), stated=span)
    problems: list[Problem] = []
    ignored: list[Ignored] = []
    found = ignored_rows = 0
    days: set[int] = set()
    for batch in reader.read():
        found += len(batch.problems)
        ignored_rows += len(batch.ignored)
        problems += batch.problems[: most_rows - len(problems)]
        ignored += batch.ignored[: most_rows - len(ignored)]
        days |= set(batch.lines.loc[batch.lines["problem"] == 0, "day"].unique().tolist())
    first, last = (FIRST_DAY + timedelta(end(days)) if days else None for end in (min, max))
    return Counts(
        rows_read=reader.rows_read,
        accepted=reader.lines,
        ignored=ignored_rows,
        problems=found,
        quantity_total=Decimal(reader.quantity_milli) / MILLI,
        gross_total_rp=reader.gross_rp,
        first_on=span.first if span and first and Role.DATE not in study.places else first,
        last_on=last,
        problem_rows=[{"row": row.row, "column": row.column, "cell": row.cell, "code": row.code} for row in problems],
        ignored_rows=[{"row": row.row, "reason": row.reason} for row in ignored],
    )
