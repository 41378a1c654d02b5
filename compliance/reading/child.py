"""The child process that opens files: `python -m compliance.reading.child`.

It takes requests on standard input, a line of JSON each: `{"file": PATH, "folder": PATH, "media_type": …}`. For each it
splits off a process of its own with tight limits, which opens that one file and ends: a stranger's file never meets
another's, and nothing has to be loaded anew. That process leaves in the folder the file to keep, a picture of each page,
and `found.json`: either why the file is refused, or what was found. The answer is its status, a line each: 0 then, and
anything else means that the file was too much for it.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from PIL import Image

from compliance.reading import codes, confinement, media, pdf_checks, pdf_pages, pictures
from compliance.reading.found import Piece
from compliance.reading.refusals import PaperRefused

TOO_MUCH_STATUS, BROKEN_STATUS = 5, 1
FULL_OF_TEXT = 40
"""A page with so many letters and digits carries its text; one with fewer is a scan, and is read as a picture."""


def look(path: Path, *, folder: Path, media_type: str) -> dict[str, object]:
    """Return what the file at *path* holds, ready for JSON.

    Raises:
        PaperRefused: in one of its kinds.

    """
    if media_type == media.PDF:
        return _look_at_pdf(path, folder=folder)
    picture = pictures.open_picture(path, media_type=media_type)
    kept_type, kept = pictures.keep(picture, folder=folder, lossless=media_type == media.PNG)
    page = _look_at_page(picture, [], folder=folder, number=0)
    return {"media_type": kept_type, "cleaned": kept.name, "pages": [{**page, "picture": kept.name}]}


def _look_at_pdf(path: Path, *, folder: Path) -> dict[str, object]:
    with pdf_checks.open_checked(path) as document:
        kept = pdf_pages.keep_pdf(document, source=path, folder=folder)
    pages = [
        _look_at_page(picture, pieces, folder=folder, number=number)
        for number, (picture, pieces) in enumerate(pdf_pages.draw_pages(kept))
    ]
    return {"media_type": media.PDF, "cleaned": kept.name, "pages": pages}


def _look_at_page(picture: Image.Image, pieces: list[Piece], *, folder: Path, number: int) -> dict[str, object]:
    shown = pictures.show(picture, folder=folder, page=number)
    signs = sum(sign.isalnum() for piece in pieces for sign in piece.text)
    return {
        "shown": shown.path.name,
        "width": shown.width,
        "height": shown.height,
        "picture": None if signs >= FULL_OF_TEXT else shown.path.name,
        "pieces": [asdict(one) for one in [*pieces[: pdf_pages.MOST_PIECES], *codes.find_codes(picture, page=number)]],
    }


def main(path: Path, folder: Path, media_type: str) -> int:
    """Look at the file at *path* and leave in *folder* what was found."""
    try:
        found = look(path, folder=folder, media_type=media_type)
    except PaperRefused as refusal:
        found = {"refused": refusal.code, "template": refusal.template, "facts": refusal.facts}
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
    return 0


def look_confined(
    asked: dict[str, str],
) -> int:  # pragma: no cover - it would confine the tests; they try it in a child
    """Look at the file that *asked* names, under limits that this process cannot take off again."""
    confinement.confine()
    try:
        return main(Path(asked["file"]), Path(asked["folder"]), asked["media_type"])
    except MemoryError:
        return TOO_MUCH_STATUS


def serve(asking: TextIO, answering: TextIO) -> None:
    """Answer each line of *asking* with the status of the process that opened its file, until there is none."""
    for line in asking:
        process = os.fork()
        if process == 0:  # pragma: no cover - the other process
            # Whatever happens, this process must not go on as if it were its parent.
            status = BROKEN_STATUS
            try:
                status = look_confined(json.loads(line))
            finally:
                os._exit(status)
        _, ended = os.waitpid(process, 0)
        answering.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        answering.flush()


if __name__ == "__main__":  # pragma: no cover - the other process
    serve(sys.stdin, sys.stdout)
