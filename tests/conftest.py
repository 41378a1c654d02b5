"""One embedded PostgreSQL for each test process; a test rolls back, or has a database of its own."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.orm import Session

from consign.db import Database, region_name, start_embedded
from consign.files import Files
from consign.regions import add_region
from consign.sample.load import load_city
from tests.builders import City, build_city
from tests.scratch import write_into_memory
from tests.standing import Built, Standing, Template
from tests.stock.goods import Market, build_market

write_into_memory()

REGION = "64.71"

# How long one example takes depends on the machine, and says nothing about the law it tries.
settings.register_profile("consign", deadline=None)
settings.load_profile("consign")


LONGEST = (
    "tests/browser/test_every_page.py",
    "tests/web/test_strangers.py",
    "tests/test_story.py",
    "tests/settlement/test_money_in_any_order.py",
    "tests/web/test_consistency.py",
    "tests/web/test_access.py",
    "tests/web/test_forgeries.py",
    "tests/year/test_small_year.py",
)
"""Files that take longest, the longest first: begun last, they would leave one of two processes without work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.relative_to(item.config.rootpath).as_posix(), len(places)))


@pytest.fixture(scope="session")
def server_url() -> str:
    """Start a server in a folder of its own: pytest's folders are for their owner only, and the server is another user.

    The folder is removed after the server has stopped, which it does when this process ends. What it holds need not outlive
    the machine, so it waits for no disk, and keeps little of its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="consign-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = start_embedded(folder)
    for statement in (
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM SET max_wal_size = '256MB'",
        "ALTER SYSTEM SET min_wal_size = '80MB'",
        "SELECT pg_reload_conf()",
    ):
        run_as_owner(url, statement)
    return url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Make a database with one empty region, to be copied."""
    run_as_owner(server_url, "CREATE DATABASE template_city")
    database = open_database(server_url, "template_city")
    add_region(database, code=REGION, name="Kota Balikpapan")
    database.close()
    return "template_city"


@pytest.fixture(scope="session")
def sample_city(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Template[Path]:
    """Load the sample city into a database to be copied, and its files into a folder."""
    folder = tmp_path_factory.mktemp("sample-files")

    def build(database: Database) -> Path:
        load_city(database, Files.open(url=None, folder=folder), region=REGION, watch=lambda *_: None)
        return folder

    return build_template(server_url, template, "template_sample", build)


@pytest.fixture(scope="session")
def shared_database(server_url: str, template: str) -> Iterator[Database]:
    """Open a database for tests that roll back."""
    with copied(server_url, template) as database:
        yield database


@pytest.fixture(scope="session")
def city_template(server_url: str, template: str) -> Template[City]:
    """Build the city in a database to be copied."""

    def build(database: Database) -> City:
        with database.transaction(REGION) as session:
            return build_city(session)

    return build_template(server_url, template, "template_built", build)


@pytest.fixture(scope="session")
def market_template(server_url: str, template: str) -> Template[Market]:
    """Build the city with its people and papers in a database to be copied."""

    def build(database: Database) -> Market:
        with database.transaction(REGION) as session:
            return build_market(build_city(session))

    return build_template(server_url, template, "template_market", build)


@pytest.fixture(scope="session")
def standing_city(server_url: str, city_template: Template[City]) -> Iterator[Standing[City]]:
    """Open the city for tests that roll back."""
    with copied(server_url, city_template.name) as database:
        yield Standing(database, city_template.built)


@pytest.fixture(scope="session")
def standing_market(server_url: str, market_template: Template[Market]) -> Iterator[Standing[Market]]:
    """Open the market for tests that roll back."""
    with copied(server_url, market_template.name) as database:
        yield Standing(database, market_template.built)


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """Open a session in the region, rolled back at the end: where what the test asks for stands already."""
    wanted = {"standing_market": "standing_market", "city": "standing_city"}
    stands = next((place for asked, place in wanted.items() if asked in request.fixturenames), "shared_database")
    place: Standing[object] | Database = request.getfixturevalue(stands)
    database = place.database if isinstance(place, Standing) else place
    name = region_name(REGION)
    with database._engine.connect() as connection:
        facts = {"path": f"{name}, public", "role": name}
        connection.execute(
            text("SELECT set_config('search_path', :path, true), set_config('role', :role, true)"), facts
        )
        with Session(connection, autoflush=False, expire_on_commit=False) as opened:
            opened.info["region"] = name.removeprefix("region_")
            yield opened
        connection.rollback()


@pytest.fixture
def city(request: pytest.FixtureRequest, session: Session) -> City:
    """Return the city that `build_city` builds."""
    if "standing_market" in request.fixturenames:
        market: Market = request.getfixturevalue("market")
        return market.city
    standing: Standing[City] = request.getfixturevalue("standing_city")
    return standing.enter(session)


@pytest.fixture
def market(session: Session, standing_market: Standing[Market]) -> Market:
    """Return the city with its people and papers that `build_market` builds."""
    return standing_market.enter(session)


@pytest.fixture
def database(request: pytest.FixtureRequest, server_url: str, template: str) -> Iterator[Database]:
    """Open a database of its own, for tests that commit: with the city in it, or the market, where its template is asked for."""
    asked = next((name for name in ("market_template", "city_template") if name in request.fixturenames), None)
    with copied(server_url, request.getfixturevalue(asked).name if asked else template) as opened:
        yield opened


@pytest.fixture
def built(database: Database, city_template: Template[City]) -> Database:  # noqa: ARG001  # it is in the database
    """Open a database of its own with the city in it."""
    return database


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.open(url=None, folder=tmp_path / "files")


_closed: list[tuple[str, Database]] = []
"""Databases that were dropped, by their names. The next copy takes the name, and with it all statements compiled for it."""
_numbers = count(1)


@contextmanager
def copied(server_url: str, template: str) -> Iterator[Database]:
    """Open a copy of the database *template*, which is dropped at the end."""
    if _closed:
        name, opened = _closed.pop()
    else:
        name = f"copy_{next(_numbers)}"
        opened = open_database(server_url, name)
    run_as_owner(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield opened
    opened.close()
    run_as_owner(server_url, f"DROP DATABASE {name} WITH (FORCE)")
    _closed.append((name, opened))


def build_template(server_url: str, template: str, name: str, build: Callable[[Database], Built]) -> Template[Built]:
    """Make a database *name* as *template* is, with what *build* builds in it."""
    run_as_owner(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    database = open_database(server_url, name)
    built = build(database)
    database.close()
    return Template(name, built)


def open_database(server_url: str, name: str) -> Database:
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    return Database.open(url=url, data_dir=Path())


@cache
def owner(server_url: str) -> Engine:
    """Return how to run statements as the owner of all databases, each in a connection of its own."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def run_as_owner(server_url: str, statement: str) -> None:
    with owner(server_url).connect() as connection:
        connection.execute(text(statement))
