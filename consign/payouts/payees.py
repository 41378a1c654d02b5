"""Where producers and cooperatives are paid to: stated by one person, confirmed by another, slow where it changes."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from compliance import bank_account
from compliance.banks import find_bank
from compliance.facts import Kind, Paper
from compliance.masking import mask
from compliance.names import Likeness, compare_with_any
from compliance.refusals import NumberRefused
from consign import clock
from consign.documents.wording import sentence_of, to_sentence
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import tidy_name
from consign.models.partners import Cooperative, Producer
from consign.models.payouts import PayeeAccount
from consign.outbox import Message, record_notices
from consign.partners.queries import get_region_terms
from consign.payouts.rules import (
    AccountByOne,
    AccountDecided,
    AccountNumberRefused,
    AccountStands,
    BankUnknown,
    PayeeAccountUnknown,
    compute_payable_from,
)
from consign.sentence import Sentence, say

ANOTHER = "another account was stated"
"""Why one that waited was refused when its owner stated the next."""


def state_account(
    session: Session,
    *,
    by: Actor,
    bank_code: str,
    number: str,
    holder: str,
    producer_id: int | None = None,
    cooperative_id: int | None = None,
) -> PayeeAccount:
    """State the bank account of a producer or of a cooperative, one of the two. It waits until another person confirms it.

    One that waited is refused by it. The owner is told, so that nobody changes an account behind its back.

    Raises:
        PayeeAccountUnknown: there is no such owner; nothing was changed.
        AccountNumberRefused: the number is that of a phone or a wallet, or none of a bank account.
        BankUnknown: no bank has this code.
        AccountStands: this very account is confirmed, or waits, already.

    """
    authorize(by, Act.STATE_PAYEE_ACCOUNTS, producer_id=producer_id)
    owner = _lock_owner(session, producer_id, cooperative_id)
    digits, bank = _parse_number(number), _parse_bank(bank_code)
    own = session.scalars(_select_own(owner).where(PayeeAccount.outcome.in_(("waiting", "confirmed")))).all()
    if any((one.bank_code, one.number) == (bank, digits) and one.holder == tidy_name(holder) for one in own):
        raise AccountStands(say("This account is known already; nothing was changed."))
    now = clock.now()
    for one in own:
        if one.outcome == "waiting":
            one.outcome, one.decided_by, one.decided_at, one.decided_reason = "refused", by.user_id, now, ANOTHER
    account = PayeeAccount(
        producer_id=producer_id,
        cooperative_id=cooperative_id,
        bank_code=bank,
        number=digits,
        holder=tidy_name(holder),
        stated_by=by.user_id,
        stated_at=now,
        outcome="waiting",
    )
    session.add(account)
    session.flush()
    _tell(session, by, account, "payouts.account_stated", before=None)
    record_notices(session, [Message("payouts.account_waits", "role:verifier", describe_account(session, account))])
    return account


def confirm_account(session: Session, *, by: Actor, account_id: int) -> PayeeAccount:
    """Confirm an account that another person stated. A first one may be paid to at once, a changed one after a while.

    The one that was confirmed before ends.

    Raises:
        PayeeAccountUnknown: there is none.
        AccountDecided: it does not wait any more.
        AccountByOne: the same person stated it.

    """
    authorize(by, Act.CONFIRM_PAYEE_ACCOUNTS)
    account = _get_waiting(session, account_id)
    if account.stated_by == by.user_id:
        raise AccountByOne(say("You stated this account yourself; another person confirms it. Nothing was changed."))
    owner = (account.producer_id, account.cooperative_id)
    before = session.scalars(_select_own(owner).where(PayeeAccount.outcome.in_(("confirmed", "ended")))).all()
    terms = get_region_terms(session)
    now, today = clock.now(), clock.today(terms.zone)
    standing = next((one for one in before if one.outcome == "confirmed"), None)
    if standing is not None:
        standing.outcome = "ended"
        session.flush()  # an owner has one confirmed account at a time
    account.outcome, account.decided_by, account.decided_at = "confirmed", by.user_id, now
    account.payable_from = compute_payable_from(
        confirmed_on=today, is_first=not before, wait_days=terms.account_wait_days
    )
    session.flush()
    old = describe_account(session, standing) if standing else None
    _tell(session, by, account, "payouts.account_confirmed", before=old)
    return account


def refuse_account(session: Session, *, by: Actor, account_id: int, reason: str) -> PayeeAccount:
    """Refuse an account that waits; the one before it goes on.

    Raises:
        PayeeAccountUnknown: there is none.
        AccountDecided: it does not wait any more.
        BadInput: the reason is blank or too long.

    """
    authorize(by, Act.CONFIRM_PAYEE_ACCOUNTS)
    said = tidy_reason(reason)
    account = _get_waiting(session, account_id)
    account.outcome, account.decided_by, account.decided_at = "refused", by.user_id, clock.now()
    account.decided_reason = said
    session.flush()
    _tell(session, by, account, "payouts.account_refused", before=None)
    return account


def find_cautions(session: Session, account: PayeeAccount, *, on: date) -> list[Sentence]:
    """Return what whoever confirms an account should look at: how long its number is, and in whose name it stands."""
    paper = Paper(
        kind=Kind.BANK_ACCOUNT,
        number=account.number,
        details={"bank": account.bank_code, "account_name": account.holder},
    )
    found = [to_sentence(one.reason) for one in bank_account.assess(paper, on=on) if one.code.startswith(_LOOKED_AT)]
    names = _owner_names(session, account)
    match = compare_with_any(account.holder, names)
    if match is None or match.likeness is Likeness.DIFFERENT:
        found.append(
            say("The account stands in the name {holder}, its owner is {owner}.", holder=account.holder, owner=names)
        )
    elif match.likeness is Likeness.SIMILAR:
        found.append(
            say("The name {holder} is much like {owner}, but not the same.", holder=account.holder, owner=names)
        )
    return found


_LOOKED_AT = ("bank_account.length", "bank_account.like_a_phone")


def describe_account(session: Session, account: PayeeAccount) -> dict[str, str | int | None]:
    """Return what notices and the audit trail say of an account: plain values, its number masked."""
    bank = find_bank(account.bank_code)
    return {
        "account": account.id,
        "owner": _owner_names(session, account)[0],
        "bank": bank.name if bank else account.bank_code,
        "number": mask(Kind.BANK_ACCOUNT, account.number),
        "holder": account.holder,
        "outcome": account.outcome,
        "payable_from": account.payable_from.isoformat() if account.payable_from else None,
        "reason": account.decided_reason,
    }


_ACTS = {
    "payouts.account_stated": "payee account stated",
    "payouts.account_confirmed": "payee account confirmed",
    "payouts.account_refused": "payee account refused",
}
"""What the audit trail calls what the owner is told of."""


def _tell(
    session: Session,
    by: Actor,
    account: PayeeAccount,
    kind: str,
    *,
    before: dict[str, str | int | None] | None,
) -> None:
    told = describe_account(session, account)
    recipient = f"producer:{account.producer_id}" if account.producer_id else f"cooperative:{account.cooperative_id}"
    record_notices(session, [Message(kind, recipient, told)])
    record_event(
        session,
        by=by,
        act=_ACTS[kind],
        subject=f"payee_account:{account.id}",
        recipient=recipient,
        before=before,
        after=told,
    )


def _owner_names(session: Session, account: PayeeAccount) -> list[str]:
    if account.producer_id is not None:
        producer = session.get_one(Producer, account.producer_id)
        return [producer.name, *([producer.owner_name] if producer.owner_name else [])]
    return [session.get_one(Cooperative, account.cooperative_id).name]


def _lock_owner(session: Session, producer_id: int | None, cooperative_id: int | None) -> tuple[int | None, int | None]:
    """Lock the owner, so that of two accounts stated or confirmed at once one is first."""
    if (producer_id is None) == (cooperative_id is None):
        raise PayeeAccountUnknown(say("An account belongs to a producer or to a cooperative; nothing was changed."))
    table: type[Producer | Cooperative] = Producer if producer_id is not None else Cooperative
    found = session.scalar(select(table.id).where(table.id == (producer_id or cooperative_id)).with_for_update())
    if found is None:
        raise PayeeAccountUnknown(say("There is no such producer or cooperative; nothing was changed."))
    return producer_id, cooperative_id


def _select_own(owner: tuple[int | None, int | None]) -> Select[PayeeAccount]:
    producer_id, cooperative_id = owner
    return select(PayeeAccount).where(
        func.coalesce(PayeeAccount.producer_id, 0) == (producer_id or 0),
        func.coalesce(PayeeAccount.cooperative_id, 0) == (cooperative_id or 0),
    )


def _get_waiting(session: Session, account_id: int) -> PayeeAccount:
    account = session.get(PayeeAccount, account_id)
    if account is None:
        raise PayeeAccountUnknown(say("There is no such account; nothing was changed."))
    _lock_owner(session, account.producer_id, account.cooperative_id)
    session.refresh(account, with_for_update=True)
    if account.outcome != "waiting":
        raise AccountDecided(say("This account was decided about before; nothing was changed."))
    return account


def _parse_number(text: str) -> str:
    try:
        return bank_account.parse(text).compact
    except NumberRefused as error:
        raise AccountNumberRefused(say("{why} Nothing was changed.", why=sentence_of(error))) from error


def _parse_bank(code: str) -> str:
    bank = find_bank(code.strip())
    if bank is None:
        raise BankUnknown(
            say("“{code}” is no code of a bank, such as 014 for BCA; nothing was changed.", code=code.strip()[:20])
        )
    return bank.code


def find_confirmed(session: Session, keys: Sequence[str]) -> dict[str, PayeeAccount]:
    """Return the confirmed accounts of owners, named such as `producer:17`."""
    wanted = set(keys)
    query = select(PayeeAccount).where(PayeeAccount.outcome == "confirmed").execution_options(populate_existing=True)
    found = {
        (f"producer:{one.producer_id}" if one.producer_id is not None else f"cooperative:{one.cooperative_id}"): one
        for one in session.scalars(query)
    }
    return {key: one for key, one in found.items() if key in wanted}
