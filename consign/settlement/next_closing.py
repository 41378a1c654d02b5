"""What the next closing of a partner would take: its cut, what is not in yet, and what its statements come to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.partners.queries import get_region_terms
from consign.period import Cycle, Period, is_over, period_of
from consign.sales.queries import count_missing_days, find_missing_days
from consign.sales.uploads import OPEN_STATUSES
from consign.sentence import say
from consign.settlement.adjustments import DueAdjustment, find_due_adjustments, sum_by_producer
from consign.settlement.cuts import Cut, find_cut
from consign.settlement.losses import ClosingLosses, find_losses
from consign.settlement.queries import find_carried, find_idle, find_sums
from consign.settlement.rules import (
    TERM_WITHOUT_AGREEMENT_DAYS,
    AgreementSum,
    ClosedLater,
    ClosingSum,
    Missing,
    StatementSum,
    add_up,
    compute_statement,
    find_closable_ends,
    make_idle,
    refuse_day_not_closable,
)

_PARTNERS = text("""
    SELECT partner.id AS partner_id, partner.code, partner.name, partner.cycle, last.until_on AS closed_until,
      COALESCE(last.posting_no, 0) AS closed_posting_no,
      CASE WHEN NOT last.carries_over THEN last.movement_id END AS closed_movement_id,
      COALESCE(posting.first_on, (SELECT min(day) FROM stock_loss WHERE stock_loss.partner_id = partner.id)) AS first_on,
      COALESCE(posting.last_no, 0) AS last_posting_no,
      (SELECT COALESCE(max(id), 0) FROM stock_movement WHERE note_id IS NOT NULL) AS last_movement_id,
      (SELECT array_agg(zone ORDER BY store.code) FROM store WHERE store.partner_id = partner.id) AS zones
    FROM partner
    LEFT JOIN LATERAL (SELECT until_on, posting_no, movement_id, carries_over FROM closing WHERE closing.partner_id = partner.id
      ORDER BY until_on DESC LIMIT 1) AS last ON true
    LEFT JOIN LATERAL (SELECT min(first_on) AS first_on, max(number) AS last_no FROM sales_posting
      WHERE sales_posting.partner_id = partner.id) AS posting ON true
    WHERE CAST(:partner AS bigint) IS NULL OR partner.id = :partner ORDER BY partner.name, partner.id""")
_WAITING = text("""
    SELECT span.partner_id,
      (SELECT count(*) FROM sales_parked AS parked WHERE parked.partner_id = span.partner_id AND parked.state = 'open'
         AND (parked.sold_on <= span.last OR parked.sold_on IS NULL)) AS parked_lines,
      (SELECT count(*) FROM sales_upload AS upload WHERE upload.partner_id = span.partner_id
         AND upload.status = ANY(:statuses)) AS open_uploads
    FROM unnest(CAST(:partners AS bigint[]), CAST(:lasts AS date[])) AS span(partner_id, last)""")


@dataclass(frozen=True)
class ClosingPartner:
    """A partner as a closing sees it: how far it is closed, and what it has beyond."""

    partner_id: int
    code: str
    name: str
    cycle: Cycle
    closed_until: date | None
    closed_posting_no: int
    """Last posting inside the last closing; 0 before the first."""
    closed_movement_id: int | None
    """Last movement of goods inside the last closing that took sales; blank before the first."""
    first_on: date | None
    """Day of the partner's first sale; where nothing was sold that of the first goods lost."""
    last_posting_no: int
    last_movement_id: int
    """Last movement of goods that a note made, in any store; see `cuts.hold_movements`."""
    zones: tuple[str, ...]
    """Time zones of its stores, by the stores' codes."""

    @property
    def next_period(self) -> Period | None:
        """Return the period after the last closing, else that of the first sale; blank before there is any."""
        if self.closed_until:
            first = self.closed_until + timedelta(1)
            return Period(first, period_of(first, self.cycle).last)
        return period_of(self.first_on, self.cycle) if self.first_on else None


@dataclass(frozen=True)
class Draft:
    """A closing as it would be written now."""

    cut: Cut
    missing: Missing
    losses: ClosingLosses
    adjustments: tuple[DueAdjustment, ...]


@dataclass(frozen=True)
class Pending:
    """The next period of a partner that is not closed."""

    partner: ClosingPartner
    period: Period | None
    """Blank before anything of the partner's was sold or lost."""
    over: bool
    """Whether it has ended in all stores."""
    store_days: int
    parked_lines: int
    open_uploads: int

    @property
    def missing(self) -> int:
        """Return how many things are not in yet; counted only once the period is over."""
        return self.store_days + self.parked_lines + self.open_uploads

    @property
    def state(self) -> str | None:
        """Return `running`, `incomplete` or `ready`; blank without a period."""
        if self.period is None:
            return None
        if not self.over:
            return "running"
        return "incomplete" if self.missing else "ready"


def get_closing_partner(session: Session, *, partner_id: int) -> ClosingPartner:
    """Return how far the partner is closed."""
    return _find_closing_partners(session, partner_id=partner_id)[0]


def _find_closing_partners(session: Session, *, partner_id: int | None) -> list[ClosingPartner]:
    rows = session.execute(_PARTNERS, {"partner": partner_id}).mappings()
    return [ClosingPartner(**{**row, "cycle": Cycle(row["cycle"]), "zones": tuple(row["zones"] or ())}) for row in rows]


def draft_closing(session: Session, partner: ClosingPartner, *, until: date, now: datetime) -> Draft:
    """Return what closing a partner's sales until the day *until*, inside, would take at the instant *now*.

    Whoever is about to write it holds the partner and its stores.

    Raises:
        DayNotClosable: the day is no end of the partner's cycle or not over in all its stores.
        ClosedLater: a later day is closed already.

    """
    refuse_day_not_closable(until, cycle=partner.cycle, zones=list(partner.zones), now=now)
    if partner.closed_until is not None and partner.closed_until > until:
        raise ClosedLater(
            say("The partner is closed until {day} already; nothing was closed.", day=partner.closed_until)
        )
    sketch = sketch_closing(session, partner, until=until, now=now)
    first = sketch.cut.before_on + timedelta(1)
    return replace(sketch, missing=find_missing(session, partner_id=partner.partner_id, first=first, last=until))


def sketch_closing(session: Session, partner: ClosingPartner, *, until: date, now: datetime) -> Draft:
    """Return what a closing until the day *until* would take of what is in at the instant *now*, though its period may go on.

    What is missing is not looked for.
    """
    before = partner.closed_until or _day_before_first(partner, until=until)
    cut = Cut(
        partner_id=partner.partner_id,
        until_on=until,
        posting_no=partner.last_posting_no,
        before_on=before,
        before_posting_no=partner.closed_posting_no,
        movement_id=partner.last_movement_id,
        before_movement_id=(
            partner.last_movement_id if partner.closed_movement_id is None else partner.closed_movement_id
        ),
    )
    on = now.astimezone(ZoneInfo(get_region_terms(session).zone)).date()
    losses = find_losses(session, partner_id=partner.partner_id, until=until, on=on)
    return Draft(cut, Missing((), 0, 0), losses, find_due_adjustments(session, partner.partner_id))


def _day_before_first(partner: ClosingPartner, *, until: date) -> date:
    """Return the day before the partner's first period: that of its first sale, or the one that is closed."""
    return period_of(min(partner.first_on or until, until), partner.cycle).first - timedelta(1)


def find_missing(session: Session, *, partner_id: int, first: date, last: date) -> Missing:
    """Return what is not in yet for a partner's days from *first* to *last*, both inside."""
    parked_lines, open_uploads = _count_waiting(session, [(partner_id, last)])[partner_id]
    days = tuple(find_missing_days(session, partner_id=partner_id, first=first, last=last))
    return Missing(store_days=days, parked_lines=parked_lines, open_uploads=open_uploads)


def _count_waiting(session: Session, spans: Sequence[tuple[int, date]]) -> dict[int, tuple[int, int]]:
    """Return for each partner and last day how many lines wait, and how many uploads are not posted."""
    facts = {
        "partners": [one for one, _ in spans],
        "lasts": [last for _, last in spans],
        "statuses": list(OPEN_STATUSES),
    }
    return {row.partner_id: (row.parked_lines, row.open_uploads) for row in session.execute(_WAITING, facts)}


def compute_statements(session: Session, draft: Draft) -> list[StatementSum]:
    """Return what the statement of every producer inside *draft* comes to, in the order of the producers' ids."""
    cut, losses, adjustments = draft.cut, draft.losses.sum_by_producer(), sum_by_producer(draft.adjustments)
    facts = find_cut(session, cut)
    by_producer: defaultdict[int, list[AgreementSum]] = defaultdict(list)
    for one in find_sums(session, facts):
        by_producer[one.producer_id].append(one)
    carried = find_carried(session, cut.partner_id)
    for idle in find_idle(session, facts, selling=list(by_producer), carrying=[*carried, *losses, *adjustments]):
        by_producer[idle.producer_id].append(idle)
    for producer_id in {*carried, *losses, *adjustments} - set(by_producer):
        by_producer[producer_id].append(make_idle(producer_id, TERM_WITHOUT_AGREEMENT_DAYS))
    return [
        compute_statement(
            producer_id,
            by_producer[producer_id],
            losses_rp=losses.get(producer_id, 0),
            adjustments_rp=adjustments.get(producer_id, 0),
            carried_rp=carried.get(producer_id, 0),
        )
        for producer_id in sorted(by_producer)
    ]


def compute_one(session: Session, draft: Draft, facts: dict[str, Any], *, producer_id: int) -> StatementSum | None:
    """Return what `compute_statements` says of one producer; blank where it would get no statement.

    *facts* are those of the draft's cut.
    """
    carried, losses = find_carried(session, draft.cut.partner_id), draft.losses.sum_by_producer()
    adjustments = sum_by_producer(draft.adjustments)
    sums = find_sums(session, facts, producer_id=producer_id)
    if not sums:
        due = {*carried, *losses, *adjustments}
        idle = find_idle(session, facts, selling=[], carrying=sorted(due))
        sums = [one for one in idle if one.producer_id == producer_id]
        if not sums and producer_id in due:
            sums = [make_idle(producer_id, TERM_WITHOUT_AGREEMENT_DAYS)]
    if not sums:
        return None
    return compute_statement(
        producer_id,
        sums,
        losses_rp=losses.get(producer_id, 0),
        adjustments_rp=adjustments.get(producer_id, 0),
        carried_rp=carried.get(producer_id, 0),
    )


def preview_closing(session: Session, draft: Draft) -> ClosingSum:
    """Return what *draft* would come to, by the same sums that a closing writes down."""
    return add_up(compute_statements(session, draft))


def find_pending(session: Session, *, by: Actor, now: datetime, counted: int | None = None) -> list[Pending]:
    """Return for each partner the next period that is not closed, with what is missing where it is over by *now*.

    What is missing is counted for the first *counted* partners whose period is over, or for all.
    """
    reach = get_reach(by, Act.READ_CLOSINGS)
    partners = _find_closing_partners(session, partner_id=reach.partner_id)
    spans = [
        (one.partner_id, period.first, period.last)
        for one in partners
        if (period := one.next_period) and one.zones and is_over(period.last, zones=list(one.zones), now=now)
    ]
    over, spans = {partner_id for partner_id, _, _ in spans}, spans[:counted]
    days = count_missing_days(session, spans) if spans else {}
    waiting = _count_waiting(session, [(one, last) for one, _, last in spans]) if spans else {}
    return [
        Pending(
            partner=one,
            period=one.next_period,
            over=one.partner_id in over,
            store_days=days.get(one.partner_id, 0),
            parked_lines=waiting.get(one.partner_id, (0, 0))[0],
            open_uploads=waiting.get(one.partner_id, (0, 0))[1],
        )
        for one in partners
    ]


def find_ends(partner: ClosingPartner, *, now: datetime) -> list[date]:
    """Return the days until which the partner can be closed at the instant *now*, the next one first."""
    period = partner.next_period
    if period is None:
        return []
    before = period.first - timedelta(1)
    return find_closable_ends(before, cycle=partner.cycle, zones=list(partner.zones), now=now)
