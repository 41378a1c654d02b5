"""A backup brings back the whole installation, and says so; what is no backup, or a damaged one, changes nothing."""

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from consign.backup.manifest import NotABackup, find_states
from consign.backup.postgres import ProgramFailed, dump_database
from consign.backup.restoring import BackupDiffers, NotEmpty, restore_backup
from consign.backup.writing import write_backup
from consign.checks import find_breaches
from consign.db import Database, region_name
from consign.errors import BadInput
from consign.files import Files
from consign.identity.queries import get_actor
from consign.jobs.posting import Handover, post_sales_file
from consign.partners.queries import get_partner
from consign.regions import add_region
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Answers
from consign.settlement.actions import close_period
from tests.builders import FINANCE, KERIPIK, build_city, write_csv
from tests.conftest import REGION, open_database, run_as_owner

DRILLS = 3


@dataclass
class Place:
    """One installation."""

    database: Database
    files: Files


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    """Set up two regions; in one a file was posted and its period closed."""
    add_region(database, code="35.78", name="Kota Surabaya")
    found = Place(database, Files.open(url=None, folder=tmp_path / "files"))
    with database.transaction(REGION) as session:
        build_city(session)
    work(found, tmp_path, day=5)
    with database.transaction(REGION) as session:
        close_period(
            session, by=get_actor(session, FINANCE), partner_id=get_partner(session, "BM").id,
            until=date(2026, 10, 31), incomplete_reason="uji coba",
        )  # fmt: skip
    return found


def work(place: Place, folder: Path, *, day: int) -> None:
    """Post a file of one sale, whose bytes are new."""
    path = write_csv(
        folder, f"2026-10-{day:02d},T1,S{day:03d},{KERIPIK},Keripik Singkong,3,15000,45000", name=f"{day}.csv"
    )
    post_sales_file(
        place.database, place.files, region=REGION, login=FINANCE, handover=Handover(path, "BM"),
        decisions=Decisions(answers=Answers(accept_suggestion=True)),
    )  # fmt: skip


@pytest.fixture
def empty(server_url: str, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Make installations with nothing in them."""
    made: list[Place] = []

    def make() -> Place:
        name = f"restored_{len(made)}"
        run_as_owner(server_url, f"CREATE DATABASE {name}")
        made.append(Place(open_database(server_url, name), Files.open(url=None, folder=tmp_path / name)))
        return made[-1]

    yield make
    for number, one in enumerate(made):
        one.database.close()
        run_as_owner(server_url, f"DROP DATABASE restored_{number} WITH (FORCE)")


def states_of(place: Place) -> object:
    with place.database.owner() as connection:
        return find_states(connection)


def test_what_was_written_comes_back(place: Place, empty: Callable[[], Place], tmp_path: Path):
    for drill in range(DRILLS):
        work(place, tmp_path, day=10 + drill)
        written = write_backup(place.database, place.files, target=tmp_path / "stand.backup")
        restored = empty()
        manifest = restore_backup(restored.database, restored.files, source=written.path)
        assert manifest == written.manifest
        assert [one.code for one in manifest.regions] == ["3578", "6471"]
        assert states_of(restored) == states_of(place) == manifest.regions
        assert restored.files.find_all() == place.files.find_all()
        assert len(place.files.find_all()) == drill + 2
        with restored.database.transaction(REGION) as session:
            assert list(find_breaches(session, restored.files)) == []


def test_work_goes_on_after_a_restore(place: Place, empty: Callable[[], Place], tmp_path: Path):
    restored = empty()
    restore_backup(
        restored.database, restored.files,
        source=write_backup(place.database, place.files, target=tmp_path / "one").path,
    )  # fmt: skip
    before = states_of(restored)
    work(restored, tmp_path, day=20)
    assert states_of(restored) != before
    with restored.database.transaction(REGION) as session:
        assert list(find_breaches(session, restored.files)) == []


def test_the_role_of_a_region_may_change_no_more_than_before(place: Place, empty: Callable[[], Place], tmp_path: Path):
    restored = empty()
    restore_backup(
        restored.database, restored.files,
        source=write_backup(place.database, place.files, target=tmp_path / "one").path,
    )  # fmt: skip
    query = text("""
        SELECT table_name, string_agg(privilege_type, ',' ORDER BY privilege_type) FROM information_schema.role_table_grants
        WHERE grantee = :role GROUP BY table_name ORDER BY table_name""")
    granted = []
    for one in (place, restored):
        with one.database.owner() as connection:
            granted.append(connection.execute(query, {"role": region_name(REGION)}).all())
    assert granted[0] == granted[1]
    assert ("transfer", "INSERT,SELECT") in [tuple(row) for row in granted[1]]


def test_only_its_owner_may_read_a_backup(place: Place, tmp_path: Path):
    written = write_backup(place.database, place.files, target=tmp_path / "one")
    assert written.path.stat().st_mode & 0o777 == 0o600
    assert written.size_bytes == written.path.stat().st_size


def test_a_backup_that_cannot_be_written_leaves_nothing(place: Place, tmp_path: Path):
    with pytest.raises(BadInput, match="no backup was kept"):
        write_backup(place.database, place.files, target=tmp_path / "nowhere" / "one")
    assert not (tmp_path / "nowhere").exists()


def test_a_database_with_tables_is_left_as_it_is(place: Place, tmp_path: Path):
    written = write_backup(place.database, place.files, target=tmp_path / "one")
    before = states_of(place)
    with pytest.raises(NotEmpty) as refused:
        restore_backup(place.database, place.files, source=written.path)
    assert refused.value.code == "backup.not_empty"
    assert states_of(place) == before


def test_every_damage_of_an_archive_is_seen(place: Place, empty: Callable[[], Place], tmp_path: Path):
    whole = write_backup(place.database, place.files, target=tmp_path / "one").path.read_bytes()
    target, damaged = empty(), tmp_path / "damaged"
    cut = [whole[: len(whole) * part // 20] for part in range(20)]
    # One bit in every seventeenth part: it lies in a header, the manifest, the database or a file.
    flipped = [
        bytes([*whole[:at], whole[at] ^ 4, *whole[at + 1 :]]) for at in range(700, _end(whole), len(whole) // 17)
    ]
    for content in (*cut, *flipped, b"", b"PK\x03\x04", b"no backup at all"):
        damaged.write_bytes(content)
        with pytest.raises(NotABackup) as refused:
            restore_backup(target.database, target.files, source=damaged)
        assert refused.value.code == "backup.not_a_backup"
        assert _tables(target) == 0


def _end(whole: bytes) -> int:
    """Return where the last file's bytes end; after it come only zeros."""
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        return max(one.offset_data + one.size for one in archive.getmembers())


def _tables(place: Place) -> int:
    with place.database.owner() as connection:
        return int(
            connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'"))
            or 0
        )


@pytest.mark.parametrize("name", ["files/../../etc/passwd", "/etc/passwd", "files/ABC", "other"])
def test_a_file_with_another_name_is_refused(place: Place, empty: Callable[[], Place], tmp_path: Path, name: str):
    path = write_backup(place.database, place.files, target=tmp_path / "one").path
    with tarfile.open(path, "a") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"bad"))
    target = empty()
    with pytest.raises(NotABackup):
        restore_backup(target.database, target.files, source=path)


def test_a_backup_of_a_newer_program_is_refused(place: Place, empty: Callable[[], Place], tmp_path: Path):
    path = rewritten(place, tmp_path, b'"format": 1', b'"format": 2')
    target = empty()
    with pytest.raises(NotABackup, match="newer"):
        restore_backup(target.database, target.files, source=path)


def test_a_ledger_that_comes_back_otherwise_is_told(place: Place, empty: Callable[[], Place], tmp_path: Path):
    with place.database.owner() as connection:
        known = find_states(connection)[1].ledger_sha256
    path = rewritten(place, tmp_path, known.encode(), b"0" * len(known))
    target = empty()
    with pytest.raises(BackupDiffers, match="6471") as refused:
        restore_backup(target.database, target.files, source=path)
    assert refused.value.code == "backup.differs"


def rewritten(place: Place, folder: Path, old: bytes, new: bytes) -> Path:
    """Write a backup whose manifest says something else."""
    path = write_backup(place.database, place.files, target=folder / "one").path
    other = folder / "other"
    with tarfile.open(path) as archive, tarfile.open(other, "w") as target:
        for entry in archive.getmembers():
            content = archive.extractfile(entry)
            assert content is not None
            written = content.read()
            if entry.name == "manifest.json":
                assert old in written
                written = written.replace(old, new)
                entry.size = len(written)
            target.addfile(entry, io.BytesIO(written))
    return other


def test_a_program_that_fails_says_why(place: Place, tmp_path: Path):
    with pytest.raises(ProgramFailed, match="no backup was written") as failed:
        dump_database(place.database.conninfo(), snapshot="no such snapshot", target=tmp_path / "dump")
    assert failed.value.code == "backup.program_failed"
    assert "snapshot" in str(failed.value)
