"""A worker with the real queue: it does what was committed, finds what was lost, and stops within seconds."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from consign import clock
from consign.app import create_app
from consign.db import Database
from consign.files import Files, hash_file
from consign.jobs.enqueued import read_sales_file
from consign.jobs.rounds import sweep
from consign.jobs.worker import RETRIES, Worker
from consign.regions import add_region
from consign.sales.uploads import defer_received
from tests.builders import KERIPIK, write_csv
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
    wait_for,
    wait_until,
    working,
)


def test_a_worker_reads_asks_and_posts(built: Database, files: Files, tmp_path: Path):
    with working(built, files):
        upload = hand_in(built, files, write_csv(tmp_path, ROW))
        assert wait_for(built, "needs_mapping")["counts"]["accepted"] == 1
        decide(built, upload, confirmed=True)
        wait_for(built, "posted")
        uploads = [
            hand_in(built, files, write_csv(tmp_path, ROW.replace("S1", f"S{n}"), name=f"{n}.csv")) for n in range(2, 8)
        ]
        for upload in uploads:
            wait_for(built, "posted", upload)
        wait_until(lambda: find_jobs(built, status="doing") == [])
    assert (count_sales(built), find_jobs(built), find_jobs(built, status="failed")) == (7, [], [])
    assert query_queue(built, "SELECT id FROM procrastinate_workers") == []
    assert_sound(built, files)


def test_the_pages_application_works_beside_and_stops_with_it(built: Database, files: Files, tmp_path: Path):
    worker = Worker(built, files)
    app = create_app(built, files, region=REGION, region_name="Kota Balikpapan", beside=worker.running)

    async def live() -> None:
        async with app.router.lifespan_context(app):
            hand_in(built, files, write_csv(tmp_path, ROW))
            await asyncio.to_thread(wait_for, built, "needs_mapping")

    asyncio.run(live())
    assert query_queue(built, "SELECT id FROM procrastinate_workers") == []


def test_a_lost_job_is_found_by_its_upload(built: Database, files: Files, tmp_path: Path):
    hand_in(built, files, write_csv(tmp_path, ROW))
    query_queue(built, "DELETE FROM procrastinate_jobs")
    assert sweep(built, older_than_s=20) == 0  # it may still be on its way
    assert (sweep(built, older_than_s=0), find_jobs(built)) == (1, ["6471:read:1"])
    assert (sweep(built, older_than_s=0), find_jobs(built)) == (1, ["6471:read:1"])
    query_queue(built, "DELETE FROM procrastinate_jobs")
    with working(built, files):  # looks for lost work when it starts
        wait_for(built, "needs_mapping")
    assert (sweep(built, older_than_s=0), find_jobs(built)) == (0, [])


def test_a_file_that_is_being_read_is_not_lost(built: Database, files: Files, tmp_path: Path):
    hand_in(built, files, write_csv(tmp_path, ROW))
    with built.transaction(REGION) as reading:
        reading.execute(text("SELECT FROM sales_upload FOR NO KEY UPDATE"))
        assert sweep(built, older_than_s=0) == 0


def test_looking_for_lost_files_keeps_nobody_from_reading_them(built: Database, files: Files, tmp_path: Path):
    upload = hand_in(built, files, write_csv(tmp_path, ROW))
    with built.transaction(REGION) as looking:
        assert defer_received(looking, until=clock.now()) == [upload]
        read_sales_file(built, files, region=REGION, upload_id=upload)
    assert stand(built)[0] == "needs_mapping"


def test_one_broken_region_keeps_no_other_waiting(built: Database, files: Files, tmp_path: Path):
    hand_in(built, files, write_csv(tmp_path, ROW))
    query_queue(built, "DELETE FROM procrastinate_jobs")
    add_region(built, code="64.74", name="Kota Bontang")
    with built.owner() as connection:
        connection.execute(text("DROP TABLE region_6474.sales_upload CASCADE"))
    with pytest.raises(ExceptionGroup, match="1 regions"):
        sweep(built, older_than_s=0)
    assert find_jobs(built) == ["6471:read:1"]


def lose_bytes(files_folder: Path, sha256: str) -> None:
    (files_folder / sha256[:2] / sha256).unlink()


def test_a_fault_of_ours_is_tried_again_later(built: Database, files: Files, tmp_path: Path):
    path = write_csv(tmp_path, ROW)
    hand_in(built, files, path)
    lose_bytes(tmp_path / "files", hash_file(path))
    waits = "SELECT attempts FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now() AND attempts = 1"
    with working(built, files):
        wait_until(lambda: query_queue(built, waits) == [1])
    assert stand(built) == ("received", {})
    assert sweep(built, older_than_s=0) == 1  # which leaves the waiting one alone
    assert query_queue(built, waits) == [1]


def test_after_the_last_try_the_upload_says_that_the_fault_is_ours(built: Database, files: Files, tmp_path: Path):
    path = write_csv(tmp_path, ROW)
    hand_in(built, files, path)
    lose_bytes(tmp_path / "files", hash_file(path))
    query_queue(built, f"UPDATE procrastinate_jobs SET attempts = {RETRIES}")
    with built.transaction(REGION) as session:  # so that nobody looks for it as lost, which would be a first try again
        session.execute(text("UPDATE sales_upload SET received_at = now() + interval '1 hour'"))
    with working(built, files):
        refused = wait_for(built, "refused")["refused"]
        wait_until(lambda: find_jobs(built, status="failed") == ["6471:read:1"])
    assert refused["code"] == "sales.reading_failed"
    assert refused["reason"]["template"].startswith(
        "A fault on our side kept this file from being read; nothing was posted."
    )
    assert count_sales(built) == 0
    assert hand_in(built, files, path) == 2


def test_what_a_dead_worker_left_is_done_and_old_jobs_are_deleted(built: Database, files: Files, tmp_path: Path):
    hand_in(built, files, write_csv(tmp_path, ROW))
    query_queue(built, "UPDATE procrastinate_jobs SET status = 'doing'")  # by nobody who is known
    for age in ("6 days", "8 days"):
        query_queue(
            built,
            f"""WITH old AS (INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status)
                  VALUES ('default', 'x', '{age}', 'failed') RETURNING id)
                INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'failed', now() - interval '{age}' FROM old""",
        )
    with working(built, files):
        wait_for(built, "needs_mapping")
        wait_until(lambda: "8 days" not in find_jobs(built, status="failed"))
        assert "6 days" in find_jobs(built, status="failed")
        wait_until(lambda: find_jobs(built, status="doing") == [])


def test_a_stopping_worker_ends_what_takes_too_long_and_the_next_one_does_it(
    built: Database, files: Files, tmp_path: Path
):
    upload = hand_in(built, files, write_csv(tmp_path, ROW))
    decide(built, upload, confirmed=True)
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with built.transaction(REGION) as closing:
        closing.execute(text("SELECT FROM partner FOR UPDATE"))  # posting waits for the partner
        with working(built, files, grace_s=1):
            wait_until(lambda: query_queue(built, waiting) != [])
            began = time.monotonic()
        assert time.monotonic() - began < 10
        assert stand(built)[0] == "received"
    query_queue(built, "UPDATE procrastinate_jobs SET scheduled_at = now()")
    with working(built, files):
        wait_for(built, "posted")
    assert_sound(built, files)


def test_a_worker_comes_back_after_the_database_was_away(built: Database, files: Files, tmp_path: Path):
    everybody_else = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with working(built, files):
        hand_in(built, files, write_csv(tmp_path, ROW))
        wait_for(built, "needs_mapping")
        for _ in range(3):
            query_queue(built, everybody_else)
        hand_in(built, files, write_csv(tmp_path, ROW.replace(KERIPIK, "99")))
        wait_for(built, "needs_mapping", 2)
