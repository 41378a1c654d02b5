"""Barcodes and labels on the command line: what is drawn is read again by a decoder that knows nothing of it."""

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image

from consign.catalogue.numbers import make_city_number
from tests.builders import ADMIN, KERIPIK, SAMBAL
from tests.cli.terminal import Terminal

BAD_INPUT = 2


def decode(path: Path) -> list[tuple[str, str]]:
    """Return format and text of what a decoder reads on a PNG or the first page of a PDF."""
    if path.suffix == ".pdf":
        picture = pdfium.PdfDocument(path.read_bytes())[0].render(scale=300 / 72, grayscale=True).to_numpy()
    else:
        with Image.open(path) as opened:
            picture = np.asarray(opened.convert("L"))
    return [(one.format.name, one.text) for one in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("ending", ["png", "pdf"])
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


def test_any_text_is_drawn_as_code_128_and_a_gtin_as_a_digital_link(bare_terminal: Terminal, tmp_path: Path):
    path = tmp_path / "out.png"
    assert bare_terminal.run("barcode", "draw", "BPN-001", "-o", str(path), "--kind", "code128").status == 0
    assert decode(path) == [("Code128", "BPN-001")]
    done = bare_terminal.run("barcode", "draw", KERIPIK, "-o", str(path), "--qr", "https://titip.example")
    assert done.status == 0
    assert decode(path) == [("QRCode", f"https://titip.example/01/0{KERIPIK}")]


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


def test_a_number_is_given_retired_and_listed(admin: Terminal, tmp_path: Path):
    assert admin.run("barcode", "prefix", "20").status == 0
    reserved = admin.run("barcode", "reserve", "200000000001", "200000000004", "--partner", "BM", "--note", "Timbangan")
    assert reserved.status == 0
    refused = admin.run("barcode", "issue", "PRD-1")
    assert (refused.status, "catalogue.number_stands" in refused.err) == (BAD_INPUT, True)
    assert admin.run("barcode", "retire", KERIPIK, "--reason", "Uji").status == 0
    lacking = admin.run("barcode", "issue", "PRD-1")
    # Until today the old one is in use, so nothing lacks but papers.
    assert "catalogue.not_eligible" in lacking.err
    for ending in ("pdf", "xlsx", "csv"):
        path = tmp_path / f"register.{ending}"
        assert admin.run("barcode", "register", "-o", str(path)).status == 0
    assert KERIPIK in (tmp_path / "register.csv").read_text(encoding="utf-8-sig")
    words = pdfium.PdfDocument((tmp_path / "register.pdf").read_bytes())[0].get_textpage().get_text_range()
    assert SAMBAL in words
    assert admin.run("barcode", "register", "-o", str(tmp_path / "register.doc")).status == BAD_INPUT
    assert make_city_number("20", 5)[:12] == "200000000005"


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
