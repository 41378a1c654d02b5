"""Words about numbers of papers and goods."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "number_says": {
        "packaging": say("packaging"),
        "food_group": say("group of home-industry food"),
        "regency": say("kabupaten or kota"),
        "product_number": say("number of the product"),
        "producer_number": say("number of the producer"),
        "ends_in": say("ends in"),
        "origin": say("made in Indonesia or abroad"),
        "form": say("form of the number"),
        "made_in": say("made in"),
        "year": say("year"),
        "birthday": say("birthday"),
        "place": say("place of business"),
        "office": say("tax office"),
        "scheme": say("sort of registration"),
        "sort": say("sort of medicine"),
        "stage": say("stage"),
        "applied_in": say("applied for in"),
    },
    "number_kind": {
        "gtin": say("own GTIN"),
        "city": say("number of the city"),
    },
    "number_state": {
        "in_use": say("in use"),
        "ahead": say("begins later"),
        "replaced": say("replaced by a later number"),
        "retired": say("out of use"),
    },
    "number_reason": {
        "net_content": say("another net content"),
        "pieces": say("another number of pieces"),
        "packaging": say("another packaging"),
        "brand": say("another brand"),
        "variety": say("another variety or flavour"),
        "ingredients": say("another recipe"),
        "size": say("a package larger or heavier by more than a fifth"),
        "mark": say("a mark such as halal put on or taken off"),
        "promotion": say("a bundle or package for a while"),
        "price_mark": say("another price printed on the package"),
    },
    "symbol_kind": {
        "ean13": say("EAN-13"),
        "ean8": say("EAN-8"),
        "code128": say("Code 128"),
    },
    "continent": {
        "asia": say("Asia"),
        "australia": say("Australia"),
        "europe": say("Europe"),
        "africa": say("Africa"),
        "america": say("America"),
    },
    "md_form": {
        "old": say("old form with 12 digits"),
        "by_risk": say("form with 15 digits"),
    },
    "medicine_sort": {
        "traditional": say("traditional medicine"),
        "herbal": say("standardised herbal medicine"),
        "phytopharmaca": say("phytopharmaca"),
        "supplement": say("health supplement"),
    },
    "origin": {
        "domestic": say("made in Indonesia"),
        "imported": say("imported"),
    },
    "psat_scheme": {
        "domestic": say("packed in Indonesia (PD)"),
        "imported": say("imported (PL)"),
        "small_producer": say("small producer (PDUK)"),
    },
    "npwp_form": {
        "old": say("old number of 15 digits"),
        "old_with_zero": say("old number with a 0 before it"),
        "nik": say("number of a KTP"),
        "other": say("new number"),
    },
    "trademark_stage": {
        "registered": say("registered"),
        "applied_for": say("applied for"),
    },
    "audit_act": {
        "barcode added": say("barcode added"),
        "number issued": say("number of the city register given"),
        "number retired": say("number taken out of use"),
        "numbers reserved": say("numbers reserved for a partner"),
        "register's settings changed": say("settings of the city register changed"),
        "reservation withdrawn": say("reservation of numbers withdrawn"),
    },
}
"""The words by group and code."""
