"""Lists of movements for tests: handing one in, and everything the database knows of goods in stores."""

import io

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.identity.rules import Actor
from consign.stock.import_rules import Outcome
from consign.stock.importing import ImportedNotes, import_movements, try_movements
from tests.builders import City

HEAD = "Jenis,Nomor nota,Tanggal,Kode mitra,Kode gerai,Ke gerai,Produk,Jumlah,Kode produksi,Kedaluwarsa,Alasan,Sudah diterima"
TABLES = (
    "stock_note", "stock_note_line", "stock_movement", "stock_level", "stock_batch", "stock_batch_level", "stock_loss",
    "stock_counter", "stock_import", "stock_import_note", "notice", "audit_event",
)  # fmt: skip


def as_csv(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def fill(row: str) -> str:
    """Return a row with a cell for each column, those that are not given blank."""
    return row + "," * (HEAD.count(",") - row.count(","))


def hand_in(city: City, *rows: str, by: Actor | None = None) -> ImportedNotes:
    source = io.BytesIO(as_csv(HEAD, *map(fill, rows)))
    return import_movements(city.session, by=by or city.finance, source=source, name="gerakan.csv")


def rehearse(city: City, *rows: str, by: Actor | None = None) -> ImportedNotes:
    source = io.BytesIO(as_csv(HEAD, *map(fill, rows)))
    return try_movements(city.session, by=by or city.finance, source=source, name="gerakan.csv")


def problems(imported: ImportedNotes) -> list[tuple[int, str, str, str]]:
    """Return row, column, cell and code of everything that is wrong."""
    return [(row.row, one.column, one.cell, one.code) for row in imported.rows for one in row.problems]


def outcomes(imported: ImportedNotes) -> list[tuple[str, str | None, Outcome]]:
    return [(one.reference, one.number, one.outcome) for one in imported.notes]


def everything(session: Session) -> dict[str, list[str]]:
    """Return every row of the tables that say something of goods in stores."""
    session.flush()
    return {
        table: list(session.scalars(text(f"SELECT to_jsonb(one)::text FROM {table} AS one ORDER BY 1")))
        for table in TABLES
    }


def stands(session: Session) -> dict[tuple[str, str], int]:
    """Return what stands of each product in each store."""
    rows = session.execute(
        text("""
        SELECT store.code AS store, product.code AS product, on_hand FROM stock_level
        JOIN store ON store.id = store_id JOIN product ON product.id = product_id""")
    )
    return {(row.store, row.product): int(row.on_hand) for row in rows}
