"""A file's way through several transactions: whatever happens, its upload says where it stands."""

from pathlib import Path

import pytest
from sqlalchemy import text

from consign.db import Database
from consign.errors import NeedsDecision, NotAllowed, Question
from consign.files import Files, hash_file
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.jobs.posting import Handover, post_sales_file
from consign.sales.ending import refuse_upload
from consign.sales.file_posting import Decisions, Outcome, hold_upload
from consign.sales.mapping import Answers, ColumnUnknown
from consign.sentence import say
from consign.tabular.refusals import FileEmpty
from tests.builders import ACCEPT, ADMIN, AUDITOR, FINANCE, KERIPIK, build_city, write_csv
from tests.conftest import REGION

ROW = f"2026-09-05,T1,S1,{KERIPIK},Keripik,2,15000,30000"


@pytest.fixture
def city(database: Database) -> Database:
    with database.transaction(REGION) as session:
        build_city(session)
    return database


def post(
    city: Database,
    files: Files,
    path: Path,
    *,
    login: str = FINANCE,
    decisions: Decisions = ACCEPT,
    dry_run: bool = False,
) -> Outcome:
    return post_sales_file(
        city, files, region=REGION, login=login, handover=Handover(path, "BM"), decisions=decisions, dry_run=dry_run
    )


def uploads(city: Database) -> list[tuple[str, str | None]]:
    with city.transaction(REGION) as session:
        rows = session.execute(text("SELECT status, outcome->'refused'->>'code' AS code FROM sales_upload ORDER BY id"))
        return [(row.status, row.code) for row in rows]


def test_the_bytes_are_kept_before_anything_else(city: Database, files: Files, tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW)
    with pytest.raises(NeedsDecision):
        post(city, files, path, decisions=Decisions())
    assert files.compute_hash(hash_file(path)) == hash_file(path)
    assert uploads(city) == [("needs_mapping", None)]


def test_a_refused_file_may_be_handed_in_again(city: Database, files: Files, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    for _ in range(2):
        with pytest.raises(FileEmpty):
            post(city, files, path)
    assert uploads(city) == [("refused", "file.empty")] * 2


def test_a_wrong_answer_refuses_the_upload_and_a_right_one_posts_it(
    city: Database, files: Files, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, ROW)
    wrong = Decisions(answers=Answers(columns={"quantity": "Banyaknya"}, accept_suggestion=True))  # type: ignore[dict-item]
    with pytest.raises(ColumnUnknown):
        post(city, files, path, decisions=wrong)
    assert post(city, files, path).posted == 1
    assert uploads(city) == [("refused", "sales.column_unknown"), ("posted", None)]


def test_an_overlap_is_held_until_it_is_decided(city: Database, files: Files, tmp_path: Path) -> None:
    post(city, files, write_csv(tmp_path, ROW))
    changed = write_csv(tmp_path, ROW.replace(",2,15000,30000", ",1,15000,15000"), name="changed.csv")
    with pytest.raises(NeedsDecision):
        post(city, files, changed)
    assert uploads(city)[1] == ("read", None)
    with city.transaction(REGION) as session:
        assert (
            session.scalar(text("SELECT outcome->'questions'->0->>'about' FROM sales_upload WHERE id = 2")) == "overlap"
        )


def test_a_rehearsal_says_what_would_happen_and_keeps_nothing(city: Database, files: Files, tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW)
    rehearsed = post(city, files, path, dry_run=True)
    assert (rehearsed.posted, rehearsed.sales_rp) == (1, 30_000)
    assert uploads(city) == []
    assert not files.exists(hash_file(path))
    assert post(city, files, path).sales_rp == 30_000


def test_who_may_not_post_leaves_nothing_behind(city: Database, files: Files, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        post(city, files, write_csv(tmp_path, ROW), login=AUDITOR)
    assert uploads(city) == []


def test_a_store_manager_hands_in_a_new_layout_for_the_own_store_only(
    city: Database, files: Files, tmp_path: Path
) -> None:
    with city.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login="t1@bm.example", name="T1", role=Role.STORE_MANAGER, partner_id=1, store_id=1)
    path = write_csv(tmp_path, ROW, ROW.replace("T1", "T2"))
    outcome = post(city, files, path, login="t1@bm.example")
    assert (outcome.posted, outcome.parked) == (1, 1)  # the other store's line waits for somebody else


def test_a_late_refusal_or_question_does_not_touch_an_upload_that_is_posted_meanwhile(
    city: Database, files: Files, tmp_path: Path
) -> None:
    outcome = post(city, files, write_csv(tmp_path, ROW))
    with city.transaction(REGION) as session:
        hold_upload(session, upload_id=outcome.upload_id, questions=(Question("mapping", say("?")),))
        by = get_actor(session, FINANCE)
        refuse_upload(session, by=by, upload_id=outcome.upload_id, code="file.empty", reason="terlambat")
    assert uploads(city) == [("posted", None)]
