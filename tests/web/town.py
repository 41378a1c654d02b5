"""A town for the pages: two partners, three stores, three producers, a person for every role, and a second region for who asks."""

import tempfile
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.app import create_app
from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_price
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_account, get_actor
from consign.identity.rules import Actor, Role
from consign.identity.signing_in import begin_session
from consign.jobs.posting import Handover, post_sales_file
from consign.partners.actions import add_partner, add_producer, add_store, add_store_alias
from consign.partners.agreeing import add_agreement
from consign.partners.cooperatives import add_cooperative
from consign.partners.queries import get_partner
from consign.period import Cycle
from consign.regions import add_region
from consign.settlement.actions import close_period
from tests.builders import ACCEPT, FINANCE, KERIPIK, OPENED, SAMBAL, build_city, gtin, terms, write_csv
from tests.conftest import REGION
from tests.web.browsing import Browser, give_passwords

OTHER_REGION = "64.72"
MADU = gtin(3)
VERIFIER, OFFICER, HEAD = "verifikator@dinas.example", "petugas@dinas.example", "kepala@dinas.example"
COOPERATIVE = "pengurus@koperasi.example"
BERUANG, KANCIL = "keuangan@beruang.example", "keuangan@kancil.example"
T1, T2, K1 = "t1@beruang.example", "t2@beruang.example", "k1@kancil.example"
FIRST, SECOND = "dapur1@umkm.example", "dapur2@umkm.example"
PEOPLE: dict[str, tuple[Role, str | None, str | None, str | None]] = {
    VERIFIER: (Role.VERIFIER, None, None, None),
    OFFICER: (Role.FIELD_OFFICER, None, None, None),
    HEAD: (Role.HEAD, None, None, None),
    BERUANG: (Role.PARTNER_FINANCE, "BM", None, None),
    KANCIL: (Role.PARTNER_FINANCE, "KM", None, None),
    T1: (Role.STORE_MANAGER, "BM", "T1", None),
    T2: (Role.STORE_MANAGER, "BM", "T2", None),
    K1: (Role.STORE_MANAGER, "KM", "K1", None),
    FIRST: (Role.PRODUCER, None, None, "P1"),
    SECOND: (Role.PRODUCER, None, None, "P2"),
}
"""By login: the role, and the codes of the partner, store and producer it is held for."""


@dataclass
class Town:
    """The application over the town. Everybody's session begins once; their browsers keep it."""

    database: Database
    files: Files
    app: FastAPI
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, login: str) -> Browser:
        """Return the browser of the person with *login*, signed in."""
        if login not in self._browsers:
            browser = self._browsers[login] = Browser(self.app)
            with self.database.transaction(REGION) as session:
                person = get_account(session, login)
                person.language = browser.language
                browser.cookies.set("consign-session", begin_session(session, person, agent=""))
        return self._browsers[login]

    @cached_property
    def other(self) -> FastAPI:
        """The same installation, serving a second region, which is built when it is first asked for."""
        _build_other_region(self.database)
        return create_app(self.database, self.files, region=OTHER_REGION, region_name="Kota Samarinda")

    def id(self, table: str, **known: str) -> int:
        """Return the id of the row of *table* whose columns are *known*."""
        where = " AND ".join(f"{name} = :{name}" for name in known)
        with self.database.transaction(REGION) as session:
            found = session.scalars(text(f"SELECT id FROM {table} WHERE {where}"), known).all()
        assert len(found) == 1, (table, known, found)
        return int(found[0])

    def ask(self, query: str, **facts: object) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        with self.database.transaction(REGION) as session:
            return [tuple(row) for row in session.execute(text(query), facts)]

    def act_for(self, code: str) -> Browser:
        """Return a browser of the field officer, who acts for the producer with *code*."""
        browser = Browser(self.app)
        browser.sign_in(OFFICER)
        page = browser.post("/acting-for", {"producer": str(self.id("producer", code=code))}, page="/producers")
        assert page.status == 200, page.text
        return browser


def open_town(database: Database, files: Files) -> Town:
    """Open the application over *database*."""
    return Town(database, files, create_app(database, files, region=REGION, region_name="Kota Balikpapan"))


def build_town(database: Database, files: Files) -> None:
    """Build it: October is sold and closed by both partners, November is sold, one line of each partner waits."""
    with database.transaction(REGION) as session:
        city = build_city(session)
        _add_kancil(session, city.admin)
        for login, (role, partner, store, producer) in PEOPLE.items():
            codes = {"partner": partner, "store": store, "producer": producer}
            _add_person(session, city.admin, login=login, role=role, codes=codes)
        add_store_alias(session, by=city.admin, store=city.stores[0], alias="Toko Satu Beruang")
        cooperative = add_cooperative(session, by=city.admin, code="KOP-1", name="Koperasi Uji", phone=None)
        add_user(
            session, by=city.admin, login=COOPERATIVE, name="Orang Koperasi", role=Role.COOPERATIVE,
            cooperative_id=cooperative.id,
        )  # fmt: skip
    give_passwords(database)
    _sell(database, files)
    with database.transaction(REGION) as session:
        by = get_actor(session, FINANCE)
        for code in ("BM", "KM"):
            partner_id = get_partner(session, code).id
            close_period(session, by=by, partner_id=partner_id, until=date(2026, 10, 31), incomplete_reason="uji coba")


def _add_kancil(session: Session, admin: Actor) -> None:
    partner = add_partner(session, by=admin, code="KM", name="Kancil Mart", kind="hotel", cycle=Cycle.MONTH)
    add_store(
        session, by=admin, partner_id=partner.id, code="K1", name="Loka Kancil", zone="Asia/Makassar", opened_on=OPENED
    )
    producer = add_producer(session, by=admin, code="P3", name="Dapur 3", nib="0000000000003", owner_name="Bu Tiga")
    product = add_product(
        session,
        by=admin,
        producer_id=producer.id,
        code="PRD-3",
        name="Madu Kelulut",
        net_content=250,
        net_unit="ml",
        goods_class=None,
        food_group=None,
    )
    set_price(session, by=admin, product=product, price_rp=77_000, from_on=OPENED)
    add_gtin(session, by=admin, product=product, gtin=MADU, from_on=OPENED)
    add_product_alias(session, by=admin, partner_id=partner.id, product=product, alias="KODEKANCIL")
    add_agreement(
        session, by=admin, partner_id=partner.id, producer_id=producer.id, first=OPENED, last=None, terms=terms(400)
    )


def _add_person(session: Session, admin: Actor, *, login: str, role: Role, codes: dict[str, str | None]) -> None:
    ids = {}
    for table, code in codes.items():
        query = text(f"SELECT id FROM {table} WHERE code = :code")
        ids[f"{table}_id"] = session.scalar(query, {"code": code}) if code else None
    add_user(session, by=admin, login=login, name=f"Orang {login.partition('@')[0].title()}", role=role, **ids)


def _sell(database: Database, files: Files) -> None:
    sold = {
        ("BM", "oktober-beruang.csv"): (
            f"2026-10-05,T1,S1,{KERIPIK},Keripik Singkong,3,15000,45000",
            f"2026-10-06,T2,S2,{SAMBAL},Sambal Gami,1,22500,22500",
            "2026-10-07,T2,S3,99,Barang Asing Beruang,1,1111,1111",
        ),
        ("KM", "oktober-kancil.csv"): (
            f"2026-10-05,K1,S1,{MADU},Madu Kelulut,2,77000,154000",
            "2026-10-07,K1,S3,98,Barang Asing Kancil,1,2222,2222",
        ),
        ("BM", "november-beruang.csv"): (
            f"2026-11-05,T1,S4,{KERIPIK},Keripik Singkong,1,15000,15000",
            f"2026-11-06,T2,S5,{SAMBAL},Sambal Gami,2,22500,45000",
        ),
        ("KM", "november-kancil.csv"): (f"2026-11-05,K1,S6,{MADU},Madu Kelulut,5,77000,385000",),
    }
    with tempfile.TemporaryDirectory() as folder:
        for (partner, name), rows in sold.items():
            path = write_csv(Path(folder), *rows, name=name)
            post_sales_file(
                database, files, region=REGION, login=FINANCE, handover=Handover(path, partner), decisions=ACCEPT
            )


def _build_other_region(database: Database) -> None:
    add_region(database, code=OTHER_REGION, name="Kota Samarinda")
    with database.transaction(OTHER_REGION) as session:
        add_user(session, by=None, login="admin@samarinda.example", name="Orang Samarinda", role=Role.ADMIN)
        by = get_actor(session, "admin@samarinda.example")
        partner = add_partner(session, by=by, code="SM", name="Mahakam Mart", kind="hotel", cycle=Cycle.MONTH)
        add_store(
            session, by=by, partner_id=partner.id, code="S1", name="Loka Mahakam", zone="Asia/Makassar",
            opened_on=OPENED,
        )  # fmt: skip
        for number in range(20, 40):  # more than the first region has, so that their ids name nothing there
            producer = add_producer(session, by=by, code=f"S{number}", name=f"Rumah Mahakam {number}", nib=None)
            add_product(
                session, by=by, producer_id=producer.id, code=f"SMR-{number}", name=f"Amplang Mahakam {number}",
                net_content=100, net_unit="g", goods_class=None, food_group=None,
            )  # fmt: skip
    give_passwords(database, OTHER_REGION)
