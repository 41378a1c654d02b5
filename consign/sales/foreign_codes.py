"""Codes of a partner's tills that are none of the goods on consignment: their lines are dismissed as they come."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select, text, true, update
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Store
from consign.models.sales import ForeignCode
from consign.sales.suggestions import PRODUCT_UNKNOWN
from consign.sales.waiting_lists import Group
from consign.sentence import say

_SAY = text("""
    INSERT INTO foreign_code (partner_id, store_id, code, note, said_by, said_at)
    SELECT DISTINCT :partner, CAST(:store AS bigint), trim(code), :note, :by, CAST(:now AS timestamptz)
    FROM unnest(CAST(:codes AS text[])) AS code WHERE trim(code) <> ''
    ON CONFLICT (partner_id, COALESCE(store_id, 0), code) DO UPDATE
    SET note = excluded.note, said_by = excluded.said_by, said_at = excluded.said_at, ended_at = NULL, ended_by = NULL
    WHERE foreign_code.ended_at IS NOT NULL""")
_DISMISS = text("""
    WITH done AS (
    UPDATE sales_parked SET state = 'dismissed', note = said.note FROM (
      SELECT DISTINCT ON (code) code, note FROM foreign_code
      WHERE partner_id = :partner AND ended_at IS NULL AND (store_id IS NULL OR store_id = CAST(:store AS bigint))
      ORDER BY code, id) AS said
    WHERE upload_id = :upload AND state = 'open' AND reason = 'product.unknown'
      AND said.code = trim(COALESCE(NULLIF(product_barcode, ''), product_code)) RETURNING row_no)
    SELECT count(*) FROM done""")


def refuse_no_reason(note: str) -> None:
    """Refuse to dismiss lines without a reason.

    Raises:
        BadInput: *note* says nothing.

    """
    if not note.strip():
        raise BadInput(say("Lines are dismissed only with a reason; nothing was changed."))


def say_foreign(session: Session, *, by: Actor, groups: Sequence[Group], note: str) -> None:
    """Let lines with the unknown codes of *groups* count as ignored in coming files too, for the reason *note*.

    It holds as far as the person reaches, in all stores of the partner or in one, and as long as a code is unknown: once
    it means a product, its lines are posted. Groups that wait for something else are left out.

    Raises:
        NotAllowed: the person may not post sales of one of the partners.
        BadInput: no reason is given.

    """
    refuse_no_reason(note)
    for partner_id in sorted({one.partner.id for one in groups}):
        authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=by.store_id)
        codes = [
            one.code for one in groups if one.partner.id == partner_id and one.reason == PRODUCT_UNKNOWN and one.code
        ]
        if not codes:
            continue
        facts = {"partner": partner_id, "store": by.store_id, "note": note, "by": by.user_id, "now": clock.now()}
        session.execute(_SAY, {**facts, "codes": sorted(codes)})
        for code in sorted(codes):
            record_event(
                session, by=by, act="code said to be foreign", subject=f"partner:{partner_id}", code=code, note=note
            )


def dismiss_foreign(session: Session, *, partner_id: int, upload_id: int, store_id: int | None) -> int:
    """Dismiss the waiting lines of an upload whose unknown code is none of the goods on consignment; return how many.

    *store_id*: the store that the upload was stated to be of.
    """
    return int(session.scalar(_DISMISS, {"partner": partner_id, "upload": upload_id, "store": store_id}) or 0)


def _within(by: Actor, act: Act) -> ColumnElement[bool]:
    """Return the condition under which a code is within the reach of *by*: its store's, and what holds in all stores."""
    reach = get_reach(by, act)
    if reach.partner_id is None:
        return true()
    own = ForeignCode.partner_id == reach.partner_id
    if reach.store_id is None:
        return own
    return own & or_(ForeignCode.store_id.is_(None), ForeignCode.store_id == reach.store_id)


def find_foreign_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the codes that hold now, the newest first.

    Filter: `partner` (a code). A row has id, code, note, partner, partner_code, store (blank for all), said_by and said_at.
    """
    columns: list[Value] = [
        ForeignCode.id, ForeignCode.code, ForeignCode.note, Partner.name.label("partner"),
        Partner.code.label("partner_code"), Store.name.label("store"), ForeignCode.store_id,
        UserAccount.name.label("said_by"), ForeignCode.said_at,
    ]  # fmt: skip
    query = (
        select(*columns)
        .select_from(ForeignCode)
        .join(Partner, Partner.id == ForeignCode.partner_id)
        .join(UserAccount, UserAccount.id == ForeignCode.said_by)
        .outerjoin(Store, Store.id == ForeignCode.store_id)
        .where(ForeignCode.ended_at.is_(None), _within(by, Act.READ_SALES))
    )
    if wish.filters.get("partner"):
        query = query.where(Partner.code == wish.filters["partner"])
    return fetch_page(
        session, query, wish=wish, sorts=columns_of(query), default_sort="-said_at",
        searched=[ForeignCode.code, ForeignCode.note], tie=ForeignCode.id,
    )  # fmt: skip


def end_foreign(session: Session, *, by: Actor, ids: Sequence[int]) -> int:
    """Let lines with codes wait again in files that come from now on; return how many codes that are.

    What is not within the person's reach is left as it is: a store's manager ends what holds in that store alone.
    """
    authorize(by, Act.POST_SALES, partner_id=by.partner_id, store_id=by.store_id)
    condition = _within(by, Act.POST_SALES)
    if by.store_id is not None:
        condition &= ForeignCode.store_id == by.store_id
    rows = session.execute(
        update(ForeignCode)
        .where(ForeignCode.id.in_(ids), ForeignCode.ended_at.is_(None), condition)
        .values(ended_at=clock.now(), ended_by=by.user_id)
        .returning(ForeignCode.partner_id, ForeignCode.code)
    ).all()
    for row in sorted(rows):
        record_event(
            session, by=by, act="code said to be foreign ended", subject=f"partner:{row.partner_id}", code=row.code
        )
    return len(rows)
