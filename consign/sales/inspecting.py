"""Looking at a sales file without a database: what it is, how it would be read, and what its rows come to."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from consign import clock
from consign.errors import Question
from consign.period import ZONES, Period
from consign.sales.columns import MILLI, Problem
from consign.sales.layout import KNOWN_WORDS, Layout
from consign.sales.mapping import Answers, Stated, map_table
from consign.sales.reading import Ignored, Reader
from consign.sales.study import Study
from consign.tabular.opening import open_table
from consign.tabular.table import Table

MOST_SHOWN_ROWS = 1_000


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
    evidence: list[str]
    ignored_rows: list[dict[str, object]]
    problem_rows: list[dict[str, object]]
    questions: list[Question]


def inspect_file(
    path: Path, *, layout: Layout | None, answers: Answers, store_stated: bool, first: date | None, last: date | None
) -> Inspection:
    """Identify, map and read the file at *path*. Without a layout it goes on with the suggested columns where each is certain.

    Where a person must decide, nothing is accepted and `questions` says what is asked.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table that can be read.

    """
    stated = Stated(store_id=0 if store_stated else None, first=first, last=last)
    with open_table(path, words=KNOWN_WORDS) as table:
        chosen, study, questions = map_table(table, layout=layout, answers=answers, stated=stated)
        questions = [question for question in questions if question.about != "mapping"]
        if study is None or questions:
            return _describe(table, chosen, study=study, questions=questions)
        reader = Reader(study, today=clock.today(ZONES[-1]), stated=Period(first, last) if first and last else None)
        problems: list[Problem] = []
        ignored: list[Ignored] = []
        counts = [0, 0]
        for batch in reader.read():
            counts[0] += len(batch.problems)
            counts[1] += len(batch.ignored)
            problems += batch.problems[: MOST_SHOWN_ROWS - len(problems)]
            ignored += batch.ignored[: MOST_SHOWN_ROWS - len(ignored)]
        return _describe(
            table, chosen, study=study, questions=[], reader=reader, problems=problems, ignored=ignored, counts=counts
        )


def _describe(
    table: Table,
    layout: Layout,
    *,
    study: Study | None,
    questions: list[Question],
    reader: Reader | None = None,
    problems: list[Problem] | None = None,
    ignored: list[Ignored] | None = None,
    counts: list[int] | None = None,
) -> Inspection:
    problem_count, ignored_count = counts or [0, 0]
    return Inspection(
        container=table.container,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        header_row=table.header_row,
        number_style=study.style if study else None,
        date_order=study.order if study else None,
        columns={role.value: header for role, header in layout.columns.items()},
        rows_read=reader.rows_read if reader else 0,
        accepted=reader.lines if reader else 0,
        ignored=ignored_count,
        problems=problem_count,
        quantity_total=Decimal(reader.quantity_milli if reader else 0) / MILLI,
        gross_total_rp=reader.gross_rp if reader else 0,
        evidence=study.evidence if study else list(table.evidence),
        ignored_rows=[{"row": row.row, "reason": row.reason} for row in ignored or []],
        problem_rows=[
            {"row": row.row, "column": row.column, "cell": row.cell, "code": row.code} for row in problems or []
        ],
        questions=questions,
    )
