"""Lists of movements: rows of one reference are one note, whole or not at all, and never recorded twice."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database
from consign.errors import NotAllowed
from consign.models.stock import StockNote
from consign.stock.checks import CHECKS
from consign.stock.confirming import reverse_note
from consign.stock.count_file import count_from_file
from consign.stock.import_rules import Outcome
from consign.stock.import_sheets import EXAMPLE_REFERENCE, write_movements_template
from consign.stock.importing import import_movements
from tests.builders import KERIPIK
from tests.conftest import REGION
from tests.standing import Template
from tests.stock.goods import TODAY, Market
from tests.stock.listing import HEAD, as_csv, everything, fill, hand_in, outcomes, problems, rehearse, stands
from tests.stock.test_two_at_once import at_once

HISTORY = (
    # A delivery of two lines that was accepted, whose second row leaves out what the first one says.
    "surat jalan,SJ-7,2026-11-02,BM,T1,,PRD-1,20,K1,2027-03-31,,ya",
    ",SJ-7,,,,,PLU1,10,K2,2027-04-30,",
    f"Delivery,SJ-8,2026-11-03,bm,t1,,{KERIPIK},5,K1,2027-03-31,,ya",
    "retur,R-1,2026-11-05,BM,T1,,PRD-1,4,K1,2027-03-31,tidak laku",
    "pindah gerai,PG-1,2026-11-06,BM,T1,T2,PRD-1,6,K2,2027-04-30,,ya",
    "penghapusan,H-1,2026-11-07,BM,T1,,PRD-1,1,K1,2027-03-31,rusak",
    "stok opname,SO-1,2026-11-08,BM,T1,,PRD-1,23",
)
TOLD = [
    ("SJ-7", "SJ-2026-000001", "added"),
    ("SJ-8", "SJ-2026-000002", "added"),
    ("R-1", "RT-2026-000001", "added"),
    ("PG-1", "PG-2026-000001", "added"),
    ("H-1", "HP-2026-000001", "added"),
    ("SO-1", "SO-2026-000001", "added"),
]


def test_a_history_is_carried_over_by_the_very_acts_of_people(market: Market):
    assert outcomes(hand_in(market.city, *HISTORY)) == TOLD
    # 20 + 10 + 5 came, 4 went back, 6 to the other store, 1 broke: 24; the count found 23.
    assert stands(market.session) == {("T1", "PRD-1"): 23, ("T2", "PRD-1"): 6}
    states = market.session.execute(text("SELECT number, state, day FROM stock_note ORDER BY id")).all()
    assert [(row.number, row.state) for row in states] == [
        ("SJ-2026-000001", "confirmed"), ("SJ-2026-000002", "confirmed"), ("RT-2026-000001", "sent"),
        ("PG-2026-000001", "confirmed"), ("HP-2026-000001", "recorded"), ("SO-2026-000001", "recorded"),
    ]  # fmt: skip
    assert states[0].day == date(2026, 11, 2)
    assert market.breaches() == []


def test_the_same_file_again_changes_nothing(market: Market):
    hand_in(market.city, *HISTORY)
    before = everything(market.session)
    again = hand_in(market.city, *HISTORY)
    assert outcomes(again) == [(reference, number, "known") for reference, number, _ in TOLD]
    assert everything(market.session) == before


def test_the_same_notes_written_otherwise_are_known_too(market: Market):
    hand_in(market.city, *HISTORY[:2])
    before = everything(market.session)
    again = hand_in(
        market.city,
        "delivery,sj-7,2026-11-02,BM,T1,,PLU1,10,k2,2027-04-30,,yes",
        f"delivery,sj-7,2026-11-02,BM,T1,,{KERIPIK},20.0,K1,2027-03-31,,yes",
    )
    assert outcomes(again) == [("sj-7", "SJ-2026-000001", "known")]
    assert everything(market.session) == before


def test_a_rehearsal_says_what_would_happen_and_leaves_nothing(market: Market):
    before = everything(market.session)
    assert outcomes(rehearse(market.city, *HISTORY)) == TOLD
    assert everything(market.session) == before
    assert outcomes(hand_in(market.city, *HISTORY)) == TOLD


def test_a_note_with_a_problem_is_left_out_whole_and_the_others_are_taken(market: Market):
    imported = hand_in(
        market.city, *HISTORY[:2], "surat jalan,SJ-9,2026-11-04,BM,T1,,PRD-1,1,K1,2027-03-31", ",SJ-9,,,,,PRD-9,2"
    )
    assert problems(imported) == [(5, "Produk", "PRD-9", "product.unknown")]
    assert outcomes(imported) == [("SJ-7", "SJ-2026-000001", "added"), ("SJ-9", None, "problem")]
    assert [row.outcome for row in imported.rows] == ["added", "added", "kept_back", "problem"]
    # Put right, the same list records what was left out, and only that.
    mended = hand_in(
        market.city,
        *HISTORY[:2],
        "surat jalan,SJ-9,2026-11-04,BM,T1,,PRD-1,1,K1,2027-03-31,,ya",
        ",SJ-9,,,,,PRD-1,2,K2,2027-04-30",
    )
    assert outcomes(mended) == [("SJ-7", "SJ-2026-000001", "known"), ("SJ-9", "SJ-2026-000002", "added")]
    assert stands(market.session) == {("T1", "PRD-1"): 33}


def test_what_an_act_refuses_is_the_problem_of_its_note_and_leaves_no_gap_in_numbers(market: Market):
    imported = hand_in(
        market.city,
        "surat jalan,A,2026-11-30,BM,T1,,PRD-1,1,K1,2027-03-31,,ya",  # to come
        "surat jalan,B,2026-11-02,BM,T1,,PRD-1,1,K1,2026-10-01,,ya",  # over when it was brought
        "surat jalan,C,2026-11-02,BM,T1,,PRD-1,1.5,K1,2027-03-31,,ya",  # half a pack
        "surat jalan,D,2026-11-02,BM,T1,,PRD-1,1,K1,2027-03-31",  # finance may not send what nobody accepted
        "surat jalan,E,2026-11-02,BM,T1,,PRD-1,1,K1,2027-03-31,,ya",
    )
    assert [(row, code) for row, _, _, code in problems(imported)] == [
        (2, "input.bad"), (3, "input.bad"), (4, "input.bad"), (5, "identity.not_allowed"),
    ]  # fmt: skip
    assert outcomes(imported)[-1] == ("E", "SJ-2026-000001", "added")
    assert market.breaches() == []


def test_a_note_that_was_taken_back_may_be_told_otherwise_but_not_just_so(market: Market):
    hand_in(market.city, *HISTORY[:2])
    note = market.session.query(StockNote).one()
    reverse_note(market.session, by=market.city.finance, note_id=note.id, reason="salah jumlah")
    assert outcomes(hand_in(market.city, *HISTORY[:2])) == [("SJ-7", "SJ-2026-000001", "known")]
    other = hand_in(market.city, HISTORY[0])
    assert outcomes(other) == [("SJ-7", "SJ-2026-000002", "added")]
    assert stands(market.session) == {("T1", "PRD-1"): 20}


def test_two_producers_may_use_the_same_number_for_the_same_store(market: Market):
    first = hand_in(market.city, "surat jalan,1,2026-11-22,BM,T1,,PRD-1,3,A,2027-03-31", by=market.owners[0])
    second = hand_in(market.city, "surat jalan,1,2026-11-22,BM,T1,,PRD-2,4,B,2027-03-31", by=market.owners[1])
    assert outcomes(first) == [("1", "SJ-2026-000001", "added")]
    assert outcomes(second) == [("1", "SJ-2026-000002", "added")]


def test_everybody_imports_only_what_they_may_do_by_hand(market: Market):
    other = "surat jalan,1,2026-11-22,BM,T1,,PRD-2,3,A,2027-03-31"
    assert problems(hand_in(market.city, other, by=market.owners[0])) == [(2, "", "", "identity.not_allowed")]
    count = "stok opname,1,2026-11-22,,T2,,PRD-1,3"
    assert problems(hand_in(market.city, count, by=market.managers[0])) == [(2, "", "", "identity.not_allowed")]
    assert outcomes(hand_in(market.city, count, by=market.managers[1])) == [("1", "SO-2026-000001", "added")]
    for nobody in ("auditor", "head", "verifier"):
        with pytest.raises(NotAllowed):
            hand_in(market.city, count, by=market.people[nobody])
        with pytest.raises(NotAllowed):
            write_movements_template(market.session, by=market.people[nobody])


def test_a_full_count_says_that_what_is_not_named_is_not_there(market: Market):
    hand_in(market.city, *HISTORY[:2])
    hand_in(market.city, "stok opname penuh,SO,2026-11-20,BM,T1,,PRD-2,7")
    assert stands(market.session) == {("T1", "PRD-1"): 0, ("T1", "PRD-2"): 7}
    assert market.breaches() == []


def test_the_template_is_a_list_whose_example_is_not_read(market: Market):
    content = write_movements_template(market.session, by=market.city.finance)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Gerakan barang", "Petunjuk", "Pilihan"]
    sheet = book.worksheets[0]
    assert sheet["B2"].value == EXAMPLE_REFERENCE
    sheet.append(
        ["surat jalan", "A", date(2026, 11, 2), "BM", "T1", None, "PRD-1", 12, None, date(2027, 3, 31), None, "ya"]
    )
    filled = io.BytesIO()
    book.save(filled)
    imported = import_movements(market.session, by=market.city.finance, source=filled, name="gerakan.xlsx")
    assert outcomes(imported) == [("A", "SJ-2026-000001", "added")]
    assert stands(market.session) == {("T1", "PRD-1"): 12}


def test_a_count_from_a_file_adds_up_what_was_found_in_two_places(market: Market):
    content = f"Barcode,Ditemukan,Kode produksi\n{KERIPIK},3,A\nPRD-2,0,\nPLU1,4,A\n".encode()
    note = count_from_file(
        market.session, by=market.managers[0], store_id=market.city.stores[0].id, day=date(2026, 11, 22), is_full=False,
        source=io.BytesIO(content),
    )  # fmt: skip
    assert (note.number, note.state) == ("SO-2026-000001", "recorded")
    assert stands(market.session) == {("T1", "PRD-1"): 7, ("T1", "PRD-2"): 0}
    assert market.breaches() == []


def test_a_list_that_two_people_import_at_once_is_recorded_once(
    database: Database, market_template: Template[Market], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("consign.clock.today", lambda _zone: TODAY)
    market = market_template.built
    content = as_csv(HEAD, *map(fill, HISTORY))

    def act(session: Session) -> list[tuple[str, str | None, Outcome]]:
        source = io.BytesIO(content)
        return outcomes(import_movements(session, by=market.city.finance, source=source, name="gerakan.csv"))

    known = [(reference, number, "known") for reference, number, _ in TOLD]
    assert sorted(at_once(database, act, act)) == sorted([TOLD, known])
    with database.transaction(REGION) as session:
        assert stands(session) == {("T1", "PRD-1"): 23, ("T2", "PRD-1"): 6}
        assert [str(one) for check in CHECKS for one in check(session)] == []
