"""Handing in papers over the pages: small real files of invented papers, and what a verifier does with them."""

import io
from collections.abc import Sequence
from datetime import date
from functools import cache

from PIL import Image

from compliance.facts import Kind
from consign import clock
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision
from consign.identity.queries import get_actor
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.town import VERIFIER, Town

ON = date(2026, 11, 22)
NIB = "1207210001234"


@cache
def make_pdf(*lines: str) -> bytes:
    """Return a PDF of one page with text, written by hand: five objects and a table of where they begin."""
    shown = b"BT /F1 14 Tf 60 760 Td 24 TL " + b" ".join(b"(%s) Tj T*" % line.encode() for line in lines) + b" ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    written = io.BytesIO(b"%PDF-1.4\n")
    written.seek(0, io.SEEK_END)
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = written.tell()
    rows = b"".join(b"%010d 00000 n \n" % start for start in starts)
    written.write(b"xref\n0 6\n0000000000 65535 f \n" + rows)
    written.write(b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table)
    return written.getvalue()


def make_nib(number: str = NIB) -> bytes:
    """Return the paper of a business with *number*."""
    return make_pdf(
        "PEMERINTAH REPUBLIK INDONESIA", "PERIZINAN BERUSAHA BERBASIS RISIKO", f"NOMOR INDUK BERUSAHA: {number}",
        "1. Nama Pelaku Usaha : DAPUR 1", "Diterbitkan di Jakarta, tanggal: 12 Juli 2021",
    )  # fmt: skip


@cache
def make_photo(width: int = 400, height: int = 300) -> bytes:
    """Return a photo on which nothing can be read."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), (200, 190, 170)).save(written, "JPEG")
    return written.getvalue()


def upload(
    browser: Browser, content: bytes | None, *, kind: Kind = Kind.NIB, name: str = "kertas.pdf", field: str = "file",
    **data: str | Sequence[str],
) -> Page:  # fmt: skip
    """Send a file over the form."""
    query = "&".join(f"{one}={data[one]}" for one in ("producer", "replaces") if one in data)
    return browser.post(
        "/papers/new",
        {"kind": kind.value, **data},
        page=f"/papers/new?kind={kind.value}&{query}",
        files={field: (name, content)} if content is not None else None,
    )


def id_of(page: Page) -> int:
    """Return which paper a page is about."""
    return int(page.path.partition("/papers/")[2].partition("/")[0].partition("?")[0])


def confirm(browser: Browser, document_id: int, **data: str | Sequence[str]) -> Page:
    """Send what a person confirms of a paper."""
    path = f"/papers/{document_id}/confirm"
    return browser.post(path, data, page=path)


def hand_in_nib(browser: Browser, *, number: str = NIB) -> int:
    """Hand in a NIB with its file, and return its id."""
    document_id = id_of(upload(browser, make_nib(number)))
    page = confirm(browser, document_id, number=number, holder="Dapur 1", issued_on="2021-07-12")
    assert (page.status, page.path) == (200, f"/papers/{document_id}"), page.text
    return document_id


def decide(town: Town, document_id: int, decision: Decision, *, reason: str | None = None) -> None:
    """Let the verifier of the town decide about a paper."""
    with town.database.transaction(REGION) as session:
        by = get_actor(session, VERIFIER)
        claim_document(session, by=by, document_id=document_id, now=clock.now())
        decide_document(
            session, by=by, document_id=document_id, decision=decision, reason=reason, consulted="oss.go.id", on=ON
        )


def state_of(town: Town, document_id: int) -> str:
    """Return where a paper stands."""
    return str(town.ask("SELECT state FROM document WHERE id = :id", id=document_id)[0][0])
