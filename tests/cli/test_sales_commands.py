"""Sales and settlement on the command line: what is printed, and with what it ends."""

import json
import zipfile
from pathlib import Path

from openpyxl import load_workbook

from consign.db import Database
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.queries import get_region_terms
from tests.builders import ADMIN, AUDITOR, HEADER, KERIPIK, write_csv
from tests.cli.terminal import Terminal
from tests.conftest import REGION

ROW = f"2026-09-05,T1,S1,{KERIPIK},Keripik,2,15000,30000"


def test_a_file_becomes_a_statement_step_by_step(terminal: Terminal, tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW, "2026-09-06,T1,S2,99,Apa,1,1000,1000")
    asked = terminal.run("sales", "post", path, "--partner", "BM")
    assert (asked.status, "mapping" in asked.err) == (3, True)

    rehearsed = terminal.run("sales", "post", path, "--partner", "BM", "--accept-mapping", "--dry-run")
    assert (rehearsed.status, "nothing was kept" in rehearsed.out) == (0, True)

    posted = terminal.json("sales", "post", path, "--partner", "BM", "--accept-mapping")
    assert (posted["rows_read"], posted["posted"], posted["parked"], posted["sales_rp"]) == (2, 1, 1, 30_000)
    assert "product.unknown" in terminal.run("sales", "parked", "--partner", "BM").out

    close = ("settlement", "close", "--partner", "BM", "--until", "2026-09-30")
    incomplete = terminal.run(*close)
    assert (incomplete.status, "nothing was changed" in incomplete.err) == (3, True)
    # Rp30.000 less 2,5 % is Rp29.250.
    assert "Rp29.250" in terminal.run(*close, "--incomplete", "uji coba").out

    target = tmp_path / "nota.csv"
    assert terminal.run("statement", "NP-2026-000001", "-o", target).status == 0
    assert "Harus dibayar mitra" in target.read_text(encoding="utf-8-sig")
    book = tmp_path / "nota.xlsx"
    assert terminal.run("statement", "NP-2026-000001", "-o", book).status == 0
    assert 29_250 in {cell.value for row in load_workbook(book, data_only=True).worksheets[0] for cell in row}
    paper = tmp_path / "nota.pdf"
    assert terminal.run("statement", "NP-2026-000001", "-o", paper).status == 0
    assert paper.read_bytes().startswith(b"%PDF")
    assert terminal.run("statement", "NP-2026-000001", "-o", tmp_path / "nota.doc").status == 2
    unknown = terminal.run("statement", "NP-2026-999999")
    assert (unknown.status, "settlement.statement_unknown" in unknown.err) == (2, True)
    assert terminal.json("check") == {"breaches": []}
    assert "Rp29.250" in terminal.run("owed").out


def test_a_closing_is_prepared_by_one_and_closed_by_another(
    terminal: Terminal, database: Database, tmp_path: Path
) -> None:
    with database.transaction(REGION) as session:
        get_region_terms(session).closes_by_two = True
        add_user(
            session, by=get_actor(session, ADMIN), login="kedua@dinas.example", name="Dewi", role=Role.DINAS_FINANCE
        )
    assert terminal.run("sales", "post", write_csv(tmp_path, ROW), "--partner", "BM", "--accept-mapping").status == 0
    asked = ("--partner", "BM", "--until", "2026-09-30")
    alone = terminal.run("settlement", "close", *asked, "--incomplete", "uji")
    assert (alone.status, "settlement.not_prepared" in alone.err) == (2, True)
    plan = terminal.json("settlement", "prepare", *asked, "--incomplete", "uji")
    assert (plan["due_rp"], plan["until"]) == (29_250, "2026-09-30")
    assert "is withdrawn; nothing was closed" in terminal.run("settlement", "withdraw", "--partner", "BM").out
    assert terminal.run("settlement", "withdraw", "--partner", "BM").status == 2
    assert "due Rp29.250" in terminal.run("settlement", "prepare", *asked, "--incomplete", "uji").out
    same = terminal.run("settlement", "close", *asked)
    assert (same.status, "settlement.same_person" in same.err) == (2, True)
    assert "Rp29.250" in terminal.run("settlement", "close", *asked, "--as", "kedua@dinas.example").out
    assert "Disiapkan       Bagus Prakoso" in terminal.run("statement", "NP-2026-000001").out


def test_what_is_refused_says_what_happened_and_what_did_not(terminal: Terminal, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    refused = terminal.run("sales", "post", empty, "--partner", "BM")
    assert (refused.status, "nothing of it was used. [file.empty]" in refused.err) == (2, True)
    unknown = terminal.run("sales", "post", empty, "--partner", "XX")
    assert (unknown.status, "partners.unknown_code" in unknown.err) == (2, True)
    forbidden = terminal.run("sales", "post", empty, "--partner", "BM", "--as", AUDITOR)
    assert (forbidden.status, "identity.not_allowed" in forbidden.err) == (2, True)


def test_inspect_shows_what_a_file_is_without_a_database(bare_terminal: Terminal, tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW, "2026-02-31,T1,S2,1,Apa,1,1000,1000", "Total,,,,,3,,31000")
    found = bare_terminal.json("sales", "inspect", path)
    assert (found["container"], found["encoding"], found["delimiter"], found["header_row"]) == ("csv", "utf-8", ",", 1)
    assert (found["rows_read"], found["accepted"], found["ignored"], found["problems"]) == (3, 1, 1, 1)
    assert (found["quantity_total"], found["gross_total_rp"]) == ("2", 30_000)
    assert found["columns"] == {
        "date": "Tanggal",
        "store": "Kode Toko",
        "barcode": "Barcode",
        "name": "Nama Produk",
        "quantity": "Jumlah",
        "unit_price": "Harga Satuan",
        "gross": "Total",
        "receipt": "No Struk",
    }
    assert found["problem_rows"] == [{"row": 3, "column": "Tanggal", "cell": "2026-02-31", "code": "date.invalid"}]
    assert found["ignored_rows"] == [{"row": 4, "reason": "total_row"}]


def test_inspect_ends_with_three_where_a_person_must_decide(bare_terminal: Terminal, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"05/06/2026,T1,S1,{KERIPIK},Keripik,1,15000,15000")
    undecided = bare_terminal.run("sales", "inspect", path, "--json")
    assert undecided.status == 3
    assert json.loads(undecided.out)["questions"][0]["about"] == "date_order"
    assert json.loads(undecided.out)["accepted"] == 0


def test_inspect_ends_with_two_where_it_refuses(bare_terminal: Terminal, tmp_path: Path) -> None:
    broken = tmp_path / "a.pdf"
    broken.write_bytes(b"%PDF-1.7")
    refused = bare_terminal.run("sales", "inspect", broken, "--json")
    assert refused.status == 2
    assert json.loads(refused.out)["refused"]["code"] == "file.not_a_table"


def test_a_held_upload_can_be_given_up_and_a_posted_one_reversed(terminal: Terminal, tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW)
    terminal.run("sales", "post", path, "--partner", "BM")
    assert terminal.run("sales", "cancel", 1, "--reason", "salah berkas").status == 0
    posted = terminal.json("sales", "post", path, "--partner", "BM", "--accept-mapping")
    assert posted["upload_id"] == 2
    assert terminal.run("sales", "cancel", 2, "--reason", "terlambat").status == 2
    assert "1 lines" in terminal.run("sales", "reverse", 2, "--reason", "salah gerai").out
    assert terminal.json("check") == {"breaches": []}


def test_what_is_odd_about_posted_lines_is_printed_and_listed(terminal: Terminal, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"2026-09-05,T1,S1,{KERIPIK},Keripik,2,16000,32000")
    posted = terminal.run("sales", "post", path, "--partner", "BM", "--accept-mapping")
    assert "sales.csv: another price than agreed [price.differs]: 1 lines, Rp2.000, first in row 2" in posted.out
    again = terminal.json("sales", "post", path, "--partner", "BM")
    assert {
        "code": "price.differs",
        "findings": 1,
        "lines": 1,
        "quantity": "2.000",
        "amount_rp": 2_000,
        "first_row": 2,
    } in (again["findings"])
    listed = terminal.run("sales", "findings", again["upload_id"])
    assert "The till took Rp16.000 instead of Rp15.000 (lines: 1)." in listed.out
    (one,) = [row for row in terminal.json("sales", "findings", again["upload_id"]) if row["code"] == "price.differs"]
    assert (one["product_code"], one["first_row"]) == ("PRD-1", 2)
    assert terminal.run("sales", "findings", "999").status == 2


def pack(folder: Path, **members: str) -> Path:
    path = folder / "moka.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in members.items():
            archive.writestr(f"{name}.csv", f"{HEADER}\n{rows}\n" if rows else "")
    return path


def test_an_archive_is_posted_file_by_file_with_an_answer_for_each(terminal: Terminal, tmp_path: Path) -> None:
    other = ROW.replace("S1", "S2")
    path = pack(tmp_path, a=ROW, b=ROW, c=f"{ROW}\n{other}", d="", e=f"{ROW}\nTotal,,,,,9,,9")
    ended = terminal.run("sales", "post", path, "--partner", "BM", "--accept-mapping", "--json")
    found = json.loads(ended.out)
    assert [(one["archive"], one["file"]) for one in found] == [("moka.zip", f"{name}.csv") for name in "abcde"]
    first, twin, third, empty, wrong = found
    assert (first["posted"], twin["same_as"], empty["ignored"]) == (1, "a.csv", "empty")
    assert (third["posted"], third["known"], third["rows_read"]) == (1, 1, 2)  # the same receipt in two files
    assert (wrong["refused"]["code"], ended.status) == ("file.control_total", 2)
    said = terminal.run("sales", "post", path, "--partner", "BM", "--accept-mapping")
    assert "b.csv: The same as a.csv; it is read once." in said.out
    assert "d.csv: Left out: empty." in said.out
    assert "e.csv: The file's own total" in said.err
    assert terminal.json("check") == {"breaches": []}


def test_an_archive_is_inspected_file_by_file(bare_terminal: Terminal, tmp_path: Path) -> None:
    path = pack(tmp_path, a=ROW, b=ROW, c="05/06/2026,T1,S1,1,K,1,1,1", d="")
    ended = bare_terminal.run("sales", "inspect", path, "--json")
    first, twin, unsure, empty = json.loads(ended.out)
    assert (first["file"], first["accepted"], twin["same_as"], empty["ignored"]) == ("a.csv", 1, "a.csv", "empty")
    assert (unsure["questions"][0]["about"], ended.status) == ("date_order", 3)
    said = bare_terminal.run("sales", "inspect", path).out
    assert "b.csv: The same as a.csv; it is read once." in said


def test_what_waits_is_written_to_a_workbook(terminal: Terminal, tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW, ROW.replace("2026-09-05", "2026-02-31"))
    terminal.run("sales", "post", path, "--partner", "BM", "--accept-mapping")
    target = tmp_path / "soal.xlsx"
    assert "1 rows of upload 1 were written" in terminal.run("sales", "problems", 1, "-o", target).out
    sheet = load_workbook(target).worksheets[0]
    assert [sheet["A2"].value, sheet["I2"].value] == ["2026-02-31", 3]
    book = load_workbook(target)
    book.worksheets[0]["A2"] = "2026-09-07"
    book.save(target)
    mended = terminal.json("sales", "post", target, "--partner", "BM")
    assert (mended["posted"], mended["parked"]) == (1, 0)
    missing = tmp_path / "nothing.xlsx"
    unknown = terminal.run("sales", "problems", 99, "-o", missing)
    assert (unknown.status, missing.exists()) == (2, False)


def test_one_command_says_what_a_code_means_and_places_its_lines(terminal: Terminal, tmp_path: Path) -> None:
    rows = [f"2026-09-0{day},T1,S{day},777,Keripik Singkong,2,15000,30000" for day in (5, 6)]
    path = write_csv(tmp_path, *rows, "2026-09-06,gerai satu,S7,777,Keripik,1,15000,15000")
    terminal.run("sales", "post", path, "--partner", "BM", "--accept-mapping")
    waiting = terminal.run("sales", "parked", "--partner", "BM").out
    assert "Keripik Singkong 200 g (PRD-1), 90 of 100" in waiting
    assert "The name is the same: “Keripik Singkong”." in waiting
    (group,) = [one for one in terminal.json("sales", "parked", "--partner", "BM") if one["cell"] == "777"]
    assert (group["lines"], group["suggestions"][0]["code"], group["suggestions"][0]["score"]) == (2, "PRD-1", 90)

    means = ("sales", "means", "--partner", "BM", "--code")
    assert terminal.run(*means, "777").status == 2
    assert terminal.run(*means, "777", "--product", "XX").status == 2
    said = terminal.run(*means, "777", "--product", KERIPIK)
    assert "777 means Keripik Singkong from now on. 2 parked lines were placed; 0 lines with it still wait." in said.out
    assert terminal.run(*means, "gerai satu", "--store", "T1").status == 2  # finance manages no stores
    said = terminal.json(*means, "gerai satu", "--store", "T1", "--as", ADMIN)
    assert said == {"code": "gerai satu", "means": "Gerai T1", "placed": 1, "waiting": 0}

    forgotten = terminal.run("sales", "forget", "--partner", "BM", "--code", "777", "--reason", "salah klik")
    assert "777 names nothing any more." in forgotten.out
    assert " ".join(forgotten.out.splitlines()[-1].split()) == "1 sales.csv posted 3 3"
    again = terminal.run("sales", "forget", "--partner", "BM", "--code", "777", "--reason", "salah klik")
    assert (again.status, "call no product '777'" in again.err) == (2, True)
    later = write_csv(tmp_path, "2026-09-08,T1,S8,777,Keripik,1,15000,15000", name="later.csv")
    assert terminal.json("sales", "post", later, "--partner", "BM")["parked"] == 1
    assert "1 parked lines were placed" in terminal.run(*means, "777", "--product", "PRD-2").out
    assert terminal.json("check") == {"breaches": []}
