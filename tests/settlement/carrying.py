"""Sheets of what stood open before these books, handed in by one person and confirmed by another. All of it is invented."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.settlement import CarryOver, Statement
from consign.settlement.carrying_over import confirm_carry_over, prepare_carry_over
from tests.builders import City

FIRST = date(2026, 9, 1)
"""The first day in these books."""
HEAD = "Jenis,Kode produsen,Nomor lama,Awal periode,Akhir periode,Jatuh tempo,Jumlah"
ROWS = (
    "nota,P1,012/2026,,2026-07-31,2026-08-15,100.000",
    "nota,P1,013/2026,2026-08-01,2026-08-31,2026-09-15,250000",
    'nota,P2,A-7,,2026-08-31,2026-09-15,"Rp75.500"',
    "uang diterima,P2,,,,,40.000",
)


@dataclass
class Clock:
    """The day it is: ten in the morning, by the clock of the region."""

    day: date

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 2, tzinfo=UTC)


def set_clock(monkeypatch: pytest.MonkeyPatch, day: date) -> Clock:
    clock = Clock(day)
    monkeypatch.setattr("consign.clock.now", clock.now)
    return clock


def add_head(city: City) -> Actor:
    """Add the head of the office, who confirms what finance proposes."""
    login = "kepala@dinas.example"
    add_user(city.session, by=city.admin, login=login, name="Laras Kepala", role=Role.HEAD)
    return get_actor(city.session, login)


def as_sheet(*rows: str, head: str = HEAD) -> io.BytesIO:
    return io.BytesIO("\n".join([head, *rows, ""]).encode())


def hand_in(
    city: City, files: Files, *rows: str, head: str = HEAD, first_on: date = FIRST, by: Actor | None = None
) -> CarryOver:
    return prepare_carry_over(
        city.session, by=by or city.finance, partner_id=city.partner.id, first_on=first_on,
        source=as_sheet(*(rows or ROWS), head=head), name="saldo.csv", files=files,
    )  # fmt: skip


def carry_over(city: City, files: Files, head: Actor, *rows: str) -> list[Statement]:
    kept = hand_in(city, files, *rows)
    return confirm_carry_over(city.session, by=head, carry_over_id=kept.id)
