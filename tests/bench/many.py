"""The sample city many times over: every row copied with other ids and codes, for pages with long lists."""

import psycopg
from psycopg import sql

from consign.db import region_name
from consign.models import RegionBase

APART = 1_000_000
"""Between the ids of one copy and those of the next."""
COPIED = (
    "partner", "store", "store_alias", "producer", "product", "product_price", "barcode", "product_alias", "agreement",
    "sales_profile", "sales_upload", "sales_posting", "sale", "sales_cover", "sales_parked", "sales_known", "sales_ignored",
    "closing", "statement", "account",
)  # fmt: skip
PEOPLE = frozenset({"received_by", "posted_by", "closed_by", "confirmed_by", "user_id"})
APART_TEXTS = {
    ("partner", "code"): "code || '-' || %(n)s",
    ("partner", "name"): "name || ' ' || %(n)s",
    ("producer", "code"): "code || '-' || %(n)s",
    ("producer", "name"): "name || ' ' || %(n)s",
    ("producer", "nib"): "NULL",
    ("product", "code"): "code || '-' || %(n)s",
    ("barcode", "kind"): "'gtin'",  # the register's running numbers are given once
    ("barcode", "prefix"): "NULL",
    ("barcode", "serial"): "NULL",
    ("barcode", "number"): "left(number, 3) || lpad(%(n)s::text, 3, '0') || right(number, 7)",
    ("statement", "number"): "'NP-' || (2026 + %(n)s) || right(number, 7)",
}


def multiply(connection: psycopg.Connection, *, region: str, times: int) -> dict[str, int]:
    """Copy the region's city until it is there *times*; return how many rows each table holds then."""
    schema = region_name(region)
    connection.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(schema)))
    connection.execute(
        "SET session_replication_role = replica"
    )  # the copies refer to each other only when all are there
    for table in COPIED:
        for number in range(1, times):
            connection.execute(_copy_of(table, number))
    connection.execute("RESET session_replication_role")
    connection.execute("ANALYZE")
    counts = {}
    for table in COPIED:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        counts[table] = int(row[0]) if row else 0
    return counts


def _copy_of(table: str, number: int) -> str:
    columns = RegionBase.metadata.tables[table].columns
    picked = ", ".join(_value(table, column.name, number) for column in columns)
    named = ", ".join(f'"{column.name}"' for column in columns)
    again = _first_copy(table)
    return f"INSERT INTO {table} ({named}) OVERRIDING SYSTEM VALUE SELECT {picked} FROM {table} WHERE {again}"


def _value(table: str, column: str, number: int) -> str:
    if (table, column) in APART_TEXTS:
        return APART_TEXTS[table, column] % {"n": number}
    if column not in PEOPLE and (column == "id" or column.endswith("_id")):
        return f'"{column}" + {number * APART}'
    return f'"{column}"'


def _first_copy(table: str) -> str:
    """Return the condition that finds the rows of the city as it was loaded."""
    columns = RegionBase.metadata.tables[table].columns
    key = next(name for name in ("id", "partner_id", "product_id", "upload_id", "store_id") if name in columns)
    if table == "account":  # of those that are nobody's the region has one of each
        return f"{key} < {APART} AND coalesce(partner_id, producer_id) IS NOT NULL"
    return f"{key} < {APART}"
