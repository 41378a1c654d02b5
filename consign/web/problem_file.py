"""The report of an upload's problems as a workbook, in a person's language; the command line writes the same."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from consign.files import Files
from consign.models.sales import SalesUpload
from consign.sales.layout import KNOWN_WORDS
from consign.sales.mended import cut_report
from consign.sales.problem_rows import ProblemSheet, refuse_unread
from consign.sales.queries import find_file_count
from consign.sentence import load_sentence, say
from consign.tabular.cells import TYPED
from consign.tabular.opening import open_table
from consign.web.language import Language
from consign.web.words import remedy
from reports.problem_report import Cell, Counts, ProblemRow, Words, write_problem_report

NUMBER = re.compile(r"-?\d+\.\d+")
DAY_SIGNS = 10


def write_problem_file(
    session: Session, files: Files, target: BinaryIO, *, upload: SalesUpload, language: Language
) -> None:
    """Write to *target* what of an upload waits, what was ignored, and where every row went.

    Raises:
        ReportUnknown: no row of it was read.
        FileMissing: its file is not in the object store.

    """
    refuse_unread(upload)
    count = find_file_count(session, upload.id)
    parts = bool(upload.outcome.get("parts"))
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "sales"
        files.copy_to(upload.sha256, path)
        with open_table(path, words=KNOWN_WORDS) as opened:
            table = cut_report(opened)
            sheet = ProblemSheet(session, upload, table)
            write_problem_report(
                target,
                headers=table.headers,
                problems=_tell_problems(sheet, language, parts=parts),
                ignored=_tell_ignored(sheet, language, parts=parts),
                counts=Counts(count.rows_read, count.posted, count.known, count.ignored, count.parked),
                words=_find_words(upload, language, parts=parts),
            )


def _tell_problems(sheet: ProblemSheet, language: Language, *, parts: bool) -> Iterator[ProblemRow]:
    for row in sheet.rows():
        place = (row.sheet, row.row) if parts else (row.row,)
        told = (
            *place,
            row.column,
            language.word(row.reason, "problem"),
            language.say(remedy(row.reason)),
            language.word(row.state, "parked_state"),
            row.whole,
        )
        yield ProblemRow([_as_cell(cell) for cell in row.cells], row.fault, told)


def _tell_ignored(sheet: ProblemSheet, language: Language, *, parts: bool) -> Iterator[Sequence[str | int | None]]:
    for row in sheet.ignored():
        why = (
            language.word(row.reason, "ignored")
            if row.reason
            else language.say(say("dismissed: {note}", note=row.note))
        )
        yield (*((row.sheet, row.row) if parts else (row.row,)), why, row.raw)


def _as_cell(text: str) -> Cell:
    """Return a cell as it was: a number or a day that a workbook held as such stays one, for its text has no style."""
    if not text.startswith(TYPED):
        return text
    bare = text.removeprefix(TYPED)
    if NUMBER.fullmatch(bare):
        return Decimal(bare)
    return date.fromisoformat(bare) if len(bare) == DAY_SIGNS else datetime.fromisoformat(bare)


def _find_words(upload: SalesUpload, language: Language, *, parts: bool) -> Words:
    sheet = (say("Sheet"),) if parts else ()
    told = (
        *sheet,
        say("Row"),
        say("Column"),
        say("What is wrong"),
        say("What to do"),
        say("State"),
        say("The whole row"),
    )
    heads = (*sheet, say("Row"), say("Why"), say("The whole row"))
    counted = (
        say("Rows read"), say("Posted"), say("Known already"), say("Ignored"), say("Not posted"),
        say("Posted, known, ignored and not posted together"), say("Does that make the rows read?"),
    )  # fmt: skip
    mend = say(
        "Mend the marked cells on the first sheet, delete the rows that need nothing, and hand this workbook in."
        " The columns at the far right may stay."
    )
    evidence = [language.say(load_sentence(one)) for one in upload.outcome.get("evidence", ())]
    return Words(
        problems=language.say(say("To be mended")),
        ignored=language.say(say("No sales")),
        summary=language.say(say("Summary")),
        told=[language.say(one) for one in told],
        ignored_heads=[language.say(one) for one in heads],
        counts=[language.say(one) for one in counted],
        ties=language.say(say("yes")),
        differs=language.say(say("no")),
        facts=[
            (language.say(say("File")), upload.name),
            (language.say(say("How the file was read")), "; ".join(evidence)),
            (language.say(say("What to do")), language.say(mend)),
        ],
        cut=language.say(say("There are more rows than a sheet holds; the others are not in this workbook.")),
    )
