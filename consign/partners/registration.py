"""Producers who register: by themselves, or with the help of a field officer."""

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.accounts import record_consent, refuse_without_consent
from consign.identity.actions import LoginTaken, insert_user, record_event
from consign.identity.queries import describe_actor
from consign.identity.rules import PERMITTED, Act, Actor, Role, authorize
from consign.identity.secrets import hash_password, refuse_weak_password
from consign.identity.spelling import normalize_login, normalize_phone, tidy_name
from consign.models.identity import UserAccount
from consign.models.partners import Producer
from consign.outbox import Message, record_notices
from consign.partners.actions import get_producer_to_change, lock_producer_codes
from consign.partners.rules import PRODUCER_CODE, NibTaken, format_producer_code, parse_nib, parse_regency
from consign.sentence import say

_OUR_CODE = f"^{PRODUCER_CODE}([0-9]{{1,9}})$"
"""Codes that are counted; longer numbers were not given by the region."""


def register_producer(
    session: Session,
    *,
    business_name: str,
    owner_name: str,
    nib: str,
    login: str,
    password: str,
    agreed: bool,
) -> UserAccount:
    """Add a producer that registers itself, with its owner as user, and tell the verifiers, who are to confirm it.

    Raises:
        ConsentMissing: the owner does not agree to the privacy notice.
        BadInput: a name is blank or too long, or the login is neither an e-mail address nor a phone number.
        NibInvalid: the NIB is not 13 digits.
        PasswordTooWeak: the password is too short or easily guessed.
        NibTaken: a producer with this NIB is there already.
        LoginTaken: the login has an account already.

    """
    refuse_without_consent(agreed=agreed)
    business, owner = tidy_name(business_name), tidy_name(owner_name)
    digits, wanted = parse_nib(nib), normalize_login(login)
    refuse_weak_password(password, known=[wanted, owner, business])
    _refuse_taken_nib(session, digits)
    _refuse_taken_login(session, wanted)
    password_hash = hash_password(password)  # takes long, so it is done before anybody has to wait for the codes
    phone = wanted if wanted.startswith("+") else None
    with session.begin_nested():  # no producer without its owner, and no owner without the producer
        producer = Producer(name=business, owner_name=owner, nib=digits, phone=phone)
        _insert_producer(session, producer)
        _refuse_taken_login(session, wanted)
        user = insert_user(
            session,
            login=wanted,
            name=owner,
            role=Role.PRODUCER,
            producer_id=producer.id,
            password_hash=password_hash,
        )
    by = describe_actor(user)
    record_event(
        session, by=by, act="producer registered itself", subject=f"producer:{producer.id}", code=producer.code
    )
    record_consent(session, by=by, user_id=user.id)
    _tell_verifiers(session, producer)
    return user


def register_for(
    session: Session,
    *,
    by: Actor,
    business_name: str,
    owner_name: str,
    nib: str | None,
    phone: str | None,
    regency: str | None,
    is_entity: bool,
    agreed_on_paper: bool,
) -> Producer:
    """Add a producer that has no account, for whom people of the dinas act; its owner agreed on paper.

    Whoever may confirm producers confirms it at once; what a field officer registers waits for a verifier. *regency*
    is where it produces, blank for the region itself.

    Raises:
        NotAllowed: *by* does not register producers.
        ConsentMissing: there is no signed paper.
        BadInput: a name is blank or too long, the phone number is none, or there is no such regency.
        NibInvalid: the NIB is not 13 digits.
        NibTaken: a producer with this NIB is there already.

    """
    authorize(by, Act.REGISTER_PRODUCERS)
    refuse_without_consent(agreed=agreed_on_paper)
    producer = Producer(
        name=tidy_name(business_name),
        owner_name=tidy_name(owner_name),
        nib=parse_nib(nib) if nib else None,
        phone=normalize_phone(phone) if phone else None,
        regency=parse_regency(regency) if regency else None,
        is_entity=is_entity,
        confirmed_at=clock.now() if by.role in PERMITTED[Act.MANAGE_PRODUCERS] else None,
    )
    _insert_producer(session, producer)
    record_event(session, by=by, act="producer registered", subject=f"producer:{producer.id}", code=producer.code)
    record_consent(session, by=by, producer_id=producer.id)
    if producer.confirmed_at is None:
        _tell_verifiers(session, producer)
    return producer


def confirm_producer(session: Session, *, by: Actor, producer_id: int) -> None:
    """Confirm a producer that registered, and tell it; done again it changes nothing.

    Raises:
        NotAllowed: *by* does not manage producers.
        ProducerMissing: there is no such producer.

    """
    authorize(by, Act.MANAGE_PRODUCERS)
    producer = get_producer_to_change(session, producer_id)
    if producer.confirmed_at is not None:
        return
    producer.confirmed_at = clock.now()
    session.flush()
    record_event(session, by=by, act="producer confirmed", subject=f"producer:{producer_id}")
    facts = {"code": producer.code, "name": producer.name}
    record_notices(session, [Message("partners.producer_confirmed", f"producer:{producer_id}", facts)])


def _insert_producer(session: Session, producer: Producer) -> None:
    """Insert *producer* with the region's next code; until the transaction ends nobody else gets one.

    Raises:
        NibTaken: a producer with its NIB is there already.

    """
    lock_producer_codes(session)
    if producer.nib is not None:
        _refuse_taken_nib(session, producer.nib)
    producer.code = _next_code(session)
    session.add(producer)
    session.flush()


def _next_code(session: Session) -> str:
    number = func.max(func.substring(Producer.code, _OUR_CODE).cast(Integer))
    highest = session.scalar(select(number)) or 0
    return format_producer_code(highest + 1)


def _refuse_taken_nib(session: Session, nib: str) -> None:
    if session.scalar(select(Producer.id).where(Producer.nib == nib)) is not None:
        raise NibTaken(
            say(
                "A producer with the NIB {nib} is there already; nothing was registered."
                " If it is yours, ask the dinas for an invitation.",
                nib=nib,
            )
        )


def _refuse_taken_login(session: Session, login: str) -> None:
    if session.scalar(select(UserAccount.id).where(UserAccount.login == login)) is not None:
        raise LoginTaken(
            say(
                "{login} has an account already; nothing was registered."
                " Sign in with it, ask for a new password, or ask the dinas for an invitation.",
                login=login,
            )
        )


def _tell_verifiers(session: Session, producer: Producer) -> None:
    facts = {"producer_id": producer.id, "code": producer.code, "name": producer.name}
    record_notices(session, [Message("partners.producer_registered", "role:verifier", facts)])
