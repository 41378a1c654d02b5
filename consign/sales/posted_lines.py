"""The lines of a posting as they are looked at, and what a finding about them is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from consign.sales.places import Places
from consign.sales.sums import StoreDay, Sums

POSTED_SALES = "FROM sale WHERE sale.partner_id = :partner AND sale.posting_no = :number"
SUMS = "count(*) AS lines, sum(quantity) AS quantity, sum(sales_rp)::bigint AS amount_rp, min(row_no) AS first_row"
"""What a query about its lines begins with, and what each finding counts."""


@dataclass(frozen=True)
class Finding:
    """One odd thing about lines of a posting; the fields are those of `SalesFinding`."""

    code: str
    lines: int
    quantity: Decimal
    amount_rp: int
    first_row: int
    product_id: int | None = None
    store_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PostedLines:
    """A posting whose lines are looked at, before its transaction ends."""

    session: Session
    partner_id: int
    upload_id: int
    number: int
    sums: Sums
    places: Places
    waits_newly: bool
    """Whether the upload's waiting lines were parked just now; else they were looked at before."""

    @property
    def key(self) -> dict[str, int]:
        """Return what names the posting's lines."""
        return {"partner": self.partner_id, "number": self.number}

    @property
    def days(self) -> list[date]:
        """Return the days of its lines in order."""
        return sorted({day for _, day, _ in self.sums.days})

    def any(self, holds: Callable[[StoreDay], int | bool]) -> bool:
        """Say whether something holds for any store-day of it."""
        return any(holds(day) for day in self.sums.days.values())

    def read(self, query: Any, **facts: object) -> Sequence[RowMapping]:  # noqa: ANN401  # a statement
        """Return the rows of a query about its lines."""
        return self.session.execute(query, {**self.key, **facts}).mappings().all()


def figures_of(row: RowMapping) -> dict[str, Any]:
    """Return what `SUMS` counted, by the fields of a finding."""
    return {name: row[name] for name in ("lines", "quantity", "amount_rp", "first_row")}
