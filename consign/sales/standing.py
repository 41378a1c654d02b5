"""How sales stand for one person today: what waits, what is missing, and what was sold this month. One query."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.sales.queries import SAID_NONE

SILENT_DAYS = 3
"""A store that reported nothing for so many full days is asked."""
LOOKED_BACK_DAYS = 14
"""How many days back a partner is reminded of store-days without sales; older ones stand on the board."""
REFUSED_DAYS = 7

_SPOKEN_FOR = f"""(
    EXISTS (SELECT FROM sales_cover WHERE sales_cover.store_id = seen.id AND sales_cover.sold_on = day::date
      GROUP BY kind HAVING sum(lines) > 0)
    OR {SAID_NONE.format(store="seen.id", day="day::date")}
    OR EXISTS (SELECT FROM sales_upload WHERE sales_upload.partner_id = seen.partner_id AND status = 'posted'
      AND stated_store_id = seen.id AND day::date BETWEEN stated_from AND stated_until))"""  # noqa: S608  # constants

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

_STANDING = """
    WITH seen AS (
      SELECT id, partner_id, opened_on, COALESCE(closed_on, 'infinity') AS closed_on FROM store
      WHERE (CAST(:partner AS bigint) IS NULL OR partner_id = :partner)
        AND (CAST(:store AS bigint) IS NULL OR id = :store)),
    uploads AS (
      SELECT id, status, received_at FROM sales_upload
      WHERE (CAST(:partner AS bigint) IS NULL OR partner_id = :partner)
        AND (CAST(:store AS bigint) IS NULL OR stated_store_id = :store)),
    silent AS (
      SELECT partner_id FROM seen WHERE opened_on <= CAST(:today AS date) - :silent AND closed_on >= CAST(:today AS date) - 1
        AND NOT EXISTS (
          SELECT FROM generate_series(CAST(:today AS date) - :silent, CAST(:today AS date) - 1, interval '1 day') AS day
          WHERE {spoken_for}))
    SELECT
      (SELECT count(*) FROM uploads WHERE status = 'needs_mapping') AS to_map,
      (SELECT count(*) FROM uploads WHERE status = 'read') AS overlapping,
      (SELECT count(*) FROM uploads WHERE status = 'refused' AND received_at >= CAST(:today AS date) - :refused) AS refused,
      (SELECT count(*) FROM uploads WHERE received_at >= timezone(:zone, CAST(:today AS timestamp))) AS uploads_today,
      (SELECT count(*) FROM sales_parked WHERE state = 'open'
        AND (CAST(:partner AS bigint) IS NULL OR partner_id = :partner)
        AND (CAST(:store AS bigint) IS NULL OR upload_id IN (SELECT id FROM uploads))) AS waiting,
      (SELECT count(*) FROM seen CROSS JOIN
          generate_series(CAST(:today AS date) - :back, CAST(:today AS date) - 1, interval '1 day') AS day
        WHERE CAST(:partner AS bigint) IS NOT NULL AND day::date BETWEEN opened_on AND closed_on
          AND NOT {spoken_for}) AS missing,
      (SELECT count(*) FROM silent) AS silent,
      (SELECT partner.code FROM silent JOIN partner ON partner.id = silent.partner_id
        GROUP BY partner.code ORDER BY count(*) DESC, partner.code LIMIT 1) AS silent_partner,
      {sales}::bigint AS sales_rp"""


@dataclass(frozen=True)
class Standing:
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
    """Open stores that reported nothing for the last three full days."""
    silent_partner: str | None
    """Code of the partner with most of them."""
    sales_rp: int
    """Sales of this month's days."""


def find_standing(session: Session, *, by: Actor, today: date, zone: str) -> Standing:
    """Return how sales stand for *by* as of *today*, a day by the clock of *zone*."""
    reach = get_reach(by, Act.READ_SALES)
    first = today.replace(day=1)
    facts = {
        "partner": reach.partner_id,
        "store": reach.store_id,
        "today": today,
        "zone": zone,
        "silent": SILENT_DAYS,
        "back": LOOKED_BACK_DAYS,
        "refused": REFUSED_DAYS,
        "month_first": first,
        "month_last": first + timedelta(monthrange(first.year, first.month)[1] - 1),
    }
    sales = _SALES if reach.store_id is None else _SALES_OF_STORE
    row = session.execute(text(_STANDING.format(spoken_for=_SPOKEN_FOR, sales=sales)), facts).one()
    return Standing(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it
