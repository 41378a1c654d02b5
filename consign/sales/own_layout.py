"""Layouts of the product's own files: the sheet that is typed on a page, and the workbook of a store's products.

They are known by their header and need no person to confirm them. Their stores are named with the partner before them,
`BM/T1`, for two partners may call a store alike.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from consign.sales.layout import Layout, Role
from consign.tabular.headers import normalize
from consign.tabular.matrix import DAY_HEADER, QUANTITY_HEADER
from consign.tabular.numbers import NumberStyle
from consign.tabular.table import Batch, Table

SHEET_HEADERS = (DAY_HEADER, "Kode toko", "Kode batang", "Nama produk", QUANTITY_HEADER, "Harga sepakat", "Lembar")
"""Of the sheet that is typed; the last column tells one sheet of a day from the next."""
TEMPLATE_HEADERS = {
    "id": ("Kode toko", "Kode batang", "Nama produk", "Produsen", "Harga sepakat"),
    "en": ("Store code", "Barcode", "Product name", "Producer", "Agreed price"),
}
"""Of the workbook, by language; the days stand behind them."""
NO_SALES_CODE = "-"
"""Stands for a product in the workbook's row that says whether a day had no sales."""


def name_store(partner_code: str, store_code: str) -> str:
    """Return what a store is called in our own files."""
    return f"{partner_code}/{store_code}"


def find_own_layout(headers: Sequence[str]) -> Layout | None:
    """Return how a file of our own is read, known by its header; blank for others' files."""
    return _LAYOUTS.get(tuple(map(normalize, headers)))


def take_partner_off(table: Table, *, partner_code: str) -> Table:
    """Return a table of our own with its stores called as the partner calls them; others' tables, and stores, as they are."""
    layout = find_own_layout(table.headers)
    if layout is None:
        return table
    place = table.headers.index(
        next(one for one in table.headers if normalize(one) == normalize(layout.columns[Role.STORE]))
    )
    prefix = name_store(partner_code, "")

    def read() -> Iterator[Batch]:
        for batch in table.read():
            cells = list(batch.cells)
            cells[place] = _cut(cells[place], prefix)
            yield Batch(batch.rows, cells, batch.broken)
        if table.across is not None:
            unfilled = table.across.unfilled
            unfilled[:] = [
                tuple(cell.removeprefix(prefix) if at == place else cell for at, cell in enumerate(row))
                for row in unfilled
            ]

    return table.changed(read=read)


def _cut(cells: pa.Array, prefix: str) -> pa.Array:
    return pc.if_else(pc.starts_with(cells, prefix), pc.utf8_slice_codeunits(cells, len(prefix)), cells)


def _sheet_layout() -> Layout:
    day, store, barcode, name, quantity, price, _ = SHEET_HEADERS
    roles = {
        Role.DATE: day, Role.STORE: store, Role.BARCODE: barcode, Role.NAME: name, Role.QUANTITY: quantity,
        Role.UNIT_PRICE: price,
    }  # fmt: skip
    return Layout(columns=roles, number_style=NumberStyle.INDONESIAN)


def _template_layout(headers: Sequence[str]) -> Layout:
    store, barcode, name, _, price = headers
    roles = {
        Role.DATE: DAY_HEADER, Role.STORE: store, Role.BARCODE: barcode, Role.NAME: name, Role.QUANTITY: QUANTITY_HEADER,
        Role.UNIT_PRICE: price,
    }  # fmt: skip
    return Layout(columns=roles)


_LAYOUTS = {
    tuple(map(normalize, SHEET_HEADERS)): _sheet_layout(),
    **{
        tuple(map(normalize, (*headers, DAY_HEADER, QUANTITY_HEADER))): _template_layout(headers)
        for headers in TEMPLATE_HEADERS.values()
    },
}
