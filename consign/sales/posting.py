"""Posting: one numbered act under the partner's lock, by set-based SQL where lines do not come straight from the file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from consign import clock
from consign.models.sales import SalesPosting
from consign.money import Rupiah
from consign.sales.rules import LineAmounts, PairedReturn, ReturnLine, SoldLine, pair_returns
from consign.sales.sums import StoreDay, Sums
from consign.sales.writing import LINE_COLUMNS
from consign.stock.selling import record_sold

IS_RETURN = "(quantity < 0 AND (receipt <> '' OR returns_receipt <> ''))"

SUMMED = """
    WITH added AS ({insert} RETURNING store_id, sold_on, receipt = '' AS summary, quantity, sales_rp, fee_rp,
      COALESCE(unit_price_rp <> agreed_price_rp, false) AS differs, row_no, fee_rate_from = 'day_of_return' AS unpaired)
    SELECT store_id, sold_on, summary, count(*) AS lines, sum(quantity) AS quantity, sum(sales_rp)::bigint AS sales_rp,
      sum(fee_rp)::bigint AS fee_rp, count(*) FILTER (WHERE differs) AS price_differs, min(row_no) AS first_row,
      count(*) FILTER (WHERE quantity <> trunc(quantity)) AS fractions, max(quantity) AS most,
      count(*) FILTER (WHERE unpaired) AS unpaired
    FROM added GROUP BY store_id, sold_on, summary"""

INSERT_PLAIN = SUMMED.format(
    insert=f"""
    INSERT INTO sale (partner_id, posting_no, {LINE_COLUMNS})
    SELECT :partner, :number, {LINE_COLUMNS} FROM staged WHERE NOT {IS_RETURN}"""  # noqa: S608  # constants
)

INSERT_RETURNS = SUMMED.format(
    insert=f"""
    INSERT INTO sale (partner_id, posting_no, {LINE_COLUMNS}, returns_posting_no, returns_row_no)
    SELECT :partner, :number, staged.row_no, store_id, producer_id, product_id,
      COALESCE(paired.agreement_id, staged.agreement_id), sold_on, till, receipt, nth, version, quantity, unit_price_rp,
      gross_rp, discount_rp,
      CASE WHEN paired.row_no IS NULL THEN staged.agreed_price_rp ELSE paired.agreed_price_rp END,
      COALESCE(paired.sales_rp, staged.sales_rp), COALESCE(paired.fee_base_rp, staged.fee_base_rp),
      COALESCE(paired.fee_rate_bp, staged.fee_rate_bp), COALESCE(paired.fee_rp, staged.fee_rp),
      CASE WHEN paired.row_no IS NULL THEN fee_rate_from ELSE 'sale' END, paired.posting_no, paired.sale_row_no
    FROM staged LEFT JOIN unnest(
        CAST(:row_no AS integer[]), CAST(:agreement_id AS integer[]), CAST(:agreed_price_rp AS bigint[]),
        CAST(:sales_rp AS bigint[]), CAST(:fee_base_rp AS bigint[]), CAST(:fee_rate_bp AS smallint[]),
        CAST(:fee_rp AS bigint[]), CAST(:posting_no AS integer[]), CAST(:sale_row_no AS integer[]))
      AS paired(row_no, agreement_id, agreed_price_rp, sales_rp, fee_base_rp, fee_rate_bp, fee_rp, posting_no, sale_row_no)
      ON paired.row_no = staged.row_no
    WHERE {IS_RETURN}"""  # noqa: S608  # constants
)

RETURNS = text(f"""
    SELECT row_no, store_id, COALESCE(NULLIF(returns_receipt, ''), receipt) AS sold_receipt, product_id, unit_price_rp,
      CASE WHEN returns_receipt = '' THEN till END AS sold_till, sold_on, quantity
    FROM staged WHERE {IS_RETURN} ORDER BY row_no""")  # noqa: S608  # constants

SOLD = text("""
    SELECT sale.posting_no, sale.row_no, sale.store_id, sale.receipt, sale.product_id, sale.unit_price_rp, sale.till,
      sale.sold_on, sale.quantity, sale.agreement_id, sale.agreed_price_rp, sale.fee_rate_bp, sale.sales_rp, sale.fee_base_rp,
      sale.fee_rp, gone.is_reversed, COALESCE(given.quantity, 0) AS returned_quantity,
      COALESCE(given.sales_rp, 0) AS returned_sales_rp, COALESCE(given.base_rp, 0) AS returned_base_rp,
      COALESCE(given.fee_rp, 0) AS returned_fee_rp
    FROM unnest(CAST(:stores AS integer[]), CAST(:receipts AS text[])) AS wanted(store_id, receipt)
    JOIN sale ON sale.store_id = wanted.store_id AND sale.receipt = wanted.receipt COLLATE "C"
    CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT 1 FROM sale AS undone WHERE undone.partner_id = sale.partner_id
        AND undone.reverses_posting_no = sale.posting_no AND undone.reverses_row_no = sale.row_no) AS is_reversed) AS gone
    CROSS JOIN LATERAL (
      SELECT -sum(back.quantity) AS quantity, -sum(back.sales_rp)::bigint AS sales_rp,
        -sum(back.fee_base_rp)::bigint AS base_rp, -sum(back.fee_rp)::bigint AS fee_rp
      FROM sale AS back
      WHERE back.partner_id = sale.partner_id AND back.returns_posting_no = sale.posting_no
        AND back.returns_row_no = sale.row_no AND NOT EXISTS (
          SELECT 1 FROM sale AS undone WHERE undone.partner_id = back.partner_id
            AND undone.reverses_posting_no = back.posting_no AND undone.reverses_row_no = back.row_no)) AS given
    WHERE sale.quantity > 0 AND sale.version > 0 AND (NOT gone.is_reversed OR given.quantity > 0)
    ORDER BY sale.posting_no, sale.row_no""")

REVERSE = SUMMED.format(
    insert="""
    INSERT INTO sale (partner_id, posting_no, row_no, store_id, producer_id, product_id, agreement_id, sold_on, till,
      receipt, nth, version, quantity, unit_price_rp, gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp,
      fee_rate_bp, fee_rp, fee_rate_from, reverses_posting_no, reverses_row_no)
    SELECT sale.partner_id, :number, row_number() OVER (ORDER BY sale.posting_no, sale.row_no), store_id, producer_id,
      product_id, agreement_id, sold_on, till, receipt, nth, -version, -quantity, unit_price_rp, -gross_rp, -discount_rp,
      agreed_price_rp, -sales_rp, -fee_base_rp, fee_rate_bp, -fee_rp, fee_rate_from, sale.posting_no, sale.row_no
    FROM sale JOIN to_reverse ON to_reverse.posting_no = sale.posting_no AND to_reverse.row_no = sale.row_no
    WHERE sale.partner_id = :partner AND to_reverse.upload_id = :upload"""
)

COVER = text("""
    INSERT INTO sales_cover (partner_id, posting_no, store_id, sold_on, kind, lines)
    SELECT :partner, :number, * FROM unnest(
      CAST(:stores AS bigint[]), CAST(:days AS date[]), CAST(:kinds AS text[]), CAST(:lines AS bigint[]))""")


NO_SALES = text("""
    INSERT INTO sales_cover (partner_id, posting_no, store_id, sold_on, kind, lines)
    SELECT :partner, :number, store.id, said.day, 'no_sales', 0
    FROM unnest(CAST(:stores AS bigint[]), CAST(:days AS date[])) AS said(store_id, day)
    JOIN store ON store.id = said.store_id
    WHERE said.day BETWEEN store.opened_on AND COALESCE(store.closed_on, 'infinity')
      AND said.day < (CAST(:now AS timestamptz) AT TIME ZONE store.zone)::date
      AND NOT EXISTS (
        SELECT FROM sales_cover AS other
        WHERE other.store_id = said.store_id AND other.sold_on = said.day AND other.kind <> 'no_sales'
        GROUP BY other.kind HAVING sum(other.lines) > 0)
    RETURNING store_id""")

SOLD_BY_DAY = """
    SELECT store_id, product_id, sold_on AS day, sum(quantity) AS quantity FROM sale
    WHERE partner_id = :partner AND posting_no = :number GROUP BY store_id, sold_on, product_id"""


@dataclass(frozen=True)
class Posted:
    """What one posting added."""

    number: int
    rows: int
    sales_rp: int
    price_differs: int


def next_number(session: Session, partner_id: int) -> int:
    """Return the number of the partner's next posting. The partner is locked, so nobody else takes it."""
    query = text("SELECT max(number) FROM sales_posting WHERE partner_id = :partner")
    return int(session.scalar(query, {"partner": partner_id}) or 0) + 1


def insert_plain(session: Session, sums: Sums, *, partner_id: int, number: int) -> None:
    """Insert the staged lines that are no returns as sales of posting *number*."""
    _insert(session, sums, INSERT_PLAIN, {"partner": partner_id, "number": number})


def insert_returns(session: Session, sums: Sums, *, partner_id: int, number: int) -> None:
    """Insert the staged returns as sales of posting *number*, each with the sale it gives back where that is found."""
    found = session.execute(RETURNS).all()
    if not found:
        return
    returns = [
        ReturnLine(
            row_no=row.row_no,
            group=(row.store_id, row.sold_receipt, row.product_id, row.unit_price_rp),
            till=row.sold_till,
            sold_on=row.sold_on,
            quantity=row.quantity,
        )
        for row in found
    ]
    wanted = {line.group for line in returns}
    receipts = sorted({(row.store_id, row.sold_receipt) for row in found})
    keys = {"stores": [store for store, _ in receipts], "receipts": [receipt for _, receipt in receipts]}
    sold = [_sold_line(row) for row in session.execute(SOLD, keys).mappings()]
    paired = pair_returns(returns, [line for line in sold if line.group in wanted])
    _insert(session, sums, INSERT_RETURNS, {"partner": partner_id, "number": number, **_as_arrays(paired)})


def reverse_lines(session: Session, *, partner_id: int, upload_id: int, number: int) -> Sums:
    """Take the lines of *upload_id* in the table `to_reverse` out of the books, each by a linked line of posting *number*."""
    sums = Sums()
    _insert(session, sums, REVERSE, {"partner": partner_id, "upload": upload_id, "number": number})
    return sums


def record_posting(
    session: Session,
    sums: Sums,
    *,
    partner_id: int,
    number: int,
    kind: str,
    upload_id: int | None,
    known_rows: int,
    by_user_id: int,
    reason: str | None = None,
) -> Posted:
    """Write the posting's own row, the store-days it speaks about, and what it sold as movements of goods."""
    days = sums.days
    sold_on = [day for _, day, _ in days]
    rows = sum(day.lines for day in days.values())
    sales_rp = sum(day.sales_rp for day in days.values())
    session.add(
        SalesPosting(
            partner_id=partner_id,
            number=number,
            kind=kind,
            upload_id=upload_id,
            posted_rows=rows,
            known_rows=known_rows,
            quantity=sum((day.quantity for day in days.values()), Decimal(0)),
            sales_rp=sales_rp,
            fee_rp=sum(day.fee_rp for day in days.values()),
            first_on=min(sold_on, default=None),
            last_on=max(sold_on, default=None),
            reason=reason,
            posted_by=by_user_id,
            posted_at=clock.now(),
        )
    )
    session.flush()
    sign = -1 if kind == "reversal" else 1
    cover = {
        "stores": [store for store, _, _ in days],
        "days": sold_on,
        "kinds": ["summary" if summary else "receipts" for _, _, summary in days],
        "lines": [sign * day.lines for day in days.values()],
    }
    session.execute(COVER, {"partner": partner_id, "number": number, **cover})
    record_sold(
        session, store_ids={store for store, _, _ in days}, partner_id=partner_id, posting_no=number, lines=SOLD_BY_DAY
    )
    return Posted(number, rows, sales_rp, sum(day.price_differs for day in days.values()))


def record_no_sales(session: Session, zero_days: Collection[tuple[int, date]], *, partner_id: int, number: int) -> int:
    """Note that posting *number* says that stores sold nothing on some days; return how many days that are.

    Days that are not over, on which the store did not sell consigned goods, or for which sales stand, are left out.
    """
    if not zero_days:
        return 0
    facts: dict[str, Any] = {
        "partner": partner_id,
        "number": number,
        "stores": [store for store, _ in zero_days],
        "days": [day for _, day in zero_days],
        "now": clock.now(),
    }
    return len(session.execute(NO_SALES, facts).all())


def _insert(session: Session, sums: Sums, statement: str, facts: dict[str, Any]) -> None:
    for row in session.execute(text(statement), facts):
        part = StoreDay(
            row.lines, row.quantity, row.sales_rp, row.fee_rp, row.price_differs, row.first_row, row.fractions, row.most,
            row.unpaired,
        )  # fmt: skip
        key: tuple[int, date, bool] = (row.store_id, row.sold_on, row.summary)
        sums.add(key, part)


def _sold_line(row: RowMapping) -> SoldLine:
    return SoldLine(
        posting_no=row["posting_no"],
        row_no=row["row_no"],
        group=(row["store_id"], row["receipt"], row["product_id"], row["unit_price_rp"]),
        till=row["till"],
        sold_on=row["sold_on"],
        quantity=row["quantity"],
        agreement_id=row["agreement_id"],
        agreed_price_rp=row["agreed_price_rp"],
        fee_rate_bp=row["fee_rate_bp"],
        amounts=LineAmounts(Rupiah(row["sales_rp"]), Rupiah(row["fee_base_rp"]), Rupiah(row["fee_rp"])),
        returned_quantity=row["returned_quantity"],
        returned=LineAmounts(
            Rupiah(row["returned_sales_rp"]), Rupiah(row["returned_base_rp"]), Rupiah(row["returned_fee_rp"])
        ),
        is_reversed=row["is_reversed"],
    )


def _as_arrays(paired: Sequence[PairedReturn]) -> dict[str, list[int | None]]:
    return {
        "row_no": [one.row_no for one in paired],
        "agreement_id": [one.sale.agreement_id for one in paired],
        "agreed_price_rp": [one.sale.agreed_price_rp for one in paired],
        "sales_rp": [one.amounts.sales.amount for one in paired],
        "fee_base_rp": [one.amounts.fee_base.amount for one in paired],
        "fee_rate_bp": [one.sale.fee_rate_bp for one in paired],
        "fee_rp": [one.amounts.fee.amount for one in paired],
        "posting_no": [one.sale.posting_no for one in paired],
        "sale_row_no": [one.sale.row_no for one in paired],
    }
