"""Each error code of a list of movements has its smallest failing file here, named for the code; see `movements.toml`."""

import io
import tomllib
from pathlib import Path

import pytest

from consign.errors import ConsignError
from consign.stock.count_file import count_from_file
from consign.stock.import_file import MOST_BYTES, MOST_ROWS
from consign.stock.import_rules import (
    PROBLEMS,
    CountFileRefused,
    ImportColumnMissing,
    ImportColumnTwice,
    ImportEmpty,
    ImportTooLarge,
    ImportTooLong,
)
from consign.stock.importing import import_movements
from consign.tabular.refusals import FileNotATable, FileWithoutHeader
from tests.builders import City
from tests.stock.listing import HEAD, as_csv, everything, fill, hand_in, outcomes, problems

FOLDER = Path(__file__).parent / "movements"
FILES = sorted(FOLDER.iterdir())
SAID = tomllib.loads((FOLDER.parent / "movements.toml").read_text(encoding="utf-8"))
TOLD_LATER = {"note.told_otherwise"}
"""Codes that need a list before."""


def code_of(path: Path) -> str:
    return path.name.rpartition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=code_of)
def test_a_row_is_a_problem_for_its_reason_and_nothing_is_recorded(city: City, path: Path):
    said = SAID[code_of(path)]
    by = city.admin if said.get("by") == "admin" else city.finance
    before = everything(city.session)
    with path.open("rb") as source:
        imported = import_movements(city.session, by=by, source=source, name=path.name)
    wrong = [
        {"row": row, **({"column": column, "cell": cell} if column else {}), "code": code}
        for row, column, cell, code in problems(imported)
    ]
    expected = {name: value for name, value in said.items() if name != "by"}
    assert wrong == [{**expected, "code": code_of(path)}]
    assert everything(city.session) == before


def test_a_note_that_is_told_otherwise_is_refused(city: City):
    hand_in(city, "stok opname,A,2026-11-20,BM,T1,,PRD-1,3")
    before = everything(city.session)
    imported = hand_in(city, "stok opname,A,2026-11-20,BM,T1,,PRD-1,4")
    assert problems(imported) == [(2, "", "", "note.told_otherwise")]
    assert outcomes(imported) == [("A", None, "problem")]
    assert everything(city.session) == before


def test_every_code_has_its_file():
    assert {code_of(path) for path in FILES} | TOLD_LATER == set(PROBLEMS)
    assert {code_of(path) for path in FILES} == set(SAID)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"Jenis,Nomor nota,Tanggal,Kode gerai,Jumlah\nA,1,2,3,4\n", ImportColumnMissing),
        (f"{HEAD},Qty\n".encode(), ImportColumnTwice),
        (f"{HEAD}\n".encode(), ImportEmpty),
        (as_csv(HEAD, fill("surat jalan,Contoh: A,2026-11-20,BM,T1,,PRD-1,1")), ImportEmpty),
        (f"{HEAD}\n{',' * 5}A\n".encode() + b"A,B\n" * MOST_ROWS, ImportTooLong),
        (HEAD.encode() + b"A" * MOST_BYTES, ImportTooLarge),
        (b"12,13\n", FileWithoutHeader),
        (b"%PDF-1.7", FileNotATable),
    ],
)
def test_a_list_that_cannot_be_one_is_refused_and_nothing_is_recorded(
    city: City, content: bytes, refusal: type[ConsignError]
):
    before = everything(city.session)
    with pytest.raises(refusal) as refused:
        import_movements(city.session, by=city.finance, source=io.BytesIO(content), name="gerakan.csv")
    assert "nothing" in str(refused.value)
    assert everything(city.session) == before


def test_a_count_of_which_one_cell_cannot_be_taken_is_refused_whole(city: City):
    before = everything(city.session)
    content = b"Kode,Jumlah\nPRD-1,3\nPRD-9,1\nPRD-2,banyak\n,4\n"
    with pytest.raises(CountFileRefused) as refused:
        count_from_file(
            city.session, by=city.finance, store_id=city.stores[0].id, day=city.stores[0].opened_on, is_full=False,
            source=io.BytesIO(content),
        )  # fmt: skip
    found = [(row, one.column, one.cell, one.code) for row, one in refused.value.problems]
    assert found == [
        (3, "Kode", "PRD-9", "product.unknown"),
        (4, "Jumlah", "banyak", "number.invalid"),
        (5, "Kode", "", "cell.blank"),
    ]
    assert "nothing was counted" in str(refused.value)
    assert everything(city.session) == before
