"""How steadily producers supply the stores: what stood there, what was sold of what could have been, what was accepted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.identity.rules import Act, Actor, get_reach
from consign.insight.demand_days import LOOKED_BACK_DAYS, DayState
from consign.insight.forecast import MILLI
from consign.insight.outlook import Outlook, find_outlooks
from consign.insight.places import TooMany, find_places
from consign.models.insight import ProducerContinuity
from consign.models.partners import Producer
from consign.money import BP_WHOLE, divide_half_away
from consign.partners.queries import get_region_terms

WEIGHTS: Mapping[str, int] = {"in_stock": 50, "filled": 30, "accepted": 20}
"""What each share counts in the score, of a hundred. One that is not known is left out, and the others count for it."""
HIGH_RISK_PERCENT = 50
"""From this likelihood on it is told that a product runs out before the next delivery."""

_ACCEPTED = text("""
    SELECT note.producer_id, sum(line.quantity) AS sent, sum(line.quantity - COALESCE(refused.quantity, 0)) AS accepted
    FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id
    LEFT JOIN LATERAL (SELECT sum(quantity) AS quantity FROM stock_refusal AS refusal
      WHERE refusal.note_id = line.note_id AND refusal.line_no = line.line_no) AS refused ON true
    WHERE note.kind = 'delivery' AND note.state = 'confirmed' AND note.confirmed_on BETWEEN :first AND :last
      AND (CAST(:producer AS bigint) IS NULL OR note.producer_id = :producer)
      AND (CAST(:partner AS bigint) IS NULL OR note.partner_id = :partner)
      AND (CAST(:store AS bigint) IS NULL OR note.store_id = :store)
    GROUP BY note.producer_id""")


@dataclass(frozen=True)
class Continuity:
    """How steadily one producer supplied the stores that one may see. See `models.insight.ProducerContinuity`."""

    places: int
    at_risk: int
    in_stock_days: int
    out_days: int
    sold: Decimal
    missed: Decimal
    sent: Decimal
    accepted: Decimal

    def add(self, other: "Continuity") -> "Continuity":
        """Return what both come to, of the same producer in other stores."""
        return Continuity(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def shares(self) -> Mapping[str, int | None]:
        """Return by name how large a share was, in basis points; blank where nothing is known of it.

        `in_stock`: of the days the stores were open; `filled`: sold of what would have been, had there always been some;
        `accepted`: of what was delivered.
        """
        return {
            "in_stock": _divide(self.in_stock_days, self.in_stock_days + self.out_days),
            "filled": _divide(self.sold, self.sold + self.missed),
            "accepted": _divide(self.accepted, self.sent),
        }

    @property
    def score(self) -> int | None:
        """Return the score from 0 to 100: the mean of the shares that are known, each with its weight."""
        known = [(WEIGHTS[name], share) for name, share in self.shares.items() if share is not None]
        weight = sum(one for one, _ in known)
        total = sum(one * share for one, share in known)
        return divide_half_away(100 * total, weight * BP_WHOLE) if weight else None


@dataclass(frozen=True)
class ProducerSeen:
    """A producer with its continuity, and the day on which that was worked out."""

    id: int
    code: str
    name: str
    day: date
    continuity: Continuity


def _divide(part: Decimal | int, whole: Decimal | int) -> int | None:
    return divide_half_away(int(part * MILLI) * BP_WHOLE, int(whole * MILLI)) if whole else None


def sum_up(outlooks: Iterable[Outlook], *, sent: Decimal, accepted: Decimal) -> Continuity:
    """Return the continuity that the places of one producer come to."""
    places = at_risk = in_stock = out = sold = missed = 0
    for one in outlooks:
        if one.place.on_hand is None:
            continue
        places += 1
        at_risk += (one.risk_percent or 0) >= HIGH_RISK_PERCENT
        in_stock += one.in_stock_days
        out += one.out_days
        sold += sum(one.days.sold[one.days.closing.count(None) :])  # since stock is kept
        missed += _compute_missed(one)
    return Continuity(
        places, at_risk, in_stock, out, Decimal(sold) / MILLI, Decimal(missed) / MILLI, sent, accepted
    )  # fmt: skip


def _compute_missed(one: Outlook) -> int:
    """Return what is expected on the days on which none stood there, in thousandths."""
    if one.forecast is None or not one.out_days:
        return 0
    out = [day for day, state, _, _ in one.days.list_days() if state is DayState.OUT]
    return round(sum(one.forecast.expect(day, day) for day in out))


def find_continuity(session: Session, *, by: Actor, on: date) -> Sequence[ProducerSeen]:
    """Return the continuity of the producers that *by* may see, by name.

    It is worked out as of *on*; where that were too much for a page, what was worked out by itself last is returned, to
    whoever sees all stores.

    Raises:
        TooMany: there is too much, and *by* does not see all stores.

    """
    reach = get_reach(by, Act.READ_STOCK)
    try:
        places = find_places(session, by=by, on=on)
    except TooMany:
        if (reach.partner_id, reach.store_id, reach.producer_id) != (None, None, None):
            raise
        return _find_kept(session)
    pull_back_days = get_region_terms(session).pull_back_days
    by_producer: dict[int, list[Outlook]] = {}
    for outlook in find_outlooks(session, places, on=on, pull_back_days=pull_back_days):
        by_producer.setdefault(outlook.place.producer_id, []).append(outlook)
    accepted = find_accepted(
        session, on=on, producer_id=reach.producer_id, partner_id=reach.partner_id, store_id=reach.store_id
    )
    seen = [
        ProducerSeen(
            producer_id, own[0].place.producer_code, own[0].place.producer, on, _sum_own(own, accepted, producer_id)
        )
        for producer_id, own in by_producer.items()
    ]
    return sorted(seen, key=lambda one: (one.name, one.id))


def _sum_own(
    outlooks: Sequence[Outlook], accepted: Mapping[int, tuple[Decimal, Decimal]], producer_id: int
) -> Continuity:
    sent, taken = accepted.get(producer_id, (Decimal(0), Decimal(0)))
    return sum_up(outlooks, sent=sent, accepted=taken)


def find_accepted(
    session: Session,
    *,
    on: date,
    producer_id: int | None = None,
    partner_id: int | None = None,
    store_id: int | None = None,
) -> dict[int, tuple[Decimal, Decimal]]:
    """Return by producer how much stores confirmed of what was delivered before *on*: sent, and accepted of that."""
    facts = {
        "first": on - timedelta(LOOKED_BACK_DAYS),
        "last": on - timedelta(1),
        "producer": producer_id,
        "partner": partner_id,
        "store": store_id,
    }
    return {row.producer_id: (row.sent, row.accepted) for row in session.execute(_ACCEPTED, facts)}


def _find_kept(session: Session) -> Sequence[ProducerSeen]:
    kept = (
        select(ProducerContinuity, Producer.code, Producer.name)
        .join(Producer, Producer.id == ProducerContinuity.producer_id)
        .where(
            ProducerContinuity.day
            == select(ProducerContinuity.day).order_by(ProducerContinuity.day.desc()).limit(1).scalar_subquery()
        )
        .order_by(Producer.name, Producer.id)
    )
    return [
        ProducerSeen(
            row.producer_id,
            code,
            name,
            row.day,
            Continuity(**{one.name: getattr(row, one.name) for one in fields(Continuity)}),
        )
        for row, code, name in session.execute(kept)
    ]


def is_kept(session: Session, *, day: date) -> bool:
    """Say whether the continuity of a day was worked out by itself already."""
    return session.scalar(select(ProducerContinuity.day).where(ProducerContinuity.day == day).limit(1)) is not None


def keep_continuity(session: Session, found: Mapping[int, Continuity], *, day: date) -> None:
    """Keep what was worked out of producers on a day; what another kept of that day stands."""
    rows = [{"producer_id": producer_id, "day": day, **vars(one)} for producer_id, one in sorted(found.items())]
    insert_rows(session, "producer_continuity", rows, rest="ON CONFLICT DO NOTHING")
