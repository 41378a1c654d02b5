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

    @property
    def on_hand(self) -> int:
        """Return all that stands, less what is short."""
        return sum(self.batches.values()) - self.short

    def take_in(self, events: Iterable[Event]) -> None:
        """Let *events* happen, one after the other."""
        for event in events:
            if event.quantity > 0:
                self._add(event)
            elif event.quantity < 0:
                self._take(-event.quantity, event.batch_id)
            if event.stands is not None:
                self._restate(event)

    def _add(self, event: Event) -> None:
        """Put goods on the shelf; those that were missing before are taken from them first."""
        batch = event.batch_id
        if batch is UNKNOWN and self._taken in self.arrived:
            batch = self._taken  # a shopper gives back what was sold last
        self.arrived.setdefault(batch, event.day)
        missing = min(self.short, event.quantity)
        self.short -= missing
        self.batches[batch] = self.batches.get(batch, 0) + event.quantity - missing
        if missing:
            self._taken = batch

    def _take(self, quantity: int, batch_id: int | None) -> None:
        """Take goods off the shelf: of the batch that is named first, else of those that expire first."""
        named = [] if batch_id is UNKNOWN else [batch_id]
        for batch in [*named, *sorted((one for one in self.batches if one not in named), key=self._order)]:
            taken = min(self.batches.get(batch, 0), quantity)
            if taken:
                self.batches[batch] -= taken
                quantity -= taken
                self._taken = batch
            if not quantity:
                return
        self.short += quantity

    def _restate(self, event: Event) -> None:
        """Let stand what a count found; the quantity before it already brought the sum to that."""
        stands = dict(event.stands or {})
        for batch in stands:
            self.arrived.setdefault(batch, event.day)
        self.batches = {batch: stands.get(batch, 0) for batch in {*self.batches, *stands}}
        self.short = 0

    def _order(self, batch: int | None) -> tuple[date, date, int]:
        if batch is UNKNOWN:
            return (date.max, self.arrived[batch], 0)
        return (self.expires.get(batch) or date.max, self.arrived[batch], batch)
