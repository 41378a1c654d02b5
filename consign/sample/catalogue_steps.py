"""Goods, numbers, shelves and photos of the sample city: what its products show beside prices and papers.

Each function adds what is missing, by the acts of the city's people.
"""

import io
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from consign.catalogue.actions import add_gtin, add_product, set_price
from consign.catalogue.changes import Facts, Reason
from consign.catalogue.changing import set_photo, succeed_product
from consign.catalogue.importing import try_import
from consign.catalogue.label_facts import Look, Wanted
from consign.catalogue.labels import Sheet, make_labels, order_labels
from consign.catalogue.listings import end_listing, list_product
from consign.catalogue.queries import get_product
from consign.catalogue.register import issue_number, reserve_range, retire_number, set_register_terms
from consign.catalogue.rules import NotEligible
from consign.catalogue.stocks import begin_test, find_stock_called
from consign.files import Files
from consign.identity.queries import get_actor
from consign.models.catalogue import (
    Barcode,
    LabelOrder,
    NumberSeries,
    Product,
    ProductImport,
    ProductListing,
    ReservedRange,
)
from consign.partners.queries import find_stores, get_partner, get_producer
from consign.sample.goods import CityGoods, make_gtin, read_city_goods, read_goods, read_producers
from consign.sample.months import Months
from consign.sample.people import ADMIN, VERIFIER
from consign.sample.pictures import PICTURES, draw_picture
from consign.sample.stores import SUPERMARKET, SamplePartner

PREFIX = "20"
PUBLIC_ADDRESS = "http://127.0.0.1:8000"
SCALES = ("2100", "2149", "Timbangan daging dan buah")
"""Numbers that the supermarket's scales print."""
CITY_NUMBERED, ITS_GTIN = "BPN-086", make_gtin(86)
"""Goods whose producer got a GTIN after the number of the city."""
DAYS_UNTIL_GTIN = 14
RETIRED = "BPN-083"
RETIRED_BECAUSE = "Produk tidak dibuat lagi; cetakan kemasannya rusak."
LISTED_BY = "kopi@umkm.example"
LIST_NAME = "produk-kopi-bukit-karang.csv"
LIST = """Kode produk,Nama produk,Isi bersih,Satuan,Kemasan,Masa simpan,Komposisi,Harga
BPN-009,Kopi Robusta Bubuk,200,g,foil,365,Kopi robusta (100%).,32000
BPN-010,Kopi Liberika Biji Sangrai,250,g,foil,365,,65000
,Kopi Saring Isi Lima,5,pcs,kertas,365,Kopi robusta bubuk (100%).,24000
,Kopi Gula Aren Siap Seduh,180,g,plastik,270,"Kopi robusta (60%), gula aren.",dua puluh ribu
"""
"""A list with a change, a new product, and a price that is no number."""


def ensure_goods(session: Session, months: Months) -> bool:
    """Add the goods that came in the second month, or after it, with their prices; return whether any was missing."""
    standing = set(session.scalars(select(Product.code)))
    missing = [one for one in read_city_goods() if one.code not in standing]
    for one in missing:
        from_on = _find_begin(one, months)
        product = _add_goods(session, one, from_on=from_on, months=months)
        set_price(session, by=get_actor(session, ADMIN), product=product, price_rp=one.price_rp, from_on=from_on)
    return bool(missing)


def _find_begin(goods: CityGoods, months: Months) -> date:
    """Return the first day on which the goods are sold: what takes another's place begins after the second month."""
    return months.second.last + timedelta(1) if goods.follows else months.second.first


def _add_goods(session: Session, goods: CityGoods, *, from_on: date, months: Months) -> Product:
    admin = get_actor(session, ADMIN)
    until = months.second.last if goods.code == RETIRED else None
    details = replace(goods.details, sold_from=from_on, sold_until=until)
    if goods.follows is not None:
        return succeed_product(
            session,
            by=admin,
            product=get_product(session, goods.follows),
            code=goods.code,
            facts=Facts(goods.name, goods.content, goods.unit, details),
            reason=Reason.NET_CONTENT,
            last=from_on - timedelta(1),
        )
    return add_product(
        session,
        by=admin,
        producer_id=get_producer(session, goods.producer).id,
        code=goods.code,
        name=goods.name,
        net_content=goods.content,
        net_unit=goods.unit,
        goods_class=goods.goods_class,
        food_group=goods.food_group,
        details=details,
    )


def ensure_register(session: Session) -> bool:
    """Say how numbers of the city begin, and which ones a partner's scales print; return whether either was missing."""
    admin, changed = get_actor(session, ADMIN), False
    if session.scalars(select(NumberSeries.prefix).limit(1)).first() is None:
        set_register_terms(session, by=admin, prefix=PREFIX, before_papers=False, public_address=PUBLIC_ADDRESS)
        changed = True
    if session.scalars(select(ReservedRange.id).limit(1)).first() is None:
        first, last, note = SCALES
        partner_id = get_partner(session, SUPERMARKET.code).id
        reserve_range(session, by=admin, partner_id=partner_id, first=first, last=last, note=note)
        changed = True
    return changed


def ensure_numbers(session: Session, months: Months) -> bool:
    """Give goods without a number one of the city; let a GTIN take over from one, and retire another.

    Goods whose papers do not allow it get none, in a city that was loaded before there were such goods.
    """
    verifier, changed = get_actor(session, VERIFIER), False
    for one in read_city_goods():
        product = get_product(session, one.code)
        if _has_barcode(session, product):
            continue
        try:
            number = issue_number(session, by=verifier, product=product, on=_find_begin(one, months))
        except NotEligible:
            continue
        changed = True
        if one.code == RETIRED:
            retire_number(session, by=verifier, number=number, reason=RETIRED_BECAUSE, on=months.second.last)
    product = get_product(session, CITY_NUMBERED)
    if not _has_barcode(session, product, Barcode.kind == "gtin"):
        from_on = months.second.first + timedelta(DAYS_UNTIL_GTIN)
        add_gtin(session, by=verifier, product=product, gtin=ITS_GTIN, from_on=from_on)
        changed = True
    return changed


def _has_barcode(session: Session, product: Product, *conditions: ColumnElement[bool]) -> bool:
    query = select(Barcode.number).where(Barcode.product_id == product.id, *conditions).limit(1)
    return session.scalar(query) is not None


def ensure_listings(session: Session, sample: SamplePartner, months: Months) -> bool:
    """Put what a partner agreed with producers on its stores' shelves; return whether anything was missing.

    What another product followed, or is made no more, left them with the second month.
    """
    partner, verifier = get_partner(session, sample.code), get_actor(session, VERIFIER)
    stores = find_stores(session, partner_id=partner.id)
    agreed = {one.code for one in read_producers() if sample.code in one.fees_bp}
    products = {one.code: one for one in session.scalars(select(Product))}
    listed = {
        (row.product_id, row.store_id)
        for row in session.execute(select(ProductListing.product_id, ProductListing.store_id))
    }
    city = read_city_goods()
    begins = {one.code: _find_begin(one, months) for one in city}
    left = {RETIRED, *(one.follows for one in city)}
    changed = False
    for goods in (*read_goods(), *city):
        for store in stores if goods.producer in agreed else ():
            product = products[goods.code]
            if (product.id, store.id) in listed:
                continue
            first = begins.get(goods.code, months.began_on)
            listing = list_product(session, by=verifier, product=product, store_id=store.id, first=first)
            if goods.code in left:
                end_listing(session, by=verifier, listing_id=listing.id, last=months.second.last)
            changed = True
    return changed


def ensure_photos(session: Session, *, files: Files) -> bool:
    """Put drawn photos to some products that have none; return whether any had none."""
    changed = False
    for code, picture in PICTURES.items():
        product = get_product(session, code)
        if product.photo_sha256 is None:
            source = io.BytesIO(draw_picture(picture, name=product.name, brand=product.brand or ""))
            set_photo(session, by=get_actor(session, ADMIN), product=product, source=source, files=files)
            changed = True
    return changed


def ensure_labels(session: Session, *, files: Files, on: date) -> bool:
    """Make a sheet of labels and begin a test scan for a producer; return whether they were missing."""
    if session.scalar(select(LabelOrder.id).limit(1)) is not None:
        return False
    by = get_actor(session, LISTED_BY)
    codes = session.scalars(
        select(Product.code).where(Product.producer_id == by.producer_id).order_by(Product.code).limit(2)
    ).all()
    wanted = [Wanted(code, 5, "K-2611", on + timedelta(180)) for code in codes]
    sheet = find_stock_called(session, by=by, name="Tom & Jerry 121")
    order = order_labels(
        session, by=by, wanted=wanted, look=Look(price=True, permit=True), sheet=Sheet(sheet.id, sheet.dpi), on=on
    )
    make_labels(session, files, order)
    roll = find_stock_called(session, by=by, name="Termal 33x15 3 lajur")
    begin_test(session, by=by, stock=roll, dpi=roll.dpi)
    return True


def ensure_list(session: Session, *, files: Files, on: date) -> bool:
    """Let a producer hand in a list that nobody has taken over yet; return whether it was missing."""
    content = LIST.encode()
    known = select(ProductImport.id).where(ProductImport.sha256 == sha256(content).hexdigest()).limit(1)
    if session.scalar(known) is not None:
        return False
    by = get_actor(session, LISTED_BY)
    try_import(
        session,
        by=by,
        source=io.BytesIO(content),
        name=LIST_NAME,
        producer_id=by.producer_id,
        files=files,
        on=on,
    )
    return True
