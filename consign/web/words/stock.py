"""Words about goods on their way and in stores."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "note_kind": {
        "delivery": say("delivery note"),
        "return": say("return note"),
        "pull_back": say("pull-back"),
        "transfer": say("transfer between stores"),
        "write_off": say("write-off"),
        "count": say("stock count"),
    },
    "note_state": {
        "asked": say("waits for the store"),
        "sent": say("on its way"),
        "open": say("being counted"),
        "recorded": say("recorded"),
        "confirmed": say("confirmed"),
        "answered": say("answered"),
        "cancelled": say("given up"),
        "reversed": say("taken back"),
    },
    "movement_kind": {
        "received": say("received"),
        "sold": say("sold"),
        "returned": say("given back"),
        "transferred": say("moved between stores"),
        "written_off": say("written off"),
        "opening": say("first count"),
        "counted": say("difference of a count"),
    },
    "stock_reason": {
        "unsold": say("not sold"),
        "near_expiry": say("soon expired"),
        "expired": say("expired"),
        "damaged": say("damaged"),
        "missing": say("gone missing"),
        "recalled": say("recalled"),
        "papers": say("papers missing"),
        "sample": say("sample, tasting"),
        "rotation": say("replaced by other goods"),
    },
    "refusal": {
        "short": say("did not arrive"),
        "damaged": say("damaged"),
        "near_expiry": say("near its last day"),
        "expired": say("past its last day"),
        "price": say("price not as agreed"),
        "papers": say("papers are missing"),
        "not_ordered": say("not ordered"),
        "other": say("another reason"),
    },
    "count_extent": {
        "full": say("all goods"),
        "part": say("some goods"),
    },
    "loss_side": {
        "producer": say("producer"),
        "store": say("store"),
    },
    "loss_state": {
        "open": say("may be contested"),
        "contested": say("contested"),
        "undecided": say("waits for a decision"),
        "due": say("comes into the next statement"),
        "settled": say("settled"),
    },
    "expiring_stage": {
        "expired": say("expired"),
        "pull_back": say("to be pulled back"),
        "week": say("within 7 days"),
        "later": say("within 30 days"),
    },
    "expiring_advice": {
        "remove": say("remove now"),
        "give_back": say("give back"),
        "sell_first": say("put it in front"),
        "nothing": say("sold in time"),
        "watch": say("sales not known"),
    },
    "audit_act": {
        "delivery sent": say("goods sent to a store"),
        "goods asked back": say("store asked to take goods off the shelf"),
        "goods written off": say("goods written off"),
        "loss contested": say("loss of goods contested"),
        "loss decided": say("loss of goods decided"),
        "movements imported": say("list of movements imported"),
        "note cancelled": say("paper about goods given up"),
        "note confirmed": say("arrival of goods confirmed"),
        "note reversed": say("movements of goods taken back"),
        "return sent": say("goods given back to a producer"),
        "stock count begun": say("stock count begun"),
        "stock counted": say("stock counted"),
        "transfer sent": say("goods sent to another store"),
    },
}
"""The words by group and code."""
