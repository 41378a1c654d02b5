"""Which stores offer a product: one after the other, never twice on a day, ended and begun again."""

from datetime import date
from typing import Any

import pytest

from consign.catalogue.listings import end_listing, find_listed_page, find_listings, find_places, list_product
from consign.catalogue.rules import ListingMissing, ListingOverlaps
from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.identity.rules import Actor, Role
from consign.listing import Wish
from consign.models.catalogue import ProductListing
from consign.partners.actions import add_partner, add_store, close_store
from consign.partners.rules import UnknownCode
from consign.period import Cycle
from tests.builders import OPENED, City
from tests.identity.people import events

MAR, JUN, SEP = date(2026, 3, 1), date(2026, 6, 30), date(2026, 9, 1)


def list_in(city: City, store: int = 0, *, first: date = MAR, product: int = 0) -> ProductListing:
    return list_product(
        city.session, by=city.admin, product=city.products[product], store_id=city.stores[store].id, first=first
    )


def end(city: City, listing: ProductListing, last: date = JUN) -> ProductListing:
    return end_listing(city.session, by=city.admin, listing_id=listing.id, last=last)


def seen(city: City, on: date, *, most: int = 10) -> list[tuple[str, str, date, date | None]]:
    """Return the first product's listings: store, state, first and last day."""
    rows = find_listings(city.session, product_id=city.products[0].id, on=on, most=most)
    return [(row["store"], row["state"], row["first"], row["last"]) for row in rows]


def told(city: City) -> list[tuple[str, str, dict[str, object]]]:
    finish(city.session)
    return [(act, subject, detail) for act, subject, _, detail in events(city.session)]


def test_a_listing_goes_on_until_it_is_ended_and_its_last_day_still_counts(city: City):
    listing = list_in(city)
    assert seen(city, MAR) == [("Gerai T1", "now", MAR, None)]
    end(city, listing)
    assert seen(city, JUN) == [("Gerai T1", "now", MAR, JUN)]
    assert seen(city, date(2026, 7, 1)) == [("Gerai T1", "over", MAR, JUN)]
    assert seen(city, date(2026, 2, 28)) == [("Gerai T1", "ahead", MAR, JUN)]


def test_both_acts_are_recorded(city: City):
    end(city, list_in(city))
    subject, store_id = f"product:{city.products[0].id}", city.stores[0].id
    assert told(city)[-2:] == [
        ("product listed", subject, {"store_id": store_id, "from_on": "2026-03-01"}),
        ("listing ended", subject, {"store_id": store_id, "last": "2026-06-30"}),
    ]


def test_a_store_offers_a_product_once_on_a_day(city: City):
    listing = list_in(city)
    for first in (OPENED, MAR, SEP):
        with pytest.raises(ListingOverlaps, match="Gerai T1 offers Keripik Singkong"):
            list_in(city, first=first)
    end(city, listing)
    with pytest.raises(ListingOverlaps):
        list_in(city, first=JUN)  # the last day is inside
    again = list_in(city, first=date(2026, 7, 1))
    with pytest.raises(ListingOverlaps):
        end(city, listing, date(2026, 7, 1))
    assert seen(city, SEP) == [("Gerai T1", "now", date(2026, 7, 1), None), ("Gerai T1", "over", MAR, JUN)]
    assert again.id != listing.id


def test_other_stores_and_other_products_are_no_matter(city: City):
    list_in(city)
    list_in(city, 1)
    list_in(city, product=1)
    assert [one[0] for one in seen(city, MAR)] == ["Gerai T1", "Gerai T2"]


def test_ended_twice_on_the_same_day_changes_nothing(city: City):
    listing = list_in(city)
    end(city, listing)
    before = len(told(city))
    end(city, listing)
    assert len(told(city)) == before


def test_a_listing_may_end_earlier_or_later_than_was_said(city: City):
    listing = list_in(city)
    for last in (JUN, MAR, SEP):
        end(city, listing, last)
        assert seen(city, MAR) == [("Gerai T1", "now", MAR, last)]
    with pytest.raises(BadInput, match="It begins on"):
        end(city, listing, date(2026, 2, 28))


def test_what_is_not_there_is_said(city: City):
    with pytest.raises(ListingMissing):
        end_listing(city.session, by=city.admin, listing_id=987_654_321, last=JUN)
    with pytest.raises(UnknownCode):
        list_product(city.session, by=city.admin, product=city.products[0], store_id=987_654_321, first=MAR)


def test_a_closed_store_begins_nothing(city: City):
    close_store(city.session, by=city.admin, store=city.stores[0], last_day=JUN)
    list_in(city, first=JUN)
    with pytest.raises(BadInput, match="until"):
        list_in(city, product=1, first=date(2026, 7, 1))


def test_producers_stores_and_readers_list_nothing(city: City):
    producer = Actor(1, "p@umkm.example", Role.PRODUCER, producer_id=city.producers[0].id)
    manager = Actor(1, "t1@bm.example", Role.STORE_MANAGER, partner_id=city.partner.id, store_id=city.stores[0].id)
    listing = list_in(city)
    for by in (producer, manager, city.finance, city.auditor):
        with pytest.raises(NotAllowed):
            list_product(city.session, by=by, product=city.products[1], store_id=city.stores[0].id, first=MAR)
        with pytest.raises(NotAllowed):
            end_listing(city.session, by=by, listing_id=listing.id, last=JUN)


def test_what_is_offered_stands_before_what_will_be_and_what_was(city: City):
    other = add_partner(city.session, by=city.admin, code="AB", name="Angkasa", kind="hotel", cycle=Cycle.MONTH)
    for code in ("A1", "A2"):
        city.stores.append(
            add_store(
                city.session, by=city.admin, partner_id=other.id, code=code, name=f"Loka {code}", zone="Asia/Makassar",
                opened_on=OPENED,
            )
        )  # fmt: skip
    end(city, list_in(city, 0), JUN)
    list_in(city, 1)
    list_in(city, 2, first=date(2026, 12, 1))
    list_in(city, 3)
    assert [(store, state) for store, state, *_ in seen(city, SEP)] == [
        ("Loka A2", "now"),
        ("Gerai T2", "now"),
        ("Loka A1", "ahead"),
        ("Gerai T1", "over"),
    ]
    rows = find_listings(city.session, product_id=city.products[0].id, on=SEP, most=1)
    assert [(row["store"], row["total"], row["total_now"]) for row in rows] == [("Loka A2", 4, 2)]


def test_a_store_lists_what_it_offers_or_will(city: City):
    end(city, list_in(city))
    list_in(city, product=1, first=SEP)

    def offered(on: date, **wish: Any) -> list[str]:
        found = find_listed_page(city.session, store_id=city.stores[0].id, on=on, wish=Wish(**wish))
        assert found.total == len(found.rows)
        return [row["name"] for row in found.rows]

    assert offered(JUN) == ["Keripik Singkong", "Sambal Gami"]
    assert offered(date(2026, 7, 1)) == ["Sambal Gami"]
    assert offered(JUN, search="dapur 1") == ["Keripik Singkong"]
    assert offered(JUN, sort="-first") == ["Sambal Gami", "Keripik Singkong"]


def test_a_partners_stores_say_whether_they_offer_it(city: City):
    def places(on: date) -> list[tuple[str, date | None, date | None]]:
        rows = find_places(city.session, product_id=city.products[0].id, partner_id=city.partner.id, on=on)
        return [(row["code"], row["first"], row["last"]) for row in rows]

    listing = list_in(city)
    assert places(MAR) == [("T1", MAR, None), ("T2", None, None)]
    end(city, listing)
    list_in(city, first=SEP)
    assert places(JUN) == [("T1", MAR, JUN), ("T1", SEP, None), ("T2", None, None)]
    assert places(SEP) == [("T1", SEP, None), ("T2", None, None)]
    close_store(city.session, by=city.admin, store=city.stores[1], last_day=JUN)
    assert places(SEP) == [("T1", SEP, None)]
