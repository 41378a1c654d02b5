"""Alembic migrations: `public` for the region register, `region` for the tables of each region."""
