"""Goods that are lost on one day and looked at on later ones. All of it is invented."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from consign.identity.rules import Actor
from consign.models.partners import Agreement
from consign.models.settlement import Statement, StatementLoss
from consign.models.stock import StockLoss, StockNote
from consign.settlement.actions import close_period
from consign.stock.confirming import reverse_note
from consign.stock.contesting import contest_loss, decide_loss
from consign.stock.rules import NewLine, Reason
from consign.stock.writing_off import write_off
from tests.builders import City
from tests.stock.goods import Market
from tests.stock.test_moving import deliver

LOST_ON = date(2026, 9, 10)
LAST_DAY = date(2026, 9, 17)
"""Seven days later: the last day for contesting what was recorded on the tenth."""
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)


@dataclass
class Calendar:
    """The day it is in the market: nine in the morning, by the clock of the region."""

    day: date

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 2, tzinfo=UTC)


@dataclass
class Losing:
    """A market in which 100 of each product stand in the first store, which bears 40 % of what is lost."""

    market: Market
    calendar: Calendar

    @property
    def city(self) -> City:
        return self.market.city

    def lose(
        self, quantity: int, reason: Reason = Reason.DAMAGED, *, product: int = 0, day: date | None = None
    ) -> StockNote:
        """Write goods off in the first store, of today where no day is given."""
        line = NewLine(self.city.products[product].id, Decimal(quantity), reason=reason)
        return write_off(
            self.city.session, by=self.city.finance, store_id=self.city.stores[0].id, day=day or self.calendar.day,
            lines=[line],
        )  # fmt: skip

    def loss_of(self, note: StockNote) -> int:
        """Return the id of the loss that a write-off of one line wrote."""
        query = select(StockLoss.id).where(StockLoss.note_id == note.id, StockLoss.quantity > 0)
        return self.city.session.scalars(query).one()

    def take_back(self, note: StockNote) -> None:
        reverse_note(self.city.session, by=self.city.finance, note_id=note.id, reason="salah hitung")

    def contest(self, loss_id: int, *, by: Actor | None = None, reason: str = "dus masih utuh") -> None:
        contest_loss(self.city.session, by=by or self.market.owners[0], loss_id=loss_id, reason=reason)

    def decide(self, loss_id: int, store_bp: int, *, reason: str = "berita acara dibaca") -> None:
        decide_loss(self.city.session, by=self.city.finance, loss_id=loss_id, store_bp=store_bp, reason=reason)

    def close(self, until: date, *, on: date | None = None) -> dict[int, Statement]:
        """Close a period on the day after it, or on another; return its statements by the place of the producer."""
        self.calendar.day = on or until + timedelta(1)
        statements = close_period(
            self.city.session, by=self.city.finance, partner_id=self.city.partner.id, until=until,
            incomplete_reason="uji coba",
        )  # fmt: skip
        by_producer = {one.producer_id: one for one in statements}
        return {place: by_producer[one.id] for place, one in enumerate(self.city.producers) if one.id in by_producer}

    def settled(self) -> list[tuple[str, int]]:
        """Return of each settled loss the number of its statement and what the store bears, in order."""
        query = (
            select(Statement.number, StatementLoss.store_rp)
            .join(Statement, Statement.id == StatementLoss.statement_id)
            .order_by(StatementLoss.loss_id)
        )
        return [(number, store_rp) for number, store_rp in self.city.session.execute(query)]

    def share(self, store_bp: int | None) -> None:
        """Let all agreements say from now on that the store bears so much."""
        for agreement in self.city.session.scalars(select(Agreement)):
            agreement.loss_store_bp = store_bp
        self.city.session.flush()


def build_losing(market: Market, calendar: Calendar) -> Losing:
    """Let goods stand in the first store, and let it bear 40 % of what is lost."""
    city, losing = market.city, Losing(market, calendar)
    losing.share(4_000)
    for place in range(2):
        deliver(city, date(2026, 9, 1), NewLine(city.products[place].id, Decimal(100)), producer=place)
    return losing


def freeze(monkeypatch: pytest.MonkeyPatch, day: date = LOST_ON) -> Calendar:
    """Let it be a day that moves on only when a test says so."""
    calendar = Calendar(day)
    monkeypatch.setattr("consign.clock.now", calendar.now)
    return calendar


def as_owner(city: City) -> None:
    city.session.execute(text("SELECT set_config('role', 'none', true)"))
