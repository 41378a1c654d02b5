"""Reading a list of issued numbers that another office sends: a table in CSV or XLSX, of which two columns are used."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from consign.documents.intake import clean_file_name
from consign.documents.referring import REFERENCE_KINDS, ListedNumber
from consign.documents.rules import ListRefused
from consign.documents.wording import sentence_of
from consign.files import Files, copy_within, hash_file
from consign.sentence import Code, Sentence, say
from consign.tabular.cells import cut, is_error_value, is_scientific, shown
from consign.tabular.headers import normalize
from consign.tabular.opening import open_table
from consign.tabular.table import Batch, Table

MOST_BYTES = 50 << 20
MOST_ROWS = 200_000

NUMBER_WORDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PIRT: (
        "nomor spp irt", "no spp irt", "nomor sppirt", "no sppirt", "spp irt", "sppirt", "nomor p irt", "no p irt",
        "nomor pirt", "no pirt", "p irt", "pirt", "nomor sertifikat spp irt", "nomor sertifikat", "no sertifikat",
        "nomor izin edar", "no izin edar", "certificate number", "registration number", "nomor", "number",
    ),
    Kind.HALAL: (
        "nomor sertifikat halal", "no sertifikat halal", "sertifikat halal", "nomor halal", "no halal", "id halal",
        "nomor sertifikat", "no sertifikat", "halal certificate number", "certificate number", "nomor", "number",
    ),
    Kind.NIB: (
        "nib", "nomor nib", "no nib", "nomor induk berusaha", "nomor induk berusaha nib", "nomor induk usaha",
        "business identification number", "nomor", "number",
    ),
}  # fmt: skip
"""Header words of the column with the number, the surest first. A bare `No` counts rows, so it is none."""
NAME_WORDS = (
    "nama pelaku usaha", "nama usaha", "nama perusahaan", "nama irtp", "nama industri", "nama badan usaha",
    "nama pemegang", "nama pemegang sertifikat", "pelaku usaha", "perusahaan", "nama toko", "nama umkm", "nama ukm",
    "business name", "company name", "company", "holder", "nama pemilik", "nama", "name",
)  # fmt: skip
"""The same for the column with the holder's name; a product's name is none."""


@dataclass(frozen=True)
class ListProblem:
    """A row that was not taken: which *column* and *cell* is at fault, and why."""

    row: int
    column: str
    cell: str
    why: Sentence


@dataclass(frozen=True)
class ListRead:
    """What a list holds; rows read = entries + problems."""

    sha256: str
    file_name: str
    number_column: str
    name_column: str
    rows_read: int
    entries: tuple[ListedNumber, ...]
    problems: tuple[ListProblem, ...]


def read_reference_file(source: BinaryIO, *, name: str, kind: Kind, files: Files) -> ListRead:
    """Read the list in *source* and store its file; *name* is what the person called it.

    Numbers that have not the form of their *kind* are problems; nothing is guessed.

    Raises:
        ListRefused: there are no such lists, it is too large, or no column is named as number or as name.
        FileRefused: in one of its kinds, where it is no table that can be read.

    """
    if kind not in REFERENCE_KINDS:
        kinds = [Code("paper_kind", one) for one in REFERENCE_KINDS]
        raise ListRefused(say("Lists are loaded of {kinds} only; nothing was loaded.", kinds=kinds))
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path = Path(folder) / "list"
        if not copy_within(source, path, most_bytes=MOST_BYTES):
            raise ListRefused(
                say("The list is larger than {megabytes} MB; nothing was loaded.", megabytes=MOST_BYTES >> 20)
            )
        words = frozenset((*NUMBER_WORDS[kind], *NAME_WORDS))
        with open_table(path, words=words) as table:
            number = _find_column(table, NUMBER_WORDS[kind], what=say("number"))
            holder = _find_column(table, NAME_WORDS, what=say("name"))
            entries, problems = _read_rows(table, kind=kind, number=number, holder=holder)
        sha256 = hash_file(path)
        files.store(path, sha256)
    return ListRead(
        sha256=sha256,
        file_name=clean_file_name(name),
        number_column=table.describe_column(number),
        name_column=table.describe_column(holder),
        rows_read=len(entries) + len(problems),
        entries=tuple(entries),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
    )


def _find_column(table: Table, words: Sequence[str], *, what: Sentence) -> int:
    """Return the place of the column that the surest of *words* names.

    Raises:
        ListRefused: none is named so, or two are.

    """
    headers = [normalize(header) for header in table.headers]
    wanted = next((word for word in words if word in headers), None)
    if wanted is None:
        raise ListRefused(
            say(
                "No column is named as the {what}; nothing was loaded. Name one “{example}” in the first row.",
                what=what,
                example=words[0],
            )
        )
    if headers.count(wanted) > 1:
        raise ListRefused(
            say("Two columns are named “{name}”; nothing was loaded. Leave one of them out.", name=wanted)
        )
    return headers.index(wanted)


def _read_rows(table: Table, *, kind: Kind, number: int, holder: int) -> tuple[list[ListedNumber], list[ListProblem]]:
    entries: list[ListedNumber] = []
    problems: list[ListProblem] = []
    for batch in table.batches():
        for one in _read_batch(table, batch, kind=kind, number=number, holder=holder):
            if isinstance(one, ListedNumber):
                entries.append(one)
            else:
                problems.append(one)
        if len(entries) + len(problems) > MOST_ROWS:
            raise ListRefused(say("The list has more than {most} rows; nothing was loaded.", most=MOST_ROWS))
    return entries, problems


def _read_batch(
    table: Table, batch: Batch, *, kind: Kind, number: int, holder: int
) -> Iterator[ListedNumber | ListProblem]:
    why = say("The row has more or fewer cells than the header.")
    for broken in batch.broken:
        yield ListProblem(broken.row, "", cut(shown("\t".join(broken.cells))), why)
    cells = zip(batch.rows, batch.cells[number].to_pylist(), batch.cells[holder].to_pylist(), strict=True)
    for row, written, name in cells:
        tidy = " ".join(shown(name or "").split())
        try:
            compact = _read_number(kind, written or "")
        except NumberRefused as refusal:
            cell = cut(shown(written or ""))
            yield ListProblem(int(row), table.describe_column(number), cell, sentence_of(refusal))
            continue
        if not tidy or is_error_value(tidy):
            yield ListProblem(int(row), table.describe_column(holder), cut(tidy), say("The name is blank."))
            continue
        yield ListedNumber(int(row), compact, cut(tidy))


def _read_number(kind: Kind, written: str) -> str:
    """Return the number compact.

    Raises:
        NumberRefused: it has not the form of its kind, or a spreadsheet has lost its last digits.

    """
    cell = shown(written)
    if is_scientific(cell):
        raise NumberRefused("A spreadsheet has rounded this number, so its last digits are lost.")
    return KINDS[kind].module.parse(cell).compact
