"""What an agreement may say, and the errors of this slice."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consign.errors import BadInput, Conflict, NotFound
from consign.money import BP_WHOLE, format_rate

LONGEST_TERM_DAYS = 365


class FeeOn(StrEnum):
    """What the fee, and where it is the agreed price also the producer's due, is computed from."""

    AGREED_PRICE = "agreed_price"
    """Catalogue price of the day times quantity, whatever the till says."""
    REPORTED_GROSS = "reported_gross"
    REPORTED_NET = "reported_net"


class DiscountBorneBy(StrEnum):
    """Who bears a discount that the store gives."""

    STORE = "store"
    PRODUCER = "producer"


class CodeTaken(Conflict):
    """Something else has this code already; nothing was added."""

    code = "partners.code_taken"


class UnknownCode(NotFound):
    """Nothing has this code; nothing was changed."""

    code = "partners.unknown_code"


class FeeOutOfBounds(BadInput):
    """The fee lies outside what the region allows; no agreement was added."""

    code = "partners.fee_out_of_bounds"


class AgreementOverlaps(Conflict):
    """An agreement of the same scope is in force on some of these days; no agreement was added."""

    code = "partners.agreement_overlaps"


@dataclass(frozen=True)
class Terms:
    """What an agreement says about money. Rates in basis points."""

    fee_rate_bp: int
    fee_on: FeeOn
    discount_borne_by: DiscountBorneBy
    fee_tax_bp: int
    pph23_bp: int
    payment_term_days: int


def refuse_fee_out_of_bounds(fee_rate_bp: int, *, from_bp: int, to_bp: int) -> None:
    """Refuse a fee outside *from_bp* to *to_bp*, both inside.

    Raises:
        FeeOutOfBounds: it is outside.

    """
    if not from_bp <= fee_rate_bp <= to_bp:
        raise FeeOutOfBounds(
            f"A fee of {format_rate(fee_rate_bp)} is outside the region's {format_rate(from_bp)} to"
            f" {format_rate(to_bp)}; no agreement was added."
        )


def refuse_impossible_terms(terms: Terms) -> None:
    """Refuse tax rates outside 0 to 100 % and a payment term outside 0 to 365 days, both ends inside.

    Raises:
        BadInput: one lies outside; no agreement was added.

    """
    for name, rate_bp in (("tax on the fee", terms.fee_tax_bp), ("PPh 23", terms.pph23_bp)):
        if not 0 <= rate_bp <= BP_WHOLE:
            raise BadInput(f"The {name} is {format_rate(rate_bp)}; from 0% to 100% can be. No agreement was added.")
    if not 0 <= terms.payment_term_days <= LONGEST_TERM_DAYS:
        raise BadInput(
            f"The payment term is {terms.payment_term_days} days; from 0 to {LONGEST_TERM_DAYS} can be."
            " No agreement was added."
        )


def refuse_days_out_of_order(first: date, last: date | None) -> None:
    """Refuse a last day before the first.

    Raises:
        BadInput: *last* lies before *first*.

    """
    if last is not None and last < first:
        raise BadInput(f"The last day {last} lies before the first day {first}; nothing was changed.")
