"""A dinas with its people, producers with products, and papers on their way through it. All of it is invented."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from compliance.facts import GoodsClass, Kind, Stage
from consign.catalogue.goods import find_goods
from consign.documents.eligibility import recompute, take_due
from consign.documents.intake import KeptPage, TakenIn
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision, OwnGoods, Typed
from consign.documents.submitting import submit_document, upload_document
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.documents import Document, ProductEligibility
from tests.builders import City

TODAY = date(2026, 11, 22)
ISSUED = date(2025, 3, 10)
PEOPLE = {
    "verifier": Role.VERIFIER,
    "second": Role.VERIFIER,
    "third": Role.VERIFIER,
    "head": Role.HEAD,
    "officer": Role.FIELD_OFFICER,
}


@dataclass
class Office:
    """The dinas of a small city, with two verifiers and more, and the owners of its two producers."""

    session: Session
    city: City
    people: dict[str, Actor]
    owners: list[Actor]
    producer_ids: list[int] = field(default_factory=list)

    @property
    def verifier(self) -> Actor:
        return self.people["verifier"]

    @property
    def second(self) -> Actor:
        return self.people["second"]

    @property
    def head(self) -> Actor:
        return self.people["head"]

    @property
    def owner(self) -> Actor:
        return self.owners[0]

    @property
    def producer_id(self) -> int:
        return self.producer_ids[0]

    def product_ids(self, producer: int = 0) -> list[int]:
        producer_id = self.producer_ids[producer]
        return [one.id for one in self.city.products if one.producer_id == producer_id]

    def product_ids_now(self) -> list[int]:
        """Return the first producer's products, also those added since."""
        return [one.product_id for one in self.goods() if one.producer_id == self.producer_id]

    def upload(self, kind: Kind, *, producer: int = 0, **facts: object) -> Document:
        return upload_document(
            self.session,
            by=self.owners[producer],
            producer_id=self.producer_ids[producer],
            kind=kind,
            **{"taken": None, **facts},
        )

    def submit(self, document: Document, typed: Typed, **facts: object) -> Document:
        place = self.producer_ids.index(document.producer_id)
        return submit_document(
            self.session,
            **{
                "by": self.owners[place],
                "document_id": document.id,
                "typed": typed,
                "product_ids": (),
                "on": TODAY,
                **facts,
            },
        )

    def hand_in(
        self,
        kind: Kind,
        number: str | None,
        *,
        producer: int = 0,
        replaces_id: int | None = None,
        product_ids: tuple[int, ...] = (),
        on: date = TODAY,
        **typed: object,
    ) -> Document:
        """Upload and submit a paper of the first producer, or another."""
        draft = self.upload(
            kind,
            producer=producer,
            taken=None if number else taken_in(),
            replaces_id=replaces_id,
            product_ids=product_ids,
        )
        facts = {"number": number, "issued_on": ISSUED, **typed}
        return self.submit(draft, Typed(**facts), product_ids=product_ids, on=on)

    def decide(self, document: Document, decision: Decision = Decision.APPROVE, **facts: object) -> Document:
        """Let a verifier take the paper and decide about it."""
        by = facts.pop("by", self.verifier)
        assert isinstance(by, Actor)
        claim_document(self.session, by=by, document_id=document.id)
        said = {"reason": "uji", "consulted": "oss.go.id", "on": TODAY, **facts}
        return decide_document(self.session, by=by, document_id=document.id, decision=decision, **said)

    def approve(self, kind: Kind, number: str | None, **facts: object) -> Document:
        return self.decide(self.hand_in(kind, number, **facts))

    def history(self, document: Document) -> list[str]:
        return [row.what for row in self.session.execute(EVENTS, {"id": document.id})]

    def state(self, document: Document) -> str:
        self.session.flush()
        return str(self.session.scalar(text("SELECT state FROM document WHERE id = :id"), {"id": document.id}))

    def in_force(self, kind: Kind) -> list[int]:
        query = text("SELECT id FROM document WHERE kind = :kind AND state = 'approved' ORDER BY id")
        return list(self.session.scalars(query, {"kind": kind.value}))

    def goods(self) -> list[OwnGoods]:
        return find_goods(self.session, producer_ids=self.producer_ids)

    def judge_due(self, on: date = TODAY) -> int:
        """Judge what is due, as the worker does; return how many products."""
        judged = 0
        while producer_ids := take_due(self.session, on=on):
            found = recompute(self.session, goods=find_goods(self.session, producer_ids=producer_ids), on=on)
            judged += sum(found.counts.values())
        return judged

    def notices(self, kind: str) -> list[dict[str, object]]:
        query = text("SELECT facts FROM notice WHERE kind = :kind ORDER BY id")
        return list(self.session.scalars(query, {"kind": kind}))


EVENTS = text("SELECT what FROM document_event WHERE document_id = :id ORDER BY id")


def find_standings(session: Session) -> dict[int, ProductEligibility]:
    """Return what was computed last, by product."""
    return {row.product_id: row for row in session.scalars(select(ProductEligibility))}


def build_office(city: City) -> Office:
    """Give the city verifiers, a head, an officer and owners; its products are dry food."""
    session = city.session
    people = {}
    for name, role in PEOPLE.items():
        add_user(session, by=city.admin, login=f"{name}@dinas.example", name=name.title(), role=role)
        people[name] = get_actor(session, f"{name}@dinas.example")
    owners = []
    for place, producer in enumerate(city.producers, start=1):
        login = f"dapur{place}@umkm.example"
        add_user(
            session, by=city.admin, login=login, name=f"Pemilik {place}", role=Role.PRODUCER, producer_id=producer.id
        )
        owners.append(get_actor(session, login))
    for product in city.products:
        product.goods_class, product.food_group = GoodsClass.DRY_FOOD.value, "06"
    session.flush()
    return Office(session, city, people, owners, [producer.id for producer in city.producers])


def taken_in(sha256: str = "a" * 64, **facts: object) -> TakenIn:
    """Return a file as if it had been taken in."""
    kept = {
        "sha256": sha256,
        "media_type": "application/pdf",
        "size_bytes": 1_000,
        "file_name": "nib.pdf",
        "pages": (KeptPage("b" * 64, 800, 1_100),),
        "values": (),
        "kind_guess": None,
    }
    return TakenIn(**{**kept, **facts})


def pirt(*, group: str = "06", place: int = 1, year: int = 30) -> str:
    """Return an invented SPP-IRT number of Balikpapan that ends in 20*year*."""
    return f"2{group}6471{place:02d}0123{year:02d}"


def hold_everything(office: Office, *, pirt_until: date | None = date(2030, 3, 9)) -> dict[Kind, Document]:
    """Let the first producer hold all that its product needs."""
    product_ids = tuple(office.product_ids())
    return {
        Kind.NIB: office.approve(Kind.NIB, f"{1:013d}"),
        Kind.NIK: office.approve(Kind.NIK, "6471054508850001"),
        Kind.BANK_ACCOUNT: office.approve(
            Kind.BANK_ACCOUNT, "0123456789", details={"bank": "014", "account_name": "Dapur 1"}
        ),
        Kind.PIRT: office.approve(
            Kind.PIRT, pirt(), product_ids=product_ids, valid_until=pirt_until, stage=Stage.FULFILLED
        ),
        Kind.HALAL: office.approve(Kind.HALAL, "ID64110000214820324", product_ids=product_ids),
        Kind.LABEL: office.approve(Kind.LABEL, None, product_ids=product_ids),
    }
