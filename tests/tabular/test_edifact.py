"""Sales reports of UN/EDIFACT: every line is a row, every qualifier a column, and what does not tie is refused."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consign.tabular.cells import TYPED
from consign.tabular.dates import DateOrder, parse_day
from consign.tabular.edifact import Signs, part_segment, read_interchanges
from consign.tabular.message_child import read_messages
from consign.tabular.numbers import NumberStyle, parse_number
from consign.tabular.refusals import (
    ControlCountDiffers,
    FileDamaged,
    FileIsTest,
    FileMixedEncodings,
    FileNotATable,
    FileRefused,
    FileWithoutRows,
    MessageChangesAnother,
    MessageDoubled,
)
from tests.tabular.messages import (
    HEAD,
    LINES,
    OPENING,
    RETAILER,
    SOLD,
    STORE,
    column,
    headers,
    interchange,
    line,
    message,
    read,
    write,
)
from tests.tabular.reading import look, write_bytes

FILE = write(interchange(RETAILER))
MONTHLY = (
    "BGM+563+SR-2026-01+9", "DTM+137:20261101:102", "DTM+356:20261001:102", "DTM+357:20261031:102",
    "NAD+SE+8798765432109::9++MEGA RETAIL", "NAD+SU+8712345678901::9", "NAD+ST+8798765432199::9++MEGA STORE 42",
    "CUX+2:IDR:9",
    "LIN+1++8992761002015:EN", "IMD+F++:::KERIPIK SINGKONG", "QTY+152:12:PCE", "PRI+AAA:15000", "MOA+203:180000",
    "LIN+2++8992761002022:EN", "IMD+F++:::SAMBAL:BOTOL", "QTY+152:3:PCE", "PRI+AAA:20000", "MOA+203:60000",
    "UNS+S", "MOA+79:240000", "CNT+2:2",
)  # fmt: skip
"""How the other kind of sender writes a month of one store: no place of sale, line amounts and their total."""
OTHER_SENDER = write(interchange(message(*MONTHLY, kind="SLSRPT:D:96A:UN")), una="", between="")


def with_segments(*segments: str) -> str:
    """Return a file with one message of a store, whose only line has *segments*."""
    return write(interchange(message(*HEAD, *STORE, "LIN+1++8992761002015:EN", *segments)))


def test_a_retailers_lines_are_rows_and_twins_stay_two(tmp_path: Path):
    seen = look(write_bytes(tmp_path, FILE.encode()))
    assert (seen.container, seen.encoding, seen.header_row) == ("edifact", "iso-8859-1", 0)
    assert seen.headers == (
        *("Message", "Document", "Sales date", "Store", "Buyer", "Supplier", "Line", "GTIN", "Currency"),
        *("PRI+AAE", "QTY+153", "RFF+SA", "RFF+SP"),
    )
    row = ("1", "729058", "2026-10-05", "4260026610102", "4260026610102", "4007399000006", "1", "8992761002015", "IDR")
    twin = (*row[:6], "2", *row[7:])
    # UNA and UNB are segments 1 and 2, UNH 3, seven of the head, two of the store: the first LIN is the 13th.
    assert seen.rows == {13: (*row, "45000", "1", "76", "108"), 18: (*twin, "45000", "1", "76", "108")}
    assert FILE.splitlines()[12].startswith("LIN+1")


def test_the_other_sender_has_a_span_instead_of_a_day():
    first, second = read(OTHER_SENDER).values()
    assert first == {
        "Message": "1", "Document": "SR-2026-01", "From": "2026-10-01", "Until": "2026-10-31", "Supplier": "8712345678901",
        "NAD+SE": "8798765432109", "NAD+ST": "8798765432199", "Currency": "IDR", "Line": "1", "GTIN": "8992761002015",
        "Name": "KERIPIK SINGKONG", "QTY+152": "12", "PRI+AAA": "15000", "MOA+203": "180000",
    }  # fmt: skip
    assert second["Name"] == "SAMBAL BOTOL"


def test_the_order_of_segments_does_not_change_the_header():
    lines = (*line(1, "8992761002015", *SOLD), *line(2, "8992761002015", *reversed(SOLD)))
    turned = write(interchange(message(*reversed(HEAD), *STORE, *lines)))
    assert headers(turned) == headers(FILE)


def test_another_qualifier_is_another_header():
    more = write(interchange(message(*HEAD, *STORE, *LINES, "QTY+145:8:PCE")))
    assert [header for header in headers(more) if header not in headers(FILE)] == ["QTY+145"]


@pytest.mark.parametrize(
    ("segment", "header"),
    [
        ("QTY+153:2:PCE", "QTY+153"),
        ("QTY+153:2", "QTY+153"),
        ("QTY+153:2:KGM", "QTY+153"),
        ("QTY+153:2:CT", "QTY+153:CT"),
        ("PRI+AAE:2", "PRI+AAE"),
        ("PRI+AAE:2::SRP", "PRI+AAE:SRP"),
        ("PRI+AAE:2::RTP:12:PCE", "PRI+AAE:12PCE"),
        ("PRI+AAE:2::RTP:1:PCE", "PRI+AAE"),
        ("MOA+203:2", "MOA+203"),
        ("MOA+203:2:IDR", "MOA+203"),
        ("MOA+203:2:USD", "MOA+203:USD"),
        ("NAD+SA+2::9", "NAD+SA"),
        ("PIA+1+2:SA::91", "PIA+SA"),
        ("ALI+++2", "ALI"),
    ],
)
def test_what_changes_the_meaning_of_a_figure_stands_in_its_header(segment: str, header: str):
    row = next(iter(read(with_segments(segment)).values()))
    assert row[header].strip("+") == "2"


def test_amounts_in_another_currency_are_other_columns():
    text = FILE.replace("CUX+2:IDR", "CUX+2:EUR")
    assert "PRI+AAE:EUR" in headers(text)
    assert "PRI+AAE" not in headers(text)


def test_several_stores_each_have_their_own_day():
    second = ("LOC+162+4260026610119::9", "DTM+356:20261006:102")
    segments = (*HEAD, *STORE, *LINES, *second, *line(3, "8992761002022", *SOLD))
    rows = list(read(write(interchange(message(*segments)))).values())
    assert [(row["Store"], row["Sales date"], row["Line"]) for row in rows] == [
        ("4260026610102", "2026-10-05", "1"),
        ("4260026610102", "2026-10-05", "2"),
        ("4260026610119", "2026-10-06", "3"),
    ]


def test_a_store_without_lines_gives_its_facts_to_no_other():
    empty = ("LOC+162+9999999999999::9", "DTM+356:20261001:102")
    assert column(write(interchange(message(*HEAD, *empty, *STORE, *LINES))), "Store") == ["4260026610102"] * 2


def test_a_place_named_behind_its_lines_is_not_guessed():
    text = write(interchange(message(*HEAD, *LINES, *STORE, *LINES)))
    with pytest.raises(FileDamaged):
        read(text)


def test_several_messages_and_interchanges_in_one_file():
    second = message("BGM+73E::9+729059+9", *HEAD[1:], *STORE, *LINES, reference="2")
    other = OPENING.replace("IC1", "IC2")
    third = message("BGM+73E::9+729060+9", *HEAD[1:], *STORE, *LINES)
    text = write(interchange(RETAILER, second)) + "\r\n" + write(interchange(third, opening=other, reference="IC2"))
    rows = read(text)
    assert [row["Document"] for row in rows.values()] == ["729058"] * 2 + ["729059"] * 2 + ["729060"] * 2
    assert (
        read(text + write(interchange(message(*MONTHLY), opening=other, reference="IC2"), una="")).keys() > rows.keys()
    )


def test_groups_are_counted_by_the_interchange():
    group = ("UNG+SLSRPT+A+B+261006:2216+G1+UN+D:96A", *RETAILER, "UNE+1+G1")
    assert len(read(write((OPENING, *group, "UNZ+1+IC1")))) == 2
    with pytest.raises(ControlCountDiffers):
        read(write((OPENING, *group[:-1], "UNE+2+G1", "UNZ+1+IC1")))


def test_other_signs_and_a_decimal_comma():
    segments = message(*HEAD, *STORE, *line(1, "8992761002015", "PRI+AAE:1500,5::RTP", "QTY+153:0,375:KGM"))
    plain = write(interchange(segments), una="UNA:+,? '", between="")
    other = plain.translate(str.maketrans(":+?'", ";*!~"))
    assert read(other) == read(plain)
    row = next(iter(read(other).values()))
    assert (row["PRI+AAE"], row["QTY+153"]) == ("1500.5", "0.375")


def test_a_line_end_may_end_a_segment_or_wrap_a_long_one():
    by_line = write(interchange(RETAILER), una="UNA:+.? \n", end="", between="\n")
    assert read(by_line) == read(FILE)
    flat = write(interchange(RETAILER), between="")
    wrapped = "\r\n".join(flat[place : place + 80] for place in range(0, len(flat), 80))
    assert read(wrapped) == read(FILE)


def test_a_release_character_that_is_not_in_use_is_a_blank():
    text = write(interchange(message(*HEAD, *STORE, "LIN+1++1:EN", "IMD+F++:::TEH ASLI?", *SOLD)), una="UNA:+.  '")
    assert column(text, "Name") == ["TEH ASLI?"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("IBU SRI?'S KUE ?+ TEH ??", "IBU SRI'S KUE + TEH ?"),
        ("A?:B", "A:B"),
        ("CAF? LATTE", "CAF? LATTE"),  # a letter that was lost on the way; it releases nothing
        ("ENAK?'UNA:+", "ENAK'UNA"),  # no new interchange
    ],
)
def test_released_signs_are_text(written: str, name: str):
    assert column(with_segments(f"IMD+F++:::{written}"), "Name") == [name]


def test_a_sign_that_was_not_released_is_found_by_the_count():
    with pytest.raises(ControlCountDiffers):
        read(with_segments("IMD+F++:::SRI?", *SOLD).replace("SRI??", "SRI?"))


@pytest.mark.parametrize(
    ("una", "written", "cell"),
    [
        ("UNA:+.? '", "1500", "1500"),
        ("UNA:+.? '", "1500.50", f"{TYPED}1500.50"),
        ("UNA:+.? '", "-2", "-2"),
        ("UNA:+.? '", "-.5", f"{TYPED}-0.5"),
        ("UNA:+.? '", "45.000", f"{TYPED}45.000"),  # no message parts thousands: forty-five
        ("UNA:+,? '", "1500,50", f"{TYPED}1500.50"),
        ("UNA:+.? '", "1500,50", f"{TYPED}1500,50"),  # not the mark that the interchange names
        ("UNA:+.? '", "1 500", f"{TYPED}1 500"),
        ("UNA:+.? '", "2-", f"{TYPED}2-"),
        ("", "1500.50", "1500.50"),  # no mark is named: all numbers of the file decide
    ],
)
def test_numbers_come_out_in_a_style_that_is_known(una: str, written: str, cell: str):
    text = write(interchange(message(*HEAD, *STORE, "LIN+1++1:EN", f"QTY+153:{written}:PCE")), una=una)
    table = read_messages(text.encode(), container="edifact")
    assert table.rows[0][1]["QTY+153"] == cell


@pytest.mark.parametrize("written", ["1500,50", "1 500", "1.5.0", "2-", "1?5", "12E3", "Rp500"])
def test_what_is_no_number_of_a_message_is_none_in_any_style(written: str):
    table = read_messages(with_segments(f"QTY+153:{written}").encode(), container="edifact")
    assert all(isinstance(parse_number(table.rows[0][1]["QTY+153"], style), str) for style in NumberStyle)


def test_a_quantity_said_twice_is_no_quantity():
    table = read_messages(with_segments("QTY+153:1:PCE", "QTY+153:1:PCE").encode(), container="edifact")
    cell = table.rows[0][1]["QTY+153"]
    assert cell == f"{TYPED}1 | 1"
    assert parse_number(cell, NumberStyle.PLAIN) == "number.invalid"


@pytest.mark.parametrize(
    ("days", "cells"),
    [
        (["356:20261005:102"], {"Sales date": "2026-10-05"}),
        (["356:261005:101"], {"Sales date": "2026-10-05"}),
        (["356:202610052359:203"], {"Sales date": "2026-10-05"}),
        (["356:20261005235959:204"], {"Sales date": "2026-10-05"}),
        (["356:20261005-20261005:718"], {"Sales date": "2026-10-05"}),
        (["356:20261001-20261007:718"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["356:2026100120261007:718"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["356:202610010000-202610072359:719"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["356:20261001:102", "357:20261007:102"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["356:20261001:102", "357:20261001:102"], {"Sales date": "2026-10-01"}),
        (["356:20261005:102", "90:20261001:102", "91:20261007:102"], {"Sales date": "2026-10-05"}),
        (["90:20261005:102", "91:20261005:102"], {"Sales date": "2026-10-05"}),
        (["90:20261001:102", "91:20261007:102"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["90:20261001:102"], {"From": "2026-10-01"}),
        ([], {}),
        (["356:202641:616"], {"Sales date": "202641:616"}),
        (["356:20261005"], {"Sales date": "20261005:"}),
        (["356:2026105:102"], {"Sales date": "2026105:102"}),
        (["356:20261005:102", "356:20261006:102"], {"Sales date": "2026-10-05 | 2026-10-06"}),
    ],
)
def test_days_of_the_sales(days: list[str], cells: dict[str, str]):
    segments = (HEAD[0], STORE[0], *(f"DTM+{day}" for day in days), *LINES)
    rows = read(write(interchange(message(*segments))))
    found = {
        header: cell for header, cell in rows[next(iter(rows))].items() if header in ("Sales date", "From", "Until")
    }
    assert found == cells


@pytest.mark.parametrize("cell", ["202641:616", "20261005:", "2026105:102", "2026-10-05 | 2026-10-06", "2026-02-31"])
def test_a_day_that_is_none_reads_as_none(cell: str):
    assert parse_day(cell, DateOrder.YEAR_FIRST) == "date.invalid"


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("UNT+21+1", "UNT+22+1", ("22", "21")),
        ("UNT+21+1", "UNT+21+2", ("2", "1")),
        ("UNT+21+1", "UNT++1", ("-", "21")),
        ("UNZ+1+IC1", "UNZ+2+IC1", ("2", "1")),
        ("UNZ+1+IC1", "UNZ+1+IC2", ("IC2", "IC1")),
    ],
)
def test_envelopes_that_do_not_tie(old: str, new: str, both: tuple[str, str]):
    assert old in FILE
    with pytest.raises(ControlCountDiffers) as refusal:
        read(FILE.replace(old, new))
    assert refusal.value.code == "file.control_count"
    assert (refusal.value.sentence.facts["stated"], refusal.value.sentence.facts["found"]) == both


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("MOA+79:240000", "MOA+79:240001", ("240001", "240000")),
        ("MOA+203:60000", "MOA+203:6000", ("240000", "186000")),
        ("CNT+2:2", "CNT+2:3", ("3", "2")),
        ("CNT+2:2", "CNT+1:16", ("16", "15")),
        ("CNT+2:2", "CNT+2:", ("-", "2")),
        ("MOA+79:240000", "MOA+79:x", ("?", "240000")),
    ],
)
def test_totals_that_do_not_tie(old: str, new: str, both: tuple[str, str]):
    assert old in OTHER_SENDER
    with pytest.raises(ControlCountDiffers) as refusal:
        read(OTHER_SENDER.replace(old, new))
    assert (refusal.value.sentence.facts["stated"], refusal.value.sentence.facts["found"]) == both


def test_totals_that_tie():
    # 12 and 3 were sold; on hand are 8 and 1. A total of quantities may be of one kind, or of all: 15 + 9 = 24.
    more = OTHER_SENDER.replace("QTY+152:12:PCE", "QTY+152:12:PCE'QTY+145:8:PCE").replace(
        "QTY+152:3:PCE", "QTY+152:3:PCE'QTY+145:1:PCE"
    )
    for total in ("15", "9", "24"):
        assert len(read(more.replace("CNT+2:2", f"CNT+1:{total}").replace("UNT+23", "UNT+25"))) == 2
    head = message(*MONTHLY[:8], "MOA+79:240000", *MONTHLY[8:18])
    assert len(read(write(interchange(head)))) == 2


def test_a_total_for_each_store_is_held_against_its_own_lines():
    amounts = ("MOA+203:100", "MOA+79:100", "LOC+162+2", "LIN+2++1:EN", "MOA+203:50", "MOA+203:7", "MOA+79:57")
    assert len(read(with_segments(*amounts))) == 2
    with pytest.raises(ControlCountDiffers):
        read(with_segments(*amounts[:-1], "MOA+79:157"))


@pytest.mark.parametrize("kind", ["ORDERS", "INVRPT", "INVOIC", ""])
def test_another_kind_of_message_is_named(kind: str):
    with pytest.raises(FileNotATable) as refusal:
        read(
            write(interchange(RETAILER, message("BGM+220+1+9", "LIN+1++1:EN", reference="2", kind=f"{kind}:D:96A:UN")))
        )
    assert kind in str(refusal.value)
    assert "SLSRPT" in str(refusal.value)


@pytest.mark.parametrize("function", ["1", "5", "4"])
def test_a_message_that_changes_another_is_refused(function: str):
    with pytest.raises(MessageChangesAnother):
        read(FILE.replace("BGM+73E::9+729058+9", f"BGM+73E::9+729058+{function}"))


def test_a_doubled_message_is_refused():
    with pytest.raises(MessageDoubled):
        read(FILE + FILE)
    with pytest.raises(MessageDoubled):
        read(write(interchange(RETAILER, message(*HEAD, *STORE, *LINES, reference="2"))))


def test_a_test_is_refused():
    with pytest.raises(FileIsTest):
        read(FILE.replace("+IC1'\nUNH", "+IC1++++++1'\nUNH"))


def test_messages_without_lines_are_refused():
    with pytest.raises(FileWithoutRows):
        headers(write(interchange(message(*HEAD, *STORE))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UNZ+1+IC1'", ""),
        ("UNZ+1+IC1'", "UNZ+1+IC1"),
        ("UNT+21+1'\n", ""),
        ("UNH+1+", "UNX+1+"),
        ("LIN+2", "''LIN+2"),
        ("LIN+2", "L:IN+2"),
        ("UNT+21+1'", "UNT+21+1'LIN+3++1:EN'"),
        ("UNZ+1+IC1'", "UNZ+1+IC1'\nTotal;5"),
        ("UNOC", "KECA"),
    ],
)
def test_broken_envelopes_are_refused(old: str, new: str):
    assert old in FILE
    with pytest.raises((FileDamaged, ControlCountDiffers)):
        read(FILE.replace(old, new))


@pytest.mark.parametrize(("syntax", "encoding"), [("UNOC", "iso-8859-1"), ("UNOY", "utf-8"), ("UNOE", "iso-8859-5")])
def test_the_interchange_says_its_encoding(syntax: str, encoding: str):
    name = "КАФЕ" if syntax == "UNOE" else "CAFÉ"
    content = with_segments(f"IMD+F++:::{name}", *SOLD).replace("UNOC", syntax).encode(encoding)
    assert next(iter(read(content).values()))["Name"] == name
    assert read_messages(content, container="edifact").encoding == encoding


@pytest.mark.parametrize("syntax", ["UNOA", "UNOB", "UNOY"])
def test_letters_of_another_encoding_are_not_guessed(syntax: str):
    content = with_segments("IMD+F++:::CAFÉ", *SOLD).replace("UNOC", syntax).encode("iso-8859-1")
    with pytest.raises(FileMixedEncodings):
        read(content)


def test_our_own_mark_cannot_be_handed_in():
    with pytest.raises(FileNotATable):
        read(with_segments(f"QTY+153:{TYPED}1.5"))


def test_a_refusal_reaches_the_reader_of_the_file(tmp_path: Path):
    with pytest.raises(ControlCountDiffers) as refusal:
        look(write_bytes(tmp_path, FILE.replace("UNT+21", "UNT+73").encode()))
    assert refusal.value.sentence.facts["stated"] == "73"


def test_a_table_whose_first_column_is_called_una_is_no_message(tmp_path: Path):
    seen = look(write_bytes(tmp_path, b"UNAME,barcode,jumlah\nx,1,2\n"))
    assert (seen.container, seen.rows) == ("csv", {2: ("x", "1", "2")})


TEXTS = st.text(st.sampled_from("AB?+:' .,*5é"), min_size=1, max_size=8).map(str.strip).filter(bool)
QUANTITIES = st.decimals(min_value=-999, max_value=999, places=3) | st.integers(-99, 99).map(Decimal)


def released(text: str) -> str:
    """Return *text* with the signs released that mean something."""
    return "".join(f"?{sign}" if sign in "?+:'" else sign for sign in text)


@given(st.text(st.sampled_from("AB1:+? *."), max_size=12))
def test_segments_without_released_signs_are_parted_as_the_parser_does(text: str):
    text = "LIN+" + text.replace("?", "")
    fast = part_segment(text, Signs())
    by_parser = part_segment(text + "+??", Signs())[:-1]

    def filled(parts: tuple[tuple[str, ...], ...]) -> list[list[str]]:
        """Return the parts without blank ones at the end of an element, which nobody reads."""
        return ["\0".join(part).rstrip("\0").split("\0") for part in parts]

    assert filled(fast) == filled(by_parser)


@settings(max_examples=60, deadline=None)
@given(
    stores=st.lists(
        st.lists(st.tuples(TEXTS, TEXTS, QUANTITIES, st.integers(0, 10**9)), min_size=1, max_size=4),
        min_size=1,
        max_size=3,
    ),
    between=st.sampled_from(["", "\n", "\r\n"]),
    mark=st.sampled_from(".,"),
)
def test_what_was_written_is_read(stores: list[list[tuple[str, str, Decimal, int]]], between: str, mark: str):
    segments, expected = [], []
    for place, lines in enumerate(stores):
        segments += [f"LOC+162+G{place}", f"DTM+356:2026100{place + 1}:102"]
        for code, name, quantity, price in lines:
            figures = (f"QTY+153:{str(quantity).replace('.', mark)}:PCE", f"PRI+AAE:{price}")
            segments += [f"LIN+1++{released(code)}:EN", f"IMD+F++:::{released(name)}", *figures]
            expected.append((f"G{place}", f"2026-10-0{place + 1}", code, " ".join(name.split()), quantity, price))
    text = write(interchange(message(*HEAD, *segments)), una=f"UNA:+{mark}? '", between=between)
    rows = [
        (row["Store"], row["Sales date"], row["GTIN"], row["Name"], Decimal(row["QTY+153"]), int(row["PRI+AAE"]))
        for row in read(text).values()
    ]
    assert rows == expected


@settings(max_examples=120, deadline=None)
@given(place=st.integers(0, len(OTHER_SENDER) - 1), text=st.sampled_from([FILE, OTHER_SENDER]))
def test_a_file_that_is_cut_off_is_refused_or_whole(place: int, text: str):
    cut = text[: min(place, len(text) - 1)]
    try:
        rows = read(cut)
    except FileRefused:
        return
    assert cut == text.rstrip() or not cut.strip()
    assert rows == (read(text) if cut.strip() else {})


def test_segments_are_counted_from_the_first():
    (found,) = read_interchanges(FILE.encode())
    assert [segment.number for segment in found.segments] == list(range(2, len(found.segments) + 2))
