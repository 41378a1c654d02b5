"""The invariants of agreements and closed days: fees within bounds, no two in force for one scope, ends within their days."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.partners.queries import get_office_day


def check_fee_bounds(session: Session) -> Iterator[Breach]:
    """Find agreements whose fee lies outside what the region allows; those that have ended keep their time's bounds."""
    rows = session.execute(
        text("""
        SELECT agreement.id, fee_rate_bp, fee_from_bp, fee_to_bp FROM agreement, region_terms
        WHERE fee_rate_bp NOT BETWEEN fee_from_bp AND fee_to_bp AND (upper_inf(days) OR upper(days) > :today)
        ORDER BY agreement.id"""),
        {"today": get_office_day(session)},
    )
    for row in rows:
        what = f"takes {row.fee_rate_bp} bp, the region allows {row.fee_from_bp} to {row.fee_to_bp} bp"
        yield Breach("agreement.fee", f"agreement {row.id}", what)


def check_agreement_overlap(session: Session) -> Iterator[Breach]:
    """Find two agreements of the same scope in force on the same day."""
    rows = session.execute(
        text("""
        SELECT one.id, other.id AS other FROM agreement AS one JOIN agreement AS other
          ON one.id < other.id AND one.partner_id = other.partner_id AND one.producer_id = other.producer_id
         AND one.store_id IS NOT DISTINCT FROM other.store_id
         AND one.product_id IS NOT DISTINCT FROM other.product_id
         AND one.days && other.days ORDER BY one.id, other.id""")
    )
    for row in rows:
        yield Breach("agreement.overlap", f"agreement {row.id}", f"is in force on days of agreement {row.other}")


def check_mandates(session: Session) -> Iterator[Breach]:
    """Find agreements that a cooperative signed, or receives the money of, on days of which the producer had not mandated it."""
    rows = session.execute(
        text("""
        SELECT agreement.id, agreement.cooperative_id FROM agreement
        WHERE cooperative_id IS NOT NULL AND NOT COALESCE((
          SELECT range_agg(member.days) @> agreement.days FROM cooperative_member AS member
          WHERE member.cooperative_id = agreement.cooperative_id AND member.producer_id = agreement.producer_id), false)
        ORDER BY agreement.id""")
    )
    for row in rows:
        yield Breach(
            "agreement.mandate", f"agreement {row.id}", f"names cooperative {row.cooperative_id} without a mandate"
        )


def check_versions(session: Session) -> Iterator[Breach]:
    """Find versions of agreements that are of other parties or another scope than the one before, or overlap it."""
    rows = session.execute(
        text("""
        SELECT later.id, earlier.id AS earlier FROM agreement AS later JOIN agreement AS earlier ON earlier.id = later.replaces_id
        WHERE (later.partner_id, later.producer_id, COALESCE(later.store_id, 0), COALESCE(later.product_id, 0))
           <> (earlier.partner_id, earlier.producer_id, COALESCE(earlier.store_id, 0), COALESCE(earlier.product_id, 0))
           OR upper_inf(earlier.days) OR upper(earlier.days) > lower(later.days) ORDER BY later.id""")
    )
    for row in rows:
        yield Breach("agreement.version", f"agreement {row.id}", f"does not follow agreement {row.earlier}")


def check_closure_ends(session: Session) -> Iterator[Breach]:
    """Find closed days that were ended later than they were said to end, or before the day before their first."""
    rows = session.execute(
        text("""
        SELECT closure.id, ended.until_on FROM store_closure AS closure
        JOIN store_closure_end AS ended ON ended.closure_id = closure.id
        WHERE ended.until_on NOT BETWEEN closure.from_on - 1 AND closure.until_on - 1 ORDER BY closure.id""")
    )
    for row in rows:
        yield Breach("store.closure_end", f"store_closure {row.id}", f"ended on {row.until_on}, outside its days")


CHECKS = (check_fee_bounds, check_agreement_overlap, check_mandates, check_versions, check_closure_ends)
