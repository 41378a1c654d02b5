"""A small city for tests, and files to hand in. All people and firms are invented."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from compliance.facts import GoodsClass, Kind, Stage
from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_price
from consign.catalogue.numbers import compute_check_digit
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision, Typed
from consign.documents.submitting import submit_document, upload_document
from consign.files import hash_file
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.catalogue import Product
from consign.models.partners import Partner, Producer, Store
from consign.partners.actions import add_partner, add_producer, add_store
from consign.partners.agreeing import add_agreement
from consign.partners.rules import DiscountBorneBy, FeeOn, Route, Terms
from consign.partners.tax_rules import PartnerTaxes
from consign.period import Cycle
from consign.sales.file_posting import Decisions, Outcome, post_file
from consign.sales.handing_in import receive_file
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
        "loss_store_bp": None,
        "route": Route.DIRECT,
        "min_payout_rp": 0,
    }
    return Terms(**{**facts, **changed})  # type: ignore[arg-type]


TAXABLE = PartnerTaxes(is_entity=True, npwp="012345674721000", is_pkp=True, pkp_since=date(2020, 1, 1))
"""A firm that is a PKP; the number is invented."""


def build_users(session: Session) -> tuple[Actor, Actor, Actor]:
    add_user(session, by=None, login=ADMIN, name="Rini Wulandari", role=Role.ADMIN)
    admin = get_actor(session, ADMIN)
    add_user(session, by=admin, login=FINANCE, name="Bagus Prakoso", role=Role.DINAS_FINANCE)
    add_user(session, by=admin, login=AUDITOR, name="Siti Maharani", role=Role.AUDITOR)
    return admin, get_actor(session, FINANCE), get_actor(session, AUDITOR)


def build_city(session: Session, *, agreements: bool = True) -> City:
    """Build partner BM (monthly, a firm and PKP) with stores T1 and T2, producers P1 (Keripik, Rp15.000), P2 (Sambal, Rp22.500)."""
    admin, finance, auditor = build_users(session)
    partner = add_partner(
        session, by=admin, code="BM", name="Beruang Mart", kind="minimarket", cycle=Cycle.MONTH, taxes=TAXABLE
    )
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


def make_deliverable(city: City, *, on: date = OPENED) -> Actor:
    """Make all products dry food that keeps for 180 days, with the papers it needs; return who approved those."""
    session, login = city.session, "periksa@dinas.example"
    add_user(session, by=city.admin, login=login, name="Wahyu Periksa", role=Role.VERIFIER)
    verifier = get_actor(session, login)
    for product in city.products:
        product.goods_class, product.food_group, product.shelf_life_days = GoodsClass.DRY_FOOD.value, "06", 180
    session.flush()
    for place, producer in enumerate(city.producers, start=1):
        own = tuple(one.id for one in city.products if one.producer_id == producer.id)
        bank = Typed(number="0123456789", details={"bank": "014", "account_name": producer.name})
        for kind, typed, product_ids in (
            (Kind.NIB, Typed(number=f"{place:013d}"), ()),
            (Kind.NIK, Typed(number=f"64710545088500{place:02d}"), ()),
            (Kind.BANK_ACCOUNT, bank, ()),
            (
                Kind.PIRT,
                Typed(number=f"2066471{place:02d}012330", valid_until=date(2030, 3, 9), stage=Stage.FULFILLED),
                own,
            ),
            (Kind.HALAL, Typed(number=f"ID6411000021482{place:04d}"), own),
        ):
            approve_paper(city, producer.id, kind, typed, by=verifier, product_ids=product_ids, on=on)
    return verifier


def approve_paper(
    city: City, producer_id: int, kind: Kind, typed: Typed, *, by: Actor, product_ids: tuple[int, ...], on: date
) -> int:
    """Let the admin hand in a paper by its number and *by* approve it; return its id."""
    session = city.session
    draft = upload_document(session, by=city.admin, producer_id=producer_id, kind=kind, taken=None)
    given = replace(typed, issued_on=date(2025, 3, 10))
    submit_document(session, by=city.admin, document_id=draft.id, typed=given, product_ids=product_ids, on=on)
    claim_document(session, by=by, document_id=draft.id)
    decide_document(
        session, by=by, document_id=draft.id, decision=Decision.APPROVE, reason="uji", consulted="oss.go.id", on=on
    )
    return draft.id


def write_csv(folder: Path, *rows: str, name: str = "sales.csv", header: str = HEADER) -> Path:
    """Write a sales file of *rows* below the usual header."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path
