"""Papers: how many numbers are checked in a second, and how long 100,000 products take to be judged again.

`python -m tests.bench.papers` prints both beside a baseline: a bare pattern over the same numbers, and a bare SELECT and
upsert of the same rows. The database is the embedded one.
"""

import argparse
import platform
import re
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from compliance.facts import Kind, Paper
from compliance.kinds import KINDS
from consign.catalogue.goods import find_goods
from consign.db import Database, insert_rows
from consign.documents.eligibility import recompute
from consign.identity.actions import add_user
from consign.identity.rules import Role
from consign.regions import add_region

REGION = "64.71"
ON = date(2026, 11, 22)
NUMBERS, PRODUCTS, PRODUCERS = 10_000, 100_000, 5_000
ROUNDS = 3
BAR_NUMBERS_SECONDS, BAR_ELIGIBILITY_SECONDS = 1, 60
BARE = re.compile(r"[A-Z0-9 ./-]+")
SHAPES = {
    Kind.NIB: "9120{n:09d}",
    Kind.PIRT: "P-IRT No. 2{g:02d}6471{n4:06d}-28",
    Kind.MD: "BPOM RI MD 2{n:014d}",
    Kind.NA: "NA18{n:09d}",
    Kind.TR: "POM TR 23{n7:07d}",
    Kind.PKD: "KEMENKES RI PKD {n:011d}",
    Kind.HALAL: "ID6411{n:013d}",
    Kind.NPWP: "1{n:015d}",
    Kind.NITKU: "1{n:015d}000001",
    Kind.NIK: "647101{d:02d}0590{n4:04d}",
    Kind.SLHS: "443/{n}/SLHS",
    Kind.PKP: "{n4:04d}/6471/2024",
    Kind.PSAT: "PSAT PDUK 6471-{n}",
    Kind.TRADEMARK: "IDM{n:09d}",
    Kind.BANK_ACCOUNT: "00{n:08d}",
}
"""A number of each kind, as people write it; kinds without one are left out."""


def make_numbers() -> list[tuple[Kind, str]]:
    """Return 10,000 numbers, all kinds mixed; every tenth is misspelt."""
    kinds = list(SHAPES)
    made = []
    for place in range(NUMBERS):
        kind = kinds[place % len(kinds)]
        facts = {"n": place + 1, "n4": place % 9_999 + 1, "n7": place + 1, "d": place % 28 + 1, "g": place % 15 + 1}
        written = SHAPES[kind].format(**facts)
        made.append((kind, written[:-1] + "O" if place % 10 == 0 else written))
    return made


def check_all(numbers: list[tuple[Kind, str]]) -> int:
    """Judge every number as of one day; return how many findings there are."""
    return sum(len(KINDS[kind].module.assess(Paper(kind, number=written), on=ON)) for kind, written in numbers)


def match_all(numbers: list[tuple[Kind, str]]) -> int:
    """Hold every number against one bare pattern; return how many fit."""
    return sum(BARE.fullmatch(written) is not None for _, written in numbers)


def median_seconds(run: Callable[[], object]) -> float:
    """Return how long *run* takes, the middle of several times."""
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        spent.append(time.perf_counter() - begun)
    return sorted(spent)[ROUNDS // 2]


def fill(session: Session, *, products: int) -> None:
    """Add producers with their products, five papers each, and a permit for every twentieth part of the products."""
    producers = max(1, products * PRODUCERS // PRODUCTS)
    facts = {"producers": producers, "products": products, "on": ON, "end": ON + timedelta(400)}
    session.execute(text(_PRODUCERS), facts)
    session.execute(text(_PRODUCTS), facts)
    session.execute(text(_PAPERS), facts)
    session.execute(text(_FOR_PRODUCTS), facts)
    session.flush()


_PRODUCERS = """
    INSERT INTO producer (code, name, nib, owner_name, confirmed_at)
    SELECT 'B' || n, 'Dapur ' || n, lpad(n::text, 13, '0'), 'Pemilik ' || n, now() FROM generate_series(1, :producers) AS n"""
_PRODUCTS = """
    INSERT INTO product (producer_id, code, name, net_content, net_unit, goods_class, food_group)
    SELECT 1 + n % :producers, 'B-' || n, 'Keripik ' || n, 100, 'g',
      (ARRAY['dry_food', 'dry_food', 'craft', 'cosmetic'])[1 + n % 4], CASE WHEN n % 4 < 2 THEN '15' END
    FROM generate_series(1, :products) AS n"""
_PAPERS = """
    INSERT INTO document (producer_id, kind, state, number, number_compact, valid_until, holder, verdict, submitted_by,
      submitted_at)
    SELECT producer.id, kind, 'approved', lpad(producer.id::text, 15, '1'), lpad(producer.id::text, 15, '1'),
      CASE WHEN kind = 'pirt' THEN CAST(:end AS date) + producer.id::int % 900 - 450 END, producer.name, 'valid',
      (SELECT min(id) FROM user_account), now()
    FROM producer, unnest(ARRAY['nib', 'nik', 'bank_account', 'pirt', 'halal']) AS kind"""
_FOR_PRODUCTS = """
    INSERT INTO document_product (document_id, product_id, producer_id)
    SELECT document.id, product.id, product.producer_id FROM document JOIN product USING (producer_id)
    WHERE document.kind IN ('pirt', 'halal')"""


def judge_all(session: Session) -> int:
    """Judge every product of the region; return how many."""
    return sum(recompute(session, goods=find_goods(session, producer_ids=None), on=ON).counts.values())


def write_bare(session: Session) -> None:
    """Read the same rows and write as many answers, without judging anything."""
    session.execute(
        text("SELECT * FROM document JOIN document_product AS held ON held.document_id = document.id")
    ).all()
    ids = session.scalars(text("SELECT id FROM product")).all()
    rows = [
        {"product_id": one, "standing": "eligible", "missing": [], "computed_on": ON, "computed_at": f"{ON}T00:00Z"}
        for one in ids
    ]
    insert_rows(
        session,
        "product_eligibility",
        rows,
        rest="ON CONFLICT (product_id) DO UPDATE SET standing = EXCLUDED.standing, computed_on = EXCLUDED.computed_on",
    )


def main() -> None:
    """Measure both, and say whether they keep within their bars."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--products", type=int, default=PRODUCTS)
    products = options.parse_args().products
    numbers = make_numbers()
    check_all(numbers[:100])  # tables are read once
    checked, matched = median_seconds(lambda: check_all(numbers)), median_seconds(lambda: match_all(numbers))
    print(
        f"{len(numbers):,} numbers checked: {checked:.3f} s (bar {BAR_NUMBERS_SECONDS} s); bare pattern {matched:.3f} s"
    )
    with tempfile.TemporaryDirectory(prefix="consign-bench-") as folder:
        database = Database.open(url=None, data_dir=Path(folder))
        try:
            measure_eligibility(database, products=products)
        finally:
            database.close()


def measure_eligibility(database: Database, *, products: int) -> None:
    """Fill a region, judge all of its products twice, and do the bare work on the same rows."""
    add_region(database, code=REGION, name="Bench")
    with database.transaction(REGION) as session:
        add_user(session, by=None, login="admin@dinas.example", name="Rahma", role=Role.ADMIN)
        fill(session, products=products)
    for what in ("first", "again"):
        with database.transaction(REGION) as session:
            begun = time.perf_counter()
            judged = judge_all(session)
            spent = time.perf_counter() - begun
        print(
            f"{judged:,} products judged, {what}: {spent:.1f} s (bar {BAR_ELIGIBILITY_SECONDS} s),"
            f" {1_000_000 * spent / judged:.0f} µs each, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
        )
    with database.transaction(REGION) as session:
        begun = time.perf_counter()
        write_bare(session)
        print(f"bare SELECT and upsert of the same rows: {time.perf_counter() - begun:.1f} s")
    print(f"Python {platform.python_version()}, {platform.machine()}, PostgreSQL embedded")


if __name__ == "__main__":
    main()
