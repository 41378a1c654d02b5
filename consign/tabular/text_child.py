"""The child process that reads one text file: `python -m consign.tabular.text_child FILE FOLDER`.

It finds `asked.json` in FOLDER (header words, and what an earlier child found in the same file), keeps a copy of the file
in another encoding there, and writes frames to its output: what it found, then the rows, then the end or a refusal.
Small files are read without the large libraries of the fast reader, whose start would take longer than the reading.
"""

import csv
import sys
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consign.sentence import Sentence, dump_sentence, say
from consign.tabular.child import run_child
from consign.tabular.dialect import (
    SEPARATORS,
    Dialect,
    Quoting,
    Sniffed,
    decide_quoting,
    find_declared_separator,
    find_dialect,
    is_wrapped,
    read_first_lines,
    unwrap,
)
from consign.tabular.encodings import prepare_text
from consign.tabular.frames import Kind, send, send_json, send_refusal
from consign.tabular.headers import SEARCHED_ROWS, read_header
from consign.tabular.records import MOST_CELLS, read_carefully
from consign.tabular.refusals import FileDamaged, FileEmpty, FileRefused, FileWithoutHeader

if TYPE_CHECKING:
    from consign.tabular.regularity import Regularity

SMALL_BYTES = 512 << 10


@dataclass(frozen=True)
class Layout:
    """All that a reading of the rows needs to know about a file."""

    text: str
    """Path of the file as UTF-8."""
    sign: str
    quoting: str
    width: int
    header_row: int
    regular: bool
    """Whether the fast reader may be used."""

    @property
    def dialect(self) -> Dialect:
        """How the file parts its cells."""
        return Dialect(self.sign, Quoting(self.quoting))


@dataclass(frozen=True)
class Found:
    """The table in a file."""

    layout: Layout
    encoding: str
    headers: list[str]
    evidence: list[Sentence]


def main(path: Path, folder: Path, asked: dict[str, Any]) -> int:
    """Read the text file at *path* and send what is found in it."""
    try:
        if asked["layout"] is None:
            found = find_table(path, scratch=folder, words=frozenset(asked["words"]))
            layout = found.layout
            facts = {**asdict(found), "evidence": [dump_sentence(sentence) for sentence in found.evidence]}
            send_json(Kind.FACTS, facts)
        else:
            layout = Layout(**asked["layout"])
        send_rows(layout)
    except FileRefused as refusal:
        send_refusal(refusal)
    else:
        send(Kind.END)
    return 0


def find_table(path: Path, *, scratch: Path, words: Collection[str]) -> Found:
    """Find the table in the text file at *path*; *scratch* is a folder for copies of its text.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table.

    """
    observer = _make_observer(path)
    prepared = prepare_text(path, scratch=scratch, observer=observer)
    evidence = [say("encoding {encoding}", encoding=prepared.encoding), *prepared.evidence]
    lines = read_first_lines(prepared.path)
    if is_wrapped(lines):
        unwrap(prepared.path, scratch / "unwrapped")
        evidence.append(say("each row stood in quotes as a whole"))
        prepared = replace(
            prepare_text(scratch / "unwrapped", scratch=scratch, observer=observer), encoding=prepared.encoding
        )
        lines = read_first_lines(prepared.path)
    if not "".join(lines).strip():
        raise FileEmpty(say("The file holds nothing but blank space; nothing of it was used."))
    declared = find_declared_separator(lines[0])
    if declared is not None:
        lines[0] = "\n"
        evidence.append(say("the first line names the separator"))
    sniffed = find_dialect(lines, words=words, declared=declared)
    if sniffed is None:
        raise _make_headless()
    sign, why = sniffed.dialect.sign, None
    dialect = Dialect(sign)
    if prepared.quoted:
        quoting, why = decide_quoting(prepared.path, sign, escaped=prepared.escaped)
        dialect = Dialect(sign, quoting)
    head = _read_head(sniffed, dialect, lines)
    header = read_header(head, words=words)
    if header is None:
        raise _make_headless()
    if len(header.names) > MOST_CELLS:
        raise FileDamaged(
            say("The header has more than {most} columns; nothing of the file was used.", most=MOST_CELLS)
        )
    place = header.place
    # The fast reader counts lines: each row down to the header must be one that is not blank.
    plain = all(head[declared is not None : place + 1]) and not any('"' in line for line in lines[:place])
    regular = plain and observer is not None and observer.allows(dialect)
    evidence.append(say("separator {sign}: {evidence}", sign=SEPARATORS[sign], evidence=sniffed.evidence))
    evidence += [why] if why is not None else []
    evidence.append(say("header in row {row}", row=place + 1))
    layout = Layout(str(prepared.path), sign, dialect.quoting, len(header.names), place + 1, regular)
    return Found(layout, prepared.encoding, list(header.names), evidence)


def _make_headless() -> FileWithoutHeader:
    sentence = say(
        "No row in the first {rows} names two columns or more; nothing of the file was used.", rows=SEARCHED_ROWS
    )
    return FileWithoutHeader(sentence)


def _read_head(sniffed: Sniffed, dialect: Dialect, lines: list[str]) -> list[list[str]]:
    """Return the first rows in the *dialect* of the whole file."""
    if dialect == sniffed.dialect:
        return sniffed.head
    try:
        return list(dialect.parse(lines))[: SEARCHED_ROWS + 1]
    except csv.Error as error:
        raise FileDamaged(
            say("A quote is never closed, or a line is endless; nothing of the file was used.")
        ) from error


def _make_observer(path: Path) -> "Regularity | None":
    if path.stat().st_size <= SMALL_BYTES:
        return None
    from consign.tabular.regularity import Regularity  # noqa: PLC0415  # a small file does without numpy

    return Regularity()


def send_rows(layout: Layout) -> None:
    """Send all rows below the header.

    Raises:
        FileDamaged: a quote is never closed.

    """
    path = Path(layout.text)
    if path.stat().st_size <= SMALL_BYTES:
        for records in read_carefully(
            path, layout.dialect, width=layout.width, after_row=layout.header_row, plain_rows=0
        ):
            send_json(Kind.BROKEN, records.broken)
            send_json(Kind.ROWS, [records.numbers, *records.columns(layout.width)])
    else:
        for batch, broken in read_rows(path, layout):
            if broken:
                send_json(Kind.BROKEN, broken)
            send(Kind.ARROW, batch.serialize())


class _WithoutPandas:
    """Finds no pandas: pyarrow would import it with its first array, which takes as long as reading a million rows.

    It is no `MetaPathFinder`: the import of that class alone takes as long as reading a small file.
    """

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def read_rows(path: Path, layout: Layout) -> Iterator[tuple[Any, list[tuple[int, list[str]]]]]:
    """Yield record batches and the broken rows among theirs, from the fast reader as long as it may be used."""
    sys.meta_path.insert(0, _WithoutPandas())
    import pyarrow as pa  # noqa: PLC0415  # a small file does without

    from consign.tabular.fast_reader import pack, read_fast  # noqa: PLC0415  # the same

    dialect, width, header_row = layout.dialect, layout.width, layout.header_row
    done = 0
    if layout.regular:
        try:
            for batch in read_fast(path, dialect, width=width, header_row=header_row):
                done += len(batch)
                yield batch, []
        except pa.ArrowInvalid:  # a row of another width: the careful reader goes on where this one stopped
            pass
        else:
            return
    plain_rows = header_row + done if layout.regular else 0
    for records in read_carefully(path, dialect, width=width, after_row=header_row + done, plain_rows=plain_rows):
        yield pack(records, width), records.broken


if __name__ == "__main__":
    run_child(main)
