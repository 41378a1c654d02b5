"""The verifiers' queue: papers that wait, the one that waits longest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from compliance.standing import State
from consign.documents.masked import select_number
from consign.documents.parts import WAITING
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.documents import Document
from consign.models.identity import UserAccount
from consign.models.partners import Producer

_HOLDER, _FIRST = aliased(UserAccount, name="holder"), aliased(UserAccount, name="first")
_LOOKS = ("first", "second")


@dataclass(frozen=True)
class Waiting:
    """How many papers wait: all that nobody holds, those of them that wait for a second look, and those *by* holds."""

    papers: int
    second_looks: int
    mine: int
    oldest_at: datetime | None
    """Since when the one waits that waits longest; blank where none does."""


def find_queue_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the papers that wait for a decision, also of those that somebody holds.

    Filters: `kind`, `look` (`first` or `second`), `held` (`mine`, `others` or `nobody`). A row has id, kind, state,
    number, producer_code, producer, verdict, submitted_at, claimed_by, claimed_by_name, claimed_at, first_by_name, and
    may_claim: whether *by* may take it now.
    """
    get_reach(by, Act.REVIEW_PAPERS)
    may_claim = (
        Document.state.in_((State.SUBMITTED, State.SECOND_LOOK))
        & (Document.submitted_by != by.user_id)
        & (func.coalesce(Document.first_by, 0) != by.user_id)
    )
    columns: list[Value] = [
        Document.id,
        Document.kind,
        Document.state,
        select_number(by),
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        Document.verdict,
        Document.submitted_at,
        Document.claimed_by,
        _HOLDER.name.label("claimed_by_name"),
        Document.claimed_at,
        _FIRST.name.label("first_by_name"),
        may_claim.label("may_claim"),
    ]
    query = (
        select(*columns)
        .select_from(Document)
        .join(Producer, Producer.id == Document.producer_id)
        .outerjoin(_HOLDER, _HOLDER.id == Document.claimed_by)
        .outerjoin(_FIRST, _FIRST.id == Document.first_by)
        .where(Document.state.in_(WAITING))
    )
    if wish.filters.get("kind"):
        query = query.where(Document.kind == wish.filters["kind"])
    if (look := wish.filters.get("look")) in _LOOKS:
        query = query.where(Document.first_by.is_(None) if look == "first" else Document.first_by.is_not(None))
    match wish.filters.get("held"):
        case "mine":
            query = query.where(Document.claimed_by == by.user_id)
        case "others":
            query = query.where(Document.claimed_by != by.user_id)
        case "nobody":
            query = query.where(Document.claimed_by.is_(None))
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="submitted_at",
        searched=[sorts["number"], Producer.code, Producer.name],
        tie=Document.id,
    )


def count_waiting(session: Session, *, by: Actor) -> Waiting:
    """Count what waits for verifiers, in one statement."""
    get_reach(by, Act.REVIEW_PAPERS)
    unheld = Document.state.in_((State.SUBMITTED, State.SECOND_LOOK))
    row = session.execute(
        select(
            func.count().filter(unheld).label("papers"),
            func.count().filter(Document.state == State.SECOND_LOOK).label("second_looks"),
            func.count().filter(Document.claimed_by == by.user_id).label("mine"),
            func.min(Document.submitted_at).filter(unheld).label("oldest_at"),
        ).where(Document.state.in_(WAITING))
    ).one()
    return Waiting(row.papers, row.second_looks, row.mine, row.oldest_at)
