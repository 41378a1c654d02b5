"""What stores really hand in wrong: each is refused with a reason, or becomes a row that waits; nothing is lost or doubled."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select, text

from consign import clock
from consign.errors import NeedsDecision
from consign.models.sales import Sale, SalesParked
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Answers
from consign.sales.queries import find_file_count
from consign.sales.reading import ControlTotalDiffers
from consign.tabular.refusals import (
    FileDamaged,
    FileEmpty,
    FileLocked,
    FileMixedEncodings,
    FileNotATable,
    FileRefused,
    FileTooLarge,
    FileWithoutRows,
)
from tests.builders import ACCEPT, HEADER, KERIPIK, SAMBAL, City, write_csv

GOOD = f"2026-10-05,T1,S001,{KERIPIK},Keripik Singkong,2,15000,30000"


def write_bytes(content: bytes, name: str = "sales.csv") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return write


def write_truncated_workbook(folder: Path) -> Path:
    path = write_workbook(folder, [["2026-10-05", "T1", "S1", KERIPIK, "Keripik", 2, 15000, 30000]])
    path.write_bytes(path.read_bytes()[:-200])
    return path


def write_bomb(folder: Path) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (50 << 20))
    return path


def write_workbook(folder: Path, rows: list[list[object]], name: str = "sales.xlsx") -> Path:
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    for row in rows:
        book.active.append(row)
    path = folder / name
    book.save(path)
    return path


HEADER_BYTES = f"{HEADER}\n".encode()

REFUSED: dict[str, tuple[type[FileRefused], Callable[[Path], Path]]] = {
    "empty file": (FileEmpty, write_bytes(b"")),
    "header only": (FileWithoutRows, write_bytes(HEADER_BYTES)),
    "a PDF": (FileNotATable, write_bytes(b"%PDF-1.7 ...")),
    "a picture named .csv": (FileNotATable, write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))),
    "truncated workbook": (FileDamaged, write_truncated_workbook),
    "zip bomb": (FileTooLarge, write_bomb),
    "password": (
        FileLocked,
        write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "a.xlsx"),
    ),
    "mixed encodings": (
        FileMixedEncodings,
        write_bytes(HEADER_BYTES + "café,é\n".encode() + "café,é\n".encode("cp1252")),
    ),
    "its own total differs": (
        ControlTotalDiffers,
        write_bytes(HEADER_BYTES + GOOD.encode() + b"\nTotal,,,,,3,,45000\n"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_broken_file_is_refused_with_a_reason_and_nothing_is_posted(city: City, tmp_path: Path, case: str) -> None:
    expected, write = REFUSED[case]
    with pytest.raises(expected, match=r"nothing of (it|the file) was used"):
        city.post(write(tmp_path))
    assert city.session.scalar(select(Sale.row_no)) is None


tomorrow_next_year = str(clock.today("Asia/Makassar") + timedelta(365))

PROBLEMS = {
    "unknown store": (f"2026-10-05,T9,S002,{KERIPIK},Keripik,1,15000,15000", "store.unknown", "T9"),
    "unknown barcode": ("2026-10-05,T1,S002,8990000000999,Apa ini,1,15000,15000", "product.unknown", "8990000000999"),
    "barcode that a spreadsheet rounded": (
        "2026-10-05,T1,S002,8.99E+12,Keripik,1,15000,15000",
        "code.scientific",
        "8.99E+12",
    ),
    "blank price": (f"2026-10-05,T1,S002,{KERIPIK},Keripik,1,,15000", "cell.blank", ""),
    "blank quantity": (f"2026-10-05,T1,S002,{KERIPIK},Keripik,,15000,15000", "cell.blank", ""),
    "failed formula": (f"2026-10-05,T1,S002,{KERIPIK},Keripik,1,#REF!,15000", "cell.error_value", "#REF!"),
    "31 February": (f"2026-02-31,T1,S002,{KERIPIK},Keripik,1,15000,15000", "date.invalid", "2026-02-31"),
    "a day next year": (
        f"{tomorrow_next_year},T1,S002,{KERIPIK},Keripik,1,15000,15000",
        "date.in_future",
        tomorrow_next_year,
    ),
    "price times quantity is not the total": (
        f"2026-10-05,T1,S002,{KERIPIK},Keripik,2,15000,45000",
        "amount.does_not_tie",
        "45000",
    ),
    "half a rupiah": (f"2026-10-05,T1,S002,{KERIPIK},Keripik,1,15000,15000.5", "amount.not_whole", "15000.5"),
    "negative amount for goods that went out": (
        f"2026-10-05,T1,S002,{KERIPIK},Keripik,1,-15000,-15000",
        "sign.conflict",
        "-15000",
    ),
    "blank receipt": (f"2026-10-05,T1,,{KERIPIK},Keripik,1,15000,15000", "cell.blank", ""),
    "a cell too many": (f"2026-10-05,T1,S002,{KERIPIK},Keripik,1,15000,15000,7", "row.width", None),
    "a cell too few": (f"2026-10-05,T1,S002,{KERIPIK},1,15000,15000", "row.width", None),
    "a word for a quantity": (f"2026-10-05,T1,S002,{KERIPIK},Keripik,dua,15000,15000", "number.invalid", "dua"),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_row_that_cannot_be_right_waits_and_keeps_no_other_back(city: City, tmp_path: Path, case: str) -> None:
    row, code, cell = PROBLEMS[case]
    outcome = city.post(write_csv(tmp_path, GOOD, row))
    assert (outcome.rows_read, outcome.posted, outcome.parked) == (2, 1, 1)
    parked = city.session.scalars(select(SalesParked)).one()
    assert (parked.row_no, parked.reason, parked.cell) == (3, code, cell)
    assert KERIPIK in parked.raw or "Apa ini" in parked.raw or "E+12" in parked.raw


def test_prices_in_thousands_are_not_rounded_to_rupiah(city: City, tmp_path: Path) -> None:
    header = "Tanggal,Kode Toko,No Struk,Barcode,Jumlah,Harga Satuan"
    path = write_csv(
        tmp_path, f"2026-10-05,T1,S1,{KERIPIK},1,1.25", f"2026-10-05,T1,S2,{KERIPIK},4,1.25", header=header
    )
    outcome = city.post(path)
    # One at Rp1,25 is no amount; four come to Rp5.
    assert (outcome.posted, outcome.parked, outcome.sales_rp) == (1, 1, 5)
    assert city.session.scalars(select(SalesParked.reason)).one() == "amount.not_whole"


def test_an_amount_beyond_any_line_waits_and_is_not_taken_for_zero(city: City, tmp_path: Path) -> None:
    # Rp999.999.999.999 times 999.999.999 is more than a number of the database holds.
    header = "Tanggal,Kode Toko,No Struk,Barcode,Jumlah,Harga Satuan"
    outcome = city.post(write_csv(tmp_path, f"2026-10-05,T1,S1,{KERIPIK},999999999,999999999999", header=header))
    assert (outcome.posted, outcome.parked) == (0, 1)
    assert city.session.scalars(select(SalesParked.reason)).one() == "number.too_large"


def test_every_row_of_a_file_of_problems_is_accounted_for(city: City, tmp_path: Path) -> None:
    outcome = city.post(write_csv(tmp_path, GOOD, *(row for row, _, _ in PROBLEMS.values()), "Catatan,,,,,,,"))
    assert outcome.rows_read == len(PROBLEMS) + 2
    assert outcome.rows_read == outcome.posted + outcome.known + outcome.ignored + outcome.parked
    assert (outcome.posted, outcome.ignored, outcome.parked) == (1, 1, len(PROBLEMS))


def test_a_thousands_sign_that_may_be_a_decimal_sign_is_asked_about_and_remembered(city: City, tmp_path: Path) -> None:
    header = HEADER.replace(",", ";")
    rows = [f"2026-10-05;T1;S1;{KERIPIK};Keripik;1;1.234;1.234", f"2026-10-05;T1;S2;{KERIPIK};Keripik;1;1,234;1,234"]
    path = write_csv(tmp_path, *rows, header=header)
    with pytest.raises(NeedsDecision) as asked:
        city.post(path)
    assert [question.about for question in asked.value.questions] == ["number_style"]
    assert city.session.scalar(select(Sale.row_no)) is None
    answered = Answers(accept_suggestion=True, number_style="id")
    outcome = city.post(path, decisions=Decisions(answers=answered))
    # The first row is Rp1.234; in the second 1,234 would be Rp1 and a fraction, which no till writes.
    assert (outcome.posted, outcome.parked, outcome.sales_rp) == (1, 1, 1_234)
    # The next file of this layout does not ask again.
    second = write_csv(tmp_path, rows[0].replace("S1", "S3"), header=header, name="second.csv")
    assert city.post(second, decisions=Decisions()).sales_rp == 1_234


def test_days_that_can_be_read_two_ways_are_asked_about(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"05/06/2026,T1,S1,{KERIPIK},Keripik,1,15000,15000")
    with pytest.raises(NeedsDecision) as asked:
        city.post(path)
    assert asked.value.questions[0].choices == ("dmy", "mdy")
    city.post(path, decisions=Decisions(answers=Answers(accept_suggestion=True, date_order="dmy")))
    assert str(city.session.scalar(select(Sale.sold_on))) == "2026-06-05"


def test_a_new_layout_is_confirmed_once(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, GOOD)
    with pytest.raises(NeedsDecision) as asked:
        city.post(path, decisions=Decisions())
    assert asked.value.questions[0].about == "mapping"
    city.post(path)
    another = write_csv(tmp_path, GOOD.replace("S001", "S009"), name="another.csv")
    assert city.post(another, decisions=Decisions()).posted == 1


def test_totals_notes_and_repeated_headers_are_no_sales(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, GOOD, ",,,,,,,", HEADER, "Dicetak oleh kasir,,,,,,,", "GRAND TOTAL,,,,,2,,30000")
    outcome = city.post(path)
    assert (outcome.rows_read, outcome.posted, outcome.ignored) == (4, 1, 3)
    reasons = city.session.scalars(text("SELECT reason FROM sales_ignored ORDER BY row_no")).all()
    assert reasons == ["repeated_header", "note", "total_row"]


def test_a_failed_formula_in_a_workbook_is_a_problem_not_a_blank(city: City, tmp_path: Path) -> None:
    path = write_workbook(tmp_path, [["2026-10-05", "T1", "S1", KERIPIK, "Keripik", 2, 15000, 30000]])
    book = openpyxl.load_workbook(path)
    book.active["G2"] = "#REF!"
    book.active["G2"].data_type = "e"
    book.save(path)
    outcome = city.post(path)
    assert (outcome.posted, outcome.parked) == (0, 1)
    assert city.session.scalars(select(SalesParked.reason)).one() == "cell.error_value"


def test_a_workbook_posts_like_the_same_csv(city: City, tmp_path: Path) -> None:
    row = ["2026-10-05", "T1", "S001", int(KERIPIK), "Keripik Singkong", 2, 15000, 30000]
    first = city.post(write_workbook(tmp_path, [row, row]))
    assert (first.posted, first.sales_rp) == (2, 60_000)
    again = city.post(write_csv(tmp_path, GOOD, GOOD))
    assert (again.known, again.posted) == (2, 0)


def test_a_parked_row_is_dismissed_only_with_a_reason(city: City, tmp_path: Path) -> None:
    from consign.errors import BadInput  # noqa: PLC0415
    from consign.sales.placing import dismiss_parked  # noqa: PLC0415
    from consign.sales.uploads import UploadUnknown  # noqa: PLC0415

    outcome = city.post(write_csv(tmp_path, f"2026-02-31,T1,S002,{SAMBAL},Sambal,1,22500,22500"))
    with pytest.raises(BadInput):
        dismiss_parked(city.session, by=city.finance, upload_id=outcome.upload_id, row_no=2, note=" ")
    dismiss_parked(city.session, by=city.finance, upload_id=outcome.upload_id, row_no=2, note="salah ketik, diganti")
    count = find_file_count(city.session, outcome.upload_id)
    assert (count.rows_read, count.ignored, count.parked) == (1, 1, 0)
    with pytest.raises(UploadUnknown):
        dismiss_parked(city.session, by=city.finance, upload_id=outcome.upload_id, row_no=2, note="lagi")


def test_an_accepted_layout_with_a_missing_column_asks_for_it(city: City, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"2026-10-05,{KERIPIK},2,15000", header="Tanggal,Barcode,Jumlah,Harga")
    with pytest.raises(NeedsDecision) as asked:
        city.post(path, decisions=ACCEPT)
    assert [question.about for question in asked.value.questions] == ["store"]
