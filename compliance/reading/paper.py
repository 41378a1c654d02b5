"""Reading a paper: what is dangerous happens in a child process with limits; its crash is an answer."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compliance.facts import Kind
from compliance.reading import media
from compliance.reading.found import Box, PagePicture, Piece, Reading, Source
from compliance.reading.lines import Line, arrange
from compliance.reading.processes import TOO_MUCH_STATUSES, PictureReader, get_openers, get_picture_reader
from compliance.reading.refusals import REFUSALS, PaperRefused, PaperTooSlow, refuse_broken

MOST_READING_SECONDS = 20
MOST_READ_PAGES = 3
"""So many pictures of one paper are read; its values stand on the first pages."""


def read_paper(path: Path, *, kind: Kind | None, scratch: Path) -> Reading:
    """Check the file at *path*, clean it, and find the values on it; everything is written into *scratch*.

    *kind* is what it was handed in as; where that is blank the words decide. *scratch* exists, is this paper's alone,
    and is emptied by the caller. Takes ten seconds at most to open the file, and twenty to read its pictures (two, on
    an idle machine).

    Raises:
        PaperRefused: in one of its kinds; nothing of the file is to be kept.

    """
    # The child processes load this package, too, and shall not wait for the rules of all kinds.
    from compliance.reading.guessing import guess_kind  # noqa: PLC0415
    from compliance.reading.values import find_values  # noqa: PLC0415

    media_type = media.get_media_type(path)
    reader = get_picture_reader()
    if reader is not None and media_type != media.PDF:
        reader.prepare()
    found = open_file(path, scratch=scratch, media_type=media_type)
    ocr = read_pictures(reader, found["pages"], scratch=scratch, seconds=MOST_READING_SECONDS)
    pieces = [_as_piece(one) for page in found["pages"] for one in page["pieces"]]
    codes = [one for one in pieces if one.source is Source.QR]
    lines = arrange(one for one in pieces if one.source is not Source.QR)
    guess = guess_kind(lines)
    return Reading(
        media_type=found["media_type"],
        cleaned=scratch / found["cleaned"],
        pages=tuple(PagePicture(scratch / page["shown"], page["width"], page["height"]) for page in found["pages"]),
        values=find_values(lines, codes, kind=kind or guess),
        kind_guess=guess,
        codes=tuple(one.text for one in codes),
        texts=tuple(_write_text(lines, page=number) for number in range(len(found["pages"]))),
        ocr=ocr,
    )


def _as_piece(told: Mapping[str, Any]) -> Piece:
    return Piece(
        text=told["text"],
        page=told["page"],
        box=_as_box(told["box"]),
        confidence=told["confidence"],
        source=Source(told["source"]),
        level=_as_box(told["level"]),
    )


def _as_box(told: Sequence[int]) -> Box:
    left, top, right, bottom = told
    return left, top, right, bottom


def _write_text(lines: Sequence[Line], *, page: int) -> str:
    return "\n".join(line.text for line in lines if line.page == page)


def open_file(path: Path, *, scratch: Path, media_type: str) -> dict[str, Any]:
    """Return what a child process found in the file at *path*, which it checked, and cleaned into *scratch*.

    Raises:
        PaperRefused: in one of its kinds.

    """
    status = get_openers().ask({"file": str(path), "folder": str(scratch), "media_type": media_type})
    if status in TOO_MUCH_STATUSES:
        raise PaperTooSlow(
            "The file takes too much to open, so nothing was kept. Print it into a new PDF, or send a photo of the paper."
        )
    if status != 0:
        raise refuse_broken()
    found: dict[str, Any] = json.loads((scratch / "found.json").read_text(encoding="utf-8"))
    if "refused" in found:
        raise _as_refusal(found)
    return found


def _as_refusal(told: Mapping[str, Any]) -> PaperRefused:
    return REFUSALS[told["refused"]](told["template"], **told["facts"])


def read_pictures(
    reader: PictureReader | None, pages: Sequence[dict[str, Any]], *, scratch: Path, seconds: int
) -> bool:
    """Add to *pages* the text that stands on them as pictures; False where pictures are not read here.

    What is not read after *seconds* stays blank: a person can type it.
    """
    if reader is None:
        return False
    ends_at = time.monotonic() + seconds
    waiting = [(number, page) for number, page in enumerate(pages) if page["picture"] is not None]
    for number, page in waiting[:MOST_READ_PAGES]:
        left = int(ends_at - time.monotonic())
        if left <= 0:
            break
        request = {"picture": str(scratch / page["picture"]), "shown": str(scratch / page["shown"]), "page": number}
        answer = reader.ask(request, seconds=left)
        if answer is None:
            break
        _take_over(page, answer)
    return True


def _take_over(page: dict[str, Any], answer: Mapping[str, Any]) -> None:
    """Add the pieces that were read to the page; what was found on it before is turned with it."""
    turn = answer["turn"]
    for _ in range(turn // 90):
        page["width"], page["height"] = page["height"], page["width"]
        for one in page["pieces"]:
            left, top, right, bottom = one["box"]
            one["box"] = one["level"] = (top, 1_000 - right, bottom, 1_000 - left)
    page["pieces"] = [*page["pieces"], *answer["pieces"]]
