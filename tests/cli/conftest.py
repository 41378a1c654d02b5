"""Terminals: without a database, with an empty region, and with a city."""

from pathlib import Path

import pytest

from consign.db import Database
from tests.builders import FINANCE
from tests.cli.terminal import Terminal
from tests.conftest import REGION


@pytest.fixture
def bare_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """Run commands where no database answers."""
    monkeypatch.setenv("CONSIGN_DATABASE_URL", "postgresql://nobody@nowhere.invalid/none")
    monkeypatch.setenv("CONSIGN_DATA_DIR", str(tmp_path / "data"))
    return Terminal(monkeypatch, capsys)


@pytest.fixture
def terminal(bare_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, built: Database) -> Terminal:
    """Run commands against a city of one's own, as its finance officer."""
    name_database(monkeypatch, built)
    monkeypatch.setenv("CONSIGN_AS", FINANCE)
    return bare_terminal


@pytest.fixture
def empty_terminal(bare_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, database: Database) -> Terminal:
    """Run commands against a region nobody works in yet."""
    name_database(monkeypatch, database)
    return bare_terminal


def name_database(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """Say in the environment which database and region commands work in."""
    url = database._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("CONSIGN_DATABASE_URL", url)
    monkeypatch.setenv("CONSIGN_REGION", REGION)
