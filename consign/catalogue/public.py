"""What everybody may know of a product: who scans the code on its pack is told this, and nothing of its owner."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.catalogue.numbers import GTIN_LENGTHS, LONGEST_GTIN, as_same_length
from consign.catalogue.rules import ProductUnknown
from consign.documents.on_label import LabelNumber, find_label_numbers
from consign.sentence import say

MOST_STORES = 60
"""Stores that are named; the others are counted."""
_DIGITS: Final = re.compile(r"[0-9]{8,14}")
_BATCH: Final = re.compile(r"[!-~]{1,20}")
"""Source: GS1 General Specifications, AI (10): up to 20 signs, none of them a space."""

_PRODUCT = text("""
    SELECT barcode.number, barcode.until_on AS printed_until, barcode.retired_at IS NOT NULL AS is_retired,
      product.id, product.producer_id, producer.name AS producer, product.name, product.brand, product.net_content,
      product.net_unit, product.pieces, product.packaging, product.shelf_life_days, product.ingredients,
      product.photo_sha256, product.thumb_sha256, product.sold_from, product.sold_until,
      (SELECT price_rp FROM product_price WHERE product_id = product.id AND days @> CAST(:on AS date)) AS price_rp,
      (SELECT one.number FROM barcode AS one
        WHERE one.product_id = product.id AND one.from_on <= :on AND (one.until_on IS NULL OR one.until_on >= :on)
          AND one.retired_at IS NULL
        ORDER BY one.from_on DESC, one.number LIMIT 1) AS current,
      follower.number AS follower, follower.name AS follower_name,
      (SELECT public_address FROM register_terms) AS address
    FROM barcode
    JOIN product ON product.id = barcode.product_id
    JOIN producer ON producer.id = product.producer_id AND producer.confirmed_at IS NOT NULL
    LEFT JOIN LATERAL (
      SELECT one.number, later.name FROM product AS later JOIN barcode AS one ON one.product_id = later.id
      WHERE later.follows_id = product.id AND one.from_on <= :on AND one.until_on IS NULL
      ORDER BY later.id DESC, one.from_on DESC LIMIT 1) AS follower ON true
    WHERE barcode.number = ANY(:spellings)
    LIMIT 1""")
_PHOTO = text("""
    SELECT product.photo_sha256, product.thumb_sha256
    FROM barcode
    JOIN product ON product.id = barcode.product_id
    JOIN producer ON producer.id = product.producer_id AND producer.confirmed_at IS NOT NULL
    WHERE barcode.number = ANY(:spellings) AND product.photo_sha256 IS NOT NULL
    LIMIT 1""")
_STORES = text("""
    SELECT partner.name AS partner, store.name AS store, count(*) OVER () AS all_stores
    FROM product_listing
    JOIN store ON store.id = product_listing.store_id
    JOIN partner ON partner.id = store.partner_id
    WHERE product_listing.product_id = :product_id AND product_listing.days @> CAST(:on AS date)
      AND store.opened_on <= :on AND (store.closed_on IS NULL OR store.closed_on >= :on)
    ORDER BY partner.name, store.name, store.id
    LIMIT :most""")


@dataclass(frozen=True)
class Place:
    """A partner with its stores that offer the product, by name."""

    partner: str
    stores: Sequence[str]


@dataclass(frozen=True)
class Follower:
    """The product that took the place of another."""

    number: str
    name: str


@dataclass(frozen=True)
class PublicProduct:
    """A product as everybody may see it."""

    number: str
    """The number it was asked by, as it is printed."""
    printed_until: date | None
    """Last day on which that number is printed; blank where no end was said."""
    is_retired: bool
    """Whether that number was taken out of use without a later one."""
    current: str | None
    """The number that is printed on it now; blank where none is."""
    name: str
    brand: str | None
    producer: str
    net_content: int
    net_unit: str
    pieces: int
    packaging: str | None
    shelf_life_days: int | None
    ingredients: str | None
    photo_sha256: str | None
    thumb_sha256: str | None
    sold_from: date | None
    sold_until: date | None
    price_rp: int | None
    """Consumer price on the day."""
    follower: Follower | None
    """What took its place and has a number; blank where nothing did."""
    papers: Sequence[LabelNumber]
    places: Sequence[Place]
    """Where it is offered on the day, at most 60 stores."""
    more_stores: int
    """Stores that are not named."""
    address: str
    """Where everybody reaches the pages, `https://…`; blank where the dinas has not said it."""


def get_public_product(session: Session, *, number: str, on: date) -> PublicProduct:
    """Return the product with *number*, its own or one of the city, with or without zeros before it.

    Raises:
        ProductUnknown: there is none, or its producer was not confirmed yet.

    """
    row = session.execute(_PRODUCT, {"spellings": _find_spellings(number), "on": on}).mappings().one_or_none()
    if row is None:
        raise _unknown()
    facts = dict(row)
    product_id, producer_id = facts.pop("id"), facts.pop("producer_id")
    follower, follower_name = facts.pop("follower"), facts.pop("follower_name")
    stores = session.execute(_STORES, {"product_id": product_id, "on": on, "most": MOST_STORES}).all()
    places = [
        Place(partner, [one.store for one in group]) for partner, group in groupby(stores, lambda one: one.partner)
    ]
    return PublicProduct(
        **facts,
        follower=Follower(follower, follower_name) if follower is not None else None,
        papers=find_label_numbers(session, producer_id=producer_id, product_id=product_id, on=on),
        places=places,
        more_stores=stores[0].all_stores - len(stores) if stores else 0,
    )


def get_public_photo(session: Session, *, number: str) -> tuple[str, str]:
    """Return the fingerprints of a product's photo, and of the same small.

    Raises:
        ProductUnknown: there is no such product, or no photo of it, or its producer was not confirmed yet.

    """
    row = session.execute(_PHOTO, {"spellings": _find_spellings(number)}).one_or_none()
    if row is None:
        raise _unknown()
    return row.photo_sha256, row.thumb_sha256


def parse_batch(given: str) -> str:
    """Return a batch as a GS1 Digital Link carries it: up to 20 signs without a space.

    Raises:
        ProductUnknown: it is none.

    """
    if not _BATCH.fullmatch(given):
        raise _unknown()
    return given


def _find_spellings(number: str) -> list[str]:
    """Return the number in each length that it may be kept in, since zeros before it say nothing; none for other texts."""
    if not _DIGITS.fullmatch(number):
        return []
    full = as_same_length(number)
    return [full[LONGEST_GTIN - length :] for length in GTIN_LENGTHS if not full[: LONGEST_GTIN - length].strip("0")]


def _unknown() -> ProductUnknown:
    return ProductUnknown(say("There is no product with this number."))
