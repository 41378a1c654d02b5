"""Numbers that are made of others: each is written with what it is, and where the list of its parts stands."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from markupsafe import Markup

from consign.web.language import count, quantity, rupiah

ROWS = "all_rows"
"""What a number is that says how many rows a list has."""
Amount = int | Decimal
WRITERS: dict[str, Callable[[Amount], str]] = {"money": rupiah, "count": count, "quantity": quantity}  # type: ignore[dict-item]  # what is written is of the kind


@dataclass(frozen=True)
class Sum:
    """A number that is made of others. *of* names the column of the list of its parts that comes to it."""

    amount: Amount
    of: str = ROWS

    def __str__(self) -> str:
        """Return it as pages carry it: `open_rp=1500`."""
        return f"{self.of}={plain(self.amount)}"


def plain(amount: Amount) -> str:
    """Return a number without separators and idle zeros, so that two that are equal read alike."""
    return f"{Decimal(amount).normalize() + 0:f}"


def write_sum(
    amount: Amount | None, *, kind: str = "money", of: str = ROWS, path: str = "", as_said: str | None = None
) -> Markup:
    """Return a number as HTML that leads to the list of its parts; without *path* the list stands on the same page.

    *kind* is `money`, `count` or `quantity`; *as_said* what is shown where that is more than the number.
    """
    if amount is None:
        return Markup("")
    told = escape(WRITERS[kind](amount) if as_said is None else as_said)
    if kind == "money":
        told = f'<span class="money{" negative" if amount < 0 else ""}">{told}</span>'
    mark = f'data-sum="{escape(str(Sum(amount, of)))}"'
    html = f'<a href="{escape(path)}" {mark}>{told}</a>' if path else f"<span {mark}>{told}</span>"
    return Markup(html)  # noqa: S704  # everything in it was escaped above
