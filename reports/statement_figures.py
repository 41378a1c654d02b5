"""What a consignment statement (nota perhitungan) says, as plain figures that are added up again before they are written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

BP_WHOLE = 10_000
NOTHING = Decimal(0)


class StatementDoesNotAddUp(ValueError):
    """The figures contradict each other; nothing was written."""


@dataclass(frozen=True)
class StatementLine:
    """What was sold of one product in one store at one price and one fee rate."""

    store: str
    """The store's code."""
    store_name: str
    product: str
    """The product's name; *product_code* tells it from others of the same name."""
    product_code: str
    kind: str
    """`sale`, `return` or `reversal`."""
    late: bool
    """Whether it belongs to a day of an earlier period."""
    quantity: Decimal
    unit_price_rp: int
    """The till's price of one unit."""
    gross_rp: int
    """As the till reported it, before any discount."""
    discount_rp: int
    """As the till reported it; has the sign of the gross."""
    discount_by: str
    """Who bears the discount: `store` or `producer`."""
    sales_rp: int
    fee_rate_bp: int
    fee_rp: int


@dataclass(frozen=True)
class StatementLateLine:
    """One sale line of a day of an earlier, closed period: it came in late, or takes such a line back."""

    day: date
    store: str
    store_name: str
    product: str
    product_code: str
    receipt: str
    file: str
    """The file it was read from; blank where there was none."""
    kind: str
    quantity: Decimal
    sales_rp: int
    fee_rp: int


@dataclass(frozen=True)
class StatementStockLine:
    """What came and went of one product in all stores of the partner; quantities in units of the product."""

    product: str
    product_code: str
    opening: Decimal
    """What the statement before left; before the first what stood there."""
    received: Decimal
    sold: Decimal
    """Sales less returns of customers, since stock is kept."""
    returned: Decimal
    """Given back to the producer."""
    lost: Decimal
    """Written off or missing at a count; negative where more was found than lost."""
    other: Decimal
    """Found when stock was first counted, or on its way between stores."""
    closing: Decimal
    unkept: Decimal
    """Sold where no stock was kept yet: in the sales, not in this stock."""


@dataclass(frozen=True)
class StatementLossLine:
    """Goods that were lost in a store, or found again, and what the store bears of them."""

    day: date
    note: str
    """The number of the count or write-off that says so."""
    store: str
    store_name: str
    product: str
    product_code: str
    reason: str
    quantity: Decimal
    """Negative for goods found again, or a loss that was taken back."""
    value_rp: int
    """What the producer would have got had it been sold."""
    share_bp: int | None
    """The store's share of it, in basis points; blank where it was taken back before anybody said."""
    store_rp: int


@dataclass(frozen=True)
class StatementAdjustmentLine:
    """A correction that two people agreed on."""

    day: date
    """On which it was approved."""
    reason: str
    amount_rp: int
    """Positive in the producer's favour."""


@dataclass(frozen=True)
class PayInto:
    """A bank account of the office into which partners pay."""

    bank: str
    """The bank's name."""
    number: str
    """The account's digits, as text."""
    holder: str
    """In whose name it stands at the bank."""


@dataclass(frozen=True)
class StatementFigures:
    """Everything a statement says. Amounts in whole rupiah."""

    number: str
    """Blank of a draft, which has none."""
    partner: str
    partner_code: str
    producer: str
    producer_code: str
    first: date
    last: date
    due_on: date
    lines: tuple[StatementLine, ...]
    losses: tuple[StatementLossLine, ...]
    sales_rp: int
    fee_rp: int
    fee_tax_rp: int
    pph23_rp: int
    losses_rp: int
    adjustments_rp: int
    """Corrections that two people agreed on; positive in the producer's favour."""
    opening_rp: int
    """What stood open before the books began."""
    net_rp: int
    carried_rp: int
    due_rp: int
    carry_rp: int
    seal: str
    """Length and head of the audit chain when it was written; blank of a draft."""
    office: str
    """The office that issues it."""
    route: str
    """How the money goes: `direct`, `collecting` or `cooperative`."""
    pay_into: tuple[PayInto, ...]
    """The office's accounts that are in use, where the money goes through the office; blank of all others."""
    made_on: date
    """On which the period was closed, or the draft was made."""
    prepared_by: str
    """Blank where the region closes without a second person."""
    closed_by: str
    earlier_number: str
    """Its number before the books began; blank for all others."""
    late_rp: int
    """The part of `sales_rp` that belongs to days of earlier periods."""
    late: tuple[StatementLateLine, ...]
    stock: tuple[StatementStockLine, ...]
    adjustments: tuple[StatementAdjustmentLine, ...]
    is_draft: bool

    @property
    def gross_rp(self) -> int:
        """Return what the tills took in before discounts, less returns."""
        return sum(line.gross_rp for line in self.lines)

    @property
    def producer_discount_rp(self) -> int:
        """Return the discounts that the producer bears."""
        return sum(line.discount_rp for line in self.lines if line.discount_by == "producer")

    @property
    def store_discount_rp(self) -> int:
        """Return the discounts that the store bears: the producer is owed the price before them."""
        return sum(line.discount_rp for line in self.lines if line.discount_by == "store")

    @property
    def price_difference_rp(self) -> int:
        """Return by how much the agreed prices are above the tills', where the producer is owed the agreed ones."""
        return self.sales_rp - self.gross_rp + self.producer_discount_rp


def refuse_wrong_sums(figures: StatementFigures) -> None:
    """Add the figures up again.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    late = [line for line in figures.lines if line.late]
    sums = {
        "sales": (figures.sales_rp, sum(line.sales_rp for line in figures.lines)),
        "fee": (figures.fee_rp, sum(line.fee_rp for line in figures.lines)),
        "losses": (figures.losses_rp, sum(loss.store_rp for loss in figures.losses)),
        "corrections": (figures.adjustments_rp, sum(one.amount_rp for one in figures.adjustments)),
        "late sales": (figures.late_rp, sum(line.sales_rp for line in figures.late)),
        "late sales among all": (figures.late_rp, sum(line.sales_rp for line in late)),
        "late fee": (sum(line.fee_rp for line in late), sum(line.fee_rp for line in figures.late)),
        "net": (
            figures.net_rp,
            figures.sales_rp
            - figures.fee_rp
            - figures.fee_tax_rp
            + figures.pph23_rp
            + figures.losses_rp
            + figures.adjustments_rp
            + figures.opening_rp,
        ),
        "due": (figures.due_rp + figures.carry_rp, figures.net_rp + figures.carried_rp),
    }
    for name, (stated, added) in sums.items():
        if stated != added:
            raise StatementDoesNotAddUp(f"{figures.number}: {name} is {stated}, its parts add up to {added}")
    _refuse_wrong_shares(figures)
    _refuse_wrong_stock(figures)


def _refuse_wrong_shares(figures: StatementFigures) -> None:
    for loss in figures.losses:
        expected = share_of(loss.value_rp, loss.share_bp or 0)
        if loss.store_rp != expected:
            raise StatementDoesNotAddUp(
                f"{figures.number}: of {loss.product} in {loss.note} the store bears {loss.store_rp}, not {expected}"
            )


def _refuse_wrong_stock(figures: StatementFigures) -> None:
    """Refuse stock that does not follow from what came and went, or sales that are not those of the sale lines."""
    sold = sum_quantities(figures.lines)
    late = sum_quantities(figures.late)
    if late != sum_quantities([line for line in figures.lines if line.late]):
        raise StatementDoesNotAddUp(f"{figures.number}: the late lines are not those of the sums")
    for one in figures.stock:
        closing = one.opening + one.received - one.sold - one.returned - one.lost + one.other
        if one.closing != closing:
            raise StatementDoesNotAddUp(f"{figures.number}: of {one.product} {one.closing} stand, not {closing}")
        lines = sold.get(one.product_code, NOTHING)
        if one.sold + one.unkept != lines:
            raise StatementDoesNotAddUp(
                f"{figures.number}: of {one.product} {one.sold + one.unkept} left as sold, the sales are {lines}"
            )


def sum_quantities(lines: Iterable[StatementLine | StatementLateLine]) -> Mapping[str, Decimal]:
    """Return the quantities of *lines* by the codes of their products; those that come to nothing are left out."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.product_code] += line.quantity
    return {name: quantity for name, quantity in sums.items() if quantity}


def share_of(value_rp: int, share_bp: int) -> int:
    """Return a share of an amount, rounded half away from zero."""
    whole, rest = divmod(abs(value_rp) * share_bp, BP_WHOLE)
    rounded = whole + (2 * rest >= BP_WHOLE)
    return rounded if value_rp >= 0 else -rounded
