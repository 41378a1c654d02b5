"""Barcodes and labels on the command line: what is drawn is read again by a decoder that knows nothing of it."""

import csv
import io
from pathlib import Path

import numpy as np
import openpyxl
import pypdfium2 as pdfium
import pytest
import typst
import zxingcpp
from PIL import Image
from sqlalchemy import text

from consign.catalogue.numbers import make_city_number
from consign.db import Database
from tests.builders import ADMIN, KERIPIK, SAMBAL
from tests.cli.terminal import Terminal
from tests.conftest import REGION

BAD_INPUT = 2


ON_A_PAGE = b'#set page(width: 120mm, height: 80mm, margin: 5mm)\n#image(bytes(sys.inputs.svg), format: "svg")'


def look_at(path: Path) -> np.ndarray:
    """Return a drawing as grey dots, as another program shows it."""
    match path.suffix:
        case ".pdf":
            return pdfium.PdfDocument(path.read_bytes())[0].render(scale=600 / 72, grayscale=True).to_numpy()
        case ".svg":
            drawn = typst.compile(
                ON_A_PAGE, format="png", ppi=600, sys_inputs={"svg": path.read_text(encoding="utf-8")},
                ignore_system_fonts=True,
            )  # fmt: skip
            assert isinstance(drawn, bytes)
            return np.asarray(Image.open(io.BytesIO(drawn)).convert("L"))
        case _:
            return np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("L"))


def decode(path: Path) -> list[tuple[str, str]]:
    """Return format and text of what a decoder reads on a picture, or on the first page of a PDF."""
    return [(one.format.name, one.text) for one in zxingcpp.read_barcodes(look_at(path))]


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
@pytest.mark.parametrize(
    ("code", "read"),
    [
        (KERIPIK, ("EAN13", KERIPIK)),
        ("036000291452", ("EAN13", "0036000291452")),  # leading zeros stay
        ("12345670", ("EAN8", "12345670")),
        ("2000000000015", ("EAN13", "2000000000015")),
    ],
)
def test_a_symbol_is_drawn_and_read(
    bare_terminal: Terminal, tmp_path: Path, ending: str, code: str, read: tuple[str, str]
):
    path = tmp_path / f"out.{ending}"
    assert bare_terminal.run("barcode", "draw", code, "-o", str(path), "--dpi", "600").status == 0
    assert decode(path) == [read]


def test_any_text_is_drawn_as_code_128(bare_terminal: Terminal, tmp_path: Path):
    path = tmp_path / "out.png"
    assert bare_terminal.run("barcode", "draw", "BPN-001", "-o", str(path), "--kind", "code128").status == 0
    assert decode(path) == [("Code128", "BPN-001")]


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_a_gtin_is_drawn_as_a_digital_link(bare_terminal: Terminal, tmp_path: Path, ending: str):
    path = tmp_path / f"out.{ending}"
    done = bare_terminal.run("barcode", "draw", KERIPIK, "-o", str(path), "--qr", "https://titip.example")
    assert done.status == 0
    assert decode(path) == [("QRCode", f"https://titip.example/01/0{KERIPIK}")]


@pytest.mark.parametrize("dpi", ["203", "300", "600"])
def test_bars_are_as_high_as_asked_for_and_are_read_without_digits_too(
    bare_terminal: Terminal, tmp_path: Path, dpi: str
):
    heights = []
    for place, words in enumerate((["--no-digits"], ["--no-digits", "--height", "10"], ["--height", "10"])):
        path = tmp_path / f"{place}.png"
        assert bare_terminal.run("barcode", "draw", KERIPIK, "-o", str(path), "--dpi", dpi, *words).status == 0
        assert decode(path) == [("EAN13", KERIPIK)]
        heights.append(look_at(path).shape[0])
    full, low, with_digits = heights
    assert low < with_digits < full
    # 10 mm are 79,9 dots of 203 in an inch of 25,4 mm, 118,1 of 300, and 236,2 of 600.
    assert abs(low - {"203": 80, "300": 118, "600": 236}[dpi]) <= 2


def test_an_svg_is_a_vector_without_a_font(bare_terminal: Terminal, tmp_path: Path):
    path = tmp_path / "out.svg"
    assert bare_terminal.run("barcode", "draw", KERIPIK, "-o", str(path)).status == 0
    source = path.read_text(encoding="utf-8")
    assert "<svg" in source
    assert "<path" in source
    assert "<text" not in source
    assert "<image" not in source


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["8990000000011", "-o", "{}.svg"], "catalogue.gtin_invalid"),
        (["89900000000", "-o", "{}.svg"], "catalogue.gtin_invalid"),
        (["2000000000016", "-o", "{}.svg"], "catalogue.gtin_invalid"),
        ([KERIPIK, "-o", "{}.gif"], "input.bad"),
        ([KERIPIK, "-o", "{}.svg", "--kind", "ean8"], "catalogue.drawing_refused"),
        (["18992761002012", "-o", "{}.svg"], "catalogue.not_for_tills"),
        (["2000000000015", "-o", "{}.svg", "--qr", "https://titip.example"], "input.bad"),
        (["\u00e4", "-o", "{}.png", "--kind", "code128"], "catalogue.drawing_refused"),
    ],
)
def test_what_cannot_be_drawn_writes_nothing(bare_terminal: Terminal, tmp_path: Path, words: list[str], code: str):
    done = bare_terminal.run("barcode", "draw", *(one.format(tmp_path / "out") for one in words))
    assert done.status == BAD_INPUT
    assert code in done.err
    assert list(tmp_path.glob("out.*")) == []


@pytest.fixture
def admin(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("CONSIGN_AS", ADMIN)
    return terminal


@pytest.fixture
def open_register(admin: Terminal, database: Database) -> Terminal:
    """Let numbers begin with 20 and come before papers; four of them are a partner's own."""
    assert admin.run("barcode", "prefix", "20").out == "New numbers begin with 20.\n"
    reserved = admin.run("barcode", "reserve", "200000000001", "200000000004", "--partner", "BM", "--note", "Timbangan")
    assert (reserved.status, reserved.err) == (0, "")
    with database.transaction(REGION) as session:
        session.execute(
            text("UPDATE register_terms SET before_papers = true, public_address = 'https://titip.example'")
        )
        session.execute(
            text("""
            INSERT INTO product (producer_id, code, name, net_content, net_unit)
            SELECT min(id), 'BARU-' || n, 'Kue ' || n, 100, 'g' FROM producer, generate_series(1, 2) AS n GROUP BY n""")
        )
    return admin


def test_a_number_is_given_for_people_and_for_programs(open_register: Terminal):
    first, second = make_city_number("20", 5), make_city_number("20", 6)
    assert open_register.run("barcode", "issue", "BARU-1").out == (
        f"BARU-1 has the number {first} now; 0 parked lines were placed.\n"
    )
    assert open_register.json("barcode", "issue", "BARU-2") == {"product": "BARU-2", "number": second, "placed": 0}
    refused = open_register.run("barcode", "issue", "BARU-2")
    assert (refused.status, "catalogue.number_stands" in refused.err) == (BAD_INPUT, True)
    missing = open_register.run("barcode", "issue", "TIDAK-ADA")
    assert (missing.status, missing.out) == (BAD_INPUT, "")


def test_a_range_that_is_noted_later_names_the_numbers_in_its_way(open_register: Terminal):
    open_register.run("barcode", "issue", "BARU-1")
    done = open_register.run("barcode", "reserve", "2000", "--partner", "BM", "--note", "Timbangan")
    assert done.status == 0
    assert done.err == f"In its way: {make_city_number('20', 5)}; its product needs another number.\n"
    refused = open_register.run("barcode", "reserve", "31", "--partner", "BM", "--note", "Timbangan")
    assert (refused.status, "catalogue.range_invalid" in refused.err) == (BAD_INPUT, True)


def test_another_prefix_leaves_the_other_settings_as_they_are(open_register: Terminal, database: Database):
    assert open_register.run("barcode", "prefix", "2471").status == 0
    refused = open_register.run("barcode", "prefix", "2471000")
    assert (refused.status, "catalogue.prefix_overlaps" in refused.err) == (BAD_INPUT, True)
    with database.transaction(REGION) as session:
        row = session.execute(text("SELECT prefix, before_papers, public_address FROM register_terms")).one()
    assert tuple(row) == ("2471", True, "https://titip.example")


def test_a_number_is_retired_with_a_reason_and_waits_for_papers(admin: Terminal):
    assert admin.run("barcode", "prefix", "20").status == 0
    assert admin.run("barcode", "retire", KERIPIK, "--reason", " ").status == BAD_INPUT
    assert admin.run("barcode", "retire", KERIPIK, "--reason", "Uji").status == 0
    again = admin.run("barcode", "retire", KERIPIK, "--reason", "Uji")
    assert (again.status, "catalogue.number_retired" in again.err) == (BAD_INPUT, True)
    # Nothing stands in the way of a number of the city but papers.
    assert "catalogue.not_eligible" in admin.run("barcode", "issue", "PRD-1").err


def test_the_register_is_written_as_pdf_and_as_a_list(open_register: Terminal, tmp_path: Path):
    number = str(open_register.json("barcode", "issue", "BARU-1")["number"])
    paths = {ending: tmp_path / f"register.{ending}" for ending in ("pdf", "xlsx", "csv", "doc")}
    for ending, path in paths.items():
        assert open_register.run("barcode", "register", "-o", str(path)).status == (BAD_INPUT if ending == "doc" else 0)
    assert not paths["doc"].exists()
    rows = list(csv.DictReader(io.StringIO(paths["csv"].read_text(encoding="utf-8-sig"))))
    assert [row["number"] for row in rows] == [number, KERIPIK, SAMBAL]
    assert (rows[0]["product"], rows[0]["content"], rows[0]["kind"], rows[0]["state"]) == (
        "Kue 1",
        "100 g",
        "city",
        "in_use",
    )
    sheet = openpyxl.load_workbook(paths["xlsx"]).worksheets[0]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["number", number, KERIPIK, SAMBAL]
    words = pdfium.PdfDocument(paths["pdf"].read_bytes())[0].get_textpage().get_text_range()
    assert all(one in words for one in (number, KERIPIK, SAMBAL))


def test_finance_gives_and_settles_no_numbers(terminal: Terminal):
    for words in (
        ["issue", "PRD-1"],
        ["retire", KERIPIK, "--reason", "Uji"],
        ["prefix", "20"],
        ["reserve", "21", "--partner", "BM", "--note", "Uji"],
    ):
        done = terminal.run("barcode", *words)
        assert (done.status, "not_allowed" in done.err) == (BAD_INPUT, True), done.err


def test_labels_are_made_and_what_is_to_be_known_is_said(admin: Terminal, tmp_path: Path):
    path = tmp_path / "labels.pdf"
    done = admin.run("labels", "PRD-1=3", "--stock", "tom & jerry 107", "-o", str(path), "--with", "price", "--json")
    assert done.status == 0
    assert '"decoded": 3' in done.out
    assert "bars" in done.out
    assert {read for _, read in decode(path)} == {KERIPIK}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["PRD-1=banyak", "--stock", "A4 3x8"], "catalogue.labels_refused"),
        (["PRD-1", "PRD-2", "--stock", "A4 3x8"], "catalogue.labels_refused"),
        (["PRD-1", "--stock", "Tidak ada"], "catalogue.stock_missing"),
        (["PRD-1", "--stock", "Termal 33x15 3 lajur"], "catalogue.drawing_refused"),
        (["PRD-1", "--stock", "Termal 33x15 3 lajur", "--small", "--with", "price"], "catalogue.scan_test_needed"),
        (["PRD-1", "--stock", "A4 3x8", "--start", "25"], "catalogue.drawing_refused"),
    ],
)
def test_labels_that_cannot_be_made_write_nothing(admin: Terminal, tmp_path: Path, words: list[str], code: str):
    path = tmp_path / "labels.pdf"
    done = admin.run("labels", *words, "-o", str(path))
    assert done.status == BAD_INPUT
    assert code in done.err
    assert not path.exists()
