"""Goods on the command line: sent, confirmed, given back, moved, counted, imported; what is printed, and with what it ends."""

import json
from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2 as pdfium
import pytest
from sqlalchemy import text

from consign.db import Database
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK
from tests.cli.conftest import name_database
from tests.cli.terminal import Terminal
from tests.conftest import REGION
from tests.standing import Template
from tests.stock.goods import TODAY, Market
from tests.stock.listing import HEAD, everything, fill

OWNER, MANAGER, OTHER_MANAGER, CHAIN = (
    f"{name}@pasar.example" for name in ("dapur1", "gerai1", "gerai2", "pusat")
)  # fmt: skip
STORE = ("--partner", "BM", "--store", "T1")
HEX = "PRD-1=10@A1:2027-03-31"


@pytest.fixture
def terminal(
    bare_terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    market_template: Template[Market],  # noqa: ARG001  # it is in the database
) -> Terminal:
    """Run commands against a city whose goods may be delivered, as its finance officer, on a day that does not move on."""
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    name_database(monkeypatch, database)
    monkeypatch.setenv("CONSIGN_AS", FINANCE)
    return bare_terminal


def deliver(terminal: Terminal, *lines: str) -> None:
    sent = terminal.run("delivery", "send", *lines, "--producer", "P1", *STORE, "--as", OWNER)
    assert sent.status == 0, sent.err
    number = sent.out.split()[2].rstrip(":")
    assert terminal.run("delivery", "confirm", number, "--as", MANAGER).status == 0


def snapshot(database: Database) -> dict[str, list[str]]:
    with database.transaction(REGION) as session:
        return everything(session)


def find_breaches_of_stock(terminal: Terminal) -> list[object]:
    """Return what is wrong with goods; the papers of this city have no files."""
    breaches = terminal.json("check")["breaches"]
    return [one for one in breaches if not one["code"].endswith(".missing")]


def write(folder: Path, *rows: str, name: str = "gerakan.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_goods_are_sent_and_confirmed_and_stand_in_the_store(terminal: Terminal):
    sent = terminal.run(
        "delivery", "send", HEX, "PLU1=5", "--producer", "P1", *STORE, "--remark", "Diantar Pak Joko", "--as", OWNER
    )
    assert (sent.status, sent.out) == (2, "")  # food that keeps needs its last day
    assert "nothing" in sent.err or "No delivery was made" in sent.err
    sent = terminal.run(
        "delivery", "send", HEX, f"{KERIPIK}=5@B2:2027-04-30", "--producer", "P1", *STORE, "--as", OWNER,
        "--language", "en",
    )  # fmt: skip
    assert (sent.status, sent.out.splitlines()[0]) == (0, "delivery note SJ-2026-000001: on its way, 2 line(s), 15")
    told = terminal.json("delivery", "confirm", "sj-2026-000001", "--refuse", "2=2:damaged", "--as", MANAGER)
    assert (told["state"], told["confirmed_on"], told["totals"]["accepted"]) == ("confirmed", "2026-11-22", "13.000")
    assert told["lines"][1]["refused"] == [{"reason": "damaged", "quantity": "2.000"}]
    rows = terminal.json("stock", "show", *STORE)
    assert [(row["product_code"], row["on_hand"]) for row in rows] == [("PRD-1", "13.000")]
    assert [(one["code"], one["quantity"]) for one in rows[0]["batches"]] == [("A1", "10.000"), ("B2", "3.000")]
    assert "SJ-2026-000001" in terminal.run("stock", "show", *STORE, "--product", "PRD-1").out
    assert find_breaches_of_stock(terminal) == []


def test_goods_go_back_move_on_and_are_written_off(terminal: Terminal):
    deliver(terminal, HEX)
    asked = terminal.json(
        "goods", "pull-back", "PRD-1=2", "--producer", "P1", *STORE, "--reason", "recalled", "--until", "2026-11-25",
        "--as", OWNER,
    )  # fmt: skip
    assert (asked["number"], asked["state"]) == ("TB-2026-000001", "asked")
    back = terminal.json(
        "goods", "return", "PRD-1=2@A1:2027-03-31", "--producer", "P1", *STORE, "--reason", "recalled", "--answers",
        "TB-2026-000001", "--as", MANAGER,
    )  # fmt: skip
    assert (back["number"], back["answers"]) == ("RT-2026-000001", "TB-2026-000001")
    assert terminal.run("goods", "confirm", "RT-2026-000001", "--as", OWNER).status == 0
    moved = terminal.json("goods", "transfer", "PRD-1=3@A1:2027-03-31", *STORE, "--to", "T2", "--as", MANAGER)
    assert (moved["number"], moved["to_store"]) == ("PG-2026-000001", "T2")
    assert terminal.run("delivery", "confirm", "PG-2026-000001", "--as", OTHER_MANAGER).status == 0
    gone = terminal.json("goods", "write-off", "PRD-1=1", *STORE, "--reason", "damaged", "--as", MANAGER)
    assert (gone["number"], gone["state"]) == ("HP-2026-000001", "recorded")
    # 10 came, 2 went back, 3 went to the other store, 1 broke.
    assert terminal.json("stock", "show", *STORE)[0]["on_hand"] == "4.000"
    lost = terminal.json("stock", "losses")
    # Rp15.000 less 2,5 % is Rp14.625.
    assert [(one["reason"], one["quantity"], one["value_rp"]) for one in lost] == [("damaged", "1.000", 14_625)]
    assert "HP-2026-000001" in terminal.run("stock", "losses").out
    assert terminal.run("delivery", "reverse", "HP-2026-000001", "--reason", "salah rak").status == 0
    assert terminal.json("stock", "show", *STORE)[0]["on_hand"] == "5.000"
    assert find_breaches_of_stock(terminal) == []


def test_notes_are_listed_shown_given_up_and_hidden_from_others(terminal: Terminal):
    deliver(terminal, HEX)
    assert terminal.run("delivery", "send", HEX, "--producer", "P1", *STORE, "--as", OWNER).status == 0
    listed = terminal.json("delivery", "list", "--waiting")
    assert [one["number"] for one in listed] == ["SJ-2026-000002"]
    ended = terminal.run("delivery", "cancel", "SJ-2026-000002", "--reason", "dua kali", "--as", OWNER)
    assert ended.status == 0
    assert terminal.json("delivery", "list", "--waiting") == []
    assert "SJ-2026-000001" in terminal.run("goods", "list", "--kind", "delivery").out
    shown = terminal.run("delivery", "show", "SJ-2026-000001", "--language", "en")
    assert "confirmed" in shown.out
    assert "Keripik Singkong" in shown.out
    hidden = terminal.run("delivery", "show", "SJ-2026-000001", "--as", "dapur2@pasar.example")
    assert (hidden.status, "[stock.note_unknown]" in hidden.err) == (2, True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("PRD-1", "is not PRODUCT=QUANTITY"),
        ("PRD-1=", "is not PRODUCT=QUANTITY"),
        ("PRD-1=1.2.3", "is no number"),
        ("PRD-1=1@A:2027-02-30", "is none such as"),
        ("PRD-9=1", "No product has the code"),
        ("PRD-1=0", "cannot be"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_2_and_nothing_is_recorded(
    terminal: Terminal, database: Database, line: str, why: str
):
    before = snapshot(database)
    ended = terminal.run("delivery", "send", line, "--producer", "P1", *STORE, "--as", OWNER)
    assert (ended.status, ended.out, why in ended.err, "othing was recorded" in ended.err) == (2, "", True, True)
    assert snapshot(database) == before


def test_a_refusal_that_cannot_be_is_refused_with_2(terminal: Terminal):
    assert terminal.run("delivery", "send", HEX, "--producer", "P1", *STORE, "--as", OWNER).status == 0
    for refused in ("1=2", "1=2:ugly", "x=2:damaged", "1=99:damaged"):
        ended = terminal.run("delivery", "confirm", "SJ-2026-000001", "--refuse", refused, "--as", MANAGER)
        assert (ended.status, ended.out, "othing was recorded" in ended.err) == (2, "", True)


def test_a_count_from_a_file_is_recorded_rehearsed_or_refused_whole(
    terminal: Terminal, database: Database, tmp_path: Path
):
    deliver(terminal, HEX)
    path = write(tmp_path, "Kode,Jumlah", f"{KERIPIK},5", "PRD-1,3")
    before = snapshot(database)
    tried = terminal.run("stock", "count", path, *STORE, "--dry-run", "--as", MANAGER)
    assert (tried.status, "A rehearsal: nothing was kept." in tried.out) == (0, True)
    assert snapshot(database) == before
    bad = write(tmp_path, "Kode,Jumlah", "PRD-1,5", "PRD-9,1", name="salah.csv")
    ended = terminal.run("stock", "count", bad, *STORE, "--as", MANAGER)
    assert (ended.status, "[stock.count_file_refused]" in ended.err, "PRD-9" in ended.out) == (2, True, True)
    told = json.loads(terminal.run("stock", "count", bad, *STORE, "--json", "--as", MANAGER).out)
    assert told["refused"]["code"] == "stock.count_file_refused"
    assert snapshot(database) == before
    counted = terminal.json("stock", "count", path, *STORE, "--full", "--as", MANAGER)
    assert (counted["number"], counted["state"]) == ("SO-2026-000001", "recorded")
    assert terminal.json("stock", "show", *STORE)[0]["on_hand"] == "8.000"
    assert find_breaches_of_stock(terminal) == []


def test_a_list_is_imported_once_and_its_problems_end_with_1(terminal: Terminal, database: Database, tmp_path: Path):
    good = fill("surat jalan,SJ-7,2026-11-02,BM,T1,,PRD-1,20,K1,2027-03-31,,ya")
    path = write(tmp_path, f"{HEAD},Warna", f"{good},hijau", fill("surat jalan,SJ-8,2026-11-02,BM,T9,,PRD-1,1") + ",")
    before = snapshot(database)
    tried = terminal.run("stock", "import", path, "--dry-run", "--language", "en")
    assert (tried.status, "1 added, 0 known, 1 problem" in tried.out) == (1, True)
    assert "A rehearsal: nothing was kept." in tried.out
    assert snapshot(database) == before
    ended = terminal.run("stock", "import", path, "--language", "en")
    assert (ended.status, "Kode gerai “T9”: BM has no store with this code." in ended.out) == (1, True)
    assert "were not read: Warna." in ended.out
    after = snapshot(database)
    again = terminal.json("stock", "import", path)
    assert (again["added"], again["known"], again["problem"]) == (0, 1, 1)
    wrong = again["rows"][1]
    assert (wrong["row"], wrong["problems"][0]["code"]) == (3, "store.unknown")
    assert snapshot(database) == after
    assert terminal.run("stock", "import", write(tmp_path, HEAD, good, name="b.csv")).status == 0
    assert terminal.run("stock", "import", write(tmp_path, HEAD, name="c.csv")).status == 2
    assert find_breaches_of_stock(terminal) == []


def test_a_template_is_written_for_those_who_may_import(terminal: Terminal, tmp_path: Path):
    path = tmp_path / "kosong.xlsx"
    assert terminal.run("stock", "template", "-o", path, "--as", ADMIN).out == f"{path} was written.\n"
    assert openpyxl.load_workbook(path).sheetnames == ["Gerakan barang", "Petunjuk", "Pilihan"]
    for words in (("template", "-o", tmp_path / "a.xlsx"), ("import", path)):
        ended = terminal.run("stock", *words, "--as", AUDITOR)
        assert (ended.status, "[identity.not_allowed]" in ended.err) == (2, True)
    assert not (tmp_path / "a.xlsx").exists()


def test_the_chain_takes_back_and_a_day_of_its_own_can_be_named(terminal: Terminal, database: Database):
    sent = terminal.json("delivery", "send", HEX, "--producer", "P1", *STORE, "--day", "2026-11-20", "--as", OWNER)
    assert sent["day"] == "2026-11-20"
    confirmed = terminal.json("delivery", "confirm", sent["number"], "--on", "2026-11-21", "--as", CHAIN)
    assert confirmed["confirmed_on"] == "2026-11-21"
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT min(day) FROM stock_movement")) == date(2026, 11, 21)
    reversed_ = terminal.json("goods", "reverse", sent["number"], "--reason", "salah gerai", "--as", CHAIN)
    assert reversed_["state"] == "reversed"


def test_a_loss_is_contested_and_decided(terminal: Terminal):
    deliver(terminal, HEX)
    assert terminal.run("goods", "write-off", "PRD-1=1", *STORE, "--reason", "damaged", "--as", MANAGER).status == 0
    (lost,) = terminal.json("stock", "losses")
    number = lost["id"]
    assert terminal.run("loss", "contest", number, "--reason", "sudah rusak", "--as", AUDITOR).status == 2
    contested = terminal.run("loss", "contest", number, "--reason", "Kemasan sudah sobek saat tiba", "--as", MANAGER)
    assert (contested.status, contested.out) == (0, f"Loss {number} is contested; the dinas decides.\n")
    assert [one["id"] for one in terminal.json("stock", "losses", "--state", "contested")] == [number]
    decided = terminal.run("loss", "decide", number, "--share", "25%", "--reason", "Disepakati berdua")
    assert (decided.status, decided.out) == (0, f"Of loss {number} the store bears 25%.\n")
    assert find_breaches_of_stock(terminal) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_paper_of_a_note_is_written(terminal: Terminal, tmp_path: Path, language: str):
    deliver(terminal, HEX)
    gone = terminal.run("goods", "write-off", "PRD-1=1", *STORE, "--reason", "damaged", "--as", MANAGER)
    assert gone.status == 0
    for number in ("SJ-2026-000001", "HP-2026-000001"):
        path = tmp_path / f"{number}.pdf"
        ended = terminal.run("delivery", "paper", number, "-o", path, "--language", language)
        assert (ended.status, ended.out) == (0, f"{path} was written.\n")
        assert path.read_bytes().startswith(b"%PDF")
        with pdfium.PdfDocument(path) as document:
            assert number in document[0].get_textpage().get_text_range()
