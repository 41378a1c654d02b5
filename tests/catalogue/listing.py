"""Lists of products for tests: handing one in, taking it over, and everything the database knows of products."""

import io
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.catalogue.import_rules import RowOutcome
from consign.catalogue.importing import Imported, take_import, try_import
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from tests.builders import City

ON = date(2026, 11, 28)
NEW = "Kode produsen,Nama produk,Isi bersih,Satuan"
TABLES = ("product", "product_price", "barcode", "product_alias", "eligibility_due")


def as_csv(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def hand_in(
    city: City,
    files: Files,
    content: bytes,
    *,
    by: Actor | None = None,
    producer_id: int | None = None,
    on: date = ON,
    name: str = "produk.csv",
) -> Imported:
    actor = by or city.admin
    whose = actor.producer_id if producer_id is None else producer_id
    source = io.BytesIO(content)
    return try_import(city.session, by=actor, source=source, name=name, producer_id=whose, files=files, on=on)


def take(city: City, files: Files, tried: Imported, *, by: Actor | None = None, on: date = ON) -> Imported:
    return take_import(city.session, by=by or city.admin, import_id=tried.handed_in.id, files=files, on=on)


def only(imported: Imported) -> RowOutcome:
    """Return the only row."""
    (row,) = imported.rows
    return row


def problems(imported: Imported) -> list[tuple[int, str, str, str]]:
    """Return row, column, cell and code of everything that is wrong."""
    return [(row.row, one.column, one.cell, one.code) for row in imported.rows for one in row.problems]


def outcomes(imported: Imported) -> list[str]:
    return [row.outcome.value for row in imported.rows]


def everything(session: Session) -> dict[str, list[str]]:
    """Return every row of the tables that say something of products."""
    return {
        table: list(session.scalars(text(f"SELECT to_jsonb(one)::text FROM {table} AS one ORDER BY 1")))
        for table in TABLES
    }


def add_owner(city: City, *, place: int = 0) -> Actor:
    """Add a person of a producer."""
    login = f"dapur{place + 1}@umkm.example"
    add_user(
        city.session, by=city.admin, login=login, name="Bu Dapur", role=Role.PRODUCER,
        producer_id=city.producers[place].id,
    )  # fmt: skip
    return get_actor(city.session, login)
