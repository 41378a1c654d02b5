"""The tables, one module per slice. Imports nothing from the rest of the application."""

from consign.models import (
    banking,
    catalogue,
    documents,
    identity,
    insight,
    ledger,
    outbox,
    partners,
    payments,
    payouts,
    region,
    sales,
    settlement,
    stock,
)
from consign.models.base import PublicBase, RegionBase

__all__ = [
    "PublicBase",
    "RegionBase",
    "banking",
    "catalogue",
    "documents",
    "identity",
    "insight",
    "ledger",
    "outbox",
    "partners",
    "payments",
    "payouts",
    "region",
    "sales",
    "settlement",
    "stock",
]
