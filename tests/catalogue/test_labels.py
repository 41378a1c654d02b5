"""Labels: what stands on them, what is refused before anything is made, and that every symbol is read again."""

from datetime import date
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.catalogue.drawing import DrawingRefused
from consign.catalogue.label_facts import Look, Wanted
from consign.catalogue.labels import (
    LabelOrderMissing,
    Sheet,
    count_by_product,
    draw_labels,
    get_order,
    make_labels,
    order_labels,
    take_waiting,
)
from consign.catalogue.queries import get_product
from consign.catalogue.rules import LabelsRefused, ScanTestNeeded, ScanWrong, StockMissing, StockNameTaken
from consign.catalogue.stocks import (
    StockFacts,
    as_paper,
    begin_test,
    find_stock_called,
    find_stocks,
    pass_test,
    save_stock,
)
from consign.db import Database
from consign.errors import NotAllowed
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.jobs import enqueued, rounds
from consign.models.catalogue import LabelOrder, LabelStock, Product
from consign.sentence import load_sentence
from tests.builders import KERIPIK, SAMBAL, City, build_city, gtin
from tests.conftest import REGION

TODAY = date(2026, 11, 28)


def stock(city: City, name: str = "A4 3x8") -> LabelStock:
    return find_stock_called(city.session, by=city.admin, name=name)


def sheet(city: City, name: str = "A4 3x8", **changed: Any) -> Sheet:
    chosen = stock(city, name)
    return Sheet(**{"stock_id": chosen.id, "dpi": chosen.dpi, **changed})


def order(city: City, *wanted: Wanted, by: Actor | None = None, **changed: Any) -> LabelOrder:
    facts = {"look": Look(), "sheet": sheet(city), "on": TODAY, **changed}
    return order_labels(city.session, by=by or city.admin, wanted=wanted or [Wanted("PRD-1", 3)], **facts)


def make(city: City, files: Files, made: LabelOrder) -> None:
    waiting = take_waiting(city.session, made.id)
    assert waiting is made
    make_labels(city.session, files, waiting)


def decode(pdf: bytes, *, page: int = 0) -> list[str]:
    """Return what a decoder reads on a page, as a picture with 300 dots per inch."""
    picture = pdfium.PdfDocument(pdf)[page].render(scale=300 / 72, grayscale=True).to_numpy()
    return sorted(one.text for one in zxingcpp.read_barcodes(picture))


def producer_of(city: City, place: int) -> Actor:
    login = f"p{place}@umkm.example"
    producer_id = city.producers[place - 1].id
    add_user(
        city.session, by=city.admin, login=login, name=f"Pemilik {place}", role=Role.PRODUCER, producer_id=producer_id
    )
    return get_actor(city.session, login)


def test_labels_are_made_and_every_symbol_is_read_again(city: City, files: Files):
    asked = order(city, Wanted("PRD-1", 5, "B12", date(2027, 3, 12)), look=Look(price=True))
    assert (asked.state, asked.copies) == ("waiting", 5)
    make(city, files, asked)
    assert (asked.state, asked.decoded, asked.reason) == ("ready", 5, None)
    pdf = b"".join(files.read(str(asked.sha256)))
    assert set(decode(pdf)) == {KERIPIK}
    words = pdfium.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("\xa0", " ")
    for said in ("Keripik Singkong", "200 g", "Rp15.000", "B12", "12 Mar 2027", "Dapur 1"):
        assert said in words
    assert b"".join(files.read(str(asked.preview_sha256))).startswith(b"\x89PNG")
    assert count_by_product(asked)[0]["copies"] == 5


def test_made_again_it_changes_nothing(city: City, files: Files):
    asked = order(city)
    make(city, files, asked)
    assert take_waiting(city.session, asked.id) is None


def test_a_sheet_that_was_begun_goes_on_at_the_next_label(city: City, files: Files):
    # 24 labels a page, the first at position 23: two on the first page, one on the second.
    asked = order(city, sheet=sheet(city, start_at=23))
    make(city, files, asked)
    pdf = b"".join(files.read(str(asked.sha256)))
    assert [len(decode(pdf, page=page)) for page in (0, 1)] == [2, 1]


@pytest.mark.parametrize("start_at", [0, 25])
def test_a_position_that_the_sheet_has_not_is_refused(city: City, start_at: int):
    with pytest.raises(DrawingRefused, match="positions 1 to 24"):
        order(city, sheet=sheet(city, start_at=start_at))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ([], "From 1 to 2000"),
        ([Wanted("PRD-1", 2_001)], "From 1 to 2000"),
        ([Wanted("PRD-1", 0)], "cannot be made"),
        ([Wanted("PRD-1", -1), Wanted("PRD-1", 5)], "cannot be made"),
        ([Wanted("PRD-7", 1)], "no product PRD-7"),
        ([Wanted("PRD-1", 1), Wanted("PRD-2", 1)], "several producers"),
        ([Wanted("PRD-1", 1, "B" * 21)], "more than 20 signs"),
    ],
)
def test_what_cannot_be_labelled_is_refused(city: City, wanted: list[Wanted], says: str):
    with pytest.raises(LabelsRefused, match=says):
        order_labels(city.session, by=city.admin, wanted=wanted, look=Look(), sheet=sheet(city), on=TODAY)
    assert city.session.scalars(select(LabelOrder)).all() == []


def test_a_product_without_a_number_gets_no_label(city: City):
    city.session.execute(text("UPDATE barcode SET until_on = '2026-06-30'"))
    with pytest.raises(LabelsRefused, match="no number in use"):
        order(city)


def test_its_own_code_can_be_drawn_as_code_128(city: City, files: Files):
    city.session.execute(text("UPDATE barcode SET until_on = '2026-06-30'"))
    asked = order(city, look=Look(code128=True))
    make(city, files, asked)
    assert decode(b"".join(files.read(str(asked.sha256)))) == ["PRD-1"] * 3


def test_a_price_that_is_not_set_is_not_printed_as_another(city: City):
    city.session.execute(text("UPDATE product_price SET days = daterange('2026-01-01', '2026-02-01')"))
    with pytest.raises(LabelsRefused, match="no price today"):
        order(city, look=Look(price=True))


def test_a_qr_code_waits_for_the_public_address_and_leads_to_the_digital_link(city: City, files: Files):
    with pytest.raises(LabelsRefused, match="has not yet set the address"):
        order(city, look=Look(qr=True))
    city.session.execute(text("UPDATE register_terms SET public_address = 'https://titip.example'"))
    city.session.expire_all()
    asked = order(city, Wanted("PRD-1", 1, "B 7"), look=Look(qr=True))
    make(city, files, asked)
    assert (asked.state, asked.decoded) == ("ready", 2)
    # GTIN-14 is the GTIN-13 with a zero before it; a blank in a batch is written %20.
    assert decode(b"".join(files.read(str(asked.sha256)))) == [KERIPIK, f"https://titip.example/01/0{KERIPIK}/10/B%207"]


def test_what_the_sheet_says_was_written_down_when_it_was_asked_for(city: City, files: Files):
    asked = order(city, look=Look(price=True))
    city.session.execute(text("UPDATE product SET name = 'Lain' WHERE code = 'PRD-1'"))
    city.session.execute(text("UPDATE product_price SET price_rp = 1"))
    city.session.execute(text("UPDATE label_stock SET left_um = 90000"))
    make(city, files, asked)
    words = pdfium.PdfDocument(b"".join(files.read(str(asked.sha256))))[0].get_textpage().get_text_range()
    assert "Keripik Singkong" in words
    assert "Rp15.000" in words


def test_a_label_that_does_not_fit_is_refused_before_anything_is_made(city: City):
    # At 203 dpi three dots are 0.375 mm, and 113 of them 42.4 mm: more than 40 mm.
    with pytest.raises(DrawingRefused, match="42"):
        order(city, sheet=sheet(city, "Termal 40x30"))


def test_shortened_bars_are_said_before_printing(city: City):
    asked = order(city, sheet=sheet(city, "Tom & Jerry 107"))
    assert any("bars" in load_sentence(one) for one in asked.notices)


def test_a_producer_labels_its_own_goods_only(city: City):
    first = producer_of(city, 1)
    asked = order(city, by=first)
    with pytest.raises(LabelsRefused, match="no product PRD-2"):
        order(city, Wanted("PRD-2", 1), by=first)
    second = producer_of(city, 2)
    with pytest.raises(LabelOrderMissing):
        get_order(city.session, by=second, order_id=asked.id)
    assert get_order(city.session, by=first, order_id=asked.id) is asked
    with pytest.raises(NotAllowed):
        order(city, by=city.finance)


def test_a_number_that_began_later_is_printed_from_its_day_on(city: City):
    product = get_product(city.session, "PRD-1")
    facts = {"id": product.id, "number": gtin(50)}
    city.session.execute(text("UPDATE barcode SET until_on = '2026-11-30' WHERE product_id = :id"), facts)
    city.session.execute(
        text("INSERT INTO barcode (number, product_id, from_on) VALUES (:number, :id, '2026-12-01')"), facts
    )
    _, before = draw_labels(
        city.session, by=city.admin, wanted=[Wanted("PRD-1", 1)], look=Look(), sheet=sheet(city), on=TODAY
    )
    _, after = draw_labels(
        city.session, by=city.admin, wanted=[Wanted("PRD-1", 1)], look=Look(), sheet=sheet(city), on=date(2026, 12, 1)
    )
    assert (decode(before.pdf), decode(after.pdf)) == ([KERIPIK], [gtin(50)])


def test_a_fault_of_the_sheet_is_written_down_and_no_sheet_is_kept(city: City, files: Files):
    asked = order(city)
    asked.runs = [{**asked.runs[0], "label": {**asked.runs[0]["label"], "number": "8990000000011"}}]
    city.session.flush()
    make(city, files, asked)
    assert (asked.state, asked.sha256) == ("refused", None)
    assert "8990000000011" in load_sentence(asked.reason)


# Small symbols.


def test_thin_bars_are_printed_only_after_a_test_scan_of_the_same_printer(city: City, files: Files):
    small = sheet(city, "Termal 33x15 3 lajur", small=True)
    producer = producer_of(city, 1)
    wanted = [Wanted("PRD-1", 3)]
    facts = {"look": Look(content=False, producer=False), "sheet": small, "on": TODAY}
    with pytest.raises(ScanTestNeeded):
        order_labels(city.session, by=producer, wanted=wanted, **facts)
    roll = stock(city, "Termal 33x15 3 lajur")
    test = begin_test(city.session, by=producer, stock=roll, dpi=203)
    with pytest.raises(ScanWrong, match="not read right"):
        pass_test(city.session, by=producer, test=test, read=KERIPIK)
    assert test.passed_at is None
    pass_test(city.session, by=producer, test=test, read=f" {test.number} ")
    asked = order_labels(city.session, by=producer, wanted=wanted, **facts)
    assert asked.small
    make(city, files, asked)
    assert (asked.state, asked.decoded) == ("ready", 3)
    with pytest.raises(ScanTestNeeded):  # the dinas has another printer
        order_labels(city.session, by=city.admin, wanted=wanted, **facts)


def test_paper_wide_enough_needs_no_test_and_gets_full_bars_though_thin_ones_are_allowed(city: City):
    assert order(city, sheet=sheet(city, small=True)).small is False


def test_each_test_symbol_holds_another_number_of_the_range_for_examples(city: City):
    roll = stock(city, "Termal 33x15 3 lajur")
    numbers = {begin_test(city.session, by=city.admin, stock=roll, dpi=203).number for _ in range(5)}
    assert len(numbers) == 5
    assert {number[:3] for number in numbers} == {"952"}


# Papers.


def test_a_new_region_has_the_papers_people_buy(city: City):
    names = [one.name for one in find_stocks(city.session, by=city.admin)]
    assert {"Tom & Jerry 103", "Tom & Jerry 107", "Tom & Jerry 121", "A4 3x7", "A4 3x8"} <= set(names)
    assert {"Termal 33x15 3 lajur", "Termal 40x30", "Termal 50x30", "Termal 58x40"} <= set(names)


def test_a_paper_is_corrected_once_and_found_by_its_name_in_any_case(city: City):
    found = find_stock_called(city.session, by=city.admin, name="tom & jerry 103")
    moved = StockFacts(as_paper(found), found.dpi, found.note)
    moved = StockFacts(type(moved.measures)(**{**vars(moved.measures), "left_um": 17_500}), found.dpi, "diukur")
    assert save_stock(city.session, by=city.admin, stock_id=found.id, facts=moved).left_um == 17_500
    assert save_stock(city.session, by=city.admin, stock_id=found.id, facts=moved) is found
    with pytest.raises(StockMissing, match="Tom & Jerry 103"):
        find_stock_called(city.session, by=city.admin, name="Tom & Jerry 999")
    with pytest.raises(StockNameTaken):
        save_stock(city.session, by=city.admin, stock_id=None, facts=moved)
    with pytest.raises(NotAllowed):
        save_stock(city.session, by=city.auditor, stock_id=found.id, facts=moved)


def test_labels_beyond_the_page_are_no_paper(city: City):
    found = stock(city)
    wide = type(as_paper(found))(**{**vars(as_paper(found)), "columns": 4})
    with pytest.raises(DrawingRefused, match="280"):  # four times 70 mm on 210 mm
        save_stock(city.session, by=city.admin, stock_id=found.id, facts=StockFacts(wide, 600, ""))


# The worker.


def ask(database: Database) -> int:
    with database.transaction(REGION) as session:
        city = build_city(session)
        return order(city).id


def state_of(database: Database, order_id: int) -> str:
    with database.transaction(REGION) as session:
        return session.get_one(LabelOrder, order_id).state


def test_a_worker_makes_them_and_a_second_one_changes_nothing(database: Database, files: Files):
    order_id = ask(database)
    for _ in range(2):
        enqueued.make_sheet_of_labels(database, files, region=REGION, order_id=order_id)
        assert state_of(database, order_id) == "ready"


def test_labels_whose_job_was_lost_are_enqueued_again(database: Database):
    ask(database)
    with database.owner() as connection:
        connection.execute(text("DELETE FROM procrastinate_events"))
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    assert rounds.sweep_labels(database) == 1
    with database.owner() as connection:
        names = connection.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
    assert names == ["make_labels"]


def test_a_fault_of_ours_is_said_and_nothing_is_to_be_printed(database: Database):
    order_id = ask(database)
    enqueued.give_up_labels(database, region=REGION, order_id=order_id)
    with database.transaction(REGION) as session:
        given_up = session.get_one(LabelOrder, order_id)
        assert (given_up.state, given_up.sha256) == ("refused", None)
        assert "fault on our side" in load_sentence(given_up.reason)


def test_a_product_of_pieces_says_how_many(city: City, session: Session):
    session.execute(text("UPDATE product SET pieces = 6 WHERE code = 'PRD-2'"))
    city.session.refresh(session.scalars(select(Product).where(Product.code == "PRD-2")).one())
    _, made = draw_labels(session, by=city.admin, wanted=[Wanted("PRD-2", 1)], look=Look(), sheet=sheet(city), on=TODAY)
    assert decode(made.pdf) == [SAMBAL]
    assert "200 g, isi 6" in pdfium.PdfDocument(made.pdf)[0].get_textpage().get_text_range()
