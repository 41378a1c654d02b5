"""The sales files of the three partners, each in its own layout, and how that layout is read."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from consign.period import Period
from consign.sales.layout import Layout, Receipts, Role
from consign.sample.selling import Sold
from consign.sample.workbook import write_workbook
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle

HEAD_OFFICE_HEADER = (
    "Transaction Date", "Store Code", "Register", "Receipt No", "Barcode", "Product Name", "Qty",
    "Unit Price", "Discount", "Total",
)  # fmt: skip
HEAD_OFFICE_LAYOUT = Layout(
    columns={
        Role.DATE: "Transaction Date",
        Role.STORE: "Store Code",
        Role.TILL: "Register",
        Role.RECEIPT: "Receipt No",
        Role.BARCODE: "Barcode",
        Role.NAME: "Product Name",
        Role.QUANTITY: "Qty",
        Role.UNIT_PRICE: "Unit Price",
        Role.DISCOUNT: "Discount",
        Role.NET: "Total",
    },
    number_style=NumberStyle.ENGLISH,
    receipts=Receipts.FOR_EVER,
)

TILL_HEADER = (
    "Tanggal", "Jam", "Kassa", "No Struk", "PLU", "Nama Barang", "Jml", "Harga", "Diskon", "Jumlah Harga",
)  # fmt: skip
TILL_LAYOUT = Layout(
    columns={
        Role.DATE: "Tanggal",
        Role.TILL: "Kassa",
        Role.RECEIPT: "No Struk",
        Role.CODE: "PLU",
        Role.NAME: "Nama Barang",
        Role.QUANTITY: "Jml",
        Role.UNIT_PRICE: "Harga",
        Role.DISCOUNT: "Diskon",
        Role.GROSS: "Jumlah Harga",
    },
    number_style=NumberStyle.INDONESIAN,
    date_order=DateOrder.DAY_FIRST,
    receipts=Receipts.PER_TILL,
)

SUMMARY_HEADER = ("Tanggal", "Outlet", "Barcode", "Nama Produk", "Terjual", "Harga", "Total")
SUMMARY_LAYOUT = Layout(
    columns={
        Role.DATE: "Tanggal",
        Role.STORE: "Outlet",
        Role.BARCODE: "Barcode",
        Role.NAME: "Nama Produk",
        Role.QUANTITY: "Terjual",
        Role.UNIT_PRICE: "Harga",
        Role.GROSS: "Total",
    },
)


def write_head_office_file(sold: Sequence[tuple[str, Sold]]) -> bytes:
    """Return a head office's CSV over all stores: commas, English numbers, day with time, and a total row.

    *sold* holds each line with the code of its store. The total of a line is what was paid.
    """
    rows = [
        (
            f"{line.day}T{line.time}", store, f"R{line.till}", f"{store}-{line.receipt}", line.goods.gtin,
            line.goods.name, line.quantity, _english(line.price_rp), _english(line.discount_rp),
            _english(line.net_rp),
        )
        for store, line in sold
    ]  # fmt: skip
    lines = [line for _, line in sold]
    total = (
        "Grand Total", "", "", "", "", "", sum(line.quantity for line in lines), "",
        _english(sum(line.discount_rp for line in lines)), _english(sum(line.net_rp for line in lines)),
    )  # fmt: skip
    return _as_csv([HEAD_OFFICE_HEADER, *rows, total], delimiter=",").encode()


def write_till_file(sold: Sequence[Sold], *, store: str, period: Period, encoding: str, misspelt: bool) -> bytes:
    """Return one store's CSV below two lines of title: semicolons, Indonesian numbers, day first, own codes.

    Where it is *misspelt*, somebody typed the letter O for a zero into the last price.
    """
    title = f"PESUT MART® LAPORAN KONSINYASI {store.upper()}\r\nPeriode {period}\r\n"
    rows = [
        [
            f"{line.day:%d/%m/%Y}", line.time, str(line.till), line.receipt, line.goods.plu,
            line.goods.name, str(line.quantity), _indonesian(line.price_rp), _indonesian(line.discount_rp),
            _indonesian(line.gross_rp),
        ]
        for line in sold
    ]  # fmt: skip
    if misspelt:
        price = TILL_HEADER.index("Harga")
        rows[-1][price] = rows[-1][price].replace("0", "O")
    return (title + _as_csv([TILL_HEADER, *rows], delimiter=";")).encode(encoding)


def write_summary_file(sold: Sequence[tuple[str, Sold]], *, partner: str, period: Period) -> bytes:
    """Return a workbook that sums the sales by day, store and product, without receipts, and a total row.

    *sold* holds each line with what the file calls its store. Days are dates and barcodes numbers, not text.
    """
    quantities: Counter[tuple[date, str, str, str, int]] = Counter()
    for store, line in sold:
        quantities[line.day, store, line.goods.gtin, line.goods.name, line.price_rp] += line.quantity
    rows = [
        (day, store, int(gtin), name, quantity, price_rp, quantity * price_rp)
        for (day, store, gtin, name, price_rp), quantity in sorted(quantities.items())
    ]
    total = (
        "Jumlah", None, None, None, sum(row[4] for row in rows), None, sum(row[6] for row in rows),
    )  # fmt: skip
    title = (f"{partner}: penjualan produk UMKM",)
    return write_workbook("Penjualan", [title, (f"Periode {period}",), (), SUMMARY_HEADER, *rows, total])


def _as_csv(rows: Iterable[Sequence[object]], *, delimiter: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


def _english(amount_rp: int) -> str:
    return f"{amount_rp:,}.00"


def _indonesian(amount_rp: int) -> str:
    return f"{amount_rp:,}".replace(",", ".")
