"""What of an announced payment came: what was found of it on the bank's statement, and what producers say they received."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from consign.partners.rules import Route
from consign.payments.notice_lists import NoticePart, NoticeView
from consign.payments.notice_rules import COUNTS_AS_RECEIVED, Answer

_FOUND = text("""
    SELECT line.statement_id, line.amount_rp AS announced_rp, allocation.amount_rp, allocation.cause,
      allocation.allocated_at, person.name AS allocated_by
    FROM payment_notice_line AS line JOIN payment_notice AS notice ON notice.id = line.notice_id
    JOIN statement ON statement.id = line.statement_id
    JOIN allocation ON allocation.statement_id = line.statement_id AND allocation.source = 'collecting'
      AND allocation.allocated_at >= notice.noted_at
    JOIN user_account AS person ON person.id = allocation.allocated_by
    WHERE line.notice_id = :notice AND statement.number = ANY(:numbers)
    ORDER BY line.statement_id, allocation.id""")


@dataclass(frozen=True)
class Came:
    """One part of what came of an announced payment."""

    number: str
    """Of the statement."""
    came_rp: int
    """Below zero where it was taken back, or where more was found than the notice says."""
    answer: Answer | None = None
    """What the producer, or finance for it, said; blank of what was found at the bank."""
    cause: str | None = None
    """What it was found by, such as `match:17`; blank of an answer, and of what is not the notice's."""
    at: datetime | None = None
    by: str | None = None


def find_came(session: Session, view: NoticeView) -> list[Came]:
    """Return what came of a notice, as far as its reader sees it; it adds up to what the list of notices says came."""
    if view.notice.route != Route.COLLECTING:
        return [one for part in view.parts for one in _read_answer(part)]
    numbers = {line["statement_id"]: line["number"] for part in view.parts for line in part.lines}
    rows = session.execute(_FOUND, {"notice": view.notice.id, "numbers": list(numbers.values())}).mappings()
    return [
        one
        for statement_id, group in groupby(rows, key=lambda row: row["statement_id"])
        for one in _read_found(numbers[statement_id], list(group))
    ]


def _read_answer(part: NoticePart) -> Iterator[Came]:
    if part.answer in COUNTS_AS_RECEIVED:
        for line in part.lines:
            yield Came(line["number"], line["amount_rp"], answer=part.answer, at=part.answered_at, by=part.answered_by)


def _read_found(number: str, rows: list[RowMapping]) -> Iterator[Came]:
    """Yield what was found of one statement since the notice, and what of it is beyond what the notice says."""
    for row in rows:
        yield Came(number, row["amount_rp"], cause=row["cause"], at=row["allocated_at"], by=row["allocated_by"])
    found_rp = sum(row["amount_rp"] for row in rows)
    counted_rp = min(rows[0]["announced_rp"], max(0, found_rp))
    if counted_rp != found_rp:
        yield Came(number, counted_rp - found_rp)
