"""The paper of a note, as PDF to go with the goods, and its lines as a list."""

from fastapi import APIRouter, Response

from consign import clock
from consign.stock.note_lists import NoteView, find_note_view
from consign.stock.printing import make_note_facts, make_note_words
from consign.web.tables import FORMATS
from consign.web.visit import PageRoute, Visit, Visiting
from reports.stock_note import NoteFacts, NoteWords, write_note, write_note_csv, write_note_xlsx

router = APIRouter(route_class=PageRoute)


@router.get("/goods/{note_number}/paper")
def send_paper(visit: Visiting, note_number: str) -> Response:
    """Send the paper of a note as PDF."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    pdf = write_note(*_describe(visit, view))
    headers = {"Content-Disposition": f'inline; filename="{view.note.number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/goods/{note_number}/lines.csv")
def send_lines_csv(visit: Visiting, note_number: str) -> Response:
    """Send the lines of a note as CSV."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    return _send(view, "csv", write_note_csv(*_describe(visit, view)).encode("utf-8-sig"))


@router.get("/goods/{note_number}/lines.xlsx")
def send_lines_xlsx(visit: Visiting, note_number: str) -> Response:
    """Send the lines of a note as a workbook."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    return _send(view, "xlsx", write_note_xlsx(*_describe(visit, view)))


def _describe(visit: Visit, view: NoteView) -> tuple[NoteFacts, NoteWords]:
    facts = make_note_facts(visit.db, view, speaker=visit.language, printed_on=clock.today(visit.zone))
    return facts, make_note_words(visit.language)


def _send(view: NoteView, kind: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{view.note.number}.{kind}"'}
    return Response(content, media_type=FORMATS[kind], headers=headers)
