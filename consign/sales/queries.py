"""Reading uploads, parked lines and store-days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign.models.partners import Partner, Store
from consign.models.sales import SalesParked, SalesProfile, SalesUpload
from consign.sales.store_days import MISSING_DAYS

LINE_KIND = "CASE WHEN sale.version < 0 THEN 'reversal' WHEN sale.quantity < 0 THEN 'return' ELSE 'sale' END"
"""What a sale line is called."""

SAID_NONE = """
    EXISTS (
      SELECT FROM sales_cover AS cover
      JOIN sales_posting AS saying ON saying.partner_id = cover.partner_id AND saying.number = cover.posting_no
      LEFT JOIN sales_upload AS source ON source.id = saying.upload_id
      WHERE cover.store_id = :store AND cover.sold_on = :day AND cover.kind = 'no_sales'
        AND (source.id IS NULL OR source.status = 'posted'))"""
"""Whether a person, or a file that still stands, says that a store sold nothing on a day."""
NONE_SAID = text(f"SELECT {SAID_NONE}")

_ASKED = f"""
    WITH span AS (
      SELECT store.id AS store_id, first AS first_on, last AS last_on
      FROM unnest(CAST(:partners AS bigint[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) AS one(partner_id, first, last)
      JOIN store ON store.partner_id = one.partner_id), {MISSING_DAYS}"""  # noqa: S608  # constants
"""The missing days of some partners' stores."""
_NAMED = text(f"""{_ASKED}
    SELECT store.code, missing_day.day FROM missing_day JOIN store ON store.id = missing_day.store_id
    ORDER BY store.code, missing_day.day""")  # noqa: S608  # constants
_COUNTED = text(f"{_ASKED} SELECT partner_id, count(*) AS days FROM missing_day GROUP BY partner_id")  # noqa: S608  # constants


@dataclass(frozen=True)
class FileCount:
    """Where the rows of one file went; they always sum to `rows_read`."""

    upload_id: int
    rows_read: int
    posted: int
    known: int
    ignored: int
    parked: int


@dataclass(frozen=True)
class ParkedGroup:
    """Parked lines that wait for the same thing."""

    reason: str
    cell: str | None
    name: str | None
    lines: int
    quantity: str
    gross_rp: int
    price_rp: int | None
    """The till's price of most lines."""
    last_on: date | None


def find_profile(session: Session, *, partner_id: int, signature: str) -> SalesProfile | None:
    """Return the newest confirmed layout of the partner for files with this header."""
    return session.scalars(
        select(SalesProfile)
        .where(SalesProfile.partner_id == partner_id, SalesProfile.signature == signature)
        .order_by(SalesProfile.version.desc())
        .limit(1)
    ).first()


def find_last_upload(
    session: Session, *, partner: str, store: str | None, store_id: int | None, sha256: str, statuses: Sequence[str]
) -> SalesUpload | None:
    """Return the last upload of these bytes in one of *statuses*, without stated days, of the partner with that code.

    It is of the store with the code *store*; where none is named, of the one with *store_id*, or of none.
    """
    query = (
        select(SalesUpload)
        .join(Partner, Partner.id == SalesUpload.partner_id)
        .outerjoin(Store, Store.id == SalesUpload.stated_store_id)
        .where(
            Partner.code == partner,
            SalesUpload.sha256 == sha256,
            SalesUpload.status.in_(statuses),
            SalesUpload.stated_from.is_(None),
            Store.code == store if store is not None else SalesUpload.stated_store_id.is_not_distinct_from(store_id),
        )
    )
    return session.scalars(query.order_by(SalesUpload.id.desc()).limit(1)).first()


def find_file_counts(session: Session, upload_ids: Collection[int]) -> dict[int, FileCount]:
    """Return for each upload where its rows went so far. A dismissed row counts as ignored."""
    rows = session.execute(
        text("""
        SELECT upload.id AS upload_id, COALESCE(rows_read, 0) AS rows_read, COALESCE(posting.rows, 0)::bigint AS posted,
          COALESCE(known.rows, 0) AS known, COALESCE(rows_ignored, 0) + COALESCE(parked.dismissed, 0) AS ignored,
          COALESCE(parked.waiting, 0) AS parked
        FROM sales_upload AS upload
        LEFT JOIN (SELECT upload_id, sum(posted_rows) AS rows FROM sales_posting
          WHERE upload_id = ANY(:uploads) AND kind IN ('file', 'parked') GROUP BY 1) AS posting
          ON posting.upload_id = upload.id
        LEFT JOIN (SELECT upload_id, count(*) AS rows FROM sales_known
          WHERE upload_id = ANY(:uploads) GROUP BY 1) AS known ON known.upload_id = upload.id
        LEFT JOIN (SELECT upload_id, count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
            count(*) FILTER (WHERE state IN ('open', 'withdrawn')) AS waiting
          FROM sales_parked WHERE upload_id = ANY(:uploads) GROUP BY 1) AS parked ON parked.upload_id = upload.id
        WHERE upload.id = ANY(:uploads)"""),
        {"uploads": list(upload_ids)},
    )
    return {row.upload_id: FileCount(**row._mapping) for row in rows}  # noqa: SLF001  # SQLAlchemy's public name for it


def find_file_count(session: Session, upload_id: int) -> FileCount:
    """Return where the rows of one upload went so far."""
    return find_file_counts(session, [upload_id])[upload_id]


def find_uploads(session: Session, *, partner_id: int | None = None, limit: int = 50) -> list[SalesUpload]:
    """Return the last uploads, newest first, of one partner where given."""
    query = select(SalesUpload).order_by(SalesUpload.id.desc()).limit(limit)
    if partner_id is not None:
        query = query.where(SalesUpload.partner_id == partner_id)
    return list(session.scalars(query))


def find_parked(session: Session, *, partner_id: int, store_id: int | None = None) -> list[ParkedGroup]:
    """Return the partner's open parked lines by what they wait for, those with most lines first."""
    rows = session.execute(
        text("""
        SELECT parked.reason, parked.cell, max(parked.product_name) AS name, count(*) AS lines,
          COALESCE(sum(parked.quantity), 0)::text AS quantity, COALESCE(sum(parked.gross_rp), 0)::bigint AS gross_rp,
          mode() WITHIN GROUP (ORDER BY unit_price_rp) AS price_rp, max(sold_on) AS last_on
        FROM sales_parked AS parked JOIN sales_upload AS upload ON upload.id = parked.upload_id
        WHERE parked.partner_id = :partner AND parked.state = 'open'
          AND (CAST(:store AS bigint) IS NULL OR upload.stated_store_id = :store)
        GROUP BY parked.reason, parked.cell ORDER BY count(*) DESC, parked.reason, parked.cell"""),
        {"partner": partner_id, "store": store_id},
    )
    return [ParkedGroup(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for it


def count_waiting(session: Session, *, partner_id: int, code: str) -> int:
    """Return how many of the partner's lines wait whose cell at fault is *code*."""
    query = select(func.count()).where(
        SalesParked.partner_id == partner_id, SalesParked.state == "open", func.trim(SalesParked.cell) == code.strip()
    )
    return session.scalar(query) or 0


def find_missing_days(session: Session, *, partner_id: int, first: date, last: date) -> list[tuple[str, date]]:
    """Return the stores' codes and days from *first* to *last*, both inside, that are due and that nothing speaks for."""
    rows = session.execute(
        _NAMED,
        {"partners": [partner_id], "firsts": [first], "lasts": [last]},
    )
    return [(row.code, row.day) for row in rows]


def count_missing_days(session: Session, spans: Sequence[tuple[int, date, date]]) -> dict[int, int]:
    """Return for each partner, first and last day how many store-days `find_missing_days` would name; none are left out."""
    rows = session.execute(
        _COUNTED,
        {
            "partners": [partner_id for partner_id, _, _ in spans],
            "firsts": [first for _, first, _ in spans],
            "lasts": [last for _, _, last in spans],
        },
    )
    return {row.partner_id: row.days for row in rows}
