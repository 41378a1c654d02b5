"""What a statement comes to, and when a period may be closed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consign.errors import BadInput, Conflict, NeedsDecision, NotAllowed, NotFound, Question
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder, order_transfer
from consign.money import BP_WHOLE, Rupiah, divide_half_away
from consign.period import Cycle, is_over, period_of
from consign.sentence import Code, Sentence, say, say_all

MOST_SHOWN_DAYS = 5
MOST_OFFERED_ENDS = 12
TERM_WITHOUT_AGREEMENT_DAYS = 15
"""When money is due for goods lost of a producer who never had an agreement with the partner. Source: Permendag 70/2013."""


class DayNotClosable(BadInput):
    """The day is no end of the partner's cycle, or is not over everywhere; nothing was closed."""

    code = "settlement.day_not_closable"


class ClosedLater(Conflict):
    """A later day is closed already; nothing was closed."""

    code = "settlement.closed_later"


class ClosingUnknown(NotFound):
    """There is no such closing, or it is not for this person to see."""

    code = "settlement.closing_unknown"


class StatementUnknown(NotFound):
    """There is no statement with this number, or it is not for this person to see."""

    code = "settlement.statement_unknown"


class DraftUnknown(NotFound):
    """There is no draft of a statement for this pair, or it is not for this person to see; nothing was changed."""

    code = "settlement.draft_unknown"


class StatementBroken(Conflict):
    """The statement's figures are not the sum of its sales; it is not shown, and nothing was changed."""

    code = "settlement.statement_broken"


class PlanUnknown(NotFound):
    """No closing of the partner is prepared; nothing was changed."""

    code = "settlement.plan_unknown"


class ClosingNotPrepared(Conflict):
    """The region closes by two people and nobody has prepared this closing; nothing was closed."""

    code = "settlement.not_prepared"


class ClosedByPreparer(NotAllowed):
    """Who prepared a closing must not countersign it; nothing was closed."""

    code = "settlement.same_person"


class PlanChanged(Conflict):
    """The closing comes to something else than was prepared; nothing was closed."""

    code = "settlement.plan_changed"


@dataclass(frozen=True)
class AgreementSum:
    """What the sales of one producer under one agreement come to inside a cut."""

    producer_id: int
    line_count: int
    sales_rp: int
    returns_rp: int
    late_rp: int
    fee_rp: int
    fee_tax_bp: int
    pph23_bp: int
    payment_term_days: int


def make_idle(producer_id: int, payment_term_days: int) -> AgreementSum:
    """Return the sum of a producer of whose goods nothing was sold."""
    return AgreementSum(producer_id, 0, 0, 0, 0, 0, 0, 0, payment_term_days)


@dataclass(frozen=True)
class StatementSum:
    """What one producer's statement comes to. See `models.settlement.Statement` for each figure."""

    producer_id: int
    line_count: int
    sales_rp: int
    returns_rp: int
    late_rp: int
    fee_rp: int
    fee_tax_rp: int
    pph23_rp: int
    losses_rp: int
    adjustments_rp: int
    net_rp: int
    carried_rp: int
    due_rp: int
    carry_rp: int
    payment_term_days: int


def compute_statement(
    producer_id: int, sums: Sequence[AgreementSum], *, losses_rp: int, adjustments_rp: int, carried_rp: int
) -> StatementSum:
    """Add up what a producer's agreements come to, with the taxes on the fee rounded once, half away from zero.

    *losses_rp* is what the store bears of goods lost, *adjustments_rp* what two people corrected, positive in the producer's
    favour, *carried_rp* the negative rest of earlier statements, or zero. A statement that ends below zero carries its rest.
    """
    sales, fee = sum(one.sales_rp for one in sums), sum(one.fee_rp for one in sums)
    fee_tax = divide_half_away(sum(one.fee_rp * one.fee_tax_bp for one in sums), BP_WHOLE)
    pph23 = divide_half_away(sum(one.fee_rp * one.pph23_bp for one in sums), BP_WHOLE)
    net = sales - fee - fee_tax + pph23 + losses_rp + adjustments_rp
    rest = net + carried_rp
    return StatementSum(
        producer_id=producer_id,
        line_count=sum(one.line_count for one in sums),
        sales_rp=sales,
        returns_rp=sum(one.returns_rp for one in sums),
        late_rp=sum(one.late_rp for one in sums),
        fee_rp=fee,
        fee_tax_rp=fee_tax,
        pph23_rp=pph23,
        losses_rp=losses_rp,
        adjustments_rp=adjustments_rp,
        net_rp=net,
        carried_rp=carried_rp,
        due_rp=max(rest, 0),
        carry_rp=min(rest, 0),
        payment_term_days=min(one.payment_term_days for one in sums),
    )


@dataclass(frozen=True)
class ClosingSum:
    """What all statements of a closing come to together."""

    statements: int
    line_count: int
    sales_rp: int
    returns_rp: int
    late_rp: int
    fee_rp: int
    fee_tax_rp: int
    pph23_rp: int
    losses_rp: int
    adjustments_rp: int
    net_rp: int
    due_rp: int


def add_up(statements: Sequence[StatementSum]) -> ClosingSum:
    """Return what *statements* come to together."""
    return ClosingSum(
        statements=len(statements),
        line_count=sum(one.line_count for one in statements),
        sales_rp=sum(one.sales_rp for one in statements),
        returns_rp=sum(one.returns_rp for one in statements),
        late_rp=sum(one.late_rp for one in statements),
        fee_rp=sum(one.fee_rp for one in statements),
        fee_tax_rp=sum(one.fee_tax_rp for one in statements),
        pph23_rp=sum(one.pph23_rp for one in statements),
        losses_rp=sum(one.losses_rp for one in statements),
        adjustments_rp=sum(one.adjustments_rp for one in statements),
        net_rp=sum(one.net_rp for one in statements),
        due_rp=sum(one.due_rp for one in statements),
    )


def order_statement_transfers(
    statement: StatementSum, *, number: str, partner_id: int, booked_on: date
) -> list[TransferOrder]:
    """Return the transfers of one statement; together they change both balances by its net."""
    owes = AccountName(AccountKind.PARTNER_OWES, partner_id, statement.producer_id)
    is_owed = AccountName(AccountKind.PRODUCER_IS_OWED, partner_id, statement.producer_id)
    parts = (
        (TransferKind.SALES, statement.sales_rp, owes, is_owed),
        (TransferKind.FEE, statement.fee_rp, is_owed, owes),
        (TransferKind.FEE_TAX, statement.fee_tax_rp, is_owed, owes),
        (TransferKind.PPH23, statement.pph23_rp, owes, is_owed),
        (TransferKind.LOSSES, statement.losses_rp, owes, is_owed),
        (TransferKind.ADJUSTMENT, statement.adjustments_rp, owes, is_owed),
    )
    return [
        order
        for kind, amount, debit, credit in parts
        for order in order_transfer(
            Rupiah(amount),
            key=f"statement:{number}:{kind}",
            kind=kind,
            debit=debit,
            credit=credit,
            booked_on=booked_on,
            cause=number,
        )
    ]


def refuse_day_not_closable(day: date, *, cycle: Cycle, zones: list[str], now: datetime) -> None:
    """Refuse a day that is no end of *cycle* or not yet past in one of *zones*.

    Raises:
        DayNotClosable: accordingly.

    """
    if not zones:
        raise DayNotClosable(say("The partner has no store; nothing was closed."))
    end = period_of(day, cycle).last
    if day != end:
        raise DayNotClosable(
            say(
                "{day} is no end of the partner's {cycle} period, {end} is; nothing was closed.",
                day=day,
                cycle=Code("cycle", cycle),
                end=end,
            )
        )
    if not is_over(day, zones=zones, now=now):
        raise DayNotClosable(say("{day} is not over in all stores of the partner; nothing was closed.", day=day))


def find_closable_ends(
    before: date, *, cycle: Cycle, zones: list[str], now: datetime, most: int = MOST_OFFERED_ENDS
) -> list[date]:
    """Return the ends of *cycle* after the day *before* that are over everywhere, the next one first, *most* at most."""
    ends: list[date] = []
    end = period_of(before + timedelta(1), cycle).last
    while zones and len(ends) < most and is_over(end, zones=zones, now=now):
        ends.append(end)
        end = period_of(end + timedelta(1), cycle).last
    return ends


@dataclass(frozen=True)
class Missing:
    """What is not in yet when a period is to be closed."""

    store_days: tuple[tuple[str, date], ...]
    parked_lines: int
    open_uploads: int

    def __bool__(self) -> bool:
        return bool(self.store_days or self.parked_lines or self.open_uploads)

    def describe(self) -> Sentence:
        """Say it in a sentence, the first few store-days by name."""
        parts = []
        if self.store_days:
            count = len(self.store_days)
            shown = [say("{store} {day}", store=store, day=day) for store, day in self.store_days[:MOST_SHOWN_DAYS]]
            if count > MOST_SHOWN_DAYS:
                shown.append(say("{more} more", more=count - MOST_SHOWN_DAYS))
            parts.append(
                say(
                    "store-days without sales or a word that there were none: {count} ({days})", count=count, days=shown
                )
            )
        if self.parked_lines:
            parts.append(say("parked lines: {count}", count=self.parked_lines))
        if self.open_uploads:
            parts.append(say("uploads not posted yet: {count}", count=self.open_uploads))
        return say_all(parts, between="; ")


def ask_about_missing(missing: Missing, *, reason: str | None) -> None:
    """Ask for a reason before closing over what is missing.

    Raises:
        NeedsDecision: something is missing and no reason is given.

    """
    if missing and not (reason and reason.strip()):
        why = say(
            "Missing: {missing}. Late lines fall into the next statement. Close all the same, and why?",
            missing=missing.describe(),
        )
        raise NeedsDecision((Question("incomplete", why),))
