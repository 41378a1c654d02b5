"""Files as tills and head offices write them, in eight layouts, and how consign is told once to read them."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from consign.sales.layout import Layout, Receipts, Role
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle
from tests.tabular.books import Sheet, write_xls, write_xlsx
from tests.tabular.messages import interchange, message, write
from tests.year.people import City
from tests.year.truth import Handed, Line

COMMA = (
    "Transaction Date", "Store Code", "Register", "Receipt No", "Barcode", "Product Name", "Qty", "Unit Price",
    "Discount", "Total", "Original Receipt",
)  # fmt: skip
SEMICOLON = (
    "Tanggal", "Kassa", "No Struk", "PLU", "Nama Barang", "Jml", "Harga", "Diskon", "Jumlah Harga", "Struk Asal",
)  # fmt: skip
TAB = ("Tgl", "Terminal", "No Nota", "Kode Barang", "Uraian", "Kuantitas", "Hrg", "Potongan")
WORKBOOK = ("Tanggal", "Outlet", "Barcode", "Nama Produk", "Terjual", "Harga", "Total")
OLD_WORKBOOK = ("Date", "Location", "POS", "Invoice", "EAN", "Item Name", "Quantity", "Price", "Disc", "Net Sales")
PIPE = ("Tgl Transaksi", "Cabang", "Kode Batang", "Produk", "Banyak", "Nilai", "Potongan", "ID Struk", "Register")
MOKA = (
    "Outlet", "Date", "Time", "Category", "Brand", "Items", "Variant", "SKU", "Quantity", "Modifier Applied",
    "Discount Applied", "Gross Sales", "Discounts", "Refunds", "Net Sales", "Gratuity", "Tax", "Sales Type",
    "Collected By", "Served By", "Customer", "Payment Method", "Event Type", "Reason of Refund", "Receipt Number",
)  # fmt: skip

R = Role
LAYOUTS: dict[str, Layout] = {
    "comma": Layout(
        dict(zip((R.DATE, R.STORE, R.TILL, R.RECEIPT, R.BARCODE, R.NAME, R.QUANTITY, R.UNIT_PRICE, R.DISCOUNT, R.NET,
                  R.RETURNS_RECEIPT), COMMA, strict=True)),
        number_style=NumberStyle.ENGLISH, receipts=Receipts.FOR_EVER,
    ),
    "semicolon": Layout(
        dict(zip((R.DATE, R.TILL, R.RECEIPT, R.CODE, R.NAME, R.QUANTITY, R.UNIT_PRICE, R.DISCOUNT, R.GROSS,
                  R.RETURNS_RECEIPT), SEMICOLON, strict=True)),
        number_style=NumberStyle.INDONESIAN, date_order=DateOrder.DAY_FIRST, receipts=Receipts.PER_TILL,
    ),
    "tab": Layout(
        dict(zip((R.DATE, R.TILL, R.RECEIPT, R.CODE, R.NAME, R.QUANTITY, R.UNIT_PRICE, R.DISCOUNT), TAB, strict=True)),
        number_style=NumberStyle.INDONESIAN, date_order=DateOrder.DAY_FIRST,
    ),
    "workbook": Layout(
        dict(zip((R.DATE, R.STORE, R.BARCODE, R.NAME, R.QUANTITY, R.UNIT_PRICE, R.GROSS), WORKBOOK, strict=True)),
    ),
    "old_workbook": Layout(
        dict(zip((R.DATE, R.STORE, R.TILL, R.RECEIPT, R.BARCODE, R.NAME, R.QUANTITY, R.UNIT_PRICE, R.DISCOUNT, R.NET),
                 OLD_WORKBOOK, strict=True)),
    ),
    "pipe": Layout(
        dict(zip((R.DATE, R.STORE, R.BARCODE, R.NAME, R.QUANTITY, R.GROSS, R.DISCOUNT, R.RECEIPT, R.TILL), PIPE,
                 strict=True)),
        number_style=NumberStyle.INDONESIAN, date_order=DateOrder.DAY_FIRST,
    ),
    "edi": Layout(
        {R.DATE: "Sales date", R.STORE: "Store", R.BARCODE: "GTIN", R.QUANTITY: "QTY+153", R.UNIT_PRICE: "PRI+AAE"}
    ),
}  # fmt: skip
"""How the files of each layout are read; one is known to consign itself."""


def write_file(file: Handed, city: City, folder: Path) -> Path:
    """Write what is handed in, whole, cut off, or with cells that nobody can read."""
    writer, ending = _WRITERS[file.layout]
    path = folder / f"{file.name}.{ending}"
    writer(path, file, city)
    if file.fate == "refused":
        content = path.read_bytes()
        if file.layout in {"workbook", "old_workbook", "edi"}:
            path.write_bytes(content[: len(content) * 2 // 3])
        else:  # what a mail program makes of a file that it cannot attach
            path.write_bytes(b"\x00\x01\x02" + content[:400:3])
    return path


def _name(city: City, line: Line) -> str:
    return city.products[line.product].name


def _english(amount: int) -> str:
    return f"{amount:,}.00"


def _indonesian(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _broken(file: Handed, place: int, text: str) -> str:
    """Return a cell in which somebody typed letters, of a line that is damaged."""
    return f"{text[:-1]}o O" if file.fate == "damaged" and place in file.bad else text


def _save(
    path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str, encoding: str, top: str = ""
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows([head, *rows])
    path.write_text(top + written.getvalue(), encoding=encoding, newline="")


def _write_comma(path: Path, file: Handed, city: City) -> None:
    rows = [
        (
            f"{line.day}T10:{place % 60:02d}:00", line.store, f"R{line.till}", line.receipt, city.products[line.product].gtin,
            _name(city, line), line.quantity, _broken(file, place, _english(line.price_rp)), _english(line.discount_rp),
            _english(line.gross_rp - line.discount_rp), line.gives_back.receipt if line.gives_back and line.is_named else "",
        )
        for place, line in enumerate(file.lines)
    ]  # fmt: skip
    _save(path, COMMA, rows, delimiter=",", encoding="utf-8")


def _write_semicolon(path: Path, file: Handed, city: City) -> None:
    rows = [
        (
            f"{line.day:%d/%m/%Y}", line.till, line.receipt, city.products[line.product].plu, _name(city, line), line.quantity,
            _broken(file, place, _indonesian(line.price_rp)), _indonesian(line.discount_rp), _indonesian(line.gross_rp),
            line.gives_back.receipt if line.gives_back and line.is_named else "",
        )
        for place, line in enumerate(file.lines)
    ]  # fmt: skip
    _save(path, SEMICOLON, rows, delimiter=";", encoding="cp1252", top=f"PESUT MART® KONSINYASI {file.store}\r\n")


def _write_tab(path: Path, file: Handed, city: City) -> None:
    rows = [
        (
            f"{line.day:%d-%m-%Y}", line.till, line.receipt, city.products[line.product].plu, _name(city, line), line.quantity,
            _broken(file, place, f"{_indonesian(line.price_rp)},00"), f"{_indonesian(line.discount_rp)},00",
        )
        for place, line in enumerate(file.lines)
    ]  # fmt: skip
    _save(path, TAB, rows, delimiter="\t", encoding="utf-8-sig")


def _write_pipe(path: Path, file: Handed, city: City) -> None:
    rows = [
        (
            f"{line.day:%d.%m.%Y}", line.store, city.products[line.product].gtin, _name(city, line), line.quantity,
            _broken(file, place, f"Rp {_indonesian(line.gross_rp)}"), f"Rp {_indonesian(line.discount_rp)}", line.receipt,
            line.till,
        )
        for place, line in enumerate(file.lines)
    ]  # fmt: skip
    _save(path, PIPE, rows, delimiter="|", encoding="utf-8")


def _write_moka(path: Path, file: Handed, city: City) -> None:
    rows = []
    for place, line in enumerate(file.lines):
        kind, back = ("Payment", 0) if line.quantity > 0 else ("Refund", line.discount_rp - line.gross_rp)
        net = line.gross_rp - line.discount_rp
        rows.append(
            (
                line.store, f"{line.day:%d-%m-%Y}", "10:00:00", "Snack", "", _name(city, line), "",
                city.products[line.product].plu, line.quantity, "", "", _broken(file, place, f"{line.gross_rp}.0"),
                f"{-line.discount_rp}.0", f"{back}.0", f"{net}.0", "0.0", "0.0", "Take", "Ani", "Ani", "", "Cash", kind, "",
                line.receipt,
            )
        )  # fmt: skip
    _save(path, MOKA, rows, delimiter=",", encoding="utf-8-sig")


def _write_workbook(path: Path, file: Handed, city: City) -> None:
    rows = [
        (
            line.day, line.store, city.products[line.product].gtin, _name(city, line), line.quantity, line.price_rp,
            line.gross_rp,
        )
        for line in file.lines
    ]  # fmt: skip
    write_xlsx(path, [Sheet("Penjualan", [("Penjualan produk UMKM",), (), WORKBOOK, *rows])])


def _write_old_workbook(path: Path, file: Handed, city: City) -> None:
    rows = [
        (
            line.day, line.store, str(line.till), line.receipt, city.products[line.product].gtin, _name(city, line),
            line.quantity, line.price_rp, line.discount_rp, line.gross_rp - line.discount_rp,
        )
        for line in file.lines
    ]  # fmt: skip
    write_xls(path, [Sheet("Sales", [OLD_WORKBOOK, *rows])])


def _write_edi(path: Path, file: Handed, city: City) -> None:
    day = file.lines[0].day
    segments = [
        "BGM+73E::9+729058+9", f"DTM+137:{day:%Y%m%d}:102", f"DTM+90:{day:%Y%m%d}:102", f"DTM+91:{day:%Y%m%d}:102",
        "NAD+BY+4260026610102::9", "NAD+SU+4007399000006::9", "CUX+2:IDR:10",
    ]  # fmt: skip
    for store in dict.fromkeys(line.store for line in file.lines):
        segments += [f"LOC+162+{store}::9", f"DTM+356:{day:%Y%m%d}:102"]
        for number, line in enumerate((one for one in file.lines if one.store == store), start=1):
            segments += [
                f"LIN+{number}++{city.products[line.product].gtin}:EN", f"PRI+AAE:{line.price_rp}::RTP",
                f"QTY+153:{line.quantity}:PCE",
            ]  # fmt: skip
    path.write_text(write(interchange(message(*segments))), encoding="ascii", newline="")


_WRITERS: dict[str, tuple[Callable[[Path, Handed, City], None], str]] = {
    "comma": (_write_comma, "csv"),
    "semicolon": (_write_semicolon, "csv"),
    "tab": (_write_tab, "txt"),
    "workbook": (_write_workbook, "xlsx"),
    "old_workbook": (_write_old_workbook, "xls"),
    "moka": (_write_moka, "csv"),
    "pipe": (_write_pipe, "txt"),
    "edi": (_write_edi, "edi"),
}
