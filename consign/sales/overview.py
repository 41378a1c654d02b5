"""How sales stand for one person today: what waits, what is missing, and what was sold this month. One query."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.rules import Act, Actor, get_reach
from consign.sales.store_days import CHASED_SPAN, LOOKED_BACK_DAYS, MISSING_DAYS, SILENCE, SILENT_DAYS

REMINDED_DAYS = 14
"""How many days back a partner is reminded of store-days without sales; older ones stand on the board."""
REFUSED_DAYS = 7

# A posting that lies inside the month counts whole; of one that reaches beyond it the lines are added up.
_SALES = """(
    SELECT COALESCE(sum(sales_rp), 0) FROM (
      SELECT sum(posting.sales_rp) AS sales_rp FROM sales_posting AS posting
      WHERE (CAST(:partner AS bigint) IS NULL OR posting.partner_id = :partner)
        AND posting.first_on >= :month_first AND posting.last_on <= :month_last
      UNION ALL
      SELECT sum(sale.sales_rp) FROM sales_posting AS posting
      JOIN sale ON sale.partner_id = posting.partner_id AND sale.posting_no = posting.number
      WHERE (CAST(:partner AS bigint) IS NULL OR posting.partner_id = :partner)
        AND posting.first_on <= :month_last AND posting.last_on >= :month_first
        AND NOT (posting.first_on >= :month_first AND posting.last_on <= :month_last)
        AND sale.sold_on BETWEEN :month_first AND :month_last) AS parts)"""
_SALES_OF_STORE = """(
    SELECT COALESCE(sum(sale.sales_rp), 0) FROM sale
    WHERE sale.partner_id = :partner AND sale.store_id = :store AND sale.sold_on BETWEEN :month_first AND :month_last
      AND sale.posting_no IN (SELECT posting_no FROM sales_cover
        WHERE store_id = :store AND sold_on BETWEEN :month_first AND :month_last))"""

_OVERVIEW = """
    WITH {span}, {missing_days}, {silence},
    uploads AS (
      SELECT id, status, received_at FROM sales_upload
      WHERE (CAST(:partner AS bigint) IS NULL OR partner_id = :partner)
        AND (CAST(:store AS bigint) IS NULL OR stated_store_id = :store))
    SELECT
      (SELECT count(*) FROM uploads WHERE status = 'needs_mapping') AS to_map,
      (SELECT count(*) FROM uploads WHERE status = 'read') AS overlapping,
      (SELECT count(*) FROM uploads WHERE status = 'refused' AND received_at >= CAST(:today AS date) - :refused) AS refused,
      (SELECT count(*) FROM uploads WHERE received_at >= timezone(:zone, CAST(:today AS timestamp))
        AND status <> 'unpacked') AS uploads_today,
      (SELECT count(*) FROM sales_parked WHERE state = 'open'
        AND (CAST(:partner AS bigint) IS NULL OR partner_id = :partner)
        AND (CAST(:store AS bigint) IS NULL OR upload_id IN (SELECT id FROM uploads))) AS waiting,
      CASE WHEN CAST(:partner AS bigint) IS NULL THEN 0 ELSE (SELECT count(*) FROM missing_day) END AS missing,
      CASE WHEN CAST(:partner AS bigint) IS NULL THEN (SELECT count(*) FROM silence WHERE silent >= :silent) ELSE 0 END
        AS silent,
      EXISTS (SELECT FROM sales_upload WHERE CAST(:partner AS bigint) IS NULL OR partner_id = :partner) AS is_begun,
      {sales}::bigint AS sales_rp"""


@dataclass(frozen=True)
class SalesOverview:
    """What waits for one person, as far as that person may see, and what was sold this month."""

    to_map: int
    """Files that wait until somebody says how they are read."""
    overlapping: int
    """Files that wait until somebody says what to do with an overlap."""
    refused: int
    """Files refused in the last seven days."""
    uploads_today: int
    waiting: int
    """Lines that wait."""
    missing: int
    """Store-days of the last fourteen days that nothing speaks for; 0 for whoever sees all partners."""
    silent: int
    """Stores that reported nothing on the last three days that were due; 0 for whoever sees one partner alone."""
    is_begun: bool
    """Whether a file was ever handed in, for any store of the partner."""
    sales_rp: int
    """Sales of this month's days."""


def find_sales_overview(session: Session, *, by: Actor, today: date, zone: str) -> SalesOverview:
    """Return how sales stand for *by* as of *today*, a day by the clock of *zone*."""
    reach = get_reach(by, Act.READ_SALES)
    first = today.replace(day=1)
    facts = {
        "partner": reach.partner_id,
        "store": reach.store_id,
        "today": today,
        "zone": zone,
        "silent": SILENT_DAYS,
        "now": clock.now(),
        "back": LOOKED_BACK_DAYS if reach.partner_id is None else REMINDED_DAYS,
        "refused": REFUSED_DAYS,
        "month_first": first,
        "month_last": first + timedelta(monthrange(first.year, first.month)[1] - 1),
    }
    sales = _SALES if reach.store_id is None else _SALES_OF_STORE
    statement = _OVERVIEW.format(span=CHASED_SPAN, missing_days=MISSING_DAYS, silence=SILENCE, sales=sales)
    row = session.execute(text(statement), facts).one()
    return SalesOverview(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it
