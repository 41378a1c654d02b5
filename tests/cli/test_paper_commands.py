"""Papers on the command line: what a number says, what stands in a file, the queue and decisions."""

import json
from datetime import date
from pathlib import Path

import pytest

from compliance.facts import Kind
from consign.db import Database
from consign.documents.rules import Typed
from consign.documents.submitting import submit_document, upload_document
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.sample.paper_files import write_paper
from tests.builders import ADMIN, AUDITOR
from tests.cli.terminal import Terminal
from tests.conftest import REGION

VERIFIER = "verifier@dinas.example"
PIRT = "P-IRT No. 2.15.6471.01.0007-28"
ON = ("--on", "2026-11-22")


@pytest.mark.parametrize(
    ("words", "status", "first_line"),
    [
        (("gtin", "8992761002015"), 0, "8992761002015"),
        (("gtin", "8 992761 002015"), 0, "8992761002015"),
        (("nib", "NIB: 9120.0012.34567"), 0, "9120001234567"),
        (("pirt", PIRT), 0, "P-IRT 2156471010007-28"),
        (("pirt", "2156471010007-20"), 1, "P-IRT 2156471010007-20"),
        (
            ("nib", "912000123456"),
            1,
            "- does not fit: A NIB has 13 digits, '912000123456' has not (PP 28/2025 pasal 206)",
        ),
    ],
)
def test_numbers_are_checked_without_a_database(
    bare_terminal: Terminal, words: tuple[str, ...], status: int, first_line: str
):
    ended = bare_terminal.run("numbers", "check", *words, *ON, "--language", "en")
    assert (ended.status, ended.out.splitlines()[0]) == (status, first_line)


@pytest.mark.parametrize("kind", [*Kind, "gtin"])
@pytest.mark.parametrize("number", ["", "?", "1", "٠١٢٣٤٥٦٧٨٩٠١٢", "x" * 5_000])
def test_every_kind_answers_whatever_is_typed(bare_terminal: Terminal, kind: str, number: str):
    ended = bare_terminal.run("numbers", "check", "--json", *ON, str(kind), number)
    told = json.loads(ended.out)
    assert told["kind"] == kind
    assert ended.status == (0 if told["valid"] else 1)
    assert (told["reason"] is None) == told["valid"]


def test_a_number_says_what_its_digits_mean(bare_terminal: Terminal):
    told = bare_terminal.json("numbers", "check", "pirt", PIRT, *ON, "--language", "en")
    assert (told["number"], told["printed"], told["valid"]) == ("215647101000728", "P-IRT 2156471010007-28", True)
    assert told["says"] == {
        "packaging": "plastic",
        "food_group": "Hasil olahan biji-bijian dan umbi",
        "regency": "Kota Balikpapan",
        "product_number": "01",
        "producer_number": "0007",
        "ends_in": "2028",
    }
    # The day is not in the number, so a person must type it.
    assert told["verdict"] == "unverifiable"
    last = told["findings"][-1]
    assert (last["code"], last["next_step"]) == ("pirt.end_unknown", "Type the last day that is printed on the paper.")
    shown = bare_terminal.run("numbers", "check", "pirt", PIRT, *ON, "--language", "en").out
    assert "  packaging: plastic\n  group of home-industry food: Hasil olahan biji-bijian dan umbi\n" in shown


def test_a_wrong_number_says_why_for_programs_too(bare_terminal: Terminal):
    ended = bare_terminal.run("numbers", "check", "gtin", "8992761002014", "--json", "--language", "en")
    told = json.loads(ended.out)
    assert (ended.status, told["valid"], told["number"], told["verdict"]) == (1, False, None, "invalid")
    assert "its check digit should be 5" in told["reason"]
    assert bare_terminal.run("numbers", "check", "imei", "1").status == 2


def test_a_paper_is_read_without_a_database(bare_terminal: Terminal, tmp_path: Path):
    typed = Typed(number="215647101000728", holder="Dapur Bu Ratmi", valid_until=date(2028, 5, 3))
    path = tmp_path / "spp-irt.pdf"
    path.write_bytes(write_paper(Kind.PIRT, typed))
    told = bare_terminal.json("documents", "read", path)
    assert (told["media_type"], told["pages"], told["kind"]) == ("application/pdf", 1, "pirt")
    read = {one["field"]: (one["value"], one["sure"]) for one in told["values"]}
    assert read["number"] == ("P-IRT 2156471010007-28", True)
    assert read["valid_until"] == ("2028-05-03", True)
    shown = bare_terminal.run("documents", "read", path, "--language", "en")
    assert shown.status == 0
    assert "P-IRT 2156471010007-28" in shown.out


def test_a_file_that_is_no_paper_is_refused(bare_terminal: Terminal, tmp_path: Path):
    path = tmp_path / "spp-irt.pdf"
    path.write_bytes(b"MZ no paper")
    ended = bare_terminal.run("documents", "read", path, "--json")
    assert (ended.status, json.loads(ended.out)["refused"]["code"]) == (2, "documents.refused")
    assert bare_terminal.run("documents", "read", tmp_path / "missing.pdf").status == 2


@pytest.fixture
def waiting(terminal: Terminal, database: Database) -> int:  # noqa: ARG001  # the city must be there
    """Hand in a NIB that waits for the dinas; return its number."""
    with database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login=VERIFIER, name="Nurul", role=Role.VERIFIER)
        producer_id = session.connection().exec_driver_sql("SELECT id FROM producer WHERE code = 'P1'").scalar_one()
        paper = upload_document(session, by=admin, producer_id=producer_id, kind=Kind.NIB, taken=None)
        typed = Typed(number="0000000000001", holder="Dapur 1")
        submit_document(session, by=admin, document_id=paper.id, typed=typed, product_ids=(), on=date(2026, 11, 22))
        return paper.id


def state_of(database: Database, document_id: int) -> tuple[str, str | None]:
    with database.transaction(REGION) as session:
        row = session.connection().exec_driver_sql("SELECT state, reason FROM document WHERE id = %s", (document_id,))
        return tuple(row.one())


def test_the_queue_is_listed_and_a_paper_approved(terminal: Terminal, database: Database, waiting: int):
    told = terminal.json("documents", "queue", "--as", VERIFIER)
    assert told["waiting"] == 1
    (paper,) = told["papers"]
    assert (paper["id"], paper["kind"], paper["producer_code"], paper["state"]) == (waiting, "nib", "P1", "submitted")
    assert "Dapur 1" in terminal.run("documents", "queue", "--as", VERIFIER).out
    ended = terminal.run("documents", "approve", waiting, "--consulted", "oss.go.id", "--as", VERIFIER)
    assert (ended.status, ended.out) == (0, f"Paper {waiting} (nib) is now: approved.\n")
    assert state_of(database, waiting) == ("approved", None)
    assert terminal.json("documents", "queue", "--as", VERIFIER) == {"waiting": 0, "papers": []}
    again = terminal.run("documents", "approve", waiting, "--consulted", "oss.go.id", "--as", VERIFIER)
    assert (again.status, again.err.strip().endswith("[documents.moved]")) == (2, True)


@pytest.mark.parametrize(("options", "state"), [((), "needs_correction"), (("--reject",), "rejected")])
def test_a_paper_is_sent_back(
    terminal: Terminal, database: Database, waiting: int, options: tuple[str, ...], state: str
):
    told = terminal.json("documents", "return", waiting, "--reason", "Foto buram.", *options, "--as", VERIFIER)
    assert told == {"id": waiting, "kind": "nib", "state": state, "verdict": "valid"}
    assert state_of(database, waiting) == (state, "Foto buram.")


def test_only_verifiers_decide_and_only_about_papers_that_are_there(
    terminal: Terminal, database: Database, waiting: int
):
    for words in (
        ("queue",),
        ("approve", waiting, "--consulted", "oss.go.id"),
        ("return", waiting, "--reason", "Foto buram."),
    ):
        ended = terminal.run("documents", *words, "--as", AUDITOR)
        assert (ended.status, ended.err.strip().endswith("[identity.not_allowed]")) == (2, True)
    missing = terminal.run("documents", "approve", 999_999, "--consulted", "oss.go.id", "--as", VERIFIER)
    assert (missing.status, missing.err.strip().endswith("[documents.missing]")) == (2, True)
    assert terminal.run("documents", "return", waiting, "--as", VERIFIER).status == 2
    assert state_of(database, waiting)[0] == "submitted"


def test_a_products_class_is_said_on_the_command_line(terminal: Terminal):
    ended = terminal.run("product", "class", "PRD-1", "dry_food", "--food-group", "15", "--as", ADMIN)
    assert (ended.status, ended.out) == (0, "PRD-1 is dry_food from now on.\n")
    wrong = terminal.run("product", "class", "PRD-1", "craft", "--food-group", "15", "--as", ADMIN)
    assert (wrong.status, wrong.err.strip().endswith("[catalogue.class_impossible]")) == (2, True)
    added = terminal.run(
        *("product", "add", "PRD-9", "Kopi Bubuk", "--producer", "P1", "--content", 100, "--unit", "g"),
        *("--class", "dry_food", "--food-group", "10", "--from", "2026-06-01", "--as", ADMIN),
    )
    assert added.status == 0
