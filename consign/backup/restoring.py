"""Restoring a backup into an empty installation, and proving that it is what was written."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import text

from consign.backup.manifest import (
    DUMP_NAME,
    FILES_FOLDER,
    MANIFEST_NAME,
    Manifest,
    NotABackup,
    find_states,
    is_sha256,
    read_manifest,
)
from consign.backup.postgres import load_database
from consign.db import Database, region_name
from consign.errors import ConsignError
from consign.files import CHUNK_BYTES, Files, hash_file
from consign.regions import ensure_role, upgrade_region
from consign.sentence import say

_LARGEST_MANIFEST = 16 << 20


class NotEmpty(ConsignError):
    """The database holds tables already; nothing was restored."""

    code = "backup.not_empty"


class BackupDiffers(ConsignError):
    """What was restored is not what the backup says it held; the installation must not be used."""

    code = "backup.differs"


def restore_backup(database: Database, files: Files, *, source: Path) -> Manifest:
    """Bring back what `write_backup` wrote to *source*, into a database without any table; return what it says it held.

    Every file's bytes are held against their hash before the database is touched, which takes all or nothing. Ledger, audit
    trail and the number of rows of each table are then compared with those of the moment of writing. Tables of an
    older program are brought up to date afterwards.

    Raises:
        NotABackup: *source* is none, or it is damaged or incomplete; files that were whole may have been stored.
        NotEmpty: the database has tables.
        ProgramFailed: PostgreSQL refused it; the database is empty as before.
        BackupDiffers: it came back other than it was.

    """
    _refuse_tables(database)
    with tempfile.TemporaryDirectory(prefix="consign-restore-") as folder, _opened(source) as archive:
        manifest = read_manifest(_read_member(archive, MANIFEST_NAME).read(_LARGEST_MANIFEST))
        dump = Path(folder) / DUMP_NAME
        _write_out(_read_member(archive, DUMP_NAME), dump)
        if hash_file(dump) != manifest.dump_sha256:
            raise _damaged()
        if _store_files(archive, files, folder=Path(folder)) != manifest.files:
            raise _damaged()
        with database.owner() as connection:
            for region in manifest.regions:
                ensure_role(connection, region_name(region.code))
        load_database(database.conninfo(), source=dump)
    _refuse_difference(database, manifest)
    for region in manifest.regions:
        upgrade_region(database, region.code)
    return manifest


def _refuse_tables(database: Database) -> None:
    with database.owner() as connection:
        there = connection.scalar(text("SELECT to_regclass('public.region') IS NOT NULL"))
    if there:
        raise NotEmpty(
            say(
                "This installation has tables already; nothing was restored. Name an empty database with CONSIGN_DATABASE_URL,"
                " or an empty folder with CONSIGN_DATA_DIR."
            )
        )


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError, OSError) as error:
        raise _damaged() from error


def _read_member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """Return the next member, which must be the file *name*."""
    entry = archive.next()
    if entry is None or entry.name != name or not entry.isfile():
        raise _damaged()
    return _content(archive, entry)


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(entry)
    if content is None:
        raise _damaged()
    return content


def _store_files(archive: tarfile.TarFile, files: Files, *, folder: Path) -> int:
    """Store the files that follow, each only where its bytes have the hash it is named by; return how many there are."""
    count = 0
    path = folder / "file"
    while (entry := archive.next()) is not None:
        sha256 = entry.name.removeprefix(FILES_FOLDER)
        if not entry.isfile() or not is_sha256(sha256):
            raise _damaged()
        _write_out(_content(archive, entry), path)
        if hash_file(path) != sha256:
            raise _damaged()
        files.store(path, sha256)
        count += 1
    return count


def _write_out(content: IO[bytes], path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(content, target, CHUNK_BYTES)


def _damaged() -> NotABackup:
    return NotABackup(say("The file is no backup of consign, or a damaged one; nothing was restored."))


def _refuse_difference(database: Database, manifest: Manifest) -> None:
    with database.owner() as connection:
        found = find_states(connection)
    if found != manifest.regions:
        held = {one.code: one for one in manifest.regions}
        others = [one.code for one in found if held.get(one.code) != one] or sorted(held)
        raise BackupDiffers(
            say(
                "What was restored differs from what was written, in region {regions}; do not use this installation."
                " Restore again from another backup.",
                regions=others,
            )
        )
