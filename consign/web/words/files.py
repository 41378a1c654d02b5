"""Words about reading a sales file, and why a row of it waits."""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say

PROBLEM: Final = {
    "row.width": say("the row has more or fewer cells than the header"),
    "cell.blank": say("the cell is blank"),
    "cell.error_value": say("a formula failed in the cell"),
    "code.scientific": say("a spreadsheet shortened the code"),
    "number.scientific": say("a spreadsheet shortened the number"),
    "number.other_style": say("the number is written in another style than the rest of the file"),
    "number.invalid": say("the cell is no number"),
    "number.too_large": say("the number is larger than a sale can be"),
    "quantity.too_fine": say("the quantity has more than three decimals"),
    "quantity.zero": say("the quantity is zero, the amount is not"),
    "amount.not_whole": say("the amount is not in whole rupiah"),
    "amount.does_not_tie": say("price times quantity is not the amount"),
    "net.does_not_tie": say("gross less discount is not net"),
    "discount.too_large": say("the discount is larger than the amount"),
    "sign.conflict": say("quantity and amount have different signs"),
    "date.invalid": say("the cell is no day of the calendar"),
    "date.in_future": say("the day has not come yet"),
    "cell.too_long": say("the receipt or till number is too long"),
    "currency.other": say("the amount is not in rupiah"),
    "time.invalid": say("the cell names no time of day, which tells the business day"),
    "returned.too_many": say("more came back than was sold"),
    "returned.not_whole": say("what came back does not come to whole rupiah"),
    "returned.by_order": say("something of the order came back, but the file does not say what"),
    "row.suspicious": say("the row does not fit the other rows, as if its cells were moved"),
    "store.unknown": say("the store is not known"),
    "store.other_than_stated": say("the row is of another store than the file was handed in for"),
    "product.unknown": say("the product is not known"),
    "price.missing": say("the product has no agreed price on this day"),
    "agreement.missing": say("no agreement covers this product on this day"),
    "overlap.differs": say("the row differs from what is posted for the same receipt or day"),
}
"""Why a row cannot be taken; bank statements are read with the same words."""
WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "upload_status": {
        "received": say("being read"),
        "needs_mapping": say("columns to be confirmed"),
        "read": say("overlap to be decided"),
        "refused": say("refused"),
        "posted": say("posted"),
        "reversed": say("reversed"),
        "cancelled": say("given up"),
        "unpacked": say("unpacked"),
    },
    "member_ignored": {
        "directory": say("a folder"),
        "system": say("put in by the computer, no sales file"),
        "empty": say("empty"),
    },
    "reading_step": {
        "hashing": say("Taking the file in"),
        "reading": say("Looking through the file"),
        "deciding": say("Comparing with what stands"),
        "posting": say("Posting"),
    },
    "problem": PROBLEM,
    "column": {
        "date": say("date"),
        "store": say("store"),
        "barcode": say("barcode"),
        "code": say("product code"),
        "name": say("product name"),
        "quantity": say("quantity"),
        "unit_price": say("unit price"),
        "gross": say("gross amount"),
        "discount": say("discount"),
        "net": say("net amount"),
        "receipt": say("receipt number"),
        "returns_receipt": say("receipt of the returned sale"),
        "till": say("till"),
        "kind": say("kind of row"),
        "time": say("time of day"),
        "currency": say("currency"),
        "returned": say("returned quantity"),
        "returned_amount": say("returned amount"),
    },
    "number_style": {
        "id": say("Indonesian (1.234.567,00)"),
        "en": say("English (1,234,567.00)"),
        "plain": say("without separators (1234567)"),
    },
    "date_order": {
        "ymd": say("year first (2026-08-31)"),
        "dmy": say("day first (31/08/2026)"),
        "mdy": say("month first (08/31/2026)"),
        "named": say("month as a word (31 August 2026)"),
        "serial": say("days counted by a spreadsheet (46265)"),
    },
    "kind": {
        "sale": say("sale"),
        "return": say("return"),
        "ignore": say("no sale, to be ignored"),
        "given_back": say("sold and given back later"),
    },
    "receipts": {
        "per_store": say("numbered by the store, perhaps anew every day"),
        "per_till": say("numbered by each till, perhaps anew every day"),
        "for_ever": say("numbered by the store, never anew"),
    },
    "overlap": {
        "ask": say("ask"),
        "add": say("add besides what stands"),
        "replace": say("replace what stands"),
        "cancel": say("give up this upload"),
    },
    "dollar": {
        "rupiah": say("yes, they count rupiah"),
    },
}
"""The words by group and code."""
