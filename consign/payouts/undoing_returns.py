"""Taking back that a payout came back, where that was noted by mistake."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import lock_balances, reverse_transfers
from consign.ledger.queries import find_last_keys
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankLine
from consign.models.partners import Partner, Producer
from consign.models.payments import BankMatch, BankMatchLine
from consign.models.payouts import Payout, PayoutPart
from consign.money import Rupiah
from consign.outbox import record_notices
from consign.partners.queries import get_office_day
from consign.payments.match_rows import get_standing_match, mark_undone
from consign.payouts.bank_lines import get_paying_account, refuse_other_state
from consign.payouts.batches import find_parts, lock_payouts, payable_of, sent_key
from consign.payouts.planning import bank_names
from consign.payouts.rules import PaidAgain
from consign.payouts.sending import list_messages
from consign.sentence import say


def undo_return(session: Session, *, by: Actor, payout_id: int, reason: str) -> Payout:
    """Take back that a payout came back: it stands as before, and its money is payable no more.

    One that was found on the bank's statement is paid again, and the line that was taken for its return is free again; one
    that was not found is on its way again. The transfers are booked on the day of what they take back, as if the return
    had never been noted.

    Raises:
        PayoutUnknown: there is none.
        PayoutState: it did not come back.
        PaidAgain: less is payable by now, because the money was paid out again.
        BadInput: the reason is blank or too long.

    """
    authorize(by, Act.SEND_PAYOUTS)
    said = tidy_reason(reason)
    (payout,) = lock_payouts(session, [payout_id])
    refuse_other_state([payout], ("returned",))
    match = get_standing_match(session, payout.return_match_id) if payout.return_match_id is not None else None
    account_id = get_paying_account(session, [payout])
    parts = find_parts(session, [payout])
    _, in_transit = bank_names(account_id)
    unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=account_id)
    balances = lock_balances(session, {in_transit, unallocated, *(payable_of(part) for part in parts[payout.id])})
    _refuse_paid_again(session, payout, parts[payout.id], balances)
    before = {"state": "returned", "on": str(payout.returned_on), "reason": payout.returned_reason}
    keys = find_last_keys(session, [sent_key(part) for part in parts[payout.id]])
    on = payout.returned_on or get_office_day(session)
    reverse_transfers(session, keys=keys, cause=payout.reference, booked_on=on)
    if match is not None:
        _free_line(session, match, by=by, reason=said)
    payout.state = "sent" if payout.match_id is None else "paid"
    payout.returned_on = payout.returned_reason = payout.return_match_id = None
    session.flush()
    record_event(
        session, by=by, act="return of a payout undone", subject=f"payout_batch:{payout.batch_id}",
        reference=payout.reference, amount_rp=payout.amount_rp, reason=said, before=before, after={"state": payout.state},
    )  # fmt: skip
    record_notices(session, list_messages("payouts.return_undone", [payout], parts, {"reason": said}))
    return payout


def _refuse_paid_again(
    session: Session, payout: Payout, parts: Sequence[PayoutPart], balances: Mapping[AccountName, Rupiah]
) -> None:
    """Refuse to take back from a producer's payable what is there no more: it must not fall below zero.

    Raises:
        PaidAgain: accordingly.

    """
    for part in parts:
        left = balances[payable_of(part)]
        if left < Rupiah(part.amount_rp):
            raise PaidAgain(
                say(
                    "{amount} of payout {reference} became payable again, and of what {partner} paid for {producer} only"
                    " {left} is: the rest was paid out again meanwhile. Nothing was changed. If the money went out twice,"
                    " ask for it back and note the later payout as returned.",
                    amount=Rupiah(part.amount_rp),
                    reference=payout.reference,
                    partner=session.get_one(Partner, part.partner_id).name,
                    producer=session.get_one(Producer, part.producer_id).name,
                    left=left,
                )
            )


def _free_line(session: Session, match: BankMatch, *, by: Actor, reason: str) -> None:
    """Take back that a line of the bank's statement is the return, with its transfer."""
    day = select(func.max(BankLine.booked_on)).join(BankMatchLine, BankMatchLine.bank_line_id == BankLine.id)
    on = session.scalars(day.where(BankMatchLine.match_id == match.id)).one()
    key = f"match:{match.id}:payout_returned"
    reverse_transfers(session, keys=[key], cause=f"match:{match.id}", booked_on=on)
    mark_undone(session, match, by=by, reason=reason)
