"""The sample city, for those who only look."""

from collections.abc import Iterator

import pytest

from consign.db import Database
from consign.files import Files
from tests.conftest import SampleCity, copied


@pytest.fixture(scope="session")
def whole_city(server_url: str, sample_city: SampleCity) -> Iterator[tuple[Database, Files]]:
    """Open one copy of the sample city for all tests that only look."""
    with copied(server_url, sample_city.template) as database:
        yield database, Files.open(url=None, folder=sample_city.files)
