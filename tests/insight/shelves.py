"""Shelves for tests: goods that come, and sales that are reported on some days and not on others."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from consign.insight.demand_days import DayState, PairDays, find_pair_days
from tests.builders import KERIPIK, SAMBAL, City, write_csv

MARCH = date(2026, 3, 2)
"""A Monday."""
TODAY = date(2026, 3, 16)
"""The Monday two weeks later."""
BARCODES = {"keripik": KERIPIK, "sambal": SAMBAL}
PRICES = {"keripik": 15_000, "sambal": 22_500}


def sell_days(
    city: City, folder: Path, sold: Mapping[date, int], *, goods: str = "keripik", store: str = "T1", name: str = "S"
) -> None:
    """Post one file: on each day so many of one product."""
    rows = [
        f"{day.day:02d}/{day.month:02d}/{day.year},{store},{name}{day:%m%d},{BARCODES[goods]},{goods},{number},"
        f"{PRICES[goods]},{number * PRICES[goods]}"
        for day, number in sold.items()
    ]
    # A day of which nobody can think that its month stands first, of goods that are looked at nowhere.
    rows.append(f"28/02/2026,{store},{name}Z,{SAMBAL},sambal,1,22500,22500")
    city.post(write_csv(folder, *rows, name=f"{name}-{goods}-{store}.csv"))


def days_of(city: City, *, product: int = 0, store: int = 0, first: date = MARCH, last: date) -> PairDays:
    pair = (city.stores[store].id, city.products[product].id)
    return next(find_pair_days(city.session, [pair], first=first, last=last))


def states_of(days: PairDays) -> str:
    """Return a sign for each day: a number sold, `0` none sold, `-` none there, `?` not known, `c` closed, `.` before."""
    signs = {
        DayState.NONE_SOLD: "0",
        DayState.OUT: "-",
        DayState.UNKNOWN: "?",
        DayState.CLOSED: "c",
        DayState.BEFORE: ".",
    }
    return "".join(signs.get(state, str(sold // 1000)) for _, state, sold, _ in days.list_days())
