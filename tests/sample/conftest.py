"""The sample city, for those who only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consign.db import Database
from consign.files import Files
from tests.conftest import copied
from tests.standing import Template


@pytest.fixture(scope="session")
def whole_city(server_url: str, sample_city: Template[Path]) -> Iterator[tuple[Database, Files]]:
    """Open one copy of the sample city for all tests that only look."""
    with copied(server_url, sample_city.name) as database:
        yield database, Files.open(url=None, folder=sample_city.built)
