"""One damaged row in a file: every other row reads as before, and the damaged one never as a sale that was not."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from consign.sales import suspicion
from consign.sales.inspecting import inspect_file
from consign.sales.layout import Layout
from consign.sales.mapping import Answers
from tests.sales.damaging import (
    DAMAGES,
    STYLES,
    WHOLE,
    WRONG,
    Copy,
    Original,
    Reading,
    judge,
    make_copies,
    make_original,
    read,
)

COPIES = 300
MOST_REFUSED = 0.02
Read = Callable[[Original, list[list[str]]], Reading]
PRICED = ("date", "store", "receipt", "barcode", "name", "quantity", "price")
SEMICOLON = STYLES[2]


def look(folder: Path, original: Original, text: str) -> Reading | str:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read(path, style=original.style.numbers if original.columns != WHOLE else None)


@pytest.fixture
def change(tmp_path: Path) -> Callable[..., str | None]:
    """Change cells of the row at a place, and say as what problem it is then read; blank where it is none."""

    def changed(original: Original, place: int, **cells: str) -> str | None:
        now = dict(zip(original.columns, original.rows[place], strict=True)) | cells
        line = original.join([now[column] for column in original.columns])
        lines = original.lines()
        lines[place] = line
        found = look(tmp_path, original, original.write(lines))
        assert isinstance(found, Reading), found
        return found.problems.get(place + 1)

    return changed


def test_no_damaged_row_is_read_as_another_sale(tmp_path: Path) -> None:
    originals = [make_original(style) for style in STYLES]
    whole = {original: look(tmp_path, original, original.write()) for original in originals}
    became: Counter[str] = Counter()
    for copy in make_copies(originals, COPIES, seed=11):
        as_before = whole[copy.original]
        assert isinstance(as_before, Reading), as_before
        found = judge(copy, as_before, look(tmp_path, copy.original, copy.write()))
        assert found not in WRONG, (found, copy.kind, copy.damaged)
        became[found] += 1
    print(f"tried {became.total()}, refused {became['refused']}, silently wrong 0, of {len(DAMAGES)} kinds")
    assert became.total() == COPIES
    assert became["refused"] <= MOST_REFUSED * COPIES


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_all_rows_of_a_good_file_are_read_twin_lines_too(tmp_path: Path, style: object) -> None:
    original = make_original(style)  # type: ignore[arg-type]
    found = look(tmp_path, original, original.write())
    assert isinstance(found, Reading)
    assert (len(found.lines), found.problems, found.ignored) == (80, {}, {})
    assert len(set(found.lines.values())) < 80


def test_a_copy_that_was_read_wrong_would_be_noticed() -> None:
    original = make_original(SEMICOLON)
    copy = Copy(original, "any", 2, "")
    whole = Reading({2: (1,), 3: (2,)}, {}, {})
    assert judge(copy, whole, Reading({2: (9,), 3: (2,)}, {}, {})) == "wrong"
    assert judge(copy, whole, Reading({3: (2,)}, {}, {})) == "lost"
    assert judge(copy, whole, Reading({2: (1,), 3: (9,)}, {}, {})) == "wrong elsewhere"
    assert judge(copy, whole, Reading({2: (1,)}, {}, {})) == "wrong elsewhere"
    assert judge(copy, whole, Reading({2: (1,), 3: (2,)}, {3: "x"}, {})) == "wrong elsewhere"


def find_row(original: Original, **cells: str) -> int:
    """Return the place of the first row with these *cells*."""
    rows = [dict(zip(original.columns, row, strict=True)) for row in original.rows]
    return next(place for place, row in enumerate(rows) if cells.items() <= row.items())


@pytest.mark.parametrize(
    "cells",
    [
        {"quantity": "15.000", "price": "2"},
        {"price": "2"},
        {"price": "15"},
        {"barcode": "Keripik Singkong Balado 250 g", "name": "8990000000013"},
        {"barcode": "S004099", "receipt": "8990000000013"},
        {"store": "S004099", "receipt": "T01"},
        {"barcode": '8990000000013"'},
        {"barcode": "8990000000013;Keripik"},
        {"receipt": "S00;4099"},
        {"store": 'T01"'},
    ],
)
def test_a_row_that_contradicts_all_others_is_suspicious(
    change: Callable[..., str | None], cells: dict[str, str]
) -> None:
    original = make_original(SEMICOLON, PRICED)
    place = find_row(original, price="15.000,00", quantity="2")
    assert change(original, place, **cells) == "row.suspicious"


@pytest.mark.parametrize(
    "cells",
    [
        {"quantity": "5.000", "price": "50", "barcode": "8990000000990"},
        {"quantity": "2.500"},
        {"price": "0"},
        {"price": "1.000"},
        {"price": "1.500.000"},
        {"barcode": "12345670"},
        {"barcode": "PLU-77", "receipt": "MANUAL"},
        {"store": "Gudang; Samarinda"},
        {"store": "JKT", "receipt": "JKT-0001"},
        {"receipt": "S4099"},
        {"name": "4711"},
        {"name": 'Pipa 2"'},
    ],
)
def test_one_unusual_cell_is_no_reason(change: Callable[..., str | None], cells: dict[str, str]) -> None:
    original = make_original(SEMICOLON, PRICED)
    place = find_row(original, price="15.000,00", quantity="2")
    assert change(original, place, **cells) is None


def test_columns_that_show_nothing_usual_are_given_up(
    change: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = make_original(SEMICOLON, PRICED)
    place = find_row(original, price="15.000,00", quantity="2")
    for limit in ("MOST_NUMBERS", "MOST_SHAPES", "MOST_LOOKED_AT"):
        monkeypatch.setattr(suspicion, limit, 0)
    assert change(original, place, quantity="15.000", price="2") is None
    assert change(original, place, barcode="S004099", receipt="8990000000013") is None


def test_products_may_be_known_by_their_names_alone(tmp_path: Path) -> None:
    original = make_original(SEMICOLON, ("date", "store", "receipt", "name", "quantity", "price"))
    place = find_row(original, price="15.000,00", quantity="2")
    lines = original.lines()
    lines[place] = lines[place].replace(";2;15.000,00", ";15.000,00;2")
    path = tmp_path / "file.csv"
    path.write_text(original.write(lines), encoding="utf-8", newline="")
    columns = {"date": "Tanggal", "store": "Kode Toko", "receipt": "No Struk", "name": "Nama Produk",
               "quantity": "Jumlah", "unit_price": "Harga Satuan"}  # fmt: skip
    layout = Layout.from_json({"columns": columns, "number_style": "id", "by_name": True})
    found = inspect_file(path, layout=layout, answers=Answers(), store_stated=False, first=None, last=None)
    assert [(row["row"], row["code"]) for row in found.problem_rows] == [(place + 1, "row.suspicious")]


def test_a_low_price_that_its_total_confirms_is_no_reason(change: Callable[..., str | None]) -> None:
    original = make_original(SEMICOLON, (*PRICED, "total"))
    place = find_row(original, price="15.000,00", quantity="2")
    assert change(original, place, price="1", total="2") is None


def test_a_blank_discount_is_suspicious_only_where_the_till_writes_zeros(change: Callable[..., str | None]) -> None:
    original = make_original(SEMICOLON, (*PRICED, "discount"))
    assert change(original, 5, discount="") == "row.suspicious"
    blank = [original.rows[0], *((*row[:-1], "" if row[-1] == "0,00" else row[-1]) for row in original.rows[1:])]
    assert change(Original(SEMICOLON, original.columns, tuple(blank)), 5, discount="") is None


def test_a_discount_on_nothing_is_too_large(change: Callable[..., str | None]) -> None:
    original = make_original(SEMICOLON, (*PRICED, "discount"))
    assert change(original, 5, price="0,00", discount="15.000,00") == "discount.too_large"
