"""A handed-in file's way: posted where it is known how to read it, else shown to a person who decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from consign.catalogue.actions import add_product_alias
from consign.db import Database
from consign.errors import BadInput, NotAllowed
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role as Post
from consign.jobs.enqueued import place_parked, read_sales_file
from consign.models.catalogue import Product
from consign.sales.ending import cancel_upload
from consign.sales.layout import Role
from consign.sales.mapping import Answers, ColumnUnknown, Stated
from consign.sales.placing import reread_parked
from consign.sales.rules import SummaryAcrossPeriod, UploadNotOpen
from consign.sales.uploads import UploadBusy, UploadTwice
from consign.sentence import load_sentence
from consign.tabular.dates import DateOrder
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, SAMBAL, write_csv
from tests.conftest import REGION
from tests.jobs.working import (
    ROW,
    assert_sound,
    count_sales,
    decide,
    find_jobs,
    hand_in,
    query_queue,
    stand,
)

MANAGER = "t1@bm.example"
SPAN = "Barcode,Jumlah,Total"
Read = Callable[..., tuple[str, dict[str, Any]]]


@pytest.fixture
def city(built: Database) -> Database:
    with built.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login=MANAGER, name="T1", role=Post.STORE_MANAGER, partner_id=1, store_id=1)
    return built


@pytest.fixture
def read(city: Database, files: Files) -> Read:
    """Return how to do the job of one upload, as a worker would; it gives where the upload stands then."""

    def read_one(upload_id: int = 1) -> tuple[str, dict[str, Any]]:
        read_sales_file(city, files, region=REGION, upload_id=upload_id)
        return stand(city, upload_id)

    return read_one


def teach(city: Database, files: Files, folder: Path, read: Read) -> None:
    """Have the partner's usual layout confirmed by a file that is posted."""
    hand_in(city, files, write_csv(folder, ROW, name="first.csv"))
    decide(city, 1, confirmed=True)
    assert read()[0] == "posted"


def test_a_new_layout_is_shown_with_its_counts_and_posted_with_one_click(city, files, tmp_path, read):
    path = write_csv(
        tmp_path, ROW, "2026-09-07,T2,S2,99,Apa,1,1000,1000", "2026-02-31,T1,S3,1,Apa,1,1,1", "Total,,,,,3,,31000"
    )
    upload = hand_in(city, files, path)
    assert stand(city) == ("received", {})
    status, outcome = read()
    assert status == "needs_mapping"
    assert [question["about"] for question in outcome["questions"]] == ["mapping"]
    assert load_sentence(outcome["questions"][0]["why"]).startswith("This layout is new for the partner.")
    preview, counts = outcome["preview"], outcome["counts"]
    assert preview["headers"][:2] == ["Tanggal", "Kode Toko"]
    assert (preview["first_row"], preview["row_numbers"]) == (2, [2, 3, 4, 5])
    assert preview["rows"][0] == ["2026-09-05", "T1", "S1", KERIPIK, "Keripik", "2", "15000", "30000"]
    assert preview["columns"]["quantity"] == "Jumlah"
    assert preview["candidates"]["gross"] == ["Total"]
    assert (preview["container"], preview["encoding"], preview["sheet"]) == ("csv", "utf-8", None)
    assert (preview["number_style"], preview["date_order"], preview["scale"]) == ("plain", "ymd", 1)
    assert "header in row 1" in [load_sentence(one) for one in preview["evidence"]]
    # Two lines are sound: 2 + 1 pieces, Rp30.000 + Rp1.000; February has no 31st day; the last row is a total.
    assert counts == {
        "rows_read": 4, "accepted": 2, "ignored": 1, "problems": 1, "quantity_total": "3", "gross_total_rp": 31_000,
        "first_on": "2026-09-05", "last_on": "2026-09-07", "ignored_rows": [{"row": 5, "reason": "total_row"}],
        "problem_rows": [{"row": 4, "column": "Tanggal", "cell": "2026-02-31", "code": "date.invalid"}],
    }  # fmt: skip
    assert count_sales(city) == 0
    decide(city, upload, confirmed=True)
    assert stand(city)[0] == "received"
    assert read()[0] == "posted"
    assert count_sales(city) == 1
    assert_sound(city, files)


def test_a_known_layout_is_posted_at_once(city, files, tmp_path, read):
    teach(city, files, tmp_path, read)
    upload = hand_in(city, files, write_csv(tmp_path, ROW.replace("S1", "S2")))
    assert read(upload)[0] == "posted"
    assert count_sales(city) == 2


def test_only_the_first_rows_are_shown_and_long_cells_cut(city, files, tmp_path, read):
    rows = [ROW.replace("S1", f"S{n}").replace("Keripik", "K" * 500) for n in range(30)]
    hand_in(city, files, write_csv(tmp_path, *rows, *(row.replace("2026-09", "2026-13") for row in rows)))
    outcome = read()[1]
    assert len(outcome["preview"]["rows"]) == 8
    assert max(len(cell) for row in outcome["preview"]["rows"] for cell in row) == 80
    assert (outcome["counts"]["problems"], len(outcome["counts"]["problem_rows"])) == (30, 20)


def test_what_only_a_person_knows_is_asked_and_counted_before_it_is_posted(city, files, tmp_path, read):
    header = "Tanggal,Kode Toko,No Struk,Kode Barang,Banyaknya,Total"
    upload = hand_in(city, files, write_csv(tmp_path, "05/06/2026,T1,S1,PLU1,2,30000", header=header))
    outcome = read()[1]
    assert [question["about"] for question in outcome["questions"]] == ["column:quantity"]
    assert (outcome["counts"], "Banyaknya" in outcome["preview"]["headers"]) == (None, True)
    answers = Answers(columns={Role.QUANTITY: "Banyaknya"})
    decide(city, upload, answers=answers)
    status, outcome = read()
    assert [question["about"] for question in outcome["questions"]] == ["mapping", "date_order"]
    assert (status, outcome["counts"], outcome["preview"]["date_order"]) == ("needs_mapping", None, None)
    decide(city, upload, answers=replace(answers, date_order=DateOrder.DAY_FIRST))
    outcome = read()[1]
    assert [question["about"] for question in outcome["questions"]] == ["mapping"]
    assert (outcome["counts"]["first_on"], outcome["counts"]["gross_total_rp"]) == ("2026-06-05", 30_000)
    decide(city, upload, confirmed=True)
    assert read()[0] == "posted"
    assert_sound(city, files)


def test_answers_that_name_every_column_still_wait_for_a_confirmation(city, files, tmp_path, read):
    upload = hand_in(city, files, write_csv(tmp_path, ROW))
    columns = {Role(role): header for role, header in read()[1]["preview"]["columns"].items()}
    decide(city, upload, answers=Answers(columns=columns))
    assert read()[0] == "needs_mapping"
    decide(city, upload, answers=Answers(columns=columns), confirmed=True)
    assert read()[0] == "posted"


def test_a_changed_answer_must_be_confirmed_anew(city, files, tmp_path, read):
    teach(city, files, tmp_path, read)
    upload = hand_in(city, files, write_csv(tmp_path, ROW.replace("2026-09", "2026-13")))
    with city.transaction(REGION) as session:  # as if a person had looked again before the worker came
        session.execute(text("UPDATE sales_upload SET status = 'needs_mapping' WHERE id = :id"), {"id": upload})
    decide(city, upload, answers=Answers(columns={Role.NAME: ""}))
    status, outcome = read(upload)
    assert (status, "name" in outcome["preview"]["columns"]) == ("needs_mapping", False)


def test_a_file_that_counts_in_thousands_is_posted_in_rupiah(city, files, tmp_path, read):
    header = "Tanggal,Kode Toko,No Struk,Kode Barang,Jumlah,Total"
    upload = hand_in(city, files, write_csv(tmp_path, "2026-09-05,T1,S1,PLU1,2,30", header=header))
    read()
    decide(city, upload, answers=Answers(scale=1000))
    outcome = read()[1]
    assert (outcome["counts"]["gross_total_rp"], outcome["preview"]["scale"]) == (30_000, 1000)
    decide(city, upload, confirmed=True)
    assert read()[0] == "posted"
    with city.transaction(REGION) as session:
        assert session.scalar(text("SELECT sales_rp FROM sale")) == 30_000


def test_the_store_and_the_days_are_stated_later(city, files, tmp_path, read):
    path = write_csv(tmp_path, f"{KERIPIK},10,150000", header=SPAN)
    upload = hand_in(city, files, path)
    outcome = read()[1]
    assert [question["about"] for question in outcome["questions"]] == ["days", "store"]
    for wrong, error in (
        (Stated(1, date(2026, 9, 1), date(2026, 10, 31)), SummaryAcrossPeriod),
        (Stated(1, date(2026, 9, 30), date(2026, 9, 1)), BadInput),
        (Stated(1, date(2026, 9, 1), None), BadInput),
    ):
        with pytest.raises(error):
            decide(city, upload, stated=wrong)
    stated = Stated(1, date(2026, 9, 1), date(2026, 9, 30))
    decide(city, upload, stated=stated)
    outcome = read()[1]
    assert (outcome["counts"]["first_on"], outcome["counts"]["last_on"]) == ("2026-09-01", "2026-09-30")
    decide(city, upload, confirmed=True)
    assert read()[0] == "posted"
    again = hand_in(city, files, path)
    with pytest.raises(UploadTwice):
        decide(city, again, stated=stated)
    assert stand(city, again)[0] == "received"
    assert hand_in(city, files, path, stated=stated) == upload
    assert_sound(city, files)


@pytest.mark.parametrize(
    ("answer", "status", "sales"), [("add", "posted", 2), ("replace", "posted", 3), ("cancel", "cancelled", 1)]
)
def test_an_overlap_is_held_until_it_is_decided(city, files, tmp_path, read, *, answer, status, sales):
    teach(city, files, tmp_path, read)
    upload = hand_in(city, files, write_csv(tmp_path, ROW.replace(",2,15000,30000", ",1,15000,15000")))
    held, outcome = read(upload)
    assert (held, [question["about"] for question in outcome["questions"]]) == ("read", ["overlap"])
    assert outcome["questions"][0]["choices"] == ["add", "replace", "cancel"]
    assert outcome["counts"]["gross_total_rp"] == 15_000
    with pytest.raises(BadInput):
        decide(city, upload, overlap="perhaps")
    decide(city, upload, overlap=answer)
    assert read(upload)[0] == status
    assert count_sales(city) == sales  # replacing reverses the old line and adds the new one
    assert_sound(city, files)


def test_a_refused_file_says_why_and_may_be_handed_in_again(city, files, tmp_path, read):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    hand_in(city, files, path)
    status, outcome = read()
    assert (status, outcome["refused"]["code"]) == ("refused", "file.not_a_table")
    assert load_sentence(outcome["refused"]["reason"]).startswith("The file is a PDF document")
    assert hand_in(city, files, path) == 2


def test_a_refusal_takes_back_what_was_placed_on_the_way(city, files, tmp_path, read):
    teach(city, files, tmp_path, read)
    hand_in(city, files, write_csv(tmp_path, "2026-09-05,T1,S7,99,Keripik,1,15000,15000"))
    read(2)
    with city.transaction(REGION) as session:
        session.execute(text("UPDATE sales_parked SET product_barcode = :known"), {"known": KERIPIK})
    wrong = write_csv(tmp_path, ROW, "Total,,,,,9,,9", name="wrong.csv")  # its own total is not its rows'
    hand_in(city, files, wrong)
    assert read(3)[0] == "refused"
    with city.transaction(REGION) as session:
        assert session.scalar(text("SELECT state FROM sales_parked")) == "open"
        assert session.scalar(text("SELECT count(*) FROM audit_event WHERE act = 'parked lines placed'")) == 0
    assert_sound(city, files)


def test_a_store_manager_is_told_early_what_is_not_the_stores_to_say(city, files, tmp_path, read):
    upload = hand_in(city, files, write_csv(tmp_path, ROW), login=MANAGER, stated=Stated(1))
    read()
    with pytest.raises(NotAllowed):
        decide(city, upload, login=MANAGER, answers=Answers(scale=1000))
    decide(city, upload, login=MANAGER, confirmed=True)  # a layout that nobody confirmed yet may be the store's
    assert read()[0] == "posted"
    upload = hand_in(city, files, write_csv(tmp_path, ROW, ROW.replace("S1", "S2")), login=FINANCE, stated=Stated(1))
    decide(city, upload, answers=Answers(columns={Role.NAME: ""}))
    assert read(upload)[0] == "needs_mapping"
    with pytest.raises(NotAllowed):
        decide(city, upload, login=MANAGER, answers=Answers(columns={Role.NAME: ""}), confirmed=True)
    with pytest.raises(NotAllowed):  # nor is another store's file
        decide(city, hand_in(city, files, write_csv(tmp_path, ROW)), login=MANAGER, confirmed=True)
    assert read(upload)[0] == "needs_mapping"


def test_a_column_that_is_not_there_is_told_before_anything_is_read(city, files, tmp_path, read):
    upload = hand_in(city, files, write_csv(tmp_path, ROW))
    read()
    with pytest.raises(ColumnUnknown):
        decide(city, upload, answers=Answers(columns={Role.QUANTITY: "Banyaknya"}))
    assert stand(city)[0] == "needs_mapping"


def test_who_decides_must_be_allowed_and_the_upload_open(city, files, tmp_path, read):
    upload = hand_in(city, files, write_csv(tmp_path, ROW))
    with pytest.raises(NotAllowed):
        decide(city, upload, login=AUDITOR, confirmed=True)
    decide(city, upload, confirmed=True)
    read()
    with pytest.raises(UploadNotOpen):
        decide(city, upload, confirmed=True)


def test_nothing_is_decided_while_the_file_is_being_read(city, files, tmp_path):
    upload = hand_in(city, files, write_csv(tmp_path, ROW))
    with city.transaction(REGION) as reading:
        reading.execute(text("SELECT FROM sales_upload WHERE id = :id FOR NO KEY UPDATE"), {"id": upload})
        with pytest.raises(UploadBusy):
            decide(city, upload, confirmed=True)
        read_sales_file(city, files, region=REGION, upload_id=upload)  # and nobody else reads it
        assert stand(city) == ("received", {})


@pytest.mark.parametrize("who", ["received", "decided"])
def test_nothing_is_posted_for_somebody_who_is_no_longer_active(city, files, tmp_path, read, who):
    upload = hand_in(city, files, write_csv(tmp_path, ROW), login=MANAGER, stated=Stated(1))
    if who == "decided":
        decide(city, upload, confirmed=True)
    login = FINANCE if who == "decided" else MANAGER
    with city.transaction(REGION) as session:
        session.execute(text("UPDATE user_account SET active = false WHERE login = :login"), {"login": login})
    status, outcome = read()
    assert (status, outcome["refused"]["code"], count_sales(city)) == ("refused", "sales.decider_gone", 0)


def test_the_person_who_decided_last_is_the_one_who_posts(city, files, tmp_path, read):
    upload = hand_in(city, files, write_csv(tmp_path, ROW), login=MANAGER, stated=Stated(1))
    decide(city, upload, confirmed=True)
    read()
    with city.transaction(REGION) as session:
        by = session.scalar(text("SELECT login FROM sales_posting JOIN user_account ON user_account.id = posted_by"))
        assert by == FINANCE
        acts = session.scalars(text("SELECT act FROM audit_event WHERE subject = 'upload:1' ORDER BY seq")).all()
    assert acts == ["sales file received", "sales file decided", "sales file posted"]


def test_the_same_job_twice_and_eight_at_once_has_one_effect(city, files, tmp_path, read):
    teach(city, files, tmp_path, read)
    rows = (ROW.replace("S1", f"S{n}") for n in range(2, 300))
    upload = hand_in(city, files, write_csv(tmp_path, *rows))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: read_sales_file(city, files, region=REGION, upload_id=upload), range(8)))
    assert read(upload) == read(upload)
    assert (stand(city, upload)[0], count_sales(city)) == ("posted", 299)
    assert_sound(city, files)


def test_a_file_handed_in_again_waits_once_and_a_posted_one_not_at_all(city, files, tmp_path, read):
    path = write_csv(tmp_path, ROW)
    query_queue(city, "DELETE FROM procrastinate_jobs")
    assert [hand_in(city, files, path) for _ in range(3)] == [1, 1, 1]
    assert find_jobs(city) == ["6471:read:1"]
    query_queue(city, "DELETE FROM procrastinate_jobs")
    read()
    assert hand_in(city, files, path) == 1
    assert find_jobs(city) == []
    decide(city, 1, confirmed=True)
    assert find_jobs(city) == ["6471:read:1"]


def test_what_was_given_up_is_not_read(city, files, tmp_path, read):
    upload = hand_in(city, files, write_csv(tmp_path, ROW))
    with city.transaction(REGION) as session:
        cancel_upload(session, by=get_actor(session, FINANCE), upload_id=upload, reason="salah berkas")
    assert read() == ("cancelled", {"cancelled": "salah berkas"})


def test_parked_lines_are_placed_when_what_they_waited_for_is_added(city, files, tmp_path, read):
    header = "Tanggal,Kode Toko,No Struk,Kode Barang,Jumlah,Total"
    upload = hand_in(city, files, write_csv(tmp_path, "2026-09-05,T1,S1,XX,2,45000", header=header))
    decide(city, upload, confirmed=True)
    read()
    query_queue(city, "DELETE FROM procrastinate_jobs")
    with city.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        reread_parked(session, by=admin, partner_id=2)  # nothing waits there
        product = session.get_one(Product, 2)
        add_product_alias(session, by=admin, partner_id=1, product=product, alias="XX")
        reread_parked(session, by=admin)
    assert find_jobs(city) == ["6471:parked:1"]
    facts = query_queue(city, "SELECT args FROM procrastinate_jobs")[0]
    assert [place_parked(city, **facts) for _ in range(2)] == [1, 0]
    assert count_sales(city) == 1
    assert_sound(city, files)


def test_a_workbook_is_shown_as_a_text_file_is(city, files, tmp_path, read):
    from openpyxl import Workbook  # noqa: PLC0415  # only this test writes one

    book = Workbook()
    book.active.append(["Tanggal", "Kode Toko", "Barcode", "Jumlah", "Total"])
    book.active.append([date(2026, 9, 5), "T1", SAMBAL, 1.5, 33_750])
    path = tmp_path / "a.xlsx"
    book.save(path)
    upload = hand_in(city, files, path)
    outcome = read()[1]
    assert (outcome["preview"]["container"], outcome["preview"]["sheet"]) == ("xlsx", "Sheet")
    assert outcome["preview"]["rows"] == [["2026-09-05", "T1", SAMBAL, "1.5", "33750"]]
    assert outcome["counts"]["quantity_total"] == "1.5"
    decide(city, upload, confirmed=True)
    assert read()[0] == "posted"
