"""Days on which stores of the sample city do not sell, after the months it knows: a weekday, and a renovation."""

from datetime import timedelta

from sqlalchemy.orm import Session

from consign.identity.queries import get_actor
from consign.partners.queries import get_partner, get_store
from consign.partners.selling_day_lists import find_selling_days
from consign.partners.setting_days import close_days, set_week
from consign.sample.months import Months
from consign.sample.people import FINANCE, get_partner_finance
from consign.sample.stores import MINIMARKET
from consign.settlement.queries import hold_closed_until

SIX_DAYS, RENOVATED = "P05", "P04"
"""The store that is closed on Sundays, and the one that is renovated."""
REASON = "Renovasi rak dan lantai"
RENOVATED_AFTER_DAYS, RENOVATION_DAYS = 4, 5


def ensure_store_days(session: Session, months: Months) -> bool:
    """Say on which days two stores of the minimarket do not sell; return whether that was missing."""
    partner = get_partner(session, MINIMARKET.code)
    six_days, renovated = (get_store(session, partner_id=partner.id, code=code) for code in (SIX_DAYS, RENOVATED))
    first = months.second.last + timedelta(1)
    said = find_selling_days(session, partner_id=partner.id, stores=[six_days.id, renovated.id], first=first)
    closed_until = hold_closed_until(session, partner.id)
    if said[six_days.id].weeks or said[renovated.id].closures or (closed_until and closed_until >= first):
        return False
    set_week(
        session,
        by=get_actor(session, FINANCE),
        store=six_days,
        weekdays=range(6),
        first=first,
        closed_until=closed_until,
    )
    begin = first + timedelta(RENOVATED_AFTER_DAYS)
    close_days(
        session,
        by=get_actor(session, get_partner_finance(MINIMARKET.code)),
        partner_id=partner.id,
        store=renovated,
        first=begin,
        last=begin + timedelta(RENOVATION_DAYS - 1),
        reason=REASON,
        closed_until=closed_until,
    )
    return True
