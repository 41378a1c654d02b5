"""Whether a forecasting library beats a simple mean: `python -m tests.bench.forecasting FOLDER`, a real shop's daily sales.

The folder holds one CSV a day (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, …). What was cancelled is
taken off on its own day, and no day goes below zero. A day that is not in the folder is not known: it is no zero, and no
method sees it. Six times the last known days are held back, and the first 14 of them foretold: product by product, for those
that were sold on at least 20 days before. The library is given the known days one after another as if none lay between.
"""

import argparse
import csv
import importlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from consign.insight.demand_days import LOOKED_BACK_DAYS
from consign.insight.forecast import LEAST_KNOWN_DAYS, MILLI, Forecast, estimate

HELD_BACK = (14, 28, 42, 56, 70, 84)
AHEAD = 14
SPANS = (7, 14)
LEAST_SOLD_DAYS = 20
SEASON = 6
"""The shop is closed on Saturdays, and of the days in the folder six come round in order, too: every second one is there."""
SMOOTHING = 0.1


@dataclass(frozen=True)
class Case:
    """One product before one day: what is known, and what then came."""

    before: Sequence[tuple[date, int]]
    """The known days from its first sale on, each with what was sold."""
    after: Sequence[tuple[date, int]]
    open_weekdays: frozenset[int]

    @property
    def seen(self) -> Sequence[tuple[date, int]]:
        """What the product looks at: so many days back, and no more."""
        first = self.after[0][0] - timedelta(LOOKED_BACK_DAYS)
        return [(day, sold) for day, sold in self.before if day >= first]


Method = Callable[[Case], Sequence[float]]


def read_folder(folder: Path) -> Mapping[date, Mapping[str, int]]:
    """Return by day what was sold of each code, in whole pieces and at least zero."""
    days: dict[date, dict[str, int]] = {}
    for path in sorted(folder.glob("*.csv")):
        sold: Counter[str] = Counter()
        with path.open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source):
                sold[row["StockCode"].strip()] += int(Decimal(row["Quantity"]))
        days[date.fromisoformat(path.stem)] = {code: max(0, quantity) for code, quantity in sold.items()}
    return days


def build_cases(days: Mapping[date, Mapping[str, int]]) -> list[Case]:
    """Return a case for each product and each time something is held back, where it was sold often enough before."""
    order, cases = sorted(days), []
    weekdays = frozenset(day.weekday() for day in order)
    for held in HELD_BACK:
        before, after = order[:-held], order[len(order) - held :][:AHEAD]
        sold_days = Counter(code for day in before for code, sold in days[day].items() if sold)
        for code in sorted(code for code, count in sold_days.items() if count >= LEAST_SOLD_DAYS):
            known = [(day, days[day].get(code, 0)) for day in before]
            first = next(place for place, (_, sold) in enumerate(known) if sold)
            coming = [(day, days[day].get(code, 0)) for day in after]
            cases.append(Case(known[first:], coming, weekdays))
    return cases


def find_mean(known: Sequence[tuple[date, int]]) -> float:
    return sum(sold for _, sold in known) / max(1, len(known))


def foresee_mean(case: Case) -> Sequence[float]:
    return [find_mean(case.seen)] * AHEAD


def foresee_mean_of_all(case: Case) -> Sequence[float]:
    return [find_mean(case.before)] * AHEAD


def foresee_mean_of_12(case: Case) -> Sequence[float]:
    return [find_mean(case.before[-2 * SEASON :])] * AHEAD


def foresee_weekday_mean(case: Case) -> Sequence[float]:
    """Return the mean of the day's own weekday, or of all days where that was never seen."""
    means = {}
    for weekday in case.open_weekdays:
        own = [(day, sold) for day, sold in case.seen if day.weekday() == weekday]
        means[weekday] = find_mean(own or case.seen)
    return [means[day.weekday()] for day, _ in case.after]


def foresee_smoothed(case: Case) -> Sequence[float]:
    """Smooth simply, with a tenth for the newest day, from the mean of the first days on."""
    level = find_mean(case.before[: 2 * SEASON])
    for _, sold in case.before[2 * SEASON :]:
        level += SMOOTHING * (sold - level)
    return [level] * AHEAD


def estimate_case(case: Case) -> Forecast:
    """Return what the product expects of a case with enough known days."""
    forecast = estimate([(day.weekday(), sold * MILLI) for day, sold in case.seen], open_weekdays=case.open_weekdays)
    if forecast is None:
        raise ValueError(case)
    return forecast


def foresee_as_the_product(case: Case) -> Sequence[float]:
    forecast = estimate_case(case)
    return [forecast.expect(day, day) / MILLI for day, _ in case.after]


OWN: Mapping[str, Method] = {
    "nothing at all": lambda _: [0] * AHEAD,
    "mean of all known days": foresee_mean_of_all,
    "mean of 90 days": foresee_mean,
    "mean of the last 12 known days": foresee_mean_of_12,
    "simple smoothing, 0.1": foresee_smoothed,
    "mean by weekday, 90 days": foresee_weekday_mean,
    "consign's estimate, 90 days": foresee_as_the_product,
}


def find_library() -> Mapping[str, Method]:
    """Return the library's methods, each given all known days; none where it is not installed."""
    try:
        models: Any = importlib.import_module("statsforecast.models")
        numpy: Any = importlib.import_module("numpy")
    except ImportError:
        return {}
    chosen = {
        "SeasonalNaive": models.SeasonalNaive(SEASON),
        "SeasonalExponentialSmoothing, 0.1": models.SeasonalExponentialSmoothing(SEASON, SMOOTHING),
        "SimpleExponentialSmoothingOptimized": models.SimpleExponentialSmoothingOptimized(),
        "CrostonSBA": models.CrostonSBA(),
        "TSB, 0.1 and 0.1": models.TSB(SMOOTHING, SMOOTHING),
        "ADIDA": models.ADIDA(),
        "DynamicOptimizedTheta": models.DynamicOptimizedTheta(season_length=SEASON),
        "AutoETS": models.AutoETS(season_length=SEASON),
    }

    def wrap(model: Any) -> Method:
        def foresee(case: Case) -> Sequence[float]:
            known = numpy.array([sold for _, sold in case.before], dtype=numpy.float64)
            return [max(0.0, one) for one in model.forecast(y=known, h=AHEAD)["mean"].tolist()]

        return foresee

    return {f"statsforecast {name}": wrap(model) for name, model in chosen.items()}


def measure(cases: Sequence[Case], method: Method) -> str:
    """Return one line of errors: of days and of totals, in percent of what was sold."""
    begun = time.perf_counter()
    told = [method(case) for case in cases]
    took = time.perf_counter() - begun
    sold = [[one for _, one in case.after] for case in cases]
    daily = divide(
        (
            abs(one - other)
            for mine, real in zip(told, sold, strict=True)
            for one, other in zip(mine, real, strict=True)
        ),
        (one for real in sold for one in real),
    )
    scaled = [
        sum(abs(one - other) for one, other in zip(mine, real, strict=True)) / AHEAD / find_scale(case)
        for case, mine, real in zip(cases, told, sold, strict=True)
    ]
    spans = [
        divide(
            (abs(sum(mine[:span]) - sum(real[:span])) for mine, real in zip(told, sold, strict=True)),
            (sum(real[:span]) for real in sold),
        )
        for span in SPANS
    ]
    bias = divide((sum(mine) - sum(real) for mine, real in zip(told, sold, strict=True)), map(sum, sold))
    cells = [f"{one:.1%}" for one in (daily, *spans)]
    cells += [f"{bias:+.1%}", f"{sum(scaled) / len(scaled):.3f}", f"{took:.1f} s"]
    return " | ".join(cells)


def find_scale(case: Case) -> float:
    """Return how far a known day lay from the one a season before, on average."""
    sold = [one for _, one in case.before]
    steps = [abs(one - other) for one, other in zip(sold, sold[SEASON:], strict=False)]
    steps = steps or [abs(one - other) for one, other in pairwise(sold)]
    return sum(steps) / len(steps) or 1


def divide(parts: Iterable[float], wholes: Iterable[float]) -> float:
    return sum(parts) / sum(wholes)


def cover(forecast: Forecast, days: Sequence[date]) -> int:
    """Return what is to be there to last these days, some of a longer span, as surely as it is to."""
    return forecast.cover(sum(forecast.expect(day, day) for day in days), open_days=len(days))


def calibrate(cases: Sequence[Case], span: int) -> str:
    """Return how often more was sold on the next *span* known days than was to be there for them, as the product says."""
    needs = [cover(estimate_case(case), [day for day, _ in case.after[:span]]) / MILLI for case in cases]
    sold = [sum(one for _, one in case.after[:span]) for case in cases]
    exceeded = sum(real > need for real, need in zip(sold, needs, strict=True)) / len(cases)
    return f"{exceeded:.1%} sold more; to be there in all {divide(needs, sold):.2f} times what was sold"


def calibrate_shuffled(cases: Sequence[Case], span: int) -> str:
    """Return the same where the days that come are drawn from those known: what is left is the spread alone, not change."""
    chance = random.Random(1)  # noqa: S311  # no secret
    exceeded = 0
    for case in cases:
        coming = chance.choices(case.seen, k=span)
        exceeded += sum(sold for _, sold in coming) * MILLI > cover(estimate_case(case), [day for day, _ in coming])
    return f"{exceeded / len(cases):.1%} sold more"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    days = read_folder(given.folder)
    cases = [case for case in build_cases(days) if len(case.seen) >= LEAST_KNOWN_DAYS]
    idle = sum(not sold for case in cases for _, sold in case.after) / (AHEAD * len(cases))
    print(f"{len(days)} known days; {len(cases)} forecasts; nothing sold on {idle:.0%} of the days foretold")
    print("method | days | 7 days | 14 days | bias | MASE | took")
    library = find_library()
    for name, method in {**OWN, **library}.items():
        print(name, "|", measure(cases, method), flush=True)
    if not library:
        print("library not installed: statsforecast")
    for span in SPANS:
        print(f"95 % of {span} days, drawn from the known ones:", calibrate_shuffled(cases, span))
        for first in sorted({case.after[0][0] for case in cases}):
            print(
                f"95 % of {span} days from {first}:",
                calibrate([one for one in cases if one.after[0][0] == first], span),
            )
        print(f"95 % of {span} days:", calibrate(cases, span))


if __name__ == "__main__":
    main()
