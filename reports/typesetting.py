"""Typst, fed with JSON: what people wrote reaches a template as a string and is never read as markup.

Only the fonts that come along are used, so that a page looks the same on every machine. Equal input gives equal bytes:
no time is written into a file but one that the caller names.
"""

import functools
import io
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pikepdf
import typst

from reports.joined import join_pdfs

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(str(files("fontpkg_ibm_plex_sans_condensed"))) / "files"
LARGE = 100_000
"""Characters of figures from which on a document would hold tens of megabytes until ten others were made."""
REMEMBERED = 10
Output = Literal["pdf", "svg"]
Standard = Literal["ua-1"]


@functools.cache
def _fonts() -> typst.Fonts:
    """Return the fonts, read once in a process."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def typeset(
    template: str,
    figures: Mapping[str, object],
    *,
    otherwise: Mapping[str, object] | None = None,
    output: Output = "pdf",
    standard: Standard | None = None,
    is_tagged: bool = True,
    written_at: datetime | None = None,
) -> bytes:
    """Return what *template* makes of *figures*; an SVG has one page. *written_at* stands in the PDF as its time.

    Figures that it cannot be made of, such as those that promise what does not come true, are set as *otherwise* says.
    """
    written = json.dumps(figures, ensure_ascii=False)
    try:
        made = _compile(template, written, output=output, standard=standard, is_tagged=is_tagged, written_at=written_at)
    except typst.TypstError:
        if otherwise is None:
            raise
        return typeset(
            template, otherwise, output=output, standard=standard, is_tagged=is_tagged, written_at=written_at
        )
    if len(written) > LARGE:
        forget()
    return _pack(made) if output == "pdf" and len(written) > LARGE else made


def typeset_parts(template: str, parts: Iterable[tuple[Mapping[str, object], Mapping[str, object]]]) -> bytes:
    """Return what *template* makes of all *parts*, one after the other, as one PDF for screen-readers (PDF/UA-1).

    Each is what it is made of, and what otherwise. It is joined to those before while the next is being made: Typst needs
    no lock of Python.
    """
    with ThreadPoolExecutor(1) as pool:
        return join_pdfs(pool.map(lambda part: _typeset_part(template, *part), parts))


def _typeset_part(template: str, figures: Mapping[str, object], otherwise: Mapping[str, object]) -> bytes:
    compiled = functools.partial(_compile, template, output="pdf", standard="ua-1", is_tagged=True, written_at=None)
    try:
        return compiled(json.dumps(figures, ensure_ascii=False))
    except typst.TypstError:
        return compiled(json.dumps(otherwise, ensure_ascii=False))
    finally:
        forget()


def _compile(
    template: str,
    written: str,
    *,
    output: Output,
    standard: Standard | None,
    is_tagged: bool,
    written_at: datetime | None,
) -> bytes:
    made = typst.Compiler(root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True).compile(
        str(TEMPLATES / template),
        format=output,
        sys_inputs={"figures": written},
        pdf_standards=standard or [],
        timestamp=written_at or 0,
        pdf_tags=is_tagged,
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{template} made more than one file")
    return made


def _pack(pdf: bytes) -> bytes:
    """Return *pdf* with its small parts compressed together: pages and tags take a fifth of what they took."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return target.getvalue()


def forget() -> None:
    """Let Typst forget what it worked out: it keeps that for the ten documents that follow, be they ever so short."""
    compiler = typst.Compiler(root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    for _ in range(REMEMBERED + 1):
        compiler.compile(b"", format="svg")
