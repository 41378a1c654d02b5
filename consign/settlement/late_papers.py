"""What papers about late payments say: the letter to one partner, and the report for the head of the office."""

from datetime import date

from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.models.partners import Partner
from consign.partners.queries import get_region_terms
from consign.sentence import say
from consign.settlement.late import find_ageing, find_trend
from consign.settlement.late_rules import NothingLate
from consign.settlement.reminding import find_proposals, find_reminders
from reports.late_payers import LateBill, LateLetter, LatePartner, LateReport


def make_letter(session: Session, *, by: Actor, partner_id: int, on: date) -> LateLetter:
    """Return what the letter to a partner says on the day *on*: all that is due and open, and the reminders before.

    Raises:
        NotAllowed: *by* does not read who pays late.
        NothingLate: nothing is due and open.

    """
    get_reach(by, Act.READ_LATE)
    terms = get_region_terms(session)
    proposal = next(iter(find_proposals(session, on=on, partner_id=partner_id)), None)
    if proposal is None:
        name = session.get_one(Partner, partner_id).name
        raise NothingLate(say("{partner} owes nothing that is due; there is no letter to write.", partner=name))
    sent = find_reminders(session, by=by, partner_id=partner_id)
    first_due = min(one.due_on for one in proposal.bills)
    return LateLetter(
        office=terms.office_name,
        contact=terms.office_contact,
        partner=proposal.partner,
        written_on=on,
        legal_days=terms.legal_term_days,
        bills=tuple(
            LateBill(
                one.number, one.earlier_number, one.producer, one.from_on, one.until_on, one.due_on, one.legal_on,
                (on - one.due_on).days, one.open_rp,
            )
            for one in proposal.bills
        ),
        total_rp=proposal.amount_rp,
        reminders=tuple((one.step, one.day, one.amount_rp) for one in reversed(sent) if one.day >= first_due),
    )  # fmt: skip


def make_report(session: Session, *, by: Actor, on: date) -> LateReport:
    """Return what the report for the head says on the day *on*: each partner that owes something, and the trend.

    Raises:
        NotAllowed: *by* does not read who pays late.

    """
    terms = get_region_terms(session)
    partners = [
        LatePartner(
            one.partner_code, one.partner, tuple(one.agreed_rp.values()), one.open_rp, one.legal_late_rp,
            one.oldest_due_on, one.promptness.average_days, one.promptness.on_time_bp,
            one.reminded[0] if one.reminded else None, one.reminded[1] if one.reminded else None,
        )
        for one in find_ageing(session, by=by, on=on)
        if one.bills
    ]  # fmt: skip
    trend = find_trend(session, by=by, on=on)
    return LateReport(terms.office_name, on, terms.legal_term_days, tuple(partners), tuple(trend))
