"""job queue.

The tables are procrastinate's own, as the installed version makes them; its version is kept in a comment on the jobs'
table. A later version of the library brings its changes as files beside its schema
(`SchemaManager.get_migrations_path()`): a revision of ours then runs those that are newer than that comment says and
writes the new version there, for a database that is made later has them all from here.
"""

from importlib.metadata import version

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A region's role reaches the queue through this one door. The role as which the transaction runs stays visible inside as
# the setting `role`, where current_user is the owner of the function; who logged in as a region's role set none.
# Temporary tables come last on the path, so that none of a caller's is taken for the queue's.
DEFER = """
CREATE FUNCTION public.consign_defer(task text, region text, args jsonb, queueing_lock text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END;
BEGIN
  IF caller IS DISTINCT FROM 'region_' || region THEN
    RAISE insufficient_privilege USING MESSAGE = format('%s may not leave work for region %s', caller, region);
  END IF;
  PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
    'default', task, 0, NULL, region || ':' || queueing_lock, args || jsonb_build_object('region', region), NULL
  )::procrastinate_job_to_defer_v1]);
EXCEPTION WHEN unique_violation THEN
  NULL;  -- the same work waits already
END;
$$
"""


def upgrade() -> None:
    connection = op.get_bind()
    # Many statements with percent signs in them: sent as they are, without a place for parameters.
    plain = connection.execution_options(no_parameters=True)
    plain.exec_driver_sql(SchemaManager.get_schema())
    plain.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS 'procrastinate {version('procrastinate')}'")
    plain.exec_driver_sql(DEFER)
    plain.exec_driver_sql("REVOKE EXECUTE ON FUNCTION public.consign_defer(text, text, jsonb, text) FROM PUBLIC")
    for signature in find_functions(connection):
        plain.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")


def downgrade() -> None:
    connection = op.get_bind()
    op.execute("DROP FUNCTION public.consign_defer(text, text, jsonb, text)")
    for table in (
        "procrastinate_events",
        "procrastinate_periodic_defers",
        "procrastinate_jobs",
        "procrastinate_workers",
    ):
        op.execute(f"DROP TABLE {table} CASCADE")
    for signature in find_functions(connection):
        op.execute(f"DROP FUNCTION {signature}")
    for name in ("procrastinate_job_to_defer_v1", "procrastinate_job_event_type", "procrastinate_job_status"):
        op.execute(f"DROP TYPE {name}")


def find_functions(connection: sa.Connection) -> list[str]:
    """Return the signatures of the library's functions."""
    query = sa.text("""
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = to_regnamespace('public') AND proname LIKE 'procrastinate\\_%'""")
    return list(connection.scalars(query))
