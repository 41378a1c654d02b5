"""Doing in consign what happens in the city with files, goods and closings: each by the function that its pages call."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.db import Database
from consign.errors import ConsignError
from consign.files import Files
from consign.jobs.enqueued import recompute_eligibility
from consign.jobs.posting import Handover, post_sales_file
from consign.models.settlement import Closing, Statement
from consign.models.stock import StockLoss
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Answers
from consign.settlement.actions import close_period
from consign.stock.confirming import confirm_note
from consign.stock.contesting import contest_loss, decide_loss
from consign.stock.counting import count_at_once
from consign.stock.delivering import send_delivery
from consign.stock.returning import send_return
from consign.stock.rules import NewLine, NotDeliverable, Reason, Refusal, Refused
from consign.stock.writing_off import write_off
from tests.year.files import LAYOUTS, write_file
from tests.year.goods import DECIDED_BP, Moved
from tests.year.people import City
from tests.year.setting_up import (
    Calendar,
    Ids,
    act_as,
    approve_permit,
    change_terms,
    login,
    set_up_office,
    set_up_producer,
)
from tests.year.truth import Handed

T = TypeVar("T")
REGION = "64.71"
WRITTEN = "writing files (not of consign)"


@dataclass
class Acting:
    """The city in consign. *told* takes every difference between what was done and what had to come of it."""

    database: Database
    files: Files
    city: City
    calendar: Calendar
    ids: Ids = field(default_factory=Ids)
    told: list[str] = field(default_factory=list)
    spent: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    statements: dict[tuple[str, str, date], tuple[int, str]] = field(default_factory=dict)
    """By partner, producer and last day: id and number."""
    known: set[tuple[str, str]] = field(default_factory=set)
    """Layouts that a partner was asked about."""

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Add what is done to a part's time and count."""
        began = perf_counter()
        try:
            yield
        finally:
            self.spent[part] = self.spent.get(part, 0) + perf_counter() - began
            self.counts[part] = self.counts.get(part, 0) + 1

    def act(self, part: str, work: Callable[[Session], T]) -> T:
        """Do one act in a transaction of its own."""
        with self.timing(part), self.database.transaction(REGION) as session:
            return work(session)

    def set_up(self) -> None:
        """Build the city."""
        self.act("setting up", lambda session: set_up_office(session, self.city, self.ids))
        for owner in self.city.producers.values():
            self.act("setting up", lambda session, owner=owner: set_up_producer(session, self.city, self.ids, owner))
        self.judge()

    def judge(self) -> None:
        """Judge papers as the worker does every day."""
        with self.timing("papers"):
            recompute_eligibility(self.database, region=REGION)

    def begin_day(self, on: date) -> None:
        """Judge papers as the worker does, and change agreements that end."""
        self.judge()
        self.act("agreements", lambda session: change_terms(session, self.city, self.ids, on=on))

    def hand_in(self, file: Handed, expected: tuple[int, int, int]) -> None:
        """Hand a file in as its partner's finance, and see that so many lines are new, known and waiting."""
        with tempfile.TemporaryDirectory(prefix="consign-year-") as folder:
            with self.timing(WRITTEN):
                path = write_file(file, self.city, Path(folder))
            said = self._post(file, path)
        wanted = ("refused", *expected) if file.fate == "refused" else ("posted", *expected)
        if file.fate != "again" and said != wanted:
            self.told.append(f"{file.name} ({file.fate}): {said}, not {wanted}")

    def _post(self, file: Handed, path: Path) -> tuple[str, int, int, int]:
        key, decisions = (file.partner.code, file.layout), Decisions()
        if key not in self.known and file.fate == "posted":
            self.known.add(key)
            layout = LAYOUTS.get(file.layout)
            decisions = Decisions(layout=layout) if layout else Decisions(answers=Answers(accept_suggestion=True))
        try:
            with self.timing(f"posting {file.layout}"):
                outcome = post_sales_file(
                    self.database, self.files, region=REGION, login=login(file.partner.code),
                    handover=Handover(path, file.partner.code, file.store), decisions=decisions,
                )  # fmt: skip
        except ConsignError as refusal:
            if file.fate != "refused":
                self.told.append(f"{file.name}: {refusal.code} {refusal}")
            return "refused", 0, 0, 0
        return "posted", outcome.posted, outcome.known, outcome.parked

    def move(self, moved: Moved) -> None:
        """Do what happens to goods."""
        part = f"goods {moved.what}"
        match moved.what:
            case "brought":
                self._bring(moved)
            case "counted":
                self.act(part, lambda session: self._count(session, moved))
            case "broken":
                self.act(part, lambda session: self._write_off(session, moved))
            case _:
                note_id = self.act(part, lambda session: self._give_back(session, moved))
                self.act(part, lambda session: confirm_note(session, by=act_as(session, moved.producer), note_id=note_id, on=moved.day))  # fmt: skip

    def _bring(self, moved: Moved) -> None:
        """Send goods and take them in; without a permit they are refused, and a new permit is handed in."""
        try:
            note_id = self.act("goods brought", lambda session: self._send(session, moved))
        except NotDeliverable:
            if moved.is_permitted:
                self.told.append(f"{moved}: was not deliverable")
            self._renew(moved)
            return
        if not moved.is_permitted:
            self.told.append(f"{moved}: was deliverable without a permit")
        refused = [Refused(1, Refusal.DAMAGED, Decimal(moved.refused))] if moved.refused else []
        self.act(
            "goods brought",
            lambda session: confirm_note(
                session, by=act_as(session, moved.store[:3]), note_id=note_id, on=moved.day, refusals=refused
            ),
        )

    def _renew(self, moved: Moved) -> None:
        owner = self.city.producers[moved.producer]
        products = [self.ids.products[one.code] for one in self.city.products.values() if one.producer == owner.code]
        until = owner.permit_until + timedelta(5 * 365)
        self.act("papers", lambda session: approve_permit(session, self.ids, owner, products, until=until, on=moved.on))

    def _lines(self, moved: Moved, reason: Reason | None = None) -> list[NewLine]:
        return [NewLine(self.ids.products[code], Decimal(many), reason=reason) for code, many in moved.quantities]

    def _send(self, session: Session, moved: Moved) -> int:
        return send_delivery(
            session, by=act_as(session, moved.producer), producer_id=self.ids.producers[moved.producer],
            store_id=self.ids.stores[moved.store], day=moved.day, lines=self._lines(moved),
        ).id  # fmt: skip

    def _count(self, session: Session, moved: Moved) -> int:
        return count_at_once(
            session, by=act_as(session, moved.store[:3]), store_id=self.ids.stores[moved.store], day=moved.day, is_full=False,
            lines=self._lines(moved),
        ).id  # fmt: skip

    def _write_off(self, session: Session, moved: Moved) -> int:
        return write_off(
            session, by=act_as(session, moved.store[:3]), store_id=self.ids.stores[moved.store], day=moved.day,
            lines=self._lines(moved, Reason.DAMAGED),
        ).id  # fmt: skip

    def _give_back(self, session: Session, moved: Moved) -> int:
        return send_return(
            session, by=act_as(session, moved.store[:3]), store_id=self.ids.stores[moved.store],
            producer_id=self.ids.producers[moved.producer], day=moved.day, lines=self._lines(moved, Reason.UNSOLD),
        ).id  # fmt: skip

    def contest(self, store: str, product: str, day: date, producer: str, *, decide: bool) -> None:
        """Let a producer contest a loss, or the dinas decide about it."""
        query = (
            select(StockLoss.id)
            .where(
                StockLoss.store_id == self.ids.stores[store], StockLoss.product_id == self.ids.products[product],
                StockLoss.day == day,
            )
            .order_by(StockLoss.id.desc())
        )  # fmt: skip

        def work(session: Session) -> None:
            loss_id = session.scalars(query).first()
            if loss_id is None:
                self.told.append(f"no loss of {product} in {store} on {day}")
            elif decide:
                decide_loss(
                    session, by=act_as(session, "finance"), loss_id=loss_id, store_bp=DECIDED_BP, reason="dibagi"
                )
            else:
                contest_loss(session, by=act_as(session, producer), loss_id=loss_id, reason="ada di gudang")

        self.act("losses", work)

    def close(self, partner: str, until: date) -> None:
        """Close a period, over what is missing, and keep what its statements are called."""

        def work(session: Session) -> list[Statement]:
            return close_period(
                session, by=act_as(session, "finance"), partner_id=self.ids.partners[partner], until=until,
                incomplete_reason="menyusul",
            )  # fmt: skip

        codes = {number: code for code, number in self.ids.producers.items()}
        for one in self.act("closing", work):
            self.statements[partner, codes[one.producer_id], until] = one.id, one.number


def find_statements(session: Session, ids: Ids, *, since: int) -> dict[tuple[str, str, date], dict[str, int | str]]:
    """Return the figures of statements after the one with the id *since*, as the books name them."""
    partners = {number: code for code, number in ids.partners.items()}
    producers = {number: code for code, number in ids.producers.items()}
    query = select(Statement).join(Closing, Closing.id == Statement.closing_id).where(Statement.id > since)
    return {
        (partners[one.partner_id], producers[one.producer_id], one.until_on): {
            "id": one.id, "lines": one.line_count, "sales": one.sales_rp, "returns": one.returns_rp, "late": one.late_rp,
            "fee": one.fee_rp, "fee_tax": one.fee_tax_rp, "pph23": one.pph23_rp, "losses": one.losses_rp,
            "adjustments": one.adjustments_rp, "carried": one.carried_rp, "net": one.net_rp, "due": one.due_rp,
            "route": one.route,
        }
        for one in session.scalars(query.order_by(Statement.id))
    }  # fmt: skip
