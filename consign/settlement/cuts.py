"""Which sales and which movements of goods a closing takes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.models.settlement import Closing
from consign.stock.moving import lock_stores

# The sales of a partner inside the cut (:until, :posting) and outside the one before (:before, :before_posting). Only the
# postings that can hold any are looked into (:postings), so that what was settled long ago costs nothing.
CUT = """
    sale.partner_id = :partner AND sale.posting_no = ANY(:postings) AND sale.sold_on <= :until
    AND (sale.posting_no > :before_posting OR sale.sold_on > :before)"""
CUT_NAMES = frozenset({"partner", "postings", "until", "before", "before_posting"})

POSTINGS = text("""
    SELECT number, first_on FROM sales_posting
    WHERE partner_id = :partner AND number <= :posting AND first_on <= :until
      AND (number > :before_posting OR last_on > :before)""")

CLOSED_SALES = """closing
      JOIN sales_posting AS posting ON posting.partner_id = closing.partner_id
        AND posting.number <= closing.posting_no AND posting.first_on <= closing.until_on
        AND (posting.number > closing.before_posting_no OR posting.last_on > closing.before_on)
      JOIN sale ON sale.partner_id = posting.partner_id AND sale.posting_no = posting.number
        AND sale.sold_on <= closing.until_on
        AND (sale.posting_no > closing.before_posting_no OR sale.sold_on > closing.before_on)"""
"""The sales of cuts beside the rows of `closing`, for several closings at once: each posting is looked into once for all of them."""

_LAST_MOVEMENT = text("SELECT COALESCE(max(id), 0) FROM stock_movement WHERE note_id IS NOT NULL")
_STORES = text("SELECT id FROM store WHERE partner_id = :partner ORDER BY id")


@dataclass(frozen=True)
class Cut:
    """What a closing takes of a partner's sales and movements; named as `models.settlement.Closing` names it."""

    partner_id: int
    until_on: date
    posting_no: int
    before_on: date
    before_posting_no: int
    movement_id: int = 0
    before_movement_id: int = 0


def find_cut(session: Session, closing: Closing | Cut) -> dict[str, Any]:
    """Return the parameters that select what a closing takes.

    *late_postings* are those that can hold lines of earlier periods, *first* the earliest day of any.
    """
    cut = {
        "partner": closing.partner_id,
        "until": closing.until_on,
        "posting": closing.posting_no,
        "before": closing.before_on,
        "before_posting": closing.before_posting_no,
        "movement": closing.movement_id,
        "before_movement": closing.before_movement_id,
    }
    postings = session.execute(POSTINGS, cut).all()
    late = [row for row in postings if row.first_on <= closing.before_on]
    return {
        **cut,
        "postings": [row.number for row in postings],
        "late_postings": [row.number for row in late],
        "first": min([row.first_on for row in late], default=closing.before_on),
    }


def find_last_movement(session: Session) -> int:
    """Return the number of the last movement of goods that a note made; 0 before the first.

    Movements of other partners' stores may be on their way with smaller numbers; they are in no cut of this partner's.
    """
    return int(session.scalar(_LAST_MOVEMENT) or 0)


def hold_movements(session: Session, partner_id: int) -> int:
    """Let nobody move goods of the partner's stores until the transaction ends; return the last movement there can be.

    The partner is locked already, as whoever locks several stores does first.
    """
    lock_stores(session, list(session.scalars(_STORES, {"partner": partner_id})))
    return find_last_movement(session)
