"""Finding payouts on the bank's statement, taking that back, and payouts that came back."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import lock_balances, post_transfers, reverse_transfers
from consign.ledger.queries import find_last_keys
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.models.banking import BankLine
from consign.models.payments import BankMatch, BankMatchLine
from consign.models.payouts import PayeeAccount, Payout, PayoutBatch
from consign.money import Rupiah
from consign.outbox import record_notices
from consign.payments import match_facts as payments
from consign.payments.match_kinds import MatchKind
from consign.payments.match_rows import MatchUnknown, find_free, get_standing_match, mark_undone, record_match
from consign.payouts.bank_rules import FreeLine, PayoutProposal, SentPayout, compute_proposals
from consign.payouts.batches import find_parts, lock_payouts, payable_of, sent_key
from consign.payouts.planning import bank_names
from consign.payouts.rules import LinesDoNotFit, PayoutState, ReturnLineNeeded
from consign.payouts.sending import list_messages
from consign.sentence import Code, Sentence, say


def propose_payouts(session: Session, *, account_id: int, batch: str | None = None) -> list[PayoutProposal]:
    """Return which free lines out of a bank account are which payouts; with *batch*, a number, only payouts of that."""
    sent = _find_sent(session, account_id)
    found = compute_proposals(_find_free_lines(session, account_id), sent)
    own = {one.id for one in sent if batch is None or one.batch == batch}
    return [one for one in found if own.issuperset(one.payout_ids)]


def propose_for_lines(session: Session, lines: Sequence[payments.FreeLine], *, account_id: int) -> list[PayoutProposal]:
    """Return which of some free *lines* of a bank account, read before, are which payouts; no line out asks nothing."""
    out = [
        _tell_line(one, one.free_rp)
        for one in sorted(lines, key=lambda one: (one.booked_on, one.id))
        if one.account_id == account_id and one.free_rp < 0
    ]
    return compute_proposals(out, _find_sent(session, account_id)) if out else []


def confirm_certain(session: Session, *, by: Actor, account_id: int) -> list[BankMatch]:
    """Confirm all payouts of a bank account whose reference and amount both tie."""
    return [
        confirm_payouts(
            session, by=by, line_ids=one.line_ids, payout_ids=one.payout_ids, rule=one.rule, certain=True, why=one.why
        )
        for one in propose_payouts(session, account_id=account_id)
        if one.certain
    ]


def confirm_payouts(
    session: Session,
    *,
    by: Actor,
    line_ids: Sequence[int],
    payout_ids: Sequence[int],
    rule: str = "person",
    certain: bool = False,
    why: Sequence[Sentence] = (),
) -> BankMatch:
    """Write that lines of the bank's statement are payouts, which are paid by that; tell the producers.

    What the lines are more than the payouts, such as a cost in the same line, stays free.

    Raises:
        PayoutUnknown: a payout is missing.
        PayoutState: one was not sent, or was found before.
        LinesDoNotFit: the lines are none out of the account that pays, or come to less than the payouts.
        LineTaken: somebody said meanwhile what a line is.

    """
    authorize(by, Act.MATCH_BANK)
    payouts = lock_payouts(session, payout_ids)
    refuse_other_state(payouts, ("sent",))
    account_id = get_paying_account(session, payouts)
    _, in_transit = bank_names(account_id)
    unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=account_id)
    lock_balances(session, {in_transit, unallocated})
    lines = _get_lines(session, line_ids, account_id=account_id)
    total = sum(one.amount_rp for one in payouts)
    taken = _share_out(find_free(session, [one.id for one in lines]), -total)
    match = record_match(
        session, by=by, account_id=account_id, kind=MatchKind.PAYOUT, rule=rule, certain=certain, why=why,
        reason_code=None, taken=taken,
    )  # fmt: skip
    order = TransferOrder(
        key=f"match:{match.id}:payout",
        kind=TransferKind.PAYOUT_LINE,
        debit=in_transit,
        credit=unallocated,
        amount=Rupiah(total),
        booked_on=max(one.booked_on for one in lines),
        cause=f"match:{match.id}",
    )
    post_transfers(session, [order])
    for one in payouts:
        one.state, one.match_id = "paid", match.id
    session.flush()
    record_event(
        session, by=by, act="payouts found on the bank's statement", subject=f"match:{match.id}", rule=rule,
        lines=sorted(taken), payouts=[one.reference for one in payouts], total_rp=total,
        before={"state": "sent"}, after={"state": "paid"},
    )  # fmt: skip
    facts = {"on": str(order.booked_on)}
    record_notices(session, list_messages("payouts.paid", payouts, find_parts(session, payouts), facts))
    return match


def undo_confirmation(session: Session, *, by: Actor, match_id: int, reason: str) -> BankMatch:
    """Take back that lines are payouts; the lines are free again, and the payouts on their way.

    Raises:
        MatchUnknown: there is none, it was undone before, or it is no match of payouts.
        PayoutState: one of the payouts came back, which needs this match.
        BadInput: the reason is blank or too long.

    """
    authorize(by, Act.MATCH_BANK)
    said = tidy_reason(reason)
    match = get_standing_match(session, match_id)
    if match.kind != MatchKind.PAYOUT:
        raise MatchUnknown(say("This is no match of payouts; nothing was changed."))
    ids = list(session.scalars(select(Payout.id).where(Payout.match_id == match.id)))
    payouts = lock_payouts(session, ids)
    refuse_other_state(payouts, ("paid",))
    _, in_transit = bank_names(match.account_id)
    lock_balances(session, {in_transit, AccountName(AccountKind.UNALLOCATED, bank_account_id=match.account_id)})
    line_days = select(func.max(BankLine.booked_on)).join(BankMatchLine, BankMatchLine.bank_line_id == BankLine.id)
    on = session.scalars(line_days.where(BankMatchLine.match_id == match.id)).one()
    reverse_transfers(session, keys=[f"match:{match.id}:payout"], cause=f"match:{match.id}", booked_on=on)
    mark_undone(session, match, by=by, reason=said)
    for one in payouts:
        one.state, one.match_id = "sent", None
    session.flush()
    record_event(
        session, by=by, act="match of payouts undone", subject=f"match:{match.id}", reason=said,
        payouts=[one.reference for one in payouts], before={"state": "paid"}, after={"state": "sent"},
    )  # fmt: skip
    return match


def return_payout(
    session: Session, *, by: Actor, payout_id: int, on: date, reason: str, line_id: int | None = None
) -> Payout:
    """Note that a payout came back on the day *on*: what it paid is payable again and may be planned again.

    A payout that was found on the bank's statement comes back by a line of it, *line_id*. One that was not found needs none:
    the bank never took the money.

    Raises:
        PayoutUnknown: there is none.
        PayoutState: it was not sent, or came back before.
        ReturnLineNeeded: it was found on the statement, so that its return must be found there too; or it was not, so that
            its line out comes first.
        LinesDoNotFit: the line is none into the account that paid, or comes to less than the payout.
        BadInput: the reason is blank or too long.

    """
    authorize(by, Act.SEND_PAYOUTS)
    said = tidy_reason(reason)
    (payout,) = lock_payouts(session, [payout_id])
    refuse_other_state([payout], ("sent", "paid"))
    _refuse_line(payout, line_id)
    account_id = get_paying_account(session, [payout])
    parts = find_parts(session, [payout])
    _, in_transit = bank_names(account_id)
    unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=account_id)
    lock_balances(session, {in_transit, unallocated, *(payable_of(part) for part in parts[payout.id])})
    before = payout.state
    if line_id is not None:
        _take_return(session, payout, by=by, account_id=account_id, line_id=line_id)
    keys = find_last_keys(session, [sent_key(part) for part in parts[payout.id]])
    reverse_transfers(session, keys=keys, cause=payout.reference, booked_on=on)
    payout.state, payout.returned_on, payout.returned_reason = "returned", on, said
    session.flush()
    record_event(
        session, by=by, act="payout returned", subject=f"payout_batch:{payout.batch_id}", reference=payout.reference,
        amount_rp=payout.amount_rp, on=str(on), reason=said, line=line_id,
        before={"state": before}, after={"state": "returned"},
    )  # fmt: skip
    record_notices(session, list_messages("payouts.returned", [payout], parts, {"on": str(on), "reason": said}))
    return payout


def find_return_lines(session: Session, payout: Payout, *, account_id: int) -> list[BankLine]:
    """Return the free lines into the bank account that may be a payout's return: of its amount, the latest first."""
    query = select(BankLine).where(BankLine.account_id == account_id, _FREE_RP.in_([payout.amount_rp]))
    return list(session.scalars(query.order_by(BankLine.booked_on.desc(), BankLine.id.desc()).limit(20)))


def find_payout_lines(session: Session, payout: Payout, *, account_id: int) -> list[BankLine]:
    """Return the free lines out of the bank account that may be a payout: of its amount or more, the nearest first."""
    query = select(BankLine).where(BankLine.account_id == account_id, -payout.amount_rp >= _FREE_RP)
    return list(session.scalars(query.order_by(_FREE_RP.desc(), BankLine.id.desc()).limit(20)))


def _take_return(session: Session, payout: Payout, *, by: Actor, account_id: int, line_id: int) -> None:
    (line,) = _get_lines(session, [line_id], account_id=account_id, incoming=True)
    taken = _share_out(find_free(session, [line.id]), payout.amount_rp)
    match = record_match(
        session, by=by, account_id=account_id, kind=MatchKind.PAYOUT_RETURNED, rule="person", certain=False, why=(),
        reason_code=None, taken=taken,
    )  # fmt: skip
    _, in_transit = bank_names(account_id)
    order = TransferOrder(
        key=f"match:{match.id}:payout_returned",
        kind=TransferKind.PAYOUT_LINE,
        debit=AccountName(AccountKind.UNALLOCATED, bank_account_id=account_id),
        credit=in_transit,
        amount=Rupiah(payout.amount_rp),
        booked_on=line.booked_on,
        cause=f"match:{match.id}",
    )
    post_transfers(session, [order])
    payout.return_match_id = match.id


def _refuse_line(payout: Payout, line_id: int | None) -> None:
    if payout.state == "paid" and line_id is None:
        raise ReturnLineNeeded(
            say(
                "Payout {reference} was found on the bank's statement, so the line on which it came back is needed; nothing"
                " was posted. Choose it, or post the bank's next statement first.",
                reference=payout.reference,
            )
        )
    if payout.state == "sent" and line_id is not None:
        raise ReturnLineNeeded(
            say(
                "Payout {reference} was not found on the bank's statement yet; nothing was posted. Confirm its line out"
                " first, then the line on which it came back.",
                reference=payout.reference,
            )
        )


def refuse_other_state(payouts: Sequence[Payout], states: Collection[str]) -> None:
    """Refuse payouts that are in none of *states*.

    Raises:
        PayoutState: accordingly.

    """
    for one in payouts:
        if one.state not in states:
            raise PayoutState(
                say(
                    "Payout {reference} is {state}; nothing was changed.",
                    reference=one.reference,
                    state=Code("payout", one.state),
                )
            )


def get_paying_account(session: Session, payouts: Sequence[Payout]) -> int:
    """Return the one bank account of the office that pays *payouts*.

    Raises:
        LinesDoNotFit: there are several.

    """
    query = select(PayoutBatch.bank_account_id).where(PayoutBatch.id.in_({one.batch_id for one in payouts})).distinct()
    accounts = list(session.scalars(query))
    if len(accounts) != 1:
        raise LinesDoNotFit(say("These payouts are paid from several bank accounts; nothing was posted."))
    return accounts[0]


def _get_lines(session: Session, line_ids: Sequence[int], *, account_id: int, incoming: bool = False) -> list[BankLine]:
    query = select(BankLine).where(BankLine.id.in_(sorted(set(line_ids))), BankLine.account_id == account_id)
    lines = list(session.scalars(query.order_by(BankLine.booked_on, BankLine.id)))
    if len(lines) != len(set(line_ids)) or not lines or any((one.amount_rp > 0) is not incoming for one in lines):
        why = (
            say("These are no lines into the bank account that paid; nothing was posted.")
            if incoming
            else say("These are no lines out of the bank account that paid; nothing was posted.")
        )
        raise LinesDoNotFit(why)
    return lines


def _share_out(free: dict[int, int], total: int) -> dict[int, int]:
    """Return how much of each line is taken, signed as the lines are; every line must be needed.

    Raises:
        LinesDoNotFit: they come to less, or one is not needed.

    """
    taken, left = {}, abs(total)
    for line_id in sorted(free):
        taken[line_id] = min(abs(free[line_id]), left)
        left -= taken[line_id]
    if left or not all(taken.values()):
        raise LinesDoNotFit(
            say(
                "Of the lines {free} is free, the payouts come to {total}; nothing was posted.",
                free=Rupiah(sum(abs(one) for one in free.values())),
                total=Rupiah(abs(total)),
            )
        )
    sign = 1 if total > 0 else -1
    return {line_id: sign * amount for line_id, amount in taken.items()}


_TAKEN_RP = (
    select(func.coalesce(func.sum(BankMatchLine.amount_rp), 0))
    .join(BankMatch, BankMatch.id == BankMatchLine.match_id)
    .where(BankMatch.undone_at.is_(None), BankMatchLine.bank_line_id == BankLine.id)
    .scalar_subquery()
)
_FREE_RP = cast(BankLine.amount_rp - _TAKEN_RP, BigInteger)


def _find_free_lines(session: Session, account_id: int) -> list[FreeLine]:
    query = select(BankLine, _FREE_RP).where(BankLine.account_id == account_id, BankLine.amount_rp < 0, _FREE_RP < 0)
    return [_tell_line(line, free) for line, free in session.execute(query.order_by(BankLine.booked_on, BankLine.id))]


def _tell_line(line: BankLine | payments.FreeLine, free_rp: int) -> FreeLine:
    return FreeLine(
        id=line.id,
        booked_on=line.booked_on.isoformat(),
        amount_rp=-free_rp,
        words=f"{line.description} {line.reference} {line.counterparty}",
        counterparty=line.counterparty,
    )


def _find_sent(session: Session, account_id: int) -> list[SentPayout]:
    query = (
        select(Payout.id, PayoutBatch.number, Payout.reference, Payout.amount_rp, PayeeAccount.holder)
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .join(PayeeAccount, PayeeAccount.id == Payout.payee_account_id)
        .where(PayoutBatch.bank_account_id == account_id, Payout.state == "sent")
        .order_by(Payout.id)
    )
    return [SentPayout(*row) for row in session.execute(query)]
