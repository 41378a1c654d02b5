"""What cells say, one after the other: every column, every way to write it, and everything that is not understood."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import text

from consign.catalogue.import_rules import tell_row
from consign.catalogue.queries import get_product
from consign.files import Files
from consign.models.catalogue import Product
from tests.builders import City, gtin
from tests.catalogue.listing import NEW, as_csv, hand_in, only, outcomes, problems, take


def added(city: City, files: Files, column: str, cell: str) -> Product:
    """Add a product by a list with one more column, and return it."""
    content = as_csv("Kode produk;" + NEW.replace(",", ";") + f";{column}", f"X-1;P1;Abon;100;g;{cell}")
    tried = hand_in(city, files, content)
    assert outcomes(tried) == ["added"], problems(tried)
    take(city, files, tried)
    return get_product(city.session, "X-1")


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("Merek", "Dapur  Bunda ", ("brand", "Dapur Bunda")),
        ("Brand", "Dapur Bunda", ("brand", "Dapur Bunda")),
        ("Isi per kemasan", "6", ("pieces", 6)),
        ("Pieces per pack", "12 pcs", ("pieces", 12)),
        ("Kemasan", "Plastik", ("packaging", "plastic")),
        ("Kemasan", "2", ("packaging", "plastic")),
        ("Kemasan", "karton/kertas", ("packaging", "paper")),
        ("Packaging", "aluminium foil", ("packaging", "foil")),
        ("Kelas", "Kosmetik", ("goods_class", "cosmetic")),
        ("Kelas barang", "kerajinan, tekstil, atau suvenir", ("goods_class", "craft")),
        ("Class", "ready_to_eat", ("goods_class", "ready_to_eat")),
        ("Masa simpan (hari)", "90", ("shelf_life_days", 90)),
        ("Masa simpan", "90 hari", ("shelf_life_days", 90)),
        ("Shelf life", "90 days", ("shelf_life_days", 90)),
        ("Komposisi", "Singkong, minyak", ("ingredients", "Singkong, minyak")),
        ("Dijual mulai", "2026-12-01", ("sold_from", date(2026, 12, 1))),
        ("Dijual sampai", "31/12/2026", ("sold_until", date(2026, 12, 31))),
        ("Dijual sampai", "31 Des 2026", ("sold_until", date(2026, 12, 31))),
    ],
)
def test_a_cell_is_understood(city: City, files: Files, column: str, cell: str, told: tuple[str, object]):
    fact, value = told
    assert getattr(added(city, files, column, cell), fact) == value


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("Merek", "x" * 121, "text.too_long"),
        ("Isi per kemasan", "enam", "number.invalid"),
        ("Isi per kemasan", "1,5", "number.not_whole"),
        ("Isi per kemasan", "0", "number.out_of_bounds"),
        ("Isi per kemasan", "10001", "input.bad"),
        ("Kemasan", "bambu", "word.unknown"),
        ("Kelas", "makanan", "word.unknown"),
        ("Kelompok pangan", "16", "word.unknown"),
        ("Kelompok pangan", "06", "catalogue.class_impossible"),  # no class is known
        ("Masa simpan", "3 bulan", "days.other_unit"),
        ("Masa simpan", "2 minggu", "days.other_unit"),
        ("Masa simpan", "1 tahun", "days.other_unit"),
        ("Masa simpan", "4000", "input.bad"),
        ("Masa simpan", "lama", "number.invalid"),
        ("Komposisi", "x" * 1_001, "text.too_long"),
        ("Komposisi", "#REF!", "cell.error_value"),
        ("Harga", "#N/A", "cell.error_value"),
        ("Harga", "mahal", "number.invalid"),
        ("Harga", "15rb", "number.invalid"),
        ("Harga", "15000,50", "price.not_whole"),
        ("Harga", "0", "price.out_of_bounds"),
        ("Harga", "-15000", "price.out_of_bounds"),
        ("Harga", "1,5E+04", "number.scientific"),
        ("Harga mulai", "2026-12-01", "price.missing"),
        ("Dijual mulai", "31/02/2026", "date.invalid"),
        ("Dijual mulai", "besok", "date.invalid"),
        ("Dijual mulai", "05/06/2026", "date.ambiguous"),
        ("Dijual mulai", "#VALUE!", "cell.error_value"),
        ("Barcode", "8,99276E+12", "code.scientific"),
        ("Barcode", "8992761002014", "catalogue.gtin_invalid"),
        ("Barcode", "2000000000008", "catalogue.gtin_invalid"),
        ("Barcode", "12345678905", "code.lost_zeros"),  # 012345678905 without its zero
        ("Barcode", "123", "catalogue.gtin_invalid"),
        ("Barcode", gtin(1), "catalogue.barcode_taken"),
    ],
)
def test_a_cell_that_is_not_understood_is_named_with_its_reason(
    city: City, files: Files, column: str, cell: str, code: str
):
    shown = cell if len(cell) <= 200 else cell[:199] + "…"
    content = as_csv("Kode produk;" + NEW.replace(",", ";") + f";{column}", f"X-1;P1;Abon;100;g;{cell}")
    (found,) = problems(hand_in(city, files, content))
    if code == "catalogue.class_impossible":
        assert (found[0], found[1]) == (2, "Kelompok pangan")
    else:
        assert found[:3] == (2, column, shown)
    assert found[3] == code


@pytest.mark.parametrize(
    "cell",
    [
        "15000",
        "15.000",
        "15,000",
        "Rp15.000",
        "Rp 15.000,-",
        "15.000,00",
        "15,000.00",
        "15000,00",
        "15000.00",
        "IDR 15.000",
    ],
)
def test_a_price_is_in_whole_rupiah_so_fifteen_thousand_is_read_however_it_is_written(
    city: City, files: Files, cell: str
):
    # Read with a decimal point, 15.000 would be fifteen rupiah with three decimals, which nobody writes.
    added(city, files, "Harga", cell)
    assert city.session.scalars(text("SELECT price_rp FROM product_price ORDER BY id DESC LIMIT 1")).all() == [15_000]


@pytest.mark.parametrize(
    ("content", "price", "read"),
    [
        ("1000 g", "15.000", 1_000),
        ("1.000 g", "15.000", 1_000),  # the price parts thousands with a dot, so the file does
        ("1,000 g", "15,000", 1_000),
        ("1.000 g", "15000", "number.ambiguous"),  # 1 or 1000: nothing in the file tells
        ("1.000 g", "15,000", "number.ambiguous"),  # one with three decimals, or a thousand by mistake
        ("1.000 g", "1.500.000", 1_000),
    ],
)
def test_prices_say_how_the_file_writes_other_numbers(
    city: City, files: Files, content: str, price: str, read: int | str
):
    tried = hand_in(city, files, as_csv("Kode produsen;Nama;Isi bersih;Harga", f"P1;Abon;{content};{price}"))
    if isinstance(read, int):
        take(city, files, tried)
        assert city.session.scalar(text("SELECT net_content FROM product WHERE name = 'Abon'")) == read
    else:
        assert problems(tried) == [(2, "Isi bersih", content, read)]


def test_two_styles_in_one_file_decide_nothing_and_only_parted_numbers_suffer(city: City, files: Files):
    rows = ("P1;Abon;1.000;g;15.000", "P1;Teh;1,000;g;15,000", "P1;Madu;500;g;20.000")
    found = hand_in(city, files, as_csv("Kode produsen;Nama;Isi bersih;Satuan;Harga", *rows))
    assert outcomes(found) == ["problem", "problem", "added"]
    assert [one[3] for one in problems(found)] == ["number.ambiguous"] * 2


@pytest.mark.parametrize(
    ("content", "unit", "fact"),
    [
        ("200", "g", (200, "g")),
        ("200 g", "", (200, "g")),
        ("200gr", "", (200, "g")),
        ("200 gram", "g", (200, "g")),
        ("1", "Kilogram", (1, "kg")),
        ("1 liter", "", (1, "l")),
        ("0,5", "kg", (500, "g")),
        ("1,5 l", "", (1_500, "ml")),
        ("12 buah", "", (12, "pcs")),
    ],
)
def test_a_content_may_hold_its_unit_and_half_a_kilogram_is_500_g(
    city: City, files: Files, content: str, unit: str, fact: tuple[int, str]
):
    tried = hand_in(city, files, as_csv("Kode produsen;Nama;Isi bersih;Satuan", f"P1;Abon;{content};{unit}"))
    take(city, files, tried)
    row = city.session.execute(text("SELECT net_content, net_unit FROM product WHERE name = 'Abon'")).one()
    assert tuple(row) == fact


@pytest.mark.parametrize(
    ("content", "unit", "code"),
    [
        ("200 g", "ml", "unit.differs"),
        ("2,5", "pcs", "number.not_whole"),
        ("0,0005", "kg", "number.not_whole"),
        ("10 x 20 g", "", "number.invalid"),
        ("banyak", "g", "number.invalid"),
        ("", "g", "cell.blank"),
        ("0", "g", "number.out_of_bounds"),
    ],
)
def test_a_content_that_cannot_be_is_a_problem(city: City, files: Files, content: str, unit: str, code: str):
    tried = hand_in(city, files, as_csv("Kode produsen;Nama;Isi bersih;Satuan", f"P1;Abon;{content};{unit}"))
    assert problems(tried) == [(2, "Isi bersih", content, code)]


def test_a_group_that_lost_its_zero_is_the_group(city: City, files: Files):
    found = hand_in(city, files, as_csv("Kode produk,Kelas,Kelompok", "PRD-1,pangan tahan lama,6"))
    assert str(tell_row(only(found))) == "goods_class: blank → dry_food; food_group: blank → 06"


def test_only_food_that_keeps_has_a_group(city: City, files: Files):
    found = hand_in(city, files, as_csv("Kode produk,Kelas,Kelompok", "PRD-1,kosmetik,06", "PRD-2,,05"))
    assert problems(found) == [
        (2, "Kelompok", "06", "catalogue.class_impossible"),
        (3, "Kelas", "", "class.missing"),
    ]


def test_days_in_an_order_that_the_file_shows_are_read(city: City, files: Files):
    rows = ("PRD-1,05/06/2026", "PRD-2,31/05/2026")  # the second shows that the day comes first
    take(city, files, hand_in(city, files, as_csv("Kode produk,Dijual mulai", *rows)))
    assert city.session.scalars(text("SELECT sold_from FROM product ORDER BY code")).all() == [
        date(2026, 6, 5),
        date(2026, 5, 31),
    ]


def test_days_that_end_before_they_begin_are_a_problem(city: City, files: Files):
    found = hand_in(city, files, as_csv("Kode produk,Dijual mulai,Dijual sampai", "PRD-1,2026-12-31,2026-12-01"))
    assert problems(found) == [(2, "Dijual sampai", "2026-12-01", "input.bad")]


def test_every_cell_at_fault_of_a_row_is_named(city: City, files: Files):
    found = hand_in(city, files, as_csv(f"{NEW},Harga,Kemasan", "P1,Abon,banyak,karung,mahal,bambu"))
    assert [one[1] for one in problems(found)] == ["Isi bersih", "Satuan", "Harga", "Kemasan"]
    found = hand_in(city, files, as_csv(f"{NEW}", "P1,,,"))
    assert [one[1] for one in problems(found)] == ["Nama produk", "Isi bersih", "Satuan"]


def test_signs_that_cannot_be_seen_are_left_out(city: City, files: Files):
    assert added(city, files, "Merek", "Da\u200bpur\u00a0Bunda").brand == "Dapur Bunda"
    assert city.session.scalar(text("SELECT count(*) FROM product WHERE brand = 'Dapur Bunda'")) == 1


def test_a_workbook_keeps_numbers_days_and_text_apart(city: City, files: Files):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(
        [
            "Kode produk",
            "Kode produsen",
            "Nama produk",
            "Isi bersih",
            "Satuan",
            "Harga",
            "Dijual mulai",
            "Kelompok",
            "Kelas",
            "Barcode",
        ]
    )
    sheet.append(["X-1", "P1", "Abon", 0.5, "kg", 15000.0, date(2026, 6, 5), 6, "pangan tahan lama", int(gtin(9))])
    sheet.append(["X-2", "P1", "Teh", 100, "g", 15000.5, None, None, None, None])
    sheet.append(["X-3", "P1", "=1/0", 100, "g", None, None, None, None, None])
    content = io.BytesIO()
    book.save(content)
    tried = hand_in(city, files, content.getvalue(), name="produk.xlsx")
    assert outcomes(tried)[:2] == ["added", "problem"]
    assert problems(tried)[0] == (3, "Harga", "15000.5", "price.not_whole")
    take(city, files, tried)
    product = get_product(city.session, "X-1")
    assert (product.net_content, product.net_unit, product.sold_from) == (500, "g", date(2026, 6, 5))
    assert product.food_group == "06"


def test_a_barcode_that_a_workbook_rounded_is_a_problem(city: City, files: Files):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Kode produk", "Barcode"])
    sheet.append(["PRD-1", 10**16])
    content = io.BytesIO()
    book.save(content)
    (found,) = problems(hand_in(city, files, content.getvalue()))
    assert found[3] == "code.scientific"
