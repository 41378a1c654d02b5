"""What a note is to be about, as an address or a form names it: its kind, whose goods, and in which store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from consign import clock
from consign.errors import ConsignError, NotAllowed
from consign.identity.rules import PERMITTED
from consign.listing import parse_id
from consign.models.partners import Partner, Producer, Store
from consign.partners.producer_lists import get_own_producer, get_producer_called
from consign.partners.queries import get_producer
from consign.sentence import say
from consign.stock.offered import (
    WRITES,
    Goods,
    find_note_stores,
    find_own_goods,
    find_producers_in,
    find_shelf_goods,
    find_sister_stores,
)
from consign.stock.rules import NoteKind
from consign.web.visit import Visit

Stores = Sequence[tuple[Store, Partner]]


@dataclass(frozen=True)
class Place:
    """All that is known before the lines of a note are entered."""

    kind: NoteKind
    on: date
    """Today, in the store where it is known."""
    goods: Sequence[Goods]
    store: Store | None = None
    """Where the goods stand; blank of a delivery, whose form asks where they go."""
    partner: Partner | None = None
    producer: Producer | None = None
    stores: Stores = ()
    """Where they may go, of a delivery or a transfer."""


@dataclass(frozen=True)
class Missing:
    """What has to be said first: the store, the producer of the goods, or the producer among all of the region."""

    what: str
    """`kind`, `store`, `producer` or `whose`."""
    kind: NoteKind | None = None
    stores: Stores = ()
    producers: Sequence[tuple[str, str, object]] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    """What was said already, as the address names it."""


def find_kinds(visit: Visit) -> list[NoteKind]:
    """Return the kinds of notes that this person may write, the usual one first."""
    return [kind for kind, act in WRITES.items() if visit.actor.role in PERMITTED[act]]


def read_kind(visit: Visit, given: Mapping[str, str]) -> NoteKind | None:
    """Return the kind of note that is named, or the only one this person may write; blank where none is.

    Raises:
        NotAllowed: it is not for this person to write.

    """
    kinds = find_kinds(visit)
    named = given.get("kind", "")
    if not named:
        return kinds[0] if len(kinds) == 1 else None
    if named not in kinds:
        raise NotAllowed(say("Such a note is not for your role to write; nothing was changed."))
    return NoteKind(named)


def find_place(visit: Visit, given: Mapping[str, str]) -> Place | Missing:
    """Return what the note is about, or what has to be said first."""
    kind = read_kind(visit, given)
    if kind is None:
        return Missing("kind")
    if kind is NoteKind.DELIVERY:
        return _find_delivery(visit, given)
    if kind is NoteKind.PULL_BACK:
        return _find_pull_back(visit, given)
    return _find_in_store(visit, given, kind)


def _find_delivery(visit: Visit, given: Mapping[str, str]) -> Place | Missing:
    producer = _find_whose(visit, given)
    if producer is None:
        return Missing("whose", NoteKind.DELIVERY)
    on = clock.today(visit.zone)
    stores = find_note_stores(visit.db, by=visit.actor, kind=NoteKind.DELIVERY, on=on, producer_id=producer.id)
    goods = find_own_goods(visit.db, producer_id=producer.id, on=on)
    return Place(NoteKind.DELIVERY, on, goods, producer=producer, stores=stores)


def _find_pull_back(visit: Visit, given: Mapping[str, str]) -> Place | Missing:
    kind = NoteKind.PULL_BACK
    producer = _find_whose(visit, given)
    if producer is None:
        return Missing("whose", kind)
    today = clock.today(visit.zone)
    stores = find_note_stores(visit.db, by=visit.actor, kind=kind, on=today, producer_id=producer.id)
    found = _choose(stores, given)
    if found is None:
        known = {} if visit.actor.producer_id is not None else {"producer": producer.code}
        return Missing("store", kind, stores=stores, known=known)
    store, partner = found
    on = clock.today(store.zone)
    goods = find_shelf_goods(visit.db, store_id=store.id, producer_id=producer.id, on=on)
    return Place(kind, on, goods, store, partner, producer)


def _find_in_store(visit: Visit, given: Mapping[str, str], kind: NoteKind) -> Place | Missing:
    stores = find_note_stores(visit.db, by=visit.actor, kind=kind, on=clock.today(visit.zone))
    found = _choose(stores, given)
    if found is None:
        return Missing("store", kind, stores=stores)
    store, partner = found
    on = clock.today(store.zone)
    producer = None
    if kind is NoteKind.RETURN:
        producers = find_producers_in(visit.db, store.id)
        codes = [code for code, _, _ in producers]
        wanted = given.get("producer", "") if len(codes) != 1 else codes[0]
        if wanted not in codes:
            return Missing("producer", kind, producers=producers, known={"store": str(store.id)})
        producer = get_producer(visit.db, wanted)
    goods = find_shelf_goods(visit.db, store_id=store.id, producer_id=producer.id if producer else None, on=on)
    others = find_sister_stores(visit.db, store=store, on=on) if kind is NoteKind.TRANSFER else ()
    return Place(kind, on, goods, store, partner, producer, others)


def _find_whose(visit: Visit, given: Mapping[str, str]) -> Producer | None:
    """Return the producer whose goods they are: the person's own, or the one that the dinas names; blank where it is none."""
    if visit.actor.producer_id is not None:
        return get_own_producer(visit.db, by=visit.actor)
    named = given.get("producer", "").strip()
    try:
        return get_producer_called(visit.db, named) if named else None
    except ConsignError:
        return None  # the form that asks for it says what is wrong


def _choose(stores: Stores, given: Mapping[str, str]) -> tuple[Store, Partner] | None:
    """Return the store that is named, or the only one there is."""
    if len(stores) == 1:
        return stores[0]
    wanted = parse_id(given.get("store", ""))
    return next(((store, partner) for store, partner in stores if store.id == wanted), None)
