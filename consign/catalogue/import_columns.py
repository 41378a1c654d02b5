"""The columns of a list of products: how people name them, which words stand in them, and what a template says of each.

Titles, help and the first word of each code are Indonesian: templates and exports are written with them. Everything
here is read again without regard to capitals and punctuation, as `consign.tabular.headers.normalize` does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from consign.catalogue.rules import FOOD_GROUPS
from consign.tabular.headers import normalize

EXAMPLE = "contoh:"
"""What the name of a template's example begins with; such a row is left out, whatever else stands in it."""


class Role(StrEnum):
    """What a column holds; named as the fact that is read from it."""

    CODE = "code"
    PRODUCER = "producer"
    NAME = "name"
    BRAND = "brand"
    CONTENT = "net_content"
    UNIT = "net_unit"
    PIECES = "pieces"
    PACKAGING = "packaging"
    CLASS = "goods_class"
    GROUP = "food_group"
    SHELF_LIFE = "shelf_life_days"
    INGREDIENTS = "ingredients"
    PRICE = "price_rp"
    PRICE_FROM = "price_from"
    GTIN = "gtin"
    SOLD_FROM = "sold_from"
    SOLD_UNTIL = "sold_until"


@dataclass(frozen=True)
class ImportColumn:
    """One column: its title, other headers that name it, and what the template says of it."""

    title: str
    headers: tuple[str, ...]
    kind: str
    """How a spreadsheet is to keep its cells: `text`, `number` or `day`."""
    width: int
    help: str
    example: str


COLUMNS: Mapping[Role, ImportColumn] = {
    Role.CODE: ImportColumn(
        "Kode produk", ("kode barang", "kode", "product code", "item code", "code", "sku"), "text", 16,
        "Kode dari dinas, seperti P1-01. Kosongkan untuk produk baru.", "P1-01",
    ),
    Role.PRODUCER: ImportColumn(
        "Kode produsen",
        ("kode umkm", "kode ukm", "kode pelaku usaha", "produsen", "umkm", "producer code", "producer"), "text", 16,
        "Kode produsen pemilik produk.", "UMKM-0001",
    ),
    Role.NAME: ImportColumn(
        "Nama produk", ("nama barang", "nama", "produk", "product name", "product", "name"), "text", 36,
        "Seperti di label, dengan rasa dan varian. Wajib untuk produk baru.", "Rempeyek Kacang",
    ),
    Role.BRAND: ImportColumn(
        "Merek", ("merk", "nama merek", "merek dagang", "brand"), "text", 18, "Merek di label.", "Dapur Ibu",
    ),
    Role.CONTENT: ImportColumn(
        "Isi bersih",
        ("berat bersih", "netto", "berat netto", "isi netto", "berat", "volume", "isi bersih berat bersih",
         "berat isi bersih", "net content", "net weight", "content"),
        "number", 11, "Isi satu kemasan: bilangan bulat. Wajib untuk produk baru.", "200",
    ),
    Role.UNIT: ImportColumn(
        "Satuan", ("satuan isi", "satuan isi bersih", "satuan berat", "unit", "net unit", "unit of measure", "uom"),
        "text", 10, "Satuan isi bersih: g, kg, ml, l atau pcs. Wajib untuk produk baru.", "g",
    ),
    Role.PIECES: ImportColumn(
        "Isi per kemasan", ("jumlah per kemasan", "isi kemasan", "jumlah isi", "pcs per kemasan", "pieces",
                            "pieces per pack", "units per pack"),
        "number", 12, "Berapa buah di dalam satu kemasan, seperti 6 saset dalam satu dus. Biasanya 1.", "1",
    ),
    Role.PACKAGING: ImportColumn(
        "Kemasan", ("jenis kemasan", "bahan kemasan", "packaging", "package", "packaging material"), "text", 16,
        "Bahan kemasan. Pilih dari daftar.", "plastik",
    ),
    Role.CLASS: ImportColumn(
        "Kelas barang", ("kelas", "kelas produk", "jenis produk", "jenis barang", "goods class", "class",
                         "class of goods"),
        "text", 26, "Jenis barang; menentukan surat apa yang diperlukan. Pilih dari daftar.", "pangan tahan lama",
    ),
    Role.GROUP: ImportColumn(
        "Kelompok pangan", ("kelompok", "kelompok pangan irt", "jenis pangan", "food group", "group of food"), "text", 12,
        "01 sampai 15, hanya untuk pangan tahan lama (P-IRT).", "06",
    ),
    Role.SHELF_LIFE: ImportColumn(
        "Masa simpan (hari)", ("masa simpan", "daya simpan", "umur simpan", "masa kedaluwarsa", "masa simpan dalam hari",
                               "shelf life", "shelf life days", "shelf life in days"),
        "number", 12, "Berapa hari tahan sejak dibuat. Tulis hari, bukan bulan.", "90",
    ),
    Role.INGREDIENTS: ImportColumn(
        "Komposisi", ("bahan", "bahan baku", "daftar bahan", "ingredients", "composition"), "text", 36,
        "Seperti di label, yang terbanyak lebih dulu.", "Tepung beras, kacang tanah, minyak goreng, bumbu",
    ),
    Role.PRICE: ImportColumn(
        "Harga konsumen (Rp)",
        ("harga", "harga jual", "harga konsumen", "harga rp", "harga jual rp", "harga satuan", "price",
         "consumer price", "price rp", "consumer price rp"),
        "number", 14, "Harga yang dibayar pembeli, rupiah penuh, seperti 15000 atau 15.000.", "15000",
    ),
    Role.PRICE_FROM: ImportColumn(
        "Harga mulai", ("harga berlaku mulai", "harga mulai tanggal", "berlaku mulai", "price from", "price valid from"),
        "day", 13, "Hari pertama harga itu berlaku. Kosong: hari ini.", "",
    ),
    Role.GTIN: ImportColumn(
        "Barcode (GTIN)", ("barcode", "kode batang", "gtin", "ean", "nomor barcode", "kode barcode", "kode batang gtin"),
        "text", 18, "Nomor milik produsen sendiri dari GS1, semua angka. Bukan nomor kota.", "",
    ),
    Role.SOLD_FROM: ImportColumn(
        "Dijual mulai", ("mulai dijual", "dijual sejak", "dijual dari", "offered from", "sold from"), "day", 13,
        "Hari pertama ditawarkan. Boleh kosong.", "",
    ),
    Role.SOLD_UNTIL: ImportColumn(
        "Dijual sampai", ("dijual hingga", "sampai dijual", "offered until", "sold until"), "day", 13,
        "Hari terakhir ditawarkan. Boleh kosong.", "",
    ),
}  # fmt: skip
"""In the order in which templates have them."""

OF_DINAS = frozenset({Role.PRODUCER, Role.GTIN})
"""Columns of templates for people who may say whose a product is, and what a number means."""

UNITS: Mapping[str, tuple[str, ...]] = {
    "g": ("g", "gr", "gram", "grams", "grm"),
    "kg": ("kg", "kilo", "kilogram", "kilograms"),
    "ml": ("ml", "mililiter", "milliliter", "millilitre", "cc"),
    "l": ("l", "lt", "ltr", "liter", "litre"),
    "pcs": ("pcs", "pc", "piece", "pieces", "buah", "bh", "biji", "butir"),
}
PACKAGINGS: Mapping[str, tuple[str, ...]] = {
    "glass": ("kaca", "gelas", "botol kaca", "glass", "1"),
    "plastic": ("plastik", "plastic", "2"),
    "paper": (
        "kertas atau karton", "kertas", "karton", "kertas karton", "karton kertas", "paper or cardboard", "paper",
        "cardboard", "3",
    ),
    "can": ("kaleng", "can", "tin", "4"),
    "foil": ("aluminium foil", "alumunium foil", "aluminum foil", "foil", "5"),
    "other": ("kemasan lain", "lain lain", "lainnya", "lain", "other packaging", "other", "6"),
    "composite": ("komposit", "komposit beberapa bahan", "composite of several materials", "composite", "7"),
    "double": (
        "ganda", "kemasan ganda", "kemasan ganda dari bahan berbeda", "two packagings of different materials", "double",
        "8",
    ),
}  # fmt: skip
"""With the first digit of SPP-IRT numbers. Source: Per. Ka. BPOM HK.03.1.23.04.12.2205/2012; PerBPOM 22/2018."""
CLASSES: Mapping[str, tuple[str, ...]] = {
    "dry_food": ("pangan tahan lama", "makanan tahan lama", "pangan kering", "makanan kering", "food that keeps"),
    "chilled_food": (
        "pangan dingin atau beku, air minum kemasan", "pangan dingin atau beku", "pangan dingin", "pangan beku",
        "makanan beku", "frozen food", "air minum kemasan", "chilled or frozen food, bottled water",
    ),
    "ready_to_eat": (
        "pangan untuk hari itu", "siap saji", "pangan siap saji", "makanan siap saji", "food for the day",
    ),
    "fresh_produce": ("hasil tani segar", "pangan segar", "fresh produce"),
    "cosmetic": ("kosmetik atau sabun", "kosmetik", "sabun", "cosmetic or soap"),
    "traditional_medicine": ("jamu atau suplemen", "jamu", "suplemen", "obat tradisional", "jamu or supplement"),
    "household": ("detergen dan sejenisnya", "detergen", "deterjen", "pkrt", "detergent and the like"),
    "craft": (
        "kerajinan, tekstil, atau suvenir", "kerajinan", "tekstil", "suvenir", "craft, textile or souvenir",
    ),
}  # fmt: skip
GROUPS: Mapping[str, tuple[str, ...]] = {group: (group,) for group in FOOD_GROUPS}
CHOICES: Mapping[Role, Mapping[str, tuple[str, ...]]] = {
    Role.UNIT: UNITS,
    Role.PACKAGING: PACKAGINGS,
    Role.CLASS: CLASSES,
    Role.GROUP: GROUPS,
}
"""By column and code the words that mean it; the first is written."""


def headers_of(role: Role) -> Iterator[str]:
    """Yield every header that names a column, the title first."""
    column = COLUMNS[role]
    yield from (normalize(one) for one in (column.title, *column.headers))


def _read_headers() -> Mapping[str, Role]:
    return {header: role for role in COLUMNS for header in headers_of(role)}


def _read_words() -> Mapping[Role, Mapping[str, str]]:
    return {
        role: {normalize(word): code for code, words in by_code.items() for word in (*words, code)}
        for role, by_code in CHOICES.items()
    }


ROLE_OF: Mapping[str, Role] = _read_headers()
"""What each header means, as `normalize` writes it."""
CODE_OF: Mapping[Role, Mapping[str, str]] = _read_words()
"""What each word means, by column, as `normalize` writes it."""
