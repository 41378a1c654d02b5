"""Planning a batch: what is payable and not planned yet, to whom it is paid, and what the bank account holds."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.ledger.actions import lock_balances
from consign.ledger.queries import find_balance, find_balances
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankAccount
from consign.models.payouts import BatchCounter, PayoutBatch
from consign.money import Rupiah
from consign.outbox import Message, record_notices
from consign.payouts.mandates import RECEIVERS
from consign.payouts.payees import find_confirmed
from consign.payouts.rules import (
    BatchUnknown,
    LeftOut,
    NothingToPay,
    Omitted,
    PairMoney,
    Payee,
    PayeeState,
    Plan,
    PlannedPayout,
    compute_plan,
    explain_left_out,
    format_batch_number,
    format_reference,
)
from consign.sentence import say, say_all

_PAIRS = text(f"""
    SELECT pair.partner_id, pair.producer_id, producer.code, producer.name,
      COALESCE(receives.id, signs.id) AS cooperative_id, COALESCE(receives.code, signs.code) AS cooperative_code,
      COALESCE(receives.name, signs.name) AS cooperative, reserved.rp AS reserved_rp, reserved.batch,
      minimum.rp AS minimum_rp
    FROM account AS pair JOIN producer ON producer.id = pair.producer_id {RECEIVERS}
    LEFT JOIN LATERAL (
      SELECT sum(part.amount_rp)::bigint AS rp, min(batch.number) AS batch FROM payout_part AS part
      JOIN payout ON payout.id = part.payout_id JOIN payout_batch AS batch ON batch.id = payout.batch_id
      WHERE (part.partner_id, part.producer_id) = (pair.partner_id, pair.producer_id)
        AND payout.state = 'planned') AS reserved ON true
    LEFT JOIN LATERAL (
      SELECT min(agreement.min_payout_rp) AS rp FROM agreement
      WHERE agreement.producer_id = pair.producer_id AND agreement.days @> CAST(:on AS date)) AS minimum ON true
    WHERE pair.kind = 'producer_payable' AND pair.credits_rp > pair.debits_rp
    ORDER BY pair.producer_id, pair.partner_id""")  # noqa: S608  # constants
"""Of each pair: to whom it is paid, what is reserved, and the smallest minimum."""

_NOT_PAID = text("""
    SELECT producer.id, producer.code, producer.name, sum(opened.rp)::bigint AS rp FROM (
      SELECT statement.producer_id, statement.due_rp - COALESCE(sum(allocation.amount_rp), 0) AS rp
      FROM statement LEFT JOIN allocation ON allocation.statement_id = statement.id
      WHERE statement.route = 'collecting' AND statement.due_rp > 0 GROUP BY statement.id) AS opened
    JOIN producer ON producer.id = opened.producer_id WHERE opened.rp > 0
    GROUP BY producer.id ORDER BY producer.name""")

_RESERVED = text("""
    SELECT COALESCE(sum(payout.amount_rp), 0)::bigint FROM payout JOIN payout_batch AS batch ON batch.id = payout.batch_id
    WHERE payout.state = 'planned' AND batch.bank_account_id = :bank""")


def preview_plan(session: Session, *, by: Actor, bank_account_id: int, on: date) -> Plan:
    """Return whom `plan_payouts` would plan on the day *on*, how much, and why not others. Nothing is locked or written.

    Raises:
        BatchUnknown: the office has no such bank account.

    """
    authorize(by, Act.PLAN_PAYOUTS)
    get_open_account(session, bank_account_id)
    payable = {one.account: one.amount for one in find_balances(session, kind=AccountKind.PRODUCER_PAYABLE)}
    bank, in_transit = bank_names(bank_account_id)
    held = find_balance(session, bank) - find_balance(session, in_transit)
    return _compute(session, payable, held, bank_account_id=bank_account_id, on=on)


def plan_payouts(session: Session, *, by: Actor, bank_account_id: int, on: date) -> PayoutBatch:
    """Plan a batch that pays from a bank account on the day *on* whatever is payable and in no other batch.

    What is planned is reserved. All payable accounts are locked first, so that two plans at once never take the same money.

    Raises:
        BatchUnknown: the office has no such bank account, or it is closed.
        NothingToPay: nobody can be paid; no batch was made.

    """
    authorize(by, Act.PLAN_PAYOUTS)
    get_open_account(session, bank_account_id)
    names = {one.account for one in find_balances(session, kind=AccountKind.PRODUCER_PAYABLE)}
    bank, in_transit = bank_names(bank_account_id)
    balances = lock_balances(session, names | {bank, in_transit})
    get_open_account(session, bank_account_id)  # somebody may have closed it before it was locked
    payable = {name: balances[name] for name in names}
    plan = _compute(session, payable, balances[bank] - balances[in_transit], bank_account_id=bank_account_id, on=on)
    if not plan.payouts:
        why = [_explain(one) for one in plan.left_out]
        raise NothingToPay(say_all([say("Nobody can be paid now; no payouts were planned."), *why[:_MOST_REASONS]]))
    batch = _write(session, plan, by=by, bank_account_id=bank_account_id, on=on)
    facts = {"number": batch.number, "payouts": len(plan.payouts), "total_rp": plan.total_rp}
    record_event(
        session, by=by, act="payouts planned", subject=f"payout_batch:{batch.id}", **facts, on=str(on),
        left_out=len(plan.left_out),
    )  # fmt: skip
    record_notices(session, [Message("payouts.planned", "role:dinas_finance", facts)])
    return batch


_MOST_REASONS = 5


def bank_names(bank_account_id: int) -> tuple[AccountName, AccountName]:
    """Return the ledger's accounts of what a bank account holds, and of what is on its way out of it."""
    return (
        AccountName(AccountKind.BANK, bank_account_id=bank_account_id),
        AccountName(AccountKind.IN_TRANSIT, bank_account_id=bank_account_id),
    )


def get_open_account(session: Session, bank_account_id: int) -> BankAccount:
    """Return one of the office's bank accounts that is in use.

    Raises:
        BatchUnknown: there is none.

    """
    account = session.get(BankAccount, bank_account_id, populate_existing=True)
    if account is None or account.closed_on is not None:
        raise BatchUnknown(say("The office has no such bank account in use; no payouts were planned."))
    return account


def _explain(one: Omitted) -> str:
    why = explain_left_out(one.reason, one.facts)
    return say("{name} ({amount}): {why}", name=one.payee.name, amount=Rupiah(one.amount_rp), why=why)


def _compute(
    session: Session, payable: dict[AccountName, Rupiah], held: Rupiah, *, bank_account_id: int, on: date
) -> Plan:
    pairs = _find_pairs(session, payable, on=on)
    accounts = {
        key: PayeeState(one.id, one.payable_from or date.max)
        for key, one in find_confirmed(session, [pair.payee.key for pair in pairs]).items()
    }
    reserved = session.scalar(_RESERVED, {"bank": bank_account_id}) or 0
    plan = compute_plan(pairs, accounts, in_bank_rp=held.amount - reserved, on=on)
    unpaid = tuple(
        Omitted(Payee("producer", row.id, row.code, row.name), row.rp, LeftOut.PARTNER_HAS_NOT_PAID)
        for row in session.execute(_NOT_PAID)
    )
    return Plan(plan.payouts, (*plan.left_out, *unpaid), plan.in_bank_rp)


def _find_pairs(session: Session, payable: dict[AccountName, Rupiah], *, on: date) -> list[PairMoney]:
    positive = {(name.partner_id, name.producer_id): amount for name, amount in payable.items() if amount.amount > 0}
    pairs = []
    for row in session.execute(_PAIRS, {"on": on}):
        amount = positive.get((row.partner_id, row.producer_id))
        if amount is None:
            continue
        payee = (
            Payee("producer", row.producer_id, row.code, row.name)
            if row.cooperative_id is None
            else Payee("cooperative", row.cooperative_id, row.cooperative_code, row.cooperative)
        )
        pairs.append(
            PairMoney(
                partner_id=row.partner_id,
                producer_id=row.producer_id,
                payee=payee,
                payable_rp=amount.amount,
                reserved_rp=row.reserved_rp or 0,
                minimum_rp=row.minimum_rp or 0,
                batch=row.batch or "",
            )
        )
    return pairs


def _write(session: Session, plan: Plan, *, by: Actor, bank_account_id: int, on: date) -> PayoutBatch:
    number = format_batch_number(on.year, _take_number(session, on.year))
    batch = PayoutBatch(
        number=number,
        bank_account_id=bank_account_id,
        state="planned",
        left_out=[omitted_as_json(one) for one in plan.left_out],
        planned_by=by.user_id,
        planned_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    rows = [_as_row(batch, place, one) for place, one in enumerate(plan.payouts, start=1)]
    ids = insert_rows(session, "payout", rows, rest="RETURNING id")
    insert_rows(session, "payout_part", list(_parts_as_rows(ids, plan.payouts)))
    return batch


def _as_row(batch: PayoutBatch, place: int, one: PlannedPayout) -> dict[str, Any]:
    is_producer = one.payee.kind == "producer"
    return {
        "batch_id": batch.id,
        "reference": format_reference(batch.number, place),
        "producer_id": one.payee.id if is_producer else None,
        "cooperative_id": None if is_producer else one.payee.id,
        "payee_account_id": one.account_id,
        "amount_rp": one.amount_rp,
        "state": "planned",
    }


def _parts_as_rows(ids: Sequence[int], payouts: Sequence[PlannedPayout]) -> Iterable[dict[str, Any]]:
    for payout_id, one in zip(ids, payouts, strict=True):
        for part in one.parts:
            yield {"payout_id": payout_id, **vars(part)}


def omitted_as_json(one: Omitted) -> dict[str, Any]:
    """Return who is left out as a batch keeps it: payee, code, name, amount_rp, reason, and the facts of the reason."""
    return {
        "payee": one.payee.key,
        "code": one.payee.code,
        "name": one.payee.name,
        "amount_rp": one.amount_rp,
        "reason": one.reason.value,
        "facts": dict(one.facts),
    }


def _take_number(session: Session, year: int) -> int:
    """Take the year's next number; others wait until this transaction ends, so numbers have no gaps."""
    counter = postgresql.insert(BatchCounter).values(year=year, last=1)
    taken = counter.on_conflict_do_update(index_elements=["year"], set_={"last": BatchCounter.last + 1})
    return session.execute(taken.returning(BatchCounter.last)).scalar_one()
