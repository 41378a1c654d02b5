"""Adding a region and bringing its tables up to date. Runs as the owner of the schemas."""

from functools import cache
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, select, text
from sqlalchemy.dialects.postgresql import insert

from consign import clock
from consign.db import Database, region_name, region_unknown
from consign.models import PublicBase, RegionBase
from consign.models.region import Region
from consign.period import find_zone


def upgrade_public(database: Database) -> None:
    """Bring the region register up to date."""
    with database.owner() as connection:
        _migrate(connection, schema="public", scope="public", metadata=PublicBase.metadata)


def add_region(database: Database, *, code: str, name: str) -> bool:
    """Give the region *code* its schema, role and tables, and its province's time; return whether it was new.

    Raises:
        BadInput: the code is not four digits.

    """
    schema = region_name(code)
    upgrade_public(database)
    with database.owner() as connection:
        row = {"code": code.replace(".", ""), "name": name, "added_at": clock.now()}
        statement = insert(Region).values(row).on_conflict_do_nothing().returning(Region.code)
        added = connection.scalar(statement) is not None
        ensure_role(connection, schema)
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        _upgrade(connection, schema)
        if added and (zone := find_zone(code)):
            connection.execute(text(f'UPDATE "{schema}".region_terms SET zone = :zone'), {"zone": zone})  # noqa: S608  # a checked name
    return added


def upgrade_region(database: Database, code: str) -> None:
    """Bring the tables of the region *code* up to date and grant its role what each table allows.

    Raises:
        RegionUnknown: the region has not been added here.

    """
    upgrade_public(database)
    with database.owner() as connection:
        if connection.scalar(select(Region.code).where(Region.code == code.replace(".", ""))) is None:
            raise region_unknown(code)
        _upgrade(connection, region_name(code))


def find_regions(database: Database) -> list[Region]:
    """Return all regions of this installation by code."""
    upgrade_public(database)
    with database.owner() as connection:
        rows = connection.execute(select(Region.code, Region.name, Region.added_at).order_by(Region.code))
        return [Region(code=row.code, name=row.name, added_at=row.added_at) for row in rows]


def ensure_role(connection: Connection, role: str) -> None:
    """Make the region's role; it may log in because workers of a sharded cluster connect as it."""
    if connection.scalar(text("SELECT to_regrole(:role) IS NULL"), {"role": role}):
        connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
    connection.execute(text(f'GRANT "{role}" TO CURRENT_USER'))


def find_outdated(database: Database, code: str) -> list[str]:
    """Return the schemas whose tables are not those of this program: `public`, and that of the region *code*."""
    with database.owner() as connection:
        present = {
            (schema, scope): MigrationContext.configure(connection, opts={"version_table_schema": schema})
            for schema, scope in (("public", "public"), (region_name(code), "region"))
        }
        return [
            schema for (schema, scope), context in present.items() if {*context.get_current_heads()} != _heads(scope)
        ]


@cache
def _heads(scope: str) -> frozenset[str]:
    return frozenset(ScriptDirectory.from_config(_script_config(scope)).get_heads())


def get_region(database: Database, code: str) -> Region:
    """Return the region with *code*.

    Raises:
        RegionUnknown: the region has not been added here.

    """
    digits = code.replace(".", "")
    found = next((region for region in find_regions(database) if region.code == digits), None)
    if found is None:
        raise region_unknown(code)
    return found


def _upgrade(connection: Connection, schema: str) -> None:
    _migrate(connection, schema=schema, scope="region", metadata=RegionBase.metadata)
    database = connection.scalar(text("SELECT quote_ident(current_database())"))
    connection.execute(text(f'GRANT TEMPORARY ON DATABASE {database} TO "{schema}"'))  # files are staged there
    connection.execute(text(f'GRANT USAGE ON SCHEMA "{schema}", public TO "{schema}"'))
    connection.execute(text(f'GRANT EXECUTE ON FUNCTION public.consign_defer TO "{schema}"'))  # the queue's only door
    for table in RegionBase.metadata.sorted_tables:
        connection.execute(text(f'REVOKE ALL ON "{schema}"."{table.name}" FROM "{schema}"'))
        connection.execute(text(f'GRANT {table.info["writes"]} ON "{schema}"."{table.name}" TO "{schema}"'))


def _migrate(connection: Connection, *, schema: str, scope: str, metadata: MetaData) -> None:
    """Run the migrations of *scope* with *schema* alone on the path, so that no other table is touched."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('consign migrations'))"))
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": schema})
    command.upgrade(migration_config(connection, scope=scope, metadata=metadata), "head")
    connection.execute(text("SELECT set_config('search_path', 'public', true)"))


def migration_config(connection: Connection, *, scope: str, metadata: MetaData) -> Config:
    """Return Alembic's configuration for one schema; it needs no file, so the wheel carries all there is."""
    config = _script_config(scope)
    config.attributes.update(connection=connection, metadata=metadata)
    return config


def _script_config(scope: str) -> Config:
    folder = files("consign") / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(folder / scope))
    return config
