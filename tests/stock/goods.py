"""People of stores and producers, and notes as they write them. All of it is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.stock import StockBatch, StockBatchLevel, StockLevel, StockNote
from consign.stock.checks import CHECKS
from consign.stock.confirming import confirm_note
from consign.stock.delivering import send_delivery
from consign.stock.rules import NewLine, Reason, Refusal, Refused
from tests.builders import City, make_deliverable

TODAY = date(2026, 11, 22)
ENDS = date(2027, 3, 31)


@dataclass
class Market:
    """A city whose goods may be delivered, with a manager of each store, partner finance and the owners."""

    city: City
    verifier: Actor
    managers: list[Actor]
    chain: Actor
    owners: list[Actor]
    people: dict[str, Actor]

    @property
    def session(self) -> Session:
        return self.city.session

    def line(self, quantity: object, *, product: int = 0, batch: str = "A1", ends: date | None = ENDS) -> NewLine:
        return NewLine(self.city.products[product].id, Decimal(str(quantity)), batch, ends)

    def back(self, quantity: object, reason: Reason = Reason.UNSOLD, *, product: int = 0, batch: str = "") -> NewLine:
        return NewLine(self.city.products[product].id, Decimal(str(quantity)), batch, None, reason)

    def send(self, *lines: NewLine, day: date = TODAY, store: int = 0, producer: int = 0) -> StockNote:
        return send_delivery(
            self.session, by=self.owners[producer], producer_id=self.city.producers[producer].id,
            store_id=self.city.stores[store].id, day=day, lines=lines,
        )  # fmt: skip

    def confirm(
        self, note: StockNote, *refused: tuple[int, Refusal, int], on: date = TODAY, store: int = 0
    ) -> StockNote:
        return confirm_note(
            self.session, by=self.managers[store], note_id=note.id, on=on, refusals=refusals(*refused)
        )  # fmt: skip

    def deliver(self, *lines: NewLine, day: date = TODAY, store: int = 0, producer: int = 0) -> StockNote:
        """Let goods stand in a store: sent and taken in on the same day."""
        return self.confirm(self.send(*lines, day=day, store=store, producer=producer), on=day, store=store)

    def on_hand(self, *, store: int = 0, product: int = 0) -> Decimal:
        query = select(StockLevel.on_hand).where(
            StockLevel.store_id == self.city.stores[store].id, StockLevel.product_id == self.city.products[product].id
        )
        return self.session.scalars(query).one()

    def batches(self, *, store: int = 0) -> dict[str, int]:
        query = (
            select(StockBatch.code, StockBatchLevel.quantity)
            .join(StockBatch, StockBatch.id == StockBatchLevel.batch_id)
            .where(StockBatchLevel.store_id == self.city.stores[store].id, StockBatchLevel.quantity > 0)
        )
        return {code: int(quantity) for code, quantity in self.session.execute(query)}

    def breaches(self) -> list[str]:
        self.session.flush()
        return [str(one) for check in CHECKS for one in check(self.session)]


def refusals(*refused: tuple[int, Refusal, int]) -> Sequence[Refused]:
    return [Refused(line_no, reason, Decimal(quantity)) for line_no, reason, quantity in refused]


def build_market(city: City) -> Market:
    """Give the city's stores, partner and producers their people, and its goods their papers."""
    verifier = make_deliverable(city)
    managers = [
        add_person(city, f"gerai{place}", Role.STORE_MANAGER, partner_id=city.partner.id, store_id=store.id)
        for place, store in enumerate(city.stores, start=1)
    ]
    owners = [
        add_person(city, f"dapur{place}", Role.PRODUCER, producer_id=producer.id)
        for place, producer in enumerate(city.producers, start=1)
    ]
    chain = add_person(city, "pusat", Role.PARTNER_FINANCE, partner_id=city.partner.id)
    people = {
        "producer": owners[0],
        "other producer": owners[1],
        "store": managers[0],
        "other store": managers[1],
        "partner": chain,
        "officer": add_person(city, "petugas", Role.FIELD_OFFICER),
        "verifier": verifier,
        "finance": city.finance,
        "head": add_person(city, "kepala", Role.HEAD),
        "auditor": city.auditor,
        "admin": city.admin,
    }
    return Market(city, verifier, managers, chain, owners, people)


def add_person(city: City, name: str, role: Role, **held: int) -> Actor:
    login = f"{name}@pasar.example"
    add_user(city.session, by=city.admin, login=login, name=name.title(), role=role, **held)
    return get_actor(city.session, login)
