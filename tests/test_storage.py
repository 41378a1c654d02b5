"""The database as promised: two ways to the same tables, roles that may only add, regions that do not see each other."""

from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from consign.db import PREPARED_AFTER, Database, RegionUnknown, backend_pid, count_rows, region_name, run_last
from consign.errors import BadInput
from consign.identity.actions import add_user
from consign.identity.queries import find_users
from consign.identity.rules import Role
from consign.models import RegionBase
from consign.models.partners import Producer
from consign.outbox import Message, record_notices
from consign.regions import add_region, find_regions, upgrade_region
from tests.builders import KERIPIK, build_city, write_csv
from tests.conftest import REGION

SCHEMA = region_name(REGION)
OTHER = "64.72"

COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name, is_identity,
    identity_generation, character_maximum_length, numeric_precision, numeric_scale
  FROM information_schema.columns WHERE table_schema = :schema"""
CONSTRAINTS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = to_regnamespace(:schema)"""
INDEXES = """SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
  JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = to_regnamespace(:schema)"""


def describe(connection: Connection, schema: str, query: str) -> list[tuple[str, ...]]:
    """Return what *query* finds in *schema*, without the schema's name and Alembic's own table."""
    connection.execute(text("SELECT set_config('search_path', :schema, true)"), {"schema": schema})
    rows = connection.execute(text(query), {"schema": schema})
    plain = [tuple(str(cell).replace(f"{schema}.", "") for cell in row) for row in rows]
    return sorted(row for row in plain if row[0] != "alembic_version")


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"])
def test_the_models_make_the_same_tables_as_the_migrations(database: Database, query: str):
    with database.owner() as connection:
        connection.execute(text("CREATE SCHEMA from_models"))
        connection.execute(text("SELECT set_config('search_path', 'from_models', true)"))
        RegionBase.metadata.create_all(connection)
        by_models = describe(connection, "from_models", query)
        by_migrations = describe(connection, SCHEMA, query)
        assert by_models
        assert by_models == by_migrations
        # A comparison that has never failed is not trusted.
        connection.execute(
            text("ALTER TABLE from_models.partner ALTER name DROP NOT NULL, ADD CHECK (name <> ''), ADD UNIQUE (name)")
        )
        assert describe(connection, "from_models", query) != by_migrations


def test_every_table_says_what_the_service_may_do_and_the_server_grants_just_that(database: Database):
    query = """SELECT table_name, privilege_type FROM information_schema.role_table_grants
      WHERE table_schema = :schema AND grantee = :schema"""
    with database.owner() as connection:
        granted = {tuple(row) for row in connection.execute(text(query), {"schema": SCHEMA})}
    declared = {
        (table.name, privilege)
        for table in RegionBase.metadata.sorted_tables
        for privilege in table.info["writes"].split(", ")
    }
    assert granted == declared


ADD_ONLY = (
    *("sale", "sales_posting", "sales_cover", "sales_known", "sales_ignored", "sales_profile", "sales_finding"),
    *("transfer", "closing", "statement", "audit_event"),
)


def test_the_service_may_neither_change_nor_delete_what_happened(database: Database):
    tried, accepted = 0, []
    for table in ADD_ONLY:
        column = RegionBase.metadata.tables[table].columns.keys()[-1]
        for statement in (f'UPDATE {table} SET "{column}" = "{column}"', f"DELETE FROM {table}", f"TRUNCATE {table}"):
            tried += 1
            try:
                with database.transaction(REGION) as session:
                    session.execute(text(statement))
            except ProgrammingError as error:
                assert "permission denied" in str(error)  # noqa: PT017  # many are tried, each must say so
            else:
                accepted.append(statement)
    print(f"tried {tried}, accepted {len(accepted)}")
    assert accepted == []


@pytest.mark.parametrize(
    "statement", ["DROP TABLE sale", "CREATE TABLE x ()", "ALTER TABLE account DISABLE TRIGGER ALL"]
)
def test_the_service_may_not_change_the_tables_themselves(database: Database, statement: str):
    with pytest.raises(ProgrammingError), database.transaction(REGION) as session:
        session.execute(text(statement))


@pytest.fixture
def two_regions(database: Database) -> Database:
    add_region(database, code=OTHER, name="Kota Samarinda")
    return database


def test_one_region_does_not_see_another(two_regions: Database):
    with two_regions.transaction(REGION) as session:
        add_first_user(session)
    with two_regions.transaction(OTHER) as session:
        assert find_users(session) == []
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(f"SELECT * FROM {SCHEMA}.user_account"))
        # Both regions may have the same first user.
        add_first_user(session)
    with two_regions.transaction(REGION) as session:
        assert len(find_users(session)) == 1


def test_a_statement_that_the_server_keeps_sees_the_region_it_is_asked_in(two_regions: Database):
    names = {REGION: "Dapur Balikpapan", OTHER: "Dapur Samarinda"}
    statement = select(Producer.name).where(Producer.code == "P1")
    renamed = update(Producer).where(Producer.code == "P1").values(name=Producer.name)
    backends = set()
    for code, name in names.items():
        with two_regions.transaction(code) as session:
            session.add(Producer(code="P1", name=name, nib=None))
    for _ in range(3 * PREPARED_AFTER):
        for code, name in names.items():
            with two_regions.transaction(code) as session:
                backends.add(backend_pid(session))
                assert session.scalars(statement).all() == [name]
                assert count_rows(session, renamed) == 1
                kept = set(session.scalars(text("SELECT statement FROM pg_prepared_statements")))
    assert len(backends) == 1
    assert any(one.startswith("SELECT producer.name") for one in kept)
    assert any(one.startswith("UPDATE producer") for one in kept)


def test_a_path_and_a_role_last_no_longer_than_their_transaction(two_regions: Database):
    query = text("SELECT current_user, current_setting('search_path')")
    with two_regions.owner() as connection:
        before = tuple(connection.execute(query).one())
    for code, schema in ((REGION, SCHEMA), (OTHER, region_name(OTHER))):
        with two_regions.transaction(code) as session:
            assert tuple(session.execute(query).one()) == (schema, f"{schema}, public")
    with two_regions.owner() as connection:
        assert tuple(connection.execute(query).one()) == before


def add_first_user(session: Session) -> None:
    add_user(session, by=None, login="rini@dinas.example", name="Rini", role=Role.ADMIN)
    record_notices(session, [Message("x", "role:admin", {})])


def nothing_was_kept(database: Database) -> bool:
    with database.transaction(REGION) as session:
        counts = text("SELECT (SELECT count(*) FROM notice) + (SELECT count(*) FROM audit_event) + seq FROM audit_head")
        return find_users(session) == [] and session.scalar(counts) == 0


def test_an_exception_rolls_everything_back(database: Database):
    def act() -> None:
        with database.transaction(REGION) as session:
            add_first_user(session)
            raise KeyError

    with pytest.raises(KeyError):
        act()
    assert nothing_was_kept(database)


def test_a_failure_at_the_very_end_rolls_everything_back(database: Database):
    def act() -> None:
        with database.transaction(REGION) as session:
            add_first_user(session)
            run_last(session, lambda late: late.execute(text("INSERT INTO audit_head VALUES (2, 0, '')")))

    with pytest.raises(IntegrityError):
        act()
    assert nothing_was_kept(database)


def test_last_writes_run_in_order_after_everything_else(database: Database):
    order: list[str] = []
    with database.transaction(REGION) as session:
        run_last(session, lambda _: order.append("first"))
        run_last(session, lambda _: order.append("second"))
        order.append("act")
    assert order == ["act", "first", "second"]


def test_rows_are_counted(database: Database):
    with database.transaction(REGION) as session:
        assert count_rows(session, text("UPDATE region_terms SET fee_to_bp = :to"), {"to": 600}) == 1
        assert count_rows(session, text("UPDATE region_terms SET fee_to_bp = 500 WHERE id = 7")) == 0


def test_a_region_that_was_not_added_is_unknown(database: Database):
    with pytest.raises(RegionUnknown), database.transaction("11.01"):
        pass
    with pytest.raises(RegionUnknown):
        upgrade_region(database, "11.01")


@pytest.mark.parametrize(
    "code", ["", "64", "64.7", "64.711", "64.7a", '64"71', "64.71; DROP", "\u0661\u0662\u0663\u0664"]
)
def test_what_is_no_region_code_never_reaches_the_server(database: Database, code: str):
    with pytest.raises(BadInput), database.transaction(code):
        pass
    with pytest.raises(BadInput):
        add_region(database, code=code, name="x")


def test_a_region_is_added_once_and_upgraded_as_often_as_one_likes(database: Database):
    assert add_region(database, code="6472", name="Kota Samarinda")
    assert not add_region(database, code="64.72", name="Kota Samarinda")
    upgrade_region(database, "64.72")
    assert [(region.code, region.name) for region in find_regions(database)] == [
        ("6471", "Kota Balikpapan"),
        ("6472", "Kota Samarinda"),
    ]


def test_a_region_is_added_once_by_many_at_once(database: Database):
    start = Event()
    failed: list[Exception] = []

    def add() -> None:
        start.wait()
        try:
            add_region(database, code=OTHER, name="Kota Samarinda")
        except Exception as error:  # noqa: BLE001  # a thread hands it over
            failed.append(error)

    threads = [Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    start.set()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.transaction(OTHER) as session:
        assert session.scalar(text("SELECT count(*) FROM region_terms")) == 1


def test_a_city_can_be_built_in_a_transaction_of_the_service(database: Database, tmp_path: Path):
    with database.transaction(REGION) as session:
        outcome = build_city(session).post(write_csv(tmp_path, f"2026-10-05,T1,S1,{KERIPIK},Keripik,1,15000,15000"))
    assert outcome.posted == 1
