"""Lines of papers: which of them take each other's place."""

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Session

from compliance.facts import Kind
from consign.documents.parts import find_product_ids, is_of_goods, write_products
from consign.models.documents import ONE_PER_BUSINESS, Document

ONE_OF_A_KIND = frozenset(Kind(name.strip(" '")) for name in ONE_PER_BUSINESS.split(","))
"""Kinds of which a business has one in force; of the others one for each number."""


def is_in_line_of(document: Document) -> ColumnElement[bool]:
    """Return the condition that another paper is of the line of *document*.

    That is what it replaces and whatever else replaces that; of some kinds each paper of the business, of the others
    those with its number.
    """
    same: list[ColumnElement[bool]] = []
    if document.replaces_id is not None:
        same += [Document.id == document.replaces_id, Document.replaces_id == document.replaces_id]
    if Kind(document.kind) in ONE_OF_A_KIND:
        same.append(Document.kind == document.kind)
    elif document.number_compact is not None:
        same.append(Document.number_compact == document.number_compact)
    return and_(
        Document.producer_id == document.producer_id,
        Document.kind == document.kind,
        Document.id != document.id,
        or_(false(), *same),
    )


def has_same_number(document: Document, other: Document) -> bool:
    """Say whether both have a number, and the same."""
    return document.number_compact is not None and document.number_compact == other.number_compact


def take_products_over(session: Session, document: Document, *, earlier: Document) -> None:
    """Let the paper be for the products of an *earlier* one with the same number, too, where both are for products."""
    if not is_of_goods(Kind(document.kind)):
        return
    mine, others = (set(find_product_ids(session, one.id)) for one in (document, earlier))
    write_products(session, document, sorted(mine | others) if mine and others else ())


def leave_rest(session: Session, document: Document, *, earlier: Document) -> bool:
    """Leave the *earlier* paper to the products that *document* is not for; return whether there are any.

    A paper for all products keeps them all: which ones it would be left for is not written down.
    """
    if not is_of_goods(Kind(document.kind)):
        return False
    mine, others = (set(find_product_ids(session, one.id)) for one in (document, earlier))
    if not mine or (others and others <= mine):
        return False
    if others:
        write_products(session, earlier, sorted(others - mine))
    return True
