"""Lists of products on the command line: what is printed, with what it ends, and that a rehearsal keeps nothing."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from consign.db import Database
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from tests.builders import ADMIN, AUDITOR
from tests.cli.terminal import Terminal
from tests.conftest import REGION

OWNER = "dapur1@umkm.example"
NEW = "Kode produsen,Nama produk,Isi bersih,Satuan,Harga"


@pytest.fixture
def admin(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Run commands as the admin of the city."""
    monkeypatch.setenv("CONSIGN_AS", ADMIN)
    return terminal


def write(folder: Path, *rows: str) -> Path:
    path = folder / "produk.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def snapshot(database: Database) -> list[object]:
    tables = ("product", "product_price", "product_import", "audit_event", "eligibility_due")
    with database.transaction(REGION) as session:
        return [
            session.scalars(text(f"SELECT to_jsonb(one)::text FROM {name} AS one ORDER BY 1")).all() for name in tables
        ]


def test_good_rows_are_taken_and_the_same_file_again_changes_nothing(
    admin: Terminal, database: Database, tmp_path: Path
):
    path = write(tmp_path, NEW, "P1,Abon,100,g,25.000", "P1,Keripik Singkong,200,g,16.000")
    ended = admin.run("products", "import", path)
    assert (ended.status, ended.err) == (0, "")
    assert "P1-01" in ended.out
    assert "price_rp: Rp15.000 → Rp16.000" in ended.out
    assert "1 added, 1 changed, 0 unchanged, 0 problem; 0 parked lines were placed." in ended.out
    with database.transaction(REGION) as session:
        before = session.scalars(text("SELECT to_jsonb(one)::text FROM product AS one ORDER BY 1")).all()
    again = admin.run("products", "import", path)
    assert (again.status, "0 added, 0 changed, 2 unchanged, 0 problem" in again.out) == (0, True)
    with database.transaction(REGION) as session:
        assert session.scalars(text("SELECT to_jsonb(one)::text FROM product AS one ORDER BY 1")).all() == before


def test_rows_with_problems_are_left_out_and_the_status_is_1(admin: Terminal, tmp_path: Path):
    path = write(tmp_path, f"{NEW},Warna", "P1,Abon,100,g,25.000,", "P1,Teh,100,g,mahal,hijau")
    ended = admin.run("products", "import", path)
    assert ended.status == 1
    assert "1 added, 0 changed, 0 unchanged, 1 problem" in ended.out
    assert "Harga “mahal”: Write the price in whole rupiah" in ended.out
    assert "were not read: Warna." in ended.out


def test_a_rehearsal_says_the_same_and_keeps_nothing(admin: Terminal, database: Database, tmp_path: Path):
    path = write(tmp_path, NEW, "P1,Abon,100,g,25.000", "P1,Teh,100,g,mahal")
    before = snapshot(database)
    ended = admin.run("products", "import", path, "--dry-run")
    assert (ended.status, "A rehearsal: nothing was kept." in ended.out) == (1, True)
    assert "1 added, 0 changed, 0 unchanged, 1 problem" in ended.out
    assert snapshot(database) == before
    assert not (tmp_path / "data" / "files").exists()


def test_programs_are_told_every_row(admin: Terminal, tmp_path: Path):
    path = write(tmp_path, NEW, "P1,Keripik Singkong,200,g,16.000", "P9,Teh,100,g,9.000")
    ended = admin.run("products", "import", path, "--dry-run", "--json")
    told = json.loads(ended.out)
    assert {name: told[name] for name in ("dry_run", "added", "changed", "unchanged", "problem", "placed", "unused_columns")} == {
        "dry_run": True, "added": 0, "changed": 1, "unchanged": 0, "problem": 1, "placed": 0, "unused_columns": [],
    }  # fmt: skip
    first, second = told["rows"]
    assert (first["row"], first["outcome"], first["product_code"]) == (2, "changed", "PRD-1")
    assert first["changes"] == [{"fact": "price_rp", "before": 15_000, "after": 16_000}]
    assert (second["problems"][0]["column"], second["problems"][0]["cell"], second["problems"][0]["code"]) == (
        "Kode produsen",
        "P9",
        "producer.unknown",
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Merek,Harga\nA,1\n", "catalogue.import_column_missing"),
        (f"{NEW}\n", "catalogue.import_empty"),
        ("%PDF-1.7", "file.not_a_table"),
    ],
)
def test_a_file_that_is_no_list_ends_with_2(
    admin: Terminal, database: Database, tmp_path: Path, content: str, code: str
):
    path = tmp_path / "produk.csv"
    path.write_text(content)
    before = snapshot(database)
    for more in ((), ("--dry-run",)):
        ended = admin.run("products", "import", path, *more)
        assert (ended.status, ended.out) == (2, "")
        assert f"[{code}]" in ended.err
    assert admin.run("products", "import", tmp_path / "tidak ada.csv").status == 2
    assert admin.run("products", "import", path, "--producer", "P9").status == 2
    assert snapshot(database) == before


def test_people_without_the_right_are_refused(terminal: Terminal, tmp_path: Path):
    path = write(tmp_path, NEW, "P1,Abon,100,g,25.000")
    for words in (("import", path), ("template", "-o", tmp_path / "a.xlsx"), ("export", "-o", tmp_path / "a.xlsx")):
        ended = terminal.run("products", *words, "--as", AUDITOR)
        assert (ended.status, "[identity.not_allowed]" in ended.err) == (2, True)
    assert not (tmp_path / "a.xlsx").exists()


def test_a_producer_hands_in_its_own_list(admin: Terminal, database: Database, tmp_path: Path):
    with database.transaction(REGION) as session:
        by = get_actor(session, ADMIN)
        producer_id = session.scalar(text("SELECT id FROM producer WHERE code = 'P1'"))
        add_user(session, by=by, login=OWNER, name="Bu Dapur", role=Role.PRODUCER, producer_id=producer_id)
    path = write(tmp_path, "Nama produk,Isi bersih", "Abon,100 g")
    assert admin.run("products", "import", path).status == 2  # whose they are is not said
    assert admin.run("products", "import", path, "--producer", "P2", "--as", OWNER).status == 2
    assert admin.run("products", "import", path, "--producer", "P1").status == 0
    again = admin.run("products", "import", path, "--as", OWNER)
    assert (again.status, "1 unchanged" in again.out) == (0, True)


def test_templates_and_exports_are_written_and_can_be_handed_in(admin: Terminal, tmp_path: Path):
    template, export = tmp_path / "kosong.xlsx", tmp_path / "produk.xlsx"
    assert admin.run("products", "template", "-o", template).out == f"{template} was written.\n"
    assert openpyxl.load_workbook(io.BytesIO(template.read_bytes())).sheetnames == ["Produk", "Petunjuk", "Pilihan"]
    assert admin.run("products", "export", "-o", export).status == 0
    again = admin.run("products", "import", export)
    assert (again.status, "0 added, 0 changed, 2 unchanged, 0 problem" in again.out) == (0, True)
    assert admin.run("products", "export", "--producer", "P2", "-o", export).status == 0
    assert "1 unchanged" in admin.run("products", "import", export).out
