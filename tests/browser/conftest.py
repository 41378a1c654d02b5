"""The sample city, served with its worker, and a browser; without an installed browser these tests say so and skip."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser
from sqlalchemy import make_url

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.regions import add_region
from consign.sample.load import REGION, REGION_NAME, load_city
from tests.browser.serving import find_chromium, open_browser, serving
from tests.conftest import run_as_owner


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser for one module: while it runs, nothing else in this process can run an event loop."""
    if find_chromium() is None:
        pytest.skip("no Chromium or Chrome is installed; name one in CONSIGN_CHROMIUM")
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def sample(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Files]]:
    """Load the sample city into a database of its own."""
    run_as_owner(server_url, "CREATE DATABASE sample_city")
    url = make_url(server_url).set(database="sample_city").render_as_string(hide_password=False)
    database = Database.open(url=url, data_dir=Path())
    files = Files.open(url=None, folder=tmp_path_factory.mktemp("sample-files"))
    add_region(database, code=REGION, name=REGION_NAME)
    load_city(database, files, region=REGION, watch=lambda *_: None)
    yield database, files
    database.close()


@pytest.fixture(scope="session")
def sample_app(sample: tuple[Database, Files]) -> FastAPI:
    database, files = sample
    return create_app(database, files, region=REGION, region_name=REGION_NAME)


@pytest.fixture(scope="session")
def sample_site(sample_app: FastAPI) -> Iterator[str]:
    """Serve the sample city; gives its address."""
    with serving(sample_app) as address:
        yield address
