"""Papers, waivers, lists and demands for tests that look at every page: one of each in every state that pages show."""

import io
from datetime import date

from sqlalchemy.orm import Session

from compliance.facts import GoodsClass, Kind, Stage
from consign.documents.demanding import add_demand
from consign.documents.intake import KeptPage, TakenIn
from consign.documents.referring import ListedNumber, import_reference_list
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision, Typed
from consign.documents.submitting import submit_document, upload_document
from consign.documents.waiving import grant_waiver
from consign.files import Files
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from tests.builders import ADMIN
from tests.conftest import REGION
from tests.web.handing_in import ON, make_nib, make_photo
from tests.web.town import FIRST, HEAD, SECOND, VERIFIER, Town

LIST = b"NIB,Nama Pelaku Usaha\n1207210001234,Dapur 1\n12,Salah\n"


def put_papers(town: Town) -> dict[str, str]:
    """Give each producer a draft, a paper that waits, one that was sent back and one in force; return some ids.

    The draft of the first producer has a file and a picture of its page. No file is read for it.
    """
    with town.database.transaction(REGION) as session:
        verifier = get_actor(session, VERIFIER)
        found = {}
        for place, login in enumerate((FIRST, SECOND, ADMIN), start=1):
            owner = get_actor(session, login)
            producer_id = town.id("producer", code=f"P{place}")
            drafts = _hand_in(session, owner, verifier, producer_id=producer_id, place=place, files=town.files)
            found[f"P{place}"] = drafts
        waiver = grant_waiver(
            session, by=get_actor(session, HEAD), producer_id=town.id("producer", code="P1"), product_id=None,
            kind=Kind.HALAL, reason="Diproses LPH.", from_on=ON, until_on=date(2027, 3, 1),
        )  # fmt: skip
        sha256, _ = town.files.keep(io.BytesIO(LIST))
        listed = import_reference_list(
            session, by=verifier, kind=Kind.NIB, issuer="DPMPTSP", as_of=date(2026, 11, 1), sha256=sha256,
            file_name="nib.csv", entries=[ListedNumber(2, "1207210001234", "Dapur 1")],
        )  # fmt: skip
        demand = add_demand(
            session, by=get_actor(session, ADMIN), partner_id=town.id("partner", code="BM"), kind=Kind.SLHS,
            goods_class=GoodsClass.READY_TO_EAT, from_on=ON, until_on=None,
        )  # fmt: skip
        return {
            "document_id": str(found["P1"]), "waiver_id": str(waiver.id), "list_id": str(listed.id),
            "demand_id": str(demand.id),
        }  # fmt: skip


def _hand_in(session: Session, owner: Actor, verifier: Actor, *, producer_id: int, place: int, files: Files) -> int:
    """Hand in a producer's papers and return the id of its draft."""

    def begin(kind: Kind, taken: TakenIn | None = None) -> int:
        return upload_document(session, by=owner, producer_id=producer_id, kind=kind, taken=taken).id

    def hand_in(kind: Kind, typed: Typed) -> int:
        document_id = begin(kind)
        submit_document(session, by=owner, document_id=document_id, typed=typed, product_ids=(), on=ON)
        return document_id

    def decide(document_id: int, decision: Decision) -> None:
        claim_document(session, by=verifier, document_id=document_id)
        decide_document(
            session, by=verifier, document_id=document_id, decision=decision, reason="Foto ulang.",
            consulted="sppirt.pom.go.id", on=ON,
        )  # fmt: skip

    pirt = Typed(
        number=f"20664710{place}012330", issued_on=date(2025, 3, 10), valid_until=date(2030, 3, 9),
        holder=f"Dapur {place}", stage=Stage.ISSUED,
    )  # fmt: skip
    decide(hand_in(Kind.PIRT, pirt), Decision.APPROVE)
    slhs = Typed(number=f"SLHS/{place}/2026", issued_on=date(2024, 1, 1), valid_until=date(2026, 12, 20))
    decide(hand_in(Kind.SLHS, slhs), Decision.APPROVE)
    decide(hand_in(Kind.NPWP, Typed(number=f"{1234567890123450 + place}")), Decision.NEEDS_CORRECTION)
    hand_in(Kind.NIK, Typed(number=f"647105450885000{place}", holder=f"Bu Rahasia {place}"))
    return begin(Kind.NIB, _take_in(files))


def _take_in(files: Files) -> TakenIn:
    sha256, size = files.keep(io.BytesIO(make_nib()))
    picture, _ = files.keep(io.BytesIO(make_photo()))
    return TakenIn(
        sha256=sha256, media_type="application/pdf", size_bytes=size, file_name="nib.pdf",
        pages=(KeptPage(picture, 400, 300),), values=(), kind_guess=Kind.NIB,
    )  # fmt: skip
