"""Words about products, lists of them, and labels."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

_PACKAGING = {
    "glass": say("glass"),
    "plastic": say("plastic"),
    "paper": say("paper or cardboard"),
    "can": say("can"),
    "foil": say("aluminium foil"),
    "other": say("other packaging"),
    "composite": say("composite of several materials"),
    "double": say("two packagings of different materials"),
}
WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "net_unit": {
        "g": say("g"),
        "kg": say("kg"),
        "ml": say("ml"),
        "l": say("l"),
        "pcs": say("pcs"),
    },
    "packaging": _PACKAGING,
    "pirt_packaging": _PACKAGING,
    "listing_state": {
        "now": say("offered"),
        "ahead": say("begins later"),
        "over": say("ended"),
    },
    "import_state": {
        "tried": say("nothing changed so far"),
        "taken": say("taken over"),
    },
    "import_outcome": {
        "added": say("new"),
        "changed": say("changed"),
        "unchanged": say("unchanged"),
        "problem": say("problem"),
    },
    "import_fact": {
        "code": say("code"),
        "producer": say("producer"),
        "name": say("name"),
        "brand": say("brand"),
        "net_content": say("content"),
        "net_unit": say("unit"),
        "pieces": say("pieces"),
        "packaging": say("packaging"),
        "goods_class": say("class of goods"),
        "food_group": say("group of home-industry food"),
        "shelf_life_days": say("keeps for days"),
        "ingredients": say("ingredients"),
        "price_rp": say("price"),
        "price_from": say("price holds from"),
        "gtin": say("barcode"),
        "sold_from": say("offered from"),
        "sold_until": say("offered until"),
    },
    "label_field": {
        "name": say("name"),
        "content": say("content"),
        "price_rp": say("price"),
        "producer": say("producer"),
        "batch": say("batch"),
        "expires_on": say("best before"),
        "pirt": say("permit number (P-IRT, BPOM)"),
        "halal": say("halal number"),
        "qr": say("QR code for shoppers"),
        "symbol": say("barcode"),
    },
    "label_state": {
        "waiting": say("being made"),
        "ready": say("ready"),
        "refused": say("not made"),
    },
    "label_symbol": {
        "till": say("barcode for tills (EAN)"),
        "shelf": say("Code 128 of the product code"),
    },
    "printer": {
        "203": say("203 dpi (most thermal printers)"),
        "300": say("300 dpi (fine thermal printers)"),
        "600": say("600 dpi (laser and ink)"),
    },
    "audit_act": {
        "label paper saved": say("label paper saved"),
        "labels ordered": say("labels asked for"),
        "listing ended": say("a store's offer of a product ended"),
        "price set": say("price set"),
        "product added": say("product added"),
        "product alias added": say("product alias added"),
        "product alias ended": say("product alias ended"),
        "product changed": say("product changed"),
        "product list handed in": say("list of products handed in"),
        "product listed": say("product offered by a store"),
        "product succeeded": say("product followed by another"),
        "product's photo set": say("photo of a product saved"),
        "products imported": say("list of products taken over"),
        "test scan passed": say("test scan passed"),
    },
}
"""The words by group and code."""
