"""A city whose acts are committed: built once, and copied for each test."""

from collections.abc import Iterator

import pytest

from consign.db import Database
from tests.builders import build_city
from tests.conftest import REGION, copied, open_database, run_as_owner


@pytest.fixture(scope="session")
def built_template(server_url: str, template: str) -> str:
    """Make a database with a city in it, to be copied."""
    run_as_owner(server_url, f"CREATE DATABASE template_built TEMPLATE {template}")
    database = open_database(server_url, "template_built")
    with database.transaction(REGION) as session:
        build_city(session)
    database.close()
    return "template_built"


@pytest.fixture
def built(server_url: str, built_template: str) -> Iterator[Database]:
    """Open a database with a city in it: partner BM with stores T1 and T2."""
    with copied(server_url, built_template) as opened:
        yield opened
