"""What statements list: sale lines summed, late lines one by one, and what came and went of the goods. For many at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from consign.sales.queries import LINE_KIND
from consign.settlement.cuts import CUT
from reports.statement import StatementLateLine, StatementLine, StatementStockLine

LINES = text(f"""
    SELECT line.producer_id, store.code AS store, store.name AS store_name, product.code AS product_code,
      product.name AS product, line.late, line.kind, line.unit_price_rp, line.fee_rate_bp, line.discount_by, line.quantity,
      line.gross_rp, line.discount_rp, line.sales_rp, line.fee_rp
    FROM (
      SELECT sale.producer_id, sale.store_id, sale.product_id, sale.sold_on <= :before AS late, {LINE_KIND} AS kind,
        sale.unit_price_rp, sale.fee_rate_bp, agreement.discount_borne_by AS discount_by, sum(sale.quantity) AS quantity,
        sum(sale.gross_rp)::bigint AS gross_rp, sum(sale.discount_rp)::bigint AS discount_rp,
        sum(sale.sales_rp)::bigint AS sales_rp, sum(sale.fee_rp)::bigint AS fee_rp
      FROM sale JOIN agreement ON agreement.id = sale.agreement_id
      WHERE {CUT} AND sale.producer_id = ANY(:producers)
      GROUP BY sale.producer_id, sale.store_id, sale.product_id, 4, 5, sale.unit_price_rp, sale.fee_rate_bp, 8) AS line
    JOIN store ON store.id = line.store_id JOIN product ON product.id = line.product_id
    ORDER BY line.producer_id, store.code, product.name, product.code, late, kind DESC, unit_price_rp, fee_rate_bp,
      discount_by""")  # noqa: S608  # constants

LATE = text(f"""
    SELECT sale.producer_id, sale.sold_on AS day, store.code AS store, store.name AS store_name,
      product.code AS product_code, product.name AS product, sale.receipt, COALESCE(upload.name, '') AS file,
      {LINE_KIND} AS kind, sale.quantity, sale.sales_rp, sale.fee_rp
    FROM sale JOIN store ON store.id = sale.store_id JOIN product ON product.id = sale.product_id
    JOIN sales_posting AS posting ON posting.partner_id = sale.partner_id
      AND posting.number = COALESCE(sale.reverses_posting_no, sale.posting_no)
    LEFT JOIN sales_upload AS upload ON upload.id = posting.upload_id
    WHERE {CUT} AND sale.sold_on <= :before AND sale.producer_id = ANY(:producers)
    ORDER BY sale.producer_id, sale.sold_on, store.code, product.name, sale.posting_no, sale.row_no""")  # noqa: S608  # constants

# Of every store and product of which stock is kept by now: each movement inside the cut (`stood`: inside the one before as
# well), and since when stock was kept as either cut knew it. Sales before that left a shelf nobody had looked at.
STOCK = text("""
    WITH moved AS (
      SELECT product.producer_id, level.store_id, level.product_id, movement.day, movement.kind, movement.quantity,
        movement.day <= :before AND CASE WHEN movement.note_id IS NULL THEN movement.posting_no <= :before_posting
          ELSE movement.id <= :before_movement END AS stood
      FROM stock_level AS level JOIN store ON store.id = level.store_id AND store.partner_id = :partner
      JOIN product ON product.id = level.product_id AND product.producer_id = ANY(:producers)
      JOIN stock_movement AS movement ON movement.store_id = level.store_id AND movement.product_id = level.product_id
        AND movement.day BETWEEN LEAST(level.begins_on, CAST(:first AS date)) AND :until
      WHERE CASE WHEN movement.note_id IS NULL THEN movement.posting_no <= :posting ELSE movement.id <= :movement END),
    kept AS (
      SELECT *, min(day) FILTER (WHERE kind <> 'sold') OVER pair AS begins,
        min(day) FILTER (WHERE kind <> 'sold' AND stood) OVER pair AS began
      FROM moved WINDOW pair AS (PARTITION BY store_id, product_id)),
    summed AS (
      SELECT producer_id, product_id,
        COALESCE(sum(quantity) FILTER (WHERE stood AND day >= began), 0) AS opening,
        COALESCE(sum(quantity) FILTER (WHERE NOT stood AND kind = 'received'), 0) AS received,
        COALESCE(-sum(quantity) FILTER (WHERE NOT stood AND kind = 'sold' AND day >= begins), 0) AS sold,
        COALESCE(-sum(quantity) FILTER (WHERE NOT stood AND kind = 'returned'), 0) AS returned,
        COALESCE(-sum(quantity) FILTER (WHERE NOT stood AND kind IN ('written_off', 'counted')), 0) AS lost,
        COALESCE(sum(quantity) FILTER (WHERE NOT stood AND kind IN ('opening', 'transferred')
          OR stood AND day >= begins AND (began IS NULL OR day < began)), 0) AS other,
        COALESCE(sum(quantity) FILTER (WHERE day >= begins), 0) AS closing,
        COALESCE(-sum(quantity) FILTER (WHERE NOT stood AND kind = 'sold' AND (begins IS NULL OR day < begins)), 0) AS unkept
      FROM kept GROUP BY producer_id, product_id HAVING bool_or(begins IS NOT NULL))
    SELECT summed.*, product.code AS product_code, product.name AS product,
      ARRAY(SELECT store.code FROM stock_level AS level JOIN store ON store.id = level.store_id
        WHERE level.product_id = summed.product_id AND store.partner_id = :partner) AS stores
    FROM summed JOIN product ON product.id = summed.product_id
    ORDER BY summed.producer_id, product.name, product.code""")


@dataclass(frozen=True)
class Content:
    """What the statement of one producer lists."""

    lines: tuple[StatementLine, ...] = ()
    late: tuple[StatementLateLine, ...] = ()
    stock: tuple[StatementStockLine, ...] = ()


def find_contents(session: Session, cut: Mapping[str, Any], *, producer_ids: Collection[int]) -> Mapping[int, Content]:
    """Return what the statement of each of *producer_ids* lists inside *cut*, as `cuts.find_cut` gives it."""
    facts = {**cut, "producers": sorted(producer_ids)}
    lines = find_lines(session, cut, producer_ids=producer_ids)
    late: defaultdict[int, list[StatementLateLine]] = defaultdict(list)
    if cut["late_postings"]:
        for row in session.execute(LATE, {**facts, "postings": cut["late_postings"]}).mappings():
            late[row["producer_id"]].append(StatementLateLine(**_without_producer(row)))
    stock: defaultdict[int, list[StatementStockLine]] = defaultdict(list)
    for row in session.execute(STOCK, facts).mappings():
        own = lines[row["producer_id"]]
        stock[row["producer_id"]].append(_make_stock_line(row, own))
    return {one: Content(tuple(lines[one]), tuple(late[one]), tuple(stock[one])) for one in producer_ids}


def find_lines(
    session: Session, cut: Mapping[str, Any], *, producer_ids: Collection[int]
) -> Mapping[int, list[StatementLine]]:
    """Return the sale lines of each of *producer_ids* inside *cut*, summed by store, product, kind, price and rate."""
    lines: defaultdict[int, list[StatementLine]] = defaultdict(list)
    for row in session.execute(LINES, {**cut, "producers": sorted(producer_ids)}).mappings():
        lines[row["producer_id"]].append(StatementLine(**_without_producer(row)))
    return lines


def _without_producer(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "producer_id"}


def _make_stock_line(row: RowMapping, lines: list[StatementLine]) -> StatementStockLine:
    """Return a line of goods; what was sold in stores that keep no stock of the product is told from the sale lines."""
    facts = {name: value for name, value in row.items() if name not in {"producer_id", "product_id", "stores"}}
    elsewhere = sum(
        (one.quantity for one in lines if one.product_code == row["product_code"] and one.store not in row["stores"]),
        Decimal(0),
    )
    return StatementStockLine(**{**facts, "unkept": row["unkept"] + elsewhere})
