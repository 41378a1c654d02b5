"""A city with closed statements to pay, people of both sides, and a way to move the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.payments import PaymentNotice
from consign.models.settlement import Statement
from consign.partners.rules import Route
from consign.payments.notices import note_payment
from consign.payments.proof_files import ProofFile
from consign.settlement.actions import close_period
from consign.settlement.allocating import find_open
from consign.settlement.shares import Share
from tests.builders import KERIPIK, SAMBAL, City, write_csv

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
START = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Noon of Friday, 20 November 2026 in Makassar."""
SLIP = ProofFile("c" * 64, "bukti.pdf")
PAYER, FIRST, SECOND = "keuangan@beruang.example", "dapur1@umkm.example", "dapur2@umkm.example"


@dataclass
class Noting:
    """The city after two closed months: of P1 statements of 43.875 and 14.625, of P2 one of 21.937.

    September: Keripik 3 * 15.000 = 45.000, less 2,5 % = 1.125; Sambal 22.500, less 562,5, rounded up to 563. October:
    Keripik 15.000, less 375.
    """

    city: City
    payer: Actor
    owners: Sequence[Actor]
    clock: list[datetime]

    @property
    def session(self) -> Session:
        return self.city.session

    def statements(self, place: int) -> list[Statement]:
        """Return the statements of a producer, the oldest first; those of nothing are left out."""
        producer_id = self.city.producers[place].id
        query = select(Statement).where(Statement.producer_id == producer_id, Statement.due_rp > 0)
        return list(self.session.scalars(query.order_by(Statement.id)))

    def note(
        self, *lines: tuple[Statement, int], by: Actor | None = None, route: Route = Route.DIRECT,
        proof: ProofFile | None = None, paid_on: date | None = None, bank_account_id: int | None = None,
    ) -> PaymentNotice:  # fmt: skip
        return note_payment(
            self.session, by=by or self.payer, partner_id=self.city.partner.id, route=route,
            paid_on=paid_on or self.clock[0].date(), reference="TRF 77", proof=proof, bank_account_id=bank_account_id,
            lines=[Share(one.id, amount) for one, amount in lines],
        )  # fmt: skip

    def open_rp(self, statement: Statement) -> int:
        return find_open(self.session, [statement.id])[statement.id].open_rp

    def move_day(self, days: int) -> None:
        self.clock[0] += timedelta(days)

    def route_all(self, route: Route) -> None:
        """Let all statements go by another route, whatever was agreed."""
        self.session.execute(text("RESET ROLE"))
        self.session.execute(text("UPDATE statement SET route = :route"), {"route": route.value})
        self.session.execute(text("SET LOCAL ROLE region_6471"))
        self.session.expire_all()


def row(day: str, *, code: str = KERIPIK, quantity: int = 1, receipt: str = "S1", price: int = 15_000) -> str:
    return f"{day},T1,{receipt},{code},Barang,{quantity},{price},{quantity * price}"


def build_noting(city: City, folder: Path, clock: list[datetime]) -> Noting:
    sold = [row("2026-09-05", quantity=3), row("2026-09-06", code=SAMBAL, price=22_500, receipt="S2")]
    city.post(write_csv(folder, *sold))
    city.post(write_csv(folder, row("2026-10-05"), name="october.csv"))
    for until in (SEPTEMBER, OCTOBER):
        close_period(
            city.session, by=city.finance, partner_id=city.partner.id, until=until, incomplete_reason="uji coba"
        )
    add_user(
        city.session, by=city.admin, login=PAYER, name="Sari Keuangan", role=Role.PARTNER_FINANCE,
        partner_id=city.partner.id,
    )  # fmt: skip
    for login, producer in zip((FIRST, SECOND), city.producers, strict=True):
        add_user(
            city.session, by=city.admin, login=login, name=producer.name, role=Role.PRODUCER, producer_id=producer.id
        )
    owners = [get_actor(city.session, login) for login in (FIRST, SECOND)]
    return Noting(city, get_actor(city.session, PAYER), owners, clock)


def hold_clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Let the clock stand at noon of a day, and return what it shows, to be moved."""
    shown = [START]
    monkeypatch.setattr("consign.clock.now", lambda: shown[0])
    return shown
