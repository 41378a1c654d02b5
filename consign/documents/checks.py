"""The invariants of papers: decided by another person, one in force per line, a history that fits, products judged."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.models.documents import ONE_PER_BUSINESS
from consign.partners.queries import get_office_day

STATE_AFTER = {
    "uploaded": ("draft",),
    "submitted": ("submitted",),
    "claimed": ("in_review",),
    "released": ("submitted", "second_look"),
    "second_look": ("second_look",),
    "approved": ("approved",),
    "needs_correction": ("needs_correction",),
    "rejected": ("rejected",),
    "withdrawn": ("withdrawn",),
    "superseded": ("superseded",),
}
"""In which states an event leaves a paper; what is not named here leaves it where it is."""


def check_decided(session: Session) -> Iterator[Breach]:
    """Find papers in force that nobody decided about, or whoever handed them in did."""
    rows = session.execute(
        text("""
        SELECT id, decided_by IS NULL OR decided_at IS NULL AS undecided FROM document
        WHERE state = 'approved' AND (decided_by IS NULL OR decided_at IS NULL OR decided_by = submitted_by)
        ORDER BY id""")
    )
    for row in rows:
        what = "is in force, and nobody decided so" if row.undecided else "was approved by whoever handed it in"
        yield Breach("documents.decided", f"document {row.id}", what)


def check_one_in_force(session: Session) -> Iterator[Breach]:
    """Find two papers in force of a kind of which a business has one, or with the same number."""
    rows = session.execute(
        text(f"""
        SELECT one.id, other.id AS other FROM document AS one JOIN document AS other
          ON one.id < other.id AND one.producer_id = other.producer_id AND one.kind = other.kind
         AND (one.kind IN ({ONE_PER_BUSINESS}) OR one.number_compact = other.number_compact)
        WHERE one.state = 'approved' AND other.state = 'approved' ORDER BY 1, 2""")  # noqa: S608  # a constant
    )
    for row in rows:
        yield Breach("documents.in_force", f"document {row.id}", f"is in force beside document {row.other}")


def check_claims(session: Session) -> Iterator[Breach]:
    """Find papers in review that nobody holds, and papers that somebody holds without reviewing them."""
    rows = session.execute(
        text("SELECT id, state FROM document WHERE (state = 'in_review') <> (claimed_by IS NOT NULL) ORDER BY id")
    )
    for row in rows:
        what = (
            "is in review, and nobody holds it"
            if row.state == "in_review"
            else f"is {row.state}, and somebody holds it"
        )
        yield Breach("documents.claim", f"document {row.id}", what)


def check_history(session: Session) -> Iterator[Breach]:
    """Find papers whose last event does not leave them where they stand, or that have none."""
    rows = session.execute(
        text("""
        SELECT document.id, document.state, last.what FROM document LEFT JOIN LATERAL (
          SELECT what FROM document_event AS event
          WHERE event.document_id = document.id AND what = ANY(:moving) ORDER BY event.id DESC LIMIT 1) AS last ON true
        ORDER BY document.id"""),
        {"moving": list(STATE_AFTER)},
    )
    for row in rows:
        if row.what is None:
            yield Breach("documents.history", f"document {row.id}", "has no history")
        elif row.state not in STATE_AFTER[row.what]:
            what = f"is {row.state}, but was {row.what} last"
            yield Breach("documents.history", f"document {row.id}", what)


def check_replaced(session: Session) -> Iterator[Breach]:
    """Find papers that replace one of another producer or kind."""
    rows = session.execute(
        text("""
        SELECT later.id, later.replaces_id FROM document AS later JOIN document AS earlier ON earlier.id = later.replaces_id
        WHERE (earlier.producer_id, earlier.kind) <> (later.producer_id, later.kind) OR earlier.id >= later.id
        ORDER BY later.id""")
    )
    for row in rows:
        what = f"replaces document {row.replaces_id}, which is not of its line"
        yield Breach("documents.replaced", f"document {row.id}", what)


def check_eligibility(session: Session) -> Iterator[Breach]:
    """Find products that are not judged, or not since a paper of theirs was decided about, and that nobody will judge.

    What changes by itself must be judged within a day: the worker looks for it every minute.
    """
    today = get_office_day(session)
    rows = session.execute(
        text("""
        SELECT product.id, kept.product_id IS NULL AS unjudged, kept.changes_on < :today AND kept.computed_on < kept.changes_on AS overdue
        FROM product LEFT JOIN product_eligibility AS kept ON kept.product_id = product.id
        WHERE NOT EXISTS (SELECT 1 FROM eligibility_due AS due WHERE due.producer_id = product.producer_id)
          AND (kept.product_id IS NULL OR (kept.changes_on < :today AND kept.computed_on < kept.changes_on) OR EXISTS (
            SELECT 1 FROM document WHERE document.producer_id = product.producer_id
              AND document.decided_at > kept.computed_at))
        ORDER BY product.id LIMIT 100"""),
        {"today": today},
    )
    for row in rows:
        what = "is not judged"
        if not row.unjudged:
            what = "stands otherwise by now" if row.overdue else "was judged before a paper was decided about"
        yield Breach("documents.eligibility", f"product {row.id}", f"{what}, and nobody is to judge it")


CHECKS = (check_decided, check_one_in_force, check_claims, check_history, check_replaced, check_eligibility)
