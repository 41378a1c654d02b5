"""Notes about goods for tests that look at every page: in each store goods of its producer stand, and something waits."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from consign import clock
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.models.catalogue import Product
from consign.models.partners import Partner, Producer, Store
from consign.models.stock import StockNote
from consign.stock.counting import count_at_once
from consign.stock.notes import add_lines, add_note
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import NewLine, NoteKind, NoteState, Reason
from consign.stock.writing_off import write_off
from tests.builders import ADMIN, AUDITOR, FINANCE, City, make_deliverable
from tests.conftest import REGION
from tests.web.town import Town

PLACES = (("T1", "PRD-1"), ("T2", "PRD-2"), ("K1", "PRD-3"))
STANDS = 40
ENDS = date(2028, 3, 31)


def put_notes(town: Town) -> dict[str, str]:
    """Let 40 packs stand in each store, and write a note of each kind about them; return the delivery to the first store."""
    known = town.ask("SELECT min(number) FROM stock_note WHERE kind = 'delivery'")[0][0]
    if known is None:
        with town.database.transaction(REGION) as session:
            for store, product in PLACES:
                put_notes_about(
                    session,
                    store=session.get_one(Store, town.id("store", code=store)),
                    product=session.get_one(Product, town.id("product", code=product)),
                )
    return {"note_number": find_note(town, "delivery")}


def find_note(town: Town, kind: str, store: str = "T1") -> str:
    """Return the number of the first note of a kind about a store."""
    query = "SELECT min(number) FROM stock_note JOIN store ON store.id = store_id WHERE kind = :kind AND store.code = :store"
    return str(town.ask(query, kind=kind, store=store)[0][0])


def put_notes_about(session: Session, *, store: Store, product: Product) -> None:
    """Count what stands of a product in a store, then write notes about some of it."""
    finance, admin = get_actor(session, FINANCE), get_actor(session, ADMIN)
    today = clock.today(store.zone)
    count_at_once(
        session, by=finance, store_id=store.id, day=today - timedelta(1), is_full=False,
        lines=[NewLine(product.id, Decimal(STANDS), "A1", ENDS)],
    )  # fmt: skip
    put_delivery(session, by=admin, store=store, product=product)
    send_return(
        session, by=finance, store_id=store.id, producer_id=product.producer_id, day=today,
        lines=[NewLine(product.id, Decimal(4), "A1", ENDS, Reason.UNSOLD)],
    )  # fmt: skip
    ask_pull_back(
        session, by=admin, producer_id=product.producer_id, store_id=store.id, day=today + timedelta(7),
        lines=[NewLine(product.id, Decimal(6), "A1", ENDS, Reason.ROTATION)],
    )  # fmt: skip
    write_off(
        session, by=finance, store_id=store.id, day=today,
        lines=[NewLine(product.id, Decimal(2), "A1", ENDS, Reason.DAMAGED)],
    )  # fmt: skip


def put_delivery(session: Session, *, by: Actor, store: Store, product: Product) -> StockNote:
    """Write a delivery that is on its way, whatever papers its goods lack."""
    note = add_note(
        session, by=by, kind=NoteKind.DELIVERY, state=NoteState.SENT, store=store, day=clock.today(store.zone),
        producer_id=product.producer_id, remark="Dibawa Pak Joko",
    )  # fmt: skip
    add_lines(session, note, [NewLine(product.id, Decimal(12), "B2", ENDS)])
    return note


def open_for_delivery(town: Town) -> None:
    """Give the goods of the first two producers their papers, so that they may be delivered; they keep for 180 days."""
    with town.database.transaction(REGION) as session:
        producers = [session.get_one(Producer, town.id("producer", code=code)) for code in ("P1", "P2")]
        make_deliverable(
            City(
                session=session,
                admin=get_actor(session, ADMIN),
                finance=get_actor(session, FINANCE),
                auditor=get_actor(session, AUDITOR),
                partner=session.get_one(Partner, town.id("partner", code="BM")),
                stores=[],
                producers=producers,
                products=[session.get_one(Product, town.id("product", code=code)) for code in ("PRD-1", "PRD-2")],
            )
        )
