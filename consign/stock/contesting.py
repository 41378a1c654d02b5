"""What producer and store say against a loss of goods, and what the dinas decides."""

from typing import Any

from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.stock import StockContest, StockLoss, StockLossDecision, StockNote
from consign.money import format_rate
from consign.outbox import Message, record_notices
from consign.partners.queries import get_office_day, lock_partner
from consign.sentence import say
from consign.stock.loss_facts import read_facts, select_facts
from consign.stock.loss_rules import LossFacts, LossState, assess_loss, refuse_contest, refuse_decision, refuse_share
from consign.stock.moving import lock_stores
from consign.stock.rules import LossUnknown, shorten
from consign.stock.telling import describe_note, tell_stores

OFFICE = "role:dinas_finance"
"""Who decides, and so is told of a contest."""


def contest_loss(session: Session, *, by: Actor, loss_id: int, reason: str) -> StockContest:
    """Say as the producer of lost goods, or for their store, that a loss or who bears it is not right. Tell all others.

    No statement takes the loss before the dinas has decided. Said again just so it changes nothing.

    Raises:
        BadInput: the reason is blank or too long; nothing was changed.
        LossUnknown: there is no such loss; nothing was changed.
        LossNotOpen: its time is over, or it was contested, decided, settled or taken back; nothing was changed.

    """
    loss = _get_loss(session, loss_id)
    authorize(
        by, Act.CONTEST_LOSSES, partner_id=loss.partner_id, store_id=loss.store_id, producer_id=loss.producer_id
    )  # fmt: skip
    said = tidy_reason(reason)
    side = "store" if by.producer_id is None else "producer"
    facts = _hold(session, loss)
    standing = session.get(StockContest, loss.id)
    if standing is not None and (standing.side, standing.reason) == (side, said):
        return standing
    on = get_office_day(session)
    refuse_contest(facts, on=on)
    contest = StockContest(
        loss_id=loss.id, side=side, reason=said, contested_by=by.user_id, contested_at=clock.now()
    )  # fmt: skip
    session.add(contest)
    session.flush()
    told = _describe(session, loss) | {"side": side, "reason": said}
    _tell(session, loss, "stock.loss_contested", told, except_for=side, office=True)
    record_event(
        session, by=by, act="loss contested", subject=f"loss:{loss.id}", **told,
        before={"loss_state": assess_loss(facts, on=on).value}, after={"loss_state": LossState.CONTESTED.value},
    )  # fmt: skip
    return contest


def decide_loss(session: Session, *, by: Actor, loss_id: int, store_bp: int, reason: str) -> StockLossDecision:
    """Say for the dinas which share of a loss its store bears, in basis points; the rest is the producer's. Tell both.

    The next statement takes the loss. Said again just so it changes nothing.

    Raises:
        BadInput: the share cannot be, or the reason is blank or too long; nothing was decided.
        LossUnknown: there is no such loss; nothing was changed.
        LossNotOpen: nobody contested it though a share is agreed, or it was decided, settled or taken back.

    """
    loss = _get_loss(session, loss_id)
    authorize(by, Act.DECIDE_LOSSES)
    refuse_share(store_bp)
    said = tidy_reason(reason)
    facts = _hold(session, loss)
    standing = session.get(StockLossDecision, loss.id)
    if standing is not None and (standing.store_bp, standing.reason) == (store_bp, said):
        return standing
    on = get_office_day(session)
    refuse_decision(facts, on=on)
    decision = StockLossDecision(
        loss_id=loss.id, store_bp=store_bp, reason=said, decided_by=by.user_id, decided_at=clock.now()
    )
    session.add(decision)
    session.flush()
    told = _describe(session, loss) | {"share": format_rate(store_bp), "reason": said}
    _tell(session, loss, "stock.loss_decided", told)
    record_event(
        session, by=by, act="loss decided", subject=f"loss:{loss.id}", **told,
        before={"store_bp": facts.agreed_bp}, after={"store_bp": store_bp},
    )  # fmt: skip
    return decision


def _get_loss(session: Session, loss_id: int) -> StockLoss:
    loss = session.get(StockLoss, loss_id)
    if loss is None:
        raise LossUnknown(say("There is no loss {number}; nothing was changed.", number=loss_id))
    return loss


def _hold(session: Session, loss: StockLoss) -> LossFacts:
    """Return how a loss stands, while nobody closes its partner's period or takes back what it comes from."""
    lock_partner(session, loss.partner_id)
    lock_stores(session, [loss.store_id])
    return read_facts(session.execute(select_facts().where(StockLoss.id == loss.id)).one())


def _describe(session: Session, loss: StockLoss) -> dict[str, Any]:
    """Return what notices and the audit trail say of a loss: plain values."""
    return {
        **describe_note(session, session.get_one(StockNote, loss.note_id)),
        "loss": loss.id,
        "product": session.get_one(Product, loss.product_id).name,
        "quantity": str(shorten(loss.quantity)),
        "value_rp": loss.value_rp,
    }


def _tell(
    session: Session, loss: StockLoss, kind: str, told: dict[str, Any], *, except_for: str = "", office: bool = False
) -> None:
    """Tell both sides of a loss, except the one that acted, and the *office* where it has to do something."""
    if except_for != "store":
        tell_stores(session, session.get_one(StockNote, loss.note_id), kind, [loss.store_id], **told)
    others = [] if except_for == "producer" else [f"producer:{loss.producer_id}"]
    others += [OFFICE] if office else []
    record_notices(session, [Message(kind, one, told) for one in others])
