"""What all tables share: the metadata of regions and register, and what the service may do to a table."""

from typing import Any

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class RegionBase(DeclarativeBase):
    """A table that every region has for itself, in its own schema."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger()}  # noqa: RUF012  # SQLAlchemy reads this class attribute as it is


class PublicBase(DeclarativeBase):
    """A table of the installation, outside the regions."""

    metadata = MetaData(naming_convention=NAMING)


ADD_ONLY: dict[str, Any] = {"writes": "SELECT, INSERT"}
"""Rows are only ever added; the service's role may neither change nor delete them."""

CHANGING: dict[str, Any] = {"writes": "SELECT, INSERT, UPDATE"}
"""Rows may change, and are never deleted."""

PASSING: dict[str, Any] = {"writes": "SELECT, INSERT, DELETE"}
"""Rows are never changed, and deleted once they are old."""
