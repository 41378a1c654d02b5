"""Which batches stand on a shelf, where nobody said which was sold: the one that expires first goes first. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

UNKNOWN = None
"""Goods of which nobody knows the batch."""


@dataclass(frozen=True)
class Event:
    """What happened to one product in one store, in thousandths of its unit, in the order it is to be taken."""

    day: date
    quantity: int
    """Positive onto the shelf, negative off it."""
    batch_id: int | None = UNKNOWN
    stands: Mapping[int | None, int] | None = None
    """What a count found of each batch after this, where it names batches."""


@dataclass
class Shelf:
    """What stands of one product in one store, by batch."""

    expires: Mapping[int, date | None]
    """Last day of each batch; a batch without one goes last."""
    batches: dict[int | None, int] = field(default_factory=dict)
    """How much stands of each; never negative."""
    arrived: dict[int | None, date] = field(default_factory=dict)
    """Day on which the first of each came."""
    short: int = 0
    """What left the shelf without a batch it can have come from."""
    _taken: int | None = UNKNOWN
    """The batch that something was taken from last."""
    _in_order: list[int | None] = field(default_factory=list)
    """Batches that ever stood here, the first to expire first."""

    @property
    def on_hand(self) -> int:
        """Return all that stands, less what is short."""
        return sum(self.batches.values()) - self.short

    def take_in(self, events: Iterable[Event]) -> None:
        """Let *events* happen, one after the other."""
        for event in events:
            self.move(event.day, event.quantity, event.batch_id)
            if event.stands is not None:
                self._restate(event.day, event.stands)

    def move(self, day: date, quantity: int, batch_id: int | None = UNKNOWN) -> None:
        """Put goods on the shelf, or take them off it where *quantity* is negative."""
        if quantity > 0:
            self._add(day, quantity, batch_id)
        elif quantity < 0:
            self._take(-quantity, batch_id)

    def _add(self, day: date, quantity: int, batch_id: int | None) -> None:
        """Put goods on the shelf; those that were missing before are taken from them first."""
        batch = batch_id
        if batch is UNKNOWN and self._taken in self.arrived:
            batch = self._taken  # a shopper gives back what was sold last
        self._know(batch, day)
        missing = min(self.short, quantity)
        self.short -= missing
        self.batches[batch] += quantity - missing
        if missing:
            self._taken = batch

    def _take(self, quantity: int, batch_id: int | None) -> None:
        """Take goods off the shelf: of the batch that is named first, else of those that expire first."""
        if batch_id is not UNKNOWN and batch_id in self.batches:
            quantity -= self._take_from(batch_id, quantity)
        for batch in self._in_order:
            if not quantity:
                return
            if self.batches[batch]:
                quantity -= self._take_from(batch, quantity)
        self.short += quantity

    def _take_from(self, batch: int | None, quantity: int) -> int:
        """Take goods of one batch, at most *quantity*; return how much that was."""
        taken = min(self.batches[batch], quantity)
        if taken:
            self.batches[batch] -= taken
            self._taken = batch
        return taken

    def _restate(self, day: date, stands: Mapping[int | None, int]) -> None:
        """Let stand what a count found; the quantity before it already brought the sum to that."""
        for batch in stands:
            self._know(batch, day)
        self.batches = {batch: stands.get(batch, 0) for batch in self.batches}
        self.short = 0

    def _know(self, batch: int | None, day: date) -> None:
        """Give a batch its place among the others when the first of it comes."""
        if batch not in self.batches:
            self.batches[batch] = 0
            self.arrived[batch] = day
            self._in_order.append(batch)
            self._in_order.sort(key=self._order)

    def _order(self, batch: int | None) -> tuple[date, date, int]:
        if batch is UNKNOWN:
            return (date.max, self.arrived[batch], 0)
        return (self.expires.get(batch) or date.max, self.arrived[batch], batch)
