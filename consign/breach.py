"""What a check reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold: a stable *code*, the *row* it was seen in, and *what* is wrong."""

    code: str
    row: str
    what: str
