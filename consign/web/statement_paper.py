"""Statements to print and download: one, or all of a closing."""

from fastapi import APIRouter, Response

from consign.banking.queries import find_pay_into
from consign.settlement.printing import print_closing, print_statement
from consign.settlement.queries import get_statement
from consign.web.tables import FORMATS
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

TYPES = {**FORMATS, "pdf": "application/pdf"}


@router.get("/statements/{number}/paper.pdf")
def send_statement_pdf(visit: Visiting, number: str) -> Response:
    """Send one statement as PDF."""
    return _send(visit, number, "pdf")


@router.get("/statements/{number}/paper.xlsx")
def send_statement_xlsx(visit: Visiting, number: str) -> Response:
    """Send one statement as a workbook."""
    return _send(visit, number, "xlsx")


@router.get("/statements/{number}/paper.csv")
def send_statement_csv(visit: Visiting, number: str) -> Response:
    """Send one statement as CSV."""
    return _send(visit, number, "csv")


@router.get("/closings/{closing_id}/statements.pdf")
def send_closing_pdf(visit: Visiting, closing_id: int) -> Response:
    """Send all statements of a closing as one PDF."""
    pdf = print_closing(visit.db, by=visit.actor, closing_id=closing_id, accounts=find_pay_into(visit.db))
    return send_file(pdf, name=f"closing-{closing_id}", kind="pdf")


def _send(visit: Visit, number: str, kind: str) -> Response:
    known = get_statement(visit.db, by=visit.actor, number=number)["Statement"].number
    accounts = find_pay_into(visit.db)
    content = print_statement(visit.db, by=visit.actor, number=number, kind=kind, accounts=accounts)
    return send_file(content, name=known, kind=kind)


def send_file(content: bytes, *, name: str, kind: str) -> Response:
    """Return *content* as a file; a PDF opens in the browser, others are saved."""
    way = "inline" if kind == "pdf" else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{name}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=headers)
