"""Handing a batch to the bank: what was payable is on its way. Never more than is payable, never more than the bank holds."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import lock_balances, post_transfers
from consign.ledger.rules import AccountName, TransferKind, TransferOrder
from consign.models.partners import Partner, Producer
from consign.models.payouts import Payout, PayoutBatch, PayoutPart
from consign.money import Rupiah
from consign.outbox import Message, record_notices
from consign.payouts.batches import find_parts, lock_batch, lock_planned, payable_of, refuse_changed, sent_key
from consign.payouts.mandates import refuse_other_payees
from consign.payouts.planning import bank_names
from consign.payouts.rules import NotInBank, PayableGone
from consign.sentence import say


def send_batch(session: Session, *, by: Actor, batch_id: int, on: date) -> PayoutBatch:
    """Note that an approved batch was handed to the bank, which pays on the day *on*; tell everybody who is paid.

    Raises:
        BatchUnknown: there is none.
        BatchState: it is not approved, or was sent before.
        BatchEmpty: every payout was taken out.
        PayeeChanged: somebody's bank account was changed since, or the money goes to somebody else by now.
        PayableGone: less is payable to somebody by now, such as after a payment was undone.
        NotInBank: the bank account holds less than the batch pays.

    """
    authorize(by, Act.SEND_PAYOUTS)
    batch = lock_batch(session, batch_id, states=("approved",))
    payouts = lock_planned(session, batch)
    refuse_changed(session, payouts)
    refuse_other_payees(session, payouts, on=on)
    parts = find_parts(session, payouts)
    bank, in_transit = bank_names(batch.bank_account_id)
    payables = [payable_of(part) for own in parts.values() for part in own]
    balances = lock_balances(session, {*payables, bank, in_transit})
    _refuse_uncovered(session, parts, balances)
    total = Rupiah(sum(one.amount_rp for one in payouts))
    if total > balances[bank] - balances[in_transit]:
        raise NotInBank(
            say(
                "The bank account holds {held}, less than the {total} of batch {number}; nothing was changed.",
                held=balances[bank] - balances[in_transit],
                total=total,
                number=batch.number,
            )
        )
    post_transfers(session, [_order(one, part, in_transit, on=on) for one in payouts for part in parts[one.id]])
    for one in payouts:
        one.state = "sent"
    batch.state, batch.sent_by, batch.sent_at, batch.sent_on = "sent", by.user_id, clock.now(), on
    session.flush()
    record_event(
        session, by=by, act="payouts sent", subject=f"payout_batch:{batch.id}", number=batch.number, on=str(on),
        payouts=len(payouts), total_rp=total.amount, before={"state": "approved"}, after={"state": "sent"},
    )  # fmt: skip
    record_notices(session, list_messages("payouts.sent", payouts, parts, {"on": str(on)}))
    return batch


def list_messages(
    kind: str, payouts: Sequence[Payout], parts: Mapping[int, Sequence[PayoutPart]], facts: Mapping[str, str]
) -> list[Message]:
    """Return what is told of payouts: to each producer its own money, and to a cooperative what it receives."""
    messages = []
    for one in payouts:
        told = {"reference": one.reference, **facts}
        sums: dict[int, int] = {}
        for part in parts[one.id]:
            sums[part.producer_id] = sums.get(part.producer_id, 0) + part.amount_rp
        messages += [
            Message(kind, f"producer:{producer_id}", {**told, "amount_rp": amount})
            for producer_id, amount in sums.items()
        ]
        if one.cooperative_id is not None:
            messages.append(Message(kind, f"cooperative:{one.cooperative_id}", {**told, "amount_rp": one.amount_rp}))
    return messages


def _order(payout: Payout, part: PayoutPart, in_transit: AccountName, *, on: date) -> TransferOrder:
    return TransferOrder(
        key=sent_key(part),
        kind=TransferKind.PAYOUT,
        debit=payable_of(part),
        credit=in_transit,
        amount=Rupiah(part.amount_rp),
        booked_on=on,
        cause=payout.reference,
    )


def _refuse_uncovered(
    session: Session, parts: Mapping[int, Sequence[PayoutPart]], balances: Mapping[AccountName, Rupiah]
) -> None:
    """Refuse to pay more than is payable: a balance never falls below zero by a payout.

    Raises:
        PayableGone: accordingly.

    """
    needed: dict[AccountName, int] = {}
    for own in parts.values():
        for part in own:
            needed[payable_of(part)] = needed.get(payable_of(part), 0) + part.amount_rp
    for name, amount in needed.items():
        if balances[name] < Rupiah(amount):
            raise PayableGone(
                say(
                    "Of what {partner} paid for {producer}, {left} is payable, less than {amount}; nothing was changed."
                    " Take the payout out of the batch.",
                    partner=session.get_one(Partner, name.partner_id).name,
                    producer=session.get_one(Producer, name.producer_id).name,
                    left=balances[name],
                    amount=Rupiah(amount),
                )
            )
