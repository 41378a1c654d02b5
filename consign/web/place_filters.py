"""Filters by partner and store, for lists of what stands or happened in stores."""

from consign.identity.rules import Act
from consign.partners.lists import find_partners_seen, find_stores_seen
from consign.sentence import say
from consign.web.forms import Choice
from consign.web.tables import Filter
from consign.web.visit import Visit


def find_place_filters(visit: Visit) -> list[Filter]:
    """Return filters by what the person sees several of; stores can be chosen once it is clear of which partner."""
    if visit.actor.store_id is not None:
        return []
    if visit.actor.partner_id is not None:
        return [Filter("store", say("Store"), _find_stores(visit, visit.actor.partner_id))]
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_STOCK)
    by_partner = Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners])
    chosen = next((one.id for one in partners if one.code == visit.asked.get("partner")), None)
    return [by_partner, *([Filter("store", say("Store"), _find_stores(visit, chosen))] if chosen else [])]


def _find_stores(visit: Visit, partner_id: int) -> list[Choice]:
    rows = find_stores_seen(visit.db, by=visit.actor, act=Act.READ_STOCK, partner_id=partner_id)
    return [Choice(str(store.id), store.name) for store, _ in rows]
