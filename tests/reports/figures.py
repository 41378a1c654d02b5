"""A statement whose sums were worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

from reports.statement import (
    StatementAdjustmentLine,
    StatementFigures,
    StatementLateLine,
    StatementLine,
    StatementLossLine,
    StatementStockLine,
)

LINE = {
    "store": "T1",
    "store_name": "Gerai T1",
    "product": "Keripik",
    "product_code": "PRD-1",
    "kind": "sale",
    "late": False,
    "quantity": Decimal(3),
    "unit_price_rp": 15_000,
    "gross_rp": 45_000,
    "discount_rp": 0,
    "discount_by": "store",
    "sales_rp": 45_000,
    "fee_rate_bp": 250,
    "fee_rp": 1_125,
}
LINES = (
    StatementLine(**LINE),
    StatementLine(
        **{**LINE, "kind": "return", "quantity": Decimal(-1), "gross_rp": -15_000, "sales_rp": -15_000, "fee_rp": -375}
    ),
    StatementLine(
        **{
            **LINE,
            "product": "Sambal",
            "product_code": "PRD-2",
            "late": True,
            "quantity": Decimal("0.375"),
            "unit_price_rp": 60_000,
            "gross_rp": 22_500,
            "sales_rp": 22_500,
            "fee_rp": 563,
        }
    ),
)
LATE = StatementLateLine(
    day=date(2026, 9, 28), store="T1", store_name="Gerai T1", product="Sambal", product_code="PRD-2", receipt="S-77",
    file="susulan.csv", kind="sale", quantity=Decimal("0.375"), sales_rp=22_500, fee_rp=563,
)  # fmt: skip
STOCK = StatementStockLine(
    product="Keripik", product_code="PRD-1", opening=Decimal(10), received=Decimal(20), sold=Decimal(2), returned=Decimal(4),
    lost=Decimal(1), other=Decimal(0), closing=Decimal(23), unkept=Decimal(0),
)  # fmt: skip
"""10 + 20 - 2 - 4 - 1 = 23; three were sold and one came back."""
CORRECTION = StatementAdjustmentLine(date(2026, 10, 12), "Sanggahan nota September diterima", -2_000)

LOSS = StatementLossLine(
    day=date(2026, 10, 20), note="SO-2026-000001", store="T1", store_name="Gerai T1", product="Keripik", product_code="PRD-1",
    reason="missing", quantity=Decimal(2), value_rp=29_250, share_bp=3_333, store_rp=9_749,
)  # fmt: skip
"""2 * 15.000 = 30.000 less 2,5 % are 29.250; 33,33 % of it are 9.749,025."""


def lossy(**changed: Any) -> StatementFigures:
    """Return the same statement with a loss: 51.069 + 9.749 = 60.818, less the 1.069 carried 59.749 are due."""
    facts = {"losses": (LOSS,), "losses_rp": 9_749, "net_rp": 60_818, "due_rp": 59_749}
    return figures(**{**facts, **changed})


def figures(**changed: Any) -> StatementFigures:
    """Return a statement: 45.000 - 15.000 + 22.500 = 52.500 sold, 1.125 - 375 + 563 = 1.313 fee.

    Its tax on the fee is 11 % of 1.313, so Rp144 (144,43), the PPh 23 2 %, so Rp26 (26,26): the period comes to
    52.500 - 1.313 - 144 + 26 = 51.069. Rp1.069 were carried from the period before, so Rp50.000 are due.
    """
    facts = {
        "number": "NP-2026-000001",
        "partner": "Beruang Mart",
        "partner_code": "BM",
        "producer": "Dapur Ani",
        "producer_code": "P1",
        "first": date(2026, 10, 1),
        "last": date(2026, 10, 31),
        "due_on": date(2026, 11, 15),
        "lines": LINES,
        "losses": (),
        "sales_rp": 52_500,
        "fee_rp": 1_313,
        "fee_tax_rp": 144,
        "pph23_rp": 26,
        "losses_rp": 0,
        "adjustments_rp": 0,
        "opening_rp": 0,
        "net_rp": 51_069,
        "carried_rp": -1_069,
        "due_rp": 50_000,
        "carry_rp": 0,
        "seal": "12:0123456789abcdef",
        "office": "Dinas Koperasi Balikpapan",
        "route": "direct",
        "pay_into": (),
        "made_on": date(2026, 10, 31),
        "prepared_by": "",
        "closed_by": "Bagus Prakoso",
        "earlier_number": "",
        "late_rp": 22_500,
        "late": (LATE,),
        "stock": (),
        "adjustments": (),
        "is_draft": False,
    }
    return StatementFigures(**{**facts, **changed})


NOTHING_SOLD = {
    "lines": (), "late": (), "late_rp": 0, "sales_rp": 0, "fee_rp": 0, "fee_tax_rp": 0, "pph23_rp": 0, "net_rp": 0, "carried_rp": 0,
    "due_rp": 0,
}  # fmt: skip


def full(**changed: Any) -> StatementFigures:
    """Return a statement with all there is: the same with a loss, stock and a correction of -2.000.

    51.069 + 9.749 - 2.000 = 58.818, less the 1.069 carried 57.749 are due.
    """
    facts = {
        "losses": (LOSS,), "losses_rp": 9_749, "adjustments": (CORRECTION,), "adjustments_rp": -2_000, "stock": (STOCK,),
        "net_rp": 58_818, "due_rp": 57_749, "prepared_by": "Rini Wulandari",
    }  # fmt: skip
    return figures(**{**facts, **changed})
