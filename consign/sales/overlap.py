"""Twice is once: staged lines held against what earlier files posted for the same stores and days.

Lines of one product in one receipt are compared as multisets of price, quantity and amounts. The same lines are known
and add nothing; more lines add the rest; anything else asks a person. A summary speaks for its whole store-day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import count_rows
from consign.sentence import Sentence, say, say_all

GROUP = "store_id, sold_on, till, receipt, product_id"
KEY = f"{GROUP}, unit_price_rp"
VALUES = "unit_price_rp, quantity, gross_rp, discount_rp"

COVERED = text("""
    SELECT EXISTS (SELECT 1 FROM sales_cover WHERE partner_id = :partner AND store_id = ANY(:stores)
      AND sold_on = ANY(:days) AND kind <> 'no_sales' AND lines > 0)""")

SPANNED = text("""
    SELECT count(*) FROM sales_upload AS upload
    JOIN unnest(CAST(:days AS date[])) AS day ON day BETWEEN upload.stated_from AND upload.stated_until
    WHERE upload.partner_id = :partner AND upload.id <> :upload AND upload.status = 'posted'
      AND upload.stated_from < upload.stated_until
      AND (upload.stated_store_id IS NULL OR upload.stated_store_id = ANY(:stores))""")

STORE_DAYS = text("""
    CREATE TEMPORARY TABLE staged_days ON COMMIT DROP AS
    SELECT store_id, sold_on, bool_or(receipt = '') AS has_summary
    FROM staged GROUP BY store_id, sold_on""")

# A file that says that nothing was sold speaks for the whole store-day, as a summary does.
ZERO_DAYS = text("""
    INSERT INTO staged_days (store_id, sold_on, has_summary)
    SELECT said.store_id, said.day, true FROM unnest(CAST(:stores AS bigint[]), CAST(:days AS date[])) AS said(store_id, day)
    WHERE NOT EXISTS (SELECT FROM staged_days AS one WHERE (one.store_id, one.sold_on) = (said.store_id, said.day))""")

POSTINGS = text("""
    SELECT DISTINCT posting_no FROM sales_cover JOIN staged_days USING (store_id, sold_on)
    WHERE partner_id = :partner AND kind <> 'no_sales' AND lines > 0 ORDER BY posting_no""")

LIVE = text(f"""
    CREATE TEMPORARY TABLE live ON COMMIT DROP AS
    SELECT posting_no, row_no, {KEY}, quantity, gross_rp, discount_rp, nth, version, posting.upload_id,
      COALESCE(back.gone, false) AS reversed, COALESCE(known.met, false) AS matched
    FROM (SELECT * FROM sale WHERE partner_id = :partner AND posting_no = ANY(:postings) AND version > 0) AS standing
    JOIN staged_days USING (store_id, sold_on)
    JOIN (SELECT number AS posting_no, upload_id FROM sales_posting WHERE partner_id = :partner) AS posting
      USING (posting_no)
    LEFT JOIN (SELECT reverses_posting_no AS posting_no, reverses_row_no AS row_no, true AS gone FROM sale
      WHERE partner_id = :partner AND reverses_row_no IS NOT NULL) AS back USING (posting_no, row_no)
    LEFT JOIN (SELECT sale_posting_no AS posting_no, sale_row_no AS row_no, true AS met FROM sales_known
      WHERE upload_id = :upload) AS known USING (posting_no, row_no)""")  # noqa: S608  # constants

OPEN = "NOT reversed AND NOT matched AND upload_id IS DISTINCT FROM :upload"

# Nearly all lines of a file that comes again are met at once by their number within the receipt.
EXACT = text(f"""
    CREATE TEMPORARY TABLE matched ON COMMIT DROP AS
    SELECT staged.row_no, old.posting_no, old.row_no AS sale_row_no
    FROM staged JOIN (SELECT * FROM live WHERE {OPEN}) AS old USING ({GROUP}, nth, {VALUES})""")  # noqa: S608  # constants

REST = text(f"""
    INSERT INTO matched
    SELECT new.row_no, old.posting_no, old.row_no FROM
      (SELECT row_no, {GROUP}, {VALUES}, row_number() OVER (PARTITION BY {GROUP}, {VALUES} ORDER BY row_no) AS k
       FROM staged WHERE NOT EXISTS (SELECT 1 FROM matched WHERE matched.row_no = staged.row_no)) AS new
    JOIN
      (SELECT posting_no, row_no, {GROUP}, {VALUES},
         row_number() OVER (PARTITION BY {GROUP}, {VALUES} ORDER BY posting_no, row_no) AS k
       FROM live WHERE {OPEN} AND NOT EXISTS (
         SELECT 1 FROM matched WHERE matched.posting_no = live.posting_no AND matched.sale_row_no = live.row_no)) AS old
    USING ({GROUP}, {VALUES}, k)""")  # noqa: S608  # constants

LEFT = text(f"""
    SELECT (SELECT count(*) FROM staged) - met.rows AS new, (SELECT count(*) FROM live WHERE {OPEN}) - met.rows AS old,
      EXISTS (SELECT 1 FROM staged_days WHERE has_summary) OR EXISTS (SELECT 1 FROM live WHERE receipt = '') AS summaries
    FROM (SELECT count(*) AS rows FROM matched) AS met""")  # noqa: S608  # constants

KNOWN = text("""
    INSERT INTO sales_known (upload_id, row_no, sale_posting_no, sale_row_no)
    SELECT :upload, row_no, posting_no, sale_row_no FROM matched""")

# Lines that stand and were not met by an equal new line, of a receipt's product or a summary's day that the file speaks of.
CLASHING = text("""
    CREATE TEMPORARY TABLE clashing ON COMMIT DROP AS
    SELECT live.posting_no, live.row_no, live.upload_id, live.store_id, live.sold_on, live.till, live.receipt, live.product_id
    FROM live JOIN staged_days USING (store_id, sold_on)
    LEFT JOIN matched ON matched.posting_no = live.posting_no AND matched.sale_row_no = live.row_no
    WHERE NOT live.reversed AND NOT live.matched AND live.upload_id IS DISTINCT FROM :upload AND matched.row_no IS NULL
      AND (has_summary OR live.receipt = ''
           OR EXISTS (SELECT 1 FROM staged AS new WHERE
                (new.store_id, new.sold_on, new.till, new.receipt, new.product_id)
              = (live.store_id, live.sold_on, live.till, live.receipt, live.product_id)))""")

# New lines of a day on which either side is a summary, though other lines stand for that day.
NEW_ON_COVERED_DAYS = text("""
    SELECT count(*) AS lines, count(DISTINCT (staged.store_id, staged.sold_on)) AS days
    FROM staged JOIN staged_days USING (store_id, sold_on)
    LEFT JOIN matched USING (row_no)
    WHERE matched.row_no IS NULL AND EXISTS (
      SELECT 1 FROM live WHERE live.store_id = staged.store_id AND live.sold_on = staged.sold_on
        AND NOT reversed AND upload_id IS DISTINCT FROM :upload AND (has_summary OR live.receipt = ''))""")

CLASHING_ROWS = text("""
    SELECT row_no FROM staged AS new JOIN staged_days USING (store_id, sold_on)
    WHERE EXISTS (
        SELECT 1 FROM clashing WHERE (clashing.store_id, clashing.sold_on) = (new.store_id, new.sold_on)
          AND (has_summary OR clashing.receipt = ''
            OR (clashing.till, clashing.receipt, clashing.product_id) = (new.till, new.receipt, new.product_id)))
      OR EXISTS (
        SELECT 1 FROM live WHERE (live.store_id, live.sold_on) = (new.store_id, new.sold_on) AND NOT reversed
          AND upload_id IS DISTINCT FROM :upload AND (has_summary OR live.receipt = ''))""")

# The same receipt number on another day, where numbers never begin again.
MOVED = text("""
    SELECT count(*) FROM staged WHERE receipt <> '' AND quantity > 0 AND EXISTS (
      SELECT 1 FROM sale JOIN sales_posting AS posting
        ON posting.partner_id = sale.partner_id AND posting.number = sale.posting_no
      WHERE sale.store_id = staged.store_id AND sale.receipt = staged.receipt AND sale.till = staged.till
        AND sale.sold_on <> staged.sold_on AND sale.version > 0 AND sale.quantity > 0
        AND posting.upload_id IS DISTINCT FROM :upload
        AND NOT EXISTS (SELECT 1 FROM sale AS back WHERE back.partner_id = sale.partner_id
          AND back.reverses_posting_no = sale.posting_no AND back.reverses_row_no = sale.row_no))""")

# New lines come behind the equal ones that stand, and in a version of their own where some were reversed.
NUMBERING = text(f"""
    UPDATE staged SET nth = standing.nth + behind.nth, version = standing.version FROM (
      SELECT {KEY}, COALESCE(max(nth) FILTER (WHERE NOT reversed), 0) AS nth,
        max(version) + bool_or(reversed)::integer AS version
      FROM live GROUP BY {KEY}) AS standing
    JOIN (SELECT row_no, {KEY}, row_number() OVER (PARTITION BY {KEY} ORDER BY row_no) AS nth FROM staged) AS behind
      USING ({KEY})
    WHERE staged.row_no = behind.row_no""")  # noqa: S608  # constants


@dataclass(frozen=True)
class Clash:
    """What of a file differs from what stands for the same receipts and days; all zero when nothing does."""

    standing_lines: int
    """Lines that stand and have no equal in the file."""
    new_lines: int
    """Lines of the file on days that a summary speaks for, or that the file's summary speaks for."""
    days: int
    moved_lines: int
    """Lines whose receipt stands on another day, where receipt numbers never begin again."""

    def __bool__(self) -> bool:
        return bool(self.standing_lines or self.new_lines or self.moved_lines)

    def describe(self) -> Sentence:
        """Say it in a sentence, the number of lines after what they are."""
        parts = []
        if self.standing_lines:
            parts.append(
                say(
                    "posted lines of the same receipts or days that differ from this file: {lines}",
                    lines=self.standing_lines,
                )
            )
        if self.new_lines:
            parts.append(
                say(
                    "lines of this file on store-days that are posted already: {lines} on {days}",
                    lines=self.new_lines,
                    days=self.days,
                )
            )
        if self.moved_lines:
            parts.append(say("lines of receipts that are posted on another day: {lines}", lines=self.moved_lines))
        return say_all(parts, between="; ")


def may_overlap(session: Session, *, partner_id: int, stores: Collection[int], days: Collection[date]) -> bool:
    """Say whether any of *stores* has posted sales on any of *days*; asked before the lines themselves are known."""
    facts = {"partner": partner_id, "stores": list(stores), "days": list(days)}
    return bool(session.scalar(COVERED, facts))


def find_spanned_days(
    session: Session, *, partner_id: int, upload_id: int, stores: Collection[int], days: Collection[date]
) -> int:
    """Return how many store-days a posted summary of several days speaks for already."""
    facts = {"partner": partner_id, "upload": upload_id, "stores": list(stores), "days": list(days)}
    return int(session.scalar(SPANNED, facts) or 0)


def find_postings(session: Session, *, partner_id: int, zero_days: Collection[tuple[int, date]] = ()) -> list[int]:
    """Return the postings that speak for store-days of the staged lines, or for those that are said to have had none."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.staged_days"))
    session.execute(STORE_DAYS)
    if zero_days:
        facts = {"stores": [store for store, _ in zero_days], "days": [day for _, day in zero_days]}
        session.execute(ZERO_DAYS, facts)
    return list(session.scalars(POSTINGS, {"partner": partner_id}))


def match_known(session: Session, *, partner_id: int, upload_id: int, postings: Sequence[int]) -> int:
    """Find the staged lines that stand already, note which sale each is, and return their number."""
    facts = {"upload": upload_id}
    load_standing(session, partner_id=partner_id, upload_id=upload_id, postings=postings)
    session.execute(text("DROP TABLE IF EXISTS pg_temp.matched, pg_temp.clashing"))
    session.execute(EXACT, facts)
    session.execute(text("ANALYZE matched"))
    left = session.execute(LEFT, facts).one()
    if left.new and left.old:
        session.execute(REST, facts)
    return count_rows(session, KNOWN, facts)


def load_standing(session: Session, *, partner_id: int, upload_id: int, postings: Sequence[int]) -> None:
    """Gather what *postings* hold for the staged lines' store-days, reversed lines included."""
    session.execute(text("ANALYZE staged"))
    session.execute(text("DROP TABLE IF EXISTS pg_temp.live"))
    session.execute(LIVE, {"partner": partner_id, "upload": upload_id, "postings": list(postings)})
    session.execute(text("ANALYZE live"))


def find_clash(session: Session, *, upload_id: int, for_ever: bool) -> Clash:
    """Hold what is left on both sides against each other."""
    facts = {"upload": upload_id}
    moved = find_moved(session, upload_id=upload_id) if for_ever else 0
    left = session.execute(LEFT, facts).one()
    if not left.new and not left.old:
        return Clash(0, 0, 0, moved)
    standing = count_rows(session, CLASHING, facts)
    covered = session.execute(NEW_ON_COVERED_DAYS, facts).one() if left.summaries else None
    return Clash(standing, covered.lines if covered else 0, covered.days if covered else 0, moved)


def find_clashing_rows(session: Session, *, upload_id: int) -> list[int]:
    """Return the staged rows that a clash is about."""
    return list(session.scalars(CLASHING_ROWS, {"upload": upload_id}))


def find_staged_rows(session: Session) -> list[int]:
    """Return all staged rows, for a clash that cannot be told row by row."""
    return list(session.scalars(text("SELECT row_no FROM staged")))


def put_back(session: Session, rows: list[int], *, upload_id: int) -> None:
    """Take *rows* out of the staging table; they stay parked until a person has decided."""
    session.execute(text("DELETE FROM staged WHERE row_no = ANY(:rows)"), {"rows": rows})
    session.execute(
        text("""
        UPDATE sales_parked SET reason = 'overlap.differs'
        WHERE upload_id = :upload AND row_no = ANY(:rows) AND state = 'open'"""),
        {"upload": upload_id, "rows": rows},
    )


def find_moved(session: Session, *, upload_id: int) -> int:
    """Return how many staged lines belong to a receipt that stands on another day."""
    return int(session.scalar(MOVED, {"upload": upload_id}) or 0)


def keep_new(session: Session) -> None:
    """Take the known lines out of the staging table, and number the rest behind the equal ones that stand."""
    if session.scalar(text("SELECT (SELECT count(*) FROM staged) = (SELECT count(*) FROM matched)")):
        session.execute(text("TRUNCATE staged"))
        return
    session.execute(text("DELETE FROM staged USING matched WHERE staged.row_no = matched.row_no"))
    session.execute(NUMBERING)
