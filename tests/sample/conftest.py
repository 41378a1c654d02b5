"""The sample city, loaded once for those who only look."""

from collections.abc import Iterator

import pytest

from consign.db import Database
from consign.files import Files
from consign.sample.load import load_city
from tests.conftest import REGION, copied


@pytest.fixture(scope="session")
def whole_city(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Files]]:
    """Load the sample city into a database of its own, for tests that only look."""
    files = Files.open(url=None, folder=tmp_path_factory.mktemp("whole-city"))
    with copied(server_url, template) as database:
        load_city(database, files, region=REGION, watch=lambda *_: None)
        yield database, files
