"""Taking in the file of a paper: it is checked, cleaned, read and stored before any row names it."""

import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from compliance.facts import Kind
from compliance.reading import PaperRefused, ReadValue, read_paper
from consign.documents.rules import DocumentRefused
from consign.documents.wording import sentence_of
from consign.files import Files, copy_within, hash_file

LONGEST_FILE_NAME = 120
MOST_BYTES = 15 << 20
"""What a paper's file may have at most; of a larger one no more than this is copied."""


@dataclass(frozen=True)
class KeptPage:
    """The picture of a page, as it is stored; *width* and *height* are in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class TakenIn:
    """A file that is stored, with what was read from it."""

    sha256: str
    media_type: str
    size_bytes: int
    file_name: str
    pages: tuple[KeptPage, ...]
    values: tuple[ReadValue, ...]
    kind_guess: Kind | None
    """What kind of paper it seems to be; blank where that cannot be told."""


def take_in(source: BinaryIO, *, name: str, kind: Kind | None, files: Files) -> TakenIn:
    """Check, clean and read the file in *source*, and store it with pictures of its pages.

    *name* is what the person called it; it is shown and never used as a path. *kind* is what the person says it is.

    Raises:
        DocumentRefused: it cannot be taken for a paper; nothing was kept.

    """
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path, scratch = Path(folder) / "paper", Path(folder) / "scratch"
        scratch.mkdir()
        copy_within(source, path, most_bytes=MOST_BYTES)
        try:
            reading = read_paper(path, kind=kind, scratch=scratch)
        except PaperRefused as refusal:
            raise DocumentRefused(sentence_of(refusal)) from refusal
        pages = tuple(KeptPage(store_file(page.path, files), page.width, page.height) for page in reading.pages)
        return TakenIn(
            sha256=store_file(reading.cleaned, files),
            media_type=reading.media_type,
            size_bytes=reading.cleaned.stat().st_size,
            file_name=clean_file_name(name),
            pages=pages,
            values=tuple(reading.values),
            kind_guess=reading.kind_guess,
        )


def clean_file_name(given: str) -> str:
    """Return a file's name fit for showing.

    Folders, signs that cannot be seen or turn the line around, and what is beyond 120 characters are left out; the
    ending stays. A name of nothing else is `paper`.
    """
    last = unicodedata.normalize("NFKC", given).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    stem, dot, ending = seen.rpartition(".")
    if dot and stem and len(ending) < LONGEST_FILE_NAME // 2:
        return f"{stem[: LONGEST_FILE_NAME - len(ending) - 1]}.{ending}"
    return seen[:LONGEST_FILE_NAME] or "paper"


def store_file(path: Path, files: Files) -> str:
    """Keep the file at *path*, and return its SHA-256."""
    sha256 = hash_file(path)
    files.store(path, sha256)
    return sha256
