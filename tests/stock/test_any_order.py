"""Deliveries, sales files, returns, transfers, write-offs, counts and reversals in any order: the books stay right.

What stands is worked out a second time from what people did, day by day, without looking at any movement.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from consign.db import savepoint
from consign.errors import ConsignError
from consign.models.partners import Agreement
from consign.models.sales import SalesUpload
from consign.models.stock import StockLevel, StockNote
from consign.sales.ending import reverse_upload
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Answers
from consign.sales.rules import Overlap
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.counting import count_at_once
from consign.stock.returning import send_return
from consign.stock.rules import NewLine, Reason, Refusal, Refused
from consign.stock.transferring import send_transfer
from consign.stock.writing_off import write_off
from tests.builders import KERIPIK, SAMBAL, write_csv
from tests.stock.goods import ENDS, TODAY, Market

CODES = (KERIPIK, SAMBAL)
DAYS = st.integers(0, 12).map(lambda back: TODAY - timedelta(back))
STORES, PRODUCTS, PLACES = st.integers(0, 1), st.integers(0, 1), st.integers(0, 9)
QUANTITIES = st.integers(1, 12)
BATCHES = st.sampled_from([("", None), ("A1", ENDS), ("B2", ENDS + timedelta(30)), ("C3", ENDS - timedelta(30))])
Pair = tuple[int, int]


@dataclass
class Deed:
    """What one act did to what stands, as long as nobody takes it back."""

    moves: list[tuple[Pair, date, int]] = field(default_factory=list)
    counted: dict[Pair, int] = field(default_factory=dict)
    day: date = TODAY
    is_sale: bool = False
    stands: bool = True


class Shop(RuleBasedStateMachine):
    """Acts of people, each in a part of a transaction of its own, as an edge would do them."""

    def __init__(self, market: Market, folder: Path) -> None:
        super().__init__()
        self.market, self.session, self.folder = market, market.session, folder
        self.start = self.session.begin_nested()
        self.deeds: dict[str, Deed] = {}
        self.notes: list[StockNote] = []
        self.uploads: list[int] = []
        self.files = 0

    def teardown(self) -> None:
        self.start.rollback()
        self.session.expire_all()

    def pair(self, store: int, product: int) -> Pair:
        return self.market.city.stores[store].id, self.market.city.products[product].id

    def line(
        self, product: int, quantity: int, batch: tuple[str, date | None], reason: Reason | None = None
    ) -> NewLine:
        return NewLine(self.market.city.products[product].id, Decimal(quantity), *batch, reason)

    def attempt(self, act, **facts):
        """Do an act; return what it returns, or nothing where it was refused."""
        try:
            with savepoint(self.session):
                return act(self.session, **facts)
        except ConsignError:
            self.session.expire_all()
            return None

    def keep(self, note: StockNote | None, deed: Deed) -> None:
        if note is not None:
            self.notes.append(note)
            self.deeds[note.number] = deed

    @rule(store=STORES, product=PRODUCTS, quantity=QUANTITIES, batch=BATCHES, day=DAYS)
    def send(self, store: int, product: int, quantity: int, batch: tuple[str, date | None], day: date):
        line = self.line(product, quantity, batch)
        note = self.attempt(lambda _: self.market.send(line, day=day, store=store, producer=product))
        self.keep(note, Deed())

    @rule(place=PLACES, later=st.integers(0, 3), refused=st.integers(0, 4))
    def confirm(self, place: int, later: int, refused: int):
        if not self.notes:
            return
        note = self.notes[-1 - place % len(self.notes)]
        on = min(note.day + timedelta(later), TODAY)
        refusals = [Refused(1, Refusal.SHORT, Decimal(refused))] if refused else []
        city, before = self.market.city, note.state
        receiver = {
            "delivery": self.market.managers[[one.id for one in city.stores].index(note.store_id)],
            "transfer": self.market.chain,
        }.get(note.kind) or next(
            (one for one in self.market.owners if one.producer_id == note.producer_id), city.finance
        )
        done = self.attempt(confirm_note, by=receiver, note_id=note.id, on=on, refusals=refusals)
        if done is None or before == done.state:
            return
        deed = self.deeds[note.number]
        (product_id, sent), *_ = self.sent[note.number]
        if note.kind == "delivery":
            deed.moves.append(((note.store_id, product_id), on, sent - refused))
        elif note.kind == "transfer":
            deed.moves.append(((note.to_store_id, product_id), on, sent - refused))
            deed.moves.append(((note.store_id, product_id), note.day, refused))
        else:
            deed.moves.append(((note.store_id, product_id), note.day, refused))

    @property
    def sent(self) -> dict[str, list[tuple[int, int]]]:
        from consign.stock.notes import find_lines  # noqa: PLC0415

        return {
            note.number: [(one.product_id, int(one.quantity)) for one in find_lines(self.session, note.id)]
            for note in self.notes
        }

    @rule(store=STORES, product=PRODUCTS, quantity=QUANTITIES, batch=BATCHES, day=DAYS)
    def give_back(self, store: int, product: int, quantity: int, batch: tuple[str, date | None], day: date):
        note = self.attempt(
            send_return, by=self.market.managers[store], store_id=self.market.city.stores[store].id,
            producer_id=self.market.city.producers[product].id, day=day,
            lines=[self.line(product, quantity, batch, Reason.UNSOLD)],
        )  # fmt: skip
        self.keep(note, Deed([(self.pair(store, product), day, -quantity)]))

    @rule(store=STORES, product=PRODUCTS, quantity=QUANTITIES, day=DAYS)
    def transfer(self, store: int, product: int, quantity: int, day: date):
        stores = self.market.city.stores
        note = self.attempt(
            send_transfer, by=self.market.chain, store_id=stores[store].id, to_store_id=stores[1 - store].id, day=day,
            lines=[self.line(product, quantity, ("", None))],
        )  # fmt: skip
        self.keep(note, Deed([(self.pair(store, product), day, -quantity)]))

    @rule(store=STORES, product=PRODUCTS, quantity=QUANTITIES, batch=BATCHES, day=DAYS)
    def write_off(self, store: int, product: int, quantity: int, batch: tuple[str, date | None], day: date):
        note = self.attempt(
            write_off, by=self.market.managers[store], store_id=self.market.city.stores[store].id, day=day,
            lines=[self.line(product, quantity, batch, Reason.DAMAGED)],
        )  # fmt: skip
        self.keep(note, Deed([(self.pair(store, product), day, -quantity)]))

    @rule(
        store=STORES, day=DAYS, is_full=st.booleans(),
        found=st.dictionaries(st.tuples(PRODUCTS, BATCHES), st.integers(0, 12), max_size=3),
    )  # fmt: skip
    def count(self, store: int, day: date, is_full: bool, found: dict[tuple[int, tuple[str, date | None]], int]):
        note = self.attempt(
            count_at_once, by=self.market.managers[store], store_id=self.market.city.stores[store].id, day=day,
            is_full=is_full, lines=[self.line(product, quantity, batch) for (product, batch), quantity in found.items()],
        )  # fmt: skip
        if note is not None:
            deed = Deed(day=day)
            self.keep(note, deed)
            counted: defaultdict[Pair, int] = defaultdict(int)
            for product_id, quantity in self.sent[note.number]:
                counted[note.store_id, product_id] += quantity
            assert {key: value for key, value in counted.items() if value} == {
                key: value for key, value in self.add_up(store, found).items() if value
            }
            deed.counted = dict(counted)

    def add_up(self, store: int, found: dict[tuple[int, tuple[str, date | None]], int]) -> dict[Pair, int]:
        summed: defaultdict[Pair, int] = defaultdict(int)
        for (product, _), quantity in found.items():
            summed[self.pair(store, product)] += quantity
        return summed

    @rule(
        day=DAYS,
        lines=st.lists(st.tuples(STORES, PRODUCTS, st.integers(-3, 9).filter(bool)), min_size=1, max_size=4),
    )
    def sell(self, day: date, lines: list[tuple[int, int, int]]):
        self.files += 1
        rows = [
            f"{day:%d/%m/%Y},T{store + 1},F{self.files}-{place},{CODES[product]},x,{quantity},15000,{quantity * 15000}"
            for place, (store, product, quantity) in enumerate(lines)
        ]
        rows.append(f"{date(2026, 10, 31):%d/%m/%Y},T1,F{self.files}-Z,{KERIPIK},x,1,15000,15000")
        path = write_csv(self.folder, *rows, name=f"{self.files}.csv")
        accepted = Decisions(answers=Answers(accept_suggestion=True), overlap=Overlap.ADD)
        outcome = self.attempt(lambda _: self.market.city.post(path, decisions=accepted))
        assert outcome is not None
        self.uploads.append(outcome.upload_id)
        moves = [(self.pair(store, product), day, -quantity) for store, product, quantity in lines]
        moves.append((self.pair(0, 0), date(2026, 10, 31), -1))
        self.deeds[f"upload {outcome.upload_id}"] = Deed(moves, is_sale=True)

    @rule(place=PLACES)
    def take_back_sales(self, place: int):
        if not self.uploads:
            return
        upload_id = self.uploads[-1 - place % len(self.uploads)]
        by = self.market.city.finance
        if self.attempt(reverse_upload, by=by, upload_id=upload_id, reason="salah berkas") is not None:
            assert self.session.get_one(SalesUpload, upload_id).status == "reversed"
            self.deeds[f"upload {upload_id}"].stands = False

    @rule(place=PLACES, is_sent=st.booleans())
    def take_back(self, place: int, is_sent: bool):
        if not self.notes:
            return
        note = self.notes[-1 - place % len(self.notes)]
        act = cancel_note if is_sent else reverse_note
        if self.attempt(act, by=self.market.city.finance, note_id=note.id, reason="salah catat") is not None:
            self.deeds[note.number].stands = False

    def expect(self) -> dict[Pair, int]:
        """Work out what stands by what people did: day by day, a count after all else of its day."""
        numbers = list(self.deeds)
        begins: dict[Pair, date] = {}
        by_day: defaultdict[Pair, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
        counted: defaultdict[Pair, dict[date, int]] = defaultdict(dict)
        for number in numbers:
            deed = self.deeds[number]
            for pair, day, quantity in deed.moves:
                if not deed.is_sale and quantity:
                    begins[pair] = min(begins.get(pair, day), day)
                by_day[pair][day] += quantity if deed.stands else 0
            for pair, quantity in deed.counted.items():
                begins[pair] = min(begins.get(pair, deed.day), deed.day)
                if deed.stands:
                    counted[pair][deed.day] = quantity
        expected = {}
        for pair, first in begins.items():
            stands = 0
            for day in (first + timedelta(days) for days in range((TODAY - first).days + 1)):
                stands = counted[pair].get(day, stands + by_day[pair][day])
            expected[pair] = stands
        return expected

    @invariant()
    def the_books_are_right(self):
        assert self.market.breaches() == []
        query = select(StockLevel.store_id, StockLevel.product_id, StockLevel.on_hand)
        kept = {(row.store_id, row.product_id): int(row.on_hand) for row in self.session.execute(query)}
        assert kept == self.expect()


def test_whatever_is_entered_in_whatever_order_what_stands_is_right(market: Market, tmp_path: Path):
    for agreement in market.session.scalars(select(Agreement)):
        agreement.loss_store_bp = 4_000
    market.session.flush()
    run_state_machine_as_test(
        lambda: Shop(market, tmp_path),
        settings=settings(
            max_examples=30, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
