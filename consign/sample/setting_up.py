"""Everybody and everything that is there before anything is sold: each function adds what is missing."""

from sqlalchemy.orm import Session

from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_price
from consign.errors import Conflict
from consign.identity.actions import add_user
from consign.identity.queries import find_users, get_actor
from consign.identity.rules import Actor
from consign.models.catalogue import Product
from consign.models.partners import Producer
from consign.partners.actions import add_partner, add_producer, add_store, add_store_alias
from consign.partners.agreeing import add_agreement
from consign.partners.cooperatives import get_cooperative
from consign.partners.queries import find_partners, get_partner, get_producer, get_store
from consign.partners.rules import UnknownCode
from consign.sample.goods import Goods, SampleProducer, read_goods
from consign.sample.months import Months
from consign.sample.paper_plan import TAX_NUMBERS
from consign.sample.people import ADMIN, OFFICE, OTHERS, Person
from consign.sample.stores import FEES_BY_PRODUCT_BP, MINIMARKET, PARTNERS, ZONE, SamplePartner, agree_terms
from consign.sentence import say


class RegionInUse(Conflict):
    """The region belongs to people who are not of the sample city; nothing was loaded."""

    code = "sample.region_in_use"


def ensure_office(session: Session) -> bool:
    """Add the people of the dinas; return whether any was missing.

    Raises:
        RegionInUse: others are there already.

    """
    standing = {user.login for user in find_users(session)}
    if standing and ADMIN not in standing:
        raise RegionInUse(
            say(
                "The region has users who are not of the sample city; nothing was loaded."
                " Load it into a region of its own."
            )
        )
    missing = [person for person in OFFICE if person.login not in standing]
    for person in missing:
        by = None if person.login == ADMIN else get_actor(session, ADMIN)
        add_user(session, by=by, login=person.login, name=person.name, role=person.role)
    return bool(missing)


def ensure_people(session: Session) -> bool:
    """Add the people of partners, stores, producers and the cooperative; return whether any was missing."""
    standing = {user.login for user in find_users(session)}
    missing = [person for person in OTHERS if person.login not in standing]
    admin = get_actor(session, ADMIN)
    for person in missing:
        _add_person(session, person, by=admin)
    return bool(missing)


def _add_person(session: Session, person: Person, *, by: Actor) -> None:
    partner_id = get_partner(session, person.partner).id if person.partner else None
    store_id = producer_id = None
    if person.store and partner_id:
        store_id = get_store(session, partner_id=partner_id, code=person.store).id
    if person.producer:
        producer_id = get_producer(session, person.producer).id
    add_user(
        session,
        by=by,
        login=person.login,
        name=person.name,
        role=person.role,
        partner_id=partner_id,
        store_id=store_id,
        producer_id=producer_id,
        cooperative_id=get_cooperative(session, person.cooperative).id if person.cooperative else None,
    )


def ensure_partner(session: Session, sample: SamplePartner, months: Months) -> bool:
    """Add a partner with its stores, open since the city began; return whether it was missing."""
    if sample.code in {partner.code for partner in find_partners(session)}:
        return False
    admin = get_actor(session, ADMIN)
    partner = add_partner(
        session, by=admin, code=sample.code, name=sample.name, kind=sample.kind, cycle=sample.cycle, taxes=sample.taxes
    )
    for one in sample.stores:
        store = add_store(
            session,
            by=admin,
            partner_id=partner.id,
            code=one.code,
            name=one.name,
            zone=ZONE,
            opened_on=months.began_on,
        )
        if one.alias:
            add_store_alias(session, by=admin, store=store, alias=one.alias)
    return True


def ensure_producer(session: Session, sample: SampleProducer, months: Months) -> bool:
    """Add a producer with its goods and agreements; return whether it was missing."""
    if _stands(session, sample.code):
        return False
    admin = get_actor(session, ADMIN)
    producer = add_producer(
        session,
        by=admin,
        code=sample.code,
        name=sample.name,
        nib=sample.nib,
        owner_name=sample.owner_name,
        phone=sample.phone,
        is_entity=sample.code in TAX_NUMBERS,
    )
    for partner in PARTNERS:
        if partner.code in sample.fees_bp:
            _agree(session, producer, partner, fee_rate_bp=sample.fees_bp[partner.code], months=months)
    for goods in read_goods():
        if goods.producer == sample.code:
            product = _add_goods(session, producer, goods, months)
            _agree_on_product(session, product, sample, months)
    return True


def _stands(session: Session, code: str) -> bool:
    try:
        get_producer(session, code)
    except UnknownCode:
        return False
    return True


def _agree(session: Session, producer: Producer, sample: SamplePartner, *, fee_rate_bp: int, months: Months) -> None:
    add_agreement(
        session,
        by=get_actor(session, ADMIN),
        partner_id=get_partner(session, sample.code).id,
        producer_id=producer.id,
        first=months.began_on,
        last=None,
        terms=agree_terms(sample, producer=producer.code, fee_rate_bp=fee_rate_bp),
    )


def _agree_on_product(session: Session, product: Product, sample: SampleProducer, months: Months) -> None:
    for partner in PARTNERS:
        fee_rate_bp = FEES_BY_PRODUCT_BP.get((partner.code, product.code))
        if fee_rate_bp is not None:
            add_agreement(
                session,
                by=get_actor(session, ADMIN),
                partner_id=get_partner(session, partner.code).id,
                producer_id=product.producer_id,
                product_id=product.id,
                first=months.began_on,
                last=None,
                terms=agree_terms(partner, producer=sample.code, fee_rate_bp=fee_rate_bp),
            )


def _add_goods(session: Session, producer: Producer, goods: Goods, months: Months) -> Product:
    """Add a product with its prices, its barcode, and the minimarket's code for it."""
    admin = get_actor(session, ADMIN)
    product = add_product(
        session,
        by=admin,
        producer_id=producer.id,
        code=goods.code,
        name=goods.name,
        net_content=goods.content,
        net_unit=goods.unit,
        goods_class=goods.goods_class,
        food_group=goods.food_group,
        details=goods.details,
    )
    set_price(session, by=admin, product=product, price_rp=goods.price_rp, from_on=months.began_on)
    if goods.new_price_rp is not None:
        set_price(session, by=admin, product=product, price_rp=goods.new_price_rp, from_on=months.second.first)
    add_gtin(session, by=admin, product=product, gtin=goods.gtin, from_on=months.began_on)
    minimarket = get_partner(session, MINIMARKET.code)
    add_product_alias(session, by=admin, partner_id=minimarket.id, product=product, alias=goods.plu)
    return product
