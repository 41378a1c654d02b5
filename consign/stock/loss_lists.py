"""Losses of goods as people look at them: what they come to, who bears what of it, and what may still be said about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, Select, cast, func, select
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer, Store
from consign.models.settlement import Statement, StatementLoss
from consign.models.stock import StockContest, StockLoss, StockLossDecision, StockMovement, StockNote
from consign.money import BP_WHOLE
from consign.sentence import say
from consign.stock.loss_facts import state_on
from consign.stock.rules import LossUnknown

_MOVEMENT = aliased(StockMovement, name="movement")
_OTHER = aliased(StockLoss, name="other")
SHARE_BP = func.coalesce(StockLossDecision.store_bp, StockLoss.store_bp)
"""Share that the store bears: as decided, else as agreed; blank where neither is."""
STORE_RP = cast(func.round(cast(StockLoss.value_rp, Numeric) * SHARE_BP / BP_WHOLE), BigInteger)
"""What the store bears, rounded half away from zero, as in `rules.compute_share`; the rest is the producer's."""


def find_loss_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the losses that *by* may see, as they stand on the day *on*.

    Filters: `partner` and `producer` (codes), `store` (an id), `product` (a code), `reason`, `state` (see `loss_rules.LossState`),
    `from` and `until` (days, both inside). A row has id, day, note_number, store_id, store, partner, producer_code,
    producer, product_code, product, reason, quantity (below zero where goods were found again), price_rp, fee_rate_bp,
    value_rp, store_bp and store_rp and producer_rp (who bears what; blank where nothing is agreed or decided),
    contest_until, state and statement (the number of the one that took it; blank before).
    """
    query = _select_losses(by, on=on)
    state = state_on(on)
    conditions: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
        "partner": lambda given: Partner.code == given,
        "producer": lambda given: Producer.code == given,
        "store": lambda given: StockLoss.store_id == parse_id(given),
        "product": lambda given: Product.code == given,
        "reason": lambda given: StockLoss.reason == given,
        "state": lambda given: state == given,
        "from": lambda given: StockLoss.day >= date.fromisoformat(given),
        "until": lambda given: StockLoss.day <= date.fromisoformat(given),
    }
    query = query.where(*(make(wish.filters[name]) for name, make in conditions.items() if wish.filters.get(name)))
    sorts = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-day",
        searched=[Product.code, Product.name, Producer.name, Store.code, Store.name, StockNote.number],
        tie=StockLoss.id,
    )  # fmt: skip


@dataclass(frozen=True)
class LossView:
    """One loss with its whole history."""

    loss: Row
    """A row of `find_loss_page`, with note_id, movement_id and agreement_id besides."""
    contests: Sequence[Row]
    """Side, reason, person and contested_at of each side that contested it."""
    decision: Row | None
    """Store_bp, reason, person and decided_at."""
    reverses_id: int | None
    """The loss that this one takes back."""
    reversed_by_id: int | None
    """The loss that takes this one back."""


def get_loss_view(session: Session, *, by: Actor, loss_id: int, on: date) -> LossView:
    """Return one loss as it stands on the day *on*.

    Raises:
        LossUnknown: there is none that *by* may see.

    """
    query = _select_losses(by, on=on).where(StockLoss.id == loss_id)
    more = (StockLoss.note_id, StockLoss.movement_id, StockLoss.agreement_id)
    loss = session.execute(query.add_columns(*more)).mappings().one_or_none()
    if loss is None:
        raise LossUnknown(say("There is no loss {number}; nothing was changed.", number=loss_id))
    contests = session.execute(
        select(StockContest.side, StockContest.reason, UserAccount.name.label("person"), StockContest.contested_at)
        .join(UserAccount, UserAccount.id == StockContest.contested_by)
        .where(StockContest.loss_id == loss_id)
        .order_by(StockContest.contested_at)
    )
    decision = session.execute(
        select(
            StockLossDecision.store_bp,
            StockLossDecision.reason,
            UserAccount.name.label("person"),
            StockLossDecision.decided_at,
        )
        .join(UserAccount, UserAccount.id == StockLossDecision.decided_by)
        .where(StockLossDecision.loss_id == loss_id)
    )
    takes_back = (
        select(_OTHER.id)
        .join(_MOVEMENT, _MOVEMENT.reverses_id == _OTHER.movement_id)
        .where(_MOVEMENT.id == loss["movement_id"])
    )
    taken_back = (
        select(_OTHER.id)
        .join(_MOVEMENT, _MOVEMENT.id == _OTHER.movement_id)
        .where(_MOVEMENT.reverses_id == loss["movement_id"])
    )
    return LossView(
        loss=loss,
        contests=contests.mappings().all(),
        decision=decision.mappings().one_or_none(),
        reverses_id=session.scalar(takes_back),
        reversed_by_id=session.scalar(taken_back),
    )


def _select_losses(by: Actor, *, on: date) -> Select[Any]:
    """Return the losses that *by* may see."""
    reach = get_reach(by, Act.READ_STOCK)
    columns: list[Value] = [
        StockLoss.id,
        StockLoss.day,
        StockNote.number.label("note_number"),
        StockLoss.store_id,
        Store.code.label("store_code"),
        Store.name.label("store"),
        Partner.name.label("partner"),
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        Product.code.label("product_code"),
        Product.name.label("product"),
        StockLoss.reason,
        StockLoss.quantity,
        StockLoss.price_rp,
        StockLoss.fee_rate_bp,
        StockLoss.value_rp,
        SHARE_BP.label("store_bp"),
        STORE_RP.label("store_rp"),
        (StockLoss.value_rp - STORE_RP).label("producer_rp"),
        StockLoss.contest_until,
        state_on(on).label("state"),
        Statement.number.label("statement"),
    ]
    limits = (
        (StockLoss.partner_id, reach.partner_id),
        (StockLoss.store_id, reach.store_id),
        (StockLoss.producer_id, reach.producer_id),
    )
    return (
        select(*columns)
        .select_from(StockLoss)
        .join(StockNote, StockNote.id == StockLoss.note_id)
        .join(Store, Store.id == StockLoss.store_id)
        .join(Partner, Partner.id == StockLoss.partner_id)
        .join(Producer, Producer.id == StockLoss.producer_id)
        .join(Product, Product.id == StockLoss.product_id)
        .outerjoin(StockLossDecision, StockLossDecision.loss_id == StockLoss.id)
        .outerjoin(StatementLoss, StatementLoss.loss_id == StockLoss.id)
        .outerjoin(Statement, Statement.id == StatementLoss.statement_id)
        .where(*(column == held for column, held in limits if held is not None))
    )
