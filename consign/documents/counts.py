"""How many papers end soon or wait for somebody: the figures and tasks of first pages."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.standing import Standing, State
from consign.identity.rules import Act, Actor, get_reach
from consign.models.catalogue import Product
from consign.models.documents import Document, ProductEligibility


@dataclass(frozen=True)
class Ends:
    """How many papers in force have ended, and how many end within 7, 30 and 60 days; the later ones hold the earlier."""

    past: int
    within_7: int
    within_30: int
    within_60: int


@dataclass(frozen=True)
class OwnPapers:
    """What waits for a producer."""

    drafts: int
    """Papers whose values are not confirmed yet."""
    to_correct: int
    ending: int
    """Papers in force that end within 30 days."""
    blocked: int
    """Products that may not be delivered."""
    products: int
    """All of its products; none where it has only just registered."""


def count_ends(session: Session, *, by: Actor, on: date) -> Ends:
    """Count the ends of papers that *by* may see, in one statement."""
    reach = get_reach(by, Act.READ_PAPERS)
    end = Document.ends_on
    counts = [func.count().filter(end < on)]
    counts += [func.count().filter(end.between(on, on + timedelta(days))) for days in (7, 30, 60)]
    query = select(*counts).where(Document.state == State.APPROVED)
    if reach.producer_id is not None:
        query = query.where(Document.producer_id == reach.producer_id)
    past, seven, thirty, sixty = list(session.execute(query).one())
    return Ends(past, seven, thirty, sixty)


def count_own(session: Session, *, by: Actor, on: date) -> OwnPapers:
    """Count what waits for the producer whom *by* acts for, in one statement.

    Raises:
        NotAllowed: *by* acts for no producer.

    """
    producer_id = get_reach(by, Act.READ_OWN_PAPERS).producer_id
    soon = (Document.state == State.APPROVED) & Document.ends_on.between(on, on + timedelta(30))
    blocked = (
        select(func.count())
        .select_from(ProductEligibility)
        .join(Product, Product.id == ProductEligibility.product_id)
        .where(Product.producer_id == producer_id, ProductEligibility.standing == Standing.BLOCKED)
    )
    products = select(func.count()).select_from(Product).where(Product.producer_id == producer_id)
    query = select(
        func.count().filter(Document.state == State.DRAFT),
        func.count().filter(Document.state == State.NEEDS_CORRECTION),
        func.count().filter(soon),
        blocked.scalar_subquery(),
        products.scalar_subquery(),
    ).where(Document.producer_id == producer_id)
    return OwnPapers(*session.execute(query).one())
