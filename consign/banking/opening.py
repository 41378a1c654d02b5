"""Opening a file from a bank: its rows as they stand, or the message it is. The file is read in a child with limits."""

import codecs
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from consign.banking.markup_tree import Node, load_tree
from consign.sentence import say
from consign.tabular.child import REFUSED_STATUS, ask_child
from consign.tabular.opening import refuse_other_kinds
from consign.tabular.refusals import FileDamaged, FileTooLarge, load_refusal
from consign.tabular.workbook import OLD, begins_workbook, identify_workbook
from consign.tabular.workbook_archive import look_through

MOST_BYTES = 32 << 20
FIRST_BYTES = 512
_MODULE = "consign.banking.file_child"


@dataclass(frozen=True)
class SheetRows:
    """The rows of one sheet, or of a whole file of text: each with its number as a person counts it, from 1."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class OpenedFile:
    """What a file holds: sheets of rows, or the text or the tree of a message."""

    container: str
    encoding: str | None
    delimiter: str | None
    sheets: tuple[SheetRows, ...] = ()
    text: str | None = None
    tree: Node | None = None


def open_bank_file(path: Path, *, words: Collection[str]) -> OpenedFile:
    """Open the file at *path*; *words* are headings that help to find the row of headings.

    What the file is, is told from its bytes, never from its name.

    Raises:
        FileRefused: in one of its kinds, where it cannot be read.

    """
    if path.stat().st_size > MOST_BYTES:
        raise FileTooLarge(
            say("The file is larger than {megabytes} MB; nothing of it was used.", megabytes=MOST_BYTES >> 20)
        )
    with path.open("rb") as source:
        first = source.read(FIRST_BYTES)
    refuse_other_kinds(first)
    container = identify_workbook(path) if begins_workbook(first.removeprefix(codecs.BOM_UTF8)) else None

    def tell() -> dict[str, bool]:
        packed = container is not None and container != OLD
        return {"may_have_failed": look_through(path, container=container) if packed and container else True}

    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        asked = {"words": sorted(words), "container": container}
        status, found = ask_child(_MODULE, path, scratch=Path(folder), asked=asked, meanwhile=tell)
    if status == REFUSED_STATUS:
        raise load_refusal(found)
    if status != 0 or not found:
        raise FileDamaged(say("The file cannot be read; nothing of it was used. Export it again."))
    return OpenedFile(
        container=found["container"],
        encoding=found["encoding"],
        delimiter=found["delimiter"],
        sheets=tuple(
            SheetRows(sheet["name"], tuple((number, tuple(cells)) for number, cells in sheet["rows"]))
            for sheet in found.get("sheets", ())
        ),
        text=found.get("text"),
        tree=load_tree(found["tree"]) if found.get("tree") else None,
    )
