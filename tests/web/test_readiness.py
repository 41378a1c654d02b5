"""Whether requests may be sent to the service: what is missing is named, and nothing stays behind."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from tests.conftest import REGION
from tests.web.browsing import Browser


def ask(database: Database, files: Files, *, region: str = REGION) -> tuple[int, dict[str, object]]:
    page = Browser(create_app(database, files, region=region, region_name="Kota Balikpapan")).get("/readyz")
    return page.status, json.loads(page.source)


def test_it_is_ready_where_nothing_is_missing_and_leaves_no_file(database: Database, files: Files, tmp_path: Path):
    assert ask(database, files) == (200, {"ready": True, "missing": []})
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("schema", ["public", "region_6471"])
def test_tables_of_another_release_are_named(database: Database, files: Files, schema: str):
    with database.owner() as connection:
        connection.execute(text(f"UPDATE {schema}.alembic_version SET version_num = '0001'"))
        connection.execute(text(f"DELETE FROM {schema}.alembic_version WHERE '{schema}' = 'public'"))
    assert ask(database, files) == (503, {"ready": False, "missing": ["migrations"]})


def test_a_region_that_was_not_added_is_named(database: Database, files: Files):
    assert ask(database, files, region="64.72") == (503, {"ready": False, "missing": ["region"]})


def test_a_store_that_takes_nothing_is_named(database: Database, files: Files, tmp_path: Path):
    shutil.rmtree(tmp_path / "files")
    (tmp_path / "files").write_bytes(b"a file where the folder was")
    assert ask(database, files) == (503, {"ready": False, "missing": ["files"]})


def test_everything_that_is_missing_is_named(
    database: Database, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse() -> None:
        raise OperationalError("SELECT 1", {}, ConnectionRefusedError("away"))

    monkeypatch.setattr(database._engine, "connect", refuse)
    shutil.rmtree(tmp_path / "files")
    (tmp_path / "files").write_bytes(b"")
    assert ask(database, files) == (503, {"ready": False, "missing": ["database", "files"]})
