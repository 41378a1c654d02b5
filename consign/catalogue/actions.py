"""Adding products, prices, barcodes and tills' codes; saying what sort of goods a product is."""

from dataclasses import asdict
from datetime import date, timedelta

from psycopg.errors import UniqueViolation
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.numbers import LONGEST_GTIN, as_same_length, parse_gtin
from consign.catalogue.rules import (
    BarcodeTaken,
    Details,
    PriceOverlaps,
    ProductCodeTaken,
    ProductUnknown,
    refuse_impossible_class,
    refuse_impossible_content,
    refuse_impossible_details,
)
from consign.errors import BadInput, refuse_blank
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Barcode, Product, ProductAlias, ProductPrice
from consign.money import Rupiah
from consign.partners.due import mark_due
from consign.sentence import say

NOTHING_SAID = Details()
_LOCK_PRODUCT = text("SELECT id FROM product WHERE id = :id FOR NO KEY UPDATE")


def add_product(
    session: Session,
    *,
    by: Actor,
    producer_id: int,
    code: str,
    name: str,
    net_content: int,
    net_unit: str,
    goods_class: str | None,
    food_group: str | None,
    details: Details = NOTHING_SAID,
    follows_id: int | None = None,
) -> Product:
    """Add one product in one size and packaging; class and group are blank where nobody has said them yet.

    *follows_id* names the product whose place it takes.

    Raises:
        BadInput: code or name is blank, the content is not above zero, there is no such unit, or a detail cannot be.
        ClassImpossible: there is no such class, or no such group with it.
        ProductCodeTaken: another product has this code.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=producer_id)
    refuse_blank(code=code, name=name)
    refuse_impossible_class(goods_class, food_group)
    refuse_impossible_content(net_content, net_unit)
    refuse_impossible_details(details)
    product = Product(
        producer_id=producer_id,
        code=code,
        name=name,
        net_content=net_content,
        net_unit=net_unit,
        goods_class=goods_class,
        food_group=food_group,
        follows_id=follows_id,
        **asdict(details),
    )
    try:
        with session.begin_nested():
            session.add(product)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            taken = say("Another product has the code '{code}'; no product was added.", code=code)
            raise ProductCodeTaken(taken) from error
        raise
    record_event(session, by=by, act="product added", subject=f"product:{product.id}", code=code)
    mark_due(session, [producer_id])
    return product


def set_class(session: Session, *, by: Actor, product: Product, goods_class: str, food_group: str | None) -> None:
    """Say what sort of goods *product* is, so that it is known which papers it needs; done again it changes nothing.

    Raises:
        ClassImpossible: there is no such class, or no such group with it.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=product.producer_id)
    refuse_impossible_class(goods_class, food_group)
    session.refresh(product, with_for_update={"key_share": True})
    before = {"goods_class": product.goods_class, "food_group": product.food_group}
    after = {"goods_class": goods_class, "food_group": food_group}
    if before == after:
        return
    product.goods_class, product.food_group = goods_class, food_group
    session.flush()
    subject = f"product:{product.id}"
    record_event(session, by=by, act="product's class set", subject=subject, before=before, after=after)
    mark_due(session, [product.producer_id])


def set_price(session: Session, *, by: Actor, product: Product, price_rp: int, from_on: date) -> None:
    """Let the consumer price be *price_rp* from *from_on* on; the price before ends on the day before.

    Raises:
        BadInput: the price is not above zero.
        PriceOverlaps: a price that begins on the same day or later stands already.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=product.producer_id)
    if price_rp <= 0:
        raise BadInput(say("A price must be above zero, {price} is not; no price was set.", price=Rupiah(price_rp)))
    taken = say(
        "{product} has a price from {day} or later already; no price was set.", product=product.name, day=from_on
    )
    lock_product(session, product)
    prices = session.scalars(
        select(ProductPrice).where(ProductPrice.product_id == product.id).execution_options(populate_existing=True)
    ).all()
    if any(price.days.lower is None or price.days.lower >= from_on for price in prices):
        raise PriceOverlaps(taken)
    for price in prices:
        if price.days.contains(from_on):
            price.days = Range(price.days.lower, from_on)
    session.flush()
    session.add(ProductPrice(product_id=product.id, days=Range(from_on, None), price_rp=price_rp))
    session.flush()
    record_event(
        session,
        by=by,
        act="price set",
        subject=f"product:{product.id}",
        price_rp=price_rp,
        from_on=str(from_on),
    )


def add_gtin(session: Session, *, by: Actor, product: Product, gtin: str, from_on: date) -> str:
    """Give the product the producer's own GTIN from *from_on* on.

    A number before it, the producer's own or one of the city, is printed until the day before and goes on finding the
    product for ever.

    Raises:
        GtinInvalid: the number is no GTIN.
        BarcodeTaken: it names a product already, perhaps written with fewer or more zeros before it.

    """
    authorize(by, Act.MANAGE_CODES, producer_id=product.producer_id)
    number = parse_gtin(gtin)
    taken = say("The number {number} is in use for a product, for ever; no barcode was added.", number=number)
    lock_product(session, product)
    # A GTIN-12 is a GTIN-13 without its leading zero: a till may print it either way.
    same = func.lpad(Barcode.number, LONGEST_GTIN, "0") == as_same_length(number)
    if session.scalar(select(Barcode.number).where(same)) is not None:
        raise BarcodeTaken(taken)
    try:
        with session.begin_nested():
            session.execute(
                update(Barcode)
                .where(Barcode.product_id == product.id, Barcode.until_on.is_(None), Barcode.from_on <= from_on)
                .values(until_on=from_on - timedelta(1))
            )
            session.add(
                Barcode(
                    number=number,
                    product_id=product.id,
                    kind="gtin",
                    from_on=from_on,
                    until_on=None,
                    added_by=by.user_id,
                    added_at=clock.now(),
                )
            )
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):  # another transaction added it in the meantime
            raise BarcodeTaken(taken) from error
        raise
    record_event(session, by=by, act="barcode added", subject=f"product:{product.id}", number=number)
    return number


def add_product_alias(session: Session, *, by: Actor, partner_id: int, product: Product, alias: str) -> None:
    """Let *partner_id*'s tills call the product *alias*; matched to the letter, also in its case.

    Raises:
        BadInput: the alias is blank.
        ProductCodeTaken: the partner uses this code for another product.

    """
    authorize(by, Act.MANAGE_CODES, producer_id=product.producer_id)
    refuse_blank(alias=alias)
    alias = alias.strip()
    standing = session.get(ProductAlias, (partner_id, alias), with_for_update=True, populate_existing=True)
    holds = standing is not None and standing.ended_at is None
    if standing is not None and holds and standing.product_id == product.id:
        return
    if holds:
        raise ProductCodeTaken(say("The partner uses '{alias}' for another product; no alias was added.", alias=alias))
    if standing is not None:  # one that was found wrong; what it meant stands in the audit trail
        standing.product_id, standing.added_at = product.id, clock.now()
        standing.ended_at = standing.ended_reason = None
    else:
        session.add(ProductAlias(partner_id=partner_id, alias=alias, product_id=product.id, added_at=clock.now()))
    session.flush()
    record_event(
        session,
        by=by,
        act="product alias added",
        subject=f"product:{product.id}",
        partner_id=partner_id,
        alias=alias,
    )


def end_product_alias(session: Session, *, by: Actor, partner_id: int, alias: str, reason: str) -> ProductAlias:
    """Let a partner's code name nothing any more; what was posted by it stays posted.

    Raises:
        ProductUnknown: the partner calls no product so.
        BadInput: no reason is given.

    """
    authorize(by, Act.MANAGE_CODES)
    refuse_blank(reason=reason)
    standing = session.get(ProductAlias, (partner_id, alias.strip()), with_for_update=True, populate_existing=True)
    if standing is None or standing.ended_at is not None:
        raise ProductUnknown(say("The partner's tills call no product '{alias}'; nothing was changed.", alias=alias))
    standing.ended_at, standing.ended_reason = clock.now(), reason.strip()
    session.flush()
    facts = {"partner_id": partner_id, "alias": standing.alias, "reason": reason.strip()}
    record_event(session, by=by, act="product alias ended", subject=f"product:{standing.product_id}", **facts)
    return standing


def lock_product(session: Session, product: Product) -> None:
    """Hold *product* until the transaction ends: two people who end the same price or number would wait for each other."""
    session.execute(_LOCK_PRODUCT, {"id": product.id})
