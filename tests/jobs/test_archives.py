"""Archives in the worker's hands: each file is read on its own, killed or not, and how far a file is is told meanwhile."""

import signal
import time
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from consign.db import Database
from consign.errors import NeedsDecision
from consign.files import FileChanged, Files
from consign.jobs.enqueued import read_sales_file
from consign.jobs.posting import Answer, ArchiveRefused, Handover, post_sales_archive, post_sales_file
from consign.jobs.rounds import sweep
from consign.sales import progress
from consign.sales.file_posting import Decisions, Outcome
from consign.sales.mapping import Answers
from consign.sales.progress import Progress, find_progress, telling
from tests.builders import ACCEPT, FINANCE, HEADER, KERIPIK, SAMBAL, write_csv
from tests.conftest import REGION
from tests.jobs.test_killed import Starter, is_read, starter
from tests.jobs.working import (
    ROW,
    assert_sound,
    count_sales,
    decide,
    find_jobs,
    hand_in,
    query_queue,
    stand,
    wait_until,
)

__all__ = ["starter"]  # a fixture
OTHER = f"2026-09-06,T2,S2,{SAMBAL},Sambal,1,22500,22500"
MOMENTS_S = (0, 0.03, 0.1, 0.3)


def make_csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def pack(folder: Path, *members: tuple[str, bytes], name: str = "moka.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for member, content in members:
            target.writestr(member, content)
    return path


def post(city: Database, files: Files, path: Path, *, dry_run: bool = False) -> list[Answer]:
    return post_sales_archive(
        city, files, region=REGION, login=FINANCE, handover=Handover(path, "BM"), decisions=ACCEPT, dry_run=dry_run
    )


def count_uploads(database: Database) -> int:
    with database.transaction(REGION) as session:
        return int(session.scalar(text("SELECT count(*) FROM sales_upload")) or 0)


def test_a_worker_unpacks_and_the_files_wait_for_workers(built: Database, files: Files, tmp_path: Path):
    archive = hand_in(built, files, pack(tmp_path, ("a.csv", make_csv(ROW)), ("b.csv", make_csv(OTHER))))
    query_queue(built, "DELETE FROM procrastinate_jobs")
    read_sales_file(built, files, region=REGION, upload_id=archive)
    status, outcome = stand(built, archive)
    assert (status, outcome["members"]) == (
        "unpacked",
        [{"name": "a.csv", "upload": 2}, {"name": "b.csv", "upload": 3}],
    )
    assert find_jobs(built) == ["6471:read:2", "6471:read:3"]
    read_sales_file(built, files, region=REGION, upload_id=archive)  # the job may come twice
    assert count_uploads(built) == 3
    read_sales_file(built, files, region=REGION, upload_id=2)
    assert stand(built, 2)[0] == "needs_mapping"
    decide(built, 2, confirmed=True)
    for one in (2, 3):
        read_sales_file(built, files, region=REGION, upload_id=one)
        assert stand(built, one)[0] == "posted"
    assert count_sales(built) == 2
    assert_sound(built, files)


def test_posting_an_archive_answers_for_each_file(built: Database, files: Files, tmp_path: Path):
    bad = make_csv(ROW.replace("S1", "S3"), "Total,,,,,9,,9")
    path = pack(
        tmp_path, ("a.csv", make_csv(ROW)), ("x/a.csv", make_csv(ROW)), ("bad.csv", bad), ("b.csv", make_csv(OTHER))
    )
    answers = post(built, files, path)
    assert [one.member.name for one in answers] == ["a.csv", "x/a.csv", "bad.csv", "b.csv"]
    first, twin, refused, last = (one.result for one in answers)
    assert isinstance(first, Outcome)
    assert isinstance(last, Outcome)
    assert (first.posted, twin, last.posted) == (1, None, 1)
    assert getattr(refused, "code", None) == "file.control_total"
    assert stand(built, 3)[0] == "refused"
    assert count_sales(built) == 2
    assert_sound(built, files)
    again = post(built, files, path)  # the refused one is read once more, and refused once more
    assert [type(one.result) for one in again] == [type(one.result) for one in answers]
    assert (count_sales(built), count_uploads(built)) == (2, 5)


def test_a_question_about_one_file_keeps_no_other_back(built: Database, files: Files, tmp_path: Path):
    unsure = make_csv(f"05/06/2026,T1,S1,{KERIPIK},Keripik,1,15000,15000")
    answers = post(built, files, pack(tmp_path, ("a.csv", unsure), ("b.csv", make_csv(OTHER))))
    assert [type(one.result) for one in answers] == [NeedsDecision, Outcome]
    status, outcome = stand(built, 2)
    assert (status, outcome["questions"][0]["about"]) == ("needs_mapping", "date_order")
    assert outcome["preview"]["headers"][0] == "Tanggal"  # the page can ask at once


def test_a_rehearsal_of_an_archive_keeps_nothing_and_sees_what_meets(built: Database, files: Files, tmp_path: Path):
    path = pack(tmp_path, ("a.csv", make_csv(ROW)), ("b.csv", make_csv(ROW, OTHER)))
    results = [one.result for one in post(built, files, path, dry_run=True)]
    assert [(one.posted, one.known) for one in results if isinstance(one, Outcome)] == [(1, 0), (1, 1)]
    assert (count_uploads(built), count_sales(built)) == (0, 0)
    assert list((tmp_path / "files").rglob("*")) == []


def test_a_broken_archive_is_refused_with_its_reason(built: Database, files: Files, tmp_path: Path):
    path = pack(tmp_path, ("a.csv", make_csv(ROW)))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ArchiveRefused) as refused:
        post(built, files, path)
    assert refused.value.code == "file.damaged"
    assert stand(built)[1]["refused"]["code"] == "file.damaged"


def test_a_file_that_changes_while_it_is_handed_in_is_never_posted_under_another_hash(
    built: Database, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_csv(tmp_path, ROW)

    def change(step: str, _done: int, _total: int | None) -> None:
        if step == "reading":  # its bytes are stored; somebody writes to it now
            path.write_bytes(make_csv(OTHER, ROW.replace("S1", "S9")))

    facts = {"region": REGION, "login": FINANCE, "handover": Handover(path, "BM"), "decisions": ACCEPT}
    outcome = post_sales_file(built, files, tell=change, **facts)
    assert outcome.posted == 1
    assert_sound(built, files)
    with built.transaction(REGION) as session:
        assert session.scalar(text("SELECT receipt FROM sale")) == "S1"
    monkeypatch.setattr("consign.jobs.posting.hash_file", lambda _: "0" * 64)  # it changed between hash and copy
    with pytest.raises(FileChanged):
        post_sales_file(built, files, **facts)


def test_how_far_a_file_is_is_told_while_it_is_read_and_forgotten_after(
    built: Database, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "EVERY_S", 0)
    rows = [ROW.replace("S1", f"S{n}") for n in range(3)]
    seen: list[tuple[str, int, int | None]] = []
    found: list[Progress | None] = []

    def look(step: str, done: int, total: int | None) -> None:
        seen.append((step, done, total))
        if step == "posting":
            with built.transaction(REGION) as session:  # what was told before this
                found.append(find_progress(session, 1))

    outcome = post_sales_file(
        built, files, region=REGION, login=FINANCE, handover=Handover(write_csv(tmp_path, *rows), "BM"),
        decisions=Decisions(answers=Answers(accept_suggestion=True)), tell=look,
    )  # fmt: skip
    assert outcome.posted == 3
    assert seen == [("hashing", 0, None), ("reading", 3, None), ("deciding", 0, 3), ("posting", 3, 3)]
    assert found == [Progress("deciding", 0, 3)]
    with built.transaction(REGION) as session:
        assert find_progress(session, 1) is None
        assert session.scalar(text("SELECT count(*) FROM sales_progress")) == 0


def test_what_a_killed_reader_said_is_not_shown_for_ever(built: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "EVERY_S", 0)
    with telling(built, region=REGION, upload_id=7) as tell:
        tell("reading", 5, None)
        with built.transaction(REGION) as session:
            assert find_progress(session, 7) == Progress("reading", 5, None)
            session.execute(text("DELETE FROM sales_progress"))
            session.execute(
                text("INSERT INTO sales_progress VALUES (7, 'reading', 5, NULL, now() - interval '1 hour')")
            )
            assert find_progress(session, 7) is None
        sweep(built, older_than_s=0)
        with built.transaction(REGION) as session:
            assert session.scalar(text("SELECT count(*) FROM sales_progress")) == 0


def test_a_file_is_read_though_nobody_can_be_told(
    built: Database, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "EVERY_S", 0)
    with built.owner() as connection:
        connection.execute(text("DROP TABLE region_6471.sales_progress"))
    facts = {"region": REGION, "login": FINANCE, "handover": Handover(write_csv(tmp_path, ROW), "BM")}
    assert post_sales_file(built, files, decisions=ACCEPT, **facts).posted == 1


def test_workers_killed_while_unpacking_lose_and_double_nothing(
    built: Database,
    files: Files,
    starter: Starter,
    tmp_path: Path,  # the fixture
):
    folders = [f"{n:03}" for n in range(200)]
    members = [(f"{n}/a.csv", make_csv(ROW.replace("S1", f"S{n}"), *["x" * 50] * 2000)) for n in folders]
    archive = hand_in(built, files, pack(tmp_path, *members))
    for moment_s in MOMENTS_S:
        wait_until(lambda: not is_read(built))
        pid = starter.start()
        wait_until(lambda: is_read(built) or stand(built, archive)[0] == "unpacked")
        time.sleep(moment_s)
        assert starter.end(pid, signal.SIGKILL) == -signal.SIGKILL
        assert count_uploads(built) in (1, 201)  # all files or none
    pid = starter.start()
    wait_until(lambda: stand(built, archive)[0] == "unpacked", seconds=60)
    assert starter.end(pid, signal.SIGTERM) == 0
    names = [one["name"] for one in stand(built, archive)[1]["members"]]
    print(f"killed {len(MOMENTS_S)} times, lost or doubled {abs(count_uploads(built) - 201)}")
    assert names == [f"{n}/a.csv" for n in folders]
    assert count_uploads(built) == 201


def test_a_person_is_asked_before_a_file_of_problems_is_refused(built: Database, files: Files, tmp_path: Path):
    hand_in(built, files, write_csv(tmp_path, ROW, name="first.csv"))
    decide(built, 1, confirmed=True)
    read_sales_file(built, files, region=REGION, upload_id=1)
    rows = [ROW.replace("2026-09", "2026-13").replace("S1", f"S{n}") for n in range(1_001)]
    upload = hand_in(built, files, write_csv(tmp_path, *rows))
    read_sales_file(built, files, region=REGION, upload_id=upload)
    status, outcome = stand(built, upload)
    assert (status, outcome["questions"][0]["about"]) == ("needs_mapping", "mostly_problems")
    assert (outcome["counts"]["problems"], len(outcome["counts"]["problem_rows"])) == (1_001, 20)
    decide(built, upload, confirmed=True)
    read_sales_file(built, files, region=REGION, upload_id=upload)
    assert stand(built, upload)[1]["refused"]["code"] == "file.mostly_problems"
    assert_sound(built, files)
