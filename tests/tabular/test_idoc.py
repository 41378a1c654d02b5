"""SAP IDocs WPUUMS: an article segment is a row, its sign is composed, and a missing record is found."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consign.tabular.cells import TYPED
from consign.tabular.message_child import read_messages
from consign.tabular.numbers import NumberStyle, parse_number
from consign.tabular.refusals import (
    ControlCountDiffers,
    FileDamaged,
    FileIsTest,
    FileNotATable,
    FileRefused,
    FileWithoutRows,
    MessageDoubled,
)
from tests.tabular import messages
from tests.tabular.reading import look, write_bytes

WHOLE = 1063
"""A data record has 63 signs before the segment's own 1000."""


def control(number: str = "4711", *, kind: str = "WPUUMS", store: str = "S012", test: str = "") -> str:
    """Return a control record: the fields of EDI_DC40 up to the sender's partner number."""
    return (
        f"{'EDI_DC40':<10}{'800':<3}{number:0>16}{'740':<4}{'62':<2}{'2':<1}{'':<1}{'':<1}{test:<1}"
        f"{kind + '01':<30}{'':<30}{kind:<30}{'':<3}{'':<3}{'':<1}{'':<6}{'':<6}{'SAPPOS':<10}{'KU':<2}{'':<2}{store:<10}"
    )


def record(name: str, place: int, text: str, *, number: str = "4711", level: int = 2) -> str:
    """Return a data record with the segment's own *text*."""
    return f"{name:<30}{'800':<3}{number:0>16}{place:06}{1:06}{level:02}{text}"


def day(text: str = "20261005", currency: str = "IDR") -> str:
    """Return the text of E1WPU01."""
    return f"{text:<8}{currency:<4}"


def article(
    code: str = "8992761002015", quantity: str = "3", value: str = "135000", *,
    sign: str = "+", value_sign: str = "+", kind: str = "EANN", unit: str = "ST", action: str = "", long: str = "",
) -> str:  # fmt: skip
    """Return the text of E1WPU02."""
    return f"{kind:<4}{code:<25}{action:<15}{sign:<1}{quantity:<35}{value_sign:<1}{value:<35}{unit:<5}{long:<40}"


def write(*articles: str, number: str = "4711", store: str = "S012", end: str = "\n", head: str | None = None) -> str:
    """Return an IDoc of *articles*, its records numbered as they should be."""
    texts = [("E1WPU01", head or day()), *(("E1WPU02", text) for text in articles)]
    records = [record(name, place, text, number=number) for place, (name, text) in enumerate(texts, start=1)]
    return "".join(f"{one}{end}" for one in (control(number, store=store), *records))


FILE = write(article(), article("8992761002022", "1", "20000", sign="-", value_sign="-"))


def read(text: str | bytes) -> dict[int, dict[str, str]]:
    return messages.read(text, "idoc")


def cell(text: str, header: str) -> str:
    """Return the cell below *header* in the first row."""
    return read_messages(text.encode(), container="idoc").rows[0][1][header]


def test_every_article_is_a_row_with_its_sign(tmp_path: Path):
    seen = look(write_bytes(tmp_path, FILE.encode()))
    assert (seen.container, seen.encoding, seen.header_row) == ("idoc", "utf-8", 0)
    assert seen.headers == (
        *("ARTNR+EANN", "BELEGDATUM", "BELEGWAERS", "DOCNUM", "SNDPRN"),
        *("UMSMENGE", "UMSWERT", "UOM"),
    )
    head = ("2026-10-05", "IDR", "4711", "S012")
    assert seen.rows == {
        3: ("8992761002015", *head, "3", "135000", "ST"),
        4: ("8992761002022", *head, "-1", "-20000", "ST"),
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_records_may_be_padded_or_not(end: str):
    plain = FILE.splitlines()
    padded = [line.ljust(524 if line.startswith("EDI_DC40") else WHOLE) for line in plain]
    assert read("".join(f"{line}{end}" for line in padded)) == read(FILE)
    assert read("".join(f"{line.rstrip()}{end}" for line in plain)) == read(FILE)
    assert read(end.join(padded)) == read(FILE)  # a whole record needs no line end


def test_segments_may_go_by_their_definitions():
    assert read(FILE.replace("E1WPU01   ", "E2WPU01   ").replace("E1WPU02   ", "E2WPU02002")) == read(FILE)


def test_each_qualifier_of_an_article_is_a_column():
    text = write(
        article(), article("TEH-01", kind="ARTN"), article("000000000000004711", kind="", long="TEH-01-PANJANG")
    )
    rows = list(read(text).values())
    assert [row.get("ARTNR+EANN") for row in rows] == ["8992761002015", None, None]
    assert rows[1]["ARTNR+ARTN"] == "TEH-01"
    assert rows[2]["ARTNR"] == "000000000000004711 | TEH-01-PANJANG"  # nobody knows which
    assert read(write(article("TEH-01", kind="ARTN", long="TEH-01"))) == read(write(article("TEH-01", kind="ARTN")))
    assert cell(write(article("", kind="ARTN", long="TEH-01-SANGAT-PANJANG")), "ARTNR+ARTN") == "TEH-01-SANGAT-PANJANG"


@pytest.mark.parametrize(
    ("sign", "written", "shown"),
    [
        ("", "3", "3"),
        ("+", "3", "3"),
        ("-", "3", "-3"),
        ("-", "0.375", f"{TYPED}-0.375"),
        ("+", "3.000", f"{TYPED}3.000"),
        ("+", "", ""),
        ("+", "-3", f"{TYPED}+-3"),
        ("-", "-3", f"{TYPED}--3"),
        ("", "-3", f"{TYPED}-3"),
        ("", "1,5", f"{TYPED}1,5"),
        ("-", "3 4", f"{TYPED}-3 4"),
    ],
)
def test_the_sign_stands_before_the_number(sign: str, written: str, shown: str):
    assert cell(write(article(quantity=written, sign=sign)), "UMSMENGE") == shown
    assert cell(write(article(value=written, value_sign=sign)), "UMSWERT") == shown


@pytest.mark.parametrize("shown", [f"{TYPED}--3", f"{TYPED}+-3", f"{TYPED}-3", f"{TYPED}1,5", f"{TYPED}-3 4"])
def test_a_number_with_two_signs_is_none(shown: str):
    assert parse_number(shown, NumberStyle.INDONESIAN) == "number.invalid"


@pytest.mark.parametrize("sign", ["1", "x", "*"])
def test_another_sign_shows_that_fields_are_shifted(sign: str):
    for text in (write(article(), article(sign=sign)), write(article(value_sign=sign))):
        with pytest.raises(FileDamaged) as refusal:
            read(text)
        assert refusal.value.sentence.facts["sign"] == sign


def test_units_and_currencies_change_the_header():
    assert "UMSMENGE:KAR" in messages.headers(write(article(unit="KAR")), "idoc")
    assert "UMSMENGE" in messages.headers(write(article(unit="KGM")), "idoc")
    assert "UMSWERT:USD" in messages.headers(write(article(), head=day(currency="USD")), "idoc")


def test_segments_that_are_not_read_are_counted_in_a_column():
    records = [
        record("E1WPU01", 1, day()),
        record("E1WPU02", 2, article()),
        record("E1WPU05", 3, "+MWST1000"),
        record("E1WPU05", 4, "+PB1 2000"),
        record("E1WPU02", 5, article()),
    ]
    rows = list(read("".join(f"{one}\n" for one in (control(), *records))).values())
    assert [row.get("E1WPU05") for row in rows] == ["2", None]


def test_several_idocs_in_one_file():
    text = FILE + write(article(action="PROMO"), number="4712", store="S013", head=day("20261006"))
    assert [(row["DOCNUM"], row["SNDPRN"], row["BELEGDATUM"]) for row in read(text).values()] == [
        ("4711", "S012", "2026-10-05"),
        ("4711", "S012", "2026-10-05"),
        ("4712", "S013", "2026-10-06"),
    ]


@pytest.mark.parametrize(
    ("written", "shown"), [("261005", "261005:CCYYMMDD"), ("05.10.26", "05.10.26:CCYYMMDD"), ("", ":CCYYMMDD")]
)
def test_a_day_of_another_form_is_none(written: str, shown: str):
    assert cell(write(article(), head=day(written)), "BELEGDATUM") == shown


def test_a_lost_or_doubled_record_is_found():
    lines = FILE.splitlines(keepends=True)
    for broken in ([*lines[:2], lines[3]], [*lines[:3], lines[2], lines[3]], [lines[0], *lines[2:]]):
        with pytest.raises(ControlCountDiffers) as refusal:
            read("".join(broken))
        assert refusal.value.code == "file.control_count"
    with pytest.raises(ControlCountDiffers) as refusal:
        read("".join([*lines[:2], lines[3]]))
    assert (refusal.value.sentence.facts["stated"], refusal.value.sentence.facts["found"]) == ("000003", "2")


def test_a_record_of_another_idoc_is_found():
    stray = record("E1WPU02", 4, article(), number="9999") + "\n"
    with pytest.raises(ControlCountDiffers) as refusal:
        read(FILE + stray)
    assert (refusal.value.sentence.facts["stated"], refusal.value.sentence.facts["found"]) == ("9999", "4711")


@pytest.mark.parametrize("kind", ["WPUBON", "WPUWBW", "ORDERS"])
def test_another_kind_of_idoc_is_named(kind: str):
    with pytest.raises(FileNotATable) as refusal:
        read(FILE + control("4712", kind=kind) + "\n" + record("E1WPB01", 1, "", number="4712") + "\n")
    assert kind in str(refusal.value)
    assert "WPUUMS" in str(refusal.value)


def test_a_doubled_idoc_is_refused():
    with pytest.raises(MessageDoubled):
        read(FILE + FILE)


def test_a_test_is_refused():
    with pytest.raises(FileIsTest):
        read(FILE.replace(control(), control(test="X")))


def test_a_store_must_be_named():
    with pytest.raises(FileDamaged):
        read(write(article(), store=""))


def test_idocs_without_articles_are_refused():
    with pytest.raises(FileWithoutRows):
        messages.headers(write(), "idoc")


@pytest.mark.parametrize(
    "text",
    [
        FILE.rstrip("\n").rstrip(),
        FILE + "x" * 1064 + "\n",
        control() + "\n" + record("E1WPU02", 1, article()) + "\n",
        "E1WPU01\n" + FILE,
    ],
)
def test_broken_files_are_refused(text: str):
    with pytest.raises((FileDamaged, ControlCountDiffers)):
        read(text)


@pytest.mark.parametrize("mark", [TYPED, "\0"])
def test_our_own_marks_cannot_be_handed_in(mark: str):
    with pytest.raises(FileNotATable):
        read(write(article(quantity=f"3{mark}")))


def test_letters_are_utf_8_or_cp1252():
    text = write(article("CAFÉ", kind="ARTN"))
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        assert read(text.encode(encoding)) == read(text.encode("utf-8"))


CODES = st.text(st.sampled_from("ABC019é-."), min_size=1, max_size=20)
NUMBERS = st.decimals(min_value=-99_999, max_value=99_999, places=3) | st.integers(-(10**9), 10**9).map(Decimal)


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.tuples(CODES, NUMBERS, NUMBERS), min_size=1, max_size=5), end=st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_is_read(lines: list[tuple[str, Decimal, Decimal]], end: str):
    articles = [
        article(
            *(code, str(abs(quantity)), str(abs(value))),
            sign="-" if quantity < 0 else "",
            value_sign="-" if value < 0 else "+",
        )
        for code, quantity, value in lines
    ]
    rows = read(write(*articles, end=end).encode()).values()
    assert [(row["ARTNR+EANN"], Decimal(row["UMSMENGE"]), Decimal(row["UMSWERT"])) for row in rows] == lines


@settings(max_examples=120, deadline=None)
@given(place=st.integers(1, len(FILE) - 1))
def test_a_file_that_is_cut_off_inside_a_record_is_refused(place: int):
    cut = FILE[:place]
    try:
        rows = read(cut)
    except FileRefused:
        return
    # An IDoc does not say how many records it has: a cut between two of them cannot be seen.
    assert cut.endswith("\n")
    assert list(rows.items()) == list(read(FILE).items())[: len(rows)]
