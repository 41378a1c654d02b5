"""A store's word that it sold nothing on a day."""

from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Store
from consign.models.sales import SalesCover
from consign.partners.queries import lock_partner
from consign.sales import posting
from consign.sales.queries import NONE_SAID
from consign.sales.sums import Sums
from consign.sentence import say


def confirm_no_sales(session: Session, *, by: Actor, store: Store, day: date) -> None:
    """Say that *store* sold nothing on *day*. Saying it twice changes nothing.

    Raises:
        BadInput: the day is not over in the store, the store did not sell on it, or sales are posted for it.

    """
    authorize(by, Act.POST_SALES, partner_id=store.partner_id, store_id=store.id)
    if day >= clock.today(store.zone):
        raise BadInput(say("{day} is not over in {store}; nothing was changed.", day=day, store=store.name))
    if day < store.opened_on or (store.closed_on is not None and day > store.closed_on):
        raise BadInput(
            say("{store} did not sell consigned goods on {day}; nothing was changed.", store=store.name, day=day)
        )
    lock_partner(session, store.partner_id)
    kinds = set(
        session.scalars(
            select(SalesCover.kind)
            .where(SalesCover.store_id == store.id, SalesCover.sold_on == day)
            .group_by(SalesCover.kind)
            .having(func.sum(SalesCover.lines) > 0)
        )
    )
    if kinds:
        raise BadInput(say("{store} has posted sales on {day}; nothing was changed.", store=store.name, day=day))
    if session.scalar(NONE_SAID, {"store": store.id, "day": day}):
        return
    number = posting.next_number(session, store.partner_id)
    posting.record_posting(
        session, Sums(), partner_id=store.partner_id, number=number, kind="no_sales", upload_id=None, known_rows=0,
        by_user_id=by.user_id,
    )  # fmt: skip
    cover = {"store_id": store.id, "sold_on": day, "partner_id": store.partner_id, "posting_no": number}
    session.execute(insert(SalesCover).values(**cover, kind="no_sales", lines=0))
    record_event(session, by=by, act="no sales confirmed", subject=f"store:{store.id}", day=str(day))
