"""The town is built once for each test process; every test, or every module that only looks, has a copy of its own."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from consign.files import Files
from tests.conftest import build_template, copied
from tests.web.town import Town, build_town, open_town


@pytest.fixture(scope="session")
def town_files() -> Files:
    folder = Path(tempfile.mkdtemp(prefix="consign-town-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Files.open(url=None, folder=folder)


@pytest.fixture(scope="session")
def town_template(server_url: str, template: str, town_files: Files) -> str:
    return build_template(server_url, template, "template_town", lambda database: build_town(database, town_files)).name


def copy_town(server_url: str, town_template: str, town_files: Files) -> Iterator[Town]:
    with copied(server_url, town_template) as database:
        yield open_town(database, town_files)


@pytest.fixture
def town(server_url: str, town_template: str, town_files: Files) -> Iterator[Town]:
    """Open a town of its own for a test that changes it."""
    yield from copy_town(server_url, town_template, town_files)


@pytest.fixture(scope="module")
def shared_town(server_url: str, town_template: str, town_files: Files) -> Iterator[Town]:
    """Open one town for all tests of a module, which only look."""
    yield from copy_town(server_url, town_template, town_files)
