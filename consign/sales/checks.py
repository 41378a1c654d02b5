"""The invariants of sales: every row accounted for, every fee right, nothing without its store, product or posting."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach

FEE_SQL = "CASE WHEN {base} < 0 THEN -1 ELSE 1 END * ((abs({base}) * {rate} + 5000) / 10000)"
"""The fee on a line once more, independent of the one that is checked; all operands are bigint."""


def check_rows_accounted(session: Session) -> Iterator[Breach]:
    """Find uploads whose rows read are not posted, known, ignored and parked together."""
    rows = session.execute(
        text("""
        SELECT upload.id, rows_read, COALESCE(posting.rows, 0) AS posted, COALESCE(known.rows, 0) AS known,
          rows_ignored + COALESCE(parked.dismissed, 0) AS ignored, COALESCE(parked.waiting, 0) AS parked
        FROM sales_upload AS upload
        LEFT JOIN (
          SELECT p.upload_id, count(*) AS rows FROM sale
          JOIN sales_posting AS p ON p.partner_id = sale.partner_id AND p.number = sale.posting_no
          WHERE p.kind IN ('file', 'parked') GROUP BY 1) AS posting ON posting.upload_id = upload.id
        LEFT JOIN (SELECT upload_id, count(*) AS rows FROM sales_known GROUP BY 1) AS known ON known.upload_id = upload.id
        LEFT JOIN (
          SELECT upload_id, count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
            count(*) FILTER (WHERE state IN ('open', 'withdrawn')) AS waiting
          FROM sales_parked GROUP BY 1) AS parked ON parked.upload_id = upload.id
        WHERE upload.status IN ('posted', 'reversed')
          AND rows_read <> COALESCE(posting.rows, 0) + COALESCE(known.rows, 0) + rows_ignored
              + COALESCE(parked.dismissed, 0) + COALESCE(parked.waiting, 0)
        ORDER BY upload.id""")
    )
    for row in rows:
        what = f"read {row.rows_read} rows, but {row.posted} posted, {row.known} known, {row.ignored} ignored, {row.parked} parked"
        yield Breach("sales.rows", f"sales_upload {row.id}", what)


def check_postings(session: Session) -> Iterator[Breach]:
    """Find postings whose sums, days or covered store-days differ from their sales, and sales without a posting."""
    rows = session.execute(
        text("""
        SELECT COALESCE(p.partner_id, s.partner_id) AS partner, COALESCE(p.number, s.posting_no) AS number,
          p.number IS NULL AS orphan
        FROM sales_posting AS p FULL JOIN (
          SELECT partner_id, posting_no, count(*) AS rows, sum(quantity) AS quantity, sum(sales_rp) AS sales_rp,
            sum(fee_rp) AS fee_rp, min(sold_on) AS first_on, max(sold_on) AS last_on
          FROM sale GROUP BY 1, 2) AS s ON s.partner_id = p.partner_id AND s.posting_no = p.number
        LEFT JOIN (
          SELECT partner_id, posting_no, sum(abs(lines)) AS lines FROM sales_cover GROUP BY 1, 2) AS c
          ON c.partner_id = p.partner_id AND c.posting_no = p.number
        WHERE p.number IS NULL
          OR (p.posted_rows, p.quantity, p.sales_rp, p.fee_rp) IS DISTINCT FROM
             (COALESCE(s.rows, 0), COALESCE(s.quantity, 0), COALESCE(s.sales_rp, 0), COALESCE(s.fee_rp, 0))
          OR (p.first_on, p.last_on) IS DISTINCT FROM (s.first_on, s.last_on)
          OR COALESCE(c.lines, 0) <> p.posted_rows
        ORDER BY 1, 2""")
    )
    for row in rows:
        what = "has sales but no posting" if row.orphan else "does not sum up its sales"
        yield Breach("sales.posting", f"sales_posting {row.partner}/{row.number}", what)


def check_references(session: Session) -> Iterator[Breach]:
    """Find sales whose store, product, producer or agreement is not there or does not belong together."""
    rows = session.execute(
        text("""
        SELECT sale.partner_id, sale.posting_no, sale.row_no FROM sale
        LEFT JOIN store ON store.id = sale.store_id AND store.partner_id = sale.partner_id
        LEFT JOIN product ON product.id = sale.product_id AND product.producer_id = sale.producer_id
        LEFT JOIN agreement ON agreement.id = sale.agreement_id AND agreement.partner_id = sale.partner_id
          AND agreement.producer_id = sale.producer_id
        WHERE store.id IS NULL OR product.id IS NULL OR agreement.id IS NULL ORDER BY 1, 2, 3 LIMIT 100""")
    )
    for row in rows:
        what = "names a store, product or agreement that is not there"
        yield Breach("sales.reference", f"sale {row.partner_id}/{row.posting_no}/{row.row_no}", what)


def check_fees(session: Session) -> Iterator[Breach]:
    """Find lines whose fee is not its base times its frozen rate; paired returns are checked with their sale."""
    fee = FEE_SQL.format(base="fee_base_rp", rate="fee_rate_bp::bigint")
    rows = session.execute(
        text(f"""
        SELECT partner_id, posting_no, row_no, fee_rp, {fee} AS expected FROM sale
        WHERE fee_rate_from <> 'sale' AND fee_rp <> {fee} ORDER BY 1, 2, 3 LIMIT 100""")  # noqa: S608  # a constant
    )
    for row in rows:
        place = f"sale {row.partner_id}/{row.posting_no}/{row.row_no}"
        yield Breach("sales.fee", place, f"fee is {row.fee_rp}, its base and rate give {row.expected}")


def check_returns(session: Session) -> Iterator[Breach]:
    """Find sales whose returns give back more than was sold, or another fee than their share of it.

    Each return is rounded with those before it. Where some of those were reversed, or gave back an earlier version of the
    sale, each may be a rupiah off by itself.
    """
    fee = FEE_SQL.format(base="back.base_rp", rate="sale.fee_rate_bp::bigint")
    rows = session.execute(
        text(f"""
        SELECT sale.partner_id, sale.posting_no, sale.row_no, back.fee_rp, {fee} AS expected
        FROM sale JOIN (
          SELECT given.partner_id, given.returns_posting_no, given.returns_row_no,
            -sum(given.fee_rp) FILTER (WHERE undone.row_no IS NULL)::bigint AS fee_rp,
            -sum(given.fee_base_rp) FILTER (WHERE undone.row_no IS NULL)::bigint AS base_rp,
            -sum(given.quantity) FILTER (WHERE undone.row_no IS NULL) AS quantity, count(*) AS returns,
            count(undone.row_no) AS undone
          FROM sale AS given LEFT JOIN sale AS undone ON undone.partner_id = given.partner_id
            AND undone.reverses_posting_no = given.posting_no AND undone.reverses_row_no = given.row_no
          WHERE given.returns_row_no IS NOT NULL GROUP BY 1, 2, 3) AS back
          ON back.partner_id = sale.partner_id AND back.returns_posting_no = sale.posting_no
          AND back.returns_row_no = sale.row_no
        WHERE back.quantity > sale.quantity
          OR abs(back.fee_rp - {fee}) > CASE WHEN sale.version = 1 AND back.undone = 0 THEN 0 ELSE back.returns END
        ORDER BY 1, 2, 3 LIMIT 100""")  # noqa: S608  # a constant
    )
    for row in rows:
        place = f"sale {row.partner_id}/{row.posting_no}/{row.row_no}"
        yield Breach("sales.return", place, f"its returns give back a fee of {row.fee_rp} instead of {row.expected}")


def check_reversals(session: Session) -> Iterator[Breach]:
    """Find reversals that do not mirror the sale they take out."""
    rows = session.execute(
        text("""
        SELECT back.partner_id, back.posting_no, back.row_no FROM sale AS back
        LEFT JOIN sale AS there ON there.partner_id = back.partner_id
          AND there.posting_no = back.reverses_posting_no AND there.row_no = back.reverses_row_no
        WHERE back.reverses_row_no IS NOT NULL AND (there.row_no IS NULL OR
          (back.store_id, back.product_id, back.producer_id, back.agreement_id, back.sold_on, -back.version, -back.quantity,
           -back.sales_rp, -back.fee_rp) IS DISTINCT FROM
          (there.store_id, there.product_id, there.producer_id, there.agreement_id, there.sold_on, there.version,
           there.quantity, there.sales_rp, there.fee_rp))
        ORDER BY 1, 2, 3 LIMIT 100""")
    )
    for row in rows:
        place = f"sale {row.partner_id}/{row.posting_no}/{row.row_no}"
        yield Breach("sales.reversal", place, "does not mirror the sale it takes out")


def check_known(session: Session) -> Iterator[Breach]:
    """Find known rows that point to no sale."""
    rows = session.execute(
        text("""
        SELECT known.upload_id, known.row_no FROM sales_known AS known JOIN sales_upload AS upload ON upload.id = known.upload_id
        LEFT JOIN sale ON sale.partner_id = upload.partner_id AND sale.posting_no = known.sale_posting_no
          AND sale.row_no = known.sale_row_no
        WHERE sale.row_no IS NULL ORDER BY 1, 2 LIMIT 100""")
    )
    for row in rows:
        yield Breach("sales.known", f"sales_known {row.upload_id}/{row.row_no}", "points to no sale")


CHECKS = (
    check_rows_accounted,
    check_postings,
    check_references,
    check_fees,
    check_returns,
    check_reversals,
    check_known,
)
