"""A city of any size and its sales files, always the same for the same size."""

import atexit
import random
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.actions import add_partner
from consign.period import Cycle
from tests.builders import gtin

LOGIN = "keuangan@bench.example"
STORES, PRODUCERS, PRODUCTS = 200, 1_000, 2_000
HEADER = "Tanggal,Kode Toko,Kassa,No Struk,Barcode,Nama Produk,Jumlah,Harga Satuan,Diskon,Total\n"


def make_folder() -> Path:
    """Make a folder that is removed when the process ends, after the server in it has stopped.

    It lies on a disk, where a temporary folder may lie in memory.
    """
    folder = Path(tempfile.mkdtemp(prefix="consign-bench-", dir="/var/tmp"))  # removed at the end
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def price_of(product: int) -> int:
    """Return the price of a product in rupiah, Rp2.500 to Rp22.000."""
    return (5 + product % 40) * 500


def fill_city(session: Session) -> None:
    """Add one partner with its stores, producers, products, prices, barcodes and agreements, set by set."""
    add_user(session, by=None, login="admin@bench.example", name="Admin", role=Role.ADMIN)
    admin = get_actor(session, "admin@bench.example")
    add_user(session, by=admin, login=LOGIN, name="Keuangan", role=Role.DINAS_FINANCE)
    partner = add_partner(session, by=admin, code="B", name="Bench Mart", kind="supermarket", cycle=Cycle.MONTH)
    rows = {"partner": partner.id, "stores": STORES, "producers": PRODUCERS, "products": PRODUCTS}
    for statement in (
        """INSERT INTO store (partner_id, code, name, zone, opened_on)
           SELECT :partner, 'T' || lpad(n::text, 3, '0'), 'Gerai ' || n, 'Asia/Makassar', '2020-01-01'
           FROM generate_series(1, :stores) AS n""",
        "INSERT INTO producer (code, name) SELECT 'P' || n, 'Dapur ' || n FROM generate_series(1, :producers) AS n",
        """INSERT INTO product (producer_id, code, name, net_content, net_unit)
           SELECT (SELECT min(id) FROM producer) + n % :producers, 'PRD-' || n, 'Produk ' || n, 200, 'g'
           FROM generate_series(0, :products - 1) AS n""",
        """INSERT INTO product_price (product_id, days, price_rp)
           SELECT id, daterange('2020-01-01', NULL), (5 + substr(code, 5)::int % 40) * 500 FROM product""",
        """INSERT INTO agreement (partner_id, producer_id, days, fee_rate_bp, fee_on, discount_borne_by, fee_tax_bp, pph23_bp,
             payment_term_days)
           SELECT :partner, id, daterange('2020-01-01', NULL), 200 + id % 301, 'reported_gross', 'store', 0, 0, 15
           FROM producer""",
    ):
        session.execute(text(statement), rows)
    session.execute(
        text("""
        INSERT INTO barcode (number, product_id, from_on)
        SELECT :number, id, '2020-01-01' FROM product WHERE code = :code"""),
        [{"number": gtin(n), "code": f"PRD-{n}"} for n in range(PRODUCTS)],
    )


def write_sales_file(path: Path, *, month: date, lines: int, each: int = PRODUCTS) -> None:
    """Write one month of a partner's sales: by day, store, receipt; one to four lines a receipt; two tills a store.

    Every store sells *each* of the products.
    """
    rng = random.Random(f"{month}:{lines}")  # noqa: S311  # sales, not secrets
    numbers = [gtin(n) for n in range(PRODUCTS)]
    days = 28
    left = lines
    with path.open("w", encoding="ascii") as target:
        target.write(HEADER)
        for place in range(days * STORES):
            day, store = divmod(place, STORES)
            count = left // (days * STORES - place)
            left -= count
            sold = [(store * 10 + n) % PRODUCTS for n in range(each)]
            target.writelines(_store_day(rng, numbers, sold, day=month + timedelta(day), store=store, count=count))


def _store_day(
    rng: random.Random, numbers: list[str], sold: list[int], *, day: date, store: int, count: int
) -> list[str]:
    rows = []
    receipt = 0
    while len(rows) < count:
        receipt += 1
        at = f"{day} {8 + receipt % 12:02d}:{receipt * 7 % 60:02d}:{receipt * 13 % 60:02d}"
        head = f"{at},T{store + 1:03d},{1 + receipt % 2},{day:%y%m%d}{receipt:05d}"
        for _ in range(min(rng.randint(1, 4), count - len(rows))):
            product = sold[rng.randrange(len(sold))]
            quantity, price = rng.choice((1, 1, 1, 2, 3)), price_of(product)
            rows.append(f"{head},{numbers[product]},Produk {product},{quantity},{price},0,{quantity * price}\n")
    return rows
