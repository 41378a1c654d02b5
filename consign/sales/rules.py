"""What a line is worth, what its fee is, which sale a return gives back, and how a file is called. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import PurePosixPath

from consign.errors import BadInput, Conflict
from consign.identity.spelling import clean_text
from consign.money import Rupiah, divide_half_away, line_fee

LONGEST_FILE_NAME = 150


def tidy_file_name(given: str) -> str:
    """Return the name of a file as it is shown: without folders, without signs that cannot be seen, not too long."""
    name = clean_text(PurePosixPath(given.replace("\\", "/")).name).strip()
    return name[:LONGEST_FILE_NAME] if name.strip(".") else "-"


class Overlap(StrEnum):
    """What to do with lines that differ from what was posted for the same receipts or days."""

    ASK = "ask"
    """Post nothing and ask; the default."""
    ADD = "add"
    """Post them besides."""
    REPLACE = "replace"
    """Reverse what was posted and post them anew."""


class DayState(StrEnum):
    """How far the sales of one store on one day are."""

    RECEIVED = "received"
    """Sales are posted, and none wait."""
    ZERO = "zero"
    """A person, or a file that speaks about the day, says that nothing was sold."""
    PARTIAL = "partial"
    """Lines of this day wait for something; others may be posted."""
    MISSING = "missing"
    """Nothing speaks for the day."""
    SETTLED = "settled"
    """It is spoken for, and lies in a closed period."""
    TODAY = "today"
    """The day is not over in the store, and nothing speaks for it yet."""
    AHEAD = "ahead"
    """The day has not come."""
    CLOSED = "closed"
    """The store does not sell on this day, so no report is due; that of one who does all the same is received."""
    NOT_OPEN = "not_open"
    """The store did not sell consigned goods on that day."""


@dataclass(frozen=True)
class DayFacts:
    """What is known about one store-day: posted lines, whether something says there were none, lines that wait."""

    lines: int = 0
    spoken_for: bool = False
    waiting: int = 0


def assess_day(
    day: date,
    facts: DayFacts,
    *,
    expected: bool,
    today: date,
    opened_on: date,
    closed_on: date | None,
    settled_until: date | None,
) -> DayState:
    """Judge one store-day as of the store's own *today*. The days the store opened and closed on are days it sells.

    *expected*: whether the store sells on such a day, by its week and what was said of closed days.
    """
    if facts.waiting:
        return DayState.PARTIAL
    if facts.lines or facts.spoken_for:
        if settled_until is not None and day <= settled_until:
            return DayState.SETTLED
        return DayState.RECEIVED if facts.lines else DayState.ZERO
    if day < opened_on or (closed_on is not None and day > closed_on):
        return DayState.NOT_OPEN
    if not expected:
        return DayState.CLOSED
    return DayState.AHEAD if day > today else DayState.TODAY if day == today else DayState.MISSING


REMINDED_AFTER_DAYS = {1: 2, 2: 5, 3: 10}
"""After how many silent days that were due a store is reminded by itself, by the step."""
FINANCE_STEP, HEAD_STEP, LAST_STEP = 2, 3, 3
"""From which step on the partner's finance and the head of the dinas are told as well, and the last one."""


def find_due_step(silent: int, *, done: int) -> int | None:
    """Return the step that is due after *silent* days, where *done* is the last one taken in this silence; 0 for none."""
    step = max((one for one, after in REMINDED_AFTER_DAYS.items() if silent >= after), default=0)
    return step if step > done else None


OLD_DAYS = 60
"""Sales of days longer past are looked at."""
FAR_OFF_TIMES = 10


def find_day_oddities(
    day: date, *, today: date, opened_on: date, closed_on: date | None, settled_until: date | None
) -> list[str]:
    """Return the codes of what is odd about sales of a store on *day*, as of the store's own *today*.

    The days the store opened and closed on are days it sells; *settled_until* is the last day of the closed periods.
    """
    odd = {
        "day.before_opening": day < opened_on,
        "day.after_closing": closed_on is not None and day > closed_on,
        "day.old": (today - day).days > OLD_DAYS,
        "day.settled": settled_until is not None and day <= settled_until,
    }
    return [code for code, holds in odd.items() if holds]


def is_far_off(price_rp: int, agreed_rp: int) -> bool:
    """Say whether a till's price is ten times the agreed one or a tenth of it: perhaps in thousands, or of a whole box."""
    return price_rp >= FAR_OFF_TIMES * agreed_rp or price_rp * FAR_OFF_TIMES <= agreed_rp


class UploadReversed(Conflict):
    """The upload is not posted, so there is nothing to reverse; nothing was changed."""

    code = "sales.not_posted"


class UploadNotOpen(Conflict):
    """The upload does not wait for anything any more; nothing was changed."""

    code = "sales.not_open"


class SummaryAcrossPeriod(BadInput):
    """A summary spans the end of a settlement period, so its sales cannot be told apart; nothing was posted."""

    code = "sales.summary_across_period"


@dataclass(frozen=True)
class LineAmounts:
    """What one line comes to: what the producer is owed for, what the fee is taken on, and the fee."""

    sales: Rupiah
    fee_base: Rupiah
    fee: Rupiah


@dataclass(frozen=True)
class SoldLine:
    """A posted sale that may be given back, and what was given back of it so far (both as positive figures)."""

    posting_no: int
    row_no: int
    group: tuple[object, ...]
    """Store, receipt, product and unit price: what a return must share with its sale."""
    till: str
    sold_on: date
    quantity: Decimal
    agreement_id: int
    agreed_price_rp: int | None
    fee_rate_bp: int
    amounts: LineAmounts
    returned_quantity: Decimal
    returned: LineAmounts
    is_reversed: bool = False
    """Whether it was taken out of the books; what was given back of it then belongs to the line in its place."""


@dataclass(frozen=True)
class ReturnLine:
    """A line with negative quantity."""

    row_no: int
    group: tuple[object, ...]
    till: str | None
    """Blank where the return names the receipt of its sale, which may be of any till."""
    sold_on: date
    quantity: Decimal


@dataclass(frozen=True)
class PairedReturn:
    """A return with the sale it gives back; all returns of that sale add up to what the sale came to."""

    row_no: int
    sale: SoldLine
    amounts: LineAmounts


def pair_returns(returns: Iterable[ReturnLine], sold: Iterable[SoldLine]) -> list[PairedReturn]:
    """Find for each return the sale it gives back; a return that finds none is left out.

    Receipt numbers may begin again every day, so the latest sale until the day of the return is taken; on that day one of
    exactly the returned quantity is preferred, else the first with enough left. A return gives back its share of what the
    sale came to, whatever price or discount it names itself: the share of everything returned so far less what was given
    back before, so that a sale returned in parts gives back its sales, fee base and fee to the rupiah.
    """
    left: defaultdict[tuple[object, ...], list[SoldLine]] = defaultdict(list)
    for sale in carry_returns(sold):
        left[sale.group].append(sale)
    paired = []
    for line in returns:
        places = _with_enough_left(left[line.group], line)
        if not places:
            continue
        place = places[0]
        sale = left[line.group][place]
        returned = sale.returned_quantity - line.quantity
        share = _share(sale, returned)
        left[line.group][place] = replace(sale, returned_quantity=returned, returned=share)
        paired.append(PairedReturn(line.row_no, sale, _less(sale.returned, share)))
    return paired


def carry_returns(sold: Iterable[SoldLine]) -> list[SoldLine]:
    """Return the sales that stand, each with what was given back of the reversed lines in whose place it was posted.

    Such lines share store, day, till, receipt, product and unit price. A file that was reversed and posted again, or
    replaced, leaves the returns of its sales in the books: what they gave back cannot be given back once more.
    """
    lines = sorted(sold, key=lambda one: (one.posting_no, one.row_no))
    standing = [one for one in lines if not one.is_reversed]
    for gone in (one for one in lines if one.is_reversed and one.returned_quantity):
        rest = gone
        for place, sale in enumerate(standing):
            if (sale.group, sale.till, sale.sold_on) != (gone.group, gone.till, gone.sold_on):
                continue
            taken = min(rest.returned_quantity, sale.quantity - sale.returned_quantity)
            if taken <= 0:
                continue
            part = (
                rest.returned
                if taken == rest.returned_quantity
                else _part(rest.returned, taken, rest.returned_quantity)
            )
            standing[place] = replace(
                sale, returned_quantity=sale.returned_quantity + taken, returned=_plus(sale.returned, part)
            )
            rest = replace(rest, returned_quantity=rest.returned_quantity - taken, returned=_less(rest.returned, part))
    return standing


def _share(sale: SoldLine, quantity: Decimal) -> LineAmounts:
    """Return what *quantity* of a sale comes to; its fee is that on its share of the fee base."""
    part = _part(sale.amounts, quantity, sale.quantity)
    fee = sale.amounts.fee if quantity == sale.quantity else line_fee(part.fee_base, sale.fee_rate_bp)
    return replace(part, fee=fee)


def _part(of: LineAmounts, quantity: Decimal, whole: Decimal) -> LineAmounts:
    milli, all_milli = int(quantity * 1000), int(whole * 1000)
    sales, base, fee = (divide_half_away(one.amount * milli, all_milli) for one in (of.sales, of.fee_base, of.fee))
    return LineAmounts(Rupiah(sales), Rupiah(base), Rupiah(fee))


def _plus(one: LineAmounts, other: LineAmounts) -> LineAmounts:
    return LineAmounts(one.sales + other.sales, one.fee_base + other.fee_base, one.fee + other.fee)


def _less(one: LineAmounts, other: LineAmounts) -> LineAmounts:
    return LineAmounts(one.sales - other.sales, one.fee_base - other.fee_base, one.fee - other.fee)


def _with_enough_left(sales: list[SoldLine], line: ReturnLine) -> list[int]:
    """Return the places of sales that *line* may give back, the likeliest first."""
    wanted = -line.quantity
    rests = [(sale, sale.quantity - sale.returned_quantity, place) for place, sale in enumerate(sales)]
    found = [
        (line.sold_on - sale.sold_on, rest != wanted, place)
        for sale, rest, place in rests
        if rest >= wanted and sale.sold_on <= line.sold_on and line.till in (None, sale.till)
    ]
    return [place for _, _, place in sorted(found)]
