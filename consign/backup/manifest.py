"""What a backup says about itself, so that whoever restores it can tell whether all came back."""

import re
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, text

from consign.db import region_name
from consign.errors import ConsignError
from consign.sentence import say

FORMAT: Final = 1
MANIFEST_NAME, DUMP_NAME, FILES_FOLDER = "manifest.json", "database.dump", "files/"
_SHA256 = re.compile(r"[0-9a-f]{64}")

# Times and days in one form on every server, as they are hashed as text.
_ONE_FORM = text("SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true)")
_LEDGER = """
    SELECT count(*), encode(sha256(convert_to(COALESCE(string_agg(md5(one::text), '' ORDER BY id), ''), 'UTF8')), 'hex')
    FROM "{schema}".{table} AS one"""
_AUDIT = """
    SELECT count(*), encode(sha256(convert_to(COALESCE(string_agg(encode(hash, 'hex'), '' ORDER BY seq), ''), 'UTF8')), 'hex')
    FROM "{schema}".audit_event"""
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY tablename")


class NotABackup(ConsignError):
    """The file is no backup, is damaged, or comes from a newer program; nothing was restored."""

    code = "backup.not_a_backup"


class RegionState(BaseModel):
    """What one region holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    """Four digits."""
    name: str
    ledger_sha256: str
    """Over every transfer and every account, in order."""
    audit_sha256: str
    """Over the chain of the audit trail."""
    rows: dict[str, int]
    """How many rows each table has."""


class Manifest(BaseModel):
    """What stands in a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    made_at: datetime
    program: str
    """Version of consign that wrote it."""
    dump_sha256: str
    files: int
    files_bytes: int
    regions: tuple[RegionState, ...]


def read_manifest(written: bytes) -> Manifest:
    """Return what *written* says.

    Raises:
        NotABackup: it is no manifest, or one of a newer program.

    """
    try:
        manifest = Manifest.model_validate_json(written)
    except ValidationError as error:
        raise NotABackup(say("The file is no backup of consign, or a damaged one; nothing was restored.")) from error
    if manifest.format != FORMAT:
        raise NotABackup(
            say(
                "The backup was written by consign {program}, which is newer; nothing was restored. Install that version first.",
                program=manifest.program,
            )
        )
    return manifest


def find_states(connection: Connection) -> tuple[RegionState, ...]:
    """Return what each region of the installation holds, by its code, as the owner's *connection* sees it."""
    connection.execute(_ONE_FORM)
    regions = connection.execute(text("SELECT code, name FROM public.region ORDER BY code")).all()
    return tuple(_find_state(connection, code=row.code, name=row.name) for row in regions)


def _find_state(connection: Connection, *, code: str, name: str) -> RegionState:
    schema = region_name(code)
    ledger = "/".join(
        connection.execute(text(_LEDGER.format(schema=schema, table=table))).one()[1]
        for table in ("transfer", "account")
    )
    tables = connection.scalars(_TABLES, {"schema": schema}).all()
    counts = "SELECT " + ", ".join(f'(SELECT count(*) FROM "{schema}"."{one}") AS "{one}"' for one in tables)  # noqa: S608  # names of our tables
    return RegionState(
        code=code,
        name=name,
        ledger_sha256=ledger,
        audit_sha256=connection.execute(text(_AUDIT.format(schema=schema))).one()[1],
        rows=dict(connection.execute(text(counts)).mappings().one()),
    )


def is_sha256(name: str) -> bool:
    """Say whether *name* is 64 hexadecimal digits."""
    return _SHA256.fullmatch(name) is not None
