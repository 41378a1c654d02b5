"""A real shop's lines through the whole path: `python -m tests.bench.uci_trial FOLDER [--days N]`.

The folder holds one CSV a day (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, …). Products are made
from the files, every 50th code left unknown; everything is posted by the command line; what is posted, known, ignored and
parked must come to what the files hold. Then the missing products are made, and everything is posted again.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import text

from consign.catalogue.actions import add_product, add_product_alias
from consign.db import Database, start_embedded
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.actions import add_partner, add_producer, add_store
from consign.partners.agreeing import add_agreement
from consign.partners.queries import get_partner, get_producer
from consign.period import Cycle
from consign.regions import add_region
from consign.sales.placing import place_parked
from tests.bench.generate import make_folder
from tests.builders import terms

REGION = "64.71"
ADMIN, FINANCE = "admin@trial.example", "keuangan@trial.example"
PRODUCERS = 40
SCALE = 1000
PROFILE = {
    "columns": {
        "date": "InvoiceDate",
        "code": "StockCode",
        "name": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "receipt": "InvoiceNo",
    },
    "number_style": "en",
    "scale": SCALE,
}


@dataclass(frozen=True)
class Totals:
    """Rows, quantity and value in rupiah."""

    rows: int
    quantity: Decimal
    value_rp: int


def read_files(paths: Iterable[Path]) -> tuple[Totals, dict[str, str]]:
    """Add the files up, independently of the code that is tried; return the sums, and the codes with a name."""
    rows, quantity, value, codes = 0, Decimal(0), Decimal(0), {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source):
                rows += 1
                quantity += Decimal(row["Quantity"])
                value += Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) * SCALE
                codes.setdefault(row["StockCode"].strip(), row["Description"].strip())
    return Totals(rows, quantity, int(value)), codes


def set_up(database: Database, codes: dict[str, str]) -> list[str]:
    """Add a partner with one store, producers and a product for each code; return every 50th code, which is left out."""
    unknown = sorted(codes)[::50]
    with database.transaction(REGION) as session:
        add_user(session, by=None, login=ADMIN, name="Admin", role=Role.ADMIN)
        admin = get_actor(session, ADMIN)
        add_user(session, by=admin, login=FINANCE, name="Keuangan", role=Role.DINAS_FINANCE)
        partner = add_partner(
            session, by=admin, code="UCI", name="Toko Percobaan", kind="supermarket", cycle=Cycle.MONTH
        )
        add_store(
            session,
            by=admin,
            partner_id=partner.id,
            code="U1",
            name="Gerai U1",
            zone="Asia/Jakarta",
            opened_on=date(2010, 12, 1),
        )
        for place in range(PRODUCERS):
            producer = add_producer(session, by=admin, code=f"U{place}", name=f"Dapur {place}", nib=None)
            add_agreement(
                session, by=admin, partner_id=partner.id, producer_id=producer.id, first=date(2010, 1, 1), last=None,
                terms=terms(200 + place * 7),
            )  # fmt: skip
    add_products(database, {code: codes[code] for code in sorted(codes) if code not in set(unknown)})
    return unknown


def add_products(database: Database, codes: dict[str, str]) -> int:
    """Add a product for each code; return how many parked lines are placed by it."""
    with database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        partner = get_partner(session, "UCI")
        producers = [get_producer(session, f"U{place}").id for place in range(PRODUCERS)]
        for place, (code, name) in enumerate(codes.items()):
            product = add_product(
                session, by=admin, producer_id=producers[place % PRODUCERS], code=f"UCI-{code}", name=name or code,
                net_content=1, net_unit="pcs", goods_class=None, food_group=None,
            )  # fmt: skip
            add_product_alias(session, by=admin, partner_id=partner.id, product=product, alias=code)
        return place_parked(session, by=admin, partner_id=partner.id)


def find_totals(database: Database) -> dict[str, Totals]:
    """Return what is posted and what is parked, from the tables."""
    with database.transaction(REGION) as session:
        posted = session.execute(
            text("SELECT count(*), COALESCE(sum(quantity), 0), COALESCE(sum(gross_rp), 0) FROM sale")
        ).one()
        parked = session.execute(
            text("""SELECT count(*), COALESCE(sum(quantity), 0), COALESCE(sum(gross_rp), 0)
                    FROM sales_parked WHERE state = 'open'""")
        ).one()
    return {
        "posted": Totals(posted[0], posted[1], int(posted[2])),
        "parked": Totals(parked[0], parked[1], int(parked[2])),
    }


def add_totals(totals: Iterable[Totals]) -> Totals:
    several = list(totals)
    return Totals(
        sum(t.rows for t in several), sum((t.quantity for t in several), Decimal(0)), sum(t.value_rp for t in several)
    )


def post_by_command(url: str, folder: Path, paths: list[Path]) -> list[dict[str, object]]:
    """Post the files by `consign sales post` in a process of its own."""
    profile = folder / "profile.json"
    profile.write_text(json.dumps(PROFILE), encoding="utf-8")
    command = [
        sys.executable, "-m", "consign", "--region", REGION, "sales", "post", *map(str, paths), "--partner", "UCI",
        "--store", "U1", "--profile", str(profile), "--as", FINANCE, "--json",
    ]  # fmt: skip
    environment = {**os.environ, "CONSIGN_DATABASE_URL": url, "CONSIGN_DATA_DIR": str(folder)}
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=environment, timeout=1800)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:] + done.stdout[-2000:])
    results = json.loads(done.stdout)
    return results if isinstance(results, list) else [results]


def check_by_command(url: str, folder: Path) -> dict[str, object]:
    environment = {**os.environ, "CONSIGN_DATABASE_URL": url, "CONSIGN_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "consign", "--region", REGION, "check", "--json"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=environment, timeout=1800)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=0, help="only so many files")
    given = parser.parse_args()
    paths = sorted(given.folder.glob("*.csv"))[: given.days or None]
    held, codes = read_files(paths)
    print(f"{len(paths)} files hold {held}, {len(codes)} codes")
    folder = make_folder()
    url = start_embedded(folder)
    database = Database.open(url=url, data_dir=folder)
    add_region(database, code=REGION, name="Kota Percobaan")
    unknown = set_up(database, codes)
    began = time.perf_counter()
    results = post_by_command(url, folder, paths)
    print(f"posted in {time.perf_counter() - began:.1f} s: {count(results)}")
    print(
        f"tables: {find_totals(database)}, together as the files: {add_totals(find_totals(database).values()) == held}"
    )
    began = time.perf_counter()
    placed = add_products(database, {code: codes[code] for code in unknown})
    print(f"{placed} parked lines placed in {time.perf_counter() - began:.1f} s")
    print(
        f"tables: {find_totals(database)}, together as the files: {add_totals(find_totals(database).values()) == held}"
    )
    before = find_totals(database)
    print(f"again: {count(post_by_command(url, folder, paths))}, changed nothing: {find_totals(database) == before}")
    print(f"check: {check_by_command(url, folder)}")
    database.close()


def count(results: list[dict[str, object]]) -> dict[str, int]:
    return {
        name: sum(int(str(one[name])) for one in results)
        for name in ("rows_read", "posted", "known", "ignored", "parked")
    }


if __name__ == "__main__":
    main()
