"""A year day by day: what happens goes into the books and into consign, and both are held against each other each month."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.year.acting import Acting
from tests.year.books import Books, find_end
from tests.year.comparing import find_breaches, find_differences
from tests.year.goods import Bases
from tests.year.money import (
    BANK_WEEKDAYS,
    PAYOUT_DAYS,
    Answered,
    Came,
    Corrected,
    Noted,
    Paid,
    Plans,
    WrittenOff,
    find,
    find_strange,
    give_back,
    plan_payouts,
    send,
)
from tests.year.paying import Money
from tests.year.people import BEGIN, CITY_BANKS, City
from tests.year.truth import Truth

CLOSED_AFTER_DAYS = 2
AFTER_DAYS = 12
"""How long the city goes on after its last sale."""
RETURNED_EVERY = 25
KNOWN_DAYS = 25

Pending = tuple[str, object]


@dataclass
class Year:
    """The city, its books, and consign."""

    city: City
    acting: Acting
    say: Callable[[str], None]
    differences: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.truth = Truth(self.city)
        self.books = Books(self.city, Bases(self.city))
        self.plans = Plans(self.city)
        self.money = Money(self.acting)
        self.seen: set[int] = set()
        self.pending: dict[str, dict[int, Pending]] = {bank: {} for bank in CITY_BANKS}
        """By bank and place of a line: what it is."""
        self.later: dict[date, list[tuple[str, int, str, Pending]]] = defaultdict(list)
        self.paid_out = 0

    def run(self) -> None:
        """Live through all days."""
        day = BEGIN
        while day <= self.city.last + timedelta(AFTER_DAYS):
            self.acting.calendar.day = day
            self.live(day)
            if (day.day == 1 and day > BEGIN) or day == self.city.last + timedelta(AFTER_DAYS):
                self.compare(day)
            day += timedelta(1)

    def live(self, on: date) -> None:
        """Do what happens on a day."""
        self.acting.begin_day(on)
        for file in self.truth.find_files(on):
            self.acting.hand_in(file, self.books.post(file))
        for moved in self.books.goods.plan(on):
            self.books.goods.take(moved)
            self.acting.move(moved)
        self._contest(on)
        self._close(on)
        self._do_planned(on)
        if on.day in PAYOUT_DAYS:
            for bank in CITY_BANKS:
                self._pay_out(bank, on)
        for bank, weekdays in BANK_WEEKDAYS.items():
            if on.weekday() in weekdays:
                self._fetch(bank, on)
        self.books.forget(on - timedelta(KNOWN_DAYS))

    def _contest(self, on: date) -> None:
        """Let losses of today be contested, and those of three days ago be decided."""
        for one in self.books.goods.find_contested(recorded_on=on):
            self.acting.contest(one.store, one.product, one.day, one.producer, decide=False)
        for one in self.books.goods.find_contested(recorded_on=on - timedelta(3)):
            self.acting.contest(one.store, one.product, one.day, one.producer, decide=True)
            one.is_decided = True

    def _close(self, on: date) -> None:
        until = on - timedelta(CLOSED_AFTER_DAYS)
        for partner in self.city.partners:
            if BEGIN <= until <= self.city.last and find_end(until, partner.cycle) == until:
                statements = self.books.close(partner.code, until, on=on)
                self.acting.close(partner.code, until)
                self.plans.take_closing(statements, on=on)

    def _do_planned(self, on: date) -> None:
        for event in self.plans.due.pop(on, []):
            match event:
                case Noted():
                    self.money.note(event)
                case Answered():
                    self.money.answer(event)
                    for key, amount in event.shares:
                        self.books.pay(key, amount, by="direct")
                case WrittenOff():
                    self.money.write_off(event)
                    self.books.pay(event.key, event.amount, by=f"written_off_{event.borne_by}")
                case Corrected():
                    self.money.correct(event)
                    self.books.adjustments[event.key[0], event.key[1]] += event.amount
                case Came():
                    self._add_line(event.bank, event.amount, self.money.describe(event), ("came", event))
        for bank, amount, words in find_strange(on):
            self._add_line(bank, amount, words, ("charge" if amount < 0 else "strange", None))
        for bank, amount, words, what in self.later.pop(on, []):
            self._add_line(bank, amount, words, what)

    def _add_line(self, bank: str, amount: int, words: str, what: Pending) -> None:
        self.pending[bank][len(self.money.lines[bank])] = what
        self.money.add_line(bank, amount, words)

    def _pay_out(self, bank: str, on: date) -> None:
        planned = plan_payouts(self.books, bank, on=on)
        made = self.money.pay_out(bank, planned)
        send(self.books, bank, planned)
        for reference, one in made.items():
            self.later[on + timedelta(1)].append(
                (bank, -one.amount, f"TRSF E-BANKING DB {reference}", ("payout", (reference, one)))
            )

    def _fetch(self, bank: str, on: date) -> None:
        """Post the bank's statement, and take what each new line is."""
        for place in self.money.fetch(bank):
            amount = self.money.lines[bank][place][1]
            self.books.book(bank, amount)
            kind, what = self.pending[bank].pop(place)
            match kind, what:
                case "came", Came():
                    self.money.take(bank, place, what)
                    for key, share in what.shares:
                        self.books.pay(key, share, by="collecting", bank=bank)
                case "charge", _:
                    self.money.charge(bank, place)
                    self.books.charge(bank, -amount)
                case "payout", (str() as reference, Paid() as one):
                    self.money.see_paid(reference)
                    find(self.books, bank, one)
                    self._let_return(bank, reference, one, on)
                case "returned", (str() as reference, Paid() as one):
                    self.money.take_return(bank, place, reference)
                    give_back(self.books, bank, one)
                case _:
                    pass

    def _let_return(self, bank: str, reference: str, one: Paid, on: date) -> None:
        """Let one of so many payouts come back two days later."""
        self.paid_out += 1
        if self.paid_out % RETURNED_EVERY == 3:
            self.later[on + timedelta(2)].append(
                (bank, one.amount, f"RETUR {reference}", ("returned", (reference, one)))
            )

    def compare(self, on: date) -> None:
        """Hold both books against each other, and let consign and Beancount check the ledger."""
        told = [
            *self.acting.told,
            *find_differences(self.acting, self.books, seen=self.seen),
            *find_breaches(self.acting),
        ]
        self.acting.told.clear()
        self.differences += told
        spent = sum(self.acting.spent.values())
        self.say(
            f"{on}: {self.books.files} files, {self.books.lines} lines, {len(self.books.statements)} statements,"
            f" {self.paid_out} payouts, {spent:.0f} s, {len(told)} differences"
        )
        for one in told[:40]:
            self.say(f"  {one}")
