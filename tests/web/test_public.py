"""The page behind the code on a pack: everybody sees the product, nobody learns anything of its owner."""

import gzip
import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from compliance.facts import Kind, Stage
from consign import clock
from consign.app import COMPRESSION
from consign.catalogue.actions import add_gtin
from consign.catalogue.changes import Facts, Reason
from consign.catalogue.changing import set_photo, succeed_product
from consign.catalogue.numbers import as_same_length, make_digital_link
from consign.catalogue.public import MOST_STORES
from consign.catalogue.queries import get_product
from consign.catalogue.register import issue_number, retire_number
from consign.catalogue.rules import Details
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision, Typed
from consign.documents.submitting import submit_document, upload_document
from consign.identity.queries import get_actor
from tests.builders import ADMIN, KERIPIK, OPENED, SAMBAL, gtin
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.goods_things import open_register, put_goods
from tests.web.handing_in import ON, make_photo
from tests.web.paper_things import put_papers
from tests.web.test_strangers import first_difference
from tests.web.test_weight import MOST_BYTES, counting
from tests.web.town import FIRST, VERIFIER, Town

EN = "?lang=en"
MOST_STATEMENTS = 5
TODAY = clock.today("Asia/Makassar")


def scan(town: Town, path: str) -> Page:
    """Open a page as somebody who never was here."""
    return Browser(town.app, language=None).get(path)


def tell(town: Town, **told: object) -> None:
    """Write what is known of the first product."""
    with town.database.transaction(REGION) as session:
        product = get_product(session, "PRD-1")
        for name, value in told.items():
            setattr(product, name, value)


def approve(town: Town, kind: Kind, number: str, *, products: tuple[str, ...] = ("PRD-1",), **typed: object) -> None:
    """Let the first producer hold a paper."""
    with town.database.transaction(REGION) as session:
        owner, verifier = get_actor(session, FIRST), get_actor(session, VERIFIER)
        ids = tuple(get_product(session, code).id for code in products)
        producer_id = town.id("producer", code="P1")
        document = upload_document(session, by=owner, producer_id=producer_id, kind=kind, taken=None, product_ids=ids)
        facts = {"number": number, "issued_on": date(2025, 3, 10), "holder": "Dapur 1", **typed}
        submit_document(session, by=owner, document_id=document.id, typed=Typed(**facts), product_ids=ids, on=ON)  # type: ignore[arg-type]
        claim_document(session, by=verifier, document_id=document.id)
        decide_document(
            session, by=verifier, document_id=document.id, decision=Decision.APPROVE, reason=None,
            consulted="bpjph.halal.go.id", on=ON,
        )  # fmt: skip


@pytest.mark.parametrize(
    "path", [f"/p/{KERIPIK}", f"/p/0{KERIPIK}", f"/01/0{KERIPIK}", f"/01/{KERIPIK}", f"/01/0{KERIPIK}/10/B-7"]
)
def test_every_way_to_the_product_shows_it_to_anybody(shared_town: Town, path: str):
    page = scan(shared_town, path)
    assert page.status == 200
    for seen in ("Keripik Singkong", "Dapur 1", "200 g", "Rp15.000", KERIPIK, "Kota Balikpapan"):
        assert seen in page.text
    assert page.source.startswith("<!doctype html>")
    assert '<html lang="id">' in page.source
    assert 'lang="en"' in scan(shared_town, path + EN).source


def test_a_batch_is_shown_where_the_address_names_it(shared_town: Town):
    assert "B-7/2" not in scan(shared_town, f"/01/0{KERIPIK}{EN}").text
    page = scan(shared_town, f"/01/0{KERIPIK}/10/L%26C-7{EN}")
    assert "Your pack Batch L&C-7" in page.text
    link = make_digital_link("https://titipjual.example", KERIPIK, batch="L&C-7")
    assert link == f"https://titipjual.example/01/0{KERIPIK}/10/L%26C-7"
    for batch in ("x" * 21, "Telepon%20Saya", "%C3%A9", "%3Cb%3E%20"):
        assert scan(shared_town, f"/01/0{KERIPIK}/10/{batch}").status == 404
    assert "&lt;b&gt;" in scan(shared_town, f"/01/0{KERIPIK}/10/%3Cb%3E").source


def test_all_that_is_known_of_it_is_shown(town: Town):
    tell(
        town, brand="Dapur Ratmi", packaging="plastic", pieces=6, shelf_life_days=120,
        ingredients="Singkong, minyak & <cabai>",
    )  # fmt: skip
    page = scan(town, f"/p/{KERIPIK}{EN}")
    for seen in ("Dapur Ratmi", "6 pieces, 200 g", "Plastic", "120 days from when it is made", "minyak & <cabai>"):
        assert seen in page.text
    (about,) = [one["content"] for one in page.all("meta") if one.get("name") == "description"]
    assert str(about).startswith("Keripik Singkong, 6 pieces, 200 g, made by Dapur 1, Kota Balikpapan.")
    assert "<title>Keripik Singkong Dapur Ratmi · Dapur 1</title>" in page.source


# Papers: only those that belong on a label, in force, and for this product; nothing personal.


def test_numbers_that_belong_on_the_label_are_shown_and_nothing_personal(town: Town):
    put_papers(town)  # a P-IRT in force, a SLHS, an NPWP that was sent back and a KTP that waits
    with town.database.transaction(REGION) as session:
        session.execute(
            text("UPDATE producer SET owner_name = 'Bu Rahasia 1', phone = '+6281234567890' WHERE code = 'P1'")
        )
    approve(town, Kind.HALAL, "ID64110000214820324")
    approve(town, Kind.NIK, "6471055203800009", products=(), holder="Bu Rahasia 1")
    approve(town, Kind.NPWP, "1234567890123456", products=())
    approve(town, Kind.BANK_ACCOUNT, "9876543210", products=(), details={"bank": "014", "account_name": "Bu Rahasia 1"})
    page = scan(town, f"/p/{KERIPIK}{EN}")
    assert "P-IRT 2066471010123-30" in page.text
    assert "ID64110000214820324" in page.text
    for secret in (
        "Rahasia", "6471055203800009", "1234567890123", "9876543210", "SLHS", "0000000000001", "81234567890", "P1<",
        "PRD-1", "PLU1", FIRST,
    ):  # fmt: skip
        assert secret not in page.source


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        (Kind.PIRT, "206647101012330", "P-IRT 2066471010123-30"),
        (Kind.MD, "MD 231131046789", "231131046789"),
        (Kind.NA, "NA18201300123", "NA18201300123"),
        (Kind.TR, "TR123456789", "TR"),
        (Kind.HALAL, "ID64110000214820324", "ID64110000214820324"),
    ],
)
def test_each_kind_of_permit_is_shown_as_its_paper_prints_it(town: Town, kind: Kind, number: str, shown: str):
    approve(town, kind, number, **({"stage": Stage.ISSUED} if kind is Kind.PIRT else {}))
    page = scan(town, f"/p/{KERIPIK}{EN}")
    assert shown in page.text
    assert page.source.count("<li><b>") == 1
    assert shown not in scan(town, f"/p/{SAMBAL}{EN}").text  # it is of another producer


def test_a_paper_of_another_product_one_that_ended_and_one_that_waits_are_not_shown(town: Town):
    town.ask(
        """INSERT INTO product (producer_id, code, name, net_content, net_unit)
           SELECT id, 'PRD-9', 'Abon', 100, 'g' FROM producer WHERE code = 'P1' RETURNING id"""
    )
    approve(town, Kind.HALAL, "ID64110000214820324", products=("PRD-9",))
    approve(town, Kind.PIRT, "206647101012330", valid_until=date(2030, 3, 9), stage=Stage.ISSUED)
    town.ask("UPDATE document SET ends_on = :day WHERE kind = 'pirt' RETURNING id", day=TODAY - timedelta(1))
    assert "<li><b>" not in scan(town, f"/p/{KERIPIK}").source
    town.ask("UPDATE document SET ends_on = :day WHERE kind = 'pirt' RETURNING id", day=TODAY)  # its last day counts
    assert "2066471010123-30" in scan(town, f"/p/{KERIPIK}").source
    town.ask("UPDATE document SET state = 'rejected' WHERE kind = 'pirt' RETURNING id")
    assert "<li><b>" not in scan(town, f"/p/{KERIPIK}").source


# Where it is sold.


def test_stores_are_named_by_partner_where_they_offer_it_today(town: Town):
    put_goods(town)
    page = scan(town, f"/p/{KERIPIK}{EN}")
    assert "Where it is sold Beruang Mart Gerai T1" in page.text
    assert "Gerai T2" not in page.text
    for change in (
        "UPDATE product_listing SET days = daterange('2026-01-01', :day) RETURNING id",
        "UPDATE product_listing SET days = daterange(:day + 1, NULL) RETURNING id",
    ):
        town.ask(change, day=TODAY)
        assert "Gerai T1" not in scan(town, f"/p/{KERIPIK}").text
    town.ask("UPDATE product_listing SET days = daterange(:day, NULL) RETURNING id", day=TODAY)
    assert "Gerai T1" in scan(town, f"/p/{KERIPIK}").text
    town.ask("UPDATE store SET closed_on = :day WHERE code = 'T1' RETURNING id", day=TODAY - timedelta(1))
    assert "Gerai T1" not in scan(town, f"/p/{KERIPIK}").text


def test_of_very_many_stores_some_are_counted_and_the_page_stays_light(town: Town):
    tell(town, ingredients="Singkong, minyak, cabai. " * 40)
    with town.database.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO store (partner_id, code, name, zone, opened_on)
            SELECT id, 'X' || n, 'Gerai Jauh Nomor ' || md5(n::text), 'Asia/Makassar', '2026-01-01'
            FROM partner, generate_series(1, 600) AS n WHERE code = 'BM'""")
        )
        session.execute(
            text("""
            INSERT INTO product_listing (product_id, store_id, days)
            SELECT product.id, store.id, '[2026-02-01,)' FROM product, store
            WHERE product.code = 'PRD-1' AND store.code LIKE 'X%'""")
        )
    with counting(town) as asked:
        page = scan(town, f"/p/{KERIPIK}{EN}")
    assert page.text.count("Gerai Jauh") == MOST_STORES
    assert f"And {600 - MOST_STORES} more stores." in page.text
    assert len(page.source) <= MOST_BYTES  # also before it is compressed
    assert len(asked) <= MOST_STATEMENTS


# What a number, and the product behind it, has become.


def test_an_older_number_says_so_and_shows_the_product(town: Town):
    with town.database.transaction(REGION) as session:
        product = get_product(session, "PRD-1")
        add_gtin(session, by=get_actor(session, ADMIN), product=product, gtin=gtin(77), from_on=date(2026, 6, 1))
    page = scan(town, f"/p/{KERIPIK}{EN}")
    assert page.status == 200
    assert f"The number {KERIPIK} was printed until 31 May 2026." in page.text
    assert gtin(77) in page.text
    assert "was printed until" not in scan(town, f"/p/{gtin(77)}{EN}").text


def test_a_number_taken_out_of_use_says_so_and_still_shows_the_product_without_the_reason(town: Town):
    with town.database.transaction(REGION) as session:
        retire_number(session, by=get_actor(session, ADMIN), number=KERIPIK, reason="Salah cetak", on=TODAY)
    page = scan(town, f"/p/{KERIPIK}{EN}")
    assert page.status == 200
    assert f"The number {KERIPIK} is in use no more." in page.text
    assert "Salah cetak" not in page.source


def test_a_number_of_the_city_leads_to_its_product(town: Town):
    open_register(town)
    with town.database.transaction(REGION) as session:
        admin, product = get_actor(session, ADMIN), get_product(session, "PRD-1")
        retire_number(session, by=admin, number=KERIPIK, reason="Uji", on=OPENED)
        number = issue_number(session, by=admin, product=product, on=TODAY)
    for path in (f"/p/{number}", f"/01/{as_same_length(number)}"):
        page = scan(town, path)
        assert "Keripik Singkong" in page.text
        assert number in page.text


def test_what_is_no_longer_offered_says_so_and_leads_to_what_took_its_place(town: Town):
    tell(town, sold_until=TODAY)
    assert "no longer offered" not in scan(town, f"/p/{KERIPIK}{EN}").text  # the last day counts
    with town.database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        new = succeed_product(
            session, by=admin, product=get_product(session, "PRD-1"), code="PRD-1B", reason=Reason.NET_CONTENT,
            facts=Facts("Keripik Singkong Besar", 250, "g", Details()), last=date(2026, 6, 30),
        )  # fmt: skip
        add_gtin(session, by=admin, product=new, gtin=gtin(77), from_on=date(2026, 7, 1))
    page = scan(town, f"/p/{KERIPIK}{EN}")
    assert "It is no longer offered since 30 Jun 2026." in page.text
    assert "In its place there is Keripik Singkong Besar." in page.text
    assert f"/p/{gtin(77)}" in page.links()
    assert scan(town, f"/p/{gtin(77)}").status == 200


def test_what_begins_later_says_so(town: Town):
    tell(town, sold_from=TODAY + timedelta(1))
    assert "It is offered from" in scan(town, f"/p/{KERIPIK}{EN}").text


# What is not there.


def test_an_unknown_number_and_that_of_an_unconfirmed_producer_are_the_same_nothing(town: Town):
    with town.database.transaction(REGION) as session:
        product = get_product(session, "PRD-2")
        set_photo(
            session, by=get_actor(session, ADMIN), product=product, source=io.BytesIO(make_photo()), files=town.files
        )
    town.ask("UPDATE producer SET confirmed_at = NULL WHERE code = 'P2' RETURNING id")
    unknown = gtin(999)
    for way in ("/p/{}", "/p/{}/photo", "/p/{}/thumb", "/01/0{}", "/01/0{}/10/B-7"):
        hidden, nothing = scan(town, way.format(SAMBAL)), scan(town, way.format(unknown))
        assert (hidden.status, nothing.status) == (404, 404)
        told = hidden.source.replace(SAMBAL, unknown)
        assert told == nothing.source, first_difference(told, nothing.source)
        assert "Sambal" not in hidden.source


@pytest.mark.parametrize(
    "number",
    [
        "1",
        "12345678",
        "x" * 13,
        "%00",
        KERIPIK[:-1],
        f"{KERIPIK}0",
        f"000{KERIPIK}",
        "٨" * 13,
        "8990000000013'",
        "-8990000000013",
    ],
)
def test_what_is_no_number_leads_nowhere(shared_town: Town, number: str):
    for way in ("/p/{}", "/01/{}", "/p/{}/photo"):
        assert scan(shared_town, way.format(number)).status == 404


def test_another_regions_numbers_are_not_there(shared_town: Town):
    assert Browser(shared_town.other, language=None).get(f"/p/{KERIPIK}").status == 404


# How it is sent.


def test_the_same_address_says_the_same_to_everybody_and_may_be_kept_for_a_minute(town: Town):
    put_goods(town)
    page = scan(town, f"/p/{KERIPIK}")
    assert page.answer.headers["cache-control"] == "public, max-age=60"
    assert "set-cookie" not in page.answer.headers
    for tag in ("script", "form", "iframe"):
        assert page.all(tag) == []
    addresses = [str(one.get("src") or one.get("href")) for tag in ("img", "link", "a") for one in page.all(tag)]
    assert len(addresses) >= 6
    assert [one for one in addresses if not re.match(r"/(?!/)", one)] == []  # nothing of anybody else
    signed_in = town.browser(FIRST).get(f"/p/{KERIPIK}")
    assert signed_in.source == page.source
    assert "set-cookie" not in signed_in.answer.headers


def test_the_photo_is_public_too_and_kept_by_its_fingerprint(town: Town):
    put_goods(town)
    page = scan(town, f"/p/{KERIPIK}")
    (photo,) = [one for one in page.all("img") if "/thumb" in str(one["src"])]
    large = str(photo["srcset"]).partition(", ")[2].partition(" ")[0]
    for address in (str(photo["src"]), large):
        answer = scan(town, address).answer
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.content.startswith(b"\xff\xd8\xff")
    assert scan(town, f"/p/{gtin(999)}/photo").status == 404


def test_without_a_photo_there_is_no_picture(shared_town: Town):
    assert not [one for one in scan(shared_town, f"/p/{SAMBAL}").all("img") if "thumb" in str(one["src"])]
    assert scan(shared_town, f"/p/{SAMBAL}/photo").status == 404


def test_it_is_light_and_asks_a_handful_of_the_database(shared_town: Town):
    with counting(shared_town) as asked:
        page = scan(shared_town, f"/p/{KERIPIK}")
    weight = len(gzip.compress(page.source.encode(), COMPRESSION))
    print(f"public page: {len(asked)} statements, {weight} bytes")
    assert len(asked) <= MOST_STATEMENTS
    assert weight <= 3_000


def test_links_that_are_shared_name_the_address_where_the_dinas_has_said_it(town: Town):
    put_goods(town)
    assert 'rel="canonical"' not in scan(town, f"/p/{KERIPIK}").source
    town.ask("UPDATE register_terms SET public_address = 'https://titipjual.example' RETURNING id")
    page = scan(town, f"/01/0{KERIPIK}")
    assert f'<link rel="canonical" href="https://titipjual.example/p/{KERIPIK}">' in page.source
    (picture,) = [one["content"] for one in page.all("meta") if one.get("property") == "og:image"]
    assert str(picture).startswith(f"https://titipjual.example/p/{KERIPIK}/photo?v=")
