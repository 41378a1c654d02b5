"""What is to come of a product in a store: how long it lasts, whether it runs out before the next delivery, what to bring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from sqlalchemy.orm import Session

from consign.insight.demand_days import LOOKED_BACK_DAYS, DayState, PairDays, find_pair_days
from consign.insight.forecast import MILLI, Forecast, estimate
from consign.insight.places import Place

TENTH = Decimal("0.1")
COVER_DAYS = 14
"""For how many days a delivery is to last, counted from when it can be there: the region's for everybody."""
KNOWN = frozenset({DayState.SOLD, DayState.NONE_SOLD})


def forecast_place(days: PairDays) -> Forecast | None:
    """Return what is expected of the days of a place. Only days of which the sales are known count, and it could be bought."""
    known, weekdays = [], set()
    monday = days.first.weekday()
    for place, state in enumerate(days.states):
        weekday = (monday + place) % 7
        if state in KNOWN:
            known.append((weekday, days.sold[place]))
        if state is not DayState.CLOSED:
            weekdays.add(weekday)
    return estimate(known, open_weekdays=weekdays)


def round_quantity(milli: int) -> Decimal:
    """Return thousandths as a quantity, to the tenth: what is expected is no finer."""
    return (Decimal(milli) / MILLI).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Suggestion:
    """What to bring next. *latest_on* is the last day on which it comes in time; *until_on* the last day it is to last."""

    quantity: Decimal
    latest_on: date
    until_on: date


@dataclass(frozen=True)
class Outlook:
    """What is to come of a product in a store, and the facts it comes from."""

    place: Place
    days: PairDays
    forecast: Forecast | None
    """Blank where too few days are known."""
    cover_days: int | None
    """For how many whole days what stands there is expected to last; blank where nothing is expected or stands."""
    risk_percent: int | None
    """How likely it runs out before the next delivery can be there, in percent, with what is on its way."""
    suggestion: Suggestion | None

    @property
    def expected_a_week(self) -> Decimal | None:
        """Return what is expected to be sold in a week, to the tenth; blank where nobody knows."""
        return None if self.forecast is None else round_quantity(round(sum(self.forecast.weekdays)))

    @property
    def in_stock_days(self) -> int:
        """Return on how many days some stood there by the books, whether or not the store reported them."""
        begun = len(self.days.closing) - self.days.closing.count(None)
        kept = self.days.states[len(self.days.states) - begun :]
        return sum(kept.count(state) for state in (DayState.SOLD, DayState.NONE_SOLD, DayState.UNKNOWN))

    @property
    def out_days(self) -> int:
        """Return on how many days none stood there, and the store was open."""
        return self.days.count(DayState.OUT)


def find_outlooks(session: Session, places: Sequence[Place], *, on: date, pull_back_days: int) -> Iterator[Outlook]:
    """Yield what is to come of each of *places*, in their order, from what is known until the day before *on*."""
    first, last = on - timedelta(LOOKED_BACK_DAYS), on - timedelta(1)
    pairs = [(one.store_id, one.product_id) for one in places]
    days = {(one.store_id, one.product_id): one for one in find_pair_days(session, pairs, first=first, last=last)}
    for place, pair in zip(places, pairs, strict=True):
        yield look_ahead(place, days[pair], on=on, pull_back_days=pull_back_days)


def look_ahead(place: Place, days: PairDays, *, on: date, pull_back_days: int) -> Outlook:
    """Return what is to come of a place, from the day *on*, which is not over."""
    offered_only = place.on_hand is None and not days.count(DayState.SOLD)
    forecast = None if offered_only else forecast_place(days)  # whether it ever was there nobody knows
    if forecast is None or place.on_hand is None:
        return Outlook(place, days, forecast, None, None, None)
    stands = max(0, int(place.on_hand * MILLI))
    coming = stands + int(place.in_transit * MILLI)
    ready_on = on + timedelta(place.lead_days)
    risk = forecast.assess_shortage(coming, first=on, last=ready_on - timedelta(1))
    suggestion = _suggest(place, forecast, coming, on=on, pull_back_days=pull_back_days)
    return Outlook(place, days, forecast, forecast.count_days(stands, first=on), risk, suggestion)


def _suggest(place: Place, forecast: Forecast, coming: int, *, on: date, pull_back_days: int) -> Suggestion | None:
    """Return what to bring so that it lasts from the day it can be there; no more than can be sold before its end."""
    cover = COVER_DAYS
    if place.shelf_life_days is not None:
        cover = max(1, min(cover, place.shelf_life_days - pull_back_days))
    until = on + timedelta(place.lead_days + cover - 1)
    missing = forecast.need(first=on, last=until) - coming
    if missing <= 0:
        return None
    latest = forecast.find_shortage(coming, first=on)
    return Suggestion(Decimal(ceil(missing / MILLI)), latest or until, until)
