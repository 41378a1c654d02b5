"""What statements would come to if their period were closed with what is in now. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.rules import Act, Actor, get_reach
from consign.models.partners import Agreement, Partner, Producer, RegionTerms
from consign.models.settlement import Statement
from consign.period import Period, is_over
from consign.sentence import say
from consign.settlement.adjustments import list_due
from consign.settlement.contents import find_contents, find_lines
from consign.settlement.cuts import Cut, find_cut
from consign.settlement.figures import make_figures
from consign.settlement.losses import WaitingLosses, find_due_lines
from consign.settlement.next_closing import (
    ClosingPartner,
    Draft,
    compute_one,
    compute_statements,
    find_ends,
    get_closing_partner,
    sketch_closing,
)
from consign.settlement.queries import find_routes
from consign.settlement.rules import DraftUnknown
from reports.statement import StatementFigures, StatementLine

SUMMED = (
    "line_count", "sales_rp", "fee_rp", "fee_tax_rp", "pph23_rp", "losses_rp", "adjustments_rp", "net_rp", "due_rp",
)  # fmt: skip
"""What a line of drafts says of a statement."""


@dataclass(frozen=True)
class DraftLine:
    """What the statement of one producer would come to."""

    partner_code: str
    producer_code: str
    producer: str
    line_count: int
    sales_rp: int
    fee_rp: int
    fee_tax_rp: int
    pph23_rp: int
    losses_rp: int
    adjustments_rp: int
    net_rp: int
    due_rp: int


@dataclass(frozen=True)
class DraftList:
    """What all statements of a partner's next closing would come to."""

    period: Period | None
    """Blank before anything of the partner's was sold or lost."""
    ends: Sequence[date]
    """Days until which it can be closed now."""
    lines: Sequence[DraftLine]


@dataclass(frozen=True)
class DraftView:
    """A draft of one statement, with what else is known of its period."""

    figures: StatementFigures
    is_over: bool
    """Whether the period has ended in all stores; then it can be closed."""
    waiting: tuple[WaitingLosses, ...]
    """Losses of all producers that a closing would leave for a later one; for a producer's eyes none."""


@dataclass(frozen=True)
class DraftLines:
    """The sale lines that the draft of one statement is made of."""

    partner: str
    producer: str
    producer_id: int
    period: Period
    cut: Cut
    lines: Sequence[StatementLine]
    """Summed, as the statement would print them."""


def find_draft_partners(session: Session, *, by: Actor) -> list[tuple[str, str]]:
    """Return codes and names of the partners of which *by* may see drafts, by name."""
    partners = session.scalars(select(Partner).where(_within(by)).order_by(Partner.name, Partner.id))
    return [(one.code, one.name) for one in partners]


def find_draft(session: Session, *, by: Actor, partner_code: str, until: date | None = None) -> DraftList:
    """Return what each statement of a partner's next closing would come to, within the reach of *by*.

    It is that of the next period, or reaches until the day *until* where it can be closed so far.

    Raises:
        DraftUnknown: there is no such partner that *by* may see drafts of.

    """
    query = select(Partner, RegionTerms).join(RegionTerms, RegionTerms.id == 1)  # with its terms, which the losses need
    found = session.execute(query.where(_within(by), Partner.code == partner_code)).one_or_none()
    if found is None:
        raise _unknown()
    partner: Partner = found[0]
    drafted = _sketch(session, partner.id, until)
    if drafted is None:
        return DraftList(None, [], [])
    closing_partner, draft, period = drafted
    reach = get_reach(by, Act.READ_STATEMENTS)
    sums = {
        one.producer_id: one
        for one in compute_statements(session, draft)
        if reach.producer_id in {None, one.producer_id}
    }
    named = select(Producer.id, Producer.code, Producer.name).where(Producer.id.in_(sums)).order_by(Producer.name)
    lines = [
        DraftLine(
            partner_code=partner.code, producer_code=row.code, producer=row.name,
            **{name: getattr(sums[row.id], name) for name in SUMMED},
        )
        for row in session.execute(named)
    ]  # fmt: skip
    return DraftList(period, find_ends(closing_partner, now=clock.now()), lines)


def get_draft(
    session: Session, *, by: Actor, partner_code: str, producer_code: str, until: date | None = None
) -> DraftView:
    """Return what one producer's next statement of a partner would say; *until* as in `find_draft`.

    Raises:
        DraftUnknown: there is no such pair that *by* may see drafts of, or nothing was sold or lost yet.

    """
    partner, producer, terms, drafted = _get_pair(session, by, partner_code, producer_code, until)
    closing_partner, draft, period = drafted
    cut = find_cut(session, draft.cut)
    sums = compute_one(session, draft, cut, producer_id=producer.id)
    if sums is None:
        raise _unknown()
    now = clock.now()
    today = now.astimezone(ZoneInfo(terms.zone)).date()
    contents = find_contents(session, cut, producer_ids=[producer.id])
    losses = [one for one in draft.losses.due if one.producer_id == producer.id]
    figures = make_figures(
        sums,
        contents[producer.id],
        number="",
        partner=partner.name,
        partner_code=partner.code,
        producer=producer.name,
        producer_code=producer.code,
        first=period.first,
        last=period.last,
        due_on=_find_due_on(period, today=today, days=sums.payment_term_days),
        losses=find_due_lines(session, losses) if losses else (),
        adjustments=list_due(session, draft.adjustments, producer_id=producer.id),
        opening_rp=0,
        earlier_number="",
        route=find_routes(session, draft.cut).get(producer.id, "direct"),
        seal="",
        office=terms.office_name,
        made_on=today,
        closed_by="",
        prepared_by="",
        is_draft=True,
        pay_into=(),
    )
    own = get_reach(by, Act.READ_STATEMENTS).producer_id is not None
    waiting = () if own else draft.losses.waiting  # they are not told by producer
    return DraftView(figures, _is_over(closing_partner, period, now=now), waiting)


def get_draft_lines(
    session: Session, *, by: Actor, partner_code: str, producer_code: str, until: date | None = None
) -> DraftLines:
    """Return the sale lines of one producer's next statement of a partner; *until* as in `find_draft`.

    Raises:
        DraftUnknown: there is no such pair that *by* may see drafts of, or nothing was sold or lost yet.

    """
    partner, producer, _, (_, draft, period) = _get_pair(session, by, partner_code, producer_code, until)
    cut = find_cut(session, draft.cut)
    lines = find_lines(session, cut, producer_ids=[producer.id])[producer.id]
    if not lines and compute_one(session, draft, cut, producer_id=producer.id) is None:
        raise _unknown()
    return DraftLines(partner.name, producer.name, producer.id, period, draft.cut, lines)


def _get_pair(
    session: Session, by: Actor, partner_code: str, producer_code: str, until: date | None
) -> tuple[Partner, Producer, RegionTerms, tuple[ClosingPartner, Draft, Period]]:
    reach = get_reach(by, Act.READ_STATEMENTS)
    query = (
        select(Partner, Producer, RegionTerms)
        .select_from(Partner)
        .join(Producer, Producer.code == producer_code)
        .join(RegionTerms, RegionTerms.id == 1)
        .where(_within(by), Partner.code == partner_code)
    )
    if reach.producer_id is not None:
        query = query.where(Producer.id == reach.producer_id)
    found = session.execute(query).one_or_none()
    drafted = _sketch(session, found[0].id, until) if found else None
    if found is None or drafted is None:
        raise _unknown()
    return found[0], found[1], found[2], drafted


def _find_due_on(period: Period, *, today: date, days: int) -> date:
    """Return when it would be due if it were closed today, or on the first day on which it can be."""
    return max(today, period.last + timedelta(1)) + timedelta(days)


def _is_over(closing_partner: ClosingPartner, period: Period, *, now: datetime) -> bool:
    return bool(closing_partner.zones) and is_over(period.last, zones=list(closing_partner.zones), now=now)


def _sketch(session: Session, partner_id: int, until: date | None) -> tuple[ClosingPartner, Draft, Period] | None:
    closing_partner, now = get_closing_partner(session, partner_id=partner_id), clock.now()
    period = closing_partner.next_period
    if period is None:
        return None
    if until in find_ends(closing_partner, now=now):
        period = replace(period, last=until)
    return closing_partner, sketch_closing(session, closing_partner, until=period.last, now=now), period


def _within(by: Actor) -> ColumnElement[bool]:
    """Return the condition that a partner is one of which *by* may see drafts."""
    reach = get_reach(by, Act.READ_STATEMENTS)
    if reach.partner_id is not None:
        return Partner.id == reach.partner_id
    return true() if reach.producer_id is None else _deals_with(reach.producer_id)


def _deals_with(producer_id: int) -> ColumnElement[bool]:
    """Return the condition that a partner has, or had, an agreement with a producer, or gave it a statement."""
    agreed = exists().where(Agreement.partner_id == Partner.id, Agreement.producer_id == producer_id)
    stated = exists().where(Statement.partner_id == Partner.id, Statement.producer_id == producer_id)
    return or_(agreed, stated)


def _unknown() -> DraftUnknown:
    return DraftUnknown(say("There is no draft of a statement here that you may see; nothing was changed."))
