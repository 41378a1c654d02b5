"""Lists of other offices: read by their header, loaded once, and numbers checked against them."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from compliance.facts import Kind
from consign.documents.reference_file import ListRead, read_reference_file
from consign.documents.reference_lists import find_reference_entries, find_reference_page, get_reference_list
from consign.documents.referring import import_reference_list, withdraw_reference_list
from consign.documents.rules import ListMissing, ListRefused, ListTaken
from consign.errors import BadInput, NotAllowed
from consign.files import Files
from consign.listing import Wish
from consign.models.documents import ReferenceList
from consign.tabular.refusals import FileRefused
from tests.documents.papers import TODAY, Office, pirt

HEADER = "No,Nama Pelaku Usaha,Nomor P-IRT,Nama Produk"


def read(files: Files, *rows: str, header: str = HEADER, kind: Kind = Kind.PIRT, name: str = "daftar.csv") -> ListRead:
    content = "\n".join([header, *rows]).encode()
    return read_reference_file(BytesIO(content), name=name, kind=kind, files=files)


def load(office: Office, found: ListRead, kind: Kind = Kind.PIRT, **facts: object) -> ReferenceList:
    said = {
        "by": office.verifier,
        "kind": kind,
        "issuer": "Dinas Kesehatan",
        "as_of": TODAY.replace(month=10),
        "sha256": found.sha256,
        "file_name": found.file_name,
        "entries": found.entries,
        **facts,
    }
    return import_reference_list(office.session, **said)


def test_numbers_and_names_are_found_by_their_header(files: Files):
    found = read(
        files, f"1,Dapur  1,P-IRT No. {pirt()[:13]}-{pirt()[13:]},Keripik", f"2,Dapur 2,{pirt(place=2)},Sambal"
    )
    assert (found.number_column, found.name_column, found.rows_read) == ("Nomor P-IRT", "Nama Pelaku Usaha", 2)
    assert [(one.row, one.number, one.name) for one in found.entries] == [
        (2, pirt(), "Dapur 1"),
        (3, pirt(place=2), "Dapur 2"),
    ]
    assert found.problems == ()
    assert files.exists(found.sha256)


def test_a_row_that_cannot_be_used_says_why_and_nothing_is_guessed(files: Files):
    found = read(
        files, "1,Dapur 1,123,Keripik", f"2,,{pirt()},Sambal", "3,Dapur 3,2.06647E+14,x", "4,Dapur 4", f"5,D,{pirt()},y"
    )
    assert [(one.row, one.column) for one in found.problems] == [
        (2, "Nomor P-IRT"),
        (3, "Nama Pelaku Usaha"),
        (4, "Nomor P-IRT"),
        (5, ""),
    ]
    assert [one.cell for one in found.problems[:3]] == ["123", "", "2.06647E+14"]
    assert [one.row for one in found.entries] == [6]
    assert found.rows_read == 5
    assert "13 digits" in found.problems[0].why
    assert "rounded" in found.problems[2].why


def test_a_workbook_is_read_the_same_way(files: Files, tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Daftar NIB"], ["NIB", "Nama Usaha"], [8120000123456, "Dapur 1"], ["0000000000001", "Dapur 2"]):
        sheet.append(row)
    path = tmp_path / "nib.xlsx"
    book.save(path)
    with path.open("rb") as source:
        found = read_reference_file(source, name="../../x/nib.xlsx", kind=Kind.NIB, files=files)
    assert [(one.row, one.number, one.name) for one in found.entries] == [
        (3, "8120000123456", "Dapur 1"),
        (4, "0000000000001", "Dapur 2"),
    ]
    assert found.file_name == "nib.xlsx"


@pytest.mark.parametrize(
    ("header", "match"),
    [
        ("No,Nama Produk,Nomor P-IRT,x", "No column is named as the name"),
        ("No,Nama Pelaku Usaha,Alamat,x", "No column is named as the number"),
        ("No,Nama Usaha,Nomor P-IRT,No. P-IRT", ""),
        ("Nomor P-IRT,Nama Usaha,Nomor P-IRT,x", "Two columns"),
    ],
)
def test_columns_that_are_not_found_are_not_guessed(files: Files, header: str, match: str):
    if not match:
        assert read(files, f"1,D,{pirt()},{pirt(place=2)}", header=header).entries[0].number == pirt()
        return
    with pytest.raises(ListRefused, match=match):
        read(files, f"1,Dapur 1,{pirt()},x", header=header)


def test_what_is_no_table_is_refused(files: Files):
    with pytest.raises(FileRefused):
        read_reference_file(BytesIO(b"%PDF-1.7"), name="x.csv", kind=Kind.PIRT, files=files)
    with pytest.raises(ListRefused, match="only"):
        read(files, kind=Kind.NPWP)


def test_a_list_beyond_measure_is_refused(files: Files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("consign.documents.reference_file.MOST_ROWS", 2)
    with pytest.raises(ListRefused, match="more than 2 rows"):
        read(files, *(f"1,Dapur,{pirt(place=place)},x" for place in (1, 2, 3)))
    monkeypatch.setattr("consign.documents.reference_file.MOST_BYTES", 20)
    with pytest.raises(ListRefused, match="larger"):
        read(files, f"1,Dapur,{pirt()},x")


def test_a_list_is_loaded_once(office: Office, files: Files):
    found = read(files, f"1,Dapur 1,{pirt()},Keripik")
    loaded = load(office, found)
    with pytest.raises(ListTaken, match=r"loaded on .* already, from Dinas Kesehatan"):
        load(office, found)
    assert load(office, found, kind=Kind.HALAL).id != loaded.id
    withdraw_reference_list(office.session, by=office.verifier, list_id=loaded.id)
    withdraw_reference_list(office.session, by=office.verifier, list_id=loaded.id)
    assert load(office, found).id == loaded.id  # it was withdrawn by mistake, and is looked at again
    assert loaded.withdrawn_at is None


def test_a_list_that_cannot_be_is_refused(office: Office, files: Files):
    found = read(files, f"1,Dapur 1,{pirt()},Keripik")
    with pytest.raises(ListRefused, match="cannot have been drawn up"):
        load(office, found, as_of=TODAY.replace(year=2099))
    with pytest.raises(ListRefused, match="No row"):
        load(office, found, entries=())
    with pytest.raises(ListRefused, match="only"):
        load(office, found, kind=Kind.NPWP)
    with pytest.raises(BadInput):
        load(office, found, issuer=" ")
    for by in (office.head, office.owner):
        with pytest.raises(NotAllowed):
            load(office, found, by=by)
        with pytest.raises(NotAllowed):
            withdraw_reference_list(office.session, by=by, list_id=1)
    with pytest.raises(ListMissing):
        withdraw_reference_list(office.session, by=office.verifier, list_id=999_999)


def verdicts(office: Office, number: str) -> list[str]:
    paper = office.hand_in(Kind.PIRT, number, holder="Dapur 1", product_ids=tuple(office.product_ids()))
    return [one["verdict"] for one in paper.findings if "listed" in one["code"]]


def test_a_number_is_checked_against_the_lists(office: Office, files: Files):
    found = read(files, f"1,Dapur 1,{pirt(place=1)},Keripik", f"2,Warung Lain Sekali,{pirt(place=2)},Keripik")
    loaded = load(office, found)
    assert verdicts(office, pirt(place=1)) == ["valid"]
    assert verdicts(office, pirt(place=2)) == ["warning"]
    assert verdicts(office, pirt(place=3)) == []  # a list may be old: not found says nothing
    withdraw_reference_list(office.session, by=office.verifier, list_id=loaded.id)
    assert verdicts(office, pirt(place=1)) == []


def test_lists_and_their_rows_are_looked_at(office: Office, files: Files):
    loaded = load(office, read(files, f"1,Dapur 1,{pirt()},Keripik", f"2,Dapur 2,{pirt(place=2)},x"))
    by = office.head
    page = find_reference_page(office.session, by=by, wish=Wish(filters={"kind": "pirt", "withdrawn": "no"}))
    assert [(row["issuer"], row["row_count"], row["imported_by"]) for row in page.rows] == [
        ("Dinas Kesehatan", 2, "Verifier")
    ]
    assert find_reference_page(office.session, by=by, wish=Wish(filters={"withdrawn": "yes"})).rows == []
    assert get_reference_list(office.session, by=by, list_id=str(loaded.id))["file_name"] == "daftar.csv"
    entries = find_reference_entries(office.session, by=by, list_id=loaded.id, wish=Wish(search=pirt(place=2)))
    assert [(row["row"], row["number"]) for row in entries.rows] == [(3, pirt(place=2))]
    with pytest.raises(ListMissing):
        get_reference_list(office.session, by=by, list_id="x")
    for act in (find_reference_page, find_reference_entries):
        more = {"list_id": loaded.id} if act is find_reference_entries else {}
        with pytest.raises(NotAllowed):
            act(office.session, by=office.owner, wish=Wish(), **more)
