"""Words about partners, stores, producers and their agreements."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "partner_form": {"firm": say("firm (badan)"), "person": say("natural person")},
    "pkp": {"yes": say("PKP"), "no": say("no PKP")},
    "partner_kind": {
        "supermarket": say("supermarket"),
        "minimarket": say("minimarket"),
        "hotel": say("hotel"),
    },
    "fee_on": {
        "agreed_price": say("agreed price"),
        "reported_gross": say("gross sales as reported"),
        "reported_net": say("net sales as reported"),
    },
    "discount_borne_by": {
        "store": say("the store"),
        "producer": say("the producer"),
    },
    "route": {
        "direct": say("straight to the producer"),
        "collecting": say("over the office's account"),
        "cooperative": say("to the cooperative"),
    },
    "cycle": {
        "week": say("weekly (Monday to Sunday)"),
        "two_weeks": say("every two weeks"),
        "half_month": say("half-monthly (from the 1st and from the 16th)"),
        "month": say("monthly"),
    },
    "zone": {
        "Asia/Jakarta": say("WIB (UTC+7)"),
        "Asia/Makassar": say("WITA (UTC+8)"),
        "Asia/Jayapura": say("WIT (UTC+9)"),
    },
    "agreement_state": {
        "ahead": say("begins later"),
        "in_force": say("in force"),
        "over": say("ended"),
    },
    "producer_state": {
        "waiting": say("waits for the dinas"),
        "confirmed": say("confirmed"),
    },
    "audit_act": {
        "agreement added": say("agreement added"),
        "agreement's end changed": say("agreement's end changed"),
        "cooperative added": say("cooperative added"),
        "cooperative's member added": say("member of a cooperative added"),
        "cooperative's member ended": say("membership in a cooperative ended"),
        "partner added": say("partner added"),
        "partner changed": say("partner changed"),
        "producer added": say("producer added"),
        "producer changed": say("producer changed"),
        "producer confirmed": say("producer confirmed"),
        "producer registered": say("producer registered by the dinas"),
        "producer registered itself": say("producer registered itself"),
        "store added": say("store added"),
        "store alias added": say("store alias added"),
        "store alias ended": say("store alias ended"),
        "store changed": say("store changed"),
        "store closed": say("store closed"),
        "store opened again": say("store opened again"),
    },
}
"""The words by group and code."""
