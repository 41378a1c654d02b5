"""Lists of products that are refused whole, each by the smallest file, and what a list may look like."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from compliance.facts import GoodsClass
from consign.catalogue.import_columns import CHOICES, COLUMNS, Role, headers_of
from consign.catalogue.import_file import MOST_BYTES, MOST_ROWS
from consign.catalogue.import_rules import (
    ImportColumnMissing,
    ImportColumnTwice,
    ImportEmpty,
    ImportTooLarge,
    ImportTooLong,
)
from consign.catalogue.rules import FOOD_GROUPS, NET_UNITS, PACKAGINGS
from consign.errors import ConsignError, NotAllowed
from consign.files import Files
from consign.tabular.headers import normalize
from consign.tabular.refusals import FileDamaged, FileLocked, FileNotATable, FileTooLarge, FileWithoutHeader
from consign.web.language import LANGUAGES
from consign.web.words import WORDS
from tests.builders import City
from tests.catalogue.listing import NEW, add_owner, as_csv, everything, hand_in, only, outcomes, problems
from tests.tabular.test_hostile_workbooks import write_blown_up

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"Merek,Harga\nA,1\n", ImportColumnMissing),
        (b"Nama produk,Harga\nA,1\n", ImportColumnMissing),  # whose it is stands nowhere
        (b"Nama,Nama produk,Kode produk\nA,A,X\n", ImportColumnTwice),
        (b"Nama produk,Kode produk\n", ImportEmpty),
        (b"Nama produk,Kode produk\n , \n", ImportEmpty),
        (b"Nama produk,Kode produk\nContoh: Keripik,PRD-1\n", ImportEmpty),
        (b"Nama produk,Kode produk\n" + b"A,X\n" * (MOST_ROWS + 1), ImportTooLong),
        (b"Nama produk,Kode produk\n" + b"A" * MOST_BYTES, ImportTooLarge),
        (b"12,13\n", FileWithoutHeader),
        (b"%PDF-1.7", FileNotATable),
        (b"\x89PNG", FileNotATable),
        (OLD_OFFICE, FileDamaged),
        (ENCRYPTED, FileLocked),
        (b"PK\x03\x04", FileDamaged),
    ],
)
def test_a_list_that_cannot_be_one_is_refused_and_nothing_is_kept(
    city: City, files: Files, content: bytes, refusal: type[ConsignError]
):
    before = everything(city.session)
    with pytest.raises(refusal) as refused:
        hand_in(city, files, content)
    assert "nothing" in refused.value.sentence
    assert everything(city.session) == before
    assert city.session.scalar(text("SELECT count(*) FROM product_import")) == 0


def test_five_thousand_rows_and_five_megabytes_are_the_most(city: City, files: Files):
    rows = as_csv("Kode produk,Nama produk", *["PRD-1,Keripik Singkong"] * MOST_ROWS)
    found = hand_in(city, files, rows)
    assert len(found.rows) == MOST_ROWS == 5_000
    assert found.handed_in.counts == {"added": 0, "changed": 0, "unchanged": 1, "problem": 4_999}
    assert MOST_BYTES == 5 * 1024 * 1024


def test_a_workbook_that_unpacks_to_300_mb_is_refused(city: City, files: Files, tmp_path: Path):
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Nama produk", "Kode produk"])
    path = tmp_path / "bom.xlsx"
    book.save(path)
    write_blown_up(path, [300])
    assert path.stat().st_size < MOST_BYTES
    with pytest.raises(FileTooLarge):
        hand_in(city, files, path.read_bytes())


def test_what_is_no_workbook_inside_is_refused(city: City, files: Files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("halo.txt", "halo")
    with pytest.raises(FileNotATable):
        hand_in(city, files, packed.getvalue())


def test_people_hand_in_only_what_they_manage(city: City, files: Files):
    content = as_csv(NEW, "P1,Abon,100,g")
    owner = add_owner(city)
    for actor, producer_id in ((city.auditor, None), (city.finance, None), (owner, city.producers[1].id)):
        with pytest.raises(NotAllowed):
            hand_in(city, files, content, by=actor, producer_id=producer_id)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_text_files_of_every_separator_are_read(city: City, files: Files, separator: str):
    content = as_csv(separator.join(NEW.split(",")), separator.join(("P1", "Abon", "100", "g")))
    assert only(hand_in(city, files, content)).outcome == "added"


def test_blank_rows_are_no_rows_and_examples_are_left_out(city: City, files: Files):
    found = hand_in(city, files, as_csv(NEW, "P1,Abon,100,g", ",,,", "", ",CONTOH: Madu,ada,yang", "P1,Teh,50,g"))
    assert [row.row for row in found.rows] == [2, 6]
    assert found.examples == 1


def test_columns_that_say_nothing_are_named(city: City, files: Files):
    found = hand_in(city, files, as_csv(f"{NEW},Warna,", "P1,Abon,100,g,merah,"))
    assert found.unused == ("Warna",)


def test_a_row_of_another_width_is_a_problem_and_harms_no_other(city: City, files: Files):
    found = hand_in(city, files, as_csv(NEW, "P1,Abon,100,g,lebih", "P1,Teh,50,g"))
    assert problems(found) == [(2, "", "P1 | Abon | 100 | g | lebih", "row.width")]
    assert outcomes(found) == ["problem", "added"]


@pytest.mark.parametrize("role", Role)
def test_every_header_names_one_column_in_any_writing(role: Role):
    for header in headers_of(role):
        others = [one for one in Role if one is not role and header in set(headers_of(one))]
        assert others == []
        assert normalize(f" {header.upper()}:") == header
    assert normalize(COLUMNS[role].title) in set(headers_of(role))


def test_every_code_has_words_that_mean_nothing_else():
    codes = {Role.UNIT: NET_UNITS, Role.PACKAGING: PACKAGINGS, Role.CLASS: [*GoodsClass], Role.GROUP: FOOD_GROUPS}
    assert {role: list(by_code) for role, by_code in CHOICES.items()} == {
        role: list(one) for role, one in codes.items()
    }
    for by_code in CHOICES.values():
        words = [normalize(word) for words in by_code.values() for word in words]
        assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("role", "group"), [(Role.CLASS, "goods_class"), (Role.PACKAGING, "packaging"), (Role.UNIT, "net_unit")]
)
def test_the_words_of_the_pages_are_understood(language: str, role: Role, group: str):
    for code in WORDS[group]:
        known = {normalize(word) for word in CHOICES[role][code]}
        assert normalize(LANGUAGES[language].word(code, group)) in known
