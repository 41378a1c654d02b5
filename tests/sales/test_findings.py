"""What is odd about posted lines is found, counted and named; the lines are posted all the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from consign.catalogue.goods import find_goods
from consign.catalogue.listings import end_listing, list_product
from consign.catalogue.rules import is_by_weight
from consign.documents.eligibility import recompute
from consign.listing import Wish
from consign.models.sales import SalesFinding
from consign.partners.agreeing import add_agreement
from consign.sales.file_posting import Outcome
from consign.sales.finding_lists import find_finding_page, tell_finding
from consign.sales.placing import place_parked
from consign.sales.rules import Overlap, find_day_oddities, is_far_off
from consign.settlement.actions import close_period
from tests.builders import ACCEPT, KERIPIK, OPENED, SAMBAL, City, build_city, terms, write_csv

TODAY = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)


def row(
    code: str = KERIPIK, *, day: str = "2026-11-05", store: str = "T1", receipt: str = "S1", quantity: str = "1",
    price: int = 15_000,
) -> str:  # fmt: skip
    amount = int((Decimal(quantity) * price).to_integral_value())
    return f"{day},{store},{receipt},{code},Apa,{quantity},{price},{amount}"


def found(city: City) -> list[dict[str, Any]]:
    """Return what all postings found, in order."""
    session = city.session
    rows = session.scalars(select(SalesFinding).order_by(SalesFinding.code, SalesFinding.id)).all()
    return [
        {
            "code": one.code, "product": one.product_id, "store": one.store_id, "lines": one.lines,
            "quantity": one.quantity, "amount_rp": one.amount_rp, "row": one.first_row,
            "said": str(tell_finding(one.code, one.detail)),
        }
        for one in rows
    ]  # fmt: skip


def codes(city: City) -> list[str]:
    return [one["code"] for one in found(city)]


def post(city: City, tmp_path: Path, *rows: str, name: str = "sales.csv") -> Outcome:
    return city.post(write_csv(tmp_path, *rows, name=name))


def test_an_ordinary_file_has_no_findings(city: City, tmp_path: Path) -> None:
    outcome = post(city, tmp_path, row(), row(SAMBAL, price=22_500))
    assert (outcome.posted, outcome.findings, found(city)) == (2, (), [])


def test_other_prices_than_agreed_are_named_with_what_they_come_to(city: City, tmp_path: Path) -> None:
    # Two at Rp1.000 too much, one at Rp500 too little, and one at a thousandth of Rp22.500.
    rows = [row(price=16_000, quantity="2"), row(receipt="S2", price=14_500), row(receipt="S3")]
    outcome = post(city, tmp_path, *rows, row(SAMBAL, receipt="S4", price=23))
    keripik, sambal = (one.id for one in city.products)
    assert found(city) == [
        {
            "code": "price.differs", "product": keripik, "store": None, "lines": 2, "quantity": 3, "amount_rp": 1_500,
            "row": 2, "said": "The till took Rp14.500 instead of Rp15.000 (lines: 1), Rp16.000 instead of Rp15.000 (lines: 1).",
        },
        {
            "code": "price.far_off", "product": sambal, "store": None, "lines": 1, "quantity": 1, "amount_rp": -22_477,
            "row": 5, "said": "The till took Rp23 instead of Rp22.500 (lines: 1).",
        },
    ]  # fmt: skip
    assert [(one.code, one.findings, one.lines, one.amount_rp) for one in outcome.findings] == [
        ("price.far_off", 1, 1, -22_477), ("price.differs", 1, 2, 1_500),
    ]  # fmt: skip
    assert outcome.posted == 4


def test_the_same_is_found_where_lines_go_over_the_staging_table(city: City, tmp_path: Path) -> None:
    post(city, tmp_path, row())
    assert codes(city) == []
    post(city, tmp_path, row(), row(receipt="S2", quantity="1.5", price=16_000), name="more.csv")
    assert [(one["code"], one["lines"], one["row"]) for one in found(city)] == [
        ("price.differs", 1, 3), ("quantity.fraction", 1, 3),
    ]  # fmt: skip


def test_many_prices_are_counted_and_five_named(city: City, tmp_path: Path) -> None:
    post(city, tmp_path, *(row(receipt=f"S{n}", price=15_100 + n) for n in range(7)))
    (one,) = found(city)
    assert one["lines"] == 7
    assert one["said"].endswith("(lines: 1), and other prices: 2.")


def test_a_product_without_its_papers_is_found_from_the_first_day_on(city: City, tmp_path: Path) -> None:
    for product in city.products:
        product.goods_class, product.food_group = "dry_food", "07"
    city.session.flush()
    recompute(city.session, goods=find_goods(city.session, producer_ids=None), on=TODAY)
    post(city, tmp_path, row(day="2026-11-05"), row(day="2026-11-07"), row(SAMBAL, price=22_500))
    one = found(city)[0]
    assert (one["code"], one["product"], one["lines"], one["amount_rp"]) == (
        "product.not_eligible", city.products[0].id, 2, 30_000,
    )  # fmt: skip
    assert one["said"].startswith("Between 2026-11-05 and 2026-11-07 it might not be delivered: ")
    assert len(one["said"]) > 80  # what it lacks follows


def test_nothing_is_said_of_days_on_which_a_paper_was_in_force_that_is_not_any_more(city: City, tmp_path: Path) -> None:
    product = city.products[0]
    product.goods_class, product.food_group = "dry_food", "07"
    city.session.flush()
    document = city.session.scalar(
        text("""
        INSERT INTO document (producer_id, kind, state, submitted_by, submitted_at)
        VALUES (:producer, 'pirt', 'withdrawn', :by, '2026-01-01') RETURNING id"""),
        {"producer": product.producer_id, "by": city.admin.user_id},
    )
    for at, what in (("2026-02-01", "approved"), ("2026-11-06 12:00+08", "withdrawn")):
        city.session.execute(
            text("INSERT INTO document_event (document_id, at, what) VALUES (:document, :at, :what)"),
            {"document": document, "at": at, "what": what},
        )
    recompute(city.session, goods=find_goods(city.session, producer_ids=None), on=TODAY)
    post(city, tmp_path, *(row(day=f"2026-11-0{day}", receipt=f"S{day}") for day in (5, 6, 7, 8)))
    (one,) = found(city)
    assert (one["lines"], one["row"]) == (2, 4)
    assert one["said"].startswith("Between 2026-11-07 and 2026-11-08 it")


def test_only_stores_that_say_what_they_offer_are_judged_by_it(city: City, tmp_path: Path) -> None:
    keripik, sambal = city.products
    listing = list_product(
        city.session, by=city.admin, product=keripik, store_id=city.stores[0].id, first=date(2026, 11, 3)
    )
    end_listing(city.session, by=city.admin, listing_id=listing.id, last=date(2026, 11, 6))
    rows = [row(day=f"2026-11-0{day}", receipt=f"S{day}") for day in (2, 3, 6, 7)]
    post(city, tmp_path, *rows, row(SAMBAL, price=22_500, receipt="S8"), row(SAMBAL, store="T2", price=22_500))
    # On the 2nd the store had said nothing yet; the other store never says anything.
    assert [(one["code"], one["product"], one["lines"], one["row"], one["said"]) for one in found(city)] == [
        ("product.not_listed", keripik.id, 1, 5, "Not offered by: Gerai T1."),
        ("product.not_listed", sambal.id, 1, 6, "Not offered by: Gerai T1."),
    ]


def test_a_product_sold_after_its_last_day_is_found(city: City, tmp_path: Path) -> None:
    city.products[0].sold_until = date(2026, 11, 5)
    city.session.flush()
    post(city, tmp_path, row(), row(day="2026-11-06", receipt="S2"), row(day="2026-11-08", receipt="S3"))
    assert [(one["code"], one["lines"], one["row"], one["said"]) for one in found(city)] == [
        ("product.retired", 2, 3, "It is offered until 2026-11-05; the last sale is of 2026-11-08.")
    ]


def test_days_are_held_against_the_store_and_the_calendar() -> None:
    facts: dict[str, Any] = {"today": TODAY, "opened_on": date(2026, 1, 1), "closed_on": None, "settled_until": None}
    assert find_day_oddities(date(2026, 1, 1), **{**facts, "today": date(2026, 1, 2)}) == []
    assert find_day_oddities(date(2025, 12, 31), **{**facts, "today": date(2026, 1, 2)}) == ["day.before_opening"]
    assert find_day_oddities(date(2026, 9, 11), **facts) == []  # sixty days back
    assert find_day_oddities(date(2026, 9, 10), **facts) == ["day.old"]
    closed = {**facts, "closed_on": date(2026, 11, 1), "settled_until": date(2026, 10, 31)}
    assert find_day_oddities(date(2026, 11, 1), **closed) == []
    assert find_day_oddities(date(2026, 11, 2), **closed) == ["day.after_closing"]
    assert find_day_oddities(date(2026, 10, 31), **closed) == ["day.settled"]


def test_late_lines_of_a_closed_period_are_told_by_store(city: City, tmp_path: Path) -> None:
    post(city, tmp_path, row(day="2026-10-05"))
    close_period(
        city.session, by=city.finance, partner_id=city.partner.id, until=date(2026, 10, 31), incomplete_reason="uji"
    )
    late = [row(day="2026-10-06", quantity="2", receipt="S2"), row(day="2026-10-09", receipt="S3")]
    post(city, tmp_path, *late, row(day="2026-11-01", receipt="S4"), name="late.csv")
    (one,) = found(city)
    assert (one["code"], one["store"], one["lines"], one["quantity"], one["amount_rp"], one["row"]) == (
        "day.settled", city.stores[0].id, 2, 3, 45_000, 2,
    )  # fmt: skip
    assert one["said"] == "Sold from 2026-10-06 to 2026-10-09."


def test_parts_of_a_piece_are_found_and_kilograms_are_not(city: City, tmp_path: Path) -> None:
    city.products[1].net_content, city.products[1].net_unit = 1, "kg"
    city.session.flush()
    post(city, tmp_path, row(quantity="0.5"), row(SAMBAL, quantity="0.4", price=22_500, receipt="S2"))
    assert [(one["code"], one["product"]) for one in found(city)] == [("quantity.fraction", city.products[0].id)]
    assert (is_by_weight(1000, "g"), is_by_weight(250, "g"), is_by_weight(1, "pcs")) == (True, False, False)


def test_far_more_than_usual_is_found_once_it_is_known_what_is_usual(city: City, tmp_path: Path) -> None:
    usual = [row(receipt=f"S{n}", quantity="2") for n in range(5)]
    post(city, tmp_path, *usual, row(receipt="B1", quantity="41", day="2026-11-06"))
    assert codes(city) == []  # 41 is less than fifty
    post(city, tmp_path, row(receipt="B2", quantity="60", day="2026-11-07"), row(SAMBAL, receipt="B3", quantity="80",
         day="2026-11-07", price=22_500), name="b.csv")  # fmt: skip
    # Of Sambal nothing is known; of Keripik two at a time are usual, and 60 is more than twenty times that.
    (one,) = found(city)
    assert (one["code"], one["product"], one["store"], one["quantity"], one["row"]) == (
        "quantity.unusual", city.products[0].id, city.stores[0].id, 60, 2,
    )  # fmt: skip
    assert one["said"] == "On 2026-11-07; usual there is 2.000."


def test_a_return_whose_sale_is_not_found_is_told(city: City, tmp_path: Path) -> None:
    post(city, tmp_path, row(), row(day="2026-11-06", quantity="-1"), row(day="2026-11-06", receipt="X", quantity="-1"))
    assert [(one["code"], one["lines"], one["row"], one["amount_rp"]) for one in found(city)] == [
        ("return.without_sale", 1, 4, -15_000)
    ]


def test_a_summarys_return_has_no_sale_either(city: City, tmp_path: Path) -> None:
    header = "Tanggal,Kode Toko,Barcode,Nama Produk,Jumlah,Harga Satuan,Total"
    path = write_csv(tmp_path, f"2026-11-05,T1,{KERIPIK},Keripik,-1,15000,-15000", header=header)
    city.post(path)
    assert codes(city) == ["return.without_sale"]


def test_lines_before_the_agreement_wait_and_are_told(session, tmp_path: Path) -> None:
    city = build_city(session, agreements=False)
    add_agreement(
        session, by=city.admin, partner_id=city.partner.id, producer_id=city.producers[0].id, first=date(2026, 11, 7),
        last=None, terms=terms(),
    )  # fmt: skip
    rows = [row(), row("PLU1", receipt="S2", day="2026-11-06"), row(receipt="S3", day="2026-11-07")]
    outcome = post(city, tmp_path, *rows, row(SAMBAL, receipt="S4", price=22_500))
    assert (outcome.posted, outcome.parked) == (1, 3)
    assert [(one["product"], one["lines"], one["row"], one["said"]) for one in found(city)] == [
        (
            city.products[0].id, 2, 2,
            "Sold from 2026-11-05 to 2026-11-06; the agreement begins on 2026-11-07. The lines wait.",
        ),
        (city.products[1].id, 1, 5, "Sold from 2026-11-05 to 2026-11-05; there is no agreement. The lines wait."),
    ]  # fmt: skip


def test_lines_that_are_placed_later_are_looked_at_then(session, tmp_path: Path) -> None:
    city = build_city(session, agreements=False)
    post(city, tmp_path, row(price=16_000))
    for producer in city.producers:
        add_agreement(
            session, by=city.admin, partner_id=city.partner.id, producer_id=producer.id, first=OPENED, last=None,
            terms=terms(),
        )  # fmt: skip
    assert place_parked(session, by=city.admin, partner_id=city.partner.id) == 1
    assert [(one["code"], one["amount_rp"]) for one in found(city)] == [
        ("agreement.missing", 16_000), ("price.differs", 1_000),
    ]  # fmt: skip


def test_a_price_is_far_off_from_ten_times_on_and_from_a_tenth_down() -> None:
    assert [is_far_off(price, 15_000) for price in (150_000, 149_999, 1_500, 1_501, 0)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_page_of_findings_is_narrowed_searched_and_told(city: City, tmp_path: Path) -> None:
    outcome = post(city, tmp_path, row(price=16_000), row(SAMBAL, quantity="0.5", price=22_500, receipt="S2"))
    page = find_finding_page(city.session, upload_id=outcome.upload_id, wish=Wish(filters={"code": "price.differs"}))
    assert [(one["product"], one["product_code"], one["lines"]) for one in page.rows] == [
        ("Keripik Singkong", "PRD-1", 1)
    ]
    page = find_finding_page(city.session, upload_id=outcome.upload_id, wish=Wish(search="sambal"))
    assert [one["code"] for one in page.rows] == ["quantity.fraction"]


def test_replacing_lines_finds_them_anew(city: City, tmp_path: Path) -> None:
    post(city, tmp_path, row(price=15_000, quantity="2"))
    mended = write_csv(tmp_path, row(price=15_000, quantity="0.5"), name="mended.csv")
    city.post(mended, decisions=replace(ACCEPT, overlap=Overlap.REPLACE))
    assert [(one["code"], one["row"]) for one in found(city)] == [("quantity.fraction", 2)]
