"""What lists of products do: which product a row means, what it changes, that trying changes nothing and twice is once."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from compliance.facts import GoodsClass
from consign.catalogue.actions import add_product, set_price
from consign.catalogue.changes import Facts, find_reasons
from consign.catalogue.checks import CHECKS
from consign.catalogue.import_columns import COLUMNS, EXAMPLE, OF_DINAS
from consign.catalogue.import_kept import read_rows
from consign.catalogue.import_matching import SMALLEST, measure
from consign.catalogue.import_rules import ExportTooLong, ImportEmpty, ImportIdle, ImportTaken, ImportUnknown, tell_row
from consign.catalogue.import_sheets import EXAMPLE_NAME, export_products, write_problems, write_template
from consign.catalogue.importing import take_import
from consign.catalogue.product_imports import find_imports, get_import
from consign.catalogue.rules import FOOD_GROUPS, NET_UNITS, PACKAGINGS, Details
from consign.db import Database, finish
from consign.errors import ConsignError, NotAllowed
from consign.files import Files
from consign.models.catalogue import ProductImport
from tests.builders import KERIPIK, SAMBAL, City, build_city, gtin
from tests.catalogue.listing import NEW, ON, add_owner, as_csv, everything, hand_in, only, outcomes, problems, take
from tests.conftest import REGION
from tests.identity.people import events

FULL = "Kode produk,Kode produsen,Nama produk,Merek,Isi bersih,Satuan,Kemasan,Masa simpan,Komposisi,Harga,Barcode"


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    """Collect the statements that the database is sent."""
    asked: list[str] = []

    def note(*facts: object) -> None:
        asked.append(str(facts[2]))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_list_adds_and_changes_products_and_says_which(city: City, files: Files):
    content = as_csv(
        FULL,
        f',P1,Abon Ikan,Dapur Bunda,100,g,kaca,90,"Ikan, gula",25000,{gtin(9)}',
        "PRD-1,,Keripik Singkong,,200,g,plastik,,,16000,",
        "PRD-2,,,,,,,,,,",
    )
    tried = hand_in(city, files, content)
    assert outcomes(tried) == ["added", "changed", "unchanged"]
    assert [row.product_code for row in tried.rows] == ["P1-01", "PRD-1", "PRD-2"]
    assert str(tell_row(tried.rows[1])) == "packaging: blank → plastic; price_rp: Rp15.000 → Rp16.000"
    taken = take(city, files, tried)
    assert taken.rows == tried.rows
    rows = city.session.execute(
        text(
            "SELECT brand, net_content, net_unit, packaging, shelf_life_days, ingredients FROM product WHERE code = 'P1-01'"
        )
    ).all()
    assert [tuple(row) for row in rows] == [("Dapur Bunda", 100, "g", "glass", 90, "Ikan, gula")]
    assert (
        city.session.scalar(
            text("SELECT price_rp FROM product_price WHERE lower(days) = :on AND product_id = :id"),
            {"on": ON, "id": city.products[0].id},
        )
        == 16_000
    )
    assert [breach for check in CHECKS for breach in check(city.session)] == []


def test_trying_a_list_changes_no_product_and_keeps_what_it_would_do(city: City, files: Files):
    finish(city.session)
    before, audit = everything(city.session), len(events(city.session))
    tried = hand_in(city, files, as_csv(NEW, "P1,Abon,100,g", "P1,Teh,banyak,g"))
    finish(city.session)
    assert everything(city.session) == before
    assert [one[0] for one in events(city.session)[audit:]] == ["product list handed in"]
    kept = city.session.execute(text("SELECT state, counts, taken_at, file_name FROM product_import")).one()
    assert tuple(kept) == ("tried", {"added": 1, "changed": 0, "unchanged": 0, "problem": 1}, None, "produk.csv")
    assert files.exists(tried.handed_in.sha256)


def test_taking_a_list_writes_the_acts_of_each_row_and_one_of_its_own(city: City, files: Files):
    tried = hand_in(city, files, as_csv(f"{NEW},Harga", "P1,Abon,100,g,25000"))
    finish(city.session)
    audit = len(events(city.session))
    take(city, files, tried)
    finish(city.session)
    acts = [one[0] for one in events(city.session)[audit:]]
    assert acts == ["product added", "price set", "products imported"]


def test_the_same_list_again_changes_nothing(city: City, files: Files):
    content = as_csv(
        FULL, f",P1,Abon,Bunda,100,g,kaca,90,ikan,25000,{gtin(9)}", f"PRD-1,,,,,,plastik,,,16000,{KERIPIK}"
    )
    take(city, files, hand_in(city, files, content))
    finish(city.session)
    before = everything(city.session)
    again = hand_in(city, files, content)
    assert outcomes(again) == ["unchanged", "unchanged"]
    with pytest.raises(ImportIdle):
        take(city, files, again)
    finish(city.session)
    assert everything(city.session) == before


def test_a_list_is_taken_over_once(city: City, files: Files):
    tried = hand_in(city, files, as_csv(NEW, "P1,Abon,100,g"))
    take(city, files, tried)
    before = everything(city.session)
    with pytest.raises(ImportTaken, match="nothing was changed again"):
        take(city, files, tried)
    assert everything(city.session) == before
    kept = city.session.get_one(ProductImport, tried.handed_in.id)
    assert (kept.state, kept.taken_by) == ("taken", city.admin.user_id)


def kept_outcomes(city: City, files: Files) -> list[str]:
    """Return what is kept of the rows of the first list."""
    sha256 = city.session.scalar(text("SELECT rows_sha256 FROM product_import ORDER BY id LIMIT 1"))
    return [one.outcome.value for one in read_rows(files, sha256).rows]


def test_what_is_kept_of_the_rows_is_told_as_they_were(city: City, files: Files):
    content = as_csv(
        f"{NEW},Harga,Catatan", "P1,Abon,100,g,25000,", "P1,Keripik Singkong,200,g,16000,", "P2,Teh,1,g,mahal,x"
    )
    tried = hand_in(city, files, content)
    kept = read_rows(files, tried.handed_in.rows_sha256 or "")
    assert (kept.headers, kept.unused) == (tuple(f"{NEW},Harga,Catatan".split(",")), ("Catatan",))
    assert [(one.row, one.name, one.product_code) for one in kept.rows] == [
        (2, "Abon", "P1-01"), (3, "Keripik Singkong", "PRD-1"), (4, "Teh", None),
    ]  # fmt: skip
    assert [one.told for one in kept.rows] == [tell_row(one) for one in tried.rows]
    assert kept.rows[2].cells == ("P2", "Teh", "1", "g", "mahal", "x")
    take(city, files, hand_in(city, files, as_csv(f"{NEW},Harga", "P1,Abon,100,g,30000")))
    assert read_rows(files, tried.handed_in.rows_sha256 or "") == kept


def test_the_producers_of_a_list_are_marked_once(city: City, files: Files):
    tried = hand_in(city, files, as_csv(NEW, "P1,Abon,100,g", "P1,Teh,50,g", "P2,Madu,250,ml"))
    before = city.session.scalar(text("SELECT count(*) FROM eligibility_due"))
    take(city, files, tried)
    assert city.session.scalar(text("SELECT count(*) FROM eligibility_due")) == before + 2


def test_a_list_is_taken_as_the_products_are_now(city: City, files: Files):
    tried = hand_in(city, files, as_csv(f"{NEW},Harga", "P1,Abon,100,g,25000", "P2,Teh,50,g,9000"))
    take(city, files, hand_in(city, files, as_csv(NEW, "P1,Abon,100,g")))
    assert kept_outcomes(city, files) == ["added", "added"]  # as it was tried
    taken = take(city, files, tried)
    assert kept_outcomes(city, files) == ["changed", "added"]
    assert outcomes(taken) == ["changed", "added"]
    assert taken.handed_in.counts == {"added": 1, "changed": 1, "unchanged": 0, "problem": 0}


def test_one_bad_row_harms_no_other_and_leaves_nothing(city: City, files: Files):
    rows = (f"P1,Abon,100,g,25000,{KERIPIK}", "P1,Teh,50,g,9000,", f"P2,Madu,250,ml,70000,{gtin(5)}")
    tried = hand_in(city, files, as_csv(f"{NEW},Harga,Barcode", *rows))
    assert problems(tried) == [(2, "Barcode", KERIPIK, "catalogue.barcode_taken")]
    take(city, files, tried)
    names = city.session.scalars(text("SELECT name FROM product ORDER BY id DESC LIMIT 2")).all()
    assert names == ["Madu", "Teh"]
    codes = city.session.scalars(text("SELECT code FROM product WHERE code LIKE 'P_-%' ORDER BY code")).all()
    assert codes == ["P1-01", "P2-01"]  # the row that was taken back took no number


def test_a_blank_cell_erases_nothing(city: City, files: Files):
    take(city, files, hand_in(city, files, as_csv(FULL, "PRD-1,,,Bunda,,,kaca,90,ikan,,")))
    assert outcomes(hand_in(city, files, as_csv(FULL, "PRD-1,,,,,,,,,,"))) == ["unchanged"]


# which product a row means


@pytest.mark.parametrize(
    "row", ["P1,KERIPIK  singkong,200,g", "p1,Keripik Singkong,200 g,", 'P1,Keripik Singkong,"0,2",kg']
)
def test_a_row_without_a_code_means_the_product_that_is_called_and_measured_so(city: City, files: Files, row: str):
    assert only(hand_in(city, files, as_csv(NEW, row))).product_code == "PRD-1"


@pytest.mark.parametrize("row", ["P2,Keripik Singkong,200,g", "P1,Keripik Singkong,250,g", "P1,Keripik,200,g"])
def test_a_row_that_differs_in_producer_content_or_name_is_a_new_product(city: City, files: Files, row: str):
    assert outcomes(hand_in(city, files, as_csv(NEW, row))) == ["added"]


def test_packaging_tells_products_apart_where_it_is_known(city: City, files: Files):
    head = f"{NEW},Kemasan"
    take(city, files, hand_in(city, files, as_csv(head, "P1,Abon,100,g,kaca", "P1,Abon,100,g,plastik")))
    assert [
        row.product_code
        for row in hand_in(city, files, as_csv(head, "P1,Abon,100,g,plastik", "P1,Abon,100,g,kaca")).rows
    ] == [
        "P1-02",
        "P1-01",
    ]
    assert problems(hand_in(city, files, as_csv(head, "P1,Abon,100,g,"))) == [
        (2, "Nama produk", "Abon", "product.several")
    ]


def test_packs_of_one_and_of_six_are_two_products(city: City, files: Files):
    content = as_csv(f"{NEW},Isi per kemasan", "P1,Teh,5,g,1", "P1,Teh,5,g,6")
    tried = hand_in(city, files, content)
    assert outcomes(tried) == ["added", "added"]
    take(city, files, tried)
    assert outcomes(hand_in(city, files, content)) == ["unchanged", "unchanged"]


def test_pieces_that_nobody_had_said_are_filled_in(city: City, files: Files):
    take(city, files, hand_in(city, files, as_csv(NEW, "P1,Teh,5,g")))
    found = hand_in(city, files, as_csv(f"{NEW},Isi per kemasan", "P1,Teh,5,g,6"))
    assert str(tell_row(only(found))) == "pieces: 1 → 6"


def test_a_row_that_repeats_an_earlier_one_names_it(city: City, files: Files):
    rows = ("P1,Abon,100,g", 'P1,abon,"0,1",kg', "P2,Teh,5,g")
    found = hand_in(city, files, as_csv(NEW, *rows))
    assert problems(found) == [(3, "Nama produk", "abon", "row.repeats")]
    assert "Row 2" in str(found.rows[1].problems[0].why)
    found = hand_in(city, files, as_csv(FULL, "PRD-1,,,,,,,,,16000,", "PRD-1,,,,,,,,,17000,"))
    assert problems(found) == [(3, "Kode produk", "PRD-1", "row.repeats")]


def test_a_row_by_the_new_name_of_an_earlier_row_repeats_it(city: City, files: Files):
    take(city, files, hand_in(city, files, as_csv(NEW, "P1,Abon,100,g")))
    rows = ("P1-01,,Abon Ikan,100,g", ",P1,Abon Ikan,100,g")
    found = hand_in(city, files, as_csv(f"Kode produk,{NEW}", *rows))
    assert problems(found) == [(3, "Nama produk", "Abon Ikan", "row.repeats")]


def test_the_dinas_gives_codes_and_other_rows_keep_away_from_them(city: City, files: Files):
    rows = (",P1,Abon,100,g", "P1-01,P1,Teh,5,g", "a b,P1,Madu,5,g", "import,P1,Kopi,5,g", "PRD-2,P1,Sagu,5,g")
    found = hand_in(city, files, as_csv(f"Kode produk,{NEW}", *rows))
    assert [row.product_code for row in found.rows] == ["P1-02", "P1-01", None, None, None]
    assert [one[3] for one in problems(found)] == ["code.invalid", "code.invalid", "producer.other"]


def test_a_producer_hands_in_its_own_products_only(city: City, files: Files):
    owner = add_owner(city)
    rows = (
        "PRD-1,P1,Keripik Singkong,200,g",
        "PRD-2,,Sambal Gami,200,g",
        "ZZ-9,,Abon,100,g",
        ",P2,Madu,100,g",
        ",P9,Madu,100,g",
        ",,Teh,5,g",
    )
    found = hand_in(city, files, as_csv(f"Kode produk,{NEW}", *rows), by=owner)
    assert outcomes(found) == ["unchanged", "problem", "problem", "problem", "problem", "added"]
    # A stranger's code is as unknown as any, and so is a stranger.
    codes = [(one[1], one[3]) for one in problems(found)]
    assert codes == [("Kode produk", "code.unknown")] * 2 + [("Kode produsen", "producer.other")] * 2
    assert (
        len({str(row.problems[0].why) for row in found.rows[1:3]})
        == len({str(row.problems[0].why) for row in found.rows[3:5]})
        == 1
    )


def test_a_list_of_the_dinas_needs_a_producer_for_each_new_product(city: City, files: Files):
    rows = (",,Abon,100,g", ",P9,Abon,100,g", "PRD-1,,,,", "PRD-1,P2,,,")
    found = hand_in(city, files, as_csv(f"Kode produk,{NEW}", *rows))
    assert [(one[0], one[1], one[3]) for one in problems(found)] == [
        (2, "Kode produsen", "cell.blank"),
        (3, "Kode produsen", "producer.unknown"),
        (5, "Kode produk", "producer.other"),
    ]
    assert outcomes(found)[2] == "unchanged"


# what a row changes


def test_other_goods_under_the_same_number_are_a_problem_with_its_reasons(city: City, files: Files):
    found = hand_in(city, files, as_csv(FULL, "PRD-1,,Keripik Pisang,,250,g,,,,,"))
    assert problems(found) == [
        (2, "Isi bersih", "250", "catalogue.new_number_needed"),
        (2, "Nama produk", "Keripik Pisang", "catalogue.new_number_needed"),
    ]


@pytest.mark.parametrize(
    ("price", "from_on", "outcome"),
    [
        ("15000", "", "unchanged"),
        ("16000", "", "changed"),
        ("15000", "2026-12-24", "unchanged"),  # it holds on that day already
        ("16000", "2026-12-24", "changed"),
        ("16000", "2026-01-01", "problem"),  # a price begins on that day
        ("16000", "2025-01-01", "problem"),
    ],
)
def test_a_price_is_set_from_its_day_unless_it_holds_then(
    city: City, files: Files, price: str, from_on: str, outcome: str
):
    found = hand_in(city, files, as_csv("Kode produk,Harga,Harga mulai", f"PRD-1,{price},{from_on}"))
    assert outcomes(found) == [outcome]
    assert [one[1:] for one in problems(found)] == (
        [("Harga mulai", from_on, "catalogue.price_overlaps")] if outcome == "problem" else []
    )


def test_a_price_beside_a_later_one_is_a_problem_of_its_own_column(city: City, files: Files):
    set_price(city.session, by=city.admin, product=city.products[0], price_rp=20_000, from_on=date(2026, 12, 24))
    found = hand_in(city, files, as_csv("Kode produk,Harga", "PRD-1,16000"))
    assert problems(found) == [(2, "Harga", "16000", "catalogue.price_overlaps")]


def test_numbers_are_added_by_those_who_say_what_numbers_mean(city: City, files: Files):
    rows = as_csv("Kode produk,Barcode", f"PRD-1,{gtin(9)}")
    owner = add_owner(city)
    assert problems(hand_in(city, files, rows, by=owner)) == [(2, "Barcode", gtin(9), "gtin.not_yours")]
    assert outcomes(hand_in(city, files, as_csv("Kode produk,Barcode", f"PRD-1,{KERIPIK}"), by=owner)) == ["unchanged"]
    found = hand_in(city, files, rows)
    assert str(tell_row(only(found))) == f"gtin: {KERIPIK} → {gtin(9)}"
    take(city, files, found)
    for number in (KERIPIK, gtin(9), f"{gtin(9)[:1]} {gtin(9)[1:]}", f"0{gtin(9)}"):  # each means the product for ever
        assert outcomes(hand_in(city, files, as_csv("Kode produk,Barcode", f"PRD-1,{number}"))) == ["unchanged"]
    assert (
        problems(hand_in(city, files, as_csv("Kode produk,Barcode", f"PRD-1,{SAMBAL}")))[0][3]
        == "catalogue.barcode_taken"
    )


def test_a_class_without_groups_takes_the_group_along_and_says_so(city: City, files: Files):
    take(city, files, hand_in(city, files, as_csv("Kode produk,Kelas,Kelompok", "PRD-1,pangan tahan lama,06")))
    found = hand_in(city, files, as_csv("Kode produk,Kelas", "PRD-1,siap saji"))
    assert str(tell_row(only(found))) == "goods_class: dry_food → ready_to_eat; food_group: 06 → blank"
    assert outcomes(hand_in(city, files, as_csv("Kode produk,Kelas", "PRD-1,pangan tahan lama"))) == ["unchanged"]


def test_contents_are_measured_as_the_rules_about_numbers_measure_them():
    for unit, (small, times) in SMALLEST.items():
        one, other = Facts("A", 2, unit, Details()), Facts("A", 2 * times, small, Details())
        assert measure(one.net_content, one.net_unit) == measure(other.net_content, other.net_unit)
        assert list(find_reasons(one, other, same_goods=False)) == []
    assert set(SMALLEST) == set(NET_UNITS)


# reach


def test_lists_are_seen_by_whom_they_concern(city: City, files: Files):
    owner, other = add_owner(city), add_owner(city, place=1)
    own = hand_in(city, files, as_csv("Nama produk,Isi bersih", "Abon,100 g"), by=owner).handed_in.id
    of_all = hand_in(city, files, as_csv(NEW, "P1,Abon,100,g")).handed_in.id
    seen = {
        one.login: [row["id"] for row in find_imports(city.session, by=one, most=9)]
        for one in (owner, other, city.admin)
    }
    assert seen == {owner.login: [own], other.login: [], city.admin.login: [of_all, own]}
    for actor, import_id in ((owner, of_all), (other, own), (city.admin, 987_654)):
        with pytest.raises(ImportUnknown):
            take_import(city.session, by=actor, import_id=import_id, files=files, on=ON)
    with pytest.raises(NotAllowed):
        get_import(city.session, by=city.finance, import_id=own)
    with pytest.raises(NotAllowed):
        take_import(city.session, by=city.finance, import_id=own, files=files, on=ON)


# lists to fill in


def cells(content: bytes, sheet: int = 0) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows(values_only=True)
    ]


def test_the_template_names_every_column_and_its_example_is_never_read(city: City, files: Files):
    content = write_template(city.session, by=city.admin)
    head, example = cells(content)
    assert list(head) == [column.title for column in COLUMNS.values()]
    assert str(example[2]) == EXAMPLE_NAME
    assert EXAMPLE_NAME.casefold().startswith(EXAMPLE)
    with pytest.raises(ImportEmpty):
        hand_in(city, files, content, name="produk.xlsx")
    assert [row[0] for row in cells(content, 1)[1:]] == list(head)
    own = cells(write_template(city.session, by=add_owner(city)))[0]
    assert set(head) - set(own) == {COLUMNS[role].title for role in OF_DINAS}
    with pytest.raises(NotAllowed):
        write_template(city.session, by=city.auditor)


def test_the_example_would_be_a_product_under_another_name(city: City, files: Files):
    book = openpyxl.load_workbook(io.BytesIO(write_template(city.session, by=city.admin)))
    page = book.worksheets[0]
    page["B2"], page["C2"] = "P1", "Keripik Balado"
    content = io.BytesIO()
    book.save(content)
    assert outcomes(hand_in(city, files, content.getvalue())) == ["added"]


def test_the_template_offers_choices_and_keeps_zeros(city: City):
    book = openpyxl.load_workbook(io.BytesIO(write_template(city.session, by=city.admin)))
    page, lists = book.worksheets[0], book.worksheets[2]
    head = [cell.value for cell in page[1]]
    formats = {
        title: page.column_dimensions[openpyxl.utils.get_column_letter(place)].number_format
        for place, title in enumerate(head, 1)
    }
    assert [formats[title] for title in ("Kode produk", "Barcode (GTIN)", "Kelompok pangan")] == ["@"] * 3
    assert formats["Harga mulai"] == "yyyy-mm-dd"
    offered = {str(one.sqref).split(":")[0][:1]: one.formula1 for one in page.data_validations.dataValidation}
    assert {head[ord(letter) - ord("A")] for letter in offered} == {
        "Kode produsen",
        "Satuan",
        "Kemasan",
        "Kelas barang",
        "Kelompok pangan",
    }
    assert [cell.value for cell in lists["A"] if cell.value] == ["Pilihan: Kode produsen", "P1", "P2"]


def test_present_products_handed_in_again_change_nothing(city: City, files: Files):
    content = as_csv(
        FULL, f',P1,Abon Ikan,Bunda,100,g,kaca,90,"Ikan, gula",25000,{gtin(9)}', ",P2,=1+1,@b,5,pcs,,,-x,,"
    )
    take(city, files, hand_in(city, files, content))
    set_price(city.session, by=city.admin, product=city.products[0], price_rp=20_000, from_on=date(2026, 12, 24))
    exported = export_products(city.session, by=city.admin, producer_id=None, on=ON)
    again = hand_in(city, files, exported, name="produk.xlsx")
    assert outcomes(again) == ["unchanged"] * 4, problems(again)
    for place in (0, 1):
        owner = add_owner(city, place=place)
        exported = export_products(city.session, by=owner, producer_id=None, on=ON)
        assert outcomes(hand_in(city, files, exported, by=owner)) == ["unchanged"] * 2


def test_a_price_that_holds_later_is_exported_with_its_day(city: City, files: Files):
    exported = export_products(city.session, by=city.admin, producer_id=None, on=date(2025, 6, 1))  # before all prices
    head, first, _ = cells(exported)
    price = dict(zip(head, first, strict=True))
    assert (price["Harga konsumen (Rp)"], str(price["Harga mulai"])[:10]) == (15_000, "2026-01-01")
    assert outcomes(hand_in(city, files, exported, on=date(2025, 6, 1))) == ["unchanged"] * 2


def test_an_export_reaches_as_far_as_the_person_and_the_most_rows(city: City, monkeypatch: pytest.MonkeyPatch):
    owner = add_owner(city)
    assert len(cells(export_products(city.session, by=city.admin, producer_id=city.producers[1].id, on=ON))) == 2
    assert [row[1] for row in cells(export_products(city.session, by=owner, producer_id=None, on=ON))[1:]] == [
        "Keripik Singkong"
    ]
    with pytest.raises(NotAllowed):
        export_products(city.session, by=owner, producer_id=city.producers[1].id, on=ON)
    monkeypatch.setattr("consign.catalogue.import_sheets.MOST_ROWS", 1)
    with pytest.raises(ExportTooLong):
        export_products(city.session, by=city.admin, producer_id=None, on=ON)


def test_problems_as_a_file_stand_beside_the_cells_and_run_no_formula(city: City, files: Files):
    rows = ('P1,"=HYPERLINK(""http://x"")",banyak,karung', "P1,@SUM(A1),1,g,lebih")
    found = hand_in(city, files, as_csv(NEW, *rows, "P1,Abon,100,g"))
    content = write_problems(read_rows(files, found.handed_in.rows_sha256 or ""), tell=str)
    head, *lines = cells(content)
    assert list(head) == [*NEW.split(","), "Row of the file", "Column at fault", "Why it was not taken"]
    assert [line[:6] for line in lines] == [
        ("P1", '=HYPERLINK("http://x")', "banyak", "karung", 2, "Isi bersih, Satuan"),
        ("P1", "@SUM(A1)", "1", "g | lebih", 3, ""),
    ]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "n"}


# laws

NAMES = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=40).map("Produk {}".format)


@st.composite
def valid_products(draw: st.DrawFn) -> dict[str, object]:
    goods_class = draw(st.none() | st.sampled_from([one.value for one in GoodsClass]))
    return {
        "name": draw(NAMES),
        "net_content": draw(st.integers(1, 9_999_999)),
        "net_unit": draw(st.sampled_from(NET_UNITS)),
        "goods_class": goods_class,
        "food_group": draw(st.none() | st.sampled_from(FOOD_GROUPS)) if goods_class == "dry_food" else None,
        "details": Details(
            brand=draw(st.none() | NAMES),
            packaging=draw(st.none() | st.sampled_from(PACKAGINGS)),
            pieces=draw(st.integers(1, 10_000)),
            shelf_life_days=draw(st.none() | st.integers(1, 3_650)),
            ingredients=draw(st.none() | st.text(min_size=1, max_size=60).filter(str.strip)),
            sold_from=draw(st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1))),
            sold_until=draw(st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1))),
        ),
    }


def prepared(text_: str | None) -> bool:
    return text_ is None or "\x00" not in text_


@given(products=st.lists(st.tuples(valid_products(), st.none() | st.integers(1, 999_999_999)), min_size=1, max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_products_exported_and_imported_again_are_unchanged(
    city: City, files: Files, products: list[tuple[dict[str, object], int | None]]
):
    with city.session.begin_nested() as whole:
        for place, (facts, price) in enumerate(products):
            if not prepared(facts["details"].ingredients):  # type: ignore[attr-defined]
                continue
            producer = city.producers[place % 2]
            product = add_product(city.session, by=city.admin, producer_id=producer.id, code=f"X-{place}", **facts)  # type: ignore[arg-type]
            if price:
                set_price(city.session, by=city.admin, product=product, price_rp=price, from_on=ON)
        exported = export_products(city.session, by=city.admin, producer_id=None, on=ON)
        again = hand_in(city, files, exported, name="produk.xlsx")
        assert set(outcomes(again)) == {"unchanged"}, problems(again)
        whole.rollback()
    city.session.expire_all()


@given(
    rows=st.lists(
        st.tuples(
            NAMES,
            st.integers(1, 5_000),
            st.sampled_from(NET_UNITS),
            st.sampled_from(["", "kaca", "plastik"]),
            st.sampled_from(["", "1", "6"]),
            st.integers(1, 10**7),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_taken_over_and_handed_in_again_changes_nothing(
    city: City, files: Files, rows: list[tuple[object, ...]]
):
    lines = [
        f"P1;{name};{content};{unit};{packaging};{pieces};{price}"
        for name, content, unit, packaging, pieces, price in rows
    ]
    content = as_csv("Kode produsen;Nama produk;Isi bersih;Satuan;Kemasan;Isi per kemasan;Harga", *lines)
    with city.session.begin_nested() as whole:
        tried = hand_in(city, files, content)
        if tried.useful:
            taken = take(city, files, tried)
            assert taken.rows == tried.rows
            assert not hand_in(city, files, content).useful
        whole.rollback()
    city.session.expire_all()


def test_rows_that_change_nothing_ask_nothing_of_the_database(city: City, files: Files):
    names = [f"Keripik rasa {number}" for number in range(300)]
    content = as_csv(f"{NEW},Harga", *(f"P1,{name},200,g,15000" for name in names))
    take(city, files, hand_in(city, files, content))
    with counting(city.session) as asked:
        again = hand_in(city, files, content)
    assert again.handed_in.counts["unchanged"] == 300
    assert len(asked) < 12


def test_of_two_who_take_over_the_same_list_at_once_one_adds_and_the_other_is_told(database: Database, files: Files):
    content = as_csv(NEW, *(f"P1,Keripik {number},200,g" for number in range(20)))
    with database.transaction(REGION) as session:
        city = build_city(session)
        tried = [hand_in(city, files, content).handed_in.id for _ in range(2)]
        admin = city.admin

    def run(import_id: int) -> str:
        try:
            with database.transaction(REGION) as session:
                taken = take_import(session, by=admin, import_id=import_id, files=files, on=ON)
                return str(taken.handed_in.counts["added"])
        except ConsignError as refusal:
            return refusal.code

    with ThreadPoolExecutor(6) as threads:  # the same list three times, and the same rows in another list three times
        answers = sorted(threads.map(run, tried * 3))
    # One adds all; the same list again was taken, the other list has nothing left to do.
    assert answers.count("20") == 1
    assert set(answers) == {"20", "catalogue.import_taken", "catalogue.import_idle"}
    with database.transaction(REGION) as session:
        assert (
            session.scalar(text("SELECT count(*) FROM product WHERE name LIKE 'Keripik %' AND code LIKE 'P1-%'")) == 20
        )
