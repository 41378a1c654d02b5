"""The sample city, served with its worker, and a browser; without an installed browser these tests say so and skip."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.sample.load import REGION, REGION_NAME
from tests.browser.serving import find_chromium, open_browser, serving
from tests.conftest import copied
from tests.standing import Template


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser for one module: while it runs, nothing else in this process can run an event loop."""
    if find_chromium() is None:
        pytest.skip("no Chromium or Chrome is installed; name one in CONSIGN_CHROMIUM")
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def sample(
    server_url: str, sample_city: Template[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Files]]:
    """Open a copy of the sample city, which people in browsers change."""
    folder = tmp_path_factory.mktemp("browser") / "files"
    shutil.copytree(sample_city.built, folder)
    with copied(server_url, sample_city.name) as database:
        yield database, Files.open(url=None, folder=folder)


@pytest.fixture(scope="session")
def sample_app(sample: tuple[Database, Files]) -> FastAPI:
    database, files = sample
    return create_app(database, files, region=REGION, region_name=REGION_NAME)


@pytest.fixture(scope="session")
def sample_site(sample_app: FastAPI) -> Iterator[str]:
    """Serve the sample city; gives its address."""
    with serving(sample_app) as address:
        yield address
