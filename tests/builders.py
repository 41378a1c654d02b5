"""A small city for tests, and files to hand in. All people and firms are invented."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_price
from consign.catalogue.numbers import compute_check_digit
from consign.files import hash_file
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.catalogue import Product
from consign.models.partners import Partner, Producer, Store
from consign.partners.actions import add_agreement, add_partner, add_producer, add_store
from consign.partners.rules import DiscountBorneBy, FeeOn, Terms
from consign.period import Cycle
from consign.sales.actions import Decisions, Outcome, post_file, receive_file
from consign.sales.mapping import Answers, Stated

OPENED = date(2026, 1, 1)
ADMIN, FINANCE, AUDITOR = "admin@dinas.example", "keuangan@dinas.example", "auditor@dinas.example"
ACCEPT = Decisions(answers=Answers(accept_suggestion=True))
HEADER = "Tanggal,Kode Toko,No Struk,Barcode,Nama Produk,Jumlah,Harga Satuan,Total"


def gtin(number: int) -> str:
    """Return an invented GTIN-13 in GS1 Indonesia's range."""
    payload = f"899{number:09d}"
    return payload + compute_check_digit(payload)


KERIPIK, SAMBAL = gtin(1), gtin(2)


@dataclass
class City:
    session: Session
    admin: Actor
    finance: Actor
    auditor: Actor
    partner: Partner
    stores: list[Store]
    producers: list[Producer]
    products: list[Product]

    def post(
        self,
        path: Path,
        *,
        decisions: Decisions = ACCEPT,
        stated: Stated | None = None,
        by: Actor | None = None,
    ) -> Outcome:
        """Hand in and post a file in this transaction; an error takes back what the file did, as an edge would."""
        actor = by or self.finance
        upload, _ = receive_file(
            self.session,
            by=actor,
            partner_id=self.partner.id,
            sha256=hash_file(path),
            name=path.name,
            size_bytes=path.stat().st_size,
            stated=stated or Stated(),
        )
        with self.session.begin_nested():
            return post_file(self.session, by=actor, upload_id=upload.id, path=path, decisions=decisions)


def terms(fee_rate_bp: int = 250, **changed: object) -> Terms:
    facts: dict[str, object] = {
        "fee_rate_bp": fee_rate_bp,
        "fee_on": FeeOn.REPORTED_GROSS,
        "discount_borne_by": DiscountBorneBy.STORE,
        "fee_tax_bp": 0,
        "pph23_bp": 0,
        "payment_term_days": 15,
    }
    return Terms(**{**facts, **changed})  # type: ignore[arg-type]


def build_users(session: Session) -> tuple[Actor, Actor, Actor]:
    add_user(session, by=None, login=ADMIN, name="Rini Wulandari", role=Role.ADMIN)
    admin = get_actor(session, ADMIN)
    add_user(session, by=admin, login=FINANCE, name="Bagus Prakoso", role=Role.DINAS_FINANCE)
    add_user(session, by=admin, login=AUDITOR, name="Siti Maharani", role=Role.AUDITOR)
    return admin, get_actor(session, FINANCE), get_actor(session, AUDITOR)


def build_city(session: Session, *, agreements: bool = True) -> City:
    """Build partner BM (monthly) with stores T1 and T2, producers P1 (Keripik, Rp15.000), P2 (Sambal, Rp22.500)."""
    admin, finance, auditor = build_users(session)
    partner = add_partner(session, by=admin, code="BM", name="Beruang Mart", kind="minimarket", cycle=Cycle.MONTH)
    stores = [
        add_store(
            session,
            by=admin,
            partner_id=partner.id,
            code=code,
            name=f"Gerai {code}",
            zone="Asia/Makassar",
            opened_on=OPENED,
        )
        for code in ("T1", "T2")
    ]
    producers, products = [], []
    for place, (name, price) in enumerate((("Keripik Singkong", 15_000), ("Sambal Gami", 22_500)), start=1):
        producer = add_producer(session, by=admin, code=f"P{place}", name=f"Dapur {place}", nib=f"{place:013d}")
        product = add_product(
            session,
            by=admin,
            producer_id=producer.id,
            code=f"PRD-{place}",
            name=name,
            net_content=200,
            net_unit="g",
            goods_class=None,
            food_group=None,
        )
        set_price(session, by=admin, product=product, price_rp=price, from_on=OPENED)
        add_gtin(session, by=admin, product=product, gtin=gtin(place), from_on=OPENED)
        add_product_alias(session, by=admin, partner_id=partner.id, product=product, alias=f"PLU{place}")
        if agreements:
            add_agreement(
                session,
                by=admin,
                partner_id=partner.id,
                producer_id=producer.id,
                first=OPENED,
                last=None,
                terms=terms(),
            )
        producers.append(producer)
        products.append(product)
    return City(session, admin, finance, auditor, partner, stores, producers, products)


def write_csv(folder: Path, *rows: str, name: str = "sales.csv", header: str = HEADER) -> Path:
    """Write a sales file of *rows* below the usual header."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path
