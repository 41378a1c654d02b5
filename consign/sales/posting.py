"""Posting staged lines: one numbered act under the partner's lock, by set-based SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from consign import clock
from consign.db import count_rows
from consign.models.sales import SalesCover, SalesPosting
from consign.partners.rules import DiscountBorneBy, FeeOn
from consign.sales.pricing import Pricing
from consign.sales.rules import LineTerms, PairedReturn, ReturnLine, SoldLine, pair_returns

PAIRED = text("""
    CREATE TEMPORARY TABLE paired (
      row_no integer PRIMARY KEY, producer_id integer, agreement_id integer, agreed_price_rp bigint, sales_rp bigint,
      fee_base_rp bigint, fee_rate_bp integer, fee_rp bigint, posting_no integer, sale_row_no integer
    ) ON COMMIT DROP""")

INSERT = """
    INSERT INTO sale (partner_id, posting_no, row_no, store_id, producer_id, product_id, agreement_id, sold_on, till,
      receipt, nth, version, quantity, unit_price_rp, gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp,
      fee_rate_bp, fee_rp, fee_rate_from, returns_posting_no, returns_row_no)
    SELECT :partner, :number, row_no, store_id, producer_id, product_id, agreement_id, sold_on, till, receipt, nth, version,
      quantity, unit_price_rp, gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp, fee_rate_bp, fee_rp,
      CASE WHEN quantity < 0 THEN 'day_of_return' ELSE 'day' END, NULL, NULL
    FROM ({priced}) AS line WHERE sales_rp IS NOT NULL"""

INSERT_WITH_RETURNS = """
    INSERT INTO sale (partner_id, posting_no, row_no, store_id, producer_id, product_id, agreement_id, sold_on, till,
      receipt, nth, version, quantity, unit_price_rp, gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp,
      fee_rate_bp, fee_rp, fee_rate_from, returns_posting_no, returns_row_no)
    SELECT :partner, :number, line.row_no, line.store_id, COALESCE(paired.producer_id, line.producer_id), line.product_id,
      COALESCE(paired.agreement_id, line.agreement_id), sold_on, till, receipt, nth, version, quantity, unit_price_rp,
      gross_rp, discount_rp, CASE WHEN paired.row_no IS NULL THEN line.agreed_price_rp ELSE paired.agreed_price_rp END,
      COALESCE(paired.sales_rp, line.sales_rp), COALESCE(paired.fee_base_rp, line.fee_base_rp),
      COALESCE(paired.fee_rate_bp, line.fee_rate_bp), COALESCE(paired.fee_rp, line.fee_rp),
      CASE WHEN paired.row_no IS NOT NULL THEN 'sale' WHEN quantity < 0 THEN 'day_of_return' ELSE 'day' END,
      paired.posting_no, paired.sale_row_no
    FROM ({priced}) AS line LEFT JOIN paired ON paired.row_no = line.row_no
    WHERE COALESCE(paired.sales_rp, line.sales_rp) IS NOT NULL"""

# Rows that no agreement covers, or whose agreed price is not set, wait with the values they were read with.
PARK_UNPRICED = """
    INSERT INTO sales_parked (upload_id, row_no, partner_id, state, reason, cell, raw, readable, store_code, product_code,
      product_name, sold_on, till, receipt, returns_receipt, quantity, unit_price_rp, gross_rp, discount_rp)
    SELECT :upload, line.row_no, :partner, 'open',
      CASE WHEN line.agreement_id IS NULL THEN 'agreement.missing' ELSE 'price.missing' END, producer.code,
      concat_ws(E'\\t', line.sold_on, store.code, line.receipt, product.name, line.quantity, line.gross_rp), true,
      store.code, product.code, product.name, line.sold_on, line.till, line.receipt, line.returns_receipt, line.quantity,
      line.unit_price_rp, line.gross_rp, line.discount_rp
    FROM ({priced}) AS line JOIN store ON store.id = line.store_id JOIN product ON product.id = line.product_id
    JOIN producer ON producer.id = product.producer_id
    WHERE line.sales_rp IS NULL AND NOT EXISTS (
      SELECT 1 FROM sale WHERE (partner_id, posting_no, sale.row_no) = (:partner, :number, line.row_no))
    ON CONFLICT (upload_id, row_no) DO UPDATE SET reason = excluded.reason, cell = excluded.cell"""

RETURNS = text("""
    SELECT row_no, store_id, COALESCE(NULLIF(returns_receipt, ''), receipt) AS sold_receipt, product_id, unit_price_rp,
      quantity, gross_rp, discount_rp
    FROM staged WHERE quantity < 0 AND (receipt <> '' OR returns_receipt <> '') ORDER BY row_no""")

SOLD_BEFORE = text("""
    SELECT sale.posting_no, sale.row_no, sale.store_id, sale.receipt, sale.product_id, sale.unit_price_rp, sale.quantity,
      sale.producer_id, sale.agreement_id, sale.fee_rate_bp, agreement.fee_on, agreement.discount_borne_by,
      sale.agreed_price_rp, COALESCE(given.quantity, 0) AS returned_quantity, COALESCE(given.base_rp, 0) AS returned_base_rp
    FROM sale JOIN agreement ON agreement.id = sale.agreement_id
    CROSS JOIN LATERAL (
      SELECT -sum(back.quantity) AS quantity, -sum(back.fee_base_rp)::bigint AS base_rp FROM sale AS back
      WHERE back.partner_id = sale.partner_id AND back.returns_posting_no = sale.posting_no
        AND back.returns_row_no = sale.row_no AND NOT EXISTS (
          SELECT 1 FROM sale AS undone WHERE undone.partner_id = back.partner_id
            AND undone.reverses_posting_no = back.posting_no AND undone.reverses_row_no = back.row_no)) AS given
    WHERE (sale.store_id, sale.receipt) IN (
        SELECT * FROM unnest(CAST(:stores AS integer[]), CAST(:receipts AS text[])) AS wanted(store_id, receipt))
      AND sale.quantity > 0 AND sale.version > 0
      AND NOT EXISTS (SELECT 1 FROM sale AS undone WHERE undone.partner_id = sale.partner_id
        AND undone.reverses_posting_no = sale.posting_no AND undone.reverses_row_no = sale.row_no)
    ORDER BY sale.posting_no, sale.row_no""")

SOLD_IN_FILE = """
    SELECT :number AS posting_no, row_no, store_id, receipt, product_id, unit_price_rp, quantity, producer_id, agreement_id,
      fee_rate_bp, fee_on, discount_borne_by, agreed_price_rp, 0 AS returned_quantity, 0 AS returned_base_rp
    FROM ({priced}) AS line WHERE sales_rp IS NOT NULL ORDER BY row_no"""

CANDIDATES = """(
      SELECT * FROM staged WHERE quantity > 0 AND (store_id, receipt) IN (
        SELECT * FROM unnest(CAST(:stores AS integer[]), CAST(:receipts AS text[])) AS wanted(store_id, receipt)))"""

STORE_DAY_SUMS = text("""
    SELECT store_id, sold_on, receipt = '' AS summary, count(*) AS lines, sum(quantity) AS quantity,
      sum(sales_rp)::bigint AS sales_rp, sum(fee_rp)::bigint AS fee_rp,
      count(*) FILTER (WHERE unit_price_rp <> agreed_price_rp) AS price_differs
    FROM sale WHERE partner_id = :partner AND posting_no = :number GROUP BY 1, 2, 3""")

REVERSE = text("""
    INSERT INTO sale (partner_id, posting_no, row_no, store_id, producer_id, product_id, agreement_id, sold_on, till,
      receipt, nth, version, quantity, unit_price_rp, gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp,
      fee_rate_bp, fee_rp, fee_rate_from, reverses_posting_no, reverses_row_no)
    SELECT sale.partner_id, :number, row_number() OVER (ORDER BY sale.posting_no, sale.row_no), store_id, producer_id,
      product_id, agreement_id, sold_on, till, receipt, nth, -version, -quantity, unit_price_rp, -gross_rp, -discount_rp,
      agreed_price_rp, -sales_rp, -fee_base_rp, fee_rate_bp, -fee_rp, fee_rate_from, sale.posting_no, sale.row_no
    FROM sale JOIN to_reverse ON to_reverse.posting_no = sale.posting_no AND to_reverse.row_no = sale.row_no
    WHERE sale.partner_id = :partner AND to_reverse.upload_id = :upload""")


@dataclass(frozen=True)
class Posted:
    """What one posting added."""

    number: int
    rows: int
    quantity: Decimal
    sales_rp: int
    fee_rp: int
    first_on: date | None
    last_on: date | None
    price_differs: int
    """Lines whose price at the till is not the agreed one."""


def next_number(session: Session, partner_id: int) -> int:
    """Return the number of the partner's next posting. The partner is locked, so nobody else takes it."""
    last = session.scalar(
        text("SELECT max(number) FROM sales_posting WHERE partner_id = :partner"), {"partner": partner_id}
    )
    return int(last or 0) + 1


def insert_staged(session: Session, *, partner_id: int, upload_id: int, number: int, has_returns: bool) -> int:
    """Insert the staged lines as sales of posting *number*, park those without terms, and return how many were inserted.

    *has_returns* says whether any may have a negative quantity.
    """
    pricing = Pricing(session, partner_id)
    facts = {"partner": partner_id, "number": number, "upload": upload_id}
    paired = has_returns and _pair_staged_returns(session, pricing, facts)
    statement = (INSERT_WITH_RETURNS if paired else INSERT).format(priced=pricing.priced("staged"))
    inserted = count_rows(session, text(statement), facts)
    staged = int(session.scalar(text("SELECT count(*) FROM staged")) or 0)
    if inserted < staged:
        session.execute(text(PARK_UNPRICED.format(priced=pricing.priced("staged"))), facts)
    return inserted


def record_posting(
    session: Session,
    *,
    partner_id: int,
    number: int,
    kind: str,
    upload_id: int | None,
    known_rows: int,
    by_user_id: int,
    reason: str | None = None,
) -> Posted:
    """Write the posting's own row and the store-days it speaks about, from the sales it inserted."""
    days = session.execute(STORE_DAY_SUMS, {"partner": partner_id, "number": number}).all()
    sold_on = [day.sold_on for day in days]
    posted = Posted(
        number=number,
        rows=sum(day.lines for day in days),
        quantity=sum((day.quantity for day in days), Decimal(0)),
        sales_rp=sum(day.sales_rp for day in days),
        fee_rp=sum(day.fee_rp for day in days),
        first_on=min(sold_on, default=None),
        last_on=max(sold_on, default=None),
        price_differs=sum(day.price_differs for day in days),
    )
    session.add(
        SalesPosting(
            partner_id=partner_id,
            number=number,
            kind=kind,
            upload_id=upload_id,
            posted_rows=posted.rows,
            known_rows=known_rows,
            quantity=posted.quantity,
            sales_rp=posted.sales_rp,
            fee_rp=posted.fee_rp,
            first_on=posted.first_on,
            last_on=posted.last_on,
            reason=reason,
            posted_by=by_user_id,
            posted_at=clock.now(),
        )
    )
    session.flush()
    sign = -1 if kind == "reversal" else 1
    covers = [
        {
            "store_id": day.store_id,
            "sold_on": day.sold_on,
            "partner_id": partner_id,
            "posting_no": number,
            "kind": "summary" if day.summary else "receipts",
            "lines": sign * day.lines,
        }
        for day in days
    ]
    if covers:
        session.execute(insert(SalesCover), covers)
    return posted


def reverse_lines(session: Session, *, partner_id: int, upload_id: int, number: int) -> None:
    """Take the lines of *upload_id* in the table `to_reverse` out of the books, each by a linked line of posting *number*."""
    session.execute(REVERSE, {"partner": partner_id, "upload": upload_id, "number": number})


def _pair_staged_returns(session: Session, pricing: Pricing, facts: dict[str, int]) -> bool:
    """Find the sales that staged returns give back, in the file and before it; say whether there are any."""
    found = session.execute(RETURNS).all()
    if not found:
        return False
    returns = [
        ReturnLine(
            row_no=row.row_no,
            group=(row.store_id, row.sold_receipt, row.product_id, row.unit_price_rp),
            quantity=row.quantity,
            gross_rp=row.gross_rp,
            discount_rp=row.discount_rp,
        )
        for row in found
    ]
    wanted = {line.group for line in returns}
    receipts = sorted({(row.store_id, row.sold_receipt) for row in found})
    keys = {"stores": [store for store, _ in receipts], "receipts": [receipt for _, receipt in receipts]}
    in_file = text(SOLD_IN_FILE.format(priced=pricing.priced(CANDIDATES)))
    sold = [
        _sold_line(row)
        for query in (SOLD_BEFORE, in_file)
        for row in session.execute(query, {**facts, **keys})
        if (row.store_id, row.receipt, row.product_id, row.unit_price_rp) in wanted
    ]
    paired = pair_returns(returns, sold)
    _keep_paired(session, paired)
    return bool(paired)


def _sold_line(row: object) -> SoldLine:
    get = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001  # SQLAlchemy's public name for it
    return SoldLine(
        posting_no=get["posting_no"],
        row_no=get["row_no"],
        group=(get["store_id"], get["receipt"], get["product_id"], get["unit_price_rp"]),
        quantity=get["quantity"],
        terms=LineTerms(
            producer_id=get["producer_id"],
            agreement_id=get["agreement_id"],
            fee_rate_bp=get["fee_rate_bp"],
            fee_on=FeeOn(get["fee_on"]),
            discount_borne_by=DiscountBorneBy(get["discount_borne_by"]),
            agreed_price_rp=get["agreed_price_rp"],
        ),
        returned_quantity=Decimal(get["returned_quantity"]),
        returned_base_rp=int(get["returned_base_rp"]),
    )


def _keep_paired(session: Session, paired: Sequence[PairedReturn]) -> None:
    session.execute(text("DROP TABLE IF EXISTS pg_temp.paired"))
    session.execute(PAIRED)
    if paired:
        session.execute(
            text("""
            INSERT INTO paired VALUES (:row, :producer, :agreement, :price, :sales, :base, :rate, :fee, :posting, :sale_row)"""),
            [
                {
                    "row": pair.row_no,
                    "producer": pair.sale.terms.producer_id,
                    "agreement": pair.sale.terms.agreement_id,
                    "price": pair.sale.terms.agreed_price_rp,
                    "sales": pair.amounts.sales.amount,
                    "base": pair.amounts.fee_base.amount,
                    "rate": pair.sale.terms.fee_rate_bp,
                    "fee": pair.amounts.fee.amount,
                    "posting": pair.sale.posting_no,
                    "sale_row": pair.sale.row_no,
                }
                for pair in paired
            ],
        )
