"""Known layouts of tills and marketplaces: each with the header its program writes, and with what is peculiar about its rows."""

import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import openpyxl
import pytest

from consign.errors import BadInput
from consign.sales.inspecting import Inspection, inspect_file
from consign.sales.known_layouts import WrongReport, find_known_layout, load_known_layouts, read_known_layout
from consign.sales.layout import Layout
from consign.sales.mapping import Answers
from consign.tabular.dates import DateOrder

LOYVERSE_ITEMS = (
    "Date,Receipt number,Receipt type,Category,SKU,Item,Variant,Modifiers applied,Quantity,Gross sales,Discounts,Net sales,"
    "Cost of goods,Gross profit,Taxes,POS,Store,Cashier name,Customer name,Customer contacts,Comment,Status"
)
SQUARE_ITEMS = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Unit,Count,GTIN,Itemization Type,Commission,Employee,Fulfillment Note,Channel,Token,Card Brand,"
    "PAN Suffix"
)
LOYVERSE_RECEIPTS = (
    "Date,Receipt number,Receipt type,Gross sales,Discounts,Net sales,Taxes,Total collected,Cost of goods,Gross profit,"
    "Payment type,Description,Dining option,POS,Store,Cashier name,Customer name,Customer contacts,Status"
)
SQUARE_TRANSACTIONS = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,"
    "Total Collected,Source,Card,Cash,Fees,Net Total,Transaction ID,Payment ID,Card Brand,Event Type,Location"
)
MOKA_TRANSACTIONS = (
    "Outlet,Date,Time,Gross Sales,Discounts,Refunds,Net Sales,Gratuity,Tax,Total Collected,Total Amount,"
    "Other Note (Optional),Receipt Number,Collected By,Served By,Customer,Customer Phone,Items,Payment Method,Event Type,"
    "Reason of Refund"
)
MOKA_ITEMS = (
    "Outlet,Date,Time,Category,Brand,Items,Variant,SKU,Quantity,Modifier Applied,Discount Applied,Gross Sales,Discounts,"
    "Refunds,Net Sales,Gratuity,Tax,Sales Type,Collected By,Served By,Customer,Payment Method,Event Type,Reason of Refund,"
    "Receipt Number"
)
SHOPEE = (
    "No. Pesanan|Status Pesanan|Alasan Pembatalan|Status Pembatalan/ Pengembalian|No. Resi|Waktu Pesanan Dibuat|"
    "Waktu Pembayaran Dilakukan|SKU Induk|Nama Produk|Nomor Referensi SKU|Nama Variasi|Harga Awal|Harga Setelah Diskon|"
    "Jumlah|Returned quantity|Total Harga Produk|Total Diskon|Total Pembayaran|Waktu Pesanan Selesai"
)
TIKTOK = (
    "Order ID|Order Status|Order Substatus|Cancelation/Return Type|Created Time|Paid Time|SKU ID|Seller SKU|Product Name|"
    "Variation|Quantity|Sku Quantity of return|SKU Unit Original Price|SKU Subtotal Before Discount|SKU Platform Discount|"
    "SKU Seller Discount|SKU Subtotal After Discount"
)
LAZADA = (
    "Order Item Id,Order Type,Order Flag,Lazada Id,Seller SKU,Lazada SKU,Created at,Updated at,Order Number,Payment Method,"
    "Paid Price,Unit Price,Shipping Fee,Wallet Credits,Item Name,Variation,Status,Reason,Refund Amount"
)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount,Id"
)
MICROS = (
    "MICROS.dtl.trans_seq|MICROS.dtl.dtl_type|MICROS.dtl.rpt_cnt|MICROS.dtl.rpt_ttl|MICROS.chk_dtl.chk_num|"
    "MICROS.mi_def.obj_num|MICROS.mi_def.name_1|MICROS.trans_dtl.end_date_tm"
)


def write_lines(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "sales"
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding)
    return path


def write_book(folder: Path, header: str, *rows: Sequence[object], before: Sequence[Sequence[object]] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in (*before, header.split("|"), *rows):
        book.active.append(list(row))  # type: ignore[union-attr]
    path = folder / "sales"
    book.save(path)
    return path


def inspect(
    path: Path, *, store: bool = True, day: date | None = None, order: DateOrder | None = None, dollars: bool = False
) -> Inspection:
    answers = Answers(date_order=order, dollar_is_rupiah=dollars or None, accept_suggestion=True)
    found = inspect_file(path, layout=None, answers=answers, store_stated=store, first=day, last=day)
    assert [one.about for one in found.questions] == []
    return found


def ignored(found: Inspection) -> dict[int, str]:
    return {int(str(one["row"])): str(one["reason"]) for one in found.ignored_rows}


def problems(found: Inspection) -> dict[int, str]:
    return {int(str(one["row"])): str(one["code"]) for one in found.problem_rows}


def totals(found: Inspection) -> tuple[int, Decimal, int]:
    return found.accepted, found.quantity_total, found.gross_total_rp


def test_loyverse_refunds_count_against_the_sales_whatever_their_minus_signs_say(tmp_path: Path):
    found = inspect(
        write_lines(
            tmp_path,
            "\ufeff" + LOYVERSE_ITEMS,
            "31/12/2025 14:05,1-1001,Sale,Snack,SKU1,Keripik,,,2.000,360,0,360,0,0,0,POS 1,Pusat,Ani,,,,Closed",
            "31/12/2025 14:20,1-1002,Refund,Snack,SKU1,Keripik,,,1.000,180,0,-180,0,0,0,POS 1,Pusat,Ani,,,,Closed",
            "31/12/2025 14:25,1-1003,Refund,Snack,SKU2,Sambal,,,-1.000,-80,0,-80,0,0,0,POS 1,Pusat,Ani,,,,Closed",
            "31/12/2025 14:30,1-1004,Sale,Snack,SKU1,Keripik,,,1.000,180,0,180,0,0,0,POS 1,Pusat,Ani,,,,Cancelled",
        ),
        store=False,
    )
    # 360 - 180 - 80 = 100; 2 - 1 - 1 = 0 pieces. The cancelled row keeps a positive amount and is left out.
    assert totals(found) == (3, Decimal(0), 100)
    assert ignored(found) == {5: "cancelled"}
    assert "Loyverse: Receipts by item" in str(found.evidence)


def test_an_older_loyverse_file_calls_its_product_item_name(tmp_path: Path):
    header = (
        "Date,Receipt number,Receipt type,Category,SKU,Item name,Quantity,Gross sales,Discounts,Net sales,Store,Status"
    )
    row = "2026-01-01 08:00:00,1-1,Sale,Snack,SKU1,Keripik,1,15000,1000,14000,Pusat,Closed"
    found = inspect(write_lines(tmp_path, header, row), store=False)
    assert found.columns["name"] == "Item name"
    assert totals(found) == (1, Decimal(1), 15_000)


def test_a_loyverse_summary_by_item_takes_refunds_off_in_a_line_of_their_own(tmp_path: Path):
    header = (
        "Item name,SKU,Category,Items sold,Gross sales,Items refunded,Refunds,Discounts,Net sales,Cost of goods,"
        "Gross profit,Margin,Taxes"
    )
    row = "Keripik,SKU1,Snack,12.000,180000,2.000,30000,5000,145000,0,0,75.00%,0"
    found = inspect(write_lines(tmp_path, header, row), day=date(2026, 11, 5))
    # 180,000 - 30,000 - 5,000 = 145,000 ties; the gross less what came back is 150,000 for 10 pieces.
    assert totals(found) == (2, Decimal(10), 150_000)
    assert (found.first_on, found.last_on) == (date(2026, 11, 5), date(2026, 11, 5))


def test_a_loyverse_summary_that_does_not_tie_is_a_problem(tmp_path: Path):
    header = "Item name,SKU,Items sold,Gross sales,Items refunded,Refunds,Discounts,Net sales"
    found = inspect(write_lines(tmp_path, header, "Keripik,SKU1,12,180000,2,30000,5000,146000"), day=date(2026, 11, 5))
    assert problems(found) == {2: "net.does_not_tie"}


@pytest.mark.parametrize(
    ("header", "report", "instead"),
    [
        (
            LOYVERSE_RECEIPTS,
            "Loyverse: Receipts",
            "Receipts by item",
        ),
        (MOKA_TRANSACTIONS, "Moka: Transactions", "Item Details"),
        ("Periode,Penjualan (Rp.),Total Transaksi", "Majoo: Penjualan per Periode", "Produk"),
        ("No Transaksi,Waktu Order,Produk,Total Penjualan,Metode Pembayaran", "Majoo: Detail Transaksi", "Produk"),
        (
            SQUARE_TRANSACTIONS,
            "Square: Transactions",
            "Item Sales Detail",
        ),
        ("No. Pesanan,Tanggal Dana Dilepaskan,Total Penghasilan,Harga Produk", "Shopee: Penghasilan", "Pesanan Saya"),
        (
            "ID Pesanan/Penyesuaian,Jenis transaksi,Mata uang,Jumlah penyelesaian pembayaran,Total Pendapatan",
            "TikTok Shop / Tokopedia: Detail pesanan (penyelesaian)",
            "All order",
        ),
        (
            "Transaction Date,Fee Name,Details,Seller SKU,Lazada SKU,Amount,VAT in Amount,Order No.,Order Item No.,Paid Quantity",
            "Lazada: Transaction Overview",
            "Orders",
        ),
    ],
)
def test_a_report_without_products_is_refused_and_the_right_one_named(
    tmp_path: Path, header: str, report: str, instead: str
):
    cells = ",".join("1" for _ in header.split(","))
    with pytest.raises(WrongReport, match=instead) as refused:
        inspect(write_lines(tmp_path, header, cells))
    assert report in str(refused.value)


def test_moka_refunds_are_returns_and_its_grand_total_is_no_sale(tmp_path: Path):
    head = "Toko Pusat,05-02-2030,10:00:00,Snack,,"
    tail = ",0.0,0.0,Take,Ani,Ani,,Cash,"
    found = inspect_file(
        write_lines(
            tmp_path,
            "\ufeff" + MOKA_ITEMS,
            f"{head}Keripik,,SKU1,2,,,20000.0,0.0,0.0,20000.0{tail}Payment,,R1",
            f"{head}Keripik,,SKU1,2,,,20000.0,0.0,0.0,20000.0{tail}Payment,,R1",
            f"{head}Refund - Keripik,,SKU1,-1,,,-10000.0,0.0,10000.0,-10000.0{tail}Refund,salah,R2",
            "Grand Total,,,,,,,,3,,,30000.0,0.0,10000.0,30000.0,0.0,0.0,,,,,,,,",
        ),
        layout=None, answers=Answers(), store_stated=False, first=None, last=None,
    )  # fmt: skip
    # In 2030 the day has not come: this file is of the future, and all of its rows say so.
    assert set(problems(found).values()) == {"date.in_future"}
    assert ignored(found) == {5: "total_row"}


def test_twin_rows_of_one_moka_receipt_are_both_sales(tmp_path: Path):
    row = "Toko Pusat,05-02-2026,10:00:00,Snack,,Keripik,,SKU1,2,,,20000.0,0.0,0.0,20000.0,0.0,0.0,Take,Ani,Ani,,Cash,Payment,,R1"
    back = (
        "Toko Pusat,05-02-2026,11:00:00,Snack,,Refund - Keripik,,SKU1,-1,,,-10000.0,0.0,10000.0,-10000.0,0.0,0.0,Take,Ani,"
        "Ani,,Cash,Refund,salah,R2"
    )
    found = inspect(write_lines(tmp_path, MOKA_ITEMS, row, row, back), store=False)
    # 20,000 + 20,000 - 10,000 = 30,000; 2 + 2 - 1 = 3.
    assert totals(found) == (3, Decimal(3), 30_000)
    assert found.first_on == date(2026, 2, 5)


def test_a_majoo_report_of_products_is_read_for_the_days_that_are_stated(tmp_path: Path):
    header = "Produk,SKU,Jumlah Terjual,Penjualan (Rp.),Laba Kotor"
    found = inspect(
        write_lines(tmp_path, header, 'Keripik,K1,12,"180.000,00","20.000,00"', 'Sambal,,3,"67.500,00","9.000,00"'),
        day=date(2026, 11, 5),
    )
    assert totals(found) == (2, Decimal(15), 247_500)
    assert problems(found) == {}  # the second has no SKU and goes by its name


def test_pawoon_voids_add_ons_and_dashes(tmp_path: Path):
    header = "Waktu|ID Struk|Outlet|Nama Produk|Jumlah Produk|Harga Produk|Kategori|Status Pembayaran|Total|Metode Pembayaran"
    head = "05-11-2026 10:00:00"
    found = inspect(
        write_book(
            tmp_path,
            header,
            [head, "S1", "cirendeuu", "Keripik", 2, 15000, "Snack", "Lunas", 30000, "Tunai"],
            [head, "S1", "cirendeuu", "+ Level 3", 1, 1000, "Snack", "Lunas", 1000, "Tunai"],
            [head, "S1", "cirendeuu", "Keripik", -2, 15000, "Snack", "Void", "-", "Tunai"],
            [head, "S2", "cirendeuu", "FOOD APPS Sambal", 1, 22500, "Snack", "Lunas", None, "QRIS"],
            ["Total", None, None, None, None, None, None, None, 31000, None],
            before=(["Laporan Transaksi"], [], ["Periode", "05-11-2026"], [], []),
        ),
        store=False,
    )
    # 30,000 - 30,000 (the dash is 2 times 15,000) + 22,500 = 22,500.
    assert totals(found) == (3, Decimal(1), 22_500)
    assert ignored(found) == {8: "add_on", 11: "total_row"}
    assert found.header_row == 6


def test_square_rows_are_read_in_both_versions_once_its_dollars_are_confirmed(tmp_path: Path):
    def row(day: str, item: str, qty: str, gross: str, kind: str, receipt: str, gtin: str = "") -> str:  # noqa: PLR0917
        cells = dict.fromkeys(SQUARE_ITEMS.split(","), "")
        cells |= {"Date": day, "Time": "14:05:33", "Time Zone": "Eastern Time (US & Canada)", "Category": "None"}
        cells |= {
            "Item": item,
            "Qty": qty,
            "SKU": "SKU1",
            "Gross Sales": gross,
            "Discounts": '"$0.00"',
            "Net Sales": gross,
        }
        cells |= {"Transaction ID": receipt, "Event Type": kind, "Location": "Pusat", "GTIN": gtin}
        return ",".join(cells.values())

    path = write_lines(
        tmp_path,
        SQUARE_ITEMS,
        row("12/27/2018", "Kopi", "1.0", '"$1,149.00 "', "Payment", "T1"),
        row("12/27/2018", "Kopi", "2.0", "$8.00", "Payment", "T2", "8991234567890"),
        row("12/27/2018", "Kopi", "2.0", "$8.00", "Payment", "T2", "8991234567890"),
        row("12/27/2018", "Kopi", "-1.0", "-$9.00", "Refund", "T3"),
        row("12/27/2018", "Kopi", "-1.0", "($33.00)", "Refund", "T4"),
    )
    found = inspect_file(path, layout=None, answers=Answers(), store_stated=False, first=None, last=None)
    assert [one.about for one in found.questions] == ["dollar"]
    assert found.accepted == 0
    # 1,149 + 8 + 8 - 9 - 33 = 1,123; the two equal lines of T2 are two drinks.
    assert totals(inspect(path, store=False, dollars=True)) == (5, Decimal(3), 1_123)
    older = [name for name in SQUARE_ITEMS.split(",") if name not in {"Commission", "Employee"}]
    assert find_known_layout(older) is not None


def test_what_shopify_says_of_an_order_holds_for_all_of_its_lines(tmp_path: Path):
    def row(name: str, status: str, currency: str, at: str, qty: str, sku: str, price: str, cancelled: str = "") -> str:  # noqa: PLR0917
        return f'{name},a@b.co,{status},,fulfilled,{currency},,,,,,{at},{qty},"Keripik\nPedas",{price},{sku},{cancelled},,1'

    at = "2026-09-03 10:14:00 -0400"
    found = inspect(
        write_lines(
            tmp_path,
            SHOPIFY,
            row("#1001", "paid", "IDR", at, "2", "SKU1", "15000"),
            row("#1001", "", "", "", "1", "SKU2", "22500"),
            row("#1002", "refunded", "IDR", at, "1", "SKU1", "15000"),
            row("#1003", "partially_refunded", "IDR", at, "1", "SKU1", "15000"),
            row("#1003", "", "", "", "1", "SKU2", "22500"),
            row("#1004", "pending", "IDR", at, "1", "SKU1", "15000"),
            row("#1005", "voided", "IDR", at, "1", "SKU1", "15000"),
            row("#1006", "paid", "USD", at, "1", "SKU1", "15000"),
        )
    )
    # 30,000 + 22,500 of the first order; the refunded one counts as sold and as given back, which comes to nothing.
    assert totals(found) == (4, Decimal(3), 52_500)
    assert problems(found) == {5: "returned.by_order", 6: "returned.by_order", 9: "currency.other"}
    assert ignored(found) == {7: "not_completed", 8: "cancelled"}
    assert (found.first_on, found.last_on) == (date(2026, 9, 3), date(2026, 9, 3))


def test_vend_heads_and_payments_are_no_goods(tmp_path: Path):
    header = (
        "Sale Date,Receipt Number,Line Type,Customer Code,Customer Name,Note,Quantity,Subtotal,Sales Tax,Discount,Loyalty,Total,"
        "Paid,Details,Register,User,Status,SKU,AccountCodeSale,AccountCodePurchase"
    )
    found = inspect(
        write_lines(
            tmp_path,
            header,
            "2026-11-05 10:00:00,77,Sale,,,,3,45000,0,0,0,45000,45000,,Main,Ani,Completed,,,",
            ",,Sale Line,,,,2,30000,0,0,0,30000,,Keripik,,,,SKU1,,",
            ",,Sale Line,,,,1,15000,0,1000,0,14000,,Sambal,,,,SKU2,,",
            ",,Payment,,,,,,,,,,44000,Cash,,,,,,",
        )
    )
    # 30,000 and 14,000 + 1,000 before the discount.
    assert totals(found) == (2, Decimal(3), 45_000)
    assert ignored(found) == {2: "order_row", 5: "payment_row"}


def test_odoo_lines_and_refunds(tmp_path: Path):
    header = "Line No,Discount Notice,Product,Unit Price,Quantity,Subtotal w/o Tax,Subtotal,Discount (%),Order Ref,Creation Date"
    found = inspect(
        write_lines(
            tmp_path,
            header,
            "L1,,[SKU1] Keripik,15000.0,2.0,27000.0,27000.0,10.0,Shop/0001,2026-11-05 03:10:11",
            "L2,,[SKU1] Keripik,15000.0,-1.0,-15000.0,-15000.0,0.0,Shop/0001 REFUND,2026-11-05 04:10:11",
        )
    )
    assert totals(found) == (2, Decimal(1), 15_000)  # 30,000 - 15,000, before a discount of 3,000


def test_the_head_of_an_odoo_order_holds_for_the_lines_below_it(tmp_path: Path):
    header = "Order Ref,Date,Point of Sale,Order Lines/Product,Order Lines/Quantity,Order Lines/Unit Price,Order Lines/Subtotal"
    found = inspect(
        write_lines(
            tmp_path,
            header,
            "Shop/0001,2026-11-05 03:10:11,Pusat,Keripik,2,15000,30000",
            ",,,Sambal,1,22500,22500",
            "Shop/0002,2026-11-06 03:10:11,Pusat,Keripik,1,15000,15000",
            ",,,Sambal,1,22500,22500",
        ),
        store=False,
    )
    assert totals(found) == (4, Decimal(5), 90_000)
    assert (found.first_on, found.last_on) == (date(2026, 11, 5), date(2026, 11, 6))


def test_erpnext_subtotals_name_no_invoice_and_a_return_is_negative(tmp_path: Path):
    header = (
        "Item Code|Item Name|Item Group|Description|Invoice|Posting Date|Customer|Stock Qty|Stock UOM|Rate|Amount|Total Tax|"
        "Total|Currency|% Of Grand Total"
    )
    day = date(2026, 11, 5)
    found = inspect(
        write_book(
            tmp_path,
            header,
            ["K1", "Keripik", "Snack", "", "INV-1", day, "Umum", 2, "Nos", 15000, 30000, 3300, 33300, "IDR", 66],
            ["K1", "Keripik", "Snack", "", "INV-2", day, "Umum", -1, "Nos", 15000, -15000, -1650, -16650, "IDR", -33],
            ["Keripik", None, None, None, None, None, None, 1, None, None, 15000, 1650, 16650, None, 33],
            [],
            ["Total", None, None, None, None, None, None, 1, None, None, 15000, 1650, 16650, None, 100],
        )
    )
    assert totals(found) == (2, Decimal(1), 15_000)
    assert ignored(found) == {4: "subtotal", 6: "subtotal"}
    assert "without tax" in str(found.evidence)


def test_shopee_prices_are_text_and_a_status_that_speaks_of_returns_is_none(tmp_path: Path):
    late = "Pesanan diterima, namun Pembeli masih dapat mengajukan pengembalian hingga 2026-08-04."

    def row(order: str, status: str, quantity: str, price: str, returned: str = "0") -> list[str]:
        at = "2025-10-02 10:29"
        return [order, status, "", "", "JX1", at, at, "", "Keripik", "SKU1", "", price, price, quantity, returned, "", "", "", ""]  # fmt: skip

    found = inspect(
        write_book(
            tmp_path,
            SHOPEE,
            row("2510A", "Selesai", "2", "80.000"),
            row("2510B", late, "1", "80.000"),
            row("2510C", "Batal", "1", "80.000"),
            row("2510D", "Sedang Dikirim", "1", "80.000"),
            row("2510E", "Selesai", "2", "80.000", "1"),
        )
    )
    assert totals(found) == (2, Decimal(3), 240_000)  # 2 x 80,000 + 80,000
    assert ignored(found) == {4: "cancelled", 5: "not_completed"}
    assert problems(found) == {6: "returned.by_order"}
    assert found.number_style == "id"


def test_a_shopee_status_nobody_has_seen_is_asked_about(tmp_path: Path):
    at = "2025-10-02 10:29"
    row = ["2510A", "Dalam Sengketa", "", "", "", at, at, "", "Keripik", "SKU1", "", "80.000", "80.000", "1", "0", "", "", "", ""]  # fmt: skip
    found = inspect_file(
        write_book(tmp_path, SHOPEE, row), layout=None, answers=Answers(), store_stated=True, first=None, last=None
    )
    assert [one.about for one in found.questions] == ["kind:dalam sengketa"]


def test_tiktok_returns_are_taken_off_and_the_description_of_the_columns_is_no_order(tmp_path: Path):
    described = ["Platform unique order ID.", "Order status.", *["..."] * 15]

    def row(status: str, quantity: str, returned: str, before: str, seller: str) -> list[str]:
        order, sku = "580123456789012345", "1729384756102938475"
        at = "05/11/2026 10:00:00"
        return [order, status, "", "", at, at, sku, "SKU1", "Keripik", "", quantity, returned, "15000", before, "0", seller, "0"]  # fmt: skip

    found = inspect(
        write_book(
            tmp_path,
            TIKTOK,
            described,
            row("Completed", "3", "1", "45000", "3000"),
            row("Canceled", "1", "0", "15000", "0"),
            row("Shipped", "1", "0", "15000", "0"),
        )
    )
    # Three sold for 45,000 and one given back for a third of it.
    assert totals(found) == (2, Decimal(2), 30_000)
    assert ignored(found) == {2: "description", 4: "cancelled", 5: "not_completed"}
    assert found.date_order == "dmy"


def test_a_marketplace_number_that_lost_its_digits_is_a_problem(tmp_path: Path):
    row = [580123456789012345, "Completed", "", "", "05/11/2026 10:00:00", "", "1", "SKU1", "Keripik", "", 1, 0, 15000, 15000, 0, 0, 0]  # fmt: skip
    assert problems(inspect(write_book(tmp_path, TIKTOK, row))) == {2: "code.scientific"}


def test_a_lazada_row_is_one_unit_and_equal_rows_are_several(tmp_path: Path):
    def row(item: int, status: str) -> str:
        return f"{item},Normal,,L{item},SKU1,LZ1,03 Sep 2026 10:14,,9001,COD,14000.00,15000.00,0,0,Keripik,,{status},,"

    found = inspect(
        write_lines(
            tmp_path, LAZADA, row(1, "delivered"), row(2, "delivered"), row(3, "canceled"), row(4, "returned"), row(5, "shipped")
        )
    )  # fmt: skip
    # Two delivered; the returned one is sold and given back.
    assert totals(found) == (4, Decimal(2), 30_000)
    assert ignored(found) == {4: "cancelled", 6: "not_completed"}


def test_newer_lazada_headers_are_the_same_layout(tmp_path: Path):
    header = "orderItemId,orderType,sellerSku,lazadaSku,createTime,orderNumber,paidPrice,unitPrice,itemName,status"
    found = inspect(write_lines(tmp_path, header, "1,Normal,SKU1,LZ1,03 Sep 2026 10:14,9001,15000.00,15000.00,Keripik,delivered"))  # fmt: skip
    assert totals(found) == (1, Decimal(1), 15_000)


def test_a_hotels_day_ends_at_three_in_the_morning(tmp_path: Path):
    found = inspect(
        write_lines(
            tmp_path,
            MICROS,
            "1|M|2|30000.00|501|2001|Keripik|2026-11-06 02:59:59.000",
            "2|M|1|15000.00|502|2001|Keripik|2026-11-06 03:00:00.000",
            "3|D|1|-5000.00|502|||2026-11-06 03:00:00.000",
            "4|M|-1|-15000.00|502|2001|Keripik|2026-11-06 23:10:00.000",
        )
    )
    assert totals(found) == (3, Decimal(2), 30_000)
    assert (found.first_on, found.last_on) == (date(2026, 11, 5), date(2026, 11, 6))
    assert ignored(found) == {4: "discount_row"}


def test_a_legacy_tokopedia_file_has_rows_above_its_header(tmp_path: Path):
    header = (
        "Nomor|Nomor Invoice|Tanggal Pembayaran|Status Terakhir|Nama Produk|Nomor SKU|Jumlah Produk Dibeli|Harga Awal (IDR)|"
        "Harga Jual (IDR)|Total Penjualan (IDR)|Nama Kurir"
    )
    found = inspect(
        write_book(
            tmp_path,
            header,
            [1, "INV/1", "05-11-2026 10:00:00", "Pesanan Selesai", "Keripik", "SKU1", 2, 16000, 15000, 42000, "JNE"],
            before=(["Laporan Penjualan"], ["Toko Contoh"], ["Periode"], []),
        ),
        order=DateOrder.DAY_FIRST,
    )
    assert totals(found) == (1, Decimal(2), 30_000)


def test_every_known_layout_says_where_it_is_from_and_is_recognised_by_its_own_columns():
    folder = files("consign.sales").joinpath("known")
    for path in folder.iterdir():
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        known = read_known_layout(given)
        headers = [names[0].replace("*", "x ") for names in known.needs]
        assert given["source"]
        assert given["read_on"]
        if known.instead:
            with pytest.raises(WrongReport):
                find_known_layout(headers)
        else:
            found = find_known_layout(headers)
            assert found is not None
            assert found.known_as == known.name
    assert len(load_known_layouts()) == len(list(folder.iterdir()))


def test_a_known_layout_survives_being_kept_as_a_profile():
    for known in load_known_layouts():
        if not known.instead:
            layout = known.read_by([names[0] for names in known.needs])
            assert Layout.from_json(layout.to_json()) == layout


def test_a_layout_with_a_name_nobody_knows_is_no_layout():
    with pytest.raises(BadInput):
        Layout.from_json({"columns": {}, "day_begins_at": 24})
    with pytest.raises(ValueError, match="colour"):
        read_known_layout({"name": "X", "needs": ["A"], "colour": "red"})
