"""The tables, one module per slice. Imports nothing from the rest of the application."""

from consign.models import (
    catalogue,
    documents,
    identity,
    insight,
    ledger,
    outbox,
    partners,
    region,
    sales,
    settlement,
    stock,
)
from consign.models.base import PublicBase, RegionBase

__all__ = [
    "PublicBase",
    "RegionBase",
    "catalogue",
    "documents",
    "identity",
    "insight",
    "ledger",
    "outbox",
    "partners",
    "region",
    "sales",
    "settlement",
    "stock",
]
