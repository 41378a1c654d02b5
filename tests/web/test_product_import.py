"""Products by list on the pages: trying, taking over, problems on the page and as a file, lists to fill in, and reach."""

import io

import openpyxl
import pytest

from tests.builders import ADMIN, AUDITOR, FINANCE, gtin
from tests.web.browsing import Page
from tests.web.selling import find_jobs
from tests.web.test_forgeries import fingerprint
from tests.web.town import FIRST, OFFICER, SECOND, T1, VERIFIER, Town

NEW = "/products/import"
ROWS = (
    "Kode produk,Nama produk,Isi bersih,Satuan,Kemasan,Harga",
    "PRD-1,Keripik Singkong,200,g,plastik,16000",
    ",Abon Ikan,100,g,kaca,25.000",
    ",Sirup Markisa,500,ml,kaca,mahal",
)


def try_list(town: Town, *rows: str, login: str = FIRST, **fields: str) -> Page:
    content = "\n".join(rows or ROWS).encode()
    return town.browser(login).post(NEW, fields, page=NEW, files={"file": ("produk.csv", content)})


def products(town: Town) -> list[tuple[object, ...]]:
    return town.ask("SELECT * FROM product ORDER BY id")


def rows_of(page: Page) -> list[tuple[object, ...]]:
    """Return the rows of the first sheet of a workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(page.answer.content)).worksheets[0]
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def test_a_list_shows_what_it_would_do_and_changes_nothing(town: Town):
    before = products(town)
    page = try_list(town)
    assert page.status == 200, page.text
    assert "produk.csv" in page.text
    assert "Nothing was changed so far." in page.text
    assert "Take over 2 products" in page.text
    assert "price: Rp15.000 → Rp16.000" in page.text
    assert "Harga “mahal”: Write the price in whole rupiah, such as 15000 or 15.000." in page.text
    assert products(town) == before


def test_rows_are_narrowed_by_what_happens_to_them_and_searched(town: Town):
    path = try_list(town).path
    page = town.browser(FIRST).get(f"{path}?outcome=problem")
    assert "Sirup Markisa" in page.text
    assert "Abon Ikan" not in page.text
    assert "Abon Ikan" in town.browser(FIRST).get(f"{path}?q=abon").text
    assert "Nothing fits" in town.browser(FIRST).get(f"{path}?q=tidakada").text
    assert "Sirup Markisa" in town.browser(FIRST).get(f"{path}?format=csv").source
    for wish in ("sort=-name", "sort=told", "sort=nothing"):
        assert town.browser(FIRST).get(f"{path}?{wish}").status == 200


def test_a_list_is_taken_over_once(town: Town):
    path = try_list(town).path
    page = town.browser(FIRST).post(f"{path}/take", {}, page=path)
    assert "1 products are new, 1 were changed, 1 rows were left out." in page.text
    assert "Taken over:" in page.text
    assert page.actions() == []
    assert "price: Rp15.000 → Rp16.000" in page.text  # the rows stay as they were taken
    assert {"/products/P1-01", "/products/PRD-1"} <= set(page.links())
    assert town.ask("SELECT code, net_content, packaging FROM product WHERE name = 'Abon Ikan'") == [
        ("P1-01", 100, "glass")
    ]
    before = fingerprint(town)
    page = town.browser(FIRST).post(f"{path}/take", {}, page=path)
    assert "was taken over on" in page.text
    assert "nothing was changed again" in page.text
    assert fingerprint(town) == before


def test_the_same_list_again_changes_nothing(town: Town):
    path = try_list(town).path
    town.browser(FIRST).post(f"{path}/take", {}, page=path)
    page = try_list(town)
    assert page.path != path
    assert "No row of this list adds or changes a product." in page.text
    assert page.actions() == []
    page = town.browser(FIRST).post(f"{page.path}/take", {}, page=page.path)
    assert "No row of this list adds or changes a product; nothing was changed." in page.text


def test_the_dinas_names_the_producer_in_the_form_or_in_a_column(town: Town):
    rows = ("Nama produk,Isi bersih,Satuan,Barcode", f"Abon,100,g,{gtin(77)}")
    page = try_list(town, *rows, login=VERIFIER, producer="P2")
    page = town.browser(VERIFIER).post(f"{page.path}/take", {}, page=page.path)
    assert "1 products are new" in page.text
    assert town.ask(
        "SELECT product.code FROM barcode JOIN product ON product.id = product_id WHERE number = :n", n=gtin(77)
    ) == [("P2-01",)]
    page = try_list(town, "Kode produsen,Nama produk,Isi bersih,Satuan", "P1,Abon,100,g", login=ADMIN)
    assert "P1-01" in page.text
    page = try_list(town, *rows, login=VERIFIER)
    assert page.is_refused()
    assert "No column says whose products these are" in page.problem("file")
    page = try_list(town, *rows, login=VERIFIER, producer="tidak ada")
    assert "No producer is called" in page.problem("producer")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"Kolom,Lain\n1,2\n", "No column is named"),
        (b"Nama produk,Satuan\n", "no row with a product"),
        (b"Nama produk,Nama\nAbon,Abon\n", "are columns for the same"),
        (b"%PDF-1.7", "PDF document"),
        (b"PK\x03\x04 broken", "cut off or damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_its_field(shared_town: Town, content: bytes, says: str):
    page = shared_town.browser(FIRST).post(NEW, {}, page=NEW, files={"file": ("produk.csv", content)})
    assert page.is_refused()
    assert says in page.problem("file")
    assert shared_town.ask("SELECT count(*) FROM product_import") == [(0,)]


def test_no_file_and_too_large_a_file_are_said(shared_town: Town):
    page = shared_town.browser(FIRST).post(NEW, {}, page=NEW)
    assert "No file was chosen" in page.problem("file")
    large = b"Nama produk,Satuan\n" + b"x" * (5 << 20)
    page = shared_town.browser(FIRST).post(NEW, {}, page=NEW, files={"file": ("produk.csv", large)})
    assert "larger than 5 MB" in page.problem("file")


def test_the_file_of_problems_can_be_put_right_and_handed_in(town: Town):
    path = try_list(town).path
    head, *rows = rows_of(town.browser(FIRST).get(f"{path}/problems"))
    assert head[:6] == ("Kode produk", "Nama produk", "Isi bersih", "Satuan", "Kemasan", "Harga")
    assert head[6:] == ("Row of the file", "Column at fault", "Why it was not taken")
    assert [row[5:] for row in rows] == [
        ("mahal", 4, "Harga", "Write the price in whole rupiah, such as 15000 or 15.000.")
    ]
    book = openpyxl.load_workbook(io.BytesIO(town.browser(FIRST).get(f"{path}/problems").answer.content))
    book.worksheets[0]["F2"] = 30_000
    mended = io.BytesIO()
    book.save(mended)
    page = town.browser(FIRST).post(NEW, {}, page=NEW, files={"file": ("masalah.xlsx", mended.getvalue())})
    assert "Take over 1 product" in page.text
    assert "Row of the file, Column at fault, Why it was not taken" in page.text  # columns that were not read


def test_text_that_looks_like_a_formula_stays_text_in_the_file_of_problems(town: Town):
    live = ("=1+1", "+1", "-1", "@SUM(A1)")
    page = try_list(town, "Nama produk,Isi bersih,Satuan", *(f"{one},salah,g" for one in live))
    content = town.browser(FIRST).get(f"{page.path}/problems").answer.content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(one, "s") for one in live]


def test_the_template_and_the_present_products_are_lists_to_hand_in(town: Town):
    browser = town.browser(FIRST)
    head, example = rows_of(browser.get(f"{NEW}/template"))
    assert (head[0], "Kode produsen" in head, "Barcode (GTIN)" in head) == ("Kode produk", False, False)
    assert str(example[1]).startswith("Contoh:")
    assert "Kode produsen" in rows_of(town.browser(VERIFIER).get(f"{NEW}/template"))[0]
    answer = browser.get(f"{NEW}/products").answer
    page = browser.post(NEW, {}, page=NEW, files={"file": ("produk.xlsx", answer.content)})
    assert "No row of this list adds or changes a product." in page.text
    assert "Keripik Singkong" in page.text
    assert "Sambal Gami" not in page.text
    assert [row[2] for row in rows_of(town.browser(ADMIN).get(f"{NEW}/products?producer=P2"))[1:]] == ["Sambal Gami"]


def test_lists_are_seen_by_their_producer_and_by_those_who_manage_products(town: Town):
    path = try_list(town).path
    for login, status in (
        (FIRST, 200),
        (ADMIN, 200),
        (VERIFIER, 200),
        (SECOND, 404),
        (AUDITOR, 403),
        (T1, 403),
        (FINANCE, 403),
    ):
        assert town.browser(login).get(path).status == status, login
        assert town.browser(login).get(f"{path}/problems").status == status, login
    assert (path in town.browser(FIRST).get(NEW).links(), path in town.browser(SECOND).get(NEW).links()) == (
        True,
        False,
    )
    before = fingerprint(town)
    assert town.browser(SECOND).post(f"{path}/take", {}).status == 404
    assert fingerprint(town) == before
    assert town.browser(OFFICER).get(NEW).status == 403
    assert town.act_for("P3").get(path).status == 404
    assert town.act_for("P3").get(NEW).status == 200


def test_a_code_of_another_producer_is_as_unknown_as_any(shared_town: Town):
    page = try_list(shared_town, "Kode produk,Nama produk", "PRD-2,Sambal Gami", "ZZ-9,Abon")
    assert page.text.count("You have no product with this code.") == 2


def test_no_product_is_called_as_the_form_is(shared_town: Town):
    facts = {"producer": "P1", "code": "import", "name": "Abon", "net_content": "1", "net_unit": "g"}
    page = shared_town.browser(ADMIN).post("/products/new", facts, page="/products/new")
    assert "cannot be a code" in page.problem("code")


def test_lines_that_wait_are_placed_after_a_list(town: Town):
    before = len(find_jobs(town, "place_parked"))
    page = try_list(town, "Nama produk,Isi bersih,Satuan", "Abon,100,g")
    assert len(find_jobs(town, "place_parked")) == before
    town.browser(FIRST).post(f"{page.path}/take", {}, page=page.path)
    assert len(find_jobs(town, "place_parked")) == before + 2  # a line of each partner waits in the town
