"""What the columns of a sales file mean: confirmed once by a person, then the partner's profile for that header."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from consign.errors import BadInput
from consign.sales.row_rules import RowRule
from consign.sentence import say
from consign.tabular.dates import DateOrder
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle


class Role(StrEnum):
    """What a column says about a sale."""

    DATE = "date"
    STORE = "store"
    BARCODE = "barcode"
    CODE = "code"
    NAME = "name"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    GROSS = "gross"
    DISCOUNT = "discount"
    NET = "net"
    RECEIPT = "receipt"
    RETURNS_RECEIPT = "returns_receipt"
    TILL = "till"
    KIND = "kind"
    TIME = "time"
    CURRENCY = "currency"
    RETURNED = "returned"
    RETURNED_AMOUNT = "returned_amount"


class Receipts(StrEnum):
    """How a till numbers its receipts: what, besides the store, makes a receipt the same one."""

    PER_STORE = "per_store"
    """One series in the store that may begin again every day."""
    PER_TILL = "per_till"
    """One series for each till that may begin again every day."""
    FOR_EVER = "for_ever"
    """One series in the store that never begins again: the same number on another day is the same receipt."""


class KindEffect(StrEnum):
    """What a row of some kind is."""

    SALE = "sale"
    RETURN = "return"
    IGNORE = "ignore"
    GIVEN_BACK = "given_back"
    """It was sold, and came back later: it counts as both, so that it does not matter which file came first."""


class Signs(StrEnum):
    """What tells a return from a sale."""

    AS_WRITTEN = "as_written"
    """A return may be written with or without a minus, the same for all values of its row."""
    BY_KIND = "by_kind"
    """Only the kind of the row tells; its minus signs say nothing, for the till sets them one way or another."""


NUMBER_ROLES = (
    *(Role.QUANTITY, Role.UNIT_PRICE, Role.GROSS, Role.DISCOUNT, Role.NET),
    *(Role.RETURNED, Role.RETURNED_AMOUNT),
)
TEXT_ROLES = frozenset({Role.NAME, Role.RECEIPT, Role.RETURNS_RECEIPT, Role.TILL, Role.TIME})
"""Columns that decide nothing about the whole file."""
AMOUNT_ROLES = (Role.UNIT_PRICE, Role.GROSS, Role.NET)

WORDS: dict[Role, tuple[str, ...]] = {
    Role.DATE: (
        "tanggal", "tgl", "date", "tanggal transaksi", "tgl transaksi", "tanggal penjualan", "transaction date",
        "sale date", "sales date", "invoicedate", "invoice date", "posting date", "waktu", "waktu order",
        "waktu transaksi", "created time",
    ),
    Role.STORE: ("toko", "kode toko", "nama toko", "gerai", "kode gerai", "cabang", "outlet", "store", "store code", "location"),
    Role.BARCODE: ("barcode", "barkode", "kode barcode", "kode batang", "ean", "ean13", "gtin", "upc"),
    Role.CODE: (
        "kode", "kode barang", "kode produk", "kode item", "sku", "plu", "artikel", "item code", "product code",
        "stock code", "stockcode", "seller sku", "pia sa", "lin sa", "rff sa", "lin vn",
    ),
    Role.NAME: (
        "nama", "nama produk", "nama barang", "nama item", "produk", "barang", "product", "product name", "item",
        "item name", "description", "deskripsi", "uraian",
    ),
    Role.QUANTITY: (
        "qty", "quantity", "jumlah", "jml", "kuantitas", "banyak", "terjual", "jumlah terjual", "jumlah produk", "pcs",
        "items sold", "unit terjual", "qty 153", "za qs",
    ),
    Role.UNIT_PRICE: (
        "harga", "hrg", "harga satuan", "harga jual", "harga produk", "price", "unit price", "unitprice", "rate", "pri aae", "pri aaa", "ctp ucp", "ctp rtl",
    ),
    Role.GROSS: (
        "gross sales", "gross", "bruto", "penjualan kotor", "total", "subtotal", "sub total", "jumlah harga",
        "total harga", "nilai", "amount", "total penjualan", "line total", "moa 203",
    ),
    Role.DISCOUNT: ("diskon", "discount", "discounts", "potongan", "disc"),
    Role.NET: ("net sales", "net", "neto", "netto", "penjualan bersih", "total bersih"),
    Role.RECEIPT: (
        "no struk", "nomor struk", "struk", "id struk", "no nota", "nomor nota", "nota", "no transaksi",
        "nomor transaksi", "receipt", "receipt no", "receipt number", "invoice", "invoiceno", "invoice no",
        "transaction id",
    ),
    Role.RETURNS_RECEIPT: ("struk asal", "no struk asal", "original receipt", "retur atas struk"),
    Role.TILL: ("kassa", "no kassa", "mesin kasir", "no kasir", "till", "register", "pos", "terminal"),
    Role.TIME: ("jam", "pukul", "time", "waktu transaksi jam"),
    Role.CURRENCY: ("mata uang", "currency"),
    Role.RETURNED: ("jumlah retur", "qty retur", "returned quantity", "sku quantity of return", "items refunded"),
    Role.RETURNED_AMOUNT: ("nilai retur", "refunds"),
    Role.KIND: ("jenis", "tipe", "jenis transaksi", "tipe transaksi", "event type", "receipt type", "type", "status"),
}  # fmt: skip
KNOWN_WORDS = frozenset(word for words in WORDS.values() for word in words)

KIND_WORDS: dict[str, KindEffect] = {
    **dict.fromkeys(
        ("sale", "sales", "penjualan", "jual", "payment", "completed", "selesai", "lunas", "paid"), KindEffect.SALE
    ),
    **dict.fromkeys(("refund", "return", "retur", "pengembalian"), KindEffect.RETURN),
    **dict.fromkeys(("cancelled", "canceled", "batal", "dibatalkan"), KindEffect.IGNORE),
}


@dataclass(frozen=True)
class Layout:
    """How a file is read. A style or order that is blank is decided anew from each file's values."""

    columns: dict[Role, str]
    """The header of the column for each role."""
    number_style: NumberStyle | None = None
    date_order: DateOrder | None = None
    scale: int = 1
    """Rupiah in one unit of the file's amounts: 1000 where the file counts in thousands."""
    receipts: Receipts = Receipts.PER_STORE
    kinds: dict[str, KindEffect] = field(default_factory=dict)
    """What words in the kind column mean, beyond those everybody uses; `word*` is any that begins so."""
    rules: tuple[RowRule, ...] = ()
    """What else tells rows that are no sales; the first that fits a row decides about it."""
    signs: Signs = Signs.AS_WRITTEN
    filled_down: tuple[str, ...] = ()
    """Headers of columns that are written once for several rows, the one that tells these rows apart first."""
    day_begins_at: int = 0
    """Hour at which the business day begins, 0 to 23: what was sold before belongs to the day before."""
    by_name: bool = False
    """A row without a code is known by its name."""
    one_each: bool = False
    """Each row is one unit, and no column says how many."""
    described: bool = False
    """The row below the header describes the columns."""
    gross_may_be_blank: bool = False
    """A blank amount, or a mere dash, is price times quantity."""
    own_total: bool = True
    """The file's own total is the sum of its rows."""
    three_decimals: bool = False
    """Quantities always have three decimals, so that `2.000` is two and shows which sign is the decimal one."""
    dollar_is_rupiah: bool = False
    """Amounts are written with a dollar sign and count rupiah all the same."""
    before_tax: bool = False
    """Amounts are without the tax that the customer paid; said, and not changed."""
    known_as: str = ""
    """The name of the known layout it was taken from."""

    def to_json(self) -> dict[str, Any]:
        """Return the layout as plain values; what only few layouts say is left out where it is not said."""
        more = {
            "rules": [rule.to_json() for rule in self.rules],
            "signs": self.signs if self.signs is not Signs.AS_WRITTEN else "",
            "filled_down": list(self.filled_down),
            **{name: getattr(self, name) for name in PLAIN_VALUES},
        }
        return {
            "columns": {role.value: header for role, header in self.columns.items()},
            "number_style": self.number_style,
            "date_order": self.date_order,
            "scale": self.scale,
            "receipts": self.receipts,
            "kinds": dict(self.kinds),
            **({"own_total": False} if not self.own_total else {}),
            **{name: value for name, value in more.items() if value},
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Layout":
        """Read a layout from plain values.

        Raises:
            BadInput: a name or a value is none that a layout can hold.

        """
        unknown = set(given) - NAMES
        if unknown:
            raise BadInput(say("A layout has no {names}; nothing was read.", names=sorted(unknown)))
        try:
            return cls(
                columns={Role(role): str(header) for role, header in given["columns"].items()},
                number_style=NumberStyle(given["number_style"]) if given.get("number_style") else None,
                date_order=DateOrder(given["date_order"]) if given.get("date_order") else None,
                scale=_positive(given.get("scale", 1)),
                receipts=Receipts(given.get("receipts", Receipts.PER_STORE)),
                kinds={_kind_word(word): KindEffect(effect) for word, effect in given.get("kinds", {}).items()},
                rules=tuple(RowRule.from_json(rule) for rule in given.get("rules", ())),
                signs=Signs(given.get("signs", Signs.AS_WRITTEN)),
                filled_down=tuple(map(str, given.get("filled_down", ()))),
                own_total=bool(given.get("own_total", True)),
                day_begins_at=_hour(given.get("day_begins_at", 0)),
                by_name=bool(given.get("by_name", False)),
                one_each=bool(given.get("one_each", False)),
                described=bool(given.get("described", False)),
                gross_may_be_blank=bool(given.get("gross_may_be_blank", False)),
                three_decimals=bool(given.get("three_decimals", False)),
                dollar_is_rupiah=bool(given.get("dollar_is_rupiah", False)),
                before_tax=bool(given.get("before_tax", False)),
                known_as=str(given.get("known_as", "")),
            )
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            refusal = say("This is no layout of a sales file ({error}); nothing was read.", error=error)
            raise BadInput(refusal) from error


PLAIN_VALUES = (
    "day_begins_at",
    "by_name",
    "one_each",
    "described",
    "gross_may_be_blank",
    "three_decimals",
    "dollar_is_rupiah",
    "before_tax",
    "known_as",
)
NAMES = frozenset({one.name for one in fields(Layout)} | {"name"})


def _kind_word(word: str) -> str:
    return normalize(word) + ("*" if word.rstrip().endswith("*") else "")


def find_effect(kinds: Mapping[str, KindEffect], text: str) -> KindEffect | None:
    """Return what a row of the kind *text* is: by its whole word, else by the longest beginning; blank where unknown."""
    word = normalize(text)
    if word in kinds:
        return kinds[word]
    starts = [one for one in kinds if one.endswith("*") and word.startswith(one[:-1].strip())]
    return kinds[max(starts, key=len)] if starts else KIND_WORDS.get(word)


def _hour(hour: Any) -> int:  # noqa: ANN401  # whatever JSON holds
    if not isinstance(hour, int) or not 0 <= hour <= 23:
        raise ValueError(f"day_begins_at {hour}")
    return hour


def _positive(scale: Any) -> int:  # noqa: ANN401  # whatever JSON holds
    if not isinstance(scale, int) or scale < 1:
        raise ValueError(f"scale {scale}")
    return scale


def compute_signature(headers: Sequence[str]) -> str:
    """Return what makes a header the same header: the SHA-256 of its words in their order."""
    return hashlib.sha256("\x1f".join(normalize(header) for header in headers).encode()).hexdigest()


@dataclass(frozen=True)
class ColumnSuggestion:
    """Which column could hold each role: one header is certain, several must be chosen from."""

    candidates: dict[Role, tuple[str, ...]]

    @property
    def certain(self) -> dict[Role, str]:
        """Return the roles for which there is exactly one column."""
        return {role: found[0] for role, found in self.candidates.items() if len(found) == 1}


def suggest_columns(headers: Sequence[str]) -> ColumnSuggestion:
    """Suggest roles from the words of the header. A header is suggested for the role whose word it is, and no other."""
    candidates: dict[Role, tuple[str, ...]] = {}
    for role, words in WORDS.items():
        found = tuple(header for header in headers if normalize(header) in words)
        if found:
            candidates[role] = found
    return ColumnSuggestion(candidates)


def find_missing_roles(layout: Layout, *, store_stated: bool, days_stated: bool) -> list[str]:
    """Return what must still be known before the file can be read; empty when nothing is missing."""
    columns, missing = layout.columns, []
    if Role.DATE not in columns and not days_stated:
        missing.append("date")
    if Role.STORE not in columns and not store_stated:
        missing.append("store")
    named = layout.by_name and Role.NAME in columns
    if Role.BARCODE not in columns and Role.CODE not in columns and not named:
        missing.append("barcode or code")
    if Role.QUANTITY not in columns and not layout.one_each:
        missing.append("quantity")
    if not any(role in columns for role in AMOUNT_ROLES):
        missing.append("unit_price, gross or net")
    return missing
