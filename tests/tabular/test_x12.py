"""Product activity of ANSI X12, set 852: a row for each line, store and day; what does not tie is refused."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consign.tabular.cells import TYPED
from consign.tabular.message_child import read_messages
from consign.tabular.refusals import (
    ControlCountDiffers,
    FileDamaged,
    FileIsTest,
    FileNotATable,
    FileRefused,
    FileWithoutRows,
    MessageDoubled,
)
from consign.tabular.row_numbers import number_row, split_number
from tests.tabular import messages
from tests.tabular.reading import look, write_bytes

OPENING = "ISA*00**00**01*012650750*01*133040548*261006*0241*U*00501*852103694*0*P*>"
PADDED = "ISA*00*          *00*          *ZZ*BUYER_RETAIL   *ZZ*ACME_SUPPLIER  *261006*0600*U*00401*852103694*0*P*>"
HEAD = ("XQ*H*20261005", "N9*FI*00PFS", "N1*FR*Ritel*UL*0605388000002", "DTM*097*20261006")
LINE = ("LIN*783496*IN*990402230*UP*072470006431*****UK*00072470006431", "PO4*1", "N9*IK*253250472064548")
SOLD = ("ZA*QS", "CTP**UCP*12290", "SDQ*EA*UL*0605388006059*3*0605388006066*-1*0605388006073*2.5")


def transaction(*segments: str, reference: str = "2677134", kind: str = "852") -> tuple[str, ...]:
    """Return a transaction set around *segments*, its control count right."""
    return (f"ST*{kind}*{reference}", *segments, f"SE*{len(segments) + 2}*{reference}")


RETAILER = transaction(*HEAD, *LINE, *SOLD, "CTT*1")


def write(*sets: tuple[str, ...], opening: str = OPENING, end: str = "~\n") -> str:
    """Return an interchange of *sets* in one group, its control counts right."""
    inside = [segment for one in sets for segment in one]
    group = ("GS*PD*925485US00*012650750*20261006*0241*77*X*005010", *inside, f"GE*{len(sets)}*77")
    return "".join(f"{segment}{end}" for segment in (opening, *group, "IEA*1*852103694"))


FILE = write(RETAILER)
BY_STORE = write(
    transaction(
        *("XQ*H*20260828*20260903", "N1*ST*STORE #4022*92*STR4022"),
        *("LIN*1*VN*SKU-A101*EN*8992761002015", "ZA*QS*48*EA", "ZA*QA*120*EA", "AMT*1*720000"),
        *("LIN*2*VN*SKU-B202*EN*8992761002022", "ZA*QS*22*EA", "ZA*QA*40*EA", "AMT*1*440000"),
        "CTT*2*230",
    ),
    opening=PADDED,
)
"""A set for each store, quantities in the activities themselves: 48 + 120 + 22 + 40 = 230."""


def read(text: str | bytes) -> dict[int, dict[str, str]]:
    return messages.read(text, "x12")


def test_every_store_of_a_line_is_a_row(tmp_path: Path):
    seen = look(write_bytes(tmp_path, FILE.encode()))
    assert (seen.container, seen.encoding, seen.header_row) == ("x12", "utf-8", 0)
    assert seen.headers == (
        *("Message", "Sales date", "Store", "Line", "GTIN"),
        *("CTP+UCP", "LIN+IN", "LIN+UK", "N1+FR", "N9+IK", "ZA+QS"),
    )
    start = ("2677134", "2026-10-05")
    line = ("783496", "072470006431", "12290", "990402230", "00072470006431", "0605388000002", "253250472064548")
    # ISA, GS, ST, four of the head, LIN, PO4, N9, ZA, CTP: the SDQ is the 13th segment.
    assert FILE.splitlines()[12].startswith("SDQ")
    assert seen.rows == {
        13: (*start, "0605388006059", *line, "3"),
        number_row(13, part=1): (*start, "0605388006066", *line, "-1"),
        number_row(13, part=2): (*start, "0605388006073", *line, f"{TYPED}2.5"),
    }


def test_rows_of_further_stores_are_found_in_the_parts():
    table = read_messages(FILE.encode(), container="x12")
    assert [split_number(number, table.parts) for number, _ in table.rows] == [
        ("SDQ 1", 13),
        ("SDQ 2", 13),
        ("SDQ 3", 13),
    ]
    assert read_messages(BY_STORE.encode(), container="x12").parts == ()


def test_activities_are_columns_and_a_set_may_be_of_one_store():
    first, second = read(BY_STORE).values()
    assert first == {
        "Message": "2677134", "From": "2026-08-28", "Until": "2026-09-03", "Store": "STR4022", "Line": "1",
        "GTIN": "8992761002015", "LIN+VN": "SKU-A101", "ZA+QS": "48", "ZA+QA": "120", "AMT+1": "720000",
    }  # fmt: skip
    assert (second["Line"], second["ZA+QS"], second["ZA+QA"]) == ("2", "22", "40")


def test_activities_of_one_store_meet_in_one_row_and_twins_do_not():
    quantities = ("ZA*QS*6", "SDQ*EA*UL*A*1*B*2", "SDQ*EA*UL*A*3", "ZA*QA", "SDQ*EA*UL*B*9")
    rows = read(write(transaction(*HEAD, *LINE, *quantities))).values()
    assert [(row["Store"], row["ZA+QS"], row.get("ZA+QA")) for row in rows] == [
        ("A", "1", None),
        ("A", "3", None),
        ("B", "2", "9"),
    ]


def test_activities_of_several_days_are_rows():
    quantities = ("ZA*QS*6*EA*007*20261004", "ZA*QS*2*EA*007*20261005", "ZA*QA*9*EA*007*20261005")
    rows = read(write(transaction(*HEAD, *LINE, *quantities))).values()
    assert [(row["Sales date"], row["ZA+QS"], row.get("ZA+QA")) for row in rows] == [
        ("2026-10-04", "6", None),
        ("2026-10-05", "2", "9"),
    ]


@pytest.mark.parametrize(
    ("days", "cells"),
    [
        (["XQ*H*20261005"], {"Sales date": "2026-10-05"}),
        (["XQ*H*20261005*20261005"], {"Sales date": "2026-10-05"}),
        (["XQ*H*261005"], {"Sales date": "2026-10-05"}),
        (["XQ*H*20261001*20261007"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["XQ*H", "DTM*090*20261001", "DTM*091*20261007"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["DTM*582****RD8*20261001-20261007"], {"From": "2026-10-01", "Until": "2026-10-07"}),
        (["DTM*007*20261001"], {}),
        (["XQ*H*5 Okt"], {"Sales date": "5 Okt:CCYYMMDD"}),
    ],
)
def test_days_of_the_sales(days: list[str], cells: dict[str, str]):
    row = next(iter(read(write(transaction(*days, *LINE, *SOLD))).values()))
    assert {header: cell for header, cell in row.items() if header in ("Sales date", "From", "Until")} == cells


@pytest.mark.parametrize(
    ("segment", "header"),
    [
        ("ZA*QS*2*EA", "ZA+QS"),
        ("ZA*QS*2", "ZA+QS"),
        ("ZA*QS*2*CA", "ZA+QS:CA"),
        ("ZA*QR*2*EA", "ZA+QR"),
        ("CTP**UCP*2", "CTP+UCP"),
        ("CTP*RE*UCP*2", "CTP+UCP:RE"),
        ("CTP**RTL*2*12*EA", "CTP+RTL:12EA"),
        ("CTP**RTL*2*1*EA", "CTP+RTL"),
        ("CTP**UCP*2***DIS*.9", "CTP+UCP:DIS.9"),
        ("QTY*38*2*EA", "QTY+38"),
        ("QTY*38*2*CA", "QTY+38:CA"),
        ("AMT*1*2", "AMT+1"),
        ("PO4*2", "PO4"),
        ("PID*F****2", "Name"),
        ("G95*2", "G95"),
    ],
)
def test_what_changes_the_meaning_of_a_figure_stands_in_its_header(segment: str, header: str):
    row = next(iter(read(write(transaction(*HEAD, *LINE, segment))).values()))
    assert row[header] == "2"


def test_amounts_in_another_currency_are_other_columns():
    found = messages.headers(write(transaction(*HEAD, "CUR*BY*USD", *LINE, *SOLD)), "x12")
    assert {"Currency", "CTP+UCP:USD"} <= set(found)
    assert "CTP+UCP" not in found


def test_the_unit_of_a_quantity_for_each_store_is_its_own():
    row = next(iter(read(write(transaction(*HEAD, *LINE, "ZA*QS*3*EA", "SDQ*CA*UL*A*3"))).values()))
    assert row["ZA+QS:CA"] == "3"


@pytest.mark.parametrize(
    ("numbers", "gtin"),
    [
        ("EN*8992761002015", "8992761002015"),
        ("UP*072470006431", "072470006431"),
        ("UP*072470006431*EN*0072470006431", "0072470006431"),
        ("UP*072470006431*EN*8992761002015", "8992761002015 | 072470006431"),  # nobody knows which
    ],
)
def test_the_number_of_the_goods(numbers: str, gtin: str):
    row = next(iter(read(write(transaction(*HEAD, f"LIN*1*{numbers}", *SOLD))).values()))
    assert row["GTIN"] == gtin


def test_a_line_without_activity_is_kept():
    rows = list(read(write(transaction(*HEAD, *LINE, "LIN*2*UP*1", "ZA*QS*1"))).values())
    assert [(row["Line"], row.get("ZA+QS")) for row in rows] == [("783496", None), ("2", "1")]


@pytest.mark.parametrize("end", ["~", "~\r\n", "\n", "\r\n", "\x1c"])
@pytest.mark.parametrize("separator", ["*", "|", "\x1d", "^"])
def test_signs_are_read_from_the_header(separator: str, end: str):
    text = write(RETAILER, end=end).replace("*", separator)
    assert list(read(text).values()) == list(read(FILE).values())
    padded = write(RETAILER, opening=PADDED, end=end).replace("*", separator)
    assert list(read(padded).values()) == list(read(FILE).values())


def test_several_sets_and_interchanges_in_one_file():
    second = transaction("XQ*H*20261006", *LINE, *SOLD, reference="2")
    other = write(transaction("XQ*H*20261007", *LINE, *SOLD), opening=PADDED, end="|\n").replace("|", "'")
    days = [row["Sales date"] for row in read(write(RETAILER, second) + "\n" + other).values()]
    assert sorted(days) == ["2026-10-05"] * 3 + ["2026-10-06"] * 3 + ["2026-10-07"] * 3


def test_a_count_among_control_characters_is_the_same_count():
    assert read(FILE.replace("CTT*1~", "CTT*1\x1e\x1e~")) == read(FILE)


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("SE*13*2677134", "SE*14*2677134", ("14", "13")),
        ("SE*13*2677134", "SE*13*2677135", ("2677135", "2677134")),
        ("GE*1*77", "GE*2*77", ("2", "1")),
        ("GE*1*77", "GE*1*78", ("78", "77")),
        ("IEA*1*852103694", "IEA*2*852103694", ("2", "1")),
        ("IEA*1*852103694", "IEA*1*85210369", ("85210369", "852103694")),
        ("CTT*1", "CTT*2", ("2", "1")),
        ("CTT*1", "CTT*1*5", ("5", "4.5")),  # 3 - 1 + 2.5
        ("ZA*QS~", "ZA*QS*5~", ("5", "4.5")),
    ],
)
def test_counts_that_do_not_tie(old: str, new: str, both: tuple[str, str]):
    assert old in FILE
    with pytest.raises(ControlCountDiffers) as refusal:
        read(FILE.replace(old, new))
    assert refusal.value.code == "file.control_count"
    assert (refusal.value.sentence.facts["stated"], refusal.value.sentence.facts["found"]) == both


def test_totals_that_tie():
    assert read(FILE.replace("CTT*1", "CTT*1*4.5").replace("ZA*QS~", "ZA*QS*4.5*EA~")) == read(FILE)
    # 48 + 22 = 70 were sold; the total may be of one activity.
    assert read(BY_STORE.replace("CTT*2*230", "CTT*2*70")) == read(BY_STORE)
    with pytest.raises(ControlCountDiffers):
        read(BY_STORE.replace("CTT*2*230", "CTT*2*71"))


@pytest.mark.parametrize("kind", ["850", "846", "997"])
def test_another_kind_of_set_is_named(kind: str):
    with pytest.raises(FileNotATable) as refusal:
        read(write(RETAILER, transaction("BEG*00", kind=kind)))
    assert kind in str(refusal.value)
    assert "852" in str(refusal.value)


def test_a_doubled_set_is_refused():
    with pytest.raises(MessageDoubled):
        read(FILE + FILE)
    with pytest.raises(MessageDoubled):
        read(write(RETAILER, transaction(*RETAILER[1:-1], reference="2")))


def test_a_test_is_refused():
    with pytest.raises(FileIsTest):
        read(write(RETAILER, opening=OPENING.replace("*P*", "*T*")))


def test_sets_without_lines_are_refused():
    with pytest.raises(FileWithoutRows):
        messages.headers(write(transaction(*HEAD)), "x12")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("IEA*1*852103694~\n", ""),
        ("GE*1*77~\n", ""),
        ("SE*13*2677134~\n", ""),
        ("ST*852*2677134~\n", ""),
        ("GS*PD", "XX*PD"),
        ("*261006*", "*"),
        ("852103694~\n", "852103694~\nTotal*5~"),
        ("LIN*783496", "~LIN*783496"),
    ],
)
def test_broken_envelopes_are_refused(old: str, new: str):
    assert old in FILE
    with pytest.raises((FileDamaged, ControlCountDiffers)):
        read(FILE.replace(old, new))


def test_real_excerpts_whose_envelope_does_not_tie_are_refused_with_both_counts(tmp_path: Path):
    with pytest.raises(ControlCountDiffers) as refusal:
        look(write_bytes(tmp_path, FILE.replace("SE*13*", "SE*2048*").encode()))
    assert "2048" in str(refusal.value)
    assert "13" in str(refusal.value)


CODES = st.text(st.sampled_from("ABC 019é-.,"), min_size=1, max_size=8).map(str.strip).filter(bool)
QUANTITIES = st.decimals(min_value=-999, max_value=999, places=2) | st.integers(-99, 99).map(Decimal)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(
        st.tuples(CODES, CODES, st.lists(st.tuples(CODES, QUANTITIES), min_size=1, max_size=10), st.integers(0, 10**9)),
        min_size=1,
        max_size=4,
    ),
    end=st.sampled_from(["~", "~\n", "\n"]),
)
def test_what_was_written_is_read(lines: list[tuple[str, str, list[tuple[str, Decimal]], int]], end: str):
    segments, expected = [], []
    for code, name, stores, price in lines:
        pairs = "".join(f"*{store}*{quantity}" for store, quantity in stores)
        segments += [f"LIN*1*UP*{code}", f"PID*F****{name}", "ZA*QS", f"CTP**UCP*{price}", f"SDQ*EA*UL{pairs}"]
        clean = " ".join(name.split())
        expected += [(code, clean, store, quantity, price) for store, quantity in stores]
    text = write(transaction("XQ*H*20261005", *segments, f"CTT*{len(lines)}"), end=end)
    rows = [
        (row["GTIN"], row["Name"], row["Store"], Decimal(row["ZA+QS"]), int(row["CTP+UCP"]))
        for row in read(text.encode()).values()
    ]
    assert sorted(rows) == sorted(expected)


@settings(max_examples=120, deadline=None)
@given(place=st.integers(1, len(BY_STORE) - 1), text=st.sampled_from([FILE, BY_STORE]))
def test_a_file_that_is_cut_off_is_refused_or_whole(place: int, text: str):
    cut = text[: min(place, len(text) - 1)]
    try:
        rows = read(cut)
    except FileRefused:
        return
    assert cut.rstrip("~") == text.rstrip("~\n")
    assert rows == read(text)


@pytest.mark.parametrize("mark", [TYPED, "\0"])
def test_our_own_marks_cannot_be_handed_in(mark: str):
    with pytest.raises(FileNotATable):
        read(FILE.replace("*3*", f"*{mark}3*"))
