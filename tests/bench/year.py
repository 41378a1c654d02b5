"""A year of a city, day by day, beside an independent recomputation of all that it comes to. See `tests.year`.

The bar: it posts and closes within twenty minutes on two cores, its checks apart, and nothing differs by a rupiah.
"""

import argparse
import os
import time

import pytest

from consign.db import Database, start_embedded
from consign.files import Files
from consign.regions import add_region
from tests.bench.generate import make_folder
from tests.year.acting import REGION, Acting
from tests.year.bars import measure_bars
from tests.year.people import BEGIN, make_city
from tests.year.report import measure_pages, write_parts
from tests.year.running import Year
from tests.year.setting_up import FOUNDED, Calendar


def main() -> int:
    """Live through a year and print what it took; return how many differences there were, 1 at most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--producers", type=int, default=300)
    parser.add_argument("--products", type=int, default=3, help="goods of each producer")
    parser.add_argument("--stores", type=int, default=10, help="stores of each of the six partners")
    parser.add_argument("--receipts", type=int, default=16, help="receipts of a store on a usual day")
    parser.add_argument("--seconds", type=int, default=10, help="how long each page is asked for under load")
    given = parser.parse_args()
    folder = make_folder()
    database = Database.open(url=start_embedded(folder), data_dir=folder)
    add_region(database, code=REGION, name="Kota Contoh")
    files = Files.open(url=None, folder=folder / "files")
    city = make_city(
        seed=given.seed, producers=given.producers, products=given.products, stores=given.stores, months=given.months,
        receipts=given.receipts,
    )  # fmt: skip
    calendar, began = Calendar(FOUNDED), time.perf_counter()
    with pytest.MonkeyPatch.context() as patch:
        calendar.rule(patch)
        acting = Acting(database, files, city, calendar)
        acting.set_up()
        calendar.day = BEGIN
        year = Year(city, acting, lambda words: print(words, flush=True))
        year.run()
        for words in write_parts(year):
            print(words, flush=True)
        print(f"load {os.getloadavg()}, all together {time.perf_counter() - began:.0f} s", flush=True)
        for words in measure_pages(year, database._engine):
            print(words, flush=True)
    for words in measure_bars(year, folder, seconds=given.seconds):
        print(words, flush=True)
    database.close()
    return int(bool(year.differences))


if __name__ == "__main__":
    raise SystemExit(main())
