"""Sales that were posted before there was stock become movements, and go on as if they had been written so."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from alembic import command
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database, region_name
from consign.models import RegionBase
from consign.regions import migration_config, upgrade_region
from consign.sales.ending import reverse_upload
from consign.stock.checks import CHECKS
from tests.builders import KERIPIK, SAMBAL, City, build_city, write_csv
from tests.conftest import REGION

BEFORE_STOCK = "0009"
Movement = tuple[str, str, date, Decimal]
FIRST = (
    # Two receipts of Keripik on a day, 2 + 3; on another 4 are sold and 1 comes back.
    f"13/03/2026,T1,R1,{KERIPIK},Keripik,2,15000,30000",
    f"13/03/2026,T1,R2,{KERIPIK},Keripik,3,15000,45000",
    f"14/03/2026,T1,R3,{KERIPIK},Keripik,4,15000,60000",
    f"14/03/2026,T1,R4,{KERIPIK},Keripik,-1,15000,-15000",
    # What is sold and given back on the same day moves nothing.
    f"15/03/2026,T1,R5,{SAMBAL},Sambal,2,22500,45000",
    f"15/03/2026,T1,R6,{SAMBAL},Sambal,-2,22500,-45000",
    f"16/03/2026,T2,R7,{SAMBAL},Sambal,6,22500,135000",
)
MOVED = [
    ("T1", "PRD-1", date(2026, 3, 13), Decimal(-5)),
    ("T1", "PRD-1", date(2026, 3, 14), Decimal(-3)),
    ("T2", "PRD-2", date(2026, 3, 16), Decimal(-6)),
]


def migrate_back(database: Database) -> None:
    """Bring the region to where it was before it had tables of stock; its sales stay as they are."""
    with database.owner() as connection:
        connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": region_name(REGION)})
        config = migration_config(connection, scope="region", metadata=RegionBase.metadata)
        command.downgrade(config, BEFORE_STOCK)


def read_moved(session: Session) -> list[Movement]:
    rows = session.execute(
        text("""
        SELECT store.code, product.code, movement.day, movement.quantity FROM stock_movement AS movement
        JOIN store ON store.id = store_id JOIN product ON product.id = product_id
        WHERE movement.kind = 'sold' ORDER BY 1, 2, 3, movement.id""")
    )
    return [tuple(row) for row in rows]


def find_stock_breaches(session: Session) -> list[str]:
    return [str(one) for check in CHECKS for one in check(session)]


def post(city: City, folder: Path, *rows: str, name: str) -> int:
    return city.post(write_csv(folder, *rows, name=name)).upload_id


def carry_over(database: Database, folder: Path) -> tuple[City, int]:
    """Post a file, and let the region come from before stock; return the city and the upload."""
    with database.transaction(REGION) as session:
        city = build_city(session)
        upload_id = post(city, folder, *FIRST, name="maret.csv")
    migrate_back(database)
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT to_regclass('stock_movement')")) is None
    upgrade_region(database, REGION)
    return city, upload_id


def test_sales_of_before_are_carried_over_as_one_movement_for_each_day(database: Database, tmp_path: Path):
    carry_over(database, tmp_path)
    with database.transaction(REGION) as session:
        assert read_moved(session) == MOVED
        # Nobody knows what stood on the shelves, so no stock is kept yet.
        assert session.scalar(text("SELECT count(*) FROM stock_level")) == 0
        assert find_stock_breaches(session) == []


def test_carrying_over_writes_what_posting_writes_today(database: Database, tmp_path: Path):
    every = "SELECT store_id, product_id, day, kind, quantity, partner_id, posting_no FROM stock_movement ORDER BY id"
    with database.transaction(REGION) as session:
        post(build_city(session), tmp_path, *FIRST, name="maret.csv")
        posted = session.execute(text(every)).all()
    migrate_back(database)
    upgrade_region(database, REGION)
    with database.transaction(REGION) as session:
        assert session.execute(text(every)).all() == posted


def test_files_go_on_being_posted_and_reversed_after_the_carry_over(database: Database, tmp_path: Path):
    city, upload_id = carry_over(database, tmp_path)
    with database.transaction(REGION) as session:
        city.session = session
        late = f"13/03/2026,T1,R8,{KERIPIK},Keripik,7,15000,105000"
        post(city, tmp_path, late, f"17/03/2026,T2,R9,{SAMBAL},Sambal,1,22500,22500", name="susulan.csv")
        assert find_stock_breaches(session) == []
    with database.transaction(REGION) as session:
        reverse_upload(session, by=city.finance, upload_id=upload_id, reason="salah unggah")
        # Each day of the old file is taken back by the posting that reverses it; what the later file told stays.
        sums: dict[tuple[str, str, date], Decimal] = {}
        for store, product, day, quantity in read_moved(session):
            sums[store, product, day] = sums.get((store, product, day), Decimal(0)) + quantity
        assert {key: quantity for key, quantity in sums.items() if quantity} == {
            ("T1", "PRD-1", date(2026, 3, 13)): Decimal(-7),
            ("T2", "PRD-2", date(2026, 3, 17)): Decimal(-1),
        }
        assert find_stock_breaches(session) == []
