"""The queue's one door: with the commit or not at all, once for each key, and never for another region."""

from pathlib import Path

import pytest
from alembic import command
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from consign.db import Database, defer, finish, region_name, rehearsal, savepoint
from consign.identity.actions import record_event
from consign.models import PublicBase, RegionBase
from consign.regions import add_region, migration_config
from tests.conftest import REGION
from tests.jobs.working import find_jobs, query_queue

SCHEMA = region_name(REGION)


def test_a_job_is_enqueued_with_the_commit_or_not_at_all(database: Database):
    def fail() -> None:
        with database.transaction(REGION) as session:
            defer(session, "read_sales_file", key="read:1", upload_id=1)
            finish(session)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert find_jobs(database) == []
    with database.transaction(REGION) as session:
        defer(session, "read_sales_file", key="read:1", upload_id=1)
        assert find_jobs(database) == []
    assert find_jobs(database) == ["6471:read:1"]
    assert query_queue(database, "SELECT args FROM procrastinate_jobs") == [{"region": "6471", "upload_id": 1}]


def test_a_job_that_waits_is_enough(database: Database):
    for _ in range(2):
        with database.transaction(REGION) as session:
            for key in ("b", "a", "b"):
                defer(session, "x", key=key)
    assert find_jobs(database) == ["6471:a", "6471:b"]
    # A job that somebody does already may have looked too early: then another one waits.
    query_queue(database, "UPDATE procrastinate_jobs SET status = 'doing'")
    with database.transaction(REGION) as session:
        defer(session, "x", key="a")
    assert find_jobs(database) == ["6471:a"]


def test_what_a_savepoint_takes_back_leaves_no_job_and_no_event(session: Session):
    def act(*, fail: bool) -> None:
        with savepoint(session):
            defer(session, "x", key=f"{fail}")
            record_event(session, by=None, act="x", subject=f"{fail}")
            if fail:
                raise KeyError

    act(fail=False)
    with pytest.raises(KeyError):
        act(fail=True)
    finish(session)
    assert session.scalars(text("SELECT subject FROM audit_event")).all() == ["False"]
    session.execute(text("RESET ROLE"))
    assert session.scalars(text("SELECT queueing_lock FROM procrastinate_jobs")).all() == ["6471:False"]


def test_a_rehearsal_leaves_nothing_and_gives_back_what_it_came_to(session: Session):
    def rehearse() -> int | None:
        with rehearsal(session):
            defer(session, "x", key="a")
            record_event(session, by=None, act="x", subject="y")
            return session.scalar(text("SELECT count(*) FROM region_terms"))

    assert rehearse() == 1
    finish(session)
    assert session.scalar(text("SELECT count(*) FROM audit_event")) == 0
    session.execute(text("RESET ROLE"))
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_the_queue_connects_to_where_the_service_does():
    database = Database.open(url="postgresql://u:p%40s s@db.example:5433/c?sslmode=require", data_dir=Path())
    told = "user=u password='p@s s' host=db.example port=5433 dbname=c sslmode=require"
    assert conninfo_to_dict(database.conninfo()) == conninfo_to_dict(told)


FORBIDDEN = (
    *(f"SELECT * FROM procrastinate_{table}" for table in ("jobs", "events", "workers", "periodic_defers")),
    *(f"DELETE FROM procrastinate_{table}" for table in ("jobs", "events", "workers", "periodic_defers")),
    "UPDATE procrastinate_jobs SET status = 'cancelled'",
    "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'x')",
    "TRUNCATE procrastinate_jobs CASCADE",
    "SELECT nextval('procrastinate_jobs_id_seq')",
    "SELECT procrastinate_fetch_job_v2(NULL, 1)",
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'x', 0, NULL, 'k', '{}', NULL)::procrastinate_job_to_defer_v1])",
    "SELECT procrastinate_cancel_job_v1(1, true, true)",
    "SELECT procrastinate_register_worker_v1()",
    "SELECT consign_defer('x', '6472', '{}', 'k')",
    "SELECT consign_defer('x', 'region_6471', '{}', 'k')",
    "SELECT consign_defer('x', NULL, '{}', 'k')",
    "SELECT consign_defer('x', '', '{}', 'k')",
    "SELECT * FROM region",
)


def test_a_region_neither_sees_the_queue_nor_leaves_work_for_another(database: Database):
    add_region(database, code="64.72", name="Kota Samarinda")
    with database.transaction("64.72") as session:
        defer(session, "x", key="k")
    accepted = []
    for statement in FORBIDDEN:
        try:
            with database.transaction(REGION) as session:
                session.execute(text(statement))
        except ProgrammingError as error:
            assert "permission denied" in str(error) or "may not leave work" in str(error)  # noqa: PT017  # many are tried
        else:
            accepted.append(statement)
    print(f"tried {len(FORBIDDEN)}, accepted {len(accepted)}")
    assert accepted == []
    assert find_jobs(database) == ["6472:k"]


def test_what_a_region_says_about_itself_is_not_believed(database: Database):
    with database.transaction(REGION) as session:
        session.execute(text("CREATE TEMPORARY TABLE procrastinate_jobs (LIKE sale) ON COMMIT DROP"))
        session.execute(text("SELECT public.consign_defer('x', '6471', '{\"region\": \"6472\"}', 'k')"))
    assert query_queue(database, "SELECT args FROM procrastinate_jobs") == [{"region": "6471"}]
    assert find_jobs(database) == ["6471:k"]


def test_the_role_of_a_region_that_logs_in_itself_leaves_work_for_its_own(database: Database):
    with database.owner() as connection:
        connection.execute(text(f"SET LOCAL SESSION AUTHORIZATION {SCHEMA}"))
        connection.execute(text("SELECT public.consign_defer('x', '6471', '{}', 'k')"))
        with pytest.raises(ProgrammingError, match="may not leave work"), connection.begin_nested():
            connection.execute(text("SELECT public.consign_defer('x', '6472', '{}', 'k')"))
    assert find_jobs(database) == ["6471:k"]


@pytest.mark.parametrize(
    ("schema", "scope", "base"), [("public", "public", PublicBase), (SCHEMA, "region", RegionBase)]
)
def test_a_comparison_of_tables_and_models_passes_over_the_queue(
    database: Database, schema: str, scope: str, base: type[PublicBase | RegionBase]
):
    with database.owner() as connection:
        connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": schema})
        command.check(migration_config(connection, scope=scope, metadata=base.metadata))


def test_uploads_from_before_have_nothing_decided(built: Database):
    with built.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO sales_upload (partner_id, sha256, name, size_bytes, status, outcome, received_by, received_at)
            VALUES (1, 'x', 'x', 1, 'needs_mapping', '{}', 1, now())""")
        )
    with built.owner() as connection:
        connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": SCHEMA})
        config = migration_config(connection, scope="region", metadata=RegionBase.metadata)
        command.downgrade(config, "0002")
        command.upgrade(config, "head")
        assert connection.scalars(text("SELECT decisions FROM sales_upload")).all() == [{}]


def test_the_queue_can_be_taken_away_and_made_again(database: Database):
    with database.owner() as connection:
        config = migration_config(connection, scope="public", metadata=PublicBase.metadata)
        command.downgrade(config, "0001")
        left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'procrastinate%'"
        assert connection.scalar(text(left)) == 0
        command.upgrade(config, "head")
        assert str(connection.scalar(text("SELECT obj_description('procrastinate_jobs'::regclass)"))).startswith(
            "procra"
        )
