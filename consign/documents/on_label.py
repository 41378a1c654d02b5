"""Numbers of papers that stand on a product's label, for everybody who reads it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from compliance.standing import State
from consign.models.documents import Document, DocumentProduct

ON_LABEL: Final = (Kind.PIRT, Kind.MD, Kind.NA, Kind.TR, Kind.PKD, Kind.PSAT, Kind.HALAL)
"""Papers whose number the law wants on the label, in the order in which they are read; none of them is personal."""


@dataclass(frozen=True)
class LabelNumber:
    """The number of one paper in force, as the paper prints it."""

    kind: Kind
    number: str


def find_label_numbers(session: Session, *, producer_id: int, product_id: int, on: date) -> list[LabelNumber]:
    """Return the numbers that may stand on the product's label on the day *on*: one of each kind, of papers in force.

    A paper handed in for the very product goes before one of the business as a whole, and of two alike the later one.
    """
    of_any = exists().where(DocumentProduct.document_id == Document.id)
    of_this = of_any.where(DocumentProduct.product_id == product_id)
    query = (
        select(Document.kind, Document.number)
        .where(
            Document.producer_id == producer_id,
            Document.kind.in_([one.value for one in ON_LABEL]),
            Document.state == State.APPROVED,
            Document.number.is_not(None),
            or_(Document.issued_on.is_(None), Document.issued_on <= on),
            or_(Document.ends_on.is_(None), Document.ends_on >= on),
            or_(of_this, ~of_any),
        )
        .order_by(of_this.desc(), func.coalesce(Document.ends_on, date.max).desc(), Document.id.desc())
    )
    found: dict[Kind, str] = {}
    for row in session.execute(query).mappings():
        found.setdefault(Kind(row["kind"]), row["number"])
    return [LabelNumber(kind, _print(kind, found[kind])) for kind in ON_LABEL if kind in found]


def _print(kind: Kind, number: str) -> str:
    """Return the number the way its paper prints it; one that cannot be read stays as it was confirmed."""
    module = KINDS[kind].module
    try:
        return module.format(module.parse(number))
    except NumberRefused:
        return number
