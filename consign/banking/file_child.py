"""The child process that opens one file from a bank: `python -m consign.banking.file_child FILE FOLDER`.

It finds `asked.json` (header words, and the kind of workbook) in FOLDER, and leaves `found.json` there: the rows of each
sheet as they stand in the file, or the text or the tree of a message. It decides nothing about accounts or amounts. Where
it refuses the file it ends with REFUSED_STATUS and leaves code and sentence.
"""

import codecs
import json
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consign.sentence import say
from consign.tabular.child import REFUSED_STATUS, run_child
from consign.tabular.dialect import (
    Dialect,
    decide_quoting,
    find_declared_separator,
    find_dialect,
    is_wrapped,
    read_first_lines,
    unwrap,
)
from consign.tabular.encodings import Prepared, prepare_text
from consign.tabular.headers import find_header
from consign.tabular.page_text import SEARCHED_BYTES, begins_markup, decode_page
from consign.tabular.records import read_records
from consign.tabular.refusals import (
    FileDamaged,
    FileEmpty,
    FileLocked,
    FileNotATable,
    FileRefused,
    FileTooLarge,
    FileWithoutHeader,
    dump_refusal,
)

if TYPE_CHECKING:
    from consign.tabular.workbook_sheets import Sheet

MOST_ROWS = 120_000
"""Rows of a file, its headings and notes included; no office's account has so many bookings in a year."""
MOST_CELLS = 100
_STATEMENT_TAG = re.compile(r"^:20:", re.MULTILINE)
_BALANCE_TAG = re.compile(r"^:6(?:0[FM]|1|2[FM]):", re.MULTILINE)
_OFX = re.compile(r"^\s*OFXHEADER\s*:|<OFX\b|<\?OFX\b", re.IGNORECASE | re.MULTILINE)

Rows = list[tuple[int, list[str]]]


def main(path: Path, folder: Path, asked: dict[str, Any]) -> int:
    """Open the file at *path* and leave what is in it in *folder*."""
    status = 0
    try:
        if asked["container"] is not None:
            found = read_workbook(path, folder, asked["container"], words=frozenset(asked["words"]))
        else:
            found = read_plain(path, folder, words=frozenset(asked["words"]))
    except FileRefused as refusal:
        found, status = dump_refusal(refusal), REFUSED_STATUS
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
    return status


def read_workbook(path: Path, folder: Path, container: str, *, words: Collection[str]) -> dict[str, Any]:
    """Return the rows of the visible sheets that have headings; of all visible ones where none has.

    Raises:
        FileLocked: it is behind a password.
        FileNotATable: it is a document of another kind.
        FileTooLarge: it has too many rows.

    """
    # Most files are text: no reader is imported before a file needs it.
    from consign.tabular.workbook_sheets import NoWorkbookError, WorkbookLockedError, list_sheets  # noqa: PLC0415

    try:
        entries = [entry for entry in list_sheets(path, container, scratch=folder) if entry.visible]
    except WorkbookLockedError as error:
        raise FileLocked(
            say("The workbook is protected by a password; nothing of it was used. Save it without one.")
        ) from error
    except NoWorkbookError as error:
        raise FileNotATable(
            say("The file is a document, not a workbook; nothing of it was used. Save the table as XLSX or CSV.")
        ) from error
    may_have_failed = json.load(sys.stdin)["may_have_failed"]
    found = [
        ("".join(sign for sign in entry.name if sign.isprintable()), rows)
        for entry in entries
        if (rows := list(_number_rows(entry.open(), may_have_failed=may_have_failed)))
    ]
    headed = [one for one in found if find_header([cells for _, cells in one[1]], words=words) is not None]
    sheets = [{"name": name, "rows": rows} for name, rows in headed or found]
    return {"container": container, "encoding": None, "delimiter": None, "sheets": sheets}


def _number_rows(sheet: "Sheet", *, may_have_failed: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with their numbers, blank cells at the end left out."""
    from consign.tabular.workbook_cells import as_text  # noqa: PLC0415  # as above

    failed: dict[int, dict[int, str]] = {}
    for (row, column), text in sheet.find_errors().items() if may_have_failed else ():
        failed.setdefault(row, {})[column - 1] = text
    kept = 0
    for number, cells in enumerate(sheet.rows(), start=1):
        texts = ["" if cell == "" else as_text(cell) for cell in cells[:MOST_CELLS]]
        for column, text in failed.get(number, {}).items():
            if column < MOST_CELLS:
                texts += [""] * (column + 1 - len(texts))
                texts[column] = text
        if cut := _cut_tail(texts):
            kept += 1
            _refuse_many(kept)
            yield number, cut


def _cut_tail(cells: Sequence[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return list(cells[:end])


def _refuse_many(count: int) -> None:
    """Refuse more rows than a file may have.

    Raises:
        FileTooLarge: there are.

    """
    if count > MOST_ROWS:
        raise FileTooLarge(
            say("The file has more than {most} rows; nothing of it was used. Split it by months.", most=MOST_ROWS)
        )


def read_plain(path: Path, folder: Path, *, words: Collection[str]) -> dict[str, Any]:
    """Return what a file of text or markup holds.

    Raises:
        FileRefused: in one of its kinds, where it cannot be read.

    """
    with path.open("rb") as source:
        first = source.read(SEARCHED_BYTES)
    if begins_markup(first) and not _OFX.search(first.decode("utf-8", "replace")):
        return read_markup(path.read_bytes())
    prepared = prepare_text(path, scratch=folder)
    text = prepared.path.read_text(encoding="utf-8-sig")
    facts = {"encoding": prepared.encoding, "delimiter": None}
    if _STATEMENT_TAG.search(text) and _BALANCE_TAG.search(text):
        return {**facts, "container": "mt940", "text": text}
    if _OFX.search(text[:SEARCHED_BYTES]):
        return {**facts, "container": "ofx", "text": text}
    dialect, rows = read_separated(prepared, folder, words=words)
    return {**facts, "container": "csv", "delimiter": dialect.sign, "sheets": [{"name": "", "rows": rows}]}


def read_markup(content: bytes) -> dict[str, Any]:
    """Return the rows of a page or of sheets in XML, or the tree of any other XML.

    Raises:
        FileRefused: in one of its kinds, where it cannot be read.

    """
    from consign.banking.markup_tree import read_tree  # noqa: PLC0415  # as in `read_workbook`
    from consign.tabular.web_pages import read_web_page  # noqa: PLC0415  # the same
    from consign.tabular.xml_sheets import SHEETS, read_xml_sheets  # noqa: PLC0415  # the same

    facts = {"encoding": "utf-8", "delimiter": None}
    if SHEETS.encode() in content[:SEARCHED_BYTES]:
        grids = read_xml_sheets(content)
        sheets = [{"name": grid.name, "rows": list(zip(grid.numbers, grid.rows, strict=True))} for grid in grids]
        _refuse_many(sum(len(grid.rows) for grid in grids))
        return {**facts, "container": "xml", "sheets": sheets}
    if re.search(rb"<(?:!doctype\s+)?(?:html|table|body|head)\b", content[:SEARCHED_BYTES], re.IGNORECASE):
        text, encoding = decode_page(content)
        rows = [
            (number, _cut_tail(cells))
            for grid in read_web_page(text)
            for number, cells in zip(grid.numbers, grid.rows, strict=True)
        ]
        _refuse_many(len(rows))
        return {**facts, "container": "html", "encoding": encoding, "sheets": [{"name": "", "rows": rows}]}
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        facts["encoding"] = "utf-16"
    return {**facts, "container": "xml", "tree": read_tree(content)}


def read_separated(prepared: Prepared, folder: Path, *, words: Collection[str]) -> tuple[Dialect, Rows]:
    """Return how a text parts its cells, and all its rows with their numbers.

    Raises:
        FileRefused: in one of its kinds, where it holds no table.

    """
    lines = read_first_lines(prepared.path)
    if is_wrapped(lines):
        unwrap(prepared.path, folder / "unwrapped")
        prepared = replace(prepare_text(folder / "unwrapped", scratch=folder), encoding=prepared.encoding)
        lines = read_first_lines(prepared.path)
    if not "".join(lines).strip():
        raise FileEmpty(say("The file holds nothing but blank space; nothing of it was used."))
    declared = find_declared_separator(lines[0])
    sniffed = find_dialect(lines[1:] if declared else lines, words=words, declared=declared)
    place = find_header(sniffed.head, words=words) if sniffed else None
    if sniffed is None or place is None:
        raise FileWithoutHeader(
            say(
                "The file looks like running text, or like a table without headings: no row names the columns of a bank statement;"
                " nothing of it was used."
            )
        )
    dialect = Dialect(sniffed.dialect.sign)
    if prepared.quoted:
        dialect = Dialect(dialect.sign, decide_quoting(prepared.path, dialect.sign, escaped=prepared.escaped)[0])
    return dialect, list(_number_records(prepared.path, dialect, width=len(sniffed.head[place])))


def _number_records(path: Path, dialect: Dialect, *, width: int) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        records = read_records(source, dialect, width=width, above=0, after_row=0)
        for number, record in islice(records, MOST_ROWS + 1):
            if number > MOST_ROWS:
                _refuse_many(number)
            if len(record) > MOST_CELLS and any(cell.strip() for cell in record[MOST_CELLS:]):
                raise FileDamaged(
                    say(
                        "Row {row} has more than {most} cells; nothing of the file was used.",
                        row=number,
                        most=MOST_CELLS,
                    )
                )
            if cut := _cut_tail(record[:MOST_CELLS]):
                yield number, cut


if __name__ == "__main__":
    run_child(main)
