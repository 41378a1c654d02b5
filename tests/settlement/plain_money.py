"""What the second book knows of payments, notices and payouts."""

from dataclasses import dataclass, field

Pair = tuple[int, int]
"""Places of partner and producer."""


@dataclass
class PlainMatch:
    """What was said of bank lines, and can be taken back."""

    taken: dict[int, int]
    """How much of each line it takes, signed as the line is."""
    shares: dict[int, int] = field(default_factory=dict)
    charge_rp: int = 0
    payout_ids: tuple[int, ...] = ()


@dataclass
class PlainNotice:
    """What a partner says that it paid past the office: announced, received, not_received or withdrawn."""

    statement_id: int
    amount_rp: int
    state: str = "announced"


@dataclass
class PlainPayout:
    """What is, or is to be, paid to one producer or cooperative."""

    batch: int
    bank: int
    payee: str | int
    parts: dict[Pair, int]
    state: str = "planned"

    @property
    def amount_rp(self) -> int:
        return sum(self.parts.values())
