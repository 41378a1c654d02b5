"""A batch and its payouts, locked for an act: the batch first, then its payouts, then the accounts they pay to."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.ledger.rules import AccountKind, AccountName
from consign.models.partners import Cooperative, Producer
from consign.models.payouts import PayeeAccount, Payout, PayoutBatch, PayoutPart
from consign.payouts.rules import BatchEmpty, BatchState, BatchUnknown, PayeeChanged, PayoutUnknown
from consign.sentence import Code, say


def lock_batch(session: Session, batch_id: int, *, states: Collection[str]) -> PayoutBatch:
    """Return a batch that is in one of *states*, its row locked until the transaction ends.

    Raises:
        BatchUnknown: there is none.
        BatchState: it is in another state.

    """
    batch = session.get(PayoutBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise BatchUnknown(say("There is no such batch of payouts; nothing was changed."))
    if batch.state not in states:
        raise BatchState(
            say(
                "Batch {number} is {state}; nothing was changed.",
                number=batch.number,
                state=Code("payout_batch", batch.state),
            )
        )
    return batch


def get_batch_by_number(session: Session, number: str) -> PayoutBatch:
    """Return the batch with a number.

    Raises:
        BatchUnknown: there is none.

    """
    batch = session.scalar(select(PayoutBatch).where(PayoutBatch.number == number))
    if batch is None:
        raise BatchUnknown(say("There is no batch of payouts '{number}'; nothing was changed.", number=number))
    return batch


def lock_planned(session: Session, batch: PayoutBatch) -> list[Payout]:
    """Return the payouts of a batch that nobody took out, locked.

    Raises:
        BatchEmpty: there is none left.

    """
    query = select(Payout).where(Payout.batch_id == batch.id, Payout.state == "planned").order_by(Payout.id)
    payouts = list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    if not payouts:
        raise BatchEmpty(
            say("Every payout of batch {number} was taken out; nothing was changed. Cancel it.", number=batch.number)
        )
    return payouts


def lock_payouts(session: Session, payout_ids: Collection[int]) -> list[Payout]:
    """Return payouts, locked in the order of their ids.

    Raises:
        PayoutUnknown: one is missing.

    """
    query = select(Payout).where(Payout.id.in_(sorted(set(payout_ids)))).order_by(Payout.id)
    found = list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    if len(found) != len(set(payout_ids)) or not found:
        raise PayoutUnknown(say("There is no such payout; nothing was changed."))
    return found


def find_parts(session: Session, payouts: Sequence[Payout]) -> dict[int, list[PayoutPart]]:
    """Return the parts of payouts by the payout's id."""
    found: dict[int, list[PayoutPart]] = {one.id: [] for one in payouts}
    query = select(PayoutPart).where(PayoutPart.payout_id.in_(sorted(found)))
    for part in session.scalars(query.order_by(PayoutPart.payout_id, PayoutPart.producer_id, PayoutPart.partner_id)):
        found[part.payout_id].append(part)
    return found


def payable_of(part: PayoutPart) -> AccountName:
    """Return the account that a part is paid out of."""
    return AccountName(AccountKind.PRODUCER_PAYABLE, part.partner_id, part.producer_id)


def sent_key(part: PayoutPart) -> str:
    """Return the key of the transfer by which a part was handed to the bank."""
    return f"payout:{part.payout_id}:sent:{part.partner_id}:{part.producer_id}"


def refuse_changed(session: Session, payouts: Sequence[Payout]) -> None:
    """Refuse payouts to accounts that were replaced since; the accounts stay as they are until the transaction ends.

    Raises:
        PayeeChanged: accordingly, naming whose they are.

    """
    query = select(PayeeAccount).where(PayeeAccount.id.in_(sorted({one.payee_account_id for one in payouts})))
    locked = session.scalars(
        query.order_by(PayeeAccount.id).with_for_update(read=True).execution_options(populate_existing=True)
    )
    changed = [one for one in locked if one.outcome != "confirmed"]
    if changed:
        names = [_owner(session, one) for one in changed]
        raise PayeeChanged(
            say(
                "The bank account was changed of: {names}. Take those payouts out, or plan anew. Nothing was changed.",
                names=names,
            )
        )


def _owner(session: Session, account: PayeeAccount) -> str:
    if account.producer_id is not None:
        return session.get_one(Producer, account.producer_id).name
    return session.get_one(Cooperative, account.cooperative_id).name
