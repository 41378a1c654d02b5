"""Changing what is known of a product, its photo, and the product that takes its place where a new number is needed."""

import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.reading import PaperRefused
from compliance.reading.photo import clean_photo
from consign.catalogue.actions import add_product, lock_product
from consign.catalogue.changes import Facts, Reason, find_reasons
from consign.catalogue.queries import as_details
from consign.catalogue.rules import (
    Details,
    NewNumberNeeded,
    PhotoRefused,
    refuse_impossible_content,
    refuse_impossible_details,
)
from consign.documents.intake import MOST_BYTES, store_file
from consign.documents.wording import sentence_of
from consign.files import Files, copy_within
from consign.identity.actions import change_row, record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import tidy_name
from consign.models.catalogue import Barcode, Product
from consign.partners.due import mark_due
from consign.sentence import Code, say

MOST_PHOTO_BYTES = MOST_BYTES
"""A photo may have as many bytes as a paper: both are opened by the same reader."""


def change_product(session: Session, *, by: Actor, product: Product, facts: Facts, same_goods: bool) -> bool:
    """Write what is known of *product* now; return whether anything was changed. Done again it changes nothing.

    *same_goods*: a person says that another name or other ingredients are only written differently.

    Raises:
        BadInput: the name is blank, or a fact cannot be.
        NewNumberNeeded: the product has a number, and the change makes other goods of it.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=product.producer_id)
    wanted = _refuse_impossible(facts)
    lock_product(session, product)
    session.refresh(product)
    present = find_facts(product)
    _refuse_other_goods(session, product, list(find_reasons(present, wanted, same_goods=same_goods)))
    changed = change_row(session, product, **_as_columns(wanted))
    if not changed:
        return False
    record_event(session, by=by, act="product changed", subject=f"product:{product.id}", **changed)
    mark_due(session, [product.producer_id])
    return True


def succeed_product(
    session: Session,
    *,
    by: Actor,
    product: Product,
    code: str,
    facts: Facts,
    reason: Reason,
    last: date | None,
) -> Product:
    """Add the product that takes the place of *product*, which is offered until *last*, for ever where that is blank.

    Class and group are taken over; prices, numbers and papers are not, since they are those of other goods.

    Raises:
        BadInput: the name is blank, or a fact cannot be.
        ProductCodeTaken: another product has this code.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=product.producer_id)
    wanted = _refuse_impossible(facts)
    lock_product(session, product)
    session.refresh(product)
    if last is not None:
        refuse_impossible_details(Details(sold_from=product.sold_from, sold_until=last))
        product.sold_until = last
    new = add_product(
        session,
        by=by,
        producer_id=product.producer_id,
        code=code,
        name=wanted.name,
        net_content=wanted.net_content,
        net_unit=wanted.net_unit,
        goods_class=product.goods_class,
        food_group=product.food_group,
        details=wanted.details,
        follows_id=product.id,
    )
    record_event(
        session,
        by=by,
        act="product succeeded",
        subject=f"product:{product.id}",
        by_code=new.code,
        reason=reason.value,
        last=last.isoformat() if last else None,
    )
    return new


def set_photo(session: Session, *, by: Actor, product: Product, source: BinaryIO, files: Files) -> None:
    """Keep the photo in *source* as the product's, written anew: upright, at most 1,400 pixels a side, without metadata.

    Raises:
        PhotoRefused: it is no photo, or cannot be opened safely; the earlier one stays.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=product.producer_id)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        path, scratch = Path(folder) / "photo", Path(folder) / "scratch"
        scratch.mkdir()
        copy_within(source, path, most_bytes=MOST_PHOTO_BYTES)
        try:
            photo, thumb = clean_photo(path, scratch=scratch)
        except PaperRefused as refusal:
            raise PhotoRefused(sentence_of(refusal)) from refusal
        kept = {"photo_sha256": store_file(photo, files), "thumb_sha256": store_file(thumb, files)}
    lock_product(session, product)
    session.refresh(product)
    if product.photo_sha256 == kept["photo_sha256"]:
        return
    before = product.photo_sha256
    product.photo_sha256, product.thumb_sha256 = kept["photo_sha256"], kept["thumb_sha256"]
    session.flush()
    subject = f"product:{product.id}"
    record_event(session, by=by, act="product's photo set", subject=subject, before=before, after=product.photo_sha256)


def find_facts(product: Product) -> Facts:
    """Return the product as the rules about numbers know it."""
    return Facts(product.name, product.net_content, product.net_unit, as_details(product))


def _refuse_impossible(facts: Facts) -> Facts:
    """Return the facts with a tidy name.

    Raises:
        BadInput: the name is blank, or a fact cannot be.

    """
    refuse_impossible_content(facts.net_content, facts.net_unit)
    refuse_impossible_details(facts.details)
    return Facts(tidy_name(facts.name), facts.net_content, facts.net_unit, facts.details)


def _refuse_other_goods(session: Session, product: Product, reasons: list[Reason]) -> None:
    number = session.scalar(select(Barcode.number).where(Barcode.product_id == product.id).limit(1))
    if not reasons or number is None:
        return
    raise NewNumberNeeded(
        say(
            "Its number {number} means these very goods, for ever, and this makes other goods of them: {reasons}."
            " Nothing was changed. Make a new product of it, which gets a number of its own.",
            number=number,
            reasons=[Code("number_reason", one) for one in reasons],
        ),
        tuple(reasons),
    )


def _as_columns(facts: Facts) -> dict[str, object]:
    return {
        "name": facts.name,
        "net_content": facts.net_content,
        "net_unit": facts.net_unit,
        **asdict(facts.details),
    }
