"""The city register: how long 1,000 numbers take, one by one and by 50 clients at once.

`python -m tests.bench.numbers` issues them, each in a transaction of its own, to products whose papers were judged before,
and beside them does the bare work on the same tables in the same run: one UPDATE … RETURNING and one INSERT a number. It
ends with 1 where a number is missing or was given twice. The database is the embedded one.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from consign import clock
from consign.catalogue.checks import CHECKS
from consign.catalogue.goods import find_goods
from consign.catalogue.numbers import make_city_number
from consign.catalogue.queries import get_product
from consign.catalogue.register import issue_number, set_register_terms
from consign.db import Database
from consign.documents.eligibility import recompute
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.regions import add_region
from tests.bench.papers import fill

REGION, LOGIN = "64.71", "admin@dinas.example"
PREFIX, BARE_PREFIX = "20", "28"
ON = date(2026, 11, 22)
NUMBERS, CLIENTS = 1_000, 50
BAR_SECONDS = 3
Given = TypeVar("Given")
EVERY = 4
"""One product in four is judged eligible: the others lack papers that they need."""

_TAKE = text("UPDATE number_series SET next_serial = next_serial + 1 WHERE prefix = :prefix RETURNING next_serial - 1")
_GIVE = text("""
    INSERT INTO barcode (number, product_id, kind, prefix, serial, from_on, added_at)
    VALUES (:number, :product_id, 'city', :prefix, :serial, :on, :at)""")


def prepare(database: Database, *, numbers: int) -> tuple[Actor, list[str], list[int]]:
    """Fill a region and judge its products.

    Return who issues, the codes of products that may have a number, and the ids of others for the bare work.
    """
    add_region(database, code=REGION, name="Bench")
    with database.transaction(REGION) as session:
        add_user(session, by=None, login=LOGIN, name="Rahma", role=Role.ADMIN)
        by = get_actor(session, LOGIN)
        for prefix in (BARE_PREFIX, PREFIX):
            set_register_terms(session, by=by, prefix=prefix, before_papers=False, public_address="")
        fill(session, products=3 * EVERY * numbers)
    with database.transaction(REGION) as session:
        recompute(session, goods=find_goods(session, producer_ids=None), on=ON)
        session.execute(text("DELETE FROM eligibility_due"))
    with database.transaction(REGION) as session:
        query = text("""
            SELECT id, code, standing IN ('eligible', 'warned') AS fits FROM product
            JOIN product_eligibility ON product_id = product.id ORDER BY id""")
        rows = session.execute(query).all()
    with database.owner() as connection:
        connection.execute(text("ANALYZE"))
    codes = [row.code for row in rows if row.fits][: 2 * numbers]
    ids = [row.id for row in rows if not row.fits][: 2 * numbers]
    if len(codes) < 2 * numbers or len(ids) < 2 * numbers:
        raise SystemExit(f"Only {len(codes)} products may have a number, and {len(ids)} may not.")
    return by, codes, ids


def issue(database: Database, by: Actor, code: str) -> str:
    """Issue one number, as a person does."""
    with database.transaction(REGION) as session:
        return issue_number(session, by=by, product=get_product(session, code), on=ON)


def issue_bare(database: Database, product_id: int) -> str:
    """Do the same two writes without any question: no check, no trail."""
    with database.transaction(REGION) as session:
        serial = session.execute(_TAKE, {"prefix": BARE_PREFIX}).scalar_one()
        number = make_city_number(BARE_PREFIX, serial)
        facts = {"number": number, "product_id": product_id, "prefix": BARE_PREFIX, "serial": serial}
        session.execute(_GIVE, {**facts, "on": ON, "at": clock.now()})
        return number


def measure(act: Callable[[Given], str], given: Sequence[Given], *, clients: int) -> tuple[float, list[str]]:
    """Return how long *act* takes on all of *given*, by so many clients at once, and the numbers it gave."""
    with ThreadPoolExecutor(clients) as threads:
        begun = time.perf_counter()
        numbers = list((map if clients == 1 else threads.map)(act, given))
        return time.perf_counter() - begun, numbers


def main() -> int:
    """Measure, look for gaps and duplicates, and say whether it keeps within its bar."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--numbers", type=int, default=NUMBERS)
    numbers = options.parse_args().numbers
    with tempfile.TemporaryDirectory(prefix="consign-bench-") as folder:
        database = Database.open(url=None, data_dir=Path(folder))
        try:
            return measure_all(database, numbers=numbers)
        finally:
            database.close()


def measure_all(database: Database, *, numbers: int) -> int:
    """Measure one by one and at once, each beside the bare work; return how the program ends."""
    by, codes, ids = prepare(database, numbers=numbers)
    given: list[str] = []
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    for clients, some in ((1, slice(0, numbers)), (CLIENTS, slice(numbers, None))):
        bare, _ = measure(lambda one: issue_bare(database, one), ids[some], clients=clients)
        spent, found = measure(lambda one: issue(database, by, one), codes[some], clients=clients)
        given += found
        bar = f" (bar {BAR_SECONDS} s)" if clients == 1 else ""
        print(
            f"{numbers:,} numbers, {clients} at once: {spent:.2f} s{bar}, {1_000 * spent / numbers:.2f} ms each;"
            f" bare UPDATE and INSERT {bare:.2f} s"
        )
    right = sorted(given) == [make_city_number(PREFIX, serial) for serial in range(1, 2 * numbers + 1)]
    with database.transaction(REGION) as session:
        breaches = [breach for check in CHECKS for breach in check(session)]
    print(f"{len(given):,} given, {len(set(given)):,} different, without a gap: {right}; breaches: {len(breaches)}")
    print(f"Python {platform.python_version()}, {platform.machine()}, PostgreSQL embedded")
    return 0 if right and not breaches else 1


if __name__ == "__main__":
    sys.exit(main())
