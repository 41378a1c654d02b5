"""Writing a backup: a tar archive of a manifest, the database and every stored file."""

import io
import os
import tarfile
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from consign import clock
from consign.backup.manifest import DUMP_NAME, FILES_FOLDER, FORMAT, MANIFEST_NAME, Manifest, RegionState, find_states
from consign.backup.postgres import dump_database
from consign.db import Database
from consign.errors import BadInput
from consign.files import Files, Kept, hash_file
from consign.sentence import say

_FOR_OWNER = 0o600  # it holds people's data


@dataclass(frozen=True)
class Backup:
    """A backup that was written."""

    path: Path
    manifest: Manifest
    size_bytes: int


def write_backup(database: Database, files: Files, *, target: Path) -> Backup:
    """Write the installation with all its regions and files to *target*, which only its owner may read.

    The database is taken as it stands at one instant, while people go on working; every file it names is older and is taken
    too. *target* is there only once all of it is; an older one is replaced.

    Raises:
        BadInput: *target* cannot be written.
        ProgramFailed: the database could not be read out.

    """
    part = target.with_name(f"{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.resolve().parent, prefix=".consign-backup-") as folder:
            dump = Path(folder) / DUMP_NAME
            states = _dump(database, dump)
            kept = files.find_all()
            manifest = Manifest(
                format=FORMAT,
                made_at=clock.now(),
                program=version("consign"),
                dump_sha256=hash_file(dump),
                files=len(kept),
                files_bytes=sum(one.size_bytes for one in kept),
                regions=states,
            )
            part.touch(mode=_FOR_OWNER)
            with tarfile.open(part, "w") as archive:
                _add(archive, MANIFEST_NAME, io.BytesIO(manifest.model_dump_json(indent=2).encode()))
                archive.add(dump, DUMP_NAME)
                for one in kept:
                    _add_file(archive, files, one, folder=Path(folder))
            _write_through(part)
        part.replace(target)
    except OSError as error:
        why = str(error.strerror)
        raise BadInput(
            say("{file} cannot be written ({why}); no backup was kept.", file=str(target), why=why)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return Backup(target, manifest, target.stat().st_size)


def _dump(database: Database, target: Path) -> tuple[RegionState, ...]:
    """Write the database, and return what it held at that very instant."""
    with database.owner() as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        dump_database(database.conninfo(), snapshot=str(snapshot), target=target)
        return find_states(connection)


def _add(archive: tarfile.TarFile, name: str, content: io.BytesIO) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content.getbuffer()), _FOR_OWNER, int(clock.now().timestamp())
    archive.addfile(entry, content)


def _add_file(archive: tarfile.TarFile, files: Files, one: Kept, *, folder: Path) -> None:
    path = folder / one.sha256
    files.copy_to(one.sha256, path)
    archive.add(path, f"{FILES_FOLDER}{one.sha256}")
    path.unlink()


def _write_through(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())
