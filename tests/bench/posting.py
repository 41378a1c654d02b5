"""`make bench`: posting against a bare COPY and closing against a bare GROUP BY, side by side, same rows, same run.

Each round posts one month into `sale` and copies the very same rows, in the same order, into a twin table with the same
columns, constraints and indexes (and into a lean one with only primary and line key), each holding the same rows before.
"""

import argparse
import gc
import json
import platform
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import make_url

from consign.db import Database, region_name, start_embedded
from consign.identity.queries import get_actor
from consign.partners.queries import get_partner
from consign.period import Cycle, period_of
from consign.regions import add_region
from consign.settlement.actions import close_period
from tests.bench.generate import LOGIN, PRODUCTS, fill_city, make_folder, write_sales_file

REGION = "64.71"
TWINS = ("sale_twin", "sale_lean")
LEAN_INDEXES = (
    "CREATE UNIQUE INDEX ON sale_lean (store_id, receipt, till, sold_on, product_id, unit_price_rp, nth, version)"
)


class Bench:
    """One embedded server with a filled city."""

    def __init__(self, folder: Path, *, lines: int, each: int) -> None:
        self.folder = folder
        self.lines = lines
        self.each = each
        self.url = start_embedded(folder)
        self.database = Database.open(url=self.url, data_dir=folder)
        add_region(self.database, code=REGION, name="Kota Balikpapan")
        with self.database.transaction(REGION) as session:
            fill_city(session)
            self.partner_id = get_partner(session, "B").id
        self.owner = psycopg.connect(make_url(self.url).render_as_string(hide_password=False), autocommit=True)
        self.owner.execute(f"SET search_path = {region_name(REGION)}, public")
        self.owner.execute("ANALYZE")  # as autovacuum would have done long before
        self.owner.execute("CREATE TABLE sale_twin (LIKE sale INCLUDING ALL)")
        self.owner.execute("CREATE TABLE sale_lean (LIKE sale)")
        self.owner.execute("ALTER TABLE sale_lean ADD PRIMARY KEY (partner_id, posting_no, row_no)")
        self.owner.execute(LEAN_INDEXES)

    def round(self, month: date) -> dict[str, Any]:
        """Post and close one month, and do the bare work on the same rows."""
        path = self.folder / f"{month}.csv"
        write_sales_file(path, month=month, lines=self.lines, each=self.each)
        self.owner.execute("CHECKPOINT")
        posted = self.post(path)
        number = self.owner.execute("SELECT max(number) FROM sales_posting").fetchone()[0]
        rows = self.folder / "rows"
        order = "store_id, receipt, till, sold_on, product_id, unit_price_rp, nth"
        with (
            rows.open("wb") as target,
            self.owner.cursor().copy(
                f"COPY (SELECT * FROM sale WHERE posting_no = {number} ORDER BY {order}) TO STDOUT"
            ) as copy,
        ):
            target.writelines(bytes(piece) for piece in copy)
        bare = {table: self.copy(rows, table) for table in TWINS}
        path.unlink()
        rows.unlink()
        self.owner.execute("VACUUM ANALYZE sale")
        closing, grouping = self.close(month, number)
        return {
            **posted,
            **{f"{table}_s": seconds for table, seconds in bare.items()},
            "closing_s": closing,
            "group_by_s": grouping,
        }

    def post(self, path: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.bench.post_once", self.url, str(self.folder), str(path)]
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=1800)
        return json.loads(done.stdout)

    def copy(self, rows: Path, table: str) -> float:
        self.owner.execute("CHECKPOINT")
        began = time.perf_counter()
        with rows.open("rb") as source, self.owner.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            while piece := source.read(1 << 20):
                copy.write(piece)
        return time.perf_counter() - began

    def close(self, month: date, number: int) -> tuple[float, float]:
        """Return the seconds of the closing and of the bare GROUP BY, both on a warm cache."""
        bare = (
            "SELECT producer_id, count(*), sum(sales_rp), sum(fee_rp) FROM sale"
            f" WHERE partner_id = {self.partner_id} AND posting_no = {number} GROUP BY producer_id"
        )
        self.owner.execute(bare)
        took = []
        for _ in range(3):
            began = time.perf_counter()
            self.owner.execute(bare).fetchall()
            took.append(time.perf_counter() - began)
        until = period_of(month, Cycle.MONTH).last
        began = time.perf_counter()
        with self.database.transaction(REGION) as session:
            close_period(
                session,
                by=get_actor(session, LOGIN),
                partner_id=self.partner_id,
                until=until,
                incomplete_reason="bench",
            )
        return time.perf_counter() - began, median(took)

    def stand(self, months: list[date]) -> None:
        """Put a closed month of sales into the table for each of *months*, copied from the newest posting."""
        for month in months:
            for table in ("sale", *TWINS):
                self.owner.execute(f"""
                    INSERT INTO {table} SELECT partner_id, posting_no - 1000 - {month.year * 12 + month.month}, row_no, store_id,
                      producer_id, product_id, agreement_id, sold_on - (date '2025-06-01' - date '{month}'), till,
                      to_char(date '{month}', 'YYMM') || receipt, nth, version, quantity, unit_price_rp, gross_rp, discount_rp,
                      agreed_price_rp, sales_rp, fee_base_rp, fee_rate_bp, fee_rp, fee_rate_from
                    FROM sale WHERE posting_no = 1""")
        self.owner.execute("VACUUM ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--standing", type=int, default=10, help="months of sales that stand before the last rounds")
    parser.add_argument("--each", type=int, default=PRODUCTS, help="of how many products each store sells")
    given = parser.parse_args()
    bench = Bench(make_folder(), lines=given.lines, each=given.each)
    gc.collect()
    gc.freeze()  # as `consign serve` does
    rounds = [bench.round(date(2025, 6 + place, 1)) for place in range(given.rounds)]
    print(report("fresh table", rounds, given.lines), flush=True)
    if given.standing:
        bench.stand([date(2020 + place // 12, 1 + place % 12, 1) for place in range(given.standing)])
        large = [bench.round(date(2025, 6 + given.rounds + place, 1)) for place in range(given.rounds)]
        print(report(f"{given.standing * given.lines:,} rows more in the table", large, given.lines), flush=True)
        for name in ("first_s", "closing_s"):
            ratio = median(one[name] for one in large) / median(one[name] for one in rounds)
            print(f"{name} beside the fresh table: {ratio:.2f}")
    bench.owner.close()
    bench.database.close()
    print(f"Python {platform.python_version()}, {platform.machine()}, PostgreSQL embedded")


def report(title: str, rounds: list[dict[str, Any]], lines: int) -> str:
    """Return the medians of *rounds* and their ratios."""
    middle = {name: median(one[name] for one in rounds) for name in rounds[0]}

    def ratio(one: str, other: str) -> float:
        return median(each[one] / each[other] for each in rounds)

    return "\n".join(
        (
            f"{title}, {lines:,} lines, median of {len(rounds)}",
            f"  posting            {middle['first_s']:6.2f} s   {lines / middle['first_s']:,.0f} rows/s",
            f"  bare COPY          {middle['sale_twin_s']:6.2f} s   posting / bare {ratio('first_s', 'sale_twin_s'):.2f}",
            f"  lean COPY          {middle['sale_lean_s']:6.2f} s   posting / lean {ratio('first_s', 'sale_lean_s'):.2f}",
            f"  same file again    {(middle['again_s'] - middle['hashing_s']) * 1000:6.1f} ms beyond hashing",
            f"  peak memory        {max(one['memory_mb'] for one in rounds):6.0f} MB",
            f"  closing            {middle['closing_s']:6.2f} s",
            f"  bare GROUP BY      {middle['group_by_s']:6.2f} s   closing / bare {ratio('closing_s', 'group_by_s'):.2f}",
        )
    )


if __name__ == "__main__":
    main()
