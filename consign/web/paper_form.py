"""Handing in a paper: choosing which, sending its file, and confirming what was read from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from starlette.datastructures import UploadFile

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.standing import State
from consign import clock
from consign.catalogue.lists import find_products_of
from consign.documents.intake import take_in
from consign.documents.lists import SeenDocument, find_covered, get_document_seen
from consign.documents.submitting import submit_document, upload_document
from consign.errors import ConsignError
from consign.listing import parse_id
from consign.models.catalogue import Product
from consign.models.partners import Producer
from consign.partners.producer_lists import get_own_producer, get_producer_called
from consign.sentence import Code, Sentence, say
from consign.web.forms import Field, Form, new_form, read_form
from consign.web.lookup import suggest_producers
from consign.web.paper_fields import HOW_TO_GET, OF_BUSINESS, OF_PRODUCTS, fields_of, read_typed, show_typed
from consign.web.visit import MOST_PAPER_BYTES, PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

ACCEPTED = "image/*,application/pdf"
CONFIRMED_IN = frozenset({State.DRAFT, State.NEEDS_CORRECTION})
"""States in which a person may say what a paper says."""
FILE = Field(
    "file", say("Photo or PDF of the paper"), kind="file",
    hint=say("Up to 15 MB. Lay the paper flat, in good light, and let all four corners be seen."),
)  # fmt: skip
PRODUCTS = Field("products", say("Products it is for"), required=False)


@dataclass(frozen=True)
class Wanted:
    """Which paper is handed in: whose, of which kind, for which products, and in whose place."""

    producer: Producer
    kind: Kind
    products: Sequence[Product]
    """The producer's products among which to choose; none for a paper of the business."""
    replaces_id: int | None

    @property
    def fields(self) -> Sequence[Field]:
        """Return what is asked."""
        return (PRODUCTS, FILE) if self.products else (FILE,)

    @property
    def needs_file(self) -> bool:
        """Say whether there is nothing to look it up by but the paper itself."""
        return not KINDS[self.kind].needs_number


@router.get("/papers/new")
def show_hand_in(visit: Visiting) -> Response:
    """Show the form to hand in a paper; whose it is and which is asked first where the address does not say."""
    producer, problem = _find_producer(visit, visit.asked.get("producer", ""))
    if producer is None:
        return _whose_page(visit, problem)
    kind = _find_kind(visit.asked.get("kind", ""))
    if kind is None:
        return _kinds_page(visit, producer)
    wanted = _want(visit, producer, kind, visit.asked.get("replaces", ""))
    asked = visit.asked.get("product", "")
    covered = find_covered(visit.db, producer_id=producer.id, document_id=wanted.replaces_id)
    chosen = [
        one.code for one in wanted.products if one.code == asked or one.id in covered or len(wanted.products) == 1
    ]
    return _hand_in_page(visit, wanted, new_form(wanted.fields), chosen=chosen)


def _find_producer(visit: Visit, given: str) -> tuple[Producer | None, Sentence | str]:
    """Return whose paper it is, or why that is not known; a producer's own is its own."""
    if visit.actor.producer_id is not None:
        return get_own_producer(visit.db, by=visit.actor), ""
    if not given.strip():
        return None, ""
    try:
        return get_producer_called(visit.db, given), ""
    except ConsignError as refusal:
        return None, refusal.sentence


def _find_kind(given: str) -> Kind | None:
    return next((kind for kind in Kind if kind.value == given), None)


def _want(visit: Visit, producer: Producer, kind: Kind, replaces: str) -> Wanted:
    products = find_products_of(visit.db, producer.id) if KINDS[kind].per_goods else ()
    return Wanted(producer, kind, products, parse_id(replaces))


def _whose_page(visit: Visit, problem: Sentence | str) -> Response:
    return visit.page(
        "paper_whose.html",
        status=422 if problem else 200,
        problem=problem,
        named=suggest_producers(visit.db),
        asked=visit.asked,
    )


def _kinds_page(visit: Visit, producer: Producer) -> Response:
    whose = {} if visit.actor.producer_id is not None else {"producer": producer.code}
    about = {name: visit.asked[name] for name in ("product",) if visit.asked.get(name)}

    def lead(kinds: Sequence[Kind]) -> list[tuple[Kind, str, Sentence]]:
        return [
            (kind, f"/papers/new?{urlencode({'kind': kind.value, **whose, **about})}", HOW_TO_GET[kind])
            for kind in kinds
        ]

    return visit.page(
        "paper_kinds.html",
        producer=producer,
        own=visit.actor.producer_id is not None,
        of_products=lead(OF_PRODUCTS),
        of_business=lead(OF_BUSINESS),
    )


def _hand_in_page(visit: Visit, wanted: Wanted, form: Form, *, chosen: Sequence[str], status: int = 200) -> Response:
    return visit.page(
        "paper_new.html",
        status=status,
        form=form,
        wanted=wanted,
        chosen=chosen,
        own=visit.actor.producer_id is not None,
        how=HOW_TO_GET[wanted.kind],
        accepted=ACCEPTED,
        most_bytes=MOST_PAPER_BYTES,
    )


@router.post("/papers/new")
def hand_in(visit: Visiting) -> Response:
    """Take in the file of a paper and lead on to what was read from it."""
    producer, problem = _find_producer(visit, visit.texts.get("producer", ""))
    kind = _find_kind(visit.texts.get("kind", ""))
    if producer is None or kind is None:
        return _whose_page(visit, problem) if producer is None else visit.go("/papers/new")
    wanted = _want(visit, producer, kind, visit.texts.get("replaces", ""))
    form = read_form(wanted.fields, visit.texts)
    chosen = visit.all_texts("products")
    product_ids = _read_products(form, wanted.products, chosen)
    sent = visit.file("file") or visit.file("photo")
    if sent is None and wanted.needs_file:
        form.blame("file", say("No file was chosen. Take a photo of the paper, or choose its PDF."))
    path = _take_in(visit, form, wanted, sent=sent, product_ids=product_ids) if form.ok else ""
    if not form.ok:
        return _hand_in_page(visit, wanted, form, chosen=chosen, status=422)
    return visit.lead_on(path)


def _take_in(visit: Visit, form: Form, wanted: Wanted, *, sent: UploadFile | None, product_ids: Sequence[int]) -> str:
    """Keep the file, begin a draft, and return where it is confirmed.

    A refusal shows on *form*; papers from before stay as they are.
    """
    with visit.attempt(form, file="documents.refused"):
        taken = take_in(sent.file, name=sent.filename or "", kind=wanted.kind, files=visit.files) if sent else None
        document = upload_document(
            visit.db, by=visit.actor, producer_id=wanted.producer.id, kind=wanted.kind, taken=taken,
            product_ids=product_ids, replaces_id=wanted.replaces_id,
        )  # fmt: skip
        other = taken.kind_guess if taken and taken.kind_guess not in {None, wanted.kind} else None
        return f"/papers/{document.id}/confirm{f'?seems={other.value}' if other else ''}"
    return ""


def _read_products(form: Form, products: Sequence[Product], chosen: Sequence[str]) -> list[int]:
    """Return the ids of the products that were ticked; where there are some to tick, one must be."""
    ids = [one.id for one in products if one.code in chosen]
    if products and not ids:
        form.blame("products", say("Tick the products that this paper is for."))
    return ids


@router.get("/papers/{document_id}/confirm")
def show_confirm(visit: Visiting, document_id: int) -> Response:
    """Show a paper beside what was read from it, to be confirmed or corrected."""
    seen = get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    if seen.state not in CONFIRMED_IN or seen.masked:
        return visit.go(f"/papers/{document_id}")
    read = _find_read(seen)
    texts = {**{name: one["value"] for name, one in read.items()}, **show_typed(seen)}
    form = new_form(_confirm_fields(seen), **texts)
    return _confirm_page(visit, seen, form, chosen=[one.code for one in seen.products])


def _confirm_fields(seen: SeenDocument) -> Sequence[Field]:
    fields = fields_of(seen.kind)
    return (PRODUCTS, *fields) if KINDS[seen.kind].per_goods else fields


def _find_read(seen: SeenDocument) -> dict[str, dict[str, Any]]:
    """Return what was read from the file, the best value for each field, numbered in the order of the fields."""
    names = [one.name for one in _confirm_fields(seen)]
    best: dict[str, dict[str, Any]] = {}
    for value in sorted(seen.values, key=lambda one: (one["field"] == "owner", not one["sure"], -one["confidence"])):
        best.setdefault("holder" if value["field"] == "owner" else value["field"], value)
    found = [name for name in names if name in best]
    return {name: {**best[name], "place": place} for place, name in enumerate(found, start=1)}


def _confirm_page(
    visit: Visit, seen: SeenDocument, form: Form, *, chosen: Sequence[str], status: int = 200
) -> Response:
    products = find_products_of(visit.db, seen.producer_id) if KINDS[seen.kind].per_goods else ()
    read = _find_read(seen)
    return visit.page(
        "paper_confirm.html",
        status=status,
        form=form,
        seen=seen,
        products=products,
        chosen=chosen,
        read=read,
        values=list(read.values()),
        seems=_find_kind(visit.asked.get("seems", "")),
        again=_address(visit, seen, seen.kind),
        other=_address(visit, seen, _find_kind(visit.asked.get("seems", ""))),
    )


def _address(visit: Visit, seen: SeenDocument, kind: Kind | None) -> str:
    """Return where the same producer hands in another file, as a paper of this *kind*; one of the same kind replaces it."""
    asked = {"kind": kind.value} if kind else {}
    if kind is seen.kind:
        asked["replaces"] = str(seen.id)
    if visit.actor.producer_id is None:
        asked["producer"] = seen.producer_code
    return f"/papers/new?{urlencode(asked)}"


@router.post("/papers/{document_id}/confirm")
def confirm(visit: Visiting, document_id: int) -> Response:
    """Hand in a paper with the values that a person confirmed."""
    seen = get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    if seen.masked:
        return visit.go(
            f"/papers/{document_id}",
            say("Whoever hands this paper in must see its number in full. Nothing was changed."),
        )
    form = read_form(_confirm_fields(seen), visit.texts)
    products = find_products_of(visit.db, seen.producer_id) if KINDS[seen.kind].per_goods else ()
    chosen = visit.all_texts("products")
    product_ids = _read_products(form, products, chosen)
    if form.ok:
        with visit.attempt(form, number=("input.bad", "documents.incomplete")):
            submit_document(
                visit.db, by=visit.actor, document_id=document_id, typed=read_typed(form), product_ids=product_ids,
                on=clock.today(visit.zone),
            )  # fmt: skip
    if not form.ok:
        return _confirm_page(visit, seen, form, chosen=chosen, status=422)
    said = say("{kind}: handed in. The dinas looks at it and tells you.", kind=Code("paper_kind", seen.kind))
    return visit.go(f"/papers/{document_id}", said)
