"""Run migrations on the connection and schema that `consign.regions` hands over."""

from typing import Any

from alembic import context


def is_ours(name: str | None, type_: str, _parents: Any) -> bool:  # noqa: ANN401  # Alembic's own map of parents
    """Say whether a comparison looks at this table: the queue's are made by its own library."""
    return type_ != "table" or name is None or not name.startswith("procrastinate_")


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
