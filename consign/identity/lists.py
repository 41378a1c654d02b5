"""Users and the audit trail as people look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, Select, String, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.accounts import UserMissing
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, match_word, parse_id
from consign.models.catalogue import Product
from consign.models.identity import AuditEvent, UserAccount, UserLink, UserSession
from consign.models.partners import Cooperative, Partner, Producer, Store
from consign.sentence import say

WAITS_AFTER = timedelta(days=7)
"""An invited person who has not signed in for so long is asked after."""


def _select_users(by: Actor) -> Select[Any]:
    get_reach(by, Act.READ_USERS)
    seen = select(func.max(UserSession.seen_at)).where(UserSession.user_id == UserAccount.id).scalar_subquery()
    columns: list[Value] = [
        UserAccount.id,
        UserAccount.name,
        UserAccount.login,
        UserAccount.role,
        func.coalesce(Producer.name, Cooperative.name, Store.name, Partner.name).label("held_for"),
        UserAccount.active,
        UserAccount.totp_secret.is_not(None).label("second_factor"),
        UserAccount.password_hash.is_not(None).label("has_password"),
        seen.label("seen_at"),
        UserAccount.added_at,
        UserAccount.partner_id,
        Partner.code.label("partner_code"),
        UserAccount.store_id,
        UserAccount.producer_id,
        Producer.code.label("producer_code"),
    ]
    return (
        select(*columns)
        .select_from(UserAccount)
        .outerjoin(Partner, Partner.id == UserAccount.partner_id)
        .outerjoin(Store, Store.id == UserAccount.store_id)
        .outerjoin(Producer, Producer.id == UserAccount.producer_id)
        .outerjoin(Cooperative, Cooperative.id == UserAccount.cooperative_id)
    )


def find_user_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the users.

    Filters: `role`, `partner` (a code), `active` (`yes` or `no`) and `seen` (`never`: invited more than a week ago and
    never signed in). A row has id, name, login, role, held_for, active, second_factor, has_password, seen_at and added_at.
    """
    query, asked = _select_users(by), wish.filters
    if asked.get("role"):
        query = query.where(UserAccount.role == asked["role"])
    if asked.get("partner"):
        query = query.where(Partner.code == asked["partner"])
    if asked.get("active"):
        query = query.where(UserAccount.active == (asked["active"] == "yes"))
    if asked.get("seen"):
        query = query.where(_never_came())
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="name",
        searched=[UserAccount.name, UserAccount.login, Partner.name, Store.name, Producer.name, Cooperative.name],
        tie=UserAccount.id,
    )


def _never_came() -> Any:  # noqa: ANN401  # a condition of SQLAlchemy
    """Return the condition that a user was invited more than a week ago, was not shut out, and never signed in."""
    until = clock.now() - WAITS_AFTER
    invited = exists().where(
        UserLink.user_id == UserAccount.id, UserLink.kind == "invitation", UserLink.made_at < until
    )
    came = exists().where(UserSession.user_id == UserAccount.id)
    return UserAccount.active & invited & ~came


def count_never_came(session: Session) -> int:
    """Return how many users were invited more than a week ago and never signed in."""
    return session.scalar(select(func.count()).select_from(UserAccount).where(_never_came())) or 0


def get_user_facts(session: Session, *, by: Actor, user_id: str) -> RowMapping:
    """Return the user whose id stands in an address, as a row of the list of users.

    Raises:
        UserMissing: there is none.

    """
    query = _select_users(by).where(UserAccount.id == parse_id(user_id))
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise UserMissing(say("There is no such user; nothing was changed."))
    return row


@dataclass(frozen=True)
class Subject:
    """What an audit event is about: its *kind*, how pages call it, and the address of its page, where it has one."""

    kind: str
    name: str
    path: str | None


def find_event_page(session: Session, *, by: Actor, zone: str, wish: Wish) -> Found:
    """Return a page of the audit trail, the newest event first unless asked otherwise.

    Filters: `act`, `who` (part of a login or a name), `subject` (`product`, or `product:17`), `since` and `until` (days
    by the clock of *zone*, both inside). A search looks into act, subject, detail and person. A row has seq, at, login,
    name, act, subject and detail.
    """
    get_reach(by, Act.READ_AUDIT)
    detail = cast(AuditEvent.detail, String)
    columns: list[Value] = [
        AuditEvent.seq,
        AuditEvent.at,
        UserAccount.login,
        UserAccount.name,
        AuditEvent.act,
        AuditEvent.subject,
        AuditEvent.detail,
    ]
    query = select(*columns).select_from(AuditEvent).outerjoin(UserAccount, UserAccount.id == AuditEvent.user_id)
    asked = wish.filters
    if asked.get("act"):
        query = query.where(AuditEvent.act == asked["act"])
    if asked.get("who"):
        query = query.where(
            or_(match_word(UserAccount.login, asked["who"]), match_word(UserAccount.name, asked["who"]))
        )
    if asked.get("subject"):
        kind = f"{asked['subject']}:"
        query = query.where(
            or_(AuditEvent.subject == asked["subject"], AuditEvent.subject.startswith(kind, autoescape=True))
        )
    if asked.get("since"):
        query = query.where(AuditEvent.at >= _midnight(asked["since"], zone))
    if asked.get("until"):
        query = query.where(AuditEvent.at < _midnight(asked["until"], zone, after_days=1))
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts={"seq": AuditEvent.seq, "at": AuditEvent.seq, "act": AuditEvent.act, "name": UserAccount.name},
        default_sort="-seq",
        searched=[AuditEvent.act, AuditEvent.subject, detail, UserAccount.login, UserAccount.name],
        tie=AuditEvent.seq,
    )


def _midnight(day: str, zone: str, *, after_days: int = 0) -> datetime:
    """Return the instant at which a day begins by the clock of *zone*; the last day there is stands for what is beyond."""
    first = date.fromisoformat(day)
    begun = first + timedelta(days=min(after_days, (date.max - first).days))
    return datetime.combine(begun, time.min, ZoneInfo(zone))


_NAMED: Mapping[str, tuple[Any, Any, str]] = {
    "partner": (Partner, Partner.code, "/partners/{code}"),
    "producer": (Producer, Producer.code, "/producers/{code}"),
    "product": (Product, Product.code, "/products/{code}"),
    "store": (Store, Store.code, "/stores/{id}"),
    "user": (UserAccount, UserAccount.login, "/users/{id}"),
}
"""By the first part of a subject: the table, the column with the code, and the address of the page."""
_NUMBERED = {
    "agreement": "/agreements/{id}",
    "closing": "/closings/{id}",
    "document": "/papers/{id}",
    "note": "/goods/{id}",
    "reference": "/references/{id}",
    "upload": "/uploads/{id}",
    "waiver": "/waivers/{id}",
}


def find_subjects(session: Session, subjects: Sequence[str]) -> dict[str, Subject]:
    """Return what each of *subjects*, written as `product:17`, is called, and where its page is."""
    ids: dict[str, set[int]] = {}
    for one in subjects:
        kind, _, number = one.partition(":")
        if kind in _NAMED and (known := parse_id(number)) is not None:
            ids.setdefault(kind, set()).add(known)
    parts = [
        select(literal(kind).label("kind"), table.id, code.label("code"), table.name).where(table.id.in_(ids[kind]))
        for kind, (table, code, _) in _NAMED.items()
        if kind in ids
    ]
    rows = session.execute(union_all(*parts)).all() if parts else []
    found = {
        f"{row.kind}:{row.id}": Subject(
            row.kind, f"{row.code} · {row.name}", _NAMED[row.kind][2].format(code=row.code, id=row.id)
        )
        for row in rows
    }
    for one in subjects:
        kind, _, number = one.partition(":")
        path = _NUMBERED.get(kind)
        found.setdefault(one, Subject(kind, number, path.format(id=number) if path else None))
    return found
