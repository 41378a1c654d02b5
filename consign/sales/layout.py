"""What the columns of a sales file mean: confirmed once by a person, then the partner's profile for that header."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from consign.errors import BadInput
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


NUMBER_ROLES = (Role.QUANTITY, Role.UNIT_PRICE, Role.GROSS, Role.DISCOUNT, Role.NET)
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
        "stock code", "stockcode", "seller sku",
    ),
    Role.NAME: (
        "nama", "nama produk", "nama barang", "nama item", "produk", "barang", "product", "product name", "item",
        "item name", "description", "deskripsi", "uraian",
    ),
    Role.QUANTITY: (
        "qty", "quantity", "jumlah", "jml", "kuantitas", "banyak", "terjual", "jumlah terjual", "jumlah produk", "pcs",
        "items sold", "unit terjual",
    ),
    Role.UNIT_PRICE: (
        "harga", "hrg", "harga satuan", "harga jual", "harga produk", "price", "unit price", "unitprice", "rate",
    ),
    Role.GROSS: (
        "gross sales", "gross", "bruto", "penjualan kotor", "total", "subtotal", "sub total", "jumlah harga",
        "total harga", "nilai", "amount", "total penjualan", "line total",
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
    """What words in the kind column mean, beyond those everybody uses."""

    def to_json(self) -> dict[str, Any]:
        """Return the layout as plain values."""
        return {
            "columns": {role.value: header for role, header in self.columns.items()},
            "number_style": self.number_style,
            "date_order": self.date_order,
            "scale": self.scale,
            "receipts": self.receipts,
            "kinds": dict(self.kinds),
        }

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Layout":
        """Read a layout from plain values.

        Raises:
            BadInput: a name or a value is none that a layout can hold.

        """
        unknown = set(given) - {"columns", "number_style", "date_order", "scale", "receipts", "kinds", "name"}
        if unknown:
            raise BadInput(say("A layout has no {names}; nothing was read.", names=sorted(unknown)))
        try:
            return cls(
                columns={Role(role): str(header) for role, header in given["columns"].items()},
                number_style=NumberStyle(given["number_style"]) if given.get("number_style") else None,
                date_order=DateOrder(given["date_order"]) if given.get("date_order") else None,
                scale=_positive(given.get("scale", 1)),
                receipts=Receipts(given.get("receipts", Receipts.PER_STORE)),
                kinds={normalize(word): KindEffect(effect) for word, effect in given.get("kinds", {}).items()},
            )
        except (KeyError, ValueError, AttributeError) as error:
            refusal = say("This is no layout of a sales file ({error}); nothing was read.", error=error)
            raise BadInput(refusal) from error


def _positive(scale: Any) -> int:  # noqa: ANN401  # whatever JSON holds
    if not isinstance(scale, int) or scale < 1:
        raise ValueError(f"scale {scale}")
    return scale


def compute_signature(headers: Sequence[str]) -> str:
    """Return what makes a header the same header: the SHA-256 of its words in their order."""
    return hashlib.sha256("\x1f".join(normalize(header) for header in headers).encode()).hexdigest()


@dataclass(frozen=True)
class Suggestion:
    """Which column could hold each role: one header is certain, several must be chosen from."""

    candidates: dict[Role, tuple[str, ...]]

    @property
    def certain(self) -> dict[Role, str]:
        """Return the roles for which there is exactly one column."""
        return {role: found[0] for role, found in self.candidates.items() if len(found) == 1}


def suggest_columns(headers: Sequence[str]) -> Suggestion:
    """Suggest roles from the words of the header. A header is suggested for the role whose word it is, and no other."""
    candidates: dict[Role, tuple[str, ...]] = {}
    for role, words in WORDS.items():
        found = tuple(header for header in headers if normalize(header) in words)
        if found:
            candidates[role] = found
    return Suggestion(candidates)


def find_missing_roles(columns: dict[Role, str], *, store_stated: bool, days_stated: bool) -> list[str]:
    """Return what must still be known before the file can be read; empty when nothing is missing."""
    missing = []
    if Role.DATE not in columns and not days_stated:
        missing.append("date")
    if Role.STORE not in columns and not store_stated:
        missing.append("store")
    if Role.BARCODE not in columns and Role.CODE not in columns:
        missing.append("barcode or code")
    if Role.QUANTITY not in columns:
        missing.append("quantity")
    if not any(role in columns for role in AMOUNT_ROLES):
        missing.append("unit_price, gross or net")
    return missing
