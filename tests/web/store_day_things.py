"""Closed days of stores where pages lead to them: far ahead, so that no other test meets them."""

from datetime import date

from consign.identity.queries import get_actor
from consign.models.partners import Store
from consign.partners.setting_days import close_days
from tests.builders import ADMIN
from tests.conftest import REGION
from tests.web.town import Town

FIRST, LAST = date(2028, 5, 1), date(2028, 5, 7)
CLOSED = ("T1", "T2", "K1")


def put_closures(town: Town) -> dict[str, str]:
    """Close each store for a week, once; return the closure of the first as addresses name it."""
    known = town.ask("SELECT min(id) FROM store_closure WHERE from_on = :first", first=FIRST)[0][0]
    if known is not None:
        return {"closure_id": str(known)}
    with town.database.transaction(REGION) as session:
        by = get_actor(session, ADMIN)
        for code in CLOSED:
            store = session.get_one(Store, town.id("store", code=code))
            closure = {"K1": "Renovasi Loka", "T1": "Renovasi Gerai T1", "T2": "Renovasi Gerai T2"}[code]
            close_days(
                session, by=by, partner_id=store.partner_id, store=store, first=FIRST, last=LAST, reason=closure,
                closed_until=None,
            )  # fmt: skip
    return put_closures(town)
