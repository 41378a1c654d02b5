"""Statements as files: one, or all of a closing."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from consign.identity.rules import Actor
from consign.settlement.figures import find_closing_figures, name_accounts
from consign.settlement.lists import get_closing
from consign.settlement.queries import get_statement_figures
from reports.statement import PayInto, StatementFigures, write_csv
from reports.statement_pdf import write_statement_pdf, write_statements_pdf
from reports.statement_workbook import write_xlsx

WRITERS: Mapping[str, Callable[[StatementFigures], bytes]] = {
    "pdf": write_statement_pdf,
    "xlsx": write_xlsx,
    "csv": lambda figures: write_csv(figures).encode("utf-8-sig"),
}
"""How a statement becomes a file of each kind."""


def print_statement(session: Session, *, by: Actor, number: str, kind: str, accounts: Sequence[PayInto]) -> bytes:
    """Return a statement as a file; *kind* is `pdf`, `xlsx` or `csv`. *accounts* are those of the office.

    Raises:
        StatementUnknown: there is none with this number, or it is not for this person to see.
        StatementBroken: its figures are not the sum of its lines.

    """
    return WRITERS[kind](name_accounts(get_statement_figures(session, by=by, number=number), accounts))


def print_closing(session: Session, *, by: Actor, closing_id: int, accounts: Sequence[PayInto]) -> bytes:
    """Return all statements of a closing as one PDF, by number. *accounts* are those of the office.

    Raises:
        ClosingUnknown: there is none that *by* may see.
        StatementBroken: the figures of one are not the sum of its lines.

    """
    closing = get_closing(session, by=by, closing_id=closing_id)
    found = find_closing_figures(session, by=by, closing_id=closing_id)
    figures = [name_accounts(one, accounts) for one in found]
    title = f"Nota perhitungan {closing['partner']}, {closing['from_on']:%d/%m/%Y} - {closing['until_on']:%d/%m/%Y}"
    return write_statements_pdf(figures, title=title)
